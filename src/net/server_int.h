/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server_int: the parts of one server, inside net/ only. Answers: "which thread may touch what?"
 *
 *   HttpServer  shared; unchanging after start but for what a lock or an atomic guards
 *   Loop        one thread, one event_base, one evhttp; only `wake`, `done` and `stopping` are for other threads
 *   Conn        one client connection; its loop's thread only
 *   Job         one request: the loop makes it, one worker fills job->response, the loop sends and frees it
 *
 * Pointers: a Job holds its Conn only while the client is there (conn_close clears job->conn on the loop's thread, the
 * worker never reads it). Called by: net/server*. Errors: as net/server.h. Invariants: at most one request of a
 * connection is inside libevent at a time; evhttp_* is called on the loop's thread alone.
 */
#ifndef FILO_NET_SERVER_INT_H
#define FILO_NET_SERVER_INT_H

#include "base/pool.h"
#include "net/gate.h"
#include "net/http_int.h"
#include "net/server.h"
#include "net/stream_int.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>

typedef struct Loop Loop;
typedef struct Conn Conn;
typedef struct Job Job;

struct HttpServer {
    Router *router;
    void *context;
    HttpAuthorize authorize;
    HttpRefuse refuse;
    HttpHook before, after;
    HttpLimits limits;
    GateRules rules;
    char *base_url;      /* without a trailing slash, or NULL */
    char *base_host;     /* its authority in lower case, or NULL */
    bool base_is_secure; /* https://, perhaps by way of a proxy */
    size_t body_max;     /* the largest limit of any route */
    char *tls_cert, *tls_key;
    pthread_mutex_t tls_lock;
    SSL_CTX *tls; /* NULL: plain */
    Pool *lanes[LANE_COUNT];
    StreamHub *hub;
    Loop **loops;
    int loop_count;
    int port;
    pthread_mutex_t peers_lock;
    GHashTable *peers; /* address → how many connections */
    size_t connections;
    atomic_size_t held;    /* bytes of large requests, from their first byte to the end of their job */
    atomic_size_t in_work; /* requests between passing the gate and the end of their answer */
    atomic_bool draining;
    atomic_uint_fast32_t next_id;
    uint32_t id_seed;
};

struct Loop {
    HttpServer *server;
    struct event_base *base;
    struct evhttp *http;
    struct evhttp_bound_socket *listener;
    struct event *wake_event, *tick, *heartbeat;
    int wake; /* eventfd */
    pthread_t thread;
    bool started;
    pthread_mutex_t done_lock;
    Job *done; /* newest first */
    atomic_bool stopping;
    bool draining;
    bool accept_paused; /* till the next tick: accepting failed */
    int64_t starved_us; /* when that was last said; 0: never */
    GHashTable *conns;  /* bufferevent → Conn */
    StreamBox *box;
    StreamBoard *board;
    GHashTable *lingers; /* set of sockets read to their end after a refusal */
    GHashTable *seats;   /* StreamSeat → Conn, those seated here */
};

struct Conn {
    Loop *loop;
    struct bufferevent *bev;
    struct evhttp_connection *evcon; /* NULL until conn_begin */
    struct event *begin;
    struct evbuffer_cb_entry *input_watch;
    struct evbuffer *pending; /* read, not yet through the gate */
    Gate gate;
    char *remote;        /* NULL: not counted yet, or no longer */
    Job *job;            /* the request being answered */
    StreamSeat *seat;    /* it is an event stream now; job owns it */
    int64_t since_us;    /* when it became idle, or the first byte of the pending request came */
    int64_t stretch_us;  /* since when the body's rate is measured, */
    size_t stretch_held; /* and what was held then */
    size_t held;         /* of pending, as counted in the server's */
    bool is_plain;
    bool has_served; /* at least one answer has left */
    bool busy;       /* a request is inside libevent */
    bool moving;     /* the gate itself changes the input buffer */
    bool refusing;   /* the request inside libevent stands for a refusal: the last of this connection */
    bool flooded;    /* sent far more than it may while its request was in work */
};

struct Job {
    Loop *loop;
    Conn *conn;                    /* NULL: the client has left */
    struct evhttp_request *handle; /* NULL: gone with the client */
    HttpRequest request;
    HttpResponse *response;
    const Route *route;
    const char *allow;
    size_t held; /* of the server's, taken over from the connection */
    bool close_after;
    bool sent; /* libevent owns handle again */
    Job *next;
};

/* server_conn.c */
struct bufferevent *conn_new(struct event_base *base, void *loop); /* evhttp's hook for a new connection */
void conn_request_done(Conn *conn);                                /* the answer has left: the next request may pass */
void conn_tick(Conn *conn, int64_t now_us);                        /* time-outs */
void conn_abort(Conn *conn);                                       /* hangs up; libevent then tears it down */

/* server_loop.c */
Loop *loop_new(HttpServer *server, int socket, GError **error);
bool loop_start(Loop *loop, GError **error);
void loop_stop(Loop *loop); /* ends the thread and closes what is open */
void loop_free(Loop *loop);
void loop_wake(Loop *loop);    /* any thread */
void loop_hand_back(Job *job); /* any thread */

/* server_job.c */
Job *job_new(Conn *conn, struct evhttp_request *handle);
bool job_read(Job *job, const char *target, Bytes body); /* false: answer 400 */
void job_run(void *job);                                 /* on a worker */
Lane job_lane(const Job *job);
const char *lane_name(Lane lane);          /* static; for metrics */
void job_answer_now(Job *job, int status); /* on the loop, without a worker */
void job_free(Job *job);

/* server.c */
bool server_admit(HttpServer *server, const char *remote);
void server_release(HttpServer *server, const char *remote);
SSL *server_new_tls(HttpServer *server); /* NULL: out of memory */
size_t server_body_limit(const char *method, const char *target, void *server);

#endif
