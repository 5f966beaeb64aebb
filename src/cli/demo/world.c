/* SPDX-License-Identifier: EUPL-1.2 */
/* The demo's time, chance and plan. */
#include "base/check.h"
#include "cli/demo/demo.h"

enum { SETTLED_MINUTES = 3 * 8 * 60, RECENT_MINUTES = 2 * 60, LONG_DAYS = 60 };

static Date first_of_month(Date date, int months_ago)
{
    int month = date.year * 12 + date.month - 1 - months_ago;
    return (Date){month / 12, month % 12 + 1, 1};
}

void demo_world_init(DemoWorld *world, Desk *desk, Arena *arena, Arena *scratch, TimeMs now, uint64_t random)
{
    *world = (DemoWorld){.desk = desk, .arena = arena, .scratch = scratch, .now = now, .random = random};
    world->lives = ARENA_ARRAY(arena, DemoLife, DEMO_REQUESTS);
    demo_keep_hours(world);
}

void demo_keep_hours(DemoWorld *world)
{
    world->calendar = desk_policy(world->desk)->calendar;
    world->zone = desk_policy(world->desk)->zone;
    world->today = time_to_wall(world->zone, world->now).date;
    world->history = first_of_month(world->today, DEMO_MONTHS);
    world->settled = demo_back(world, SETTLED_MINUTES);
    world->recent = demo_back(world, RECENT_MINUTES);
}

/* ------------------------------------------------------------------------------------------------------------- chance */

uint64_t demo_random(DemoWorld *world, uint64_t limit)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t mixed = world->random += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % limit;
}

Token demo_token(DemoWorld *world)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    Token token = {0};
    for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
        token.text[i] = alphabet[demo_random(world, 32)];
    bytes_sha256_hex(bytes_of(token.text), token.sha256);
    return token;
}

bool demo_chosen(int k, int n, int chosen)
{
    return (k + 1) * chosen / n > k * chosen / n;
}

/* --------------------------------------------------------------------------------------------------------------- time */

TimeMs demo_midnight(const DemoWorld *world, Date date)
{
    return time_of_date(world->zone, date);
}

TimeMs demo_back(const DemoWorld *world, int minutes)
{
    TimeMs before = world->now - LONG_DAYS * TIME_DAY, after = world->now;
    while (after - before > 1) { /* open for that long since before, not since after */
        TimeMs middle = before + (after - before) / 2;
        if (business_elapsed(world->calendar, middle, world->now) >= minutes * TIME_MINUTE)
            before = middle;
        else
            after = middle;
    }
    return before;
}

TimeMs demo_spread(const DemoWorld *world, TimeMs from, TimeMs to, int k, int n)
{
    int64_t open = business_elapsed(world->calendar, from, to);
    return business_due(world->calendar, from, open * (2 * k + 1) / (2 * n), NULL, 0);
}

/* --------------------------------------------------------------------------------------------------------------- plan */

void demo_plan(DemoWorld *world, const DemoLife *life)
{
    check(world->life_count < DEMO_REQUESTS);
    world->lives[world->life_count] = *life;
    world->lives[world->life_count].order = world->life_count;
    world->life_count++;
}

const DemoItem *demo_item_of(const DemoWorld *world, int customer, int product, TimeMs before)
{
    for (int i = 0; i < DEMO_ITEMS; i++)
        if (world->items[i].owner == customer && world->items[i].product == product &&
            world->items[i].delivered_at < before)
            return &world->items[i];
    return NULL;
}
