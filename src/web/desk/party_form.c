/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: adding and correcting a customer, their addresses and people. How: everything typed is read by the desk's own
 * readers first (pure), then one transaction keeps it or says on whom it stands already. Why a namesake is asked about
 * once and then believed: two bars of one name are common, the same bar twice is what nobody wants.
 */
#include "base/text.h"
#include "desk/party/party.h"
#include "web/desk/desk_pages.h"
#include "web/desk/party_line.h"
#include "web/layout.h"
#include "web/page_form.h"
#include "web/party_form_view.h"
#include "web/problem.h"

#include <string.h>

enum { NEW_POINTS = 4 };

/* The addresses asked for with a new customer, and the fields they stand in. */
static const struct {
    const char *field;
    ContactKind kind;
} new_points[NEW_POINTS] = {
    {"email", CONTACT_EMAIL}, {"phone", CONTACT_PHONE}, {"pec", CONTACT_PEC}, {"postal", CONTACT_POSTAL}};

typedef struct PartyForm {
    PageForm *form;
    Party typed; /* as it was typed: what a refused form shows again */
    Party party; /* as it is kept */
    const char *sort_key, *role;
    PartyId company; /* whose person a new one is; {0}: nobody's */
    const char *company_name;
    ContactPoint points[NEW_POINTS];
    size_t point_count;
    const char *contact_kind, *contact_value; /* of the small form for one more address */
    bool anyway;
    PartyRefusal refused;
    /* of a customer that is there */
    ContactPointList contacts;
    MembershipList people;
} PartyForm;

/* -------------------------------------------------------------------------------------------------------------- showing */

static const Option *word_options(const PartyForm *page, const char *family, int count, const char *(*text)(int),
                                  int chosen)
{
    Option *options = ARENA_ARRAY(page->form->arena, Option, (size_t)count);
    for (int i = 0; i < count; i++)
        options[i] = (Option){text(i), page_form_words(page->form, family, text(i)), i == chosen};
    return options;
}

static const char *kind_text(int kind)
{
    return party_kind_text((PartyKind)kind);
}

static const char *buyer_text(int buyer)
{
    return buyer_kind_text((BuyerKind)buyer);
}

static const char *contact_text(int kind)
{
    return contact_kind_text((ContactKind)kind);
}

static const Option *language_options(const PartyForm *page)
{
    Option *options = ARENA_ARRAY(page->form->arena, Option, LANG_COUNT + 1);
    options[0] =
        (Option){"", msg(page->form->visit->lang, MSG_PARTY_LANGUAGE_UNSAID), text_is_blank(page->typed.language)};
    for (Lang lang = 0; lang < LANG_COUNT; lang++)
        options[lang + 1] = (Option){lang_tag(lang), page_form_words(page->form, "settings.language.", lang_tag(lang)),
                                     strcmp(lang_tag(lang), page->typed.language) == 0};
    return options;
}

static const char *id_text(const PartyForm *page, int64_t id)
{
    return arena_int(page->form->arena, id);
}

static SafeUrl party_url(const PartyForm *page, PartyId id)
{
    return url_local(page->form->arena, "/parties/%", id_text(page, id.value));
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

static void fill_points(const PartyForm *page, PartyFormView *view)
{
    Arena *arena = page->form->arena;
    const char *id = id_text(page, page->typed.id.value);
    ContactKind chosen = CONTACT_EMAIL;
    PartyPoint *points = ARENA_ARRAY(arena, PartyPoint, page->contacts.count);
    for (size_t i = 0; i < page->contacts.count; i++) {
        const ContactPoint *point = &page->contacts.items[i];
        points[i] =
            (PartyPoint){page_form_words(page->form, "contact.kind.", contact_kind_text(point->kind)), point->value,
                         url_local(arena, "/parties/%/contacts/%/remove", id, id_text(page, point->id.value))};
    }
    (void)contact_kind_parse(or_none(page->contact_kind), &chosen); /* anything else stays an e-mail address */
    view->contacts = points;
    view->contacts_count = page->contacts.count;
    view->contacts_url = url_local(arena, "/parties/%/contacts", id);
    view->contact_kinds = word_options(page, "contact.kind.", CONTACT_KIND_COUNT, contact_text, (int)chosen);
    view->contact_kinds_count = CONTACT_KIND_COUNT;
    view->contact_value = or_none(page->contact_value);
    view->contact_error = page_form_error(page->form, "value");
}

static void fill_people(const PartyForm *page, PartyFormView *view)
{
    Arena *arena = page->form->arena;
    const char *id = id_text(page, page->typed.id.value);
    PartyPerson *people = ARENA_ARRAY(arena, PartyPerson, page->people.count);
    for (size_t i = 0; i < page->people.count; i++) {
        const Membership *member = &page->people.items[i];
        people[i] =
            (PartyPerson){member->name, member->role, party_url(page, member->party),
                          url_local(arena, "/parties/%/people/%/remove", id, id_text(page, member->party.value))};
    }
    view->people = people;
    view->people_count = page->people.count;
    if (page->typed.kind == PARTY_COMPANY)
        view->person_url = url_local(arena, "/parties/new?company=%", id);
}

static void fill_new(const PartyForm *page, PartyFormView *view)
{
    view->is_new = true;
    view->company = page->company.value ? id_text(page, page->company.value) : "";
    view->lead = page->company.value ? msg_fill(page->form->arena, page->form->visit->lang, MSG_PARTY_PERSON_OF,
                                                "company", page->company_name, NULL)
                                     : "";
    view->role = page->role;
    view->email = page_form_line(page->form, "email");
    view->email_error = page_form_error(page->form, "email");
    view->phone = page_form_line(page->form, "phone");
    view->phone_error = page_form_error(page->form, "phone");
    view->pec = page_form_line(page->form, "pec");
    view->pec_error = page_form_error(page->form, "pec");
    view->postal = page_form_line(page->form, "postal");
}

static void fill_typed(const PartyForm *page, PartyFormView *view)
{
    const Party *party = &page->typed;
    view->version = party->version;
    view->name = party->name;
    view->name_error = page_form_error(page->form, "name");
    view->kinds = word_options(page, "party.kind.", PARTY_KIND_COUNT, kind_text, (int)party->kind);
    view->kinds_count = PARTY_KIND_COUNT;
    view->buyers = word_options(page, "buyer.kind.", BUYER_KIND_COUNT, buyer_text, (int)party->buyer);
    view->buyers_count = BUYER_KIND_COUNT;
    view->vat_number = or_none(party->vat_number);
    view->vat_error = page_form_error(page->form, "vat_number");
    view->fiscal_code = or_none(party->fiscal_code);
    view->fiscal_error = page_form_error(page->form, "fiscal_code");
    view->sdi_code = or_none(party->sdi_code);
    view->sdi_error = page_form_error(page->form, "sdi_code");
    view->languages = language_options(page);
    view->languages_count = LANG_COUNT + 1;
    view->anyway = page->anyway;
}

static void show(PartyForm *page, HttpResponse *response)
{
    PageForm *form = page->form;
    bool is_new = !page->typed.id.value;
    const char *title = msg(form->visit->lang, is_new ? MSG_PARTY_NEW : MSG_PARTY_EDIT);
    PartyId back = is_new ? page->company : page->typed.id;
    PartyFormView view = {.page = layout_desk(form->request, title, MSG_MENU_CUSTOMERS),
                          .title = title,
                          .lead = "",
                          .other = "",
                          .company = "",
                          .url = is_new ? url_checked("/parties") : party_url(page, page->typed.id),
                          .back_url = back.value ? party_url(page, back) : url_checked("/parties")};
    fill_typed(page, &view);
    if (is_new) {
        fill_new(page, &view);
    } else {
        fill_points(page, &view);
        fill_people(page, &view);
    }
    if (page->refused.other.value) {
        view.other = or_none(page->refused.error.shown);
        view.other_url = party_url(page, page->refused.other);
    }
    view.errors = page_form_errors(form, &view.errors_count);
    party_form_render(http_html(response), form->visit->lang, &view);
}

/* What a form shows beside what is typed: a company's name, a customer's addresses and people. */
static bool read_around(PartyForm *page, StoreTx *tx)
{
    Party company;
    Arena *arena = page->form->arena;
    bool there = page->company.value && party_find(tx, arena, page->company, &company) && company.kind == PARTY_COMPANY;
    page->company = there ? company.id : (PartyId){0};
    page->company_name = there ? company.name : "";
    if (!page->typed.id.value)
        return true;
    page->contacts = contact_point_list(tx, arena, page->typed.id);
    page->people = membership_list_people(tx, arena, page->typed.id);
    return party_find(tx, arena, page->typed.id, &page->party);
}

/* The form again, with what was typed and what is wrong. */
static void show_again(PartyForm *page, HttpResponse *response)
{
    StoreTx *tx = visit_read(page->form->request, response);
    if (!tx)
        return;
    bool there = read_around(page, tx);
    if (!visit_read_end(page->form->request, response, tx))
        return;
    if (!there) {
        problem_page(page->form->request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    page_form_set_status(page->form, response);
    show(page, response);
}

static PartyForm form_of(HttpRequest *request, PartyId id)
{
    return (PartyForm){.form = page_form_of(request),
                       .typed = {.id = id, .name = "", .buyer = BUYER_UNKNOWN, .language = ""},
                       .role = "",
                       .company_name = ""};
}

void party_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyForm page = form_of(request, (PartyId){0});
    const char *company = http_query(request, "company");
    page.company.value = company ? g_ascii_strtoll(company, NULL, 10) : 0;
    page.typed.kind = page.company.value ? PARTY_PERSON : PARTY_COMPANY;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    read_around(&page, tx);
    if (visit_read_end(request, response, tx))
        show(&page, response);
}

void party_edit_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyForm page = form_of(request, (PartyId){http_param_id(request, "id")});
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool there = page.typed.id.value && read_around(&page, tx);
    if (!visit_read_end(request, response, tx))
        return;
    if (!there) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    page.typed = page.party;
    show(&page, response);
}

/* -------------------------------------------------------------------------------------------------------------- keeping */

static void read_typed(PartyForm *page)
{
    PageForm *form = page->form;
    Party *typed = &page->typed;
    typed->name = page_form_line(form, "name");
    typed->vat_number = page_form_line(form, "vat_number");
    typed->fiscal_code = page_form_line(form, "fiscal_code");
    typed->sdi_code = page_form_line(form, "sdi_code");
    typed->language = page_form_line(form, "language");
    typed->version = page_form_number(form, "version");
    if (!party_kind_parse(page_form_line(form, "kind"), &typed->kind))
        typed->kind = PARTY_COMPANY;
    if (!buyer_kind_parse(page_form_line(form, "buyer"), &typed->buyer))
        typed->buyer = BUYER_UNKNOWN;
    page->company.value = page_form_number(form, "company");
    page->role = page_form_line(form, "role");
    page->anyway = page_form_ticked(form, "anyway");
    if (!party_read(form->arena, typed, &page->party, &form->refused))
        page_form_refused(form, &form->refused);
    page->sort_key = text_sort_key(form->arena, or_none(page->party.name));
}

/* The addresses of a new customer; each wrong one is said beside its own field. */
static void read_points(PartyForm *page)
{
    PageForm *form = page->form;
    for (size_t i = 0; i < NEW_POINTS; i++) {
        const char *typed = page_form_line(form, new_points[i].field);
        InputError refused;
        if (!*typed)
            continue;
        if (contact_point_read(form->arena, new_points[i].kind, typed, "", &page->points[page->point_count], &refused))
            page->point_count++;
        else
            page_form_wrong(form, new_points[i].field, refused.key, refused.shown);
    }
}

static bool refuse(PartyForm *page, const char *field)
{
    page->form->refused = page->refused.error;
    page->form->refused.field = field;
    return false;
}

static const char *field_of(ContactKind kind)
{
    for (size_t i = 0; i < NEW_POINTS; i++)
        if (new_points[i].kind == kind)
            return new_points[i].field;
    return "value";
}

/* Somebody of that name is there: said once. */
static bool is_namesake(StoreTx *tx, PartyForm *page)
{
    PartyLines found = party_search(tx, page->form->arena, page->sort_key, (PartyCursor){0}, 1);
    bool same = found.count && strcmp(found.items[0].sort_key, page->sort_key) == 0;
    if (!same || page->anyway)
        return false;
    page->refused = (PartyRefusal){{"name", "party.error.namesake", found.items[0].name}, found.items[0].id};
    return true;
}

static bool join_company(StoreTx *tx, PartyForm *page)
{
    PageForm *form = page->form;
    return !page->company.value ||
           membership_add(tx, form->arena, page->company, page->party.id, page->role, &form->refused);
}

static bool add(StoreTx *tx, void *arg)
{
    PartyForm *page = arg;
    PageForm *form = page->form;
    page->refused = (PartyRefusal){0};
    if (is_namesake(tx, page))
        return refuse(page, "name");
    if (!party_register(tx, form->arena, &page->party, page->sort_key, form->visit->now, &page->party.id,
                        &page->refused))
        return refuse(page, page->refused.error.field);
    if (!join_company(tx, page))
        return false;
    for (size_t i = 0; i < page->point_count; i++)
        if (!contact_point_put(tx, form->arena, page->party.id, &page->points[i], form->visit->now, &page->refused))
            return refuse(page, field_of(page->points[i].kind));
    visit_audit(tx, form->visit, "party.add", "party", page->party.id.value);
    return true;
}

static bool change(StoreTx *tx, void *arg)
{
    PartyForm *page = arg;
    PageForm *form = page->form;
    page->refused = (PartyRefusal){0};
    if (!party_edit(tx, form->arena, &page->party, page->sort_key, &page->refused))
        return refuse(page, page->refused.error.field);
    visit_audit(tx, form->visit, "party.change", "party", page->party.id.value);
    return true;
}

static void keep(PartyForm *page, HttpResponse *response, StoreWork work)
{
    PageForm *form = page->form;
    if (!page_form_is_sound(form)) {
        show_again(page, response);
        return;
    }
    switch (page_form_keep(form, response, "party", work, page)) {
    case PAGE_FORM_KEPT:
        http_redirect(response, party_url(page, page->party.id).text);
        return;
    case PAGE_FORM_REFUSED:
        page->anyway = page->refused.error.key && strcmp(page->refused.error.key, "party.error.namesake") == 0;
        show_again(page, response);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}

void party_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyForm page = form_of(request, (PartyId){0});
    read_typed(&page);
    read_points(&page);
    keep(&page, response, add);
}

void party_edit_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyForm page = form_of(request, (PartyId){http_param_id(request, "id")});
    read_typed(&page);
    page.party.id = page.typed.id;
    page.party.version = page.typed.version;
    keep(&page, response, change);
}

/* --------------------------------------------------------------------------------------------------- addresses, people */

static bool put_contact(StoreTx *tx, void *arg)
{
    PartyForm *page = arg;
    PageForm *form = page->form;
    Party party;
    page->refused = (PartyRefusal){.error = {"party", "party.error.not_found", NULL}};
    if (!party_find(tx, form->arena, page->typed.id, &party))
        return refuse(page, "party");
    if (!contact_point_put(tx, form->arena, party.id, &page->points[0], form->visit->now, &page->refused))
        return refuse(page, "value");
    visit_audit(tx, form->visit, "party.contact.add", "party", party.id.value);
    return true;
}

static void back_to_form(const PartyForm *page, HttpResponse *response)
{
    http_redirect(response,
                  arena_printf(page->form->arena, "/parties/%" G_GINT64_FORMAT "/edit", page->typed.id.value));
}

/* The whole form again: the customer as they are, the one address as it was typed. */
static void contact_again(PartyForm *page, HttpResponse *response)
{
    StoreTx *tx = visit_read(page->form->request, response);
    if (!tx)
        return;
    bool there = read_around(page, tx);
    if (!visit_read_end(page->form->request, response, tx))
        return;
    if (!there) {
        problem_page(page->form->request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    page->typed = page->party;
    http_set_status(response, 422);
    show(page, response);
}

void party_contact_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PartyForm page = form_of(request, (PartyId){http_param_id(request, "id")});
    PageForm *form = page.form;
    ContactKind kind = CONTACT_EMAIL;
    page.contact_kind = page_form_line(form, "kind");
    page.contact_value = page_form_line(form, "value");
    (void)contact_kind_parse(page.contact_kind,
                             &kind); /* the form offers no other; a wrong word is an e-mail address */
    if (!contact_point_read(form->arena, kind, page.contact_value, "", &page.points[0], &form->refused)) {
        page_form_refused(form, &form->refused);
        contact_again(&page, response);
        return;
    }
    switch (page_form_keep(form, response, "party contact", put_contact, &page)) {
    case PAGE_FORM_KEPT:
        back_to_form(&page, response);
        return;
    case PAGE_FORM_REFUSED:
        contact_again(&page, response);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}

typedef struct Removal {
    PartyForm *page;
    int64_t other; /* the address, or the person */
} Removal;

static bool remove_contact(StoreTx *tx, void *arg)
{
    const Removal *removal = arg;
    const PartyForm *page = removal->page;
    if (contact_point_remove(tx, page->typed.id, (ContactPointId){removal->other}))
        visit_audit(tx, page->form->visit, "party.contact.remove", "party", page->typed.id.value);
    return true;
}

static bool remove_person(StoreTx *tx, void *arg)
{
    const Removal *removal = arg;
    const PartyForm *page = removal->page;
    if (membership_remove(tx, page->typed.id, (PartyId){removal->other}))
        visit_audit(tx, page->form->visit, "party.person.remove", "party", page->typed.id.value);
    return true;
}

/* What is gone already is no error: the form then shows that it is. */
static void take_away(HttpRequest *request, HttpResponse *response, const char *param, StoreWork work)
{
    PartyForm page = form_of(request, (PartyId){http_param_id(request, "id")});
    Removal removal = {&page, http_param_id(request, param)};
    if (page_form_keep(page.form, response, "party remove", work, &removal) == PAGE_FORM_KEPT)
        back_to_form(&page, response);
}

void party_contact_remove_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    take_away(request, response, "contact", remove_contact);
}

void party_person_remove_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    take_away(request, response, "person", remove_person);
}
