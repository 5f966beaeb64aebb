/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup.h"
#include "store/blob.h"
#include "store/data_dir.h"
#include "store/migration.h"
#include "store/store_check.h"
#include "store/store_testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { ITEMS = 25 };
#define NEWEST ((int)store_migration_count + 1) /* test_setup has one more */

static Bytes big(void)
{
    static uint8_t bytes[300000] = {1, 2, 3};
    return (Bytes){bytes, sizeof bytes};
}

static bool add_some(StoreTx *tx, void *arg)
{
    blob_add(tx, arg);
    for (int i = 0; i < ITEMS; i++)
        test_int(tx, ITEM_ADD, &TEXT_PARAM("kept"), -1);
    return true;
}

static void fill(Store *store, char sha256_out[SHA256_HEX_SIZE])
{
    BlobPrepared large, small;
    g_assert_true(blob_prepare(store, big(), &large, NULL));
    g_assert_true(blob_prepare(store, bytes_of("abc"), &small, NULL));
    g_assert_cmpint(store_write(store, "large", add_some, &large, NULL), ==, STORE_COMMITTED);
    g_assert_cmpint(store_write(store, "small", add_some, &small, NULL), ==, STORE_COMMITTED);
    memcpy(sha256_out, large.sha256, SHA256_HEX_SIZE);
}

static void no_finding(const char *finding, void *arg)
{
    (void)arg;
    g_error("found %s", finding);
}

static void check_restored(TestStore *restored, const char *sha256)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    Bytes bytes;
    restored->store = test_store_open_at(restored->dir, restored->db, STORE_WRITER);
    g_assert_cmpint(test_read_int(restored->store, ITEM_COUNT, NULL, -1), ==, 2 * ITEMS);
    g_assert_cmpint(store_check(restored->store, STORE_CHECK_WHOLE, no_finding, NULL, &error), ==, 0);
    StoreTx *tx = store_read_begin(restored->store, NULL);
    g_assert_true(blob_read(tx, sha256, arena, &bytes, &error));
    g_assert_true(store_read_end(tx, NULL));
    g_assert_true(bytes_equal(bytes, big()));
}

static void test_round_trip(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    TestStore restored = {.dir = test_dir(), .db = test.db ? test_database() : NULL};
    g_autoptr(GError) error = NULL;
    char sha256[SHA256_HEX_SIZE];
    BackupSummary summary;
    uint8_t old_key[SEAL_KEY_SIZE], new_key[SEAL_KEY_SIZE];
    fill(test.store, sha256);
    g_autofree char *path = backup_make(test.store, "nightly", &error);
    g_assert_no_error(error);
    g_assert_true(backup_verify(path, &summary, &error));
    g_assert_cmpint(summary.blob_files, ==, 1);
    g_assert_cmpint(summary.engine, ==, ENGINE_OF(engine));
    g_assert_true(backup_restore(path, restored.dir, restored.db, NEWEST, &summary, &error));
    g_assert_no_error(error);
    g_assert_true(summary.new_seal_key);
    g_assert_true(data_dir_read_seal_key(test.dir, old_key, NULL) &&
                  data_dir_read_seal_key(restored.dir, new_key, NULL));
    g_assert_cmpint(memcmp(old_key, new_key, SEAL_KEY_SIZE), !=, 0); /* the key is not in the backup */
    check_restored(&restored, sha256);
    g_clear_pointer(&restored.store, store_close);
    g_assert_false(backup_restore(path, restored.dir, restored.db, NEWEST, &summary, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED); /* it holds an installation now */
    test_store_close(&restored);
    test_store_close(&test);
}

static void damage(const char *path, const char *name)
{
    g_autofree char *file = g_build_filename(path, name, NULL);
    int fd = open(file, O_RDWR);
    g_assert_cmpint(pwrite(fd, "?", 1, 5000), ==, 1);
    close(fd);
}

static void test_a_tampered_backup_is_refused(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) blob = NULL, database = NULL, taken = NULL, none = NULL;
    g_autofree char *target = test_dir();
    char sha256[SHA256_HEX_SIZE];
    BackupSummary summary;
    fill(test.store, sha256);
    g_autofree char *path = backup_make(test.store, "one", NULL), *other = backup_make(test.store, "two", NULL);
    g_autofree char *large = g_strdup_printf("blobs/%.2s/%s", sha256, sha256);
    damage(path, ENGINE_OF(engine) == STORE_SQLITE ? "filo.db" : "filo.dump");
    g_assert_false(backup_restore(path, target, test.db, NEWEST, &summary, &database));
    g_assert_error(database, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS)); /* nothing was begun */
    damage(other, large);
    g_assert_false(backup_verify(other, NULL, &blob));
    g_assert_error(blob, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_nonnull(strstr(blob->message, sha256));
    g_assert_null(backup_make(test.store, "one", &taken));
    g_assert_error(taken, FILO_ERROR, FILO_ERROR_REFUSED);
    g_assert_false(backup_verify(test.dir, NULL, &none));
    g_assert_error(none, FILO_ERROR, FILO_ERROR_NOT_FOUND);
    test_store_close(&test);
}

static void test_a_newer_backup_is_refused(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    g_autofree char *target = test_dir(), *path = backup_make(test.store, "one", NULL);
    BackupSummary summary;
    g_assert_false(backup_restore(path, target, test.db, NEWEST - 1, &summary, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "newer filo"));
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS)); /* nothing was begun */
    test_store_close(&test);
}

/* --- cut short --------------------------------------------------------------------------------------------------- */

/* A restore was killed while it copied a large blob: half of it lies under the blob's name. */
static void test_a_restore_is_repeated(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    TestStore restored = {.dir = test_dir(), .db = test.db ? test_database() : NULL};
    g_autoptr(GError) error = NULL;
    char sha256[SHA256_HEX_SIZE];
    BackupSummary summary;
    fill(test.store, sha256);
    g_autofree char *path = backup_make(test.store, "one", NULL);
    g_assert_true(data_dir_init(restored.dir, NULL));
    g_autofree char *folder = g_strdup_printf("%s/blobs/%.2s", restored.dir, sha256);
    g_autofree char *half = g_build_filename(folder, sha256, NULL);
    g_assert_true(directory_make(folder, NULL));
    g_assert_true(g_file_set_contents(half, (const char *)big().data, (gssize)(big().size / 2), NULL));
    g_assert_true(backup_restore(path, restored.dir, restored.db, NEWEST, &summary, &error));
    g_assert_no_error(error);
    check_restored(&restored, sha256);
    test_store_close(&restored);
    test_store_close(&test);
}

static void test_what_a_killed_backup_left_goes(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    g_autoptr(GError) error = NULL;
    g_autofree char *backups = g_build_filename(test.dir, "backups", NULL);
    g_autofree char *left = g_build_filename(backups, ".partial-abcdef", NULL);
    g_autofree char *file = g_build_filename(left, "filo.db", NULL);
    g_assert_true(directory_make(left, NULL) && g_file_set_contents(file, "half", -1, NULL));
    int other = open(backups, O_RDONLY | O_DIRECTORY);
    g_assert_cmpint(flock(other, LOCK_EX | LOCK_NB), ==, 0);
    g_assert_null(backup_make(test.store, "one", &error)); /* it may be another's that is being made */
    g_assert_error(error, FILO_ERROR, FILO_ERROR_BUSY);
    g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
    close(other);
    g_autofree char *path = backup_make(test.store, "one", NULL);
    g_assert_nonnull(path);
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    test_store_close(&test);
}

/* --- while others write ------------------------------------------------------------------------------------------ */

typedef struct Writing {
    Store *store;
    _Atomic bool stop;
    int64_t written;
} Writing;

/* Two rows a transaction: a snapshot never holds an odd number. */
static bool add_pair(StoreTx *tx, void *arg)
{
    (void)arg;
    test_int(tx, ITEM_ADD, &TEXT_PARAM("left"), -1);
    test_int(tx, ITEM_ADD, &TEXT_PARAM("right"), -1);
    return true;
}

static void *write_pairs(void *arg)
{
    Writing *writing = arg;
    while (!writing->stop)
        writing->written += store_write(writing->store, "pair", add_pair, NULL, NULL) == STORE_COMMITTED;
    return NULL;
}

static void test_a_backup_while_writing_is_one_snapshot(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    TestStore restored = {.dir = test_dir(), .db = test.db ? test_database() : NULL};
    g_autoptr(GError) error = NULL;
    Writing writing = {.store = test.store};
    BackupSummary summary;
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, write_pairs, &writing), ==, 0);
    while (test_read_int(test.store, ITEM_COUNT, NULL, -1) < 20)
        g_usleep(1000);
    g_autofree char *path = backup_make(test.store, NULL, &error);
    g_assert_no_error(error);
    writing.stop = true;
    pthread_join(thread, NULL);
    g_assert_true(backup_restore(path, restored.dir, restored.db, NEWEST, &summary, &error));
    g_assert_no_error(error);
    restored.store = test_store_open_at(restored.dir, restored.db, STORE_WRITER);
    int64_t rows = test_read_int(restored.store, ITEM_COUNT, NULL, -1);
    g_assert_cmpint(rows, >=, 20);
    g_assert_cmpint(rows, <=, 2 * writing.written);
    g_assert_cmpint(rows % 2, ==, 0);
    test_store_close(&restored);
    test_store_close(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_add_both("/backup/round-trip", test_round_trip);
    test_add_both("/backup/tampered", test_a_tampered_backup_is_refused);
    test_add_both("/backup/newer", test_a_newer_backup_is_refused);
    test_add_both("/backup/restore-repeated", test_a_restore_is_repeated);
    g_test_add_func("/backup/left-by-a-killed-one", test_what_a_killed_backup_left_goes);
    test_add_both("/backup/while-writing", test_a_backup_while_writing_is_one_snapshot);
    return g_test_run();
}
