/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/receipt.h"

#include "base/text.h"
#include "desk/ticket/action.h"
#include "desk/ticket/outgoing.h"
#include "queue/outbox.h"
#include "receipt_sql.h"

#include <string.h>

/* At most RECEIPT_TEXT_MAX bytes, whole letters; the original has the rest. Yours. */
static char *clip(const char *text)
{
    size_t size = strlen(text);
    if (size <= RECEIPT_TEXT_MAX)
        return g_strdup(text);
    const char *end = g_utf8_find_prev_char(text, text + RECEIPT_TEXT_MAX + 1);
    return g_strndup(text, (gsize)(end - text));
}

/* ------------------------------------------------------------------------------------------------------- keeping */

/* What makes it the same receipt. A forged one never stands in the way of the true one: the proof is part of it. */
static void fingerprint(const Receipt *receipt, char out[SHA256_HEX_SIZE])
{
    g_autofree char *text = g_strdup_printf("%s\n%s\n%s\n%s\n%s\n%s\n%" G_GINT64_FORMAT,
                                            receipt_kind_text(receipt->kind), receipt->reference, receipt->recipient,
                                            receipt->identifier, receipt_signature_text(receipt->signature),
                                            receipt_standing_text(receipt->standing), receipt->message.value);
    bytes_sha256_hex(bytes_of(text), out);
}

/* false: the same was there. */
static bool insert(StoreTx *tx, const Receipt *receipt)
{
    char same[SHA256_HEX_SIZE];
    g_autofree char *reference = clip(receipt->reference), *recipient = clip(receipt->recipient),
                    *provider = clip(receipt->provider), *identifier = clip(receipt->identifier),
                    *error_text = clip(receipt->error_text), *signer = clip(receipt->signer);
    fingerprint(receipt, same);
    return sql_receipt_insert(tx, &(SqlReceiptInsertIn){receipt->kind, receipt->inbound, receipt->outbox,
                                                        receipt->ticket, receipt->message, reference, recipient,
                                                        provider, identifier, receipt->legal_at, receipt->received_at,
                                                        error_text, receipt->raw_sha256, receipt->signature, signer,
                                                        receipt->standing, same}) == 1;
}

void receipt_add_of_message(StoreTx *tx, const Receipt *receipt)
{
    insert(tx, receipt);
}

/* ------------------------------------------------------------------------------------------------------- effects */

const char *receipt_failure(Arena *arena, const Receipt *receipt)
{
    const char *whom = *receipt->recipient ? receipt->recipient : "all recipients";
    const char *what = receipt->kind == RECEIPT_REFUSED ? "not accepted by the provider"
                       : receipt->kind == RECEIPT_VIRUS ? "stopped by the provider (virus)"
                                                        : "not delivered by the provider";
    return arena_printf(arena, "%s, %s: %s", what, whom, receipt->error_text);
}

static bool is_failure(ReceiptKind kind)
{
    return kind == RECEIPT_REFUSED || kind == RECEIPT_FAILED || kind == RECEIPT_VIRUS;
}

/* A provider writes an address as it likes. */
static bool is_delivered(const SqlReceiptDeliveredToList *delivered, const char *recipient)
{
    for (size_t i = 0; i < delivered->count; i++)
        if (g_ascii_strcasecmp(delivered->rows[i].recipient, recipient) == 0)
            return true;
    return false;
}

/* ---- one by one ---- */

/* Whom a message went to, and what is kept of each. */
typedef struct Addressed {
    StoreTx *tx;
    Arena *arena;
    const Receipt *receipt;
    const SqlReceiptDeliveredToList *delivered;
    const char **addresses;
    size_t count;
    bool parted; /* they have fared differently before */
} Addressed;

static bool find_addressed(Addressed *to)
{
    OutboxSent sent;
    Outgoing outgoing;
    if (!outbox_find_sent(to->tx, to->arena, to->receipt->reference, &sent) ||
        !outgoing_parse(to->arena, sent.payload, &outgoing))
        return false;
    to->addresses = ARENA_ARRAY(to->arena, const char *, outgoing.to_count + outgoing.cc_count);
    for (size_t i = 0; i < outgoing.to_count; i++)
        to->addresses[to->count++] = outgoing.to[i].address;
    for (size_t i = 0; i < outgoing.cc_count; i++)
        to->addresses[to->count++] = outgoing.cc[i].address;
    OutboxRecipientList kept = outbox_recipient_list(to->tx, to->arena, to->receipt->ticket);
    for (size_t i = 0; i < kept.count; i++)
        to->parted |= kept.items[i].outbox.value == to->receipt->outbox.value;
    for (size_t i = 0; i < to->count; i++)
        to->parted |= is_delivered(to->delivered, to->addresses[i]);
    return true;
}

static bool is_named(const Addressed *to, size_t which)
{
    return g_ascii_strcasecmp(to->addresses[which], to->receipt->recipient) == 0;
}

static bool names_one_of(const Addressed *to)
{
    bool found = false;
    for (size_t i = 0; i < to->count; i++)
        found |= is_named(to, i);
    return found;
}

/* So that "send again" writes to those alone who have it not: a certified letter that comes twice is two letters. A failure
 * that names nobody is everybody's but theirs whose delivery is proved. false: that is everybody. */
static bool part_recipients(StoreTx *tx, Arena *arena, const Receipt *receipt,
                            const SqlReceiptDeliveredToList *delivered)
{
    Addressed to = {.tx = tx, .arena = arena, .receipt = receipt, .delivered = delivered};
    if (!find_addressed(&to) || (!to.parted && to.count < 2))
        return true;
    bool named = names_one_of(&to), everybody = !named && !*receipt->recipient && to.parted, counts = !everybody;
    for (size_t i = 0; i < to.count && (named || everybody); i++) {
        bool lost = named ? is_named(&to, i) : !is_delivered(delivered, to.addresses[i]);
        counts |= lost;
        if (lost)
            outbox_note_undelivered(tx, receipt->outbox, to.addresses[i], receipt->error_text, receipt->received_at);
        else
            outbox_note_taken(tx, receipt->outbox, to.addresses[i], receipt->received_at);
    }
    return counts;
}

/* ---- the whole ---- */

static void note_failure(StoreTx *tx, Arena *arena, const Receipt *receipt)
{
    TicketEdit edit;
    TicketChange change = {0};
    SqlReceiptDeliveredToList delivered =
        sql_receipt_delivered_to(tx, arena, &(SqlReceiptDeliveredToIn){receipt->outbox});
    if (is_delivered(&delivered, receipt->recipient) || !part_recipients(tx, arena, receipt, &delivered))
        return;
    if (!outbox_set_undelivered(tx, receipt->outbox, receipt_failure(arena, receipt), receipt->received_at))
        return;
    change_set(&change, FIELD_OUTBOX, receipt->outbox.value);
    if (!ticket_edit_begin(&edit, tx, arena, receipt->ticket, ACTOR_OF_SYSTEM, receipt->received_at))
        return;
    ticket_edit_event(&edit, EVENT_DELIVERY, &change, receipt->received_at);
    ticket_edit_end(&edit);
}

static bool find_left(StoreTx *tx, Arena *arena, const char *channel, const char *external_id, OutboxLeft *left_out)
{
    return external_id && *external_id && outbox_find_left(tx, arena, external_id, left_out) &&
           strcmp(left_out->channel, channel) == 0 && left_out->ticket.value;
}

ReceiptResult receipt_accept(StoreTx *tx, Arena *arena, const char *channel, const Receipt *receipt,
                             const char *claimed)
{
    OutboxLeft left;
    Receipt kept = *receipt;
    if (!find_left(tx, arena, channel, receipt->reference, &left)) {
        if (!find_left(tx, arena, channel, claimed, &left))
            return (ReceiptResult){0};
        kept.standing = RECEIPT_ELSEWHERE;
    }
    kept.outbox = left.id;
    kept.ticket = left.ticket;
    kept.message = left.message;
    bool added = insert(tx, &kept);
    if (added && kept.standing == RECEIPT_COUNTS && is_failure(kept.kind))
        note_failure(tx, arena, &kept);
    return (ReceiptResult){true, !added, kept.ticket, kept.message};
}

/* ------------------------------------------------------------------------------------------------------- reading */

ReceiptList receipt_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlReceiptListOfTicketList rows = sql_receipt_list_of_ticket(tx, arena, &(SqlReceiptListOfTicketIn){ticket});
    ReceiptList list = {ARENA_ARRAY(arena, Receipt, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlReceiptListOfTicket *row = &rows.rows[i];
        list.items[i] = (Receipt){
            row->receipt_id, row->kind,       row->inbound_id, row->outbox_id,  row->ticket_id, row->message_id,
            row->reference,  row->recipient,  row->provider,   row->identifier, row->legal_at,  row->received_at,
            row->error_text, row->raw_sha256, row->signature,  row->signer,     row->standing,
        };
    }
    return list;
}

bool receipt_find(StoreTx *tx, Arena *arena, TicketId ticket, ReceiptId id, Receipt *receipt_out)
{
    ReceiptList list = receipt_list_of_ticket(tx, arena, ticket);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id.value) {
            *receipt_out = list.items[i];
            return true;
        }
    return false;
}

TicketId receipt_find_ticket(StoreTx *tx, Arena *arena, const char *identifier)
{
    SqlReceiptFindIdentifier row;
    bool found = *identifier && strlen(identifier) <= RECEIPT_TEXT_MAX &&
                 sql_receipt_find_identifier(tx, arena, &(SqlReceiptFindIdentifierIn){identifier}, &row);
    return found ? row.ticket_id : (TicketId){0};
}

void receipt_follow(StoreTx *tx, MessageId message, TicketId to)
{
    sql_receipt_set_ticket(tx, &(SqlReceiptSetTicketIn){message, to});
}
