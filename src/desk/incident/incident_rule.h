/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * incident_rule: when trouble with a mailbox is worth a person's attention. Answers: "has it failed for long enough?" and
 * "is this silence longer than this mailbox's usual ones?"
 *
 * Pure: no table, no clock. Called by: job/watch. Errors: none. Memory: nothing is kept.
 *
 * A failure is told after 15 minutes: mail servers are restarted, lines drop, and it mends itself. What only a person can
 * mend (a refused password, a setting, a folder that is gone) does not get better by waiting, but one refusal alone may be
 * the server's bad moment: it is told once the second attempt was refused too, some five minutes later (job/listeners).
 * Counted from the first failure to the last attempt, not to now: after a night switched off nothing is told before it has
 * failed again.
 *
 * Silence is measured in the house's opening hours, so that nights, weekends, holidays and closures are no silence. The
 * gaps between successive messages of the last eight weeks are the mailbox's habit; the second longest of them is what is
 * usual (the longest may be the last outage), and twice that, at least four open hours, is too long. Where messages come
 * independently of each other the longest of n gaps is about ln n times the mean, so twice the longest is passed by
 * chance once in some n² messages. Less than 20 messages or less than two weeks of them are no habit: a new mailbox is
 * never quiet. A house that never opens is never quiet either.
 *
 * Invariants:
 *  1. Without a habit nothing is ever quiet.
 *  2. A gap of closed hours only is no gap.
 */
#ifndef FILO_DESK_INCIDENT_INCIDENT_RULE_H
#define FILO_DESK_INCIDENT_INCIDENT_RULE_H

#include "desk/calendar/business.h"

#define INCIDENT_FAILING_AFTER (15 * TIME_MINUTE)
#define INCIDENT_FAILING_TWICE (4 * TIME_MINUTE)
/* Nobody has looked for so long; a reader looks every five minutes at least (channel/mail/fetch.c). */
#define INCIDENT_UNWATCHED_AFTER (30 * TIME_MINUTE)
#define INCIDENT_WAITING_AFTER (15 * TIME_MINUTE)
/* Well again for so long is well; what comes back before that is the same incident. */
#define INCIDENT_MENDED_AFTER (10 * TIME_MINUTE)
#define INCIDENT_HABIT_SPAN (56 * TIME_DAY)

enum { INCIDENT_HABIT_MESSAGES = 20, INCIDENT_HABIT_MAX = 500, INCIDENT_TOLD_PER_DAY = 4 };

/* needs_person: waiting mends nothing. */
bool incident_is_failing(TimeMs failing_since, TimeMs checked_at, bool needs_person);

typedef struct QuietHabit {
    bool is_known;
    int64_t usual_ms; /* open time: the second longest gap */
    int64_t limit_ms; /* open time: more is too long */
} QuietHabit;

/* at: when the last messages came, any order, at most INCIDENT_HABIT_MAX; sorted in place. */
QuietHabit quiet_habit(const Calendar *calendar, TimeMs *at, size_t count);

bool incident_is_quiet(const Calendar *calendar, const QuietHabit *habit, TimeMs last_at, TimeMs now);

#endif
