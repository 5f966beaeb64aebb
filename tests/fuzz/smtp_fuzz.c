/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a mail server's replies, line by line as libcurl hands them over: the same replies that a plain reading of
 * RFC 5321 4.2.1 finds in the whole text, words bounded and without NUL, no byte read behind a line's end, and a status
 * of RFC 3463 only where three numbers stand.
 */
#include "base/check.h"
#include "net/smtp_reply.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Heard {
    int replies, code;
    bool open;
} Heard;

static bool is_status(const char *text)
{
    static const char *const numbers[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    int dots = 0, digits = 0;
    check(strchr("245", *text) && text[1] == '.');
    for (const char *at = text; *at; at++) {
        char one[2] = {*at, '\0'};
        bool digit = false;
        for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
            digit = digit || !strcmp(one, numbers[i]);
        digits = digit ? digits + 1 : 0;
        dots += *at == '.';
        if (digits > 3 || !(digit || *at == '.') || (*at == '.' && (!at[1] || at[1] == '.')))
            return false;
    }
    return dots == 2;
}

/* What our reader hears; each line is a copy of its own size, so that a sanitizer sees the first byte read past it. */
static Heard hear(Arena *arena, const uint8_t *data, size_t size)
{
    Heard heard = {0};
    SmtpReply reply;
    smtp_reply_init(&reply);
    for (size_t at = 0; at < size;) {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t length = newline ? (size_t)(newline - (data + at)) + 1 : size - at;
        g_autofree char *line = g_memdup2(data + at, length);
        heard.replies += smtp_reply_line(&reply, line, length) == SMTP_REPLY_WHOLE;
        check(reply.text->len <= SMTP_REPLY_TEXT_MAX && strlen(reply.text->str) == reply.text->len);
        check(reply.code >= 0 && reply.code <= 999);
        const char *status = smtp_reply_enhanced(arena, reply.text->str);
        check(!status || (is_status(status) && g_str_has_prefix(reply.text->str, status)));
        at += length;
    }
    heard.code = reply.code;
    heard.open = reply.open;
    smtp_reply_clear(&reply);
    return heard;
}

/* The same by a machine that looks at one byte after the other and knows no lines. */
static Heard hear_by_bytes(const uint8_t *data, size_t size)
{
    Heard heard = {0};
    int column = 0, code = 0;
    for (size_t i = 0; i < size; i++) {
        char c = (char)data[i];
        if (column >= 0 && column < 3) {
            code = g_ascii_isdigit(c) ? code * 10 + (c - '0') : code;
            column = g_ascii_isdigit(c) ? column + 1 : -1;
        } else if (column == 3) {
            bool bare = c == '\r' && i + 1 < size && data[i + 1] == '\n';
            if (c == ' ' || c == '-' || bare) {
                heard.code = code;
                heard.open = c == '-';
                heard.replies += c != '-';
            }
            column = -1;
        }
        if (c == '\n')
            column = code = 0;
    }
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Heard heard = hear(arena, data, size), naive = hear_by_bytes(data, size);
    check(heard.replies == naive.replies && heard.code == naive.code && heard.open == naive.open);
    return 0;
}
