/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"
#include "base/text.h"
#include "desk/party/suspect.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/ticket/transition.h"
#include "web/customer_page_view.h"
#include "web/desk/desk_pages.h"
#include "web/desk/party_line.h"
#include "web/desk/product_line.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/words.h"

#include <string.h>

enum { ROWS = 50, TICKETS = 50, ITEMS = 20, POINTS = 200 };

/* --------------------------------------------------------------------------------------------------------------- lines */

const char *party_kind_words(Lang lang, PartyKind kind)
{
    return msg(lang, kind == PARTY_COMPANY ? MSG_PARTY_KIND_COMPANY : MSG_PARTY_KIND_PERSON);
}

static const char *id_text(Arena *arena, int64_t id)
{
    return arena_int(arena, id);
}

PartyRow party_row(Arena *arena, Lang lang, PartyId id, PartyKind kind, const char *name)
{
    return (PartyRow){name, url_local(arena, "/parties/%", id_text(arena, id.value)), party_kind_words(lang, kind),
                      kind == PARTY_COMPANY};
}

PastTicket party_ticket(Arena *arena, const Visit *visit, const WorklistEntry *entry)
{
    const char *number = id_text(arena, entry->ticket.value);
    return (PastTicket){
        .number = number,
        .url = url_local(arena, "/tickets/%", number),
        .subject = *entry->subject ? entry->subject : msg(visit->lang, MSG_TICKET_NO_SUBJECT),
        .state = words_state(arena, visit->lang, ticket_state_text(entry->state), entry->owner),
        .when = format_moment(arena, visit->lang, visit->policy->zone, entry->received_at, visit->now),
    };
}

HistoryAsk past_asked(const HttpRequest *request, int64_t how_many)
{
    const char *before = http_query(request, "before");
    int64_t number = before ? g_ascii_strtoll(before, NULL, 10) : 0;
    return (HistoryAsk){{MAX(number, 0)}, how_many};
}

PastTicket *past_tickets(Arena *arena, const Visit *visit, const WorklistPage *list)
{
    PastTicket *tickets = ARENA_ARRAY(arena, PastTicket, list->count);
    for (size_t i = 0; i < list->count; i++)
        tickets[i] = party_ticket(arena, visit, &list->rows[i]);
    return tickets;
}

SafeUrl past_older(Arena *arena, const char *at, const WorklistPage *list)
{
    if (!list->more)
        return (SafeUrl){NULL};
    return url_checked(
        arena_printf(arena, "%s?before=%" G_GINT64_FORMAT, at, list->rows[list->count - 1].ticket.value));
}

SafeUrl past_newest(const HttpRequest *request, const char *at)
{
    return past_asked(request, 1).before.value ? url_checked(at) : (SafeUrl){NULL};
}

/* ---------------------------------------------------------------------------------------------------------------- list */

/* after: "<id>.<sort key>" of the last row of the page before; anything else is the first page. */
static PartyCursor cursor_of(const HttpRequest *request)
{
    const char *after = http_query(request, "after");
    char *rest = NULL;
    int64_t id = after ? g_ascii_strtoll(after, &rest, 10) : 0;
    return id > 0 && *rest == '.' ? (PartyCursor){rest + 1, {id}} : (PartyCursor){0};
}

void party_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *typed = http_query(request, "q");
    const char *words = text_clean_line(arena, bytes_of(typed));
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    PartyLines lines = party_search(tx, arena, text_sort_key(arena, words), cursor_of(request), ROWS + 1);
    if (!visit_read_end(request, response, tx))
        return;
    size_t shown = MIN(lines.count, (size_t)ROWS);
    PartyRow *rows = ARENA_ARRAY(arena, PartyRow, shown);
    for (size_t i = 0; i < shown; i++)
        rows[i] = party_row(arena, visit->lang, lines.items[i].id, lines.items[i].kind, lines.items[i].name);
    PartiesView view = {.page = layout_desk(request, msg(visit->lang, MSG_MENU_CUSTOMERS), MSG_MENU_CUSTOMERS),
                        .words = words,
                        .new_url = visit_may(visit, "party.write") ? url_checked("/parties/new") : (SafeUrl){NULL},
                        .rows = rows,
                        .rows_count = shown};
    if (lines.count > shown) {
        const PartyLine *last = &lines.items[shown - 1];
        view.next_url = url_local(arena, "/parties?q=%&after=%", words,
                                  arena_printf(arena, "%" G_GINT64_FORMAT ".%s", last->id.value, last->sort_key));
    }
    parties_render(http_html(response), visit->lang, &view);
}

/* ----------------------------------------------------------------------------------------------------------------- one */

typedef struct PartyPage {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    Party party;
    ContactPointList points;
    Suspect *suspects;      /* of each point; since is TIME_NONE when it is none */
    MembershipList members; /* a company's people, a person's companies */
    PersonPointList member_points;
    WorklistPage tickets;
    ItemRows items;
    ProductRows products;
    CustomerPageView view;
} PartyPage;

static void read_suspects(PartyPage *page, StoreTx *tx)
{
    page->suspects = ARENA_ARRAY(page->arena, Suspect, page->points.count);
    for (size_t i = 0; i < page->points.count; i++)
        if (!suspect_find(tx, page->arena, page->points.items[i].value_key, &page->suspects[i]))
            page->suspects[i] = (Suspect){.since = TIME_NONE};
}

static bool read_party(PartyPage *page, StoreTx *tx, PartyId id)
{
    if (!party_find(tx, page->arena, id, &page->party))
        return false;
    bool company = page->party.kind == PARTY_COMPANY;
    page->points = contact_point_list(tx, page->arena, id);
    read_suspects(page, tx);
    page->members =
        company ? membership_list_people(tx, page->arena, id) : membership_list_companies(tx, page->arena, id);
    if (company)
        page->member_points = contact_point_list_people(tx, page->arena, id, POINTS);
    page->tickets = history_list_party(tx, page->arena, id, past_asked(page->request, TICKETS));
    page->items = item_list_party(tx, page->arena, id, (InstalledItemId){0}, ITEMS);
    page->products = product_list(tx, page->arena, true);
    return true;
}

/* The first number and the first address go beside the name; a line has room for no more. */
static void add_point(Arena *arena, Contact *contact, ContactKind kind, const char *value)
{
    if (kind == CONTACT_PHONE && !*contact->phone) {
        contact->phone = value;
        contact->phone_url = url_checked(arena_printf(arena, "tel:%s", value));
    } else if ((kind == CONTACT_EMAIL || kind == CONTACT_PEC) && !*contact->email) {
        contact->email = value;
        contact->email_url = url_checked(arena_printf(arena, "mailto:%s", value));
    }
}

static void fill_contacts(PartyPage *page)
{
    Contact *contacts = ARENA_ARRAY(page->arena, Contact, page->members.count);
    for (size_t i = 0; i < page->members.count; i++) {
        const Membership *member = &page->members.items[i];
        contacts[i] = (Contact){.name = member->name, .role = member->role, .phone = "", .email = ""};
        for (size_t p = 0; p < page->member_points.count; p++)
            if (page->member_points.items[p].person.value == member->party.value)
                add_point(page->arena, &contacts[i], page->member_points.items[p].kind,
                          page->member_points.items[p].value);
    }
    page->view.contacts = contacts;
    page->view.contacts_count = page->members.count;
}

static void fill_tickets(PartyPage *page)
{
    const WorklistPage *list = &page->tickets;
    Fact *figures = ARENA_ARRAY(page->arena, Fact, 1);
    const char *at = arena_printf(page->arena, "/parties/%s", id_text(page->arena, page->party.id.value));
    int64_t open = 0;
    for (size_t i = 0; i < list->count; i++)
        open += ticket_state_is_open(list->rows[i].state);
    figures[0] = (Fact){MSG_PARTY_FIGURE_OPEN, format_number(page->arena, page->visit->lang, open), {NULL}};
    page->view.tickets = past_tickets(page->arena, page->visit, list);
    page->view.tickets_count = list->count;
    page->view.older_url = past_older(page->arena, at, list);
    page->view.newest_url = past_newest(page->request, at);
    page->view.figures = figures;
    page->view.figures_count = list->more || page->view.newest_url.text ? 0 : 1; /* what is not counted is not shown */
}

static const char *product_name(const PartyPage *page, ProductId id)
{
    for (size_t i = 0; i < page->products.count; i++)
        if (page->products.items[i].id.value == id.value)
            return page->products.items[i].name;
    return "";
}

static void fill_items(PartyPage *page)
{
    ShortLine *lines = ARENA_ARRAY(page->arena, ShortLine, page->items.count);
    for (size_t i = 0; i < page->items.count; i++) {
        const Item *item = &page->items.items[i];
        lines[i] = (ShortLine){product_name(page, item->product), item_url(page->arena, item->id), item->serial};
    }
    page->view.items = lines;
    page->view.items_count = page->items.count;
    if (visit_may(page->visit, "item.write"))
        page->view.item_url = url_local(page->arena, "/items/new?party=%", id_text(page->arena, page->party.id.value));
}

static void add_fact(PartyPage *page, Fact *facts, MsgId label, const char *text, SafeUrl url)
{
    if (text && *text)
        facts[page->view.facts_count++] = (Fact){label, text, url};
}

static MsgId point_label(ContactKind kind)
{
    static const MsgId labels[CONTACT_KIND_COUNT] = {
        [CONTACT_EMAIL] = MSG_FIELD_EMAIL,        [CONTACT_PEC] = MSG_PARTY_FACT_PEC, [CONTACT_PHONE] = MSG_FIELD_PHONE,
        [CONTACT_FAX] = MSG_PARTY_FACT_FAX,       [CONTACT_POSTAL] = MSG_PARTY_FACT_POSTAL,
        [CONTACT_OTHER] = MSG_PARTY_FACT_CONTACT,
    };
    return labels[kind];
}

static SafeUrl point_url(Arena *arena, const ContactPoint *point)
{
    if (point->kind == CONTACT_PHONE)
        return url_checked(arena_printf(arena, "tel:%s", point->value_key));
    if (point->kind == CONTACT_EMAIL || point->kind == CONTACT_PEC)
        return url_checked(arena_printf(arena, "mailto:%s", point->value));
    return (SafeUrl){NULL};
}

static void fill_facts(PartyPage *page)
{
    const Party *party = &page->party;
    Fact *facts = ARENA_ARRAY(page->arena, Fact, page->points.count + 4);
    page->view.facts = facts;
    for (size_t i = 0; i < page->points.count; i++) {
        const ContactPoint *point = &page->points.items[i];
        add_fact(page, facts, point_label(point->kind), point->value, point_url(page->arena, point));
    }
    add_fact(page, facts, MSG_PARTY_FACT_VAT, party->vat_number, (SafeUrl){NULL});
    add_fact(page, facts, MSG_PARTY_FACT_FISCAL, party->fiscal_code, (SafeUrl){NULL});
    add_fact(page, facts, MSG_PARTY_FACT_SDI, party->sdi_code, (SafeUrl){NULL});
    add_fact(
        page, facts, MSG_PARTY_FACT_SINCE,
        format_date(page->arena, page->visit->lang, time_to_wall(page->visit->policy->zone, party->created_at).date),
        (SafeUrl){NULL});
}

static void fill_suspects(PartyPage *page, const char *id)
{
    SuspectPoint *suspects = ARENA_ARRAY(page->arena, SuspectPoint, page->points.count);
    const Visit *visit = page->visit;
    page->view.suspects = suspects;
    for (size_t i = 0; i < page->points.count; i++) {
        const Suspect *suspect = &page->suspects[i];
        if (!suspect->since)
            continue;
        suspects[page->view.suspects_count++] = (SuspectPoint){
            .address = page->points.items[i].value,
            .when = format_moment(page->arena, visit->lang, visit->policy->zone, suspect->since, visit->now),
            .reason = words_delivery(visit->lang, suspect->status, suspect->reason),
            .trust_url = visit_may(visit, "party.write")
                             ? url_local(page->arena, "/parties/%/contacts/%/trust", id,
                                         id_text(page->arena, page->points.items[i].id.value))
                             : (SafeUrl){NULL},
        };
    }
}

static void fill(PartyPage *page, const char *id)
{
    bool may_write = visit_may(page->visit, "ticket.write");
    page->view.page = layout_desk(page->request, page->party.name, MSG_MENU_CUSTOMERS);
    page->view.name = page->party.name;
    if (visit_may(page->visit, "party.write"))
        page->view.edit_url = url_local(page->arena, "/parties/%/edit", id);
    page->view.kind = party_kind_words(page->visit->lang, page->party.kind);
    page->view.new_url = may_write ? url_local(page->arena, "/tickets/new?party=%", id) : (SafeUrl){NULL};
    fill_contacts(page);
    fill_tickets(page);
    fill_items(page);
    fill_facts(page);
    fill_suspects(page, id);
}

void party_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyPage page = {.request = request, .visit = visit_of(request), .arena = request->arena};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = read_party(&page, tx, (PartyId){http_param_id(request, "id")});
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    visit_note_read(page.visit, "party.read", "party", page.party.id.value);
    fill(&page, http_param(request, "id"));
    customer_page_render(http_html(response), page.visit->lang, &page.view);
}

/* ----------------------------------------------------------------------------------------------- an address is right */

typedef struct Trust {
    HttpRequest *request;
    PartyId party;
    ContactPointId point;
} Trust;

static bool trust_point(StoreTx *tx, void *arg)
{
    const Trust *trust = arg;
    ContactPointList points = contact_point_list(tx, trust->request->arena, trust->party);
    for (size_t i = 0; i < points.count; i++)
        if (points.items[i].id.value == trust->point.value && suspect_clear(tx, points.items[i].value_key))
            visit_audit(tx, visit_of(trust->request), "party.contact.trust", "party", trust->party.value);
    return true;
}

void party_contact_trust_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    Trust trust = {request, {http_param_id(request, "id")}, {http_param_id(request, "contact")}};
    if (store_write(desk_store(visit_of(request)->desk), "party trust", trust_point, &trust, &error) == STORE_FAILED)
        problem_of_error(request, response, error);
    else
        http_redirect(response, arena_printf(request->arena, "/parties/%" G_GINT64_FORMAT, trust.party.value));
}
