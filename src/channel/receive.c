/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: carries a raw thing to the desk. How: the raw bytes are prepared as a blob and kept under their external id before
 * anything looks inside; the adapter's normalise, which is pure, says what it is; what it may not know (tokens, the desk's
 * policy, the row's id) is added here. Why the attempt is committed before anybody looks: if this very thing kills the node,
 * the count survives, and the third time nobody opens it. The first one is committed with the raw thing, where it is read at
 * once: what waits for the disk is most of what a message costs. What waits for a reader has none of it: a crash meanwhile is
 * no fault of its own. Where the node lives on it is taken back: a parser that cannot be started for a
 * while is no reason to put aside all that arrives meanwhile.
 */
#include "channel/receive_int.h"

#include "base/log.h"
#include "channel/channel_metrics.h"
#include "channel/config.h"
#include "channel/signing.h"
#include "desk/mailbox/mailbox.h"
#include "desk/notice/notice.h"
#include "desk/setting/setting.h"
#include "store/blob.h"

enum { WAITING_BATCH = 100, PAUSE_S = 5, PAUSE_MAX_S = 20 };

/* Who wrote longer ago than this is told nothing by itself: "we have your message" would be news of a fault of ours. */
#define ACKNOWLEDGE_WITHIN TIME_DAY

static Store *store_of(const Reception *reception)
{
    return desk_store(reception->receiver->desk);
}

/* ------------------------------------------------------------------------------------------------------------ source */

static bool fill_source(StoreTx *tx, Arena *arena, const char *name, ChannelSource *source_out)
{
    ChannelAccount account;
    if (!channel_account_find(tx, arena, name, &account))
        return false;
    *source_out = (ChannelSource){
        .account = account.id, .name = account.name, .address = account.address, .channel = account.channel};
    (void)channel_config_read(arena, account.config, &source_out->settings); /* none: no settings */
    ChannelAccountList accounts = channel_account_list(tx, arena);
    const char **addresses = ARENA_ARRAY(arena, const char *, accounts.count);
    for (size_t i = 0; i < accounts.count; i++)
        addresses[i] = accounts.items[i].address;
    source_out->own_addresses = addresses;
    source_out->own_count = accounts.count;
    return true;
}

static const ChannelAdapter *find_reader(const ChannelSource *source)
{
    const ChannelAdapter *adapter = channel_find(source->channel);
    return adapter && adapter->normalise ? adapter : NULL;
}

static bool find_source(StoreTx *tx, Arena *arena, const char *name, ChannelSource *source_out)
{
    return fill_source(tx, arena, name, source_out) && find_reader(source_out);
}

static void set_not_found(GError **error, const char *name)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there is no mailbox named '%s'", name);
}

bool channel_source_read(const ChannelReceiver *receiver, Arena *arena, const char *account, ChannelSource *source_out,
                         GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(receiver->desk), error);
    if (!tx)
        return false;
    bool found = find_source(tx, arena, account, source_out);
    if (!store_read_end(tx, error))
        return false;
    if (!found)
        set_not_found(error, account);
    return found;
}

/* ----------------------------------------------------------------------------------------------------------- keeping */

typedef struct KeepWork {
    Reception *reception;
    const BlobPrepared *blob;
    const ChannelArrival *arrival;
    Inbound inbound;
} KeepWork;

static bool keep(StoreTx *tx, void *arg)
{
    KeepWork *work = arg;
    const Reception *reception = work->reception;
    blob_add(tx, work->blob);
    bool kept = intake_keep(tx, reception->arena,
                            &(Arrival){
                                .channel = reception->source.channel,
                                .source = reception->source.name,
                                .external_id = work->arrival->external_id,
                                .former_id = work->arrival->former_id,
                                .raw_sha256 = work->blob->sha256,
                                .raw_size = MAX(work->blob->size, reception->whole_size),
                                .received_at = reception->kept_at,
                                .arrived_at = reception->arrived_at,
                                .is_history = reception->is_history,
                            },
                            &work->inbound);
    return kept && (work->inbound.already || reception->waits || intake_begin_attempt(tx, work->inbound.id));
}

static bool keep_raw(Reception *reception, const ChannelArrival *arrival, Inbound *inbound_out, GError **error)
{
    BlobPrepared blob;
    if (!blob_prepare(store_of(reception), reception->raw, &blob, error))
        return false;
    KeepWork work = {.reception = reception, .blob = &blob, .arrival = arrival};
    if (store_write(store_of(reception), "channel keep", keep, &work, error) != STORE_COMMITTED)
        return false;
    *inbound_out = work.inbound;
    g_strlcpy(reception->raw_sha256, blob.sha256, sizeof reception->raw_sha256);
    reception->inbound = work.inbound.id;
    reception->attempts = work.inbound.attempts;
    reception->counted = !work.inbound.already && !reception->waits;
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ figures */

static void count_message(const char *account, const char *outcome)
{
    metric_add(&metric_mailbox_messages, METRIC_LABELS(account, outcome), 1);
}

/* A word of metric_mailbox_messages. What a robot or a mail server wrote is said to be that, wherever it lies now. */
static const char *outcome_of(const ChannelEvent *event, const IntakeResult *result)
{
    static const char *const words[] = {
        [INTAKE_OPENED] = "request", [INTAKE_APPENDED] = "reply",  [INTAKE_REOPENED] = "reply", [INTAKE_ANSWERED] = "staff",
        [INTAKE_IGNORED] = "empty",  [INTAKE_RECEIPT] = "receipt", [INTAKE_ALREADY] = "again",  [INTAKE_NOTED] = "test",
    };
    bool is_mail =
        result->outcome != INTAKE_RECEIPT && result->outcome != INTAKE_ALREADY && result->outcome != INTAKE_NOTED;
    if (result->outcome == INTAKE_RECEIPT && !result->ticket.value)
        return "tray";
    if (is_mail && event->message.flags & MESSAGE_DELIVERY_REPORT)
        return "bounce";
    if (is_mail && event->message.flags & MESSAGE_AUTO_REPLY)
        return "robot";
    return result->set_aside ? "aside" : words[result->outcome];
}

/* ----------------------------------------------------------------------------------------------------- understanding */

static bool count_attempt(StoreTx *tx, void *arg)
{
    const Reception *reception = arg;
    if (reception->attempts >= INTAKE_ATTEMPTS_MAX) {
        intake_put_in_tray(tx, reception->inbound, "twice this message ended the program, or was refused");
        return true;
    }
    return intake_begin_attempt(tx, reception->inbound);
}

static ChannelKept kept_of(const Reception *reception)
{
    TimeMs received_at = reception->arrived_at ? reception->arrived_at : reception->kept_at;
    bool is_late = desk_now(reception->receiver->desk) - received_at > ACKNOWLEDGE_WITHIN;
    const DeskPolicy *policy = desk_policy(reception->receiver->desk);
    ChannelKept kept = {
        .source = &reception->source,
        .zygote = reception->receiver->zygote,
        .raw = reception->raw,
        .raw_sha256 = reception->raw_sha256,
        .whole_size = MAX(reception->whole_size, (int64_t)reception->raw.size),
        .received_at = received_at,
        .is_history = reception->is_history || is_late,
        .lang = LANG_IT,
        .zone = policy->zone,
    };
    (void)lang_find(policy->language, &kept.lang);
    return kept;
}

void channel_complete(const ChannelReceiver *receiver, Arena *arena, TimeMs kept_at, InboundEvent *event)
{
    const Desk *desk = receiver->desk;
    const DeskPolicy *policy = desk_policy(desk);
    event->next_update_at = desk_next_update(desk, kept_at);
    event->reopen_since = event->received_at - policy->reopen_ms;
    event->house = policy->language;
    event->team = policy->intake_team;
    event->tracking = token_new();
    event->reply = token_new();
    event->notices = notice_tokens_new(arena);
    event->sealed = policy->demo;
}

static void complete(const Reception *reception, InboundEvent *event)
{
    channel_complete(reception->receiver, reception->arena, reception->kept_at, event);
    event->inbound = reception->inbound;
    event->raw_sha256 = reception->raw_sha256;
    if (reception->is_history)
        event->notices = NULL; /* nobody is told of what is old */
}

/* --------------------------------------------------------------------------------------------------------- accepting */

typedef struct AcceptWork {
    const Reception *reception;
    ChannelEvent *event;
    const BlobPrepared *html; /* or NULL */
    char test_sha256[SHA256_HEX_SIZE];
    Receipt proof;
    IntakeResult result;
} AcceptWork;

/* The account's own test has come back, or something that speaks of it. */
static bool accept_test(StoreTx *tx, AcceptWork *work)
{
    const Reception *reception = work->reception;
    if (!work->event->test_secret || !channel_test_arrive(tx, reception->source.account, work->test_sha256,
                                                          work->event->is_test_itself, reception->kept_at))
        return false;
    if (work->event->is_test_itself && work->event->signing.domain)
        signing_learn(tx, reception->arena, &work->event->signing, reception->kept_at);
    intake_close(tx, reception->inbound);
    work->result = (IntakeResult){.outcome = INTAKE_NOTED};
    return true;
}

static bool accept_receipt(StoreTx *tx, AcceptWork *work)
{
    const Reception *reception = work->reception;
    ReceiptResult kept =
        receipt_accept(tx, reception->arena, reception->source.channel, &work->proof, work->event->claimed);
    work->result = (IntakeResult){.outcome = INTAKE_RECEIPT, .ticket = kept.ticket, .message = kept.message};
    if (kept.found || reception->is_history) /* what lay there before may speak of what others had sent */
        intake_set_done(tx, reception->inbound, kept.ticket, (MessageId){0});
    else
        intake_put_in_tray(tx, reception->inbound, INTAKE_LOOSE_RECEIPT);
    return true;
}

static bool accept_message(StoreTx *tx, AcceptWork *work)
{
    const Reception *reception = work->reception;
    if (work->html)
        blob_add(tx, work->html);
    if (!intake_accept(tx, reception->arena, &work->event->message, reception->kept_at, &work->result))
        return false;
    if (work->event->proof) {
        Receipt certificate = work->proof;
        certificate.ticket = work->result.ticket;
        certificate.message = work->result.message;
        receipt_add_of_message(tx, &certificate);
    }
    return true;
}

static bool accept(StoreTx *tx, void *arg)
{
    AcceptWork *work = arg;
    return accept_test(tx, work) ||
           (work->event->kind == CHANNEL_EVENT_RECEIPT ? accept_receipt(tx, work) : accept_message(tx, work));
}

static void log_receipt(const AcceptWork *work)
{
    if (work->event->kind == CHANNEL_EVENT_RECEIPT && work->result.outcome == INTAKE_RECEIPT)
        LOG(work->result.ticket.value ? LOG_INFO : LOG_WARNING, "channel.receipt",
            LOG_NUMBER("inbound", work->reception->inbound.value),
            LOG_TEXT("kind", receipt_kind_text(work->proof.kind)),
            LOG_TEXT("signature", receipt_signature_text(work->proof.signature)),
            LOG_NUMBER("ticket", work->result.ticket.value));
}

static AcceptWork work_of(const Reception *reception, const ChannelKept *kept, ChannelEvent *event)
{
    AcceptWork work = {.reception = reception, .event = event};
    if (event->test_secret)
        bytes_sha256_hex(bytes_of(event->test_secret), work.test_sha256);
    if (event->proof) {
        work.proof = *event->proof;
        work.proof.inbound = reception->inbound;
        work.proof.received_at = kept->received_at;
        work.proof.raw_sha256 = reception->raw_sha256;
    }
    return work;
}

static bool accept_event(const Reception *reception, const ChannelKept *kept, ChannelEvent *event,
                         IntakeResult *result_out, GError **error)
{
    BlobPrepared html;
    AcceptWork work = work_of(reception, kept, event);
    if (event->kind == CHANNEL_EVENT_MESSAGE)
        complete(reception, &event->message);
    if (event->html.data) {
        if (!blob_prepare(store_of(reception), event->html, &html, error))
            return false;
        work.html = &html;
        event->message.html_sha256 = html.sha256;
    }
    if (store_write(store_of(reception), "channel accept", accept, &work, error) != STORE_COMMITTED)
        return false;
    log_receipt(&work);
    count_message(reception->source.name, outcome_of(event, &work.result));
    *result_out = work.result;
    return true;
}

static bool uncount_attempt(StoreTx *tx, void *arg)
{
    const Reception *reception = arg;
    intake_take_attempt_back(tx, reception->inbound);
    return true;
}

static bool is_the_worlds(const GError *why)
{
    return g_error_matches(why, FILO_ERROR, FILO_ERROR_IO) || g_error_matches(why, FILO_ERROR, FILO_ERROR_BUSY) ||
           g_error_matches(why, FILO_ERROR, FILO_ERROR_FULL);
}

/* One attempt, already counted. */
static bool attempt(Reception *reception, IntakeResult *result_out, GError **error)
{
    ChannelKept kept = kept_of(reception);
    ChannelEvent event = {0};
    g_autoptr(GError) why = NULL, unwritten = NULL;
    if (find_reader(&reception->source)->normalise(reception->arena, &kept, &event, &why) &&
        accept_event(reception, &kept, &event, result_out, &why))
        return true;
    if (is_the_worlds(why) && store_write(store_of(reception), "channel attempt back", uncount_attempt, reception,
                                          &unwritten) != STORE_COMMITTED)
        LOG(LOG_WARNING, "channel.attempt", LOG_NUMBER("inbound", reception->inbound.value),
            LOG_TEXT("reason", unwritten ? unwritten->message : "refused"));
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

/* Kept already; true when it also became part of a ticket. */
static bool understand(Reception *reception, IntakeResult *result_out, GError **error)
{
    bool last = reception->attempts >= INTAKE_ATTEMPTS_MAX;
    StoreOutcome counted = reception->counted
                               ? STORE_COMMITTED
                               : store_write(store_of(reception), "channel attempt", count_attempt, reception, error);
    if (counted == STORE_COMMITTED && !last)
        return attempt(reception, result_out, error);
    if (counted == STORE_COMMITTED)
        count_message(reception->source.name, "tray");
    if (counted != STORE_FAILED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "message %" G_GINT64_FORMAT " lies in the tray",
                    reception->inbound.value);
    return false;
}

/* ------------------------------------------------------------------------------------------------------------- public */

Reception reception_of(const ChannelReceiver *receiver, Arena *arena, const ChannelArrival *arrival)
{
    TimeMs now = desk_now(receiver->desk);
    return (Reception){
        .receiver = receiver,
        .arena = arena,
        .raw = arrival->raw,
        .whole_size = arrival->whole_size,
        .kept_at = now,
        .arrived_at = arrival->arrived_at > 0 && arrival->arrived_at < now ? arrival->arrived_at : TIME_NONE,
        .is_history = arrival->is_history,
    };
}

bool reception_keep(Reception *reception, const ChannelArrival *arrival, ChannelReceipt *receipt_out, GError **error)
{
    Inbound inbound;
    if (!channel_source_read(reception->receiver, reception->arena, arrival->account, &reception->source, error))
        return false; /* the name may be anybody's: it is no label */
    if (!keep_raw(reception, arrival, &inbound, error)) {
        count_message(reception->source.name, "failed");
        return false;
    }
    *receipt_out = (ChannelReceipt){
        .inbound = inbound.id, .already = inbound.already, .ticket = inbound.ticket, .note = "being read"};
    if (inbound.already)
        count_message(reception->source.name, "again");
    if (inbound.state == INBOUND_DONE) {
        receipt_out->accepted = true;
        receipt_out->outcome = INTAKE_ALREADY;
        receipt_out->note = "";
    } else if (inbound.state == INBOUND_TRAY) {
        receipt_out->note = "in the tray";
    }
    return true;
}

void reception_read(Reception *reception, ChannelReceipt *receipt)
{
    IntakeResult result;
    g_autoptr(GError) later = NULL; /* it is kept: what goes wrong now is tried again */
    if (!understand(reception, &result, &later)) {
        count_message(reception->source.name, "later");
        receipt->note = arena_strdup(reception->arena, later->message);
        return;
    }
    if (result.outcome == INTAKE_RECEIPT && !result.ticket.value) {
        receipt->note = "in the tray";
        return;
    }
    receipt->accepted = true;
    receipt->ticket = result.ticket;
    receipt->outcome = result.outcome;
    receipt->note = "";
}

bool channel_receive(const ChannelReceiver *receiver, Arena *arena, const ChannelArrival *arrival,
                     ChannelReceipt *receipt_out, GError **error)
{
    Reception reception = reception_of(receiver, arena, arrival);
    if (!reception_keep(&reception, arrival, receipt_out, error))
        return false;
    /* What was kept before, whoever kept it reads, or the caretaker: a second reader would use up its attempts. */
    if (!receipt_out->already)
        reception_read(&reception, receipt_out);
    return true;
}

static bool read_waiting(Reception *reception, const InboundWaiting *waiting, GError **error)
{
    StoreTx *tx = store_read_begin(store_of(reception), error);
    if (!tx)
        return false;
    bool read = blob_read(tx, waiting->raw_sha256, reception->arena, &reception->raw, error);
    bool found = read && find_source(tx, reception->arena, waiting->source, &reception->source);
    if (read && !found)
        set_not_found(error, waiting->source);
    g_autoptr(GError) ended = NULL;
    if (!store_read_end(tx, found ? error : &ended))
        return false;
    return found;
}

static bool finish_one(const ChannelReceiver *receiver, const InboundWaiting *waiting)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    Reception reception = {.receiver = receiver,
                           .arena = arena,
                           .inbound = waiting->id,
                           .attempts = waiting->attempts,
                           .whole_size = waiting->raw_size,
                           .kept_at = waiting->received_at,
                           .arrived_at = waiting->arrived_at,
                           .is_history = waiting->is_history};
    IntakeResult result;
    g_strlcpy(reception.raw_sha256, waiting->raw_sha256, sizeof reception.raw_sha256);
    if (read_waiting(&reception, waiting, &error) && understand(&reception, &result, &error))
        return true;
    LOG(LOG_WARNING, "channel.waiting", LOG_NUMBER("inbound", waiting->id.value), LOG_TEXT("reason", error->message));
    return false;
}

bool channel_waiting_begin(const ChannelReceiver *receiver, ChannelWaiting *waiting_out, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Store *store = desk_store(receiver->desk);
    *waiting_out = (ChannelWaiting){.failed = false};
    if (store_engine(store) != STORE_SQLITE)
        return true; /* another node may be reading it */
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return false;
    waiting_out->orphaned = intake_find_last(tx, arena);
    return store_read_end(tx, error);
}

static void end_round(ChannelWaiting *waiting)
{
    waiting->pause_s = waiting->failed ? CLAMP(waiting->pause_s * 2, PAUSE_S, PAUSE_MAX_S) : 0;
    waiting->rest_until_us = clock_monotonic_us() + MAX(waiting->pause_s, PAUSE_S) * INT64_C(1000000);
    waiting->behind = (InboundId){0};
    waiting->failed = false;
}

int channel_finish_waiting(const ChannelReceiver *receiver, ChannelWaiting *waiting, TimeMs kept_before,
                           int64_t turn_us, GError **error)
{
    const int64_t begun_us = clock_monotonic_us();
    if (begun_us < waiting->rest_until_us)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = store_read_begin(desk_store(receiver->desk), error);
    if (!tx)
        return -1;
    const InboundWaitingAsk ask = {kept_before, waiting->orphaned, waiting->behind};
    InboundWaitingList list = intake_list_waiting(tx, arena, &ask, WAITING_BATCH);
    if (!store_read_end(tx, error))
        return -1;
    int accepted = 0;
    size_t looked_at = 0;
    while (looked_at < list.count && (!looked_at || clock_monotonic_us() - begun_us < turn_us)) {
        const InboundWaiting *one = &list.items[looked_at++];
        bool done = finish_one(receiver, one);
        accepted += done;
        waiting->failed = waiting->failed || !done;
        waiting->behind = one->id;
    }
    if (looked_at == list.count && list.count < WAITING_BATCH)
        end_round(waiting);
    return accepted;
}
