/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/mail_sheet.h"

#include "base/format.h"
#include "base/text.h"
#include "base/writer.h"

#include <string.h>

enum { LINK_WORDS_MAX = 2000, TITLE_MAX = 300, SMALLEST_SHOWN = 3 };

/* ------------------------------------------------------------------------------------------------------------ hosts */

/* As the resolver would be asked: "bücher.it" and its look-alikes become what they are. */
static const char *host_ascii(Arena *arena, const char *host, size_t size)
{
    g_autofree char *lower = g_ascii_strdown(host, (gssize)size);
    g_autofree char *ascii = g_hostname_to_ascii(lower);
    char *out = arena_strdup(arena, ascii ? ascii : lower);
    size_t length = strlen(out);
    while (length && out[length - 1] == '.')
        out[--length] = '\0';
    return out;
}

const char *mail_link_host(Arena *arena, const char *url)
{
    if (!g_ascii_strncasecmp(url, "mailto:", 7)) {
        size_t size = strcspn(url + 7, "?,;");
        const char *at = g_strrstr_len(url + 7, (gssize)size, "@");
        return at ? host_ascii(arena, at + 1, size - (size_t)(at + 1 - (url + 7))) : "";
    }
    if (g_ascii_strncasecmp(url, "http://", 7) != 0 && g_ascii_strncasecmp(url, "https://", 8) != 0)
        return "";
    const char *authority = strstr(url, "//") + 2;
    size_t size = strcspn(authority, "/?#\\");
    const char *at = g_strrstr_len(authority, (gssize)size, "@");
    const char *host = at ? at + 1 : authority;
    size -= (size_t)(host - authority);
    const char *bracket = *host == '[' ? memchr(host, ']', size) : NULL;
    const char *colon = bracket ? NULL : memchr(host, ':', size);
    return host_ascii(arena, host, bracket ? (size_t)(bracket + 1 - host) : colon ? (size_t)(colon - host) : size);
}

static bool is_host_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '.' || (unsigned char)byte >= 0x80;
}

/* A dot inside, and a last label of letters: "bank.it", not "1.250" nor "ecc." */
static bool looks_like_host(const char *host)
{
    const char *dot = strrchr(host, '.');
    size_t letters = 0;
    for (const char *at = dot ? dot + 1 : ""; *at; at++, letters++)
        if (!g_ascii_isalpha(*at) && *at != '-')
            return g_str_has_prefix(dot + 1, "xn--");
    return dot && dot != host && letters >= 2;
}

/* The first host named in words, "" for none: an address in full, "www.bank.it", "info@bank.it". */
static const char *host_in_words(Arena *arena, const char *words)
{
    for (const char *at = words; *at;) {
        if (!g_ascii_strncasecmp(at, "http://", 7) || !g_ascii_strncasecmp(at, "https://", 8))
            return mail_link_host(arena, arena_strndup(arena, at, strcspn(at, " \n\t")));
        size_t size = 0;
        while (at[size] && is_host_byte(at[size]))
            size++;
        bool has_dot = size && memchr(at, '.', size);
        const char *host = has_dot && at[size] != '@' ? host_ascii(arena, at, size) : "";
        if (looks_like_host(host))
            return host;
        at += size ? size : 1;
    }
    return "";
}

static const char *without_www(const char *host)
{
    return g_str_has_prefix(host, "www.") ? host + 4 : host;
}

static bool is_within(const char *host, const char *domain)
{
    size_t length = strlen(host), tail = strlen(domain);
    return !strcmp(host, domain) ||
           (length > tail && !strcmp(host + length - tail, domain) && host[length - tail - 1] == '.');
}

const char *mail_link_betrays(Arena *arena, const char *url, const char *words)
{
    const char *host = mail_link_host(arena, url);
    const char *said = host_in_words(arena, words);
    bool has_user = !g_ascii_strncasecmp(url, "http", 4) && memchr(url, '@', strcspn(url, "?#"));
    bool is_foreign = strstr(host, "xn--") != NULL; /* letters that look like others */
    if (!*host)
        return NULL;
    if (has_user || is_foreign)
        return host;
    return *said && !is_within(host, without_www(said)) ? host : NULL;
}

/* ----------------------------------------------------------------------------------------------------------- listing */

static size_t number_of(const char *text)
{
    return (size_t)g_ascii_strtoull(text, NULL, 10);
}

/* A picture of a pixel or two counts who reads, and shows nothing. */
static bool is_dot(const char *width, const char *height)
{
    return (width && number_of(width) < SMALLEST_SHOWN && !strchr(width, '%')) ||
           (height && number_of(height) < SMALLEST_SHOWN && !strchr(height, '%'));
}

static bool is_dot_tag(Arena *arena, const SheetPiece *tag)
{
    return is_dot(sheet_attribute(arena, tag, "width"), sheet_attribute(arena, tag, "height"));
}

MailSheetNeeds mail_sheet_list(Arena *arena, Bytes clean)
{
    const char **urls = ARENA_ARRAY(arena, const char *, MAIL_REMOTE_MAX);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) attached = g_array_new(FALSE, FALSE, sizeof(size_t));
    MailSheetNeeds needs = {.remote_urls = urls};
    SheetPiece piece;
    while (sheet_next(&clean, &piece)) {
        if (piece.kind != SHEET_OPEN || strcmp(piece.element, "img") != 0)
            continue;
        const char *index = sheet_attribute(arena, &piece, "data-attachment");
        const char *url = sheet_attribute(arena, &piece, "data-remote");
        if (index && g_hash_table_add(seen, (void *)index)) {
            size_t number = number_of(index);
            g_array_append_val(attached, number);
        } else if (!index && url && !is_dot_tag(arena, &piece) && g_hash_table_add(seen, (void *)url)) {
            if (needs.remote_count < MAIL_REMOTE_MAX)
                urls[needs.remote_count++] = url;
            needs.remote_total++;
        }
    }
    size_t *indexes = ARENA_ARRAY(arena, size_t, attached->len + 1);
    if (attached->len)
        memcpy(indexes, attached->data, attached->len * sizeof *indexes);
    needs.attached = indexes;
    needs.attached_count = attached->len;
    return needs;
}

/* ----------------------------------------------------------------------------------------------------------- writing */

typedef struct SheetWriter {
    GString *out;
    Arena *arena;
    Lang lang;
    const MailPictures *pictures;
    const char *link; /* where the open link goes, or NULL */
    GString *link_words;
    size_t data; /* bytes of pictures written */
} SheetWriter;

static void write_attribute(SheetWriter *writer, const char *name, const char *value)
{
    g_string_append_printf(writer->out, " %s=\"", name);
    html_attr(writer->out, value);
    g_string_append_c(writer->out, '"');
}

static const MailPicture *picture_of(const SheetWriter *writer, const SheetPiece *tag)
{
    const MailPictures *pictures = writer->pictures;
    const char *index = sheet_attribute(writer->arena, tag, "data-attachment");
    const char *url = sheet_attribute(writer->arena, tag, "data-remote");
    if (index)
        return number_of(index) < pictures->attached_count ? &pictures->attached[number_of(index)] : NULL;
    for (size_t i = 0; url && i < pictures->remote_count; i++)
        if (!strcmp(pictures->remote_urls[i], url))
            return &pictures->remote[i];
    return NULL;
}

static void write_data(SheetWriter *writer, const MailPicture *picture)
{
    g_autofree char *base64 = g_base64_encode(picture->bytes.data, picture->bytes.size);
    g_string_append_printf(writer->out, " src=\"data:%s;base64,%s\"", picture->type, base64);
    writer->data += picture->bytes.size;
}

/* All attributes but these. */
static void write_others(SheetWriter *writer, const SheetPiece *tag, const char *const *left_out)
{
    const char *name, *value;
    for (Bytes at = {0}; sheet_attribute_next(writer->arena, tag, &at, &name, &value);)
        if (!g_strv_contains(left_out, name))
            write_attribute(writer, name, value);
}

static void write_picture(SheetWriter *writer, const SheetPiece *tag)
{
    static const char *const marks[] = {"data-attachment", "data-remote", NULL};
    const char *alt = sheet_attribute(writer->arena, tag, "alt");
    const MailPicture *picture = picture_of(writer, tag);
    if (picture && picture->type && writer->data + picture->bytes.size <= MAIL_SHEET_DATA_MAX) {
        g_string_append(writer->out, "<img");
        write_others(writer, tag, marks);
        write_data(writer, picture);
        g_string_append_c(writer->out, '>');
    } else if (!is_dot_tag(writer->arena, tag)) {
        g_string_append(writer->out, "<span class=\"off\">");
        html_text(writer->out, alt && *alt ? alt : msg(writer->lang, MSG_SHEET_PICTURE));
        g_string_append(writer->out, "</span>");
    }
}

static void open_link(SheetWriter *writer, const SheetPiece *tag)
{
    static const char *const ours[] = {"title", "rel", "target", NULL};
    writer->link = sheet_attribute(writer->arena, tag, "href");
    g_string_truncate(writer->link_words, 0);
    g_string_append(writer->out, "<a");
    write_others(writer, tag, ours);
    if (writer->link) {
        write_attribute(writer, "title", text_clip(writer->arena, writer->link, TITLE_MAX));
        g_string_append(writer->out, " rel=\"noopener noreferrer nofollow\" target=\"_blank\"");
    }
    g_string_append_c(writer->out, '>');
}

static void close_link(SheetWriter *writer)
{
    const char *url = writer->link;
    const char *host = url ? mail_link_betrays(writer->arena, url, writer->link_words->str) : NULL;
    writer->link = NULL;
    g_string_append(writer->out, "</a>");
    if (!host)
        return;
    g_string_append(writer->out, "<span class=\"goes\">");
    html_text(writer->out, msg_fill(writer->arena, writer->lang, MSG_SHEET_GOES_TO, "host", host, NULL));
    g_string_append(writer->out, "</span>");
}

static void write_text(SheetWriter *writer, Bytes written)
{
    g_string_append_len(writer->out, (const char *)written.data, (gssize)written.size);
    if (writer->link && writer->link_words->len + written.size < LINK_WORDS_MAX)
        g_string_append(writer->link_words, sheet_plain(writer->arena, written));
}

/* The policy of the sheet allows no style but what stands in it. Mail is written for white paper, in either theme. */
static const char head_before_title[] =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light only\">\n"
    "<style>\n"
    ":root { color-scheme: light only; background: #fff; }\n"
    "body { margin: 0; padding: 16px; color: #1d1f21; background: #fff; font: 16px/1.5 system-ui, sans-serif;\n"
    "  overflow-wrap: break-word; }\n"
    "img { max-width: 100%; height: auto; }\n"
    "table { max-width: 100%; }\n"
    "pre { white-space: pre-wrap; }\n"
    "a { color: #0b6470; }\n"
    "blockquote { margin: 8px 0; padding-left: 12px; border-left: 2px solid #e2e0da; }\n"
    ".off { display: inline-block; max-width: 100%; padding: 2px 8px; border: 1px dashed #8b8f94; border-radius: 4px;\n"
    "  color: #5b6066; background: #f6f5f2; font: 12px/16px system-ui, sans-serif; }\n"
    ".goes { display: inline-block; margin: 0 4px; padding: 0 6px; border: 1px solid #b3261e; border-radius: 4px;\n"
    "  color: #b3261e; background: #fbeceb; font: 12px/16px system-ui, sans-serif; }\n"
    "@media (max-width: 480px) { body { padding: 8px; } }\n"
    "</style>\n";

static void write_head(GString *out, Lang lang, const char *title)
{
    g_string_append(out, "<!doctype html>\n<html lang=\"");
    html_attr(out, lang_tag(lang));
    g_string_append(out, "\">\n<head>\n");
    g_string_append_len(out, head_before_title, sizeof head_before_title - 1);
    g_string_append(out, "<title>");
    html_text(out, title);
    g_string_append(out, "</title>\n</head>\n<body>\n");
}

void mail_sheet_write(GString *out, Arena *arena, Lang lang, const char *title, Bytes clean,
                      const MailPictures *pictures)
{
    write_head(out, lang, title);
    g_autoptr(GString) words = g_string_new(NULL);
    SheetWriter writer = {.out = out, .arena = arena, .lang = lang, .pictures = pictures, .link_words = words};
    SheetPiece piece;
    while (sheet_next(&clean, &piece)) {
        if (piece.kind == SHEET_TEXT)
            write_text(&writer, piece.written);
        else if (piece.kind == SHEET_OPEN && !strcmp(piece.element, "img"))
            write_picture(&writer, &piece);
        else if (!strcmp(piece.element, "a") && piece.kind == SHEET_OPEN)
            open_link(&writer, &piece);
        else if (!strcmp(piece.element, "a"))
            close_link(&writer);
        else
            g_string_append_len(out, (const char *)piece.written.data, (gssize)piece.written.size);
    }
    g_string_append(out, "\n</body>\n</html>\n");
}
