/* SPDX-License-Identifier: EUPL-1.2 */
/* The plan, made at many instants: whatever the day and hour, it fits into the time that has gone by. What becomes of it
 * is read from the database by tests/demo.test.js. */
#include "cli/demo/demo.h"
#include "desk/desk_testing.h"

#include <string.h>

enum { MOMENTS = 160 };

/* Five days, seven hours and a bit: 160 of them walk through every hour, every weekday, and more than two years. */
#define STEP (5 * TIME_DAY + 7 * TIME_HOUR + 13 * TIME_MINUTE)

static DemoWorld *plan_at(Desk *desk, Arena *arena, TimeMs now)
{
    DemoWorld *world = ARENA_NEW(arena, DemoWorld);
    demo_world_init(world, desk, arena, arena, now, 7);
    demo_invent(world);
    demo_plan_stories(world);
    demo_plan_background(world);
    return world;
}

static TimeMs end_of(const DemoWorld *world, const DemoLife *life)
{
    TimeMs answered = business_due(world->calendar, life->received_at, life->answer_after * TIME_MINUTE, NULL, 0);
    return life->step_count ? life->end
                            : business_due(world->calendar, answered, life->solve_after * TIME_MINUTE, NULL, 0);
}

/* Open: told step by step, or not solved. Late: promised, or by rule due eight business hours after arrival, before now. */
static void assert_plan(const DemoWorld *world)
{
    int open = 0, late = 0;
    const DemoLife *first = NULL;
    TimeMs first_due = INT64_MAX;
    g_assert_cmpint(world->life_count, ==, DEMO_REQUESTS);
    for (int i = 0; i < DEMO_REQUESTS; i++) {
        const DemoLife *life = &world->lives[i];
        g_assert_cmpint(life->received_at, >=, demo_midnight(world, world->history));
        g_assert_cmpint(end_of(world, life), <=, world->now);
        if (life->solve_after)
            continue;
        TimeMs due =
            life->promise ? life->promise : business_due(world->calendar, life->received_at, 8 * TIME_HOUR, NULL, 0);
        open++;
        late += due < world->now;
        if (due < first_due) {
            first_due = due;
            first = life;
        }
    }
    g_assert_cmpint(open, ==, DEMO_OPEN);
    g_assert_cmpint(late, ==, DEMO_LATE);
    g_assert_nonnull(first);
    g_assert_cmpint(first->customer, ==, BAR_CENTRALE);
}

static void test_plan_fits(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    g_autoptr(Desk) desk = desk_new(house.store, &house.clock.clock, &error);
    g_assert_no_error(error);
    for (int i = 0; i < MOMENTS; i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
        assert_plan(plan_at(desk, arena, TEST_NOW + i * STEP));
    }
    g_clear_pointer(&desk, desk_free);
    house_close(&house);
}

/* 46, 31, 12, 8 and 3 of a hundred, whatever the stories took. */
static void test_channels_are_exact(gconstpointer engine)
{
    static const struct {
        const char *channel;
        int n;
    } expected[] = {{"phone", 1077}, {"mail", 725}, {"form", 281}, {"counter", 176}, {"visit", 11}, {"pec", 70}};
    House house = house_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    g_autoptr(Desk) desk = desk_new(house.store, &house.clock.clock, &error);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    const DemoWorld *world = plan_at(desk, arena, TEST_NOW);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        int n = 0;
        for (int life = 0; life < DEMO_REQUESTS; life++)
            n += strcmp(world->lives[life].channel, expected[i].channel) == 0;
        g_assert_cmpint(n, ==, expected[i].n);
    }
    g_clear_pointer(&desk, desk_free);
    house_close(&house);
}

static void test_chosen(void)
{
    int n = 0;
    for (int k = 0; k < 52; k++)
        n += demo_chosen(k, 52, 11);
    g_assert_cmpint(n, ==, 11);
    g_assert_false(demo_chosen(0, 3, 0));
    g_assert_true(demo_chosen(2, 3, 3));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/demo/plan-fits", test_plan_fits);
    desk_test_each_engine("/demo/channels", test_channels_are_exact);
    g_test_add_func("/demo/chosen", test_chosen);
    return g_test_run();
}
