/* SPDX-License-Identifier: EUPL-1.2 */
/* Against tests/support/smtp_sink.js, an independent SMTP server that says in JSON lines what reached it. */
#include "net/smtp.h"

#include "net/dial.h"

#include "base/clock.h"

#include <gio/gio.h>
#include <jansson.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

typedef struct Sink {
    GSubprocess *process;
    GDataInputStream *lines;
    uint16_t port;
    char *ca_file;
} Sink;

static json_t *sink_next(Sink *sink)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(sink->lines, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(line);
    json_t *event = json_loads(line, 0, NULL);
    g_assert_nonnull(event);
    return event;
}

static bool event_is(const json_t *event, const char *name)
{
    return g_str_equal(json_string_value(json_object_get(event, "event")), name);
}

/* The next event of that name; those before it are dropped. */
static json_t *sink_await(Sink *sink, const char *name)
{
    for (;;) {
        json_t *event = sink_next(sink);
        if (event_is(event, name))
            return event;
        json_decref(event);
    }
}

static Sink sink_start(const char *options)
{
    const char *root = g_getenv("G_TEST_SRCDIR");
    g_autofree char *script = g_build_filename(root ? root : ".", "tests", "support", "smtp_sink.js", NULL);
    g_autoptr(GError) error = NULL;
    Sink sink = {0};
    sink.process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "node",
                                    script, options, NULL);
    g_assert_no_error(error);
    sink.lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(sink.process));
    json_t *ready = sink_await(&sink, "ready");
    sink.port = (uint16_t)json_integer_value(json_object_get(ready, "port"));
    sink.ca_file = g_strdup(json_string_value(json_object_get(ready, "ca")));
    json_decref(ready);
    return sink;
}

static void sink_stop(Sink *sink)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(sink->process), NULL, NULL);
    g_assert_true(g_subprocess_wait_check(sink->process, NULL, NULL));
    g_object_unref(sink->lines);
    g_object_unref(sink->process);
    g_free(sink->ca_file);
}

static const char *const CUSTOMER[] = {"luca@bar.test"};
static const char SHORT_MESSAGE[] = "Subject: prova\r\n\r\nciao\r\n";

static SmtpServer plain_server(const Sink *sink)
{
    return (SmtpServer){.host = "127.0.0.1",
                        .port = sink->port,
                        .tls = SMTP_TLS_NONE,
                        .reply_seconds = 5,
                        .connect_seconds = 5,
                        .total_seconds = 20};
}

static SmtpMessage short_message(void)
{
    return (SmtpMessage){.return_path = "assistenza+b.0123456789abcdef@filo.test",
                         .recipients = CUSTOMER,
                         .recipient_count = 1,
                         .content = bytes_of(SHORT_MESSAGE)};
}

static bool count_dot(void *arg)
{
    (*(int *)arg)++;
    return true;
}

/* One attempt of the short message against a sink with these options. The result's texts are in arena. */
static SmtpResult attempt(Arena *arena, const char *options, int *dots_out)
{
    Sink sink = sink_start(options);
    SmtpServer server = plain_server(&sink);
    SmtpMessage message = short_message();
    SmtpResult result;
    *dots_out = 0;
    smtp_send(arena, &server, &message, &(SmtpHooks){.before_final_dot = count_dot, .arg = dots_out}, &result);
    sink_stop(&sink);
    return result;
}

static void test_accepted(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"auth\":{\"user\":\"filo\",\"password\":\"s3greta è\"}}");
    SmtpServer server = plain_server(&sink);
    server.user = "filo";
    server.password = "s3greta è";
    SmtpMessage message = short_message();
    SmtpResult result;
    int dots = 0;
    smtp_send(arena, &server, &message, &(SmtpHooks){.before_final_dot = count_dot, .arg = &dots}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_ACCEPTED);
    g_assert_cmpint(result.code, ==, 250);
    g_assert_cmpstr(result.enhanced, ==, "2.0.0");
    g_assert_cmpstr(result.queue_id, ==, "SINK1");
    g_assert_cmpint(dots, ==, 1);
    json_t *kept = sink_await(&sink, "message");
    g_assert_cmpstr(json_string_value(json_object_get(kept, "from")), ==, message.return_path);
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(kept, "to"), 0)), ==, "luca@bar.test");
    g_assert_cmpstr(json_string_value(json_object_get(kept, "data")), ==, SHORT_MESSAGE);
    g_assert_cmpstr(json_string_value(json_object_get(kept, "user")), ==, "filo");
    json_decref(kept);
    sink_stop(&sink);
}

/* The proof of invariant 1: inside the callback the sink has every byte of the message and not one more; only after
 * the callback's answer does it see the message's end. */
typedef struct DotWatch {
    Sink *sink;
    size_t wire_size; /* the message with its dots doubled */
    bool answer;
    int calls;
} DotWatch;

static bool watch_dot(void *arg)
{
    DotWatch *watch = arg;
    watch->calls++;
    for (json_int_t bytes = 0; bytes < (json_int_t)watch->wire_size;) {
        json_t *event = sink_next(watch->sink);
        g_assert_false(event_is(event, "message"));
        if (event_is(event, "progress"))
            bytes = json_integer_value(json_object_get(event, "bytes"));
        g_assert_cmpint(bytes, <=, watch->wire_size);
        json_decref(event);
    }
    g_usleep(200 * 1000); /* time enough for a dot that does not wait */
    GPollableInputStream *pipe = G_POLLABLE_INPUT_STREAM(g_subprocess_get_stdout_pipe(watch->sink->process));
    g_assert_cmpuint(g_buffered_input_stream_get_available(G_BUFFERED_INPUT_STREAM(watch->sink->lines)), ==, 0);
    g_assert_false(g_pollable_input_stream_is_readable(pipe));
    return watch->answer;
}

/* 300 KB over many of libcurl's buffers, a dot at the start of every 7th line. */
static GString *dotted_message(size_t *dots_out)
{
    GString *text = g_string_new("Subject: punti\r\n\r\n.\r\n..\r\n.a\r\n");
    *dots_out = 3;
    for (int i = 0; text->len < 300 << 10; i++) {
        if (i % 7 == 0)
            (*dots_out)++;
        g_string_append_printf(text, "%sriga %d.\r\n", i % 7 ? "" : ".", i);
    }
    g_string_append(text, ".\r\n");
    (*dots_out)++;
    return text;
}

static void check_callback_precedes_dot(bool answer)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"progress\":true}");
    SmtpServer server = plain_server(&sink);
    size_t dots;
    g_autoptr(GString) text = dotted_message(&dots);
    SmtpMessage message = short_message();
    message.content = (Bytes){(const uint8_t *)text->str, text->len};
    DotWatch watch = {.sink = &sink, .wire_size = text->len + dots, .answer = answer};
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){.before_final_dot = watch_dot, .arg = &watch}, &result);
    g_assert_cmpint(watch.calls, ==, 1);
    if (answer) {
        g_assert_cmpint(result.outcome, ==, SMTP_ACCEPTED);
        json_t *kept = sink_await(&sink, "message");
        g_assert_cmpstr(json_string_value(json_object_get(kept, "data")), ==, text->str);
        json_decref(kept);
    } else {
        g_assert_cmpint(result.outcome, ==, SMTP_WITHHELD);
        json_t *cut = sink_await(&sink, "cut"); /* the connection ended inside the message */
        g_assert_cmpint(json_integer_value(json_object_get(cut, "bytes")), ==, watch.wire_size);
        json_decref(cut);
    }
    sink_stop(&sink);
}

static void test_callback_precedes_dot(void)
{
    check_callback_precedes_dot(true);
}

static void test_callback_can_withhold_the_dot(void)
{
    check_callback_precedes_dot(false);
}

static void test_verdicts(void)
{
    static const struct {
        const char *rule;
        SmtpOutcome outcome;
        SmtpStage stage;
        int code, dots;
        const char *enhanced;
    } rows[] = {
        {"{\"at\":\"greeting\",\"reply\":\"421 4.3.2 later\"}", SMTP_TEMPORARY, SMTP_STAGE_CONNECT, 421, 0, "4.3.2"},
        {"{\"at\":\"greeting\",\"reply\":\"554 no service\"}", SMTP_TEMPORARY, SMTP_STAGE_CONNECT, 554, 0, NULL},
        {"{\"at\":\"greeting\",\"close\":true}", SMTP_TEMPORARY, SMTP_STAGE_CONNECT, 0, 0, NULL},
        {"{\"at\":\"mail\",\"reply\":\"451 4.3.0 busy\"}", SMTP_TEMPORARY, SMTP_STAGE_MAIL, 451, 0, "4.3.0"},
        {"{\"at\":\"mail\",\"reply\":\"552 5.3.4 too big\"}", SMTP_PERMANENT, SMTP_STAGE_MAIL, 552, 0, "5.3.4"},
        {"{\"at\":\"rcpt\",\"reply\":\"450 4.2.1 full\"}", SMTP_TEMPORARY, SMTP_STAGE_RCPT, 450, 0, "4.2.1"},
        {"{\"at\":\"rcpt\",\"reply\":\"550-5.1.1 no\\r\\n550 5.1.1 such user\"}", SMTP_PERMANENT, SMTP_STAGE_RCPT, 550,
         0, "5.1.1"},
        {"{\"at\":\"rcpt\",\"close\":true}", SMTP_TEMPORARY, SMTP_STAGE_RCPT, 250, 0, "2.1.0"},
        {"{\"at\":\"data\",\"reply\":\"452 4.3.1 disk\"}", SMTP_TEMPORARY, SMTP_STAGE_DATA, 452, 0, "4.3.1"},
        {"{\"at\":\"data\",\"close\":true}", SMTP_TEMPORARY, SMTP_STAGE_DATA, 250, 0, "2.1.5"},
        {"{\"at\":\"dot\",\"reply\":\"452 4.3.1 disk\"}", SMTP_TEMPORARY, SMTP_STAGE_DOT, 452, 1, "4.3.1"},
        {"{\"at\":\"dot\",\"reply\":\"554 5.7.1 spam\"}", SMTP_PERMANENT, SMTP_STAGE_DOT, 554, 1, "5.7.1"},
        {"{\"at\":\"dot\",\"close\":true}", SMTP_UNCERTAIN, SMTP_STAGE_DOT, 354, 1, NULL},
        {"{\"at\":\"dot\",\"reset\":true}", SMTP_UNCERTAIN, SMTP_STAGE_DOT, 354, 1, NULL},
        {"{\"at\":\"dot\",\"reply\":\"250-half an answer\",\"times\":1}", SMTP_UNCERTAIN, SMTP_STAGE_DOT, 250, 1, NULL},
        /* RFC 5321 4.2.1: three digits and a blank or a hyphen; this is no reply, and nothing follows it */
        {"{\"at\":\"dot\",\"reply\":\"250ok, taken\",\"times\":1}", SMTP_UNCERTAIN, SMTP_STAGE_DOT, 354, 1, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].rule);
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autofree char *options = g_strdup_printf("{\"rules\":[%s]}", rows[i].rule);
        int dots;
        SmtpResult result = attempt(arena, options, &dots);
        g_test_message("  %s", result.text);
        g_assert_cmpint(result.outcome, ==, rows[i].outcome);
        g_assert_cmpint(result.stage, ==, rows[i].stage);
        g_assert_cmpint(result.code, ==, rows[i].code);
        g_assert_cmpint(dots, ==, rows[i].dots);
        g_assert_cmpstr(result.enhanced, ==, rows[i].enhanced);
    }
}

/* A server that closes or resets while the message is on its way: nothing was accepted unless the dot was allowed. */
static void test_cut_inside_the_message(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"rules\":[{\"at\":\"body\",\"reset\":true}]}");
    SmtpServer server = plain_server(&sink);
    g_autoptr(GString) text = g_string_new("Subject: lungo\r\n\r\n");
    while (text->len < 20 << 20) /* more than the kernel buffers: the reset comes in the middle */
        g_string_append(text, "una riga come le altre\r\n");
    SmtpMessage message = short_message();
    message.content = (Bytes){(const uint8_t *)text->str, text->len};
    int dots = 0;
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){.before_final_dot = count_dot, .arg = &dots}, &result);
    g_assert_cmpint(dots, ==, 0);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_DATA);
    sink_stop(&sink);
}

static void test_recipients_refused_one_by_one(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"rules\":[{\"at\":\"rcpt\",\"match\":\"nessuno\",\"reply\":\"550 5.1.1 mai visto\"},"
                           "{\"at\":\"rcpt\",\"match\":\"pieno\",\"reply\":\"452 4.2.2 pieno\"}]}");
    SmtpServer server = plain_server(&sink);
    static const char *const three[] = {"nessuno@a.test", "luca@bar.test", "pieno@a.test"};
    SmtpMessage message = short_message();
    message.recipients = three;
    message.recipient_count = 3;
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_ACCEPTED);
    g_assert_cmpuint(result.refusal_count, ==, 2);
    g_assert_cmpstr(result.refusals[0].recipient, ==, "nessuno@a.test");
    g_assert_cmpint(result.refusals[0].code, ==, 550);
    g_assert_cmpstr(result.refusals[0].enhanced, ==, "5.1.1");
    g_assert_cmpstr(result.refusals[0].text, ==, "5.1.1 mai visto");
    g_assert_cmpstr(result.refusals[1].recipient, ==, "pieno@a.test");
    g_assert_cmpint(result.refusals[1].code, ==, 452);
    static const char *const two[] = {"pieno@a.test", "nessuno@a.test"};
    message.recipients = two; /* all refused, one of them for now: worth another attempt */
    message.recipient_count = 2;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpuint(result.refusal_count, ==, 2);
    sink_stop(&sink);
}

static void test_time_limits(void)
{
    static const struct {
        const char *at;
        SmtpOutcome outcome;
    } rows[] = {{"greeting", SMTP_TEMPORARY}, {"rcpt", SMTP_TEMPORARY}, {"dot", SMTP_UNCERTAIN}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autofree char *options = g_strdup_printf("{\"rules\":[{\"at\":\"%s\",\"stallMs\":60000}]}", rows[i].at);
        Sink sink = sink_start(options);
        SmtpServer server = plain_server(&sink);
        server.reply_seconds = server.connect_seconds = 1;
        SmtpMessage message = short_message();
        SmtpResult result;
        int64_t start = clock_monotonic_us();
        smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
        g_assert_cmpint(clock_monotonic_us() - start, <, 10 * G_USEC_PER_SEC);
        g_assert_cmpint(result.outcome, ==, rows[i].outcome);
        sink_stop(&sink);
    }
}

/* The outcome is known at the dot's reply: a server that never answers QUIT may not keep us. */
static void test_quit_is_not_waited_for(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"rules\":[{\"at\":\"quit\",\"stallMs\":60000}]}");
    SmtpServer server = plain_server(&sink);
    SmtpMessage message = short_message();
    SmtpResult result;
    int64_t start = clock_monotonic_us();
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_ACCEPTED);
    g_assert_cmpint(clock_monotonic_us() - start, <, 3 * G_USEC_PER_SEC);
    sink_stop(&sink);
}

static void *raise_stop(void *arg)
{
    g_usleep(500 * 1000);
    atomic_store((atomic_bool *)arg, true);
    return NULL;
}

static void test_stop(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"rules\":[{\"at\":\"rcpt\",\"stallMs\":60000}]}");
    SmtpServer server = plain_server(&sink);
    server.reply_seconds = 15;
    SmtpMessage message = short_message();
    SmtpResult result;
    atomic_bool stop = false;
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, raise_stop, &stop), ==, 0);
    int64_t start = clock_monotonic_us();
    smtp_send(arena, &server, &message, &(SmtpHooks){.stop = &stop}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_WITHHELD);
    g_assert_cmpint(clock_monotonic_us() - start, <, 10 * G_USEC_PER_SEC);
    pthread_join(thread, NULL);
    sink_stop(&sink);
}

/* --- TLS (security A61) ------------------------------------------------------------------------------------------ */

typedef struct TlsRow {
    const char *options; /* of the sink */
    SmtpTls tls;
    const char *host;
    bool trusted; /* our ca_file is the sink's */
    SmtpOutcome outcome;
} TlsRow;

static void check_tls(const TlsRow *row)
{
    g_test_message("%s", row->options);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start(row->options);
    SmtpServer server = plain_server(&sink);
    server.tls = row->tls;
    server.host = row->host;
    server.ca_file = row->trusted ? sink.ca_file : NULL;
    server.user = "filo";
    server.password = "segreta";
    SmtpMessage message = short_message();
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_test_message("  %s: %s", smtp_stage_name(result.stage), result.text);
    g_assert_cmpint(result.outcome, ==, row->outcome);
    if (row->outcome == SMTP_ACCEPTED) {
        json_t *kept = sink_await(&sink, "message");
        g_assert_true(json_is_true(json_object_get(kept, "tls")));
        json_decref(kept);
    } else {
        g_assert_cmpint(result.stage, ==, SMTP_STAGE_TLS);
    }
    g_output_stream_close(g_subprocess_get_stdin_pipe(sink.process), NULL, NULL);
    g_autofree char *line = NULL; /* nothing secret went out in the clear, whatever else the sink heard */
    while ((line = g_data_input_stream_read_line(sink.lines, NULL, NULL, NULL))) {
        if (row->outcome != SMTP_ACCEPTED)
            g_assert_false(strstr(line, "AUTH") || strstr(line, "MAIL FROM") || strstr(line, "DATA"));
        g_clear_pointer(&line, g_free);
    }
    sink_stop(&sink);
}

static void test_tls(void)
{
#define AUTH "\"progress\":true,\"auth\":{\"user\":\"filo\",\"password\":\"segreta\"}}"
    static const TlsRow rows[] = {
        {"{\"tls\":\"starttls\"," AUTH, SMTP_TLS_STARTTLS, "localhost", true, SMTP_ACCEPTED},
        {"{\"tls\":\"implicit\"," AUTH, SMTP_TLS_IMPLICIT, "localhost", true, SMTP_ACCEPTED},
        {"{\"tls\":\"starttls\"," AUTH, SMTP_TLS_STARTTLS, "localhost", false, SMTP_TEMPORARY},
        {"{\"tls\":\"implicit\"," AUTH, SMTP_TLS_IMPLICIT, "localhost", false, SMTP_TEMPORARY},
        {"{\"tls\":\"none\"," AUTH, SMTP_TLS_STARTTLS, "localhost", false, SMTP_TEMPORARY}, /* stripped */
        {"{\"tls\":\"starttls\",\"rules\":[{\"at\":\"starttls\",\"reply\":\"454 4.7.0 not now\"}]," AUTH,
         SMTP_TLS_STARTTLS, "localhost", true, SMTP_TEMPORARY},
        {"{\"tls\":\"starttls\",\"certificate\":{\"name\":\"mail.altri.test\"}," AUTH, SMTP_TLS_STARTTLS, "localhost",
         true, SMTP_TEMPORARY},
        {"{\"tls\":\"implicit\",\"certificate\":{\"name\":\"mail.altri.test\"}," AUTH, SMTP_TLS_IMPLICIT, "localhost",
         true, SMTP_TEMPORARY},
        {"{\"tls\":\"starttls\",\"certificate\":{\"expired\":true}," AUTH, SMTP_TLS_STARTTLS, "localhost", true,
         SMTP_TEMPORARY},
    };
#undef AUTH
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_tls(&rows[i]);
}

/* This machine's own address that is not loopback cannot be assumed; 192.0.2.1 (RFC 5737) is nobody's, and the refusal
 * comes before any packet. */
static void test_plain_only_to_loopback(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SmtpServer server = {.host = "192.0.2.1", .port = 25, .tls = SMTP_TLS_NONE, .connect_seconds = 2};
    SmtpMessage message = short_message();
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_CONNECT);
    g_assert_cmpstr(result.text, ==, "plain SMTP is for loopback only");
}

static void test_wrong_password_is_not_the_customers_fault(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"auth\":{\"user\":\"filo\",\"password\":\"giusta\"}}");
    SmtpServer server = plain_server(&sink);
    server.user = "filo";
    server.password = "sbagliata";
    SmtpMessage message = short_message();
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_SIGN_IN);
    g_assert_cmpint(result.code, ==, 535);
    smtp_probe(arena, &server, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_SIGN_IN);
    server.password = "giusta";
    smtp_probe(arena, &server, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_ACCEPTED);
    sink_stop(&sink);
}

static void test_sign_in_not_offered(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"rules\":[{\"at\":\"rcpt\",\"reply\":\"554 5.7.1 relay denied\"}]}");
    SmtpServer server = plain_server(&sink);
    server.user = "filo";
    server.password = "x";
    SmtpMessage message = short_message();
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_SIGN_IN);
    smtp_probe(arena, &server, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_TEMPORARY);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_SIGN_IN);
    sink_stop(&sink);
}

static void check_refused_here(const char *return_path, const char *recipient, Bytes content)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SmtpServer server = {.host = "127.0.0.1", .port = 1, .tls = SMTP_TLS_NONE};
    SmtpMessage message = {
        .return_path = return_path, .recipients = &recipient, .recipient_count = 1, .content = content};
    SmtpResult result;
    smtp_send(arena, &server, &message, &(SmtpHooks){0}, &result);
    g_assert_cmpint(result.outcome, ==, SMTP_PERMANENT);
    g_assert_cmpint(result.stage, ==, SMTP_STAGE_HERE);
}

static void test_refused_here(void)
{
    Bytes good = bytes_of(SHORT_MESSAGE);
    check_refused_here("a@b.test", "v@x.test\r\nRCPT TO:<w@x.test>", good);
    check_refused_here("a@b.test", "v@x.test> <w@x.test", good);
    check_refused_here("a@b.test", "", good);
    check_refused_here("a@b.test", "perché@x.test", good);
    check_refused_here("a@b.test\nX", "v@x.test", good);
    check_refused_here("a@b.test", "v@x.test", bytes_of("Subject: x\r\n\r\nciao\n.\r\nMAIL FROM:<>\r\n"));
    check_refused_here("a@b.test", "v@x.test", bytes_of("Subject: x\r\n\r\nciao\r.\r\n"));
    check_refused_here("a@b.test", "v@x.test", bytes_of("Subject: x\r\n\r\nciao"));
    check_refused_here("a@b.test", "v@x.test", (Bytes){(const uint8_t *)"a\0b\r\n", 5});
    g_autofree char *long_line = g_strnfill(999, 'x');
    g_autofree char *long_message = g_strconcat(long_line, "\r\n", NULL);
    check_refused_here("a@b.test", "v@x.test", bytes_of(long_message));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(dial_allow("127.0.0.0/8 192.0.2.1 ::1"));
    g_test_add_func("/smtp/accepted", test_accepted);
    g_test_add_func("/smtp/callback-precedes-dot", test_callback_precedes_dot);
    g_test_add_func("/smtp/callback-withholds-dot", test_callback_can_withhold_the_dot);
    g_test_add_func("/smtp/verdicts", test_verdicts);
    g_test_add_func("/smtp/cut-inside-message", test_cut_inside_the_message);
    g_test_add_func("/smtp/recipients", test_recipients_refused_one_by_one);
    g_test_add_func("/smtp/time-limits", test_time_limits);
    g_test_add_func("/smtp/quit", test_quit_is_not_waited_for);
    g_test_add_func("/smtp/stop", test_stop);
    g_test_add_func("/smtp/tls", test_tls);
    g_test_add_func("/smtp/plain-only-to-loopback", test_plain_only_to_loopback);
    g_test_add_func("/smtp/wrong-password", test_wrong_password_is_not_the_customers_fault);
    g_test_add_func("/smtp/sign-in-not-offered", test_sign_in_not_offered);
    g_test_add_func("/smtp/refused-here", test_refused_here);
    return g_test_run();
}
