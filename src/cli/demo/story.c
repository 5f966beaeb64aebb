/* SPDX-License-Identifier: EUPL-1.2 */
/* The background, month by month, and the stories a visitor can follow. */
#include "cli/demo/demo.h"
#include "desk/ticket/action.h"

enum { DAYS = 540, OPEN_DAYS = 5, E07_ARTICLE_DAYS_AGO = 240 };

/* --------------------------------------------------------------------------------------------------------- background */

/* By weight; "E07" becomes rare once its article is there (the win of interface.md). */
static const DemoCase *pick_case(DemoWorld *world, int days_ago)
{
    int all = 0;
    for (size_t i = 0; i < demo_case_count; i++)
        all += demo_cases[i].weight;
    int at = (int)demo_random(world, (uint64_t)all);
    size_t i = 0;
    while (at >= demo_cases[i].weight)
        at -= demo_cases[i++].weight;
    bool learned = i == 0 && days_ago < E07_ARTICLE_DAYS_AGO && demo_random(world, 14) >= 5;
    return learned ? &demo_cases[1 + demo_random(world, demo_case_count - 1)] : &demo_cases[i];
}

/* Phone 46, mail 34 (PEC among it), form 12, counter 8 in a hundred. */
static const char *pick_channel(DemoWorld *world)
{
    uint64_t roll = demo_random(world, 100);
    return roll < 46 ? "phone" : roll < 80 ? "mail" : roll < 92 ? "form" : "counter";
}

/* Mail of small customers is read once each morning: they wait longer, and the figures show it. */
static int answer_minutes(DemoWorld *world, const char *channel, int customer)
{
    if (*channel == 'p' || *channel == 'c')
        return 1 + (int)demo_random(world, 6);
    bool small = customer % 3 != 0;
    return 20 + (int)demo_random(world, small ? 420 : 150);
}

static DemoLife ordinary_life(DemoWorld *world, int days_ago)
{
    DemoLife life = {.what = pick_case(world, days_ago), .channel = pick_channel(world), .closed = true};
    bool private = life.what->product == PRODUCT_MONO;
    life.customer = private ? DEMO_FIRMS + (int)demo_random(world, DEMO_PRIVATE)
                            : 3 + (int)demo_random(world, DEMO_FIRMS - 3); /* the first three have their own stories */
    life.received_at = demo_working_time(world, days_ago);
    life.operator=(int) demo_random(world, 4);
    life.answer_after = answer_minutes(world, life.channel, life.customer);
    life.solve_after = life.what->minutes + (int)demo_random(world, 600);
    return life;
}

bool demo_make_background(DemoWorld *world, void (*progress)(int done, int all), GError **error)
{
    for (int i = 0; i < DEMO_REQUESTS; i++) {
        int days_ago = OPEN_DAYS + (DAYS - OPEN_DAYS) * (DEMO_REQUESTS - i) / DEMO_REQUESTS;
        DemoLife life = ordinary_life(world, days_ago);
        TicketId ticket;
        if (days_ago < 12) /* nothing is left open by chance: what is open is in the stories */
            life.solve_after = MIN(life.solve_after, 60);
        arena_clear(world->scratch);
        if (!demo_live(world, &life, &ticket, error))
            return false;
        if (progress)
            progress(i + 1, DEMO_REQUESTS);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ stories */

typedef struct HandOver {
    DemoWorld *world;
    TicketId ticket;
    int to;
    TimeMs at;
} HandOver;

static bool hand_over(StoreTx *tx, void *arg)
{
    const HandOver *step = arg;
    DemoWorld *world = step->world;
    TicketEdit edit;
    ActionInput input = {.team = world->teams[demo_people[step->to].team],
                         .owner = world->staff[step->to],
                         .next_update_at = desk_next_update(world->desk, world->now)};
    return ticket_edit_begin(&edit, tx, world->scratch, step->ticket, ACTOR_OF_SYSTEM, step->at) &&
           ticket_act(&edit, TICKET_ASSIGN, &input) && ticket_edit_end(&edit);
}

/* C: sales, support, administration, support again; kept by Sara in the end. */
static bool bounced_customer(DemoWorld *world, GError **error)
{
    static const int route[] = {ELENA, LUCA, MARCO, SARA};
    static const DemoCase valve = {PRODUCT_V2,
                                   0,
                                   "Quarta volta che chiamo per la V2",
                                   "Ho già dato la matricola due volte. La macchina è ferma da una settimana.",
                                   "",
                                   "stops",
                                   "unknown",
                                   "repaired",
                                   0,
                                   NULL};
    TicketId ticket;
    DemoLife life = {.what = &valve, .channel = "mail", .customer = 1, .received_at = demo_working_time(world, 7)};
    if (!demo_live(world, &life, &ticket, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(route); i++) {
        HandOver step = {world, ticket, route[i], life.received_at + (TimeMs)(i + 1) * 90 * TIME_MINUTE};
        if (store_write(desk_store(world->desk), "demo hand-over", hand_over, &step, error) != STORE_COMMITTED)
            return false;
    }
    return true;
}

/* What is open today: fourteen, three of them late, Bar Centrale on top. */
static bool open_today(DemoWorld *world, GError **error)
{
    static const struct {
        int kind, customer, days_ago, operator, answer_after;
        const char *channel;
    } open[] = {
        {2, 2, 6, LUCA, 0, "mail"},   {1, 9, 5, SARA, 0, "mail"},    {0, 14, 5, SARA, 0, "mail"},
        {6, 130, 0, LUCA, 9, "mail"}, {9, 22, 0, PAOLO, 4, "phone"}, {11, 31, 0, SARA, 6, "form"},
        {12, 40, 0, LUCA, 3, "phone"}, {13, 52, 0, SARA, 0, "mail"}, {4, 61, 0, PAOLO, 2, "phone"},
        {7, 141, 0, LUCA, 0, "form"}, {15, 73, 0, GIULIA, 8, "mail"}, {14, 84, 0, ELENA, 0, "mail"},
        {3, 95, 0, PAOLO, 1, "phone"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(open); i++) {
        DemoLife life = {.what = &demo_cases[open[i].kind],
                         .channel = open[i].channel,
                         .customer = open[i].customer,
                         .received_at = demo_working_time(world, open[i].days_ago),
                         .operator= open[i].operator,
                         .answer_after = open[i].answer_after };
        TicketId ticket;
        if (!demo_live(world, &life, &ticket, error))
            return false;
    }
    return true;
}

bool demo_make_stories(DemoWorld *world, GError **error)
{
    return bounced_customer(world, error) && open_today(world, error);
}
