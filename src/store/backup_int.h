/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup_int: what a backup holds, and the engine's half of making one. Answers: "what must be found again?"
 *
 * Memory: a BackupContents owns its arrays; backup_contents_free. Errors: as in backup.h. Called inside store/ only.
 *
 * Invariants:
 *  1. Contents are read from the snapshot that was copied, never from the living database.
 */
#ifndef FILO_STORE_BACKUP_INT_H
#define FILO_STORE_BACKUP_INT_H

#include "store/backup.h"
#include "store/engine_int.h"

typedef struct BackupTable {
    char name[64];
    int64_t rows;
} BackupTable;

typedef struct BackupBlob {
    char sha256[SHA256_HEX_SIZE];
    int64_t size;
} BackupBlob;

typedef struct BackupContents {
    StoreEngine engine;
    int schema_version;
    TimeMs made_at;
    char database_sha256[SHA256_HEX_SIZE];
    int64_t database_size;
    GArray *tables; /* BackupTable, by name */
    GArray *blobs;  /* BackupBlob: those that lie in files */
} BackupContents;

BackupContents *backup_contents_new(StoreEngine engine);
void backup_contents_free(BackupContents *contents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupContents, backup_contents_free)
void backup_contents_add_table(BackupContents *contents, const char *name, int64_t rows);
void backup_contents_add_blob(BackupContents *contents, const char *sha256, int64_t size);

/* Same schema version, tables, rows and blobs; else CORRUPT naming the first difference. */
bool backup_contents_compare(const BackupContents *written, const BackupContents *found, GError **error);

/* folder/manifest.json, durable; and back. */
bool manifest_write(const BackupContents *contents, const char *folder, GError **error);
BackupContents *manifest_read(const char *folder, GError **error);

/* "filo.db" or "filo.dump". */
const char *backup_database_name(StoreEngine engine);

/* Copies the snapshot to path and fills contents from it. */
bool backup_sqlite_copy(Store *store, const char *path, BackupContents *contents, GError **error);
/* Opens a copied file: integrity, foreign keys, every blob in a row; fills contents. */
bool backup_sqlite_inspect(const char *path, BackupContents *contents, GError **error);

bool backup_pg_dump(Store *store, const char *path, BackupContents *contents, GError **error);
bool backup_pg_verify(const char *path, GError **error);
/* Into an empty database; fills contents from it. */
bool backup_pg_restore(const char *path, const char *db, BackupContents *contents, GError **error);

#endif
