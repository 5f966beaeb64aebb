/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One loop: its thread, its listener, and the way of a request through libevent. A request comes in by on_request, goes
 * to a lane as a Job, and comes back by loop_hand_back: a list under a lock and an eventfd that wakes the loop.
 */
#include "net/server_int.h"

#include "base/error.h"
#include "base/log.h"
#include "net/net_metrics.h"

#include <errno.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_MS = 250, STREAM_BACKLOG_MAX = 256 * 1024, LINGER_MAX = 32 * 1024 * 1024, LINGER_TIMES = 15 };
enum { STARVED_SAY_US = 60 * 1000 * 1000 };

static _Thread_local Loop *own_loop; /* whose thread this is */

/* --- sending ----------------------------------------------------------------------------------------------------- */

/* After a refusal the client may still be sending. Closing now would make its system throw our answer away (a reset), so
 * a second handle on the socket reads on for a moment; libevent has sent the end of our side through its own. It counts
 * as the connection did: refusals are had for the asking. */
typedef struct Linger {
    Loop *loop;
    struct event *event;
    int fd;
    size_t left;
    int64_t until_us;
    char *remote; /* the connection's, with its place */
} Linger;

static void linger_free(gpointer data)
{
    Linger *linger = data;
    event_free(linger->event);
    close(linger->fd);
    if (linger->remote)
        server_release(linger->loop->server, linger->remote);
    g_free(linger->remote);
    g_free(linger);
}

static void linger_read(evutil_socket_t fd, short what, void *arg)
{
    Linger *linger = arg;
    char waste[16 * 1024];
    ssize_t got = what & EV_READ ? read((int)fd, waste, sizeof waste) : 0;
    if (got > 0 && (size_t)got < linger->left && clock_monotonic_us() < linger->until_us) {
        linger->left -= (size_t)got;
        return;
    }
    g_hash_table_remove(linger->loop->lingers, linger);
}

static void linger_start(Conn *conn)
{
    Loop *loop = conn->loop;
    int quiet_ms = loop->server->limits.linger_ms;
    int fd = dup(bufferevent_getfd(conn->bev));
    if (fd < 0)
        return; /* no descriptor left: close at once, as without lingering */
    Linger *linger = g_new(Linger, 1);
    *linger = (Linger){.loop = loop,
                       .event = event_new(loop->base, fd, EV_READ | EV_PERSIST, linger_read, linger),
                       .fd = fd,
                       .left = LINGER_MAX,
                       .until_us = clock_monotonic_us() + (int64_t)quiet_ms * 1000 * LINGER_TIMES,
                       .remote = g_steal_pointer(&conn->remote)};
    g_hash_table_add(loop->lingers, linger);
    event_add(linger->event, &(struct timeval){quiet_ms / 1000, quiet_ms % 1000 * 1000});
}

static void on_sent(struct evhttp_request *handle, void *arg)
{
    (void)handle; /* freed by libevent right after */
    Job *job = arg;
    Conn *conn = job->conn;
    conn->job = NULL;
    job_free(job);
    if (conn->refusing)
        linger_start(conn);
    conn_request_done(conn);
}

static void put_headers(struct evhttp_request *handle, const HttpResponse *response)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(handle);
    for (guint i = 0; i < response->headers->len; i++) {
        const HttpPair *pair = &g_array_index(response->headers, HttpPair, i);
        evhttp_add_header(headers, pair->name, pair->value);
    }
}

static void free_body(const void *data, size_t size, void *body)
{
    (void)data, (void)size;
    g_string_free(body, TRUE);
}

/* The body as a buffer that owns it. A HEAD gets the length and nothing else. */
static struct evbuffer *take_body(Job *job)
{
    struct evbuffer *buffer = evbuffer_new();
    GString *body = job->response->body;
    if (job->request.method == HTTP_HEAD) {
        evhttp_add_header(evhttp_request_get_output_headers(job->handle), "Content-Length",
                          arena_printf(job->request.arena, "%zu", body->len));
        return buffer;
    }
    if (body->len == 0)
        return buffer;
    job->response->body = NULL;
    evbuffer_add_reference(buffer, body->str, body->len, free_body, body);
    return buffer;
}

static void send_response(Job *job)
{
    Loop *loop = job->loop;
    put_headers(job->handle, job->response);
    if (job->close_after || loop->draining)
        evhttp_add_header(evhttp_request_get_output_headers(job->handle), "Connection", "close");
    struct evbuffer *body = take_body(job);
    evhttp_request_set_on_complete_cb(job->handle, on_sent, job);
    job->sent = true;
    evhttp_send_reply(job->handle, job->response->status, http_reason(job->response->status), body);
    evbuffer_free(body);
}

/* --- event streams ----------------------------------------------------------------------------------------------- */

static void stream_send(Conn *conn, const char *text, size_t size)
{
    if (evbuffer_get_length(bufferevent_get_output(conn->bev)) > STREAM_BACKLOG_MAX) {
        conn_abort(conn); /* it does not read; it will come back and look again */
        return;
    }
    struct evbuffer *chunk = evbuffer_new();
    evbuffer_add(chunk, text, size);
    evhttp_send_reply_chunk(conn->job->handle, chunk);
    evbuffer_free(chunk);
}

static void seat_stream(Job *job)
{
    Conn *conn = job->conn;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(job->handle);
    put_headers(job->handle, job->response);
    evhttp_remove_header(headers, "Content-Type");
    evhttp_add_header(headers, "Content-Type", "text/event-stream");
    evhttp_add_header(headers, "X-Accel-Buffering", "no");
    conn->seat = job->response->stream;
    stream_board_add(conn->loop->board, conn->seat);
    metric_add(&metric_http_streams, METRIC_PLAIN, 1);
    g_hash_table_insert(conn->loop->seats, conn->seat, conn);
    GString *first = job->response->body;
    g_string_append(first, "retry: 3000\nevent: ready\ndata: 1\n\n");
    evhttp_send_reply_start(job->handle, 200, "OK");
    stream_send(conn, first->str, first->len);
    if (conn->loop->draining)
        conn_abort(conn);
}

static void send_notices(Loop *loop)
{
    g_autoptr(GPtrArray) notices = stream_box_take(loop->box);
    for (guint n = 0; n < notices->len; n++) {
        const StreamNotice *notice = g_ptr_array_index(notices, n);
        const GPtrArray *seats = stream_board_find(loop->board, notice->topic);
        for (guint i = 0; seats && i < seats->len; i++) {
            Conn *conn = g_hash_table_lookup(loop->seats, g_ptr_array_index(seats, i));
            stream_send(conn, notice->text, strlen(notice->text));
        }
    }
}

static void on_heartbeat(evutil_socket_t none, short what, void *arg)
{
    (void)none, (void)what;
    Loop *loop = arg;
    GHashTableIter each;
    gpointer conn;
    g_hash_table_iter_init(&each, loop->seats);
    while (g_hash_table_iter_next(&each, NULL, &conn))
        stream_send(conn, ":\n\n", 3);
}

/* --- requests ---------------------------------------------------------------------------------------------------- */

static void copy_headers(Job *job)
{
    struct evkeyvalq *headers = evhttp_request_get_input_headers(job->handle);
    Arena *arena = job->request.arena;
    HttpPairs *pairs = &job->request.headers;
    const struct evkeyval *header;
    pairs->items = ARENA_ARRAY(arena, HttpPair, GATE_HEADERS_MAX);
    for (header = headers->tqh_first; header && pairs->count < GATE_HEADERS_MAX; header = header->next.tqe_next) {
        char *name = arena_strdup(arena, header->key);
        for (char *at = name; *at; at++)
            *at = g_ascii_tolower(*at);
        pairs->items[pairs->count++] = (HttpPair){name, arena_strdup(arena, header->value)};
    }
}

static HttpMethod method_of(struct evhttp_request *handle)
{
    switch ((int)evhttp_request_get_command(handle)) {
    case EVHTTP_REQ_HEAD:
        return HTTP_HEAD;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_PUT:
        return HTTP_PUT;
    case EVHTTP_REQ_PATCH:
        return HTTP_PATCH;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    case EVHTTP_REQ_OPTIONS:
        return HTTP_OPTIONS;
    default:
        return HTTP_GET; /* the gate lets no others through */
    }
}

static bool read_request(Job *job)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(job->handle);
    Bytes body = {evbuffer_pullup(input, -1), evbuffer_get_length(input)};
    job->request.method = method_of(job->handle);
    copy_headers(job);
    bool is_read = job_read(job, evhttp_request_get_uri(job->handle), body);
    evbuffer_drain(input, body.size);
    return is_read;
}

static void answer_from_loop(Job *job, int status)
{
    job_answer_now(job, status);
    send_response(job);
}

/* Counted as waiting first: a worker may have begun before pool_offer returns. */
static void give_to_lane(Job *job)
{
    Lane lane = job_lane(job);
    metric_add(&metric_http_waiting, METRIC_LABELS(lane_name(lane)), 1);
    if (pool_offer(job->loop->server->lanes[lane], job_run, job))
        return;
    metric_add(&metric_http_waiting, METRIC_LABELS(lane_name(lane)), -1);
    metric_add(&metric_http_full, METRIC_LABELS(lane_name(lane)), 1);
    answer_from_loop(job, 503);
}

static void on_request(struct evhttp_request *handle, void *arg)
{
    Loop *loop = arg;
    struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(handle));
    Conn *conn = g_hash_table_lookup(loop->conns, bev);
    Job *job = conn->job = job_new(conn, handle);
    job->close_after = conn->refusing;
    if (conn->refusing) {
        answer_from_loop(job, conn->gate.refused);
        return;
    }
    if (!read_request(job)) {
        answer_from_loop(job, 400);
        return;
    }
    give_to_lane(job);
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

/* No descriptor left, most likely. Whoever waits stays in the kernel's queue: asking again at once would burn a processor
 * and fill the log, so the next tick asks. libevent passes an argument of its own here, hence own_loop. */
static void on_accept_failed(struct evconnlistener *listener, void *http)
{
    (void)http;
    int failure = errno;
    Loop *loop = own_loop;
    int64_t now_us = clock_monotonic_us();
    evconnlistener_disable(listener);
    loop->accept_paused = true;
    if (loop->starved_us && now_us - loop->starved_us < STARVED_SAY_US)
        return;
    loop->starved_us = now_us;
    LOG(LOG_WARNING, "http.accept", LOG_NUMBER("errno", failure));
}

static void accept_again(Loop *loop)
{
    if (!loop->accept_paused || loop->draining)
        return;
    loop->accept_paused = false;
    evconnlistener_enable(evhttp_bound_socket_get_listener(loop->listener));
}

/* --- waking ------------------------------------------------------------------------------------------------------ */

void loop_wake(Loop *loop)
{
    uint64_t one = 1;
    while (write(loop->wake, &one, sizeof one) < 0 && errno == EINTR) /* EAGAIN: it is awake already */
        continue;
}

void loop_hand_back(Job *job)
{
    Loop *loop = job->loop;
    pthread_mutex_lock(&loop->done_lock);
    bool was_empty = !loop->done;
    job->next = loop->done;
    loop->done = job;
    pthread_mutex_unlock(&loop->done_lock);
    if (was_empty)
        loop_wake(loop);
}

static Job *take_done(Loop *loop)
{
    pthread_mutex_lock(&loop->done_lock);
    Job *newest = loop->done;
    loop->done = NULL;
    pthread_mutex_unlock(&loop->done_lock);
    Job *oldest = NULL;
    while (newest) {
        Job *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void send_done(Loop *loop)
{
    for (Job *job = take_done(loop), *next; job; job = next) {
        next = job->next;
        if (!job->conn)
            job_free(job); /* the client has left meanwhile */
        else if (job->response->stream)
            seat_stream(job);
        else
            send_response(job);
    }
}

static void drain_begin(Loop *loop)
{
    loop->draining = true;
    evconnlistener_disable(evhttp_bound_socket_get_listener(loop->listener));
    GHashTableIter each;
    gpointer conn;
    g_hash_table_iter_init(&each, loop->conns);
    while (g_hash_table_iter_next(&each, NULL, &conn))
        if (((Conn *)conn)->seat)
            conn_abort(conn);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    Loop *loop = arg;
    uint64_t count;
    if (read((int)fd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
        LOG(LOG_ERROR, "http.wake", LOG_NUMBER("errno", errno));
    send_done(loop);
    send_notices(loop);
    if (atomic_load(&loop->server->draining) && !loop->draining)
        drain_begin(loop);
    if (atomic_load(&loop->stopping))
        event_base_loopbreak(loop->base);
}

static void on_tick(evutil_socket_t none, short what, void *arg)
{
    (void)none, (void)what;
    Loop *loop = arg;
    GHashTableIter each;
    gpointer conn;
    int64_t now_us = clock_monotonic_us();
    accept_again(loop);
    g_hash_table_iter_init(&each, loop->conns);
    while (g_hash_table_iter_next(&each, NULL, &conn))
        conn_tick(conn, now_us);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static struct event *every(Loop *loop, int interval_ms, event_callback_fn run)
{
    struct event *event = event_new(loop->base, -1, EV_PERSIST, run, loop);
    event_add(event, &(struct timeval){interval_ms / 1000, interval_ms % 1000 * 1000});
    return event;
}

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* other threads reach it by eventfd only */
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static void http_init(Loop *loop)
{
    HttpServer *server = loop->server;
    loop->http = evhttp_new(loop->base);
    evhttp_set_bevcb(loop->http, conn_new, loop);
    evhttp_set_gencb(loop->http, on_request, loop);
    evhttp_set_default_content_type(loop->http, NULL);
    evhttp_set_max_headers_size(loop->http, (ev_ssize_t)server->rules.head_max + 1024);
    evhttp_set_max_body_size(loop->http, (ev_ssize_t)server->body_max);
    evhttp_set_allowed_methods(loop->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                               EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
}

static void on_notice(void *loop)
{
    loop_wake(loop);
}

Loop *loop_new(HttpServer *server, int socket, GError **error)
{
    Loop *loop = g_new0(Loop, 1);
    loop->server = server;
    pthread_mutex_init(&loop->done_lock, NULL);
    loop->conns = g_hash_table_new(NULL, NULL);
    loop->seats = g_hash_table_new(NULL, NULL);
    loop->lingers = g_hash_table_new_full(NULL, NULL, linger_free, NULL);
    loop->board = stream_board_new();
    loop->box = stream_hub_add_box(server->hub, on_notice, loop);
    loop->base = base_new();
    loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!loop->base || loop->wake < 0) {
        filo_error_from_errno(error, errno, "starting an event loop");
        close(socket);
        loop_free(loop);
        return NULL;
    }
    http_init(loop);
    loop->listener = evhttp_accept_socket_with_handle(loop->http, socket);
    evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(loop->listener), on_accept_failed);
    loop->wake_event = event_new(loop->base, loop->wake, EV_READ | EV_PERSIST, on_wake, loop);
    event_add(loop->wake_event, NULL);
    loop->tick = every(loop, TICK_MS, on_tick);
    loop->heartbeat = every(loop, server->limits.heartbeat_ms, on_heartbeat);
    return loop;
}

static void *loop_run(void *arg)
{
    Loop *loop = own_loop = arg;
    event_base_dispatch(loop->base);
    evhttp_free(loop->http); /* closes every connection: conn_close */
    loop->http = NULL;
    for (Job *job = take_done(loop), *next; job; job = next) {
        next = job->next;
        job_free(job);
    }
    return NULL;
}

bool loop_start(Loop *loop, GError **error)
{
    int failure = pthread_create(&loop->thread, NULL, loop_run, loop);
    if (failure) {
        filo_error_from_errno(error, failure, "starting a loop thread");
        return false;
    }
    pthread_setname_np(loop->thread, "http");
    loop->started = true;
    return true;
}

void loop_stop(Loop *loop)
{
    if (!loop->started)
        return;
    atomic_store(&loop->stopping, true);
    loop_wake(loop);
    pthread_join(loop->thread, NULL);
    loop->started = false;
}

void loop_free(Loop *loop)
{
    if (loop->http)
        evhttp_free(loop->http);
    struct event *events[] = {loop->wake_event, loop->tick, loop->heartbeat};
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++)
        if (events[i])
            event_free(events[i]);
    g_hash_table_unref(loop->lingers);
    if (loop->base)
        event_base_free(loop->base);
    if (loop->wake >= 0)
        close(loop->wake);
    stream_board_free(loop->board);
    g_hash_table_unref(loop->seats);
    g_hash_table_unref(loop->conns);
    pthread_mutex_destroy(&loop->done_lock);
    g_free(loop);
}
