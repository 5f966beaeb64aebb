/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * GMime finds the parts and reads the headers; everything else works on slices of the raw. GMime keeps a persistent
 * stream, so the bounds of a part's content are offsets in what it was given, and Prepared.delta leads to the raw.
 * message/rfc822 is registered as an ordinary part, which makes nested messages opaque: they are attachments, and
 * fifty of them inside each other are one. The tree is walked with our own stack. The one message that is handed on as an
 * attachment is read like the outer one, from its own slice; what is nested in that stays closed.
 */
#include "parse/message_int.h"

#include "base/text.h"
#include "parse/body_int.h"
#include "parse/calendar_int.h"
#include "parse/charset_int.h"
#include "parse/decode_int.h"
#include "parse/forward_int.h"
#include "parse/prepare_int.h"
#include "parse/quote.h"
#include "parse/wire_int.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define WITHOUT_LEAK_CHECK(call) (__lsan_disable(), (call), __lsan_enable())
#else
#define WITHOUT_LEAK_CHECK(call) (call)
#endif

enum { STACK_MAX = 20000, NAME_MAX_BYTES = 200, STATUS_MAX = 64 * 1024 };

typedef struct Step {
    GMimeObject *object;
    BodyChoice *choice; /* the nearest multipart/alternative, or NULL */
} Step;

typedef struct Walk {
    MessageBuilder *builder;
    Body body;
    int64_t delta;
    bool is_report;
    size_t nested_count; /* attached messages */
    Bytes nested;        /* the last of them, when it is not coded; else empty */
} Walk;

void message_init(void)
{
    static const char *const nested[] = {"rfc822", "rfc2822", "global", "news", "partial"};
    static bool done;
    if (done)
        return;
    WITHOUT_LEAK_CHECK(
        g_mime_init()); /* what we register instead of its own is forgotten, never freed: once a process */
    for (size_t i = 0; i < G_N_ELEMENTS(nested); i++)
        g_mime_object_register_type("message", nested[i], g_mime_part_get_type());
    done = true;
}

/* ---- one part ---- */

static ParseEncoding part_encoding(GMimePart *part)
{
    switch (g_mime_part_get_content_encoding(part)) {
    case GMIME_CONTENT_ENCODING_BASE64:
        return PARSE_BASE64;
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
        return PARSE_QUOTED_PRINTABLE;
    case GMIME_CONTENT_ENCODING_UUENCODE:
        return PARSE_UUENCODE;
    case GMIME_CONTENT_ENCODING_DEFAULT:
    case GMIME_CONTENT_ENCODING_7BIT:
    case GMIME_CONTENT_ENCODING_8BIT:
    case GMIME_CONTENT_ENCODING_BINARY:
        break;
    }
    return PARSE_IDENTITY;
}

/* Where the part's coded content lies in the raw; empty when there is none. */
static Bytes part_slice(const Walk *walk, GMimePart *part)
{
    Bytes raw = walk->builder->raw;
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (!stream)
        return (Bytes){raw.data, 0};
    int64_t start = stream->bound_start + walk->delta;
    int64_t end =
        (stream->bound_end < 0 ? stream->bound_start + g_mime_stream_length(stream) : stream->bound_end) + walk->delta;
    if (start < 0 || end < start || (uint64_t)end > raw.size)
        return (Bytes){raw.data, 0};
    return (Bytes){raw.data + start, (size_t)(end - start)};
}

/* "text", "<html>": no type/subtype, which RFC 2045 5.2 reads as text/plain; GMime would say octet-stream. */
static bool type_is_no_type(GMimeObject *part)
{
    const char *value = g_mime_object_get_header(part, "Content-Type");
    size_t end = value ? strcspn(value, ";") : 0;
    return value && *value && !memchr(value, '/', end);
}

const char *type_keep(Arena *arena, const char *type)
{
    g_autofree char *lower = g_ascii_strdown(type, -1);
    size_t slash = strcspn(lower, "/");
    bool valid = slash > 0 && lower[slash] && lower[slash + 1] && strlen(lower) <= 127;
    for (size_t i = 0; valid && lower[i]; i++)
        valid = i == slash || g_ascii_isalnum(lower[i]) || strchr("!#$&^_.+-", lower[i]);
    return valid ? arena_strdup(arena, lower) : "application/octet-stream";
}

static const char *part_type(Arena *arena, GMimeObject *part)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);
    const char *major = g_mime_content_type_get_media_type(type), *minor = g_mime_content_type_get_media_subtype(type);
    if (type_is_no_type(part))
        return "text/plain";
    g_autofree char *joined = g_strdup_printf("%s/%s", major ? major : "", minor ? minor : "");
    return type_keep(arena, joined);
}

const char *name_keep(Arena *arena, const char *name)
{
    const char *base = name;
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            base = at + 1;
    const char *line = line_keep(arena, base, PARSE_LINE_MAX);
    g_autoptr(GString) clean = g_string_new(NULL);
    for (const char *at = line; *at; at = g_utf8_next_char(at)) {
        size_t size = (size_t)(g_utf8_next_char(at) - at);
        if (wire_name_is_clean((Bytes){(const uint8_t *)at, size}))
            g_string_append_len(clean, at, (gssize)size);
    }
    if (clean->len <= NAME_MAX_BYTES)
        return arena_strdup(arena, clean->str);
    const char *dot = strrchr(clean->str, '.');
    const char *extension = dot && strlen(dot) <= 20 ? dot : "";
    return arena_printf(arena, "%s%s", line_keep(arena, clean->str, NAME_MAX_BYTES - 20), extension);
}

static const char *part_name(Arena *arena, GMimePart *part)
{
    const char *name = g_mime_part_get_filename(part);
    return name ? name_keep(arena, name) : "";
}

static const char *content_id_keep(Arena *arena, GMimeObject *part)
{
    const char *id = g_mime_object_get_content_id(part);
    g_autofree char *bare = g_strdup(id ? id : "");
    size_t length = strlen(g_strstrip(bare));
    if (length >= 2 && bare[0] == '<' && bare[length - 1] == '>') {
        bare[length - 1] = '\0';
        return line_keep(arena, bare + 1, 1000);
    }
    return line_keep(arena, bare, 1000);
}

typedef struct Digest {
    GChecksum *sum;
    uint64_t size;
    uint8_t head[4]; /* the first bytes */
} Digest;

static bool digest_take(Bytes piece, void *user)
{
    Digest *digest = user;
    for (size_t i = 0; i < piece.size && digest->size + i < sizeof digest->head; i++)
        digest->head[digest->size + i] = piece.data[i];
    if (piece.size)
        g_checksum_update(digest->sum, piece.data, (gssize)piece.size);
    digest->size += piece.size;
    return true;
}

/* What Outlook packs all of a message into says so in one of three places. */
static bool is_tnef(const ParsedAttachment *attachment, const uint8_t head[4])
{
    static const uint8_t magic[] = {0x78, 0x9f, 0x3e, 0x22};
    return !memcmp(head, magic, sizeof magic) || !strcmp(attachment->type, "application/ms-tnef") ||
           !strcmp(attachment->type, "application/vnd.ms-tnef") || !g_ascii_strcasecmp(attachment->name, "winmail.dat");
}

static void attachment_add(Walk *walk, GMimePart *part, Bytes slice)
{
    MessageBuilder *builder = walk->builder;
    if (builder->attachments->len >= PARSE_ATTACHMENTS_MAX) {
        builder->mail->defects |= PARSE_DEFECT_PARTS_CUT;
        return;
    }
    GMimeObject *object = GMIME_OBJECT(part);
    const char *disposition = g_mime_object_get_disposition(object);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    Digest digest = {.sum = sum};
    decode_pump(part_encoding(part), slice, digest_take, &digest);
    ParsedAttachment attachment = {
        .name = part_name(builder->arena, part),
        .type = part_type(builder->arena, object),
        .content_id = content_id_keep(builder->arena, object),
        .is_inline = disposition && !g_ascii_strcasecmp(disposition, "inline"),
        .encoding = part_encoding(part),
        .offset = (uint64_t)(slice.data - builder->raw.data),
        .length = slice.size,
        .size = digest.size,
    };
    attachment.is_tnef = is_tnef(&attachment, digest.head);
    memcpy(attachment.sha256, g_checksum_get_string(sum), sizeof attachment.sha256);
    g_array_append_val(builder->attachments, attachment);
}

static bool parameter_is(GMimeObject *part, const char *name, const char *value)
{
    const char *found = g_mime_object_get_content_type_parameter(part, name);
    return found && !g_ascii_strcasecmp(found, value);
}

static void text_add(Walk *walk, GMimePart *part, Bytes slice, BodyChoice *choice, bool is_html)
{
    bool cut = false;
    GMimeObject *object = GMIME_OBJECT(part);
    size_t used = is_html ? walk->body.html->len : walk->body.text->len;
    size_t room = used < PARSE_TEXT_MAX ? PARSE_TEXT_MAX - used : 0;
    g_autoptr(GByteArray) decoded = body_decode(part_encoding(part), slice, room, &cut);
    Bytes bytes = {decoded->data ? decoded->data : (const uint8_t *)"", decoded->len};
    const char *charset = g_mime_object_get_content_type_parameter(object, "charset");
    if (cut)
        walk->builder->mail->defects |= PARSE_DEFECT_TEXT_CUT;
    if (is_html)
        body_add_html(walk->builder, &walk->body, choice, charset, bytes);
    else
        body_add_plain(walk->builder, &walk->body, choice, charset, bytes, parameter_is(object, "format", "flowed"),
                       parameter_is(object, "delsp", "yes"));
}

/* What a delivery report's part tells, besides being an attachment. Old mailer daemons attach the original without
 * calling the whole a report. */
static void report_add(Walk *walk, GMimePart *part, Bytes slice, const char *type)
{
    bool cut = false;
    if (!strcmp(type, "message/delivery-status") || !strcmp(type, "message/global-delivery-status")) {
        g_autoptr(GByteArray) status = body_decode(part_encoding(part), slice, STATUS_MAX, &cut);
        report_read_status(walk->builder, (Bytes){status->data, status->len});
    } else if ((walk->is_report || walk->builder->mail->is_bounce) &&
               (!strcmp(type, "message/rfc822") || !strcmp(type, "text/rfc822-headers"))) {
        g_autoptr(GByteArray) headers = body_decode(part_encoding(part), slice, STATUS_MAX, &cut);
        report_read_original(walk->builder, (Bytes){headers->data, headers->len});
    }
}

/* The appointments of a calendar part, besides being an attachment. */
static void calendar_add(Walk *walk, GMimePart *part, Bytes slice, const char *type)
{
    const char *name = g_mime_part_get_filename(part);
    bool is_file = name && strlen(name) > 4 && !g_ascii_strcasecmp(name + strlen(name) - 4, ".ics");
    if (strcmp(type, "text/calendar") != 0 && strcmp(type, "application/ics") != 0 && !is_file)
        return;
    bool cut = false, guessed = false;
    g_autoptr(GByteArray) decoded = body_decode(part_encoding(part), slice, PARSE_TEXT_MAX, &cut);
    g_autoptr(GString) text = g_string_new(NULL);
    const char *charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
    charset_append(text, charset, (Bytes){decoded->data ? decoded->data : (const uint8_t *)"", decoded->len}, &guessed);
    if (cut)
        walk->builder->mail->defects |= PARSE_DEFECT_TEXT_CUT;
    calendar_read(walk->builder->arena, text->str, walk->builder->appointments);
}

static void part_add(Walk *walk, GMimePart *part, BodyChoice *choice)
{
    GMimeObject *object = GMIME_OBJECT(part);
    Bytes slice = part_slice(walk, part);
    const char *type = part_type(walk->builder->arena, object);
    const char *disposition = g_mime_object_get_disposition(object);
    bool is_html = !strcmp(type, "text/html"), is_text = is_html || !strcmp(type, "text/plain");
    bool is_file = (disposition && !g_ascii_strcasecmp(disposition, "attachment")) || g_mime_part_get_filename(part);
    if (is_text && !is_file) {
        text_add(walk, part, slice, choice, is_html);
        return;
    }
    if (!strcmp(type, "message/rfc822") || !strcmp(type, "message/global")) {
        walk->nested_count++;
        walk->nested = part_encoding(part) == PARSE_IDENTITY ? slice : (Bytes){slice.data, 0};
    }
    report_add(walk, part, slice, type);
    calendar_add(walk, part, slice, type);
    attachment_add(walk, part, slice);
}

/* ---- the tree ---- */

/* A multipart without parts: its boundary is missing or never came, and what was written is all in the prologue. */
static void multipart_add_prologue(Walk *walk, GMimeMultipart *multipart)
{
    const char *prologue = g_mime_multipart_get_prologue(multipart);
    walk->builder->mail->defects |= PARSE_DEFECT_MULTIPART;
    if (prologue)
        body_add_plain(walk->builder, &walk->body, NULL, NULL, bytes_of(prologue), false, false);
}

static void multipart_push(Walk *walk, GArray *stack, GMimeMultipart *multipart, BodyChoice *choice)
{
    int count = g_mime_multipart_get_count(multipart);
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
    if (g_mime_content_type_is_type(type, "multipart", "alternative"))
        choice = ARENA_NEW(walk->builder->arena, BodyChoice);
    if (!count)
        multipart_add_prologue(walk, multipart);
    if (stack->len + (guint)count > STACK_MAX) {
        walk->builder->mail->defects |= PARSE_DEFECT_PARTS_CUT;
        count = (int)(STACK_MAX - stack->len);
    }
    for (int i = count - 1; i >= 0; i--) { /* the first part on top */
        Step step = {g_mime_multipart_get_part(multipart, i), choice};
        g_array_append_val(stack, step);
    }
}

static void walk_parts(Walk *walk, GMimeObject *root)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(Step));
    Step first = {root, NULL};
    g_array_append_val(stack, first);
    while (stack->len) {
        Step step = g_array_index(stack, Step, stack->len - 1);
        g_array_set_size(stack, stack->len - 1);
        if (GMIME_IS_MULTIPART(step.object))
            multipart_push(walk, stack, GMIME_MULTIPART(step.object), step.choice);
        else if (GMIME_IS_PART(step.object))
            part_add(walk, GMIME_PART(step.object), step.choice);
    }
}

/* ---- the message ---- */

static void on_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer user)
{
    ParsedMail *mail = user;
    (void)offset;
    (void)item;
    if (code == GMIME_CRIT_NESTING_OVERFLOW)
        mail->defects |= PARSE_DEFECT_NESTING;
    else if (code == GMIME_WARN_MALFORMED_MULTIPART || code == GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY ||
             code == GMIME_WARN_TRUNCATED_MESSAGE)
        mail->defects |= PARSE_DEFECT_MULTIPART;
}

static GMimeParserOptions *options_new(ParsedMail *mail)
{
    static const char *fallback[] = {"utf-8", "windows-1252", NULL};
    GMimeParserOptions *options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, fallback);
    g_mime_parser_options_set_allow_addresses_without_domain(options, TRUE);
    g_mime_parser_options_set_warning_callback(options, on_warning, mail);
    return options;
}

static GMimeMessage *message_construct(GByteArray *bytes, GMimeParserOptions *options)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, options);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

/* ---- a message that is handed on as an attachment ---- */

static void message_read(Arena *arena, Bytes raw, bool clipped, bool is_nested, ParsedMail *out);

/* An attached message is handed on where the subject says so, or nothing else is said. Else it is somebody's evidence. */
static bool is_handed_on(const ParsedMail *mail, const ParsedMail *nested)
{
    const char *subject = mail->subject;
    return quote_subject_is_forward(subject) || !*subject || !strcmp(subject, nested->subject) ||
           text_is_blank(mail->text);
}

static size_t count_writers(const ParsedMail *mail)
{
    size_t count = 0;
    for (size_t i = 0; i < mail->address_count; i++)
        count += mail->addresses[i].role == PARSE_FROM;
    return count;
}

/* Its files, as ranges of the whole raw message. */
static const ParsedAttachment *files_in_raw(Arena *arena, const ParsedMail *nested, size_t offset)
{
    ParsedAttachment *files = ARENA_ARRAY(arena, ParsedAttachment, nested->attachment_count);
    for (size_t i = 0; i < nested->attachment_count; i++) {
        files[i] = nested->attachments[i];
        files[i].offset += offset;
    }
    return files;
}

static void forward_read_nested(MessageBuilder *builder, const Walk *walk)
{
    ParsedMail *mail = builder->mail, nested;
    Arena *arena = builder->arena;
    if (builder->is_nested || mail->forward.kind || walk->is_report || mail->is_bounce || walk->nested_count != 1 ||
        !walk->nested.size)
        return;
    message_read(arena, walk->nested, false, true, &nested);
    if (!is_handed_on(mail, &nested))
        return;
    bool one = count_writers(&nested) == 1;
    size_t said = mail->quote_at == PARSE_NO_QUOTE ? mail->text_size : mail->quote_at;
    mail->forward = (ParsedForward){
        .kind = PARSE_FORWARD_ATTACHED,
        .is_auto = nested.is_auto || nested.is_bounce || nested.is_list,
        .address = one ? nested.from_address : "",
        .name = one ? nested.from_name : "",
        .subject = nested.subject,
        .at = {nested.date > TIME_NONE ? PARSE_WHEN_INSTANT : PARSE_WHEN_NONE, MAX(nested.date, TIME_NONE), ""},
        .message_id = nested.message_id,
        .in_reply_to = nested.in_reply_to,
        .remark = forward_remark(arena, mail->text, said),
        .text = nested.text,
        .text_size = nested.text_size,
        .quote_at = nested.quote_at,
        .references = nested.references,
        .reference_count = nested.reference_count,
        .attachments = files_in_raw(arena, &nested, (size_t)(walk->nested.data - builder->raw.data)),
        .attachment_count = nested.attachment_count,
    };
}

/* ---- the whole ---- */

/* RFC 8551 3.2.2: a whole mail's part is called smime.p7m, or says what it is; another name is a file's that somebody
 * signed (contratto.pdf.p7m). Certificates alone hold no mail. */
static bool is_smime(GMimeObject *root, GMimeContentType *type)
{
    const char *what = g_mime_content_type_get_parameter(type, "smime-type");
    const char *name = GMIME_IS_PART(root) ? g_mime_part_get_filename(GMIME_PART(root)) : NULL;
    if (!g_mime_content_type_is_type(type, "application", "pkcs7-mime") &&
        !g_mime_content_type_is_type(type, "application", "x-pkcs7-mime"))
        return false;
    return what ? g_ascii_strcasecmp(what, "certs-only") != 0 : !name || !g_ascii_strcasecmp(name, "smime.p7m");
}

static bool is_sealed(GMimeObject *root, GMimeContentType *type)
{
    return g_mime_content_type_is_type(type, "multipart", "encrypted") || is_smime(root, type);
}

static void body_read(MessageBuilder *builder, GMimeMessage *message, int64_t delta)
{
    GMimeObject *root = g_mime_message_get_mime_part(message);
    Walk walk = {.builder = builder, .delta = delta};
    body_init(&walk.body);
    if (root) {
        GMimeContentType *type = g_mime_object_get_content_type(root);
        walk.is_report = g_mime_content_type_is_type(type, "multipart", "report");
        if (is_sealed(root, type))
            builder->mail->defects |= PARSE_DEFECT_SEALED;
        walk_parts(&walk, root);
    }
    body_finish(builder, &walk.body);
    forward_read_nested(builder, &walk);
}

/* Moves a list into the arena and frees it. */
static const void *list_keep(Arena *arena, GArray *list, size_t element, size_t *count_out)
{
    *count_out = list->len;
    void *copy = arena_array(arena, list->len + 1, element);
    if (list->len)
        memcpy(copy, list->data, list->len * element);
    g_array_unref(list);
    return copy;
}

static void lists_keep(MessageBuilder *builder)
{
    ParsedMail *mail = builder->mail;
    Arena *arena = builder->arena;
    mail->addresses = list_keep(arena, builder->addresses, sizeof(ParsedAddress), &mail->address_count);
    mail->references = list_keep(arena, builder->references, sizeof(char *), &mail->reference_count);
    mail->fields = list_keep(arena, builder->fields, sizeof(ParsedField), &mail->field_count);
    mail->attachments = list_keep(arena, builder->attachments, sizeof(ParsedAttachment), &mail->attachment_count);
    mail->appointments = list_keep(arena, builder->appointments, sizeof(ParsedAppointment), &mail->appointment_count);
    mail->reports = list_keep(arena, builder->reports, sizeof(ParsedReport), &mail->report_count);
}

MessageBuilder message_begin(Arena *arena, Bytes raw, ParsedMail *out)
{
    raw.data = raw.data ? raw.data : (const uint8_t *)"";
    *out = (ParsedMail){.from_address = "",
                        .from_name = "",
                        .subject = "",
                        .message_id = "",
                        .in_reply_to = "",
                        .text = "",
                        .report_message_id = "",
                        .quote_at = PARSE_NO_QUOTE,
                        .parsed = true};
    return (MessageBuilder){.arena = arena,
                            .raw = raw,
                            .mail = out,
                            .options = options_new(out),
                            .addresses = g_array_new(FALSE, FALSE, sizeof(ParsedAddress)),
                            .references = g_array_new(FALSE, FALSE, sizeof(char *)),
                            .fields = g_array_new(FALSE, FALSE, sizeof(ParsedField)),
                            .attachments = g_array_new(FALSE, FALSE, sizeof(ParsedAttachment)),
                            .appointments = g_array_new(FALSE, FALSE, sizeof(ParsedAppointment)),
                            .reports = g_array_new(FALSE, FALSE, sizeof(ParsedReport))};
}

void message_finish(MessageBuilder *builder)
{
    ParsedMail *mail = builder->mail;
    lists_keep(builder);
    mail->truncated = mail->defects & (PARSE_DEFECT_HEADERS_CLIPPED | PARSE_DEFECT_BODY_CUT | PARSE_DEFECT_TEXT_CUT |
                                       PARSE_DEFECT_PARTS_CUT | PARSE_DEFECT_NESTING);
    g_mime_parser_options_free(builder->options);
}

static void message_read(Arena *arena, Bytes raw, bool clipped, bool is_nested, ParsedMail *out)
{
    MessageBuilder builder = message_begin(arena, raw, out);
    builder.is_nested = is_nested;
    Prepared prepared = message_prepare(builder.raw, clipped ? &prepare_clipped : &prepare_normal);
    out->defects |= prepared.defects;
    GMimeMessage *message = message_construct(prepared.bytes, builder.options);
    if (message) {
        headers_read(&builder, message);
        body_read(&builder, message, prepared.delta);
        g_object_unref(message);
    }
    message_finish(&builder);
    g_byte_array_unref(prepared.bytes);
}

void message_parse(Arena *arena, Bytes raw, bool clipped, ParsedMail *out)
{
    message_init();
    message_read(arena, raw, clipped, false, out);
}
