/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: customers for programs. How: the same two steps as a person's entry: what was sent becomes normal form outside
 * the transaction, duplicates are found inside it by that form.
 */
#include "desk/party/party.h"
#include "api/operation.h"
#include "api/page.h"
#include "api/word.h"
#include "base/text.h"

/* ---------------------------------------------------------------------------------------------------------------- shapes */

enum { POINT_KIND, POINT_VALUE, POINT_LABEL, POINT_COUNT };
static const ShapeField point_fields[] = {
    [POINT_KIND] = {"kind", SHAPE_WORD, true, .word = word_contact, .doc = "What kind of address."},
    [POINT_VALUE] = {"value", SHAPE_LINE, true, .doc = "As people read it."},
    [POINT_LABEL] = {"label", SHAPE_LINE, true, .doc = "What they call it; may be empty."},
};
static const Shape point_shape = {"ContactPoint", point_fields, POINT_COUNT, true};

enum {
    PARTY_ID,
    PARTY_KIND,
    PARTY_NAME,
    PARTY_BUYER,
    PARTY_VAT_NUMBER,
    PARTY_FISCAL_CODE,
    PARTY_SDI_CODE,
    PARTY_LANGUAGE,
    PARTY_CREATED_AT,
    PARTY_VERSION,
    PARTY_CONTACTS,
    PARTY_SHAPE_COUNT
};
static const ShapeField party_fields[] = {
    [PARTY_ID] = {"id", SHAPE_NUMBER, true, .doc = "The party's number."},
    [PARTY_KIND] = {"kind", SHAPE_WORD, true, .word = word_party_kind, .doc = "Company or person."},
    [PARTY_NAME] = {"name", SHAPE_LINE, true, .doc = "Its name."},
    [PARTY_BUYER] = {"buyer", SHAPE_WORD, true, .word = word_buyer, .doc = "How it buys: the law differs."},
    [PARTY_VAT_NUMBER] = {"vat_number", SHAPE_LINE, .doc = "Partita IVA, eleven digits."},
    [PARTY_FISCAL_CODE] = {"fiscal_code", SHAPE_LINE, .doc = "Codice fiscale."},
    [PARTY_SDI_CODE] = {"sdi_code", SHAPE_LINE, .doc = "Codice destinatario of electronic invoices."},
    [PARTY_LANGUAGE] = {"language", SHAPE_LINE, true, .doc = "it or en; empty while nobody has said."},
    [PARTY_CREATED_AT] = {"created_at", SHAPE_TIME, true, .doc = "When it was written down here."},
    [PARTY_VERSION] = {"version", SHAPE_NUMBER, true, .doc = "Grows with each change."},
    [PARTY_CONTACTS] = {"contacts", SHAPE_LIST, true, .item = &point_shape, .doc = "How it is reached."},
};
static const Shape party_shape = {"Party", party_fields, PARTY_SHAPE_COUNT, true};

static void send_party(HttpRequest *request, HttpResponse *response, int status, const Party *party,
                       const ContactPointList *points)
{
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, points->count * POINT_COUNT);
    for (size_t i = 0; i < points->count; i++) {
        rows[i * POINT_COUNT + POINT_KIND] = shape_text(contact_kind_text(points->items[i].kind));
        rows[i * POINT_COUNT + POINT_VALUE] = shape_text(points->items[i].value);
        rows[i * POINT_COUNT + POINT_LABEL] = shape_text(points->items[i].label);
    }
    api_send(request, response, status, &party_shape,
             (ShapeValue[PARTY_SHAPE_COUNT]){
                 [PARTY_ID] = shape_number(party->id.value),
                 [PARTY_KIND] = shape_text(party_kind_text(party->kind)),
                 [PARTY_NAME] = shape_text(party->name),
                 [PARTY_BUYER] = shape_text(buyer_kind_text(party->buyer)),
                 [PARTY_VAT_NUMBER] = shape_text(party->vat_number),
                 [PARTY_FISCAL_CODE] = shape_text(party->fiscal_code),
                 [PARTY_SDI_CODE] = shape_text(party->sdi_code),
                 [PARTY_LANGUAGE] = shape_text(party->language),
                 [PARTY_CREATED_AT] = shape_number(party->created_at),
                 [PARTY_VERSION] = shape_number(party->version),
                 [PARTY_CONTACTS] = shape_rows(rows, points->count),
             });
}

/* ------------------------------------------------------------------------------------------------------------------ one */

static void party_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Party party;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    bool found = party_find(tx, request->arena, (PartyId){http_param_id(request, "id")}, &party);
    ContactPointList points = found ? contact_point_list(tx, request->arena, party.id) : (ContactPointList){0};
    if (!api_read_end(request, response, tx))
        return;
    if (!found) {
        api_not_found(request, response);
        return;
    }
    api_note_read(api_call_of(request), "party.read", "party", party.id.value);
    send_party(request, response, 200, &party, &points);
}

/* ----------------------------------------------------------------------------------------------------------------- list */

enum { LIST_NAME, LIST_AFTER, LIST_LIMIT, LIST_COUNT };
static const ShapeField list_fields[] = {
    [LIST_NAME] = {"name", SHAPE_LINE, .max = 100, .doc = "How the name begins, without regard to case and accents."},
    [LIST_AFTER] = PAGE_AFTER_FIELD,
    [LIST_LIMIT] = PAGE_LIMIT_FIELD,
};
static const Shape list_query = {"PartyListQuery", list_fields, LIST_COUNT};

enum { LINE_ID, LINE_KIND, LINE_NAME, LINE_COUNT };
static const ShapeField line_fields[] = {
    [LINE_ID] = {"id", SHAPE_NUMBER, true, .doc = "The party's number."},
    [LINE_KIND] = {"kind", SHAPE_WORD, true, .word = word_party_kind, .doc = "Company or person."},
    [LINE_NAME] = {"name", SHAPE_LINE, true, .doc = "Its name."},
};
static const Shape line_shape = {"PartyLine", line_fields, LINE_COUNT, true};

enum { LINES_ITEMS, LINES_NEXT, LINES_COUNT };
static const ShapeField lines_fields[] = {
    [LINES_ITEMS] = {"items", SHAPE_LIST, true, .item = &line_shape, .doc = "By name."},
    [LINES_NEXT] = {"next", SHAPE_LINE, .doc = "To be sent as \"after\" for the next page; null on the last."},
};
static const Shape lines_shape = {"PartyLines", lines_fields, LINES_COUNT, true};

static void send_lines(HttpRequest *request, HttpResponse *response, const PartyLines *lines, int64_t limit)
{
    size_t shown = MIN(lines->count, (size_t)limit);
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, shown * LINE_COUNT);
    for (size_t i = 0; i < shown; i++) {
        rows[i * LINE_COUNT + LINE_ID] = shape_number(lines->items[i].id.value);
        rows[i * LINE_COUNT + LINE_KIND] = shape_text(party_kind_text(lines->items[i].kind));
        rows[i * LINE_COUNT + LINE_NAME] = shape_text(lines->items[i].name);
    }
    const char *next =
        lines->count > shown ? page_cursor(request->arena, (PageCursor){0, lines->items[shown - 1].id.value}) : NULL;
    api_send(request, response, 200, &lines_shape,
             (ShapeValue[LINES_COUNT]){[LINES_ITEMS] = shape_rows(rows, shown), [LINES_NEXT] = shape_text(next)});
}

/* The cursor holds the last party's id; where it stands today is where the next page begins. */
static PartyCursor cursor_at(StoreTx *tx, Arena *arena, int64_t id)
{
    Party last;
    if (!id || !party_find(tx, arena, (PartyId){id}, &last))
        return (PartyCursor){0};
    return (PartyCursor){text_sort_key(arena, last.name), last.id};
}

static void party_list(HttpRequest *request, HttpResponse *response, void *context)
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
    PartyLines lines = party_search(tx, request->arena, prefix, cursor_at(tx, request->arena, after.id), limit + 1);
    if (api_read_end(request, response, tx))
        send_lines(request, response, &lines, limit);
}

/* --------------------------------------------------------------------------------------------------------------- create */

enum {
    NEW_KIND,
    NEW_NAME,
    NEW_BUYER,
    NEW_VAT_NUMBER,
    NEW_FISCAL_CODE,
    NEW_SDI_CODE,
    NEW_LANGUAGE,
    NEW_EMAIL,
    NEW_PEC,
    NEW_PHONE,
    NEW_COUNT
};
static const ShapeField new_fields[] = {
    [NEW_KIND] = {"kind", SHAPE_WORD, true, .word = word_party_kind, .doc = "Company or person."},
    [NEW_NAME] = {"name", SHAPE_LINE, true, 200, .doc = "Its name."},
    [NEW_BUYER] = {"buyer", SHAPE_WORD, .word = word_buyer, .doc = "How it buys; unknown unless told."},
    [NEW_VAT_NUMBER] = {"vat_number", SHAPE_LINE, .max = 40, .doc = "Partita IVA; checked, and on one party only."},
    [NEW_FISCAL_CODE] = {"fiscal_code", SHAPE_LINE, .max = 40, .doc = "Codice fiscale; checked, and on one party only."},
    [NEW_SDI_CODE] = {"sdi_code", SHAPE_LINE, .max = 40, .doc = "Codice destinatario."},
    [NEW_LANGUAGE] = {"language", SHAPE_WORD, .word = word_language, .doc = "Theirs; unless told, each request's own words say it."},
    [NEW_EMAIL] = {"email", SHAPE_LINE, .max = 254, .doc = "An e-mail address."},
    [NEW_PEC] = {"pec", SHAPE_LINE, .max = 254, .doc = "A certified e-mail address."},
    [NEW_PHONE] = {"phone", SHAPE_LINE, .max = 64, .doc = "A number, as people write it."},
};
static const Shape new_shape = {"PartyNew", new_fields, NEW_COUNT};

enum { POINTS_MAX = 3 };

typedef struct NewWork {
    HttpRequest *request;
    const ApiCall *call;
    Party party;
    const char *sort_key;
    ContactPoint points[POINTS_MAX];
    const char *point_fields[POINTS_MAX]; /* each one's field in the body */
    size_t point_count;
    PartyId id;
    ContactPointList kept;
    CodingRefusals refused;
} NewWork;

static void read_points(NewWork *work, const ShapeValue *in)
{
    static const struct {
        int place;
        ContactKind kind;
    } rows[POINTS_MAX] = {{NEW_EMAIL, CONTACT_EMAIL}, {NEW_PEC, CONTACT_PEC}, {NEW_PHONE, CONTACT_PHONE}};
    for (size_t i = 0; i < POINTS_MAX; i++) {
        InputError error;
        const char *field = new_fields[rows[i].place].name;
        if (!in[rows[i].place].given || text_is_blank(in[rows[i].place].text))
            continue;
        work->point_fields[work->point_count] = field;
        if (contact_point_read(work->request->arena, rows[i].kind, in[rows[i].place].text, "",
                               &work->points[work->point_count], &error))
            work->point_count++;
        else
            api_refuse(&work->refused, (InputError){field, error.key, error.shown});
    }
}

static bool read_party(NewWork *work, const ShapeValue *in)
{
    InputError error = {0};
    Arena *arena = work->request->arena;
    Party typed = {.kind = (PartyKind)in[NEW_KIND].number,
                   .name = in[NEW_NAME].text,
                   .buyer = in[NEW_BUYER].given ? (BuyerKind)in[NEW_BUYER].number : BUYER_UNKNOWN,
                   .vat_number = in[NEW_VAT_NUMBER].text,
                   .fiscal_code = in[NEW_FISCAL_CODE].text,
                   .sdi_code = in[NEW_SDI_CODE].text,
                   .language = in[NEW_LANGUAGE].given ? in[NEW_LANGUAGE].text : ""};
    if (!party_read(arena, &typed, &work->party, &error))
        api_refuse(&work->refused, error);
    else
        work->sort_key = text_sort_key(arena, work->party.name);
    read_points(work, in);
    return work->refused.count == 0;
}

static bool add_party(StoreTx *tx, void *arg)
{
    NewWork *work = arg;
    Arena *arena = work->request->arena;
    TimeMs now = work->call->now;
    PartyRefusal refusal = {0};
    work->refused.count = 0;
    if (!party_register(tx, arena, &work->party, work->sort_key, now, &work->id, &refusal))
        return api_refuse(&work->refused, refusal.error);
    for (size_t i = 0; i < work->point_count; i++)
        if (!contact_point_put(tx, arena, work->id, &work->points[i], now, &refusal))
            return api_refuse(&work->refused,
                              (InputError){work->point_fields[i], refusal.error.key, refusal.error.shown});
    api_audit(tx, work->call, "party.add", "party", work->id.value);
    work->kept = contact_point_list(tx, arena, work->id);
    return party_find(tx, arena, work->id, &work->party);
}

static void party_create(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[NEW_COUNT];
    NewWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &new_shape, in))
        return;
    if (!read_party(&work, in)) {
        api_problem_of_refusals(request, response, &work.refused);
        return;
    }
    if (api_write(request, response, "api party create", add_party, &work, &work.refused))
        send_party(request, response, 201, &work.party, &work.kept);
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/parties", party_list, "party.read", LANE_PAGE, ROUTE_TOKEN, 0, "Customers, by name."},
     "partyList", &list_query, NULL, &lines_shape, 200, false},
    {{HTTP_GET, "/api/v1/parties/:id", party_show, "party.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "One customer, with how they are reached."},
     "partyRead", NULL, NULL, &party_shape, 200, false},
    {{HTTP_POST, "/api/v1/parties", party_create, "party.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Adds a customer."},
     "partyCreate", NULL, &new_shape, &party_shape, 201, false},
};
const ApiOperations party_operations = {operations, G_N_ELEMENTS(operations)};
