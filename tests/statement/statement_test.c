/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The C that tools/statements.py makes, against an engine that plays back rows written here: what is bound, what comes
 * back, and what happens when rows are missing, too many, NULL, or the transaction fails on the way.
 */
#include "staff_sql.h"
#include "statements_table.h"
#include "store/migration.h"
#include "ticket_sql.h"

#include <string.h>

enum { MAX_PARAMS = 8, MAX_COLUMNS = 6 };

/* What the scripted engine plays, and what it was asked. */
struct StoreTx {
    const StoreValue (*rows)[MAX_COLUMNS];
    unsigned row_count;
    unsigned fail_at; /* the step that fails, from 1; 0: none */
    int64_t changed;

    const StoreStatement *statement;
    StoreValue params[MAX_PARAMS];
    unsigned steps, finishes;
    bool failed;
    FiloError code;
};

void store_begin(StoreCursor *cursor, StoreTx *tx, const StoreStatement *statement, const StoreValue *params)
{
    *cursor = (StoreCursor){.tx = tx, .statement = statement};
    tx->statement = statement;
    g_assert_cmpuint(statement->param_count, <=, MAX_PARAMS);
    for (unsigned i = 0; i < statement->param_count; i++)
        tx->params[i] = params[i];
}

/* The engine's row is one buffer: a pointer kept from it shows the next row. */
static char engine_text[32];

bool store_step(StoreCursor *cursor, StoreValue *columns_out)
{
    StoreTx *tx = cursor->tx;
    memset(engine_text, '#', sizeof engine_text);
    tx->steps++;
    tx->failed = tx->failed || tx->steps == tx->fail_at;
    if (tx->failed || tx->steps > tx->row_count)
        return false;
    for (unsigned i = 0; i < cursor->statement->column_count; i++) {
        columns_out[i] = tx->rows[tx->steps - 1][i];
        if (cursor->statement->columns[i].type == STORE_TEXT && !columns_out[i].null) {
            memcpy(engine_text, columns_out[i].bytes.data, columns_out[i].bytes.size);
            columns_out[i].bytes.data = (const uint8_t *)engine_text;
        }
    }
    return true;
}

int64_t store_finish(StoreCursor *cursor)
{
    cursor->tx->finishes++;
    return cursor->tx->failed ? 0 : cursor->tx->changed;
}

bool store_tx_failed(const StoreTx *tx)
{
    return tx->failed;
}

void store_tx_fail(StoreTx *tx, FiloError code, const char *message)
{
    g_assert_nonnull(message);
    tx->failed = true;
    tx->code = code;
}

#define NONE {.null = true}
#define INT(n) {.integer = (n)}
#define TEXT(literal) {.bytes = {(const uint8_t *)("" literal), sizeof(literal) - 1}}

static void assert_text(StoreValue value, const char *expected)
{
    g_assert_false(value.null);
    g_assert_true(bytes_equal(value.bytes, bytes_of(expected)));
}

static void test_params(void)
{
    const StoreValue rows[][MAX_COLUMNS] = {{INT(10001)}};
    StoreTx tx = {.rows = rows, .row_count = 1};
    const SqlTicketAddIn in = {
        .state = TICKET_OWNED,
        .subject = "",
        .owner_id = {7},
        .created_at = 1000,
        .due_at = 2000,
        .estimate = opt_int(0),
        .original = {(const uint8_t *)"", 0},
    };

    g_assert_cmpint(sql_ticket_add(&tx, &in).value, ==, 10001);
    g_assert_cmpstr(tx.statement->name, ==, "ticket_add");
    assert_text(tx.params[0], "owned");
    assert_text(tx.params[1], "");
    g_assert_cmpint(tx.params[2].integer, ==, 7);
    g_assert_cmpint(tx.params[3].integer, ==, 1000);
    g_assert_cmpint(tx.params[4].integer, ==, 2000);
    for (unsigned i = 0; i < 7; i++)
        g_assert_false(tx.params[i].null); /* an empty text, an empty blob and a known 0 are not NULL */
    g_assert_cmpuint(tx.finishes, ==, 1);
}

static void test_params_that_are_none(void)
{
    StoreTx tx = {.row_count = 0};
    const SqlTicketAddIn in = {.state = TICKET_OWNED, .subject = NULL, .created_at = TIME_NONE};

    g_assert_cmpint(sql_ticket_add(&tx, &in).value, ==, 0);
    g_assert_false(tx.params[0].null);
    for (unsigned i = 1; i < 7; i++)
        g_assert_true(tx.params[i].null); /* those not declared `?` are the engine's to refuse */
    const bool may_be_null[] = {false, false, true, false, true, true, true};
    for (unsigned i = 0; i < 7; i++)
        g_assert_cmpint(tx.statement->params[i].nullable, ==, may_be_null[i]);
}

static void test_params_of_numbers(void)
{
    const StoreValue rows[][MAX_COLUMNS] = {{INT(3)}};
    StoreTx tx = {.rows = rows, .row_count = 1};
    sql_staff_add(&tx, &(SqlStaffAddIn){.name = "Ada", .sort_key = "ada", .rate = opt_real(12.5), .active = true});
    g_assert_cmpfloat(tx.params[2].real, ==, 12.5);
    g_assert_cmpint(tx.params[3].integer, ==, 1);

    StoreTx other = {.rows = rows, .row_count = 1};
    sql_staff_add(&other, &(SqlStaffAddIn){.name = "Ada", .sort_key = "ada", .rate = OPT_REAL_NONE});
    g_assert_true(other.params[2].null);
    g_assert_cmpint(other.params[3].integer, ==, 0);
}

static void test_find(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const StoreValue rows[][MAX_COLUMNS] = {{TEXT("owned"), INT(7), NONE, INT(5), INT(0), TEXT("")}};
    StoreTx tx = {.rows = rows, .row_count = 1};
    SqlTicketFind row;

    g_assert_true(sql_ticket_find(&tx, arena, &(SqlTicketFindIn){.ticket_id = {10001}}, &row));
    g_assert_cmpint(row.state, ==, TICKET_OWNED);
    g_assert_cmpint(row.owner_id.value, ==, 7);
    g_assert_null(row.owner_name);
    g_assert_cmpint(row.due_at, ==, 5);
    g_assert_true(row.estimate.has);
    g_assert_cmpint(row.estimate.value, ==, 0);
    g_assert_nonnull(row.original.data); /* empty, not absent */
    g_assert_cmpuint(row.original.size, ==, 0);
}

static void test_find_nulls(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    /* A union's other bytes are not read once null says so. */
    const StoreValue rows[][MAX_COLUMNS] = {
        {TEXT("new"), {.null = true, .integer = 9}, NONE, {.null = true, .integer = 9}, {.null = true, .integer = 9}, NONE}};
    StoreTx tx = {.rows = rows, .row_count = 1};
    SqlTicketFind row;

    g_assert_true(sql_ticket_find(&tx, arena, &(SqlTicketFindIn){.ticket_id = {10001}}, &row));
    g_assert_cmpint(row.owner_id.value, ==, 0);
    g_assert_cmpint(row.due_at, ==, TIME_NONE);
    g_assert_false(row.estimate.has);
    g_assert_cmpint(row.estimate.value, ==, 0);
    g_assert_null(row.original.data);
}

static void test_find_outside_enumeration(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const StoreValue rows[][MAX_COLUMNS] = {{TEXT("own"), NONE, NONE, NONE, NONE, NONE}};
    StoreTx tx = {.rows = rows, .row_count = 1};
    SqlTicketFind row;
    g_assert_false(sql_ticket_find(&tx, arena, &(SqlTicketFindIn){.ticket_id = {10001}}, &row));
    g_assert_true(tx.failed);
    g_assert_cmpint(tx.code, ==, FILO_ERROR_CORRUPT);
}

static void test_find_nothing(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx tx = {.row_count = 0};
    SqlTicketVersionFind row = {.version = 42};
    g_assert_false(sql_ticket_version_find(&tx, arena, &(SqlTicketVersionFindIn){.ticket_id = {1}}, &row));
    g_assert_cmpint(row.version, ==, 42);
    g_assert_false(tx.failed);
    g_assert_cmpuint(tx.finishes, ==, 1);
}

static void test_find_two_rows(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const StoreValue rows[][MAX_COLUMNS] = {{INT(1)}, {INT(2)}};
    StoreTx tx = {.rows = rows, .row_count = 2};
    SqlTicketVersionFind row;
    g_assert_false(sql_ticket_version_find(&tx, arena, &(SqlTicketVersionFindIn){.ticket_id = {1}}, &row));
    g_assert_true(tx.failed);
    g_assert_cmpint(tx.code, ==, FILO_ERROR_CORRUPT);
    g_assert_cmpuint(tx.finishes, ==, 1);
}

static void test_list(void)
{
    enum { ROWS = 100 }; /* over several doublings of the list's room */
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreValue rows[ROWS][MAX_COLUMNS];
    for (int i = 0; i < ROWS; i++) {
        char *subject = arena_printf(arena, "subject %d", i);
        rows[i][0] = (StoreValue){.integer = 10001 + i};
        rows[i][1] = (StoreValue){.bytes = bytes_of(subject)};
        rows[i][2] = (StoreValue){.integer = 1000 + i};
    }
    StoreTx tx = {.rows = (const StoreValue(*)[MAX_COLUMNS])rows, .row_count = ROWS};
    SqlTicketListBeforeList list = sql_ticket_list_before(
        &tx, arena, &(SqlTicketListBeforeIn){.created_at = 9000, .ticket_id = {20000}, .at_most = ROWS});

    g_assert_cmpuint(list.count, ==, ROWS);
    for (int i = 0; i < ROWS; i++) {
        g_assert_cmpint(list.rows[i].ticket_id.value, ==, 10001 + i);
        g_assert_cmpstr(list.rows[i].subject, ==, arena_printf(arena, "subject %d", i));
        g_assert_cmpint(list.rows[i].created_at, ==, 1000 + i);
    }
    StoreTx none = {.row_count = 0};
    g_assert_cmpuint(sql_staff_list(&none, arena).count, ==, 0);
}

struct seen {
    unsigned rows, stop_after;
};

static bool see(const SqlTicketEach *row, void *arg)
{
    struct seen *seen = arg;
    seen->rows++;
    g_assert_cmpstr(row->subject, ==, seen->rows == 1 ? "uno" : "due");
    g_assert_cmpint(row->is_owned, ==, seen->rows == 1);
    return seen->rows != seen->stop_after;
}

static void test_each(void)
{
    const StoreValue rows[][MAX_COLUMNS] = {{INT(10001), TEXT("uno"), INT(1)}, {INT(10002), TEXT("due"), INT(0)}};
    StoreTx all = {.rows = rows, .row_count = 2};
    struct seen seen = {0};
    g_assert_true(sql_ticket_each(&all, see, &seen));
    g_assert_cmpuint(seen.rows, ==, 2);

    StoreTx stopped = {.rows = rows, .row_count = 2};
    seen = (struct seen){.stop_after = 1};
    g_assert_false(sql_ticket_each(&stopped, see, &seen));
    g_assert_cmpuint(seen.rows, ==, 1);
    g_assert_cmpuint(stopped.finishes, ==, 1);
    g_assert_false(stopped.failed);

    StoreTx failing = {.rows = rows, .row_count = 2, .fail_at = 2};
    seen = (struct seen){0};
    g_assert_false(sql_ticket_each(&failing, see, &seen));
    g_assert_cmpuint(seen.rows, ==, 1);
    g_assert_cmpuint(failing.finishes, ==, 1);
}

static void test_run(void)
{
    StoreTx tx = {.changed = 1};
    const SqlTicketSetOwnerIn in = {.ticket_id = {10001}, .owner_id = {0}, .version = 3};
    g_assert_cmpint(sql_ticket_set_owner(&tx, &in), ==, 1);
    g_assert_true(tx.params[1].null);
    g_assert_cmpuint(tx.steps, ==, 1);
    g_assert_cmpuint(tx.finishes, ==, 1);

    StoreTx failing = {.changed = 1, .fail_at = 1};
    g_assert_cmpint(sql_ticket_set_owner(&failing, &in), ==, 0);
}

static void test_table(void)
{
    g_assert_cmpuint(store_statement_count, ==, 10);
    for (unsigned i = 0; i < store_statement_count; i++)
        g_assert_cmpuint(store_statements[i]->index, ==, i);
    g_assert_true(statement_ticket_add.writes);
    g_assert_true(statement_ticket_set_owner.writes);
    g_assert_false(statement_ticket_find.writes);
    g_assert_cmpstr(statement_ticket_find.sql[STORE_SQLITE], ==, statement_ticket_find.sql[STORE_POSTGRESQL]);
    g_assert_nonnull(strstr(statement_ticket_tag_matches.sql[STORE_POSTGRESQL], "::text"));
    g_assert_null(strstr(statement_ticket_tag_matches.sql[STORE_SQLITE], "::text"));
}

static void test_migrations(void)
{
    g_assert_cmpuint(store_migration_count, ==, 1);
    g_assert_cmpint(store_migrations[0].version, ==, 1);
    g_assert_cmpstr(store_migrations[0].name, ==, "desk");
    g_assert_nonnull(strstr(store_migrations[0].sql[STORE_SQLITE], "STRICT"));
    g_assert_null(strstr(store_migrations[0].sql[STORE_POSTGRESQL], "STRICT"));
    g_assert_cmpuint(strlen(store_migrations[0].checksum), ==, 64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/statement/params", test_params);
    g_test_add_func("/statement/params-none", test_params_that_are_none);
    g_test_add_func("/statement/params-numbers", test_params_of_numbers);
    g_test_add_func("/statement/find", test_find);
    g_test_add_func("/statement/find-nulls", test_find_nulls);
    g_test_add_func("/statement/find-outside-enumeration", test_find_outside_enumeration);
    g_test_add_func("/statement/find-nothing", test_find_nothing);
    g_test_add_func("/statement/find-two", test_find_two_rows);
    g_test_add_func("/statement/list", test_list);
    g_test_add_func("/statement/each", test_each);
    g_test_add_func("/statement/run", test_run);
    g_test_add_func("/statement/table", test_table);
    g_test_add_func("/statement/migrations", test_migrations);
    return g_test_run();
}
