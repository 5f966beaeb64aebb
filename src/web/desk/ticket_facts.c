/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: what a request is about, seen beside it and put right while it is open. How: names as people type them become ids
 * in the transaction that changes them; coding.h judges the rest and says all that is wrong at once.
 */
#include "web/desk/ticket_facts.h"

#include "base/format.h"
#include "base/text.h"
#include "desk/party/party.h"
#include "desk/ticket/coding.h"
#include "desk/ticket/transition.h"
#include "ticket_initiative_enum.h"
#include "ticket_ownership_enum.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"

#include <string.h>

enum { NAMESAKES_MAX = 5 };

/* --------------------------------------------------------------------------------------------------------- showing */

static const char *kind_text(int kind)
{
    return ticket_kind_text((TicketKind)kind);
}

static const char *ownership_text(int ownership)
{
    return ticket_ownership_text((TicketOwnership)ownership);
}

static const char *initiative_text(int initiative)
{
    return ticket_initiative_text((TicketInitiative)initiative);
}

static const char *language_text(int language)
{
    return lang_tag((Lang)language);
}

static const char *words_of(const FactsAsk *ask, const char *family, const char *constant)
{
    const char *words = msg_find(ask->visit->lang, arena_printf(ask->arena, "%s%s", family, constant));
    return words ? words : constant;
}

static const Option *options_of(const FactsAsk *ask, int count, const char *(*text)(int), const char *family,
                                const char *chosen)
{
    Option *options = ARENA_ARRAY(ask->arena, Option, (size_t)count);
    for (int i = 0; i < count; i++)
        options[i] = (Option){text(i), words_of(ask, family, text(i)), strcmp(text(i), chosen) == 0};
    return options;
}

/* What was typed before a refusal, else what holds. */
static const char *field_or(const FactsAsk *ask, const char *name, const char *now)
{
    const char *typed = ask->typed ? http_form(ask->request, name) : NULL;
    return typed ? typed : now;
}

static const char *const *product_names(const FactsAsk *ask, size_t *count_out)
{
    const char **names = ARENA_ARRAY(ask->arena, const char *, ask->products->count);
    *count_out = ask->products->count;
    for (size_t i = 0; i < *count_out; i++)
        names[i] = ask->products->items[i].name;
    return names;
}

static const char *const *serials(const FactsAsk *ask, size_t *count_out)
{
    const char **names = ARENA_ARRAY(ask->arena, const char *, ask->items->count);
    *count_out = ask->items->count;
    for (size_t i = 0; i < *count_out; i++)
        names[i] = ask->items->items[i].serial;
    return names;
}

static void fill_choices(const FactsAsk *ask, TicketFactsForm *form)
{
    const TicketProjection *now = &ask->ticket->now;
    form->kinds =
        options_of(ask, TICKET_KIND_COUNT, kind_text, "ticket.kind.", field_or(ask, "kind", kind_text((int)now->kind)));
    form->kinds_count = TICKET_KIND_COUNT;
    form->origins = options_of(ask, TICKET_OWNERSHIP_COUNT, ownership_text, "ticket.origin.",
                               field_or(ask, "ownership", ownership_text((int)now->ownership)));
    form->origins_count = TICKET_OWNERSHIP_COUNT;
    form->initiatives = options_of(ask, TICKET_INITIATIVE_COUNT, initiative_text, "ticket.initiative.",
                                   field_or(ask, "initiative", initiative_text((int)now->initiative)));
    form->initiatives_count = TICKET_INITIATIVE_COUNT;
    form->languages = options_of(ask, LANG_COUNT, language_text, "settings.language.",
                                 field_or(ask, "language", ask->ticket->language));
    form->languages_count = LANG_COUNT;
    form->products = product_names(ask, &form->products_count);
    form->serials = serials(ask, &form->serials_count);
}

const TicketFactsForm *ticket_facts_form(const FactsAsk *ask)
{
    const Ticket *ticket = ask->ticket;
    if (!visit_may(ask->visit, "ticket.write") || !ticket_state_is_open((TicketState)ticket->now.state))
        return NULL;
    TicketFactsForm *form = ARENA_NEW(ask->arena, TicketFactsForm);
    *form = (TicketFactsForm){
        .url = url_local(ask->arena, "/tickets/%/facts", arena_int(ask->arena, ticket->id.value)),
        .open = ask->typed,
        .error = ask->error ? ask->error : "",
        .subject = field_or(ask, "subject", ticket->subject),
        .complaint = ask->typed ? http_form(ask->request, "complaint") != NULL : ticket->now.complaint != 0,
        .customer = field_or(ask, "customer", ask->customer),
        .product = field_or(ask, "product", ask->product),
        .serial = field_or(ask, "serial", ask->serial),
    };
    fill_choices(ask, form);
    return form;
}

/* ----------------------------------------------------------------------------------------------------------- taking */

typedef struct FactsWork {
    TicketForm form;
    const char *subject, *customer, *product, *serial, *language;
    TicketChange change;
    CodingRefusals refused;
} FactsWork;

static void refuse(FactsWork *work, const char *field, const char *key)
{
    work->refused.items[work->refused.count++] = (InputError){field, key, NULL};
}

/* By the whole name, or by number; the name it has already is nobody new, however many share it. */
static void find_customer(StoreTx *tx, FactsWork *work, const Ticket *ticket)
{
    Arena *arena = work->form.request->arena;
    Party party;
    const char *typed = work->customer;
    const char *key = text_sort_key(arena, typed);
    if (ticket->now.party_id && party_find(tx, arena, (PartyId){ticket->now.party_id}, &party) &&
        strcmp(party.name, typed) == 0)
        return;
    if (text_is_blank(typed)) {
        change_set(&work->change, FIELD_PARTY, 0);
        return;
    }
    PartyLines lines = party_search(tx, arena, key, (PartyCursor){0}, NAMESAKES_MAX);
    int64_t found = 0;
    size_t namesakes = 0;
    for (size_t i = 0; i < lines.count; i++)
        if (strcmp(text_sort_key(arena, lines.items[i].name), key) == 0) {
            found = lines.items[i].id.value;
            namesakes++;
        }
    if (!namesakes && party_find(tx, arena, (PartyId){g_ascii_strtoll(typed, NULL, 10)}, &party)) {
        found = party.id.value;
        namesakes = 1;
    }
    if (namesakes == 1)
        change_set(&work->change, FIELD_PARTY, found);
    else
        refuse(work, "customer", namesakes ? "ticket.error.many_customers" : "ticket.error.unknown_customer");
}

static void find_product(StoreTx *tx, FactsWork *work)
{
    Product product;
    if (text_is_blank(work->product))
        change_set(&work->change, FIELD_PRODUCT, 0);
    else if (product_find_name(tx, work->form.request->arena, work->product, &product))
        change_set(&work->change, FIELD_PRODUCT, product.id.value);
    else
        refuse(work, "product", "ticket.error.unknown_product");
}

/* Products may share a serial: the one of the product that was typed, if it was. */
static void find_item(StoreTx *tx, FactsWork *work)
{
    Arena *arena = work->form.request->arena;
    const Item *found = NULL;
    int64_t product = work->change.value[FIELD_PRODUCT];
    if (text_is_blank(work->serial)) {
        change_set(&work->change, FIELD_ITEM, 0);
        return;
    }
    ItemRows items = item_list_serial(tx, arena, item_serial(arena, work->serial));
    for (size_t i = 0; i < items.count; i++)
        if (!found || (product && items.items[i].product.value == product))
            found = &items.items[i];
    if (!found) {
        refuse(work, "serial", "ticket.error.unknown_item");
        return;
    }
    change_set(&work->change, FIELD_ITEM, found->id.value);
    if (!product)
        change_set(&work->change, FIELD_PRODUCT, found->product.value);
}

static void read_choices(FactsWork *work)
{
    TicketKind kind;
    TicketOwnership ownership;
    TicketInitiative initiative;
    if (ticket_kind_parse(ticket_form_text(&work->form, "kind"), &kind))
        change_set(&work->change, FIELD_KIND, kind);
    if (ticket_ownership_parse(ticket_form_text(&work->form, "ownership"), &ownership))
        change_set(&work->change, FIELD_OWNERSHIP, ownership);
    if (ticket_initiative_parse(ticket_form_text(&work->form, "initiative"), &initiative))
        change_set(&work->change, FIELD_INITIATIVE, initiative);
    change_set(&work->change, FIELD_COMPLAINT, *ticket_form_text(&work->form, "complaint") != '\0');
}

/* Whose a product is follows from it, unless somebody says otherwise: "not known" says nothing. */
static void leave_unsaid(FactsWork *work, const Ticket *ticket)
{
    if (work->change.value[FIELD_OWNERSHIP] == OWNERSHIP_UNKNOWN && ticket->now.ownership == OWNERSHIP_UNKNOWN)
        work->change.set &= ~(UINT32_C(1) << FIELD_OWNERSHIP);
}

static bool put_right(StoreTx *tx, void *arg)
{
    FactsWork *work = arg;
    TicketForm *form = &work->form;
    Arena *arena = form->request->arena;
    TicketEdit edit;
    work->change = (TicketChange){0};
    work->refused.count = 0;
    form->all = NULL;
    if (!ticket_edit_begin_at(&edit, tx, arena, form->ticket, form->version, form->visit->actor, form->visit->now)) {
        form->refused = edit.refused;
        return false;
    }
    read_choices(work);
    find_customer(tx, work, &edit.ticket);
    find_product(tx, work);
    find_item(tx, work);
    leave_unsaid(work, &edit.ticket);
    if (work->refused.count || !ticket_code(&edit, &work->change, &work->refused)) {
        form->refused = work->refused.items[0];
        form->all = &work->refused;
        return false;
    }
    ticket_describe(&edit, work->subject);
    ticket_edit_language(&edit, work->language);
    visit_audit(tx, form->visit, "ticket.facts", "ticket", form->ticket.value);
    return ticket_edit_end(&edit);
}

void ticket_facts_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    FactsWork work = {.form = ticket_form_of(request, "facts")};
    work.subject = text_clip(request->arena, ticket_form_line(&work.form, "subject"), SUBJECT_MAX);
    work.customer = ticket_form_line(&work.form, "customer");
    work.product = ticket_form_line(&work.form, "product");
    work.serial = ticket_form_line(&work.form, "serial");
    work.language = ticket_form_line(&work.form, "language");
    ticket_form_run(&work.form, response, "ticket.facts", put_right, &work);
}
