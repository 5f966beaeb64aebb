/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/answer.h"

#include "base/text.h"
#include "desk/party/party.h"
#include "desk/ticket/departure.h"
#include "desk/ticket/message.h"
#include "queue/outbox.h"

#include <string.h>

typedef struct Conversation {
    MessageList messages;
    const Message *last_in; /* the customer's last message, or NULL */
    MessageId quoted;       /* the last one that is surely in the customer's own words, or {0} */
} Conversation;

/* Never what a robot or a stranger wrote, nor what one of us wrote down of a call. */
static bool may_be_quoted(const Message *message)
{
    const int64_t doubtful = MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT | MESSAGE_SENDER_UNVERIFIED |
                             MESSAGE_FROM_STRANGER | MESSAGE_UNREADABLE;
    return message->direction == MESSAGE_IN && message->author.kind == ACTOR_CUSTOMER && !(message->flags & doubtful);
}

static Conversation read_conversation(StoreTx *tx, Arena *arena, TicketId ticket)
{
    Conversation conversation = {.messages = message_list(tx, arena, ticket)};
    for (size_t i = 0; i < conversation.messages.count; i++) {
        const Message *message = &conversation.messages.items[i];
        if (message->direction == MESSAGE_IN && message->external_id)
            conversation.last_in = message;
        if (may_be_quoted(message))
            conversation.quoted = message->id;
    }
    return conversation;
}

static bool answered_meanwhile(const Conversation *conversation, MessageId seen)
{
    const MessageList *list = &conversation->messages;
    for (size_t i = 0; seen.value && i < list->count; i++)
        if (list->items[i].id.value > seen.value && list->items[i].direction != MESSAGE_NOTE)
            return true;
    return false;
}

/* The ids of what was said before, oldest first: how mail programs keep a conversation together. */
static void add_references(Arena *arena, const Conversation *conversation, Outgoing *outgoing)
{
    const MessageList *list = &conversation->messages;
    const char **references = ARENA_ARRAY(arena, const char *, list->count);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].external_id && list->items[i].direction != MESSAGE_NOTE)
            references[outgoing->reference_count++] = list->items[i].external_id;
    outgoing->references = references;
    outgoing->in_reply_to = conversation->last_in ? conversation->last_in->external_id : NULL;
}

static MessageId add_message(TicketEdit *edit, const Answer *answer, const ChannelAccount *from)
{
    return message_add(edit->tx, &(Message){
                                     .ticket = answer->ticket,
                                     .direction = MESSAGE_OUT,
                                     .channel = from->channel,
                                     .author = edit->actor,
                                     .sender_name = answer->author_name,
                                     .sender_address = "",
                                     .at = edit->now,
                                     .subject = edit->ticket.subject,
                                     .text = answer->text,
                                     .quoted_at = MESSAGE_NOT_QUOTED,
                                     .language = edit->ticket.language,
                                 });
}

static void add_recipients(TicketEdit *edit, MessageId message, const OutgoingAddress *addresses, size_t count,
                           bool in_copy)
{
    for (size_t i = 0; i < count; i++)
        message_recipient_add(edit->tx, &(MessageRecipient){message, in_copy, addresses[i].address,
                                                            contact_key_of_email(edit->arena, addresses[i].address),
                                                            addresses[i].name ? addresses[i].name : ""});
}

/* Whom it goes to may be somebody else than who wrote: they can say so with what this answer carries. */
static bool asks_for_proof(TicketEdit *edit, const Answer *answer, const MessageList *messages)
{
    const Message *unproved = message_list_unproved(messages);
    return unproved && !(unproved->flags & MESSAGE_ADDRESS_DISOWNED) &&
           strcmp(contact_key_of_email(edit->arena, unproved->sender_address), answer->recipient_key) == 0;
}

static OutboxId add_outbox(TicketEdit *edit, const Answer *answer, const ChannelAccount *from,
                           const Conversation *conversation, MessageId message)
{
    Outgoing outgoing = {.account = *from->name ? from->name : NULL,
                         .to = answer->to,
                         .to_count = answer->to_count,
                         .cc = answer->cc,
                         .cc_count = answer->cc_count,
                         .quoted = conversation->quoted.value,
                         .prove = asks_for_proof(edit, answer, &conversation->messages),
                         .reply_token = answer->reply.text};
    add_references(edit->arena, conversation, &outgoing);
    reply_address_add(edit->tx, answer->reply.sha256, answer->ticket, answer->recipient_key, edit->now);
    return outbox_add(edit->tx,
                      &(OutboxNew){
                          .channel = from->channel,
                          .purpose = OUTBOX_ANSWER,
                          .ticket = answer->ticket,
                          .message = message,
                          .idempotency_key = answer->idempotency_key,
                          .payload = outgoing_to_json(edit->arena, &outgoing),
                          .account = outgoing.account,
                          .domain = outgoing_domain(edit->arena, &outgoing),
                          .not_before = answer->leaves_at,
                          .sealed = answer->sealed,
                      },
                      edit->now);
}

static bool find_earlier(StoreTx *tx, Arena *arena, const Answer *answer, AnswerResult *result_out)
{
    OutboxKeyMatch match;
    if (!outbox_find_key(tx, arena, answer->idempotency_key, &match))
        return false;
    *result_out = (AnswerResult){match.message, match.id, true};
    return true;
}

static const char *why_not(const Answer *answer, const Conversation *conversation)
{
    if (text_is_blank(answer->text))
        return "ticket.error.no_text";
    if (answer->to_count == 0)
        return "ticket.error.no_recipient";
    return answered_meanwhile(conversation, answer->seen_message) ? "ticket.error.answered_meanwhile" : NULL;
}

bool answer_add(StoreTx *tx, Arena *arena, const Answer *answer, Actor actor, TimeMs now, AnswerResult *result_out,
                InputError *refused_out)
{
    TicketEdit edit;
    if (find_earlier(tx, arena, answer, result_out))
        return true;
    Conversation conversation = read_conversation(tx, arena, answer->ticket);
    const char *key = why_not(answer, &conversation);
    if (key) {
        *refused_out = (InputError){"text", key, NULL};
        return false;
    }
    ChannelAccount from;
    departure_find(tx, arena, answer->ticket, answer->channel, &from);
    if (!ticket_edit_begin(&edit, tx, arena, answer->ticket, actor, now) ||
        !ticket_begin_answer(&edit, answer->author_team)) {
        *refused_out = edit.refused;
        return false;
    }
    MessageId message = add_message(&edit, answer, &from);
    ticket_note_answer(&edit, message);
    add_recipients(&edit, message, answer->to, answer->to_count, false);
    add_recipients(&edit, message, answer->cc, answer->cc_count, true);
    if (answer->next_update_at) {
        TicketChange change = {0};
        change_set(&change, FIELD_NEXT_UPDATE_AT, answer->next_update_at);
        ticket_edit_event(&edit, EVENT_NEXT_UPDATE, &change, now);
    }
    *result_out = (AnswerResult){message, add_outbox(&edit, answer, &from, &conversation, message), false};
    return ticket_edit_end(&edit);
}

bool note_add(StoreTx *tx, Arena *arena, TicketId ticket, const char *text, const char *author_name, Actor actor,
              TimeMs now, MessageId *message_out, InputError *refused_out)
{
    TicketEdit edit;
    if (text_is_blank(text)) {
        *refused_out = (InputError){"text", "ticket.error.no_text", NULL};
        return false;
    }
    if (!ticket_edit_begin(&edit, tx, arena, ticket, actor, now)) {
        *refused_out = edit.refused;
        return false;
    }
    *message_out = message_add(tx, &(Message){.ticket = ticket,
                                              .direction = MESSAGE_NOTE,
                                              .channel = "note",
                                              .author = actor,
                                              .sender_name = author_name,
                                              .sender_address = "",
                                              .at = now,
                                              .subject = "",
                                              .text = text,
                                              .quoted_at = MESSAGE_NOT_QUOTED,
                                              .language = edit.ticket.language});
    ticket_note_note(&edit, *message_out);
    return ticket_edit_end(&edit);
}
