/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: mail about an incident, to whoever wants to hear of it. How: one incident_told row a person, beside the outbox row
 * of the same transaction. Each turn looks at how those fare: one that was tried in vain goes another way if there is one
 * it has not gone, one that is old before it left is taken back. Why not leave that to the outbox: it holds on to an
 * account for five days, and the account may be the very one in trouble.
 */
#include "desk/incident/incident_int.h"
#include "desk/setting/own_address.h"
#include "desk/ticket/outgoing.h"
#include "incident_sql.h"
#include "queue/outbox.h"

#include <string.h>

/* --- by which way --------------------------------------------------------------------------------------------------- */

typedef enum Way { WAY_GOOD, WAY_LAST, WAY_NONE } Way;

/* Silence is no trouble with sending; what cannot be read may still send; from what does not send nothing leaves. */
static Way way_of(const IncidentAccount *account, const IncidentList *open)
{
    Way way = account->sends ? WAY_GOOD : WAY_NONE;
    for (size_t i = 0; i < open->count; i++) {
        const Incident *incident = &open->items[i];
        if (incident->account.value != account->id.value || incident->mended_since || incident->kind == INCIDENT_QUIET)
            continue;
        way = MAX(way, incident->kind == INCIDENT_WAITING ? WAY_NONE : WAY_LAST);
    }
    return way;
}

static bool was_tried(const char *tried, const char *name)
{
    g_auto(GStrv) names = g_strsplit(tried, ",", -1);
    return g_strv_contains((const char *const *)names, name);
}

/* The best that was not tried; NULL: none. */
static const IncidentAccount *next_way(const Keeping *keeping, const IncidentList *open, const char *tried)
{
    const IncidentAccount *last = NULL;
    for (size_t i = 0; i < keeping->look->account_count; i++) {
        const IncidentAccount *account = &keeping->look->accounts[i];
        Way way = way_of(account, open);
        if (way == WAY_NONE || was_tried(tried, account->name))
            continue;
        if (way == WAY_GOOD)
            return account;
        if (!last)
            last = account;
    }
    return last;
}

/* --- the mail ------------------------------------------------------------------------------------------------------- */

IncidentPeople incident_list_people(StoreTx *tx, Arena *arena)
{
    SqlIncidentRecipientsList rows = sql_incident_recipients(tx, arena);
    IncidentPeople people = {.names = ARENA_ARRAY(arena, const char *, rows.count),
                             .unreached = ARENA_ARRAY(arena, const char *, rows.count)};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlIncidentRecipients *person = &rows.rows[i];
        if (own_address_comes_back(tx, arena, person->email))
            people.unreached[people.unreached_count++] = person->display_name;
        else
            people.names[people.count++] = person->display_name;
    }
    return people;
}

/* id {0}: nothing is sent. Mail to a mailbox of ours would tell nobody, least of all that it cannot be read. */
static OutboxId add_mail(const Keeping *keeping, const Incident *incident, const SqlIncidentRecipients *person,
                         const IncidentAccount *by, bool over)
{
    if (own_address_comes_back(keeping->tx, keeping->arena, person->email))
        return (OutboxId){0};
    Outgoing outgoing = {.account = by->name,
                         .to = &(OutgoingAddress){person->email, person->display_name},
                         .to_count = 1,
                         .staff = person->staff_id.value,
                         .incident = incident->id.value,
                         .over = over};
    const char *key = arena_printf(
        keeping->arena, "incident:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s:%" G_GINT64_FORMAT, incident->id.value,
        person->staff_id.value, over ? "over" : by->name, over ? incident->id.value : keeping->now);
    return outbox_add(keeping->tx,
                      &(OutboxNew){.channel = by->channel,
                                   .purpose = OUTBOX_NOTICE,
                                   .idempotency_key = key,
                                   .payload = outgoing_to_json(keeping->arena, &outgoing),
                                   .account = by->name,
                                   .domain = outgoing_domain(keeping->arena, &outgoing),
                                   .not_before = keeping->now},
                      keeping->now);
}

static bool brake_allows(const Keeping *keeping, const Incident *incident)
{
    SqlIncidentCountTold row;
    return incident->told_at ||
           (sql_incident_count_told(
                keeping->tx, keeping->arena,
                &(SqlIncidentCountToldIn){incident->account, keeping->now - TIME_DAY, incident->kind}, &row) &&
            row.told < INCIDENT_TOLD_PER_DAY);
}

static void tell_everybody(const Keeping *keeping, const Incident *incident, const IncidentAccount *by)
{
    SqlIncidentRecipientsList people = sql_incident_recipients(keeping->tx, keeping->arena);
    int before = keeping->kept->told;
    for (size_t i = 0; i < people.count; i++) {
        OutboxId mail = add_mail(keeping, incident, &people.rows[i], by, false);
        if (!mail.value) /* to none; or taken back and told again within a millisecond: at the next turn */
            continue;
        sql_incident_told_insert(keeping->tx,
                                 &(SqlIncidentToldInsertIn){incident->id, people.rows[i].staff_id, mail, by->name});
        keeping->kept->told++;
    }
    if (keeping->kept->told > before)
        sql_incident_set_told(keeping->tx, &(SqlIncidentSetToldIn){incident->id, keeping->now});
    else if (!incident->told_at)
        keeping->kept->untold++;
}

static SqlIncidentToldOfList told_of(const Keeping *keeping, const Incident *incident)
{
    return sql_incident_told_of(keeping->tx, keeping->arena, &(SqlIncidentToldOfIn){incident->id});
}

static void tell_again(const Keeping *keeping, const Incident *incident, const SqlIncidentToldOf *told,
                       const IncidentAccount *by)
{
    SqlIncidentRecipients person = {told->staff_id, told->email, told->display_name};
    if (!outbox_withdraw(keeping->tx, told->outbox_id, keeping->now))
        return;
    OutboxId mail = add_mail(keeping, incident, &person, by, false);
    if (mail.value)
        sql_incident_told_move(keeping->tx,
                               &(SqlIncidentToldMoveIn){incident->id, told->staff_id, mail,
                                                        arena_printf(keeping->arena, "%s,%s", told->tried, by->name)});
}

void incident_tell_begun(const Keeping *keeping, const Incident *incident, const IncidentList *open)
{
    SqlIncidentToldOfList told = told_of(keeping, incident);
    const IncidentAccount *by = next_way(keeping, open, "");
    if (told.count == 0 && !brake_allows(keeping, incident))
        return;
    if (told.count == 0 && by)
        tell_everybody(keeping, incident, by);
    else if (told.count == 0)
        keeping->kept->untold++;
    for (size_t i = 0; i < told.count; i++) {
        bool waits = told.rows[i].state == OUTBOX_QUEUED && told.rows[i].attempts > 0;
        by = waits ? next_way(keeping, open, told.rows[i].tried) : NULL;
        if (by)
            tell_again(keeping, incident, &told.rows[i], by);
    }
}

void incident_take_back(const Keeping *keeping, const Incident *incident)
{
    SqlIncidentToldOfList told = told_of(keeping, incident);
    for (size_t i = 0; i < told.count; i++)
        if (told.rows[i].state == OUTBOX_QUEUED && outbox_withdraw(keeping->tx, told.rows[i].outbox_id, keeping->now))
            sql_incident_told_delete(keeping->tx, &(SqlIncidentToldDeleteIn){incident->id, told.rows[i].staff_id});
}

void incident_tell_over(const Keeping *keeping, const Incident *incident, const IncidentList *open)
{
    SqlIncidentToldOfList told = told_of(keeping, incident);
    const IncidentAccount *by = next_way(keeping, open, "");
    for (size_t i = 0; by && i < told.count; i++) {
        SqlIncidentRecipients person = {told.rows[i].staff_id, told.rows[i].email, told.rows[i].display_name};
        bool left = told.rows[i].state == OUTBOX_SENT || told.rows[i].state == OUTBOX_DOT_SENT ||
                    told.rows[i].state == OUTBOX_SENDING;
        if (left && add_mail(keeping, incident, &person, by, true).value)
            keeping->kept->told++;
    }
}
