/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/blob.h"
#include "store/blob_int.h"
#include "store/data_dir.h"
#include "store/store_check.h"
#include "store/store_testing.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* FIPS 180-2, appendix B.1 and the empty message; one million "a" is appendix B.3. */
#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static Bytes million(void)
{
    static uint8_t bytes[1000000];
    memset(bytes, 'a', sizeof bytes);
    return (Bytes){bytes, sizeof bytes};
}

static bool add_blob(StoreTx *tx, void *arg)
{
    blob_add(tx, arg);
    return true;
}

static void keep(Store *store, Bytes bytes, const char *sha256)
{
    g_autoptr(GError) error = NULL;
    BlobPrepared prepared;
    g_assert_true(blob_prepare(store, bytes, &prepared, &error));
    g_assert_cmpstr(prepared.sha256, ==, sha256);
    g_assert_cmpint(store_write(store, "blob", add_blob, &prepared, &error), ==, STORE_COMMITTED);
    g_assert_no_error(error);
}

static bool read_back(Store *store, const char *sha256, Bytes expected, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Bytes bytes = {0};
    StoreTx *tx = store_read_begin(store, NULL);
    bool found = blob_read(tx, sha256, arena, &bytes, error);
    g_assert_true(store_read_end(tx, NULL));
    g_assert_true(!found || bytes_equal(bytes, expected));
    return found;
}

static int64_t size_by_descriptor(Store *store, const char *sha256)
{
    int64_t size = -1;
    StoreTx *tx = store_read_begin(store, NULL);
    int fd = blob_open(tx, sha256, &size, NULL);
    g_assert_true(store_read_end(tx, NULL));
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(lseek(fd, 0, SEEK_CUR), ==, 0);
    g_assert_cmpint(lseek(fd, 0, SEEK_END), ==, size);
    close(fd);
    return size;
}

static void test_kept_and_given_back(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    for (int twice = 0; twice < 2; twice++) {
        keep(test.store, bytes_of("abc"), SHA_ABC);
        keep(test.store, (Bytes){0}, SHA_EMPTY);
        keep(test.store, million(), SHA_MILLION);
    }
    g_assert_true(read_back(test.store, SHA_ABC, bytes_of("abc"), &error));
    g_assert_true(read_back(test.store, SHA_EMPTY, (Bytes){0}, &error));
    g_assert_true(read_back(test.store, SHA_MILLION, million(), &error));
    g_assert_cmpint(size_by_descriptor(test.store, SHA_ABC), ==, 3);
    g_assert_cmpint(size_by_descriptor(test.store, SHA_MILLION), ==, 1000000);
    g_autofree char *path = blob_path(test.dir, SHA_MILLION), *small = blob_path(test.dir, SHA_ABC);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(small, G_FILE_TEST_EXISTS)); /* lies in its row */
    g_assert_false(read_back(test.store, "00", (Bytes){0}, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND);
    test_store_close(&test);
}

static void flip_a_byte(const char *path)
{
    int fd = open(path, O_RDWR);
    g_assert_cmpint(pwrite(fd, "b", 1, 500000), ==, 1);
    close(fd);
}

static void count_finding(const char *finding, void *arg)
{
    *(char **)arg = g_strdup(finding);
}

static void test_damage_is_named(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) changed = NULL, gone = NULL;
    g_autofree char *finding = NULL, *lost = NULL, *path = blob_path(test.dir, SHA_MILLION);
    keep(test.store, bytes_of("abc"), SHA_ABC);
    keep(test.store, million(), SHA_MILLION);
    g_assert_cmpint(store_check(test.store, STORE_CHECK_WHOLE, count_finding, &finding, NULL), ==, 0);
    flip_a_byte(path);
    g_assert_false(read_back(test.store, SHA_MILLION, million(), &changed));
    g_assert_error(changed, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_nonnull(strstr(changed->message, SHA_MILLION));
    /* its size is right, which is all that a quick check looks at */
    g_assert_cmpint(store_check(test.store, STORE_CHECK_QUICK, count_finding, &finding, NULL), ==, 0);
    g_assert_cmpint(store_check(test.store, STORE_CHECK_WHOLE, count_finding, &finding, NULL), ==, 1);
    g_assert_nonnull(strstr(finding, SHA_MILLION));
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_false(read_back(test.store, SHA_MILLION, million(), &gone));
    g_assert_error(gone, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_cmpint(store_check(test.store, STORE_CHECK_QUICK, count_finding, &lost, NULL), ==, 1);
    g_assert_true(read_back(test.store, SHA_ABC, bytes_of("abc"), NULL)); /* the rest is served */
    test_store_close(&test);
}

static void age(const char *path)
{
    time_t past = (time_t)(clock_now(clock_system()) / 1000) - 25 * 3600;
    const struct timespec yesterday[] = {{past, 0}, {past, 0}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, yesterday, 0), ==, 0);
}

static bool remove_blob(StoreTx *tx, void *arg)
{
    blob_remove(tx, arg);
    return true;
}

static void test_orphans_go_after_a_day(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    g_autofree char *path = blob_path(test.dir, SHA_MILLION);
    g_autofree char *folder = blob_folder(test.dir, SHA_MILLION), *fresh = g_build_filename(folder, ".new-x", NULL);
    BlobPrepared prepared;
    keep(test.store, million(), SHA_MILLION);
    g_assert_true(g_file_set_contents(fresh, "left over", -1, NULL));
    age(path);
    age(fresh);
    g_assert_cmpint(blob_sweep(test.store, &error), ==, 1); /* the left-over; the blob has its row */
    g_assert_cmpint(store_write(test.store, "remove", remove_blob, (char[]){SHA_MILLION}, &error), ==, STORE_COMMITTED);
    g_assert_true(blob_prepare(test.store, million(), &prepared, &error));
    g_assert_cmpint(blob_sweep(test.store, &error), ==, 0); /* somebody is about to refer to it: young again */
    age(path);
    int backup = blob_hold(test.dir, false, &error);
    g_assert_cmpint(blob_sweep(test.store, &error), ==, 0); /* never while a backup runs */
    close(backup);
    g_assert_cmpint(blob_sweep(test.store, &error), ==, 1);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_no_error(error);
    test_store_close(&test);
}

static void test_data_dir(void)
{
    g_autofree char *dir = test_dir(), *key_path = g_build_filename(dir, "keys", "seal.key", NULL);
    g_autofree char *foreign = test_dir();
    g_autoptr(GError) error = NULL;
    uint8_t key[SEAL_KEY_SIZE], again[SEAL_KEY_SIZE], zero[SEAL_KEY_SIZE] = {0};
    struct stat found;
    g_assert_true(data_dir_init(dir, &error));
    g_assert_true(data_dir_read_seal_key(dir, key, &error));
    g_assert_true(data_dir_init(dir, &error));
    g_assert_true(data_dir_read_seal_key(dir, again, &error));
    g_assert_cmpmem(key, sizeof key, again, sizeof again); /* made once */
    g_assert_cmpint(memcmp(key, zero, sizeof key), !=, 0);
    g_assert_cmpint(stat(key_path, &found), ==, 0);
    g_assert_cmpint(found.st_mode & 0777, ==, 0400);
    g_assert_cmpint(stat(dir, &found), ==, 0);
    g_assert_cmpint(found.st_mode & 0777, ==, 0700);
    g_autofree char *stranger = g_build_filename(foreign, "photo.jpg", NULL);
    g_assert_cmpint(g_mkdir(foreign, 0755), ==, 0);
    g_assert_true(g_file_set_contents(stranger, "x", 1, NULL));
    g_assert_false(data_dir_init(foreign, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED);
}

/* The database is gone, or another was named: a new one would let the sweep take every file for nobody's. */
static void test_another_database(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    keep(test.store, million(), SHA_MILLION);
    g_clear_pointer(&test.store, store_close);
    static const char *const files[] = {"filo.db", "filo.db-wal", "filo.db-shm"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(test.dir, files[i], NULL);
        g_assert_true(g_unlink(path) == 0 || errno == ENOENT);
    }
    g_autoptr(GError) error = NULL;
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = test.dir, .mode = STORE_WRITER, .may_migrate = true};
    g_assert_null(store_open_with(&options, &setup, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED);
    g_autofree char *blob = blob_path(test.dir, SHA_MILLION);
    g_assert_cmpint(g_access(blob, R_OK), ==, 0);
    test_store_close(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_add_both("/blob/kept", test_kept_and_given_back);
    test_add_both("/blob/damage", test_damage_is_named);
    test_add_both("/blob/sweep", test_orphans_go_after_a_day);
    g_test_add_func("/blob/data-dir", test_data_dir);
    test_add_both("/blob/another-database", test_another_database);
    return g_test_run();
}
