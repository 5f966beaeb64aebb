/* SPDX-License-Identifier: EUPL-1.2 */
/* Delivery reports (RFC 3464): short header-like groups, one for the message and one for each recipient. */
#include "parse/message_int.h"

#include <string.h>

enum { REPORT_MAX = 64 * 1024, REASON_MAX = 500 };

/* The body's lines with folding undone. Yours. */
static GStrv report_lines(Bytes body)
{
    g_autofree char *text = g_strndup(body.size ? (const char *)body.data : "", MIN(body.size, (size_t)REPORT_MAX));
    GString *joined = g_string_new(NULL);
    for (const char *at = text; *at; at++) {
        if (*at == '\n' && (at[1] == ' ' || at[1] == '\t'))
            continue;
        if (*at != '\r')
            g_string_append_c(joined, *at);
    }
    GStrv lines = g_strsplit(joined->str, "\n", 2000);
    g_string_free(joined, TRUE);
    return lines;
}

/* What follows "name:" on the line, or NULL. */
static const char *line_value(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (g_ascii_strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

/* "rfc822; user@example.org" without its type and without < >. */
static const char *recipient_keep(Arena *arena, const char *value)
{
    const char *semicolon = strchr(value, ';');
    g_autofree char *address = g_strstrip(g_strdup(semicolon ? semicolon + 1 : value));
    size_t length = strlen(address);
    if (length >= 2 && address[0] == '<' && address[length - 1] == '>') {
        address[length - 1] = '\0';
        return line_keep(arena, address + 1, PARSE_LINE_MAX);
    }
    return line_keep(arena, address, PARSE_LINE_MAX);
}

/* "smtp; 550 no such user" without its type; a text that merely has a semicolon stays whole. */
static const char *without_type(const char *value)
{
    size_t type = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    const char *rest = value + type + strspn(value + type, " \t");
    return type > 0 && *rest == ';' ? rest + 1 + strspn(rest + 1, " \t") : value;
}

static void report_read_line(Arena *arena, const char *line, ParsedReport *report)
{
    const char *value;
    if ((value = line_value(line, "Final-Recipient")))
        report->recipient = recipient_keep(arena, value);
    else if ((value = line_value(line, "Original-Recipient")) && !*report->recipient)
        report->recipient = recipient_keep(arena, value);
    else if ((value = line_value(line, "Action"))) {
        g_autofree char *lower = g_ascii_strdown(value, -1);
        report->action = line_keep(arena, lower, 100);
    } else if ((value = line_value(line, "Status"))) {
        g_autofree char *code = g_strndup(value, strcspn(value, " \t("));
        report->status = line_keep(arena, code, 100);
    } else if ((value = line_value(line, "Diagnostic-Code")))
        report->reason = line_keep(arena, without_type(value), REASON_MAX);
}

static void report_append(MessageBuilder *builder, const ParsedReport *report)
{
    bool says_something = *report->recipient || *report->action || *report->status;
    if (says_something && builder->reports->len < PARSE_REPORTS_MAX)
        g_array_append_val(builder->reports, *report);
}

void report_read_status(MessageBuilder *builder, Bytes body)
{
    g_auto(GStrv) lines = report_lines(body);
    const ParsedReport empty = {"", "", "", ""};
    ParsedReport report = empty;
    for (char **line = lines; *line; line++) {
        if (**line) {
            report_read_line(builder->arena, *line, &report);
            continue;
        }
        report_append(builder, &report);
        report = empty;
    }
    report_append(builder, &report);
    builder->mail->is_bounce = builder->mail->is_auto = true;
}

void report_read_original(MessageBuilder *builder, Bytes headers)
{
    g_auto(GStrv) lines = report_lines(headers);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(char *));
    for (char **line = lines; *line && **line; line++) {
        const char *value = line_value(*line, "Message-ID");
        if (!value)
            continue;
        ids_append(builder->arena, ids, value);
        if (ids->len && !*builder->mail->report_message_id)
            builder->mail->report_message_id = g_array_index(ids, const char *, 0);
        return;
    }
}
