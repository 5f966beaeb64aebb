/* SPDX-License-Identifier: EUPL-1.2 */
/* What only SQLite has: groups, a full disk, a failed fsync, the queue, the WAL. */
#include "store/sqlite_int.h"
#include "store/store_check.h"
#include "store/store_testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- faults ------------------------------------------------------------------------------------------------------ */

/* SQLite's VFS lets its system calls be replaced; fdatasync is ours because the program comes before the libraries. */
static _Atomic bool disk_is_full, fsync_fails;
int fdatasync(int fd)
{
    if (fsync_fails) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static ssize_t full_pwrite(int fd, const void *data, size_t size, off_t at)
{
    if (disk_is_full) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(fd, data, size, at);
}

static void faults_install(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    static const char *const names[] = {"pwrite", "pwrite64"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_cmpint(vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)full_pwrite), ==, SQLITE_OK);
}

/* --- members of a group ------------------------------------------------------------------------------------------ */

typedef enum Behaviour { ADDS, REFUSES, FAILS, ADDS_MUCH, PUTS_OFF, FAILS_LATER } Behaviour;

typedef struct Member {
    pthread_t thread;
    Store *store;
    Behaviour behaviour;
    StoreOutcome outcome;
    GError *error;
    int runs;
    int64_t seen_late;
} Member;

static bool insert_much(StoreTx *tx)
{
    static uint8_t much[400 << 10];
    const StoreValue params[] = {{.null = true}, {.null = true}, {.null = true}, {.bytes = {much, sizeof much}}};
    return test_run(tx, KINDS_ADD, params) == 1;
}

static bool member_late(StoreTx *tx, void *arg)
{
    Member *member = arg;
    if (member->behaviour == FAILS_LATER)
        test_int(tx, NOWHERE, NULL, 0);
    test_int(tx, ITEM_ADD, &TEXT_PARAM("late"), -1);
    member->seen_late = test_int(tx, ITEM_COUNT, NULL, -1);
    return true;
}

static bool member_work(StoreTx *tx, void *arg)
{
    Member *member = arg;
    member->runs++;
    test_int(tx, ITEM_ADD, &TEXT_PARAM("member"), -1);
    if (member->behaviour == FAILS)
        test_int(tx, NOWHERE, NULL, 0);
    if (member->behaviour == ADDS_MUCH)
        insert_much(tx);
    if (member->behaviour == PUTS_OFF || member->behaviour == FAILS_LATER)
        store_put_off(tx, member_late, member, NULL);
    return member->behaviour != REFUSES;
}

static void *member_main(void *arg)
{
    Member *member = arg;
    member->outcome = store_write(member->store, "member", member_work, member, &member->error);
    return NULL;
}

/* Holds the writer until all the others wait in its queue, so that they form one group. */
typedef struct Gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
} Gate;

static bool hold_writer(StoreTx *tx, void *arg)
{
    (void)tx;
    Gate *gate = arg;
    pthread_mutex_lock(&gate->lock);
    gate->entered = true;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->open)
        pthread_cond_wait(&gate->moved, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    return false;
}

typedef struct Holder {
    Store *store;
    Gate *gate;
} Holder;

static void *holder_main(void *arg)
{
    Holder *holder = arg;
    g_assert_cmpint(store_write(holder->store, "hold", hold_writer, holder->gate, NULL), ==, STORE_REFUSED);
    return NULL;
}

static void gate_wait_entered(Gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (!gate->entered)
        pthread_cond_wait(&gate->moved, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void gate_open(Gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->lock);
}

static void group_run(Store *store, Member *members, int count)
{
    Gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    Holder holder = {store, &gate};
    pthread_t held;
    g_assert_cmpint(pthread_create(&held, NULL, holder_main, &holder), ==, 0);
    gate_wait_entered(&gate);
    for (int i = 0; i < count; i++) { /* one after the other, so that the queue has their order */
        unsigned waiting = MIN((unsigned)i + 1, store->setup.queue_limit);
        members[i].store = store;
        g_assert_cmpint(pthread_create(&members[i].thread, NULL, member_main, &members[i]), ==, 0);
        while (sqlite_writer_waiting(((SqliteEngine *)store->state)->writer) < waiting)
            g_usleep(1000);
    }
    for (int i = (int)store->setup.queue_limit; i < count; i++)
        pthread_join(members[i].thread, NULL); /* those the queue refuses return before the writer goes on */
    gate_open(&gate);
    pthread_join(held, NULL);
    for (int i = 0; i < MIN(count, (int)store->setup.queue_limit); i++)
        pthread_join(members[i].thread, NULL);
}

static void count_commit(uint64_t sequence, void *arg)
{
    (void)sequence;
    (*(_Atomic int *)arg)++;
}

static void test_a_group_is_one_commit_and_a_bad_member_is_alone(void)
{
    static _Atomic int commits;
    TestStore test = test_store_open(STORE_SQLITE);
    Member members[] = {
        {.behaviour = ADDS}, {.behaviour = FAILS}, {.behaviour = ADDS}, {.behaviour = REFUSES}, {.behaviour = ADDS}};
    store_on_commit(test.store, count_commit, &commits);
    group_run(test.store, members, G_N_ELEMENTS(members));
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        g_assert_cmpint(members[i].runs, ==, 1);
    g_assert_cmpint(members[0].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(members[1].outcome, ==, STORE_FAILED);
    g_assert_error(members[1].error, FILO_ERROR, FILO_ERROR_IO);
    g_assert_cmpint(members[3].outcome, ==, STORE_REFUSED);
    g_assert_cmpint(members[4].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 3);
    g_error_free(members[1].error);
    test_store_close(&test);
    g_assert_cmpint(commits, ==, 1);
}

/* --- a full disk ------------------------------------------------------------------------------------------------- */

static bool set_page_limit(StoreTx *tx, void *arg)
{
    static const StoreColumn column[] = {{"value", STORE_INT, false}};
    const int64_t *spare = arg;
    StoreStatement pages = {.name = "pages",
                            .sql = {"PRAGMA page_count", ""},
                            .index = STORE_UNLISTED,
                            .column_count = 1,
                            .columns = column};
    StoreCursor cursor;
    StoreValue row[1];
    store_begin(&cursor, tx, &pages, NULL);
    g_assert_true(store_step(&cursor, row));
    int64_t count = row[0].integer;
    store_finish(&cursor);
    g_autofree char *sql = g_strdup_printf("PRAGMA max_page_count = %d", (int)(count + *spare));
    pages.sql[STORE_SQLITE] = sql;
    store_begin(&cursor, tx, &pages, NULL);
    g_assert_true(store_step(&cursor, row));
    store_finish(&cursor);
    return true;
}

/* At the end of the group means after the last of its members; a bad one there sends each on its own way. */
static void test_what_a_group_puts_off(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    Member members[] = {{.behaviour = PUTS_OFF}, {.behaviour = ADDS}, {.behaviour = FAILS_LATER}, {.behaviour = ADDS}};
    group_run(test.store, members, G_N_ELEMENTS(members));
    g_assert_cmpint(members[0].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(members[0].runs, ==, 2); /* in the group, then alone */
    g_assert_cmpint(members[0].seen_late, ==, 2);
    g_assert_cmpint(members[1].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(members[2].outcome, ==, STORE_FAILED);
    g_assert_error(members[2].error, FILO_ERROR, FILO_ERROR_IO);
    g_assert_cmpint(members[3].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 4);
    g_error_free(members[2].error);
    Member good[] = {{.behaviour = PUTS_OFF}, {.behaviour = ADDS}};
    group_run(test.store, good, G_N_ELEMENTS(good));
    g_assert_cmpint(good[0].runs, ==, 1);
    g_assert_cmpint(good[0].seen_late, ==, 4 + 3);
    test_store_close(&test);
}

static void test_full_rolls_back_the_group_and_the_others_are_kept(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    Member members[] = {{.behaviour = ADDS}, {.behaviour = REFUSES}, {.behaviour = ADDS_MUCH}, {.behaviour = ADDS}};
    int64_t little = 2, plenty = 100000;
    g_assert_cmpint(store_write(test.store, "limit", set_page_limit, &little, NULL), ==, STORE_COMMITTED);
    group_run(test.store, members, G_N_ELEMENTS(members));
    g_assert_cmpint(members[0].runs, ==, 2); /* in the group that died, and alone */
    g_assert_cmpint(members[1].runs, ==, 2);
    g_assert_cmpint(members[3].runs, ==, 1); /* the group was gone before its turn */
    g_assert_cmpint(members[0].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(members[1].outcome, ==, STORE_REFUSED);
    g_assert_cmpint(members[2].outcome, ==, STORE_FAILED);
    g_assert_error(members[2].error, FILO_ERROR, FILO_ERROR_FULL);
    g_assert_cmpint(members[3].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 2);
    g_error_free(members[2].error);
    g_assert_cmpint(store_write(test.store, "limit", set_page_limit, &plenty, NULL), ==, STORE_COMMITTED);
    Member again = {.behaviour = ADDS_MUCH, .store = test.store};
    member_main(&again);
    g_assert_cmpint(again.outcome, ==, STORE_COMMITTED); /* without a restart */
    test_store_close(&test);
}

static void test_full_at_commit_keeps_nothing_and_recovers(void)
{
    faults_install();
    TestStore test = test_store_open(STORE_SQLITE);
    Member members[3] = {{.behaviour = ADDS}, {.behaviour = ADDS}, {.behaviour = ADDS}};
    disk_is_full = true;
    group_run(test.store, members, G_N_ELEMENTS(members));
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 0); /* reading goes on */
    disk_is_full = false;
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_assert_cmpint(members[i].runs, ==, 2);
        g_assert_cmpint(members[i].outcome, ==, STORE_FAILED);
        g_assert_error(members[i].error, FILO_ERROR, FILO_ERROR_FULL);
        g_error_free(members[i].error);
    }
    Member again = {.behaviour = ADDS, .store = test.store};
    member_main(&again);
    g_assert_cmpint(again.outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    test_store_close(&test);
}

static void test_a_failed_fsync_stops_the_process(void)
{
    if (g_test_subprocess()) {
        TestStore test = test_store_open(STORE_SQLITE);
        Member member = {.behaviour = ADDS, .store = test.store};
        fsync_fails = true;
        member_main(&member);
        g_assert_not_reached();
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*fsync failed*nothing more is acknowledged*");
    g_test_trap_assert_stderr_unmatched("*not_reached*");
}

/* --- queue, WAL, settings ---------------------------------------------------------------------------------------- */

static void test_a_full_queue_is_busy(void)
{
    TestStore test = {.dir = test_dir()};
    StoreSetup setup = test_setup();
    setup.queue_limit = 1;
    StoreOptions options = {.data_dir = test.dir, .mode = STORE_WRITER, .may_migrate = true};
    test.store = store_open_with(&options, &setup, NULL);
    Member members[2] = {{.behaviour = ADDS}, {.behaviour = ADDS}};
    group_run(test.store, members, G_N_ELEMENTS(members));
    g_assert_cmpint(members[0].outcome, ==, STORE_COMMITTED);
    g_assert_cmpint(members[1].outcome, ==, STORE_FAILED);
    g_assert_error(members[1].error, FILO_ERROR, FILO_ERROR_BUSY);
    g_assert_cmpint(members[1].runs, ==, 0);
    g_error_free(members[1].error);
    test_store_close(&test);
}

static void test_the_wal_is_checkpointed_and_begins_anew(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    for (int i = 0; i < 120; i++) { /* 120 × 400 KB: three times the 4,000 pages of 4 KB */
        Member member = {.behaviour = ADDS_MUCH, .store = test.store};
        member_main(&member);
        g_assert_cmpint(member.outcome, ==, STORE_COMMITTED);
    }
    g_autofree char *wal = g_build_filename(test.dir, "filo.db-wal", NULL);
    struct stat found;
    g_assert_cmpint(stat(wal, &found), ==, 0);
    g_assert_cmpint(found.st_size, <, 20 << 20); /* 4,000 pages and the last group */
    g_assert_cmpint(found.st_mode & 0777, ==, 0600);
    test_store_close(&test);
}

static int64_t pragma_of(StoreTx *tx, const char *sql)
{
    static const StoreColumn column[] = {{"value", STORE_INT, false}};
    StoreStatement statement = {
        .name = sql, .sql = {sql, ""}, .index = STORE_UNLISTED, .column_count = 1, .columns = column};
    StoreCursor cursor;
    StoreValue row[1];
    store_begin(&cursor, tx, &statement, NULL);
    g_assert_true(store_step(&cursor, row));
    int64_t value = row[0].integer;
    store_finish(&cursor);
    return value;
}

static const struct {
    const char *sql;
    int64_t writer, reader;
} settings[] = {
    {"PRAGMA synchronous", 2, -1},      {"PRAGMA foreign_keys", 1, 1},         {"PRAGMA trusted_schema", 0, 0},
    {"PRAGMA cell_size_check", 1, 1},   {"PRAGMA wal_autocheckpoint", 0, 0},   {"PRAGMA journal_size_limit", 64 << 20, -1},
    {"PRAGMA query_only", 0, 1},        {"PRAGMA cache_size", -16000, -2000},
    {"SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1, 1},
};

static bool check_writer_settings(StoreTx *tx, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        g_assert_cmpint(pragma_of(tx, settings[i].sql), ==, settings[i].writer);
    return true;
}

static void test_settings(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    g_assert_cmpint(store_write(test.store, "settings", check_writer_settings, NULL, NULL), ==, STORE_COMMITTED);
    StoreTx *tx = store_read_begin(test.store, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        if (settings[i].reader != -1)
            g_assert_cmpint(pragma_of(tx, settings[i].sql), ==, settings[i].reader);
    g_assert_true(store_read_end(tx, NULL));
    test_store_close(&test);
}

/* --- damage ------------------------------------------------------------------------------------------------------ */

static void overwrite(const char *path, off_t at, size_t size)
{
    g_autofree char *noise = g_malloc(size);
    memset(noise, 0xa5, size);
    int fd = open(path, O_WRONLY);
    g_assert_cmpint(pwrite(fd, noise, size, at), ==, (ssize_t)size);
    close(fd);
}

static void note_finding(const char *finding, void *arg)
{
    (void)finding;
    (*(int *)arg)++;
}

static void test_a_damaged_file_is_found_not_served(void)
{
    TestStore test = test_store_open(STORE_SQLITE);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(test.dir, "filo.db", NULL);
    struct stat file;
    int noted = 0;
    Member member = {.behaviour = ADDS_MUCH, .store = test.store};
    member_main(&member);
    store_close(test.store);
    g_assert_cmpint(stat(path, &file), ==, 0);
    overwrite(path, file.st_size - 50 * 4096,
              4096); /* within the 100 pages of the large row, the last ones of the file */
    test.store = test_store_open_at(test.dir, NULL, STORE_READ_ONLY);
    int found = store_check(test.store, STORE_CHECK_WHOLE, note_finding, &noted, &error);
    g_assert_no_error(error);
    g_assert_cmpint(found, >=, 1);
    g_assert_cmpint(noted, ==, found);
    g_clear_pointer(&test.store, store_close);
    overwrite(path, 0, 100);
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = test.dir, .mode = STORE_WRITER, .may_migrate = true};
    g_assert_null(store_open_with(&options, &setup, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_CORRUPT);
    test_store_close(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sqlite/group", test_a_group_is_one_commit_and_a_bad_member_is_alone);
    g_test_add_func("/sqlite/put-off", test_what_a_group_puts_off);
    g_test_add_func("/sqlite/full-in-group", test_full_rolls_back_the_group_and_the_others_are_kept);
    g_test_add_func("/sqlite/full-at-commit", test_full_at_commit_keeps_nothing_and_recovers);
    g_test_add_func("/sqlite/fsync", test_a_failed_fsync_stops_the_process);
    g_test_add_func("/sqlite/queue-full", test_a_full_queue_is_busy);
    g_test_add_func("/sqlite/wal", test_the_wal_is_checkpointed_and_begins_anew);
    g_test_add_func("/sqlite/settings", test_settings);
    g_test_add_func("/sqlite/damage", test_a_damaged_file_is_found_not_served);
    return g_test_run();
}
