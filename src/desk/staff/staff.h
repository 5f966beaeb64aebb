/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * staff: the people who work here and their teams. Answers: "who is this member of staff, in which team, with which
 * role?"
 *
 * Owns the tables team, staff. Not for signing in (desk/staff/session.h) nor for rights (desk/staff/permission.h).
 * Called by: faces, job, import, cli init.
 *
 * Memory: texts live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A member of staff is never deleted, only made inactive: their name stands on what they did.
 *  2. A login is kept as staff_login_of gives it, so that signing in finds it however it is typed.
 */
#ifndef FILO_DESK_STAFF_STAFF_H
#define FILO_DESK_STAFF_STAFF_H

#include "schema_ids.h"
#include "staff_role_enum.h"
#include "store/store.h"
#include "team_kind_enum.h"

typedef struct Staff {
    StaffId id;
    const char *login;
    const char *display_name; /* what the customer reads */
    const char *email;
    StaffRole role;
    TeamId team; /* {0}: none */
    const char *language;
    const char *password_hash; /* argon2id in its own text form, or NULL: cannot sign in */
    bool active;
    int64_t epoch; /* sessions of an older epoch are dead */
    int64_t version;
} Staff;

StaffId staff_add(StoreTx *tx, const Staff *staff, const char *sort_key, TimeMs now);
bool staff_find(StoreTx *tx, Arena *arena, StaffId id, Staff *staff_out);
/* login as staff_login_of gives it. */
bool staff_find_login(StoreTx *tx, Arena *arena, const char *login, Staff *staff_out);

/* What was typed as a login, as it is kept: trimmed, lower case, valid UTF-8. */
const char *staff_login_of(Arena *arena, const char *typed);

typedef struct StaffList {
    Staff *items;
    size_t count;
} StaffList;
/* Those who are active, by name. */
StaffList staff_list(StoreTx *tx, Arena *arena);

/* Everybody, those who left last; password_hash is NULL for who has none and "" for who has one. */
StaffList staff_list_everybody(StoreTx *tx, Arena *arena);

typedef struct Team {
    TeamId id;
    const char *name;
    TeamKind kind;
    const char *place; /* where it sits: "Ancona"; "" when nobody said */
    int64_t version;
} Team;

typedef struct TeamList {
    Team *items;
    size_t count;
} TeamList;

TeamId team_add(StoreTx *tx, const char *name, const char *sort_key, TeamKind kind);
TeamList team_list(StoreTx *tx, Arena *arena);

/* The oldest team, or {0} before `filo init`. */
TeamId team_first(StoreTx *tx, Arena *arena);

#endif
