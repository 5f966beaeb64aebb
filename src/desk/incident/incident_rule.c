/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/incident/incident_rule.h"

#include <stdlib.h>

#define HABIT_LEAST (14 * TIME_DAY)
#define LEAST_SILENCE (4 * TIME_HOUR)

bool incident_is_failing(TimeMs failing_since, TimeMs checked_at, bool needs_person)
{
    int64_t limit = needs_person ? INCIDENT_FAILING_TWICE : INCIDENT_FAILING_AFTER;
    return failing_since && checked_at - failing_since >= limit;
}

static int by_time(const void *a, const void *b)
{
    TimeMs left = *(const TimeMs *)a, right = *(const TimeMs *)b;
    return (left > right) - (left < right);
}

QuietHabit quiet_habit(const Calendar *calendar, TimeMs *at, size_t count)
{
    int64_t longest = 0, second = 0;
    qsort(at, count, sizeof *at, by_time);
    if (count < INCIDENT_HABIT_MESSAGES || at[count - 1] - at[0] < HABIT_LEAST)
        return (QuietHabit){false, 0, 0};
    for (size_t i = 1; i < count; i++) {
        int64_t gap = business_elapsed(calendar, at[i - 1], at[i]);
        second = MAX(second, MIN(gap, longest));
        longest = MAX(longest, gap);
    }
    return (QuietHabit){true, second, MAX(2 * second, LEAST_SILENCE)};
}

bool incident_is_quiet(const Calendar *calendar, const QuietHabit *habit, TimeMs last_at, TimeMs now)
{
    return habit->is_known && last_at && business_elapsed(calendar, last_at, now) > habit->limit_ms;
}
