/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/precedent.h"

#include "precedent_sql.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 16, PROBLEMS_LOOKED_AT = 2 };

typedef struct Candidate {
    Precedent precedent;
    size_t shared;  /* words both subjects say */
    size_t problem; /* its place among the likely ones */
} Candidate;

typedef struct Looking {
    StoreTx *tx;
    Arena *arena;
    const Ticket *ticket;
    const SuggestWords *words;
    Candidate found[PROBLEMS_LOOKED_AT * CANDIDATES_MAX];
    size_t count;
} Looking;

static size_t shared_words(const Looking *looking, const char *subject)
{
    SuggestWords theirs = suggest_words(looking->arena, subject);
    size_t shared = 0;
    for (size_t i = 0; i < theirs.count; i++)
        for (size_t j = 0; j < looking->words->count; j++)
            shared += strcmp(theirs.items[i], looking->words->items[j]) == 0;
    return shared;
}

static void add(Looking *looking, const Precedent *precedent, size_t problem)
{
    looking->found[looking->count++] = (Candidate){*precedent, shared_words(looking, precedent->subject), problem};
}

/* Both statements give the same columns; each row struct is its own C type. */
#define PRECEDENT_OF(row)                                                                                              \
    (&(Precedent){(row)->ticket_id, (row)->subject, (row)->solution, (row)->solution_code_id, (row)->resolved_at})

static void look(Looking *looking, CodeId problem, size_t place)
{
    ProductId product = {looking->ticket->now.product_id};
    if (product.value) {
        SqlPrecedentOfProductIn in = {product, problem, looking->ticket->id, CANDIDATES_MAX};
        SqlPrecedentOfProductList rows = sql_precedent_of_product(looking->tx, looking->arena, &in);
        for (size_t i = 0; i < rows.count; i++)
            add(looking, PRECEDENT_OF(&rows.rows[i]), place);
    } else {
        SqlPrecedentOfProblemIn in = {problem, looking->ticket->id, CANDIDATES_MAX};
        SqlPrecedentOfProblemList rows = sql_precedent_of_problem(looking->tx, looking->arena, &in);
        for (size_t i = 0; i < rows.count; i++)
            add(looking, PRECEDENT_OF(&rows.rows[i]), place);
    }
}

/* The same words first, then the likelier problem, then what was solved last. */
static int compare(const void *left, const void *right)
{
    const Candidate *a = left, *b = right;
    if (a->shared != b->shared)
        return a->shared > b->shared ? -1 : 1;
    if (a->problem != b->problem)
        return a->problem < b->problem ? -1 : 1;
    if (a->precedent.ticket.value == b->precedent.ticket.value)
        return 0;
    return a->precedent.ticket.value > b->precedent.ticket.value ? -1 : 1;
}

PrecedentList precedent_list(StoreTx *tx, Arena *arena, const Ticket *ticket, const SuggestWords *words,
                             const CodeSuggestions *likely, size_t how_many)
{
    Looking looking = {.tx = tx, .arena = arena, .ticket = ticket, .words = words, .count = 0};
    if (ticket->now.problem_id)
        look(&looking, (CodeId){ticket->now.problem_id}, 0);
    for (size_t i = 0; !ticket->now.problem_id && i < MIN(likely->count, (size_t)PROBLEMS_LOOKED_AT); i++)
        look(&looking, likely->items[i].code, i);
    if (looking.count > 1)
        qsort(looking.found, looking.count, sizeof looking.found[0], compare);
    PrecedentList list = {ARENA_ARRAY(arena, Precedent, MIN(looking.count, how_many)), MIN(looking.count, how_many)};
    for (size_t i = 0; i < list.count; i++)
        list.items[i] = looking.found[i].precedent;
    return list;
}
