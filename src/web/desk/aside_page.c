/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"
#include "desk/audit/audit.h"
#include "desk/intake/aside.h"
#include "desk/intake/robot.h"
#include "web/aside_view.h"
#include "web/desk/desk_pages.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/visit.h"

enum { TICKETS = 50, RULES = 500 };

static const char *moment(Arena *arena, const Visit *visit, TimeMs at)
{
    return format_moment(arena, visit->lang, visit->policy->zone, at, visit->now);
}

static void fill_tickets(Arena *arena, const Visit *visit, const AsideList *list, AsideView *view)
{
    size_t shown = MIN(list->count, (size_t)TICKETS);
    AsideRow *rows = ARENA_ARRAY(arena, AsideRow, shown);
    for (size_t i = 0; i < shown; i++) {
        const AsideTicket *ticket = &list->items[i];
        const char *number = arena_int(arena, ticket->ticket.value);
        rows[i] = (AsideRow){.number = number,
                             .url = url_local(arena, "/tickets/%", number),
                             .subject = *ticket->subject ? ticket->subject : msg(visit->lang, MSG_TICKET_NO_SUBJECT),
                             .when = moment(arena, visit, ticket->received_at),
                             .version = ticket->version,
                             .back_url = url_local(arena, "/tickets/%/request", number)};
    }
    view->tickets = rows;
    view->tickets_count = shown;
    view->has_tickets = shown > 0;
    if (list->count > shown)
        view->older_url = url_local(arena, "/aside?before=%", rows[shown - 1].number);
}

static void fill_rules(Arena *arena, const Visit *visit, const SenderRuleList *list, AsideView *view)
{
    RuleRow *rows = ARENA_ARRAY(arena, RuleRow, list->count);
    for (size_t i = 0; i < list->count; i++)
        rows[i] = (RuleRow){list->items[i].pattern, moment(arena, visit, list->items[i].at),
                            url_local(arena, "/aside/rules/%/remove", arena_int(arena, list->items[i].id.value))};
    view->rules = rows;
    view->rules_count = list->count;
    view->has_rules = list->count > 0;
}

static void fill_senders(Arena *arena, const Visit *visit, const KnownSenderList *list, AsideView *view)
{
    SenderRow *rows = ARENA_ARRAY(arena, SenderRow, list->count);
    for (size_t i = 0; i < list->count; i++)
        rows[i] = (SenderRow){list->items[i].address_key,
                              list->items[i].nature == SENDER_ROBOT ? MSG_SENDER_ROBOT : MSG_SENDER_PERSON,
                              moment(arena, visit, list->items[i].at)};
    view->senders = rows;
    view->senders_count = list->count;
    view->has_senders = list->count > 0;
}

static TicketId asked_before(const HttpRequest *request)
{
    const char *before = http_query(request, "before");
    return (TicketId){before ? MAX(g_ascii_strtoll(before, NULL, 10), 0) : 0};
}

/* error: why the domain typed was refused, or NULL. */
static void show(HttpRequest *request, HttpResponse *response, const char *error)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *typed = error ? http_form(request, "domain") : NULL;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    AsideList tickets = aside_list(tx, arena, asked_before(request), TICKETS + 1);
    SenderRuleList rules = sender_rule_list(tx, arena, RULES);
    KnownSenderList senders = sender_list(tx, arena, RULES);
    if (!visit_read_end(request, response, tx))
        return;
    AsideView view = {
        .page = layout_desk(request, msg(visit->lang, MSG_ASIDE_TITLE), MSG_TRAY_TITLE),
        .domain_url = visit_may(visit, "settings.write") ? url_checked("/aside/rules") : (SafeUrl){NULL},
        .domain = typed ? typed : "",
        .error = error ? error : "",
    };
    fill_tickets(arena, visit, &tickets, &view);
    fill_rules(arena, visit, &rules, &view);
    fill_senders(arena, visit, &senders, &view);
    aside_render(http_html(response), visit->lang, &view);
}

void aside_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    show(request, response, NULL);
}

/* --------------------------------------------------------------------------------------------------------------- rules */

typedef struct RuleWork {
    HttpRequest *request;
    const Visit *visit;
    InputError refused;
} RuleWork;

static void audit_rule(StoreTx *tx, const RuleWork *work, const char *action, int64_t id, const char *pattern)
{
    audit_add(tx, &(AuditEntry){work->visit->now, work->visit->actor, action, "sender_rule", id,
                                sender_rule_payload(work->request->arena, pattern)});
}

static bool add_rule(StoreTx *tx, void *arg)
{
    RuleWork *work = arg;
    const char *pattern;
    const char *domain = http_form(work->request, "domain");
    if (!sender_rule_add_domain(tx, work->request->arena, domain ? domain : "", work->visit->actor, work->visit->now,
                                &work->refused, &pattern))
        return false;
    if (pattern)
        audit_rule(tx, work, "sender_rule.add", 0, pattern);
    return true;
}

static bool remove_rule(StoreTx *tx, void *arg)
{
    const RuleWork *work = arg;
    int64_t id = http_param_id(work->request, "id");
    const char *pattern = sender_rule_remove(tx, work->request->arena, (SenderRuleId){id});
    if (pattern)
        audit_rule(tx, work, "sender_rule.remove", id, pattern);
    return true;
}

static void run(HttpRequest *request, HttpResponse *response, StoreWork step)
{
    g_autoptr(GError) error = NULL;
    RuleWork work = {request, visit_of(request), {0}};
    switch (store_write(desk_store(work.visit->desk), "sender rule", step, &work, &error)) {
    case STORE_COMMITTED:
        http_redirect(response, "/aside");
        return;
    case STORE_REFUSED:
        http_set_status(response, 422);
        show(request, response, msg_find(work.visit->lang, work.refused.key));
        return;
    case STORE_FAILED:
    default:
        problem_of_error(request, response, error);
    }
}

void aside_rule_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run(request, response, add_rule);
}

void aside_rule_remove_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run(request, response, remove_rule);
}
