/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a tiny request–answer server on a Unix socket. How: one thread accepts, a pool of four reads and handles; each
 * connection has a time limit for reading. Why not HTTP: the peers are our own subcommands, and the HTTP server's limits
 * (1 MB, cross-site gate, sessions) are made for strangers.
 */
#include "net/local.h"

#include "base/log.h"
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER_MAX = 4096, THREADS = 4, WAITING = 256, READ_TIMEOUT_S = 30 };

struct LocalServer {
    int listener;
    int wake[2]; /* a byte in it ends the accepting thread */
    pthread_t thread;
    Pool *pool;
    LocalHandler handler;
    void *context;
    char *path;
};

typedef struct Connection {
    LocalServer *server;
    int descriptor;
} Connection;

/* ---------------------------------------------------------------------------------------------------------- bytes */

static bool send_all(int descriptor, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t sent = send(descriptor, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int descriptor, uint8_t *data, size_t size)
{
    while (size) {
        ssize_t got = recv(descriptor, data, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        data += got;
        size -= (size_t)got;
    }
    return true;
}

/* Reads up to and without a newline; NULL when it is too long or the peer is gone. */
static char *receive_line(Arena *arena, int descriptor, size_t limit)
{
    GString *line = g_string_new(NULL);
    char byte = 0;
    while (line->len < limit && receive_all(descriptor, (uint8_t *)&byte, 1) && byte != '\n')
        g_string_append_c(line, byte);
    char *copy = byte == '\n' ? arena_strndup(arena, line->str, line->len) : NULL;
    g_string_free(line, TRUE);
    return copy;
}

static bool address_of(const char *path, struct sockaddr_un *address_out, GError **error)
{
    *address_out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (g_strlcpy(address_out->sun_path, path, sizeof address_out->sun_path) < sizeof address_out->sun_path)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the path of the data directory is too long for a socket: %s",
                path);
    return false;
}

/* --------------------------------------------------------------------------------------------------------- server */

static bool peer_is_allowed(int descriptor)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

/* The size a header announces, or -1 when it is not a header of ours. */
static int64_t announced_size(const char *header)
{
    json_t *object = json_loads(header, JSON_REJECT_DUPLICATES, NULL);
    json_t *size = json_object_get(object, "size");
    int64_t value = json_is_integer(size) ? json_integer_value(size) : -1;
    json_decref(object);
    return value;
}

static const char *answer(const Connection *connection, Arena *arena)
{
    const char *header = receive_line(arena, connection->descriptor, HEADER_MAX);
    int64_t size = header ? announced_size(header) : -1;
    if (size < 0)
        return NULL;
    if ((size_t)size > LOCAL_BODY_MAX)
        return "{\"status\":\"too_large\"}";
    uint8_t *body = g_malloc((size_t)size + 1);
    const char *reply = NULL;
    if (receive_all(connection->descriptor, body, (size_t)size))
        reply = connection->server->handler(&(LocalRequest){arena, header, {body, (size_t)size}},
                                            connection->server->context);
    g_free(body);
    return reply;
}

static void serve_connection(void *arg)
{
    Connection *connection = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    struct timeval limit = {.tv_sec = READ_TIMEOUT_S};
    setsockopt(connection->descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection->descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const char *reply = peer_is_allowed(connection->descriptor) ? answer(connection, arena) : NULL;
    if (reply && send_all(connection->descriptor, reply, strlen(reply)))
        (void)send_all(connection->descriptor, "\n", 1);
    close(connection->descriptor);
    g_free(connection);
}

enum { NOTHING_LEFT_US = 50 * 1000 };

static void accept_one(LocalServer *server)
{
    int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            g_usleep(NOTHING_LEFT_US); /* who waits stays in the queue: asking at once would only burn the processor */
        return;
    }
    Connection *connection = g_new(Connection, 1);
    *connection = (Connection){server, descriptor};
    if (!pool_offer(server->pool, serve_connection, connection)) {
        LOG(LOG_WARNING, "local.full", LOG_NUMBER("waiting", pool_waiting(server->pool)));
        close(descriptor); /* the peer sees a broken connection: not known, try again */
        g_free(connection);
    }
}

static void *accept_loop(void *arg)
{
    LocalServer *server = arg;
    struct pollfd polled[] = {{server->listener, POLLIN, 0}, {server->wake[0], POLLIN, 0}};
    while (!(polled[1].revents & POLLIN))
        if (poll(polled, G_N_ELEMENTS(polled), -1) > 0 && polled[0].revents & POLLIN)
            accept_one(server);
    return NULL;
}

static bool listen_at(LocalServer *server, GError **error)
{
    struct sockaddr_un address;
    if (!address_of(server->path, &address, error))
        return false;
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(server->path);
    mode_t before = umask(0177);
    bool bound = server->listener >= 0 && bind(server->listener, (struct sockaddr *)&address, sizeof address) == 0;
    int failure = errno;
    umask(before);
    if (bound && listen(server->listener, 64) == 0 && pipe2(server->wake, O_CLOEXEC) == 0)
        return true;
    filo_error_from_errno(error, bound ? errno : failure, server->path);
    return false;
}

LocalServer *local_server_start(const char *path, LocalHandler handler, void *context, GError **error)
{
    LocalServer *server = g_new(LocalServer, 1);
    *server = (LocalServer){.listener = -1, .wake = {-1, -1}, .handler = handler, .context = context};
    server->path = g_strdup(path);
    server->pool = pool_new("local", THREADS, WAITING, error);
    if (server->pool && listen_at(server, error)) {
        if (pthread_create(&server->thread, NULL, accept_loop, server) == 0)
            return server;
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread for %s", path);
    }
    if (server->listener >= 0)
        close(server->listener);
    pool_free(server->pool);
    g_free(server->path);
    g_free(server);
    return NULL;
}

void local_server_stop(LocalServer *server)
{
    if (!server)
        return;
    while (write(server->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
    pthread_join(server->thread, NULL);
    unlink(server->path);
    close(server->listener);
    pool_free(server->pool);
    close(server->wake[0]);
    close(server->wake[1]);
    g_free(server->path);
    g_free(server);
}

/* --------------------------------------------------------------------------------------------------------- client */

static int connect_to(const char *path, int timeout_ms, GError **error)
{
    struct sockaddr_un address;
    struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    if (!address_of(path, &address, error))
        return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        return descriptor;
    }
    bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    g_set_error(error, FILO_ERROR, nobody ? FILO_ERROR_NOT_FOUND : FILO_ERROR_IO, "%s: %s", path, g_strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

char *local_call(Arena *arena, const char *path, const char *header, Bytes body, int timeout_ms, GError **error)
{
    if (body.size > LOCAL_BODY_MAX) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "more than %zu bytes", LOCAL_BODY_MAX);
        return NULL;
    }
    int descriptor = connect_to(path, timeout_ms, error);
    if (descriptor < 0)
        return NULL;
    char *reply = NULL;
    if (send_all(descriptor, header, strlen(header)) && send_all(descriptor, "\n", 1) &&
        send_all(descriptor, body.data, body.size))
        reply = receive_line(arena, descriptor, (size_t)1 << 20);
    if (!reply)
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "the running server did not answer on %s", path);
    close(descriptor);
    return reply;
}
