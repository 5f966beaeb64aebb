/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/ticket_shape.h"

#include "api/word.h"

#include <string.h>

/* -------------------------------------------------------------------------------------------------------------- message */

enum {
    MESSAGE_ID,
    MESSAGE_DIRECTION,
    MESSAGE_CHANNEL,
    MESSAGE_AT,
    MESSAGE_AUTHOR_KIND,
    MESSAGE_AUTHOR_ID,
    MESSAGE_SENDER_NAME,
    MESSAGE_SENDER_ADDRESS,
    MESSAGE_SUBJECT,
    MESSAGE_TEXT,
    MESSAGE_QUOTED_AT,
    MESSAGE_UNVERIFIED,
    MESSAGE_UNPROVED,
    MESSAGE_FORWARDED_BY,
    MESSAGE_PROPOSED_ADDRESS,
    MESSAGE_PROPOSED_NAME,
    MESSAGE_FIELD_COUNT
};

static const ShapeField message_fields[] = {
    [MESSAGE_ID] = {"id", SHAPE_NUMBER, true, .doc = "The message's number."},
    [MESSAGE_DIRECTION] = {"direction", SHAPE_WORD, true, .word = word_direction,
                           .doc = "in: to us; out: to the customer; note: among us, never the customer's."},
    [MESSAGE_CHANNEL] = {"channel", SHAPE_LINE, true, .doc = "By which channel."},
    [MESSAGE_AT] = {"at", SHAPE_TIME, true, .doc = "When it was received or written."},
    [MESSAGE_AUTHOR_KIND] = {"author_kind", SHAPE_WORD, true, .word = word_actor, .doc = "What wrote or brought it."},
    [MESSAGE_AUTHOR_ID] = {"author_id", SHAPE_NUMBER, .doc = "Its number within that kind, if it has one."},
    [MESSAGE_SENDER_NAME] = {"sender_name", SHAPE_LINE, true, .doc = "As the sender says; proves nothing."},
    [MESSAGE_SENDER_ADDRESS] = {"sender_address", SHAPE_LINE, true, .doc = "As the sender says; proves nothing."},
    [MESSAGE_SUBJECT] = {"subject", SHAPE_LINE, true, .doc = "Its subject."},
    [MESSAGE_TEXT] = {"text", SHAPE_LINES, true, .doc = "Its text, whole."},
    [MESSAGE_QUOTED_AT] = {"quoted_at", SHAPE_NUMBER,
                           .doc = "The byte of text where a quotation of earlier messages begins."},
    [MESSAGE_UNVERIFIED] = {"unverified", SHAPE_FLAG, true,
                            .doc = "Our mail server says, or it is plain, that it is not from whom it says: it moved nothing."},
    [MESSAGE_UNPROVED] = {"address_unproved", SHAPE_FLAG, true,
                          .doc = "Somebody typed a customer's address into the public form, and nothing proves that it was the customer: the request's page shows no answer. ticketProve or ticketDisown settles it."},
    [MESSAGE_FORWARDED_BY] = {"forwarded_by_id", SHAPE_NUMBER,
                              .doc = "The member of staff who passed it on, where it is a customer's mail: the sender is as it stood in it."},
    [MESSAGE_PROPOSED_ADDRESS] = {"proposed_sender_address", SHAPE_LINE,
                                  .doc = "Of a mail that seems passed on: who wrote it. ticketForward makes it theirs."},
    [MESSAGE_PROPOSED_NAME] = {"proposed_sender_name", SHAPE_LINE, .doc = "Their name, as it stands there."},
};
static const Shape message_shape = {"Message", message_fields, MESSAGE_FIELD_COUNT, true};

static void fill_forward(ShapeValue *row, const MessageForward *forward)
{
    if (!forward)
        return;
    row[MESSAGE_FORWARDED_BY] = shape_id(forward->staff.value);
    if (forward->taken_at)
        return;
    row[MESSAGE_PROPOSED_ADDRESS] = shape_text(forward->address);
    row[MESSAGE_PROPOSED_NAME] = shape_text(forward->name);
}

static void fill_message(ShapeValue *row, const Message *message)
{
    row[MESSAGE_ID] = shape_number(message->id.value);
    row[MESSAGE_DIRECTION] = shape_text(message_direction_text(message->direction));
    row[MESSAGE_CHANNEL] = shape_text(message->channel);
    row[MESSAGE_AT] = shape_number(message->at);
    row[MESSAGE_AUTHOR_KIND] = shape_text(actor_kind_text(message->author.kind));
    row[MESSAGE_AUTHOR_ID] = shape_id(message->author.id);
    row[MESSAGE_SENDER_NAME] = shape_text(message->sender_name);
    row[MESSAGE_SENDER_ADDRESS] = shape_text(message->sender_address);
    row[MESSAGE_SUBJECT] = shape_text(message->subject);
    row[MESSAGE_TEXT] = shape_text(message->text);
    row[MESSAGE_UNVERIFIED] = shape_number((message->flags & MESSAGE_SENDER_UNVERIFIED) != 0);
    row[MESSAGE_UNPROVED] = shape_number((message->flags & MESSAGE_ADDRESS_UNPROVED) != 0);
    if (message->quoted_at != MESSAGE_NOT_QUOTED)
        row[MESSAGE_QUOTED_AT] = shape_number(message->quoted_at);
}

static ShapeValue messages_value(Arena *arena, const MessageList *messages, const MessageForwardList *forwards)
{
    ShapeValue *rows = ARENA_ARRAY(arena, ShapeValue, messages->count * MESSAGE_FIELD_COUNT);
    for (size_t i = 0; i < messages->count; i++) {
        fill_message(rows + i * MESSAGE_FIELD_COUNT, &messages->items[i]);
        fill_forward(rows + i * MESSAGE_FIELD_COUNT, message_forward_of(forwards, messages->items[i].id));
    }
    return shape_rows(rows, messages->count);
}

/* --------------------------------------------------------------------------------------------------------------- ticket */

enum {
    TICKET_ID,
    TICKET_VERSION,
    TICKET_STATE,
    TICKET_OWNER,
    TICKET_TEAM,
    TICKET_NEXT_UPDATE_AT,
    TICKET_NOW_COUNT, /* up to here: what every change answers */
    TICKET_KIND = TICKET_NOW_COUNT,
    TICKET_COMPLAINT,
    TICKET_INITIATIVE,
    TICKET_OWNERSHIP,
    TICKET_CHANNEL,
    TICKET_SUBJECT,
    TICKET_LANGUAGE,
    TICKET_CUSTOMER,
    TICKET_CONTACT,
    TICKET_PRODUCT,
    TICKET_ITEM,
    TICKET_PROBLEM,
    TICKET_CONDITION,
    TICKET_COMPONENT,
    TICKET_ORIGIN,
    TICKET_SOLUTION_CODE,
    TICKET_SOLUTION,
    TICKET_MASTER,
    TICKET_WAITING_REASON,
    TICKET_STATE_SINCE,
    TICKET_OCCURRED_AT,
    TICKET_RECEIVED_AT,
    TICKET_REGISTERED_AT,
    TICKET_FIRST_REPLY_AT,
    TICKET_RESOLVED_AT,
    TICKET_CLOSED_AT,
    TICKET_REOPENED,
    TICKET_HANDOVERS,
    TICKET_ZERO_COST,
    TICKET_IMPORTED,
    TICKET_LETTER_BY,
    TICKET_MESSAGES,
    TICKET_SHAPE_COUNT
};

static const ShapeField ticket_fields[] = {
    [TICKET_ID] = {"id", SHAPE_NUMBER, true, .doc = "The request's number, as people say it."},
    [TICKET_VERSION] = {"version", SHAPE_NUMBER, true,
                        .doc = "Grows with each change; sent with one, the change is refused if somebody was faster."},
    [TICKET_STATE] = {"state", SHAPE_WORD, true, .word = word_ticket_state, .doc = "Where it stands."},
    [TICKET_OWNER] = {"owner_id", SHAPE_NUMBER, .doc = "The one member of staff who has it."},
    [TICKET_TEAM] = {"team_id", SHAPE_NUMBER, .doc = "The team it belongs to."},
    [TICKET_NEXT_UPDATE_AT] = {"next_update_at", SHAPE_TIME, .doc = "By when the customer hears from us."},
    [TICKET_KIND] = {"kind", SHAPE_WORD, true, .word = word_ticket_kind, .doc = "What kind of request."},
    [TICKET_COMPLAINT] = {"complaint", SHAPE_FLAG, true, .doc = "Whether it is a complaint too."},
    [TICKET_INITIATIVE] = {"initiative", SHAPE_WORD, true, .word = word_initiative, .doc = "Who began."},
    [TICKET_OWNERSHIP] = {"ownership", SHAPE_WORD, true, .word = word_ownership, .doc = "Whose the product is."},
    [TICKET_CHANNEL] = {"channel", SHAPE_LINE, true, .doc = "By which channel it came."},
    [TICKET_SUBJECT] = {"subject", SHAPE_LINE, true, .doc = "Its subject."},
    [TICKET_LANGUAGE] = {"language", SHAPE_LINE, true, .doc = "The customer's language."},
    [TICKET_CUSTOMER] = {"customer_id", SHAPE_NUMBER, .doc = "The party it is for."},
    [TICKET_CONTACT] = {"contact_id", SHAPE_NUMBER, .doc = "The person who asks."},
    [TICKET_PRODUCT] = {"product_id", SHAPE_NUMBER, .doc = "What it is about."},
    [TICKET_ITEM] = {"item_id", SHAPE_NUMBER, .doc = "Which piece of it."},
    [TICKET_PROBLEM] = {"problem_id", SHAPE_NUMBER, .doc = "A code of the list symptom."},
    [TICKET_CONDITION] = {"condition_id", SHAPE_NUMBER, .doc = "A code of the list condition."},
    [TICKET_COMPONENT] = {"component_id", SHAPE_NUMBER, .doc = "A code of the list component."},
    [TICKET_ORIGIN] = {"origin_id", SHAPE_NUMBER, .doc = "A code of the list origin."},
    [TICKET_SOLUTION_CODE] = {"remedy_id", SHAPE_NUMBER, .doc = "A code of the list solution."},
    [TICKET_SOLUTION] = {"solution_id", SHAPE_NUMBER, .doc = "The written solution."},
    [TICKET_MASTER] = {"master_id", SHAPE_NUMBER, .doc = "The request this one is a duplicate of."},
    [TICKET_WAITING_REASON] = {"waiting_reason", SHAPE_LINE, .doc = "Why we wait or, of what is not ours, where to go: what the customer reads."},
    [TICKET_STATE_SINCE] = {"state_since", SHAPE_TIME, true, .doc = "Since when it stands where it stands."},
    [TICKET_OCCURRED_AT] = {"occurred_at", SHAPE_TIME, .doc = "When it happened, as the customer says."},
    [TICKET_RECEIVED_AT] = {"received_at", SHAPE_TIME, true, .doc = "When it reached us."},
    [TICKET_REGISTERED_AT] = {"registered_at", SHAPE_TIME, true, .doc = "When it was written down here."},
    [TICKET_FIRST_REPLY_AT] = {"first_reply_at", SHAPE_TIME, .doc = "The first message to the customer by a person."},
    [TICKET_RESOLVED_AT] = {"resolved_at", SHAPE_TIME, .doc = "First solved."},
    [TICKET_CLOSED_AT] = {"closed_at", SHAPE_TIME, .doc = "Last closed; none while open again."},
    [TICKET_REOPENED] = {"reopened", SHAPE_NUMBER, true, .doc = "How many times it was opened again."},
    [TICKET_HANDOVERS] = {"handovers", SHAPE_NUMBER, true, .doc = "How many times it went from one owner to another."},
    [TICKET_ZERO_COST] = {"zero_cost", SHAPE_FLAG, true, .doc = "Whether somebody said that it cost nothing."},
    [TICKET_IMPORTED] = {"imported", SHAPE_FLAG, true, .doc = "Whether it is another system's history."},
    [TICKET_LETTER_BY] = {"certified_answer_by", SHAPE_TIME,
                          .doc = "The end of the last day for an answer to a certified letter that waits for one."},
    [TICKET_MESSAGES] = {"messages", SHAPE_LIST, true, .item = &message_shape, .doc = "All that was said, by when it was said."},
};
const Shape ticket_shape = {"Ticket", ticket_fields, TICKET_SHAPE_COUNT, true};
const Shape ticket_now_shape = {"TicketNow", ticket_fields, TICKET_NOW_COUNT, true};

static void fill_now(ShapeValue *values, const Ticket *ticket)
{
    values[TICKET_ID] = shape_number(ticket->id.value);
    values[TICKET_VERSION] = shape_number(ticket->version);
    values[TICKET_STATE] = shape_text(ticket_state_text((TicketState)ticket->now.state));
    values[TICKET_OWNER] = shape_id(ticket->now.owner_id);
    values[TICKET_TEAM] = shape_id(ticket->now.team_id);
    values[TICKET_NEXT_UPDATE_AT] = shape_id(ticket->now.next_update_at);
}

/* Each optional id and instant of the projection, with its place. */
static void fill_optional(ShapeValue *values, const TicketProjection *now)
{
    const struct {
        int place;
        int64_t value;
    } rows[] = {
        {TICKET_CUSTOMER, now->party_id},
        {TICKET_CONTACT, now->contact_id},
        {TICKET_PRODUCT, now->product_id},
        {TICKET_ITEM, now->installed_item_id},
        {TICKET_PROBLEM, now->problem_id},
        {TICKET_CONDITION, now->condition_id},
        {TICKET_COMPONENT, now->component_id},
        {TICKET_ORIGIN, now->origin_id},
        {TICKET_SOLUTION_CODE, now->solution_code_id},
        {TICKET_SOLUTION, now->solution_id},
        {TICKET_MASTER, now->master_id},
        {TICKET_OCCURRED_AT, now->occurred_at},
        {TICKET_FIRST_REPLY_AT, now->first_reply_at},
        {TICKET_RESOLVED_AT, now->resolved_at},
        {TICKET_CLOSED_AT, now->closed_at},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        values[rows[i].place] = shape_id(rows[i].value);
}

const ShapeValue *ticket_now_values(Arena *arena, const Ticket *ticket)
{
    ShapeValue *values = ARENA_ARRAY(arena, ShapeValue, TICKET_NOW_COUNT);
    fill_now(values, ticket);
    return values;
}

const ShapeValue *ticket_values(Arena *arena, const Ticket *ticket, TimeMs letter_by, const MessageList *messages,
                                const MessageForwardList *forwards)
{
    const TicketProjection *now = &ticket->now;
    ShapeValue *values = ARENA_ARRAY(arena, ShapeValue, TICKET_SHAPE_COUNT);
    fill_now(values, ticket);
    fill_optional(values, now);
    values[TICKET_KIND] = shape_text(ticket_kind_text((TicketKind)now->kind));
    values[TICKET_COMPLAINT] = shape_number(now->complaint);
    values[TICKET_INITIATIVE] = shape_text(word_initiative((int)now->initiative));
    values[TICKET_OWNERSHIP] = shape_text(word_ownership((int)now->ownership));
    values[TICKET_CHANNEL] = shape_text(ticket->channel);
    values[TICKET_SUBJECT] = shape_text(ticket->subject);
    values[TICKET_LANGUAGE] = shape_text(ticket->language);
    values[TICKET_WAITING_REASON] = shape_text(ticket->waiting_reason);
    values[TICKET_RECEIVED_AT] = shape_number(now->received_at);
    values[TICKET_REGISTERED_AT] = shape_number(ticket->registered_at);
    values[TICKET_REOPENED] = shape_number(now->reopened);
    values[TICKET_STATE_SINCE] = shape_number(now->state_since);
    values[TICKET_HANDOVERS] = shape_number(now->handovers);
    values[TICKET_ZERO_COST] = shape_number(now->zero_cost);
    values[TICKET_IMPORTED] = shape_number(ticket->import_id != 0);
    values[TICKET_LETTER_BY] = shape_id(letter_by);
    values[TICKET_MESSAGES] = messages_value(arena, messages, forwards);
    return values;
}
