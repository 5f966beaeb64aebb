/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/history.h"

#include "desk/ticket/worklist_int.h"
#include "history_sql.h"

static TicketId before(HistoryAsk asked)
{
    return asked.before.value ? asked.before : (TicketId){INT64_MAX};
}

WorklistPage history_list_all(StoreTx *tx, Arena *arena, HistoryAsk asked)
{
    WorklistPage page;
    SqlHistoryOfAllIn in = {before(asked), asked.how_many + 1};
    SqlHistoryOfAllList list = sql_history_of_all(tx, arena, &in);
    WORKLIST_COPY(arena, list, &page, asked.how_many);
    return page;
}

WorklistPage history_list_party(StoreTx *tx, Arena *arena, PartyId party, HistoryAsk asked)
{
    WorklistPage page;
    SqlHistoryOfPartyIn in = {party, before(asked), asked.how_many + 1};
    SqlHistoryOfPartyList list = sql_history_of_party(tx, arena, &in);
    WORKLIST_COPY(arena, list, &page, asked.how_many);
    return page;
}

WorklistPage history_list_product(StoreTx *tx, Arena *arena, ProductId product, HistoryAsk asked)
{
    WorklistPage page;
    SqlHistoryOfProductIn in = {product, before(asked), asked.how_many + 1};
    SqlHistoryOfProductList list = sql_history_of_product(tx, arena, &in);
    WORKLIST_COPY(arena, list, &page, asked.how_many);
    return page;
}

WorklistPage history_list_item(StoreTx *tx, Arena *arena, InstalledItemId item, HistoryAsk asked)
{
    WorklistPage page;
    SqlHistoryOfItemIn in = {item, before(asked), asked.how_many + 1};
    SqlHistoryOfItemList list = sql_history_of_item(tx, arena, &in);
    WORKLIST_COPY(arena, list, &page, asked.how_many);
    return page;
}

ProblemCounts history_problems(StoreTx *tx, Arena *arena, ProductId product, int64_t latest)
{
    SqlHistoryProblemsOfProductIn in = {product, latest};
    SqlHistoryProblemsOfProductList list = sql_history_problems_of_product(tx, arena, &in);
    ProblemCounts counts = {ARENA_ARRAY(arena, ProblemCount, list.count), list.count};
    for (size_t i = 0; i < list.count; i++)
        counts.items[i] = (ProblemCount){list.rows[i].problem_id, list.rows[i].tickets};
    return counts;
}
