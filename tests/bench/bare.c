/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the bare loop that creation is compared with: the same SQL, 64 creations to a COMMIT, on one thread, with the
 * same connection settings and checkpoints, and nothing of ours around it. How: two creations of one customer are
 * recorded as SQLite sees them (the linker wraps its bind and step functions for this executable); what grew between the
 * two (ids, times, numbered texts) grows on at the same pace, hashes are drawn anew, the rest is repeated. So the loop
 * cannot fall behind the code it stands for. That it is always one customer favours the loop: their rows are in memory.
 */
#include "bench.h"

#include "desk/staff/staff.h"
#include "store/sqlite_int.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { PARAMS_MAX = 64, CALLS_MAX = 256, CHECKPOINT_PAGES = 4000, UPKEEP_GROUPS = 16 };

typedef struct Value {
    int type; /* SQLITE_INTEGER … SQLITE_NULL; 0: never bound */
    int64_t integer;
    double real;
    char *bytes;
    int size;
} Value;

typedef struct Call {
    char *sql;
    int param_count;
    Value params[PARAMS_MAX];
    bool writes;
} Call;

typedef struct Record {
    Call calls[CALLS_MAX];
    size_t count;
} Record;

/* --------------------------------------------------------------------------------------------------------- recording */

static Record *recording;   /* NULL: off. Only the writer thread binds while it is on. */
static GHashTable *pending; /* statement → Call */

int __real_sqlite3_bind_int64(sqlite3_stmt *stmt, int at, sqlite3_int64 value);
int __real_sqlite3_bind_double(sqlite3_stmt *stmt, int at, double value);
int __real_sqlite3_bind_null(sqlite3_stmt *stmt, int at);
int __real_sqlite3_bind_text64(sqlite3_stmt *stmt, int at, const char *text, sqlite3_uint64 size,
                               void (*free_it)(void *), unsigned char encoding);
int __real_sqlite3_bind_blob64(sqlite3_stmt *stmt, int at, const void *blob, sqlite3_uint64 size,
                               void (*free_it)(void *));
int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_bind_int64(sqlite3_stmt *stmt, int at, sqlite3_int64 value);
int __wrap_sqlite3_bind_double(sqlite3_stmt *stmt, int at, double value);
int __wrap_sqlite3_bind_null(sqlite3_stmt *stmt, int at);
int __wrap_sqlite3_bind_text64(sqlite3_stmt *stmt, int at, const char *text, sqlite3_uint64 size,
                               void (*free_it)(void *), unsigned char encoding);
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *stmt, int at, const void *blob, sqlite3_uint64 size,
                               void (*free_it)(void *));
int __wrap_sqlite3_step(sqlite3_stmt *stmt);

static Call *call_of(sqlite3_stmt *stmt)
{
    Call *call = g_hash_table_lookup(pending, stmt);
    if (!call) {
        call = g_new0(Call, 1);
        call->sql = g_strdup(sqlite3_sql(stmt));
        call->param_count = sqlite3_bind_parameter_count(stmt);
        call->writes = !sqlite3_stmt_readonly(stmt);
        g_hash_table_insert(pending, stmt, call);
    }
    return call;
}

static void note(sqlite3_stmt *stmt, int at, Value value)
{
    if (!recording)
        return;
    bench_must(at < PARAMS_MAX, NULL, "fewer parameters");
    call_of(stmt)->params[at] = value;
}

int __wrap_sqlite3_bind_int64(sqlite3_stmt *stmt, int at, sqlite3_int64 value)
{
    note(stmt, at, (Value){.type = SQLITE_INTEGER, .integer = value});
    return __real_sqlite3_bind_int64(stmt, at, value);
}

int __wrap_sqlite3_bind_double(sqlite3_stmt *stmt, int at, double value)
{
    note(stmt, at, (Value){.type = SQLITE_FLOAT, .real = value});
    return __real_sqlite3_bind_double(stmt, at, value);
}

int __wrap_sqlite3_bind_null(sqlite3_stmt *stmt, int at)
{
    note(stmt, at, (Value){.type = SQLITE_NULL});
    return __real_sqlite3_bind_null(stmt, at);
}

int __wrap_sqlite3_bind_text64(sqlite3_stmt *stmt, int at, const char *text, sqlite3_uint64 size,
                               void (*free_it)(void *), unsigned char encoding)
{
    note(stmt, at, (Value){.type = SQLITE_TEXT, .bytes = g_strndup(text, size), .size = (int)size});
    return __real_sqlite3_bind_text64(stmt, at, text, size, free_it, encoding);
}

int __wrap_sqlite3_bind_blob64(sqlite3_stmt *stmt, int at, const void *blob, sqlite3_uint64 size,
                               void (*free_it)(void *))
{
    note(stmt, at, (Value){.type = SQLITE_BLOB, .bytes = g_memdup2(blob, size), .size = (int)size});
    return __real_sqlite3_bind_blob64(stmt, at, blob, size, free_it);
}

static bool is_control(const char *sql)
{
    static const char *const controls[] = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"};
    for (size_t i = 0; i < G_N_ELEMENTS(controls); i++)
        if (g_str_has_prefix(sql, controls[i]))
            return true;
    return false;
}

int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
    if (recording && !sqlite3_stmt_busy(stmt) && !is_control(sqlite3_sql(stmt))) {
        bench_must(recording->count < CALLS_MAX, NULL, "fewer statements");
        recording->calls[recording->count++] = *call_of(stmt);
        g_hash_table_remove(pending, stmt);
    }
    return __real_sqlite3_step(stmt);
}

typedef struct RecordWork {
    Arena *arena;
    InboundEvent event;
    TimeMs now;
    Record *record;
} RecordWork;

static bool record_work(StoreTx *tx, void *arg)
{
    RecordWork *work = arg;
    IntakeResult result;
    recording = work->record;
    bool accepted = intake_accept(tx, work->arena, &work->event, work->now, &result);
    recording = NULL;
    return accepted && result.outcome == INTAKE_OPENED;
}

static bool first_team(StoreTx *tx, void *arg)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    *(TeamId *)arg = team_first(tx, arena);
    return true;
}

/* Two hours apart, so that the brake on acknowledgements never has more than one to count. */
static void record_one(Installation *installation, TeamId team, int number, Record *record)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    BenchRandom same = {99}, fresh = {(uint64_t)number};
    TimeMs at = (TimeMs)1772000000000 + number * 2 * TIME_HOUR;
    BenchArrival arrival = bench_arrival(&same, arena, at);
    arrival.tracking = bench_token(&fresh);
    arrival.reply = bench_token(&fresh);
    arrival.message_id = arena_printf(arena, "<bare.%08d@azienda.example>", number);
    RecordWork work = {.arena = arena, .now = at, .record = record};
    work.event = bench_event(installation->desk, arena, &arrival, team);
    work.event.next_update_at = at + TIME_DAY;
    StoreOutcome outcome = store_write(installation->store, "bench record", record_work, &work, &error);
    bench_must(outcome == STORE_COMMITTED, error, "a creation to record");
}

/* ----------------------------------------------------------------------------------------------------------- growing */

static bool is_hash(const Value *value)
{
    return value->size == 64 && strspn(value->bytes, "0123456789abcdef") == 64;
}

/* "ack:10007" after "ack:10006" becomes "ack:10008"; texts that differ otherwise stay. */
static char *grow_text(const char *before, const char *now, int64_t times)
{
    size_t at = 0;
    while (now[at] && now[at] == before[at])
        at++;
    while (at > 0 && g_ascii_isdigit(now[at - 1]))
        at--;
    char *rest_before, *rest_now;
    int64_t first = g_ascii_strtoll(before + at, &rest_before, 10), second = g_ascii_strtoll(now + at, &rest_now, 10);
    if (rest_now == now + at || strcmp(rest_before, rest_now) != 0)
        return g_strdup(now);
    return g_strdup_printf("%.*s%0*" G_GINT64_FORMAT "%s", (int)at, now, (int)(rest_now - now - at),
                           second + (second - first) * times, rest_now);
}

static char *fresh_hash(const char *old, int64_t times)
{
    static uint64_t drawn;
    char *text = g_strdup(old);
    BenchRandom random = {(uint64_t)times * 31 + ++drawn};
    for (int i = 0; i < 32; i++)
        text[i] = "0123456789abcdef"[bench_random(&random, 16)];
    return text;
}

static int bind_bytes(sqlite3_stmt *stmt, int at, const Value *before, const Value *now, int64_t times)
{
    if (now->type == SQLITE_BLOB)
        return sqlite3_bind_blob(stmt, at, now->bytes, now->size, SQLITE_STATIC);
    bool same = before->size == now->size && memcmp(before->bytes, now->bytes, (size_t)now->size) == 0;
    if (same)
        return sqlite3_bind_text(stmt, at, now->bytes, now->size, SQLITE_STATIC);
    char *grown = is_hash(now) ? fresh_hash(now->bytes, times) : grow_text(before->bytes, now->bytes, times);
    return sqlite3_bind_text(stmt, at, grown, -1, g_free);
}

static int bind_grown(sqlite3_stmt *stmt, int at, const Value *before, const Value *now, int64_t times)
{
    switch (now->type) {
    case SQLITE_INTEGER:
        return __real_sqlite3_bind_int64(stmt, at, now->integer + (now->integer - before->integer) * times);
    case SQLITE_FLOAT:
        return __real_sqlite3_bind_double(stmt, at, now->real);
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        return bind_bytes(stmt, at, before, now, times);
    default:
        return __real_sqlite3_bind_null(stmt, at);
    }
}

/* -------------------------------------------------------------------------------------------------------------- loop */

typedef struct Loop {
    sqlite3 *db;
    const Record *before, *now;
    sqlite3_stmt *statements[CALLS_MAX];
    int wal_pages, groups;
    bool writes_only;
} Loop;

static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    ((Loop *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

static void run_call(Loop *loop, size_t at, int64_t times)
{
    const Call *before = &loop->before->calls[at], *now = &loop->now->calls[at];
    sqlite3_stmt *stmt = loop->statements[at];
    int code = SQLITE_OK;
    for (int i = 1; i <= now->param_count && code == SQLITE_OK; i++)
        code = bind_grown(stmt, i, &before->params[i], &now->params[i], times);
    while (code == SQLITE_OK || code == SQLITE_ROW)
        code = __real_sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        fprintf(stderr, "%s\n%s\n", sqlite3_errmsg(loop->db), now->sql);
    bench_must(code == SQLITE_DONE, NULL, "a bare statement");
    sqlite3_reset(stmt);
}

static void run_group(Loop *loop, int64_t first)
{
    bench_must(sqlite3_exec(loop->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, NULL, "BEGIN");
    for (int64_t times = first; times < first + BENCH_GROUP; times++)
        for (size_t at = 0; at < loop->now->count; at++)
            if (loop->statements[at])
                run_call(loop, at, times);
    bench_must(sqlite3_exec(loop->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, NULL, "COMMIT");
    if (++loop->groups % UPKEEP_GROUPS == 0) /* as search_start_upkeep has the writer do */
        sqlite3_exec(loop->db, "INSERT INTO search_word (search_word, rank) VALUES ('merge', 64)", NULL, NULL, NULL);
    if (loop->wal_pages > CHECKPOINT_PAGES)
        sqlite3_wal_checkpoint_v2(loop->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static void prepare(Loop *loop)
{
    for (size_t i = 0; i < loop->now->count; i++) {
        const Call *call = &loop->now->calls[i];
        bench_must(strcmp(call->sql, loop->before->calls[i].sql) == 0, NULL, "two creations alike");
        if (call->writes || !loop->writes_only)
            bench_must(sqlite3_prepare_v3(loop->db, call->sql, -1, SQLITE_PREPARE_PERSISTENT, &loop->statements[i],
                                          NULL) == SQLITE_OK,
                       NULL, call->sql);
    }
    sqlite3_wal_hook(loop->db, wal_grew, loop);
}

static int run_loop(Loop *loop, int seconds)
{
    int64_t begun = clock_monotonic_us(), until = begun + (int64_t)seconds * 1000000, done = 0, now = begun;
    size_t statements = 0;
    for (size_t i = 0; i < loop->now->count; i++)
        statements += loop->statements[i] != NULL;
    for (; now < until; now = clock_monotonic_us(), done += BENCH_GROUP)
        run_group(loop, done + 1);
    printf("{\"count\":%" G_GINT64_FORMAT ",\"rate\":%.1f,\"statements\":%zu}\n", done,
           (double)done * 1e6 / (double)(now - begun), statements);
    for (size_t i = 0; i < loop->now->count; i++)
        sqlite3_finalize(loop->statements[i]);
    return 0;
}

int bench_bare(Installation *installation, int seconds, bool writes_only)
{
    g_autofree Record *records = g_new0(Record, 3);
    g_autoptr(GError) error = NULL;
    TeamId team = {0};
    bench_must(store_engine(installation->store) == STORE_SQLITE, NULL, "SQLite");
    bench_must(store_write(installation->store, "bench team", first_team, &team, &error) == STORE_COMMITTED, error,
               "the store");
    pending = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < 3; i++)
        record_one(installation, team, i, &records[i]);
    g_autofree char *path = g_build_filename(store_data_dir(installation->store), "filo.db", NULL);
    installation_close(installation);
    SqliteConnection *connection = sqlite_connection_open(path, true, 0, &error);
    bench_must(connection != NULL, error, path);
    Loop loop = {.db = connection->db, .before = &records[1], .now = &records[2], .writes_only = writes_only};
    bench_must(loop.before->count == loop.now->count, NULL, "two creations alike");
    prepare(&loop);
    int code = run_loop(&loop, seconds);
    sqlite_connection_close(connection);
    return code;
}
