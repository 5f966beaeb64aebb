/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/message_int.h"

#include "base/text.h"
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

typedef struct EncodedWord {
    const char *start, *end; /* "=?" … behind "?=" */
    const char *charset, *text;
    size_t charset_size, text_size;
    bool is_base64; /* else quoted-printable */
} EncodedWord;

/* The =?charset?B?text?= at `at`, or false. */
static bool word_read(const char *at, EncodedWord *word_out)
{
    if (at[0] != '=' || at[1] != '?')
        return false;
    const char *charset = at + 2, *mark = charset + strcspn(charset, "? \t\r\n");
    if (*mark != '?' || !mark[1] || mark[2] != '?')
        return false;
    const char *text = mark + 3, *end = text + strcspn(text, "? \t\r\n");
    if (end[0] != '?' || end[1] != '=')
        return false;
    char coding = g_ascii_tolower(mark[1]);
    if (coding != 'b' && coding != 'q')
        return false;
    *word_out = (EncodedWord){.start = at,
                              .end = end + 2,
                              .charset = charset,
                              .text = text,
                              .charset_size = (size_t)(mark - charset),
                              .text_size = (size_t)(end - text),
                              .is_base64 = coding == 'b'};
    return true;
}

static bool append_piece(Bytes piece, void *user)
{
    if (piece.size)
        g_byte_array_append(user, piece.data, (guint)piece.size);
    return true;
}

static void word_decode(GByteArray *out, const EncodedWord *word)
{
    decode_pump(PARSE_BASE64, (Bytes){(const uint8_t *)word->text, word->text_size}, append_piece, out);
}

/* The word's charset; what calls itself latin-1 is windows-1252, as in bodies. Yours. */
static char *word_charset(const EncodedWord *word)
{
    char *charset = g_strndup(word->charset, word->charset_size);
    if (g_ascii_strcasecmp(charset, "iso-8859-1") != 0)
        return charset;
    g_free(charset);
    return g_strdup("windows-1252");
}

/* Writes the run of adjacent base64 words of one charset that starts with *word as one word; gives where it ends. */
static const char *words_append_run(GString *out, EncodedWord word)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const char *end = word.end;
    EncodedWord next = word;
    do {
        word_decode(bytes, &next);
        end = next.end;
    } while (word_read(end + strspn(end, " \t\r\n"), &next) && next.is_base64 &&
             next.charset_size == word.charset_size &&
             !g_ascii_strncasecmp(next.charset, word.charset, word.charset_size));
    g_autofree char *coded = g_base64_encode(bytes->data, bytes->len);
    g_autofree char *charset = word_charset(&word);
    g_string_append_printf(out, "=?%s?B?%s?=", charset, coded);
    return end;
}

static const char *word_append(GString *out, const EncodedWord *word)
{
    g_autofree char *charset = word_charset(word);
    g_string_append_printf(out, "=?%s?Q?%.*s?=", charset, (int)word->text_size, word->text);
    return word->end;
}

/* GMime loses what follows padding in a run of base64 words, and a letter split between two: make each run one word.
 * Yours. */
static char *words_merge(const char *value)
{
    GString *out = g_string_sized_new(strlen(value));
    EncodedWord word;
    while (*value) {
        if (*value == '=' && word_read(value, &word))
            value = word.is_base64 ? words_append_run(out, word) : word_append(out, &word);
        else
            g_string_append_c(out, *value++);
    }
    return g_string_free(out, FALSE);
}

static const char *text_decode(MessageBuilder *builder, const char *raw)
{
    g_autofree char *merged = words_merge(raw);
    g_autofree char *unfolded = g_mime_utils_header_unfold(merged);
    g_autofree char *text = g_mime_utils_header_decode_text(builder->options, unfolded);
    return line_keep(builder->arena, text, PARSE_LINE_MAX);
}

/* ---- addresses ---- */

static void address_append(MessageBuilder *builder, ParseRole role, const char *address, const char *name)
{
    if (builder->addresses->len >= PARSE_ADDRESSES_MAX) {
        builder->mail->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
        return;
    }
    ParsedAddress parsed = {.role = role,
                            .address = line_keep(builder->arena, address ? address : "", PARSE_LINE_MAX),
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
    g_autofree char *merged = words_merge(raw);
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

static void field_keep(MessageBuilder *builder, const char *name, const char *raw)
{
    if (builder->fields->len >= PARSE_FIELDS_MAX) {
        builder->mail->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
        return;
    }
    ParsedField field = {.name = arena_strdup(builder->arena, name), .value = text_decode(builder, raw)};
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
        if (raw && parse_mail_keeps(name))
            field_keep(builder, name, raw);
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
    static const char *const robots[] = {"mailer-daemon", "postmaster@", NULL};
    return field_find(builder, "x-failed-recipients") ||
           (sender_is_null(builder) && value_has_word(builder->mail->from_address, robots));
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
