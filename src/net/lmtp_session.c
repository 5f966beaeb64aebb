/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one connection, from the greeting to the end. How: the thread waits for bytes, hands them to the reader
 * (lmtp_read.h) and obeys each command; replies gather and leave before it waits again, so a pipelined group is answered
 * in one packet. The content of a message grows behind its trace fields in one block, and every byte of that block is
 * taken from the server's common allowance first. Why a message that does not fit is still read to its dot: only there
 * may the answer be given.
 */
#include "net/lmtp_int.h"

#include "base/clock.h"
#include "net/lmtp_read.h"
#include "net/net_metrics.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_SIZE = 32 << 10, RECIPIENTS_MAX = 100, FAULTS_MAX = 20, FIRST_BLOCK = 16 << 10, REPLIES_MAX = 8 << 10 };

typedef struct Session {
    LmtpServer *server;
    const LmtpOptions *options;
    int descriptor;
    LmtpReader reader;
    GString *replies; /* not yet sent */
    bool over;        /* no more is read */
    int faults;
    int64_t deadline_us; /* for the next command, or for the whole message */

    bool greeted, has_sender; /* the transaction */
    char sender[LMTP_ADDRESS_MAX + 1];
    GPtrArray *recipients; /* of char */

    bool receiving;   /* a message */
    LmtpVerdict fate; /* LMTP_TAKEN while it fits */
    uint8_t *block;
    size_t size, room; /* room: taken from the common allowance */
    size_t trace_size; /* of ours, before the content */

    uint8_t input[INPUT_SIZE];
} Session;

static void say(Session *session, const char *line)
{
    g_string_append(session->replies, line);
    g_string_append(session->replies, "\r\n");
}

/* "550 5.1.1 No such mailbox here": its code and its enhanced status. */
static void count_reply(Metric *metric, const char *reply, int64_t by)
{
    char code[4], status[12];
    g_strlcpy(code, reply, sizeof code);
    const char *begin = reply + sizeof code;
    g_strlcpy(status, begin, MIN(sizeof status, strcspn(begin, " ") + 1));
    metric_add(metric, METRIC_LABELS(code, status), by);
}

static void say_fault(Session *session, const char *line)
{
    say(session, line);
    if (++session->faults < FAULTS_MAX)
        return;
    say(session, "421 4.7.0 Too many errors");
    session->over = true;
}

static void flush(Session *session)
{
    if (!lmtp_send(session->descriptor, session->replies->str, session->replies->len))
        session->over = true;
    g_string_truncate(session->replies, 0);
}

static void give_time(Session *session, int ms)
{
    session->deadline_us = clock_monotonic_us() + (int64_t)ms * 1000;
}

/* ------------------------------------------------------------------------------------------------------- transaction */

static void forget_block(Session *session)
{
    lmtp_flight_give(session->server, session->room);
    g_free(session->block);
    session->block = NULL;
    session->size = session->room = session->trace_size = 0;
}

static void reset(Session *session)
{
    session->has_sender = session->receiving = false;
    g_ptr_array_set_size(session->recipients, 0);
    forget_block(session);
}

/* The recipient that says most: a plus address may hold the token of a request. */
static const char *recipient_of(const Session *session)
{
    for (guint i = 0; i < session->recipients->len; i++)
        if (strchr(g_ptr_array_index(session->recipients, i), '+'))
            return g_ptr_array_index(session->recipients, i);
    return g_ptr_array_index(session->recipients, 0);
}

static bool make_room(Session *session, size_t more)
{
    size_t wanted = MAX(session->room, (size_t)FIRST_BLOCK);
    while (wanted - session->size < more)
        wanted *= 2;
    if (!lmtp_flight_take(session->server, wanted - session->room))
        return false;
    session->room = wanted;
    session->block = g_realloc(session->block, wanted);
    return true;
}

/* The message will not be kept: what there is of it is given back, and the rest is only read. */
static void lose(Session *session, LmtpVerdict fate)
{
    forget_block(session);
    session->fate = fate;
}

static void content_add(Session *session, Bytes piece)
{
    if (session->fate != LMTP_TAKEN)
        return;
    if (piece.size > session->options->size_max - (session->size - session->trace_size))
        lose(session, LMTP_TOO_LARGE);
    else if (session->room - session->size < piece.size && !make_room(session, piece.size))
        lose(session, LMTP_LATER);
    else {
        memcpy(session->block + session->size, piece.data, piece.size);
        session->size += piece.size;
    }
}

static void content_begin(Session *session)
{
    g_autofree char *trace =
        g_strdup_printf("Return-Path: <%s>\r\nDelivered-To: %s\r\n", session->sender, recipient_of(session));
    session->fate = LMTP_TAKEN;
    session->receiving = true;
    content_add(session, bytes_of(trace));
    session->trace_size = session->size;
    lmtp_reader_begin_content(&session->reader);
    give_time(session, session->options->message_ms);
    say(session, "354 End with a dot on a line of its own");
}

static const char *reply_of(LmtpVerdict verdict)
{
    static const char *const replies[] = {
        [LMTP_TAKEN] = "250 2.0.0 Kept",
        [LMTP_NOBODY] = "550 5.1.1 No such mailbox here",
        [LMTP_LATER] = "451 4.3.0 Not now, come again",
        [LMTP_NO_SPACE] = "451 4.3.1 No space left, come again",
        [LMTP_TOO_LARGE] = "552 5.3.4 Larger than we take",
        [LMTP_REFUSED] = "554 5.6.0 Nothing we can keep",
    };
    return replies[verdict];
}

void lmtp_session_metrics_begin(void)
{
    for (int verdict = LMTP_TAKEN; verdict <= LMTP_REFUSED; verdict++)
        count_reply(&metric_lmtp_messages, reply_of((LmtpVerdict)verdict), 0);
}

/* Each recipient gets the one answer. */
static void content_end(Session *session)
{
    int64_t kept_as = 0;
    LmtpMessage message = {recipient_of(session), {session->block, session->size}};
    LmtpVerdict verdict = session->fate;
    if (verdict == LMTP_TAKEN && session->size == session->trace_size)
        verdict = LMTP_REFUSED;
    if (verdict == LMTP_TAKEN)
        verdict = session->options->handlers.deliver(&message, &kept_as, session->options->handlers.context);
    count_reply(&metric_lmtp_messages, reply_of(verdict), 1);
    for (guint i = 0; i < session->recipients->len; i++) {
        g_string_append(session->replies, reply_of(verdict));
        if (kept_as)
            g_string_append_printf(session->replies, " as %" G_GINT64_FORMAT, kept_as);
        say(session, "");
    }
    reset(session);
}

/* ---------------------------------------------------------------------------------------------------------- commands */

static void lhlo(Session *session)
{
    reset(session);
    session->greeted = true;
    g_string_append_printf(session->replies,
                           "250-filo\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                           "250 SIZE %zu\r\n",
                           session->options->size_max);
}

static void mail(Session *session)
{
    const LmtpCommand *command = &session->reader.command;
    if (!session->greeted)
        say_fault(session, "503 5.5.1 LHLO first");
    else if (session->has_sender)
        say_fault(session, "503 5.5.1 One sender only");
    else if (command->size > session->options->size_max) {
        count_reply(&metric_lmtp_messages, reply_of(LMTP_TOO_LARGE), 1);
        say(session, reply_of(LMTP_TOO_LARGE));
    } else {
        session->has_sender = true;
        g_strlcpy(session->sender, command->address, sizeof session->sender);
        say(session, "250 2.1.0 OK");
    }
}

static const char *answer_recipient(Session *session, const char *address)
{
    if (session->recipients->len >= RECIPIENTS_MAX)
        return "452 4.5.3 Too many recipients at once";
    LmtpVerdict verdict = session->options->handlers.recipient(address, session->options->handlers.context);
    if (verdict != LMTP_TAKEN)
        return reply_of(verdict);
    g_ptr_array_add(session->recipients, g_strdup(address));
    return "250 2.1.5 OK";
}

static void rcpt(Session *session)
{
    if (!session->has_sender) {
        say_fault(session, "503 5.5.1 MAIL first");
        return;
    }
    const char *reply = answer_recipient(session, session->reader.command.address);
    count_reply(&metric_lmtp_recipients, reply, 1);
    say(session, reply);
}

static void data(Session *session)
{
    if (session->recipients->len)
        content_begin(session);
    else
        say_fault(session, "503 5.5.1 No recipient"); /* RFC 2033 4.2: never 354 then */
}

static void rset(Session *session)
{
    reset(session);
    say(session, "250 2.0.0 OK");
}

static void noop(Session *session)
{
    say(session, "250 2.0.0 OK");
}

static void quit(Session *session)
{
    say(session, "221 2.0.0 Bye");
    session->over = true;
}

static void vrfy(Session *session)
{
    say(session, "252 2.1.5 Send it and see");
}

static void helo(Session *session)
{
    say_fault(session, "500 5.5.1 This is LMTP: say LHLO");
}

static void no_verb(Session *session)
{
    say_fault(session, "500 5.5.1 No such command");
}

static void obey(Session *session)
{
    static void (*const verbs[])(Session * session) = {
        [LMTP_LHLO] = lhlo, [LMTP_MAIL] = mail, [LMTP_RCPT] = rcpt, [LMTP_DATA] = data, [LMTP_RSET] = rset,
        [LMTP_NOOP] = noop, [LMTP_QUIT] = quit, [LMTP_VRFY] = vrfy, [LMTP_HELO] = helo, [LMTP_NO_VERB] = no_verb,
    };
    static const char *const faults[] = {
        [LMTP_FAULT_LINE] = "500 5.5.2 A line is ASCII or UTF-8, not too long, and ends in CR LF",
        [LMTP_FAULT_SYNTAX] = "501 5.5.4 That command is written otherwise",
        [LMTP_FAULT_PARAMETER] = "555 5.5.4 A parameter that was not offered",
    };
    const LmtpCommand *command = &session->reader.command;
    give_time(session, session->options->idle_ms);
    if (command->fault == LMTP_FINE)
        verbs[command->verb](session);
    else
        say_fault(session, faults[command->fault]);
    if (session->replies->len > REPLIES_MAX)
        flush(session);
}

/* ------------------------------------------------------------------------------------------------------------ session */

static void take(Session *session, Bytes input)
{
    LmtpReading reading;
    Bytes piece;
    while (!session->over && (reading = lmtp_read(&session->reader, &input, &piece)) != LMTP_READ_MORE) {
        if (reading == LMTP_READ_COMMAND)
            obey(session);
        else if (reading == LMTP_READ_CONTENT)
            content_add(session, piece);
        else {
            content_end(session);
            give_time(session, session->options->idle_ms);
        }
    }
}

/* Waits until something was said; false: too late, or the server stops, and the client has been told. */
static bool wait_for_bytes(Session *session)
{
    struct pollfd polled[] = {{session->descriptor, POLLIN, 0},
                              {lmtp_stop_descriptor(session->server), POLLIN, 0}};
    int ready;
    do {
        int64_t left_ms = (session->deadline_us - clock_monotonic_us() + 999) / 1000;
        ready = poll(polled, G_N_ELEMENTS(polled), (int)MAX(left_ms, 0));
    } while (ready < 0 && errno == EINTR);
    if (ready > 0 && !polled[1].revents)
        return true;
    say(session, ready > 0 ? "421 4.3.2 We are closing, come again" : "421 4.4.2 Too slow, come again");
    flush(session);
    return false;
}

static void converse(Session *session)
{
    say(session, "220 filo LMTP");
    give_time(session, session->options->idle_ms);
    for (flush(session); !session->over && wait_for_bytes(session);) {
        ssize_t got = recv(session->descriptor, session->input, sizeof session->input, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return; /* the client left: what it did not end is nothing, what it did end has been kept */
        take(session, (Bytes){session->input, (size_t)got});
        flush(session);
    }
}

void lmtp_session_run(LmtpServer *server, int descriptor)
{
    Session *session = g_malloc(sizeof *session);
    memset(session, 0, offsetof(Session, input));
    session->server = server;
    session->options = lmtp_options(server);
    session->descriptor = descriptor;
    session->replies = g_string_new(NULL);
    session->recipients = g_ptr_array_new_with_free_func(g_free);
    lmtp_reader_init(&session->reader);
    converse(session);
    reset(session);
    close(descriptor);
    g_string_free(session->replies, TRUE);
    g_ptr_array_unref(session->recipients);
    g_free(session);
}
