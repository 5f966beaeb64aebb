/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * code: the five lists a ticket is coded with, as this company keeps them. Answers: "which codes may be chosen, what are
 * they called, and what became of an old one?"
 *
 * Owns the table code (suggest.h owns code_word). Two levels: groups without parent, and leaves; only leaves go on
 * tickets. A code is never deleted: it is retired and may name the one that takes its place, so that old tickets keep
 * what they were given and reports can follow. Not for the list shipped with the program (code_shipped.h), nor for
 * putting codes on tickets (desk/ticket/coding.h). Called by: faces, coding, import, cli init.
 *
 * Memory: texts live in the arena given. Errors: a refusal is false and an InputError code.error.*; a failing store
 * marks the transaction.
 *
 * Invariants:
 *  1. (list, key) is unique for ever; a key is lower-case letters, digits and underscores.
 *  2. A leaf's parent is a group of its own list; a group is retired only after its leaves.
 *  3. A replacement is a leaf of the same list that was in use when it was named; following replacements ends.
 *  4. A stale write is refused with code.error.stale.
 *
 * Example:
 *     CodeRows origins = code_list(tx, arena, CODE_ORIGIN, false);
 *     for (size_t i = 0; i < origins.count; i++)
 *         offer(origins.items[i].id, code_name(&origins.items[i], LANG_IT));
 */
#ifndef FILO_DESK_CODE_CODE_H
#define FILO_DESK_CODE_CODE_H

#include "base/catalogue.h"
#include "base/error.h"
#include "code_list_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct Code {
    CodeId id;
    CodeList list;
    const char *key;
    CodeId parent; /* {0}: a group */
    int64_t sort;
    const char *names[LANG_COUNT];
    bool is_defect;        /* an origin within defect rates */
    bool needs_authoriser; /* someone must answer for it above the owner's amount (R83) */
    TimeMs retired_at;     /* TIME_NONE: in use */
    CodeId replaced_by;    /* {0}: none */
    int64_t version;
} Code;

typedef struct CodeRows {
    Code *items;
    size_t count;
} CodeRows;

/* Writes the shipped codes that are not there yet; what the owner changed stays as it is. For init and upgrades. */
void code_install(StoreTx *tx, Arena *arena);

bool code_find(StoreTx *tx, Arena *arena, CodeId id, Code *code_out);
bool code_find_key(StoreTx *tx, Arena *arena, CodeList list, const char *key, Code *code_out);

/* By sort: a group stands before its leaves. */
CodeRows code_list(StoreTx *tx, Arena *arena, CodeList list, bool with_retired);

/* Borrowed from code. */
const char *code_name(const Code *code, Lang lang);

/* The code that stands for this one today: itself, or the end of its replacements (which may be retired too). */
bool code_find_current(StoreTx *tx, Arena *arena, CodeId id, Code *code_out);

/* Adds list, key, parent, sort, names and the two marks. Refused: key, key_taken, parent, name. */
bool code_add(StoreTx *tx, Arena *arena, const Code *code, CodeId *id_out, InputError *refused_out);

/* Gives a code whose list, parent and names are set a key made from its names, and its place at the end of its group. */
void code_place(StoreTx *tx, Arena *arena, Code *code);

/* Changes sort, names and the two marks of code->id at code->version. Refused: not_found, stale, name. */
bool code_edit(StoreTx *tx, Arena *arena, const Code *code, InputError *refused_out);

/* Takes it out of use. replaced_by may be {0}. Refused: not_found, stale, retired, has_leaves, replacement. */
bool code_retire(StoreTx *tx, Arena *arena, CodeId id, int64_t version, CodeId replaced_by, TimeMs now,
                 InputError *refused_out);

/* Puts a retired one back in use. Refused: not_found, stale, in_use, parent (its group is retired). */
bool code_restore(StoreTx *tx, Arena *arena, CodeId id, int64_t version, InputError *refused_out);

#endif
