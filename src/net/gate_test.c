/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/gate.h"

#include <glib.h>
#include <string.h>

enum { SMALL_LIMIT = 100 };

static size_t limit_of(const char *method, const char *target, void *arg)
{
    (void)method, (void)arg;
    return strcmp(target, "/large") == 0 ? 1000000 : SMALL_LIMIT;
}

static const GateRules rules = {
    .host = "help.example.it", .allow_loopback = true, .head_max = GATE_HEAD_MAX, .body_limit = limit_of};

/* Feeds the bytes cut into pieces of `step`, as the connection does. The status refused, 0 for complete, -1 for
 * incomplete; *size_out is the length of the request. */
static int verdict_in_steps(const char *bytes, size_t size, size_t step, size_t *size_out)
{
    Gate gate;
    gate_init(&gate, &rules);
    bool complete = false;
    for (size_t held = MIN(step, size); !complete && !gate.refused; held = MIN(held + step, size)) {
        size_t from = gate.stage == GATE_HEAD ? 0 : gate.scanned;
        complete = gate_scan(&gate, (Bytes){(const uint8_t *)bytes + from, held - from});
        if (held == size && !complete && !gate.refused)
            return -1;
    }
    *size_out = gate.scanned;
    return complete ? 0 : gate.refused;
}

/* The verdict must not depend on how the network cuts the bytes. */
static int verdict_of(const char *bytes, size_t size)
{
    size_t whole_size = 0, cut_size = 0;
    int whole = verdict_in_steps(bytes, size, size, &whole_size);
    for (size_t step = 1; step <= 7; step += 3) {
        g_assert_cmpint(verdict_in_steps(bytes, size, step, &cut_size), ==, whole);
        if (whole == 0)
            g_assert_cmpuint(cut_size, ==, whole_size);
    }
    return whole;
}

static int verdict(const char *text)
{
    return verdict_of(text, strlen(text));
}

#define HOST "Host: help.example.it\r\n"
#define POST "POST /f HTTP/1.1\r\n" HOST

typedef struct Probe {
    const char *name;
    const char *text;
    int expected;
} Probe;

/* RFC 9112 sections 2.2, 3.2, 5.1, 6.1, 6.3, 7.1, and the strictest of the servers probed for this design. */
static const Probe probes[] = {
    {"control", "GET / HTTP/1.1\r\n" HOST "\r\n", 0},
    {"control 1.0", "GET / HTTP/1.0\r\n" HOST "\r\n", 0},
    {"control body", POST "Content-Length: 5\r\n\r\nhello", 0},
    {"control chunked", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 0},
    {"control absolute", "GET http://help.example.it/a HTTP/1.1\r\n" HOST "\r\n", 0},
    {"loopback host", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", 0},
    {"loopback v6", "GET / HTTP/1.1\r\nhost:\t[::1]:8080 \r\n\r\n", 0},
    {"two different lengths", POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
    {"two equal lengths", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"length list", POST "Content-Length: 5, 5\r\n\r\nhello", 400},
    {"signed length", POST "Content-Length: +5\r\n\r\nhello", 400},
    {"negative length", POST "Content-Length: -5\r\n\r\nhello", 400},
    {"hexadecimal length", POST "Content-Length: 0x5\r\n\r\nhello", 400},
    {"empty length", POST "Content-Length: \r\n\r\n", 400},
    {"huge length", POST "Content-Length: 18446744073709551621\r\n\r\nhello", 400},
    {"length and coding", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"unknown coding", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
    {"coding list", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"coding twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"coding with vertical tab", POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
    {"coding in 1.0", "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"body on GET", "GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 400},
    {"body on DELETE", "DELETE /a HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"no host", "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", 400},
    {"two hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400},
    {"foreign host", "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421},
    {"host with more after", "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.test\r\n\r\n", 421},
    {"host with user", "GET / HTTP/1.1\r\nHost: help.example.it@evil.test\r\n\r\n", 421},
    {"absolute foreign", "GET http://evil.test/ HTTP/1.1\r\n" HOST "\r\n", 421},
    {"absolute other scheme", "GET ftp://help.example.it/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {"space before colon", "GET / HTTP/1.1\r\n" HOST "Accept : */*\r\n\r\n", 400},
    {"name no token", "GET / HTTP/1.1\r\n" HOST "Acc(ept: */*\r\n\r\n", 400},
    {"no name", "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400},
    {"no colon", "GET / HTTP/1.1\r\n" HOST "Accept\r\n\r\n", 400},
    {"obs-fold", "GET / HTTP/1.1\r\n" HOST "Accept: a\r\n b\r\n\r\n", 400},
    {"obs-fold first", "GET / HTTP/1.1\r\n Host: help.example.it\r\n\r\n", 400},
    {"bare LF", "GET / HTTP/1.1\n" HOST "\r\n", 400},
    {"bare LF in header", "GET / HTTP/1.1\r\n" HOST "A: b\nContent-Length: 5\r\n\r\n", 400},
    {"bare CR", "GET / HTTP/1.1\r\n" HOST "A: b\rContent-Length: 5\r\n\r\n", 400},
    {"control character", "GET / HTTP/1.1\r\n" HOST "A: b\x01\r\n\r\n", 400},
    {"empty line first", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"space in target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400},
    {"bad escape", "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400},
    {"NUL escape", "GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400},
    {"network path", "GET //evil.test/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {"asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 400},
    {"version 0.9", "GET /\r\n\r\n", 400},
    {"version 2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 505},
    {"version 1.10", "GET / HTTP/1.10\r\n" HOST "\r\n", 400},
    {"method unknown", "TRACE / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"method lower case", "get / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"method no token", "G\x01T / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"expectation", POST "Content-Length: 5\r\nExpect: tea\r\n\r\nhello", 417},
    {"body over limit", POST "Content-Length: 101\r\n\r\n", 413},
    {"chunk over limit", POST "Transfer-Encoding: chunked\r\n\r\n65\r\n", 413},
    {"chunk overflow", POST "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", 400},
    {"chunk signed", POST "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", 400},
    {"chunk prefixed", POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400},
    {"chunk extension", POST "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", 400},
    {"chunk bare LF", POST "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400},
    {"chunk too long", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", 400},
    {"trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: evil.test\r\n\r\n", 400},
    {"half a head", "GET / HTTP/1.1\r\n" HOST, -1},
    {"half a body", POST "Content-Length: 5\r\n\r\nhel", -1},
    {"half a chunk", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", -1},
};

static void test_probes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(probes); i++) {
        int got = verdict(probes[i].text);
        if (got != probes[i].expected)
            g_error("%s: %d, not %d", probes[i].name, got, probes[i].expected);
    }
}

static void test_nul_in_header(void)
{
    static const char text[] = "GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n";
    g_assert_cmpint(verdict_of(text, sizeof text - 1), ==, 400);
    static const char name[] = "GET / HTTP/1.1\r\n" HOST "A\0: b\r\n\r\n";
    g_assert_cmpint(verdict_of(name, sizeof name - 1), ==, 400);
}

static void test_too_much(void)
{
    g_autofree char *filler = g_strnfill(1 << 20, 'a');
    g_autofree char *target = g_strconcat("GET /", filler, " HTTP/1.1\r\n" HOST "\r\n", NULL);
    g_assert_cmpint(verdict(target), ==, 414);
    filler[GATE_TARGET_MAX] = '\0';
    g_autofree char *shorter = g_strconcat("GET /", filler, " HTTP/1.1\r\n" HOST "\r\n", NULL);
    g_assert_cmpint(verdict(shorter), ==, 414);
    GString *headers = g_string_new("GET / HTTP/1.1\r\n" HOST);
    for (int i = 1; i < GATE_HEADERS_MAX; i++)
        g_string_append(headers, "A: b\r\n");
    g_autofree char *most = g_strconcat(headers->str, "\r\n", NULL);
    g_assert_cmpint(verdict(most), ==, 0);
    for (int i = 0; i < 900; i++)
        g_string_append(headers, "A: b\r\n");
    g_string_append(headers, "\r\n");
    g_assert_cmpint(verdict(headers->str), ==, 431);
    g_string_free(headers, TRUE);
    filler[GATE_TARGET_MAX] = 'a';
    g_autofree char *large = g_strconcat("GET / HTTP/1.1\r\n" HOST "A: ", filler, "\r\n\r\n", NULL);
    g_assert_cmpint(verdict(large), ==, 431);
}

/* A request ends before the next one: the length found is where the text of the second begins. */
static void test_requests_end_where_they_end(void)
{
    static const char two[] = POST "Content-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n" HOST "\r\n";
    size_t size = 0;
    g_assert_cmpint(verdict_in_steps(two, sizeof two - 1, sizeof two - 1, &size), ==, 0);
    g_assert_cmpuint(size, ==, strstr(two, "GET") - two);
    static const char chunked[] = POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00\r\n\r\nGET / HTTP/1.1\r\n";
    g_assert_cmpint(verdict_in_steps(chunked, sizeof chunked - 1, sizeof chunked - 1, &size), ==, 0);
    g_assert_cmpuint(size, ==, strstr(chunked, "GET") - chunked);
}

static void test_route_limit_is_asked(void)
{
    g_assert_cmpint(verdict("POST /large HTTP/1.1\r\n" HOST "Content-Length: 999999\r\n\r\n"), ==, -1);
    g_assert_cmpint(verdict("POST /large HTTP/1.1\r\n" HOST "Content-Length: 1000001\r\n\r\n"), ==, 413);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate/probes", test_probes);
    g_test_add_func("/gate/nul", test_nul_in_header);
    g_test_add_func("/gate/too-much", test_too_much);
    g_test_add_func("/gate/ends", test_requests_end_where_they_end);
    g_test_add_func("/gate/route-limit", test_route_limit_is_asked);
    return g_test_run();
}
