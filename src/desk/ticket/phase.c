/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/phase.h"

static bool same_holding(const Phase *phase, const PhaseEvent *event)
{
    return phase->state == event->state && phase->team == event->team && phase->owner == event->owner;
}

static bool events_in_order(const PhaseEvent *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (events[i].at < events[i - 1].at)
            return false;
    }
    return count > 0;
}

/* Begins a phase, unless the last one says the same already; one that lasted no time is written over. */
static void phase_begin(PhaseList *list, const PhaseEvent *event)
{
    Phase *last = list->count ? &list->phases[list->count - 1] : NULL;
    if (last && last->from == event->at) {
        list->count--;
        last = list->count ? last - 1 : NULL;
    }
    if (last && same_holding(last, event))
        return;
    if (last)
        last->until = event->at;
    list->phases[list->count++] = (Phase){event->state, event->team, event->owner, event->at, event->at};
}

bool phase_derive(Arena *arena, const PhaseEvent *events, size_t event_count, TimeMs until, PhaseList *list_out)
{
    *list_out = (PhaseList){0};
    if (!events_in_order(events, event_count))
        return false;
    list_out->phases = ARENA_ARRAY(arena, Phase, event_count);
    for (size_t i = 0; i < event_count && events[i].at < until; i++)
        phase_begin(list_out, &events[i]);
    if (list_out->count == 0)
        return true;
    Phase *last = &list_out->phases[list_out->count - 1];
    last->until = until;
    list_out->open = ticket_state_is_open(last->state);
    return true;
}

int64_t phase_time_total(const PhaseList *list)
{
    return list->count ? list->phases[list->count - 1].until - list->phases[0].from : 0;
}

int64_t phase_time_in(const PhaseList *list, TicketState state)
{
    int64_t sum = 0;
    for (size_t i = 0; i < list->count; i++)
        sum += list->phases[i].state == state ? list->phases[i].until - list->phases[i].from : 0;
    return sum;
}

PhaseHolder *phase_list_holders(Arena *arena, const PhaseList *list, bool by_team, size_t *count_out)
{
    PhaseHolder *holders = ARENA_ARRAY(arena, PhaseHolder, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Phase *phase = &list->phases[i];
        int64_t holder = by_team ? phase->team : phase->owner;
        if (count && holders[count - 1].holder == holder && holders[count - 1].until == phase->from)
            holders[count - 1].until = phase->until;
        else if (holder)
            holders[count++] = (PhaseHolder){holder, phase->from, phase->until};
    }
    *count_out = count;
    return holders;
}

static bool is_paused(TicketState state)
{
    ClockPolicy policy = ticket_state_clocks(state).customer;
    return policy == CLOCK_PAUSED || policy == CLOCK_PAUSED_CAPPED;
}

BusinessPause *phase_list_pauses(Arena *arena, const PhaseList *list, size_t *count_out)
{
    BusinessPause *pauses = ARENA_ARRAY(arena, BusinessPause, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Phase *phase = &list->phases[i];
        if (!is_paused(phase->state))
            continue;
        if (count && pauses[count - 1].until == phase->from)
            pauses[count - 1].until = phase->until;
        else
            pauses[count++] = (BusinessPause){phase->from, phase->until};
    }
    if (list->open && list->count && is_paused(list->phases[list->count - 1].state))
        pauses[count - 1].until = TIME_NONE;
    *count_out = count;
    return pauses;
}

static void resolution_add(PhaseResolution *found, int64_t took, int64_t paused)
{
    found->total += took;
    found->total_net += took - paused;
    if (!found->resolved) {
        found->resolved = true;
        found->first = found->total;
        found->first_net = found->total_net;
    }
}

/* A stretch of work begins when the request is received or reopened and ends when it is resolved. Time in a side exit
 * that was undone is part of it: the customer waited. */
PhaseResolution phase_resolution(const PhaseList *list, TimeMs received)
{
    PhaseResolution found = {0};
    TimeMs from = received;
    int64_t paused = 0;
    bool working = true;
    for (size_t i = 0; i < list->count; i++) {
        const Phase *phase = &list->phases[i];
        bool solved = phase->state == TICKET_RESOLVED || phase->state == TICKET_CLOSED;
        if (solved && working)
            resolution_add(&found, phase->from - from, paused);
        from = solved ? phase->until : from;
        paused = solved ? 0 : paused + (is_paused(phase->state) ? phase->until - phase->from : 0);
        working = !solved;
    }
    return found;
}

static bool was_held_before(const int64_t *holders, size_t count, int64_t holder)
{
    for (size_t i = 0; i < count; i++) {
        if (holders[i] == holder)
            return true;
    }
    return false;
}

PhaseHandovers phase_count_handovers(const int64_t *holders, size_t count)
{
    PhaseHandovers found = {0};
    int64_t current = 0;
    for (size_t i = 0; i < count; i++) {
        if (holders[i] == 0 || holders[i] == current)
            continue;
        found.handovers += current != 0;
        found.returns += was_held_before(holders, i, holders[i]);
        current = holders[i];
    }
    return found;
}

static bool owned_before(const BounceEvent *events, size_t count, int64_t owner)
{
    for (size_t i = 0; i < count; i++) {
        if ((events[i].kind == BOUNCE_OWNER || events[i].kind == BOUNCE_PLANNED_OWNER) && events[i].owner == owner)
            return true;
    }
    return false;
}

BounceIndex bounce_index(const BounceEvent *events, size_t count)
{
    BounceIndex found = {0};
    int64_t current = 0;
    for (size_t i = 0; i < count; i++) {
        const BounceEvent *event = &events[i];
        found.forced_channels += event->kind == BOUNCE_FORCED_CHANNEL;
        found.reasks += event->kind == BOUNCE_REASKED;
        bool names_owner = event->kind == BOUNCE_OWNER || event->kind == BOUNCE_PLANNED_OWNER;
        if (!names_owner || event->owner == 0 || event->owner == current)
            continue;
        if (event->kind == BOUNCE_OWNER && current != 0) {
            found.reassignments++;
            found.returns += owned_before(events, i, event->owner);
        }
        current = event->owner;
    }
    found.rwi = found.reassignments + found.forced_channels + found.reasks + 2 * found.returns;
    return found;
}
