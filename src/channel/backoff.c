/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/backoff.h"

#include "base/check.h"

TimeMs backoff_next(TimeMs first_at, TimeMs now, int attempts)
{
    static const TimeMs waits[] = {1 * TIME_MINUTE, 5 * TIME_MINUTE, 15 * TIME_MINUTE, 30 * TIME_MINUTE,
                                   1 * TIME_HOUR,   2 * TIME_HOUR,   4 * TIME_HOUR};
    check(attempts > 0);
    TimeMs last = first_at + BACKOFF_GIVE_UP;
    if (now >= last)
        return TIME_NONE;
    size_t row = MIN((size_t)attempts, G_N_ELEMENTS(waits)) - 1;
    return MIN(now + waits[row], last);
}

int backoff_listen_s(int before_s, bool needs_person)
{
    if (needs_person)
        return MAX(before_s, BACKOFF_LISTEN_PERSON_S);
    return before_s ? MIN(before_s * 2, BACKOFF_LISTEN_MAX_S) : BACKOFF_LISTEN_FIRST_S;
}

bool backoff_must_tell(TimeMs first_at, TimeMs now)
{
    return now - first_at >= BACKOFF_TELL_AFTER;
}
