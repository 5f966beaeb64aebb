/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: which row leaves next. How: the oldest due one whose server and recipient's domain have room left, whose account
 * and server have not sent their fill in the last minute, and whose ticket has no earlier answer still to leave. Why the
 * lanes are counted from the rows themselves: they are right after a crash, and on several nodes.
 */
#include "outbox_sql.h"
#include "queue/outbox.h"

#include <string.h>

/* When due rows wait for room, we look again then if nothing is committed before. */
#define LOOK_AGAIN TIME_SECOND

typedef struct LeaseWork {
    Arena *arena;
    const char *holder;
    TimeMs now, lease_until;
    const OutboxLanes *lanes; /* or NULL */
    OutboxItem *item_out;
    TimeMs next_at;
    bool found;
    const char *accounts, *domains; /* those that are full, as outbox_next takes them */
} LeaseWork;

/* What one account has under way and has sent in the last minute. */
typedef struct Load {
    int64_t under_way, lately;
} Load;

static void add_full(GString *full, const char *name)
{
    g_string_append(full, name);
    g_string_append_c(full, ' ');
}

static int under_way(const SqlOutboxListLeasedList *leased, const char *account)
{
    int count = 0;
    for (size_t i = 0; i < leased->count; i++)
        count += strcmp(leased->rows[i].account, account) == 0;
    return count;
}

static int under_way_to(const SqlOutboxListLeasedList *leased, const char *domain)
{
    int count = 0;
    for (size_t i = 0; i < leased->count; i++)
        count += strcmp(leased->rows[i].domain, domain) == 0;
    return count;
}

static Load load_of(StoreTx *tx, const LeaseWork *work, const SqlOutboxListLeasedList *leased, const OutboxRate *rate)
{
    Load load = {.under_way = under_way(leased, rate->account)};
    SqlOutboxCountLately row;
    if ((rate->per_minute || rate->server_per_minute) &&
        sql_outbox_count_lately(tx, work->arena, &(SqlOutboxCountLatelyIn){rate->account, work->now - TIME_MINUTE},
                                &row))
        load.lately = row.lately;
    return load;
}

/* Of all accounts that leave through the same server. */
static Load load_of_server(const OutboxLanes *lanes, const Load *loads, size_t at)
{
    const char *server = lanes->rates[at].server;
    Load all = loads[at];
    for (size_t i = 0; server && i < lanes->rate_count; i++)
        if (i != at && lanes->rates[i].server && strcmp(lanes->rates[i].server, server) == 0) {
            all.under_way += loads[i].under_way;
            all.lately += loads[i].lately;
        }
    return all;
}

static bool is_full(const OutboxLanes *lanes, const Load *loads, size_t at)
{
    const OutboxRate *rate = &lanes->rates[at];
    Load own = loads[at], server = load_of_server(lanes, loads, at);
    return rate->paused || server.under_way >= lanes->per_server ||
           (rate->per_minute && own.lately + own.under_way >= rate->per_minute) ||
           (rate->server_per_minute && server.lately + server.under_way >= rate->server_per_minute);
}

static bool has_rate(const OutboxLanes *lanes, const char *account)
{
    for (size_t i = 0; i < lanes->rate_count; i++)
        if (strcmp(lanes->rates[i].account, account) == 0)
            return true;
    return false;
}

/* What is under way names an account that has no rate, or a domain: each is full by itself. */
static void add_busy(const LeaseWork *work, const SqlOutboxListLeasedList *leased, GString *accounts, GString *domains)
{
    for (size_t i = 0; i < leased->count; i++) {
        const SqlOutboxListLeased *row = &leased->rows[i];
        if (!has_rate(work->lanes, row->account) && under_way(leased, row->account) >= work->lanes->per_server)
            add_full(accounts, row->account);
        if (*row->domain && under_way_to(leased, row->domain) >= work->lanes->per_domain)
            add_full(domains, row->domain);
    }
}

static void find_full(StoreTx *tx, LeaseWork *work)
{
    const OutboxLanes *lanes = work->lanes;
    g_autoptr(GString) accounts = g_string_new(" "), domains = g_string_new(" ");
    SqlOutboxListLeasedList leased = sql_outbox_list_leased(tx, work->arena, &(SqlOutboxListLeasedIn){work->holder});
    Load *loads = ARENA_ARRAY(work->arena, Load, lanes->rate_count);
    for (size_t i = 0; i < lanes->rate_count; i++)
        loads[i] = load_of(tx, work, &leased, &lanes->rates[i]);
    for (size_t i = 0; i < lanes->rate_count; i++)
        if (is_full(lanes, loads, i))
            add_full(accounts, lanes->rates[i].account);
    add_busy(work, &leased, accounts, domains);
    work->accounts = arena_strdup(work->arena, accounts->str);
    work->domains = arena_strdup(work->arena, domains->str);
}

static TimeMs look_again_at(StoreTx *tx, const LeaseWork *work)
{
    SqlOutboxNextAt next;
    if (!sql_outbox_next_at(tx, work->arena, &next))
        return TIME_NONE;
    return next.not_before > work->now ? next.not_before : work->now + LOOK_AGAIN;
}

static bool lease_next(StoreTx *tx, void *arg)
{
    LeaseWork *work = arg;
    SqlOutboxNext row;
    work->accounts = work->domains = "";
    if (work->lanes)
        find_full(tx, work);
    work->found = sql_outbox_next(tx, work->arena, &(SqlOutboxNextIn){work->now, work->accounts, work->domains}, &row);
    if (!work->found) {
        work->next_at = look_again_at(tx, work);
        return false;
    }
    sql_outbox_take(tx, &(SqlOutboxTakeIn){row.outbox_id, work->lease_until, work->holder});
    *work->item_out = (OutboxItem){.id = row.outbox_id,
                                   .channel = row.channel,
                                   .purpose = row.purpose,
                                   .ticket = row.ticket_id,
                                   .message = row.message_id,
                                   .idempotency_key = row.idempotency_key,
                                   .payload = row.payload,
                                   .attempts = row.attempts + 1,
                                   .created_at = row.created_at,
                                   .resent = row.resent,
                                   .told = row.told};
    return true;
}

bool outbox_lease_within(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms,
                         const OutboxLanes *lanes, OutboxItem *item_out, TimeMs *next_at_out, GError **error)
{
    LeaseWork work = {.arena = arena,
                      .holder = holder,
                      .now = now,
                      .lease_until = now + lease_ms,
                      .lanes = lanes,
                      .item_out = item_out,
                      .next_at = TIME_NONE};
    StoreOutcome outcome = store_write(store, "outbox lease", lease_next, &work, error);
    *next_at_out = work.next_at;
    return outcome == STORE_COMMITTED;
}

bool outbox_lease(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms, OutboxItem *item_out,
                  TimeMs *next_at_out, GError **error)
{
    return outbox_lease_within(store, arena, holder, now, lease_ms, NULL, item_out, next_at_out, error);
}
