/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/import_map.h"

#include <string.h>

#define COLUMNS "[columns]\ncase = id\ntime = when\nactivity = what\n"
#define TIME "[time]\nformat = %d/%m/%Y\nzone = Europe/Rome\n"

static void test_whole(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportMap) map = import_map_parse("# ours\r\n" COLUMNS TIME "[log]\nsource = old desk\ndelimiter = ;\n"
                                                "[ticket]\nkind = fault\nkeep = impact; org:role ;\n"
                                                "[events]\nOpen = in_progress\na=b/c d = closed\nSeen = note\n",
                                                &error);
    g_assert_no_error(error);
    g_assert_cmpstr(map->texts[COLUMN_CASE], ==, "id");
    g_assert_null(map->texts[COLUMN_TEAM]);
    g_assert_cmpstr(map->source, ==, "old desk");
    g_assert_cmpint(map->delimiter, ==, ';');
    g_assert_cmpint(map->kind, ==, KIND_FAULT);
    g_assert_cmpuint(map->keep->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(map->keep, 1), ==, "org:role");
    ImportMeaning meaning = import_map_meaning(map, "a=b", "c d");
    g_assert_true(meaning.known && meaning.has_state && meaning.state == TICKET_CLOSED);
    meaning = import_map_meaning(map, "Open", "");
    g_assert_true(meaning.has_state && meaning.state == TICKET_IN_PROGRESS);
    meaning = import_map_meaning(map, "Seen", NULL);
    g_assert_true(meaning.known && !meaning.has_state);
    meaning = import_map_meaning(map, "Unheard", "of");
    g_assert_true(!meaning.known && !meaning.has_state);
}

static void test_refused(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {COLUMNS, "map: [time] says no format: dates are never guessed"},
        {TIME, "map: [columns] does not name the case"},
        {COLUMNS "[time]\nformat = %d/%m/%Y\n",
         "map: the times name no zone: say zone = Europe/Rome, or whichever they were written in"},
        {COLUMNS "[time]\nzone = Europe/Roma\n", "map, line 6: there is no zone 'Europe/Roma'"},
        {COLUMNS TIME "[events]\nOpen = opened\n", "map, line 9: 'opened' is no state and not the word note"},
        {COLUMNS TIME "[events]\nOpen = owned\nOpen = closed\n", "map, line 10: 'Open' is said twice"},
        {COLUMNS "colour = red\n", "map, line 5: there is no column 'colour' to name"},
        {"case = id\n", "map, line 1: neither [section] nor key = value"},
        {"[colums]\n", "map, line 1: there is no section [colums]"},
        {"[log]\ndelimiter = ,,\n", "map, line 2: delimiter is one of , ; | or the word tab"},
        {"[log]\ncolour = red\n", "map, line 2: there is no key 'colour' in [log]"},
        {"[log]\nsource =\n", "map, line 2: a key or a value is missing"},
        {"\xE8", "map: not UTF-8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(import_map_parse(cases[i].text, &error));
        g_assert_error(error, FILO_ERROR, FILO_ERROR_USAGE);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import-map/whole", test_whole);
    g_test_add_func("/import-map/refused", test_refused);
    return g_test_run();
}
