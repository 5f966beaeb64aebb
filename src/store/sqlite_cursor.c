/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite_int.h"

enum { STEPPING = -1 }; /* StoreCursor.row before the end; afterwards the rows changed */

static int bind_bytes(sqlite3_stmt *stmt, int place, StoreType type, Bytes bytes)
{
    const void *data = bytes.data ? (const void *)bytes.data : ""; /* NULL would bind NULL, not "" */
    if (type == STORE_TEXT)
        return sqlite3_bind_text64(stmt, place, data, bytes.size, SQLITE_STATIC, SQLITE_UTF8);
    return sqlite3_bind_blob64(stmt, place, data, bytes.size, SQLITE_STATIC);
}

static int bind_value(sqlite3_stmt *stmt, int place, StoreType type, const StoreValue *value)
{
    if (value->null)
        return sqlite3_bind_null(stmt, place);
    switch (type) {
    case STORE_INT:
        return sqlite3_bind_int64(stmt, place, value->integer);
    case STORE_REAL:
        return sqlite3_bind_double(stmt, place, value->real);
    case STORE_TEXT:
    case STORE_BLOB:
        return bind_bytes(stmt, place, type, value->bytes);
    }
    check(false);
    return SQLITE_MISUSE;
}

static void bind_all(StoreCursor *cursor, const SqliteHandle *handle, const StoreValue *params)
{
    const StoreStatement *statement = cursor->statement;
    for (unsigned i = 0; i < statement->param_count && !cursor->tx->failed; i++) {
        if (!value_is_sound(cursor->tx, statement, &statement->params[i], &params[i]) || !handle->places[i])
            continue;
        int code = bind_value(handle->stmt, handle->places[i], statement->params[i].type, &params[i]);
        if (code != SQLITE_OK)
            tx_fail_error(cursor->tx, sqlite_error(sqlite3_db_handle(handle->stmt), code, statement->name));
    }
}

void sqlite_begin(StoreCursor *cursor, const StoreValue *params)
{
    SqliteConnection *connection = cursor->tx->connection;
    SqliteHandle *handle = sqlite_handle_find(connection, cursor->tx, cursor->statement);
    if (!handle)
        return;
    check(!sqlite3_stmt_busy(handle->stmt));
    cursor->handle = handle;
    cursor->row = STEPPING;
    bind_all(cursor, handle, params);
}

static bool column_type_fits(int found, StoreType declared)
{
    switch (declared) {
    case STORE_INT:
        return found == SQLITE_INTEGER;
    case STORE_REAL:
        return found == SQLITE_FLOAT || found == SQLITE_INTEGER;
    case STORE_TEXT:
        return found == SQLITE_TEXT;
    case STORE_BLOB:
        return found == SQLITE_BLOB;
    }
    return false;
}

static bool column_read(sqlite3_stmt *stmt, int at, const StoreColumn *column, StoreValue *out)
{
    int found = sqlite3_column_type(stmt, at);
    *out = (StoreValue){.null = found == SQLITE_NULL};
    if (out->null)
        return column->nullable;
    if (!column_type_fits(found, column->type))
        return false;
    if (column->type == STORE_INT) {
        out->integer = sqlite3_column_int64(stmt, at);
    } else if (column->type == STORE_REAL) {
        out->real = sqlite3_column_double(stmt, at);
    } else {
        const void *data = column->type == STORE_TEXT ? sqlite3_column_text(stmt, at) : sqlite3_column_blob(stmt, at);
        out->bytes = (Bytes){data, (size_t)sqlite3_column_bytes(stmt, at)};
        return column->type == STORE_BLOB || value_text_is_sound(out->bytes);
    }
    return true;
}

static bool row_read(StoreCursor *cursor, sqlite3_stmt *stmt, StoreValue *columns_out)
{
    const StoreStatement *statement = cursor->statement;
    check(sqlite3_column_count(stmt) == (int)statement->column_count);
    for (unsigned i = 0; i < statement->column_count; i++)
        if (!column_read(stmt, (int)i, &statement->columns[i], &columns_out[i])) {
            tx_fail(cursor->tx, FILO_ERROR_CORRUPT, "%s: column %s is not what it is declared to be", statement->name,
                    statement->columns[i].name);
            return false;
        }
    return true;
}

/* One step of the engine: true with a row. At the end it notes how many rows changed. */
static bool step_once(StoreCursor *cursor)
{
    sqlite3_stmt *stmt = ((SqliteHandle *)cursor->handle)->stmt;
    if (cursor->row != STEPPING)
        return false;
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        return true;
    cursor->row = code == SQLITE_DONE && cursor->statement->writes ? sqlite3_changes64(sqlite3_db_handle(stmt)) : 0;
    if (code != SQLITE_DONE)
        tx_fail_error(cursor->tx, sqlite_error(sqlite3_db_handle(stmt), code, cursor->statement->name));
    return false;
}

bool sqlite_step(StoreCursor *cursor, StoreValue *columns_out)
{
    return step_once(cursor) && row_read(cursor, ((SqliteHandle *)cursor->handle)->stmt, columns_out);
}

int64_t sqlite_finish(StoreCursor *cursor)
{
    SqliteHandle *handle = cursor->handle;
    while (cursor->statement->writes && !cursor->tx->failed && step_once(cursor))
        continue;
    sqlite3_reset(handle->stmt);
    sqlite3_clear_bindings(handle->stmt);
    if (cursor->statement->index == STORE_UNLISTED) {
        sqlite_handle_clear(handle);
        g_free(handle);
    }
    return MAX(cursor->row, 0);
}

void sqlite_script(StoreTx *tx, const char *sql)
{
    SqliteConnection *connection = tx->connection;
    int code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        tx_fail_error(tx, sqlite_error(connection->db, code, "migration"));
    else if (sqlite3_get_autocommit(connection->db))
        tx_fail(tx, FILO_ERROR_REFUSED, "a migration ended its own transaction");
}
