/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole adapter against tests/support/smtp_sink.js. */
#include "channel/channel.h"
#include "channel/mail/mail.h"

#include "net/dial.h"

#include <gio/gio.h>
#include <jansson.h>
#include <string.h>

#define TOKEN "abcdefghij0123456789abcdefghij01"

typedef struct Sink {
    GSubprocess *process;
    GDataInputStream *lines;
    char port[8];
} Sink;

/* The next event of that name. */
static json_t *sink_await(Sink *sink, const char *name)
{
    for (;;) {
        g_autofree char *line = g_data_input_stream_read_line(sink->lines, NULL, NULL, NULL);
        g_assert_nonnull(line);
        json_t *event = json_loads(line, 0, NULL);
        if (g_str_equal(json_string_value(json_object_get(event, "event")), name))
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
    g_snprintf(sink.port, sizeof sink.port, "%" JSON_INTEGER_FORMAT,
               json_integer_value(json_object_get(ready, "port")));
    json_decref(ready);
    return sink;
}

static void sink_stop(Sink *sink)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(sink->process), NULL, NULL);
    g_assert_true(g_subprocess_wait_check(sink->process, NULL, NULL));
    g_object_unref(sink->lines);
    g_object_unref(sink->process);
}

static const ChannelContact CONTACTS[] = {{.name = "Luca", .address = "luca@bar.test"},
                                          {.name = "Anna", .address = "anna@bar.test", .in_copy = true},
                                          {.address = "LUCA@bar.test", .in_copy = true}};

static Outbound answer(void)
{
    return (Outbound){.ticket_id = 10001,
                      .outbox_id = 7,
                      .random = "Ab3dEf9h",
                      .written_at = 1795342800000,
                      .purpose = CHANNEL_ANSWER,
                      .operator_name = "Sara",
                      .reply_token = TOKEN,
                      .contacts = CONTACTS,
                      .contact_count = G_N_ELEMENTS(CONTACTS),
                      .subject = "Re: E07",
                      .text = "È il termostato.\n"};
}

static bool count_sends(void *arg)
{
    (*(int *)arg)++;
    return true;
}

static bool refuse_send(void *arg)
{
    (void)arg;
    return false;
}

static DeliveryResult deliver(Arena *arena, const char *port, const Outbound *outbound, bool (*before)(void *),
                              int *sends)
{
    ChannelSetting items[] = {{"address", "assistenza@filo.test"},
                              {"company_name", "Caffemeccanica"},
                              {"smtp_host", "127.0.0.1"},
                              {"smtp_tls", "none"},
                              {"smtp_port", port}};
    ChannelSettings settings = {.items = items, .count = G_N_ELEMENTS(items)};
    ChannelHooks hooks = {.before_send = before, .arg = sends};
    DeliveryResult result = {0};
    const ChannelAdapter *mail = channel_find("mail");
    g_assert_nonnull(mail);
    mail->deliver(arena, &settings, outbound, &hooks, &result);
    return result;
}

/* Two deliveries of one row: the same bytes, the same id (security R04). */
static void test_the_same_message_twice(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{}");
    Outbound outbound = answer();
    int sends = 0;
    g_autofree char *first = NULL;
    for (int i = 1; i <= 2; i++) {
        DeliveryResult result = deliver(arena, sink.port, &outbound, count_sends, &sends);
        g_assert_cmpint(result.outcome, ==, CHANNEL_SENT);
        g_assert_cmpstr(result.reason, ==, "");
        g_assert_cmpstr(result.external_id, ==, "10001.7.Ab3dEf9h@filo.test");
        g_assert_cmpint(sends, ==, i);
        json_t *message = sink_await(&sink, "message");
        const char *data = json_string_value(json_object_get(message, "data"));
        if (first)
            g_assert_cmpstr(data, ==, first);
        else
            first = g_strdup(data);
        g_assert_cmpstr(json_string_value(json_object_get(message, "from")), ==, "assistenza+b." TOKEN "@filo.test");
        json_t *to = json_object_get(message, "to"); /* LUCA@ and luca@ are one */
        g_assert_cmpuint(json_array_size(to), ==, 2);
        g_assert_cmpstr(json_string_value(json_array_get(to, 0)), ==, "luca@bar.test");
        g_assert_cmpstr(json_string_value(json_array_get(to, 1)), ==, "anna@bar.test");
        json_decref(message);
    }
    g_assert_nonnull(strstr(first, "\r\nTo: Luca <luca@bar.test>\r\n"));
    g_assert_nonnull(strstr(first, "\r\nCc: Anna <anna@bar.test>, LUCA@bar.test\r\n"));
    sink_stop(&sink);
}

/* Security R11: whatever a server may say or leave unsaid. Time limits: net/smtp_test.c. */
static void test_outcomes(void)
{
    static const struct {
        const char *options;
        DeliveryOutcome outcome;
        bool configuration;
        int sends;
    } rows[] = {
        {"{\"rules\":[{\"at\":\"rcpt\",\"reply\":\"450 4.2.1 full\"}]}", CHANNEL_RETRY, false, 0},
        {"{\"rules\":[{\"at\":\"rcpt\",\"reply\":\"550 5.1.1 who\"}]}", CHANNEL_REFUSED, false, 0},
        {"{\"rules\":[{\"at\":\"rcpt\",\"reply\":\"421 4.3.2 closing\"}]}", CHANNEL_RETRY, false, 0},
        {"{\"rules\":[{\"at\":\"rcpt\",\"close\":true}]}", CHANNEL_RETRY, false, 0},
        {"{\"rules\":[{\"at\":\"data\",\"reply\":\"451 4.3.0 busy\"}]}", CHANNEL_RETRY, false, 0},
        {"{\"rules\":[{\"at\":\"dot\",\"reply\":\"452 4.3.1 disk\"}]}", CHANNEL_RETRY, false, 1},
        {"{\"rules\":[{\"at\":\"dot\",\"reply\":\"552 5.3.4 too big\"}]}", CHANNEL_REFUSED, false, 1},
        {"{\"rules\":[{\"at\":\"dot\",\"close\":true}]}", CHANNEL_UNCERTAIN, false, 1},
        {"{\"rules\":[{\"at\":\"ehlo\",\"reply\":\"550 5.7.1 blocked\"}]}", CHANNEL_RETRY, true, 0},
        {"{\"rules\":[{\"at\":\"ehlo\",\"reply\":\"421 4.3.2 later\"}]}", CHANNEL_RETRY, false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        Sink sink = sink_start(rows[i].options);
        Outbound outbound = answer();
        int sends = 0;
        DeliveryResult result = deliver(arena, sink.port, &outbound, count_sends, &sends);
        g_test_message("%s: %s", rows[i].options, result.reason);
        g_assert_cmpint(result.outcome, ==, rows[i].outcome);
        g_assert_true(result.configuration == rows[i].configuration);
        g_assert_cmpint(sends, ==, rows[i].sends);
        g_assert_true(*result.reason);
        sink_stop(&sink);
    }
}

static void test_withheld_and_refused_here(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{}");
    Outbound outbound = answer();
    DeliveryResult result = deliver(arena, sink.port, &outbound, refuse_send, NULL);
    g_assert_cmpint(result.outcome, ==, CHANNEL_WITHHELD);
    json_decref(sink_await(&sink, "cut"));
    int sends = 0;
    static const ChannelContact injected = {.address = "luca@bar.test\r\nBcc: v@x.test"};
    outbound.contacts = &injected;
    outbound.contact_count = 1;
    result = deliver(arena, sink.port, &outbound, count_sends, &sends);
    g_assert_cmpint(result.outcome, ==, CHANNEL_REFUSED);
    g_assert_cmpint(sends, ==, 0);
    sink_stop(&sink);
}

static void test_check_config(void)
{
    static const struct {
        ChannelSetting items[6];
        const char *field; /* NULL: sound */
    } rows[] = {
        {{{"address", "a@filo.test"}, {"smtp_host", "mail.filo.test"}}, NULL},
        {{{"address", "a@filo.test"}, {"smtp_host", "::1"}, {"smtp_tls", "none"}}, NULL},
        {{{"address", "a@filo.test\r\nX: y"}, {"smtp_host", "mail.filo.test"}}, "address"},
        {{{"smtp_host", "mail.filo.test"}}, "address"},
        {{{"address", "a@filo.test"}}, "smtp_host"},
        {{{"address", "a@filo.test"}, {"smtp_host", "x/../y"}}, "smtp_host"},
        {{{"address", "a@filo.test"}, {"smtp_host", "user:pw@x"}}, "smtp_host"},
        {{{"address", "a@filo.test"}, {"smtp_host", "mail.filo.test"}, {"smtp_tls", "none"}}, "smtp_tls"},
        {{{"address", "a@filo.test"}, {"smtp_host", "mail.filo.test"}, {"smtp_tls", "maybe"}}, "smtp_tls"},
        {{{"address", "a@filo.test"}, {"smtp_host", "mail.filo.test"}, {"smtp_port", "70000"}}, "smtp_port"},
        {{{"address", "a@filo.test"}, {"smtp_host", "mail.filo.test"}, {"smtp_user", "x"}}, "smtp_password"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t count = 0;
        while (count < G_N_ELEMENTS(rows[i].items) && rows[i].items[count].key)
            count++;
        ChannelSettings settings = {.items = rows[i].items, .count = count};
        InputError error = {0};
        g_assert_true(channel_mail.check_config(&settings, &error) == !rows[i].field);
        g_assert_cmpstr(error.field, ==, rows[i].field);
    }
}

static void test_health(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sink sink = sink_start("{\"auth\":{\"user\":\"filo\",\"password\":\"giusta\"}}");
    ChannelSetting items[] = {{"address", "a@filo.test"}, {"smtp_host", "127.0.0.1"}, {"smtp_tls", "none"},
                              {"smtp_port", sink.port},   {"smtp_user", "filo"},      {"smtp_password", "giusta"}};
    ChannelSettings settings = {.items = items, .count = G_N_ELEMENTS(items)};
    ChannelHealth health = {0};
    channel_mail.health(arena, &settings, &health);
    g_assert_true(health.works);
    items[5].value = "sbagliata";
    channel_mail.health(arena, &settings, &health);
    g_assert_false(health.works);
    g_assert_cmpstr(health.reason, ==, "sign_in: 5.7.8 wrong name or password");
    sink_stop(&sink);
}

/* What every adapter owes, whichever it is. */
static void test_registry(void)
{
    size_t count;
    const ChannelAdapter *const *adapters = channel_list(&count);
    g_assert_cmpuint(count, >, 0);
    for (size_t i = 0; i < count; i++) {
        g_assert_true(channel_find(adapters[i]->key) == adapters[i]); /* also: no key twice */
        g_assert_true(adapters[i]->check_config && adapters[i]->deliver && adapters[i]->health);
        g_assert_cmpuint(adapters[i]->limits.text_max, >, 0);
        g_assert_cmpuint(adapters[i]->limits.recipient_max, >, 0);
        ChannelSettings none = {0};
        InputError error = {0};
        g_assert_false(adapters[i]->check_config(&none, &error));
        g_assert_true(error.field && error.key);
    }
    g_assert_null(channel_find("pigeon"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(dial_allow("127.0.0.0/8 192.0.2.1 ::1"));
    g_test_add_func("/mail-deliver/twice", test_the_same_message_twice);
    g_test_add_func("/mail-deliver/outcomes", test_outcomes);
    g_test_add_func("/mail-deliver/withheld", test_withheld_and_refused_here);
    g_test_add_func("/mail-deliver/config", test_check_config);
    g_test_add_func("/mail-deliver/health", test_health);
    g_test_add_func("/mail-deliver/registry", test_registry);
    return g_test_run();
}
