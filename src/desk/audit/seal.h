/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seal: the chain over the audit. Answers: "has anyone touched the record since it was written?"
 *
 * Writes audit_seal and audit.audit_seal_id; audit.h owns the tables. Each seal covers at most SEAL_ROWS rows and the
 * seal before it. A plain SHA-256 and not a keyed one: the key would be in no backup, and a restored audit could never
 * be verified; nor does a key help against whoever holds the machine. So a chain shows any change inside it, and a
 * chain cut off or made anew as a whole is found by a head noted elsewhere (backups print theirs; `filo audit verify
 * --head`). Called by: job (every second), cli/audit, backup.
 *
 * What chain_sha256 covers, each item as its length in bytes, ":" , the item, ",": the chain before it (64 zeros for the
 * first), sealed_at, the number of rows; then for each row in order of audit_id: audit_id, at, actor_kind, actor_id,
 * action, object, object_id, payload. Numbers in decimal, "-" for none.
 *
 * Pointers: none given out but static texts. Errors: audit_seal_once those of store_write and of a read;
 * audit_verify none (a failing store marks the transaction: ask store_read_end before believing the verdict).
 *
 * Invariants:
 *  1. A row is sealed once; every row of a committed transaction is sealed by a later seal, whatever order ids became
 *     visible in.
 *  2. Several nodes may seal at once: a seal is kept only if the seal it was computed on is still the last one.
 *
 * Example:
 *     g_autoptr(GError) error = NULL;
 *     if (!audit_seal_once(store, clock_now(clock), &error))
 *         log_warning(…);
 */
#ifndef FILO_DESK_AUDIT_SEAL_H
#define FILO_DESK_AUDIT_SEAL_H

#include "base/bytes.h"
#include "schema_ids.h"
#include "store/store.h"

#define SEAL_ROWS 250 /* what PostgreSQL seals within a work function's 5 ms */

/* Seals what is there unsealed, in as many seals as it takes. Another node at it too is no error: it has done the work. */
bool audit_seal_once(Store *store, TimeMs now, GError **error);

typedef struct AuditHead {
    AuditSealId seal; /* {0}: nothing sealed yet */
    char chain_sha256[SHA256_HEX_SIZE];
} AuditHead;

/* The newest seal: to be noted where this machine's owner cannot change it. */
AuditHead audit_head(StoreTx *tx);

typedef enum AuditBreak {
    AUDIT_WHOLE,
    AUDIT_ROWS_DIFFER,   /* a row of this seal was removed, added or given to another seal */
    AUDIT_CHAIN_DIFFERS, /* a row of this seal was changed, or the seal, or one before it was removed */
    AUDIT_HEAD_MISSING   /* the chain does not lead through the noted head: cut off, or made anew */
} AuditBreak;

typedef struct AuditVerdict {
    AuditBreak found;
    AuditSealId broken;  /* the first seal that does not fit; {0}: none, or the noted head */
    int64_t seals, rows; /* verified */
    int64_t unsealed;    /* rows that wait for the sealer: a second's worth on a running desk */
    AuditHead head;      /* the last one verified */
} AuditVerdict;

/* Computes every seal anew. noted: a head written down before, or NULL. Reads the whole record: not for a page. */
AuditVerdict audit_verify(StoreTx *tx, const AuditHead *noted);

#endif
