/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the replies by which servers limit a sender. Why words: RFC 5321 has no code for it; 421 and 450 are also said of
 * maintenance, of greylisting and of a full mailbox.
 */
#include "channel/mail/throttle.h"

#include <glib.h>
#include <string.h>

/* 432 and 4.4.5: IANA's registry of enhanced codes ("mail system congestion"; Exchange Online's limit of connections);
 * 4.7.28: Google's "unusual rate". */
static bool is_said_by_code(int code, const char *enhanced)
{
    return code == 432 || g_strcmp0(enhanced, "4.4.5") == 0 || g_strcmp0(enhanced, "4.7.28") == 0;
}

/* Postfix (anvil), Exim (ratelimit), Exchange Online, Google, Yahoo, as they publish their replies. */
static bool is_said_in_words(const char *text)
{
    static const char *const words[] = {"too many", "too much mail", "too fast", "rate limit", "ratelimit", "sending rate",
                                        "submission rate", "unusual rate", "rate exceeded", "throttl", "limit exceeded",
                                        "exceeded the limit", "exceeded the configured limit"};
    g_autofree char *lower = g_ascii_strdown(text, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(lower, words[i]))
            return true;
    return false;
}

/* 452 4.5.3: more recipients than one message may have; they follow in the next one. */
static bool is_about_the_message(int code, const char *enhanced)
{
    return enhanced ? g_str_has_prefix(enhanced, "4.2.") || g_strcmp0(enhanced, "4.5.3") == 0 : code == 452;
}

bool mail_asks_for_patience(int code, const char *enhanced, const char *text)
{
    if (code / 100 != 4 || is_about_the_message(code, enhanced))
        return false;
    return is_said_by_code(code, enhanced) || is_said_in_words(text);
}
