/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one question after another, by UDP, by TCP where the answer was cut, to the first server that answers. How: a
 * connected socket for each exchange (the kernel drops what comes from elsewhere and picks a port nobody foresees), a
 * poll that ends with the session. Why not res_nsend: its TCP has no time limit.
 */
#include "net/dns.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <poll.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIES = 2, TRY_MS = 1500, SILENT_MAX = 2, SERVERS_MAX = 3, QUERY_MAX = 512 };

typedef struct Server {
    struct sockaddr_storage address;
    socklen_t size;
} Server;

struct DnsSession {
    Arena *arena;
    GHashTable *known; /* "16 example.com" to DnsAnswer */
    struct __res_state state;
    Server servers[SERVERS_MAX];
    size_t server_count;
    int64_t end_us;
    int silent; /* questions in a row that nobody answered */
    bool heard; /* anybody ever did */
    uint8_t answer[NS_MAXMSG];
};

/* Written once before the first session. */
static Server chosen;

/* --- which servers -------------------------------------------------------------------------------------------------- */

static bool read_server(const char *text, Server *server_out)
{
    const char *colon = strrchr(text, ':');
    bool bracketed = *text == '[' && colon > text + 1 && colon[-1] == ']';
    guint64 port = 0;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return false;
    g_autofree char *host =
        bracketed ? g_strndup(text + 1, (gsize)(colon - text - 2)) : g_strndup(text, (gsize)(colon - text));
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    *server_out = (Server){0};
    if (!bracketed && inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        memcpy(&server_out->address, &four, sizeof four);
        server_out->size = sizeof four;
    } else if (bracketed && inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        memcpy(&server_out->address, &six, sizeof six);
        server_out->size = sizeof six;
    }
    return server_out->size > 0;
}

bool dns_use(const char *server)
{
    chosen = (Server){0};
    return !*server || read_server(server, &chosen);
}

static void add_server(DnsSession *session, const void *address, socklen_t size)
{
    if (session->server_count == SERVERS_MAX)
        return;
    Server *server = &session->servers[session->server_count++];
    memcpy(&server->address, address, size);
    server->size = size;
}

static void find_servers(DnsSession *session)
{
    if (chosen.size) {
        add_server(session, &chosen.address, chosen.size);
        return;
    }
    for (int i = 0; i < session->state.nscount && i < MAXNS; i++)
        if (session->state.nsaddr_list[i].sin_family == AF_INET)
            add_server(session, &session->state.nsaddr_list[i], sizeof(struct sockaddr_in));
        else if (session->state._u._ext.nsaddrs[i])
            add_server(session, session->state._u._ext.nsaddrs[i], sizeof(struct sockaddr_in6));
}

DnsSession *dns_open(int limit_ms)
{
    DnsSession *session = g_new0(DnsSession, 1);
    session->arena = arena_new(ARENA_REQUEST_CAP);
    session->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    session->end_us = clock_monotonic_us() + (int64_t)limit_ms * 1000;
    if (res_ninit(&session->state) == 0) /* else there are none, and everything stays unasked */
        find_servers(session);
    return session;
}

void dns_close(DnsSession *session)
{
    if (!session)
        return;
    res_nclose(&session->state);
    g_hash_table_destroy(session->known);
    arena_free(session->arena);
    g_free(session);
}

/* --- one exchange --------------------------------------------------------------------------------------------------- */

static bool wait_until(int fd, short events, int64_t end_us)
{
    for (;;) {
        int64_t left_us = end_us - clock_monotonic_us();
        struct pollfd one = {fd, events, 0};
        if (left_us <= 0)
            return false;
        int ready = poll(&one, 1, (int)(left_us / 1000 + 1));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

/* Every byte or false. */
static bool move_all(int fd, uint8_t *bytes, size_t size, bool out, int64_t end_us)
{
    while (size > 0) {
        ssize_t moved = out ? send(fd, bytes, size, MSG_NOSIGNAL) : recv(fd, bytes, size, 0);
        if (moved > 0) {
            bytes += moved;
            size -= (size_t)moved;
        } else if (moved == 0 || (errno != EAGAIN && errno != EINTR && errno != ENOTCONN)) {
            return false;
        } else if (!wait_until(fd, out ? POLLOUT : POLLIN, end_us)) {
            return false;
        }
    }
    return true;
}

static int open_socket(const Server *server, int kind)
{
    int fd = socket(server->address.ss_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&server->address, server->size) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

/* Its size in session->answer, 0 for none. */
static size_t talk_tcp(DnsSession *session, const Server *server, Bytes query, int64_t end_us)
{
    uint8_t framed[2 + QUERY_MAX] = {(uint8_t)(query.size >> 8), (uint8_t)query.size}, head[2];
    size_t size = 0;
    int fd = open_socket(server, SOCK_STREAM);
    if (fd < 0)
        return 0;
    memcpy(framed + 2, query.data, query.size);
    if (wait_until(fd, POLLOUT, end_us) && move_all(fd, framed, 2 + query.size, true, end_us) &&
        move_all(fd, head, sizeof head, false, end_us)) {
        size = (size_t)head[0] << 8 | head[1];
        if (!move_all(fd, session->answer, size, false, end_us))
            size = 0;
    }
    close(fd);
    return size;
}

static bool is_answer_to(const uint8_t *answer, size_t size, Bytes query)
{
    return size >= NS_HFIXEDSZ && memcmp(answer, query.data, 2) == 0 && (answer[2] & 0x80);
}

static size_t talk_udp(DnsSession *session, const Server *server, Bytes query, int64_t end_us)
{
    size_t size = 0;
    int fd = open_socket(server, SOCK_DGRAM);
    if (fd < 0)
        return 0;
    if (send(fd, query.data, query.size, MSG_NOSIGNAL) == (ssize_t)query.size)
        while (!size && wait_until(fd, POLLIN, end_us)) {
            ssize_t heard = recv(fd, session->answer, sizeof session->answer, 0);
            if (heard < 0 && errno != EAGAIN && errno != EINTR)
                break; /* nobody listens there */
            if (heard > 0 && is_answer_to(session->answer, (size_t)heard, query))
                size = (size_t)heard;
        }
    close(fd);
    return size;
}

static size_t talk(DnsSession *session, const Server *server, Bytes query)
{
    int64_t end_us = MIN(session->end_us, clock_monotonic_us() + (int64_t)TRY_MS * 1000);
    size_t size = talk_udp(session, server, query, end_us);
    if (size && session->answer[2] & 0x02) { /* cut: the whole of it by TCP */
        size = talk_tcp(session, server, query, end_us);
        if (!is_answer_to(session->answer, size, query))
            size = 0;
    }
    return size;
}

/* --- questions ------------------------------------------------------------------------------------------------------ */

static bool is_deaf(const DnsSession *session)
{
    return clock_monotonic_us() >= session->end_us || session->silent >= (session->heard ? SILENT_MAX : 1);
}

static DnsAnswer ask_servers(DnsSession *session, const char *name, DnsType type, Bytes query)
{
    DnsAnswer answer = {DNS_UNASKED, NULL, 0};
    bool heard = false;
    for (size_t at = 0; at < TRIES * session->server_count && answer.outcome == DNS_UNASKED; at++) {
        if (heard && at >= session->server_count)
            break; /* who refused would refuse again */
        size_t size = talk(session, &session->servers[at % session->server_count], query);
        heard = heard || size;
        if (size)
            answer = dns_answer_parse(session->arena, (Bytes){session->answer, size}, name, type);
    }
    session->silent = heard ? 0 : session->silent + 1;
    session->heard = session->heard || heard;
    return answer;
}

static DnsAnswer ask_anew(DnsSession *session, const char *name, DnsType type)
{
    uint8_t query[QUERY_MAX];
    if (strlen(name) > DNS_NAME_MAX || !*name)
        return (DnsAnswer){DNS_NO_NAME, NULL, 0}; /* no such name can be */
    if (!session->server_count || is_deaf(session))
        return (DnsAnswer){DNS_UNASKED, NULL, 0};
    int size = res_nmkquery(&session->state, ns_o_query, name, ns_c_in, (int)type, NULL, 0, NULL, query, sizeof query);
    if (size < NS_HFIXEDSZ)
        return (DnsAnswer){DNS_NO_NAME, NULL, 0};
    return ask_servers(session, name, type, (Bytes){query, (size_t)size});
}

DnsAnswer dns_ask(DnsSession *session, const char *name, DnsType type)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *key = g_strdup_printf("%d %s", (int)type, lower);
    DnsAnswer *known = g_hash_table_lookup(session->known, key);
    if (!known) {
        known = ARENA_NEW(session->arena, DnsAnswer);
        *known = ask_anew(session, name, type);
        g_hash_table_insert(session->known, g_steal_pointer(&key), known);
    }
    return *known;
}

static DnsAnswer source_ask(void *arg, const char *name, DnsType type)
{
    return dns_ask(arg, name, type);
}

DnsSource dns_source(DnsSession *session)
{
    return (DnsSource){source_ask, session};
}
