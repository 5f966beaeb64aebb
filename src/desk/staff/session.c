/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/session.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/staff/staff.h"
#include "desk/staff/staff_int.h"
#include "session_sql.h"

#define USER_AGENT_SHOWN 200 /* characters kept of it */

/* The oldest seen_at that is good at that instant. */
static TimeMs seen_since(TimeMs now)
{
    return now - SESSION_IDLE;
}

bool session_find(StoreTx *tx, Arena *arena, const char *key_sha256, TimeMs now, Session *session_out)
{
    SqlStaffSessionFindGood row;
    if (!sql_staff_session_find_good(tx, arena, &(SqlStaffSessionFindGoodIn){key_sha256, now, seen_since(now)}, &row))
        return false;
    *session_out = (Session){row.staff_session_id, row.staff_id, row.role,    row.team_id,
                             row.display_name,     row.language, row.seen_at, row.expires_at};
    return true;
}

bool session_wants_touch(const Session *session, TimeMs now)
{
    return now - session->seen_at >= SESSION_TOUCH;
}

void session_touch(StoreTx *tx, StaffSessionId id, TimeMs now)
{
    sql_staff_session_touch(tx, &(SqlStaffSessionTouchIn){id, now, now - SESSION_TOUCH});
}

StaffSessionId session_add(StoreTx *tx, Arena *arena, const SessionNew *session, TimeMs now)
{
    char *agent = text_clean_line(arena, bytes_of(session->user_agent ? session->user_agent : ""));
    return sql_staff_session_insert(tx, &(SqlStaffSessionInsertIn){
                                            .token_sha256 = session->key_sha256,
                                            .staff_id = session->staff,
                                            .epoch = session->epoch,
                                            .created_at = now,
                                            .expires_at = now + SESSION_LIFE,
                                            .address = text_clip(arena, session->address, USER_AGENT_SHOWN),
                                            .user_agent = text_clip(arena, agent, USER_AGENT_SHOWN),
                                        });
}

void session_end_shown(StoreTx *tx, const char *key_sha256)
{
    sql_staff_session_delete_key(tx, &(SqlStaffSessionDeleteKeyIn){key_sha256});
}

bool session_end(StoreTx *tx, StaffId staff, StaffSessionId id, Actor by, TimeMs now)
{
    if (sql_staff_session_delete(tx, &(SqlStaffSessionDeleteIn){id, staff}) == 0)
        return false;
    audit_add(tx, &(AuditEntry){now, by, "session.end", "staff_session", id.value, NULL});
    return true;
}

void session_end_all(StoreTx *tx, StaffId staff, StaffSessionId spared, Actor by, TimeMs now)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Staff person;
    if (!staff_find(tx, arena, staff, &person))
        return;
    staff_set_epoch(tx, staff, person.epoch + 1);
    sql_staff_session_delete_others(tx, &(SqlStaffSessionDeleteOthersIn){staff, spared});
    sql_staff_session_join_epoch(tx, &(SqlStaffSessionJoinEpochIn){spared, staff, person.epoch + 1});
    audit_add(tx, &(AuditEntry){now, by, "session.end_all", "staff", staff.value, NULL});
}

SessionShownList session_list(StoreTx *tx, Arena *arena, StaffId staff, TimeMs now)
{
    SqlStaffSessionListGoodList rows =
        sql_staff_session_list_good(tx, arena, &(SqlStaffSessionListGoodIn){staff, now, seen_since(now)});
    SessionShownList list = {ARENA_ARRAY(arena, SessionShown, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (SessionShown){rows.rows[i].staff_session_id, rows.rows[i].created_at, rows.rows[i].seen_at,
                                       rows.rows[i].address, rows.rows[i].user_agent};
    return list;
}

void session_prune(StoreTx *tx, TimeMs now)
{
    sql_staff_session_prune(tx, &(SqlStaffSessionPruneIn){now});
    sign_in_prune(tx, now);
}
