/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"
#include "base/text.h"
#include "desk/code/code.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/ticket/history.h"
#include "web/desk/desk_pages.h"
#include "web/desk/party_line.h"
#include "web/desk/product_line.h"
#include "web/item_page_view.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/product_page_view.h"

#include <string.h>

/* LATEST: of how many requests the problems are counted. */
enum { ROWS = 50, ITEMS = 20, TICKETS = 30, LATEST = 500, PROBLEMS = 8 };

/* --------------------------------------------------------------------------------------------------------------- lines */

static const char *words_of(Arena *arena, Lang lang, const char *family, const char *name)
{
    const char *words = msg_find(lang, arena_printf(arena, "%s%s", family, name));
    return words ? words : name;
}

const char *product_role_words(Arena *arena, Lang lang, ProductRole role)
{
    return words_of(arena, lang, "product.role.", product_role_text(role));
}

const char *product_kind_words(Arena *arena, Lang lang, ProductKind kind)
{
    return words_of(arena, lang, "product.kind.", product_kind_text(kind));
}

const char *product_detail(Arena *arena, Lang lang, const Product *product)
{
    return arena_printf(arena, "%s · %s%s%s", product_role_words(arena, lang, product->role),
                        product_kind_words(arena, lang, product->kind), product->active ? "" : " · ",
                        product->active ? "" : msg(lang, MSG_PRODUCT_INACTIVE));
}

SafeUrl product_url(Arena *arena, ProductId id)
{
    return url_local(arena, "/products/%", arena_int(arena, id.value));
}

SafeUrl item_url(Arena *arena, InstalledItemId id)
{
    return url_local(arena, "/items/%", arena_int(arena, id.value));
}

static const char *party_name(StoreTx *tx, Arena *arena, PartyId id)
{
    Party party;
    return party_find(tx, arena, id, &party) ? party.name : "";
}

static ItemRow *item_rows(StoreTx *tx, Arena *arena, const ItemRows *items, size_t shown)
{
    ItemRow *rows = ARENA_ARRAY(arena, ItemRow, shown);
    for (size_t i = 0; i < shown; i++) {
        const Item *item = &items->items[i];
        Product product;
        rows[i] = (ItemRow){item->serial, item_url(arena, item->id),
                            product_find(tx, arena, item->product, &product) ? product.name : "",
                            party_name(tx, arena, item->party)};
    }
    return rows;
}

/* ---------------------------------------------------------------------------------------------------------------- list */

/* after: "<id>.<sort key>" of the last row of the page before; anything else is the first page. */
static ProductCursor cursor_of(const HttpRequest *request)
{
    const char *after = http_query(request, "after");
    char *rest = NULL;
    int64_t id = after ? g_ascii_strtoll(after, &rest, 10) : 0;
    return id > 0 && *rest == '.' ? (ProductCursor){rest + 1, {id}} : (ProductCursor){0};
}

/* Those no longer sold: a company has tens of them, and looks for one seldom. */
static ProductRows retired_only(ProductRows all)
{
    ProductRows retired = {all.items, 0};
    for (size_t i = 0; i < all.count; i++)
        if (!all.items[i].active)
            retired.items[retired.count++] = all.items[i];
    return retired;
}

static void fill_products(HttpRequest *request, const ProductRows *products, const char *words, ProductsView *view)
{
    Arena *arena = request->arena;
    size_t shown = view->retired ? products->count : MIN(products->count, (size_t)ROWS);
    ProductRow *rows = ARENA_ARRAY(arena, ProductRow, shown);
    for (size_t i = 0; i < shown; i++)
        rows[i] = (ProductRow){products->items[i].name, product_url(arena, products->items[i].id),
                               product_detail(arena, visit_of(request)->lang, &products->items[i])};
    view->rows = rows;
    view->rows_count = shown;
    if (products->count > shown) {
        const Product *last = &products->items[shown - 1];
        view->next_url = url_local(arena, "/products?q=%&after=%", words,
                                   arena_printf(arena, "%" G_GINT64_FORMAT ".%s", last->id.value, last->sort_key));
    }
}

/* What was typed may be the beginning of a name or of a serial: both are looked for. */
void product_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *typed = http_query(request, "q");
    const char *words = text_clean_line(arena, bytes_of(typed));
    const char *serial = item_serial(arena, words);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool retired = http_query(request, "retired") != NULL;
    ProductRows products = retired
                               ? retired_only(product_list(tx, arena, true))
                               : product_search(tx, arena, text_sort_key(arena, words), cursor_of(request), ROWS + 1);
    ItemRows items = *serial ? item_search(tx, arena, serial, (ItemCursor){0}, ITEMS) : (ItemRows){0};
    ItemRow *rows = item_rows(tx, arena, &items, items.count);
    if (!visit_read_end(request, response, tx))
        return;
    ProductsView view = {
        .page = layout_desk(request, msg(visit->lang, MSG_MENU_PRODUCTS), MSG_MENU_PRODUCTS),
        .words = words,
        .retired = retired,
        .new_url = visit_may(visit, "product.write") ? url_checked("/products/new") : (SafeUrl){NULL},
        .items = rows,
        .items_count = items.count,
        .has_items = items.count > 0,
    };
    fill_products(request, &products, words, &view);
    products_render(http_html(response), visit->lang, &view);
}

/* ----------------------------------------------------------------------------------------------------------------- one */

static void fill_problems(StoreTx *tx, HttpRequest *request, ProductId product, ProductPageView *view)
{
    Arena *arena = request->arena;
    Lang lang = visit_of(request)->lang;
    ProblemCounts counts = history_problems(tx, arena, product, LATEST);
    size_t shown = MIN(counts.count, (size_t)PROBLEMS);
    ProblemRow *rows = ARENA_ARRAY(arena, ProblemRow, shown);
    for (size_t i = 0; i < shown; i++) {
        Code code;
        bool found = code_find(tx, arena, counts.items[i].problem, &code);
        rows[i] = (ProblemRow){found ? code_name(&code, lang) : "", format_number(arena, lang, counts.items[i].tickets),
                               counts.items[i].tickets * 100 / counts.items[0].tickets};
    }
    view->problems = rows;
    view->problems_count = shown;
}

/* serial: after which the page of items begins. */
static void fill_items(StoreTx *tx, HttpRequest *request, ProductId product, ProductPageView *view)
{
    Arena *arena = request->arena;
    const char *asked = http_query(request, "after");
    ItemRows items = item_list_product(tx, arena, product, asked ? item_serial(arena, asked) : "", ITEMS + 1);
    size_t shown = MIN(items.count, (size_t)ITEMS);
    view->items = item_rows(tx, arena, &items, shown);
    view->items_count = shown;
    view->items_more = msg(visit_of(request)->lang, MSG_PRODUCT_MORE_ITEMS);
    if (items.count > shown)
        view->items_url =
            url_local(arena, "/products/%?after=%", arena_int(arena, product.value), items.items[shown - 1].serial);
}

static void fill_product(HttpRequest *request, const Product *product, ProductPageView *view)
{
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    const char *id = arena_int(arena, product->id.value);
    view->page = layout_desk(request, product->name, MSG_MENU_PRODUCTS);
    view->name = product->name;
    view->detail = product_detail(arena, visit->lang, product);
    if (visit_may(visit, "product.write"))
        view->edit_url = url_local(arena, "/products/%/edit", id);
    if (visit_may(visit, "item.write") && product->active)
        view->item_url = url_local(arena, "/items/new?product=%", id);
}

void product_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Product product;
    ProductPageView view = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = product_find(tx, request->arena, (ProductId){http_param_id(request, "id")}, &product);
    if (found) {
        WorklistPage list = history_list_product(tx, request->arena, product.id, past_asked(request, TICKETS));
        const char *at = arena_printf(request->arena, "/products/%" G_GINT64_FORMAT, product.id.value);
        view.tickets = past_tickets(request->arena, visit_of(request), &list);
        view.tickets_count = list.count;
        view.older_url = past_older(request->arena, at, &list);
        view.newest_url = past_newest(request, at);
        fill_problems(tx, request, product.id, &view);
        fill_items(tx, request, product.id, &view);
    }
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    fill_product(request, &product, &view);
    product_page_render(http_html(response), visit_of(request)->lang, &view);
}

/* ---------------------------------------------------------------------------------------------------- installed items */

static void add_fact(ItemPageView *view, Fact *facts, MsgId label, const char *text, SafeUrl url)
{
    if (*text)
        facts[view->facts_count++] = (Fact){label, text, url};
}

static const char *day_words(Arena *arena, const Visit *visit, TimeMs at)
{
    return at == TIME_NONE ? "" : format_date(arena, visit->lang, time_to_wall(visit->policy->zone, at).date);
}

static void fill_item(HttpRequest *request, const Item *item, const char *customer, ItemPageView *view)
{
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    Fact *facts = ARENA_ARRAY(arena, Fact, 5);
    const char *party = arena_int(arena, item->party.value);
    view->page = layout_desk(request, item->serial, MSG_MENU_PRODUCTS);
    view->serial = item->serial;
    view->product_url = product_url(arena, item->product);
    view->facts = facts;
    add_fact(view, facts, MSG_FIELD_CUSTOMER, customer, url_local(arena, "/parties/%", party));
    add_fact(view, facts, MSG_FIELD_SELLER, item->seller, (SafeUrl){NULL});
    add_fact(view, facts, MSG_FIELD_SOLD, day_words(arena, visit, item->sold_at), (SafeUrl){NULL});
    add_fact(view, facts, MSG_FIELD_DELIVERED, day_words(arena, visit, item->delivered_at), (SafeUrl){NULL});
    add_fact(view, facts, MSG_FIELD_BATCH, item->batch, (SafeUrl){NULL});
    if (visit_may(visit, "item.write"))
        view->edit_url = url_local(arena, "/items/%/edit", arena_int(arena, item->id.value));
    if (visit_may(visit, "ticket.write"))
        view->new_url = url_local(arena, "/tickets/new?party=%&item=%", party, arena_int(arena, item->id.value));
}

void item_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Item item;
    Product product;
    const char *customer = "";
    ItemPageView view = {.product = ""};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = item_find(tx, request->arena, (InstalledItemId){http_param_id(request, "id")}, &item);
    if (found) {
        WorklistPage list = history_list_item(tx, request->arena, item.id, past_asked(request, TICKETS));
        const char *at = arena_printf(request->arena, "/items/%" G_GINT64_FORMAT, item.id.value);
        view.tickets = past_tickets(request->arena, visit_of(request), &list);
        view.tickets_count = list.count;
        view.older_url = past_older(request->arena, at, &list);
        view.newest_url = past_newest(request, at);
        view.product = product_find(tx, request->arena, item.product, &product) ? product.name : "";
        customer = party_name(tx, request->arena, item.party);
    }
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    fill_item(request, &item, customer, &view);
    item_page_render(http_html(response), visit_of(request)->lang, &view);
}
