/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * imap_int: a session's conversation, inside net/imap*.c only. Answers: "how is one command said and answered?"
 * Pointers: what a response points to lives until the next response is read. Errors: the session's result, which each
 * function leaves behind. Called by: net/imap.c, net/imap_session.c.
 * Invariants:
 *  1. After a false, and after any outcome that ends a session, it is dead and its result says why.
 */
#ifndef FILO_NET_IMAP_INT_H
#define FILO_NET_IMAP_INT_H

#include "net/dial.h"
#include "net/imap.h"
#include "net/imap_read.h"

/* Bytes of literals a response may hold, but that which brings a message: a header, the names of folders. */
#define IMAP_LITERAL_MAX ((size_t)256 << 10)

struct ImapSession {
    CURL *curl;
    char curl_words[CURL_ERROR_SIZE];
    Dial dial;
    const atomic_bool *stop;
    unsigned reply_seconds, command_seconds;
    size_t message_max;

    curl_socket_t descriptor;
    ImapReader *reader;
    GByteArray *message; /* what imap_fetch last gave points into it */
    uint8_t buffer[16 << 10];
    Bytes heard; /* of the buffer, not yet read */
    char tag[16];
    unsigned tags;
    bool has_idle, has_move, has_uidplus, has_esearch, lists_special_use;

    bool dead;
    bool selected, observing;
    uint32_t exists;
    bool news; /* more messages were announced since the last list */
    ImapResult result;
};

/* What one wait may take, and what it has taken. */
typedef struct ImapWait {
    int64_t end;        /* of all of it */
    int64_t window_end; /* by then the window's bytes must have come */
    uint64_t window_bytes, bytes;
    bool idle; /* silence is right: the end is no fault, and wake_fd ends it too */
    int wake_fd;
    bool over, woken;
} ImapWait;

/* Hears an untagged response of a command. */
typedef void (*ImapCollect)(const ImapResponse *response, void *arg);

/* Leaves a result and gives its outcome; imap_end ends the session too and is false, for the caller to hand on. */
ImapOutcome imap_say(ImapSession *session, ImapOutcome outcome, Bytes words);
ImapOutcome imap_say_ok(ImapSession *session);
bool imap_end(ImapSession *session, ImapOutcome outcome, Bytes words);

ImapWait imap_wait_begin(const ImapSession *session, unsigned seconds);

/* Until the socket is ready, somebody wakes us, or it is time to look whether the wait may go on: at most a second. */
bool imap_wait_ready(ImapSession *session, ImapWait *wait, short events);

/* A command under a new tag; a line inside a command; the next response, already noted. */
bool imap_begin(ImapSession *session, ImapWait *wait, const char *command);
bool imap_speak(ImapSession *session, ImapWait *wait, const char *line);
bool imap_next_response(ImapSession *session, ImapWait *wait, ImapResponse *response_out);

/* Whether it is the tagged answer to the command; whether nothing we said can be answered so. */
bool imap_is_answer(const ImapSession *session, const ImapResponse *response);
bool imap_is_astray(const ImapSession *session, const ImapResponse *response);

/* Everything up to the tagged answer. The answer lives until the next command. */
bool imap_hear_answer(ImapSession *session, ImapWait *wait, ImapCollect collect, void *arg, ImapResponse *answer_out);

/* OK, or REFUSED with the server's words. */
ImapOutcome imap_judge(ImapSession *session, const ImapResponse *answer);

/* Sends the command and gives the answer, which may be NULL; it lives until the next command. */
ImapOutcome imap_run(ImapSession *session, const char *command, ImapCollect collect, void *arg,
                     ImapResponse *answer_out);

#endif
