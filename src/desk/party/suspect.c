/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/suspect.h"

#include "suspect_sql.h"

#include <glib.h>
#include <string.h>

/* RFC 3463: x.1.y address, x.2.y mailbox, x.4.y network and routing; x.0.y says nothing, and "" is no status. The others
 * are about the system, the protocol, the content or a policy: not the address'. A mailbox that is full (x.2.2) is
 * somebody's, who will empty it. */
bool suspect_status_concerns_address(const char *status)
{
    if (!*status || status[1] != '.')
        return true;
    return g_str_has_prefix(status + 1, ".0.") || g_str_has_prefix(status + 1, ".1.") ||
           (g_str_has_prefix(status + 1, ".2.") && strcmp(status + 1, ".2.2") != 0 &&
            strcmp(status + 1, ".2.3") != 0) ||
           g_str_has_prefix(status + 1, ".4.");
}

void suspect_mark(StoreTx *tx, const char *address_key, const Suspect *suspect)
{
    sql_suspect_put(
        tx, &(SqlSuspectPutIn){address_key, suspect->since, suspect->status, suspect->reason, suspect->by_report});
}

bool suspect_clear_taken(StoreTx *tx, const char *address_key)
{
    return sql_suspect_delete_taken(tx, &(SqlSuspectDeleteTakenIn){address_key}) == 1;
}

bool suspect_clear(StoreTx *tx, const char *address_key)
{
    return sql_suspect_delete(tx, &(SqlSuspectDeleteIn){address_key}) == 1;
}

bool suspect_find(StoreTx *tx, Arena *arena, const char *address_key, Suspect *suspect_out)
{
    SqlSuspectFindRow row;
    if (!sql_suspect_find_row(tx, arena, &(SqlSuspectFindRowIn){address_key}, &row))
        return false;
    *suspect_out = (Suspect){row.since, row.status, row.reason, row.by_report};
    return true;
}
