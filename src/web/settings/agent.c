/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/agent.h"

#include <glib.h>
#include <string.h>

#define BROWSERS(SYSTEM)                                                                                               \
    {                                                                                                                  \
        "Edge · " SYSTEM, "Firefox · " SYSTEM, "Chrome · " SYSTEM, "Safari · " SYSTEM                                  \
    }

/* The first mark found decides: Edge calls itself Chrome, Chrome calls itself Safari, Android calls itself Linux. */
static const char *const browsers[] = {"Edg", "Firefox", "Chrome", "Safari"};
static const struct {
    const char *mark;
    const char *words[G_N_ELEMENTS(browsers)];
} systems[] = {
    {"Android", BROWSERS("Android")},   {"iPhone", BROWSERS("iPhone")}, {"iPad", BROWSERS("iPad")},
    {"Windows", BROWSERS("Windows")},   {"Mac OS", BROWSERS("Mac")},    {"Linux", BROWSERS("Linux")},
};

const char *agent_words(const char *user_agent, const char *otherwise)
{
    for (size_t at = 0; user_agent && at < G_N_ELEMENTS(systems); at++)
        for (size_t browser = 0; strstr(user_agent, systems[at].mark) && browser < G_N_ELEMENTS(browsers); browser++)
            if (strstr(user_agent, browsers[browser]))
                return systems[at].words[browser];
    return otherwise;
}
