/* SPDX-License-Identifier: EUPL-1.2 */
/* What only PostgreSQL has: conflicts, cut connections, a lost COMMIT, a restart. */
#include "store/store_testing.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- a socket in between, that can lose a COMMIT ------------------------------------------------------------------ */

typedef enum Cut { CUT_NOTHING, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT } Cut;

static _Atomic Cut cut; /* what happens to the next COMMIT */

static int socket_to(const char *dir, bool listening)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listening)
        g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address) | listen(fd, 16), ==, 0);
    else
        g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

/* Moves what is there; false at the end of the stream. */
static bool relay(int from, int to)
{
    char bytes[64 << 10];
    ssize_t got = read(from, bytes, sizeof bytes);
    return got > 0 && write(to, bytes, (size_t)got) == got;
}

/* The client's bytes. A simple query is 'Q', its length, its text: COMMIT always comes in one piece. */
static bool relay_watching(int client, int server)
{
    static const char commit[] = "Q\0\0\0\x0b"
                                 "COMMIT";
    char bytes[64 << 10];
    ssize_t got = read(client, bytes, sizeof bytes);
    if (got <= 0)
        return false;
    bool is_commit = got == sizeof commit && memcmp(bytes, commit, sizeof commit) == 0;
    Cut now = is_commit ? cut : CUT_NOTHING;
    if (now != CUT_NOTHING)
        cut = CUT_NOTHING;
    if (now == CUT_BEFORE_COMMIT || write(server, bytes, (size_t)got) != got)
        return false;
    if (now == CUT_AFTER_COMMIT)
        g_assert_cmpint(read(server, bytes, sizeof bytes), >, 0); /* it is committed; nobody will hear */
    return now == CUT_NOTHING;
}

static void *session_main(void *arg)
{
    int client = GPOINTER_TO_INT(arg), server = socket_to(test_socket_dir(), false);
    struct pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    for (bool open = true; open && poll(ends, 2, -1) > 0;) {
        if (ends[0].revents)
            open = relay_watching(client, server);
        if (open && ends[1].revents)
            open = relay(server, client);
    }
    close(client);
    close(server);
    return NULL;
}

static void *proxy_main(void *arg)
{
    for (int client; (client = accept(GPOINTER_TO_INT(arg), NULL, NULL)) >= 0;) {
        pthread_t session;
        g_assert_cmpint(pthread_create(&session, NULL, session_main, GINT_TO_POINTER(client)), ==, 0);
        pthread_detach(session);
    }
    return NULL;
}

/* The database's URL by way of the proxy, which lives as long as the process. */
static char *through_proxy(const char *db)
{
    static char *dir;
    if (!dir) {
        dir = test_dir();
        g_assert_cmpint(mkdir(dir, 0700), ==, 0);
        pthread_t thread;
        int listener = socket_to(dir, true);
        g_assert_cmpint(pthread_create(&thread, NULL, proxy_main, GINT_TO_POINTER(listener)), ==, 0);
        pthread_detach(thread);
    }
    g_auto(GStrv) parts = g_strsplit(db, test_socket_dir(), 2);
    return g_strconcat(parts[0], dir, parts[1], NULL);
}

/* --- work -------------------------------------------------------------------------------------------------------- */

typedef struct Adding {
    int64_t id;
    int runs;
    const char *meanwhile; /* SQL another connection runs in the middle of the first run */
    const char *db;
} Adding;

static bool add_item(StoreTx *tx, void *arg)
{
    Adding *adding = arg;
    adding->id = test_int(tx, ITEM_ADD, &TEXT_PARAM("once"), -1);
    if (adding->runs++ == 0 && adding->meanwhile)
        test_sql(adding->db, adding->meanwhile);
    return true;
}

static void lose_commit(Cut how, int runs_expected)
{
    TestStore test = {.dir = test_dir(), .db = test_database()};
    g_autofree char *proxied = through_proxy(test.db);
    g_autoptr(GError) error = NULL;
    Adding adding = {0};
    test.store = test_store_open_at(test.dir, proxied, STORE_WRITER);
    cut = how;
    g_assert_cmpint(store_write(test.store, "add", add_item, &adding, &error), ==, STORE_COMMITTED);
    g_assert_no_error(error);
    g_assert_cmpint(cut, ==, CUT_NOTHING);
    g_assert_cmpint(adding.runs, ==, runs_expected);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    g_assert_cmpint(test_read_int(test.store, ITEM_OWNER, &INT_PARAM(adding.id), -5), ==, -5);
    test_store_close(&test);
}

static void test_commit_lost_after_it_was_kept(void)
{
    lose_commit(CUT_AFTER_COMMIT, 1);
}

static void test_commit_lost_before_it_arrived(void)
{
    lose_commit(CUT_BEFORE_COMMIT, 2);
}

#define KILL_THE_WRITER                                                                                                \
    "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"                                                     \
    " WHERE datname = current_database() AND state = 'idle in transaction'"

static void test_a_terminated_backend_is_tried_again(void)
{
    TestStore test = test_store_open(STORE_POSTGRESQL);
    g_autoptr(GError) error = NULL;
    Adding adding = {.meanwhile = KILL_THE_WRITER, .db = test.db};
    g_assert_cmpint(store_write(test.store, "add", add_item, &adding, &error), ==, STORE_COMMITTED);
    g_assert_cmpint(adding.runs, ==, 2);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    test_store_close(&test);
}

static bool count_and_add(StoreTx *tx, void *arg)
{
    Adding *adding = arg;
    adding->id = test_int(tx, ITEM_COUNT, NULL, -1);
    if (adding->runs++ == 0)
        test_sql(adding->db, adding->meanwhile);
    test_int(tx, ITEM_ADD, &TEXT_PARAM("counted"), -1);
    return true;
}

/* The other transaction counts as well and adds: whichever is first, the other's count is wrong (write skew). */
static void test_a_serialization_conflict_runs_again(void)
{
    TestStore test = test_store_open(STORE_POSTGRESQL);
    g_autoptr(GError) error = NULL;
    Adding adding = {.db = test.db,
                     .meanwhile = "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM item;"
                                  "INSERT INTO item (note) VALUES ('other'); COMMIT"};
    g_assert_cmpint(store_write(test.store, "count", count_and_add, &adding, &error), ==, STORE_COMMITTED);
    g_assert_cmpint(adding.runs, ==, 2);
    g_assert_cmpint(adding.id, ==, 1); /* the second run saw the other's row */
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 2);
    test_store_close(&test);
}

static bool always_conflict(StoreTx *tx, void *arg)
{
    int *runs = arg;
    (*runs)++;
    StoreStatement raise = {.name = "raise",
                            .sql = {"", "DO $x$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $x$"},
                            .index = STORE_UNLISTED,
                            .writes = true};
    StoreCursor cursor;
    store_begin(&cursor, tx, &raise, NULL);
    store_finish(&cursor);
    return true;
}

static void test_eight_retries_then_busy(void)
{
    TestStore test = test_store_open(STORE_POSTGRESQL);
    g_autoptr(GError) error = NULL;
    int runs = 0;
    g_assert_cmpint(store_write(test.store, "conflict", always_conflict, &runs, &error), ==, STORE_FAILED);
    g_assert_error(error, FILO_ERROR, FILO_ERROR_BUSY);
    g_assert_cmpint(runs, ==, 9);
    test_store_close(&test);
}

static void test_a_restart_is_survived(void)
{
    TestStore test = test_store_open(STORE_POSTGRESQL);
    g_autoptr(GError) error = NULL;
    Adding adding = {0};
    g_assert_cmpint(store_write(test.store, "add", add_item, &adding, &error), ==, STORE_COMMITTED);
    StoreTx *tx = store_read_begin(test.store, &error);
    test_cluster_restart();
    g_assert_cmpint(test_int(tx, ITEM_COUNT, NULL, -1), ==, -1);
    g_assert_false(store_read_end(tx, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_IO);
    g_clear_error(&error);
    g_assert_cmpint(store_write(test.store, "add", add_item, &adding, &error), ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 2);
    test_store_close(&test);
}

static void test_old_keys_are_pruned(void)
{
    TestStore test = {.dir = test_dir(), .db = test_database()};
    ClockManual clock;
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = test.dir, .db = test.db, .mode = STORE_WRITER, .may_migrate = true};
    Adding adding = {0};
    clock_manual_init(&clock, 1000 * TIME_DAY);
    setup.clock = &clock.clock;
    test.store = store_open_with(&options, &setup, NULL);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(store_write(test.store, "add", add_item, &adding, NULL), ==, STORE_COMMITTED);
    test_sql(test.db, "DO $$ BEGIN ASSERT (SELECT count(*) FROM write_key) = 3; END $$");
    clock_manual_set(&clock, 1001 * TIME_DAY + TIME_MINUTE);
    g_assert_cmpint(store_write(test.store, "add", add_item, &adding, NULL), ==, STORE_COMMITTED);
    test_sql(test.db, "DO $$ BEGIN ASSERT (SELECT count(*) FROM write_key) = 1; END $$");
    test_store_close(&test);
}

static void refuse_url(const char *url, FiloError code)
{
    g_autofree char *dir = test_dir();
    g_autoptr(GError) error = NULL;
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = dir, .db = url, .mode = STORE_WRITER, .may_migrate = true};
    g_assert_null(store_open_with(&options, &setup, &error));
    g_assert_error(error, FILO_ERROR, (gint)code);
}

static void test_urls_refused(void)
{
    g_autofree char *admin = g_strdup_printf("postgresql:///postgres?host=%s&user=postgres", test_socket_dir());
    g_autofree char *latin = g_strdup_printf("postgresql:///latin?host=%s&user=postgres", test_socket_dir());
    test_sql(admin, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'");
    refuse_url("postgresql://filo:secret@localhost/filo", FILO_ERROR_REFUSED);
    refuse_url("postgresql:///filo?password=secret", FILO_ERROR_REFUSED);
    refuse_url("postgresql:///filo?what=this", FILO_ERROR_USAGE);
    refuse_url("postgresql:///filo?host=/nowhere", FILO_ERROR_IO);
    refuse_url(latin, FILO_ERROR_REFUSED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/postgresql/lost-commit/kept", test_commit_lost_after_it_was_kept);
    g_test_add_func("/postgresql/lost-commit/not-kept", test_commit_lost_before_it_arrived);
    g_test_add_func("/postgresql/terminated", test_a_terminated_backend_is_tried_again);
    g_test_add_func("/postgresql/conflict", test_a_serialization_conflict_runs_again);
    g_test_add_func("/postgresql/retries", test_eight_retries_then_busy);
    g_test_add_func("/postgresql/restart", test_a_restart_is_survived);
    g_test_add_func("/postgresql/old-keys", test_old_keys_are_pruned);
    g_test_add_func("/postgresql/urls", test_urls_refused);
    return g_test_run();
}
