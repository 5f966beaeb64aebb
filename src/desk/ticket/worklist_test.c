/* SPDX-License-Identifier: EUPL-1.2 */
/* The lists of a small desk on both engines: who is in them, in which order, page by page forwards and backwards. */
#include "desk/ticket/worklist.h"

#include "desk/noun_testing.h"
#include "desk/ticket/action.h"

#include <string.h>

/* Ten requests a..j, opened in this order; each must hear from us at the hour its place in DUE says: j first. Those at odd
 * places came by phone; the last three are Sara's. */
enum { TICKETS = 10, SARAS = 3, PAGE = 4 };

static const char *const names = "abcdefghij";

static TimeMs due_of(int at)
{
    return TEST_NOW + (TICKETS - at) * TIME_HOUR;
}

static void take(NounTest *test, TicketId id)
{
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, TEST_NOW));
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
}

static void fill(NounTest *test)
{
    for (int i = 0; i < TICKETS; i++) {
        char name[2] = {names[i], '\0'};
        TicketId id = ticket_open(test->tx, test->arena,
                                  &(TicketOpening){.channel = i % 2 ? "phone" : "mail",
                                                   .subject = name,
                                                   .language = "it",
                                                   .received_at = TEST_NOW - TIME_DAY,
                                                   .next_update_at = due_of(i),
                                                   .team = test->team},
                                  test->actor, TEST_NOW);
        if (i >= TICKETS - SARAS)
            take(test, id);
    }
}

static const char *letters(Arena *arena, const WorklistPage *page)
{
    char *text = arena_alloc(arena, page->count + 1);
    for (size_t i = 0; i < page->count; i++)
        text[i] = page->rows[i].subject[0];
    text[page->count] = '\0';
    return text;
}

static const char *listed(NounTest *test, WorklistAsk ask)
{
    ask.now = test->now;
    ask.me = test->sara;
    ask.how_many = ask.how_many ? ask.how_many : TICKETS;
    WorklistPage page = worklist_list(test->tx, test->arena, &ask);
    return letters(test->arena, &page);
}

static void each_list(NounTest *test)
{
    fill(test);
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_OPEN}), ==, "jihgfedcba");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_MINE}), ==, "jih");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_UNOWNED}), ==, "gfedcba");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_LATE}), ==, "");
    test->now = due_of(7) + 1; /* j, i and h should have been heard from */
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_LATE}), ==, "jih");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_LATE, .team = test->team}), ==, "jih");
}

static void orders(NounTest *test)
{
    fill(test);
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_OPEN, .order = WORKLIST_OLDEST}), ==, "abcdefghij");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_OPEN, .order = WORKLIST_NEWEST}), ==, "jihgfedcba");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_MINE, .order = WORKLIST_OLDEST}), ==, "hij");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_UNOWNED, .order = WORKLIST_NEWEST}), ==, "gfedcba");
}

static void filters(NounTest *test)
{
    fill(test);
    WorklistAsk open = {.kind = WORKLIST_OPEN};
    open.channel = "phone";
    g_assert_cmpstr(listed(test, open), ==, "jhfdb");
    open.owner = test->sara;
    g_assert_cmpstr(listed(test, open), ==, "jh");
    open.turn = WORKLIST_TURN_US;
    g_assert_cmpstr(listed(test, open), ==, "jh");
    open.turn = WORKLIST_TURN_CUSTOMER;
    g_assert_cmpstr(listed(test, open), ==, "");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_UNOWNED, .channel = "mail"}), ==, "geca");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_MINE, .channel = "mail"}), ==, "i");
    g_assert_cmpstr(listed(test, (WorklistAsk){.kind = WORKLIST_OPEN, .team = {test->team.value + 99}}), ==, "");
}

/* From the first page to the last and back: every row once each way, and the ends say so. */
static void walk(NounTest *test, WorklistAsk ask, const char *all)
{
    size_t size = strlen(all);
    ask.how_many = PAGE;
    ask.now = test->now;
    ask.me = test->sara;
    WorklistPage page = {0};
    for (size_t at = 0; at < size; at += PAGE) {
        page = worklist_list(test->tx, test->arena, &ask);
        g_assert_true(g_str_has_prefix(all + at, letters(test->arena, &page)));
        g_assert_cmpuint(page.count, ==, MIN(PAGE, size - at));
        g_assert_true(page.more == (at + PAGE < size));
        ask.place = worklist_place(&page.rows[page.count - 1]);
    }
    size_t first = size - page.count; /* of the page the walk stands on */
    ask.backwards = true;
    while (first > 0) {
        ask.place = worklist_place(&page.rows[0]);
        page = worklist_list(test->tx, test->arena, &ask);
        size_t count = MIN(PAGE, first);
        g_assert_cmpuint(page.count, ==, count);
        first -= count;
        g_assert_true(strncmp(letters(test->arena, &page), all + first, count) == 0);
        g_assert_true(page.more == (first > 0));
    }
}

static void pages(NounTest *test)
{
    fill(test);
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN}, "jihgfedcba");
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN, .order = WORKLIST_OLDEST}, "abcdefghij");
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN, .order = WORKLIST_NEWEST}, "jihgfedcba");
    walk(test, (WorklistAsk){.kind = WORKLIST_UNOWNED}, "gfedcba");
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN, .team = test->team}, "jihgfedcba");
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN, .channel = "phone"}, "jhfdb");
}

/* Two that must hear from us at the same moment are told apart by their number. */
static void equal_moments(NounTest *test)
{
    for (int i = 0; i < 6; i++)
        ticket_open(test->tx, test->arena,
                    &(TicketOpening){.channel = "mail",
                                     .subject = (char[]){names[i], '\0'},
                                     .language = "it",
                                     .received_at = TEST_NOW,
                                     .next_update_at = TEST_NOW + TIME_HOUR,
                                     .team = test->team},
                    test->actor, TEST_NOW);
    walk(test, (WorklistAsk){.kind = WORKLIST_OPEN}, "abcdef");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/worklist/lists", each_list);
    noun_test_each_engine("/worklist/orders", orders);
    noun_test_each_engine("/worklist/filters", filters);
    noun_test_each_engine("/worklist/pages", pages);
    noun_test_each_engine("/worklist/equal_moments", equal_moments);
    return g_test_run();
}
