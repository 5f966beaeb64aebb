/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/staff.h"

#include "base/text.h"
#include "desk/staff/staff_int.h"
#include "staff_sql.h"

StaffId staff_add(StoreTx *tx, const Staff *staff, const char *sort_key, TimeMs now)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    return sql_staff_insert(tx, &(SqlStaffInsertIn){
                                    .login = staff_login_of(arena, staff->login),
                                    .display_name = staff->display_name,
                                    .sort_key = sort_key,
                                    .email = staff->email,
                                    .role = staff->role,
                                    .team_id = staff->team,
                                    .language = staff->language,
                                    .password_hash = staff->password_hash,
                                    .created_at = now,
                                });
}

bool staff_find(StoreTx *tx, Arena *arena, StaffId id, Staff *staff_out)
{
    SqlStaffFindRow row;
    if (!sql_staff_find_row(tx, arena, &(SqlStaffFindRowIn){id}, &row))
        return false;
    *staff_out = (Staff){row.staff_id, row.login,         row.display_name, row.email, row.role,   row.team_id,
                         row.language, row.password_hash, row.active,       row.epoch, row.version};
    return true;
}

const char *staff_login_of(Arena *arena, const char *typed)
{
    g_autofree char *lower = g_utf8_strdown(text_clean_line(arena, bytes_of(typed)), -1);
    return arena_strdup(arena, lower);
}

bool staff_find_login(StoreTx *tx, Arena *arena, const char *login, Staff *staff_out)
{
    SqlStaffFindLoginRow row;
    return sql_staff_find_login_row(tx, arena, &(SqlStaffFindLoginRowIn){login}, &row) &&
           staff_find(tx, arena, row.staff_id, staff_out);
}

void staff_set_epoch(StoreTx *tx, StaffId id, int64_t epoch)
{
    sql_staff_set_epoch(tx, &(SqlStaffSetEpochIn){id, epoch});
}

void staff_set_hash(StoreTx *tx, StaffId id, const char *password_hash)
{
    sql_staff_set_hash(tx, &(SqlStaffSetHashIn){id, password_hash});
}

StaffList staff_list(StoreTx *tx, Arena *arena)
{
    SqlStaffListActiveList rows = sql_staff_list_active(tx, arena);
    StaffList list = {ARENA_ARRAY(arena, Staff, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Staff){.id = rows.rows[i].staff_id,
                                .login = rows.rows[i].login,
                                .display_name = rows.rows[i].display_name,
                                .role = rows.rows[i].role,
                                .team = rows.rows[i].team_id,
                                .active = true};
    return list;
}

StaffList staff_list_everybody(StoreTx *tx, Arena *arena)
{
    SqlStaffListEverybodyList rows = sql_staff_list_everybody(tx, arena);
    StaffList list = {ARENA_ARRAY(arena, Staff, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Staff){.id = rows.rows[i].staff_id,
                                .login = rows.rows[i].login,
                                .display_name = rows.rows[i].display_name,
                                .email = rows.rows[i].email,
                                .role = rows.rows[i].role,
                                .team = rows.rows[i].team_id,
                                .password_hash = rows.rows[i].has_password ? "" : NULL,
                                .active = rows.rows[i].active,
                                .version = rows.rows[i].version};
    return list;
}

TeamId team_add(StoreTx *tx, const char *name, const char *sort_key, TeamKind kind)
{
    return sql_team_insert(tx, &(SqlTeamInsertIn){name, sort_key, kind, ""});
}

TeamList team_list(StoreTx *tx, Arena *arena)
{
    SqlTeamListAllList rows = sql_team_list_all(tx, arena);
    TeamList list = {ARENA_ARRAY(arena, Team, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Team){rows.rows[i].team_id, rows.rows[i].name, rows.rows[i].kind, rows.rows[i].place,
                               rows.rows[i].version};
    return list;
}

TeamId team_first(StoreTx *tx, Arena *arena)
{
    SqlTeamOldest row;
    return sql_team_oldest(tx, arena, &row) ? row.team_id : (TeamId){0};
}
