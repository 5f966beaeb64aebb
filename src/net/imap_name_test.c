/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/imap_name.h"

/* The third and fourth are examples of RFC 3501 §5.1.3; the others were coded with CPython's utf-7 codec. */
static void test_names(void)
{
    static const struct {
        const char *name, *wire;
    } rows[] = {
        {"INBOX", "INBOX"},
        {"Posta Inviata", "Posta Inviata"},
        {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
        {"Già visti", "Gi&AOA- visti"},
        {"R&D", "R&-D"},
        {"perché", "perch&AOk-"},
        {"è&é", "&AOg-&-&AOk-"},
        {"Preventivi 😀", "Preventivi &2D3eAA-"},
        {"a\"b\\c", "a\"b\\c"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpstr(imap_name_encode(arena, rows[i].name), ==, rows[i].wire);
        g_assert_cmpstr(imap_name_decode(arena, rows[i].wire), ==, rows[i].name);
    }
}

static void test_no_names(void)
{
    static const char *const wires[] = {
        "Gi&AOA visti", /* never closed */
        "Gi\xc3\xa0",   /* not coded */
        "&AGE-",        /* an ASCII letter coded */
        "&AOA-&AOA-",   /* two runs for one */
        "&2D0-",        /* half a surrogate pair */
        "&AO-",         /* half a character */
        "&!!-",         /* not base64 */
        "a\nb", "&AAo-", "",
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(wires); i++)
        g_assert_null(imap_name_decode(arena, wires[i]));
    g_assert_null(imap_name_encode(arena, "a\r\nb"));
    g_assert_null(imap_name_encode(arena, "\xff"));
    g_assert_null(imap_name_encode(arena, ""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap-name/names", test_names);
    g_test_add_func("/imap-name/no-names", test_no_names);
    return g_test_run();
}
