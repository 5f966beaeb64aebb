/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one question on one connection: "zINSTREAM\0", the file in pieces that begin with their length (4 bytes, big end
 * first), a piece of length 0, and an answer that ends in a NUL. How: a socket that never blocks, and a poll with a limit
 * for each step. Why the answer is looked for while the file still leaves: a scanner that finds it too large says so at
 * once and closes, and what it said would be lost behind the broken pipe.
 */
#include "net/clamd.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define TCP_PREFIX "tcp:"
#define ANSWER_PREFIX "stream: "
#define FOUND_SUFFIX " FOUND"
#define ERROR_SUFFIX " ERROR"
#define TOO_LARGE "size limit exceeded" /* clamd/session.c, scan_callback */

enum { PIECE_MAX = 64 << 10, LENGTH_SIZE = 4, STOP_LOOK_MS = 500 };

const ClamdLimits clamd_limits = {.connect = 5000, .stall = 10000, .think = 60000};

/* --- where ---------------------------------------------------------------------------------------------------------- */

static bool read_path(const char *path, ClamdAddress *address_out)
{
    if (*path != '/' || strlen(path) >= sizeof address_out->path.sun_path)
        return false;
    address_out->path.sun_family = AF_UNIX;
    g_strlcpy(address_out->path.sun_path, path, sizeof address_out->path.sun_path);
    return true;
}

static bool is_host(const char *host, size_t size, bool is_v6)
{
    if (size == 0 || size > CLAMD_HOST_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!(is_v6 ? g_ascii_isxdigit(host[i]) || strchr(":.", host[i])
                    : g_ascii_isalnum(host[i]) || strchr("-._", host[i])))
            return false;
    return true;
}

static bool read_host(const char *text, ClamdAddress *address_out)
{
    const char *colon = strrchr(text, ':');
    guint64 port;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return false;
    size_t size = (size_t)(colon - text);
    bool is_v6 = size > 2 && text[0] == '[' && colon[-1] == ']';
    const char *host = is_v6 ? text + 1 : text;
    size -= is_v6 ? 2 : 0;
    if (!is_host(host, size, is_v6))
        return false;
    memcpy(address_out->host, host, size);
    g_strlcpy(address_out->port, colon + 1, sizeof address_out->port);
    return strlen(colon + 1) < sizeof address_out->port;
}

bool clamd_address_read(const char *text, ClamdAddress *address_out)
{
    *address_out = (ClamdAddress){0};
    if (g_str_has_prefix(text, UNIX_PREFIX))
        return read_path(text + strlen(UNIX_PREFIX), address_out);
    return g_str_has_prefix(text, TCP_PREFIX) && read_host(text + strlen(TCP_PREFIX), address_out);
}

/* --- what it says --------------------------------------------------------------------------------------------------- */

static void say(ClamdAnswer *answer, ClamdOutcome outcome, const char *said, size_t size)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 10);
    const char *clean = text_clean_line(arena, (Bytes){(const uint8_t *)said, size});
    const char *end = NULL;
    answer->outcome = outcome;
    g_strlcpy(answer->said, outcome == CLAMD_FOUND && !*clean ? "unnamed" : clean, sizeof answer->said);
    if (!g_utf8_validate(answer->said, -1, &end)) /* cut inside a letter */
        answer->said[end - answer->said] = '\0';
}

static void say_text(ClamdAnswer *answer, ClamdOutcome outcome, const char *said)
{
    say(answer, outcome, said, strlen(said));
}

static bool ends_in(const char *text, size_t size, const char *suffix)
{
    size_t length = strlen(suffix);
    return size > length && !memcmp(text + size - length, suffix, length);
}

void clamd_answer_parse(Bytes heard, ClamdAnswer *answer_out)
{
    const char *text = (const char *)heard.data;
    size_t size = heard.size ? heard.size - 1 : 0, head = strlen(ANSWER_PREFIX);
    if (heard.size == 0) {
        say_text(answer_out, CLAMD_SILENT, "it said nothing");
        return;
    }
    bool is_whole = size < CLAMD_ANSWER_MAX && memchr(text, '\0', heard.size) == text + size;
    bool is_named = size > head && !memcmp(text, ANSWER_PREFIX, head);
    if (is_whole && ends_in(text, size, ERROR_SUFFIX))
        say(answer_out, strstr(text, TOO_LARGE) ? CLAMD_UNABLE : CLAMD_TROUBLE, text, size - strlen(ERROR_SUFFIX));
    else if (is_whole && is_named && ends_in(text + head, size - head, FOUND_SUFFIX))
        say(answer_out, CLAMD_FOUND, text + head, size - head - strlen(FOUND_SUFFIX));
    else if (is_whole && is_named && size - head == 2 && !memcmp(text + head, "OK", 2))
        say_text(answer_out, CLAMD_CLEAN, "");
    else
        say_text(answer_out, CLAMD_SILENT, "its answer is none");
}

/* --- one conversation ----------------------------------------------------------------------------------------------- */

typedef struct Talk {
    const ClamdLimits *limits;
    const atomic_bool *stop;
    ClamdAnswer *answer;
    int fd;
    uint8_t heard[CLAMD_ANSWER_MAX + 1];
    size_t heard_size;
    bool ended; /* it closed, or said more than an answer is */
} Talk;

/* What of `events` has come; 0: the time is up, or we are to stop. */
static short wait_for(const Talk *talk, short events, int64_t end_us)
{
    for (;;) {
        int64_t left_us = end_us - clock_monotonic_us();
        struct pollfd one = {talk->fd, events, 0};
        if (left_us <= 0 || (talk->stop && atomic_load(talk->stop)))
            return 0;
        int ready = poll(&one, 1, (int)MIN(left_us / 1000 + 1, STOP_LOOK_MS));
        if (ready > 0)
            return one.revents;
        if (ready < 0 && errno != EINTR)
            return 0;
    }
}

static int64_t end_in(int ms)
{
    return clock_monotonic_us() + (int64_t)ms * 1000;
}

static bool fail(Talk *talk, const char *said)
{
    say_text(talk->answer, CLAMD_SILENT, said);
    return false;
}

static bool connect_to(Talk *talk, const struct sockaddr *address, socklen_t size)
{
    int refused = 0;
    socklen_t length = sizeof refused;
    talk->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (talk->fd < 0)
        return fail(talk, g_strerror(errno));
    if (connect(talk->fd, address, size) == 0)
        return true;
    if (errno != EINPROGRESS) /* a Unix socket whose queue is full says EAGAIN */
        return fail(talk, g_strerror(errno));
    if (!wait_for(talk, POLLOUT, end_in(talk->limits->connect)))
        return fail(talk, "no connection in time");
    if (getsockopt(talk->fd, SOL_SOCKET, SO_ERROR, &refused, &length) == 0 && refused == 0)
        return true;
    return fail(talk, g_strerror(refused));
}

static void hang_up(Talk *talk)
{
    if (talk->fd >= 0)
        close(talk->fd);
    talk->fd = -1;
}

static bool connect_by_name(Talk *talk, const ClamdAddress *address)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found = NULL;
    int problem = getaddrinfo(address->host, address->port, &want, &found);
    if (problem != 0)
        return fail(talk, gai_strerror(problem));
    bool connected = false;
    for (const struct addrinfo *at = found; at && !connected; at = at->ai_next) {
        hang_up(talk);
        connected = connect_to(talk, at->ai_addr, at->ai_addrlen);
    }
    freeaddrinfo(found);
    return connected;
}

static bool open_talk(Talk *talk, const ClamdAddress *address)
{
    talk->answer->reached = address->path.sun_family == AF_UNIX
                                ? connect_to(talk, (const struct sockaddr *)&address->path, sizeof address->path)
                                : connect_by_name(talk, address);
    if (talk->answer->reached)
        *talk->answer->said = '\0'; /* of the addresses before it */
    return talk->answer->reached;
}

/* Takes what lies there. */
static void hear(Talk *talk)
{
    ssize_t heard = recv(talk->fd, talk->heard + talk->heard_size, sizeof talk->heard - talk->heard_size, 0);
    if (heard > 0)
        talk->heard_size += (size_t)heard;
    bool is_nothing = heard < 0 && (errno == EAGAIN || errno == EINTR);
    talk->ended = talk->ended || (heard <= 0 && !is_nothing) || talk->heard_size == sizeof talk->heard;
}

/* false: the time is up, or it spoke or closed before all had left. */
static bool tell(Talk *talk, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t sent = send(talk->fd, at, size, MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
            continue;
        }
        bool is_full = sent < 0 && (errno == EAGAIN || errno == EINTR);
        short came = is_full ? wait_for(talk, POLLIN | POLLOUT, end_in(talk->limits->stall)) : POLLIN;
        if (!came)
            return fail(talk, "it stopped taking the file");
        if (came & ~POLLOUT) {
            hear(talk);
            return false;
        }
    }
    return true;
}

/* Before it may have judged anything. */
static bool has_spoken(Talk *talk)
{
    struct pollfd one = {talk->fd, POLLIN, 0};
    if (poll(&one, 1, 0) <= 0)
        return false;
    hear(talk);
    return talk->heard_size > 0 || talk->ended;
}

static bool tell_file(Talk *talk, Bytes content)
{
    static const uint8_t end[LENGTH_SIZE] = {0};
    for (size_t at = 0; at < content.size;) {
        if (has_spoken(talk))
            return false;
        uint32_t size = (uint32_t)MIN(content.size - at, (size_t)PIECE_MAX);
        uint8_t length[LENGTH_SIZE] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                                       (uint8_t)size};
        if (!tell(talk, length, sizeof length) || !tell(talk, content.data + at, size))
            return false;
        at += size;
    }
    return !has_spoken(talk) && tell(talk, end, sizeof end);
}

/* All it says, until the NUL that ends an answer, or until it closes. */
static bool hear_all(Talk *talk)
{
    int64_t end_us = end_in(talk->limits->think);
    while (!talk->ended && !(talk->heard_size && talk->heard[talk->heard_size - 1] == '\0')) {
        if (!wait_for(talk, POLLIN, end_us))
            return fail(talk, "no answer in time");
        hear(talk);
    }
    return true;
}

static void judge(Talk *talk, bool told)
{
    clamd_answer_parse((Bytes){talk->heard, talk->heard_size}, talk->answer);
    if (!told && talk->answer->outcome == CLAMD_CLEAN)
        (void)fail(talk, "it answered before it had the whole file");
    else if (!told && talk->heard_size == 0)
        (void)fail(talk, "it hung up before it had the whole file");
}

void clamd_scan(const ClamdAddress *address, const ClamdLimits *limits, Bytes content, const atomic_bool *stop,
                ClamdAnswer *answer_out)
{
    static const char command[] = "zINSTREAM";
    Talk talk = {.limits = limits, .stop = stop, .answer = answer_out, .fd = -1};
    *answer_out = (ClamdAnswer){.outcome = CLAMD_SILENT};
    if (open_talk(&talk, address)) {
        bool told = tell(&talk, command, sizeof command) && tell_file(&talk, content);
        bool stalled = !told && *answer_out->said;
        if (!stalled && hear_all(&talk))
            judge(&talk, told);
    }
    hang_up(&talk);
}

void clamd_ping(const ClamdAddress *address, const ClamdLimits *limits, const atomic_bool *stop,
                ClamdAnswer *answer_out)
{
    static const char command[] = "zPING", pong[] = "PONG";
    Talk talk = {.limits = limits, .stop = stop, .answer = answer_out, .fd = -1};
    *answer_out = (ClamdAnswer){.outcome = CLAMD_SILENT};
    if (open_talk(&talk, address) && tell(&talk, command, sizeof command) && hear_all(&talk)) {
        bool answers = talk.heard_size == sizeof pong && !memcmp(talk.heard, pong, sizeof pong);
        say_text(answer_out, answers ? CLAMD_CLEAN : CLAMD_SILENT, answers ? "" : "its answer to a ping is none");
    }
    hang_up(&talk);
}
