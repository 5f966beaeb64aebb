/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/desk.h"

#include "desk/calendar/house.h"
#include "desk/setting/company.h"
#include "desk/setting/founding.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"
#include "search/index.h"

#include <stdatomic.h>

struct Desk {
    Store *store;
    const Clock *clock;
    _Atomic(const DeskPolicy *) policy;
    Arena *texts;         /* of all policies; a setting changes rarely */
    GPtrArray *calendars; /* likewise */
    GPtrArray *zones;
    AuditReads *reads;
};

/* Each part only grows, so two states never share a sum. */
static int64_t read_revision(StoreTx *tx, Arena *arena)
{
    return setting_get_int(tx, arena, SETTING_VERSION) + setting_get_int(tx, arena, SETTING_CALENDAR_VERSION) +
           founding_is_done(tx, arena);
}

static const DeskPolicy *read_policy(Desk *desk, StoreTx *tx)
{
    DeskPolicy *policy = ARENA_NEW(desk->texts, DeskPolicy);
    const char *phone = setting_get(tx, desk->texts, SETTING_COMPANY_PHONE);
    HouseHours hours = house_hours_get(tx, desk->texts);
    Zone *zone = zone_find(hours.zone);
    if (!zone) /* checked when it was set: the system lost its zone files */
        zone = zone_find("UTC");
    Calendar *calendar = house_calendar(desk->texts, &hours, zone);
    g_ptr_array_add(desk->zones, zone);
    g_ptr_array_add(desk->calendars, calendar);
    *policy = (DeskPolicy){
        .company_name = setting_get(tx, desk->texts, SETTING_COMPANY_NAME),
        .company_phone = phone,
        .company_phone_shown = company_phone_shown(desk->texts, phone),
        .language = setting_get(tx, desk->texts, SETTING_LANGUAGE),
        .zone = zone,
        .calendar = calendar,
        .hours_shown = {[LANG_IT] = house_hours_words(desk->texts, LANG_IT, &hours),
                        [LANG_EN] = house_hours_words(desk->texts, LANG_EN, &hours)},
        .first_update_ms = setting_get_int(tx, desk->texts, SETTING_FIRST_UPDATE_HOURS) * TIME_HOUR,
        .reopen_ms = setting_get_int(tx, desk->texts, SETTING_REOPEN_DAYS) * TIME_DAY,
        .undo_ms = setting_get_int(tx, desk->texts, SETTING_UNDO_SECONDS) * TIME_SECOND,
        .letter_days = setting_get_int(tx, desk->texts, SETTING_LETTER_DAYS),
        .intake_team = team_first(tx, desk->texts),
        .revision = read_revision(tx, desk->texts),
        .is_founded = founding_is_done(tx, desk->texts),
        .close_at_once = setting_get_int(tx, desk->texts, SETTING_CLOSE_AT_ONCE) != 0,
        .demo = setting_get_int(tx, desk->texts, SETTING_DEMO) != 0,
        .demo_password = setting_get(tx, desk->texts, SETTING_DEMO_PASSWORD),
    };
    return policy;
}

bool desk_reload(Desk *desk, GError **error)
{
    StoreTx *tx = store_read_begin(desk->store, error);
    if (!tx)
        return false;
    const DeskPolicy *policy = read_policy(desk, tx);
    if (!store_read_end(tx, error))
        return false;
    atomic_store(&desk->policy, policy);
    return true;
}

bool desk_refresh(Desk *desk, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = store_read_begin(desk->store, error);
    if (!tx)
        return false;
    int64_t revision = read_revision(tx, arena);
    if (!store_read_end(tx, error))
        return false;
    return revision == desk_policy(desk)->revision || desk_reload(desk, error);
}

static void zone_drop(void *zone)
{
    g_time_zone_unref(zone);
}

static void calendar_drop(void *calendar)
{
    calendar_free(calendar);
}

Desk *desk_new(Store *store, const Clock *clock, GError **error)
{
    Desk *desk = g_new0(Desk, 1);
    desk->store = store;
    desk->clock = clock;
    desk->texts = arena_new(ARENA_REQUEST_CAP);
    desk->reads = audit_reads_new();
    desk->calendars = g_ptr_array_new_with_free_func(calendar_drop);
    desk->zones = g_ptr_array_new_with_free_func(zone_drop);
    search_start_upkeep(store);
    if (desk_reload(desk, error))
        return desk;
    desk_free(desk);
    return NULL;
}

void desk_free(Desk *desk)
{
    if (!desk)
        return;
    g_ptr_array_unref(desk->calendars);
    g_ptr_array_unref(desk->zones);
    audit_reads_free(desk->reads);
    arena_free(desk->texts);
    g_free(desk);
}

Store *desk_store(const Desk *desk)
{
    return desk->store;
}

TimeMs desk_now(const Desk *desk)
{
    return clock_now(desk->clock);
}

const DeskPolicy *desk_policy(const Desk *desk)
{
    return atomic_load(&desk->policy);
}

AuditReads *desk_reads(const Desk *desk)
{
    return desk->reads;
}

TimeMs desk_next_update(const Desk *desk, TimeMs from)
{
    const DeskPolicy *policy = desk_policy(desk);
    TimeMs due = business_due(policy->calendar, from, policy->first_update_ms, NULL, 0);
    return due ? due : from + TIME_DAY; /* a calendar that never opens */
}
