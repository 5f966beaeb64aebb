/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"
#include "desk/staff/staff.h"
#include "desk/ticket/worklist.h"
#include "web/desk/desk_pages.h"
#include "web/layout.h"
#include "web/queue_view.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

enum { ROWS = 50, SILENT_DAYS = 2 };

static const struct {
    const char *key;
    MsgId label;
} kinds[WORKLIST_KIND_COUNT] = {
    [WORKLIST_MINE] = {"mine", MSG_QUEUE_TAB_MINE},
    [WORKLIST_UNOWNED] = {"unassigned", MSG_QUEUE_TAB_UNASSIGNED},
    [WORKLIST_OPEN] = {"open", MSG_QUEUE_TAB_OPEN},
    [WORKLIST_LATE] = {"late", MSG_QUEUE_TAB_LATE},
};

static WorklistKind kind_asked(const HttpRequest *request)
{
    const char *key = http_query(request, "view");
    for (int kind = 0; key && kind < WORKLIST_KIND_COUNT; kind++)
        if (strcmp(kinds[kind].key, key) == 0)
            return (WorklistKind)kind;
    return WORKLIST_OPEN;
}

/* after: "<next update>.<ticket>" of the last row of the page before; anything else is the first page. */
static WorklistAsk ask_of(const HttpRequest *request, WorklistKind kind)
{
    const Visit *visit = visit_of(request);
    const char *after = http_query(request, "after");
    const char *team = http_query(request, "team");
    WorklistAsk ask = {.kind = kind, .me = visit->session.staff, .now = visit->now, .how_many = ROWS};
    ask.team.value = team && kind != WORKLIST_MINE ? g_ascii_strtoll(team, NULL, 10) : 0;
    char *rest = NULL;
    int64_t at = after ? g_ascii_strtoll(after, &rest, 10) : 0;
    if (at > 0 && *rest == '.') {
        ask.after_at = at;
        ask.after_id.value = g_ascii_strtoll(rest + 1, NULL, 10);
    }
    return ask;
}

static const char *channel_icon(const char *channel)
{
    static const struct {
        const char *channel, *icon;
    } icons[] = {{"mail", "mail"}, {"phone", "phone"}, {"form", "globe"}, {"counter", "store"}};
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

static QueueRow row_of(const HttpRequest *request, const WorklistEntry *entry)
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
        .warning = words_warning(arena, lang, visit->now - entry->last_event_at, SILENT_DAYS * TIME_DAY, 0),
        .age = format_span(arena, lang, visit->now - entry->received_at),
        .received = format_moment(arena, lang, zone, entry->received_at, visit->now),
    };
    row.due = words_due(arena, lang, zone, entry->next_update_at, visit->now, &row.late);
    if (!row.late)
        row.due = ""; /* a deadline of its own comes with contracts; until then the promise says it all */
    row.update = row.late ? "" : words_update_by(arena, lang, zone, entry->next_update_at, visit->now);
    return row;
}

static const QueueTab *tabs_of(HttpRequest *request, WorklistKind current)
{
    QueueTab *tabs = ARENA_ARRAY(request->arena, QueueTab, WORKLIST_KIND_COUNT);
    for (int kind = 0; kind < WORKLIST_KIND_COUNT; kind++)
        tabs[kind] = (QueueTab){kinds[kind].label, url_local(request->arena, "/tickets?view=%", kinds[kind].key),
                                kind == (int)current};
    return tabs;
}

static const char *summary_of(HttpRequest *request, WorklistCounts counts)
{
    Lang lang = visit_of(request)->lang;
    const char *open = msg_fill_count(request->arena, lang, MSG_QUEUE_OPEN, counts.open, NULL);
    const char *late = msg_fill_count(request->arena, lang, MSG_QUEUE_LATE, counts.late, NULL);
    return counts.late ? arena_printf(request->arena, "%s, %s", open, late) : open;
}

/* The list again, filtered as it is; after: the place where the next page begins, or NULL. */
static SafeUrl list_url(Arena *arena, const WorklistAsk *ask, const char *after)
{
    const char *view = kinds[ask->kind].key;
    const char *team = arena_int(arena, ask->team.value);
    if (ask->team.value)
        return after ? url_local(arena, "/tickets?view=%&team=%&after=%", view, team, after)
                     : url_local(arena, "/tickets?view=%&team=%", view, team);
    return after ? url_local(arena, "/tickets?view=%&after=%", view, after) : url_local(arena, "/tickets?view=%", view);
}

static void fill_rows(HttpRequest *request, const WorklistPage *page, const WorklistAsk *ask, QueueView *view)
{
    QueueRow *rows = ARENA_ARRAY(request->arena, QueueRow, page->count);
    for (size_t i = 0; i < page->count; i++)
        rows[i] = row_of(request, &page->rows[i]);
    view->rows = rows;
    view->rows_count = page->count;
    if (page->more) {
        const WorklistEntry *last = &page->rows[page->count - 1];
        view->next_url = list_url(request->arena, ask,
                                  arena_printf(request->arena, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT,
                                               last->next_update_at, last->ticket.value));
    }
}

/* A filter where there is something to choose; who looks at their own list has no use for it. */
static void fill_filter(HttpRequest *request, const TeamList *teams, const WorklistAsk *ask, QueueView *view)
{
    Option *options = ARENA_ARRAY(request->arena, Option, teams->count + 1);
    options[0] = (Option){"", msg(visit_of(request)->lang, MSG_QUEUE_ALL_TEAMS), ask->team.value == 0};
    for (size_t i = 0; i < teams->count; i++)
        options[i + 1] = (Option){arena_int(request->arena, teams->items[i].id.value), teams->items[i].name,
                                  teams->items[i].id.value == ask->team.value};
    view->teams = options;
    view->teams_count = teams->count + 1;
    view->has_filter = teams->count > 1 && ask->kind != WORKLIST_MINE;
    view->filtered = ask->team.value != 0;
    view->clear_url = url_local(request->arena, "/tickets?view=%", kinds[ask->kind].key);
}

void queue_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    WorklistKind kind = kind_asked(request);
    WorklistAsk ask = ask_of(request, kind);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    WorklistPage page = worklist_list(tx, request->arena, &ask);
    WorklistCounts counts = worklist_count(tx, request->arena, visit->now);
    TeamList teams = team_list(tx, request->arena);
    if (!visit_read_end(request, response, tx))
        return;
    QueueView view = {
        .page = layout_desk(request, msg(visit->lang, MSG_MENU_QUEUE), MSG_MENU_QUEUE),
        .heading = MSG_MENU_QUEUE,
        .summary = summary_of(request, counts),
        .tabs = tabs_of(request, kind),
        .tabs_count = WORKLIST_KIND_COUNT,
        .view_key = kinds[kind].key,
        .previous_url = ask.after_at ? list_url(request->arena, &ask, NULL) : (SafeUrl){NULL},
        .live_url = list_url(request->arena, &ask, NULL),
    };
    fill_filter(request, &teams, &ask, &view);
    fill_rows(request, &page, &ask, &view);
    queue_render(http_html(response), visit->lang, &view);
}
