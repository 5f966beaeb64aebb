/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/imap_testing.h"

#include <jansson.h>

/* The next event, whose name and text are the caller's to free; false at the end. */
static bool sink_next(Sink *sink, char **event_out, char **text_out)
{
    g_autofree char *line = g_data_input_stream_read_line(sink->lines, NULL, NULL, NULL);
    if (!line)
        return false;
    json_t *event = json_loads(line, 0, NULL);
    g_assert_nonnull(event);
    *event_out = g_strdup(json_string_value(json_object_get(event, "event")));
    *text_out = g_strdup(json_string_value(json_object_get(event, "text")));
    if (g_str_equal(*event_out, "ready")) {
        sink->port = (uint16_t)json_integer_value(json_object_get(event, "port"));
        sink->ca_file = g_strdup(json_string_value(json_object_get(event, "ca")));
    }
    json_decref(event);
    return true;
}

Sink sink_start(const char *options)
{
    const char *root = g_getenv("G_TEST_SRCDIR");
    g_autofree char *script = g_build_filename(root ? root : ".", "tests", "support", "imap_sink.js", NULL);
    g_autoptr(GError) error = NULL;
    Sink sink = {0};
    g_test_message("%s", options);
    sink.process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "node",
                                    script, options, NULL);
    g_assert_no_error(error);
    sink.lines = g_data_input_stream_new(g_subprocess_get_stdout_pipe(sink.process));
    g_autofree char *event = NULL, *text = NULL;
    g_assert_true(sink_next(&sink, &event, &text));
    return sink;
}

char *sink_stop(Sink *sink)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(sink->process), NULL, NULL);
    GString *commands = g_string_new(NULL);
    for (char *event, *text; sink_next(sink, &event, &text); g_free(event), g_free(text))
        if (text)
            g_string_append_printf(commands, "%s\n", text);
    g_assert_true(g_subprocess_wait_check(sink->process, NULL, NULL));
    g_object_unref(sink->lines);
    g_object_unref(sink->process);
    g_free(sink->ca_file);
    return g_string_free(commands, FALSE);
}

ImapServer plain_server(const Sink *sink)
{
    return (ImapServer){.host = "127.0.0.1",
                        .port = sink->port,
                        .tls = IMAP_TLS_NONE,
                        .user = "filo",
                        .password = "s3greta è",
                        .open_seconds = 10,
                        .reply_seconds = 10,
                        .command_seconds = 60};
}

ImapSession *open_inbox(const ImapServer *server, ImapFolder *folder_out)
{
    ImapSession *session;
    assert_outcome(imap_open(server, &session), IMAP_OK);
    assert_outcome(imap_select(session, "INBOX", false, folder_out), IMAP_OK);
    return session;
}

void check_content(const ImapMessage *message, const char *expected)
{
    g_assert_true(bytes_equal(message->content, bytes_of(expected)));
}
