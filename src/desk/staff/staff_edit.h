/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * staff_edit: adding people, changing them, closing the door behind them. Answers: "may this be done to this person?"
 *
 * Writes the tables of staff.h and, through session.h, ends sessions. Whether the caller may come here at all is a
 * permission (staff.write; own.account for one's own password). Called by: web, api, cli init.
 *
 * Teams are added and renamed here too; a team is never deleted: its name stands on what it did.
 * A form is checked outside any transaction (it sorts and folds texts); a password is hashed before too.
 * Pointers: a checked form's texts live in the arena given. Errors: an InputError naming the field: staff.error.login,
 * login_taken, name, email, language, team, not_found, stale, own_role, own_access, last_admin;
 * team.error.name, place, name_taken, not_found, stale.
 * Audit: staff.add, staff.change, staff.role, staff.disable, staff.enable, staff.password, team.add, team.change.
 *
 * Invariants:
 *  1. There is always an active administrator once there has been one.
 *  2. Nobody changes their own role, nor disables themselves.
 *  3. A new password, a disabling and another role end every session of that person (but the one they sit at).
 *
 * Example:
 *     static bool work(StoreTx *tx, void *arg)
 *     {
 *         struct edit *edit = arg;
 *         return staff_change(tx, edit->id, edit->version, &edit->form, edit->by, edit->now, &edit->refused);
 *     }
 */
#ifndef FILO_DESK_STAFF_STAFF_EDIT_H
#define FILO_DESK_STAFF_STAFF_EDIT_H

#include "base/error.h"
#include "desk/audit/actor.h"
#include "desk/staff/staff.h"

typedef struct StaffForm {
    const char *login; /* read by staff_create only: a login stands for ever */
    const char *display_name;
    const char *email;
    StaffRole role;
    TeamId team;          /* {0}: none */
    const char *language; /* "it", "en" */
    const char *sort_key; /* set by staff_form_check */
} StaffForm;

/* Trims and folds the form in place; false: *refused_out. With is_new, the login too. */
bool staff_form_check(Arena *arena, StaffForm *form, bool is_new, InputError *refused_out);

/* Each of these is the work of one write; false: refused, and nothing must be kept. */

/* password_hash NULL: cannot sign in yet. */
bool staff_create(StoreTx *tx, const StaffForm *form, const char *password_hash, Actor by, TimeMs now, StaffId *id_out,
                  InputError *refused_out);

/* version: as the page showed it. */
bool staff_change(StoreTx *tx, StaffId id, int64_t version, const StaffForm *form, Actor by, TimeMs now,
                  InputError *refused_out);

bool staff_set_active(StoreTx *tx, StaffId id, int64_t version, bool active, Actor by, TimeMs now,
                      InputError *refused_out);

/* spared: the session it was asked from, which goes on; {0}: none. */
bool staff_set_password(StoreTx *tx, StaffId id, const char *password_hash, StaffSessionId spared, Actor by, TimeMs now,
                        InputError *refused_out);

typedef struct TeamForm {
    const char *name, *place;
    TeamKind kind;
    const char *sort_key; /* set by team_form_check */
} TeamForm;

/* Trims in place; false: *refused_out. */
bool team_form_check(Arena *arena, TeamForm *form, InputError *refused_out);

bool team_create(StoreTx *tx, const TeamForm *form, Actor by, TimeMs now, TeamId *id_out, InputError *refused_out);
bool team_change(StoreTx *tx, TeamId id, int64_t version, const TeamForm *form, Actor by, TimeMs now,
                 InputError *refused_out);

#endif
