/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"
#include "parse/attachment.h"
#include "store/blob.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_view.h"
#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

enum { FILE_MAX = 64 << 20 };

static TicketId ticket_asked(const HttpRequest *request)
{
    return (TicketId){http_param_id(request, "id")};
}

/* After a sent answer: a sentence, and the way to take it back while that is possible. */
static void read_flash(const HttpRequest *request, TicketTyped *typed)
{
    const char *sent = http_query(request, "sent");
    const char *number = http_param(request, "id");
    if (!sent || strspn(sent, "0123456789") != strlen(sent) || strlen(sent) > 18)
        return;
    typed->flash = msg(visit_of(request)->lang, MSG_FLASH_SENT);
    typed->undo_url = url_local(request->arena, "/tickets/%/undo/%", number, sent);
}

void ticket_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketTyped typed = {0};
    read_flash(request, &typed);
    ticket_view_show(request, response, ticket_asked(request), &typed);
}

/* -------------------------------------------------------------------------------------------------------------- files */

/* Reads a blob through the row that grants it; an error page when it cannot. */
static bool read_blob(HttpRequest *request, HttpResponse *response, StoreTx *tx, const char *sha256, Bytes *bytes_out)
{
    g_autoptr(GError) error = NULL;
    if (blob_read(tx, sha256, request->arena, bytes_out, &error))
        return true;
    problem_of_error(request, response, error);
    return false;
}

void ticket_original(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    int64_t wanted = http_param_id(request, "message");
    Bytes raw = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    MessageList messages = message_list(tx, request->arena, ticket_asked(request));
    const char *sha256 = NULL;
    for (size_t i = 0; i < messages.count; i++)
        if (messages.items[i].id.value == wanted)
            sha256 = messages.items[i].raw_sha256;
    bool read = sha256 && read_blob(request, response, tx, sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (read)
        http_send_blob(response, raw, "message/rfc822",
                       arena_printf(request->arena, "%" G_GINT64_FORMAT ".eml", wanted), false);
    else if (!sha256)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
}

static ParseEncoding encoding_of(const char *text)
{
    if (strcmp(text, "base64") == 0)
        return PARSE_BASE64;
    if (strcmp(text, "quoted-printable") == 0)
        return PARSE_QUOTED_PRINTABLE;
    return strcmp(text, "uuencode") == 0 ? PARSE_UUENCODE : PARSE_IDENTITY;
}

/* A slice of the original is decoded in the sandbox. */
static void send_slice(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes raw)
{
    const MailReceiver *receiver = web_receiver(visit_of(request)->web);
    g_autoptr(GError) error = NULL;
    ParsedAttachment slice = {.encoding = encoding_of(file->file.encoding),
                              .offset = (uint64_t)file->file.raw_offset,
                              .length = (uint64_t)file->file.raw_length,
                              .size = (uint64_t)file->file.size};
    g_autoptr(GBytes) decoded = parse_mail_attachment(receiver->zygote, raw, &slice, FILE_MAX, &error);
    if (!decoded) {
        problem_of_error(request, response, error);
        return;
    }
    gsize size;
    const uint8_t *data = g_bytes_get_data(decoded, &size);
    http_send_blob(response, (Bytes){data, size}, file->file.media_type, file->file.name, false);
}

void attachment_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    AttachmentFile file;
    Bytes bytes = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = attachment_find(tx, request->arena, (AttachmentId){http_param_id(request, "id")}, &file);
    const char *sha256 = found ? (file.file.sha256 ? file.file.sha256 : file.raw_sha256) : NULL;
    bool read = sha256 && read_blob(request, response, tx, sha256, &bytes);
    if (!visit_read_end(request, response, tx))
        return;
    if (!sha256)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read && file.file.sha256)
        http_send_blob(response, bytes, file.file.media_type, file.file.name, false);
    else if (read)
        send_slice(request, response, &file, bytes);
}
