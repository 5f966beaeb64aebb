/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include "base/arena.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 4096, VALUE_MAX = 200, TAIL = 4 /* "}\n" and what closes a string */ };

static atomic_int lowest = LOG_INFO;
static atomic_int target = STDERR_FILENO;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

typedef struct Line {
    char text[LINE_SIZE];
    size_t size;
} Line;

void log_set_level(LogLevel level)
{
    atomic_store(&lowest, (int)level);
}

void log_set_descriptor(int descriptor)
{
    atomic_store(&target, descriptor);
}

static void line_add(Line *line, const char *text)
{
    size_t size = strlen(text);
    if (size > LINE_SIZE - TAIL - line->size)
        return; /* a whole piece or nothing, so that what is there stays JSON */
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

/* The escapes of one character; not ASCII becomes \u00XX of its byte: a log is for grepping, not for reading prose. */
static const char *escape(unsigned char byte, char out[8])
{
    if (byte == '"' || byte == '\\')
        snprintf(out, 8, "\\%c", byte);
    else if (byte < 0x20 || byte > 0x7e)
        snprintf(out, 8, "\\u%04x", byte);
    else
        snprintf(out, 8, "%c", byte);
    return out;
}

/* value as a JSON string into a buffer that holds any clipped value. */
static const char *quote(const char *value, char out[VALUE_MAX * 6 + 3])
{
    char one[8];
    size_t used = 0;
    out[used++] = '"';
    for (size_t i = 0; value[i] && i < VALUE_MAX; i++) {
        const char *piece = escape((unsigned char)value[i], one);
        size_t size = strlen(piece);
        memcpy(out + used, piece, size);
        used += size;
    }
    out[used++] = '"';
    out[used] = '\0';
    return out;
}

static bool is_secret(const char *name)
{
    static const char *const secret[] = {"password", "token", "cookie",  "authorization", "secret", "body",
                                         "session",  "email", "address", "subject",       "text",   "key"};
    for (size_t i = 0; i < G_N_ELEMENTS(secret); i++)
        if (strstr(name, secret[i]))
            return true;
    return false;
}

static void line_add_field(Line *line, const LogField *field)
{
    char quoted[VALUE_MAX * 6 + 3], piece[VALUE_MAX * 6 + 80];
    if (is_secret(field->name))
        snprintf(piece, sizeof piece, ",\"%.60s\":\"[redacted]\"", field->name);
    else if (field->text)
        snprintf(piece, sizeof piece, ",\"%.60s\":%s", field->name, quote(field->text, quoted));
    else
        snprintf(piece, sizeof piece, ",\"%.60s\":%lld", field->name, (long long)field->number);
    line_add(line, piece);
}

static void line_write(const Line *line)
{
    pthread_mutex_lock(&writing);
    size_t done = 0;
    while (done < line->size) {
        ssize_t wrote = write(atomic_load(&target), line->text + done, line->size - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break; /* nobody to tell: standard error itself is gone */
        done += (size_t)wrote;
    }
    pthread_mutex_unlock(&writing);
}

void log_write(LogLevel level, const char *event, const LogField *fields, size_t count)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if ((int)level < atomic_load(&lowest))
        return;
    g_autoptr(Arena) arena = arena_new(64 * 1024);
    Line line = {.size = 0};
    line_add(&line, arena_printf(arena, "{\"level\":\"%s\",\"at\":\"%s\",\"event\":\"%.80s\"", names[level],
                                 time_to_iso(arena, clock_now(clock_system())), event));
    for (size_t i = 0; i < count; i++)
        line_add_field(&line, &fields[i]);
    memcpy(line.text + line.size, "}\n", 2);
    line.size += 2;
    line_write(&line);
}
