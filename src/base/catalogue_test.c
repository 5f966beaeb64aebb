/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/catalogue.h"

#include <string.h>

static void test_languages_are_negotiated(void)
{
    static const struct {
        const char *header;
        Lang expected;
    } cases[] = {
        {NULL, LANG_IT},
        {"", LANG_IT},
        {"*", LANG_IT},
        {"de,fr;q=0.9", LANG_IT},
        {"en", LANG_EN},
        {"en-GB,en;q=0.9", LANG_EN},
        {"it-IT,it;q=0.9,en;q=0.8", LANG_IT},
        {"en;q=0.5, it;q=0.7", LANG_IT},
        {"de, en;q=0.8, it;q=0.3", LANG_EN},
        {"en;q=0", LANG_IT},
        {"en;q=9, it;q=0.1", LANG_IT},
        {"english", LANG_IT},
        {"EN", LANG_EN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(lang_negotiate(cases[i].header), ==, cases[i].expected);
}

static void test_keys_are_found(void)
{
    MsgId id;
    g_assert_cmpstr(msg_find(LANG_EN, "ticket.state.waiting_part"), ==, "Waiting for a part");
    g_assert_cmpstr(msg(LANG_IT, MSG_TICKET_STATE_WAITING_PART), ==, "In attesa del ricambio");
    g_assert_null(msg_find(LANG_IT, "ticket.state.nowhere"));
    g_assert_null(msg_find(LANG_IT, NULL));
    for (int i = 0; i < MSG_COUNT; i++) {
        g_assert_true(msg_id_find(msg_key((MsgId)i), &id));
        g_assert_cmpint(id, ==, i);
    }
}

static void test_plurals_and_fills(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(msg_fill_count(arena, LANG_IT, MSG_SPAN_HOURS, 1, NULL), ==, "1 ora");
    g_assert_cmpstr(msg_fill_count(arena, LANG_IT, MSG_SPAN_HOURS, 0, NULL), ==, "0 ore");
    g_assert_cmpstr(msg_fill_count(arena, LANG_EN, MSG_SPAN_DAYS, 1200, NULL), ==, "1,200 days");
    g_assert_cmpstr(msg_fill(arena, LANG_EN, MSG_TICKET_STATE_OWNED, "owner", "Sara {owner} <b>", NULL), ==,
                    "With Sara {owner} <b>");
}

static void test_a_writer_escapes_words_and_values(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const MsgArg args[] = {{"who", "<Sara>"}, {"none", NULL}};
    msg_write(out, html_text, "a & {who}, {who}{none}.", args, G_N_ELEMENTS(args));
    g_assert_cmpstr(out->str, ==, "a &amp; &lt;Sara&gt;, &lt;Sara&gt;.");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalogue/negotiate", test_languages_are_negotiated);
    g_test_add_func("/catalogue/find", test_keys_are_found);
    g_test_add_func("/catalogue/plural", test_plurals_and_fills);
    g_test_add_func("/catalogue/write", test_a_writer_escapes_words_and_values);
    return g_test_run();
}
