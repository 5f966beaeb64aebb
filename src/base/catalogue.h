/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * catalogue: every word people read, by key and language. Answers: "how is this said in her language?"
 *
 * The texts are catalogue/it.po and catalogue/en.po; a msgid is the key ("ticket.state.new"), tools/catalogue.py compiles
 * them into MsgId (MSG_TICKET_STATE_NEW) and tables, and refuses a key missing in a language, placeholders that differ
 * between languages, a duplicate and (as the test "lint-catalogue") a key nobody uses. Not for dates and money
 * (base/format.h) nor for texts a company writes itself (those are rows).
 *
 * A text may hold {name} placeholders; fills are plain text and are escaped where they are written: msg_fill gives
 * plain text for a template's hole, msg_write goes through a writer. Called by: whatever writes to people.
 * Pointers: texts are static; msg_fill's lives in the arena. Errors: msg_find gives NULL for an unknown key. A fill
 * missing for a placeholder is a bug (check).
 *
 * Invariants:
 *  1. Every MsgId has a text in every language.
 *  2. A text taken as plural has the two forms of Italian and English (one, other).
 *
 * Example:
 *     char *late = msg_fill(arena, lang, MSG_TICKET_LATE, "span", format_span(arena, lang, late_ms), NULL);
 */
#ifndef FILO_BASE_CATALOGUE_H
#define FILO_BASE_CATALOGUE_H

#include "base/arena.h"
#include "base/catalogue_keys.h"
#include "base/writer.h"

/* The language of the tag ("it", "en-GB"): true if Filo speaks it. */
bool lang_find(const char *tag, Lang *lang_out);

/* "it", "en": for the html element and for rows. */
const char *lang_tag(Lang lang);

/* The best of Filo's languages for an Accept-Language header (RFC 9110 §12.5.4); NULL or none known: Italian. */
Lang lang_negotiate(const char *accept_language);

/* The text; of a plural one, the form for many. */
const char *msg(Lang lang, MsgId id);

/* The form for count things. */
const char *msg_plural(Lang lang, MsgId id, int64_t count);

/* For keys made from data ("ticket.state." and a state): the text or NULL; the id or false. */
const char *msg_find(Lang lang, const char *key);
bool msg_id_find(const char *key, MsgId *id_out);

/* The key an id was made from. */
const char *msg_key(MsgId id);

/* The text with its placeholders filled from (name, value) pairs of const char * that end with NULL. */
char *msg_fill(Arena *arena, Lang lang, MsgId id, ...) G_GNUC_NULL_TERMINATED;

/* The same for a plural text: {count} is count as people write it. */
char *msg_fill_count(Arena *arena, Lang lang, MsgId id, int64_t count, ...) G_GNUC_NULL_TERMINATED;

/* One placeholder's value. */
typedef struct MsgArg {
    const char *name, *value;
} MsgArg;

/* Writes text with its placeholders filled, words and values alike through writer. Generated templates call this. */
void msg_write(GString *out, Writer writer, const char *text, const MsgArg *args, size_t arg_count);

#endif
