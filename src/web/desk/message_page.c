/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/message_page.h"

#include "base/file_name.h"
#include "base/format.h"
#include "net/download.h"
#include "parse/file_kind.h"
#include "parse/sheet.h"
#include "store/blob.h"
#include "web/attachment_send.h"
#include "web/desk/desk_pages.h"
#include "web/layout.h"
#include "web/mail_sheet.h"
#include "web/message_page_view.h"
#include "web/problem.h"

#include <string.h>

enum { REMOTE_EACH_MAX = 5 << 20, REMOTE_ALL_MAX = 24 << 20, REMOTE_SECONDS = 8, HOSTS_SHOWN = 3 };

/* Nothing runs, loads or is sent; a link may open a tab of its own, which the sandbox does not hold. */
#define SHEET_POLICY                                                                                                   \
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "             \
    "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

/* ------------------------------------------------------------------------------------------------------ what is there */

typedef struct Written {
    Message message;
    AttachmentList files;
    Bytes html; /* as stored */
    Bytes raw;  /* the original, when asked for and there */
} Written;

typedef enum Reading { READING_DONE, READING_ABSENT, READING_ANSWERED } Reading;

/* READING_ABSENT: no such message of that ticket, or none that was written in HTML. */
static Reading read_message(HttpRequest *request, HttpResponse *response, bool with_raw, Written *out)
{
    Reading reading = READING_ABSENT;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return READING_ANSWERED;
    TicketId ticket = {http_param_id(request, "id")};
    MessageId id = {http_param_id(request, "message")};
    if (message_find(tx, request->arena, ticket, id, &out->message) && out->message.html_sha256) {
        bool read = attachment_read_blob(request, response, tx, out->message.html_sha256, &out->html);
        out->files = attachment_list_of(tx, request->arena, id);
        if (read && with_raw && out->files.count && out->message.raw_sha256)
            read = attachment_read_blob(request, response, tx, out->message.raw_sha256, &out->raw);
        reading = read ? READING_DONE : READING_ANSWERED;
    }
    return visit_read_end(request, response, tx) ? reading : READING_ANSWERED;
}

static bool read_or_answer(HttpRequest *request, HttpResponse *response, bool with_raw, Written *out)
{
    Reading reading = read_message(request, response, with_raw, out);
    if (reading == READING_ABSENT)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    return reading == READING_DONE;
}

static bool clean_or_answer(HttpRequest *request, HttpResponse *response, Arena *arena, const Written *written,
                            Bytes *clean_out)
{
    g_autoptr(GError) error = NULL;
    ParseZygote *zygote = web_receiver(visit_of(request)->web)->zygote;
    if (parse_sheet(zygote, arena, written->html, written->files.count, clean_out, &error))
        return true;
    problem_of_error(request, response, error);
    return false;
}

/* --------------------------------------------------------------------------------------------------------------- files */

static const char *file_label(const Attachment *file)
{
    return *file->name ? file->name : file->media_type;
}

File message_file(Arena *arena, const Visit *visit, const Attachment *file)
{
    Lang lang = visit->lang;
    const char *id = arena_int(arena, file->id.value);
    bool shown = attachment_claims_picture(file) || attachment_claims_text(file);
    return (File){
        .name = file_label(file),
        .url = url_local(arena, "/attachments/%", id),
        .size = attachment_size(arena, lang, file->size),
        .view_url = shown ? url_local(arena, "/attachments/%/view", id) : (SafeUrl){NULL},
        .risky = file->scan != SCAN_INFECTED && file_name_is_risky(file->name),
        .blocked = attachment_blocked(arena, lang, file),
        .unchecked = attachment_unchecked(visit, file->scan),
    };
}

static const MessageFile *files_of(HttpRequest *request, const Written *written, size_t *count_out)
{
    Arena *arena = request->arena;
    MessageFile *files = ARENA_ARRAY(arena, MessageFile, written->files.count);
    for (size_t i = 0; i < written->files.count; i++) {
        const Attachment *file = &written->files.items[i];
        File line = message_file(arena, visit_of(request), file);
        files[i] = (MessageFile){line.name,
                                 line.url,
                                 line.size,
                                 line.view_url,
                                 attachment_claims_picture(file) && !*line.blocked ? line.view_url : (SafeUrl){NULL},
                                 line.risky,
                                 line.blocked,
                                 line.unchecked};
    }
    *count_out = written->files.count;
    return files;
}

/* ------------------------------------------------------------------------------------------------------------ the page */

/* "12 immagini di cdn.bar.test, t.bar.test e altri non sono state caricate"; "" when it names none. */
static const char *remote_words(Arena *arena, Lang lang, const MailSheetNeeds *needs)
{
    g_autoptr(GString) hosts = g_string_new(NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < needs->remote_count; i++) {
        const char *host = mail_link_host(arena, needs->remote_urls[i]);
        if (g_hash_table_add(seen, (void *)host) && g_hash_table_size(seen) <= HOSTS_SHOWN)
            g_string_append_printf(hosts, "%s%s", hosts->len ? ", " : "", host);
    }
    if (g_hash_table_size(seen) > HOSTS_SHOWN)
        g_string_append(hosts, " …");
    return needs->remote_total ? msg_fill_count(arena, lang, MSG_SHEET_REMOTE, (int64_t)needs->remote_total, "hosts",
                                                arena_strdup(arena, hosts->str), NULL)
                               : "";
}

static const char *author_of(Arena *arena, const Message *message)
{
    if (*message->sender_name && *message->sender_address)
        return arena_printf(arena, "%s <%s>", message->sender_name, message->sender_address);
    return *message->sender_name ? message->sender_name : message->sender_address;
}

void message_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    Written written = {0};
    Bytes clean;
    g_autoptr(Arena) own = arena_new(ARENA_REQUEST_CAP);
    if (!read_or_answer(request, response, false, &written) ||
        !clean_or_answer(request, response, own, &written, &clean))
        return;
    const char *ticket = arena_int(arena, written.message.ticket.value);
    const char *id = arena_int(arena, written.message.id.value);
    MailSheetNeeds needs = mail_sheet_list(own, clean);
    const char *subject = *written.message.subject ? written.message.subject : msg(visit->lang, MSG_SHEET_TITLE);
    MessagePageView view = {
        .page = layout_desk(request, subject, MSG_MENU_QUEUE),
        .subject = subject,
        .author = author_of(arena, &written.message),
        .when = format_moment(arena, visit->lang, visit->policy->zone, written.message.at, visit->now),
        .number = ticket,
        .back_url = url_checked(arena_printf(arena, "/tickets/%s#m%s", ticket, id)),
        .sheet_url = url_local(arena, "/tickets/%/messages/%/sheet", ticket, id),
        .remote = remote_words(arena, visit->lang, &needs),
    };
    if (written.message.raw_sha256)
        view.original_url = url_local(arena, "/tickets/%/messages/%/original", ticket, id);
    view.files = files_of(request, &written, &view.files_count);
    visit_note_read(visit, "message.read", "message", written.message.id.value);
    message_page_render(http_html(response), visit->lang, &view);
}

/* ----------------------------------------------------------------------------------------------------------- the sheet */

typedef struct Pictures {
    MailPictures of;
    MailPicture *attached, *remote;
    GPtrArray *bytes; /* what they borrow from */
} Pictures;

/* Takes content over. What is no picture by its own bytes is not shown. */
static MailPicture picture_of(HttpRequest *request, GPtrArray *kept, GBytes *content)
{
    FileNature nature;
    g_autoptr(GError) error = NULL;
    gsize size;
    const uint8_t *data = g_bytes_get_data(content, &size);
    g_ptr_array_add(kept, content);
    ParseZygote *zygote = web_receiver(visit_of(request)->web)->zygote;
    bool judged = data && parse_file_kind(zygote, (Bytes){data, size}, &nature, &error);
    if (error)
        g_warning("a picture was not judged: %s", error->message);
    return judged && file_is_picture(&nature) ? (MailPicture){file_kind_type(nature.kind), {data, size}}
                                              : (MailPicture){0};
}

/* A file that cannot be decoded leaves its place empty: the message can be read without it, and it stands in the list of
 * files, where saving it says what is wrong. */
static void fill_attached(HttpRequest *request, const Written *written, const MailSheetNeeds *needs, Pictures *pictures)
{
    size_t room = MAIL_SHEET_DATA_MAX;
    for (size_t i = 0; i < needs->attached_count; i++) {
        size_t index = needs->attached[i];
        const Attachment *file = index < written->files.count ? &written->files.items[index] : NULL;
        if (!file || file->scan == SCAN_INFECTED ||
            file->sha256 || /* no channel keeps a file apart of a message in HTML */
            !written->raw.size || file->size < 0 || (size_t)file->size > room)
            continue;
        g_autoptr(GError) error = NULL;
        GBytes *content = attachment_decode(visit_of(request), file, written->raw, &error);
        if (!content)
            continue;
        room -= MIN(room, g_bytes_get_size(content));
        pictures->attached[index] = picture_of(request, pictures->bytes, content);
    }
}

static void fill_remote(HttpRequest *request, Arena *arena, const MailSheetNeeds *needs, Pictures *pictures)
{
    g_autoptr(GError) error = NULL;
    const DownloadLimits limits = {
        .max_each = REMOTE_EACH_MAX,
        .max_all = REMOTE_ALL_MAX,
        .seconds = REMOTE_SECONDS,
#if FILO_TESTKIT
        .also = g_getenv("FILO_TEST_PICTURES")
#endif
    };
    Download *downloads = ARENA_ARRAY(arena, Download, needs->remote_count + 1);
    for (size_t i = 0; i < needs->remote_count; i++)
        downloads[i].url = needs->remote_urls[i];
    if (!download_all(downloads, needs->remote_count, &limits, &error)) {
        g_warning("pictures of other servers: %s", error->message);
        return;
    }
    for (size_t i = 0; i < needs->remote_count; i++)
        if (downloads[i].content)
            pictures->remote[i] = picture_of(request, pictures->bytes, downloads[i].content);
    pictures->of.remote_urls = needs->remote_urls;
    pictures->of.remote = pictures->remote;
    pictures->of.remote_count = needs->remote_count;
}

static void show_sheet(HttpRequest *request, HttpResponse *response, bool with_remote)
{
    const Visit *visit = visit_of(request);
    Written written = {0};
    Bytes clean;
    g_autoptr(Arena) own = arena_new(2 * ARENA_REQUEST_CAP);
    http_set_policy(response, SHEET_POLICY); /* an error is shown in the frame too */
    if (!read_or_answer(request, response, true, &written) ||
        !clean_or_answer(request, response, own, &written, &clean))
        return;
    if (with_remote)
        visit_note_read(visit, "message.pictures", "message", written.message.id.value);
    MailSheetNeeds needs = mail_sheet_list(own, clean);
    Pictures pictures = {.attached = ARENA_ARRAY(own, MailPicture, written.files.count + 1),
                         .remote = ARENA_ARRAY(own, MailPicture, needs.remote_count + 1),
                         .bytes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref)};
    pictures.of.attached = pictures.attached;
    pictures.of.attached_count = written.files.count;
    fill_attached(request, &written, &needs, &pictures);
    if (with_remote)
        fill_remote(request, own, &needs, &pictures);
    mail_sheet_write(http_html(response), own, visit->lang, written.message.subject, clean, &pictures.of);
    if (!http_set_header(response, "Referrer-Policy", "no-referrer"))
        g_warn_if_reached(); /* a constant of ours */
    g_ptr_array_unref(pictures.bytes);
}

void message_sheet(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    show_sheet(request, response, false);
}

void message_sheet_pictures(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Web *web = visit_of(request)->web;
    if (!web_fetch_begin(web)) {
        http_set_policy(response, SHEET_POLICY);
        problem_page(request, response, PROBLEM_BUSY, "");
        return;
    }
    show_sheet(request, response, true);
    web_fetch_end(web);
}
