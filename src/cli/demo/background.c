/* SPDX-License-Identifier: EUPL-1.2 */
/* What fills the eighteen months around the stories: drawn from the seed, but for the channels, which come out exact. */
#include "base/check.h"
#include "cli/demo/demo.h"

#include <string.h>

enum { OPEN_END_MINUTES = 20, SOLVED_END_MINUTES = 80 };

/* Of DEMO_REQUESTS: phone 46 %, mail 31, form 12, visit and counter 8, PEC 3. */
static const struct {
    const char *channel;
    int per_cent;
} shares[] = {{"phone", 46}, {"mail", 31}, {"form", 12}, {"counter", 8}, {"pec", 3}};

const DemoCase *demo_pick_case(DemoWorld *world, bool firm)
{
    int all = 0;
    for (size_t i = 0; i < demo_case_count; i++)
        if ((demo_cases[i].product != PRODUCT_MONO) == firm)
            all += demo_cases[i].weight;
    int at = (int)demo_random(world, (uint64_t)all);
    for (size_t i = 0; i < demo_case_count; i++) {
        if ((demo_cases[i].product != PRODUCT_MONO) != firm)
            continue;
        if (at < demo_cases[i].weight)
            return &demo_cases[i];
        at -= demo_cases[i].weight;
    }
    check(false);
    return NULL;
}

/* ----------------------------------------------------------------------------------------------------------- channels */

static bool counts_as(const char *channel, const char *share)
{
    return strcmp(channel, share) == 0 || (strcmp(channel, "visit") == 0 && strcmp(share, "counter") == 0);
}

/* How many of each are still to come after the stories; the rounding goes to the telephone. */
static void channels_left(const DemoWorld *world, int *left)
{
    int all = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++)
        all += left[i] = (DEMO_REQUESTS * shares[i].per_cent + 50) / 100;
    left[0] += DEMO_REQUESTS - all;
    for (int life = 0; life < world->life_count; life++)
        for (size_t i = 0; i < G_N_ELEMENTS(shares); i++)
            left[i] -= counts_as(world->lives[life].channel, shares[i].channel);
}

/* A card from the pack that is left. */
static const char *draw_channel(DemoWorld *world, int *left, int cards)
{
    int at = (int)demo_random(world, (uint64_t)cards);
    size_t i = 0;
    while (at >= left[i])
        at -= left[i++];
    left[i]--;
    return shares[i].channel;
}

/* --------------------------------------------------------------------------------------------------------------- lives */

static bool is_spoken(const char *channel)
{
    return strcmp(channel, "phone") == 0 || strcmp(channel, "counter") == 0;
}

/* In the evening of the same day, if that is over long enough. */
static void in_the_evening(DemoWorld *world, DemoLife *life, int from_hour, int hours)
{
    WallTime wall = time_to_wall(world->zone, life->received_at);
    wall.hour = from_hour + (int)demo_random(world, (uint64_t)hours);
    wall.minute = (int)demo_random(world, 60);
    TimeMs evening = time_from_wall(world->zone, &wall);
    if (evening < world->settled)
        life->received_at = evening;
}

/* Out of hours the external call centre takes the call and leaves it for the morning. */
static void choose_hour(DemoWorld *world, DemoLife *life)
{
    uint64_t roll = demo_random(world, 100);
    if (strcmp(life->channel, "phone") == 0 && roll < 7) {
        in_the_evening(world, life, 18, 4);
        if (!business_is_open(world->calendar, life->received_at))
            life->team = TEAM_CALL_CENTRE;
    } else if (!is_spoken(life->channel) && roll < 20) {
        in_the_evening(world, life, 19, 5);
    }
}

/* Every sixth customer lives nearer to Ancona. */
static void choose_person(DemoWorld *world, DemoLife *life)
{
    static const int usual[] = {SARA, LUCA, SARA, LUCA, PAOLO};
    bool ancona = life->customer % 6 == 0;
    life->who = ancona ? DAVIDE : usual[demo_random(world, G_N_ELEMENTS(usual))];
    if (ancona && life->team == TEAM_SUPPORT)
        life->team = TEAM_ANCONA;
}

static void choose_pace(DemoWorld *world, DemoLife *life)
{
    life->answer_after = is_spoken(life->channel) ? 1 + (int)demo_random(world, 6) : 15 + (int)demo_random(world, 285);
    life->solve_after = life->what->minutes + (int)demo_random(world, 600);
    if (life->received_at >= world->settled) { /* nothing is left open by chance */
        life->answer_after = MIN(life->answer_after, OPEN_END_MINUTES);
        life->solve_after = MIN(life->solve_after, SOLVED_END_MINUTES);
    }
}

static DemoLife ordinary_life(DemoWorld *world, const char *channel, int k, int n)
{
    bool firm = strcmp(channel, "pec") == 0 || demo_random(world, 100) < 78;
    DemoLife life = {.what = demo_pick_case(world, firm), .channel = channel};
    life.customer = firm ? OTHERS_FIRST + (int)demo_random(world, DEMO_FIRMS - OTHERS_FIRST)
                         : DEMO_FIRMS + (int)demo_random(world, DEMO_PRIVATE);
    life.received_at = demo_spread(world, demo_midnight(world, world->history), world->recent, k, n);
    choose_hour(world, &life);
    choose_person(world, &life);
    choose_pace(world, &life);
    return life;
}

void demo_plan_background(DemoWorld *world)
{
    int left[G_N_ELEMENTS(shares)];
    int all = DEMO_REQUESTS - world->life_count;
    channels_left(world, left);
    for (int i = 0; i < all; i++) {
        const char *channel = draw_channel(world, left, all - i);
        DemoLife life = ordinary_life(world, channel, i, all);
        demo_plan(world, &life);
    }
}
