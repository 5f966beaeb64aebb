/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/body_int.h"

#include "base/text.h"
#include "parse/charset_int.h"
#include "parse/decode_int.h"
#include "parse/forward_int.h"
#include "parse/html_int.h"
#include "parse/quote.h"

#include <string.h>

void body_init(Body *body)
{
    *body = (Body){.text = g_string_new(NULL), .html = g_string_new(NULL), .quote = {.at = SIZE_MAX}};
}

typedef struct Sink {
    GByteArray *out;
    size_t max;
    bool cut;
} Sink;

static bool sink_take(Bytes piece, void *user)
{
    Sink *sink = user;
    size_t room = sink->max - sink->out->len;
    if (piece.size > room)
        sink->cut = true;
    if (piece.size)
        g_byte_array_append(sink->out, piece.data, (guint)MIN(piece.size, room));
    return !sink->cut;
}

GByteArray *body_decode(ParseEncoding encoding, Bytes coded, size_t max, bool *cut_out)
{
    Sink sink = {.out = g_byte_array_new(), .max = max};
    decode_pump(encoding, coded, sink_take, &sink);
    *cut_out = *cut_out || sink.cut;
    return sink.out;
}

static Bytes string_bytes(const char *text, size_t size)
{
    return (Bytes){(const uint8_t *)text, size};
}

static char *decoded_to_utf8(MessageBuilder *builder, const char *charset, Bytes decoded)
{
    g_autoptr(GString) text = g_string_sized_new(decoded.size + 1);
    bool guessed = false;
    if (decoded.size && memchr(decoded.data, '\0', decoded.size) &&
        (!charset || g_ascii_strncasecmp(charset, "utf-16", 6) != 0))
        builder->mail->defects |= PARSE_DEFECT_NUL;
    charset_append(text, charset, decoded, &guessed);
    if (guessed)
        builder->mail->defects |= PARSE_DEFECT_CHARSET;
    return text_clean(builder->arena, string_bytes(text->str, text->len));
}

static void text_separate(GString *text)
{
    if (text->len && text->str[text->len - 1] != '\n')
        g_string_append_c(text, '\n');
    if (text->len)
        g_string_append_c(text, '\n');
}

/* How many '>' the line starts with, and what follows them and one stuffed space. */
static size_t flowed_depth(const char *line, const char **rest_out)
{
    size_t depth = strspn(line, ">");
    *rest_out = line + depth + (line[depth] == ' ');
    return depth;
}

/* format=flowed (RFC 3676): a line that ends in a space goes on in the next one of the same depth. */
static void flowed_append(GString *out, const char *text, bool delsp)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t open_depth = SIZE_MAX; /* of the line that wants to go on */
    for (char **line = lines; *line; line++) {
        const char *rest;
        size_t depth = flowed_depth(*line, &rest), size = strlen(rest);
        bool is_signature = !strcmp(rest, "-- ");
        bool flows = size && rest[size - 1] == ' ' && !is_signature;
        if (open_depth != depth || is_signature) {
            if (line != lines)
                g_string_append_c(out, '\n');
            for (size_t i = 0; i < depth; i++)
                g_string_append_c(out, '>');
            if (depth)
                g_string_append_c(out, ' ');
        }
        g_string_append_len(out, rest, (gssize)(flows && delsp ? size - 1 : size));
        open_depth = flows ? depth : SIZE_MAX;
    }
}

void body_add_plain(MessageBuilder *builder, Body *body, BodyChoice *choice, const char *charset, Bytes decoded,
                    bool flowed, bool delsp)
{
    const char *text = decoded_to_utf8(builder, charset, decoded);
    if (choice)
        choice->has_plain = choice->has_plain || !text_is_blank(text);
    if (text_is_blank(text))
        return;
    text_separate(body->text);
    if (flowed)
        flowed_append(body->text, text, delsp);
    else
        g_string_append(body->text, text);
}

/* The charset an HTML page claims in a meta element near its top; NULL when none. Yours. */
static char *html_claimed_charset(Bytes html)
{
    g_autofree char *top = g_strndup((const char *)html.data, MIN(html.size, (size_t)2048));
    g_autofree char *lower = g_ascii_strdown(top, -1);
    const char *meta = strstr(lower, "<meta"), *claim = meta ? strstr(meta, "charset=") : NULL;
    if (!claim)
        return NULL;
    claim += strlen("charset=");
    claim += strspn(claim, " \"'");
    return g_strndup(claim, strspn(claim, "abcdefghijklmnopqrstuvwxyz0123456789_-:."));
}

static void append_clean(MessageBuilder *builder, GString *out, const char *text, size_t size)
{
    g_string_append(out, text_clean(builder->arena, string_bytes(text, size)));
}

void body_add_html(MessageBuilder *builder, Body *body, const BodyChoice *choice, const char *charset, Bytes decoded)
{
    g_autofree char *claimed = charset && *charset ? NULL : html_claimed_charset(decoded);
    const char *html = decoded_to_utf8(builder, claimed ? claimed : charset, decoded);
    Bytes bytes = bytes_of(html);
    builder->mail->has_html = true;
    g_string_append(body->html, html);
    if (choice && choice->has_plain)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    HtmlQuote quote = html_to_text(bytes, text);
    if (!text->len)
        return;
    text_separate(body->text);
    size_t answered = MIN(quote.answered, text->len), at = MIN(quote.at, text->len);
    append_clean(builder, body->text, text->str, answered);
    if (answered)
        body->quote = (HtmlQuote){.at = SIZE_MAX, .answered = body->text->len};
    append_clean(builder, body->text, text->str + answered, at - answered);
    if (quote.at != SIZE_MAX && body->quote.at == SIZE_MAX)
        body->quote.at = body->text->len;
    append_clean(builder, body->text, text->str + at, text->len - at);
}

/* The largest n <= max that does not cut a character of text. */
static size_t cut_at_character(const char *text, size_t size, size_t max)
{
    if (size <= max)
        return size;
    while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static bool has_words_before(const char *text, size_t end)
{
    for (size_t i = 0; i < end; i++) {
        bool nbsp = i + 1 < end && !memcmp(text + i, "\xc2\xa0", 2);
        if (!nbsp && !g_ascii_isspace(text[i]))
            return true;
        i += nbsp;
    }
    return false;
}

static int find_cid(const char *content_id, void *user)
{
    MessageBuilder *builder = user;
    for (guint i = 0; i < builder->attachments->len; i++) {
        ParsedAttachment *attachment = &g_array_index(builder->attachments, ParsedAttachment, i);
        if (strcmp(attachment->content_id, content_id) != 0)
            continue;
        attachment->is_inline = true;
        return (int)(builder->first + i);
    }
    return -1;
}

static void html_finish(MessageBuilder *builder, const Body *body)
{
    ParsedMail *mail = builder->mail;
    HtmlParts parts = {find_cid, builder, (int)(builder->first + builder->attachments->len)};
    size_t size = cut_at_character(body->html->str, body->html->len, PARSE_TEXT_MAX);
    if (size < body->html->len)
        mail->defects |= PARSE_DEFECT_TEXT_CUT;
    GString *html = html_sanitise(string_bytes(body->html->str, size), &parts);
    if (html->len <= PARSE_HTML_MAX) {
        mail->html = arena_strndup(builder->arena, html->str, html->len);
        mail->html_size = html->len;
    } else {
        mail->defects |= PARSE_DEFECT_TEXT_CUT;
    }
    g_string_free(html, TRUE);
}

/* Where the quotation starts, or size. What a mail program marked counts before what the text looks like. */
static size_t quote_find(const Body *body, const char *subject, size_t size)
{
    const char *text = body->text->str;
    size_t marked = MIN(body->quote.at, size), found = quote_split(text, size);
    if (quote_subject_is_forward(subject) || (marked < size && quote_is_forward(text + marked, size - marked)))
        return size;
    if (found < body->quote.answered)
        found = size;
    return marked < found && has_words_before(text, marked) ? marked : found;
}

void body_finish(MessageBuilder *builder, Body *body)
{
    ParsedMail *mail = builder->mail;
    GString *text = body->text;
    size_t size = cut_at_character(text->str, text->len, PARSE_TEXT_MAX);
    if (size < text->len)
        mail->defects |= PARSE_DEFECT_TEXT_CUT;
    size_t quote_at = quote_find(body, mail->subject, size);
    mail->text = arena_strndup(builder->arena, text->str, size);
    mail->text_size = size;
    mail->quote_at = quote_at < size ? (uint32_t)quote_at : PARSE_NO_QUOTE;
    if (!builder->is_nested)
        mail->forward = forward_read(builder->arena, mail->text, size, mail->subject);
    if (mail->has_html)
        html_finish(builder, body);
    g_string_free(body->text, TRUE);
    g_string_free(body->html, TRUE);
}
