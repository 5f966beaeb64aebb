/* SPDX-License-Identifier: EUPL-1.2 */
/* Which solved requests are shown beside a new one; the order is worked out by hand from precedent.h. */
#include "desk/ticket/precedent.h"

#include "desk/code/code.h"
#include "desk/noun_testing.h"
#include "desk/product/product.h"

#include <string.h>

static ProductId new_product(NounTest *test, const char *name)
{
    ProductId id;
    InputError refused;
    g_assert_true(product_add(test->tx, test->arena,
                              &(Product){.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS, .active = true},
                              name, &id, &refused));
    return id;
}

static CodeId leaf(NounTest *test, size_t which)
{
    CodeRows codes = code_list(test->tx, test->arena, CODE_SYMPTOM, false);
    for (size_t i = 0; i < codes.count; i++)
        if (codes.items[i].parent.value && which-- == 0)
            return codes.items[i].id;
    g_assert_not_reached();
}

static TicketId ticket_with(NounTest *test, const char *subject, ProductId product, CodeId problem, bool solved)
{
    TicketOpening opening = {.channel = "phone",
                             .subject = subject,
                             .language = "it",
                             .received_at = test->now,
                             .next_update_at = test->now + TIME_DAY,
                             .product = product,
                             .team = test->team};
    TicketId id = ticket_open(test->tx, test->arena, &opening, test->actor, test->now);
    TicketEdit edit;
    TicketChange change = {0};
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    change_set(&change, FIELD_PROBLEM, problem.value);
    if (solved)
        change_set(&change, FIELD_STATE, TICKET_RESOLVED);
    ticket_edit_event(&edit, EVENT_CODED, &change, test->now);
    g_assert_true(ticket_edit_end(&edit));
    return id;
}

static PrecedentList ask(NounTest *test, TicketId id, const CodeSuggestions *likely)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    SuggestWords words = suggest_words(test->arena, ticket.subject);
    return precedent_list(test->tx, test->arena, &ticket, &words, likely, 3);
}

static void test_same_words_then_newest(NounTest *test)
{
    code_install(test->tx, test->arena);
    ProductId v2 = new_product(test, "v2"), mono = new_product(test, "mono");
    CodeId noise = leaf(test, 0), leak = leaf(test, 1);
    TicketId old = ticket_with(test, "La valvola fischia", v2, noise, true);
    TicketId words = ticket_with(test, "Fischia la valvola del vapore", v2, noise, true);
    TicketId newest = ticket_with(test, "Rumore forte", v2, noise, true);
    ticket_with(test, "Fischia la valvola del vapore", mono, noise, true); /* another product */
    ticket_with(test, "Fischia la valvola del vapore", v2, leak, true);    /* another problem */
    ticket_with(test, "Fischia la valvola del vapore", v2, noise, false);  /* not solved */
    TicketId mine = ticket_with(test, "Valvola del vapore che fischia", v2, noise, false);
    PrecedentList list = ask(test, mine, &(CodeSuggestions){.count = 0});
    g_assert_cmpuint(list.count, ==, 3);
    g_assert_cmpint(list.items[0].ticket.value, ==, words.value); /* valvola, del, vapore, fischia */
    g_assert_cmpint(list.items[1].ticket.value, ==, old.value);   /* valvola, fischia */
    g_assert_cmpint(list.items[2].ticket.value, ==, newest.value);
}

/* Nobody coded it yet: the likely problems stand in, of any product while that is not known either. */
static void test_likely_problems_stand_in(NounTest *test)
{
    code_install(test->tx, test->arena);
    ProductId v2 = new_product(test, "v2"), mono = new_product(test, "mono");
    CodeId noise = leaf(test, 0), leak = leaf(test, 1);
    TicketId noisy = ticket_with(test, "Rumore", v2, noise, true);
    TicketId leaking = ticket_with(test, "Perde", mono, leak, true);
    TicketId mine = ticket_with(test, "Non so", (ProductId){0}, (CodeId){0}, false);
    CodeSuggestions likely = {.items = {{.code = leak}, {.code = noise}}, .count = 2};
    PrecedentList list = ask(test, mine, &likely);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpint(list.items[0].ticket.value, ==, leaking.value);
    g_assert_cmpint(list.items[1].ticket.value, ==, noisy.value);
    g_assert_cmpuint(ask(test, mine, &(CodeSuggestions){.count = 0}).count, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/precedent/order", test_same_words_then_newest);
    noun_test_each_engine("/precedent/likely", test_likely_problems_stand_in);
    return g_test_run();
}
