/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the loop that empties the outbox. How: each thread leases one row, sends it, writes down the outcome, and sleeps
 * until something is committed or the next row is due. Leases are short, so that a dead node's mail does not wait, and
 * renewed by the caretaker while the node lives, since a slow mail server may take longer than a lease.
 */
#include "job/dispatcher.h"

#include "base/log.h"
#include "base/token.h"
#include "channel/backoff.h"
#include "desk/ticket/ticket.h"
#include "job/outbound.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS_DEFAULT = 4, THREADS_MAX = 16, LEASE_MINUTES = 2, IDLE_SECONDS = 60 };

struct Dispatcher {
    Desk *desk;
    char *base_url;
    char holder[TOKEN_SIZE];
    pthread_t threads[THREADS_MAX];
    int thread_count;
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
} Attempt;

static Store *store_of(const Attempt *attempt)
{
    return desk_store(attempt->dispatcher->desk);
}

/* ------------------------------------------------------------------------------------------------------------ outcomes */

typedef struct NoteWork {
    Attempt *attempt;
    TimeMs now;
} NoteWork;

static bool note_failure(StoreTx *tx, void *arg)
{
    NoteWork *work = arg;
    TicketEdit edit;
    TicketChange change = {0};
    change_set(&change, FIELD_OUTBOX, work->attempt->item.id.value);
    if (!ticket_edit_begin(&edit, tx, work->attempt->arena, work->attempt->item.ticket, ACTOR_OF_SYSTEM, work->now))
        return false;
    ticket_edit_event(&edit, EVENT_DELIVERY, &change, work->now);
    return ticket_edit_end(&edit);
}

static bool set_failed(Attempt *attempt, TimeMs now, GError **error)
{
    NoteWork work = {attempt, now};
    if (!outbox_set_failed(store_of(attempt), attempt->item.id, attempt->dispatcher->holder, attempt->result.reason,
                           now, error))
        return false;
    return store_write(store_of(attempt), "note failed delivery", note_failure, &work, error) != STORE_FAILED;
}

static bool set_retry(Attempt *attempt, TimeMs now, GError **error)
{
    TimeMs next = backoff_next(attempt->item.created_at, now, (int)MIN(attempt->item.attempts, 1000));
    if (next == TIME_NONE)
        return set_failed(attempt, now, error);
    return outbox_set_retry(store_of(attempt), attempt->item.id, attempt->dispatcher->holder, attempt->result.reason,
                            next, error);
}

/* The peer never said whether it took the message: once more with the same id, and then a person must look. */
static bool set_uncertain(Attempt *attempt, TimeMs now, GError **error)
{
    if (attempt->item.resent)
        return set_failed(attempt, now, error);
    return outbox_set_resend(store_of(attempt), attempt->item.id, attempt->dispatcher->holder, attempt->result.reason,
                             now + TIME_MINUTE, error);
}

static bool write_outcome(Attempt *attempt, GError **error)
{
    TimeMs now = desk_now(attempt->dispatcher->desk);
    switch (attempt->result.outcome) {
    case CHANNEL_SENT:
        return outbox_set_sent(store_of(attempt), attempt->item.id, attempt->dispatcher->holder,
                               attempt->result.external_id, now, error);
    case CHANNEL_REFUSED:
        return set_failed(attempt, now, error);
    case CHANNEL_UNCERTAIN:
        return set_uncertain(attempt, now, error);
    case CHANNEL_RETRY:
    case CHANNEL_WITHHELD:
    case CHANNEL_OUTCOMES:
    default:
        return set_retry(attempt, now, error);
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
    bool built = outbound_build(tx, attempt->arena, attempt->dispatcher->desk, attempt->dispatcher->base_url,
                                &attempt->item, &attempt->parcel, error);
    g_autoptr(GError) ended = NULL;
    return store_read_end(tx, built ? error : &ended) && built;
}

static void send(Attempt *attempt)
{
    g_autoptr(GError) error = NULL;
    const ChannelAdapter *adapter = channel_find(attempt->item.channel);
    ChannelHooks hooks = {before_send, attempt, &attempt->dispatcher->stopping};
    if (!adapter || !build(attempt, &error)) {
        attempt->result.outcome = CHANNEL_RETRY;
        attempt->result.configuration = true;
        attempt->result.reason = error ? arena_strdup(attempt->arena, error->message) : "there is no such channel";
        return;
    }
    adapter->deliver(attempt->arena, &attempt->parcel.settings, &attempt->parcel.outbound, &hooks, &attempt->result);
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

/* Sends the next due row. false: none is due; *next_at_out says when one will be. */
static bool dispatch_one(Dispatcher *dispatcher, TimeMs *next_at_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 2);
    g_autoptr(GError) error = NULL;
    Attempt attempt = {.dispatcher = dispatcher, .arena = arena};
    if (!outbox_lease(desk_store(dispatcher->desk), arena, dispatcher->holder, desk_now(dispatcher->desk),
                      LEASE_MINUTES * TIME_MINUTE, &attempt.item, next_at_out, &error)) {
        if (error)
            LOG(LOG_ERROR, "outbox.lease", LOG_TEXT("reason", error->message));
        return false;
    }
    send(&attempt);
    log_outcome(&attempt);
    if (!write_outcome(&attempt, &error))
        LOG(LOG_ERROR, "outbox.outcome", LOG_NUMBER("outbox", attempt.item.id.value),
            LOG_TEXT("reason", error->message));
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
    int wanted = options->threads ? MIN(options->threads, THREADS_MAX) : THREADS_DEFAULT;
    dispatcher->desk = options->desk;
    dispatcher->base_url = g_strdup(options->base_url);
    g_strlcpy(dispatcher->holder, token_new().text, sizeof dispatcher->holder);
    init_sync(dispatcher);
    bool started = dispatcher_recover(dispatcher, error);
    while (started && dispatcher->thread_count < wanted) {
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
