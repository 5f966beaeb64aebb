/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/reported.h"

#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/receipt/receipt.h"
#include "desk/ticket/outgoing.h"
#include "queue/delivery.h"

#include <string.h>

/* The token stands in the payload of the one message it was made for. */
static bool find_by_token(StoreTx *tx, Arena *arena, const InboundReport *report, OutboxSent *sent_out)
{
    bool made_for_it;
    TicketId ticket = reply_address_find(tx, arena, report->token_sha256, "", &made_for_it);
    OutboxSentList list = outbox_list_sent(tx, arena, ticket);
    for (size_t i = 0; ticket.value && i < list.count; i++) {
        Outgoing outgoing;
        if (outgoing_parse(arena, list.items[i].payload, &outgoing) &&
            g_strcmp0(outgoing.reply_token, report->token) == 0) {
            *sent_out = list.items[i];
            return true;
        }
    }
    return false;
}

bool reported_find(StoreTx *tx, Arena *arena, const InboundReport *report, OutboxSent *sent_out)
{
    if (report->message_id && outbox_find_sent(tx, arena, report->message_id, sent_out) && sent_out->ticket.value)
        return true;
    if (report->token && find_by_token(tx, arena, report, sent_out))
        return true;
    /* an id a certified provider gave it: the ticket is known, which message is not */
    TicketId ticket = report->message_id ? receipt_find_ticket(tx, arena, report->message_id) : (TicketId){0};
    *sent_out = (OutboxSent){.ticket = ticket, .payload = ""};
    return ticket.value != 0;
}

typedef struct Recipients {
    const OutgoingAddress **items;
    size_t count;
} Recipients;

static Recipients recipients_of(Arena *arena, const Outgoing *outgoing)
{
    Recipients recipients = {ARENA_ARRAY(arena, const OutgoingAddress *, outgoing->to_count + outgoing->cc_count), 0};
    for (size_t i = 0; i < outgoing->to_count; i++)
        recipients.items[recipients.count++] = &outgoing->to[i];
    for (size_t i = 0; i < outgoing->cc_count; i++)
        recipients.items[recipients.count++] = &outgoing->cc[i];
    return recipients;
}

static const char *recipient_meant(Arena *arena, const Recipients *recipients, const InboundReport *report,
                                   const ReportedDelivery *reported)
{
    const char *key = contact_key_of_email(arena, reported->address);
    for (size_t i = 0; i < recipients->count; i++)
        if (strcmp(contact_key_of_email(arena, recipients->items[i]->address), key) == 0)
            return recipients->items[i]->address;
    return recipients->count == 1 && report->count == 1 ? recipients->items[0]->address : NULL;
}

static bool note_one(StoreTx *tx, Arena *arena, const OutboxSent *sent, const char *address,
                     const ReportedDelivery *reported, TimeMs now)
{
    const char *key = contact_key_of_email(arena, address);
    Delivery delivery = {.outbox = sent->id,
                         .ticket = sent->ticket,
                         .address_key = key,
                         .address = address,
                         .state = reported->state,
                         .status = reported->status,
                         .reason = reported->reason,
                         .at = now};
    if (!delivery_note(tx, arena, &delivery))
        return false;
    if (reported->state == DELIVERY_DELIVERED)
        suspect_clear(tx, key);
    if (reported->state != DELIVERY_FAILED)
        return false;
    if (suspect_status_concerns_address(reported->status))
        suspect_mark(tx, key, &(Suspect){now, reported->status, reported->reason, true});
    return true;
}

bool reported_note(StoreTx *tx, Arena *arena, const InboundReport *report, const OutboxSent *sent, TimeMs now)
{
    Outgoing outgoing;
    bool failed = false;
    if (!outgoing_parse(arena, sent->payload, &outgoing))
        return false;
    Recipients recipients = recipients_of(arena, &outgoing);
    for (size_t i = 0; i < report->count; i++) {
        const char *address = recipient_meant(arena, &recipients, report, &report->deliveries[i]);
        if (address)
            failed = note_one(tx, arena, sent, address, &report->deliveries[i], now) || failed;
    }
    return failed;
}
