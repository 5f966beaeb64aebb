/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the sealer and its verifier. How: a seal is computed from a read, outside any write, then kept by a short write
 * that first makes sure nothing moved: the last seal is the same, and exactly the rows read lie between the first and the
 * last of them. Why not simply "ids above the last sealed": on PostgreSQL an id taken earlier may be committed later.
 */
#include "desk/audit/seal.h"

#include "audit_sql.h"
#include "desk/audit/audit.h"

#include <string.h>

#define VERIFY_SEALS 100 /* seals read at a time */

static const char first_chain[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* --- what a seal covers ---------------------------------------------------------------------------------------------- */

static void put_text(GString *sealed, const char *text)
{
    g_string_append_printf(sealed, "%zu:", strlen(text));
    g_string_append(sealed, text);
    g_string_append_c(sealed, ',');
}

static void put_int(GString *sealed, int64_t number)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
    put_text(sealed, text);
}

static void put_opt_int(GString *sealed, OptInt number)
{
    if (number.has)
        put_int(sealed, number.value);
    else
        put_text(sealed, "-");
}

static GString *sealed_begin(const char *chain_before, TimeMs sealed_at, size_t rows)
{
    GString *sealed = g_string_sized_new(128 + rows * 128);
    put_text(sealed, chain_before);
    put_int(sealed, sealed_at);
    put_int(sealed, (int64_t)rows);
    return sealed;
}

static void put_row(GString *sealed, const SqlAuditListSealed *row)
{
    put_int(sealed, row->audit_id.value);
    put_int(sealed, row->at);
    put_text(sealed, actor_kind_text(row->actor_kind));
    put_opt_int(sealed, row->actor_id);
    put_text(sealed, row->action);
    put_text(sealed, row->object);
    put_opt_int(sealed, row->object_id);
    put_text(sealed, row->payload);
}

static void sealed_end(GString *sealed, char chain_out[SHA256_HEX_SIZE])
{
    bytes_sha256_hex((Bytes){(const uint8_t *)sealed->str, sealed->len}, chain_out);
    g_string_free(sealed, TRUE);
}

/* --- sealing --------------------------------------------------------------------------------------------------------- */

typedef struct Seal {
    AuditHead before;
    AuditId first, last;
    size_t rows;
    char chain[SHA256_HEX_SIZE];
    TimeMs now;
} Seal;

AuditHead audit_head(StoreTx *tx)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    AuditHead head = {0};
    SqlAuditSealFindLast row;
    bool any = sql_audit_seal_find_last(tx, arena, &row);
    g_strlcpy(head.chain_sha256, any ? row.chain_sha256 : first_chain, SHA256_HEX_SIZE);
    if (any)
        head.seal = row.audit_seal_id;
    return head;
}

/* What to seal next, already computed; no rows: nothing. */
static Seal seal_compute(StoreTx *tx, Arena *arena, TimeMs now)
{
    Seal seal = {.before = audit_head(tx), .now = now};
    SqlAuditListUnsealedList list = sql_audit_list_unsealed(tx, arena, &(SqlAuditListUnsealedIn){SEAL_ROWS});
    if (list.count == 0)
        return seal;
    GString *sealed = sealed_begin(seal.before.chain_sha256, now, list.count);
    for (size_t i = 0; i < list.count; i++) {
        const SqlAuditListUnsealed *row = &list.rows[i];
        put_row(sealed, &(SqlAuditListSealed){row->audit_id, row->at, row->actor_kind, row->actor_id, row->action,
                                              row->object, row->object_id, row->payload});
    }
    sealed_end(sealed, seal.chain);
    seal.first = list.rows[0].audit_id;
    seal.last = list.rows[list.count - 1].audit_id;
    seal.rows = list.count;
    return seal;
}

/* False: something moved since the read; the next time will do. */
static bool seal_keep(StoreTx *tx, void *arg)
{
    const Seal *seal = arg;
    AuditHead before = audit_head(tx);
    if (before.seal.value != seal->before.seal.value)
        return false;
    AuditSealId id = sql_audit_seal_insert(
        tx, &(SqlAuditSealInsertIn){seal->first.value, seal->last.value, (int64_t)seal->rows, seal->chain, seal->now});
    return sql_audit_set_seal(tx, &(SqlAuditSetSealIn){id, seal->first, seal->last}) == (int64_t)seal->rows;
}

static bool seal_read(Store *store, TimeMs now, Seal *seal_out, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return false;
    *seal_out = seal_compute(tx, arena, now);
    return store_read_end(tx, error);
}

bool audit_seal_once(Store *store, TimeMs now, GError **error)
{
    Seal seal = {.rows = SEAL_ROWS};
    while (seal.rows == SEAL_ROWS) {
        if (!seal_read(store, now, &seal, error))
            return false;
        if (seal.rows == 0)
            return true;
        StoreOutcome outcome = store_write(store, "audit seal", seal_keep, &seal, error);
        if (outcome != STORE_COMMITTED)
            return outcome == STORE_REFUSED;
    }
    return true;
}

/* --- verifying ------------------------------------------------------------------------------------------------------- */

static bool rows_fit(const SqlAuditSealListAfter *seal, const SqlAuditListSealedList *rows)
{
    return rows->count > 0 && (int64_t)rows->count == seal->rows_sealed &&
           rows->rows[0].audit_id.value == seal->first_id &&
           rows->rows[rows->count - 1].audit_id.value == seal->last_id;
}

static AuditBreak seal_verify(StoreTx *tx, Arena *arena, const SqlAuditSealListAfter *seal, const char *chain_before)
{
    char chain[SHA256_HEX_SIZE];
    SqlAuditListSealedList rows =
        sql_audit_list_sealed(tx, arena, &(SqlAuditListSealedIn){seal->audit_seal_id, SEAL_ROWS + 1});
    if (!rows_fit(seal, &rows))
        return AUDIT_ROWS_DIFFER;
    GString *sealed = sealed_begin(chain_before, seal->sealed_at, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        put_row(sealed, &rows.rows[i]);
    sealed_end(sealed, chain);
    return strcmp(chain, seal->chain_sha256) == 0 ? AUDIT_WHOLE : AUDIT_CHAIN_DIFFERS;
}

/* The next seals of the chain; false: there are none, or the verdict is in. */
static bool verify_some(StoreTx *tx, Arena *arena, const AuditHead *noted, AuditVerdict *verdict, bool *noted_seen)
{
    SqlAuditSealListAfterList seals =
        sql_audit_seal_list_after(tx, arena, &(SqlAuditSealListAfterIn){verdict->head.seal, VERIFY_SEALS});
    g_autoptr(Arena) rows = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < seals.count; i++) {
        const SqlAuditSealListAfter *seal = &seals.rows[i];
        arena_clear(rows);
        verdict->found = seal_verify(tx, rows, seal, verdict->head.chain_sha256);
        if (verdict->found != AUDIT_WHOLE) {
            verdict->broken = seal->audit_seal_id;
            return false;
        }
        verdict->seals++;
        verdict->rows += seal->rows_sealed;
        verdict->head.seal = seal->audit_seal_id;
        g_strlcpy(verdict->head.chain_sha256, seal->chain_sha256, SHA256_HEX_SIZE);
        if (noted && noted->seal.value == seal->audit_seal_id.value)
            *noted_seen = strcmp(noted->chain_sha256, seal->chain_sha256) == 0;
    }
    return seals.count > 0;
}

AuditVerdict audit_verify(StoreTx *tx, const AuditHead *noted)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    AuditVerdict verdict = {.found = AUDIT_WHOLE};
    SqlAuditCountUnsealed waiting;
    bool noted_seen = noted == NULL || noted->seal.value == 0;
    g_strlcpy(verdict.head.chain_sha256, first_chain, SHA256_HEX_SIZE);
    while (verify_some(tx, arena, noted, &verdict, &noted_seen))
        arena_clear(arena);
    if (verdict.found == AUDIT_WHOLE && !noted_seen)
        verdict.found = AUDIT_HEAD_MISSING;
    if (sql_audit_count_unsealed(tx, arena, &waiting))
        verdict.unsealed = waiting.unsealed;
    return verdict;
}
