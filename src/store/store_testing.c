/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store_testing.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- statements -------------------------------------------------------------------------------------------------- */

static const StoreColumn int_column[] = {{"value", STORE_INT, false}}, int_or_null[] = {{"value", STORE_INT, true}};
static const StoreColumn two_ints[] = {{"first", STORE_INT, false}, {"second", STORE_INT, false}};
static const StoreColumn text_column[] = {{"note", STORE_TEXT, false}};
static const StoreColumn kinds[] = {
    {"i", STORE_INT, true}, {"r", STORE_REAL, true}, {"t", STORE_TEXT, true}, {"b", STORE_BLOB, true}};

#define SAME(text) {text, text}
#define TAKES(list) .param_count = G_N_ELEMENTS(list), .params = list
#define GIVES(list) .column_count = G_N_ELEMENTS(list), .columns = list

static StoreStatement statements[TEST_STATEMENT_COUNT] = {
    [ITEM_ADD] = {"item_add", SAME("INSERT INTO item (note) VALUES ($1) RETURNING item_id"), .writes = true,
                  TAKES(text_column), GIVES(int_column)},
    [ITEM_TAKE] = {"item_take", SAME("UPDATE item SET taken_by = $2 WHERE item_id = $1 AND taken_by IS NULL"),
                   .writes = true, TAKES(two_ints)},
    [ITEM_OWNER] = {"item_owner", SAME("SELECT taken_by FROM item WHERE item_id = $1"), TAKES(int_column),
                    GIVES(int_or_null)},
    [ITEM_COUNT] = {"item_count", SAME("SELECT count(*) FROM item"), GIVES(int_column)},
    [ITEM_SURE] = {"item_sure", SAME("SELECT taken_by FROM item WHERE item_id = $1"), TAKES(int_column),
                   GIVES(int_column)},
    [BUNDLE_ADD] = {"bundle_add", SAME("INSERT INTO bundle (minutes) VALUES ($1) RETURNING bundle_id"), .writes = true,
                    TAKES(int_column), GIVES(int_column)},
    [BUNDLE_LEFT] = {"bundle_left", SAME("SELECT minutes FROM bundle WHERE bundle_id = $1"), TAKES(int_column),
                     GIVES(int_column)},
    [BUNDLE_SET] = {"bundle_set", SAME("UPDATE bundle SET minutes = $2 WHERE bundle_id = $1"), .writes = true,
                    TAKES(two_ints)},
    [CHILD_ADD] = {"child_add", SAME("INSERT INTO item_child (item_id) VALUES ($1)"), .writes = true, TAKES(int_column)},
    [KINDS_ADD] = {"kinds_add", SAME("INSERT INTO kinds (i, r, t, b) VALUES ($1, $2, $3, $4)"), .writes = true,
                   TAKES(kinds)},
    [KINDS_LIST] = {"kinds_list", SAME("SELECT i, r, t, b FROM kinds ORDER BY kinds_id"), GIVES(kinds)},
    [NOWHERE] = {"nowhere", SAME("SELECT 1 FROM nowhere"), GIVES(int_column)},
};

static void statements_number(void)
{
    for (unsigned i = 0; i < TEST_STATEMENT_COUNT; i++)
        statements[i].index = store_statement_count + i;
}

const StoreStatement *test_statement(TestStatement which)
{
    static pthread_once_t numbered = PTHREAD_ONCE_INIT;
    pthread_once(&numbered, statements_number);
    return &statements[which];
}

int64_t test_run(StoreTx *tx, TestStatement which, const StoreValue *params)
{
    StoreCursor cursor;
    store_begin(&cursor, tx, test_statement(which), params);
    return store_finish(&cursor);
}

int64_t test_int(StoreTx *tx, TestStatement which, const StoreValue *params, int64_t fallback)
{
    StoreCursor cursor;
    StoreValue row[4];
    store_begin(&cursor, tx, test_statement(which), params);
    int64_t found = store_step(&cursor, row) && !row[0].null ? row[0].integer : fallback;
    store_finish(&cursor);
    return found;
}

int64_t test_read_int(Store *store, TestStatement which, const StoreValue *params, int64_t fallback)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(store, &error);
    g_assert_no_error(error);
    int64_t found = test_int(tx, which, params, fallback);
    bool ended = store_read_end(tx, &error);
    g_assert_no_error(error);
    g_assert_true(ended);
    return found;
}

/* --- the schema -------------------------------------------------------------------------------------------------- */

#define TEST_TABLES(ID, END, BYTES, REAL)                                                                              \
    "CREATE TABLE item (item_id " ID ", taken_by BIGINT NULL, note TEXT NOT NULL)" END                                 \
    "CREATE TABLE item_child (item_child_id " ID ", item_id BIGINT NOT NULL REFERENCES item)" END                      \
    "CREATE TABLE bundle (bundle_id " ID ", minutes BIGINT NOT NULL)" END "CREATE TABLE kinds (kinds_id " ID           \
    ", i BIGINT NULL, r " REAL " NULL, t TEXT NULL, b " BYTES " NULL)" END

static Migration migrations[64];

static void migrations_fill(void)
{
    unsigned ours = store_migration_count;
    g_assert_cmpuint(ours + 1, <, G_N_ELEMENTS(migrations));
    for (unsigned i = 0; i < ours; i++)
        migrations[i] = store_migrations[i];
    migrations[ours] = (Migration){
        .version = (int)ours + 1,
        .name = "tests",
        .sql = {TEST_TABLES("INTEGER NOT NULL PRIMARY KEY", ";", "BLOB", "REAL"),
                TEST_TABLES("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", ";", "BYTEA", "DOUBLE PRECISION")},
        .checksum = "tests"};
}

StoreSetup test_setup(void)
{
    static pthread_once_t filled = PTHREAD_ONCE_INIT;
    pthread_once(&filled, migrations_fill); /* tests open stores from several threads */
    return (StoreSetup){.statement_count = store_statement_count + TEST_STATEMENT_COUNT,
                        .migrations = migrations,
                        .migration_count = store_migration_count + 1};
}

/* --- directories and programs ------------------------------------------------------------------------------------ */

static char *root;
static pid_t cluster;
static char *cluster_bin;

void test_program(const char *const argv[])
{
    g_autoptr(GError) error = NULL;
    int status;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

static void root_remove(void)
{
    if (cluster > 0) {
        kill(cluster, SIGQUIT);
        waitpid(cluster, NULL, 0);
    }
    test_program((const char *const[]){"rm", "-rf", root, NULL});
}

/* In memory where there is room: a cluster and its databases are thousands of files, made for every test. */
static const char *roomy_place(void)
{
    enum { ROOM_MB = 2048 };
    struct statvfs shared;
    bool has_room = statvfs("/dev/shm", &shared) == 0 && access("/dev/shm", W_OK) == 0 &&
                    (uint64_t)shared.f_bavail * shared.f_frsize >= (uint64_t)ROOM_MB << 20;
    return has_room ? "/dev/shm" : "/tmp";
}

static const char *root_make(void)
{
    if (root)
        return root;
    root = g_build_filename(roomy_place(), "filo-test-XXXXXX", NULL);
    g_assert_nonnull(g_mkdtemp_full(root, 0755)); /* the server's user passes through */
    atexit(root_remove);
    return root;
}

char *test_dir(void)
{
    static int made;
    return g_strdup_printf("%s/data-%d-%d", root_make(), (int)getpid(), made++);
}

/* --- the cluster ------------------------------------------------------------------------------------------------- */

static const struct passwd *server_user(void)
{
    const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : getpwuid(getuid());
    g_assert_nonnull(user);
    return user;
}

/* In the child: PostgreSQL refuses to run as root. Dies with us. */
static void become(const struct passwd *user)
{
    if (getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (chdir("/") != 0)
        _exit(126);
}

static pid_t program_start(const char *name, const char *const argv[])
{
    const struct passwd *user = server_user();
    g_autofree char *path = g_build_filename(cluster_bin, name, NULL);
    g_auto(GStrv) named = g_strdupv((char **)argv); /* by its path: its like are looked for beside it, else in PATH */
    g_free(named[0]);
    named[0] = g_strdup(path);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        become(user);
        execv(path, named);
        _exit(127);
    }
    return child;
}

static void programs_find(void)
{
    glob_t found;
    g_assert_cmpint(glob("/usr/lib/postgresql/*/bin", 0, NULL, &found), ==, 0); /* PostgreSQL must be installed */
    cluster_bin = g_strdup(found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
}

static void server_start(void)
{
    g_autofree char *data = g_build_filename(root, "pg", "data", NULL), *sockets = g_build_filename(root, "pg", NULL);
    g_autofree char *url = g_strdup_printf("postgresql:///postgres?host=%s&user=postgres", sockets);
    const char *const argv[] = {"postgres", "-D", data, "-k", sockets, "-h", "", "-F", "-c", "shared_buffers=16MB",
                                "-c", "max_connections=60", "-c", "full_page_writes=off", "-c",
                                "autovacuum=off", NULL};
    cluster = program_start("postgres", argv);
    for (int tries = 0; PQping(url) != PQPING_OK; tries++) {
        g_assert_cmpint(tries, <, 1000);
        g_usleep(10 * 1000);
    }
}

const char *test_socket_dir(void)
{
    static char *sockets;
    if (sockets)
        return sockets;
    programs_find();
    sockets = g_build_filename(root_make(), "pg", NULL);
    g_autofree char *data = g_build_filename(sockets, "data", NULL);
    g_assert_cmpint(g_mkdir(sockets, 0755), ==, 0);
    g_assert_cmpint(chown(sockets, server_user()->pw_uid, server_user()->pw_gid), ==, 0);
    const char *const argv[] = {"initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N",
                                "--no-instructions", NULL};
    int status = -1;
    pid_t child = program_start("initdb", argv);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    server_start();
    return sockets;
}

void test_cluster_restart(void)
{
    kill(cluster, SIGQUIT);
    waitpid(cluster, NULL, 0);
    server_start();
}

void test_sql(const char *db, const char *sql)
{
    PGconn *pg = PQconnectdb(db);
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        g_error("%s: %s", sql, PQerrorMessage(pg));
    PQclear(result);
    PQfinish(pg);
}

char *test_database(void)
{
    static int made;
    g_autofree char *admin = g_strdup_printf("postgresql:///postgres?host=%s&user=postgres", test_socket_dir());
    g_autofree char *sql = g_strdup_printf("CREATE DATABASE test%d TEMPLATE template0", made);
    test_sql(admin, sql);
    return g_strdup_printf("postgresql:///test%d?host=%s&user=postgres", made++, test_socket_dir());
}

/* --- stores ------------------------------------------------------------------------------------------------------ */

Store *test_store_open_at(const char *dir, const char *db, StoreMode mode)
{
    g_autoptr(GError) error = NULL;
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = dir, .db = db, .mode = mode, .may_migrate = mode == STORE_WRITER};
    Store *store = store_open_with(&options, &setup, &error);
    g_assert_no_error(error);
    g_assert_nonnull(store);
    return store;
}

TestStore test_store_open(StoreEngine engine)
{
    TestStore test = {.dir = test_dir(), .db = engine == STORE_POSTGRESQL ? test_database() : NULL};
    test.store = test_store_open_at(test.dir, test.db, STORE_WRITER);
    return test;
}

void test_store_close(TestStore *test)
{
    store_close(test->store);
    g_free(test->dir);
    g_free(test->db);
    *test = (TestStore){0};
}

void test_add_both(const char *name, void (*func)(gconstpointer engine))
{
    g_autofree char *sqlite = g_strconcat(name, "/sqlite", NULL), *postgresql = g_strconcat(name, "/postgresql", NULL);
    g_test_add_data_func(sqlite, GINT_TO_POINTER(STORE_SQLITE), func);
    g_test_add_data_func(postgresql, GINT_TO_POINTER(STORE_POSTGRESQL), func);
}
