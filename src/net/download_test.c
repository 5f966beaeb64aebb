/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses are public: the IANA special-purpose registries (RFC 6890). What a server sees of a download is in
 * tests/reading.test.js. */
#include "net/download.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

static bool is_public(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&four);
    g_assert_cmpint(inet_pton(AF_INET6, text, &six.sin6_addr), ==, 1);
    return address_is_public((const struct sockaddr *)&six);
}

static void test_addresses(void)
{
    static const char *const refused[] = {
        "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "100::1", "fc00::1",
        "fd12::1", "fe80::1", "ff02::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "4000::1"};
    static const char *const allowed[] = {"8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                                          "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
                                          "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888",
                                          "2a00:1450::1", "2600::1"};
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        if (is_public(refused[i]))
            g_test_fail_printf("%s is called public", refused[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++)
        if (!is_public(allowed[i]))
            g_test_fail_printf("%s is not called public", allowed[i]);
    g_assert_false(address_is_public(&(struct sockaddr){.sa_family = AF_UNIX}));
}

/* None of these is asked: no connection is made, so each ends at once. */
static void test_refused_at_once(void)
{
    Download downloads[] = {{"http://127.0.0.1:9/", NULL},       {"http://[::1]/", NULL},      {"http://localhost/", NULL},
                            {"http://0x7f.1/", NULL},            {"http://2130706433/", NULL}, {"http://user:pw@8.8.8.8/", NULL},
                            {"http://169.254.169.254/x", NULL},  {"file:///etc/passwd", NULL}, {"ftp://8.8.8.8/x", NULL},
                            {"http://8.8.8.8:22/", NULL},        {"gopher://127.0.0.1/x", NULL}, {"http://", NULL}, {"", NULL}};
    const DownloadLimits limits = {.max_each = 1000, .max_all = 1000, .seconds = 20};
    g_autoptr(GError) error = NULL;
    gint64 before = g_get_monotonic_time();
    g_assert_true(download_all(downloads, G_N_ELEMENTS(downloads), &limits, &error));
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(downloads); i++)
        g_assert_null(downloads[i].content);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 15 * G_USEC_PER_SEC);
}

/* A server that takes the connection and never says a word. */
static void test_silence_ends(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(listening, (const struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(listening, 4), ==, 0);
    g_assert_cmpint(getsockname(listening, (struct sockaddr *)&address, &size), ==, 0);
    g_autofree char *also = g_strdup_printf("127.0.0.1:%u", ntohs(address.sin_port));
    g_autofree char *url = g_strdup_printf("http://%s/", also);
    Download downloads[] = {{url, NULL}, {url, NULL}};
    const DownloadLimits limits = {.max_each = 1000, .max_all = 1000, .seconds = 1, .also = also};
    g_autoptr(GError) error = NULL;
    gint64 before = g_get_monotonic_time();
    g_assert_true(download_all(downloads, 2, &limits, &error));
    gint64 took = g_get_monotonic_time() - before;
    close(listening);
    g_assert_null(downloads[0].content);
    g_assert_null(downloads[1].content);
    g_assert_cmpint(took, >, G_USEC_PER_SEC / 2);
    g_assert_cmpint(took, <, 15 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/download/addresses", test_addresses);
    g_test_add_func("/download/refused", test_refused_at_once);
    g_test_add_func("/download/silence", test_silence_ends);
    return g_test_run();
}
