/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/caretaker.h"

#include "base/log.h"
#include "desk/audit/seal.h"
#include "desk/import/import.h"
#include "desk/intake/awaited.h"
#include "desk/staff/session.h"
#include "job/job_metrics.h"
#include "job/watch.h"
#include "store/blob.h"

#include <pthread.h>
#include <stdatomic.h>

/* No message takes longer than this to be read (parse/zygote.h): one that is younger is in somebody's hands. */
enum { BEING_READ_S = 30, FIRST_LOOK_S = 2 };

struct Caretaker {
    ChannelReceiver receiver;
    ChannelWaiting waiting;
    Dispatcher *dispatcher;
    Listeners *listeners;
    Watch *watch;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stopping, looked; /* under the mutex; looked: what a crash left has had its first turn */
};

/* What a chore with much to do takes of a turn: the others wait no longer than for that, and the piece it is at. */
enum { TURN_US = 1000000 };

static bool finish_mail(Caretaker *caretaker, GError **error)
{
    TimeMs kept_before = desk_now(caretaker->receiver.desk) - BEING_READ_S * TIME_SECOND;
    return channel_finish_waiting(&caretaker->receiver, &caretaker->waiting, kept_before, TURN_US, error) >= 0;
}

static bool renew_leases(Caretaker *caretaker, GError **error)
{
    return dispatcher_renew(caretaker->dispatcher, error);
}

static bool take_over_leases(Caretaker *caretaker, GError **error)
{
    return dispatcher_recover(caretaker->dispatcher, error);
}

/* Who read what is written, and all that is not yet sealed is chained. */
static bool seal_audit(Caretaker *caretaker, GError **error)
{
    Desk *desk = caretaker->receiver.desk;
    return audit_reads_flush(desk_reads(desk), desk_store(desk), desk_now(desk), error) &&
           audit_seal_once(desk_store(desk), desk_now(desk), error);
}

static bool prune(StoreTx *tx, void *arg)
{
    session_prune(tx, *(const TimeMs *)arg);
    return true;
}

static bool prune_sessions(Caretaker *caretaker, GError **error)
{
    TimeMs now = desk_now(caretaker->receiver.desk);
    return store_write(desk_store(caretaker->receiver.desk), "session prune", prune, &now, error) == STORE_COMMITTED;
}

static bool forget_awaited(StoreTx *tx, void *arg)
{
    (void)awaited_prune(tx, *(const TimeMs *)arg);
    return true;
}

/* Messages that were referred to and never came. */
static bool prune_awaited(Caretaker *caretaker, GError **error)
{
    TimeMs now = desk_now(caretaker->receiver.desk);
    return store_write(desk_store(caretaker->receiver.desk), "awaited prune", forget_awaited, &now, error) ==
           STORE_COMMITTED;
}

static bool sweep_blobs(Caretaker *caretaker, GError **error)
{
    return blob_sweep(desk_store(caretaker->receiver.desk), error) >= 0;
}

/* An import whose importer died. */
static bool finish_imports(Caretaker *caretaker, GError **error)
{
    bool idle = false, worked = true;
    for (int64_t end = clock_monotonic_us() + TURN_US; worked && !idle && clock_monotonic_us() < end;)
        worked = import_work(caretaker->receiver.desk, &idle, error);
    return worked;
}

/* What another node's pages changed. */
static bool refresh_policy(Caretaker *caretaker, GError **error)
{
    return desk_refresh(caretaker->receiver.desk, error);
}

/* Who listens to what, as the accounts are now. */
static bool sync_listeners(Caretaker *caretaker, GError **error)
{
    return listeners_sync(caretaker->listeners, error);
}

/* What ails the mail, and whether somebody knows. */
static bool watch_mail(Caretaker *caretaker, GError **error)
{
    return watch_look(caretaker->watch, error);
}

/* The parser's process, when no mail has come for a while. */
static bool rest_parser(Caretaker *caretaker, GError **error)
{
    enum { UNUSED_S = 600 };
    (void)error;
    parse_zygote_rest(caretaker->receiver.zygote, (int64_t)UNUSED_S * 1000000);
    return true;
}

static const struct {
    const char *name;
    int period_s;
    bool (*run)(Caretaker *caretaker, GError **error);
} chores[] = {
    {"seal_audit", 1, seal_audit},
    {"sync_listeners", 2, sync_listeners},
    {"watch_mail", 2, watch_mail},
    {"finish_mail", 1, finish_mail},
    {"renew_leases", DISPATCHER_RENEW_S, renew_leases},
    {"take_over_leases", 60, take_over_leases},
    {"finish_imports", 1, finish_imports},
    {"refresh_policy", 5, refresh_policy},
    {"rest_parser", 60, rest_parser},
    {"sweep_blobs", 24 * 3600, sweep_blobs},
    {"prune_sessions", 24 * 3600, prune_sessions},
    {"prune_awaited", 3600, prune_awaited},
};

static void count_run(const char *name, bool done, int64_t due_us, int64_t begun_us)
{
    enum { LATE_US = 5000000 };
    bool late = due_us && begun_us - due_us > LATE_US; /* the first run is due at once */
    metric_add(&metric_job_runs, METRIC_LABELS(name, "done"), done);
    metric_add(&metric_job_runs, METRIC_LABELS(name, "failed"), !done);
    metric_add(&metric_job_late, METRIC_LABELS(name), late);
    metric_observe(&metric_job_seconds, METRIC_LABELS(name), clock_monotonic_us() - begun_us);
}

static void run_due(Caretaker *caretaker, int64_t due_us[])
{
    for (size_t i = 0; i < G_N_ELEMENTS(chores); i++) {
        g_autoptr(GError) error = NULL;
        if (clock_monotonic_us() < due_us[i])
            continue;
        int64_t begun_us = clock_monotonic_us();
        bool done = chores[i].run(caretaker, &error);
        if (!done)
            LOG(LOG_WARNING, "caretaker.chore", LOG_TEXT("chore", chores[i].name),
                LOG_TEXT("reason", error ? error->message : ""));
        count_run(chores[i].name, done, due_us[i], begun_us);
        due_us[i] = clock_monotonic_us() + (int64_t)chores[i].period_s * 1000000;
    }
}

/* Sleeps a second; false when it is time to stop. */
static bool pause_a_second(Caretaker *caretaker)
{
    int64_t until_us = clock_monotonic_us() + 1000000;
    struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    int waited = 0;
    pthread_mutex_lock(&caretaker->mutex);
    while (waited == 0 && !caretaker->stopping)
        waited = pthread_cond_timedwait(&caretaker->changed, &caretaker->mutex, &until);
    bool go_on = !caretaker->stopping;
    pthread_mutex_unlock(&caretaker->mutex);
    return go_on;
}

static void look_first(Caretaker *caretaker)
{
    g_autoptr(GError) error = NULL;
    if (!finish_mail(caretaker, &error))
        LOG(LOG_ERROR, "caretaker.first", LOG_TEXT("reason", error->message));
    pthread_mutex_lock(&caretaker->mutex);
    caretaker->looked = true;
    pthread_cond_broadcast(&caretaker->changed);
    pthread_mutex_unlock(&caretaker->mutex);
}

/* Mostly that is all of it, and whoever kills the node again finds nothing under way; but no door waits for a parser that
 * hangs. */
static void wait_for_first_look(Caretaker *caretaker)
{
    int64_t until_us = clock_monotonic_us() + FIRST_LOOK_S * INT64_C(1000000);
    struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    int waited = 0;
    pthread_mutex_lock(&caretaker->mutex);
    while (waited == 0 && !caretaker->looked)
        waited = pthread_cond_timedwait(&caretaker->changed, &caretaker->mutex, &until);
    pthread_mutex_unlock(&caretaker->mutex);
}

static void *run(void *arg)
{
    Caretaker *caretaker = arg;
    look_first(caretaker);
    int64_t due_us[G_N_ELEMENTS(chores)] = {0};
    do
        run_due(caretaker, due_us);
    while (pause_a_second(caretaker));
    return NULL;
}

Caretaker *caretaker_start(const ChannelReceiver *receiver, Dispatcher *dispatcher, GError **error)
{
    ChannelWaiting waiting;
    pthread_condattr_t monotonic;
    if (!channel_waiting_begin(receiver, &waiting, error))
        return NULL;
    Caretaker *caretaker = g_new0(Caretaker, 1);
    caretaker->waiting = waiting;
    caretaker->receiver = *receiver;
    caretaker->dispatcher = dispatcher;
    caretaker->listeners = listeners_new(receiver->desk, receiver->zygote);
    caretaker->watch = watch_new(receiver->desk);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&caretaker->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&caretaker->mutex, NULL);
    if (pthread_create(&caretaker->thread, NULL, run, caretaker) == 0) {
        wait_for_first_look(caretaker);
        return caretaker;
    }
    g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread for the caretaker");
    listeners_stop(caretaker->listeners);
    watch_free(caretaker->watch);
    g_free(caretaker);
    return NULL;
}

void caretaker_stop(Caretaker *caretaker)
{
    if (!caretaker)
        return;
    pthread_mutex_lock(&caretaker->mutex);
    caretaker->stopping = true;
    pthread_cond_broadcast(&caretaker->changed);
    pthread_mutex_unlock(&caretaker->mutex);
    pthread_join(caretaker->thread, NULL);
    listeners_stop(caretaker->listeners);
    watch_free(caretaker->watch);
    pthread_cond_destroy(&caretaker->changed);
    pthread_mutex_destroy(&caretaker->mutex);
    g_free(caretaker);
}
