/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup.h"
#include "store/store_testing.h"

#include <pthread.h>
#include <string.h>

enum { MIGRATIONS = 66 };

/* The tests' migrations and, after them, one more that the test chooses. */
typedef struct History {
    Migration list[MIGRATIONS];
    StoreSetup setup;
} History;

static void history_make(History *history, const char *sql)
{
    history->setup = test_setup();
    unsigned count = history->setup.migration_count;
    memcpy(history->list, history->setup.migrations, count * sizeof(Migration));
    history->setup.migrations = history->list;
    if (sql) {
        history->list[count] = (Migration){(int)count + 1, "more", {sql, sql}, "more-1"};
        history->setup.migration_count = count + 1;
    }
}

static Store *open_again(TestStore *test, const History *history, bool may_migrate, GError **error)
{
    g_clear_pointer(&test->store, store_close);
    StoreOptions options = {.data_dir = test->dir, .db = test->db, .mode = STORE_WRITER, .may_migrate = may_migrate};
    return test->store = store_open_with(&options, &history->setup, error);
}

static void expect_refusal(TestStore *test, const History *history, bool may_migrate, FiloError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(open_again(test, history, may_migrate, &error));
    g_assert_error(error, FILO_ERROR, (gint)code);
}

static bool add_item(StoreTx *tx, void *arg)
{
    (void)arg;
    int64_t id = test_int(tx, ITEM_ADD, &TEXT_PARAM("before"), -1);
    test_run(tx, CHILD_ADD, &INT_PARAM(id));
    return true;
}

static void test_upgrade_makes_a_verified_backup(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    History more;
    history_make(&more, "CREATE TABLE added (added_id BIGINT NOT NULL PRIMARY KEY);");
    g_assert_cmpint(store_write(test.store, "add", add_item, NULL, &error), ==, STORE_COMMITTED);
    expect_refusal(&test, &more, false, FILO_ERROR_REFUSED); /* older, and nobody allowed it */
    g_assert_nonnull(open_again(&test, &more, true, &error));
    g_assert_no_error(error);
    g_autofree char *backups = g_build_filename(test.dir, "backups", NULL);
    g_autoptr(GDir) dir = g_dir_open(backups, 0, NULL);
    g_autofree char *prefix = g_strdup_printf("before-%u-", more.setup.migration_count);
    const char *name = g_dir_read_name(dir);
    g_assert_true(name && g_str_has_prefix(name, prefix));
    g_autofree char *path = g_build_filename(backups, name, NULL);
    BackupSummary summary;
    g_assert_true(backup_verify(path, &summary, &error));
    g_assert_cmpint(summary.schema_version, ==, (int)more.setup.migration_count - 1);
    g_assert_null(g_dir_read_name(dir)); /* the first opening, of an empty database, made none */
    test_store_close(&test);
}

static void test_newer_and_changed_are_refused(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    History older, changed;
    history_make(&older, NULL);
    older.setup.migration_count--;
    history_make(&changed, NULL);
    changed.list[changed.setup.migration_count - 1].checksum = "edited after release";
    expect_refusal(&test, &older, true, FILO_ERROR_REFUSED);
    expect_refusal(&test, &changed, true, FILO_ERROR_CORRUPT);
    test_store_close(&test);
}

static void test_a_failed_migration_leaves_nothing(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    History broken, good;
    history_make(&broken, "CREATE TABLE half (half_id BIGINT NOT NULL PRIMARY KEY); INSERT INTO nowhere VALUES (1);");
    history_make(&good, "CREATE TABLE half (half_id BIGINT NOT NULL PRIMARY KEY);");
    expect_refusal(&test, &broken, true, FILO_ERROR_IO);
    g_assert_nonnull(open_again(&test, &good, true, &error)); /* the table was not left behind */
    g_assert_no_error(error);
    test_store_close(&test);
}

/* Rebuilding a parent with foreign keys on would delete or refuse its children. */
static void test_sqlite_rebuilds_a_parent_and_checks_keys(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    g_autoptr(GError) error = NULL;
    History orphans, rebuild;
    history_make(&orphans, "DELETE FROM item;");
    history_make(&rebuild,
                 "CREATE TABLE item2 (item_id INTEGER NOT NULL PRIMARY KEY, taken_by BIGINT, note TEXT NOT NULL);"
                 "INSERT INTO item2 SELECT item_id, taken_by, note FROM item;"
                 "DROP TABLE item; ALTER TABLE item2 RENAME TO item;");
    g_assert_cmpint(store_write(test.store, "add", add_item, NULL, &error), ==, STORE_COMMITTED);
    expect_refusal(&test, &orphans, true, FILO_ERROR_CORRUPT);
    g_assert_nonnull(open_again(&test, &rebuild, true, &error));
    g_assert_no_error(error);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    test_store_close(&test);
}

static void test_a_script_may_not_end_its_transaction(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    History commits;
    history_make(&commits, "CREATE TABLE early (early_id BIGINT NOT NULL PRIMARY KEY); COMMIT;");
    expect_refusal(&test, &commits, true, FILO_ERROR_REFUSED);
    test_store_close(&test);
}

static void test_foreign_database_is_refused(void)
{
    TestStore test = {.dir = test_dir(), .db = test_database()};
    History ours;
    history_make(&ours, NULL);
    test_sql(test.db, "CREATE TABLE somebody_elses (id int)");
    expect_refusal(&test, &ours, true, FILO_ERROR_REFUSED);
    test_store_close(&test);
}

typedef struct Node {
    pthread_t thread;
    const char *db;
    char *dir;
} Node;

static void *node_main(void *arg)
{
    Node *node = arg;
    store_close(test_store_open_at(node->dir, node->db, STORE_WRITER));
    return NULL;
}

static void test_two_nodes_start_at_once(void)
{
    g_autofree char *db = test_database();
    Node nodes[3];
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        nodes[i] = (Node){.db = db, .dir = test_dir()};
        g_assert_cmpint(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), ==, 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        g_assert_cmpint(pthread_join(nodes[i].thread, NULL), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        g_free(nodes[i].dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_add_both("/migrate/upgrade", test_upgrade_makes_a_verified_backup);
    test_add_both("/migrate/refused", test_newer_and_changed_are_refused);
    test_add_both("/migrate/failed", test_a_failed_migration_leaves_nothing);
    test_add_both("/migrate/commit-inside", test_a_script_may_not_end_its_transaction);
    g_test_add_func("/migrate/rebuild", test_sqlite_rebuilds_a_parent_and_checks_keys);
    g_test_add_func("/migrate/two-nodes", test_two_nodes_start_at_once);
    g_test_add_func("/migrate/foreign", test_foreign_database_is_refused);
    return g_test_run();
}
