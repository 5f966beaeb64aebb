/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * coding: what a ticket was about, what solved it, and closing it with that. Answers: "may it be coded so?", "what is
 * still missing to close it?"
 *
 * Checks what a person chose against code, product, party and solution, and appends the events. Also where suggestions
 * learn: whatever problem a ticket of a product has, its subject's words are counted with it (desk/code/suggest.h).
 * Not for permissions. Owns no table. Called by: faces, import.
 *
 * Memory: texts are borrowed until the transaction ends; refusals are static or live in the arena of the edit. Errors:
 * false and everything that stands in the way, each with its field and key (ticket.error.*, solution.error.*,
 * cost.error.*); a failing store marks the transaction and may leave the list empty.
 *
 * Invariants:
 *  1. A code put on a ticket is a leaf of the field's own list and in use; what stands there already may stay.
 *  2. An item is of the ticket's product; another product takes a foreign item away.
 *  3. A product answers whose it is (ownership) when nobody has.
 *  4. A solved ticket cannot lose customer, product, problem or solution code.
 *  5. ticket_close_request does all of it or, after false, must be rolled back: the work function returns false too.
 *
 * Example:
 *     Closing closing = {.ticket = id, .version = seen, .coding = confirmed, .solution = chosen, .minutes = 24 * COST_UNIT};
 *     if (!ticket_close_request(tx, arena, &closing, me, now, &closed, &refused)) return false; // shows refused
 */
#ifndef FILO_DESK_TICKET_CODING_H
#define FILO_DESK_TICKET_CODING_H

#include "desk/ticket/answer.h"
#include "desk/ticket/ticket.h"

enum { CODING_REFUSALS_MAX = 32 };

typedef struct CodingRefusals {
    InputError items[CODING_REFUSALS_MAX];
    size_t count;
} CodingRefusals;

/* Sets kind, complaint, initiative, ownership, customer, contact, product, item, the five codes and the solution, as wanted says;
 * 0 empties one. Adds to refused_out what cannot be, and then changes nothing. */
bool ticket_code(TicketEdit *edit, const TicketChange *wanted, CodingRefusals *refused_out);

/* What was asked, in other words (ticket.h); suggestions forget the old words and learn the new ones. */
void ticket_describe(TicketEdit *edit, const char *subject);

/* The three actions of closing: the solution, the codes, close. */
typedef struct Closing {
    TicketId ticket;
    int64_t version;            /* as the person saw it; 0: do not ask */
    TicketChange coding;        /* what they confirmed; empty: as it is */
    SolutionId solution;        /* one that was there, or {0} */
    const char *solution_title; /* of a new one; NULL or blank: the ticket's subject */
    const char *solution_text;  /* a new one, or NULL: no solution is written */
    const char *language;       /* of that text; NULL: the ticket's */
    int64_t minutes;            /* of the actor's labour, thousandths; 0: none more */
    bool zero_cost;             /* it cost nothing */
    TeamId team;                /* the actor's, for when nobody owns it yet */
    const Answer *notice;       /* what the customer is told, of the same ticket; NULL: nothing now */
    bool close;                 /* the owner's setting: closed at once, which needs the notice */
} Closing;

typedef struct ClosingResult {
    TicketState state;   /* resolved or closed */
    SolutionId solution; /* the one on the ticket now, or {0} */
    AnswerResult notice; /* zeros when there was none */
} ClosingResult;

/* Takes it and starts it if nobody has, codes it, adds the cost, answers the customer, resolves, closes. A second call
 * with the same notice's key gives the first one's result and changes nothing. */
bool ticket_close_request(StoreTx *tx, Arena *arena, const Closing *closing, Actor actor, TimeMs now,
                          ClosingResult *result_out, CodingRefusals *refused_out);

#endif
