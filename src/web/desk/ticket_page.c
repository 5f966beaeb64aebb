/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/receipt.h"
#include "web/attachment_send.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_view.h"
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
    bool read = sha256 && attachment_read_blob(request, response, tx, sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (read)
        http_send_blob(response, raw, "message/rfc822",
                       arena_printf(request->arena, "%" G_GINT64_FORMAT ".eml", wanted), false);
    else if (!sha256)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
}

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
    bool read = found && attachment_read_blob(request, response, tx, receipt.raw_sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read)
        http_send_blob(response, raw, "message/rfc822",
                       arena_printf(request->arena, "receipt-%" G_GINT64_FORMAT ".eml", wanted.value), false);
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
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
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
