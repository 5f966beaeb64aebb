/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/agent.h"

#include <glib.h>

/* Headers as browsers of 2025 send them. */
static void test_known(void)
{
    static const struct {
        const char *header, *words;
    } rows[] = {
        {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Linux"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
         "Safari/537.36 Edg/126.0.0.0",
         "Edge · Windows"},
        {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
         "Safari/537.36",
         "Chrome · Android"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 Mobile/15E148 Safari/604.1",
         "Safari · iPhone"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
         "Safari/605.1.15",
         "Safari · Mac"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(agent_words(rows[i].header, "?"), ==, rows[i].words);
}

static void test_others(void)
{
    g_assert_cmpstr(agent_words("curl/7.88.1", "?"), ==, "?");
    g_assert_cmpstr(agent_words("", "?"), ==, "?");
    g_assert_cmpstr(agent_words(NULL, "?"), ==, "?");
    g_assert_cmpstr(agent_words("<script>Linux</script>", "?"), ==, "?");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/known", test_known);
    g_test_add_func("/agent/others", test_others);
    return g_test_run();
}
