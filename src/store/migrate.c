/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/migrate_int.h"

#include "store/backup.h"
#include "store/blob_int.h"
#include "store/engine_int.h"

#include <inttypes.h>
#include <string.h>

static const char table_ddl[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
                                " version BIGINT NOT NULL PRIMARY KEY,"
                                " name TEXT NOT NULL,"
                                " checksum TEXT NOT NULL,"
                                " applied_at BIGINT NOT NULL)";

static const StoreColumn count_column[] = {{"count", STORE_INT, false}};
static const StoreStatement table_exists = {
    .name = "schema_migration_exists",
    .sql = {"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
            "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_migration')"},
    .index = STORE_UNLISTED,
    .column_count = 1,
    .columns = count_column};
static const StoreStatement foreign_tables = {
    .name = "schema_other_tables",
    .sql = {"SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"},
    .index = STORE_UNLISTED,
    .column_count = 1,
    .columns = count_column};
static const StoreColumn applied_columns[] = {{"version", STORE_INT, false}, {"checksum", STORE_TEXT, false}};
static const StoreStatement applied_list = {.name = "schema_migration_list",
                                            .sql = {"SELECT version, checksum FROM schema_migration ORDER BY version",
                                                    "SELECT version, checksum FROM schema_migration ORDER BY version"},
                                            .index = STORE_UNLISTED,
                                            .column_count = G_N_ELEMENTS(applied_columns),
                                            .columns = applied_columns};
#define INSERT_SQL "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)"
static const StoreColumn insert_params[] = {{"version", STORE_INT, false},
                                            {"name", STORE_TEXT, false},
                                            {"checksum", STORE_TEXT, false},
                                            {"applied_at", STORE_INT, false}};
static const StoreStatement applied_insert = {.name = "schema_migration_insert",
                                              .sql = {INSERT_SQL, INSERT_SQL},
                                              .index = STORE_UNLISTED,
                                              .writes = true,
                                              .param_count = G_N_ELEMENTS(insert_params),
                                              .params = insert_params};

/* What was found in the database. */
typedef struct Found {
    int version;  /* newest applied; 0: none */
    int mismatch; /* a version whose checksum is not ours; 0: none */
    bool has_our_table;
    bool has_tables;
} Found;

static int64_t count_of(StoreTx *tx, const StoreStatement *statement)
{
    StoreCursor cursor;
    StoreValue value = {0};
    store_begin(&cursor, tx, statement, NULL);
    bool found = store_step(&cursor, &value);
    store_finish(&cursor);
    return found ? value.integer : 0;
}

static void applied_compare(Found *found, const StoreSetup *setup, const StoreValue *row)
{
    int version = (int)row[0].integer;
    found->version = version;
    if (version > (int)setup->migration_count || found->mismatch)
        return;
    if (version < 1 || !bytes_equal(row[1].bytes, bytes_of(setup->migrations[version - 1].checksum)))
        found->mismatch = version;
}

static Found found_read(StoreTx *tx)
{
    Found found = {.has_our_table = count_of(tx, &table_exists) > 0, .has_tables = count_of(tx, &foreign_tables) > 0};
    if (!found.has_our_table)
        return found;
    StoreCursor cursor;
    StoreValue row[G_N_ELEMENTS(applied_columns)];
    store_begin(&cursor, tx, &applied_list, NULL);
    while (store_step(&cursor, row))
        applied_compare(&found, &tx->store->setup, row);
    store_finish(&cursor);
    return found;
}

int migrate_version(StoreTx *tx)
{
    return found_read(tx).version;
}

/* --- applying ---------------------------------------------------------------------------------------------------- */

typedef struct Applying {
    const Migration *migration;
    TimeMs now;
} Applying;

static void applied_add(StoreTx *tx, const Applying *applying)
{
    const Migration *migration = applying->migration;
    StoreValue params[] = {{.integer = migration->version},
                           {.bytes = bytes_of(migration->name)},
                           {.bytes = bytes_of(migration->checksum)},
                           {.integer = applying->now}};
    StoreCursor cursor;
    store_begin(&cursor, tx, &applied_insert, params);
    store_finish(&cursor);
}

/* Another PostgreSQL node may have been faster while this one waited for the lock: then there is nothing to do. */
static bool migration_work(StoreTx *tx, void *arg)
{
    const Applying *applying = arg;
    const Engine *engine = tx->store->engine;
    engine->script(tx, table_ddl);
    if (tx->failed || migrate_version(tx) >= applying->migration->version)
        return !tx->failed;
    if (applying->migration->sql[tx->store->kind][0])
        engine->script(tx, applying->migration->sql[tx->store->kind]);
    applied_add(tx, applying);
    return true;
}

static bool migration_apply(Store *store, const Migration *migration, GError **error)
{
    Applying applying = {.migration = migration, .now = store_now(store)};
    WriteRequest request = {.name = "migration", .work = migration_work, .arg = &applying, .schema = true};
    store->engine->write(store, &request);
    if (request.outcome == STORE_COMMITTED)
        return true;
    g_propagate_prefixed_error(error, request.error, "migration %d (%s): ", migration->version, migration->name);
    return false;
}

static bool backup_before(Store *store, int version, GError **error)
{
    g_autofree char *name = g_strdup_printf("before-%d-%" PRId64, version, store_now(store));
    g_autofree char *path = backup_make(store, name, error);
    return path && backup_verify(path, NULL, error);
}

static bool pending_apply(Store *store, const Found *found, GError **error)
{
    const StoreSetup *setup = &store->setup;
    if (found->version > 0 && !backup_before(store, (int)setup->migration_count, error)) {
        g_prefix_error(error, "the backup before migrating failed, nothing was changed: ");
        return false;
    }
    for (unsigned i = (unsigned)found->version; i < setup->migration_count; i++)
        if (!migration_apply(store, &setup->migrations[i], error))
            return false;
    return true;
}

/* --- deciding ---------------------------------------------------------------------------------------------------- */

static bool refuse(GError **error, FiloError code, const char *why, int found, int known)
{
    g_set_error(error, FILO_ERROR, (gint)code, "%s (database at version %d, this program at %d)", why, found, known);
    return false;
}

static bool decide(Store *store, const Found *found, bool may_migrate, GError **error)
{
    int known = (int)store->setup.migration_count;
    if (found->version > known)
        return refuse(error, FILO_ERROR_REFUSED, "the database was made by a newer filo", found->version, known);
    if (found->mismatch)
        return refuse(error, FILO_ERROR_CORRUPT, "an applied migration is not the one this program knows",
                      found->mismatch, known);
    if (!found->version && found->has_tables)
        return refuse(error, FILO_ERROR_REFUSED, "the database holds tables that are not filo's", 0, known);
    if (!found->version && blob_any(store->data_dir)) /* the sweep would take its files for nobody's */
        return refuse(
            error, FILO_ERROR_REFUSED,
            "the data directory holds files of another database: name that one (--db) or restore its backup; a new "
            "company needs an empty directory",
            0, known);
    if (found->version == known)
        return true;
    if (!may_migrate || store->mode == STORE_READ_ONLY)
        return refuse(error, FILO_ERROR_REFUSED, "the database must be migrated first", found->version, known);
    return pending_apply(store, found, error);
}

bool migrate_run(Store *store, bool may_migrate, GError **error)
{
    for (unsigned i = 0; i < store->setup.migration_count; i++)
        check(store->setup.migrations[i].version == (int)i + 1);
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return false;
    Found found = found_read(tx);
    return store_read_end(tx, error) && decide(store, &found, may_migrate, error);
}
