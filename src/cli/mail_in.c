/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/mail_in.h"

#include "cli/command.h"
#include "net/local.h"
#include "parse/mail.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { ANSWER_TIMEOUT_MS = 5000 };

/* ------------------------------------------------------------------------------------------------------------- answer */

static const char *json_line(Arena *arena, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(object);
    return copy;
}

/* Only what can never get better is refused, and that is told by the message: a store may call a row too large as well. */
static const char *status_of(Bytes raw)
{
    return raw.size == 0 || raw.size > PARSE_RAW_MAX ? "refused" : "later";
}

const char *mail_in_answer(const ChannelReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw)
{
    static const char *const outcomes[] = {"opened",  "appended", "reopened", "answered",
                                           "ignored", "receipt",  "already",  "noted"};
    g_autoptr(GError) error = NULL;
    ChannelReceipt receipt;
    if (!mail_receive(receiver, arena, mailbox, raw, &receipt, &error))
        return json_line(arena, json_pack("{s:s, s:s}", "status", status_of(raw), "reason", error->message));
    json_t *object = json_pack("{s:s, s:I}", "status", receipt.already ? "already" : "stored", "inbound",
                               (json_int_t)receipt.inbound.value);
    if (receipt.ticket.value)
        json_object_set_new(object, "ticket", json_integer(receipt.ticket.value));
    if (receipt.accepted)
        json_object_set_new(object, "outcome", json_string(outcomes[receipt.outcome]));
    else
        json_object_set_new(object, "note", json_string(receipt.note));
    return json_line(arena, object);
}

/* ------------------------------------------------------------------------------------------------------------- reading */

/* Standard input up to one byte more than may be, so that too much is seen as too much. */
static bool read_input(GByteArray *input, GError **error)
{
    uint8_t buffer[65536];
    ssize_t got;
    while (input->len <= PARSE_RAW_MAX && (got = read(STDIN_FILENO, buffer, sizeof buffer)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            filo_error_from_errno(error, errno, "standard input");
            return false;
        }
        g_byte_array_append(input, buffer, (guint)got);
    }
    return true;
}

/* -------------------------------------------------------------------------------------------------------- both doors */

static const char *ask_server(const Config *config, Arena *arena, const char *mailbox, Bytes raw, GError **error)
{
    g_autofree char *path = config_socket_path(config);
    const char *header = json_line(
        arena, json_pack("{s:s, s:s, s:I}", "command", "mail-in", "mailbox", mailbox, "size", (json_int_t)raw.size));
    return local_call(arena, path, header, raw, ANSWER_TIMEOUT_MS, error);
}

/* No server: this process is the one that writes. Gives NULL and BUSY when a server started meanwhile. */
static const char *do_it_here(const Config *config, Arena *arena, const char *mailbox, Bytes raw, GError **error)
{
    g_auto(Installation) installation = {0};
    if (!installation_open(&installation, config, NEED_PARSING, error))
        return NULL;
    ChannelReceiver receiver = {installation.desk, installation.zygote};
    return mail_in_answer(&receiver, arena, mailbox, raw);
}

static int exit_code_of(const char *answer)
{
    json_t *object = json_loads(answer, 0, NULL);
    const char *status = json_string_value(json_object_get(object, "status"));
    int code = EX_TEMPFAIL;
    if (status && (strcmp(status, "stored") == 0 || strcmp(status, "already") == 0))
        code = EX_OK;
    else if (status && strcmp(status, "refused") == 0)
        code = EX_DATAERR;
    json_decref(object);
    return code;
}

/* Whatever fails here may get better: the mail server keeps the message and tries again. */
static int fail_for_now(const GError *error)
{
    fprintf(stderr, "filo: %s\n", error->message);
    return EX_TEMPFAIL;
}

static int deliver(const Config *config, const char *mailbox, Bytes raw)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    const char *answer = ask_server(config, arena, mailbox, raw, &error);
    if (!answer && g_error_matches(error, FILO_ERROR, FILO_ERROR_NOT_FOUND)) {
        g_clear_error(&error);
        answer = do_it_here(config, arena, mailbox, raw, &error);
    }
    if (!answer)
        return fail_for_now(error);
    printf("%s\n", answer);
    return exit_code_of(answer);
}

int command_mail_in(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *mailbox = NULL;
    g_autoptr(GByteArray) input = g_byte_array_new();
    const GOptionEntry own[] = {
        {"mailbox", 0, 0, G_OPTION_ARG_STRING, &mailbox, "the mailbox it came to", "NAME"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Takes one message from standard input.", argc, argv, &error))
        return fail_for_now(error); /* a wrong command line in the mail server's configuration gets better too */
    if (!mailbox)
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "which mailbox? Say --mailbox NAME");
    if (error || !read_input(input, &error))
        return fail_for_now(error);
    if (input->len == 0 || input->len > PARSE_RAW_MAX) {
        fprintf(stderr, "filo: the message is %s\n", input->len ? "larger than 64 MB" : "empty");
        return EX_DATAERR;
    }
    return deliver(&config, mailbox, (Bytes){input->data, input->len});
}
