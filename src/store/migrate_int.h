/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * migrate_int: brings the schema to this program's version, or refuses. Answers: "may this program use this database?"
 *
 * Owns schema_migration (version, name, checksum, applied_at). Called by store_open only, before anybody else uses the
 * store. Memory: nothing is given out. Errors: REFUSED (newer, older and not allowed, not ours), CORRUPT (an applied
 * migration is not the one this program knows, or a foreign key would be left hanging), IO, FULL.
 *
 * Invariants:
 *  1. A version is applied whole with its row in schema_migration, or not at all.
 *  2. A database that holds something is backed up, and the backup verified, before its first migration.
 */
#ifndef FILO_STORE_MIGRATE_INT_H
#define FILO_STORE_MIGRATE_INT_H

#include "store/store_int.h"

bool migrate_run(Store *store, bool may_migrate, GError **error);

/* The newest version applied, within a transaction; 0 for an empty database. */
int migrate_version(StoreTx *tx);

#endif
