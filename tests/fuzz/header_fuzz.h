/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the targets of mail headers share: one field made of any bytes, and the rules of a written one, by a naive scan
 * that knows nothing of the writer. Not for anything but tests/fuzz.
 */
#ifndef FILO_TESTS_FUZZ_HEADER_FUZZ_H
#define FILO_TESTS_FUZZ_HEADER_FUZZ_H

#include "base/check.h"
#include "base/text.h"
#include "parse/message_int.h"

#include <string.h>

const char *__asan_default_options(void);

/* GMime forgets what message_init replaces: leaks are no finding here. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static inline Bytes bytes_in(const GString *string)
{
    return (Bytes){(const uint8_t *)string->str, string->len};
}

/* The bytes as what follows a field's name: a line that would begin another field is folded into this one. */
static inline void append_field_bytes(GString *out, Bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        g_string_append_c(out, (char)value.data[i]);
        if (value.data[i] == '\n' || value.data[i] == '\r')
            g_string_append_c(out, ' ');
    }
    g_string_append(out, "\r\n");
}

/* A message of this field, with a body; in the arena. */
static inline const ParsedMail *message_of_fields(Arena *arena, Bytes field)
{
    g_autoptr(GString) raw = g_string_new("X-Before: x\r\n");
    ParsedMail *mail = ARENA_NEW(arena, ParsedMail);
    g_string_append_len(raw, (const char *)field.data, (gssize)field.size);
    g_string_append(raw, "X-Mailer: after\r\n\r\nbody\r\n");
    message_parse(arena, bytes_in(raw), false, mail);
    return mail;
}

/* One line of UTF-8 without controls. */
static inline void check_line(const char *line)
{
    check(g_utf8_validate(line, -1, NULL));
    for (const char *at = line; *at; at = g_utf8_next_char(at))
        check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

/* header.h, invariants 1 and 2: one field of that name, printable ASCII, every line but the first begins with a blank. */
static inline void check_one_field(const GString *field, const char *name)
{
    size_t width = 0, length = strlen(name);
    check(field->len > length + 2 && !memcmp(field->str, name, length) && field->str[length] == ':');
    check(!memcmp(field->str + field->len - 2, "\r\n", 2));
    for (size_t i = 0; i < field->len; i++) {
        char c = field->str[i];
        bool ends = c == '\r' && field->str[i + 1] == '\n';
        check(ends || (c >= ' ' && c < 0x7f));
        check(++width <= 998 || ends);
        if (!ends)
            continue;
        check(i + 2 == field->len || field->str[i + 2] == ' ');
        width = 0;
        i++;
    }
}

/* What a reader gets back of a written value: one clean line; a U+FEFF before it is a byte order mark to a reader. */
static inline const char *value_read_back(Arena *arena, const char *value)
{
    const char *line = text_clean_line(arena, bytes_of(value));
    return g_str_has_prefix(line, "\xef\xbb\xbf") ? text_clean_line(arena, bytes_of(line + 3)) : line;
}

#endif
