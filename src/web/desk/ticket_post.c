/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the forms of a ticket's page. How: each is one store_write whose work asks the desk; a refusal shows the page
 * again, as it stands now, with the reason and whatever was typed. Why the redirect after success: reloading must not
 * send again (and the idempotency key makes sure even where a browser insists).
 */
#include "base/text.h"
#include "desk/ticket/answer.h"
#include "desk/ticket/merge.h"
#include "queue/outbox.h"
#include "store/blob.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_view.h"
#include "web/form_upload.h"
#include "web/problem.h"
#include "web/visit.h"
#include "web/wall_field.h"

#include <string.h>

typedef struct Post {
    HttpRequest *request;
    const Visit *visit;
    TicketId ticket;
    int64_t version;
    InputError refused;
} Post;

static Post post_of(HttpRequest *request)
{
    const char *version = http_form(request, "version");
    return (Post){.request = request,
                  .visit = visit_of(request),
                  .ticket = {http_param_id(request, "id")},
                  .version = version ? g_ascii_strtoll(version, NULL, 10) : 0};
}

static const char *form(const Post *post, const char *name)
{
    const char *value = http_form(post->request, name);
    return value ? value : "";
}

/* Where to go after a change: the page of the ticket. */
static void go_back(const Post *post, HttpResponse *response)
{
    http_redirect(response, arena_printf(post->request->arena, "/tickets/%" G_GINT64_FORMAT, post->ticket.value));
}

static void show_refusal(Post *post, HttpResponse *response, TicketTyped *typed)
{
    bool composer = typed->text != NULL;
    const char *words = msg_find(post->visit->lang, post->refused.key);
    if (strcmp(post->refused.key, "ticket.error.not_found") == 0) {
        problem_page(post->request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    http_set_status(response, 409);
    if (!composer)
        typed->flash = words ? words : post->refused.key;
    typed->error = &post->refused;
    ticket_view_show(post->request, response, post->ticket, typed);
}

static void finish(Post *post, HttpResponse *response, StoreOutcome outcome, GError *error, TicketTyped *typed)
{
    if (outcome == STORE_COMMITTED)
        go_back(post, response);
    else if (outcome == STORE_REFUSED && post->refused.key)
        show_refusal(post, response, typed);
    else if (error)
        problem_of_error(post->request, response, error);
    else
        problem_page(post->request, response, PROBLEM_CONFLICT, "");
}

/* ------------------------------------------------------------------------------------------------------------- actions */

typedef struct ActWork {
    Post *post;
    TicketAction action;
    ActionInput input;
    bool take;
    const char *audit; /* ticket.<action> */
} ActWork;

/* Waiting begins from work: who waits from "owned" has begun. */
static bool start_if_owned(TicketEdit *edit, const ActWork *work)
{
    bool needs_start = edit->ticket.now.state == TICKET_OWNED && work->action != TICKET_START &&
                       work->action != TICKET_ASSIGN && work->action != TICKET_RELEASE &&
                       !transition_find(TICKET_OWNED, work->action);
    return !needs_start || ticket_act(edit, TICKET_START, &(ActionInput){0});
}

static bool act(StoreTx *tx, void *arg)
{
    ActWork *work = arg;
    Post *post = work->post;
    TicketEdit edit;
    bool done = ticket_edit_begin_at(&edit, tx, post->request->arena, post->ticket, post->version, post->visit->actor,
                                     post->visit->now) &&
                (work->take ? ticket_take(&edit, post->visit->session.team)
                            : start_if_owned(&edit, work) && ticket_act(&edit, work->action, &work->input));
    if (!done) {
        post->refused = edit.refused;
        return false;
    }
    visit_audit(tx, post->visit, work->audit, "ticket", post->ticket.value);
    return ticket_edit_end(&edit);
}

static void run(HttpResponse *response, const char *name, ActWork *work)
{
    work->audit = name;
    g_autoptr(GError) error = NULL;
    TicketTyped typed = {0};
    StoreOutcome outcome = store_write(desk_store(work->post->visit->desk), name, act, work, &error);
    finish(work->post, response, outcome, error, &typed);
}

void ticket_take_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    run(response, "ticket.take", &(ActWork){.post = &post, .take = true});
}

static bool begin_or_resume(StoreTx *tx, void *arg)
{
    ActWork *work = arg;
    Ticket ticket;
    bool owned =
        ticket_find(tx, work->post->request->arena, work->post->ticket, &ticket) && ticket.now.state == TICKET_OWNED;
    work->action = owned ? TICKET_START : TICKET_RESUME;
    return act(tx, work);
}

void ticket_start_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    TicketTyped typed = {0};
    Post post = post_of(request);
    ActWork work = {.post = &post, .audit = "ticket.start"};
    StoreOutcome outcome = store_write(desk_store(post.visit->desk), "ticket.start", begin_or_resume, &work, &error);
    finish(&post, response, outcome, error, &typed);
}

void ticket_wait_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    static const struct {
        const char *state;
        TicketAction action;
    } waits[] = {{"waiting_customer", TICKET_WAIT_CUSTOMER},
                 {"waiting_third_party", TICKET_WAIT_THIRD_PARTY},
                 {"waiting_part", TICKET_WAIT_PART},
                 {"waiting_approval", TICKET_WAIT_APPROVAL}};
    Post post = post_of(request);
    ActWork work = {.post = &post, .action = TICKET_ACTION_COUNT};
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++)
        if (strcmp(form(&post, "state"), waits[i].state) == 0)
            work.action = waits[i].action;
    if (work.action == TICKET_ACTION_COUNT) {
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    work.input = (ActionInput){.customer_reason = text_clean_line(request->arena, bytes_of(form(&post, "reason"))),
                               .next_update_at =
                                   wall_field_parse(request->arena, post.visit->policy->zone, form(&post, "until"))};
    run(response, "ticket.wait", &work);
}

void ticket_assign_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    int64_t person = g_ascii_strtoll(form(&post, "person"), NULL, 10);
    int64_t team = g_ascii_strtoll(form(&post, "team"), NULL, 10);
    ActWork work = {
        .post = &post, .action = person ? TICKET_ASSIGN : TICKET_RELEASE, .input = {.owner = {person}, .team = {team}}};
    run(response, "ticket.assign", &work);
}

static bool merge(StoreTx *tx, void *arg)
{
    Post *post = arg;
    Merging merging = {.from = post->ticket,
                       .version = post->version,
                       .into = {g_ascii_strtoll(form(post, "into"), NULL, 10)},
                       .other_customer = *form(post, "other_customer") != '\0'};
    visit_audit(tx, post->visit, "ticket.merge", "ticket", post->ticket.value);
    return ticket_merge(tx, post->request->arena, &merging, post->visit->actor, post->visit->now, &post->refused);
}

void ticket_merge_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    TicketTyped typed = {0};
    Post post = post_of(request);
    StoreOutcome outcome = store_write(desk_store(post.visit->desk), "ticket.merge", merge, &post, &error);
    finish(&post, response, outcome, error, &typed);
}

void ticket_spam_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    run(response, "ticket.spam", &(ActWork){.post = &post, .action = TICKET_MARK_SPAM});
}

void ticket_reopen_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    ActWork work = {.post = &post,
                    .action = TICKET_REOPEN,
                    .input = {.note = form(&post, "why"),
                              .reopen_since = post.visit->now - post.visit->policy->reopen_ms,
                              .owner = post.visit->session.staff,
                              .next_update_at = desk_next_update(post.visit->desk, post.visit->now)}};
    run(response, "ticket.reopen", &work);
}

/* The customer was told when it was solved, or has no address to be told at. */
void ticket_close_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    run(response, "ticket.close", &(ActWork){.post = &post, .action = TICKET_CLOSE, .input = {.notice = true}});
}

/* -------------------------------------------------------------------------------------------------- answers and notes */

/* Files typed in with an answer or a note, made durable before the transaction that refers to them. */
typedef struct PreparedFiles {
    FormUpload upload;
    BlobPrepared *blobs;
} PreparedFiles;

static bool prepare_files(Post *post, HttpResponse *response, PreparedFiles *files_out)
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
    Post *post;
    PreparedFiles files;
    Answer answer;
    OutgoingAddress to;
    bool wait_customer;
    AnswerResult result;
} AnswerWork;

static bool find_recipient(StoreTx *tx, AnswerWork *work)
{
    Arena *arena = work->post->request->arena;
    ParticipantList participants = participant_list(tx, arena, work->post->ticket);
    MessageList messages = message_list(tx, arena, work->post->ticket);
    const Participant *to = ticket_recipient(&participants, &messages);
    work->answer.to_count = to != NULL;
    if (!to)
        return false;
    work->to = (OutgoingAddress){to->address, to->name};
    work->answer.to = &work->to;
    work->answer.recipient_key = to->address_key;
    return true;
}

static bool wait_for_customer(StoreTx *tx, AnswerWork *work)
{
    Post *post = work->post;
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
    Post *post = work->post;
    find_recipient(tx, work);
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
    Post *post;
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

static void post_note(Post *post, HttpResponse *response, TicketTyped *typed)
{
    g_autoptr(GError) error = NULL;
    NoteWork work = {.post = post, .text = typed->text};
    if (!prepare_files(post, response, &work.files))
        return;
    StoreOutcome outcome = store_write(desk_store(post->visit->desk), "ticket note", add_note, &work, &error);
    finish(post, response, outcome, error, typed);
}

static const char *answer_key(const Post *post)
{
    char hash[SHA256_HEX_SIZE];
    Token fresh = token_new();
    const char *key = token_hash(form(post, "key"), hash) ? form(post, "key") : fresh.text;
    return arena_printf(post->request->arena, "answer:%" G_GINT64_FORMAT ":%s", post->ticket.value, key);
}

static void post_answer(Post *post, HttpResponse *response, TicketTyped *typed)
{
    const Visit *visit = post->visit;
    g_autoptr(GError) error = NULL;
    AnswerWork work = {
        .post = post,
        .wait_customer = strcmp(form(post, "then"), "waiting_customer") == 0,
        .answer = {.ticket = post->ticket,
                   .seen_message = {g_ascii_strtoll(form(post, "seen"), NULL, 10)},
                   .channel = "mail",
                   .text = typed->text,
                   .author_name = visit->session.display_name,
                   .author_team = visit->session.team,
                   .reply = token_new(),
                   .idempotency_key = answer_key(post),
                   .leaves_at = visit->now + visit->policy->undo_ms,
                   .next_update_at = desk_next_update(visit->desk, visit->now),
                   .sealed = visit->policy->demo},
    };
    if (!prepare_files(post, response, &work.files))
        return;
    StoreOutcome outcome = store_write(desk_store(visit->desk), "ticket answer", add_answer, &work, &error);
    if (outcome == STORE_COMMITTED)
        http_redirect(response,
                      arena_printf(post->request->arena, "/tickets/%" G_GINT64_FORMAT "?sent=%" G_GINT64_FORMAT,
                                   post->ticket.value, work.result.outbox.value));
    else
        finish(post, response, outcome, error, typed);
}

void ticket_message_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Post post = post_of(request);
    TicketTyped typed = {.text = text_clean(request->arena, bytes_of(form(&post, "text"))),
                         .key = form(&post, "key"),
                         .note = strcmp(form(&post, "kind"), "note") == 0};
    if (typed.note)
        post_note(&post, response, &typed);
    else
        post_answer(&post, response, &typed);
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
    Post post = post_of(request);
    UndoWork work = {post.visit, {http_param_id(request, "outbox")}};
    switch (store_write(desk_store(post.visit->desk), "answer undo", take_back, &work, &error)) {
    case STORE_COMMITTED:
        go_back(&post, response);
        return;
    case STORE_REFUSED:
        http_set_status(response, 409);
        ticket_view_show(request, response, post.ticket,
                         &(TicketTyped){.flash = msg(post.visit->lang, MSG_FLASH_TOO_LATE)});
        return;
    case STORE_FAILED:
    default:
        problem_of_error(request, response, error);
    }
}
