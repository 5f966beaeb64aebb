/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the table of listening threads. How: sync compares it with the accounts; a thread that must end is told so (a
 * flag and a descriptor) and joined at a later sync, once it says that it has; only then may the next one of its account
 * begin. A thread reads its account afresh at each beginning.
 */
#include "job/listeners.h"

#include "base/log.h"
#include "channel/account.h"
#include "channel/backoff.h"
#include "channel/channel_metrics.h"
#include "channel/config.h"
#include "desk/mailbox/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WELL_EVERY_S = 60 };

typedef struct Listener {
    Desk *desk;
    ParseZygote *zygote;
    ChannelAccountId account;
    char *name;
    int64_t version; /* of the account */
    pthread_t thread;
    int wake_fd;
    atomic_bool stop, ended;
    /* Of the thread alone: */
    bool well, whole;     /* as written down last: it works; all of it does */
    int64_t well_said_us; /* monotonic; 0: never */
    int pause_s;
    ChannelRefusal refusal;
} Listener;

struct Listeners {
    Desk *desk;
    ParseZygote *zygote;
    GPtrArray *running; /* Listener */
};

/* --- health --------------------------------------------------------------------------------------------------------- */

typedef struct HealthWork {
    const Listener *listener;
    TimeMs now;
    ChannelHealthWell well;
    const ChannelEnd *end; /* NULL: it works */
} HealthWork;

static bool write_health(StoreTx *tx, void *arg)
{
    const HealthWork *work = arg;
    if (work->end)
        channel_health_set_failing(tx, work->listener->account, work->end->step, work->end->said, work->now);
    else
        channel_health_set_well(tx, work->listener->account, &work->well, work->now);
    return true;
}

static void keep_health(const Listener *listener, const ChannelWell *well, const ChannelEnd *end)
{
    HealthWork work = {.listener = listener, .now = desk_now(listener->desk), .end = end};
    if (well)
        work.well = (ChannelHealthWell){well->message_at, well->step, well->said};
    g_autoptr(GError) error = NULL;
    if (store_write(desk_store(listener->desk), "channel health", write_health, &work, &error) == STORE_FAILED)
        LOG(LOG_WARNING, "listen.health", LOG_TEXT("account", listener->name), LOG_TEXT("reason", error->message));
}

/* Written when it changed, when something came, and otherwise once a minute. */
static void on_well(const ChannelWell *well, void *arg)
{
    Listener *listener = arg;
    int64_t now_us = clock_monotonic_us();
    bool whole = !*well->step;
    listener->pause_s = 0;
    if (listener->well && listener->whole == whole && !well->message_at &&
        now_us - listener->well_said_us < (int64_t)WELL_EVERY_S * 1000000)
        return;
    if (!listener->well)
        LOG(LOG_INFO, "listen.well", LOG_TEXT("account", listener->name));
    listener->well = true;
    listener->whole = whole;
    listener->well_said_us = now_us;
    keep_health(listener, well, NULL);
}

static void on_end(Listener *listener, const ChannelEnd *end)
{
    listener->well = false;
    metric_add(&metric_mailbox_failures, METRIC_LABELS(listener->name, end->step), 1);
    LOG(LOG_WARNING, "listen.failed", LOG_TEXT("account", listener->name), LOG_TEXT("step", end->step),
        LOG_TEXT("said", end->said));
    keep_health(listener, NULL, end);
}

/* --- one thread ----------------------------------------------------------------------------------------------------- */

/* The account as it stands now; false with no *error: it is gone, or no longer wants listening. */
static bool find_account(const Listener *listener, Arena *arena, ChannelAccount *account_out, GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(listener->desk), error);
    if (!tx)
        return false;
    bool found = channel_account_find(tx, arena, listener->name, account_out);
    return store_read_end(tx, error) && found && account_out->active;
}

/* One listening, from its beginning to its end. */
static void listen_once(Listener *listener, Arena *arena, ChannelEnd *end_out)
{
    ChannelAccount account;
    AccountSettings settings = {0};
    g_autoptr(GError) error = NULL;
    *end_out = (ChannelEnd){false, "", ""};
    bool opened = find_account(listener, arena, &account, &error) &&
                  channel_account_open(arena, listener->desk, &account, &settings, &error);
    const ChannelAdapter *adapter = opened ? channel_find(account.channel) : NULL;
    if (adapter && adapter->listen)
        channel_account_listen(arena, adapter, &settings,
                               &(ChannelListening){.desk = listener->desk,
                                                   .zygote = listener->zygote,
                                                   .account = listener->account,
                                                   .name = listener->name,
                                                   .stop = &listener->stop,
                                                   .wake_fd = listener->wake_fd,
                                                   .refusal = &listener->refusal,
                                                   .on_well = on_well,
                                                   .arg = listener},
                               end_out);
    else if (error)
        *end_out = (ChannelEnd){g_error_matches(error, FILO_ERROR, FILO_ERROR_CORRUPT), "settings",
                                arena_strdup(arena, error->message)};
    channel_account_wipe(&settings);
}

/* Twice as long each time, until it has worked again; at once long when only a person can mend it. */
static void pause_after(Listener *listener, bool configuration)
{
    listener->pause_s = backoff_listen_s(listener->pause_s, configuration);
    poll(&(struct pollfd){.fd = listener->wake_fd, .events = POLLIN}, 1, listener->pause_s * 1000);
}

static void *run(void *arg)
{
    Listener *listener = arg;
    while (!atomic_load(&listener->stop)) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        ChannelEnd end;
        metric_add(&metric_mailbox_connections, METRIC_LABELS(listener->name), 1);
        listen_once(listener, arena, &end);
        if (atomic_load(&listener->stop))
            break;
        if (*end.step)
            on_end(listener, &end);
        pause_after(listener, end.configuration);
    }
    atomic_store(&listener->ended, true);
    return NULL;
}

/* --- the table ------------------------------------------------------------------------------------------------------ */

static void tell_to_end(Listener *listener)
{
    const uint64_t one = 1;
    atomic_store(&listener->stop, true);
    if (write(listener->wake_fd, &one, sizeof one) < 0)
        LOG(LOG_WARNING, "listen.wake", LOG_TEXT("account", listener->name));
}

static void listener_free(Listener *listener)
{
    close(listener->wake_fd);
    g_free(listener->name);
    g_free(listener);
}

static bool start(Listeners *listeners, const ChannelAccount *account, GError **error)
{
    Listener *listener = g_new0(Listener, 1);
    listener->desk = listeners->desk;
    listener->zygote = listeners->zygote;
    listener->account = account->id;
    listener->name = g_strdup(account->name);
    listener->version = account->version;
    listener->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (listener->wake_fd >= 0 && pthread_create(&listener->thread, NULL, run, listener) == 0) {
        g_ptr_array_add(listeners->running, listener);
        return true;
    }
    g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread to listen to '%s'", account->name);
    listener_free(listener);
    return false;
}

static bool wants(const ChannelAccount *account, Arena *arena)
{
    const ChannelAdapter *adapter = channel_find(account->channel);
    ChannelSettings settings;
    return account->active && adapter && adapter->listens && channel_config_read(arena, account->config, &settings) &&
           adapter->listens(&settings);
}

static const ChannelAccount *account_of(const ChannelAccountList *list, ChannelAccountId id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id.value == id.value)
            return &list->items[i];
    return NULL;
}

/* Joins who has ended, tells those to end whose account changed. */
static void end_stale(Listeners *listeners, const ChannelAccountList *list, Arena *arena)
{
    for (guint i = listeners->running->len; i-- > 0;) {
        Listener *listener = listeners->running->pdata[i];
        const ChannelAccount *account = account_of(list, listener->account);
        if (!account || account->version != listener->version || !wants(account, arena))
            tell_to_end(listener);
        if (!atomic_load(&listener->ended))
            continue;
        pthread_join(listener->thread, NULL);
        listener_free(listener);
        g_ptr_array_remove_index_fast(listeners->running, i);
    }
}

static bool is_running(const Listeners *listeners, ChannelAccountId id)
{
    for (guint i = 0; i < listeners->running->len; i++)
        if (((const Listener *)listeners->running->pdata[i])->account.value == id.value)
            return true;
    return false;
}

static bool start_missing(Listeners *listeners, const ChannelAccountList *list, Arena *arena, GError **error)
{
    for (size_t i = 0; i < list->count; i++)
        if (wants(&list->items[i], arena) && !is_running(listeners, list->items[i].id) &&
            !start(listeners, &list->items[i], error))
            return false;
    return true;
}

Listeners *listeners_new(Desk *desk, ParseZygote *zygote)
{
    Listeners *listeners = g_new0(Listeners, 1);
    listeners->desk = desk;
    listeners->zygote = zygote;
    listeners->running = g_ptr_array_new();
    return listeners;
}

bool listeners_sync(Listeners *listeners, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelAccountList list = {NULL, 0};
    if (!desk_policy(listeners->desk)->demo) {
        StoreTx *tx = store_read_begin(desk_store(listeners->desk), error);
        if (!tx)
            return false;
        list = channel_account_list(tx, arena);
        if (!store_read_end(tx, error))
            return false;
    }
    end_stale(listeners, &list, arena);
    return start_missing(listeners, &list, arena, error);
}

void listeners_stop(Listeners *listeners)
{
    if (!listeners)
        return;
    for (guint i = 0; i < listeners->running->len; i++)
        tell_to_end(listeners->running->pdata[i]);
    for (guint i = 0; i < listeners->running->len; i++) {
        Listener *listener = listeners->running->pdata[i];
        pthread_join(listener->thread, NULL);
        listener_free(listener);
    }
    g_ptr_array_unref(listeners->running);
    g_free(listeners);
}
