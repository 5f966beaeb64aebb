/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands under our answers, word for word, and that it is folded when it comes back. */
#include "job/quotation.h"

#include "parse/quote.h"

#include <string.h>

/* Tuesday 3 March 2026, 10:12 in Rome (UTC+1): 1772529120 s by date(1). */
#define AT ((TimeMs)1772529120000)

static const char *quoted(Arena *arena, Lang lang, Message message)
{
    g_autoptr(GTimeZone) zone = zone_find("Europe/Rome");
    message.at = AT;
    message.sender_address = "mario@bar.test";
    if (!message.sender_name)
        message.sender_name = "Mario Rossi";
    return quotation_text(arena, lang, zone, &message);
}

static void test_words(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Message message = {.text = "Non scalda.\r\n\r\n> già visto\nE07", .quoted_at = MESSAGE_NOT_QUOTED};
    g_assert_cmpstr(quoted(arena, LANG_IT, message), ==,
                    "Il 3 marzo 2026 alle 10:12 Mario Rossi ha scritto:\n> Non scalda.\n>\n>> già visto\n> E07");
    g_assert_cmpstr(quoted(arena, LANG_EN, message), ==,
                    "On 3 March 2026 at 10:12 Mario Rossi wrote:\n> Non scalda.\n>\n>> già visto\n> E07");
    message.sender_name = "";
    g_assert_true(g_str_has_prefix(quoted(arena, LANG_IT, message), "Il 3 marzo 2026 alle 10:12 mario@bar.test ha "));
}

static void test_own_words_only(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Message message = {.text = "Va bene.\n\nIl giorno 2 marzo Sara ha scritto:\n> Provi", .quoted_at = 10};
    g_assert_cmpstr(quoted(arena, LANG_IT, message), ==,
                    "Il 3 marzo 2026 alle 10:12 Mario Rossi ha scritto:\n> Va bene.");
    message.quoted_at = 0; /* passed on without a word */
    g_assert_nonnull(strstr(quoted(arena, LANG_IT, message), "\n> Il giorno 2 marzo Sara ha scritto:\n>> Provi"));
    g_assert_cmpstr(quoted(arena, LANG_IT, (Message){.text = " \n\n", .quoted_at = MESSAGE_NOT_QUOTED}), ==, "");
}

static void test_bounded(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autofree char *lines = g_strnfill(50000, '\n');
    g_autofree char *long_text = g_strconcat("a", lines, "b", NULL);
    const char *text = quoted(arena, LANG_IT, (Message){.text = long_text, .quoted_at = MESSAGE_NOT_QUOTED});
    g_assert_cmpuint(strlen(text), <, 3 * QUOTATION_MAX);
    const char *at = text;
    while ((at = strchr(at, '\n')))
        g_assert_cmpint(*++at, ==, '>');
    g_autofree char *name = g_strnfill(5000, 'n');
    text = quoted(arena, LANG_IT, (Message){.sender_name = name, .text = "a", .quoted_at = MESSAGE_NOT_QUOTED});
    g_assert_cmpuint(strcspn(text, "\n"), <, 200);
}

static void test_comes_back_folded(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (Lang lang = LANG_IT; lang <= LANG_EN; lang++) {
        Message message = {.sender_name = "Il re\nwrote:", .text = "Uno\nDa: due", .quoted_at = MESSAGE_NOT_QUOTED};
        const char *answer = "Provi a decalcificare.\n\n";
        const char *text = arena_printf(arena, "%s%s\n", answer, quoted(arena, lang, message));
        g_assert_cmpuint(quote_split(text, strlen(text)), ==, strlen(answer));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quotation/words", test_words);
    g_test_add_func("/quotation/own-words", test_own_words_only);
    g_test_add_func("/quotation/bounded", test_bounded);
    g_test_add_func("/quotation/folded", test_comes_back_folded);
    return g_test_run();
}
