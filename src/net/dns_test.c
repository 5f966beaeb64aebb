/* SPDX-License-Identifier: EUPL-1.2 */
/* The messages are written by hand from RFC 1035, section 4; TXT of several strings from RFC 7208, section 3.3. */
#include "net/dns.h"

#include <string.h>

/* "question: a.test TXT" and the answers given; counts as said. */
static DnsAnswer parse(Arena *arena, const char *flags, const char *answers, size_t size, int count, const char *name,
                       DnsType type)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    const uint8_t head[] = {0x12, 0x34, (uint8_t)flags[0], (uint8_t)flags[1], 0, 1, 0, (uint8_t)count, 0, 0, 0, 0};
    const uint8_t tail[] = {0, (uint8_t)type, 0, 1};
    g_byte_array_append(message, head, sizeof head);
    g_byte_array_append(message, (const uint8_t *)"\1a\4test", 8); /* with its NUL: at 12 */
    g_byte_array_append(message, tail, sizeof tail);               /* answers begin at 24 */
    g_byte_array_append(message, (const uint8_t *)answers, (guint)size);
    return dns_answer_parse(arena, (Bytes){message->data, message->len}, name, type);
}

#define PARSE(flags, answers, count, type) parse(arena, flags, answers, sizeof answers - 1, count, "a.test", type)
#define FINE "\x81\x80"
#define AT_A "\xc0\x0c"

static void test_text(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DnsAnswer answer = PARSE(FINE, AT_A "\0\x10\0\1\0\0\0\x3c\0\x0b\6v=spf1\3 a\n", 1, DNS_TXT);
    g_assert_cmpint(answer.outcome, ==, DNS_FOUND);
    g_assert_cmpuint(answer.count, ==, 1);
    g_assert_cmpstr(answer.records[0].text, ==, "v=spf1 a?");
    /* a string longer than its record; a record without a string; a record longer than the message */
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x10\0\1\0\0\0\x3c\0\3\6ab", 1, DNS_TXT).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x10\0\1\0\0\0\x3c\0\0", 1, DNS_TXT).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x10\0\1\0\0\0\x3c\0\x09\2ab", 1, DNS_TXT).outcome, ==, DNS_UNASKED);
}

static void test_exchanges(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DnsAnswer answer =
        PARSE(FINE, AT_A "\0\x0f\0\1\0\0\0\x3c\0\7\0\x14\2m2\xc0\x0c" AT_A "\0\x0f\0\1\0\0\0\x3c\0\7\0\x0a\2m1\xc0\x0c",
              2, DNS_MX);
    g_assert_cmpuint(answer.count, ==, 2);
    g_assert_cmpstr(answer.records[0].text, ==, "m1.a.test");
    g_assert_cmpuint(answer.records[0].distance, ==, 10);
    g_assert_cmpstr(answer.records[1].text, ==, "m2.a.test");
    answer = PARSE(FINE, AT_A "\0\x0f\0\1\0\0\0\x3c\0\3\0\0\0", 1, DNS_MX); /* RFC 7505 */
    g_assert_cmpstr(answer.records[0].text, ==, "");
    /* a name that points at itself, and one that ends before its record */
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x0f\0\1\0\0\0\x3c\0\4\0\x0a\xc0\x26", 1, DNS_MX).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x0f\0\1\0\0\0\x3c\0\5\0\x0a\xc0\x0cx", 1, DNS_MX).outcome, ==, DNS_UNASKED);
}

static void test_addresses(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(PARSE(FINE, AT_A "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7", 1, DNS_A).records[0].text, ==, "192.0.2.7");
    g_assert_cmpint(PARSE(FINE, AT_A "\0\1\0\1\0\0\0\x3c\0\3\xc0\0\2", 1, DNS_A).outcome, ==, DNS_UNASKED);
    DnsAnswer six = PARSE(FINE, AT_A "\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 1, DNS_AAAA);
    g_assert_cmpstr(six.records[0].text, ==, "2001:db8::1");
}

static void test_aliases(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    /* a.test is b.test, whose text stands first; then one whose alias is itself */
    DnsAnswer answer =
        PARSE(FINE, "\1b\xc0\x0e\0\x10\0\1\0\0\0\x3c\0\2\1x" AT_A "\0\5\0\1\0\0\0\x3c\0\4\1b\xc0\x0e", 2, DNS_TXT);
    g_assert_cmpint(answer.outcome, ==, DNS_FOUND);
    g_assert_cmpstr(answer.records[0].text, ==, "x");
    g_assert_cmpint(PARSE(FINE, AT_A "\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c", 1, DNS_TXT).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(PARSE(FINE, AT_A "\0\5\0\1\0\0\0\x3c\0\4\1b\xc0\x0e", 1, DNS_TXT).outcome, ==, DNS_EMPTY);
    /* a record of another name, and one of another class, do not count */
    g_assert_cmpint(PARSE(FINE, "\1b\xc0\x0e\0\x10\0\1\0\0\0\x3c\0\2\1x", 1, DNS_TXT).outcome, ==, DNS_EMPTY);
    g_assert_cmpint(PARSE(FINE, AT_A "\0\x10\0\3\0\0\0\x3c\0\2\1x", 1, DNS_TXT).outcome, ==, DNS_EMPTY);
}

static void test_no_answer(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpint(PARSE(FINE, "", 0, DNS_TXT).outcome, ==, DNS_EMPTY);
    g_assert_cmpint(PARSE("\x81\x83", "", 0, DNS_TXT).outcome, ==, DNS_NO_NAME);
    g_assert_cmpint(PARSE("\x81\x82", "", 0, DNS_TXT).outcome, ==, DNS_UNASKED); /* SERVFAIL */
    g_assert_cmpint(PARSE("\x81\x85", "", 0, DNS_TXT).outcome, ==, DNS_UNASKED); /* REFUSED */
    g_assert_cmpint(PARSE("\x01\x80", "", 0, DNS_TXT).outcome, ==, DNS_UNASKED); /* a question */
    g_assert_cmpint(PARSE(FINE, "", 1, DNS_TXT).outcome, ==, DNS_UNASKED);       /* announced, not there */
    g_assert_cmpint(parse(arena, FINE, "", 0, 0, "b.test", DNS_TXT).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(dns_answer_parse(arena, (Bytes){(const uint8_t *)"\x12\x34", 2}, "a.test", DNS_TXT).outcome, ==,
                    DNS_UNASKED);
}

static void test_servers(void)
{
    static const char *const wrong[] = {"127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:53", "localhost:53", "[::1]", ":53", "[]:53"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(dns_use(wrong[i]));
    g_assert_true(dns_use("[::1]:53") && dns_use("192.0.2.1:5353") && dns_use(""));
}

/* A port where nobody is: the first question says so, the rest is not waited for; a name that cannot be is not asked. */
static void test_nobody_there(void)
{
    g_assert_true(dns_use("127.0.0.1:1"));
    g_autoptr(DnsSession) session = dns_open(3000);
    g_assert_cmpint(dns_ask(session, "a.test", DNS_TXT).outcome, ==, DNS_UNASKED);
    g_assert_cmpint(dns_ask(session, "b.test", DNS_TXT).outcome, ==, DNS_UNASKED);
    g_autofree char *label = g_strnfill(64, 'x'), *name = g_strconcat(label, ".test", NULL);
    g_assert_cmpint(dns_ask(session, "", DNS_TXT).outcome, ==, DNS_NO_NAME);
    g_assert_true(dns_use(""));
    g_autoptr(DnsSession) other = dns_open(3000);
    g_assert_cmpint(dns_ask(other, name, DNS_TXT).outcome, !=, DNS_FOUND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/dns/text", test_text);
    g_test_add_func("/net/dns/exchanges", test_exchanges);
    g_test_add_func("/net/dns/addresses", test_addresses);
    g_test_add_func("/net/dns/aliases", test_aliases);
    g_test_add_func("/net/dns/no-answer", test_no_answer);
    g_test_add_func("/net/dns/servers", test_servers);
    g_test_add_func("/net/dns/nobody-there", test_nobody_there);
    return g_test_run();
}
