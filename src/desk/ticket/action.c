/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/action.h"

#include "base/text.h"
#include "desk/ticket/message.h"
#include "ticket_sql.h"

static unsigned fact(bool holds, TicketFact bit)
{
    return holds ? bit : 0;
}

/* What must be true of the ticket's other tables for it to be solved. */
static unsigned facts_of_contents(const TicketEdit *edit)
{
    SqlTicketContents row = {0};
    if (!sql_ticket_contents(edit->tx, edit->arena, &(SqlTicketContentsIn){edit->ticket.id}, &row))
        return 0;
    return fact(row.messages > 0, TICKET_HAS_DESCRIPTION) |
           fact(row.costs > 0 || edit->ticket.now.zero_cost, TICKET_HAS_COST);
}

/* A ticket to merge into: it is there, is another one, and is not itself a duplicate. */
static bool master_is_fit(const TicketEdit *edit, TicketId master)
{
    Ticket found;
    return master.value && master.value != edit->ticket.id.value &&
           ticket_find(edit->tx, edit->arena, master, &found) && found.now.state != TICKET_DUPLICATE;
}

/* The facts as the action would leave them. */
static unsigned facts_after(const TicketEdit *edit, TicketAction action, const ActionInput *input)
{
    const TicketProjection *now = &edit->ticket.now;
    bool releases = action == TICKET_RELEASE || action == TICKET_TRIAGE || action == TICKET_RESTORE;
    bool owner = !releases && (input->owner.value || now->owner_id);
    bool recent = !now->closed_at || now->closed_at >= input->reopen_since;
    return fact(input->team.value || now->team_id, TICKET_HAS_TEAM) | fact(owner, TICKET_HAS_OWNER) |
           fact(!owner, TICKET_HAS_NO_OWNER) |
           fact(!text_is_blank(input->customer_reason) || !text_is_blank(edit->waiting_reason),
                TICKET_HAS_CUSTOMER_REASON) |
           fact(input->appointment_at || now->state == TICKET_SCHEDULED, TICKET_HAS_APPOINTMENT) |
           fact(now->product_id, TICKET_HAS_PRODUCT) | fact(now->party_id, TICKET_HAS_CUSTOMER) |
           fact(now->problem_id, TICKET_HAS_PROBLEM) | fact(now->solution_code_id, TICKET_HAS_SOLUTION) |
           fact(master_is_fit(edit, input->master), TICKET_HAS_MASTER) |
           fact(!text_is_blank(input->pointer), TICKET_HAS_POINTER) |
           fact(!text_is_blank(input->note) || input->customer_wrote || input->taken_back, TICKET_HAS_NOTE) |
           fact(input->notice, TICKET_HAS_NOTICE) | fact(recent, TICKET_IN_REOPEN_WINDOW) | facts_of_contents(edit);
}

static TicketEventKind event_of(TicketAction action)
{
    switch ((int)action) {
    case TICKET_ASSIGN:
    case TICKET_RELEASE:
    case TICKET_TRIAGE:
        return EVENT_ASSIGNED;
    case TICKET_REOPEN:
        return EVENT_REOPENED;
    default:
        return EVENT_STATE;
    }
}

static TicketChange change_of(const TicketEdit *edit, TicketAction action, const ActionInput *input, TicketState to)
{
    const TicketProjection *now = &edit->ticket.now;
    TicketChange change = {0};
    if (to != (TicketState)now->state)
        change_set(&change, FIELD_STATE, to);
    if (input->team.value && input->team.value != now->team_id)
        change_set(&change, FIELD_TEAM, input->team.value);
    if (ticket_state_is_queued(to) && now->owner_id)
        change_set(&change, FIELD_OWNER, 0);
    else if (input->owner.value && input->owner.value != now->owner_id)
        change_set(&change, FIELD_OWNER, input->owner.value);
    if (action == TICKET_MARK_DUPLICATE)
        change_set(&change, FIELD_MASTER, input->master.value);
    if (action == TICKET_RESTORE && now->master_id)
        change_set(&change, FIELD_MASTER, 0);
    TimeMs next_update_at = input->next_update_at;
    if (action == TICKET_SCHEDULE && !next_update_at)
        next_update_at = input->appointment_at;
    if (ticket_state_is_open(to) && !next_update_at && !now->next_update_at)
        next_update_at = edit->now + TIME_DAY; /* open again, and nobody said by when */
    if (next_update_at && next_update_at != now->next_update_at)
        change_set(&change, FIELD_NEXT_UPDATE_AT, next_update_at);
    return change;
}

/* Where the customer reads why it does not go on with us. */
static bool state_explains(TicketState state)
{
    return (state >= TICKET_WAITING_CUSTOMER && state <= TICKET_SCHEDULED) || state == TICKET_NOT_OURS;
}

static const char *explanation(const TicketEdit *edit, TicketAction action, TicketState to, const ActionInput *input)
{
    const char *given = action == TICKET_MARK_NOT_OURS ? input->pointer : input->customer_reason;
    if (!state_explains(to))
        return NULL;
    return text_is_blank(given) ? edit->waiting_reason : given;
}

/* Why, in the actor's words: a note like any other, just before what it explains. */
static void add_note(TicketEdit *edit, const char *text)
{
    if (text_is_blank(text))
        return;
    MessageId note = message_add(edit->tx, &(Message){.ticket = edit->ticket.id,
                                                      .direction = MESSAGE_NOTE,
                                                      .channel = "note",
                                                      .author = edit->actor,
                                                      .sender_name = "",
                                                      .sender_address = "",
                                                      .at = edit->now,
                                                      .subject = "",
                                                      .text = text,
                                                      .quoted_at = MESSAGE_NOT_QUOTED,
                                                      .language = edit->ticket.language});
    ticket_note_note(edit, note);
}

TransitionVerdict ticket_may(const TicketEdit *edit, TicketAction action, const ActionInput *input)
{
    return transition_check((TicketState)edit->ticket.now.state, action, facts_after(edit, action, input));
}

char *ticket_action_name_key(Arena *arena, TicketAction action)
{
    static const char family[] = "ticket.action.";
    return arena_printf(arena, "%s%s", family, ticket_action_text(action));
}

bool ticket_act(TicketEdit *edit, TicketAction action, const ActionInput *input)
{
    TransitionVerdict verdict = ticket_may(edit, action, input);
    if (!verdict.allowed) {
        edit->refused = verdict.reasons[0];
        return false;
    }
    add_note(edit, input->note);
    TicketChange change = change_of(edit, action, input, verdict.to);
    ticket_edit_event(edit, event_of(action), &change, edit->now);
    if (action == TICKET_MARK_DUPLICATE)
        ticket_link(edit->tx, edit->ticket.id, input->master, LINK_DUPLICATE, edit->now);
    edit->waiting_reason = explanation(edit, action, verdict.to, input);
    return true;
}

bool ticket_take(TicketEdit *edit, TeamId team)
{
    int64_t owner = edit->ticket.now.owner_id;
    if (owner && owner != edit->actor.id) {
        edit->refused = (InputError){"owner", "ticket.error.taken", NULL};
        return false;
    }
    if (owner)
        return true;
    return ticket_act(edit, TICKET_ASSIGN,
                      &(ActionInput){.team = edit->ticket.now.team_id ? (TeamId){0} : team, .owner = {edit->actor.id}});
}

static void note_message(TicketEdit *edit, TicketEventKind kind, MessageId message, TimeMs at)
{
    TicketChange change = {0};
    change_set(&change, FIELD_MESSAGE, message.value);
    ticket_edit_event(edit, kind, &change, at);
}

bool ticket_begin_answer(TicketEdit *edit, TeamId team)
{
    TicketState state = (TicketState)edit->ticket.now.state;
    if (ticket_state_is_queued(state) && !ticket_take(edit, team))
        return false;
    return edit->ticket.now.state != TICKET_OWNED || ticket_act(edit, TICKET_START, &(ActionInput){0});
}

void ticket_note_answer(TicketEdit *edit, MessageId message)
{
    ticket_note_answer_at(edit, message, edit->now);
}

void ticket_note_answer_at(TicketEdit *edit, MessageId message, TimeMs at)
{
    note_message(edit, EVENT_MESSAGE_OUT, message, at);
}

void ticket_note_note(TicketEdit *edit, MessageId message)
{
    note_message(edit, EVENT_NOTE, message, edit->now);
}

void ticket_move_inbound(TicketEdit *edit, const InboundNote *note)
{
    TicketState state = (TicketState)edit->ticket.now.state;
    ActionInput input = {
        .customer_wrote = true, .reopen_since = note->reopen_since, .next_update_at = note->next_update_at};
    if (!note->moves_state)
        return;
    /* A refusal here (no owner left, window over) leaves the message on the ticket as it is: nothing is lost. */
    if (state == TICKET_WAITING_CUSTOMER)
        (void)ticket_act(edit, TICKET_RESUME, &(ActionInput){0});
    else if (state == TICKET_RESOLVED || state == TICKET_CLOSED)
        (void)ticket_act(edit, TICKET_REOPEN, &input);
}

void ticket_note_earlier(TicketEdit *edit, const InboundNote *note, TimeMs occurred_at)
{
    TicketChange change = {0};
    change_set(&change, FIELD_MESSAGE, note->message.value);
    change_set(&change, FIELD_RECEIVED_AT, note->received_at);
    if (occurred_at)
        change_set(&change, FIELD_OCCURRED_AT, occurred_at);
    ticket_edit_event(edit, EVENT_MESSAGE_IN, &change, note->received_at);
    sql_ticket_phase_begin(edit->tx, &(SqlTicketPhaseBeginIn){edit->ticket.id, note->received_at});
}

void ticket_note_inbound(TicketEdit *edit, const InboundNote *note)
{
    note_message(edit, EVENT_MESSAGE_IN, note->message, note->received_at);
    ticket_move_inbound(edit, note);
}
