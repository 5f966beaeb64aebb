/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/receipt.h"
#include "desk/ticket/attachment_scan.h"
#include "web/attachment_send.h"
#include "web/desk/desk_pages.h"
#include "web/desk/message_page.h"
#include "web/desk/ticket_view.h"
#include "web/file_unchecked_view.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

static TicketId ticket_asked(const HttpRequest *request)
{
    return (TicketId){http_param_id(request, "id")};
}

static bool is_number(const char *text)
{
    return text && *text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 18;
}

/* After a sent answer: a sentence, and the way to take it back while that is possible. */
static void read_flash(const HttpRequest *request, TicketTyped *typed)
{
    const char *sent = http_query(request, "sent");
    const char *number = http_param(request, "id");
    if (!is_number(sent))
        return;
    typed->flash = msg(visit_of(request)->lang, MSG_FLASH_SENT);
    typed->undo_url = url_local(request->arena, "/tickets/%/undo/%", number, sent);
}

/* After a split: where it came from, and the way back. */
static void read_split(const HttpRequest *request, TicketTyped *typed)
{
    const char *from = http_query(request, "split");
    if (is_number(from))
        typed->flash = msg_fill(request->arena, visit_of(request)->lang, MSG_SPLIT_DONE, "number", from, NULL);
}

void ticket_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketTyped typed = {0};
    read_flash(request, &typed);
    read_split(request, &typed);
    ticket_view_show(request, response, ticket_asked(request), &typed);
}

/* -------------------------------------------------------------------------------------------------------------- files */

/* One with a virus in it is for who looks after the installation, and that they had it is kept. */
static bool may_have_original(HttpRequest *request, StoreTx *tx, MessageId message)
{
    const Visit *visit = visit_of(request);
    bool infected = attachment_scan_is_infected(tx, request->arena, message);
    if (infected && visit_may(visit, "settings.write"))
        visit_note_read(visit, "message.infected_original", "message", message.value);
    return !infected || visit_may(visit, "settings.write");
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
    bool blocked = sha256 && !may_have_original(request, tx, (MessageId){wanted});
    bool read = sha256 && !blocked && attachment_read_blob(request, response, tx, sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (read)
        http_send_blob(response, raw, "message/rfc822",
                       arena_printf(request->arena, "%" G_GINT64_FORMAT ".eml", wanted), false);
    else if (blocked)
        problem_page(request, response, PROBLEM_INFECTED, msg(visit_of(request)->lang, MSG_FILE_INFECTED_ORIGINAL));
    else if (!sha256)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
}

/* What is certified of a message holds it whole, with its files: an envelope is the original, a delivery brings ours back. */
void ticket_receipt(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Receipt receipt;
    ReceiptId wanted = {http_param_id(request, "receipt")};
    Bytes raw = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = receipt_find(tx, request->arena, ticket_asked(request), wanted, &receipt);
    bool blocked = found && receipt.message.value && !may_have_original(request, tx, receipt.message);
    bool read = found && !blocked && attachment_read_blob(request, response, tx, receipt.raw_sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (blocked)
        problem_page(request, response, PROBLEM_INFECTED, msg(visit_of(request)->lang, MSG_FILE_INFECTED_ORIGINAL));
    else if (read)
        http_send_blob(response, raw, "message/rfc822",
                       arena_printf(request->arena, "receipt-%" G_GINT64_FORMAT ".eml", wanted.value), false);
}

/* Nobody has looked at it: it can be had by who asks once more. */
static void warn_unchecked(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, const char *why)
{
    const Visit *visit = visit_of(request);
    File line = message_file(request->arena, visit, &file->file);
    const char *number = arena_int(request->arena, file->ticket.value);
    FileUncheckedView view = {
        .page = layout_desk(request, msg(visit->lang, MSG_FILE_UNCHECKED_TITLE), MSG_MENU_QUEUE),
        .name = line.name,
        .size = line.size,
        .why = why,
        .number = number,
        .ticket_url = url_checked(arena_printf(request->arena, "/tickets/%s#m%s", number,
                                               arena_int(request->arena, file->file.message.value))),
        .url = url_checked(arena_printf(request->arena, "/attachments/%s?unchecked=yes",
                                        arena_int(request->arena, file->file.id.value))),
    };
    file_unchecked_render(http_html(response), visit->lang, &view);
}

static void send_attachment(HttpRequest *request, HttpResponse *response, bool show)
{
    AttachmentFile file;
    Bytes bytes = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = attachment_find(tx, request->arena, (AttachmentId){http_param_id(request, "id")}, &file);
    bool read = found && attachment_read(request, response, tx, &file, &bytes);
    if (!visit_read_end(request, response, tx))
        return;
    const char *unchecked =
        found && !show && !http_query(request, "unchecked") ? attachment_unchecked(visit_of(request), &file.file) : "";
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read && *unchecked)
        warn_unchecked(request, response, &file, unchecked);
    else if (read)
        attachment_send(request, response, &file, bytes, show);
}

void attachment_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    send_attachment(request, response, false);
}

void attachment_view(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    send_attachment(request, response, true);
}
