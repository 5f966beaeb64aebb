/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/attachment_send.h"

#include "parse/attachment.h"
#include "store/blob.h"
#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

enum { FILE_MAX = 64 << 20 };

bool attachment_read_blob(HttpRequest *request, HttpResponse *response, StoreTx *tx, const char *sha256,
                          Bytes *bytes_out)
{
    g_autoptr(GError) error = NULL;
    if (blob_read(tx, sha256, request->arena, bytes_out, &error))
        return true;
    problem_of_error(request, response, error);
    return false;
}

bool attachment_read(HttpRequest *request, HttpResponse *response, StoreTx *tx, const AttachmentFile *file,
                     Bytes *bytes_out)
{
    const char *sha256 = file->file.sha256 ? file->file.sha256 : file->raw_sha256;
    if (sha256)
        return attachment_read_blob(request, response, tx, sha256, bytes_out);
    problem_page(request, response, PROBLEM_NOT_FOUND, ""); /* its original went with the retention rule */
    return false;
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

void attachment_send(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes)
{
    if (file->file.sha256)
        http_send_blob(response, bytes, file->file.media_type, file->file.name, false);
    else
        send_slice(request, response, file, bytes);
}
