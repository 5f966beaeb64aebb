/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * actor: who does something. Answers: "by whom?" for every event and audit row.
 *
 * Not for permissions (desk/staff/permission.h). An Actor is a value; it owns nothing and points to nothing.
 * Errors: none. Called by: every face, and everything in desk that writes.
 *
 * Invariants:
 *  1. kind ACTOR_STAFF has the staff_id (or 0: one of us, no name is known), ACTOR_CUSTOMER the party_id (or 0 while
 *     unknown), ACTOR_TOKEN the token's id; the other kinds have 0.
 */
#ifndef FILO_DESK_AUDIT_ACTOR_H
#define FILO_DESK_AUDIT_ACTOR_H

#include "actor_kind_enum.h"

#include <stdint.h>

typedef struct Actor {
    ActorKind kind;
    int64_t id;
} Actor;

#define ACTOR_OF_SYSTEM ((Actor){ACTOR_SYSTEM, 0})

/* A person: the only actors whose message counts as a human answer. */
static inline bool actor_is_staff(Actor actor)
{
    return actor.kind == ACTOR_STAFF;
}

#endif
