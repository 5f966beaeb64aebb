/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/queue_aside.h"

#include "desk/intake/aside.h"
#include "desk/staff/staff.h"
#include "desk/ticket/ticket.h"
#include "web/desk/desk_pages.h"
#include "web/problem.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

const char *queue_aside_pick(const HttpRequest *request, const WorklistEntry *entry)
{
    if (!visit_may(visit_of(request), "ticket.write") || !aside_may_put(entry->state))
        return "";
    return arena_printf(request->arena, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, entry->ticket.value, entry->version);
}

/* The same list under another path. */
static const char *with_path(HttpRequest *request, const char *path)
{
    return arena_printf(request->arena, "%s%s", path, strchr(queue_list_of(request), '?'));
}

/* ------------------------------------------------------------------------------------------------- what became of it */

/* A request named in the address, as it is now. */
typedef struct Named {
    TicketId id;
    bool there;
    Ticket ticket;
} Named;

typedef struct NamedList {
    Named *items;
    size_t count;
} NamedList;

static NamedList find_named(HttpRequest *request, StoreTx *tx, const char *field)
{
    AsidePut *ids;
    size_t count;
    const char *text = http_query(request, field);
    if (!text || !aside_parse_tickets(request->arena, text, &ids, &count))
        return (NamedList){0};
    NamedList list = {ARENA_ARRAY(request->arena, Named, count), count};
    for (size_t i = 0; i < count; i++) {
        list.items[i].id = ids[i].ticket;
        list.items[i].there = ticket_find(tx, request->arena, ids[i].ticket, &list.items[i].ticket);
    }
    return list;
}

/* Those that lie aside, or do not: their numbers, and how many. */
static const char *numbers_of(Arena *arena, const NamedList *list, bool aside, size_t *count_out)
{
    GString *text = g_string_new(NULL);
    *count_out = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Named *named = &list->items[i];
        if (!named->there || (named->ticket.now.state == TICKET_SPAM) != aside)
            continue;
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, *count_out ? "-" : "", named->id.value);
        (*count_out)++;
    }
    const char *numbers = arena_strdup(arena, text->str);
    g_string_free(text, TRUE);
    return numbers;
}

static const char *words_of(HttpRequest *request, StoreTx *tx, const Named *named)
{
    Staff owner;
    Arena *arena = request->arena;
    Lang lang = visit_of(request)->lang;
    const char *number = arena_int(arena, named->id.value);
    if (!named->there)
        return msg_fill(arena, lang, MSG_ASIDE_MANY_GONE, "number", number, NULL);
    bool owned = named->ticket.now.owner_id && staff_find(tx, arena, (StaffId){named->ticket.now.owner_id}, &owner);
    const char *state = ticket_state_text((TicketState)named->ticket.now.state);
    return arena_printf(arena, "%s (%s)", number, words_state(arena, lang, state, owned ? owner.display_name : ""));
}

static const char *which(HttpRequest *request, StoreTx *tx, const NamedList *list)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < list->count; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", words_of(request, tx, &list->items[i]));
    const char *words = arena_strdup(request->arena, text->str);
    g_string_free(text, TRUE);
    return words;
}

static const Flash *make_flash(HttpRequest *request, StoreTx *tx, bool put)
{
    Arena *arena = request->arena;
    Lang lang = visit_of(request)->lang;
    size_t count;
    NamedList done = find_named(request, tx, put ? "aside" : "back"), left = find_named(request, tx, "left");
    const char *numbers = numbers_of(arena, &done, put, &count);
    const char *done_words =
        count ? msg_fill_count(arena, lang, put ? MSG_ASIDE_MANY_DONE : MSG_ASIDE_MANY_BACK, (int64_t)count, NULL) : "";
    const char *left_words = "";
    if (left.count)
        left_words = msg_fill(arena, lang, put ? MSG_ASIDE_MANY_LEFT : MSG_ASIDE_MANY_NOT_BACK, "which",
                              which(request, tx, &left), NULL);
    else if (!done.count)
        left_words = msg(lang, MSG_ASIDE_MANY_NONE);
    Flash *flash = ARENA_NEW(arena, Flash);
    *flash = (Flash){.text = arena_printf(arena, "%s%s%s", done_words, count && *left_words ? " " : "", left_words),
                     .wrong = count == 0,
                     .undo_label = MSG_ACTION_UNDO};
    if (put && count)
        flash->undo_url =
            url_checked(arena_printf(arena, "%s&these=%s", with_path(request, "/tickets/aside/back"), numbers));
    return *flash->text ? flash : NULL;
}

void queue_aside_fill(HttpRequest *request, StoreTx *tx, QueueView *view)
{
    bool put = http_query(request, "aside") != NULL;
    for (size_t i = 0; i < view->rows_count && !view->put_url.text; i++)
        if (*view->rows[i].pick)
            view->put_url = url_checked(with_path(request, "/tickets/aside"));
    if (!visit_may(visit_of(request), "ticket.write") || !(put || http_query(request, "back")))
        return;
    LayoutView *page = ARENA_NEW(request->arena, LayoutView);
    *page = *view->page;
    page->flash = make_flash(request, tx, put);
    view->page = page;
}

/* --------------------------------------------------------------------------------------------------------- the press */

typedef struct Press {
    HttpRequest *request;
    const Visit *visit;
    AsidePut *puts;
    AsideResult *results;
    size_t count;
    size_t at; /* which one comes back now */
} Press;

static bool put_all(StoreTx *tx, void *arg)
{
    const Press *press = arg;
    const Visit *visit = press->visit;
    for (size_t i = 0; i < press->count; i++) {
        press->results[i] = aside_put_one(tx, press->request->arena, &press->puts[i], visit->actor, visit->now);
        if (press->results[i].outcome == ASIDE_DONE)
            visit_audit(tx, visit, "ticket.spam", "ticket", press->puts[i].ticket.value);
    }
    return true;
}

static bool take_one_back(StoreTx *tx, void *arg)
{
    const Press *press = arg;
    const Visit *visit = press->visit;
    AsideResult *result = &press->results[press->at];
    AsideBack back = {.ticket = press->puts[press->at].ticket,
                      .team = visit->policy->intake_team,
                      .next_update_at = desk_next_update(visit->desk, visit->now)};
    *result = aside_take_back_one(tx, press->request->arena, &back, visit->actor, visit->now);
    if (result->outcome == ASIDE_DONE)
        visit_audit(tx, visit, "ticket.request", "ticket", back.ticket.value);
    return result->outcome != ASIDE_LEFT;
}

/* Back to the list, naming those it was done to, and the others. */
static void answer(HttpResponse *response, const Press *press, const char *field)
{
    GString *done = g_string_new(NULL), *left = g_string_new(NULL);
    for (size_t i = 0; i < press->count; i++) {
        GString *side = press->results[i].outcome == ASIDE_DONE ? done : left;
        g_string_append_printf(side, "%s%" G_GINT64_FORMAT, side->len ? "-" : "", press->results[i].ticket.value);
    }
    const char *url = arena_printf(press->request->arena, "%s&%s=%s%s%s", queue_list_of(press->request), field,
                                   done->str, left->len ? "&left=" : "", left->str);
    g_string_free(done, TRUE);
    g_string_free(left, TRUE);
    http_redirect(response, url);
}

/* The ticked rows; a row that says no version was not seen: it is stale. */
static bool read_picked(HttpRequest *request, Press *press_out)
{
    const HttpPairs *form = &request->form;
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->items[i].name, "request") == 0)
            g_string_append_printf(text, "%s%s", text->len ? "-" : "", form->items[i].value);
    *press_out = (Press){.request = request, .visit = visit_of(request)};
    bool sound = aside_parse_tickets(request->arena, text->str, &press_out->puts, &press_out->count);
    g_string_free(text, TRUE);
    for (size_t i = 0; sound && i < press_out->count; i++)
        if (!press_out->puts[i].version)
            press_out->puts[i].version = -1;
    press_out->results = ARENA_ARRAY(request->arena, AsideResult, press_out->count);
    return sound;
}

void queue_aside_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    Press press;
    if (!read_picked(request, &press))
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
    else if (store_write(desk_store(press.visit->desk), "aside many", put_all, &press, &error) == STORE_COMMITTED)
        answer(response, &press, "aside");
    else
        problem_of_error(request, response, error);
}

void queue_aside_back_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    Press press = {.request = request, .visit = visit_of(request)};
    const char *these = http_query(request, "these");
    if (!these || !aside_parse_tickets(request->arena, these, &press.puts, &press.count)) {
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    press.results = ARENA_ARRAY(request->arena, AsideResult, press.count);
    for (press.at = 0; press.at < press.count; press.at++)
        if (store_write(desk_store(press.visit->desk), "aside back", take_one_back, &press, &error) == STORE_FAILED) {
            problem_of_error(request, response, error);
            return;
        }
    answer(response, &press, "back");
}
