/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/serial_named.h"

#include <glib.h>

static void test_named(void)
{
    static const struct {
        const char *words, *serial;
        bool named;
    } rows[] = {
        {"La V2-24-01837 perde acqua.", "V2-24-01837", true},
        {"matricola v2 24 01837", "V2-24-01837", true},
        {"matricola V22401837!", "V2-24-01837", true},
        {"(v2-24 -01837)", "V22401837", true},
        {"V2-24-018370", "V2-24-01837", false},
        {"XV2-24-01837", "V2-24-01837", false},
        {"V2-24-01837è", "V2-24-01837", false},
        {"V2-24-0183", "V2-24-01837", false},
        {"V2-24-\n01837", "V2-24-01837", false}, /* two lines are two things */
        {"la AB12 non va", "AB12", false},
        {"la AB123 non va", "AB123", true},
        {"00187 Roma", "00187", false},
        {"numero 1234567", "1234567", true},
        {"la MACCHINA", "MACCHINA", false},
        {"XX/12.34 di nuovo", "XX/12.34", true},
        {"XX 12 34 di nuovo", "XX/12.34", false},
        {"", "AB12345", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s in %s", rows[i].serial, rows[i].words);
        g_assert_cmpint(serial_is_named(rows[i].words, rows[i].serial), ==, rows[i].named);
    }
}

static void test_words_end_at_the_signature(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(serial_words(arena, "Non va.\n-- \nAnna, AB12345\n"), ==, "Non va.\n");
    g_assert_cmpstr(serial_words(arena, "Non va.\r\n--\r\nAnna"), ==, "Non va.\r\n");
    g_assert_cmpstr(serial_words(arena, "-- due volte\nNon va."), ==, "-- due volte\nNon va.");
    g_assert_cmpstr(serial_words(arena, ""), ==, "");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/serial-named/words", test_named);
    g_test_add_func("/serial-named/signature", test_words_end_at_the_signature);
    return g_test_run();
}
