/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/server.h"

#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/peer.h"
#include "net/listen.h"
#include "net/net_metrics.h"
#include "net/server_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- peers ------------------------------------------------------------------------------------------------------- */

static bool address_is_loopback(const char *remote)
{
    return g_str_has_prefix(remote, "127.") || strcmp(remote, "::1") == 0;
}

bool server_admit(HttpServer *server, const char *remote)
{
    char peer[PEER_GROUP_SIZE];
    peer_group(remote, peer);
    const HttpLimits *limits = &server->limits;
    bool is_exempt = address_is_loopback(remote) && !limits->cap_loopback_too;
    pthread_mutex_lock(&server->peers_lock);
    size_t has = GPOINTER_TO_SIZE(g_hash_table_lookup(server->peers, peer));
    bool admitted = server->connections < limits->connections && (is_exempt || has < limits->connections_per_address);
    if (admitted) {
        g_hash_table_replace(server->peers, g_strdup(peer), GSIZE_TO_POINTER(has + 1));
        server->connections++;
    }
    pthread_mutex_unlock(&server->peers_lock);
    metric_add(admitted ? &metric_http_connections : &metric_http_refused, METRIC_PLAIN, 1);
    return admitted;
}

void server_release(HttpServer *server, const char *remote)
{
    char peer[PEER_GROUP_SIZE];
    peer_group(remote, peer);
    pthread_mutex_lock(&server->peers_lock);
    size_t has = GPOINTER_TO_SIZE(g_hash_table_lookup(server->peers, peer));
    check(has > 0);
    if (has == 1)
        g_hash_table_remove(server->peers, peer);
    else
        g_hash_table_replace(server->peers, g_strdup(peer), GSIZE_TO_POINTER(has - 1));
    server->connections--;
    pthread_mutex_unlock(&server->peers_lock);
    metric_add(&metric_http_connections, METRIC_PLAIN, -1);
}

/* --- TLS --------------------------------------------------------------------------------------------------------- */

static SSL_CTX *tls_load(const char *cert, const char *key, GError **error)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (tls && SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1 &&
        SSL_CTX_use_certificate_chain_file(tls, cert) == 1 &&
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(tls) == 1) {
        SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
        return tls;
    }
    g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "loading certificate %s: %s", cert,
                ERR_reason_error_string(ERR_peek_last_error()));
    ERR_clear_error();
    SSL_CTX_free(tls);
    return NULL;
}

SSL *server_new_tls(HttpServer *server)
{
    pthread_mutex_lock(&server->tls_lock);
    SSL *tls = SSL_new(server->tls);
    pthread_mutex_unlock(&server->tls_lock);
    return tls;
}

bool http_server_reload_tls(HttpServer *server, GError **error)
{
    SSL_CTX *fresh = server->tls_cert ? tls_load(server->tls_cert, server->tls_key, error) : NULL;
    if (!fresh)
        return !server->tls_cert;
    pthread_mutex_lock(&server->tls_lock);
    SSL_CTX *old = server->tls;
    server->tls = fresh;
    pthread_mutex_unlock(&server->tls_lock);
    SSL_CTX_free(old); /* connections that use it hold their own reference */
    return true;
}

/* --- options ----------------------------------------------------------------------------------------------------- */

#define OR(value, otherwise) ((value) ? (value) : (otherwise))

static HttpLimits limits_complete(HttpLimits limits)
{
    limits.connections = OR(limits.connections, 8192);
    limits.connections_per_address = OR(limits.connections_per_address, 256);
    limits.head_bytes = OR(limits.head_bytes, (size_t)GATE_HEAD_MAX);
    limits.head_ms = OR(limits.head_ms, 10 * 1000);
    limits.idle_ms = OR(limits.idle_ms, 75 * 1000);
    limits.body_grace_ms = OR(limits.body_grace_ms, 10 * 1000);
    limits.body_rate = OR(limits.body_rate, 1000);
    limits.body_memory = OR(limits.body_memory, (size_t)128 << 20);
    limits.write_ms = OR(limits.write_ms, 30 * 1000);
    limits.linger_ms = OR(limits.linger_ms, 2 * 1000);
    limits.streams_per_user = OR(limits.streams_per_user, 16);
    limits.heartbeat_ms = OR(limits.heartbeat_ms, 20 * 1000);
    return limits;
}

/* Clients may not take the descriptors that the store, files, mail and workers need: 256 stay for these, or half of a
 * table that small. The soft limit is a default for programs that use select(); we do not, and take what is allowed. */
static size_t descriptors_for_clients(size_t wanted)
{
    enum { KEPT = 256 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return wanted;
    struct rlimit raised = {MIN(limit.rlim_max, MAX(limit.rlim_cur, wanted + KEPT)), limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return MIN(wanted, limit.rlim_cur - MIN(KEPT, limit.rlim_cur / 2));
}

static size_t largest_body(const HttpServerOptions *options)
{
    size_t most = ROUTE_BODY_DEFAULT;
    for (size_t t = 0; t < options->table_count; t++)
        for (size_t r = 0; r < options->tables[t].count; r++)
            most = MAX(most, options->tables[t].routes[r].body_limit);
    return most;
}

/* Asked by the gate before a body is read; a path that leads nowhere may carry no more than the default. */
size_t server_body_limit(const char *method, const char *target, void *arg)
{
    const HttpServer *server = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request = {.arena = arena};
    const Route *route = NULL;
    if (http_method_parse(method, &request.method) && http_parse_target(&request, target))
        route = router_match(server->router, &request, NULL);
    return route && route->body_limit ? route->body_limit : ROUTE_BODY_DEFAULT;
}

static bool set_base_url(HttpServer *server, const char *base_url, bool needs_one, GError **error)
{
    if (!base_url && needs_one)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "beyond loopback a base_url must say which host is ours");
    if (!base_url)
        return !needs_one;
    server->base_is_secure = g_str_has_prefix(base_url, "https://");
    const char *host = strstr(base_url, "://");
    bool is_http = server->base_is_secure || g_str_has_prefix(base_url, "http://");
    size_t size = is_http ? strcspn(host + 3, "/?#") : 0;
    if (size == 0 || (host[3 + size] && strcmp(host + 3 + size, "/") != 0) || memchr(host + 3, '@', size)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "base_url must be http(s)://host[:port] without a path");
        return false;
    }
    g_autofree char *authority = g_strndup(host + 3, size);
    server->base_host = g_ascii_strdown(authority, -1);
    server->base_url = g_strdup_printf("%s://%s", server->base_is_secure ? "https" : "http", server->base_host);
    return true;
}

static HttpServer *server_new(const HttpServerOptions *options)
{
    HttpServer *server = g_new0(HttpServer, 1);
    pthread_mutex_init(&server->tls_lock, NULL);
    pthread_mutex_init(&server->peers_lock, NULL);
    server->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    server->context = options->context;
    server->authorize = options->authorize;
    server->refuse = options->refuse;
    server->before = options->before;
    server->after = options->after;
    server->limits = limits_complete(options->limits);
    server->limits.connections = descriptors_for_clients(server->limits.connections);
    server->body_max = largest_body(options);
    server->hub = stream_hub_new(server->limits.streams_per_user);
    server->tls_cert = g_strdup(options->tls_cert);
    server->tls_key = g_strdup(options->tls_key);
    if (getrandom(&server->id_seed, sizeof server->id_seed, 0) < 0)
        server->id_seed = (uint32_t)clock_monotonic_us(); /* ids need not be secret, only different after a restart */
    return server;
}

/* --- sockets ----------------------------------------------------------------------------------------------------- */

static bool address_parse(const HttpServerOptions *options, ListenAddress *address, GError **error)
{
    if (!listen_address_read(options->listen, address)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "listen must be ADDRESS:PORT, for instance 127.0.0.1:8080");
        return false;
    }
    if (!options->tls_cert && !options->insecure && !listen_address_is_loopback(address)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE,
                    "plain HTTP on %s: give a certificate, listen on loopback, or say --insecure", options->listen);
        return false;
    }
    return true;
}

static bool bind_shared(int fd, const ListenAddress *address, bool is_first)
{
    const struct sockaddr *where = (const struct sockaddr *)&address->storage;
    int on = 1;
    return (!is_first || bind(fd, where, address->size) == 0) &&
           setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
           (is_first || bind(fd, where, address->size) == 0);
}

/*
 * Non-blocking, without delay for its connections too (they inherit it), one of several on its port. The first takes the
 * port before it will share it: else a second server of the same user would be let in, and get half of the requests.
 */
static int socket_open(const ListenAddress *address, bool is_first, GError **error)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 && bind_shared(fd, address, is_first) &&
        listen(fd, 1024) == 0)
        return fd;
    filo_error_from_errno(error, errno, "listening");
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool add_loop(HttpServer *server, ListenAddress *address, GError **error)
{
    int fd = socket_open(address, server->loop_count == 0, error);
    if (fd < 0)
        return false;
    server->port = listen_port(fd, address);
    Loop *loop = loop_new(server, fd, error);
    if (!loop)
        return false;
    server->loops[server->loop_count++] = loop;
    return true;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static bool start_lanes(HttpServer *server, const HttpServerOptions *options, GError **error)
{
    static const char *const names[LANE_COUNT] = {"page", "slow", "hash"};
    static const int threads[LANE_COUNT] = {4, 2, 2};
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        server->lanes[lane] = pool_new(names[lane], (size_t)OR(options->workers[lane], threads[lane]),
                                       OR(options->lane_capacity, 512), error);
        if (!server->lanes[lane])
            return false;
    }
    return true;
}

static bool start_loops(HttpServer *server, const HttpServerOptions *options, ListenAddress *address, GError **error)
{
    int count = options->loops > 0 ? options->loops : (int)g_get_num_processors();
    server->loops = g_new0(Loop *, (size_t)count);
    for (int i = 0; i < count; i++)
        if (!add_loop(server, address, error))
            return false;
    for (int i = 0; i < count; i++)
        if (!loop_start(server->loops[i], error))
            return false;
    return true;
}

/* Its own way is a bare line on standard error. */
static void log_library(int severity, const char *said)
{
    LOG(severity >= EVENT_LOG_ERR ? LOG_ERROR : LOG_WARNING, "http.library", LOG_TEXT("said", said));
}

HttpServer *http_server_start(const HttpServerOptions *options, GError **error)
{
    ListenAddress address;
    event_set_log_callback(log_library);
    if (!address_parse(options, &address, error))
        return NULL;
    signal(SIGPIPE, SIG_IGN); /* a client that leaves is an error of write, not the end of the process */
    g_autoptr(HttpServer) server = server_new(options);
    if (!set_base_url(server, options->base_url, !listen_address_is_loopback(&address), error))
        return NULL;
    server->router = router_new(options->tables, options->table_count, error);
    if (!server->router)
        return NULL;
    server->rules = (GateRules){.host = server->base_host,
                                .allow_loopback = listen_address_is_loopback(&address),
                                .head_max = server->limits.head_bytes,
                                .body_limit = server_body_limit,
                                .arg = server};
    if (options->tls_cert && !(server->tls = tls_load(options->tls_cert, options->tls_key, error)))
        return NULL;
    if (!start_lanes(server, options, error) || !start_loops(server, options, &address, error))
        return NULL;
    return g_steal_pointer(&server);
}

int http_server_port(const HttpServer *server)
{
    return server->port;
}

StreamHub *http_server_streams(HttpServer *server)
{
    return server->hub;
}

bool http_server_drain(HttpServer *server, int timeout_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    atomic_store(&server->draining, true);
    for (int i = 0; i < server->loop_count; i++)
        loop_wake(server->loops[i]);
    while (atomic_load(&server->in_work) > 0 && clock_monotonic_us() < until_us)
        g_usleep(5000);
    return atomic_load(&server->in_work) == 0;
}

void http_server_stop(HttpServer *server)
{
    if (!server)
        return;
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        Pool *pool = server->lanes[lane]; /* stays reachable: loops still offer to it until they stop */
        if (pool)
            pool_close(pool);
    }
    for (int i = 0; i < server->loop_count; i++)
        loop_stop(server->loops[i]);
    for (int lane = 0; lane < LANE_COUNT; lane++)
        pool_free(server->lanes[lane]);
    for (int i = 0; i < server->loop_count; i++)
        loop_free(server->loops[i]);
    g_free(server->loops);
    stream_hub_free(server->hub);
    router_free(server->router);
    SSL_CTX_free(server->tls);
    g_hash_table_unref(server->peers);
    pthread_mutex_destroy(&server->peers_lock);
    pthread_mutex_destroy(&server->tls_lock);
    char *texts[] = {server->base_url, server->base_host, server->tls_cert, server->tls_key};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(server);
}
