/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit: the record of who did or read what. Answers: "who touched this, when, from where in the program?"
 *
 * Owns the tables audit and audit_seal (the latter through desk/audit/seal.h). Not the story of a ticket: that is
 * ticket_event. An action is noun.verb ("staff.disable", "sign_in.failed"); object is a table's name and object_id its
 * key; payload a JSON object. Called by: whatever in desk writes; faces for reads of personal data; job (reads).
 *
 * What is done is recorded in the transaction that does it. What is read is noted in memory and written within a second
 * (a read stays a read); a crash may lose that second, and a list that overflows says how many notes it lost.
 *
 * Pointers: an entry's texts are static or live until the call returns; AuditReads is yours to free.
 * Errors: audit_add none (a failing store marks the transaction); audit_reads_flush those of store_write.
 *
 * Invariants:
 *  1. Rows are only ever added; nothing but the sealer touches one again, and only to name its seal.
 *  2. A row holds ids, codes and hashes, never a name, address or text: erasing a person changes no row.
 *
 * Example:
 *     audit_add(tx, &(AuditEntry){now, actor, "staff.disable", "staff", id.value, "{}"});
 */
#ifndef FILO_DESK_AUDIT_AUDIT_H
#define FILO_DESK_AUDIT_AUDIT_H

#include "desk/audit/actor.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct AuditEntry {
    TimeMs at;
    Actor actor;
    const char *action;  /* "ticket.read" */
    const char *object;  /* a table: "ticket"; "" when there is none */
    int64_t object_id;   /* its key; 0: none */
    const char *payload; /* JSON object of ids and codes; NULL: "{}" */
} AuditEntry;

AuditId audit_add(StoreTx *tx, const AuditEntry *entry);

typedef struct AuditRow {
    AuditId id;
    AuditEntry entry;
    bool sealed;
} AuditRow;

typedef struct AuditRowList {
    AuditRow *items;
    size_t count;
} AuditRowList;

/* The newest rows older than the one given ({0}: from the end), at most how_many: a page of the audit. */
AuditRowList audit_list_before(StoreTx *tx, Arena *arena, AuditId before, int64_t how_many);

/* Reads not yet written. Any thread may note; one at a time flushes. */
typedef struct AuditReads AuditReads;

AuditReads *audit_reads_new(void);
void audit_reads_free(AuditReads *reads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditReads, audit_reads_free)

/* Notes a read; at once, never waits for the store. action and object must be static text; payload is not kept. */
void audit_reads_note(AuditReads *reads, const AuditEntry *entry);

/* Writes what was noted since the last time, the same reader and object once. Notes that could not be written stay for
 * the next time. False: *error. */
bool audit_reads_flush(AuditReads *reads, Store *store, TimeMs now, GError **error);

#endif
