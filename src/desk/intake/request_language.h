/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * request_language: in which language the customer of a request is written to. Answers: "Italian or English, from the first
 * acknowledgement to the last word?"
 *
 * Asked once, when a request opens or its customer turns out to be another (forwarded.h). Not for texts to the staff.
 * Owns no table. Called by: desk/intake.
 *
 * Pointers: borrowed for the call; what is given out is static or one of what was given. Errors: none.
 *
 * Invariants:
 *  1. What a person wrote down comes first: of whoever asks, else of their company. Then their own words (tongue.h), helped by
 *     the subject and by what the message says of itself; last the house's.
 *  2. A party that made itself of a message has no language of its own: what was guessed once is no person's word. Earlier
 *     versions gave it the house's, which a migration took back. Of one that a page, a program or an import brought they
 *     did the same where nothing was said: that cannot be told from a person's word, and counts as one.
 *  3. The request's language then holds, whatever becomes of the customer's, until a person corrects it (ticket.h).
 */
#ifndef FILO_DESK_INTAKE_REQUEST_LANGUAGE_H
#define FILO_DESK_INTAKE_REQUEST_LANGUAGE_H

#include "desk/party/party.h"

typedef struct LanguageAsk {
    PartyMatch who;      /* {0}: nobody known */
    const char *subject; /* the customer's own words; NULL where a colleague wrote for them */
    const char *words;
    const char *hint;  /* what their mail says of itself (tongue.h), or NULL */
    const char *house; /* used when nothing else tells */
} LanguageAsk;

const char *request_language(StoreTx *tx, Arena *arena, const LanguageAsk *ask);

#endif
