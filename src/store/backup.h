/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup: a consistent copy of everything while the desk works, and the way back. Answers: "is there a copy, is it
 * whole, and does it come back?"
 *
 *     DIR/backups/NAME/manifest.json   engine, schema version, rows of each table, SHA-256 of the database file, blobs
 *     DIR/backups/NAME/filo.db         (SQLite, one file without a WAL)  or  filo.dump (PostgreSQL, pg_dump -Fc)
 *     DIR/backups/NAME/blobs/ab/…      the large blobs the snapshot refers to (hard links where the disk
 *                                      allows: safe from deletion, not from a failing disk; copy backups elsewhere)
 *
 * Not in it: DIR/keys/seal.key. Secrets sealed with it (mail passwords, tokens) must be typed again after a restore;
 * BackupSummary.new_seal_key says so, and whoever restores tells the person.
 * Owns the files under DIR/backups. Called by cli (backup, restore), job (nightly), and the migrations runner.
 *
 * Memory: the path backup_make gives is yours to g_free. A summary holds no pointers.
 * Errors: CORRUPT (a file is not what the manifest says), REFUSED (the target is not empty, or of the other engine),
 * BUSY (another backup is being made), FULL, IO.
 *
 * Invariants:
 *  1. A directory without ".partial-" in its name under DIR/backups is complete: it is renamed last. What a killed
 *     backup left half made goes when the next one begins.
 *  2. The copy is one snapshot; writes go on meanwhile.
 *  3. Restoring never touches a data directory or database that holds something.
 *
 * Example:
 *     g_autofree char *path = backup_make(store, NULL, &error);
 *     if (!path || !backup_verify(path, NULL, &error)) …
 *     backup_restore(path, "/srv/filo-new", NULL, store_migration_count, &summary, &error);
 */
#ifndef FILO_STORE_BACKUP_H
#define FILO_STORE_BACKUP_H

#include "store/store.h"

typedef struct BackupSummary {
    StoreEngine engine;
    int schema_version;
    TimeMs made_at;
    int64_t tables, rows;
    int64_t blob_files;
    bool new_seal_key; /* after a restore: sealed secrets must be typed again */
} BackupSummary;

/* Makes DIR/backups/NAME (NULL: named by the time). The store may be open for reading only. Errors: FULL, IO, REFUSED
 * (the name is taken or not a plain name), BUSY. */
char *backup_make(Store *store, const char *name, GError **error);

/* Reads the backup at path whole: hashes, and for SQLite integrity, foreign keys, rows of each table and every blob.
 * summary_out may be NULL. Errors: CORRUPT, NOT_FOUND, IO. */
bool backup_verify(const char *path, BackupSummary *summary_out, GError **error);

/* Verifies, then makes a new installation of it in data_dir (absent or empty) and, for PostgreSQL, in the empty database
 * db. Refuses a schema newer than `newest`, that of this program. Errors: REFUSED, CORRUPT, FULL, IO. */
bool backup_restore(const char *path, const char *data_dir, const char *db, int newest, BackupSummary *summary_out,
                    GError **error);

#endif
