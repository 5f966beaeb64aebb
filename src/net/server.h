/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server: HTTP from socket to handler and back. Answers: "serve these route tables on this address until told to stop".
 *
 * One event loop per core accepts, reads and writes (libevent); handlers run on the lanes' worker threads and never see
 * libevent; finished work goes back to its loop. In front of everything stands net/gate.h. Not for what pages say or who
 * may see them: that is the tables and the authorize hook. Not an HTTP/2 server: put a reverse proxy in front for that.
 *
 * Pointers: options and what they point to are borrowed only during http_server_start, except tables and context, which
 * live as long as the server. Called by: cli (serve). Errors: of start: USAGE (address, base_url, table, plain HTTP
 * beyond loopback without insecure), IO (socket, certificate, threads).
 *
 * Invariants:
 *  1. Every response carries the security headers; HSTS when the client came by https.
 *  2. A request that may change something (not GET, HEAD, OPTIONS) passes only with Sec-Fetch-Site same-origin or none,
 *     or without that header with an Origin equal to the site's own; else 403. ROUTE_TOKEN rows are exempt.
 *  3. The authorize hook has said yes before a handler runs, and before a body is parsed.
 *  4. libevent's objects are touched by their loop's thread alone; a client that leaves costs only the work in hand.
 *  5. No lane waits for another; a full lane answers 503 with Retry-After.
 *  6. Requests above 64 KB hold no more than limits.body_memory bytes together; one too many is answered 503.
 *
 * Example:
 *     HttpServer *server = http_server_start(&(HttpServerOptions){.listen = "127.0.0.1:0", .tables = tables,
 *         .table_count = 1, .context = desk, .authorize = sign_in_check}, &error);
 *     ... http_server_port(server) ...
 *     http_server_drain(server, 10 * 1000);
 *     http_server_stop(server);
 */
#ifndef FILO_NET_SERVER_H
#define FILO_NET_SERVER_H

#include "net/route.h"
#include "net/stream.h"

typedef struct HttpServer HttpServer;

/* before: first on the worker. after: once the response is filled, also when it is an error; not for the routes of a
 * table that has an authorize hook of its own. */
typedef void (*HttpHook)(HttpRequest *request, HttpResponse *response, void *context);

/* Zero means the default. */
typedef struct HttpLimits {
    size_t connections; /* in all; 8192, or what the limit of open files allows */
    size_t
        connections_per_address; /* 256, an IPv6 /64 being one; loopback is exempt: a proxy here speaks for everyone */
    bool cap_loopback_too;       /* for tests */
    size_t head_bytes;           /* GATE_HEAD_MAX */
    int head_ms;                 /* from the first byte to the empty line; 10 s */
    int idle_ms;                 /* between requests; 75 s */
    int body_grace_ms;           /* before the minimum rate counts; 10 s */
    size_t body_rate;            /* bytes a second after that; 1000 */
    size_t body_memory;          /* of all requests above 64 KB together; 128 MB, up to twice that in the process */
    int write_ms;                /* no progress in sending; 30 s */
    int linger_ms;               /* silence of one who was refused, before his end is closed too; 2 s, in all 30 s */
    size_t streams_per_user;     /* 16 */
    int heartbeat_ms;            /* 20 s */
} HttpLimits;

typedef struct HttpServerOptions {
    const char *listen;             /* "127.0.0.1:8080", "[::1]:0"; port 0: any */
    const char *base_url;           /* "https://help.example.it", no path; NULL: only loopback hosts are answered */
    bool insecure;                  /* plain HTTP on an address that is not loopback */
    const char *tls_cert, *tls_key; /* PEM files; NULL: plain */
    int loops;                      /* 0: one per core */
    int workers[LANE_COUNT];        /* 0: 4 page, 2 slow, 2 hash */
    size_t lane_capacity;           /* requests that may wait in a lane; 0: 512 */
    const RouteTable *tables;
    size_t table_count;
    void *context;           /* given to handlers and hooks */
    HttpAuthorize authorize; /* NULL: only "public" routes are answered, others 403 */
    HttpRefuse refuse;       /* NULL: plain lines of text */
    HttpHook before, after;
    HttpLimits limits;
} HttpServerOptions;

HttpServer *http_server_start(const HttpServerOptions *options, GError **error);

int http_server_port(const HttpServer *server);
StreamHub *http_server_streams(HttpServer *server); /* lives as long as the server */

/* Reads the certificate again; connections that are open keep the old one. false: *error, and the old one stays. */
bool http_server_reload_tls(HttpServer *server, GError **error);

/* Accepts no more, closes idle connections and streams, waits for answers in work. false: some were not done in time. */
bool http_server_drain(HttpServer *server, int timeout_ms);

/* Ends every thread and closes every connection; frees server. */
void http_server_stop(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_stop)

#endif
