/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/message_int.h"

#include "base/text.h"
#include "parse/charset_int.h"
#include "parse/decode_int.h"

#include <string.h>

const char *line_keep(Arena *arena, const char *text, size_t max)
{
    char *clean = text_clean(arena, bytes_of(text));
    char *line = text_trim(arena, g_strdelimit(clean, "\n\t", ' '));
    if (strlen(line) > max)
        line[g_utf8_find_prev_char(line, line + max + 1) - line] = '\0';
    return line;
}

/* ---- encoded words ---- */

enum { WORD_MAX = 2000 };

typedef struct EncodedWord {
    const char *start, *end; /* "=?" … behind "?=" */
    const char *charset, *text;
    size_t charset_size, text_size;
    bool is_base64; /* else quoted-printable */
} EncodedWord;

/* Where the text of a word ends: at its "?=". Quoted-printable text of bad programs has spaces and "?" in it. */
static const char *word_end(const char *text, bool is_base64)
{
    if (is_base64)
        return text + strcspn(text, "? \t\r\n");
    size_t line = strcspn(text, "\r\n");
    const char *end = g_strstr_len(text, (gssize)MIN(line, (size_t)WORD_MAX), "?=");
    return end ? end : text + line;
}

/* The =?charset?B?text?= at `at`, or false. A language behind the charset (RFC 2231 5) says nothing here. */
static bool word_read(const char *at, EncodedWord *word_out)
{
    if (at[0] != '=' || at[1] != '?')
        return false;
    const char *charset = at + 2, *mark = charset + strcspn(charset, "? \t\r\n");
    if (*mark != '?' || !mark[1] || mark[2] != '?')
        return false;
    char coding = g_ascii_tolower(mark[1]);
    if (coding != 'b' && coding != 'q')
        return false;
    const char *text = mark + 3, *end = word_end(text, coding == 'b');
    if (end[0] != '?' || end[1] != '=')
        return false;
    *word_out = (EncodedWord){.start = at,
                              .end = end + 2,
                              .charset = charset,
                              .text = text,
                              .charset_size = MIN((size_t)(mark - charset), strcspn(charset, "*")),
                              .text_size = (size_t)(end - text),
                              .is_base64 = coding == 'b'};
    return true;
}

/* Among addresses a word must hide none of what parts them: who checks the sender elsewhere (DMARC) sees an address where
 * we would see a name. "@" and "," alone part nothing, and bad programs leave them as they are. */
static bool word_is_plain(const EncodedWord *word)
{
    size_t size = (size_t)(word->end - word->start);
    for (const char *c = "<>()\"[]\\"; *c; c++)
        if (memchr(word->start, *c, size))
            return false;
    return true;
}

static bool append_piece(Bytes piece, void *user)
{
    if (piece.size)
        g_byte_array_append(user, piece.data, (guint)piece.size);
    return true;
}

/* RFC 2047 4.2: "_" is a space, "=C3" a byte; anything else stands for itself. */
static void quoted_decode(GByteArray *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        guint8 byte = (guint8)(text[i] == '_' ? ' ' : text[i]);
        if (text[i] == '=' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2])) {
            byte = (guint8)(g_ascii_xdigit_value(text[i + 1]) << 4 | g_ascii_xdigit_value(text[i + 2]));
            i += 2;
        }
        g_byte_array_append(out, &byte, 1);
    }
}

static void word_decode(GByteArray *out, const EncodedWord *word)
{
    if (word->is_base64)
        decode_pump(PARSE_BASE64, (Bytes){(const uint8_t *)word->text, word->text_size}, append_piece, out);
    else
        quoted_decode(out, word->text, word->text_size);
}

static bool same_charset(const EncodedWord *a, const EncodedWord *b)
{
    return a->charset_size == b->charset_size && !g_ascii_strncasecmp(a->charset, b->charset, a->charset_size);
}

/* Appends the text of adjacent words of one charset from *word on; *word is then the next word, or nothing (false). */
static bool run_append(MessageBuilder *builder, GString *text, EncodedWord *word, bool plain, const char **end_out)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const EncodedWord first = *word;
    bool guessed = false, more;
    do {
        word_decode(bytes, word);
        *end_out = word->end;
        more = word_read(word->end + strspn(word->end, " \t\r\n"), word) && (!plain || word_is_plain(word));
    } while (more && same_charset(&first, word));
    g_autofree char *charset = g_strndup(first.charset, first.charset_size);
    charset_append(text, charset, (Bytes){bytes->data, bytes->len}, &guessed);
    if (guessed)
        builder->mail->defects |= PARSE_DEFECT_CHARSET;
    return more;
}

/* Writes the adjacent words from *word on as one word of UTF-8, plain: only the plain ones; gives where they end. */
static const char *words_append(MessageBuilder *builder, GString *out, EncodedWord word, bool plain)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *end;
    while (run_append(builder, text, &word, plain, &end))
        continue;
    g_autofree char *coded = g_base64_encode((const guchar *)text->str, text->len);
    g_string_append_printf(out, "=?utf-8?B?%s?=", coded);
    return end;
}

/* GMime loses what follows padding in a run of words and a letter split between two, and believes every charset: make
 * of adjacent words one of UTF-8. Yours. */
static char *words_merge(MessageBuilder *builder, const char *value, bool among_addresses)
{
    GString *out = g_string_sized_new(strlen(value));
    EncodedWord word;
    while (*value) {
        if (*value == '=' && word_read(value, &word) && (!among_addresses || word_is_plain(&word)))
            value = words_append(builder, out, word, among_addresses);
        else
            g_string_append_c(out, *value++);
    }
    return g_string_free(out, FALSE);
}

static const char *text_decode(MessageBuilder *builder, const char *raw)
{
    g_autofree char *merged = words_merge(builder, raw, false);
    g_autofree char *unfolded = g_mime_utils_header_unfold(merged);
    g_autofree char *text = g_mime_utils_header_decode_text(builder->options, unfolded);
    return line_keep(builder->arena, text, PARSE_LINE_MAX);
}

/* ---- addresses ---- */

/* RFC 5321 4.5.3.1: 64 bytes, an @, 255. What is longer is nobody's, and fits in no index of a database. */
static const char *address_keep(MessageBuilder *builder, const char *address)
{
    const char *line = line_keep(builder->arena, address ? address : "", PARSE_LINE_MAX);
    if (strlen(line) <= PARSE_ADDRESS_MAX)
        return line;
    builder->mail->defects |= PARSE_DEFECT_ADDRESS;
    return "";
}

static void address_append(MessageBuilder *builder, ParseRole role, const char *address, const char *name)
{
    if (builder->addresses->len >= PARSE_ADDRESSES_MAX) {
        builder->mail->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
        return;
    }
    ParsedAddress parsed = {.role = role,
                            .address = address_keep(builder, address),
                            .name = line_keep(builder->arena, name ? name : "", PARSE_LINE_MAX)};
    g_array_append_val(builder->addresses, parsed);
}

/* Members of a group stand for it; a group inside a group is not mail any more and is left out. */
static void group_append(MessageBuilder *builder, ParseRole role, InternetAddressList *members)
{
    for (int i = 0; i < internet_address_list_length(members); i++) {
        InternetAddress *member = internet_address_list_get_address(members, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(member))
            address_append(builder, role, INTERNET_ADDRESS_MAILBOX(member)->addr, internet_address_get_name(member));
    }
}

static void addresses_append(MessageBuilder *builder, ParseRole role, InternetAddressList *list)
{
    for (int i = 0; i < internet_address_list_length(list); i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(address))
            group_append(builder, role, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)));
        else
            address_append(builder, role, INTERNET_ADDRESS_MAILBOX(address)->addr, internet_address_get_name(address));
    }
}

/* What no rule can read: what stands in < >, else the last word with an @, is the address; the words before, the name. */
static void address_append_unreadable(MessageBuilder *builder, ParseRole role, const char *raw)
{
    const char *text = text_decode(builder, raw);
    size_t name_size = strlen(text), address_at = name_size, address_size = 0;
    const char *open = strchr(text, '<'), *close = open ? strchr(open, '>') : NULL, *at = strrchr(text, '@');
    if (open && close) {
        name_size = (size_t)(open - text);
        address_at = name_size + 1;
        address_size = (size_t)(close - open) - 1;
    } else if (at) {
        for (address_at = (size_t)(at - text); address_at && text[address_at - 1] != ' ';)
            address_at--;
        name_size = address_at;
        address_size = strcspn(text + address_at, " ,;");
    }
    g_autofree char *address = g_strndup(text + address_at, address_size), *name = g_strndup(text, name_size);
    builder->mail->defects |= PARSE_DEFECT_ADDRESS;
    if (*text)
        address_append(builder, role, address, name);
}

static void addresses_read(MessageBuilder *builder, ParseRole role, const char *raw)
{
    g_autofree char *merged = words_merge(builder, raw, true);
    InternetAddressList *list = internet_address_list_parse(builder->options, merged);
    if (list && internet_address_list_length(list))
        addresses_append(builder, role, list);
    else
        address_append_unreadable(builder, role, raw);
    g_clear_object(&list);
}

/* ---- single fields ---- */

void ids_append(Arena *arena, GArray *ids, const char *value)
{
    guint before = ids->len;
    for (const char *open = strchr(value, '<'); open; open = strchr(open, '<')) {
        const char *close = strchr(open, '>');
        if (!close)
            break;
        g_autofree char *inner = g_strndup(open + 1, (gsize)(close - open - 1));
        const char *id = line_keep(arena, inner, 1000);
        if (*id)
            g_array_append_val(ids, id);
        open = close;
    }
    const char *whole = line_keep(arena, value, 1000);
    if (ids->len == before && *whole && *whole != '<')
        g_array_append_val(ids, whole);
}

static const char *first_id(Arena *arena, const char *value)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(char *));
    ids_append(arena, ids, value);
    return ids->len ? g_array_index(ids, const char *, 0) : "";
}

/* Seconds of 1900-01-01 and 9999-12-31: before and after that a Date is no date. */
#define DATE_FIRST INT64_C(-2208988800)
#define DATE_LAST INT64_C(253402300799)

static void date_read(MessageBuilder *builder, const char *raw)
{
    GDateTime *date = g_mime_utils_header_decode_date(raw);
    gint64 seconds = date ? g_date_time_to_unix(date) : 0;
    gint64 offset = date ? g_date_time_get_utc_offset(date) / G_TIME_SPAN_MINUTE : 0;
    g_clear_pointer(&date, g_date_time_unref);
    if (seconds == 0 || seconds < DATE_FIRST || seconds > DATE_LAST || offset <= -1440 || offset >= 1440) {
        builder->mail->defects |= PARSE_DEFECT_DATE;
        return;
    }
    builder->mail->date = seconds * TIME_SECOND;
    builder->mail->date_offset_minutes = (int)offset;
}

typedef enum Single {
    SINGLE_SUBJECT,
    SINGLE_DATE,
    SINGLE_MESSAGE_ID,
    SINGLE_IN_REPLY_TO,
    SINGLE_REFERENCES,
    SINGLES
} Single;

static const char *const single_names[SINGLES] = {"subject", "date", "message-id", "in-reply-to", "references"};
static const char *const role_names[PARSE_ROLES] = {"from", "sender", "reply-to", "to", "cc"};

static void single_read(MessageBuilder *builder, Single single, const char *raw)
{
    ParsedMail *mail = builder->mail;
    switch (single) {
    case SINGLE_SUBJECT:
        mail->subject = text_decode(builder, raw);
        return;
    case SINGLE_DATE:
        date_read(builder, raw);
        return;
    case SINGLE_MESSAGE_ID:
        mail->message_id = first_id(builder->arena, raw);
        return;
    case SINGLE_IN_REPLY_TO:
        mail->in_reply_to = first_id(builder->arena, raw);
        return;
    case SINGLE_REFERENCES:
        ids_append(builder->arena, builder->references, raw);
        if (builder->references->len > PARSE_REFERENCES_MAX)
            g_array_remove_range(builder->references, 0, builder->references->len - PARSE_REFERENCES_MAX);
        return;
    case SINGLES:
        return;
    }
}

/* A server's word on the sender is not decoded: what an encoded word in an address hides must not become part of it. */
static const char *field_value(MessageBuilder *builder, const char *name, const char *raw)
{
    if (strcmp(name, "authentication-results") != 0)
        return text_decode(builder, raw);
    g_autofree char *unfolded = g_mime_utils_header_unfold(raw);
    return line_keep(builder->arena, unfolded, PARSE_LINE_MAX);
}

/* Of the hand-overs only those are kept that part a server's words from what lies below. */
static bool is_wanted(MessageBuilder *builder, const char *name)
{
    bool handed_on = !strcmp(name, "received"), wanted = parse_mail_keeps(name) && (!handed_on || builder->judged);
    builder->judged = !strcmp(name, "authentication-results") || (builder->judged && !handed_on);
    return wanted;
}

static void field_keep(MessageBuilder *builder, const char *name, const char *raw)
{
    if (builder->fields->len >= PARSE_FIELDS_MAX) {
        builder->mail->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
        return;
    }
    ParsedField field = {.name = arena_strdup(builder->arena, name), .value = field_value(builder, name, raw)};
    g_array_append_val(builder->fields, field);
}

static void list_read(MessageBuilder *builder, GMimeHeaderList *list, bool seen[SINGLES])
{
    for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        const char *raw = g_mime_header_get_raw_value(header);
        g_autofree char *name = g_ascii_strdown(g_mime_header_get_name(header), -1);
        for (Single single = 0; raw && single < SINGLES; single++) {
            if (strcmp(name, single_names[single]) != 0)
                continue;
            if (seen[single])
                builder->mail->defects |= PARSE_DEFECT_DUPLICATE;
            else
                single_read(builder, single, raw);
            seen[single] = true;
        }
        if (raw && is_wanted(builder, name))
            field_keep(builder, name, strcmp(name, "received") != 0 ? raw : "");
    }
}

/* Addresses come out ordered by role. */
static void roles_read(MessageBuilder *builder, GMimeHeaderList *list)
{
    for (ParseRole role = 0; role < PARSE_ROLES; role++)
        for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
            GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
            const char *raw = g_mime_header_get_raw_value(header);
            if (raw && !g_ascii_strcasecmp(g_mime_header_get_name(header), role_names[role]))
                addresses_read(builder, role, raw);
        }
}

/* ---- who may be answered ---- */

static const char *field_find(const MessageBuilder *builder, const char *name)
{
    for (guint i = 0; i < builder->fields->len; i++)
        if (!strcmp(g_array_index(builder->fields, ParsedField, i).name, name))
            return g_array_index(builder->fields, ParsedField, i).value;
    return NULL;
}

static bool value_has_word(const char *value, const char *const *words)
{
    g_autofree char *lower = g_ascii_strdown(value ? value : "", -1);
    for (; *words; words++)
        if (strstr(lower, *words))
            return true;
    return false;
}

static bool headers_are_list(const MessageBuilder *builder)
{
    static const char *const bulk[] = {"list", "bulk", "junk", NULL};
    return field_find(builder, "list-id") || field_find(builder, "list-post") ||
           field_find(builder, "list-unsubscribe") || value_has_word(field_find(builder, "precedence"), bulk);
}

static bool sender_is_null(const MessageBuilder *builder)
{
    const char *path = field_find(builder, "return-path");
    return path && strspn(path, "<> \t") == strlen(path);
}

static bool headers_are_auto(const MessageBuilder *builder)
{
    static const char *const reply[] = {"auto_reply", "auto-reply", NULL};
    static const char *const suppress[] = {"all", "autoreply", "oof", NULL};
    const char *submitted = field_find(builder, "auto-submitted");
    return (submitted && g_ascii_strncasecmp(submitted, "no", 2) != 0) || sender_is_null(builder) ||
           value_has_word(field_find(builder, "precedence"), reply) ||
           value_has_word(field_find(builder, "x-auto-response-suppress"), suppress) ||
           field_find(builder, "x-autoreply") || field_find(builder, "x-autorespond") || field_find(builder, "x-loop");
}

static bool headers_are_bounce(const MessageBuilder *builder)
{
    static const char *const daemons[] = {"mailer-daemon@", NULL}; /* nobody writes from there */
    static const char *const postmasters[] = {"postmaster@", NULL};
    const char *from = builder->mail->from_address;
    return field_find(builder, "x-failed-recipients") || value_has_word(from, daemons) ||
           (sender_is_null(builder) && value_has_word(from, postmasters));
}

void headers_read(MessageBuilder *builder, GMimeMessage *message)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
    GMimeObject *body = g_mime_message_get_mime_part(message);
    bool seen[SINGLES] = {false};
    list_read(builder, list, seen);
    if (body)
        list_read(builder, g_mime_object_get_header_list(body), seen);
    roles_read(builder, list);
    ParsedMail *mail = builder->mail;
    if (builder->addresses->len && g_array_index(builder->addresses, ParsedAddress, 0).role == PARSE_FROM) {
        mail->from_address = g_array_index(builder->addresses, ParsedAddress, 0).address;
        mail->from_name = g_array_index(builder->addresses, ParsedAddress, 0).name;
    }
    mail->is_list = headers_are_list(builder);
    mail->is_bounce = headers_are_bounce(builder);
    mail->is_auto = mail->is_list || mail->is_bounce || headers_are_auto(builder);
}
