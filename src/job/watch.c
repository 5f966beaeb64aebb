/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/watch.h"

#include "base/log.h"
#include "channel/config.h"
#include "desk/incident/incident.h"
#include "desk/intake/intake.h"
#include "desk/mailbox/mailbox.h"
#include "desk/setting/setting.h"
#include "queue/outbox.h"

#include <string.h>

#define HABIT_EVERY (5 * TIME_MINUTE)

typedef struct Habit {
    ChannelAccountId account;
    QuietHabit quiet;
} Habit;

struct Watch {
    Desk *desk;
    TimeMs started_at;
    TimeMs habits_at; /* TIME_NONE: not yet */
    GArray *habits;   /* Habit */
    bool untold;      /* as said in the log last */
};

/* One turn. */
typedef struct Turn {
    Watch *watch;
    StoreTx *tx;
    Arena *arena;
    TimeMs now;
    ChannelAccountList list; /* those in use */
    bool *listens;           /* of each */
    IncidentAccount *accounts;
    ChannelHealthRows health;
    OutboxOverdueList overdue;
    GArray *troubles; /* Trouble */
} Turn;

Watch *watch_new(Desk *desk)
{
    Watch *watch = g_new0(Watch, 1);
    watch->desk = desk;
    watch->started_at = desk_now(desk);
    watch->habits = g_array_new(FALSE, FALSE, sizeof(Habit));
    return watch;
}

void watch_free(Watch *watch)
{
    if (!watch)
        return;
    g_array_unref(watch->habits);
    g_free(watch);
}

/* --- what there is -------------------------------------------------------------------------------------------------- */

/* Ordinary mail before certified mail: the latter is for what must be proved. */
static void order_accounts(Turn *turn)
{
    size_t count = 0;
    IncidentAccount *accounts = ARENA_ARRAY(turn->arena, IncidentAccount, turn->list.count);
    for (int certified = 0; certified < 2; certified++)
        for (size_t i = 0; i < turn->list.count; i++) {
            const ChannelAccount *account = &turn->list.items[i];
            ChannelSettings settings = {NULL, 0};
            bool sends = channel_config_read(turn->arena, account->config, &settings) &&
                         *channel_setting(&settings, "smtp_host");
            if ((strcmp(account->channel, "mail") != 0) == certified)
                accounts[count++] = (IncidentAccount){account->id, account->name, account->channel, sends};
        }
    turn->accounts = accounts;
}

static bool account_listens(Turn *turn, const ChannelAccount *account)
{
    const ChannelAdapter *adapter = channel_find(account->channel);
    ChannelSettings settings = {NULL, 0};
    return adapter && adapter->listens && channel_config_read(turn->arena, account->config, &settings) &&
           adapter->listens(&settings);
}

static void read_accounts(Turn *turn)
{
    ChannelAccountList all = channel_account_list(turn->tx, turn->arena);
    turn->list = (ChannelAccountList){ARENA_ARRAY(turn->arena, ChannelAccount, all.count), 0};
    turn->listens = ARENA_ARRAY(turn->arena, bool, all.count);
    for (size_t i = 0; i < all.count; i++) {
        if (!all.items[i].active)
            continue;
        turn->listens[turn->list.count] = account_listens(turn, &all.items[i]);
        turn->list.items[turn->list.count++] = all.items[i];
    }
    order_accounts(turn);
}

static const ChannelHealthRow *health_of(const Turn *turn, ChannelAccountId account)
{
    for (size_t i = 0; i < turn->health.count; i++)
        if (turn->health.items[i].account.value == account.value)
            return &turn->health.items[i];
    return NULL;
}

/* --- habits --------------------------------------------------------------------------------------------------------- */

static void learn(Turn *turn)
{
    Watch *watch = turn->watch;
    const Calendar *calendar = desk_policy(watch->desk)->calendar;
    if (watch->habits_at && turn->now - watch->habits_at < HABIT_EVERY)
        return;
    watch->habits_at = turn->now;
    g_array_set_size(watch->habits, 0);
    for (size_t i = 0; i < turn->list.count; i++) {
        InboundArrivals past = intake_list_arrivals(turn->tx, turn->arena, turn->list.items[i].name,
                                                    turn->now - INCIDENT_HABIT_SPAN, INCIDENT_HABIT_MAX);
        Habit habit = {turn->list.items[i].id, quiet_habit(calendar, past.at, past.count)};
        g_array_append_val(watch->habits, habit);
    }
}

static const QuietHabit *habit_of(const Watch *watch, ChannelAccountId account)
{
    for (guint i = 0; i < watch->habits->len; i++)
        if (g_array_index(watch->habits, Habit, i).account.value == account.value)
            return &g_array_index(watch->habits, Habit, i).quiet;
    return NULL;
}

/* --- what is wrong -------------------------------------------------------------------------------------------------- */

static void add(Turn *turn, const ChannelAccount *account, IncidentKind kind, TimeMs since, const char *step,
                const char *said)
{
    Trouble trouble = {account->id, kind, since, step, said};
    g_array_append_val(turn->troubles, trouble);
}

/* What waiting mends nothing of. */
static bool needs_person(const char *step)
{
    static const char *const steps[] = {"settings",      "sign_in",         "insecure",    "folder",
                                        "grant_missing", "grant_withdrawn", "grant_client", NULL};
    return g_strv_contains(steps, step);
}

/* Whether it is read; true: it is, or nobody has to. */
static bool look_at_reading(Turn *turn, const ChannelAccount *account)
{
    const ChannelHealthRow *row = health_of(turn, account->id);
    TimeMs looked = MAX(row ? row->checked_at : TIME_NONE, turn->watch->started_at);
    if (turn->now - looked >= INCIDENT_UNWATCHED_AFTER) {
        add(turn, account, INCIDENT_UNWATCHED, looked, "", "");
        return false;
    }
    if (!row || !row->failing_since)
        return true;
    if (incident_is_failing(row->failing_since, row->checked_at, needs_person(row->step)))
        add(turn, account, INCIDENT_FAILING, row->failing_since, row->step, row->said);
    return false;
}

static void look_at_silence(Turn *turn, const ChannelAccount *account)
{
    const QuietHabit *habit = habit_of(turn->watch, account->id);
    if (!habit || !habit->is_known)
        return;
    InboundArrivals last = intake_list_arrivals(turn->tx, turn->arena, account->name, 1, 1);
    TimeMs last_at = last.count ? last.at[0] : TIME_NONE;
    if (incident_is_quiet(desk_policy(turn->watch->desk)->calendar, habit, last_at, turn->now))
        add(turn, account, INCIDENT_QUIET, last_at, "", "");
}

/* Of a channel's default account nothing is said: rows without a name are few and old. */
static void look_at_sending(Turn *turn, const ChannelAccount *account)
{
    TimeMs oldest = TIME_NONE;
    const char *said = "";
    for (size_t i = 0; i < turn->overdue.count; i++) {
        const OutboxOverdue *row = &turn->overdue.items[i];
        if (strcmp(row->account, account->name) != 0 || (oldest && row->created_at >= oldest))
            continue;
        oldest = row->created_at;
        said = row->reason;
    }
    TimeMs limit = turn->now - INCIDENT_WAITING_AFTER;
    if (oldest && oldest <= limit && outbox_last_sent(turn->tx, turn->arena, account->name) <= limit)
        add(turn, account, INCIDENT_WAITING, oldest, "", said);
}

static void look(Turn *turn)
{
    read_accounts(turn);
    learn(turn);
    turn->health = channel_health_list(turn->tx, turn->arena);
    turn->overdue = outbox_list_overdue(turn->tx, turn->arena, turn->now - INCIDENT_WAITING_AFTER);
    for (size_t i = 0; i < turn->list.count; i++) {
        const ChannelAccount *account = &turn->list.items[i];
        if (!turn->listens[i] || look_at_reading(turn, account))
            look_at_silence(turn, account);
        look_at_sending(turn, account);
    }
}

/* --- the turn ------------------------------------------------------------------------------------------------------- */

typedef struct KeepWork {
    IncidentLook look;
    TimeMs now;
    IncidentKept kept;
} KeepWork;

static bool keep(StoreTx *tx, void *arg)
{
    KeepWork *work = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    incident_keep(tx, arena, &work->look, work->now, &work->kept);
    return true;
}

static void say(Watch *watch, const IncidentKept *kept)
{
    if (kept->opened || kept->ended || kept->told)
        LOG(LOG_WARNING, "incident.kept", LOG_NUMBER("opened", kept->opened), LOG_NUMBER("ended", kept->ended),
            LOG_NUMBER("told", kept->told));
    if (kept->untold && !watch->untold)
        LOG(LOG_ERROR, "incident.untold", LOG_NUMBER("incidents", kept->untold));
    watch->untold = kept->untold > 0;
}

static bool keep_turn(Turn *turn, GError **error)
{
    KeepWork work = {
        .look = {(const Trouble *)(void *)turn->troubles->data, turn->troubles->len, turn->accounts, turn->list.count},
        .now = turn->now};
    if (store_write(desk_store(turn->watch->desk), "incidents", keep, &work, error) != STORE_COMMITTED)
        return false;
    say(turn->watch, &work.kept);
    return true;
}

bool watch_look(Watch *watch, GError **error)
{
    if (desk_policy(watch->desk)->demo)
        return true;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GArray) troubles = g_array_new(FALSE, FALSE, sizeof(Trouble));
    Turn turn = {.watch = watch, .arena = arena, .now = desk_now(watch->desk), .troubles = troubles};
    turn.tx = store_read_begin(desk_store(watch->desk), error);
    if (!turn.tx)
        return false;
    look(&turn);
    bool idle = troubles->len == 0 && incident_list_open(turn.tx, arena, true).count == 0;
    return store_read_end(turn.tx, error) && (idle || keep_turn(&turn, error));
}
