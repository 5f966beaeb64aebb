/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * answer: what a member of staff says, to the customer or among us. Answers: "is it on its way, once, and did anyone
 * say something meanwhile?"
 *
 * An answer is a message, an event and an outbox row in one transaction; a note is a message and an event.
 * Not for composing or sending. Owns no table. Called by: faces, job.
 *
 * Memory: all borrowed for the call. Errors: false and *refused_out: ticket.error.answered_meanwhile (somebody wrote after
 * seen_message), ticket.error.no_recipient, ticket.error.no_text, or a transition's reason.
 *
 * Invariants:
 *  1. One idempotency key is one answer: a second call gives the first one's ids and adds nothing.
 *  2. Only addresses given in `to` and `cc` receive it; the faces offer only confirmed participants.
 */
#ifndef FILO_DESK_TICKET_ANSWER_H
#define FILO_DESK_TICKET_ANSWER_H

#include "base/token.h"
#include "desk/ticket/action.h"
#include "desk/ticket/outgoing.h"

typedef struct Answer {
    TicketId ticket;
    MessageId seen_message; /* the last one the writer saw; {0}: do not ask */
    const char *channel;    /* adapter's key, when the ticket came through no account (departure.h) */
    const char *text;
    const char *author_name; /* shown to the customer */
    TeamId author_team;
    const OutgoingAddress *to;
    size_t to_count;
    const OutgoingAddress *cc;
    size_t cc_count;
    const char *recipient_key; /* whose replies the token lets in: normal form of the first `to` */
    Token reply;               /* made before the transaction */
    const char *idempotency_key;
    TimeMs leaves_at;      /* until then it can be taken back */
    TimeMs next_update_at; /* when the customer hears from us next, or TIME_NONE: as it is */
    bool sealed;
} Answer;

typedef struct AnswerResult {
    MessageId message;
    OutboxId outbox;
    bool already;
} AnswerResult;

bool answer_add(StoreTx *tx, Arena *arena, const Answer *answer, Actor actor, TimeMs now, AnswerResult *result_out,
                InputError *refused_out);

/* A note the customer never sees. Refused: ticket.error.no_text, ticket.error.not_found. */
bool note_add(StoreTx *tx, Arena *arena, TicketId ticket, const char *text, const char *author_name, Actor actor,
              TimeMs now, MessageId *message_out, InputError *refused_out);

#endif
