/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * imap_testing: tests/support/imap_sink.js as a unit's mail server. Answers: "what does a session do with a server that
 * says this?" Built into tests only. Pointers: a sink's live until sink_stop; what else is yours is said. Errors: they
 * abort the test. Called by: unit tests of net/imap and of channel/mail.
 *
 * Invariants:
 *  1. A sink outlives no test: it ends when its standard input does.
 */
#ifndef FILO_NET_IMAP_TESTING_H
#define FILO_NET_IMAP_TESTING_H

#include "net/imap.h"

#include <gio/gio.h>

typedef struct Sink {
    GSubprocess *process;
    GDataInputStream *lines;
    uint16_t port;
    char *ca_file;
} Sink;

#define PASSWORD "\"auth\":{\"user\":\"filo\",\"password\":\"s3greta è\"}"
#define TWO_MESSAGES                                                                                                   \
    "\"messages\":{\"7\":\"Subject: uno\\r\\n\\r\\nciao\\r\\n\",\"9\":\"Subject: due\\r\\n\\r\\n)\\r\\n\"}"

/* A server with these options, which says in JSON lines which commands reached it. */
Sink sink_start(const char *options);

/* Ends the sink and gives the commands it heard since it started, one a line. Yours to free. */
char *sink_stop(Sink *sink);

/* How it is signed in to, with waits of seconds. */
ImapServer plain_server(const Sink *sink);

#define assert_outcome(result, expected)                                                                               \
    do {                                                                                                               \
        ImapResult said = (result);                                                                                    \
        g_test_message("  %s: %s", imap_outcome_name(said.outcome), said.text);                                        \
        g_assert_cmpstr(imap_outcome_name(said.outcome), ==, imap_outcome_name(expected));                             \
    } while (0)

/* A session on INBOX of a sink that is signed in to by password. */
ImapSession *open_inbox(const ImapServer *server, ImapFolder *folder_out);

void check_content(const ImapMessage *message, const char *expected);

#endif
