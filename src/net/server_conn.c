/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A connection's bytes before libevent's HTTP parser sees them.
 *
 * libevent 2.1 has no hook between socket and parser, but a buffer tells whoever watches it that bytes came in, before
 * anything reads them. So the watch moves every byte from the input buffer to `pending`, where the gate looks; when a
 * request is complete it is moved back as a whole, and the parser, woken right after, finds just that. A refusal is
 * moved back as a small well-formed request of our own: it is answered in its turn (after the answers to requests
 * pipelined before it), with the right status, and closes the connection. Nothing is torn down under libevent's feet.
 *
 * (Not a filtering bufferevent: in 2.1.12 it reports "written" when bytes have only moved to the socket's buffer, and
 * evhttp then frees the connection with the answer still in it.)
 */
#include "net/server_int.h"

#include "base/check.h"
#include "net/net_metrics.h"

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WRITE_MAX = 256 * 1024, PENDING_WHILE_BUSY_MAX = 64 * 1024, BODY_SMALL = 64 * 1024, STALL_TIMES = 3 };

static void conn_advance(Conn *conn);

/* --- memory and time ---------------------------------------------------------------------------------------------- */

/* Counts what is held of a large request; nothing left of what all clients share: refused. Small ones always fit, so that
 * signing in and answering go on while others fill the memory with files. */
static void conn_hold(Conn *conn)
{
    HttpServer *server = conn->loop->server;
    size_t held = evbuffer_get_length(conn->pending);
    if (held <= BODY_SMALL || held <= conn->held)
        return;
    size_t more = held - conn->held;
    if (atomic_fetch_add(&server->held, more) + more > server->limits.body_memory) {
        atomic_fetch_sub(&server->held, more);
        gate_refuse(&conn->gate, 503);
        return;
    }
    conn->held = held;
}

static void conn_release(Conn *conn)
{
    atomic_fetch_sub(&conn->loop->server->held, conn->held);
    conn->held = 0;
}

static void conn_wait_from_now(Conn *conn)
{
    conn->since_us = conn->stretch_us = clock_monotonic_us();
    conn->stretch_held = 0;
}

/* --- beginning and end ------------------------------------------------------------------------------------------- */

void conn_abort(Conn *conn)
{
    shutdown(bufferevent_getfd(conn->bev), SHUT_RDWR); /* the loop then reads the end, and libevent closes */
}

static void conn_free(Conn *conn)
{
    if (conn->remote)
        server_release(conn->loop->server, conn->remote);
    conn_release(conn);
    if (conn->begin)
        event_free(conn->begin);
    evbuffer_remove_cb_entry(bufferevent_get_input(conn->bev), conn->input_watch);
    evbuffer_free(conn->pending);
    g_free(conn->remote);
    g_free(conn);
}

/* libevent is closing the connection. A request that nobody has answered yet is either already out of its hands (then
 * it is ours to free) or about to be freed by it; the worker's copy goes on and is thrown away when it comes back. */
static void conn_close(struct evhttp_connection *evcon, void *arg)
{
    (void)evcon;
    Conn *conn = arg;
    Job *job = conn->job;
    g_hash_table_remove(conn->loop->conns, conn->bev);
    if (conn->busy)
        atomic_fetch_sub(&conn->loop->server->in_work, 1);
    if (conn->seat) {
        stream_board_remove(conn->loop->board, conn->seat);
        metric_add(&metric_http_streams, METRIC_PLAIN, -1);
        g_hash_table_remove(conn->loop->seats, conn->seat);
    }
    if (job) {
        if (!job->sent && !evhttp_request_get_connection(job->handle))
            evhttp_request_free(job->handle);
        job->conn = NULL;
        job->handle = NULL;
        if (job->sent || conn->seat) /* no worker holds it */
            job_free(job);
    }
    conn_free(conn);
}

/* Right after libevent has accepted: only now are its connection object and the peer known. */
static void conn_begin(evutil_socket_t none, short what, void *arg)
{
    (void)none, (void)what;
    Conn *conn = arg;
    void *evcon = NULL;
    bufferevent_getcb(conn->bev, NULL, NULL, NULL, &evcon);
    struct bufferevent *bev = conn->bev;
    if (!evcon) { /* accepting failed half-way; ours was the last reference */
        g_hash_table_remove(conn->loop->conns, bev);
        conn_free(conn);
        bufferevent_decref(bev);
        return;
    }
    event_free(g_steal_pointer(&conn->begin));
    conn->evcon = evcon;
    evhttp_connection_set_closecb(evcon, conn_close, conn);
    const HttpLimits *limits = &conn->loop->server->limits;
    struct timeval stall = {limits->write_ms / 1000, limits->write_ms % 1000 * 1000};
    bufferevent_set_timeouts(bev, NULL, &stall); /* reading has its own clock: conn_tick */
    bufferevent_set_max_single_write(bev, WRITE_MAX);
    char *address;
    ev_uint16_t port;
    evhttp_connection_get_peer(evcon, &address, &port);
    if (server_admit(conn->loop->server, address))
        conn->remote = g_strdup(address);
    else
        conn_abort(conn);
    bufferevent_decref(bev);
}

/* All but the first `kept` bytes: those went through the gate already, and the parser has not come to them yet. */
static void take_input(Conn *conn, struct evbuffer *input, size_t kept)
{
    struct evbuffer *fresh = evbuffer_new();
    conn->moving = true;
    evbuffer_add_buffer(fresh, input);
    if (kept)
        evbuffer_remove_buffer(fresh, input, kept);
    if (!conn->flooded && !conn->refusing)
        evbuffer_add_buffer(conn->pending, fresh);
    evbuffer_free(fresh);
    conn->moving = false;
}

/* While a request is in work the next ones wait in pending, up to a limit: a client that sends and never reads must not
 * fill the memory. What is complete by then is still answered, what comes later is dropped, and then it is refused. */
static void limit_pipeline(Conn *conn)
{
    conn->flooded = conn->flooded || evbuffer_get_length(conn->pending) > PENDING_WHILE_BUSY_MAX;
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    Conn *conn = arg;
    if (conn->moving || info->n_added == 0)
        return;
    if (evbuffer_get_length(conn->pending) == 0 && !conn->busy)
        conn_wait_from_now(conn);
    size_t kept = evbuffer_get_length(input) - info->n_added;
    take_input(conn, input, kept);
    if (conn->busy) {
        limit_pipeline(conn);
        return;
    }
    conn_hold(conn);
    conn_advance(conn);
}

struct bufferevent *conn_new(struct event_base *base, void *arg)
{
    Loop *loop = arg;
    SSL *tls = loop->server->tls ? server_new_tls(loop->server) : NULL;
    struct bufferevent *bev =
        tls ? bufferevent_openssl_socket_new(base, -1, tls, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE)
            : bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    check(bev != NULL); /* out of memory; NULL would make libevent open a plain one */
    check(!loop->server->tls || tls);
    if (tls)
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    Conn *conn = g_new0(Conn, 1);
    conn->loop = loop;
    conn->bev = bev;
    conn->is_plain = !tls;
    conn->pending = evbuffer_new();
    conn_wait_from_now(conn);
    gate_init(&conn->gate, &loop->server->rules);
    conn->input_watch = evbuffer_add_cb(bufferevent_get_input(bev), on_input, conn);
    g_hash_table_insert(loop->conns, bev, conn);
    bufferevent_incref(bev); /* till conn_begin */
    conn->begin = event_new(base, -1, 0, conn_begin, conn);
    event_active(conn->begin, EV_TIMEOUT, 0);
    return bev;
}

/* --- through the gate -------------------------------------------------------------------------------------------- */

/* A socket's input buffer is frozen but while its own read runs; a TLS one never is, and must stay so. */
static void give_to_parser(Conn *conn, struct evbuffer *from, size_t size)
{
    struct evbuffer *input = bufferevent_get_input(conn->bev);
    conn->moving = true;
    conn->busy = true;
    atomic_fetch_add(&conn->loop->server->in_work, 1);
    if (conn->is_plain)
        evbuffer_unfreeze(input, 0);
    evbuffer_remove_buffer(from, input, size);
    if (conn->is_plain)
        evbuffer_freeze(input, 0);
    conn->moving = false;
}

static void pass_refusal(Conn *conn)
{
    static const char stand_in[] = "GET / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n";
    conn->refusing = true;
    evbuffer_drain(conn->pending, evbuffer_get_length(conn->pending));
    conn_release(conn);
    evbuffer_add(conn->pending, stand_in, sizeof stand_in - 1);
    give_to_parser(conn, conn->pending, sizeof stand_in - 1);
}

/* The client waits for this before it sends the body. Straight to the socket: libevent is reading and has nothing to
 * write. A client whose socket takes no 25 bytes will send its body after a while all the same. */
static void send_continue(Conn *conn)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    conn->gate.wants_continue = false;
    if (conn->is_plain)
        (void)!send(bufferevent_getfd(conn->bev), text, sizeof text - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        SSL_write(bufferevent_openssl_get_ssl(conn->bev), text, (int)sizeof text - 1);
}

/* The next piece for the gate: a head must lie in one piece, a body may come as it lies. */
static Bytes next_piece(Conn *conn)
{
    size_t held = evbuffer_get_length(conn->pending);
    if (conn->gate.stage == GATE_HEAD) {
        size_t size = MIN(held, conn->gate.rules->head_max + 1);
        return (Bytes){evbuffer_pullup(conn->pending, (ev_ssize_t)size), size};
    }
    struct evbuffer_ptr from;
    struct evbuffer_iovec piece;
    if (conn->gate.scanned >= held ||
        evbuffer_ptr_set(conn->pending, &from, conn->gate.scanned, EVBUFFER_PTR_SET) < 0 ||
        evbuffer_peek(conn->pending, -1, &from, &piece, 1) < 1)
        return (Bytes){0};
    return (Bytes){piece.iov_base, piece.iov_len};
}

static bool request_is_complete(Conn *conn)
{
    for (;;) {
        Bytes piece = next_piece(conn);
        if (piece.size == 0)
            return false;
        bool was_head = conn->gate.stage == GATE_HEAD;
        if (gate_scan(&conn->gate, piece))
            return true;
        if (conn->gate.refused || (was_head && conn->gate.stage == GATE_HEAD))
            return false;
    }
}

static void conn_advance(Conn *conn)
{
    if (conn->busy)
        return;
    if (request_is_complete(conn)) {
        size_t size = conn->gate.scanned;
        gate_next(&conn->gate);
        give_to_parser(conn, conn->pending, size);
        return;
    }
    if (conn->flooded)
        gate_refuse(&conn->gate, 400);
    if (conn->gate.refused)
        pass_refusal(conn);
    else if (conn->gate.wants_continue)
        send_continue(conn);
}

void conn_request_done(Conn *conn)
{
    conn->busy = false;
    conn->has_served = true;
    atomic_fetch_sub(&conn->loop->server->in_work, 1);
    conn_wait_from_now(conn);
    if (!conn->refusing && (conn->flooded || evbuffer_get_length(conn->pending)))
        conn_advance(conn);
}

/* --- time-outs --------------------------------------------------------------------------------------------------- */

/* Each stretch must bring its share, or one burst would pay for hours of silence. The first is short; the later ones bear
 * with a line that is gone for a while. */
static bool body_is_too_slow(Conn *conn, int64_t now_us)
{
    const HttpLimits *limits = &conn->loop->server->limits;
    size_t held = evbuffer_get_length(conn->pending);
    int64_t waited_ms = (now_us - conn->stretch_us) / 1000;
    if (waited_ms < (int64_t)limits->body_grace_ms * (conn->stretch_held ? STALL_TIMES : 1))
        return false;
    size_t came = held - conn->stretch_held;
    conn->stretch_us = now_us;
    conn->stretch_held = held;
    return came * 1000 < limits->body_rate * (size_t)waited_ms;
}

void conn_tick(Conn *conn, int64_t now_us)
{
    const HttpLimits *limits = &conn->loop->server->limits;
    int64_t waited_ms = (now_us - conn->since_us) / 1000;
    if (conn->busy)
        return;
    if (evbuffer_get_length(conn->pending) == 0) {
        if (waited_ms >= (conn->has_served ? limits->idle_ms : limits->head_ms) || conn->loop->draining)
            conn_abort(conn);
        return;
    }
    bool late = conn->gate.stage == GATE_HEAD ? waited_ms >= limits->head_ms : body_is_too_slow(conn, now_us);
    if (!late)
        return;
    gate_refuse(&conn->gate, 408);
    pass_refusal(conn);
    bufferevent_trigger(conn->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}
