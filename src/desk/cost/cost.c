/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/cost/cost.h"

#include "cost_sql.h"
#include "desk/cost/tariff.h"

#include <string.h>

static bool refuse(TicketEdit *edit, const char *field, const char *key, const char *shown)
{
    edit->refused = (InputError){field, key, shown};
    return false;
}

/* ------------------------------------------------------------------------------------------------------- reading */

CostEntryList cost_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlCostEntryListList rows = sql_cost_entry_list(tx, arena, &(SqlCostEntryListIn){ticket});
    CostEntryList list = {ARENA_ARRAY(arena, CostEntry, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlCostEntryList *row = &rows.rows[i];
        list.items[i] =
            (CostEntry){row->cost_entry_id, row->kind,     row->quantity_milli, row->micro_euro,  row->amount,
                        row->worked_at,     row->staff_id, row->note,           row->recorded_at, row->reverses_id};
    }
    return list;
}

bool cost_list_total(const CostEntryList *list, CostTotals *totals_out)
{
    *totals_out = (CostTotals){0};
    for (size_t i = 0; i < list->count; i++) {
        const CostEntry *entry = &list->items[i];
        if (!cents_add(totals_out->by_kind[entry->kind], entry->amount, &totals_out->by_kind[entry->kind]) ||
            !cents_add(totals_out->total, entry->amount, &totals_out->total))
            return false;
    }
    return true;
}

/* -------------------------------------------------------------------------------------------------------- adding */

static void note_entry(TicketEdit *edit, CostEntryId id)
{
    TicketChange change = {0};
    change_set(&change, FIELD_COST_ENTRY, id.value);
    if (edit->ticket.now.zero_cost)
        change_set(&change, FIELD_ZERO_COST, 0);
    ticket_edit_event(edit, EVENT_COST, &change, edit->now);
}

static bool entry_add(TicketEdit *edit, const CostLine *line, const CostWork *work, CostEntryId reverses,
                      CostEntryId *id_out)
{
    Cents amount;
    if (!cost_line_amount(line, &amount))
        return refuse(edit, "quantity", "cost.error.quantity", NULL);
    *id_out = sql_cost_entry_insert(edit->tx, &(SqlCostEntryInsertIn){.ticket_id = edit->ticket.id,
                                                                      .kind = line->kind,
                                                                      .quantity_milli = line->quantity,
                                                                      .micro_euro = line->rate,
                                                                      .amount = amount,
                                                                      .worked_at = work->worked_at,
                                                                      .staff_id = work->staff,
                                                                      .note = work->note,
                                                                      .recorded_at = edit->now,
                                                                      .reverses_id = reverses});
    note_entry(edit, *id_out);
    return true;
}

static bool work_add(TicketEdit *edit, CostKind kind, Rate rate, const CostWork *work, CostEntryId *id_out)
{
    if (work->quantity <= 0 || work->quantity > COST_QUANTITY_MAX)
        return refuse(edit, "quantity", "cost.error.quantity", NULL);
    return entry_add(edit, &(CostLine){kind, work->quantity, rate}, work, (CostEntryId){0}, id_out);
}

static bool add_at_tariff(TicketEdit *edit, CostKind kind, const char *key, const CostWork *work, CostEntryId *id_out)
{
    Tariff tariff;
    if (!tariff_at(edit->tx, edit->arena, key, work->worked_at, &tariff))
        return refuse(edit, "worked_at", "cost.error.no_tariff", key);
    return work_add(edit, kind, tariff.rate, work, id_out);
}

bool cost_add_time(TicketEdit *edit, const CostWork *work, CostEntryId *id_out)
{
    return add_at_tariff(edit, COST_LABOUR, TARIFF_LABOUR, work, id_out);
}

bool cost_add_travel(TicketEdit *edit, const CostWork *work, CostEntryId *id_out)
{
    return add_at_tariff(edit, COST_TRAVEL, TARIFF_TRAVEL, work, id_out);
}

bool cost_add_channel(TicketEdit *edit, const char *channel, const CostWork *work, CostEntryId *id_out)
{
    const char *key = arena_printf(edit->arena, TARIFF_CHANNEL "%s", channel);
    return add_at_tariff(edit, COST_CHANNEL, key, work, id_out);
}

bool cost_add_part(TicketEdit *edit, const CostWork *work, Cents price, CostEntryId *id_out)
{
    Rate rate;
    if (price < 0 || price > COST_PRICE_MAX || !rate_of_price(price, &rate))
        return refuse(edit, "price", "cost.error.price", NULL);
    return work_add(edit, COST_PART, rate, work, id_out);
}

bool cost_add_fixed(TicketEdit *edit, const CostWork *work, Cents amount, CostEntryId *id_out)
{
    Rate rate;
    CostWork once = *work;
    once.quantity = COST_UNIT;
    if (amount <= 0 || amount > COST_PRICE_MAX || !rate_of_price(amount, &rate))
        return refuse(edit, "price", "cost.error.price", NULL);
    return work_add(edit, COST_FIXED, rate, &once, id_out);
}

/* The line of that id if it may be reversed: an original that no other line reverses. */
static const CostEntry *find_reversible(const CostEntryList *list, CostEntryId id)
{
    const CostEntry *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].id.value == id.value && !list->items[i].reverses.value)
            found = &list->items[i];
        if (list->items[i].reverses.value == id.value)
            return NULL;
    }
    return found;
}

bool cost_reverse(TicketEdit *edit, CostEntryId id, const char *note, CostEntryId *id_out)
{
    CostEntryList list = cost_list(edit->tx, edit->arena, edit->ticket.id);
    const CostEntry *entry = find_reversible(&list, id);
    if (!entry)
        return refuse(edit, "cost", "cost.error.not_reversible", NULL);
    CostWork work = {.worked_at = entry->worked_at, .staff = entry->staff, .note = note};
    return entry_add(edit, &(CostLine){entry->kind, -entry->quantity, entry->rate}, &work, id, id_out);
}

bool cost_set_zero(TicketEdit *edit, bool zero)
{
    CostTotals totals;
    CostEntryList list = cost_list(edit->tx, edit->arena, edit->ticket.id);
    if (zero && (!cost_list_total(&list, &totals) || totals.total != 0))
        return refuse(edit, "zero_cost", "cost.error.not_zero", NULL);
    if (zero == (edit->ticket.now.zero_cost != 0))
        return true;
    TicketChange change = {0};
    change_set(&change, FIELD_ZERO_COST, zero);
    ticket_edit_event(edit, EVENT_COST, &change, edit->now);
    return true;
}
