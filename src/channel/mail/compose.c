/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One text part in quoted-printable, files in base64, multipart/mixed only when there are files. Quoted-printable and
 * not 8bit: it survives every relay, its lines are short, and "From " and a leading dot can be written so that neither
 * mbox readers nor SMTP find anything to change. The boundary begins with "=_", which neither encoding can produce, so
 * no content can contain it.
 */
#include "channel/mail/compose.h"

#include "base/text.h"

#include <string.h>

#define QP_LINE_MAX 76
#define BASE64_LINE_BYTES 57 /* 76 characters */

static const char HEX[] = "0123456789ABCDEF";

/* --- ids and addresses ------------------------------------------------------------------------------------------- */

static bool is_alnum_between(const char *text, size_t min, size_t max)
{
    size_t length = text ? strlen(text) : 0;
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]))
            return false;
    return length >= min && length <= max;
}

char *mail_message_id(Arena *arena, int64_t ticket, int64_t outbox, const char *random, const char *mailbox_address)
{
    if (!is_alnum_between(random, 8, 64) || !mail_address_is_safe(mailbox_address))
        return NULL;
    char *id = arena_printf(arena, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%s%s", ticket, outbox, random,
                            strchr(mailbox_address, '@'));
    return mail_id_is_safe(id) ? id : NULL;
}

char *mail_plus_address(Arena *arena, const char *mailbox_address, char kind, const char *token)
{
    if (!is_alnum_between(token, 16, 48) || !mail_address_is_safe(mailbox_address))
        return NULL;
    for (const char *c = token; *c; c++)
        if (g_ascii_isupper(*c)) /* a relay may fold the case, so it cannot carry information */
            return NULL;
    const char *domain = strchr(mailbox_address, '@');
    char *address =
        arena_printf(arena, "%.*s+%c.%s%s", (int)(domain - mailbox_address), mailbox_address, kind, token, domain);
    return mail_address_is_safe(address) ? address : NULL;
}

/* --- headers ----------------------------------------------------------------------------------------------------- */

static bool refuse(GError **error, const char *what)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "mail: %s", what);
    return false;
}

static bool are_safe(const Mailbox *mailboxes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!mail_address_is_safe(mailboxes[i].address))
            return false;
    return true;
}

static bool check_draft(const MailDraft *draft, GError **error)
{
    if (!mail_address_is_safe(draft->mailbox_address))
        return refuse(error, "the mailbox's own address cannot stand in a message");
    if (!draft->to_count)
        return refuse(error, "no recipient");
    if (!are_safe(draft->to, draft->to_count) || !are_safe(draft->cc, draft->cc_count))
        return refuse(error, "a recipient's address cannot stand in a message");
    if (!mail_id_is_safe(draft->message_id))
        return refuse(error, "the message id cannot stand in a message");
    return true;
}

static const char *sender_name(Arena *arena, const MailDraft *draft)
{
    bool company = !text_is_blank(draft->company_name);
    if (text_is_blank(draft->operator_name))
        return company ? draft->company_name : NULL;
    return company ? arena_printf(arena, "%s — %s", draft->operator_name, draft->company_name) : draft->operator_name;
}

static bool append_people(Arena *arena, GString *out, const MailDraft *draft, GError **error)
{
    Mailbox from = {.name = sender_name(arena, draft), .address = draft->mailbox_address};
    mail_header_mailboxes(out, "From", &from, 1);
    if (draft->reply_token) {
        Mailbox reply = {.name = draft->company_name,
                         .address = mail_plus_address(arena, draft->mailbox_address, 't', draft->reply_token)};
        if (!reply.address)
            return refuse(error, "the reply token cannot stand in an address");
        mail_header_mailboxes(out, "Reply-To", &reply, 1);
    }
    mail_header_mailboxes(out, "To", draft->to, draft->to_count);
    if (draft->cc_count)
        mail_header_mailboxes(out, "Cc", draft->cc, draft->cc_count);
    return true;
}

/* The safe ids among the references, the answered one last as RFC 5322 §3.6.4 wants it. */
static GPtrArray *thread_ids(const MailDraft *draft, bool answers)
{
    GPtrArray *ids = g_ptr_array_new();
    for (size_t i = 0; i < draft->reference_count; i++)
        if (mail_id_is_safe(draft->references[i]) &&
            !(answers && g_str_equal(draft->references[i], draft->in_reply_to)))
            g_ptr_array_add(ids, (gpointer)draft->references[i]);
    if (answers)
        g_ptr_array_add(ids, (gpointer)draft->in_reply_to);
    if (ids->len > MAIL_REFERENCES_MAX)
        g_ptr_array_remove_range(ids, 1, ids->len - MAIL_REFERENCES_MAX);
    return ids;
}

static void append_thread(GString *out, const MailDraft *draft)
{
    bool answers = mail_id_is_safe(draft->in_reply_to);
    if (answers)
        mail_header_ids(out, "In-Reply-To", &draft->in_reply_to, 1);
    g_autoptr(GPtrArray) ids = thread_ids(draft, answers);
    if (ids->len)
        mail_header_ids(out, "References", (const char *const *)ids->pdata, ids->len);
}

/* What other robots need to leave us alone (RFC 3834, and the header Exchange obeys). */
static void append_automation(GString *out, const MailDraft *draft)
{
    if (draft->purpose != CHANNEL_ANSWER) {
        mail_header_literal(out, "Auto-Submitted", draft->purpose == CHANNEL_ACK ? "auto-replied" : "auto-generated");
        mail_header_literal(out, "X-Auto-Response-Suppress", "All");
    }
    mail_header_literal(out, "X-Filo-Loop", draft->mailbox_address);
}

static bool append_headers(Arena *arena, GString *out, const MailDraft *draft, GError **error)
{
    mail_header_literal(out, "Date", time_to_rfc5322(arena, draft->date));
    if (!append_people(arena, out, draft, error))
        return false;
    mail_header_text(out, "Subject", draft->subject ? draft->subject : "");
    mail_header_ids(out, "Message-ID", &draft->message_id, 1);
    append_thread(out, draft);
    append_automation(out, draft);
    mail_header_literal(out, "MIME-Version", "1.0");
    return true;
}

/* --- bodies ------------------------------------------------------------------------------------------------------ */

/* Must this byte be written as =XX here? at_start: it opens a line of the encoded text; last: it ends the source line.
 * The text goes on after it at least to a NUL. */
static bool needs_escape(const char *at, bool at_start, bool last)
{
    uint8_t byte = (uint8_t)*at;
    if (byte == '=' || byte > 126 || (byte < 32 && byte != '\t'))
        return true;
    if (byte == ' ' || byte == '\t')
        return last;
    return at_start && (byte == '.' || strncmp(at, "From ", 5) == 0);
}

static void append_qp_line(GString *out, const char *line, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; i++) {
        bool last = i + 1 == length;
        size_t size = needs_escape(line + i, width == 0, last) ? 3 : 1;
        if (width + size > QP_LINE_MAX - (last ? 0 : 1)) {
            g_string_append(out, "=\r\n");
            width = 0;
            size = needs_escape(line + i, true, last) ? 3 : 1;
        }
        if (size == 3)
            g_string_append_printf(out, "=%c%c", HEX[(uint8_t)line[i] >> 4], HEX[(uint8_t)line[i] & 15]);
        else
            g_string_append_c(out, line[i]);
        width += size;
    }
    g_string_append(out, "\r\n");
}

static void append_text(Arena *arena, GString *out, const MailDraft *draft)
{
    mail_header_parameter(out, "Content-Type", "text/plain", "charset", "utf-8");
    mail_header_literal(out, "Content-Transfer-Encoding", "quoted-printable");
    g_string_append(out, "\r\n");
    if (!text_is_blank(draft->marker)) {
        const char *marker = text_clean_line(arena, bytes_of(draft->marker));
        append_qp_line(out, marker, strlen(marker));
        g_string_append(out, "\r\n");
    }
    const char *line = text_clean(arena, bytes_of(draft->text));
    while (*line) {
        size_t length = strcspn(line, "\n");
        append_qp_line(out, line, length);
        line += length + (line[length] == '\n');
    }
}

static void append_base64(GString *out, Bytes content)
{
    for (size_t at = 0; at < content.size; at += BASE64_LINE_BYTES) {
        g_autofree char *line = g_base64_encode(content.data + at, MIN((size_t)BASE64_LINE_BYTES, content.size - at));
        g_string_append(out, line);
        g_string_append(out, "\r\n");
    }
}

static void append_file(GString *out, const ChannelFile *file)
{
    const char *media_type = mail_media_type_is_safe(file->media_type) ? file->media_type : "application/octet-stream";
    mail_header_literal(out, "Content-Type", media_type);
    mail_header_parameter(out, "Content-Disposition", "attachment", "filename", file->name ? file->name : "");
    mail_header_literal(out, "Content-Transfer-Encoding", "base64");
    g_string_append(out, "\r\n");
    append_base64(out, file->content);
}

static void append_parts(Arena *arena, GString *out, const MailDraft *draft)
{
    char hash[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(draft->message_id), hash);
    const char *boundary = arena_printf(arena, "=_filo_%.32s", hash);
    mail_header_parameter(out, "Content-Type", "multipart/mixed", "boundary", boundary);
    g_string_append_printf(out, "\r\n--%s\r\n", boundary);
    append_text(arena, out, draft);
    for (size_t i = 0; i < draft->file_count; i++) {
        g_string_append_printf(out, "\r\n--%s\r\n", boundary);
        append_file(out, &draft->files[i]);
    }
    g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
}

/* An estimate from above of what the parts will take: before a byte of it is built. */
static size_t estimate_size(const MailDraft *draft)
{
    size_t size = 64 << 10;
    size += 4 * (draft->text ? strlen(draft->text) : 0);
    for (size_t i = 0; i < draft->file_count && size <= MAIL_MESSAGE_MAX; i++)
        size += MIN(draft->files[i].content.size, MAIL_MESSAGE_MAX) / BASE64_LINE_BYTES * 78 + 1024;
    return size;
}

bool mail_compose(Arena *arena, const MailDraft *draft, Bytes *message_out, GError **error)
{
    if (!check_draft(draft, error))
        return false;
    if (estimate_size(draft) > MAIL_MESSAGE_MAX) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "mail: the message would pass %zu MB",
                    MAIL_MESSAGE_MAX >> 20);
        return false;
    }
    g_autoptr(GString) out = g_string_sized_new(estimate_size(draft));
    if (!append_headers(arena, out, draft, error))
        return false;
    if (draft->file_count)
        append_parts(arena, out, draft);
    else
        append_text(arena, out, draft);
    *message_out = arena_bytes(arena, (Bytes){(const uint8_t *)out->str, out->len});
    return true;
}
