/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/incident/incident.h"

#include "desk/incident/incident_int.h"
#include "incident_sql.h"

static bool concerns(const Incident *incident, const Trouble *trouble)
{
    return incident->account.value == trouble->account.value && incident->kind == trouble->kind;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

/* The row types have the same columns; C does not know. */
#define INCIDENT_OF_ROW(row)                                                                                           \
    ((Incident){(row).incident_id, (row).channel_account_id, (row).kind, (row).since, (row).noticed_at, (row).step,    \
                (row).said, (row).told_at, (row).mended_since, (row).ended_at, false})

IncidentList incident_list_open(StoreTx *tx, Arena *arena, bool also_mended)
{
    SqlIncidentOpenList rows = sql_incident_open(tx, arena);
    IncidentList list = {ARENA_ARRAY(arena, Incident, rows.count), 0};
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.rows[i].mended_since && !also_mended)
            continue;
        list.items[list.count] = INCIDENT_OF_ROW(rows.rows[i]);
        list.items[list.count++].reached = rows.rows[i].reached;
    }
    return list;
}

IncidentList incident_list_of(StoreTx *tx, Arena *arena, ChannelAccountId account, int64_t how_many)
{
    SqlIncidentOfAccountList rows = sql_incident_of_account(tx, arena, &(SqlIncidentOfAccountIn){account, how_many});
    IncidentList list = {ARENA_ARRAY(arena, Incident, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = INCIDENT_OF_ROW(rows.rows[i]);
    return list;
}

bool incident_find(StoreTx *tx, Arena *arena, IncidentId id, Incident *incident_out)
{
    SqlIncidentFindRow row;
    if (!sql_incident_find_row(tx, arena, &(SqlIncidentFindRowIn){id}, &row))
        return false;
    *incident_out = INCIDENT_OF_ROW(row);
    return true;
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

static bool is_used(const Keeping *keeping, ChannelAccountId account)
{
    for (size_t i = 0; i < keeping->look->account_count; i++)
        if (keeping->look->accounts[i].id.value == account.value)
            return true;
    return false;
}

static const Trouble *trouble_of(const Keeping *keeping, const Incident *incident)
{
    for (size_t i = 0; i < keeping->look->trouble_count; i++)
        if (concerns(incident, &keeping->look->troubles[i]))
            return &keeping->look->troubles[i];
    return NULL;
}

static void open_new(const Keeping *keeping, const IncidentList *open)
{
    for (size_t i = 0; i < keeping->look->trouble_count; i++) {
        const Trouble *trouble = &keeping->look->troubles[i];
        bool is_known = false;
        for (size_t k = 0; k < open->count; k++)
            is_known = is_known || concerns(&open->items[k], trouble);
        if (is_known)
            continue;
        sql_incident_insert(keeping->tx, &(SqlIncidentInsertIn){trouble->account, trouble->kind, trouble->since,
                                                                keeping->now, trouble->step, trouble->said});
        keeping->kept->opened++;
    }
}

static void end(const Keeping *keeping, const Incident *incident)
{
    sql_incident_set_ended(keeping->tx, &(SqlIncidentSetEndedIn){incident->id, keeping->now});
    keeping->kept->ended++;
}

/* What came in is no passing improvement: silence is over with the first message. */
static bool is_over(const Keeping *keeping, const Incident *incident)
{
    return incident->kind == INCIDENT_QUIET ||
           (incident->mended_since && keeping->now - incident->mended_since >= INCIDENT_MENDED_AFTER);
}

static void follow(const Keeping *keeping, Incident *incident, const IncidentList *open)
{
    const Trouble *trouble = trouble_of(keeping, incident);
    if (trouble && incident->mended_since)
        sql_incident_set_mended(keeping->tx, &(SqlIncidentSetMendedIn){incident->id, TIME_NONE});
    if (trouble) {
        incident->mended_since = TIME_NONE;
        incident_tell_begun(keeping, incident, open);
        return;
    }
    incident_take_back(keeping, incident);
    if (!is_used(keeping, incident->account)) {
        end(keeping, incident);
    } else if (is_over(keeping, incident)) {
        incident_tell_over(keeping, incident, open);
        end(keeping, incident);
    } else if (!incident->mended_since) {
        sql_incident_set_mended(keeping->tx, &(SqlIncidentSetMendedIn){incident->id, keeping->now});
    }
}

void incident_keep(StoreTx *tx, Arena *arena, const IncidentLook *look, TimeMs now, IncidentKept *kept_out)
{
    *kept_out = (IncidentKept){0};
    Keeping keeping = {tx, arena, look, now, kept_out};
    IncidentList open = incident_list_open(tx, arena, true);
    open_new(&keeping, &open);
    open = incident_list_open(tx, arena, true);
    for (size_t i = 0; i < open.count; i++)
        follow(&keeping, &open.items[i], &open);
}
