/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * smtp: hands one message to one mail server. Answers: "did the server take it, and if not, whose fault and for how
 * long?"
 *
 * One call is one attempt on a fresh connection through libcurl; it knows no ticket, no outbox and no retry. Not for
 * composing messages nor for finding a recipient's server: this talks to the company's own submission server.
 *
 * Pointers: everything given is borrowed until the call returns; the texts of a result live in the arena given. The
 * password or token is the caller's to wipe; the copy libcurl makes for the exchange is freed unwiped before the call returns.
 * Errors: none but the result's outcome. Called by: channel/mail. Any thread, several at once.
 *
 * Invariants:
 *  1. before_final_dot is called at most once: after the last byte of the message is in the socket, before the first
 *     byte of the final line is. If it returns false the dot is never sent.
 *  2. After it returned true the outcome is ACCEPTED, TEMPORARY or PERMANENT only by the server's complete reply; in
 *     every other case it is UNCERTAIN. Before, it is never UNCERTAIN.
 *  3. No credential and no byte of a message leaves outside TLS, except with SMTP_TLS_NONE, which connects to loopback
 *     addresses only. Certificates and names are always checked (security A61).
 *  4. A message with a bare CR or LF, a NUL or a line over 998 bytes, and an address that is not plain, are refused
 *     here: nothing a caller passes becomes an SMTP command.
 *  5. A wrong set-up (host, certificate, sign-in) is TEMPORARY with a stage below SMTP_STAGE_MAIL: it says nothing
 *     about the message.
 *
 * Example:
 *     SmtpServer server = {.host = "mail.caffemeccanica.test", .port = 587, .tls = SMTP_TLS_STARTTLS, …};
 *     SmtpMessage message = {.return_path = "…", .recipients = to, .recipient_count = 1, .content = bytes};
 *     SmtpResult result;
 *     smtp_send(arena, &server, &message, &(SmtpHooks){.before_final_dot = commit_dot, .arg = row}, &result);
 *     if (result.outcome == SMTP_UNCERTAIN) …
 */
#ifndef FILO_NET_SMTP_H
#define FILO_NET_SMTP_H

#include "base/arena.h"

#include <stdatomic.h>
#include <stdbool.h>

typedef enum SmtpTls {
    SMTP_TLS_STARTTLS, /* plain greeting, then STARTTLS or nothing (port 587) */
    SMTP_TLS_IMPLICIT, /* TLS from the first byte (port 465) */
    SMTP_TLS_NONE      /* loopback only */
} SmtpTls;

typedef struct SmtpServer {
    const char *host; /* a name or an address */
    uint16_t port;
    SmtpTls tls;
    const char *user;         /* NULL or "": no sign-in */
    const char *password;     /* borrowed; the caller wipes it */
    const char *bearer;       /* a token for OAUTHBEARER or XOAUTH2 instead of the password; NULL: the password */
    const char *ca_file;      /* PEM of what to trust instead of the system's list; NULL: the system's */
    const char *helo;         /* the name we greet with; NULL: localhost */
    unsigned connect_seconds; /* until connected; 0: 30 */
    unsigned reply_seconds;   /* for each reply, that to the dot included; 0: 600 (RFC 5321 §4.5.3.2.6) */
    unsigned stall_seconds;   /* the message moves slower than 10 bytes a second for so long; 0: 180 */
    unsigned total_seconds;   /* the whole attempt; 0: 1800 */
} SmtpServer;

typedef struct SmtpMessage {
    const char *return_path; /* "": the null sender */
    const char *const *recipients;
    size_t recipient_count;
    Bytes content; /* RFC 5322, lines ended by CRLF; dots are doubled here */
} SmtpMessage;

typedef struct SmtpHooks {
    bool (*before_final_dot)(void *arg); /* see invariant 1; NULL: nobody asks */
    void *arg;
    const atomic_bool *stop; /* true: give up within about a second; NULL: never */
} SmtpHooks;

typedef enum SmtpOutcome {
    SMTP_ACCEPTED,  /* 2xx to the dot */
    SMTP_TEMPORARY, /* not taken; later it may be */
    SMTP_PERMANENT, /* not taken, and never will be: 5xx to the message, or refused here */
    SMTP_UNCERTAIN, /* the dot may have left and no complete answer came */
    SMTP_WITHHELD,  /* before_final_dot said no, or stop came first: not sent */
    SMTP_OUTCOMES
} SmtpOutcome;

/* How far it came; in order. */
typedef enum SmtpStage {
    SMTP_STAGE_HERE,    /* refused before connecting */
    SMTP_STAGE_CONNECT, /* name, connection */
    SMTP_STAGE_PRIVATE, /* the address is inside the house, and that is not allowed (dial.h) */
    SMTP_STAGE_GREET,   /* greeting, EHLO */
    SMTP_STAGE_TLS,     /* STARTTLS, handshake, certificate */
    SMTP_STAGE_SIGN_IN,
    SMTP_STAGE_MAIL,
    SMTP_STAGE_RCPT,
    SMTP_STAGE_DATA, /* DATA and the message itself */
    SMTP_STAGE_DOT,  /* the final dot may have left */
    SMTP_STAGES
} SmtpStage;

typedef struct SmtpRefusal {
    const char *recipient;
    int code;
    const char *enhanced; /* "5.1.1", or NULL */
    const char *text;     /* the server's words, one clean line */
} SmtpRefusal;

typedef struct SmtpResult {
    SmtpOutcome outcome;
    SmtpStage stage;
    int code;                    /* of the last complete reply; 0: none came */
    const char *enhanced;        /* its RFC 3463 status "4.7.1", or NULL */
    const char *text;            /* its words, or what went wrong on the way; one clean line, never NULL */
    const char *queue_id;        /* what the server calls the message, when it says so in a way known; else NULL */
    const SmtpRefusal *refusals; /* recipients the server did not take */
    size_t refusal_count;
} SmtpResult;

/* One attempt. Blocks until the outcome is known. */
void smtp_send(Arena *arena, const SmtpServer *server, const SmtpMessage *message, const SmtpHooks *hooks,
               SmtpResult *result_out);

/* Connects, greets, starts TLS and signs in as smtp_send would, and leaves. ACCEPTED: all that works. */
void smtp_probe(Arena *arena, const SmtpServer *server, SmtpResult *result_out);

/* A word for logs ("sign_in"). */
const char *smtp_stage_name(SmtpStage stage);

#endif
