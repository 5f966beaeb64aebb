/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"
#include "base/text.h"
#include "channel/form/form_event.h"
#include "channel/form/form_receive.h"
#include "web/attachment_send.h"
#include "web/file_unchecked.h"
#include "web/form_upload.h"
#include "web/layout.h"
#include "web/portal/portal_pages.h"
#include "web/portal/track_view.h"
#include "web/problem.h"

#include <string.h>

/* What was typed and why it came back, or what became of it; zeroed for a plain look. */
typedef struct TrackTyped {
    const char *reply, *error, *said;
} TrackTyped;

void track_keep_link_secret(HttpResponse *response)
{
    bool set = http_set_header(response, "Referrer-Policy", "no-referrer");
    check(set); /* a constant of ours */
}

/* False: the response is an error page already; a link that leads nowhere is like any other missing page. */
static bool read_track(HttpRequest *request, HttpResponse *response, Track *track_out)
{
    track_keep_link_secret(response);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return false;
    bool found = track_read(tx, request->arena, http_param(request, "token"), track_out);
    if (!visit_read_end(request, response, tx))
        return false;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else
        visit_offer_language(request, track_out->ticket.language);
    return found;
}

static void show(HttpRequest *request, HttpResponse *response, const Track *track, const TrackTyped *typed)
{
    const Visit *visit = visit_of(request);
    TrackingView view;
    const char *key = form_upload_key(request, response);
    if (!key)
        return;
    track_fill(request->arena, visit, track, &view);
    view.page =
        layout_public(request, msg_fill(request->arena, visit->lang, MSG_TRACK_NUMBER, "number", view.number, NULL));
    view.form_token = key;
    view.reply = typed->reply ? typed->reply : "";
    view.reply_error = typed->error ? typed->error : "";
    view.said = typed->said ? typed->said : "";
    tracking_render(http_html(response), visit->lang, &view);
}

void track_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Track track;
    TrackTyped typed = {0};
    const char *said = http_query(request, "said");
    if (!read_track(request, response, &track))
        return;
    if (said && strcmp(said, "new") == 0)
        typed.said = msg(visit_of(request)->lang, MSG_TRACK_SENT_NEW);
    else if (said && strcmp(said, "proved") == 0 && !track.unproved)
        typed.said = msg(visit_of(request)->lang, MSG_TRACK_PROVED);
    else if (said)
        typed.said = msg(visit_of(request)->lang, MSG_TRACK_SENT);
    show(request, response, &track, &typed);
}

/* ----------------------------------------------------------------------------------------------------------- answering */

/* In whose name: the one who opened the request; the link was given to nobody else. */
static FormReply reply_of(const Track *track, const char *text, const char *tracking_sha256)
{
    const Message *first = track_first_inbound(track);
    return (FormReply){
        .tracking_sha256 = tracking_sha256,
        .sender_name = first ? first->sender_name : "",
        .sender_address = first ? first->sender_address : "",
        .customer = {track->ticket.now.party_id},
        .contact = {track->ticket.now.contact_id},
        .subject = track->ticket.subject,
        .text = text,
    };
}

/* To the request itself, or to the new one that this answer opened because the old one was over. */
static void go_on(HttpRequest *request, HttpResponse *response, const Track *track, const FormKey *key,
                  const FormReceipt *receipt)
{
    bool elsewhere =
        receipt->ticket.value != track->ticket.id.value && receipt->ticket.value != track->ticket.now.master_id;
    bool opened = receipt->outcome == INTAKE_OPENED || (receipt->outcome == INTAKE_ALREADY && elsewhere);
    http_redirect(response, arena_printf(request->arena, "/track/%s?said=%s", opened ? key->token.text : track->token,
                                         opened ? "new" : "more"));
}

static void take(HttpRequest *request, HttpResponse *response, const Track *track, const FormKey *key,
                 const FormUpload *upload, const char *text)
{
    const Visit *visit = visit_of(request);
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    char hash[SHA256_HEX_SIZE];
    bool ours = token_hash(track->token, hash);
    check(ours); /* track_read found it by this hash */
    FormReply reply = reply_of(track, text, hash);
    FormParcel parcel = {
        .source = "track",
        .key = key,
        .event = form_reply_event(request->arena, visit->desk, &reply, key, visit->lang),
        .raw = form_reply_to_json(request->arena, &reply),
        .files = upload->items,
        .file_count = upload->count,
    };
    if (form_receive(visit->desk, request->arena, &parcel, &receipt, &error))
        go_on(request, response, track, key, &receipt);
    else
        problem_of_error(request, response, error);
}

void track_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Track track;
    FormKey key;
    const char *typed = http_form(request, "text");
    const char *text = text_clean(request->arena, bytes_of(typed));
    FormUpload upload = form_upload_of(request);
    FormKeyState state = form_key_open(request->arena, visit_of(request)->desk, http_form(request, "form_token"), &key);
    MsgId wrong = MSG_TICKET_ERROR_NO_TEXT;
    if (!read_track(request, response, &track))
        return;
    if (state == FORM_KEY_FORGED)
        wrong = MSG_FORM_ERROR_AGAIN;
    else if (upload.too_much)
        wrong = MSG_FORM_ERROR_FILES;
    else if (g_utf8_strlen(text, -1) > FORM_TEXT_MAX)
        wrong = MSG_FORM_ERROR_LONG;
    else if (!text_is_blank(text) || upload.count) {
        take(request, response, &track, &key, &upload, text);
        return;
    }
    Lang lang = visit_of(request)->lang;
    const char *error = msg(lang, wrong);
    http_set_status(response, 422);
    if (upload.count)
        error = arena_printf(request->arena, "%s %s", error, msg(lang, MSG_FORM_ERROR_CHOOSE_FILES));
    show(request, response, &track, &(TrackTyped){.reply = text, .error = error});
}

/* -------------------------------------------------------------------------------------------------------------- files */

/* After a warning when nobody has looked at it. */
static void send_file(HttpRequest *request, HttpResponse *response, const Track *track, const AttachmentFile *file,
                      Bytes bytes)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *why = file_unchecked_is_wanted(request) ? "" : attachment_unchecked(visit, file->file.scan);
    if (!*why) {
        attachment_send(request, response, file, bytes);
        return;
    }
    const char *number = arena_int(arena, track->ticket.id.value), *id = arena_int(arena, file->file.id.value);
    file_unchecked_show_public(
        request, response,
        &(FileUnchecked){.name = *file->file.name ? file->file.name : file->file.media_type,
                         .size = attachment_size(arena, visit->lang, file->file.size),
                         .why = why,
                         .path = arena_printf(arena, "/track/%s/files/%s", track->token, id),
                         .back = msg_fill(arena, visit->lang, MSG_TRACK_NUMBER, "number", number, NULL),
                         .back_url = url_local(arena, "/track/%", track->token)});
}

void track_file(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Track track;
    AttachmentFile file;
    Bytes bytes = {0};
    track_keep_link_secret(response);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool granted = track_read(tx, request->arena, http_param(request, "token"), &track) &&
                   attachment_find(tx, request->arena, (AttachmentId){http_param_id(request, "id")}, &file) &&
                   track_shows_message(&track, file.file.message, visit_of(request)->now);
    bool read = granted && attachment_read(request, response, tx, &file, &bytes);
    if (!visit_read_end(request, response, tx))
        return;
    if (!granted)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read) {
        visit_offer_language(request, track.ticket.language);
        send_file(request, response, &track, &file, bytes);
    }
}
