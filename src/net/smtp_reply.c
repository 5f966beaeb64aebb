/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/smtp_reply.h"

#include <string.h>

void smtp_reply_init(SmtpReply *reply)
{
    *reply = (SmtpReply){.text = g_string_new(NULL)};
}

void smtp_reply_clear(SmtpReply *reply)
{
    g_string_free(reply->text, TRUE);
    *reply = (SmtpReply){0};
}

/* Without its end. */
static size_t line_length(const char *line, size_t size)
{
    size_t length = MIN(size, (size_t)SMTP_REPLY_LINE_MAX);
    if (length && line[length - 1] == '\n')
        length--;
    return length && line[length - 1] == '\r' ? length - 1 : length;
}

static bool is_reply(const char *line, size_t size)
{
    if (size < 4 || !g_ascii_isdigit(line[0]) || !g_ascii_isdigit(line[1]) || !g_ascii_isdigit(line[2]))
        return false;
    return line[3] == ' ' || line[3] == '-' || (size == 5 && line[3] == '\r' && line[4] == '\n');
}

static void append_words(GString *text, const char *words, size_t size)
{
    for (size_t i = 0; i < size && text->len < SMTP_REPLY_TEXT_MAX; i++)
        if (words[i])
            g_string_append_c(text, words[i]);
}

SmtpReplyLine smtp_reply_line(SmtpReply *reply, const char *line, size_t size)
{
    size_t length = line_length(line, size);
    if (!is_reply(line, size))
        return SMTP_REPLY_NONE;
    if (!reply->open)
        g_string_truncate(reply->text, 0);
    else if (reply->text->len && length > 4)
        append_words(reply->text, " ", 1);
    reply->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (length > 4)
        append_words(reply->text, line + 4, length - 4);
    reply->open = length > 3 && line[3] == '-';
    return reply->open ? SMTP_REPLY_MORE : SMTP_REPLY_WHOLE;
}

char *smtp_reply_enhanced(Arena *arena, const char *text)
{
    size_t length = strspn(text, "0123456789.");
    g_autofree char *status = g_strndup(text, MIN(length, (size_t)16));
    g_auto(GStrv) parts = g_strsplit(status, ".", -1);
    bool right = g_strv_length(parts) == 3 && strchr("245", parts[0][0]) && parts[0][0] && !parts[0][1];
    if (!right || !*parts[1] || strlen(parts[1]) > 3 || !*parts[2] || strlen(parts[2]) > 3)
        return NULL;
    return arena_strdup(arena, status);
}
