/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Between two changes of the zone's offset, wall time is UTC plus a constant. So time is cut at those changes, once,
 * when the calendar is made, and each piece is pure arithmetic on "wall milliseconds" (as if the wall were UTC): whole
 * weeks times the week's sum, minus what holidays took away, plus the two ragged days. Repeated and skipped hours need
 * no case of their own: the pieces overlap, or leave a gap, on the wall. Each piece knows what was open before it, so
 * any stretch, of a minute or of ten years, is a difference of two sums. For the years that reports and deadlines ask
 * about, the sums before each day stand in a table: a report asks a million times.
 *
 * The obvious way, opening and closing instants of every day through the zone, asks the zone four times a day: reports
 * over 100,000 tickets could not afford it.
 */
#include "desk/calendar/business.h"

#include "base/check.h"

#define FIRST_YEAR 1970
#define LAST_YEAR 2199
#define NEAR_FROM 10957 /* 2000-01-01: days whose sums are kept */
#define NEAR_TO 27394   /* 2045-01-01 */

/* A window in milliseconds of the day. */
typedef struct Window {
    int64_t from, to;
} Window;

/* A holiday that takes open time away: its day number, and what the holidays before it took together. */
typedef struct Closed {
    int64_t day;
    int64_t lost_before;
} Closed;

/* Time with one offset, up to the next row. */
typedef struct Piece {
    TimeMs from;
    int64_t offset;
    int64_t open_before; /* open time from the range's start to from */
    int64_t wall_before; /* wall_sum of its first instant */
} Piece;

struct Calendar {
    Window windows[7][CALENDAR_WINDOWS_MAX]; /* by weekday, Monday first; in order, disjoint */
    int window_count[7];
    int64_t day_ms[7];
    int64_t week_ms;
    TimeMs end;            /* of the range (invariant 4) */
    GArray *pieces;        /* Piece, by from; the first begins at 0 */
    GArray *closed;        /* Closed, by day; one more row ends it, with the sum of all */
    int64_t *sums;         /* days_open from day 0, of each day from NEAR_FROM to NEAR_TO; NULL while it is made */
    uint16_t *near_pieces; /* the piece each of these days (of UTC) begins in */
};

/* --- parts of a calendar ------------------------------------------------------------------------------------------ */

static Calendar *refuse(Calendar *calendar, InputError *error_out, const char *key)
{
    *error_out = (InputError){"windows", key, NULL};
    calendar_free(calendar);
    return NULL;
}

static const char *window_add(Calendar *calendar, const CalendarWindow *window)
{
    if (window->weekday < 1 || window->weekday > 7 || window->from_minute < 0 || window->to_minute > 24 * 60 ||
        window->from_minute >= window->to_minute)
        return "calendar.error.window_range";
    int day = window->weekday - 1, count = calendar->window_count[day];
    if (count == CALENDAR_WINDOWS_MAX)
        return "calendar.error.window_count";
    Window *windows = calendar->windows[day];
    Window added = {window->from_minute * TIME_MINUTE, window->to_minute * TIME_MINUTE};
    int at = count;
    for (; at > 0 && windows[at - 1].from > added.from; at--)
        windows[at] = windows[at - 1];
    windows[at] = added;
    calendar->window_count[day]++;
    if ((at > 0 && windows[at - 1].to > added.from) || (at < count && windows[at + 1].from < added.to))
        return "calendar.error.window_overlap";
    calendar->day_ms[day] += added.to - added.from;
    calendar->week_ms += added.to - added.from;
    return NULL;
}

static int weekday_of(int64_t day)
{
    return (int)((day % 7 + 7 + 3) % 7); /* 0 Monday; 1970-01-01 was a Thursday */
}

static int closed_compare(const void *left, const void *right)
{
    const Closed *a = left, *b = right;
    return (a->day > b->day) - (a->day < b->day);
}

static void closed_collect(GArray *closed, const HolidayRules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
            Date date;
            if (holiday_rule_date(&rules->rows[i], year, &date))
                g_array_append_val(closed, ((Closed){.day = date_to_days(date)}));
        }
    }
    g_array_sort(closed, closed_compare);
}

/* Drops the second of two holidays on one date, and sums what each takes from its weekday. */
static void closed_sum(Calendar *calendar)
{
    Closed *rows = &g_array_index(calendar->closed, Closed, 0);
    int64_t lost = 0;
    guint kept = 0;
    for (guint i = 0; i < calendar->closed->len; i++) {
        if (kept > 0 && rows[kept - 1].day == rows[i].day)
            continue;
        rows[kept++] = (Closed){rows[i].day, lost};
        lost += calendar->day_ms[weekday_of(rows[i].day)];
    }
    g_array_set_size(calendar->closed, kept);
    g_array_append_val(calendar->closed, ((Closed){INT64_MAX, lost}));
}

/* --- on the wall: instants are milliseconds of the wall as if it were UTC ----------------------------------------- */

/* The first holiday on or after the day. */
static const Closed *closed_from(const Calendar *calendar, int64_t day)
{
    const Closed *rows = &g_array_index(calendar->closed, Closed, 0);
    guint low = 0, high = calendar->closed->len - 1; /* the last row ends the table */
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (rows[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return &rows[low];
}

static bool day_is_closed(const Calendar *calendar, int64_t day)
{
    return closed_from(calendar, day)->day == day;
}

static int64_t wall_day(int64_t wall)
{
    return wall / TIME_DAY - (wall % TIME_DAY < 0);
}

/* Open time of the whole days [from, to). */
static int64_t days_open(const Calendar *calendar, int64_t from, int64_t to)
{
    if (to <= from)
        return 0;
    int64_t open = (to - from) / 7 * calendar->week_ms;
    for (int64_t day = to - (to - from) % 7; day < to; day++)
        open += calendar->day_ms[weekday_of(day)];
    return open - (closed_from(calendar, to)->lost_before - closed_from(calendar, from)->lost_before);
}

/* Open time of all days before this one, since day 0. */
static int64_t days_sum(const Calendar *calendar, int64_t day)
{
    bool near = calendar->sums && day >= NEAR_FROM && day <= NEAR_TO;
    return near ? calendar->sums[day - NEAR_FROM] : days_open(calendar, 0, day);
}

/* Open time of the wall's day before that instant of it. */
static int64_t day_open_before(const Calendar *calendar, int64_t wall)
{
    int64_t day = wall_day(wall), in_day = wall - day * TIME_DAY, open = 0;
    bool near = calendar->sums && day >= NEAR_FROM && day < NEAR_TO;
    if (near ? calendar->sums[day - NEAR_FROM] == calendar->sums[day - NEAR_FROM + 1] : day_is_closed(calendar, day))
        return 0;
    int weekday = weekday_of(day);
    for (int i = 0; i < calendar->window_count[weekday] && calendar->windows[weekday][i].from < in_day; i++)
        open += MIN(in_day, calendar->windows[weekday][i].to) - calendar->windows[weekday][i].from;
    return open;
}

/* Open time of the wall since its day 0. */
static int64_t wall_sum(const Calendar *calendar, int64_t wall)
{
    return days_sum(calendar, wall_day(wall)) + day_open_before(calendar, wall);
}

static int64_t wall_open(const Calendar *calendar, int64_t from, int64_t to)
{
    return wall_sum(calendar, to) - wall_sum(calendar, from);
}

/* The wall instant at which left (1 or more) open milliseconds have passed since from; at most by until they have. */
static int64_t wall_reach(const Calendar *calendar, int64_t from, int64_t until, int64_t left)
{
    int64_t day = wall_day(from), last = wall_day(until);
    while (day < last) {
        int64_t middle = day + (last - day) / 2;
        if (wall_open(calendar, from, (middle + 1) * TIME_DAY) < left)
            day = middle + 1;
        else
            last = middle;
    }
    int64_t begin = MAX(from, day * TIME_DAY);
    left -= wall_open(calendar, from, begin);
    const Window *window = calendar->windows[weekday_of(day)];
    for (;; window++) {
        int64_t opens = MAX(begin, day * TIME_DAY + window->from), closes = day * TIME_DAY + window->to;
        if (closes - opens >= left)
            return opens + left;
        left -= MAX(0, closes - opens);
    }
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void pieces_cut(Calendar *calendar, Zone *zone)
{
    int64_t open = 0;
    TimeMs until;
    for (TimeMs from = 0; from < calendar->end; from = until) {
        int64_t offset = zone_offset_ms(zone, from, calendar->end, &until);
        int64_t before = wall_sum(calendar, from + offset);
        g_array_append_val(calendar->pieces, ((Piece){from, offset, open, before}));
        open += wall_sum(calendar, until + offset) - before;
    }
}

static const Piece *piece_at(const Calendar *calendar, guint index)
{
    return &g_array_index(calendar->pieces, Piece, index);
}

static void near_sums_make(Calendar *calendar)
{
    int64_t *sums = g_new(int64_t, NEAR_TO - NEAR_FROM + 1);
    sums[0] = days_open(calendar, 0, NEAR_FROM);
    for (int64_t day = NEAR_FROM; day < NEAR_TO; day++)
        sums[day - NEAR_FROM + 1] = sums[day - NEAR_FROM] + days_open(calendar, day, day + 1);
    calendar->sums = sums;
}

static void near_pieces_make(Calendar *calendar)
{
    guint piece = 0;
    calendar->near_pieces = g_new(uint16_t, NEAR_TO - NEAR_FROM);
    check(calendar->pieces->len <= G_MAXUINT16);
    for (int64_t day = NEAR_FROM; day < NEAR_TO; day++) {
        while (piece + 1 < calendar->pieces->len && piece_at(calendar, piece + 1)->from <= day * TIME_DAY)
            piece++;
        calendar->near_pieces[day - NEAR_FROM] = (uint16_t)piece;
    }
}

Calendar *calendar_new(const CalendarSpec *spec, InputError *error_out)
{
    Calendar *calendar = g_new0(Calendar, 1);
    calendar->end = date_to_days((Date){LAST_YEAR, 12, 31}) * TIME_DAY;
    calendar->closed = g_array_new(FALSE, TRUE, sizeof(Closed));
    calendar->pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    for (int weekday = 1; spec->all_hours && weekday <= 7; weekday++)
        window_add(calendar, &(CalendarWindow){weekday, 0, 24 * 60});
    for (size_t i = 0; !spec->all_hours && i < spec->window_count; i++) {
        const char *wrong = window_add(calendar, &spec->windows[i]);
        if (wrong)
            return refuse(calendar, error_out, wrong);
    }
    closed_collect(calendar->closed, &spec->holidays);
    closed_sum(calendar);
    near_sums_make(calendar);
    pieces_cut(calendar, spec->zone);
    near_pieces_make(calendar);
    return calendar;
}

void calendar_free(Calendar *calendar)
{
    if (!calendar)
        return;
    g_array_unref(calendar->pieces);
    g_array_unref(calendar->closed);
    g_free(calendar->sums);
    g_free(calendar->near_pieces);
    g_free(calendar);
}

/* --- instants ----------------------------------------------------------------------------------------------------- */

/* The last piece that begins at or before the instant. */
static const Piece *piece_of(const Calendar *calendar, TimeMs at)
{
    int64_t day = at / TIME_DAY;
    guint low = 0, high = calendar->pieces->len - 1;
    if (day >= NEAR_FROM && day < NEAR_TO) {
        low = calendar->near_pieces[day - NEAR_FROM];
        high = MIN(low + 1, high); /* no offset lasts less than a day */
    }
    while (low < high) {
        guint middle = low + (high - low + 1) / 2;
        if (piece_at(calendar, middle)->from <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return piece_at(calendar, low);
}

/* Open time from the range's start to the instant. */
static int64_t open_until(const Calendar *calendar, TimeMs at)
{
    const Piece *piece = piece_of(calendar, at);
    return piece->open_before + wall_sum(calendar, at + piece->offset) - piece->wall_before;
}

/* The earliest instant by which the sum is reached; it is at least 1 and at most that of the range's end. */
static TimeMs instant_of(const Calendar *calendar, int64_t sum)
{
    guint low = 0, high = calendar->pieces->len - 1; /* the last piece before which less was open */
    while (low < high) {
        guint middle = low + (high - low + 1) / 2;
        if (piece_at(calendar, middle)->open_before < sum)
            low = middle;
        else
            high = middle - 1;
    }
    const Piece *piece = piece_at(calendar, low);
    TimeMs until = low + 1 < calendar->pieces->len ? piece[1].from : calendar->end;
    return wall_reach(calendar, piece->from + piece->offset, until + piece->offset, sum - piece->open_before) -
           piece->offset;
}

static TimeMs in_range(const Calendar *calendar, TimeMs at)
{
    return CLAMP(at, 0, calendar->end);
}

bool business_is_open(const Calendar *calendar, TimeMs at)
{
    return at < INT64_MAX && business_elapsed(calendar, at, at + 1) > 0;
}

int64_t business_elapsed(const Calendar *calendar, TimeMs from, TimeMs to)
{
    from = in_range(calendar, from);
    to = in_range(calendar, to);
    return from < to ? open_until(calendar, to) - open_until(calendar, from) : 0;
}

int64_t business_elapsed_running(const Calendar *calendar, TimeMs from, TimeMs to, const BusinessPause *pauses,
                                 size_t pause_count)
{
    int64_t open = 0;
    for (size_t i = 0; i < pause_count && from < to; i++) {
        open += business_elapsed(calendar, from, MIN(pauses[i].from, to));
        from = MAX(from, pauses[i].until == TIME_NONE ? to : pauses[i].until);
    }
    return open + business_elapsed(calendar, from, to);
}

/* Looks for the instant in [from, to] and subtracts from *left what ran there when it is not in it. */
static bool stretch_reach(const Calendar *calendar, TimeMs from, TimeMs to, int64_t *left, TimeMs *due_out)
{
    int64_t before = open_until(calendar, from), ran = open_until(calendar, to) - before;
    int64_t wanted = MAX(*left, 1); /* for 0: the first open millisecond, which is due as it begins */
    *due_out = to;
    if (ran >= wanted) {
        *due_out = instant_of(calendar, before + wanted) - (wanted - *left);
        return true;
    }
    *left -= ran;
    return *left == 0 && business_is_open(calendar, to); /* a pause that starts at due changes nothing */
}

TimeMs business_due(const Calendar *calendar, TimeMs start, int64_t target_ms, const BusinessPause *pauses,
                    size_t pause_count)
{
    check(target_ms >= 0);
    TimeMs from = in_range(calendar, start), due;
    int64_t left = target_ms;
    if (calendar->week_ms == 0)
        return TIME_NONE;
    for (size_t i = 0; i < pause_count; i++) {
        if (pauses[i].from >= from && stretch_reach(calendar, from, in_range(calendar, pauses[i].from), &left, &due))
            return due;
        if (pauses[i].until == TIME_NONE)
            return TIME_NONE;
        from = MAX(from, in_range(calendar, pauses[i].until));
    }
    return stretch_reach(calendar, from, calendar->end, &left, &due) ? due : TIME_NONE;
}

void business_cap_pauses(const Calendar *calendar, BusinessPause *pauses, size_t pause_count, int64_t cap_ms)
{
    check(cap_ms >= 0);
    for (size_t i = 0; i < pause_count; i++) {
        TimeMs spent = cap_ms ? business_due(calendar, pauses[i].from, cap_ms, NULL, 0) : pauses[i].from;
        bool over = pauses[i].until == TIME_NONE;
        if (spent != TIME_NONE && (over || spent < pauses[i].until)) {
            pauses[i].until = spent;
            cap_ms = 0;
        } else if (!over) {
            cap_ms -= business_elapsed(calendar, pauses[i].from, pauses[i].until);
        }
    }
}
