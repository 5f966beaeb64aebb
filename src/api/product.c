/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/product/product.h"
#include "api/operation.h"
#include "api/page.h"
#include "api/word.h"
#include "base/text.h"
#include "desk/code/code.h"

/* -------------------------------------------------------------------------------------------------------------- products */

enum { LIST_NAME, LIST_AFTER, LIST_LIMIT, LIST_COUNT };
static const ShapeField list_fields[] = {
    [LIST_NAME] = {"name", SHAPE_LINE, .max = 100, .doc = "How the name begins, without regard to case and accents."},
    [LIST_AFTER] = PAGE_AFTER_FIELD,
    [LIST_LIMIT] = PAGE_LIMIT_FIELD,
};
static const Shape list_query = {"ProductListQuery", list_fields, LIST_COUNT};

enum { PRODUCT_ID, PRODUCT_NAME, PRODUCT_ROLE, PRODUCT_KIND, PRODUCT_ACTIVE, PRODUCT_VERSION, PRODUCT_SHAPE_COUNT };
static const ShapeField product_fields[] = {
    [PRODUCT_ID] = {"id", SHAPE_NUMBER, true, .doc = "The product's number."},
    [PRODUCT_NAME] = {"name", SHAPE_LINE, true, .doc = "Its name."},
    [PRODUCT_ROLE] = {"role", SHAPE_WORD, true, .word = word_product_role, .doc = "Whether we answer for it."},
    [PRODUCT_KIND] = {"kind", SHAPE_WORD, true, .word = word_product_kind, .doc = "What kind of product."},
    [PRODUCT_ACTIVE] = {"active", SHAPE_FLAG, true, .doc = "Still offered when a request is written."},
    [PRODUCT_VERSION] = {"version", SHAPE_NUMBER, true, .doc = "Grows with each change."},
};
static const Shape product_shape = {"Product", product_fields, PRODUCT_SHAPE_COUNT, true};

enum { PRODUCTS_ITEMS, PRODUCTS_NEXT, PRODUCTS_COUNT };
static const ShapeField products_fields[] = {
    [PRODUCTS_ITEMS] = {"items", SHAPE_LIST, true, .item = &product_shape, .doc = "By name."},
    [PRODUCTS_NEXT] = {"next", SHAPE_LINE, .doc = "To be sent as \"after\" for the next page; null on the last."},
};
static const Shape products_shape = {"Products", products_fields, PRODUCTS_COUNT, true};

static void fill_product(ShapeValue *row, const Product *product)
{
    row[PRODUCT_ID] = shape_number(product->id.value);
    row[PRODUCT_NAME] = shape_text(product->name);
    row[PRODUCT_ROLE] = shape_text(product_role_text(product->role));
    row[PRODUCT_KIND] = shape_text(product_kind_text(product->kind));
    row[PRODUCT_ACTIVE] = shape_number(product->active);
    row[PRODUCT_VERSION] = shape_number(product->version);
}

static void send_product(HttpRequest *request, HttpResponse *response, int status, const Product *product)
{
    ShapeValue row[PRODUCT_SHAPE_COUNT];
    fill_product(row, product);
    api_send(request, response, status, &product_shape, row);
}

static void send_products(HttpRequest *request, HttpResponse *response, const ProductRows *products, int64_t limit)
{
    size_t shown = MIN(products->count, (size_t)limit);
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, shown * PRODUCT_SHAPE_COUNT);
    for (size_t i = 0; i < shown; i++)
        fill_product(rows + i * PRODUCT_SHAPE_COUNT, &products->items[i]);
    const char *next = products->count > shown
                           ? page_cursor(request->arena, (PageCursor){0, products->items[shown - 1].id.value})
                           : NULL;
    api_send(
        request, response, 200, &products_shape,
        (ShapeValue[PRODUCTS_COUNT]){[PRODUCTS_ITEMS] = shape_rows(rows, shown), [PRODUCTS_NEXT] = shape_text(next)});
}

static ProductCursor cursor_at(StoreTx *tx, Arena *arena, int64_t id)
{
    Product last;
    return id && product_find(tx, arena, (ProductId){id}, &last) ? (ProductCursor){last.sort_key, last.id}
                                                                 : (ProductCursor){0};
}

static void product_list_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[LIST_COUNT];
    PageCursor after;
    int64_t limit;
    if (!api_read_query(request, response, &list_query, in) ||
        !page_asked(request, response, &in[LIST_AFTER], &in[LIST_LIMIT], &after, &limit))
        return;
    const char *prefix = text_sort_key(request->arena, in[LIST_NAME].given ? in[LIST_NAME].text : "");
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    ProductRows products =
        product_search(tx, request->arena, prefix, cursor_at(tx, request->arena, after.id), limit + 1);
    if (api_read_end(request, response, tx))
        send_products(request, response, &products, limit);
}

static void product_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Product product;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    bool found = product_find(tx, request->arena, (ProductId){http_param_id(request, "id")}, &product);
    if (!api_read_end(request, response, tx))
        return;
    if (found)
        send_product(request, response, 200, &product);
    else
        api_not_found(request, response);
}

enum { NEW_NAME, NEW_ROLE, NEW_KIND, NEW_COUNT };
static const ShapeField new_fields[] = {
    [NEW_NAME] = {"name", SHAPE_LINE, true, 120, .doc = "Its name, of which there is one."},
    [NEW_ROLE] = {"role", SHAPE_WORD, true, .word = word_product_role, .doc = "Whether we answer for it."},
    [NEW_KIND] = {"kind", SHAPE_WORD, true, .word = word_product_kind, .doc = "What kind of product."},
};
static const Shape new_shape = {"ProductNew", new_fields, NEW_COUNT};

typedef struct NewWork {
    HttpRequest *request;
    const ApiCall *call;
    Product product;
    CodingRefusals refused;
} NewWork;

static bool add_product(StoreTx *tx, void *arg)
{
    NewWork *work = arg;
    Arena *arena = work->request->arena;
    InputError error = {0};
    work->refused.count = 0;
    if (!product_add(tx, arena, &work->product, work->product.sort_key, &work->product.id, &error))
        return api_refuse(&work->refused, error);
    api_audit(tx, work->call, "product.add", "product", work->product.id.value);
    return product_find(tx, arena, work->product.id, &work->product);
}

static void product_create(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[NEW_COUNT];
    NewWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &new_shape, in))
        return;
    work.product = (Product){.name = text_clean_line(request->arena, bytes_of(in[NEW_NAME].text)),
                             .role = (ProductRole)in[NEW_ROLE].number,
                             .kind = (ProductKind)in[NEW_KIND].number,
                             .active = true};
    work.product.sort_key = text_sort_key(request->arena, work.product.name);
    if (api_write(request, response, "api product create", add_product, &work, &work.refused))
        send_product(request, response, 201, &work.product);
}

/* ----------------------------------------------------------------------------------------------------------------- codes */

enum { CODES_LIST, CODES_QUERY_COUNT };
static const ShapeField codes_query_fields[] = {
    [CODES_LIST] = {"list", SHAPE_WORD, true, .word = word_code_list, .doc = "Which of the five lists."},
};
static const Shape codes_query = {"CodeListQuery", codes_query_fields, CODES_QUERY_COUNT};

enum { CODE_ID, CODE_KEY, CODE_PARENT, CODE_NAME_IT, CODE_NAME_EN, CODE_SHAPE_COUNT };
static const ShapeField code_fields[] = {
    [CODE_ID] = {"id", SHAPE_NUMBER, true, .doc = "The code's number, as a request shows it."},
    [CODE_KEY] = {"key", SHAPE_LINE, true, .doc = "Its key, by which it is chosen."},
    [CODE_PARENT] = {"parent_id", SHAPE_NUMBER, .doc = "Its group; null: it is a group, and cannot be chosen."},
    [CODE_NAME_IT] = {"name_it", SHAPE_LINE, true, .doc = "Its name in Italian."},
    [CODE_NAME_EN] = {"name_en", SHAPE_LINE, true, .doc = "Its name in English."},
};
static const Shape code_shape = {"Code", code_fields, CODE_SHAPE_COUNT, true};

enum { CODES_ITEMS, CODES_COUNT };
static const ShapeField codes_fields[] = {
    [CODES_ITEMS] = {"items", SHAPE_LIST, true, .item = &code_shape, .doc = "A group stands before its codes."},
};
static const Shape codes_shape = {"Codes", codes_fields, CODES_COUNT, true};

static void code_list_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[CODES_QUERY_COUNT];
    if (!api_read_query(request, response, &codes_query, in))
        return;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    CodeRows codes = code_list(tx, request->arena, (CodeList)in[CODES_LIST].number, false);
    if (!api_read_end(request, response, tx))
        return;
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, codes.count * CODE_SHAPE_COUNT);
    for (size_t i = 0; i < codes.count; i++) {
        ShapeValue *row = rows + i * CODE_SHAPE_COUNT;
        row[CODE_ID] = shape_number(codes.items[i].id.value);
        row[CODE_KEY] = shape_text(codes.items[i].key);
        row[CODE_PARENT] = shape_id(codes.items[i].parent.value);
        row[CODE_NAME_IT] = shape_text(code_name(&codes.items[i], LANG_IT));
        row[CODE_NAME_EN] = shape_text(code_name(&codes.items[i], LANG_EN));
    }
    api_send(request, response, 200, &codes_shape,
             (ShapeValue[CODES_COUNT]){[CODES_ITEMS] = shape_rows(rows, codes.count)});
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/products", product_list_show, "product.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "Products on offer, by name."},
     "productList", &list_query, NULL, &products_shape, 200, false},
    {{HTTP_GET, "/api/v1/products/:id", product_show, "product.read", LANE_PAGE, ROUTE_TOKEN, 0, "One product."},
     "productRead", NULL, NULL, &product_shape, 200, false},
    {{HTTP_POST, "/api/v1/products", product_create, "product.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Adds a product."},
     "productCreate", NULL, &new_shape, &product_shape, 201, false},
    {{HTTP_GET, "/api/v1/codes", code_list_show, "code.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "The codes of one list that are in use."},
     "codeList", &codes_query, NULL, &codes_shape, 200, false},
};
const ApiOperations product_operations = {operations, G_N_ELEMENTS(operations)};
