/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * post: hands one small form to one web server and takes its small answer. Answers: "what does that service say to this?"
 *
 * For services that programs talk to (a token endpoint, RFC 6749 3.2). Not for fetching what a stranger names, nor for
 * pages: no redirect is followed, no cookie kept, no proxy of the environment used.
 *
 * Pointers: everything given is borrowed until the call returns; the answer's body lives in the arena given. The form may
 * hold secrets: it is the caller's to wipe, libcurl's copy of the sign-in is freed unwiped. Errors: none but the result's
 * outcome. Called by: channel/grant. Any thread, several at once. Blocks for POST_SECONDS at most.
 *
 * Invariants:
 *  1. Nothing leaves outside TLS with a right certificate, except over http to a loopback address (net/dial.h).
 *  2. No more than POST_ANSWER_MAX bytes of an answer are kept: a longer one is POST_NO_ANSWER.
 *  3. POST_ANSWERED only for a complete answer; its status may be any but a redirect, which is POST_NO_ANSWER.
 *
 * Example:
 *     PostAnswer answer;
 *     if (post_address_read(arena, "https://login.azienda.it/token", &address))
 *         post_form(arena, &(PostRequest){.to = address, .form = "grant_type=…"}, &answer);
 */
#ifndef FILO_NET_POST_H
#define FILO_NET_POST_H

#include "base/arena.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { POST_SECONDS = 20, POST_ANSWER_MAX = 64 * 1024, POST_ADDRESS_MAX = 500 };

/* Where: read from an absolute address. */
typedef struct PostAddress {
    bool plain; /* http */
    const char *host;
    uint16_t port;
    const char *path; /* "/" at least; no query */
} PostAddress;

/* "https://host[:port]/path", or the same with http where the host is this machine by its name. No user, query or fragment, plain
 * ASCII. false: it is none. */
bool post_address_read(Arena *arena, const char *text, PostAddress *address_out);

/* Whether two addresses are of one origin: scheme, host, port. */
bool post_same_origin(const PostAddress *one, const PostAddress *other);

typedef struct PostRequest {
    PostAddress to;
    const char *form; /* application/x-www-form-urlencoded */
    const char *user; /* HTTP Basic, already in the form the service wants; NULL: none */
    const char *password;
    const char *ca_file;     /* PEM of what to trust instead of the system's list; NULL or "": the system's */
    const atomic_bool *stop; /* true: give up within about a second; NULL: never */
} PostRequest;

typedef enum PostOutcome {
    POST_ANSWERED,
    POST_NO_ANSWER, /* not reached, cut off, too slow, too long, elsewhere: later it may be */
    POST_INSECURE,  /* no TLS, or not with a right certificate */
    POST_OUTCOMES
} PostOutcome;

typedef struct PostAnswer {
    PostOutcome outcome;
    int status;       /* 200, 400 …; 0 unless answered */
    const char *type; /* "application/json", lower case, without parameters; "" when none was said */
    Bytes body;
    const char *said; /* what went wrong, one English line for the log; "" when answered */
} PostAnswer;

void post_form(Arena *arena, const PostRequest *request, PostAnswer *answer_out);

#endif
