/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/code/code.h"

#include "base/text.h"
#include "code_sql.h"
#include "desk/code/code_shipped.h"

#include <string.h>

enum { KEY_MAX = 40, REPLACEMENTS_MAX = 32 };

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* ------------------------------------------------------------------------------------------------------- reading */

/* The two row types have the same columns; C does not know. */
#define CODE_OF_ROW(row)                                                                                               \
    ((Code){.id = (row)->code_id,                                                                                      \
            .list = (row)->list,                                                                                       \
            .key = (row)->code_key,                                                                                    \
            .parent = (row)->parent_id,                                                                                \
            .sort = (row)->sort,                                                                                       \
            .names = {[LANG_IT] = (row)->name_it, [LANG_EN] = (row)->name_en},                                         \
            .is_defect = (row)->is_defect,                                                                             \
            .needs_authoriser = (row)->needs_authoriser,                                                               \
            .retired_at = (row)->retired_at,                                                                           \
            .replaced_by = (row)->replaced_by_id,                                                                      \
            .version = (row)->version})

bool code_find(StoreTx *tx, Arena *arena, CodeId id, Code *code_out)
{
    SqlCodeFindRow row;
    if (!sql_code_find_row(tx, arena, &(SqlCodeFindRowIn){id}, &row))
        return false;
    *code_out = CODE_OF_ROW(&row);
    return true;
}

bool code_find_key(StoreTx *tx, Arena *arena, CodeList list, const char *key, Code *code_out)
{
    SqlCodeFindByKey row;
    return sql_code_find_by_key(tx, arena, &(SqlCodeFindByKeyIn){list, key}, &row) &&
           code_find(tx, arena, row.code_id, code_out);
}

CodeRows code_list(StoreTx *tx, Arena *arena, CodeList list, bool with_retired)
{
    SqlCodeListRowsList rows = sql_code_list_rows(tx, arena, &(SqlCodeListRowsIn){list});
    CodeRows found = {ARENA_ARRAY(arena, Code, rows.count), 0};
    for (size_t i = 0; i < rows.count; i++)
        if (with_retired || !rows.rows[i].retired_at)
            found.items[found.count++] = CODE_OF_ROW(&rows.rows[i]);
    return found;
}

const char *code_name(const Code *code, Lang lang)
{
    return code->names[lang];
}

bool code_find_current(StoreTx *tx, Arena *arena, CodeId id, Code *code_out)
{
    bool found = code_find(tx, arena, id, code_out);
    for (int steps = 0; found && code_out->retired_at && code_out->replaced_by.value && steps < REPLACEMENTS_MAX;
         steps++)
        found = code_find(tx, arena, code_out->replaced_by, code_out);
    return found;
}

/* ------------------------------------------------------------------------------------------------------- writing */

void code_install(StoreTx *tx, Arena *arena)
{
    size_t count;
    const CodeShipped *rows = code_shipped_list(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = code_shipped_name_key(arena, &rows[i]);
        sql_code_install_row(tx, &(SqlCodeInstallRowIn){
                                     .list = rows[i].list,
                                     .code_key = rows[i].key,
                                     .parent_key = rows[i].parent,
                                     .sort = rows[i].sort,
                                     .name_it = msg_find(LANG_IT, name),
                                     .name_en = msg_find(LANG_EN, name),
                                     .is_defect = (rows[i].flags & CODE_COUNTS_AS_DEFECT) != 0,
                                     .needs_authoriser = (rows[i].flags & CODE_NEEDS_AUTHORISER) != 0,
                                 });
    }
}

static bool key_is_valid(const char *key)
{
    size_t length = key ? strlen(key) : 0;
    return length > 0 && length <= KEY_MAX && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static bool names_are_given(const Code *code)
{
    for (Lang lang = 0; lang < LANG_COUNT; lang++)
        if (text_is_blank(code->names[lang]))
            return false;
    return true;
}

static bool is_group_of(StoreTx *tx, Arena *arena, CodeId id, CodeList list)
{
    Code group;
    return code_find(tx, arena, id, &group) && group.list == list && !group.parent.value && !group.retired_at;
}

bool code_add(StoreTx *tx, Arena *arena, const Code *code, CodeId *id_out, InputError *refused_out)
{
    Code same;
    if (!key_is_valid(code->key))
        return refuse(refused_out, "key", "code.error.key");
    if (!names_are_given(code))
        return refuse(refused_out, "name", "code.error.name");
    if (code_find_key(tx, arena, code->list, code->key, &same))
        return refuse(refused_out, "key", "code.error.key_taken");
    if (code->parent.value && !is_group_of(tx, arena, code->parent, code->list))
        return refuse(refused_out, "parent", "code.error.parent");
    *id_out = sql_code_insert(tx, &(SqlCodeInsertIn){.list = code->list,
                                                     .code_key = code->key,
                                                     .parent_id = code->parent,
                                                     .sort = code->sort,
                                                     .name_it = code->names[LANG_IT],
                                                     .name_en = code->names[LANG_EN],
                                                     .is_defect = code->is_defect,
                                                     .needs_authoriser = code->needs_authoriser});
    return true;
}

/* The row at the version the person saw, or why not. */
static bool find_at(StoreTx *tx, Arena *arena, CodeId id, int64_t version, Code *code_out, InputError *refused_out)
{
    if (!code_find(tx, arena, id, code_out))
        return refuse(refused_out, "code", "code.error.not_found");
    return code_out->version == version || refuse(refused_out, "version", "code.error.stale");
}

bool code_edit(StoreTx *tx, Arena *arena, const Code *code, InputError *refused_out)
{
    Code old;
    if (!find_at(tx, arena, code->id, code->version, &old, refused_out))
        return false;
    if (!names_are_given(code))
        return refuse(refused_out, "name", "code.error.name");
    return sql_code_update(tx, &(SqlCodeUpdateIn){.code_id = code->id,
                                                  .version = code->version,
                                                  .sort = code->sort,
                                                  .name_it = code->names[LANG_IT],
                                                  .name_en = code->names[LANG_EN],
                                                  .is_defect = code->is_defect,
                                                  .needs_authoriser = code->needs_authoriser}) == 1;
}

static bool has_leaves(StoreTx *tx, Arena *arena, CodeId id)
{
    SqlCodeCountLeaves row;
    return sql_code_count_leaves(tx, arena, &(SqlCodeCountLeavesIn){id}, &row) && row.leaves > 0;
}

/* In use, of the same list and level, and another one; so no chain of replacements can close into a ring. */
static bool can_replace(StoreTx *tx, Arena *arena, const Code *old, CodeId id)
{
    Code heir;
    return id.value != old->id.value && code_find(tx, arena, id, &heir) && heir.list == old->list && !heir.retired_at &&
           (heir.parent.value != 0) == (old->parent.value != 0);
}

bool code_retire(StoreTx *tx, Arena *arena, CodeId id, int64_t version, CodeId replaced_by, TimeMs now,
                 InputError *refused_out)
{
    Code old;
    if (!find_at(tx, arena, id, version, &old, refused_out))
        return false;
    if (old.retired_at)
        return refuse(refused_out, "code", "code.error.retired");
    if (has_leaves(tx, arena, id))
        return refuse(refused_out, "code", "code.error.has_leaves");
    if (replaced_by.value && !can_replace(tx, arena, &old, replaced_by))
        return refuse(refused_out, "replaced_by", "code.error.replacement");
    return sql_code_set_retired(tx, &(SqlCodeSetRetiredIn){id, version, now, replaced_by}) == 1;
}

bool code_restore(StoreTx *tx, Arena *arena, CodeId id, int64_t version, InputError *refused_out)
{
    Code old, group;
    if (!find_at(tx, arena, id, version, &old, refused_out))
        return false;
    if (!old.retired_at)
        return refuse(refused_out, "code", "code.error.in_use");
    if (old.parent.value && (!code_find(tx, arena, old.parent, &group) || group.retired_at))
        return refuse(refused_out, "code", "code.error.parent");
    return sql_code_set_in_use(tx, &(SqlCodeSetInUseIn){id, version}) == 1;
}

/* --- a key and a place ---------------------------------------------------------------------------------------------- */

enum { KEY_ROOM = 32 };

/* "Perde acqua!" is perde_acqua; what has no letter is "code". */
static const char *key_of(Arena *arena, const char *name)
{
    char key[KEY_ROOM + 1];
    size_t size = 0;
    for (const char *c = text_sort_key(arena, name); *c && size < KEY_ROOM; c++)
        if (g_ascii_islower(*c) || g_ascii_isdigit(*c))
            key[size++] = *c;
        else if (size > 0 && key[size - 1] != '_')
            key[size++] = '_';
    while (size > 0 && key[size - 1] == '_')
        size--;
    return size ? arena_strndup(arena, key, size) : "code";
}

void code_place(StoreTx *tx, Arena *arena, Code *code)
{
    CodeRows rows = code_list(tx, arena, code->list, true);
    const char *key = key_of(arena, text_is_blank(code->names[LANG_EN]) ? code->names[LANG_IT] : code->names[LANG_EN]);
    Code same;
    code->key = key;
    for (int number = 2; code_find_key(tx, arena, code->list, code->key, &same); number++)
        code->key = arena_printf(arena, "%s_%d", key, number);
    code->sort = 0;
    for (size_t i = 0; i < rows.count; i++) /* equal places stand by age: after the last of its group */
        if (!code->parent.value || rows.items[i].id.value == code->parent.value ||
            rows.items[i].parent.value == code->parent.value)
            code->sort = MAX(code->sort, rows.items[i].sort + (code->parent.value ? 0 : 10));
}
