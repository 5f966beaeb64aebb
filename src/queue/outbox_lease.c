/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: which row leaves next. How: the oldest due one whose account and recipient's domain have room left, whose
 * account has not sent its fill in the last minute, and whose ticket has no earlier answer still to leave. Why the lanes
 * are counted from the rows themselves: they are right after a crash, and on several nodes.
 */
#include "outbox_sql.h"
#include "queue/outbox.h"

#include <string.h>

/* As many as outbox_next has places for. When more are full, the others are not kept apart: slower, never wrong. */
enum { ACCOUNTS_FULL_MAX = 4, DOMAINS_FULL_MAX = 6 };

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
    const char *accounts[ACCOUNTS_FULL_MAX]; /* full */
    const char *domains[DOMAINS_FULL_MAX];
    size_t account_count, domain_count;
} LeaseWork;

static void add_full(const char **full, size_t *count, size_t max, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(full[i], name) == 0)
            return;
    if (*count < max)
        full[(*count)++] = name;
}

static void add_full_account(LeaseWork *work, const char *account)
{
    add_full(work->accounts, &work->account_count, ACCOUNTS_FULL_MAX, account);
}

static int under_way(const SqlOutboxListLeasedList *leased, const char *account)
{
    int count = 0;
    for (size_t i = 0; i < leased->count; i++)
        count += strcmp(leased->rows[i].account, account) == 0;
    return count;
}

static void count_attempts(LeaseWork *work, const SqlOutboxListLeasedList *leased, size_t at)
{
    const SqlOutboxListLeased *row = &leased->rows[at];
    int of_domain = 0;
    for (size_t i = 0; i < leased->count; i++)
        of_domain += strcmp(leased->rows[i].domain, row->domain) == 0;
    if (under_way(leased, row->account) >= work->lanes->per_account)
        add_full_account(work, row->account);
    if (*row->domain && of_domain >= work->lanes->per_domain)
        add_full(work->domains, &work->domain_count, DOMAINS_FULL_MAX, row->domain);
}

static void find_full(StoreTx *tx, LeaseWork *work)
{
    const OutboxLanes *lanes = work->lanes;
    SqlOutboxListLeasedList leased = sql_outbox_list_leased(tx, work->arena, &(SqlOutboxListLeasedIn){work->holder});
    for (size_t i = 0; i < leased.count; i++)
        count_attempts(work, &leased, i);
    for (size_t i = 0; i < lanes->rate_count; i++) {
        SqlOutboxCountLately row;
        const OutboxRate *rate = &lanes->rates[i];
        bool counted = rate->per_minute > 0 &&
                       sql_outbox_count_lately(tx, work->arena,
                                               &(SqlOutboxCountLatelyIn){rate->account, work->now - TIME_MINUTE}, &row);
        if (counted && row.lately + under_way(&leased, rate->account) >= rate->per_minute)
            add_full_account(work, rate->account);
    }
}

static const char *nth(const char *const *full, size_t count, size_t at)
{
    return at < count ? full[at] : "\x01"; /* no account and no domain */
}

static bool find_next(StoreTx *tx, const LeaseWork *work, SqlOutboxNext *row_out)
{
    const char *const *accounts = work->accounts, *const *domains = work->domains;
    size_t a = work->account_count, d = work->domain_count;
    return sql_outbox_next(tx, work->arena,
                           &(SqlOutboxNextIn){work->now, nth(accounts, a, 0), nth(accounts, a, 1), nth(accounts, a, 2),
                                              nth(accounts, a, 3), nth(domains, d, 0), nth(domains, d, 1),
                                              nth(domains, d, 2), nth(domains, d, 3), nth(domains, d, 4),
                                              nth(domains, d, 5)},
                           row_out);
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
    work->account_count = work->domain_count = 0;
    if (work->lanes)
        find_full(tx, work);
    work->found = find_next(tx, work, &row);
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
