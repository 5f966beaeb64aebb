/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/request_language.h"

#include "desk/intake/split.h"
#include "desk/intake/tongue.h"

#include <string.h>

/* What a person said of them; a party that made itself has none. */
static bool find_said(StoreTx *tx, Arena *arena, PartyId id, Lang *lang_out)
{
    Party party;
    return id.value && party_find(tx, arena, id, &party) && lang_find(party.language, lang_out);
}

/* The subject helps a text that does not tell, unless it is of what they answer. */
static bool guess(Arena *arena, const LanguageAsk *ask, Lang *lang_out)
{
    const char *subject = ask->subject ? ask->subject : "";
    if (!ask->words)
        return false;
    if (tongue_guess(ask->words, NULL, lang_out))
        return true;
    if (strcmp(subject_bare(arena, subject), subject) != 0)
        subject = "";
    return tongue_guess(arena_printf(arena, "%s\n%s", subject, ask->words), ask->hint, lang_out);
}

const char *request_language(StoreTx *tx, Arena *arena, const LanguageAsk *ask)
{
    Lang lang;
    bool told = find_said(tx, arena, ask->who.contact, &lang) || find_said(tx, arena, ask->who.customer, &lang) ||
                guess(arena, ask, &lang);
    return told ? lang_tag(lang) : ask->house;
}
