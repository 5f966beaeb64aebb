/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: what is written on a ticket's page, to the customer or among us. How: each is one store_write whose work asks the
 * desk; a refusal shows the page again, as it stands now, with the reason and whatever was typed. Why the redirect after
 * success: reloading must not send again (and the idempotency key makes sure even where a browser insists).
 */
#include "base/text.h"
#include "desk/ticket/recipient.h"
#include "queue/outbox.h"
#include "store/blob.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"
#include "web/form_upload.h"
#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

/* -------------------------------------------------------------------------------------------------- answers and notes */

/* Files typed in with an answer or a note, made durable before the transaction that refers to them. */
typedef struct PreparedFiles {
    FormUpload upload;
    BlobPrepared *blobs;
} PreparedFiles;

static bool prepare_files(TicketForm *post, HttpResponse *response, PreparedFiles *files_out)
{
    g_autoptr(GError) error = NULL;
    files_out->upload = form_upload_of(post->request);
    if (files_out->upload.too_much) {
        problem_page(post->request, response, PROBLEM_TOO_LARGE, msg(post->visit->lang, MSG_FORM_ERROR_FILES));
        return false;
    }
    files_out->blobs = ARENA_ARRAY(post->request->arena, BlobPrepared, files_out->upload.count);
    for (size_t i = 0; i < files_out->upload.count; i++)
        if (!blob_prepare(desk_store(post->visit->desk), files_out->upload.items[i].content, &files_out->blobs[i],
                          &error)) {
            problem_of_error(post->request, response, error);
            return false;
        }
    return true;
}

static void add_files(StoreTx *tx, Arena *arena, MessageId message, const PreparedFiles *files)
{
    for (size_t i = 0; i < files->upload.count; i++) {
        const FormFile *file = &files->upload.items[i];
        blob_add(tx, &files->blobs[i]);
        attachment_add(tx, &(Attachment){.message = message,
                                         .name = text_clean_line(arena, bytes_of(file->name)),
                                         .media_type = file->media_type,
                                         .size = files->blobs[i].size,
                                         .sha256 = files->blobs[i].sha256,
                                         .encoding = ""});
    }
}

typedef struct AnswerWork {
    TicketForm *post;
    PreparedFiles files;
    Answer answer;
    bool wait_customer;
    AnswerResult result;
} AnswerWork;

/* Whom the composer had ticked; a form without that part leaves it as the last message had it. */
static RecipientChoice choice_of(const TicketForm *post)
{
    const HttpPairs *form = &post->request->form;
    const char **keys = ARENA_ARRAY(post->request->arena, const char *, form->count);
    RecipientChoice choice = {
        .given = *ticket_form_text(post, "copies"), .keys = keys, .added = ticket_form_line(post, "cc_new")};
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->items[i].name, "cc") == 0)
            keys[choice.key_count++] = form->items[i].value;
    return choice;
}

static bool find_recipients(StoreTx *tx, AnswerWork *work, const RecipientChoice *choice)
{
    const Visit *visit = work->post->visit;
    return recipient_choose(tx, work->post->request->arena, choice, visit->actor, visit->now, &work->answer,
                            &work->post->refused);
}

static bool wait_for_customer(StoreTx *tx, AnswerWork *work)
{
    TicketForm *post = work->post;
    TicketEdit edit;
    ActionInput input = {.customer_reason = msg(post->visit->lang, MSG_WAIT_FOR_ANSWER)};
    if (!ticket_edit_begin(&edit, tx, post->request->arena, post->ticket, post->visit->actor, post->visit->now))
        return false;
    if (edit.ticket.now.state == TICKET_IN_PROGRESS && !ticket_act(&edit, TICKET_WAIT_CUSTOMER, &input)) {
        post->refused = edit.refused;
        return false;
    }
    return ticket_edit_end(&edit);
}

static bool add_answer(StoreTx *tx, void *arg)
{
    AnswerWork *work = arg;
    TicketForm *post = work->post;
    RecipientChoice choice = choice_of(post);
    if (!find_recipients(tx, work, &choice))
        return false;
    visit_audit(tx, post->visit, "ticket.answer", "ticket", post->ticket.value);
    if (!answer_add(tx, post->request->arena, &work->answer, post->visit->actor, post->visit->now, &work->result,
                    &post->refused))
        return false;
    if (work->result.already)
        return true;
    add_files(tx, post->request->arena, work->result.message, &work->files);
    return !work->wait_customer || wait_for_customer(tx, work);
}

typedef struct NoteWork {
    TicketForm *post;
    PreparedFiles files;
    const char *text;
    MessageId message;
} NoteWork;

static bool add_note(StoreTx *tx, void *arg)
{
    NoteWork *work = arg;
    const Visit *visit = work->post->visit;
    visit_audit(tx, visit, "ticket.note", "ticket", work->post->ticket.value);
    if (!note_add(tx, work->post->request->arena, work->post->ticket, work->text, visit->session.display_name,
                  visit->actor, visit->now, &work->message, &work->post->refused))
        return false;
    add_files(tx, work->post->request->arena, work->message, &work->files);
    return true;
}

static void post_note(TicketForm *post, HttpResponse *response, TicketTyped *typed)
{
    g_autoptr(GError) error = NULL;
    NoteWork work = {.post = post, .text = typed->text};
    if (!prepare_files(post, response, &work.files))
        return;
    StoreOutcome outcome = store_write(desk_store(post->visit->desk), "ticket note", add_note, &work, &error);
    ticket_form_finish(post, response, outcome, error, typed);
}

static const char *answer_key(const TicketForm *post)
{
    char hash[SHA256_HEX_SIZE];
    Token fresh = token_new();
    const char *key = token_hash(ticket_form_text(post, "key"), hash) ? ticket_form_text(post, "key") : fresh.text;
    return arena_printf(post->request->arena, "answer:%" G_GINT64_FORMAT ":%s", post->ticket.value, key);
}

static Answer answer_of(const TicketForm *post, const char *text)
{
    const Visit *visit = post->visit;
    return (Answer){.ticket = post->ticket,
                    .seen_message = {ticket_form_id(post, "seen")},
                    .channel = "mail",
                    .text = text,
                    .author_name = visit->session.display_name,
                    .author_team = visit->session.team,
                    .reply = token_new(),
                    .idempotency_key = answer_key(post),
                    .leaves_at = visit->now + visit->policy->undo_ms,
                    .next_update_at = desk_next_update(visit->desk, visit->now),
                    .sealed = visit->policy->demo};
}

static void post_answer(TicketForm *post, HttpResponse *response, TicketTyped *typed)
{
    const Visit *visit = post->visit;
    g_autoptr(GError) error = NULL;
    AnswerWork work = {.post = post,
                       .wait_customer = strcmp(ticket_form_text(post, "then"), "waiting_customer") == 0,
                       .answer = answer_of(post, typed->text)};
    if (!prepare_files(post, response, &work.files))
        return;
    StoreOutcome outcome = store_write(desk_store(visit->desk), "ticket answer", add_answer, &work, &error);
    if (outcome == STORE_COMMITTED)
        http_redirect(response,
                      arena_printf(post->request->arena, "/tickets/%" G_GINT64_FORMAT "?sent=%" G_GINT64_FORMAT,
                                   post->ticket.value, work.result.outbox.value));
    else
        ticket_form_finish(post, response, outcome, error, typed);
}

void ticket_message_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketForm post = ticket_form_of(request, "message");
    TicketTyped typed = {.seen = ticket_form_id(&post, "seen"),
                         .text = text_clean(request->arena, bytes_of(ticket_form_text(&post, "text"))),
                         .key = ticket_form_text(&post, "key"),
                         .note = strcmp(ticket_form_text(&post, "kind"), "note") == 0};
    if (typed.note)
        post_note(&post, response, &typed);
    else
        post_answer(&post, response, &typed);
}

/* ------------------------------------------------------------------------------------------------------------ not ours */

typedef struct NotOursWork {
    AnswerWork answer; /* what the customer reads, when they can be written to */
    const char *pointer;
} NotOursWork;

/* In the customer's language, if it is one of ours. */
static bool tell_where_to_go(StoreTx *tx, NotOursWork *work, const Ticket *ticket)
{
    TicketForm *post = work->answer.post;
    Arena *arena = post->request->arena;
    Lang lang = post->visit->lang;
    (void)lang_find(ticket->language, &lang);
    work->answer.answer.text = msg_fill(arena, lang, MSG_NOT_OURS_NOTICE, "pointer", work->pointer, NULL);
    if (!find_recipients(tx, &work->answer, &(RecipientChoice){.given = false}))
        return false;
    return !work->answer.answer.to_count || answer_add(tx, arena, &work->answer.answer, post->visit->actor,
                                                       post->visit->now, &work->answer.result, &post->refused);
}

/* Told, then set aside: nobody is left without a place to go. */
static bool not_ours(StoreTx *tx, void *arg)
{
    NotOursWork *work = arg;
    TicketForm *post = work->answer.post;
    const Visit *visit = post->visit;
    Arena *arena = post->request->arena;
    TicketEdit edit;
    ActionInput input = {.pointer = work->pointer};
    bool begun = ticket_edit_begin_at(&edit, tx, arena, post->ticket, post->version, visit->actor, visit->now);
    bool may = begun && ticket_may(&edit, TICKET_MARK_NOT_OURS, &input).allowed;
    if (may && !tell_where_to_go(tx, work, &edit.ticket))
        return false;
    if (may)
        begun = ticket_edit_begin(&edit, tx, arena, post->ticket, visit->actor, visit->now);
    if (!begun || !ticket_act(&edit, TICKET_MARK_NOT_OURS, &input)) {
        post->refused = edit.refused;
        return false;
    }
    visit_audit(tx, visit, "ticket.not_ours", "ticket", post->ticket.value);
    return ticket_edit_end(&edit);
}

void ticket_not_ours_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketForm post = ticket_form_of(request, "not_ours");
    const char *pointer = ticket_form_line(&post, "pointer");
    NotOursWork work = {.answer = {.post = &post, .answer = answer_of(&post, "")}, .pointer = pointer};
    work.answer.answer.idempotency_key = arena_printf(request->arena, "not-ours:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT,
                                                      post.ticket.value, post.version);
    ticket_form_run(&post, response, "ticket.not_ours", not_ours, &work);
}

/* ---------------------------------------------------------------------------------------------------------- taking back */

typedef struct UndoWork {
    const Visit *visit;
    OutboxId outbox;
} UndoWork;

static bool take_back(StoreTx *tx, void *arg)
{
    const UndoWork *work = arg;
    visit_audit(tx, work->visit, "answer.undo", "outbox", work->outbox.value);
    return outbox_cancel(tx, work->outbox, work->visit->now);
}

void ticket_undo_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    TicketForm post = ticket_form_of(request, "undo");
    UndoWork work = {post.visit, {http_param_id(request, "outbox")}};
    switch (store_write(desk_store(post.visit->desk), "answer undo", take_back, &work, &error)) {
    case STORE_COMMITTED:
        ticket_form_finish(&post, response, STORE_COMMITTED, NULL, NULL);
        return;
    case STORE_REFUSED:
        http_set_status(response, 409);
        ticket_view_show(request, response, post.ticket,
                         &(TicketTyped){.wrong = msg(post.visit->lang, MSG_FLASH_TOO_LATE)});
        return;
    case STORE_FAILED:
    default:
        problem_of_error(request, response, error);
    }
}
