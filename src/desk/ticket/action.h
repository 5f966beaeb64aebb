/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * action: what people and messages do to a ticket, under the rules. Answers: "may I, and what becomes of it?"
 *
 * Each function asks transition.h with the facts of the ticket as the action would leave it, and only then appends the
 * event to the edit (ticket.h). Not for permissions: the faces ask desk/staff first.
 * Owns no table. Called by: faces, intake, job.
 *
 * Memory: texts are borrowed until ticket_edit_end. Errors: false and edit->refused, a key ticket.error.*: the first
 * reason of the transition, or taken, stale, not_found.
 *
 * Invariants:
 *  1. No state changes without a row of the transition table.
 *  2. Two people who take the same ticket: the second is refused with ticket.error.taken.
 *  3. An answer by a person makes that person the owner if nobody was.
 *  4. Nothing said about an action is dropped: the note becomes a note, the pointer is what the customer may read.
 *  5. A robot's message, or one whose sender is unverified, moves nothing.
 */
#ifndef FILO_DESK_TICKET_ACTION_H
#define FILO_DESK_TICKET_ACTION_H

#include "desk/ticket/ticket.h"
#include "desk/ticket/transition.h"

/* What an action brings with it; only what it needs is read. */
typedef struct ActionInput {
    TeamId team;                 /* {0}: as it is */
    StaffId owner;               /* {0}: as it is */
    const char *customer_reason; /* why we wait, or what the appointment is for, in words the customer reads */
    TimeMs next_update_at;       /* by when the customer hears from us; TIME_NONE: as it is */
    TimeMs appointment_at;       /* for schedule: the customer hears from us then, unless told otherwise */
    TicketId master;             /* for mark_duplicate */
    const char *pointer;         /* for mark_not_ours: who is competent */
    const char *note;            /* why, among us; kept as a note whatever is done. Cancel, restore and reopen
                                    need it */
    bool customer_wrote;         /* for reopen: which is the reason */
    bool taken_back;             /* for restore: setting it aside was a mistake, which is the reason */
    bool notice;                 /* for close: the customer was told */
    TimeMs reopen_since;         /* for reopen: a ticket closed before this stays closed */
} ActionInput;

/* Whether it may be done now and all that is missing: what pages offer, and why not. Changes nothing. */
TransitionVerdict ticket_may(const TicketEdit *edit, TicketAction action, const ActionInput *input);

/* The catalogue key of the action's name ("ticket.action.resolve"). */
char *ticket_action_name_key(Arena *arena, TicketAction action);

/* Does it, or says why not. */
bool ticket_act(TicketEdit *edit, TicketAction action, const ActionInput *input);

/* The actor, a member of staff of that team, becomes the one owner. */
bool ticket_take(TicketEdit *edit, TeamId team);

/* A message is leaving for the customer: whoever wrote it owns the ticket if nobody did, and the work has begun. First
 * whether it may, then which message it is. */
bool ticket_begin_answer(TicketEdit *edit, TeamId team);
void ticket_note_answer(TicketEdit *edit, MessageId message);

/* The same for what left at another time than now, by another program. */
void ticket_note_answer_at(TicketEdit *edit, MessageId message, TimeMs at);

/* A note among us: moves nothing. */
void ticket_note_note(TicketEdit *edit, MessageId message);

/* Something came in. moves_state: a person who takes part wrote it; then waiting_customer goes on, and resolved or
 * closed reopens unless it was closed before reopen_since. */
typedef struct InboundNote {
    MessageId message;
    TimeMs received_at;
    bool moves_state;
    TimeMs reopen_since;
    TimeMs next_update_at; /* of a ticket that opens again */
} InboundNote;
void ticket_note_inbound(TicketEdit *edit, const InboundNote *note);

/* The same for what came before anything that is known of the request, but is heard of now: from here on it began with that.
 * occurred_at: the customer's word on when, or TIME_NONE. Moves nothing. */
void ticket_note_earlier(TicketEdit *edit, const InboundNote *note, TimeMs occurred_at);

/* What it would have moved when it came in, for a message whose sender turned out to be a person. */
void ticket_move_inbound(TicketEdit *edit, const InboundNote *note);

#endif
