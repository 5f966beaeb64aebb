/* SPDX-License-Identifier: EUPL-1.2 */
/* The answers are clamd's own, from clamd(8) and what clamd 1.4 says; the scanner on the other end is a thread. */
#include "net/clamd.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* --- what it says --------------------------------------------------------------------------------------------------- */

static void test_answers(void)
{
    static const struct {
        const char *heard;
        size_t size;
        ClamdOutcome outcome;
        const char *said;
    } rows[] = {
#define HEARD(text) text, sizeof(text) - 1
        {HEARD("stream: OK\0"), CLAMD_CLEAN, ""},
        {HEARD("stream: Eicar-Test-Signature FOUND\0"), CLAMD_FOUND, "Eicar-Test-Signature"},
        {HEARD("stream: Win.Test.EICAR_HDB-1(44d88612fea8a8f36de82e1278abb02f:68) FOUND\0"), CLAMD_FOUND,
         "Win.Test.EICAR_HDB-1(44d88612fea8a8f36de82e1278abb02f:68)"},
        {HEARD("stream: OK FOUND\0"), CLAMD_FOUND, "OK"},
        {HEARD("stream: \x01 FOUND\0"), CLAMD_FOUND, "unnamed"},
        {HEARD("stream: a\nb FOUND\0"), CLAMD_FOUND, "a b"},
        {HEARD("INSTREAM size limit exceeded. ERROR\0"), CLAMD_UNABLE, "INSTREAM size limit exceeded."},
        {HEARD("stream: Can't allocate memory ERROR\0"), CLAMD_TROUBLE, "stream: Can't allocate memory"},
        {HEARD("INSTREAM: Can't write to temporary file. ERROR\0"), CLAMD_TROUBLE,
         "INSTREAM: Can't write to temporary file."},
        {HEARD(""), CLAMD_SILENT, "it said nothing"},
        {HEARD("\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OK"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OK\n"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OK\0stream: OK\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OK\0\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: ok\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OKAY\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream: OK \0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("stream:  FOUND\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("/tmp/a: OK\0"), CLAMD_SILENT, "its answer is none"},
        {HEARD("UNKNOWN COMMAND\0"), CLAMD_SILENT, "its answer is none"},
#undef HEARD
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ClamdAnswer answer = {0};
        clamd_answer_parse((Bytes){(const uint8_t *)rows[i].heard, rows[i].size}, &answer);
        g_test_message("row %zu", i);
        g_assert_cmpint(answer.outcome, ==, rows[i].outcome);
        g_assert_cmpstr(answer.said, ==, rows[i].said);
    }
}

static void test_long_name(void)
{
    g_autofree char *letters = g_strnfill(400, 'e');
    g_autofree char *heard = g_strdup_printf("stream: x%s\xc3\xa8%s FOUND", letters, letters);
    ClamdAnswer answer = {0};
    clamd_answer_parse((Bytes){(const uint8_t *)heard, strlen(heard) + 1}, &answer);
    g_assert_cmpint(answer.outcome, ==, CLAMD_FOUND);
    g_assert_cmpuint(strlen(answer.said), ==, CLAMD_SAID_MAX);
    g_autofree char *accents =
        g_strdup_printf("stream: x%s FOUND", "èèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèè"
                                             "èèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèèè");
    clamd_answer_parse((Bytes){(const uint8_t *)accents, strlen(accents) + 1}, &answer);
    g_assert_true(g_utf8_validate(answer.said, -1, NULL));
    g_assert_cmpuint(strlen(answer.said), ==, CLAMD_SAID_MAX - 1); /* an x and whole letters of two bytes */
}

static void test_addresses(void)
{
    ClamdAddress address;
    g_assert_true(clamd_address_read("unix:/run/clamav/clamd.ctl", &address));
    g_assert_cmpstr(address.path.sun_path, ==, "/run/clamav/clamd.ctl");
    g_assert_true(clamd_address_read("tcp:scanner.azienda.it:3310", &address));
    g_assert_cmpstr(address.host, ==, "scanner.azienda.it");
    g_assert_cmpstr(address.port, ==, "3310");
    g_assert_true(clamd_address_read("tcp:[::1]:3310", &address));
    g_assert_cmpstr(address.host, ==, "::1");
    static const char *const wrong[] = {"", "unix:", "unix:clamd.ctl", "/run/clamav/clamd.ctl", "tcp:", "tcp:3310", "tcp::3310",
                                        "tcp:a:0", "tcp:a:65536", "tcp:a:b", "tcp:a b:1", "tcp:[]:1", "tcp:[a]g:1", "http://a:1"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(clamd_address_read(wrong[i], &address));
    g_autofree char *longest = g_strnfill(200, 'a'), *path = g_strconcat("unix:/", longest, NULL);
    g_assert_false(clamd_address_read(path, &address));
}

/* --- the conversation ----------------------------------------------------------------------------------------------- */

typedef struct Scanner {
    char *folder, *path;
    int listener;
    pthread_t thread;
    const char *answer;
    size_t answer_size;
    size_t answer_after; /* bytes; 0: the whole question */
    bool never;          /* does not answer, and waits until we go */
    GByteArray *heard;
} Scanner;

static bool is_complete(const GByteArray *heard)
{
    static const uint8_t end[4] = {0};
    bool is_ping = heard->len == 6 && !memcmp(heard->data, "zPING", 6);
    return is_ping || (heard->len >= 14 && !memcmp(heard->data + heard->len - 4, end, 4));
}

static void *serve(void *arg)
{
    Scanner *scanner = arg;
    uint8_t piece[4096];
    int fd = accept(scanner->listener, NULL, NULL);
    for (;;) {
        bool enough =
            scanner->answer_after ? scanner->heard->len >= scanner->answer_after : is_complete(scanner->heard);
        if (enough && !scanner->never)
            break;
        ssize_t size = recv(fd, piece, sizeof piece, 0);
        if (size <= 0)
            break;
        g_byte_array_append(scanner->heard, piece, (guint)size);
    }
    if (!scanner->never)
        g_assert_cmpint(send(fd, scanner->answer, scanner->answer_size, MSG_NOSIGNAL), ==, scanner->answer_size);
    close(fd);
    return NULL;
}

static void scanner_start(Scanner *scanner)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    scanner->folder = g_dir_make_tmp("filo-clamd-XXXXXX", NULL);
    scanner->path = g_build_filename(scanner->folder, "clamd.ctl", NULL);
    g_strlcpy(address.sun_path, scanner->path, sizeof address.sun_path);
    scanner->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(bind(scanner->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(scanner->listener, 4), ==, 0);
    scanner->heard = g_byte_array_new();
    g_assert_cmpint(pthread_create(&scanner->thread, NULL, serve, scanner), ==, 0);
}

static void scanner_end(Scanner *scanner)
{
    pthread_join(scanner->thread, NULL);
    close(scanner->listener);
    g_unlink(scanner->path);
    g_rmdir(scanner->folder);
    g_byte_array_unref(scanner->heard);
    g_free(scanner->path);
    g_free(scanner->folder);
}

static ClamdAnswer ask(const Scanner *scanner, Bytes content, int think)
{
    const ClamdLimits limits = {.connect = 20000, .stall = 20000, .think = think};
    ClamdAddress address;
    ClamdAnswer answer;
    g_autofree char *text = g_strconcat("unix:", scanner->path, NULL);
    g_assert_true(clamd_address_read(text, &address));
    clamd_scan(&address, &limits, content, NULL, &answer);
    return answer;
}

static void test_conversation(void)
{
    static const uint8_t asked[] = "zINSTREAM\0\0\0\0\3abc\0\0\0"; /* and the NUL of the text itself */
    Scanner scanner = {.answer = "stream: Bad.Thing FOUND", .answer_size = 24};
    scanner_start(&scanner);
    ClamdAnswer answer = ask(&scanner, (Bytes){(const uint8_t *)"abc", 3}, 20000);
    g_assert_cmpint(answer.outcome, ==, CLAMD_FOUND);
    g_assert_cmpstr(answer.said, ==, "Bad.Thing");
    g_assert_cmpmem(scanner.heard->data, scanner.heard->len, asked, sizeof asked);
    scanner_end(&scanner);
}

static void test_large_file(void)
{
    enum { SIZE = 1000000 };
    g_autofree uint8_t *content = g_malloc(SIZE);
    memset(content, 'x', SIZE);
    Scanner scanner = {.answer = "stream: OK", .answer_size = 11};
    scanner_start(&scanner);
    g_assert_cmpint(ask(&scanner, (Bytes){content, SIZE}, 20000).outcome, ==, CLAMD_CLEAN);
    g_assert_cmpuint(scanner.heard->len, ==, 10 + 16 * 4 + SIZE + 4); /* 16 pieces of at most 65,536 bytes */
    scanner_end(&scanner);
}

/* 8 MB do not fit into a socket's buffers: the answer comes while the file still leaves. */
static ClamdAnswer ask_early(const char *said, size_t size)
{
    enum { SIZE = 8 << 20 };
    g_autofree uint8_t *content = g_malloc0(SIZE);
    memset(content, 'x', SIZE);
    Scanner scanner = {.answer = said, .answer_size = size, .answer_after = 1000};
    scanner_start(&scanner);
    ClamdAnswer answer = ask(&scanner, (Bytes){content, SIZE}, 20000);
    scanner_end(&scanner);
    return answer;
}

static void test_early(void)
{
    ClamdAnswer answer = ask_early("INSTREAM size limit exceeded. ERROR", 36);
    g_assert_cmpint(answer.outcome, ==, CLAMD_UNABLE);
    g_assert_cmpstr(answer.said, ==, "INSTREAM size limit exceeded.");
    answer = ask_early("stream: OK", 11);
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
    g_assert_cmpstr(answer.said, ==, "it answered before it had the whole file");
    g_assert_cmpint(ask_early("stream: Bad.Thing FOUND", 24).outcome, ==, CLAMD_FOUND);
    answer = ask_early("", 0);
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
    g_assert_true(answer.reached);
}

static void test_bad_ends(void)
{
    Scanner slow = {.never = true}, cut = {.answer = "stream: O", .answer_size = 9}, endless = {0};
    g_autofree char *flood = g_strnfill(100000, 'x');
    scanner_start(&slow);
    ClamdAnswer answer = ask(&slow, (Bytes){(const uint8_t *)"abc", 3}, 50);
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
    g_assert_cmpstr(answer.said, ==, "no answer in time");
    scanner_end(&slow);
    scanner_start(&cut);
    g_assert_cmpint(ask(&cut, (Bytes){(const uint8_t *)"abc", 3}, 20000).outcome, ==, CLAMD_SILENT);
    scanner_end(&cut);
    endless.answer = flood;
    endless.answer_size = CLAMD_ANSWER_MAX + 1; /* what is over stays in the socket */
    scanner_start(&endless);
    g_assert_cmpint(ask(&endless, (Bytes){(const uint8_t *)"abc", 3}, 20000).outcome, ==, CLAMD_SILENT);
    scanner_end(&endless);
}

static void test_nobody(void)
{
    ClamdAddress address;
    ClamdAnswer answer;
    g_assert_true(clamd_address_read("unix:/nowhere/clamd.ctl", &address));
    clamd_scan(&address, &clamd_limits, (Bytes){0}, NULL, &answer);
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
    g_assert_false(answer.reached);
    clamd_ping(&address, &clamd_limits, NULL, &answer);
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
}

static ClamdOutcome ping(const char *said, size_t size)
{
    ClamdAddress address;
    ClamdAnswer answer;
    Scanner scanner = {.answer = said, .answer_size = size};
    scanner_start(&scanner);
    g_autofree char *text = g_strconcat("unix:", scanner.path, NULL);
    g_assert_true(clamd_address_read(text, &address));
    clamd_ping(&address, &clamd_limits, NULL, &answer);
    scanner_end(&scanner);
    return answer.outcome;
}

static void test_ping(void)
{
    g_assert_cmpint(ping("PONG", 5), ==, CLAMD_CLEAN);
    g_assert_cmpint(ping("PONG", 4), ==, CLAMD_SILENT);
    g_assert_cmpint(ping("stream: OK", 11), ==, CLAMD_SILENT);
}

static void test_stop(void)
{
    const ClamdLimits limits = {.connect = 600000, .stall = 600000, .think = 600000};
    atomic_bool stop = true;
    ClamdAddress address;
    ClamdAnswer answer;
    Scanner scanner = {.never = true};
    scanner_start(&scanner);
    g_autofree char *text = g_strconcat("unix:", scanner.path, NULL);
    g_assert_true(clamd_address_read(text, &address));
    clamd_scan(&address, &limits, (Bytes){(const uint8_t *)"abc", 3}, &stop,
               &answer); /* else the test's time is over */
    g_assert_cmpint(answer.outcome, ==, CLAMD_SILENT);
    scanner_end(&scanner);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clamd/answers", test_answers);
    g_test_add_func("/clamd/long-name", test_long_name);
    g_test_add_func("/clamd/addresses", test_addresses);
    g_test_add_func("/clamd/conversation", test_conversation);
    g_test_add_func("/clamd/large-file", test_large_file);
    g_test_add_func("/clamd/early", test_early);
    g_test_add_func("/clamd/bad-ends", test_bad_ends);
    g_test_add_func("/clamd/nobody", test_nobody);
    g_test_add_func("/clamd/ping", test_ping);
    g_test_add_func("/clamd/stop", test_stop);
    return g_test_run();
}
