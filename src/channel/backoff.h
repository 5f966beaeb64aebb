/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backoff: when what failed for now is tried again. Answers: "when next, and when do we stop?"
 *
 * Pure tables. A delivery (security R11): soon at first, then every four hours, five days in all, as mail servers do (RFC
 * 5321 §4.5.4.1); not for refusals (told at once) and not for a delivery whose outcome is uncertain: that is re-sent at
 * most once (security R04). A listening (security R10): from five seconds to fifteen minutes, for ever.
 * Pointers: none. Errors: none. Called by: the jobs that empty the outbox and that listen to accounts.
 *
 * Invariants:
 *  1. The wait never shrinks from one attempt to the next, and no attempt is later than BACKOFF_GIVE_UP after the
 *     first; the last one is made at that very time.
 *  2. A listening waits BACKOFF_LISTEN_FIRST_S at least and BACKOFF_LISTEN_MAX_S at most.
 *
 * Example:
 *     TimeMs next = backoff_next(row->first_tried_at, now, row->attempts);
 *     if (next == TIME_NONE) give_up(row);
 */
#ifndef FILO_CHANNEL_BACKOFF_H
#define FILO_CHANNEL_BACKOFF_H

#include "base/clock.h"

#define BACKOFF_GIVE_UP (5 * TIME_DAY)
#define BACKOFF_TELL_AFTER (4 * TIME_HOUR)

/* When to try again after attempts (1 or more) failed ones, the first at first_at, the last just now. TIME_NONE: stop,
 * it failed for good. */
TimeMs backoff_next(TimeMs first_at, TimeMs now, int attempts);

enum {
    BACKOFF_LISTEN_FIRST_S = 5,
    BACKOFF_LISTEN_MAX_S = 15 * 60,
    BACKOFF_LISTEN_PERSON_S = 5 * 60, /* who mends the server, and not our settings, is noticed after so long */
};

/* Seconds until a listening that has ended begins again. before_s: what it waited last time, 0 if it has worked since.
 * needs_person: nothing mends it but a person. */
int backoff_listen_s(int before_s, bool needs_person);

/* Has it been failing for so long that whoever wrote the answer must know? */
bool backoff_must_tell(TimeMs first_at, TimeMs now);

#endif
