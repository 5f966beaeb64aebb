/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/call.h"
#include "api/operation.h"
#include "api/page.h"
#include "api/ticket_shape.h"
#include "api/word.h"
#include "base/check.h"
#include "desk/receipt/letter.h"
#include "desk/ticket/history.h"

/* ----------------------------------------------------------------------------------------------------------------- list */

/* The lists of what is to do, and one more: open or closed. */
enum { VIEW_ALL = WORKLIST_KIND_COUNT, VIEW_COUNT };

static const char *word_view(int at)
{
    static const char *const words[VIEW_COUNT] = {[WORKLIST_MINE] = "mine",
                                                  [WORKLIST_UNOWNED] = "unassigned",
                                                  [WORKLIST_OPEN] = "open",
                                                  [WORKLIST_LATE] = "late",
                                                  [VIEW_ALL] = "all"};
    return at < VIEW_COUNT ? words[at] : NULL;
}

static const char *word_turn(int at)
{
    static const char *const words[WORKLIST_TURN_COUNT] = {[WORKLIST_TURN_ANY] = "any",
                                                           [WORKLIST_TURN_US] = "us",
                                                           [WORKLIST_TURN_CUSTOMER] = "customer",
                                                           [WORKLIST_TURN_OTHERS] = "others"};
    return at < WORKLIST_TURN_COUNT ? words[at] : NULL;
}

static const char *word_order(int at)
{
    static const char *const words[WORKLIST_ORDER_COUNT] = {
        [WORKLIST_SOONEST] = "soonest", [WORKLIST_NEWEST] = "newest", [WORKLIST_OLDEST] = "oldest"};
    return at < WORKLIST_ORDER_COUNT ? words[at] : NULL;
}

enum {
    LIST_VIEW,
    LIST_CUSTOMER,
    LIST_PRODUCT,
    LIST_ITEM,
    LIST_TEAM,
    LIST_OWNER,
    LIST_CHANNEL,
    LIST_TURN,
    LIST_ORDER,
    LIST_AFTER,
    LIST_LIMIT,
    LIST_COUNT
};

static const ShapeField list_fields[] = {
    [LIST_VIEW] = {"view", SHAPE_WORD, .word = word_view,
                   .doc = "Which of the open requests, open (all of those) unless told; mine: the token's maker's. all: open "
                          "or closed, newest first, to be narrowed by one of the three below and by nothing else."},
    [LIST_CUSTOMER] = {"customer_id", SHAPE_NUMBER, .doc = "Only that customer's; with view all."},
    [LIST_PRODUCT] = {"product_id", SHAPE_NUMBER, .doc = "Only those about that product; with view all."},
    [LIST_ITEM] = {"item_id", SHAPE_NUMBER, .doc = "Only those about that installed item; with view all."},
    [LIST_TEAM] = {"team_id", SHAPE_NUMBER, .doc = "Only that team's; not with view mine."},
    [LIST_OWNER] = {"owner_id", SHAPE_NUMBER, .doc = "Only that person's; not with view mine or unassigned."},
    [LIST_CHANNEL] = {"channel", SHAPE_LINE, .max = 40, .doc = "Only what came by that channel."},
    [LIST_TURN] = {"turn", SHAPE_WORD, .word = word_turn, .doc = "Whose move it is."},
    [LIST_ORDER] = {"order", SHAPE_WORD, .word = word_order,
                    .doc = "soonest: who must hear from us first, unless told; newest and oldest: as they came."},
    [LIST_AFTER] = PAGE_AFTER_FIELD,
    [LIST_LIMIT] = PAGE_LIMIT_FIELD,
};
static const Shape list_query = {"TicketListQuery", list_fields, LIST_COUNT};

enum {
    LINE_ID,
    LINE_SUBJECT,
    LINE_STATE,
    LINE_CHANNEL,
    LINE_CUSTOMER,
    LINE_OWNER,
    LINE_RECEIVED_AT,
    LINE_NEXT_UPDATE_AT,
    LINE_LAST_EVENT_AT,
    LINE_HANDOVERS,
    LINE_COUNT
};

static const ShapeField line_fields[] = {
    [LINE_ID] = {"id", SHAPE_NUMBER, true, .doc = "The request's number."},
    [LINE_SUBJECT] = {"subject", SHAPE_LINE, true, .doc = "Its subject."},
    [LINE_STATE] = {"state", SHAPE_WORD, true, .word = word_ticket_state, .doc = "Where it stands."},
    [LINE_CHANNEL] = {"channel", SHAPE_LINE, true, .doc = "By which channel it came."},
    [LINE_CUSTOMER] = {"customer", SHAPE_LINE, .doc = "The customer's name, once known."},
    [LINE_OWNER] = {"owner", SHAPE_LINE, .doc = "The name of who has it."},
    [LINE_RECEIVED_AT] = {"received_at", SHAPE_TIME, true, .doc = "When it reached us."},
    [LINE_NEXT_UPDATE_AT] = {"next_update_at", SHAPE_TIME,
                             .doc = "By when the customer hears from us; null once it is closed."},
    [LINE_LAST_EVENT_AT] = {"last_event_at", SHAPE_TIME, true, .doc = "When something last happened."},
    [LINE_HANDOVERS] = {"handovers", SHAPE_NUMBER, true, .doc = "How many times it changed hands."},
};
static const Shape line_shape = {"TicketLine", line_fields, LINE_COUNT, true};

enum { LINES_ITEMS, LINES_NEXT, LINES_COUNT };
static const ShapeField lines_fields[] = {
    [LINES_ITEMS] = {"items", SHAPE_LIST, true, .item = &line_shape, .doc = "In the order asked."},
    [LINES_NEXT] = {"next", SHAPE_LINE, .doc = "To be sent as \"after\" for the next page; null on the last."},
};
static const Shape lines_shape = {"TicketLines", lines_fields, LINES_COUNT, true};

static void fill_line(ShapeValue *row, const WorklistEntry *entry)
{
    row[LINE_ID] = shape_number(entry->ticket.value);
    row[LINE_SUBJECT] = shape_text(entry->subject);
    row[LINE_STATE] = shape_text(ticket_state_text(entry->state));
    row[LINE_CHANNEL] = shape_text(entry->channel);
    row[LINE_CUSTOMER] = shape_text(entry->customer);
    row[LINE_OWNER] = shape_text(entry->owner);
    row[LINE_RECEIVED_AT] = shape_number(entry->received_at);
    if (entry->next_update_at != TIME_NONE)
        row[LINE_NEXT_UPDATE_AT] = shape_number(entry->next_update_at);
    row[LINE_LAST_EVENT_AT] = shape_number(entry->last_event_at);
    row[LINE_HANDOVERS] = shape_number(entry->handovers);
}

static void send_page(HttpRequest *request, HttpResponse *response, const WorklistPage *page)
{
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, page->count * LINE_COUNT);
    for (size_t i = 0; i < page->count; i++)
        fill_line(rows + i * LINE_COUNT, &page->rows[i]);
    const WorklistEntry *last = page->more ? &page->rows[page->count - 1] : NULL;
    const char *next =
        last ? page_cursor(request->arena, (PageCursor){last->next_update_at, last->ticket.value}) : NULL;
    api_send(request, response, 200, &lines_shape,
             (ShapeValue[LINES_COUNT]){[LINES_ITEMS] = shape_rows(rows, page->count), [LINES_NEXT] = shape_text(next)});
}

static WorklistPage read_history(StoreTx *tx, Arena *arena, const ShapeValue *in, HistoryAsk asked)
{
    if (in[LIST_ITEM].given)
        return history_list_item(tx, arena, (InstalledItemId){in[LIST_ITEM].number}, asked);
    if (in[LIST_PRODUCT].given)
        return history_list_product(tx, arena, (ProductId){in[LIST_PRODUCT].number}, asked);
    if (in[LIST_CUSTOMER].given)
        return history_list_party(tx, arena, (PartyId){in[LIST_CUSTOMER].number}, asked);
    return history_list_all(tx, arena, asked);
}

/* What one kind of list does not know of the other is refused, not passed over. */
static bool list_is_sound(HttpRequest *request, HttpResponse *response, const ShapeValue *in, bool all)
{
    const char *wrong = NULL;
    int of_all = 0, at = LIST_CUSTOMER;
    for (; at <= LIST_ORDER && !wrong; at++) {
        of_all += at <= LIST_ITEM && in[at].given;
        if (in[at].given && at <= LIST_ITEM && !all)
            wrong = "needs the view all";
        else if (in[at].given && at > LIST_ITEM && all)
            wrong = "does not narrow the view all";
        else if (of_all > 1)
            wrong = "only one of customer_id, product_id and item_id";
    }
    if (wrong)
        api_problem(request, response, "query.view", list_fields[at - 1].name, wrong);
    return !wrong;
}

static void ticket_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const ApiCall *call = api_call_of(request);
    ShapeValue in[LIST_COUNT];
    PageCursor after;
    int64_t limit;
    if (!api_read_query(request, response, &list_query, in) ||
        !page_asked(request, response, &in[LIST_AFTER], &in[LIST_LIMIT], &after, &limit))
        return;
    bool all = in[LIST_VIEW].given && in[LIST_VIEW].number == VIEW_ALL;
    if (!list_is_sound(request, response, in, all))
        return;
    WorklistAsk ask = {.kind = in[LIST_VIEW].given ? (WorklistKind)in[LIST_VIEW].number : WORKLIST_OPEN,
                       .team = {in[LIST_TEAM].number},
                       .owner = {in[LIST_OWNER].number},
                       .channel = in[LIST_CHANNEL].given ? in[LIST_CHANNEL].text : NULL,
                       .turn = (WorklistTurn)in[LIST_TURN].number,
                       .order = (WorklistOrder)in[LIST_ORDER].number,
                       .me = call->maker.id,
                       .now = call->now,
                       .place = {after.key, {after.id}},
                       .how_many = limit};
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    WorklistPage page = all ? read_history(tx, request->arena, in, (HistoryAsk){{after.id}, limit})
                            : worklist_list(tx, request->arena, &ask);
    if (api_read_end(request, response, tx))
        send_page(request, response, &page);
}

/* ------------------------------------------------------------------------------------------------------------------ one */

/* TIME_NONE: no certified letter waits for an answer. */
static TimeMs letter_by(HttpRequest *request, StoreTx *tx, const Ticket *ticket)
{
    const DeskPolicy *policy = desk_policy(api_call_of(request)->desk);
    Date term;
    bool waits = ticket_state_is_open((TicketState)ticket->now.state) &&
                 letter_due(tx, request->arena, ticket->id, policy->zone, policy->letter_days, &term);
    return waits ? time_of_date(policy->zone, date_add_days(term, 1)) : TIME_NONE;
}

static void ticket_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Ticket ticket;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    bool found = ticket_find(tx, request->arena, (TicketId){http_param_id(request, "id")}, &ticket);
    MessageList messages = found ? message_list(tx, request->arena, ticket.id) : (MessageList){0};
    MessageForwardList forwards = found ? message_forward_list(tx, request->arena, ticket.id) : (MessageForwardList){0};
    TimeMs by = found ? letter_by(request, tx, &ticket) : TIME_NONE;
    if (!api_read_end(request, response, tx))
        return;
    if (!found) {
        api_not_found(request, response);
        return;
    }
    api_note_read(api_call_of(request), "ticket.read", "ticket", ticket.id.value);
    bool named =
        http_set_header(response, "ETag", arena_printf(request->arena, "\"%" G_GINT64_FORMAT "\"", ticket.version));
    check(named); /* digits */
    api_send(request, response, 200, &ticket_shape, ticket_values(request->arena, &ticket, by, &messages, &forwards));
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/tickets", ticket_list, "ticket.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "Open requests, the most urgent first; or all of them, newest first."},
     "ticketList", &list_query, NULL, &lines_shape, 200, false},
    {{HTTP_GET, "/api/v1/tickets/:id", ticket_show, "ticket.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "One request, with all that was said."},
     "ticketRead", NULL, NULL, &ticket_shape, 200, false},
};
const ApiOperations ticket_read_operations = {operations, G_N_ELEMENTS(operations)};
