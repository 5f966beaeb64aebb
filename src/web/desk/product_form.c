/* SPDX-License-Identifier: EUPL-1.2 */
/* Adding and changing a product, and an installed item of one. A refusal shows the form again as it was typed. */
#include "base/text.h"
#include "desk/party/party.h"
#include "web/desk/desk_pages.h"
#include "web/desk/product_line.h"
#include "web/item_form_view.h"
#include "web/layout.h"
#include "web/page_form.h"
#include "web/problem.h"
#include "web/product_form_view.h"
#include "web/wall_field.h"

#include <string.h>

enum { OFFERED_MAX = 200, NAMESAKES = 2, DAY_LENGTH = 10 };

/* ------------------------------------------------------------------------------------------------------------ product */

typedef struct ProductWork {
    PageForm *form;
    bool is_new;
    Product product;
} ProductWork;

static const Option *role_options(const PageForm *form, ProductRole chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, PRODUCT_ROLE_COUNT);
    for (ProductRole role = 0; role < PRODUCT_ROLE_COUNT; role++)
        options[role] =
            (Option){product_role_text(role), product_role_words(form->arena, form->visit->lang, role), role == chosen};
    return options;
}

static const Option *kind_options(const PageForm *form, ProductKind chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, PRODUCT_KIND_COUNT);
    for (ProductKind kind = 0; kind < PRODUCT_KIND_COUNT; kind++)
        options[kind] =
            (Option){product_kind_text(kind), product_kind_words(form->arena, form->visit->lang, kind), kind == chosen};
    return options;
}

static void product_show(PageForm *form, HttpResponse *response, const Product *product)
{
    bool is_new = !product->id.value;
    const char *title = is_new ? msg(form->visit->lang, MSG_PRODUCT_NEW) : msg(form->visit->lang, MSG_PRODUCT_EDIT);
    ProductFormView view = {
        .page = layout_desk(form->request, title, MSG_MENU_PRODUCTS),
        .title = title,
        .url = is_new ? url_checked("/products") : product_url(form->arena, product->id),
        .back_url = is_new ? url_checked("/products") : product_url(form->arena, product->id),
        .version = product->version,
        .name = product->name,
        .name_error = page_form_error(form, "name"),
        .roles = role_options(form, product->role),
        .roles_count = PRODUCT_ROLE_COUNT,
        .kinds = kind_options(form, product->kind),
        .kinds_count = PRODUCT_KIND_COUNT,
        .is_new = is_new,
        .active = product->active,
    };
    view.errors = page_form_errors(form, &view.errors_count);
    product_form_render(http_html(response), form->visit->lang, &view);
}

static Product product_typed(const PageForm *form, ProductId id)
{
    Product product = {.id = id,
                       .name = page_form_line(form, "name"),
                       .active = page_form_ticked(form, "active"),
                       .version = page_form_number(form, "version")};
    product.sort_key = text_sort_key(form->arena, product.name);
    if (!product_role_parse(page_form_line(form, "role"), &product.role))
        product.role = PRODUCT_MADE;
    if (!product_kind_parse(page_form_line(form, "kind"), &product.kind))
        product.kind = PRODUCT_GOODS;
    return product;
}

static bool product_keep(StoreTx *tx, void *arg)
{
    ProductWork *work = arg;
    PageForm *form = work->form;
    Product *product = &work->product;
    bool kept = work->is_new ? product_add(tx, form->arena, product, product->sort_key, &product->id, &form->refused)
                             : product_edit(tx, form->arena, product, product->sort_key, &form->refused);
    if (kept)
        visit_audit(tx, form->visit, work->is_new ? "product.add" : "product.change", "product", product->id.value);
    else if (work->is_new)
        product->id = (ProductId){0};
    return kept;
}

/* id: {0} for a new one. */
static void product_post(HttpRequest *request, HttpResponse *response, ProductId id)
{
    PageForm *form = page_form_of(request);
    ProductWork work = {form, id.value == 0, product_typed(form, id)};
    switch (page_form_keep(form, response, "product", product_keep, &work)) {
    case PAGE_FORM_KEPT:
        http_redirect(response, product_url(form->arena, work.product.id).text);
        return;
    case PAGE_FORM_REFUSED:
        product_show(form, response, &work.product);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}

void product_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    product_show(page_form_of(request), response, &(Product){.name = "", .active = true});
}

void product_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    product_post(request, response, (ProductId){0});
}

void product_edit_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Product product;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = product_find(tx, request->arena, (ProductId){http_param_id(request, "id")}, &product);
    if (!visit_read_end(request, response, tx))
        return;
    if (found)
        product_show(page_form_of(request), response, &product);
    else
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
}

/* Whether the row a form is for is there: a form for nothing is a page that is missing, not a wrong field. */
static bool row_is_there(HttpRequest *request, HttpResponse *response, bool (*find)(StoreTx *, Arena *, int64_t))
{
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return false;
    bool found = find(tx, request->arena, http_param_id(request, "id"));
    if (!visit_read_end(request, response, tx))
        return false;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    return found;
}

static bool product_exists(StoreTx *tx, Arena *arena, int64_t id)
{
    Product product;
    return product_find(tx, arena, (ProductId){id}, &product);
}

void product_edit_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (row_is_there(request, response, product_exists))
        product_post(request, response, (ProductId){http_param_id(request, "id")});
}

/* ------------------------------------------------------------------------------------------------------ installed item */

/* An item as typed: what it belongs to by name. */
typedef struct ItemEntry {
    InstalledItemId id;
    int64_t version;
    const char *product, *serial, *customer, *seller, *sold, *delivered, *batch;
    PartyId customer_id; /* of the customer's page, good while the name is as it was */
} ItemEntry;

typedef struct ItemWork {
    PageForm *form;
    ItemEntry entry;
    Item item;
} ItemWork;

/* What the form offers while typing; customers only where there are few. */
typedef struct ItemOffers {
    const char **products, **customers;
    size_t products_count, customers_count;
} ItemOffers;

static ItemOffers offers_read(StoreTx *tx, Arena *arena)
{
    ProductRows products = product_list(tx, arena, false);
    PartyLines parties = party_search(tx, arena, "", (PartyCursor){0}, OFFERED_MAX + 1);
    ItemOffers offers = {ARENA_ARRAY(arena, const char *, products.count),
                         ARENA_ARRAY(arena, const char *, parties.count), products.count,
                         parties.count <= OFFERED_MAX ? parties.count : 0};
    for (size_t i = 0; i < offers.products_count; i++)
        offers.products[i] = products.items[i].name;
    for (size_t i = 0; i < offers.customers_count; i++)
        offers.customers[i] = parties.items[i].name;
    return offers;
}

static void item_show(PageForm *form, HttpResponse *response, const ItemEntry *entry, const ItemOffers *offers)
{
    bool is_new = !entry->id.value;
    const char *title = is_new ? msg(form->visit->lang, MSG_ITEM_NEW) : msg(form->visit->lang, MSG_ITEM_EDIT);
    ItemFormView view = {
        .page = layout_desk(form->request, title, MSG_MENU_PRODUCTS),
        .title = title,
        .url = is_new ? url_checked("/items") : item_url(form->arena, entry->id),
        .back_url = is_new ? url_checked("/products") : item_url(form->arena, entry->id),
        .version = entry->version,
        .product = entry->product,
        .product_error = page_form_error(form, "product"),
        .products = (const char *const *)offers->products,
        .products_count = offers->products_count,
        .serial = entry->serial,
        .serial_error = page_form_error(form, "serial"),
        .customer = entry->customer,
        .customer_error = page_form_error(form, "party"),
        .customer_id = entry->customer_id.value ? arena_int(form->arena, entry->customer_id.value) : "",
        .customers = (const char *const *)offers->customers,
        .customers_count = offers->customers_count,
        .seller = entry->seller,
        .sold = entry->sold,
        .sold_error = page_form_error(form, "sold"),
        .delivered = entry->delivered,
        .delivered_error = page_form_error(form, "delivered"),
        .batch = entry->batch,
    };
    view.errors = page_form_errors(form, &view.errors_count);
    item_form_render(http_html(response), form->visit->lang, &view);
}

static const char *day_text(const PageForm *form, TimeMs at)
{
    return at == TIME_NONE
               ? ""
               : arena_strndup(form->arena, wall_field_text(form->arena, form->visit->policy->zone, at), DAY_LENGTH);
}

/* The company's midnight of the day typed; TIME_NONE for none. A day that is none, or not come yet, is wrong. */
static TimeMs day_read(PageForm *form, const char *field, const char *text)
{
    if (!*text)
        return TIME_NONE;
    TimeMs at = wall_field_parse(form->arena, form->visit->policy->zone, arena_printf(form->arena, "%sT00:00", text));
    if (at > TIME_NONE && at <= form->visit->now)
        return at;
    page_form_wrong(form, field, "item.error.day", text);
    return TIME_NONE;
}

static ItemEntry item_typed(const PageForm *form, InstalledItemId id)
{
    return (ItemEntry){.id = id,
                       .version = page_form_number(form, "version"),
                       .product = page_form_line(form, "product"),
                       .serial = page_form_line(form, "serial"),
                       .customer = page_form_line(form, "customer"),
                       .customer_id = {page_form_number(form, "customer_id")},
                       .seller = page_form_line(form, "seller"),
                       .sold = page_form_line(form, "sold"),
                       .delivered = page_form_line(form, "delivered"),
                       .batch = page_form_line(form, "batch")};
}

/* The one customer of that name: of several namesakes none is guessed. */
static bool customer_find(StoreTx *tx, ItemWork *work)
{
    PageForm *form = work->form;
    const char *key = text_sort_key(form->arena, work->entry.customer);
    Party party;
    work->item.party = (PartyId){0};
    if (work->entry.customer_id.value && party_find(tx, form->arena, work->entry.customer_id, &party) &&
        strcmp(text_sort_key(form->arena, party.name), key) == 0) {
        work->item.party = party.id;
        return true;
    }
    PartyLines found = *key ? party_search(tx, form->arena, key, (PartyCursor){0}, NAMESAKES) : (PartyLines){0};
    bool one = found.count > 0 && strcmp(found.items[0].sort_key, key) == 0;
    bool more = found.count > 1 && strcmp(found.items[1].sort_key, key) == 0;
    if (one && !more)
        work->item.party = found.items[0].id;
    else if (one)
        form->refused = (InputError){"party", "item.error.namesakes", work->entry.customer};
    return one && !more;
}

static bool item_keep(StoreTx *tx, void *arg)
{
    ItemWork *work = arg;
    PageForm *form = work->form;
    Product product;
    bool is_new = !work->entry.id.value;
    form->refused = (InputError){"party", "item.error.party", NULL};
    if (!product_find_name(tx, form->arena, work->entry.product, &product)) {
        form->refused = (InputError){"product", "item.error.product", NULL};
        return false;
    }
    work->item.product = product.id;
    if (!customer_find(tx, work))
        return false;
    bool kept = is_new ? item_add(tx, form->arena, &work->item, &work->item.id, &form->refused)
                       : item_edit(tx, form->arena, &work->item, &form->refused);
    if (kept)
        visit_audit(tx, form->visit, is_new ? "item.add" : "item.change", "installed_item", work->item.id.value);
    return kept;
}

static void item_show_again(ItemWork *work, HttpResponse *response)
{
    StoreTx *tx = visit_read(work->form->request, response);
    if (!tx)
        return;
    ItemOffers offers = offers_read(tx, work->form->arena);
    if (!visit_read_end(work->form->request, response, tx))
        return;
    page_form_set_status(work->form, response);
    item_show(work->form, response, &work->entry, &offers);
}

/* id: {0} for a new one. */
static void item_post(HttpRequest *request, HttpResponse *response, InstalledItemId id)
{
    PageForm *form = page_form_of(request);
    ItemWork work = {.form = form, .entry = item_typed(form, id)};
    work.item = (Item){.id = work.entry.id,
                       .version = work.entry.version,
                       .serial = item_serial(form->arena, work.entry.serial),
                       .seller = work.entry.seller,
                       .batch = work.entry.batch,
                       .sold_at = day_read(form, "sold", work.entry.sold),
                       .delivered_at = day_read(form, "delivered", work.entry.delivered)};
    if (!page_form_is_sound(form)) {
        item_show_again(&work, response);
        return;
    }
    switch (page_form_keep(form, response, "item", item_keep, &work)) {
    case PAGE_FORM_KEPT:
        http_redirect(response, item_url(form->arena, work.item.id).text);
        return;
    case PAGE_FORM_REFUSED:
        item_show_again(&work, response);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}

static int64_t query_id(const HttpRequest *request, const char *name)
{
    const char *text = http_query(request, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* A product's page, or a customer's, fills in its half. */
void item_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    ItemEntry entry = {
        .product = "", .serial = "", .customer = "", .seller = "", .sold = "", .delivered = "", .batch = ""};
    Product product;
    Party party;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    if (product_find(tx, form->arena, (ProductId){query_id(request, "product")}, &product))
        entry.product = product.name;
    if (party_find(tx, form->arena, (PartyId){query_id(request, "party")}, &party)) {
        entry.customer = party.name;
        entry.customer_id = party.id;
    }
    ItemOffers offers = offers_read(tx, form->arena);
    if (visit_read_end(request, response, tx))
        item_show(form, response, &entry, &offers);
}

void item_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    item_post(request, response, (InstalledItemId){0});
}

static ItemEntry entry_of(StoreTx *tx, const PageForm *form, const Item *item)
{
    Product product;
    Party party;
    return (ItemEntry){.id = item->id,
                       .version = item->version,
                       .product = product_find(tx, form->arena, item->product, &product) ? product.name : "",
                       .serial = item->serial,
                       .customer = party_find(tx, form->arena, item->party, &party) ? party.name : "",
                       .customer_id = item->party,
                       .seller = item->seller,
                       .sold = day_text(form, item->sold_at),
                       .delivered = day_text(form, item->delivered_at),
                       .batch = item->batch};
}

void item_edit_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    Item item;
    ItemEntry entry = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = item_find(tx, form->arena, (InstalledItemId){http_param_id(request, "id")}, &item);
    if (found)
        entry = entry_of(tx, form, &item);
    ItemOffers offers = offers_read(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    if (found)
        item_show(form, response, &entry, &offers);
    else
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
}

static bool item_exists(StoreTx *tx, Arena *arena, int64_t id)
{
    Item item;
    return item_find(tx, arena, (InstalledItemId){id}, &item);
}

void item_edit_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (row_is_there(request, response, item_exists))
        item_post(request, response, (InstalledItemId){http_param_id(request, "id")});
}
