/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the loop that empties the outbox. How: each thread leases one row, sends it, writes down the outcome, and sleeps
 * until something is committed or the next row is due. One mail server and one recipient's domain get a part of the threads
 * only, so that a dead or slow server holds up nobody else's mail. Leases are short, so that a dead node's mail does not wait, and
 * renewed by the caretaker while the node lives, since a slow mail server may take longer than a lease.
 */
#include "job/dispatcher.h"

#include "base/log.h"
#include "base/token.h"
#include "channel/backoff.h"
#include "channel/send_server.h"
#include "desk/notice/notice.h"
#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/setting/setting.h"
#include "desk/ticket/ticket.h"
#include "job/job_metrics.h"
#include "job/outbound.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    THREADS_DEFAULT = 4,
    THREADS_MAX = 16,
    LEASE_MINUTES = 2,
    IDLE_SECONDS = 60,
    WITHHELD_SECONDS = 5,
    OUTCOME_AGAIN_MS = 1000
};

struct Dispatcher {
    Desk *desk;
    char *base_url;
    ParseZygote *zygote;
    char holder[TOKEN_SIZE];
    pthread_t threads[THREADS_MAX];
    int thread_count;
    int wanted; /* threads */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t commits; /* counted up by dispatcher_wake, under the mutex */
    atomic_bool stopping;
};

/* One row on its way. */
typedef struct Attempt {
    Dispatcher *dispatcher;
    Arena *arena;
    OutboxItem item;
    OutboundParcel parcel;
    DeliveryResult result;
    bool someone_has_it, someone_waits, someone_refused; /* among the recipients, this attempt or an earlier one */
    bool someone_suspect;                                /* among the recipients, before this attempt */
    const char *came_to;                                 /* a word of metric_deliveries */
} Attempt;

static Store *store_of(const Attempt *attempt)
{
    return desk_store(attempt->dispatcher->desk);
}

/* ------------------------------------------------------------------------------------------------------------ outcomes */

typedef struct NoteWork {
    Attempt *attempt;
    TimeMs now;
    bool delayed; /* still tried; false: failed, for one recipient at least */
    Token token;  /* of the notice to its author */
} NoteWork;

static bool note_on_ticket(StoreTx *tx, void *arg)
{
    NoteWork *work = arg;
    TicketEdit edit;
    TicketChange change = {0};
    const OutboxItem *item = &work->attempt->item;
    change_set(&change, FIELD_OUTBOX, item->id.value);
    if (work->delayed)
        change_set(&change, FIELD_DELAYED_SINCE, item->created_at);
    if ((work->delayed && !outbox_note_told(tx, item->id, work->now)) ||
        !ticket_edit_begin(&edit, tx, work->attempt->arena, item->ticket, ACTOR_OF_SYSTEM, work->now))
        return false;
    ticket_edit_event(&edit, EVENT_DELIVERY, &change, work->now);
    if (!ticket_edit_end(&edit))
        return false;
    if (!work->delayed)
        notice_tell_unsent(tx, work->attempt->arena, &(NoticeUnsent){item->ticket, item->message, &work->token, false},
                           work->now);
    return true;
}

/* A notice to one of us is nothing the customer misses: the tray has it. */
static bool note(Attempt *attempt, bool delayed, TimeMs now, GError **error)
{
    if (attempt->item.purpose == OUTBOX_NOTICE)
        return true;
    NoteWork work = {attempt, now, delayed, token_new()};
    return store_write(store_of(attempt), "note delivery", note_on_ticket, &work, error) != STORE_FAILED;
}

static bool set_sent(Attempt *attempt, TimeMs now, GError **error)
{
    return outbox_set_sent(store_of(attempt), attempt->item.id, attempt->dispatcher->holder,
                           attempt->result.external_id, now, error);
}

/* Nothing more is tried. Whoever has it has it: then it was sent, and the ticket says to whom it was not. */
static bool set_failed(Attempt *attempt, TimeMs now, GError **error)
{
    bool ended = attempt->someone_has_it
                     ? set_sent(attempt, now, error)
                     : outbox_set_failed(store_of(attempt), attempt->item.id, attempt->dispatcher->holder,
                                         attempt->result.reason, now, error);
    return ended && note(attempt, false, now, error);
}

static bool set_retry(Attempt *attempt, TimeMs now, GError **error)
{
    const OutboxItem *item = &attempt->item;
    TimeMs next = backoff_next(item->created_at, now, (int)MIN(item->attempts, 1000));
    attempt->came_to = next == TIME_NONE ? "given_up" : "deferred";
    if (next == TIME_NONE)
        return set_failed(attempt, now, error);
    if (!outbox_set_retry(store_of(attempt), item->id, attempt->dispatcher->holder, attempt->result.reason, next,
                          attempt->result.before_message, error))
        return false;
    return item->told || !backoff_must_tell(item->created_at, now) || note(attempt, true, now, error);
}

/* The peer never said whether it took the message: once more with the same id, and then a person must look. */
static bool set_uncertain(Attempt *attempt, TimeMs now, GError **error)
{
    attempt->came_to = attempt->item.resent ? "given_up" : "uncertain";
    if (attempt->item.resent)
        return set_failed(attempt, now, error);
    return outbox_set_resend(store_of(attempt), attempt->item.id, attempt->dispatcher->holder, attempt->result.reason,
                             now + TIME_MINUTE, error);
}

static const DeliveryRefusal *refusal_of(const DeliveryResult *result, const char *address)
{
    for (size_t i = 0; i < result->refusal_count; i++)
        if (g_ascii_strcasecmp(result->refusals[i].address, address) == 0)
            return &result->refusals[i];
    return NULL;
}

/* How each recipient of this attempt fared; those settled before stay as they are. */
static bool keep_recipients(Attempt *attempt, TimeMs now, GError **error)
{
    const DeliveryResult *result = &attempt->result;
    const Outbound *outbound = &attempt->parcel.outbound;
    OutboxRecipient *items = ARENA_ARRAY(attempt->arena, OutboxRecipient, outbound->contact_count);
    size_t count = 0;
    for (size_t i = 0; i < outbound->contact_count; i++) {
        const char *address = outbound->contacts[i].address;
        const DeliveryRefusal *refusal = refusal_of(result, address);
        if (outbound->contacts[i].settled || (!refusal && result->outcome != CHANNEL_SENT))
            continue;
        OutboxRecipientState refused =
            refusal && refusal->permanent ? OUTBOX_RECIPIENT_REFUSED : OUTBOX_RECIPIENT_DEFERRED;
        attempt->someone_has_it |= !refusal;
        attempt->someone_waits |= refusal && !refusal->permanent;
        attempt->someone_refused |= refusal && refusal->permanent;
        items[count++] = (OutboxRecipient){attempt->item.id, address, refusal ? refused : OUTBOX_RECIPIENT_SENT,
                                           refusal ? refusal->reason : ""};
    }
    return outbox_set_recipients(store_of(attempt), items, count, now, error);
}

typedef struct StandingWork {
    const Attempt *attempt;
    TimeMs now;
} StandingWork;

static bool note_standing(StoreTx *tx, void *arg)
{
    const StandingWork *work = arg;
    const Outbound *outbound = &work->attempt->parcel.outbound;
    for (size_t i = 0; i < outbound->contact_count; i++) {
        const ChannelContact *contact = &outbound->contacts[i];
        const DeliveryRefusal *refusal = refusal_of(&work->attempt->result, contact->address);
        const char *key = contact_key_of_email(work->attempt->arena, contact->address);
        if (refusal && refusal->unknown)
            suspect_mark(tx, key, &(Suspect){work->now, refusal->status, refusal->reason, false});
        else if (!refusal && !contact->settled && work->attempt->result.outcome == CHANNEL_SENT)
            suspect_clear_taken(tx, key);
    }
    return true;
}

/* What the server said of the addresses themselves: nobody is there, or somebody is again. */
static bool keep_standing(Attempt *attempt, TimeMs now, GError **error)
{
    StandingWork work = {attempt, now};
    bool news = attempt->someone_suspect && attempt->result.outcome == CHANNEL_SENT;
    for (size_t i = 0; i < attempt->result.refusal_count; i++)
        news = news || attempt->result.refusals[i].unknown;
    return !news || store_write(store_of(attempt), "address standing", note_standing, &work, error) != STORE_FAILED;
}

static bool tell_refused(Attempt *attempt, TimeMs now, GError **error)
{
    return !attempt->someone_refused || note(attempt, false, now, error);
}

/* Perhaps not for everybody: once more for those who may be tried again, and no second copy for the others. */
static bool set_taken(Attempt *attempt, TimeMs now, GError **error)
{
    if (attempt->someone_waits)
        attempt->result.reason = attempt->result.refusals[0].reason;
    return (attempt->someone_waits ? set_retry(attempt, now, error) : set_sent(attempt, now, error)) &&
           tell_refused(attempt, now, error);
}

typedef struct PatienceWork {
    const Attempt *attempt;
    const char *server, *said;
    TimeMs now;
} PatienceWork;

static bool note_patience(StoreTx *tx, void *arg)
{
    const PatienceWork *work = arg;
    send_server_slow(tx, work->attempt->arena, work->server, work->said, work->now);
    return true;
}

/* Its server has had enough for now: whatever leaves through it waits a little, not this message alone. */
static bool keep_patience(Attempt *attempt, TimeMs now, GError **error)
{
    const DeliveryResult *result = &attempt->result;
    const ChannelAdapter *adapter = channel_find(attempt->item.channel);
    const char *server = result->slow_down && adapter->server_name
                             ? adapter->server_name(attempt->arena, &attempt->parcel.account.plain)
                             : NULL;
    if (!server)
        return true;
    const char *said = *result->reason ? result->reason : result->refusals[0].reason;
    LOG(LOG_WARNING, "outbox.slowed", LOG_TEXT("server", server), LOG_TEXT("reason", said));
    PatienceWork work = {attempt, server, said, now};
    return store_write(store_of(attempt), "server patience", note_patience, &work, error) != STORE_FAILED;
}

static bool write_outcome(Attempt *attempt, GError **error)
{
    TimeMs now = desk_now(attempt->dispatcher->desk);
    static const char *const words[CHANNEL_OUTCOMES] = {"sent", "deferred", "refused", "uncertain", "withheld"};
    attempt->came_to = words[attempt->result.outcome];
    bool one_by_one = attempt->result.refusal_count || attempt->parcel.one_by_one;
    if (!keep_patience(attempt, now, error) || (one_by_one && !keep_recipients(attempt, now, error)) ||
        !keep_standing(attempt, now, error))
        return false;
    switch (attempt->result.outcome) {
    case CHANNEL_SENT:
        return set_taken(attempt, now, error);
    case CHANNEL_REFUSED:
        return set_failed(attempt, now, error);
    case CHANNEL_UNCERTAIN:
        return set_uncertain(attempt, now, error);
    case CHANNEL_WITHHELD: /* nobody refused it: we could not write, or are stopping */
        return outbox_set_retry(store_of(attempt), attempt->item.id, attempt->dispatcher->holder,
                                attempt->result.reason, now + WITHHELD_SECONDS * TIME_SECOND, false, error);
    case CHANNEL_RETRY:
    case CHANNEL_OUTCOMES:
    default:
        return set_retry(attempt, now, error) && tell_refused(attempt, now, error);
    }
}

/* ------------------------------------------------------------------------------------------------------------- sending */

static bool before_send(void *arg)
{
    Attempt *attempt = arg;
    g_autoptr(GError) error = NULL;
    if (outbox_set_dot_sent(store_of(attempt), attempt->item.id, attempt->dispatcher->holder,
                            attempt->result.external_id, &error))
        return true;
    LOG(LOG_ERROR, "outbox.dot", LOG_NUMBER("outbox", attempt->item.id.value), LOG_TEXT("reason", error->message));
    return false;
}

static bool build(Attempt *attempt, GError **error)
{
    StoreTx *tx = store_read_begin(store_of(attempt), error);
    if (!tx)
        return false;
    const Dispatcher *dispatcher = attempt->dispatcher;
    OutboundSource source = {dispatcher->desk, dispatcher->base_url, dispatcher->zygote};
    bool built = outbound_build(tx, attempt->arena, &source, &attempt->item, &attempt->parcel, error);
    for (size_t i = 0; built && i < attempt->parcel.outbound.contact_count; i++) {
        Suspect suspect;
        const char *key = contact_key_of_email(attempt->arena, attempt->parcel.outbound.contacts[i].address);
        attempt->someone_suspect |= suspect_find(tx, attempt->arena, key, &suspect);
    }
    g_autoptr(GError) ended = NULL;
    return store_read_end(tx, built ? error : &ended) && built;
}

static bool anyone_left(Attempt *attempt)
{
    const Outbound *outbound = &attempt->parcel.outbound;
    bool left = false;
    for (size_t i = 0; i < outbound->contact_count; i++)
        left = left || !outbound->contacts[i].settled;
    attempt->someone_has_it = attempt->parcel.someone_has_it;
    return left;
}

static void send(Attempt *attempt)
{
    g_autoptr(GError) error = NULL;
    const ChannelAdapter *adapter = channel_find(attempt->item.channel);
    ChannelHooks hooks = {before_send, attempt, &attempt->dispatcher->stopping};
    if (!adapter || !build(attempt, &error)) {
        bool never = g_error_matches(error, FILO_ERROR, FILO_ERROR_REFUSED);
        attempt->result.outcome = never ? CHANNEL_REFUSED : CHANNEL_RETRY;
        attempt->result.configuration = attempt->result.before_message = !never;
        attempt->result.reason = error ? arena_strdup(attempt->arena, error->message) : "there is no such channel";
        return;
    }
    if (!anyone_left(attempt)) { /* a node died after the last one had it and before it wrote that down */
        attempt->result.outcome = CHANNEL_SENT;
        attempt->result.reason = "";
        outbound_wipe(&attempt->parcel);
        return;
    }
    channel_account_deliver(attempt->arena, attempt->dispatcher->desk, adapter, &attempt->parcel.account,
                            &attempt->parcel.outbound, &hooks, &attempt->result);
    outbound_wipe(&attempt->parcel);
}

static void log_outcome(const Attempt *attempt)
{
    static const char *const words[CHANNEL_OUTCOMES] = {"sent", "retry", "refused", "uncertain", "withheld"};
    LOG(attempt->result.outcome == CHANNEL_SENT ? LOG_INFO : LOG_WARNING, "outbox.delivery",
        LOG_NUMBER("outbox", attempt->item.id.value), LOG_TEXT("outcome", words[attempt->result.outcome]),
        LOG_NUMBER("attempt", attempt->item.attempts), LOG_NUMBER("resent", attempt->item.resent),
        LOG_NUMBER("code", attempt->result.code), LOG_TEXT("reason", attempt->result.reason));
}

/* What each account, and what it sends through, may send in a minute. */
static void fill_rates(Arena *arena, const ChannelAccountList *accounts, const SendServerList *servers,
                       OutboxRate *rates_out)
{
    for (size_t i = 0; i < accounts->count; i++) {
        const ChannelAccount *account = &accounts->items[i];
        const SendServer *server = send_server_of(servers, account->name);
        rates_out[i] = (OutboxRate){.account = account->name, .per_minute = send_server_account_rate(arena, account)};
        if (!server)
            continue;
        rates_out[i].server = server->name;
        rates_out[i].server_per_minute = server->per_minute;
        rates_out[i].paused = server->slow_until != TIME_NONE;
    }
}

static bool read_lanes(Dispatcher *dispatcher, Arena *arena, OutboxLanes *lanes_out, GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(dispatcher->desk), error);
    if (!tx)
        return false;
    ChannelAccountList accounts = channel_account_list(tx, arena);
    SendServerList servers = send_server_list(tx, arena, &accounts, desk_now(dispatcher->desk));
    if (!store_read_end(tx, error))
        return false;
    OutboxRate *rates = ARENA_ARRAY(arena, OutboxRate, accounts.count);
    fill_rates(arena, &accounts, &servers, rates);
    *lanes_out =
        (OutboxLanes){MAX(1, dispatcher->wanted * 3 / 4), MAX(1, dispatcher->wanted / 2), rates, accounts.count};
    return true;
}

/* "none": its row names none that can be used. */
static const char *mailbox_of(const Attempt *attempt)
{
    return attempt->parcel.account.name ? attempt->parcel.account.name : "none";
}

/* What a full disk or a busy database keeps us from writing is written as soon as it can be: this node renews its leases,
 * so nobody else would ever take up a row whose outcome is not known. */
static void keep_outcome(Attempt *attempt)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        if (write_outcome(attempt, &error)) {
            metric_add(&metric_deliveries, METRIC_LABELS(mailbox_of(attempt), attempt->came_to), 1);
            return;
        }
        LOG(LOG_ERROR, "outbox.outcome", LOG_NUMBER("outbox", attempt->item.id.value),
            LOG_TEXT("reason", error->message));
        bool may_get_better = g_error_matches(error, FILO_ERROR, FILO_ERROR_FULL) ||
                              g_error_matches(error, FILO_ERROR, FILO_ERROR_BUSY) ||
                              g_error_matches(error, FILO_ERROR, FILO_ERROR_IO);
        if (!may_get_better || atomic_load(&attempt->dispatcher->stopping))
            return;
        poll(NULL, 0, OUTCOME_AGAIN_MS);
    }
}

/* Sends the next due row. false: none is due; *next_at_out says when one will be. */
static bool dispatch_one(Dispatcher *dispatcher, TimeMs *next_at_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 2);
    g_autoptr(GError) error = NULL;
    Attempt attempt = {.dispatcher = dispatcher, .arena = arena};
    OutboxLanes lanes;
    if (!read_lanes(dispatcher, arena, &lanes, &error) ||
        !outbox_lease_within(desk_store(dispatcher->desk), arena, dispatcher->holder, desk_now(dispatcher->desk),
                             LEASE_MINUTES * TIME_MINUTE, &lanes, &attempt.item, next_at_out, &error)) {
        if (error)
            LOG(LOG_ERROR, "outbox.lease", LOG_TEXT("reason", error->message));
        return false;
    }
    int64_t begun_us = clock_monotonic_us();
    send(&attempt);
    metric_observe(&metric_delivery_seconds, METRIC_LABELS(mailbox_of(&attempt)), clock_monotonic_us() - begun_us);
    log_outcome(&attempt);
    keep_outcome(&attempt);
    return true;
}

/* -------------------------------------------------------------------------------------------------------------- threads */

static struct timespec wake_at(const Dispatcher *dispatcher, TimeMs next_at)
{
    int64_t wait_ms = IDLE_SECONDS * TIME_SECOND;
    if (next_at)
        wait_ms = CLAMP(next_at - desk_now(dispatcher->desk), 1, wait_ms);
    int64_t at = clock_monotonic_us() + wait_ms * 1000;
    return (struct timespec){at / 1000000, at % 1000000 * 1000};
}

static void sleep_until(Dispatcher *dispatcher, uint64_t seen, TimeMs next_at)
{
    struct timespec until = wake_at(dispatcher, next_at);
    int waited = 0;
    pthread_mutex_lock(&dispatcher->mutex);
    while (waited == 0 && dispatcher->commits == seen && !atomic_load(&dispatcher->stopping))
        waited = pthread_cond_timedwait(&dispatcher->changed, &dispatcher->mutex, &until);
    pthread_mutex_unlock(&dispatcher->mutex);
}

static uint64_t commits_seen(Dispatcher *dispatcher)
{
    pthread_mutex_lock(&dispatcher->mutex);
    uint64_t commits = dispatcher->commits;
    pthread_mutex_unlock(&dispatcher->mutex);
    return commits;
}

static void *run(void *arg)
{
    Dispatcher *dispatcher = arg;
    while (!atomic_load(&dispatcher->stopping)) {
        TimeMs next_at = TIME_NONE;
        uint64_t seen = commits_seen(dispatcher);
        if (!dispatch_one(dispatcher, &next_at))
            sleep_until(dispatcher, seen, next_at);
    }
    return NULL;
}

void dispatcher_wake(Dispatcher *dispatcher)
{
    pthread_mutex_lock(&dispatcher->mutex);
    dispatcher->commits++;
    pthread_cond_broadcast(&dispatcher->changed);
    pthread_mutex_unlock(&dispatcher->mutex);
}

bool dispatcher_renew(Dispatcher *dispatcher, GError **error)
{
    TimeMs until = desk_now(dispatcher->desk) + LEASE_MINUTES * TIME_MINUTE;
    return outbox_renew(desk_store(dispatcher->desk), dispatcher->holder, until, error) >= 0;
}

bool dispatcher_recover(Dispatcher *dispatcher, GError **error)
{
    int64_t recovered =
        outbox_recover(desk_store(dispatcher->desk), dispatcher->holder, desk_now(dispatcher->desk), error);
    if (recovered > 0)
        LOG(LOG_WARNING, "outbox.recovered", LOG_NUMBER("rows", recovered));
    return recovered >= 0;
}

static void init_sync(Dispatcher *dispatcher)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&dispatcher->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&dispatcher->mutex, NULL);
}

Dispatcher *dispatcher_start(const DispatcherOptions *options, GError **error)
{
    Dispatcher *dispatcher = g_new0(Dispatcher, 1);
    dispatcher->wanted = options->threads ? MIN(options->threads, THREADS_MAX) : THREADS_DEFAULT;
    dispatcher->desk = options->desk;
    dispatcher->zygote = options->zygote;
    dispatcher->base_url = g_strdup(options->base_url);
    g_strlcpy(dispatcher->holder, token_new().text, sizeof dispatcher->holder);
    init_sync(dispatcher);
    bool started = dispatcher_recover(dispatcher, error);
    while (started && dispatcher->thread_count < dispatcher->wanted) {
        started = pthread_create(&dispatcher->threads[dispatcher->thread_count], NULL, run, dispatcher) == 0;
        dispatcher->thread_count += started;
        if (!started)
            g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread for the outbox");
    }
    if (started)
        return dispatcher;
    dispatcher_stop(dispatcher);
    return NULL;
}

void dispatcher_stop(Dispatcher *dispatcher)
{
    if (!dispatcher)
        return;
    atomic_store(&dispatcher->stopping, true);
    dispatcher_wake(dispatcher);
    for (int i = 0; i < dispatcher->thread_count; i++)
        pthread_join(dispatcher->threads[i], NULL);
    pthread_cond_destroy(&dispatcher->changed);
    pthread_mutex_destroy(&dispatcher->mutex);
    g_free(dispatcher->base_url);
    g_free(dispatcher);
}
