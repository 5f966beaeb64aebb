/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * code_shipped: the five code lists a new installation starts with. Answers: "which symptoms, conditions, components,
 * origins and solutions are there before the owner changes them, and which origins are defects?"
 *
 * Two levels: a group (no parent) and its leaves; only leaves are put on tickets. The rows become rows of the table
 * code once, at the first start; from then on that table is the truth (versioned, never deleted) and this list is only
 * read again by a later version that adds rows. Not for the codes of a running installation.
 *
 * Pure, static data. Names are in the catalogues under "code.<list>.<key>", in every language.
 * Errors: none. Called by: desk/code (first start), demo, tests.
 *
 * Sources: domain.md 2.5: the origins are exactly those listed there; the other lists follow its pattern (what the
 * customer sees, under which condition, in which section, from which origin, solved how). Which origins count as
 * defects is the shipped choice of a setting that reports print; that nff and quieto_vivere do not is fixed by 2.5.
 *
 * Invariants:
 *  1. A list has at most 15 leaves; every leaf's parent is a group of its list; (list, key) is unique.
 *  2. nff (a technical finding) and quieto_vivere (a commercial decision) are distinct, and neither is a defect.
 *  3. Rows come list by list, each group before its leaves, sort rising.
 *
 * Example:
 *     size_t count;
 *     const CodeShipped *rows = code_shipped_list(&count);
 *     for (size_t i = 0; i < count; i++) code_add(tx, &rows[i]);
 */
#ifndef FILO_DESK_CODE_CODE_SHIPPED_H
#define FILO_DESK_CODE_CODE_SHIPPED_H

#include "base/arena.h"
#include "code_list_enum.h"

typedef enum CodeFlag {
    CODE_COUNTS_AS_DEFECT = 1 << 0, /* an origin within defect rates, unless the owner's setting says otherwise */
    CODE_NEEDS_AUTHORISER = 1 << 1  /* above the amount the owner sets, someone must answer for it (R83) */
} CodeFlag;

typedef struct CodeShipped {
    CodeList list;
    const char *key;
    const char *parent; /* key of its group; NULL for a group */
    int sort;
    unsigned flags; /* CodeFlags */
} CodeShipped;

/* All rows, static. */
const CodeShipped *code_shipped_list(size_t *count_out);

/* The row of the key, static, or NULL. */
const CodeShipped *code_shipped_find(CodeList list, const char *key);

/* The catalogue key of a row's name; lives in the arena. */
char *code_shipped_name_key(Arena *arena, const CodeShipped *row);

#endif
