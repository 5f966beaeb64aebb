/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"
#include "base/format.h"
#include "desk/receipt/letter.h"
#include "desk/staff/staff.h"
#include "desk/ticket/worklist.h"
#include "web/desk/desk_pages.h"
#include "web/desk/queue_aside.h"
#include "web/desk/tour.h"
#include "web/layout.h"
#include "web/queue_view.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

#define VIEW_COOKIE "filo-view"

enum { ROWS = 50, SILENT_DAYS = 2, COOKIE_YEAR_S = 365 * 24 * 3600 };

static const struct {
    const char *key;
    MsgId label;
} kinds[WORKLIST_KIND_COUNT] = {
    [WORKLIST_MINE] = {"mine", MSG_QUEUE_TAB_MINE},
    [WORKLIST_UNOWNED] = {"unassigned", MSG_QUEUE_TAB_UNASSIGNED},
    [WORKLIST_OPEN] = {"open", MSG_QUEUE_TAB_OPEN},
    [WORKLIST_LATE] = {"late", MSG_QUEUE_TAB_LATE},
};

static const struct {
    const char *key;
    MsgId label;
} orders[WORKLIST_ORDER_COUNT] = {
    [WORKLIST_SOONEST] = {"soonest", MSG_QUEUE_ORDER_SOONEST},
    [WORKLIST_NEWEST] = {"newest", MSG_QUEUE_ORDER_NEWEST},
    [WORKLIST_OLDEST] = {"oldest", MSG_QUEUE_ORDER_OLDEST},
};

static const struct {
    const char *key;
    MsgId label;
} turns[WORKLIST_TURN_COUNT] = {
    [WORKLIST_TURN_ANY] = {"any", MSG_QUEUE_ANY},
    [WORKLIST_TURN_US] = {"us", MSG_QUEUE_TURN_US},
    [WORKLIST_TURN_CUSTOMER] = {"customer", MSG_QUEUE_TURN_CUSTOMER},
    [WORKLIST_TURN_OTHERS] = {"others", MSG_QUEUE_TURN_OTHERS},
};

static const char *const channels[] = {"mail", "pec", "phone", "form", "counter", "visit", "fax", "letter", "social", "import"};

/* ------------------------------------------------------------------------------------------------- what is asked */

/* The tab: the one named, else the one this browser looked at last, else everything open. */
static WorklistKind kind_asked(const HttpRequest *request)
{
    const char *named = http_query(request, "view");
    const char *key = named ? named : http_cookie(request, VIEW_COOKIE);
    for (int kind = 0; key && kind < WORKLIST_KIND_COUNT; kind++)
        if (strcmp(kinds[kind].key, key) == 0)
            return (WorklistKind)kind;
    return WORKLIST_OPEN;
}

static int64_t id_asked(const HttpRequest *request, const char *name)
{
    const char *text = http_query(request, name);
    return text ? MAX(g_ascii_strtoll(text, NULL, 10), 0) : 0;
}

static WorklistOrder order_asked(const HttpRequest *request)
{
    const char *key = http_query(request, "order");
    for (int order = 0; key && order < WORKLIST_ORDER_COUNT; order++)
        if (strcmp(orders[order].key, key) == 0)
            return (WorklistOrder)order;
    return WORKLIST_SOONEST;
}

static WorklistTurn turn_asked(const HttpRequest *request)
{
    const char *key = http_query(request, "turn");
    for (int turn = 0; key && turn < WORKLIST_TURN_COUNT; turn++)
        if (strcmp(turns[turn].key, key) == 0)
            return (WorklistTurn)turn;
    return WORKLIST_TURN_ANY;
}

static const char *channel_asked(const HttpRequest *request)
{
    const char *key = http_query(request, "channel");
    for (size_t i = 0; key && i < G_N_ELEMENTS(channels); i++)
        if (strcmp(channels[i], key) == 0)
            return channels[i];
    return NULL;
}

/* "<next update>.<ticket>" of a row; anything else is no place. */
static bool place_asked(const char *text, WorklistPlace *place_out)
{
    char *rest = NULL;
    int64_t at = text ? g_ascii_strtoll(text, &rest, 10) : 0;
    if (at <= 0 || *rest != '.')
        return false;
    *place_out = (WorklistPlace){at, {g_ascii_strtoll(rest + 1, NULL, 10)}};
    return place_out->ticket.value > 0;
}

static WorklistAsk ask_of(const HttpRequest *request)
{
    const Visit *visit = visit_of(request);
    WorklistAsk ask = {.kind = kind_asked(request),
                       .me = visit->session.staff,
                       .now = visit->now,
                       .team = {id_asked(request, "team")},
                       .channel = channel_asked(request),
                       .turn = turn_asked(request),
                       .order = order_asked(request),
                       .how_many = ROWS};
    if (ask.kind == WORKLIST_OPEN || ask.kind == WORKLIST_LATE)
        ask.owner.value = id_asked(request, "owner");
    if (!place_asked(http_query(request, "after"), &ask.place))
        ask.backwards = place_asked(http_query(request, "before"), &ask.place);
    return ask;
}

static bool is_filtered(const WorklistAsk *ask)
{
    return ask->team.value || ask->owner.value || ask->channel || ask->turn != WORKLIST_TURN_ANY;
}

/* ------------------------------------------------------------------------------------------------------ addresses */

/* The list as asked, in this tab; place: NULL, or the row that the page begins "after" or ends "before". Every value is a
 * word of ours or a number. */
static SafeUrl list_url(Arena *arena, const WorklistAsk *ask, WorklistKind kind, const char *side,
                        const WorklistEntry *place)
{
    GString *url = g_string_new("/tickets?view=");
    g_string_append(url, kinds[kind].key);
    if (ask->order != WORKLIST_SOONEST)
        g_string_append_printf(url, "&order=%s", orders[ask->order].key);
    if (ask->team.value)
        g_string_append_printf(url, "&team=%" G_GINT64_FORMAT, ask->team.value);
    if (ask->owner.value && (kind == WORKLIST_OPEN || kind == WORKLIST_LATE))
        g_string_append_printf(url, "&owner=%" G_GINT64_FORMAT, ask->owner.value);
    if (ask->channel)
        g_string_append_printf(url, "&channel=%s", ask->channel);
    if (ask->turn != WORKLIST_TURN_ANY)
        g_string_append_printf(url, "&turn=%s", turns[ask->turn].key);
    if (place)
        g_string_append_printf(url, "&%s=%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, side, place->next_update_at,
                               place->ticket.value);
    const char *text = arena_strdup(arena, url->str);
    g_string_free(url, TRUE);
    return url_checked(text);
}

const char *queue_list_of(HttpRequest *request)
{
    WorklistAsk ask = ask_of(request);
    WorklistEntry place = {.next_update_at = ask.place.at, .ticket = ask.place.ticket};
    return list_url(request->arena, &ask, ask.kind, ask.backwards ? "before" : "after",
                    ask.place.ticket.value ? &place : NULL)
        .text;
}

/* ----------------------------------------------------------------------------------------------------------- rows */

static const char *channel_icon(const char *channel)
{
    static const struct {
        const char *channel, *icon;
    } icons[] = {{"mail", "mail"}, {"phone", "phone"}, {"form", "globe"}, {"counter", "store"}, {"pec", "shield-check"}, {"visit", "wrench"}};
    for (size_t i = 0; i < G_N_ELEMENTS(icons); i++)
        if (strcmp(icons[i].channel, channel) == 0)
            return icons[i].icon;
    return "inbox";
}

static const char *number_of(Arena *arena, TicketId id)
{
    return arena_int(arena, id.value);
}

static bool state_waits(TicketState state)
{
    return state >= TICKET_WAITING_CUSTOMER && state <= TICKET_SCHEDULED;
}

/* What waits longest by law is said first: a row has room for one. */
static const char *warning_of(const Visit *visit, Arena *arena, const WorklistEntry *entry, const LetterTerm *letter)
{
    if (letter->waits)
        return words_letter(arena, visit->lang, letter->last,
                            letter_is_late(visit->policy->zone, letter->last, visit->now));
    return words_warning(arena, visit->lang, visit->now - entry->last_event_at, SILENT_DAYS * TIME_DAY,
                         entry->handovers);
}

static QueueRow row_of(const HttpRequest *request, const WorklistEntry *entry, const LetterTerm *letter)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    Lang lang = visit->lang;
    Zone *zone = visit->policy->zone;
    const char *number = number_of(arena, entry->ticket);
    const char *channel = msg_find(lang, arena_printf(arena, "ticket.channel.%s", entry->channel));
    QueueRow row = {
        .number = number,
        .url = url_local(arena, "/tickets/%", number),
        .subject = *entry->subject ? entry->subject : msg(lang, MSG_TICKET_NO_SUBJECT),
        .customer = entry->customer ? entry->customer : msg(lang, MSG_TICKET_NO_CUSTOMER),
        .channel = channel ? channel : entry->channel,
        .channel_icon = channel_icon(entry->channel),
        .state = words_state(arena, lang, ticket_state_text(entry->state), entry->owner),
        .waiting = state_waits(entry->state),
        .unowned = !entry->owner,
        .warning = warning_of(visit, arena, entry, letter),
        .age = format_span(arena, lang, visit->now - entry->received_at),
        .received = format_moment(arena, lang, zone, entry->received_at, visit->now),
        .pick = queue_aside_pick(request, entry),
    };
    row.due = words_due(arena, lang, zone, entry->next_update_at, visit->now, &row.late);
    if (!row.late)
        row.due = ""; /* a deadline of its own comes with contracts; until then the promise says it all */
    row.update = row.late ? "" : words_update_by(arena, lang, zone, entry->next_update_at, visit->now);
    return row;
}

static const QueueTab *tabs_of(HttpRequest *request, const WorklistAsk *ask)
{
    QueueTab *tabs = ARENA_ARRAY(request->arena, QueueTab, WORKLIST_KIND_COUNT);
    for (int kind = 0; kind < WORKLIST_KIND_COUNT; kind++)
        tabs[kind] = (QueueTab){kinds[kind].label, list_url(request->arena, ask, (WorklistKind)kind, NULL, NULL),
                                kind == (int)ask->kind};
    return tabs;
}

static const char *summary_of(HttpRequest *request, WorklistCounts counts)
{
    Lang lang = visit_of(request)->lang;
    const char *open = msg_fill_count(request->arena, lang, MSG_QUEUE_OPEN, counts.open, NULL);
    const char *late = msg_fill_count(request->arena, lang, MSG_QUEUE_LATE, counts.late, NULL);
    return counts.late ? arena_printf(request->arena, "%s, %s", open, late) : open;
}

static const LetterTerm *letters_of(HttpRequest *request, StoreTx *tx, const WorklistPage *page)
{
    const DeskPolicy *policy = visit_of(request)->policy;
    TicketId *tickets = ARENA_ARRAY(request->arena, TicketId, page->count);
    for (size_t i = 0; i < page->count; i++)
        tickets[i] = page->rows[i].ticket;
    return letter_list_due(tx, request->arena, tickets, page->count, policy->zone, policy->letter_days);
}

static void fill_rows(HttpRequest *request, const WorklistPage *page, const LetterTerm *letters, const WorklistAsk *ask,
                      QueueView *view)
{
    QueueRow *rows = ARENA_ARRAY(request->arena, QueueRow, page->count);
    for (size_t i = 0; i < page->count; i++)
        rows[i] = row_of(request, &page->rows[i], &letters[i]);
    view->rows = rows;
    view->rows_count = page->count;
    bool before = ask->backwards ? page->more : ask->place.ticket.value > 0;
    bool beyond = ask->backwards || page->more;
    if (page->count && before)
        view->previous_url = list_url(request->arena, ask, ask->kind, "before", &page->rows[0]);
    else if (before)
        view->previous_url = list_url(request->arena, ask, ask->kind, NULL, NULL); /* all that stood here is done */
    if (page->count && beyond)
        view->next_url = list_url(request->arena, ask, ask->kind, "after", &page->rows[page->count - 1]);
}

/* --------------------------------------------------------------------------------------------------------- filter */

typedef struct Roster {
    TeamList teams;
    StaffList people;
} Roster;

static void fill_teams(HttpRequest *request, const TeamList *teams, const WorklistAsk *ask, QueueView *view)
{
    Option *options = ARENA_ARRAY(request->arena, Option, teams->count + 1);
    options[0] = (Option){"", msg(visit_of(request)->lang, MSG_QUEUE_ALL_TEAMS), !ask->team.value};
    for (size_t i = 0; i < teams->count; i++)
        options[i + 1] = (Option){arena_int(request->arena, teams->items[i].id.value), teams->items[i].name,
                                  teams->items[i].id.value == ask->team.value};
    view->teams = options;
    view->teams_count = teams->count + 1;
    view->has_teams = teams->count > 1;
}

static void fill_owners(HttpRequest *request, const StaffList *people, const WorklistAsk *ask, QueueView *view)
{
    Option *options = ARENA_ARRAY(request->arena, Option, people->count + 1);
    options[0] = (Option){"", msg(visit_of(request)->lang, MSG_QUEUE_ANY), !ask->owner.value};
    for (size_t i = 0; i < people->count; i++)
        options[i + 1] = (Option){arena_int(request->arena, people->items[i].id.value), people->items[i].display_name,
                                  people->items[i].id.value == ask->owner.value};
    view->owners = options;
    view->owners_count = people->count + 1;
    view->has_owners = people->count > 1 && (ask->kind == WORKLIST_OPEN || ask->kind == WORKLIST_LATE);
}

static void fill_channels(HttpRequest *request, const WorklistAsk *ask, QueueView *view)
{
    Lang lang = visit_of(request)->lang;
    Option *options = ARENA_ARRAY(request->arena, Option, G_N_ELEMENTS(channels) + 1);
    options[0] = (Option){"", msg(lang, MSG_QUEUE_ANY), !ask->channel};
    for (size_t i = 0; i < G_N_ELEMENTS(channels); i++) {
        const char *label = msg_find(lang, arena_printf(request->arena, "ticket.channel.%s", channels[i]));
        options[i + 1] = (Option){channels[i], label ? label : channels[i], ask->channel == channels[i]};
    }
    view->channels = options;
    view->channels_count = G_N_ELEMENTS(channels) + 1;
}

static void fill_turns_and_orders(HttpRequest *request, const WorklistAsk *ask, QueueView *view)
{
    Lang lang = visit_of(request)->lang;
    Option *options = ARENA_ARRAY(request->arena, Option, WORKLIST_TURN_COUNT + WORKLIST_ORDER_COUNT);
    for (int turn = 0; turn < WORKLIST_TURN_COUNT; turn++)
        options[turn] = (Option){turn ? turns[turn].key : "", msg(lang, turns[turn].label), turn == (int)ask->turn};
    view->turns = options;
    view->turns_count = WORKLIST_TURN_COUNT;
    options += WORKLIST_TURN_COUNT;
    for (int order = 0; order < WORKLIST_ORDER_COUNT; order++)
        options[order] =
            (Option){order ? orders[order].key : "", msg(lang, orders[order].label), order == (int)ask->order};
    view->orders = options;
    view->orders_count = WORKLIST_ORDER_COUNT;
}

static void fill_filter(HttpRequest *request, const Roster *roster, const WorklistAsk *ask, QueueView *view)
{
    fill_teams(request, &roster->teams, ask, view);
    fill_owners(request, &roster->people, ask, view);
    fill_channels(request, ask, view);
    fill_turns_and_orders(request, ask, view);
    view->filtered = is_filtered(ask);
    view->opened = view->filtered || ask->order != WORKLIST_SOONEST;
    view->clear_url = url_local(request->arena, "/tickets?view=%", kinds[ask->kind].key);
}

static void empty_words(QueueView *view, WorklistKind kind)
{
    static const MsgId words[WORKLIST_KIND_COUNT][2] = {
        [WORKLIST_MINE] = {MSG_QUEUE_EMPTY_MINE, MSG_QUEUE_EMPTY_MINE_TEXT},
        [WORKLIST_UNOWNED] = {MSG_QUEUE_EMPTY_UNASSIGNED, MSG_QUEUE_EMPTY_UNASSIGNED_TEXT},
        [WORKLIST_OPEN] = {MSG_QUEUE_EMPTY, MSG_QUEUE_EMPTY_TEXT},
        [WORKLIST_LATE] = {MSG_QUEUE_EMPTY_LATE, MSG_QUEUE_EMPTY_LATE_TEXT},
    };
    view->empty_title = words[kind][0];
    view->empty_text = words[kind][1];
}

/* A tab that somebody chose is where "Da fare" opens the next time. */
static void remember_view(const HttpRequest *request, HttpResponse *response, WorklistKind kind)
{
    const char *kept = http_cookie(request, VIEW_COOKIE);
    if (!http_query(request, "view") || (kept && strcmp(kept, kinds[kind].key) == 0))
        return;
    bool set = http_set_cookie(response, VIEW_COOKIE, kinds[kind].key, COOKIE_YEAR_S);
    check(set); /* a word of ours */
}

void queue_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    WorklistAsk ask = ask_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    WorklistPage page = worklist_list(tx, request->arena, &ask);
    const LetterTerm *letters = letters_of(request, tx, &page);
    WorklistCounts counts = worklist_count(tx, request->arena, visit->now);
    Roster roster = {team_list(tx, request->arena), staff_list(tx, request->arena)};
    TourView tour = {.steps_count = 0};
    bool has_tour = tour_fill(request, tx, &tour);
    QueueView view = {
        .page = layout_desk(request, msg(visit->lang, MSG_MENU_QUEUE), MSG_MENU_QUEUE),
        .heading = MSG_MENU_QUEUE,
        .summary = summary_of(request, counts),
        .tabs = tabs_of(request, &ask),
        .tabs_count = WORKLIST_KIND_COUNT,
        .has_tour = has_tour,
        .tour = &tour,
        .view_key = kinds[ask.kind].key,
        .live_url = ask.place.ticket.value ? (SafeUrl){NULL} : list_url(request->arena, &ask, ask.kind, NULL, NULL),
    };
    fill_filter(request, &roster, &ask, &view);
    fill_rows(request, &page, letters, &ask, &view);
    queue_aside_fill(request, tx, &view);
    if (!visit_read_end(request, response, tx))
        return;
    empty_words(&view, ask.kind);
    remember_view(request, response, ask.kind);
    queue_render(http_html(response), visit->lang, &view);
}
