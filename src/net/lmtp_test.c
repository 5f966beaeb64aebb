/* SPDX-License-Identifier: EUPL-1.2 */
/* A door in this process with handlers of the test's own, spoken to through real sockets. */
#include "net/lmtp.h"

#include "base/error.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { SIZE_MAX_HERE = 1000 };

/* ----------------------------------------------------------------------------------------------------------- the desk */

typedef struct House {
    pthread_mutex_t lock;
    GPtrArray *kept;    /* of char: recipient, a bar, content */
    LmtpVerdict answer; /* to every message */
    LmtpServer *server;
} House;

static LmtpVerdict is_ours(const char *address, void *context)
{
    (void)context;
    if (g_str_has_prefix(address, "busy"))
        return LMTP_LATER;
    return g_str_has_suffix(address, "@ours.test") ? LMTP_TAKEN : LMTP_NOBODY;
}

static LmtpVerdict keep(const LmtpMessage *message, int64_t *kept_as_out, void *context)
{
    House *house = context;
    pthread_mutex_lock(&house->lock);
    if (house->answer == LMTP_TAKEN) {
        g_ptr_array_add(house->kept, g_strdup_printf("%s|%.*s", message->recipient, (int)message->content.size,
                                                     (const char *)message->content.data));
        *kept_as_out = house->kept->len;
    }
    pthread_mutex_unlock(&house->lock);
    return house->answer;
}

static void house_open(House *house, LmtpOptions options)
{
    g_autoptr(GError) error = NULL;
    *house = (House){.answer = LMTP_TAKEN, .kept = g_ptr_array_new_with_free_func(g_free)};
    pthread_mutex_init(&house->lock, NULL);
    options.listen = options.listen ? options.listen : "127.0.0.1:0";
    options.handlers = (LmtpHandlers){is_ours, keep, house};
    options.size_max = options.size_max ? options.size_max : SIZE_MAX_HERE;
    house->server = lmtp_server_start(&options, &error);
    g_assert_no_error(error);
}

static void house_close(House *house)
{
    lmtp_server_stop(house->server);
    g_ptr_array_unref(house->kept);
    pthread_mutex_destroy(&house->lock);
}

/* ---------------------------------------------------------------------------------------------------------- the client */

static int client_open(const House *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)lmtp_server_port(house->server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 10};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    g_assert_cmpint(connect(client, (struct sockaddr *)&address, sizeof address), ==, 0);
    return client;
}

static void say(int client, const char *text)
{
    g_assert_cmpint(send(client, text, strlen(text), MSG_NOSIGNAL), ==, (ssize_t)strlen(text));
}

/* All that is said until the server closes. */
static char *hear_all(int client)
{
    GString *heard = g_string_new(NULL);
    char piece[1000];
    ssize_t got;
    while ((got = recv(client, piece, sizeof piece, 0)) > 0)
        g_string_append_len(heard, piece, got);
    g_assert_cmpint(got, ==, 0);
    close(client);
    return g_string_free(heard, FALSE);
}

/* Waits for one line. */
static void hear_line(int client)
{
    char byte = 0;
    while (byte != '\n')
        g_assert_cmpint(recv(client, &byte, 1, 0), ==, 1);
}

/* The codes of the replies, a blank between two; a reply of several lines is one. */
static char *codes_of(const char *heard)
{
    GString *codes = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(heard, "\r\n", -1);
    for (char **line = lines; *line; line++) {
        if (strlen(*line) < 4 || (*line)[3] == '-')
            continue;
        bool enhanced = strlen(*line) > 9 && (*line)[5] == '.' && (*line)[7] == '.';
        g_string_append_printf(codes, "%s%.*s", codes->len ? " " : "", enhanced ? 9 : 3, *line);
    }
    return g_string_free(codes, FALSE);
}

/* One pipelined conversation, after the greeting's 220. */
static void assert_codes(const House *house, const char *said, const char *codes)
{
    int client = client_open(house);
    say(client, said);
    g_autofree char *heard = hear_all(client), *found = codes_of(heard);
    g_autofree char *expected = g_strdup_printf("220 %s", codes);
    g_assert_cmpstr(found, ==, expected);
}

#define HELLO "LHLO mx.test\r\n"
#define SENDER "MAIL FROM:<luca@bar.test>\r\n"

/* --------------------------------------------------------------------------------------------------------------- tests */

static void test_a_message_to_many(void)
{
    House house;
    house_open(&house, (LmtpOptions){0});
    assert_codes(&house,
                 HELLO SENDER "RCPT TO:<a@ours.test>\r\nRCPT TO:<x@theirs.test>\r\nRCPT TO:<b+t.k@ours.test>\r\n"
                              "DATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n",
                 "250 250 2.1.0 250 2.1.5 550 5.1.1 250 2.1.5 354 250 2.0.0 250 2.0.0 221 2.0.0");
    g_assert_cmpuint(house.kept->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(house.kept, 0), ==,
                    "b+t.k@ours.test|Return-Path: <luca@bar.test>\r\nDelivered-To: b+t.k@ours.test\r\n"
                    "Subject: x\r\n\r\n.\r\n");
    assert_codes(&house, HELLO "MAIL FROM:<>\r\nRCPT TO:<a@ours.test>\r\nDATA\r\nx\r\n.\r\n" SENDER "RSET\r\nQUIT\r\n",
                 "250 250 2.1.0 250 2.1.5 354 250 2.0.0 250 2.1.0 250 2.0.0 221 2.0.0");
    g_assert_cmpuint(house.kept->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(house.kept, 1), ==,
                    "a@ours.test|Return-Path: <>\r\nDelivered-To: a@ours.test\r\nx\r\n");
    house_close(&house);
}

static void test_what_comes_when(void)
{
    House house;
    house_open(&house, (LmtpOptions){0});
    assert_codes(&house, "MAIL FROM:<a@b>\r\nEHLO x\r\nRCPT TO:<a@ours.test>\r\nDATA\r\nQUIT\r\n",
                 "503 5.5.1 500 5.5.1 503 5.5.1 503 5.5.1 221 2.0.0");
    assert_codes(&house, HELLO SENDER SENDER "RCPT TO:<x@theirs.test>\r\nDATA\r\nVRFY a\r\nWHAT\r\nRCPT a\r\nQUIT\r\n",
                 "250 250 2.1.0 503 5.5.1 550 5.1.1 503 5.5.1 252 2.1.5 500 5.5.1 501 5.5.4 221 2.0.0");
    assert_codes(&house, HELLO SENDER "RCPT TO:<busy@ours.test>\r\nQUIT\r\n", "250 250 2.1.0 451 4.3.0 221 2.0.0");
    assert_codes(&house, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\n.\r\nQUIT\r\n",
                 "250 250 2.1.0 250 2.1.5 354 554 5.6.0 221 2.0.0");
    g_assert_cmpuint(house.kept->len, ==, 0);
    house_close(&house);
}

static void test_the_answer_is_the_handlers(void)
{
    static const struct {
        LmtpVerdict verdict;
        const char *codes;
    } rows[] = {{LMTP_LATER, "451 4.3.0"}, {LMTP_NO_SPACE, "451 4.3.1"}, {LMTP_TOO_LARGE, "552 5.3.4"},
                {LMTP_REFUSED, "554 5.6.0"}};
    House house;
    house_open(&house, (LmtpOptions){0});
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *codes = g_strdup_printf("250 250 2.1.0 250 2.1.5 354 %s 221 2.0.0", rows[i].codes);
        house.answer = rows[i].verdict;
        assert_codes(&house, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n", codes);
    }
    house_close(&house);
}

static char *message_of(size_t size)
{
    g_autofree char *body = g_strnfill(size - 2, 'x');
    return g_strdup_printf(HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\n%s\r\n.\r\nQUIT\r\n", body);
}

static void test_too_large(void)
{
    House house;
    house_open(&house, (LmtpOptions){0});
    g_autofree char *fits = message_of(SIZE_MAX_HERE), *over = message_of(SIZE_MAX_HERE + 1);
    assert_codes(&house, fits, "250 250 2.1.0 250 2.1.5 354 250 2.0.0 221 2.0.0");
    assert_codes(&house, over, "250 250 2.1.0 250 2.1.5 354 552 5.3.4 221 2.0.0");
    assert_codes(&house, HELLO "MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=1000\r\nQUIT\r\n",
                 "250 552 5.3.4 250 2.1.0 221 2.0.0");
    g_assert_cmpuint(house.kept->len, ==, 1);
    house_close(&house);
}

/* 100,000 bytes do not fit while another connection holds its first block; they do when it is gone. */
static void test_the_common_allowance(void)
{
    House house;
    house_open(&house, (LmtpOptions){.size_max = 100000, .flight_max = 128 << 10});
    int other = client_open(&house);
    hear_line(other);
    say(other, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\n");
    for (int lines = 0; lines < 9; lines++) /* LHLO's six, MAIL, RCPT, 354 */
        hear_line(other);
    g_autofree char *large = message_of(100000);
    assert_codes(&house, large, "250 250 2.1.0 250 2.1.5 354 451 4.3.0 221 2.0.0");
    say(other, "x\r\n.\r\nQUIT\r\n");
    g_autofree char *rest = hear_all(other);
    g_assert_true(g_str_has_prefix(rest, "250 2.0.0 Kept"));
    assert_codes(&house, large, "250 250 2.1.0 250 2.1.5 354 250 2.0.0 221 2.0.0");
    g_assert_cmpuint(house.kept->len, ==, 2);
    house_close(&house);
}

static void test_patience_ends(void)
{
    House house;
    house_open(&house, (LmtpOptions){.idle_ms = 100, .message_ms = 200});
    assert_codes(&house, "", "421 4.4.2");
    assert_codes(&house, HELLO "NO", "250 421 4.4.2");
    int slow = client_open(&house); /* a byte every 20 ms: the message as a whole is too slow */
    say(slow, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\n");
    for (int i = 0; i < 100 && send(slow, "x", 1, MSG_NOSIGNAL) == 1; i++)
        g_usleep(20 * 1000);
    char heard[1000] = "";
    ssize_t got = recv(slow, heard, sizeof heard - 1, 0);
    g_assert_cmpint(got, >, 0);
    close(slow);
    g_assert_nonnull(strstr(heard, "\r\n421 4.4.2 "));
    g_assert_cmpuint(house.kept->len, ==, 0);
    house_close(&house);
}

static void test_too_many(void)
{
    House house;
    house_open(&house, (LmtpOptions){.connections = 2});
    int first = client_open(&house), second = client_open(&house);
    hear_line(first);
    hear_line(second);
    int third = client_open(&house);
    g_autofree char *refused = hear_all(third);
    g_assert_true(g_str_has_prefix(refused, "421 4.3.2 "));
    close(first);
    g_autoptr(GString) many = g_string_new(HELLO SENDER);
    for (int i = 0; i < 101; i++)
        g_string_append_printf(many, "RCPT TO:<r%d@ours.test>\r\n", i);
    say(second, many->str);
    say(second, "QUIT\r\n");
    g_autofree char *heard = hear_all(second);
    g_assert_nonnull(strstr(heard, "452 4.5.3 "));
    while (true) { /* its place is free a moment after it closed */
        int next = client_open(&house);
        g_autoptr(GString) wrong = g_string_new(NULL);
        for (int i = 0; i < 20; i++)
            g_string_append(wrong, "WHAT\r\n");
        say(next, wrong->str);
        char byte = 0;
        g_assert_cmpint(recv(next, &byte, 1, MSG_PEEK), ==, 1);
        if (byte == '2') {
            g_autofree char *tired = hear_all(next);
            g_assert_nonnull(strstr(tired, "421 4.7.0 "));
            break;
        }
        close(next);
        g_usleep(10 * 1000);
    }
    house_close(&house);
}

static void *stop(void *arg)
{
    lmtp_server_stop(arg);
    return NULL;
}

/* Whoever is connected is told, also in the middle of a message; nothing of that one is kept. */
static void test_stopping(void)
{
    House house;
    pthread_t thread;
    house_open(&house, (LmtpOptions){0});
    int idle = client_open(&house), sending = client_open(&house);
    hear_line(idle);
    hear_line(sending);
    say(sending, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\nx\r\n");
    for (int lines = 0; lines < 9; lines++)
        hear_line(sending);
    g_assert_cmpint(pthread_create(&thread, NULL, stop, house.server), ==, 0);
    g_autofree char *first = hear_all(idle), *second = hear_all(sending);
    g_assert_true(g_str_has_prefix(first, "421 4.3.2 "));
    g_assert_true(g_str_has_prefix(second, "421 4.3.2 "));
    pthread_join(thread, NULL);
    g_assert_cmpuint(house.kept->len, ==, 0);
    house.server = NULL;
    house_close(&house);
}

static void assert_refused(const char *listen, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lmtp_server_start(&(LmtpOptions){.listen = listen, .size_max = SIZE_MAX_HERE}, &error));
    g_assert_error(error, FILO_ERROR, code);
}

static void test_where_it_listens(void)
{
    g_autoptr(GError) error = NULL;
    assert_refused("0.0.0.0:0", FILO_ERROR_USAGE);
    assert_refused("[::]:0", FILO_ERROR_USAGE);
    assert_refused("localhost:24", FILO_ERROR_USAGE);
    assert_refused("2424", FILO_ERROR_USAGE);
    LmtpServer *open =
        lmtp_server_start(&(LmtpOptions){.listen = "0.0.0.0:0", .anyone = true, .size_max = SIZE_MAX_HERE}, &error);
    g_assert_no_error(error);
    g_autofree char *taken = g_strdup_printf("127.0.0.1:%d", lmtp_server_port(open));
    assert_refused(taken, FILO_ERROR_IO);
    lmtp_server_stop(open);
}

static void test_a_unix_socket(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("filo-lmtp-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "door", NULL), *listen = g_strconcat("unix:", path, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_true(g_file_set_contents(path, "somebody's", -1, &error));
    assert_refused(listen, FILO_ERROR_IO);
    g_assert_cmpint(unlink(path), ==, 0);
    int left_behind = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(left_behind, (struct sockaddr *)&address, sizeof address), ==, 0);
    close(left_behind);
    House house;
    house_open(&house, (LmtpOptions){.listen = listen});
    g_assert_cmpint(lmtp_server_port(house.server), ==, 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(client, (struct sockaddr *)&address, sizeof address), ==, 0);
    say(client, HELLO SENDER "RCPT TO:<a@ours.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
    g_autofree char *heard = hear_all(client);
    g_assert_nonnull(strstr(heard, "\r\n221 "));
    g_assert_cmpuint(house.kept->len, ==, 1);
    house_close(&house);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    log_set_level(LOG_ERROR);
    g_test_add_func("/lmtp/many", test_a_message_to_many);
    g_test_add_func("/lmtp/order", test_what_comes_when);
    g_test_add_func("/lmtp/verdicts", test_the_answer_is_the_handlers);
    g_test_add_func("/lmtp/too-large", test_too_large);
    g_test_add_func("/lmtp/allowance", test_the_common_allowance);
    g_test_add_func("/lmtp/patience", test_patience_ends);
    g_test_add_func("/lmtp/too-many", test_too_many);
    g_test_add_func("/lmtp/stopping", test_stopping);
    g_test_add_func("/lmtp/where", test_where_it_listens);
    g_test_add_func("/lmtp/unix", test_a_unix_socket);
    return g_test_run();
}
