/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/attachment_scan.h"

#include "attachment_scan_sql.h"
#include "desk/audit/audit.h"

bool attachment_scan_next(StoreTx *tx, Arena *arena, AttachmentId below, AttachmentFile *file_out)
{
    SqlAttachmentScanNext row;
    SqlAttachmentScanNextIn in = {{below.value ? below.value : INT64_MAX}};
    return sql_attachment_scan_next(tx, arena, &in, &row) && attachment_find(tx, arena, row.attachment_id, file_out);
}

int64_t attachment_scan_count_waiting(StoreTx *tx, Arena *arena)
{
    SqlAttachmentScanCountWaiting row;
    return sql_attachment_scan_count_waiting(tx, arena, &row) ? row.waiting : 0;
}

void attachment_scan_set(StoreTx *tx, AttachmentId id, AttachmentScan scan, const char *said, TimeMs now)
{
    if (sql_attachment_scan_set(tx, &(SqlAttachmentScanSetIn){id, scan, said}) == 1 && scan == SCAN_INFECTED)
        audit_add(tx, &(AuditEntry){now, ACTOR_OF_SYSTEM, "attachment.infected", "attachment", id.value, NULL});
}

bool attachment_scan_is_infected(StoreTx *tx, Arena *arena, MessageId message)
{
    AttachmentList files = attachment_list_of(tx, arena, message);
    for (size_t i = 0; i < files.count; i++)
        if (files.items[i].scan == SCAN_INFECTED)
            return true;
    return false;
}
