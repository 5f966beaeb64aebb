/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * permission: what each role may do. Answers: "may they?" with one table, the only place where a role means anything.
 *
 * A route names a word; a handler never asks for a role. Not for which objects one may see within a word, nor for
 * whether the object's state allows it (desk/ticket/transition.h). Owns no table: the words are static. Called by: the
 * authorize hooks of web and api, the check of routes at start, pages that hide what cannot be done.
 *
 * Pointers: static texts. Errors: none; an unknown word allows nothing.
 *
 * Invariants:
 *  1. "public" is everyone's; "own.account" everyone's who has signed in; every other word is in the table.
 *  2. An administrator may do everything in the table.
 *
 * Example:
 *     if (!permission_allows(session->role, route->permission))
 *         return answer_forbidden(response);
 */
#ifndef FILO_DESK_STAFF_PERMISSION_H
#define FILO_DESK_STAFF_PERMISSION_H

#include "staff_role_enum.h"

#include <stdbool.h>
#include <stddef.h>

#define PERMISSION_PUBLIC "public"           /* signed in or not */
#define PERMISSION_OWN_ACCOUNT "own.account" /* whoever has signed in: their password, sessions, preferences */

typedef struct Permission {
    const char *word;
    unsigned roles;   /* bit 1 << StaffRole */
    const char *what; /* one English line for the documentation of routes and tokens */
} Permission;

extern const Permission permissions[];
extern const size_t permission_count;

bool permission_allows(StaffRole role, const char *word);

/* Whether a route or a token may name the word; the two above are known too. */
bool permission_is_known(const char *word);

#endif
