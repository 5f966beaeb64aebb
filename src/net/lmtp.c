/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: listens, and gives each connection a thread. How: one thread accepts; the pool has as many threads as there may
 * be connections, so an accepted one never waits; a byte in a pipe that nobody reads tells all of them to stop. Why not
 * the loops of net/server: a message ends in a commit that its connection waits for anyway, and a session that reads
 * from top to bottom is one people can check.
 */
#include "net/lmtp.h"

#include "base/error.h"
#include "base/log.h"
#include "base/pool.h"
#include "net/listen.h"
#include "net/lmtp_int.h"
#include "net/net_metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    CONNECTIONS = 32,
    IDLE_MS = 5 * 60 * 1000,
    MESSAGE_MS = 10 * 60 * 1000,
    SEND_SECONDS = 30,
    NOTHING_LEFT_US = 50 * 1000
};
#define FLIGHT_MAX ((size_t)96 << 20)
#define UNIX_PREFIX "unix:"

struct LmtpServer {
    LmtpOptions options; /* listen: owned */
    int listener, port;
    int stop[2]; /* a byte in it stops all threads; nobody reads it */
    pthread_t thread;
    Pool *pool;
    pthread_mutex_t lock;
    int connections; /* under the lock, as is what follows */
    size_t in_flight;
};

typedef struct Connection {
    LmtpServer *server;
    int descriptor;
} Connection;

const LmtpOptions *lmtp_options(const LmtpServer *server)
{
    return &server->options;
}

int lmtp_stop_descriptor(const LmtpServer *server)
{
    return server->stop[0];
}

int lmtp_server_port(const LmtpServer *server)
{
    return server->port;
}

bool lmtp_flight_take(LmtpServer *server, size_t size)
{
    pthread_mutex_lock(&server->lock);
    bool fits = size <= server->options.flight_max - server->in_flight;
    if (fits)
        server->in_flight += size;
    pthread_mutex_unlock(&server->lock);
    return fits;
}

void lmtp_flight_give(LmtpServer *server, size_t size)
{
    pthread_mutex_lock(&server->lock);
    server->in_flight -= size;
    pthread_mutex_unlock(&server->lock);
}

bool lmtp_send(int descriptor, const char *text, size_t size)
{
    while (size) {
        ssize_t sent = send(descriptor, text, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        text += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------------- accepting */

static int connections_add(LmtpServer *server, int change)
{
    pthread_mutex_lock(&server->lock);
    int now = server->connections += change;
    metric_add(&metric_lmtp_connections, METRIC_PLAIN, change);
    pthread_mutex_unlock(&server->lock);
    return now;
}

static void serve(void *arg)
{
    Connection *connection = arg;
    lmtp_session_run(connection->server, connection->descriptor);
    connections_add(connection->server, -1);
    g_free(connection);
}

static void turn_away(LmtpServer *server, Connection *connection)
{
    static const char full[] = "421 4.3.2 Too many connections, come again\r\n";
    LOG(LOG_WARNING, "lmtp.full", LOG_NUMBER("connections", server->options.connections));
    (void)lmtp_send(connection->descriptor, full, sizeof full - 1);
    close(connection->descriptor);
    connections_add(server, -1);
    g_free(connection);
}

static void accept_one(LmtpServer *server)
{
    int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
    if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            g_usleep(NOTHING_LEFT_US); /* who waits stays in the queue: asking at once would only burn the processor */
        return;
    }
    struct timeval patience = {.tv_sec = SEND_SECONDS};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (server->port)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *connection = g_new(Connection, 1);
    *connection = (Connection){server, descriptor};
    if (connections_add(server, 1) > server->options.connections || !pool_offer(server->pool, serve, connection))
        turn_away(server, connection);
}

static void *accept_loop(void *arg)
{
    LmtpServer *server = arg;
    struct pollfd polled[] = {{server->listener, POLLIN, 0}, {server->stop[0], POLLIN, 0}};
    while (!(polled[1].revents & POLLIN))
        if (poll(polled, G_N_ELEMENTS(polled), -1) > 0 && polled[0].revents & POLLIN)
            accept_one(server);
    return NULL;
}

/* ---------------------------------------------------------------------------------------------------------- listening */

static const char *unix_path(const LmtpServer *server)
{
    const char *listen = server->options.listen;
    return g_str_has_prefix(listen, UNIX_PREFIX) ? listen + strlen(UNIX_PREFIX) : NULL;
}

/* A socket there is an older server's; a file is somebody's. */
static void remove_old_socket(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        unlink(path);
}

static bool listen_on_path(LmtpServer *server, const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "too long a path for a socket: %s", path);
        return false;
    }
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    remove_old_socket(path);
    if (server->listener >= 0 && bind(server->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        chmod(path, 0666) == 0 && listen(server->listener, server->options.connections) == 0)
        return true;
    filo_error_from_errno(error, errno, path);
    return false;
}

static bool listen_on_port(LmtpServer *server, GError **error)
{
    const char *text = server->options.listen;
    ListenAddress address;
    int on = 1;
    if (!listen_address_read(text, &address)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE,
                    "lmtp must be ADDRESS:PORT or unix:PATH, for instance 127.0.0.1:2424");
        return false;
    }
    if (!server->options.anyone && !listen_address_is_loopback(&address)) {
        g_set_error(
            error, FILO_ERROR, FILO_ERROR_USAGE,
            "LMTP on %s: whoever reaches it may write in anybody's name. Listen on loopback or a Unix socket, or "
            "say --lmtp-anyone",
            text);
        return false;
    }
    server->listener = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener >= 0 && setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(server->listener, (struct sockaddr *)&address.storage, address.size) == 0 &&
        listen(server->listener, server->options.connections) == 0 &&
        (server->port = listen_port(server->listener, &address)) > 0)
        return true;
    filo_error_from_errno(error, errno, text);
    return false;
}

static bool start_threads(LmtpServer *server, GError **error)
{
    size_t count = (size_t)server->options.connections;
    server->pool = pool_new("lmtp", count, count, error);
    if (!server->pool)
        return false;
    if (pthread_create(&server->thread, NULL, accept_loop, server) == 0)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread for %s", server->options.listen);
    return false;
}

static LmtpServer *server_new(const LmtpOptions *options)
{
    LmtpServer *server = g_new(LmtpServer, 1);
    *server = (LmtpServer){.options = *options, .listener = -1, .stop = {-1, -1}};
    LmtpOptions *own = &server->options;
    own->listen = g_strdup(options->listen);
    own->connections = own->connections ? own->connections : CONNECTIONS;
    own->idle_ms = own->idle_ms ? own->idle_ms : IDLE_MS;
    own->message_ms = own->message_ms ? own->message_ms : MESSAGE_MS;
    own->flight_max = own->flight_max ? own->flight_max : MAX(FLIGHT_MAX, own->size_max);
    pthread_mutex_init(&server->lock, NULL);
    return server;
}

static void server_free(LmtpServer *server)
{
    if (server->listener >= 0)
        close(server->listener);
    pool_free(server->pool);
    for (size_t i = 0; i < G_N_ELEMENTS(server->stop); i++)
        if (server->stop[i] >= 0)
            close(server->stop[i]);
    pthread_mutex_destroy(&server->lock);
    g_free((char *)server->options.listen);
    g_free(server);
}

LmtpServer *lmtp_server_start(const LmtpOptions *options, GError **error)
{
    LmtpServer *server = server_new(options);
    const char *path = unix_path(server);
    bool piped = pipe2(server->stop, O_CLOEXEC) == 0;
    if (!piped)
        filo_error_from_errno(error, errno, "a pipe");
    if (piped && (path ? listen_on_path(server, path, error) : listen_on_port(server, error)) &&
        start_threads(server, error)) {
        lmtp_session_metrics_begin();
        return server;
    }
    server_free(server);
    return NULL;
}

void lmtp_server_stop(LmtpServer *server)
{
    if (!server)
        return;
    while (write(server->stop[1], "", 1) < 0 && errno == EINTR)
        continue;
    pthread_join(server->thread, NULL);
    const char *path = unix_path(server);
    if (path)
        unlink(path);
    server_free(server);
}
