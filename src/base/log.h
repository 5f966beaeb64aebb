/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log: one JSON object per line on standard error. Answers: "what happened, when, and to which request?"
 *
 * For operators of the machine, not for the people in tickets: ids, codes, counts and durations; never names,
 * addresses, bodies, tokens or paths that may hold one. Not the audit trail (desk/audit) and not metrics.
 * Redaction by construction: there is no format string; every value is a named field, escaped and clipped to 200
 * bytes, and a field whose name says secret (password, token, cookie, authorization, secret, body, …) is never written.
 * Called by: whoever acts on a failure; library code returns it instead (base/error.h).
 *
 * Pointers: all borrowed until the call returns. Any thread may call. Errors: none; a line that cannot be written is lost.
 *
 * Invariants:
 *  1. One call writes one line, whole, with one write(2): {"level":…,"at":…,"event":…, fields}.
 *  2. A line is valid JSON in ASCII, at most 4 KiB, whatever the values are.
 *
 * Example:
 *     LOG(LOG_WARNING, "http.slow", LOG_TEXT("route", "/tickets/:id"), LOG_NUMBER("ms", 812));
 */
#ifndef FILO_BASE_LOG_H
#define FILO_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } LogLevel;

typedef struct LogField {
    const char *name; /* English snake_case, static */
    const char *text; /* NULL: number is the value */
    int64_t number;
} LogField;

/* Makes a field; a NULL text is written as "". */
static inline LogField log_text(const char *name, const char *text)
{
    return (LogField){.name = name, .text = text ? text : ""};
}
#define LOG_TEXT(name, value) log_text((name), (value))
#define LOG_NUMBER(name, value) ((LogField){(name), NULL, (int64_t)(value)})

/* Writes one line. event: static "area.what". At least one field. */
#define LOG(level, event, ...)                                                                                         \
    log_write((level), (event), (const LogField[]){__VA_ARGS__},                                                       \
              sizeof((const LogField[]){__VA_ARGS__}) / sizeof(LogField))

void log_write(LogLevel level, const char *event, const LogField *fields, size_t count);

/* Lines below this level are not written; LOG_INFO until set. */
void log_set_level(LogLevel level);

/* Where lines go; standard error until set. For tests. */
void log_set_descriptor(int descriptor);

#endif
