/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * solution: how problems were solved, written once and used again. Answers: "has this been solved before, and how?"
 *
 * Owns the table solution. One is written at closing as a draft, reused by others, reviewed, published. Not for search
 * by words across kinds nor for putting it on a ticket (desk/ticket/coding.h). Called by: faces, coding.
 *
 * Memory: texts live in the arena given. Errors: a refusal is false and an InputError solution.error.*; a failing store
 * marks the transaction.
 *
 * Invariants:
 *  1. A state moves draft → reviewed → published; any of them → retired; retired → draft. A changed text is a draft
 *     again, so nobody publishes what nobody read.
 *  2. Whoever moved it last, and when, stands on the row.
 *  3. A stale write is refused with solution.error.stale; using a solution makes nothing stale.
 *  4. A retired one is never suggested.
 *
 * Example:
 *     SolutionList offered = solution_suggest(tx, arena, product, problem, 5);
 */
#ifndef FILO_DESK_SOLUTION_SOLUTION_H
#define FILO_DESK_SOLUTION_SOLUTION_H

#include "base/error.h"
#include "schema_ids.h"
#include "solution_state_enum.h"
#include "store/store.h"

typedef struct Solution {
    SolutionId id;
    const char *title;
    const char *text;
    ProductId product;    /* {0}: any */
    CodeId problem;       /* {0}: not said */
    CodeId solution_code; /* {0}: not said */
    SolutionState state;
    const char *language; /* "it", "en" */
    StaffId author;       /* {0}: unknown, imported */
    TimeMs created_at;
    StaffId state_by; /* who moved it to its state; {0}: as author */
    TimeMs state_at;
    int64_t used_count; /* tickets it solved */
    int64_t version;
} Solution;

typedef struct SolutionList {
    Solution *items;
    size_t count;
} SolutionList;

bool solution_find(StoreTx *tx, Arena *arena, SolutionId id, Solution *solution_out);

/* Adds a draft used by nobody yet. Refused: title, text. */
bool solution_add(StoreTx *tx, const Solution *solution, TimeMs now, SolutionId *id_out, InputError *refused_out);

/* Changes title, text, product, codes and language, at solution->version. Refused: not_found, stale, title, text. */
bool solution_edit(StoreTx *tx, Arena *arena, const Solution *solution, StaffId by, TimeMs now,
                   InputError *refused_out);

/* Refused: not_found, stale, state. */
bool solution_set_state(StoreTx *tx, Arena *arena, SolutionId id, int64_t version, SolutionState state, StaffId by,
                        TimeMs now, InputError *refused_out);

/* Whether that step exists; pure. */
bool solution_may_become(SolutionState from, SolutionState to);

/* It solved one more ticket. Refused: not_found, retired. */
bool solution_use(StoreTx *tx, Arena *arena, SolutionId id, InputError *refused_out);

/* The most used first: those of the product and the problem, then of the problem elsewhere, then of the product; each
 * once, at most how_many. Either may be {0}. */
SolutionList solution_suggest(StoreTx *tx, Arena *arena, ProductId product, CodeId problem, size_t how_many);

/* The last row of the page before; zeros: from the first. */
typedef struct SolutionPlace {
    int64_t used;
    SolutionId id;
} SolutionPlace;

/* All of them, retired ones too, the most used first, after that place, at most how_many. */
SolutionList solution_list(StoreTx *tx, Arena *arena, SolutionPlace before, size_t how_many);

/* By id; for building the index of words again. */
SolutionList solution_list_after(StoreTx *tx, Arena *arena, SolutionId after, size_t how_many);

/* Those whose title or text has the words typed (search/query.h), the best first. */
SolutionList solution_find_words(StoreTx *tx, Arena *arena, const char *typed, size_t how_many);

/* Makes it findable by its words; false when it is. What adds or changes one has done so. */
bool solution_index(StoreTx *tx, const Solution *solution);

#endif
