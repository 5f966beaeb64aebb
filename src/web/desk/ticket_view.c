/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_view.h"

#include "base/format.h"
#include "base/token.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/staff/staff.h"
#include "desk/ticket/transition.h"
#include "desk/ticket/worklist.h"
#include "queue/outbox.h"
#include "web/desk/ticket_close.h"
#include "web/desk/ticket_talk.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

enum { PAST_TICKETS = 5, ITEMS_SHOWN = 5, SILENT_DAYS = 2 };

typedef struct Build {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    Lang lang;
    Zone *zone;
    const TicketTyped *typed;
    const char *number;
    TicketMaterial material;
    Party customer, contact;
    bool has_customer;
    ContactPointList points;
    WorklistPage past;
    ItemRows items;
    TicketLinkList links;
    TeamList teams;
    CloseMaterial closing;
    TicketPageView view;
} Build;

/* ------------------------------------------------------------------------------------------------------------ reading */

static bool read_all(Build *build, StoreTx *tx, TicketId id)
{
    TicketMaterial *material = &build->material;
    if (!ticket_find(tx, build->arena, id, &material->ticket))
        return false;
    const TicketProjection *now = &material->ticket.now;
    material->messages = message_list(tx, build->arena, id);
    material->files = attachment_list(tx, build->arena, id);
    material->events = ticket_event_history(tx, build->arena, id);
    material->sendings = outbox_list_of_ticket(tx, build->arena, id);
    material->staff = staff_list(tx, build->arena);
    material->participants = participant_list(tx, build->arena, id);
    build->links = ticket_link_list(tx, build->arena, id);
    build->teams = team_list(tx, build->arena);
    close_material_read(tx, build->arena, &material->ticket, &build->closing);
    build->has_customer = now->party_id && party_find(tx, build->arena, (PartyId){now->party_id}, &build->customer);
    if (now->contact_id && !party_find(tx, build->arena, (PartyId){now->contact_id}, &build->contact))
        build->contact = (Party){0};
    if (build->has_customer) {
        build->points =
            contact_point_list(tx, build->arena, (PartyId){now->contact_id ? now->contact_id : now->party_id});
        build->past = worklist_list_of_party(tx, build->arena, build->customer.id, PAST_TICKETS);
        build->items = item_list_party(tx, build->arena, build->customer.id, (InstalledItemId){0}, ITEMS_SHOWN);
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------------------- head */

static SafeUrl action_url(const Build *build, const char *pattern)
{
    return url_local(build->arena, pattern, build->number);
}

static const char *owner_name(const Build *build)
{
    return ticket_material_staff_name(&build->material, build->material.ticket.now.owner_id);
}

static void fill_head(Build *build)
{
    const Ticket *ticket = &build->material.ticket;
    TicketState state = (TicketState)ticket->now.state;
    const char *channel = msg_find(build->lang, arena_printf(build->arena, "ticket.channel.%s", ticket->channel));
    TicketPageView *view = &build->view;
    view->number = build->number;
    view->subject = *ticket->subject ? ticket->subject : msg(build->lang, MSG_TICKET_NO_SUBJECT);
    view->channel = channel ? channel : ticket->channel;
    view->received = format_moment(build->arena, build->lang, build->zone, ticket->now.received_at, build->visit->now);
    view->state = words_state(build->arena, build->lang, ticket_state_text(state), owner_name(build));
    view->due = "";
    if (ticket_state_is_open(state)) {
        view->due = words_due(build->arena, build->lang, build->zone, ticket->now.next_update_at, build->visit->now,
                              &view->late);
        view->update_late = view->late;
        if (!view->late)
            view->due = ""; /* a deadline of its own comes with contracts */
    }
    view->update = view->late ? ""
                              : words_update_by(build->arena, build->lang, build->zone, ticket->now.next_update_at,
                                                build->visit->now);
    view->warning = ticket_state_is_open(state)
                        ? words_warning(build->arena, build->lang, build->visit->now - ticket->now.last_event_at,
                                        SILENT_DAYS * TIME_DAY, 0)
                        : "";
    view->version = ticket->version;
    view->stale = build->typed->stale ? build->typed->stale : "";
}

static void add_button(Build *build, TicketButton *buttons, MsgId label, const char *pattern, const char *icon)
{
    buttons[build->view.buttons_count++] = (TicketButton){label, action_url(build, pattern), icon, true};
}

static void fill_buttons(Build *build)
{
    TicketButton *buttons = ARENA_ARRAY(build->arena, TicketButton, 2);
    TicketState state = (TicketState)build->material.ticket.now.state;
    build->view.buttons = buttons;
    if (!visit_may(build->visit, "ticket.write"))
        return;
    if (ticket_state_is_queued(state))
        add_button(build, buttons, MSG_ACTION_TAKE, "/tickets/%/take", "hand");
    else if (state == TICKET_OWNED)
        add_button(build, buttons, MSG_ACTION_START, "/tickets/%/start", "wrench");
    else if (state == TICKET_RESOLVED)
        add_button(build, buttons, MSG_ACTION_CLOSE, "/tickets/%/close", "check");
    else if (ticket_state_is_owned(state) && state != TICKET_IN_PROGRESS)
        add_button(build, buttons, MSG_ACTION_RESUME, "/tickets/%/start", "rotate-ccw");
}

static void fill_assign(Build *build)
{
    const TicketMaterial *material = &build->material;
    if (!visit_may(build->visit, "ticket.assign") || !ticket_state_is_open((TicketState)material->ticket.now.state))
        return;
    TicketAssign *assign = ARENA_NEW(build->arena, TicketAssign);
    Option *people = ARENA_ARRAY(build->arena, Option, material->staff.count + 1);
    Option *teams = ARENA_ARRAY(build->arena, Option, build->teams.count);
    people[0] = (Option){"", "—", false};
    for (size_t i = 0; i < material->staff.count; i++)
        people[i + 1] =
            (Option){arena_int(build->arena, material->staff.items[i].id.value), material->staff.items[i].display_name,
                     material->staff.items[i].id.value == material->ticket.now.owner_id};
    for (size_t i = 0; i < build->teams.count; i++)
        teams[i] = (Option){arena_int(build->arena, build->teams.items[i].id.value), build->teams.items[i].name,
                            build->teams.items[i].id.value == material->ticket.now.team_id};
    *assign = (TicketAssign){action_url(build, "/tickets/%/assign"), people, material->staff.count + 1, teams,
                             build->teams.count};
    build->view.assign = assign;
}

static void fill_waits(Build *build)
{
    static const TicketState states[] = {TICKET_WAITING_CUSTOMER, TICKET_WAITING_THIRD_PARTY, TICKET_WAITING_PART,
                                         TICKET_WAITING_APPROVAL};
    TicketState state = (TicketState)build->material.ticket.now.state;
    if (!visit_may(build->visit, "ticket.write") || (state != TICKET_OWNED && state != TICKET_IN_PROGRESS))
        return;
    TicketWait *wait = ARENA_NEW(build->arena, TicketWait);
    Option *options = ARENA_ARRAY(build->arena, Option, G_N_ELEMENTS(states));
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        options[i] = (Option){ticket_state_text(states[i]),
                              words_state(build->arena, build->lang, ticket_state_text(states[i]), ""), i == 0};
    TimeMs until = desk_next_update(build->visit->desk, build->visit->now);
    *wait = (TicketWait){action_url(build, "/tickets/%/wait"), options, G_N_ELEMENTS(states),
                         time_format(build->arena, build->zone, until, "%Y-%m-%dT%H:%M")};
    build->view.waits = wait;
}

static void fill_more(Build *build)
{
    TicketState state = (TicketState)build->material.ticket.now.state;
    bool ended = state == TICKET_RESOLVED || state == TICKET_CLOSED;
    if (!visit_may(build->visit, "ticket.write"))
        return;
    TicketMore *more = ARENA_NEW(build->arena, TicketMore);
    *more = (TicketMore){
        .merge_url = action_url(build, "/tickets/%/merge"),
        .merge_into = "",
        .merge_error = "",
        .spam_url = transition_find(state, TICKET_MARK_SPAM) ? action_url(build, "/tickets/%/spam") : (SafeUrl){NULL},
        .reopen_url = ended ? action_url(build, "/tickets/%/reopen") : (SafeUrl){NULL},
    };
    build->view.more = more;
}

/* ----------------------------------------------------------------------------------------------------------- composer */

static void fill_composer(Build *build)
{
    const TicketMaterial *material = &build->material;
    const TicketTyped *typed = build->typed;
    if (!visit_may(build->visit, "ticket.write"))
        return;
    TicketComposer *composer = ARENA_NEW(build->arena, TicketComposer);
    const Participant *to = ticket_recipient(&material->participants, &material->messages);
    const MessageList *messages = &material->messages;
    int64_t seen = messages->count ? messages->items[messages->count - 1].id.value : 0;
    Token key = token_new();
    *composer = (TicketComposer){
        .url = action_url(build, "/tickets/%/messages"),
        .to = to ? to->address : msg(build->lang, MSG_TICKET_NOBODY_TO_ANSWER),
        .text = typed->text ? typed->text : "",
        .note = typed->note || !to,
        .draft_key = arena_printf(build->arena, "ticket-%s", build->number),
        .key = typed->key ? typed->key : arena_strdup(build->arena, key.text),
        .seen = arena_int(build->arena, seen),
        .answers = to != NULL,
        .error = typed->error && typed->error->key ? msg_find(build->lang, typed->error->key) : "",
    };
    build->view.composer = composer;
}

/* --------------------------------------------------------------------------------------------------------------- rail */

static const char *point_of(const Build *build, ContactKind kind)
{
    for (size_t i = 0; i < build->points.count; i++)
        if (build->points.items[i].kind == kind)
            return build->points.items[i].value;
    return "";
}

static const PastTicket *past_tickets(Build *build, size_t *count_out)
{
    PastTicket *past = ARENA_ARRAY(build->arena, PastTicket, build->past.count);
    *count_out = 0;
    for (size_t i = 0; i < build->past.count; i++) {
        const WorklistEntry *entry = &build->past.rows[i];
        const char *number = arena_int(build->arena, entry->ticket.value);
        if (entry->ticket.value == build->material.ticket.id.value)
            continue;
        past[(*count_out)++] =
            (PastTicket){number, url_local(build->arena, "/tickets/%", number), entry->subject,
                         words_state(build->arena, build->lang, ticket_state_text(entry->state), entry->owner),
                         format_moment(build->arena, build->lang, build->zone, entry->received_at, build->visit->now)};
    }
    return past;
}

static const ShortLine *installed_items(Build *build, size_t *count_out)
{
    ShortLine *lines = ARENA_ARRAY(build->arena, ShortLine, build->items.count);
    for (size_t i = 0; i < build->items.count; i++) {
        const Item *item = &build->items.items[i];
        const char *delivered = item->delivered_at ? format_date(build->arena, build->lang,
                                                                 time_to_wall(build->zone, item->delivered_at).date)
                                                   : "";
        lines[i] = (ShortLine){item->serial, {NULL}, delivered};
    }
    *count_out = build->items.count;
    return lines;
}

static void fill_customer(Build *build)
{
    TicketCustomer *customer = ARENA_NEW(build->arena, TicketCustomer);
    const char *email = point_of(build, CONTACT_EMAIL), *phone = point_of(build, CONTACT_PHONE);
    *customer = (TicketCustomer){
        .name = build->has_customer ? build->customer.name : msg(build->lang, MSG_TICKET_NO_CUSTOMER),
        .kind = "",
        .person = build->contact.name && build->contact.id.value != build->customer.id.value ? build->contact.name : "",
        .phone = phone,
        .phone_url = *phone ? url_checked(arena_printf(build->arena, "tel:%s", phone)) : (SafeUrl){NULL},
        .email = email,
        .email_url = *email ? url_checked(arena_printf(build->arena, "mailto:%s", email)) : (SafeUrl){NULL},
    };
    customer->tickets = past_tickets(build, &customer->tickets_count);
    customer->items = installed_items(build, &customer->items_count);
    build->view.customer = customer;
}

static void fill_coverage(Build *build)
{
    TicketCoverage *coverage = ARENA_NEW(build->arena, TicketCoverage);
    const char **reasons = ARENA_ARRAY(build->arena, const char *, 1);
    reasons[0] = msg(build->lang, MSG_COVERAGE_REASON_UNKNOWN);
    *coverage = (TicketCoverage){.verdict = words_verdict(build->lang, "unknown"),
                                 .reasons = reasons,
                                 .reasons_count = 1,
                                 .clause = "",
                                 .hours_left = ""};
    build->view.coverage = coverage;
}

static void fill_closing(Build *build)
{
    const Ticket *ticket = &build->material.ticket;
    const TicketClosing *offered = close_view(build->arena, build->visit, ticket, &build->closing);
    build->view.costs = costs_view(build->arena, build->visit, ticket, &build->closing);
    if (!offered)
        return;
    TicketClosing *closing = ARENA_NEW(build->arena, TicketClosing);
    *closing = *offered;
    if (build->typed->closing_error) {
        closing->open = true;
        closing->error = build->typed->closing_error;
        closing->solution = build->typed->solution ? build->typed->solution : "";
    }
    build->view.closing = closing;
}

static void fill_facts(Build *build)
{
    static const MsgId labels[TICKET_LINK_KIND_COUNT] = {[LINK_RELATED] = MSG_TICKET_FACT_LINK_RELATED,
                                                         [LINK_FOLLOWS] = MSG_TICKET_FACT_LINK_FOLLOWS,
                                                         [LINK_POSSIBLE] = MSG_TICKET_FACT_LINK_POSSIBLE,
                                                         [LINK_DUPLICATE] = MSG_TICKET_FACT_LINK_DUPLICATE};
    Fact *facts = ARENA_ARRAY(build->arena, Fact, build->links.count + 2);
    size_t count = 0;
    facts[count++] = (Fact){MSG_TICKET_FACT_RECEIVED, build->view.received, {NULL}};
    facts[count++] = (Fact){MSG_TICKET_FACT_CHANNEL, build->view.channel, {NULL}};
    for (size_t i = 0; i < build->links.count; i++) {
        const TicketLink *link = &build->links.items[i];
        const char *number = arena_int(build->arena, link->other.value);
        facts[count++] = (Fact){labels[link->kind], arena_printf(build->arena, "%s — %s", number, link->subject),
                                url_local(build->arena, "/tickets/%", number)};
    }
    build->view.facts = facts;
    build->view.facts_count = count;
}

/* -------------------------------------------------------------------------------------------------------------- whole */

static const LayoutView *layout_of(Build *build)
{
    LayoutView *page = ARENA_NEW(build->arena, LayoutView);
    *page = *layout_desk(build->request, arena_printf(build->arena, "%s %s", build->number, build->view.subject),
                         MSG_MENU_QUEUE);
    if (build->typed->flash) {
        Flash *flash = ARENA_NEW(build->arena, Flash);
        *flash = (Flash){build->typed->flash, !build->typed->undo_url.text, build->typed->undo_url};
        page->flash = flash;
    }
    return page;
}

static void fill(Build *build)
{
    fill_head(build);
    fill_buttons(build);
    fill_assign(build);
    fill_waits(build);
    fill_more(build);
    build->view.entries = ticket_talk(build->arena, build->visit, &build->material, &build->view.entries_count);
    fill_composer(build);
    fill_customer(build);
    fill_coverage(build);
    fill_closing(build);
    fill_facts(build);
    build->view.page = layout_of(build);
}

void ticket_view_show(HttpRequest *request, HttpResponse *response, TicketId id, const TicketTyped *typed)
{
    const Visit *visit = visit_of(request);
    Build build = {.request = request,
                   .visit = visit,
                   .arena = request->arena,
                   .lang = visit->lang,
                   .zone = visit->policy->zone,
                   .typed = typed,
                   .number = arena_int(request->arena, id.value)};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = read_all(&build, tx, id);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    visit_note_read(visit, "ticket.read", "ticket", id.value);
    fill(&build);
    ticket_page_render(http_html(response), visit->lang, &build.view);
}
