/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/receipt.h"
#include "desk/ticket/attachment_scan.h"
#include "web/attachment_send.h"
#include "web/desk/desk_pages.h"
#include "web/desk/message_page.h"
#include "web/desk/ticket_view.h"
#include "web/file_unchecked.h"
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

/* Why one is asked once more; "" when its files were looked at. */
static const char *why_unchecked(const HttpRequest *request, StoreTx *tx, MessageId message)
{
    AttachmentList files = attachment_list_of(tx, request->arena, message);
    const char *why = "";
    for (size_t i = 0; i < files.count && !*why; i++)
        why = attachment_unchecked(visit_of(request), files.items[i].scan);
    return why;
}

/* It can be had by who asks once more. */
static void warn_unchecked(HttpRequest *request, HttpResponse *response, TicketId ticket, MessageId message,
                           FileUnchecked of)
{
    Arena *arena = request->arena;
    const char *number = arena_int(arena, ticket.value), *id = arena_int(arena, message.value);
    of.back = msg_fill(arena, visit_of(request)->lang, MSG_SHEET_BACK, "number", number, NULL);
    of.back_url = url_checked(arena_printf(arena, "/tickets/%s#m%s", number, id));
    file_unchecked_show(request, response, MSG_MENU_QUEUE, &of);
}

/* A message with all that is in it. */
typedef struct Whole {
    const char *sha256; /* NULL: there is none */
    MessageId message;  /* {0}: it holds none of ours or theirs */
    const char *name;   /* to save it under */
    const char *path;   /* where it was asked for */
} Whole;

/* Ends the read transaction. */
static void send_whole(HttpRequest *request, HttpResponse *response, StoreTx *tx, const Whole *whole)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    Bytes raw = {0};
    bool found = whole->sha256 != NULL, has_message = found && whole->message.value;
    bool blocked = has_message && !may_have_original(request, tx, whole->message);
    const char *why =
        has_message && !file_unchecked_is_wanted(request) ? why_unchecked(request, tx, whole->message) : "";
    bool read = found && !blocked && attachment_read_blob(request, response, tx, whole->sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (blocked)
        problem_page(request, response, PROBLEM_INFECTED, msg(visit->lang, MSG_FILE_INFECTED_ORIGINAL));
    else if (read && *why)
        warn_unchecked(request, response, ticket_asked(request), whole->message,
                       (FileUnchecked){.name = whole->name,
                                       .size = attachment_size(arena, visit->lang, (int64_t)raw.size),
                                       .why = why,
                                       .path = whole->path});
    else if (read)
        http_send_blob(response, raw, "message/rfc822", whole->name, false);
}

void ticket_original(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Arena *arena = request->arena;
    MessageId wanted = {http_param_id(request, "message")};
    TicketId ticket = ticket_asked(request);
    const char *ticket_number = arena_int(arena, ticket.value), *number = arena_int(arena, wanted.value);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    MessageList messages = message_list(tx, arena, ticket);
    Whole whole = {.message = wanted,
                   .name = arena_printf(arena, "%s.eml", number),
                   .path = arena_printf(arena, "/tickets/%s/messages/%s/original", ticket_number, number)};
    for (size_t i = 0; i < messages.count; i++)
        if (messages.items[i].id.value == wanted.value)
            whole.sha256 = messages.items[i].raw_sha256;
    send_whole(request, response, tx, &whole);
}

/* What is certified of a message holds it whole, with its files: an envelope is the original, a delivery brings ours back. */
void ticket_receipt(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Arena *arena = request->arena;
    Receipt receipt = {0};
    ReceiptId wanted = {http_param_id(request, "receipt")};
    TicketId ticket = ticket_asked(request);
    const char *ticket_number = arena_int(arena, ticket.value), *number = arena_int(arena, wanted.value);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = receipt_find(tx, arena, ticket, wanted, &receipt);
    send_whole(request, response, tx,
               &(Whole){found ? receipt.raw_sha256 : NULL, receipt.message,
                        arena_printf(arena, "receipt-%s.eml", number),
                        arena_printf(arena, "/tickets/%s/receipts/%s", ticket_number, number)});
}

/* To be saved, after a warning when nobody has looked at it. */
static void save_attachment(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *why = file_unchecked_is_wanted(request) ? "" : attachment_unchecked(visit, file->file.scan);
    if (!*why) {
        attachment_send(request, response, file, bytes);
        return;
    }
    File line = message_file(arena, visit, &file->file);
    warn_unchecked(
        request, response, file->ticket, file->file.message,
        (FileUnchecked){.name = line.name,
                        .size = line.size,
                        .why = why,
                        .path = arena_printf(arena, "/attachments/%s", arena_int(arena, file->file.id.value))});
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
    bool shown = read && show && attachment_send_shown(request, response, &file, bytes);
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read && !shown)
        save_attachment(request, response, &file, bytes);
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
