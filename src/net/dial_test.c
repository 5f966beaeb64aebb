/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses may be dialled: security A60; the private networks are those of RFC 1918, 3927, 4193 and 6598. */
#include "net/dial.h"

#include "net/imap.h"

#include <arpa/inet.h>
#include <gio/gio.h>

static bool may_reach(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return dial_may_reach((const struct sockaddr *)&four);
    g_assert_cmpint(inet_pton(AF_INET6, text, &six.sin6_addr), ==, 1);
    return dial_may_reach((const struct sockaddr *)&six);
}

static void test_the_internet_alone(void)
{
    static const char *const inside[] = {"127.0.0.1",   "10.1.2.3",  "172.16.0.1", "192.168.1.20", "169.254.169.254",
                                         "100.64.0.1",  "0.0.0.0",   "::1",        "fe80::1",      "fd00::1",
                                         "::ffff:127.0.0.1"};
    g_assert_true(dial_allow(""));
    for (size_t i = 0; i < G_N_ELEMENTS(inside); i++)
        g_assert_false(may_reach(inside[i]));
    g_assert_true(may_reach("8.8.8.8") && may_reach("2606:4700::1111"));
}

static void test_what_is_allowed(void)
{
    g_assert_true(dial_allow("192.168.1.0/24, 10.0.0.128/25 ::1,fd00:7::/32"));
    g_assert_true(may_reach("192.168.1.0") && may_reach("192.168.1.255") && may_reach("10.0.0.200"));
    g_assert_true(may_reach("::1") && may_reach("fd00:7:1::5") && may_reach("8.8.8.8"));
    g_assert_false(may_reach("192.168.2.1") || may_reach("10.0.0.127") || may_reach("fd00:8::1") ||
                   may_reach("127.0.0.1"));
}

/* A list that is wrong allows nothing, not what stood before the fault. */
static void test_no_list(void)
{
    static const char *const wrong[] = {"10.0.0.0/33", "127.0.0.1/x", "localhost", "127.1", "0x7f.0.0.1", "::/129", "10.0.0.0/8 casa"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(dial_allow(wrong[i]));
        g_assert_false(may_reach("10.0.0.1"));
    }
}

static ImapResult open_at(uint16_t port)
{
    ImapServer server = {
        .host = "localhost", .port = port, .tls = IMAP_TLS_NONE, .user = "filo", .password = "x", .open_seconds = 5};
    ImapSession *session;
    return imap_open(&server, &session);
}

/* The same words whether anybody listens there or not, and nobody is connected to. */
static void test_nobody_is_asked(void)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    uint16_t port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    g_assert_true(port && dial_allow(""));
    ImapResult listening = open_at(port), closed = open_at(1);
    g_assert_cmpint(listening.outcome, ==, IMAP_PRIVATE);
    g_assert_cmpint(closed.outcome, ==, IMAP_PRIVATE);
    g_assert_cmpstr(listening.text, ==, closed.text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dial/internet", test_the_internet_alone);
    g_test_add_func("/dial/allowed", test_what_is_allowed);
    g_test_add_func("/dial/no-list", test_no_list);
    g_test_add_func("/dial/nobody-asked", test_nobody_is_asked);
    return g_test_run();
}
