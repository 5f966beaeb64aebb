/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tree of tnef.c as one flat list: each message inside, written as a plain RFC 5322 message (a mail program opens it),
 * and behind it its files. JOB_TNEF makes the whole list for its names and sums, JOB_DECODE makes it again for one
 * content: so nothing but the raw mail is ever stored.
 */
#include "parse/tnef_int.h"

#include "base/check.h"
#include "parse/body_int.h"
#include "parse/message_int.h"
#include "parse/rtf_int.h"

#include <string.h>

typedef struct Leaf {
    const char *name, *type, *content_id;
    Bytes content;
} Leaf;

typedef struct Flattening {
    Arena *arena;
    Leaf *leaves; /* PARSE_ATTACHMENTS_MAX */
    size_t count;
    size_t rtf_left, inner_left; /* bytes of RTF, and of words of messages inside, still to be made */
    bool damaged;
    uint32_t defects;
} Flattening;

/* ---- words ---- */

static const char *charset_of(uint32_t first, uint32_t second)
{
    const char *charset = codepage_charset(first);
    return charset ? charset : codepage_charset(second);
}

static Bytes clipped(Flattening *work, Bytes bytes, size_t max)
{
    if (bytes.size > max)
        work->defects |= PARSE_DEFECT_TEXT_CUT;
    return (Bytes){bytes.data, MIN(bytes.size, max)};
}

/* The RTF says what nobody else does: all of it when there is no text, its HTML when there is no HTML. */
static void add_rtf(Flattening *work, MessageBuilder *builder, Body *body, BodyChoice *choice, Bytes packed)
{
    bool cut = false;
    g_autoptr(GByteArray) rtf = rtf_unpack(packed, work->rtf_left, &work->damaged, &cut);
    g_autoptr(GString) text = g_string_new(NULL);
    work->rtf_left -= rtf->len;
    RtfText read = rtf_read((Bytes){rtf->data, rtf->len}, PARSE_TEXT_MAX, text);
    Bytes words = clipped(work, (Bytes){(const uint8_t *)text->str, text->len}, PARSE_TEXT_MAX);
    work->defects |= (cut || read.cut ? PARSE_DEFECT_TEXT_CUT : 0u) | (read.guessed ? PARSE_DEFECT_CHARSET : 0u);
    if (read.is_html)
        body_add_html(builder, body, choice, "utf-8", words);
    else if (!choice->has_plain)
        body_add_plain(builder, body, choice, "utf-8", words, false, false);
}

static void body_make(Flattening *work, MessageBuilder *builder, const TnefMessage *message, bool with_html)
{
    Body body;
    BodyChoice choice = {false};
    const TnefText *text = &message->text;
    const char *charset = text->wide ? "utf-16le" : codepage_charset(message->codepage);
    body_init(&body);
    if (text->bytes.size)
        body_add_plain(builder, &body, &choice, charset, clipped(work, text->bytes, PARSE_TEXT_MAX * 2), false, false);
    if (message->html.size)
        body_add_html(builder, &body, &choice, charset_of(message->internet_codepage, message->codepage),
                      clipped(work, message->html, PARSE_TEXT_MAX));
    else if (message->rtf.size)
        add_rtf(work, builder, &body, &choice, message->rtf);
    builder->mail->has_html = builder->mail->has_html && with_html;
    body_finish(builder, &body);
}

/* ---- a message inside ---- */

static void set_sender(Flattening *work, GMimeMessage *written, const TnefMessage *message)
{
    const char *name = tnef_line(work->arena, message, message->sender_name);
    const char *address = tnef_line(work->arena, message, message->sender_smtp);
    if (!strchr(address, '@'))
        address = tnef_line(work->arena, message, message->sender_address);
    if (*name || strchr(address, '@'))
        g_mime_message_add_mailbox(written, GMIME_ADDRESS_TYPE_FROM, *name ? name : NULL,
                                   strchr(address, '@') ? address : "");
}

static Bytes message_write(Flattening *work, const TnefMessage *message, const char *subject, const char *text)
{
    GMimeMessage *written = g_mime_message_new(TRUE);
    GMimeTextPart *part = g_mime_text_part_new();
    set_sender(work, written, message);
    g_mime_message_set_subject(written, subject, "utf-8");
    if (message->sent != TIME_NONE) {
        g_autoptr(GDateTime) sent = g_date_time_new_from_unix_utc(message->sent / 1000);
        g_mime_message_set_date(written, sent);
    }
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text);
    g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_message_set_mime_part(written, GMIME_OBJECT(part));
    g_autofree char *bytes = g_mime_object_to_string(GMIME_OBJECT(written), NULL);
    g_object_unref(part);
    g_object_unref(written);
    return arena_bytes(work->arena, bytes_of(bytes));
}

/* Its words stand until all of them together are too many; those after that are not even looked at, and that is said. */
static Leaf leaf_of_message(Flattening *work, const TnefFile *file)
{
    ParsedMail mail;
    const TnefMessage *message = file->message;
    const char *subject = tnef_line(work->arena, message, message->subject);
    MessageBuilder builder = message_begin(work->arena, (Bytes){NULL, 0}, &mail);
    if (work->inner_left)
        body_make(work, &builder, message, false);
    message_finish(&builder);
    bool fits = work->inner_left && mail.text_size <= work->inner_left;
    work->inner_left -= fits ? mail.text_size : work->inner_left;
    work->defects |= mail.defects | (fits ? 0u : PARSE_DEFECT_TEXT_CUT);
    const char *name = *subject ? subject : file->name;
    return (Leaf){.name = arena_printf(work->arena, "%s.eml", *name ? name : "message"),
                  .type = "message/rfc822",
                  .content_id = "",
                  .content = message_write(work, message, subject, fits ? mail.text : "")};
}

/* ---- the list ---- */

/* Calls itself at most TNEF_DEPTH_MAX deep: tnef_read goes no deeper. */
static void flatten(Flattening *work, const TnefMessage *message)
{
    for (const TnefFile *file = message->files; file->next; file = file->next) {
        check(work->count < PARSE_ATTACHMENTS_MAX);
        if (!file->message) {
            work->leaves[work->count++] = (Leaf){file->name, file->type, file->content_id, file->content};
            continue;
        }
        work->leaves[work->count++] = leaf_of_message(work, file);
        flatten(work, file->message);
    }
}

static void flattening_init(Flattening *work, Arena *arena, const Tnef *tnef)
{
    *work = (Flattening){.arena = arena,
                         .leaves = ARENA_ARRAY(arena, Leaf, PARSE_ATTACHMENTS_MAX),
                         .rtf_left = TNEF_RTF_MAX,
                         .inner_left = TNEF_INNER_TEXT_MAX,
                         .damaged = tnef->damaged,
                         .defects = tnef->cut ? PARSE_DEFECT_PARTS_CUT : 0u};
}

static void add_leaf(MessageBuilder *builder, const Leaf *leaf, uint32_t number, const TnefSource *source)
{
    ParsedAttachment attachment = {.name = name_keep(builder->arena, leaf->name),
                                   .type = type_keep(builder->arena, leaf->type),
                                   .content_id = line_keep(builder->arena, leaf->content_id, 1000),
                                   .encoding = source->encoding,
                                   .length = source->coded,
                                   .tnef = number,
                                   .size = leaf->content.size};
    bytes_sha256_hex(leaf->content, attachment.sha256);
    g_array_append_val(builder->attachments, attachment);
}

void tnef_mail(Arena *arena, Bytes stream, const TnefSource *source, ParsedMail *out)
{
    Tnef tnef;
    Flattening work;
    MessageBuilder builder = message_begin(arena, (Bytes){NULL, 0}, out);
    builder.first = source->first;
    tnef_read(arena, stream, &tnef);
    flattening_init(&work, arena, &tnef);
    flatten(&work, &tnef.message);
    for (size_t i = 0; i < work.count; i++)
        add_leaf(&builder, &work.leaves[i], (uint32_t)(i + 1), source);
    out->subject = tnef_line(arena, &tnef.message, tnef.message.subject);
    work.rtf_left = TNEF_RTF_MAX; /* its own, whatever the messages inside took */
    body_make(&work, &builder, &tnef.message, true);
    out->defects |= work.defects | (work.damaged ? PARSE_DEFECT_TNEF : 0u);
    message_finish(&builder);
}

bool tnef_file(Arena *arena, Bytes stream, uint32_t number, Bytes *content_out)
{
    Tnef tnef;
    Flattening work;
    message_init();
    tnef_read(arena, stream, &tnef);
    flattening_init(&work, arena, &tnef);
    flatten(&work, &tnef.message);
    if (!number || number > work.count)
        return false;
    *content_out = work.leaves[number - 1].content;
    return true;
}
