/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: carries a raw message to the desk. How: the raw bytes are prepared as a blob and kept under their content's hash
 * before anything looks inside; parsing happens in the sandbox, outside any transaction; event.c turns the flat result
 * into an InboundEvent. Why the attempt is a transaction of its own: if this very message kills the node, the count
 * survives, and the third time nobody opens it.
 */
#include "channel/mail/receive.h"

#include "base/log.h"
#include "channel/mail/event.h"
#include "desk/setting/setting.h"
#include "parse/content_hash.h"
#include "parse/mail.h"
#include "store/blob.h"

enum { WAITING_BATCH = 100 };

typedef struct Reception {
    const MailReceiver *receiver;
    Arena *arena;
    Bytes raw;
    MailSource source; /* the mailbox, and every address that is ours */
    InboundId inbound;
    int64_t attempts;
    TimeMs received_at;
    char raw_sha256[SHA256_HEX_SIZE];
} Reception;

static Store *store_of(const Reception *reception)
{
    return desk_store(reception->receiver->desk);
}

/* ----------------------------------------------------------------------------------------------------------- mailbox */

static bool read_source(Reception *reception, const char *mailbox, GError **error)
{
    StoreTx *tx = store_read_begin(store_of(reception), error);
    if (!tx)
        return false;
    bool found = mail_source_read(tx, reception->arena, mailbox, &reception->source);
    if (!store_read_end(tx, error))
        return false;
    if (!found)
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there is no mailbox named '%s'", mailbox);
    return found;
}

/* ----------------------------------------------------------------------------------------------------------- keeping */

typedef struct KeepWork {
    Reception *reception;
    const BlobPrepared *blob;
    const char *content_sha256;
    Inbound inbound;
} KeepWork;

static bool keep(StoreTx *tx, void *arg)
{
    KeepWork *work = arg;
    const Reception *reception = work->reception;
    blob_add(tx, work->blob);
    return intake_keep(tx, reception->arena,
                       &(Arrival){
                           .channel = "mail",
                           .source = reception->source.mailbox,
                           .external_id = work->content_sha256,
                           .raw_sha256 = work->blob->sha256,
                           .raw_size = work->blob->size,
                           .received_at = reception->received_at,
                       },
                       &work->inbound);
}

static bool keep_raw(Reception *reception, Inbound *inbound_out, GError **error)
{
    BlobPrepared blob;
    char content[SHA256_HEX_SIZE];
    if (!blob_prepare(store_of(reception), reception->raw, &blob, error))
        return false;
    parse_content_hash(reception->raw, content);
    KeepWork work = {.reception = reception, .blob = &blob, .content_sha256 = content};
    if (store_write(store_of(reception), "mail keep", keep, &work, error) != STORE_COMMITTED)
        return false;
    *inbound_out = work.inbound;
    g_strlcpy(reception->raw_sha256, blob.sha256, sizeof reception->raw_sha256);
    reception->inbound = work.inbound.id;
    reception->attempts = work.inbound.attempts;
    return true;
}

/* --------------------------------------------------------------------------------------------------------- accepting */

static bool count_attempt(StoreTx *tx, void *arg)
{
    const Reception *reception = arg;
    if (reception->attempts >= INTAKE_ATTEMPTS_MAX) {
        intake_put_in_tray(tx, reception->inbound, "the program stopped twice while reading this message");
        return true;
    }
    return intake_begin_attempt(tx, reception->inbound);
}

typedef struct AcceptWork {
    Reception *reception;
    InboundEvent event;
    const BlobPrepared *html; /* or NULL */
    IntakeResult result;
} AcceptWork;

static bool accept(StoreTx *tx, void *arg)
{
    AcceptWork *work = arg;
    if (work->html)
        blob_add(tx, work->html);
    return intake_accept(tx, work->reception->arena, &work->event, work->reception->received_at, &work->result);
}

static bool prepare_html(Reception *reception, const ParsedMail *mail, BlobPrepared *html_out, GError **error)
{
    return !mail->html ||
           blob_prepare(store_of(reception), (Bytes){(const uint8_t *)mail->html, mail->html_size}, html_out, error);
}

static bool parse_and_accept(Reception *reception, IntakeResult *result_out, GError **error)
{
    ParsedMail mail;
    BlobPrepared html;
    if (!parse_mail(reception->receiver->zygote, reception->arena, reception->raw, &mail, error) ||
        !prepare_html(reception, &mail, &html, error))
        return false;
    AcceptWork work = {.reception = reception, .html = mail.html ? &html : NULL};
    work.event = mail_event(reception->arena, reception->receiver->desk,
                            &(MailArrival){
                                .source = &reception->source,
                                .mail = &mail,
                                .inbound = reception->inbound,
                                .raw_size = reception->raw.size,
                                .raw_sha256 = reception->raw_sha256,
                                .html_sha256 = mail.html ? html.sha256 : NULL,
                                .received_at = reception->received_at,
                            });
    if (store_write(store_of(reception), "mail accept", accept, &work, error) != STORE_COMMITTED)
        return false;
    *result_out = work.result;
    return true;
}

/* Kept already; true when it also became part of a ticket. */
static bool understand(Reception *reception, IntakeResult *result_out, GError **error)
{
    bool last = reception->attempts >= INTAKE_ATTEMPTS_MAX;
    StoreOutcome counted = store_write(store_of(reception), "mail attempt", count_attempt, reception, error);
    if (counted == STORE_COMMITTED && !last)
        return parse_and_accept(reception, result_out, error);
    if (counted != STORE_FAILED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "message %" G_GINT64_FORMAT " lies in the tray",
                    reception->inbound.value);
    return false;
}

/* ------------------------------------------------------------------------------------------------------------- public */

static bool size_is_fine(Bytes raw, GError **error)
{
    if (raw.size == 0)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the message is empty");
    else if (raw.size > PARSE_RAW_MAX)
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "the message has more than %zu bytes", PARSE_RAW_MAX);
    return raw.size > 0 && raw.size <= PARSE_RAW_MAX;
}

bool mail_receive(const MailReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw, MailReceipt *receipt_out,
                  GError **error)
{
    Reception reception = {.receiver = receiver, .arena = arena, .raw = raw, .received_at = desk_now(receiver->desk)};
    Inbound inbound;
    if (!size_is_fine(raw, error) || !read_source(&reception, mailbox, error) || !keep_raw(&reception, &inbound, error))
        return false;
    *receipt_out =
        (MailReceipt){.inbound = inbound.id, .already = inbound.already, .ticket = inbound.ticket, .note = ""};
    if (inbound.state == INBOUND_DONE) {
        receipt_out->accepted = true;
        receipt_out->outcome = INTAKE_ALREADY;
        return true;
    }
    IntakeResult result;
    g_autoptr(GError) later = NULL; /* it is kept: what goes wrong now is tried again */
    if (inbound.already) { /* whoever kept it reads it, or the caretaker: a second reader would use up its attempts */
        receipt_out->note = inbound.state == INBOUND_TRAY ? "in the tray" : "being read";
        return true;
    }
    if (!understand(&reception, &result, &later)) {
        receipt_out->note = arena_strdup(arena, later->message);
        return true;
    }
    receipt_out->accepted = true;
    receipt_out->ticket = result.ticket;
    receipt_out->outcome = result.outcome;
    return true;
}

static bool read_raw(Reception *reception, const InboundWaiting *waiting, GError **error)
{
    StoreTx *tx = store_read_begin(store_of(reception), error);
    if (!tx)
        return false;
    bool read = blob_read(tx, waiting->raw_sha256, reception->arena, &reception->raw, error);
    bool found = read && mail_source_read(tx, reception->arena, waiting->source, &reception->source);
    if (read && !found)
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there is no mailbox named '%s'", waiting->source);
    g_autoptr(GError) ended = NULL;
    if (!store_read_end(tx, found ? error : &ended))
        return false;
    return found;
}

static bool finish_one(const MailReceiver *receiver, const InboundWaiting *waiting)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    Reception reception = {.receiver = receiver,
                           .arena = arena,
                           .inbound = waiting->id,
                           .attempts = waiting->attempts,
                           .received_at = waiting->received_at};
    IntakeResult result;
    g_strlcpy(reception.raw_sha256, waiting->raw_sha256, sizeof reception.raw_sha256);
    if (read_raw(&reception, waiting, &error) && understand(&reception, &result, &error))
        return true;
    LOG(LOG_WARNING, "mail.waiting", LOG_NUMBER("inbound", waiting->id.value), LOG_TEXT("reason", error->message));
    return false;
}

int mail_finish_waiting(const MailReceiver *receiver, TimeMs kept_before, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = store_read_begin(desk_store(receiver->desk), error);
    if (!tx)
        return -1;
    InboundWaitingList list = intake_list_waiting(tx, arena, kept_before, WAITING_BATCH);
    if (!store_read_end(tx, error))
        return -1;
    int accepted = 0;
    for (size_t i = 0; i < list.count; i++)
        accepted += finish_one(receiver, &list.items[i]);
    return accepted;
}
