/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where a reply's new words end, on any text: the invariants of quote.h by a naive look at the two halves; any text
 * quoted below an answer, as mail programs do it, folds at the answer's end. Of a whole mail, plain or
 * HTML, the part shown and the part folded together are the text.
 */
#include "header_fuzz.h"
#include "parse/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_words(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isspace(text[i]))
            return true;
    return false;
}

static bool is_line_start(const char *text, size_t at)
{
    return !at || text[at - 1] == '\n';
}

static void check_split(const char *text, size_t size)
{
    size_t at = quote_split(text, size);
    check(at <= size && (at == size || is_line_start(text, at)));
    check(at == size || has_words(text, at));
    check(at == quote_split(text, size));
    check(at == size || has_words(text + at, size - at));
    check(at == size || !quote_is_forward(text, size));
}

/* The text without a line that says or begins a quotation, so that only the one put below it counts. */
static bool is_plain_answer(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != ' ' && text[i] != '\n')
            return false;
    return size > 0;
}

/* An answer with a quotation below it, as most programs send it: what is folded is the quotation, to the byte. */
static void check_answer(const char *text, size_t size)
{
    static const char head[] = "Il giorno 3 mar 2026 alle ore 10:12 Anna <a@x.it> ha scritto:\n";
    size_t half = size / 2;
    g_autoptr(GString) reply = g_string_new("Va bene cosi\n");
    if (!is_plain_answer(text, half))
        return;
    g_string_append_len(reply, text, (gssize)half);
    g_string_append(reply, "\n\n");
    size_t begins = reply->len;
    g_string_append(reply, head);
    for (const char *at = text + half, *end = text + size; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        g_string_append(reply, "> ");
        g_string_append_len(reply, at, (gssize)(next - at));
        at = next;
    }
    g_autofree char *lower = g_ascii_strdown(reply->str, -1);
    bool passed_on = strstr(lower, "forwarded message") || strstr(lower, "inoltrato");
    check(quote_split(reply->str, reply->len) == begins || passed_on);
}

static void check_mail(Arena *arena, const char *type, Bytes body)
{
    g_autoptr(GString) raw = g_string_new(NULL);
    g_string_printf(raw, "From: a@x.it\r\nSubject: Re: x\r\nContent-Type: %s; charset=utf-8\r\n\r\n", type);
    g_string_append_len(raw, (const char *)body.data, (gssize)body.size);
    ParsedMail mail;
    message_parse(arena, bytes_in(raw), false, &mail);
    check(strlen(mail.text) == mail.text_size && g_utf8_validate(mail.text, -1, NULL));
    if (mail.quote_at == PARSE_NO_QUOTE)
        return;
    check(mail.quote_at < mail.text_size && is_line_start(mail.text, mail.quote_at));
    check(has_words(mail.text, mail.quote_at) && has_words(mail.text + mail.quote_at, mail.text_size - mail.quote_at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *text = arena_strndup(arena, size ? (const char *)data : "", size);
    check_split(text, strlen(text));
    check_answer(text, strlen(text));
    check_mail(arena, "text/plain", (Bytes){data, size});
    check_mail(arena, "text/html", (Bytes){data, size});
    return 0;
}
