/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: reads a delivery report. How: the machine-readable part when there is one; else the text above the returned
 * original, paragraph by paragraph: an address that begins one, and the code in it. Why so loosely: what is found here
 * must still be a recipient of the message it names, so a wrong guess finds nothing.
 */
#include "channel/mail/bounce.h"

#include "base/text.h"
#include "channel/mail/thread.h"

#include <string.h>

enum { REASON_CHARACTERS = 300, TEXT_READ_MAX = 64 * 1024 };

typedef struct Reading {
    Arena *arena;
    const ParsedMail *mail;
    ReportedDelivery *items;
    size_t count;
} Reading;

static void add(Reading *reading, ReportedDelivery delivery)
{
    if (!strchr(delivery.address, '@') || reading->count == BOUNCE_RECIPIENTS_MAX)
        return;
    for (size_t i = 0; i < reading->count; i++)
        if (g_ascii_strcasecmp(reading->items[i].address, delivery.address) == 0)
            return;
    reading->items[reading->count++] = delivery;
}

/* --- the machine-readable form ----------------------------------------------------------------------------------- */

/* An action is believed; without one the status' class tells. */
static bool state_of_report(const ParsedReport *report, DeliveryState *state_out)
{
    static const struct {
        const char *action;
        DeliveryState state;
    } actions[] = {{"failed", DELIVERY_FAILED}, {"delayed", DELIVERY_DELAYED}, {"delivered", DELIVERY_DELIVERED}};
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_equal(report->action, actions[i].action)) {
            *state_out = actions[i].state;
            return true;
        }
    if (*report->action || !strchr("245", *report->status) || !*report->status)
        return false;
    *state_out = *report->status == '5'   ? DELIVERY_FAILED
                 : *report->status == '4' ? DELIVERY_DELAYED
                                          : DELIVERY_DELIVERED;
    return true;
}

static void read_reports(Reading *reading)
{
    for (size_t i = 0; i < reading->mail->report_count; i++) {
        const ParsedReport *report = &reading->mail->reports[i];
        DeliveryState state;
        if (state_of_report(report, &state))
            add(reading, (ReportedDelivery){report->recipient, state, report->status,
                                            text_clip(reading->arena, report->reason, REASON_CHARACTERS)});
    }
}

/* --- what a code says -------------------------------------------------------------------------------------------- */

static bool is_edge(char c)
{
    return !g_ascii_isalnum(c) && c != '.';
}

/* Digits of a group of an enhanced code: how many, at most three. */
static size_t group_length(const char *text)
{
    size_t length = strspn(text, "0123456789");
    return length <= 3 ? length : 0;
}

/* The first "5.1.1" of the text, in the arena; "" when there is none. */
static const char *find_status(Arena *arena, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (!strchr("245", *at) || at[1] != '.' || (at > text && !is_edge(at[-1])))
            continue;
        size_t second = group_length(at + 2),
               third = second && at[2 + second] == '.' ? group_length(at + 3 + second) : 0;
        size_t length = 3 + second + third;
        if (third && (!at[length] || is_edge(at[length])))
            return arena_strndup(arena, at, length);
    }
    return "";
}

/* The class of the first SMTP code ("550 …"), as a digit; 0 when there is none. */
static char find_code_class(const char *text)
{
    for (const char *at = text; *at; at++) {
        bool begins = strchr("45", *at) && g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]) && *at != '\0';
        if (begins && (at == text || is_edge(at[-1])) && (at[3] == ' ' || at[3] == '-'))
            return *at;
    }
    return 0;
}

static bool has_any(const char *text, const char *const *words)
{
    g_autofree char *lower = g_utf8_strdown(text, -1);
    for (; *words; words++)
        if (strstr(lower, *words))
            return true;
    return false;
}

static DeliveryState state_of_words(const Reading *reading, const char *status, const char *reason)
{
    static const char *const waiting[] = {"delayed", "still trying", "will be retried", "will keep trying", "warning:",
                                          "in ritardo", "ritardat", "ulteriori tentativi", NULL};
    char digit = *status ? *status : find_code_class(reason);
    if (has_any(reading->mail->subject, waiting))
        return DELIVERY_DELAYED;
    if (digit)
        return digit == '4' ? DELIVERY_DELAYED : digit == '2' ? DELIVERY_DELIVERED : DELIVERY_FAILED;
    return has_any(reason, waiting) ? DELIVERY_DELAYED : DELIVERY_FAILED;
}

static void add_words(Reading *reading, const char *address, const char *reason)
{
    const char *status = find_status(reading->arena, reason);
    const char *line = text_clean_line(reading->arena, bytes_of(reason));
    add(reading, (ReportedDelivery){address, state_of_words(reading, status, line), status,
                                    text_clip(reading->arena, line, REASON_CHARACTERS)});
}

/* --- the older forms --------------------------------------------------------------------------------------------- */

/* Where the returned original begins, if the text goes on with it; else the text's end. */
static size_t own_words(const char *text)
{
    static const char *const marks[] = {"--- Below this line is a copy of the message", "------ This is a copy of",
                                        "----- Original message", "----- Unsent message", "---- Messaggio originale",
                                        "Return-Path:", "Received: "};
    size_t end = MIN(strlen(text), (size_t)TEXT_READ_MAX);
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *at = g_strstr_len(text, (gssize)end, marks[i]);
        if (at)
            end = (size_t)(at - text);
    }
    return end;
}

static bool is_address(const char *word)
{
    const char *at = strchr(word, '@');
    return at && at > word && strchr(at, '.') && !strpbrk(word, "<>()[],;:\"' \t");
}

/* The address a line begins with, in < > or bare; *rest_out is what follows it. NULL when it begins with none. */
static const char *leading_address(Arena *arena, const char *line, const char **rest_out)
{
    line += strspn(line, " \t*-");
    bool angled = *line == '<';
    const char *begin = line + angled;
    size_t length = strcspn(begin, angled ? ">" : " \t:,;");
    char *word = arena_strndup(arena, begin, length);
    if ((angled && begin[length] != '>') || !is_address(word))
        return NULL;
    *rest_out = begin + length + (angled ? 1 : 0);
    return word;
}

/* An address that begins a line, with what is said of it until an empty line or the next address. */
static void read_paragraphs(Reading *reading)
{
    const char *text = reading->mail->text;
    g_autofree char *words = g_strndup(text, own_words(text));
    g_auto(GStrv) lines = g_strsplit(words, "\n", 2000);
    for (size_t i = 0; lines[i]; i++) {
        const char *rest, *other;
        const char *address = leading_address(reading->arena, lines[i], &rest);
        if (!address)
            continue;
        GString *reason = g_string_new(rest + strspn(rest, ": \t"));
        for (; lines[i + 1] && lines[i + 1][strspn(lines[i + 1], " \t\r")] &&
               !leading_address(reading->arena, lines[i + 1], &other);
             i++)
            g_string_append_printf(reason, " %s", g_strstrip(lines[i + 1]));
        add_words(reading, address, reason->str);
        g_string_free(reason, TRUE);
    }
}

/* X-Failed-Recipients: the addresses alone; what is said of them stands in the text. */
static void read_failed_recipients(Reading *reading)
{
    const char *value = parse_mail_field(reading->mail, "x-failed-recipients");
    g_auto(GStrv) words = g_strsplit_set(value ? value : "", ", \t<>", BOUNCE_RECIPIENTS_MAX);
    g_autofree char *said = g_strndup(reading->mail->text, own_words(reading->mail->text));
    for (size_t i = 0; words[i]; i++)
        if (is_address(words[i]))
            add_words(reading, arena_strdup(reading->arena, words[i]), said);
}

/* --- which message ----------------------------------------------------------------------------------------------- */

/* The first id in < > of the text that is one of ours. */
static const char *find_own_id(Arena *arena, const char *text, const char *const *own_addresses, size_t own_count)
{
    const char *end = text + MIN(strlen(text), (size_t)TEXT_READ_MAX);
    for (const char *at = text; (at = memchr(at, '<', (size_t)(end - at))); at++) {
        size_t length = strcspn(at + 1, "<> \t\r\n");
        int64_t ticket, outbox;
        char *id = arena_strndup(arena, at + 1, MIN(length, (size_t)PARSE_LINE_MAX));
        if (at[1 + length] == '>' && mail_message_id_parse(id, own_addresses, own_count, &ticket, &outbox))
            return id;
    }
    return NULL;
}

MailBounce mail_bounce_read(Arena *arena, const ParsedMail *mail, const char *const *own_addresses, size_t own_count)
{
    Reading reading = {
        .arena = arena, .mail = mail, .items = ARENA_ARRAY(arena, ReportedDelivery, BOUNCE_RECIPIENTS_MAX)};
    read_reports(&reading);
    if (!mail->report_count) {
        read_paragraphs(&reading);
        read_failed_recipients(&reading);
    }
    return (MailBounce){.message_id = *mail->report_message_id
                                          ? mail->report_message_id
                                          : find_own_id(arena, mail->text, own_addresses, own_count),
                        .items = reading.items,
                        .count = reading.count};
}
