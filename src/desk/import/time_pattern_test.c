/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants by `date -u -d '2006-01-11 15:49:42' +%s` and the like; the nights of summer time are those of directive
 * 2000/84/EC. */
#include "desk/import/time_pattern.h"

#include <string.h>

static const struct {
    const char *pattern, *zone, *text;
    TimeMs at; /* 0: refused */
} cases[] = {
    {"iso", NULL, "2006-01-11 15:49:42+00:00", 1136994582000},
    {"iso", NULL, "2006-11-07T10:00:36+01:00", 1162890036000},
    {"iso", NULL, "2006-11-07T10:00:36.5Z", 1162893636500},
    {"iso", NULL, "2006-11-07T10:00:36", 0},
    {"iso", NULL, "2006-11-07T10:00:36Z ", 0},
    {"iso", NULL, "07/11/2006 10:00:36Z", 0},
    {"%d/%m/%Y %H:%M", "Europe/Rome", "07/11/2006 11:00", 1162893600000},
    {"%d/%m/%Y %H:%M", "Europe/Rome", "7/11/2006 11:00", 1162893600000},
    {"%d/%m/%Y %H:%M", "Europe/Rome", "11/13/2006 11:00", 0},
    {"%m/%d/%Y %H:%M", "Europe/Rome", "11/07/2006 11:00", 1162893600000},
    {"%d/%m/%Y", "Europe/Rome", "31/04/2006", 0},
    {"%d/%m/%Y", "UTC", "29/02/2000", 951782400000},
    {"%d/%m/%Y", "UTC", "29/02/2100", 0},
    {"%Y%m%d%H%M%S", "UTC", "20061107100036", 1162893636000},
    {"%Y-%m-%d %H:%M:%S.%f %z", NULL, "2006-11-07 10:00:36.123456 +0100", 1162890036123},
    {"%Y-%m-%d %H:%M:%S%z", NULL, "2006-11-07 10:00:36-02", 1162900836000},
    {"%Y-%m-%d %H:%M", "Europe/Rome", "2025-03-30 02:30", 1743298200000}, /* the gap: 03:30 CEST */
    {"%Y-%m-%d %H:%M", "Europe/Rome", "2025-10-26 02:30", 1761438600000}, /* the fold: the first, CEST */
    {"%Y-%m-%d %H:%M", "UTC", "2025-10-26 24:00", 0},
    {"%Y-%m-%d", "UTC", "1969-12-31", 0},
    {"%Y-%m-%d", "UTC", "1970-01-01", 0},
    {"%Y-%m-%d 100%%", "UTC", "2000-01-01 100%", 946684800000},
};

static void test_read(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GTimeZone) zone = cases[i].zone ? zone_find(cases[i].zone) : NULL;
        TimePattern pattern;
        TimeMs at = 0;
        const char *reason = NULL;
        g_assert_true(time_pattern_init(&pattern, cases[i].pattern, zone, &reason));
        bool read = time_pattern_read(&pattern, cases[i].text, &at, &reason);
        if (read != (cases[i].at != 0) || (read && at != cases[i].at))
            g_error("%s by %s: %" G_GINT64_FORMAT, cases[i].text, cases[i].pattern, at);
    }
}

static void test_init(void)
{
    g_autoptr(GTimeZone) utc = zone_find("UTC");
    static const char *const bad[] = {"", "%Y-%m", "%Y-%m-%d %q", "%Y-%m-%d%", "%Y-%m-%d %d", "%Y-%m-%d %z"};
    TimePattern pattern;
    const char *reason;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(time_pattern_init(&pattern, bad[i], utc, &reason));
    g_assert_false(time_pattern_init(&pattern, "%Y-%m-%d", NULL, &reason));
    g_assert_nonnull(strstr(reason, "say zone"));
    g_assert_false(time_pattern_init(&pattern, "iso", utc, &reason));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/time-pattern/read", test_read);
    g_test_add_func("/time-pattern/init", test_init);
    return g_test_run();
}
