/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/attachment_send.h"

#include "base/format.h"
#include "parse/attachment.h"
#include "parse/file_kind.h"
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
    if (file->file.scan == SCAN_INFECTED) {
        problem_page(request, response, PROBLEM_INFECTED, file->file.scan_said);
        return false;
    }
    if (sha256)
        return attachment_read_blob(request, response, tx, sha256, bytes_out);
    problem_page(request, response, PROBLEM_NOT_FOUND, ""); /* its original went with the retention rule */
    return false;
}

GBytes *attachment_decode(const Visit *visit, const Attachment *file, Bytes bytes, GError **error)
{
    if (file->sha256)
        return g_bytes_new_static(bytes.data, bytes.size);
    ParsedAttachment slice = parse_attachment_slice(file->encoding, file->raw_offset, file->raw_length);
    return parse_mail_attachment(web_receiver(visit->web)->zygote, bytes, &slice, FILE_MAX, error);
}

/* A file opened: what it is by its own bytes. */
typedef struct Content {
    GBytes *decoded;
    Bytes bytes;
    FileNature nature;
} Content;

/* false: the response is an error page. */
static bool open_content(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes,
                         Content *content_out)
{
    const Visit *visit = visit_of(request);
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    content_out->decoded = attachment_decode(visit, &file->file, bytes, &error);
    const uint8_t *data = content_out->decoded ? g_bytes_get_data(content_out->decoded, &size) : NULL;
    content_out->bytes = (Bytes){data, size};
    if (content_out->decoded &&
        parse_file_kind(web_receiver(visit->web)->zygote, content_out->bytes, &content_out->nature, &error))
        return true;
    problem_of_error(request, response, error);
    return false;
}

static bool may_show(const Content *content)
{
    FileKind kind = content->nature.kind;
    bool is_text = kind == FILE_KIND_TEXT || kind == FILE_KIND_LATIN;
    return file_is_picture(&content->nature) || (is_text && content->bytes.size <= ATTACHMENT_TEXT_MAX);
}

static void send_content(HttpResponse *response, const AttachmentFile *file, const Content *content, bool show)
{
    http_send_blob(response, content->bytes, file_kind_type(content->nature.kind), file->file.name, show);
}

static void close_content(Content *content)
{
    g_clear_pointer(&content->decoded, g_bytes_unref);
}

void attachment_send(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes)
{
    Content content = {0};
    if (open_content(request, response, file, bytes, &content))
        send_content(response, file, &content, false);
    close_content(&content);
}

bool attachment_send_shown(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes)
{
    Content content = {0};
    bool opened = open_content(request, response, file, bytes, &content);
    bool shown = opened && may_show(&content);
    if (shown)
        send_content(response, file, &content, true);
    close_content(&content);
    return shown || !opened;
}

const char *attachment_blocked(Arena *arena, Lang lang, const Attachment *file)
{
    return file->scan == SCAN_INFECTED ? msg_fill(arena, lang, MSG_FILES_INFECTED, "name", file->scan_said, NULL) : "";
}

const char *attachment_unchecked(const Visit *visit, AttachmentScan scan)
{
    bool is_judged = scan == SCAN_CLEAN || scan == SCAN_INFECTED;
    if (is_judged || !web_scanner(visit->web))
        return "";
    return msg(visit->lang, scan == SCAN_UNABLE ? MSG_FILES_UNABLE : MSG_FILES_WAITING);
}

const char *attachment_size(Arena *arena, Lang lang, int64_t size)
{
    return arena_printf(arena, "%s kB", format_number(arena, lang, (size + 1023) / 1024));
}

static bool ends_in(const char *name, const char *const *extensions)
{
    const char *dot = strrchr(name, '.');
    g_autofree char *lower = g_ascii_strdown(dot ? dot + 1 : "", -1);
    return g_strv_contains(extensions, lower);
}

bool attachment_claims_picture(const Attachment *file)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif",
                                        "image/webp", NULL};
    static const char *const extensions[] = {"png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", NULL};
    return g_strv_contains(types, file->media_type) || ends_in(file->name, extensions);
}

bool attachment_claims_text(const Attachment *file)
{
    static const char *const extensions[] = {"txt", "log", "csv", "md", "json", "xml", "ini", "yaml", "yml", NULL};
    return file->size <= ATTACHMENT_TEXT_MAX &&
           (!strcmp(file->media_type, "text/plain") || ends_in(file->name, extensions));
}
