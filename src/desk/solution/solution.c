/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/solution/solution.h"

#include "base/text.h"
#include "search/index.h"
#include "solution_sql.h"

#include <string.h>

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* The row types have the same columns; C does not know. */
#define SOLUTION_OF_ROW(row)                                                                                           \
    ((Solution){.id = (row)->solution_id,                                                                              \
                .title = (row)->title,                                                                                 \
                .text = (row)->text,                                                                                   \
                .product = (row)->product_id,                                                                          \
                .problem = (row)->problem_id,                                                                          \
                .solution_code = (row)->solution_code_id,                                                              \
                .state = (row)->state,                                                                                 \
                .language = (row)->language,                                                                           \
                .author = (row)->author_id,                                                                            \
                .created_at = (row)->created_at,                                                                       \
                .state_by = (row)->state_by_id,                                                                        \
                .state_at = (row)->state_at,                                                                           \
                .used_count = (row)->used_count,                                                                       \
                .version = (row)->version})

bool solution_find(StoreTx *tx, Arena *arena, SolutionId id, Solution *solution_out)
{
    SqlSolutionFindRow row;
    if (!sql_solution_find_row(tx, arena, &(SqlSolutionFindRowIn){id}, &row))
        return false;
    *solution_out = SOLUTION_OF_ROW(&row);
    return true;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static bool is_written(const Solution *solution, InputError *refused_out)
{
    if (text_is_blank(solution->title))
        return refuse(refused_out, "solution_title", "solution.error.title");
    return !text_is_blank(solution->text) || refuse(refused_out, "solution_text", "solution.error.text");
}

static SearchDocument document_of(const Solution *solution)
{
    bool english = strcmp(solution->language, "en") == 0;
    return (SearchDocument){.kind = SEARCH_SOLUTION,
                            .id = solution->id.value,
                            .group = solution->id.value,
                            .language = english ? SEARCH_ENGLISH : SEARCH_ITALIAN,
                            .audience = SEARCH_STAFF,
                            .title = solution->title,
                            .text = solution->text};
}

bool solution_index(StoreTx *tx, const Solution *solution)
{
    SearchDocument document = document_of(solution);
    return search_put(tx, &document);
}

bool solution_add(StoreTx *tx, const Solution *solution, TimeMs now, SolutionId *id_out, InputError *refused_out)
{
    if (!is_written(solution, refused_out))
        return false;
    *id_out = sql_solution_insert(tx, &(SqlSolutionInsertIn){.title = solution->title,
                                                             .text = solution->text,
                                                             .product_id = solution->product,
                                                             .problem_id = solution->problem,
                                                             .solution_code_id = solution->solution_code,
                                                             .language = solution->language,
                                                             .author_id = solution->author,
                                                             .created_at = now});
    Solution added = *solution;
    added.id = *id_out;
    solution_index(tx, &added);
    return true;
}

/* The row at the version the person saw, or why not. */
static bool find_at(StoreTx *tx, Arena *arena, SolutionId id, int64_t version, Solution *solution_out,
                    InputError *refused_out)
{
    if (!solution_find(tx, arena, id, solution_out))
        return refuse(refused_out, "solution", "solution.error.not_found");
    return solution_out->version == version || refuse(refused_out, "version", "solution.error.stale");
}

static bool row_write(StoreTx *tx, const Solution *solution)
{
    return sql_solution_update(tx, &(SqlSolutionUpdateIn){.solution_id = solution->id,
                                                          .version = solution->version,
                                                          .title = solution->title,
                                                          .text = solution->text,
                                                          .product_id = solution->product,
                                                          .problem_id = solution->problem,
                                                          .solution_code_id = solution->solution_code,
                                                          .language = solution->language,
                                                          .state = solution->state,
                                                          .state_by_id = solution->state_by,
                                                          .state_at = solution->state_at}) == 1;
}

static void move(Solution *solution, SolutionState state, StaffId by, TimeMs now)
{
    solution->state = state;
    solution->state_by = by;
    solution->state_at = now;
}

bool solution_edit(StoreTx *tx, Arena *arena, const Solution *solution, StaffId by, TimeMs now, InputError *refused_out)
{
    Solution old, changed = *solution;
    if (!find_at(tx, arena, solution->id, solution->version, &old, refused_out) || !is_written(solution, refused_out))
        return false;
    move(&changed, old.state, old.state_by, old.state_at);
    if (strcmp(old.text, solution->text) != 0 && old.state != SOLUTION_DRAFT)
        move(&changed, SOLUTION_DRAFT, by, now);
    SearchDocument document = document_of(&old);
    search_remove(tx, &document);
    solution_index(tx, &changed);
    return row_write(tx, &changed);
}

bool solution_may_become(SolutionState from, SolutionState to)
{
    static const struct {
        SolutionState from, to;
    } steps[] = {
        {SOLUTION_DRAFT, SOLUTION_REVIEWED},    {SOLUTION_REVIEWED, SOLUTION_PUBLISHED},
        {SOLUTION_REVIEWED, SOLUTION_DRAFT},    {SOLUTION_PUBLISHED, SOLUTION_DRAFT},
        {SOLUTION_DRAFT, SOLUTION_RETIRED},     {SOLUTION_REVIEWED, SOLUTION_RETIRED},
        {SOLUTION_PUBLISHED, SOLUTION_RETIRED}, {SOLUTION_RETIRED, SOLUTION_DRAFT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (steps[i].from == from && steps[i].to == to)
            return true;
    return false;
}

bool solution_set_state(StoreTx *tx, Arena *arena, SolutionId id, int64_t version, SolutionState state, StaffId by,
                        TimeMs now, InputError *refused_out)
{
    Solution solution;
    if (!find_at(tx, arena, id, version, &solution, refused_out))
        return false;
    if (!solution_may_become(solution.state, state))
        return refuse(refused_out, "state", "solution.error.state");
    move(&solution, state, by, now);
    return row_write(tx, &solution);
}

bool solution_use(StoreTx *tx, Arena *arena, SolutionId id, InputError *refused_out)
{
    Solution solution;
    if (!solution_find(tx, arena, id, &solution))
        return refuse(refused_out, "solution", "solution.error.not_found");
    if (solution.state == SOLUTION_RETIRED)
        return refuse(refused_out, "solution", "solution.error.retired");
    return sql_solution_count_use(tx, &(SqlSolutionCountUseIn){id}) == 1;
}

/* ----------------------------------------------------------------------------------------------------- suggesting */

static bool list_has(const SolutionList *list, SolutionId id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id.value == id.value)
            return true;
    return false;
}

/* Appends the rows (of any of the row types) that are not there yet. */
#define APPEND(list, rows, how_many)                                                                                   \
    do {                                                                                                               \
        for (size_t i = 0; i < (rows).count && (list)->count < (how_many); i++)                                        \
            if (!list_has((list), (rows).rows[i].solution_id))                                                         \
                (list)->items[(list)->count++] = SOLUTION_OF_ROW(&(rows).rows[i]);                                     \
    } while (0)

SolutionList solution_suggest(StoreTx *tx, Arena *arena, ProductId product, CodeId problem, size_t how_many)
{
    SolutionList list = {ARENA_ARRAY(arena, Solution, how_many), 0};
    int64_t limit = (int64_t)how_many;
    if (product.value && problem.value) {
        SqlSolutionOfBothList rows = sql_solution_of_both(tx, arena, &(SqlSolutionOfBothIn){product, problem, limit});
        APPEND(&list, rows, how_many);
    }
    if (problem.value && list.count < how_many) {
        SqlSolutionOfProblemList rows = sql_solution_of_problem(tx, arena, &(SqlSolutionOfProblemIn){problem, limit});
        APPEND(&list, rows, how_many);
    }
    if (product.value && list.count < how_many) {
        SqlSolutionOfProductList rows = sql_solution_of_product(tx, arena, &(SqlSolutionOfProductIn){product, limit});
        APPEND(&list, rows, how_many);
    }
    return list;
}

/* -------------------------------------------------------------------------------------------------------- listing */

SolutionList solution_list(StoreTx *tx, Arena *arena, SolutionPlace before, size_t how_many)
{
    SolutionPlace from = before.id.value ? before : (SolutionPlace){INT64_MAX, {INT64_MAX}};
    SqlSolutionByUseList rows =
        sql_solution_by_use(tx, arena, &(SqlSolutionByUseIn){from.used, from.id, (int64_t)how_many});
    SolutionList list = {ARENA_ARRAY(arena, Solution, how_many), 0};
    APPEND(&list, rows, how_many);
    return list;
}

SolutionList solution_list_after(StoreTx *tx, Arena *arena, SolutionId after, size_t how_many)
{
    SqlSolutionAfterList rows = sql_solution_after(tx, arena, &(SqlSolutionAfterIn){after, (int64_t)how_many});
    SolutionList list = {ARENA_ARRAY(arena, Solution, how_many), 0};
    APPEND(&list, rows, how_many);
    return list;
}

SolutionList solution_find_words(StoreTx *tx, Arena *arena, const char *typed, size_t how_many)
{
    SearchQuery query = search_query_parse(arena, bytes_of(typed));
    SearchAsk ask = {.audience = SEARCH_STAFF,
                     .kinds = 1u << SEARCH_SOLUTION,
                     .order = SEARCH_RANKED,
                     .how_many = (int64_t)how_many};
    SearchHits hits = search_list(tx, arena, &query, &ask);
    SolutionList list = {ARENA_ARRAY(arena, Solution, hits.count), 0};
    for (size_t i = 0; i < hits.count; i++)
        list.count += solution_find(tx, arena, (SolutionId){hits.items[i].id}, &list.items[list.count]);
    return list;
}
