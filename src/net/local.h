/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * local: how one `filo` process asks the running server to do something. Answers: "the server holds the data — may I
 * hand it this?"
 *
 * A Unix stream socket, DIR/filo.sock (0600). One request a connection: a line of JSON (at most 4 KiB) that ends in a
 * newline and names the size of what follows, then so many bytes; the answer is one line of JSON. The server checks that
 * the peer is the same user or root (SO_PEERCRED). Not for browsers or other machines.
 * Pointers: a handler's request is borrowed until it returns; its answer lives in its arena.
 * Errors: local_call: NOT_FOUND no server there; BUSY it did not answer in time; IO the connection broke;
 * TOO_LARGE. local_server_start: IO.
 * Called by: cli (serve, and the writing subcommands).
 *
 * Invariants:
 *  1. An answer is sent only after the handler returned; a broken connection means "not known", never "done".
 *  2. A peer that sends more than LOCAL_BODY_MAX is refused before it is read.
 */
#ifndef FILO_NET_LOCAL_H
#define FILO_NET_LOCAL_H

#include "base/arena.h"
#include "base/error.h"

#define LOCAL_BODY_MAX ((size_t)64 << 20)

typedef struct LocalRequest {
    Arena *arena;
    const char *header; /* the JSON line, without its newline */
    Bytes body;
} LocalRequest;

/* Gives the answer's JSON, without a newline; in request->arena. Runs on one of the server's threads. */
typedef const char *(*LocalHandler)(const LocalRequest *request, void *context);

typedef struct LocalServer LocalServer;

/* Listens; an old socket file is replaced (the caller holds the data directory's lock, so nobody else is using it). */
LocalServer *local_server_start(const char *path, LocalHandler handler, void *context, GError **error);

/* Accepts no more, waits for handlers in flight, removes the file. */
void local_server_stop(LocalServer *server);

/* Sends one request and waits for the answer at most timeout_ms. header must hold "size": the body's. */
char *local_call(Arena *arena, const char *path, const char *header, Bytes body, int timeout_ms, GError **error);

#endif
