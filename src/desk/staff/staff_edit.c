/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/staff_edit.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/staff/session.h"
#include "desk/staff/staff_int.h"
#include "staff_sql.h"

#include <string.h>

#define LOGIN_MIN 2
#define LOGIN_MAX 64
#define NAME_MAX_CHARS 100

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* --- forms ----------------------------------------------------------------------------------------------------------- */

/* Letters, digits and the signs of an address, so that it can be said on the telephone. */
static bool is_login(const char *login)
{
    size_t size = strlen(login);
    return size >= LOGIN_MIN && size <= LOGIN_MAX && strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == size;
}

/* What could be an address: one "@" with something on both sides, no spaces. Whether it works, mail will tell. */
static bool is_email(const char *email)
{
    const char *at = strchr(email, '@');
    return at && at > email && at[1] && !strchr(at + 1, '@') && strcspn(email, " \t<>,;\"") == strlen(email) &&
           strlen(email) <= 254; /* RFC 5321, 4.5.3.1.3, without the angle brackets */
}

bool staff_form_check(Arena *arena, StaffForm *form, bool is_new, InputError *refused_out)
{
    form->login = staff_login_of(arena, is_new && form->login ? form->login : "");
    form->display_name = text_clean_line(arena, bytes_of(form->display_name ? form->display_name : ""));
    form->email = text_clean_line(arena, bytes_of(form->email ? form->email : ""));
    form->sort_key = text_sort_key(arena, form->display_name);
    if (is_new && !is_login(form->login))
        return refuse(refused_out, "login", "staff.error.login");
    if (!*form->display_name || g_utf8_strlen(form->display_name, -1) > NAME_MAX_CHARS)
        return refuse(refused_out, "display_name", "staff.error.name");
    if (!is_email(form->email))
        return refuse(refused_out, "email", "staff.error.email");
    if (g_strcmp0(form->language, "it") != 0 && g_strcmp0(form->language, "en") != 0)
        return refuse(refused_out, "language", "staff.error.language");
    return true;
}

static bool team_is_there(StoreTx *tx, Arena *arena, TeamId team)
{
    SqlTeamFind row;
    return !team.value || sql_team_find(tx, arena, &(SqlTeamFindIn){team}, &row);
}

/* --- rules ----------------------------------------------------------------------------------------------------------- */

/* Whether another administrator would be left without this one. */
static bool is_last_admin(StoreTx *tx, Arena *arena, const Staff *person)
{
    SqlStaffCountAdmins row;
    return person->role == ROLE_ADMIN && person->active &&
           !(sql_staff_count_admins(tx, arena, &(SqlStaffCountAdminsIn){person->id}, &row) && row.admins > 0);
}

static bool is_oneself(Actor by, StaffId id)
{
    return by.kind == ACTOR_STAFF && by.id == id.value;
}

static bool find_to_edit(StoreTx *tx, Arena *arena, StaffId id, int64_t version, Staff *person_out,
                         InputError *refused_out)
{
    if (!staff_find(tx, arena, id, person_out))
        return refuse(refused_out, "", "staff.error.not_found");
    if (person_out->version != version)
        return refuse(refused_out, "version", "staff.error.stale");
    return true;
}

static bool may_have_role(StoreTx *tx, Arena *arena, const Staff *person, StaffRole role, Actor by,
                          InputError *refused_out)
{
    if (person->role == role)
        return true;
    if (is_oneself(by, person->id))
        return refuse(refused_out, "role", "staff.error.own_role");
    if (is_last_admin(tx, arena, person))
        return refuse(refused_out, "role", "staff.error.last_admin");
    return true;
}

/* --- the edits ------------------------------------------------------------------------------------------------------- */

static void record(StoreTx *tx, const char *action, StaffId id, const char *payload, Actor by, TimeMs now)
{
    audit_add(tx, &(AuditEntry){now, by, action, "staff", id.value, payload});
}

bool staff_create(StoreTx *tx, const StaffForm *form, const char *password_hash, Actor by, TimeMs now, StaffId *id_out,
                  InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Staff other;
    if (staff_find_login(tx, arena, form->login, &other))
        return refuse(refused_out, "login", "staff.error.login_taken");
    if (!team_is_there(tx, arena, form->team))
        return refuse(refused_out, "team", "staff.error.team");
    *id_out = staff_add(tx,
                        &(Staff){.login = form->login,
                                 .display_name = form->display_name,
                                 .email = form->email,
                                 .role = form->role,
                                 .team = form->team,
                                 .language = form->language,
                                 .password_hash = password_hash},
                        form->sort_key, now);
    record(tx, "staff.add", *id_out, arena_printf(arena, "{\"role\":\"%s\"}", staff_role_text(form->role)), by, now);
    return true;
}

static void note_role_change(StoreTx *tx, Arena *arena, const Staff *before, StaffRole role, Actor by, TimeMs now)
{
    if (before->role == role)
        return;
    session_end_all(tx, before->id, (StaffSessionId){0}, by, now);
    record(tx, "staff.role", before->id,
           arena_printf(arena, "{\"from\":\"%s\",\"to\":\"%s\"}", staff_role_text(before->role), staff_role_text(role)),
           by, now);
}

bool staff_change(StoreTx *tx, StaffId id, int64_t version, const StaffForm *form, Actor by, TimeMs now,
                  InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Staff before;
    if (!find_to_edit(tx, arena, id, version, &before, refused_out) ||
        !may_have_role(tx, arena, &before, form->role, by, refused_out))
        return false;
    if (!team_is_there(tx, arena, form->team))
        return refuse(refused_out, "team", "staff.error.team");
    sql_staff_update(tx, &(SqlStaffUpdateIn){id, version, form->display_name, form->sort_key, form->email, form->role,
                                             form->team, form->language});
    record(tx, "staff.change", id, NULL, by, now);
    note_role_change(tx, arena, &before, form->role, by, now);
    return true;
}

bool staff_set_active(StoreTx *tx, StaffId id, int64_t version, bool active, Actor by, TimeMs now,
                      InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Staff person;
    if (!find_to_edit(tx, arena, id, version, &person, refused_out))
        return false;
    if (person.active == active)
        return true;
    if (!active && is_oneself(by, id))
        return refuse(refused_out, "active", "staff.error.own_access");
    if (!active && is_last_admin(tx, arena, &person))
        return refuse(refused_out, "active", "staff.error.last_admin");
    sql_staff_update_active(tx, &(SqlStaffUpdateActiveIn){id, version, active});
    session_end_all(tx, id, (StaffSessionId){0}, by, now);
    record(tx, active ? "staff.enable" : "staff.disable", id, NULL, by, now);
    return true;
}

bool staff_set_password(StoreTx *tx, StaffId id, const char *password_hash, StaffSessionId spared, Actor by, TimeMs now,
                        InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Staff person;
    if (!staff_find(tx, arena, id, &person))
        return refuse(refused_out, "", "staff.error.not_found");
    staff_set_hash(tx, id, password_hash);
    session_end_all(tx, id, spared, by, now);
    record(tx, "staff.password", id, NULL, by, now);
    return true;
}

/* --- teams ----------------------------------------------------------------------------------------------------------- */

bool team_form_check(Arena *arena, TeamForm *form, InputError *refused_out)
{
    form->name = text_clean_line(arena, bytes_of(form->name ? form->name : ""));
    form->place = text_clean_line(arena, bytes_of(form->place ? form->place : ""));
    form->sort_key = text_sort_key(arena, form->name);
    if (!*form->name || g_utf8_strlen(form->name, -1) > NAME_MAX_CHARS)
        return refuse(refused_out, "name", "team.error.name");
    if (g_utf8_strlen(form->place, -1) > NAME_MAX_CHARS)
        return refuse(refused_out, "place", "team.error.place");
    return true;
}

/* Whether no other team has that name. */
static bool team_name_is_free(StoreTx *tx, Arena *arena, const char *name, TeamId but)
{
    SqlTeamFindName row;
    return !sql_team_find_name(tx, arena, &(SqlTeamFindNameIn){name}, &row) || row.team_id.value == but.value;
}

bool team_create(StoreTx *tx, const TeamForm *form, Actor by, TimeMs now, TeamId *id_out, InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    if (!team_name_is_free(tx, arena, form->name, (TeamId){0}))
        return refuse(refused_out, "name", "team.error.name_taken");
    *id_out = sql_team_insert(tx, &(SqlTeamInsertIn){form->name, form->sort_key, form->kind, form->place});
    audit_add(tx, &(AuditEntry){now, by, "team.add", "team", id_out->value, NULL});
    return true;
}

bool team_change(StoreTx *tx, TeamId id, int64_t version, const TeamForm *form, Actor by, TimeMs now,
                 InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    if (!id.value || !team_is_there(tx, arena, id))
        return refuse(refused_out, "", "team.error.not_found");
    if (!team_name_is_free(tx, arena, form->name, id))
        return refuse(refused_out, "name", "team.error.name_taken");
    if (sql_team_update(tx, &(SqlTeamUpdateIn){id, version, form->name, form->sort_key, form->kind, form->place}) != 1)
        return refuse(refused_out, "version", "team.error.stale");
    audit_add(tx, &(AuditEntry){now, by, "team.change", "team", id.value, NULL});
    return true;
}
