/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/audit/audit.h"

#include "audit_sql.h"

AuditId audit_add(StoreTx *tx, const AuditEntry *entry)
{
    return sql_audit_insert(tx, &(SqlAuditInsertIn){
                                    .at = entry->at,
                                    .actor_kind = entry->actor.kind,
                                    .actor_id = entry->actor.id ? opt_int(entry->actor.id) : OPT_INT_NONE,
                                    .action = entry->action,
                                    .object = entry->object,
                                    .object_id = entry->object_id ? opt_int(entry->object_id) : OPT_INT_NONE,
                                    .payload = entry->payload ? entry->payload : "{}",
                                });
}

AuditRowList audit_list_before(StoreTx *tx, Arena *arena, AuditId before, int64_t how_many)
{
    AuditId from = before.value ? before : (AuditId){INT64_MAX};
    SqlAuditListBeforeList rows = sql_audit_list_before(tx, arena, &(SqlAuditListBeforeIn){from, how_many});
    AuditRowList list = {ARENA_ARRAY(arena, AuditRow, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlAuditListBefore *row = &rows.rows[i];
        list.items[i] = (AuditRow){.id = row->audit_id,
                                   .entry = {.at = row->at,
                                             .actor = {row->actor_kind, row->actor_id.value},
                                             .action = row->action,
                                             .object = row->object,
                                             .object_id = row->object_id.value,
                                             .payload = row->payload},
                                   .sealed = row->audit_seal_id.value != 0};
    }
    return list;
}
