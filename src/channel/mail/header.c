/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Own writer instead of GMime's: a page of code whose output never depends on a library's version, since a stored
 * message must be the same bytes at each attempt. Only Q-words are written, never B: GMime itself, as a reader, loses
 * what follows the padding of adjacent B-words. A value is either plain, folded at its blanks, or encoded as a whole:
 * no mixture, so a reader's rules on blanks between encoded and plain words never matter.
 */
#include "channel/mail/header.h"

#include "base/check.h"
#include "base/text.h"

#include <string.h>

#define LINE_WIDTH 76
#define ENCODED_WORD_MAX 75
#define PLAIN_WORD_MAX 60
#define VALUE_MAX ((size_t)64 << 10) /* bytes of one value; cleaning makes at most three of one */
#define VALUE_ARENA_CAP (16 * VALUE_MAX)

static const char HEX[] = "0123456789ABCDEF";

bool mail_address_is_safe(const char *address)
{
    const char *at = address ? strchr(address, '@') : NULL;
    if (!at || at == address || at - address > 64 || strlen(address) > 254)
        return false;
    if (address[0] == '.' || at[-1] == '.' || strstr(address, "..") ||
        strstr(address, "=?")) /* an encoded word opens */
        return false;
    for (const char *c = address; c < at; c++)
        if (!g_ascii_isalnum(*c) && !strchr("!#$%&'*+-/=?^_`{|}~.", *c))
            return false;
    const char *domain = at + 1;
    if (!*domain || *domain == '.' || *domain == '-')
        return false;
    for (const char *c = domain; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.')
            return false;
    return domain[strlen(domain) - 1] != '.';
}

bool mail_id_is_safe(const char *id)
{
    if (!id || !*id || strlen(id) > 250 || !strchr(id, '@'))
        return false;
    for (const char *c = id; *c; c++)
        if (!g_ascii_isgraph(*c) || *c == '<' || *c == '>')
            return false;
    return true;
}

static bool is_token_char(char c)
{
    return g_ascii_isgraph(c) && !strchr("()<>@,;:\\\"/[]?=", c);
}

bool mail_media_type_is_safe(const char *media_type)
{
    const char *slash = media_type ? strchr(media_type, '/') : NULL;
    if (!slash || slash == media_type || !slash[1] || strlen(media_type) > 127)
        return false;
    for (const char *c = media_type; *c; c++)
        if (c != slash && !is_token_char(*c))
            return false;
    return g_ascii_strncasecmp(media_type, "multipart/", 10) != 0 &&
           g_ascii_strncasecmp(media_type, "message/", 8) != 0;
}

/* The width of the line being written: what follows the last line break. Counted from the end, and no further than that:
 * it is asked for every letter of a value. */
static size_t column(const GString *out)
{
    size_t width = 0;
    while (width < out->len && out->str[out->len - 1 - width] != '\n')
        width++;
    return width;
}

static void fold(GString *out)
{
    g_string_append(out, "\r\n ");
}

static void begin(GString *out, const char *name)
{
    for (const char *c = name; *c; c++)
        check(g_ascii_isalnum(*c) || *c == '-');
    g_string_append(out, name);
    g_string_append_c(out, ':');
}

/* A blank and the piece, or a fold and the piece where the line would grow too wide. */
static void append_piece(GString *out, const char *piece)
{
    if (column(out) + 1 + strlen(piece) > LINE_WIDTH)
        fold(out);
    else
        g_string_append_c(out, ' ');
    g_string_append(out, piece);
}

static bool is_plain(const char *line)
{
    size_t word = 0;
    for (const char *c = line; *c; c++) {
        if (*c & 0x80)
            return false;
        word = *c == ' ' ? 0 : word + 1;
        if (word > PLAIN_WORD_MAX)
            return false;
    }
    return !strstr(line, "=?");
}

static void append_q_byte(GString *word, uint8_t byte)
{
    if (byte == ' ')
        g_string_append_c(word, '_');
    else if (g_ascii_isalnum((char)byte) || byte == '-' || byte == '!' || byte == '*' || byte == '+' || byte == '/')
        g_string_append_c(word, (char)byte);
    else
        g_string_append_printf(word, "=%c%c", HEX[byte >> 4], HEX[byte & 15]);
}

/* How long the next Q-word may be: the rest of this line if that is worth filling, else a line of its own. */
static size_t encoded_word_room(const GString *out)
{
    size_t used = column(out) + 1;
    return used < LINE_WIDTH / 2 ? LINE_WIDTH - used : ENCODED_WORD_MAX;
}

/* The safe alphabet is that of a phrase (RFC 2047 §5 (3)): the same word stands in a subject and in a name. A
 * character is never split over two words. */
static void append_q_words(GString *out, const char *line)
{
    static const char opening[] = "=?UTF-8?Q?";
    g_autoptr(GString) word = g_string_new(opening);
    g_autoptr(GString) letter = g_string_new(NULL);
    for (const char *at = line; *at; at = g_utf8_next_char(at)) {
        g_string_truncate(letter, 0);
        for (const char *c = at; c < g_utf8_next_char(at); c++)
            append_q_byte(letter, (uint8_t)*c);
        if (word->len + letter->len + 2 > encoded_word_room(out)) {
            g_string_append(word, "?=");
            append_piece(out, word->str);
            g_string_assign(word, opening);
        }
        g_string_append_len(word, letter->str, (gssize)letter->len);
    }
    g_string_append(word, "?=");
    append_piece(out, word->str);
}

static void append_words(GString *out, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    for (size_t i = 0; words[i]; i++)
        append_piece(out, words[i]);
}

static char *clean_line(Arena *arena, const char *value)
{
    Bytes bytes = bytes_of(value);
    bytes.size = MIN(bytes.size, VALUE_MAX);
    return text_clean_line(arena, bytes);
}

void mail_header_text(GString *out, const char *name, const char *value)
{
    g_autoptr(Arena) arena = arena_new(VALUE_ARENA_CAP);
    const char *line = clean_line(arena, value);
    begin(out, name);
    if (is_plain(line))
        append_words(out, line);
    else
        append_q_words(out, line);
    g_string_append(out, "\r\n");
}

static bool is_atoms(const char *line)
{
    for (const char *c = line; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr(" !#$%&'*+-/^_`{|}~", *c))
            return false;
    return true;
}

static char *quoted_string(const char *line)
{
    GString *quoted = g_string_new("\"");
    for (const char *c = line; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *c);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}

static void append_display_name(GString *out, const char *line)
{
    if (!is_plain(line) || strlen(line) > PLAIN_WORD_MAX) {
        append_q_words(out, line);
    } else if (is_atoms(line)) {
        append_piece(out, line); /* never folded inside: readers keep a fold between two atoms as part of the name */
    } else {
        g_autofree char *quoted = quoted_string(line);
        append_piece(out, quoted);
    }
}

static void append_mailbox(GString *out, const Mailbox *mailbox, const char *separator)
{
    check(mail_address_is_safe(mailbox->address));
    g_autoptr(Arena) arena = arena_new(VALUE_ARENA_CAP);
    const char *line = mailbox->name ? clean_line(arena, mailbox->name) : "";
    if (*line)
        append_display_name(out, line);
    g_autofree char *angled = g_strdup_printf(*line ? "<%s>%s" : "%s%s", mailbox->address, separator);
    append_piece(out, angled);
}

void mail_header_mailboxes(GString *out, const char *name, const Mailbox *mailboxes, size_t count)
{
    check(count > 0);
    begin(out, name);
    for (size_t i = 0; i < count; i++)
        append_mailbox(out, &mailboxes[i], i + 1 < count ? "," : "");
    g_string_append(out, "\r\n");
}

void mail_header_ids(GString *out, const char *name, const char *const *ids, size_t count)
{
    check(count > 0);
    begin(out, name);
    for (size_t i = 0; i < count; i++) {
        check(mail_id_is_safe(ids[i]));
        g_autofree char *angled = g_strdup_printf("<%s>", ids[i]);
        append_piece(out, angled);
    }
    g_string_append(out, "\r\n");
}

static void append_literal(GString *out, const char *value)
{
    for (const char *c = value; *c; c++)
        check(g_ascii_isprint(*c));
    g_string_append_c(out, ' ');
    g_string_append(out, value);
}

void mail_header_literal(GString *out, const char *name, const char *value)
{
    begin(out, name);
    append_literal(out, value);
    g_string_append(out, "\r\n");
}

static char *percent_encode(const char *line)
{
    GString *encoded = g_string_new(NULL);
    for (const char *c = line; *c; c++) {
        uint8_t byte = (uint8_t)*c;
        if (g_ascii_isalnum(*c) || (byte < 0x80 && strchr("-._~", *c)))
            g_string_append_c(encoded, *c);
        else
            g_string_append_printf(encoded, "%%%c%c", HEX[byte >> 4], HEX[byte & 15]);
    }
    return g_string_free(encoded, FALSE);
}

/* RFC 2231 continuations: name*0*=UTF-8''…; name*1*=… An escape is never cut. */
static void append_extended(GString *out, const char *parameter, const char *line)
{
    g_autofree char *encoded = percent_encode(line);
    size_t length = strlen(encoded), section_max = 50;
    if (length <= section_max) {
        g_string_append_printf(out, ";\r\n %s*=UTF-8''%s", parameter, encoded);
        return;
    }
    size_t at = 0;
    for (int section = 0; at < length; section++) {
        size_t size = MIN(section_max, length - at);
        for (size_t back = 1; back <= 2 && at + size < length; back++)
            if (encoded[at + size - back] == '%')
                size -= back;
        g_string_append_printf(out, ";\r\n %s*%d*=%s%.*s", parameter, section, section ? "" : "UTF-8''", (int)size,
                               encoded + at);
        at += size;
    }
}

void mail_header_parameter(GString *out, const char *name, const char *value, const char *parameter,
                           const char *parameter_value)
{
    g_autoptr(Arena) arena = arena_new(VALUE_ARENA_CAP);
    const char *line = clean_line(arena, parameter_value);
    begin(out, name);
    append_literal(out, value);
    if (is_plain(line) && strlen(line) <= PLAIN_WORD_MAX && !strpbrk(line, "\"\\%'*")) {
        g_autofree char *quoted = quoted_string(line);
        g_string_append_printf(out, ";\r\n %s=%s", parameter, quoted);
    } else {
        append_extended(out, parameter, line);
    }
    g_string_append(out, "\r\n");
}
