/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies as the servers' own documentation prints them: postfix.org TUNING_README and anvil(8), exim.org spec chapter 43
 * (ratelimit), learn.microsoft.com "Exchange Online limits", support.google.com/mail/answer/3726730. */
#include "channel/mail/throttle.h"

#include <glib.h>

static void test_replies(void)
{
    static const struct {
        int code;
        const char *enhanced, *text;
        bool asks;
    } rows[] = {
        {421, "4.7.0", "Error: too many connections from 192.0.2.1", true},
        {450, "4.7.1", "Error: too much mail from 192.0.2.1", true},
        {450, "4.7.1", "Error: too many recipients from 192.0.2.1", true},
        {421, NULL, "Too many concurrent SMTP connections; please try again later", true},
        {432, "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded", true},
        {421, "4.4.2", "Message submission rate for this client has exceeded the configured limit", true},
        {421, "4.7.28", "Our system has detected an unusual amount of mail from your address", true},
        {451, "4.4.5", "congestion", true},
        {454, "4.7.0", "Too many login attempts, please try again later", true},
        {421, "4.3.2", "in maintenance", false},
        {450, "4.7.1", "greylisted, try again in five minutes", false},
        {450, "4.2.1", "The user you are trying to contact is receiving mail too fast", false},
        {452, "4.2.2", "mailbox full, limit exceeded", false},
        {452, "4.5.3", "too many recipients", false},
        {452, NULL, "too many recipients", false},
        {550, "5.4.6", "too many hops", false},
        {250, NULL, "ok, not too many", false},
        {0, NULL, "the connection was lost", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%d %s", rows[i].code, rows[i].text);
        g_assert_cmpint(mail_asks_for_patience(rows[i].code, rows[i].enhanced, rows[i].text), ==, rows[i].asks);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-throttle/replies", test_replies);
    return g_test_run();
}
