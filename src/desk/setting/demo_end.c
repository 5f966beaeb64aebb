/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/demo_end.h"

#include "base/log.h"
#include "desk/setting/setting.h"
#include "setting_sql.h"
#include "store/empty.h"

DemoContents demo_contents(StoreTx *tx, Arena *arena)
{
    SqlDemoContentsCount row;
    if (!sql_demo_contents_count(tx, arena, &row))
        return (DemoContents){0};
    return (DemoContents){row.requests, row.added, row.customers, row.items, row.people, row.products, row.solutions};
}

typedef struct EndWork {
    Arena *arena;
    const Founding *founding;
    TimeMs now;
    DemoEnd *end;
} EndWork;

static bool is_demo(StoreTx *tx, void *arg)
{
    const EndWork *work = arg;
    *work->end = (DemoEnd){.was_demo = setting_get_int(tx, work->arena, SETTING_DEMO) != 0};
    return work->end->was_demo;
}

static bool begin_company(StoreTx *tx, void *arg)
{
    const EndWork *work = arg;
    DemoEnd *end = work->end;
    bool founded = founding_write(tx, work->arena, work->founding, work->now, &end->administrator, &end->refused);
    audit_add(tx, &(AuditEntry){.at = work->now,
                                .actor = {ACTOR_STAFF, end->administrator.value},
                                .action = "demo.end",
                                .object = "setting"});
    return founded;
}

StoreOutcome demo_end(Desk *desk, const Founding *founding, TimeMs now, DemoEnd *end_out, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    EndWork work = {arena, founding, now, end_out};
    /* What was read until now belongs to the demo's record, not to the new one. */
    if (!audit_reads_flush(desk_reads(desk), desk_store(desk), now, error))
        return STORE_FAILED;
    StoreOutcome outcome = store_write_emptied(desk_store(desk), "demo end", is_demo, begin_company, &work, error);
    g_autoptr(GError) reload = NULL;
    if (outcome == STORE_COMMITTED && !desk_reload(desk, &reload))
        LOG(LOG_WARNING, "demo.reload", LOG_TEXT("reason", reload->message)); /* until the next change of a setting */
    return outcome;
}
