/* SPDX-License-Identifier: EUPL-1.2 */
/* staff_int: what the files of desk/staff do for each other. */
#ifndef FILO_DESK_STAFF_STAFF_INT_H
#define FILO_DESK_STAFF_STAFF_INT_H

#include "desk/staff/session.h"

/* staff.c: the columns that signing in and ending sessions write. */
void staff_set_epoch(StoreTx *tx, StaffId id, int64_t epoch);
void staff_set_hash(StoreTx *tx, StaffId id, const char *password_hash);

typedef struct SessionNew {
    const char *key_sha256;
    StaffId staff;
    int64_t epoch;
    const char *address;
    const char *user_agent; /* or NULL */
} SessionNew;

/* session.c */
StaffSessionId session_add(StoreTx *tx, Arena *arena, const SessionNew *session, TimeMs now);
void session_end_shown(StoreTx *tx, const char *key_sha256);

/* sign_in.c: attempts and places that count no more. */
void sign_in_prune(StoreTx *tx, TimeMs now);

#endif
