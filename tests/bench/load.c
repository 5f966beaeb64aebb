/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: bench-load, a closed loop of GETs over N kept connections; each asks again as soon as it was answered. How: one
 * thread, epoll, the answer's end found by Content-Length; paths are drawn from a file's lines. Anything but 200 ends it.
 *
 * usage: bench-load PORT CLIENTS SECONDS PATHS-FILE [HEADER...]
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, EVENTS = 64 };

typedef struct Connection {
    int descriptor;
    int64_t asked_at;
    size_t got, wanted; /* wanted: 0 until the head is whole */
    char *answer;
} Connection;

typedef struct Load {
    int port, epoll;
    char **paths;
    guint path_count;
    GString *headers;
    BenchRandom random;
    BenchTimes times;
    uint64_t body_bytes;
} Load;

static void ask(Load *load, Connection *connection)
{
    const char *path = load->paths[bench_random(&load->random, load->path_count)];
    g_autofree char *request =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, load->port, load->headers->str);
    connection->got = connection->wanted = 0;
    connection->asked_at = clock_monotonic_us();
    size_t size = strlen(request);
    bench_must(send(connection->descriptor, request, size, MSG_NOSIGNAL) == (ssize_t)size, NULL, "send");
}

/* Reads the head when it is whole. */
static void read_head(Connection *connection)
{
    connection->answer[connection->got] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    if (!end)
        return;
    const char *length = strstr(connection->answer, "Content-Length: ");
    bench_must(g_str_has_prefix(connection->answer, "HTTP/1.1 200") && length && length < end, NULL,
               connection->answer);
    connection->wanted = (size_t)(end + 4 - connection->answer) + (size_t)g_ascii_strtoull(length + 16, NULL, 10);
    bench_must(connection->wanted <= ANSWER_MAX, NULL, "a smaller page");
}

static bool answered(Load *load, Connection *connection)
{
    ssize_t got = recv(connection->descriptor, connection->answer + connection->got, ANSWER_MAX - connection->got, 0);
    bench_must(got > 0 || (got < 0 && errno == EAGAIN), NULL, "the server closed the connection");
    connection->got += got > 0 ? (size_t)got : 0;
    if (!connection->wanted)
        read_head(connection);
    if (!connection->wanted || connection->got < connection->wanted)
        return false;
    bench_times_add(&load->times, clock_monotonic_us() - connection->asked_at);
    load->body_bytes += connection->got;
    return true;
}

static void open_connection(Load *load, Connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connection->answer = g_malloc(ANSWER_MAX + 1);
    bench_must(connect(connection->descriptor, (struct sockaddr *)&address, sizeof address) == 0, NULL, "connect");
    setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->descriptor, F_SETFL, O_NONBLOCK);
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->descriptor, &event);
    ask(load, connection);
}

static void run_load(Load *load, int64_t until)
{
    struct epoll_event events[EVENTS];
    while (clock_monotonic_us() < until) {
        int ready = epoll_wait(load->epoll, events, EVENTS, 1000);
        for (int i = 0; i < ready; i++)
            if (answered(load, events[i].data.ptr))
                ask(load, events[i].data.ptr);
    }
}

static void read_paths(Load *load, const char *file)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    bench_must(g_file_get_contents(file, &text, NULL, &error), error, file);
    load->paths = g_strsplit(g_strchomp(text), "\n", -1);
    load->path_count = g_strv_length(load->paths);
}

int main(int argc, char **argv)
{
    Load load = {.random = {1}, .headers = g_string_new(NULL)};
    bench_must(argc >= 5, NULL, "usage: bench-load PORT CLIENTS SECONDS PATHS-FILE [HEADER...]");
    int clients = (int)g_ascii_strtoll(argv[2], NULL, 10);
    int64_t seconds = g_ascii_strtoll(argv[3], NULL, 10);
    load.port = (int)g_ascii_strtoll(argv[1], NULL, 10);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    read_paths(&load, argv[4]);
    for (int i = 5; i < argc; i++)
        g_string_append_printf(load.headers, "%s\r\n", argv[i]);
    g_autofree Connection *connections = g_new0(Connection, clients);
    for (int i = 0; i < clients; i++)
        open_connection(&load, &connections[i]);
    int64_t begun = clock_monotonic_us();
    run_load(&load, begun + seconds * 1000000);
    bench_times_print(&load.times, (double)(clock_monotonic_us() - begun) / 1e6,
                      (double)load.body_bytes / (double)MAX(load.times.count, 1));
    for (int i = 0; i < clients; i++) {
        close(connections[i].descriptor);
        g_free(connections[i].answer);
    }
    g_strfreev(load.paths);
    g_string_free(load.headers, TRUE);
    g_free(load.times.items);
    return 0;
}
