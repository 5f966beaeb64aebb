/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recipient: to whom an answer goes. Answers: "who stood in To and Cc, whom do we leave out, whom may we add?"
 *
 * Starts from the last message of the conversation: whoever it named and a person has confirmed is kept in its place;
 * all others who take part are offered. A person may leave out, confirm or add somebody for one answer.
 * Not for sending, nor for who may see a ticket. Owns no table (message.h does). Called by: web, api.
 *
 * Memory: lists and texts live in the arena given. Errors: recipient_choose refuses with field "cc" and the key
 * ticket.error.copy_address (its shown is what is no address), copy_own, copy_gone (it is not offered any more) or
 * copy_many.
 *
 * Invariants:
 *  1. An address nobody confirmed is never chosen by itself: who forges a Cc gains nothing (security A04).
 *  2. Each address stands once, and none of ours at all.
 *  3. Only people who take part in this very ticket are offered.
 * Audit: participant.add, participant.confirm.
 *
 * Example:
 *     RecipientChoice choice = {.given = true, .keys = ticked, .key_count = count, .added = typed};
 *     if (!recipient_choose(tx, arena, &choice, actor, now, &answer, &refused))
 *         return false;
 */
#ifndef FILO_DESK_TICKET_RECIPIENT_H
#define FILO_DESK_TICKET_RECIPIENT_H

#include "desk/ticket/answer.h"
#include "desk/ticket/message.h"

enum { RECIPIENTS_MAX = 50 };

typedef struct Correspondent {
    const char *address;
    const char *address_key;
    const char *name; /* "" when unknown */
    bool in_copy;     /* stands in Cc rather than in To */
    bool confirmed;
    bool chosen; /* an answer goes there unless somebody says otherwise */
} Correspondent;

typedef struct CorrespondentList {
    Correspondent *items;
    size_t count;
} CorrespondentList;

/* Everybody an answer can go to. The first is who is answered, always chosen; none: nobody can be answered. */
CorrespondentList recipient_list(StoreTx *tx, Arena *arena, TicketId ticket);

typedef struct RecipientChoice {
    bool given;              /* false: as the list has it */
    const char *const *keys; /* address keys ticked beside the first */
    size_t key_count;
    const char *added; /* typed by hand, separated by commas, semicolons or blanks; may be NULL */
} RecipientChoice;

/* Fills to, cc and recipient_key of answer (its ticket is given); nobody to answer leaves them empty, which answer_add
 * refuses. Who is ticked or added is confirmed by actor. */
bool recipient_choose(StoreTx *tx, Arena *arena, const RecipientChoice *choice, Actor actor, TimeMs now, Answer *answer,
                      InputError *refused_out);

#endif
