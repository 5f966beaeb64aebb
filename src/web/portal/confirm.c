/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: "did you write this?", for whoever reads the address under which a request came (desk/intake/unproved.h). How: the
 * mail's link shows the request and one button; only the button says yes, because scanners of mail open every link. The link
 * of an acknowledgement holds the page's own link too and leads there afterwards, also when it is opened again; an answer's
 * does not know that one, and says only that it is done. Why the request's words stand there and not in the mail: nobody can
 * say yes to what they do not see, and a mail of ours must not carry a stranger's words to whom they choose.
 */
#include "base/format.h"
#include "base/text.h"
#include "desk/intake/unproved.h"
#include "web/confirm_view.h"
#include "web/layout.h"
#include "web/portal/portal_pages.h"
#include "web/portal/track_view.h"
#include "web/problem.h"

#include <string.h>

enum { SHOWN_MAX = 1500 };

typedef struct Confirm {
    const char *page; /* secret part of the request's page; NULL: not known */
    const char *proof;
    UnprovedLink link;
} Confirm;

/* Both parts must lead to the same request. */
static bool find(StoreTx *tx, Arena *arena, Confirm *confirm)
{
    char proof[SHA256_HEX_SIZE], page[SHA256_HEX_SIZE];
    if (!token_hash(confirm->proof, proof) || !unproved_find_link(tx, arena, proof, &confirm->link))
        return false;
    return !confirm->page || (token_hash(confirm->page, page) &&
                              ticket_find_by_tracking(tx, arena, page).value == confirm->link.ticket.id.value);
}

/* False: the response is an error page already; a link that leads nowhere is like any other missing page. */
static bool read_confirm(HttpRequest *request, HttpResponse *response, bool with_page, Confirm *confirm_out)
{
    *confirm_out =
        (Confirm){.page = with_page ? http_param(request, "token") : NULL, .proof = http_param(request, "proof")};
    track_keep_link_secret(response);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return false;
    bool found = find(tx, request->arena, confirm_out);
    if (!visit_read_end(request, response, tx))
        return false;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else
        visit_offer_language(request, confirm_out->link.ticket.language);
    return found;
}

static void show(HttpRequest *request, HttpResponse *response, const Confirm *confirm)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const Message *first = &confirm->link.first;
    bool done = confirm->link.proved;
    ConfirmView view = {
        .page = layout_public(request, msg(visit->lang, done ? MSG_CONFIRM_DONE : MSG_CONFIRM_TITLE)),
        .done = done,
        .number = arena_int(arena, confirm->link.ticket.id.value),
        .when = format_moment(arena, visit->lang, visit->policy->zone, first->at, visit->now),
        .name = first->sender_name,
        .subject = first->subject,
        .body = html_from_lines(arena, text_clip(arena, first->text, SHOWN_MAX)),
        .confirm_url = confirm->page ? url_local(arena, "/track/%/confirm/%", confirm->page, confirm->proof)
                                     : url_local(arena, "/confirm/%", confirm->proof),
    };
    confirm_render(http_html(response), visit->lang, &view);
}

static void look(HttpRequest *request, HttpResponse *response, bool with_page)
{
    Confirm confirm;
    if (!read_confirm(request, response, with_page, &confirm))
        return;
    if (confirm.link.proved && confirm.page)
        http_redirect(response, arena_printf(request->arena, "/track/%s", confirm.page));
    else
        show(request, response, &confirm);
}

/* --------------------------------------------------------------------------------------------------------------- the yes */

typedef struct ConfirmWork {
    HttpRequest *request;
    TicketId ticket;
} ConfirmWork;

/* Said twice, it was said. */
static bool prove(StoreTx *tx, void *arg)
{
    const ConfirmWork *work = arg;
    const Visit *visit = visit_of(work->request);
    InputError refused;
    if (!unproved_prove(tx, work->request->arena, &(UnprovedWord){.ticket = work->ticket}, visit->actor, visit->now,
                        &refused))
        return false;
    visit_audit(tx, visit, "ticket.prove", "ticket", work->ticket.value);
    return true;
}

static void press(HttpRequest *request, HttpResponse *response, bool with_page)
{
    Confirm confirm;
    g_autoptr(GError) error = NULL;
    if (!read_confirm(request, response, with_page, &confirm))
        return;
    ConfirmWork work = {request, confirm.link.ticket.id};
    Store *store = desk_store(visit_of(request)->desk);
    if (!confirm.link.proved && store_write(store, "ticket prove", prove, &work, &error) == STORE_FAILED)
        problem_of_error(request, response, error);
    else if (confirm.page)
        http_redirect(response, arena_printf(request->arena, "/track/%s?said=proved", confirm.page));
    else
        http_redirect(response, arena_printf(request->arena, "/confirm/%s", confirm.proof));
}

void confirm_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    look(request, response, false);
}

void confirm_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    press(request, response, false);
}

void track_confirm_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    look(request, response, true);
}

void track_confirm_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    press(request, response, true);
}
