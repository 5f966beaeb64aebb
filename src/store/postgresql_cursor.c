/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/postgresql_int.h"

#include <string.h>

enum {
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701,
    OID_VARCHAR = 1043
};
enum { MAX_PARAMS = 250 };

static const Oid oid_of[] = {
    [STORE_INT] = OID_INT8, [STORE_REAL] = OID_FLOAT8, [STORE_TEXT] = OID_TEXT, [STORE_BLOB] = OID_BYTEA};

/* Parameters as libpq wants them; integers and reals in network order live in number. */
typedef struct Wire {
    Oid oid[MAX_PARAMS];
    const char *value[MAX_PARAMS];
    int length[MAX_PARAMS], format[MAX_PARAMS];
    uint64_t number[MAX_PARAMS];
} Wire;

static void wire_number(Wire *wire, unsigned at, uint64_t number)
{
    wire->number[at] = GUINT64_TO_BE(number);
    wire->value[at] = (const char *)&wire->number[at];
    wire->length[at] = sizeof wire->number[at];
}

static void wire_value(Wire *wire, unsigned at, StoreType type, const StoreValue *value)
{
    uint64_t bits;
    wire->oid[at] = oid_of[type];
    wire->format[at] = 1;
    wire->value[at] = NULL;
    wire->length[at] = 0;
    if (value->null)
        return;
    switch (type) {
    case STORE_INT:
        wire_number(wire, at, (uint64_t)value->integer);
        break;
    case STORE_REAL:
        memcpy(&bits, &value->real, sizeof bits);
        wire_number(wire, at, bits);
        break;
    case STORE_TEXT:
    case STORE_BLOB:
        wire->value[at] = value->bytes.data ? (const char *)value->bytes.data : ""; /* NULL would be an SQL NULL */
        wire->length[at] = (int)value->bytes.size;
        break;
    }
}

/* PostgreSQL's own limit of a value is 1 GB. */
static bool size_fits(StoreCursor *cursor, const StoreColumn *param, const StoreValue *value)
{
    bool fits = value->null || param->type == STORE_INT || param->type == STORE_REAL || value->bytes.size < (1u << 30);
    if (!fits)
        tx_fail(cursor->tx, FILO_ERROR_TOO_LARGE, "%s: %s is too large", cursor->statement->name, param->name);
    return fits;
}

static bool wire_fill(Wire *wire, StoreCursor *cursor, const StoreValue *params)
{
    const StoreStatement *statement = cursor->statement;
    check(statement->param_count <= MAX_PARAMS);
    for (unsigned i = 0; i < statement->param_count; i++) {
        if (!value_is_sound(cursor->tx, statement, &statement->params[i], &params[i]) ||
            !size_fits(cursor, &statement->params[i], &params[i]))
            return false;
        wire_value(wire, i, statement->params[i].type, &params[i]);
    }
    return true;
}

static void cursor_fail(StoreCursor *cursor, const PGresult *result)
{
    tx_fail_error(cursor->tx, pg_error(cursor->tx->connection, result, cursor->statement->name));
}

static bool prepared_once(StoreCursor *cursor, const char *name, const Wire *wire)
{
    PgConnection *connection = cursor->tx->connection;
    const StoreStatement *statement = cursor->statement;
    check(statement->index < cursor->tx->store->setup.statement_count);
    if (connection->prepared[statement->index])
        return true;
    PGresult *result =
        libpq.PQprepare(connection->pg, name, statement->sql[STORE_POSTGRESQL], (int)statement->param_count, wire->oid);
    bool prepared = libpq.PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!prepared)
        cursor_fail(cursor, result);
    connection->prepared[statement->index] = prepared;
    libpq.PQclear(result);
    return prepared;
}

static PGresult *wire_send(StoreCursor *cursor, const Wire *wire)
{
    const StoreStatement *statement = cursor->statement;
    PGconn *pg = ((PgConnection *)cursor->tx->connection)->pg;
    int count = (int)statement->param_count;
    if (statement->index == STORE_UNLISTED)
        return libpq.PQexecParams(pg, statement->sql[STORE_POSTGRESQL], count, wire->oid, wire->value, wire->length,
                                  wire->format, 1);
    char name[16];
    g_snprintf(name, sizeof name, "s%u", statement->index);
    if (!prepared_once(cursor, name, wire))
        return NULL;
    return libpq.PQexecPrepared(pg, name, count, wire->value, wire->length, wire->format, 1);
}

void pg_begin(StoreCursor *cursor, const StoreValue *params)
{
    Wire wire;
    if (!wire_fill(&wire, cursor, params))
        return;
    PGresult *result = wire_send(cursor, &wire);
    if (cursor->tx->failed)
        return;
    ExecStatusType status = libpq.PQresultStatus(result);
    cursor->handle = result;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        cursor_fail(cursor, result);
        libpq.PQclear(result);
        cursor->handle = NULL;
    }
}

/* --- columns ----------------------------------------------------------------------------------------------------- */

static bool integer_read(Oid oid, const char *wire, int64_t *out)
{
    uint64_t wide;
    uint32_t middle;
    uint16_t narrow;
    switch (oid) {
    case OID_INT8:
        memcpy(&wide, wire, sizeof wide);
        *out = (int64_t)GUINT64_FROM_BE(wide);
        return true;
    case OID_INT4:
        memcpy(&middle, wire, sizeof middle);
        *out = (int32_t)GUINT32_FROM_BE(middle);
        return true;
    case OID_INT2:
        memcpy(&narrow, wire, sizeof narrow);
        *out = (int16_t)GUINT16_FROM_BE(narrow);
        return true;
    default: /* bool and numeric: the statement must say 0/1 or be an int8 */
        return false;
    }
}

static bool real_read(Oid oid, const char *wire, double *out)
{
    uint64_t bits;
    int64_t whole;
    if (oid != OID_FLOAT8) {
        bool is_integer = integer_read(oid, wire, &whole);
        *out = is_integer ? (double)whole : 0;
        return is_integer;
    }
    memcpy(&bits, wire, sizeof bits);
    bits = GUINT64_FROM_BE(bits);
    memcpy(out, &bits, sizeof bits);
    return true;
}

static bool column_read(const PGresult *result, int row, int at, const StoreColumn *column, StoreValue *out)
{
    *out = (StoreValue){.null = libpq.PQgetisnull(result, row, at)};
    if (out->null)
        return column->nullable;
    Oid oid = libpq.PQftype(result, at);
    const char *wire = libpq.PQgetvalue(result, row, at);
    switch (column->type) {
    case STORE_INT:
        return integer_read(oid, wire, &out->integer);
    case STORE_REAL:
        return real_read(oid, wire, &out->real);
    case STORE_TEXT:
    case STORE_BLOB:
        out->bytes = (Bytes){(const uint8_t *)wire, (size_t)libpq.PQgetlength(result, row, at)};
        return column->type == STORE_BLOB ? oid == OID_BYTEA : oid == OID_TEXT || oid == OID_VARCHAR;
    }
    return false;
}

bool pg_step(StoreCursor *cursor, StoreValue *columns_out)
{
    const PGresult *result = cursor->handle;
    const StoreStatement *statement = cursor->statement;
    if (!result || cursor->row >= libpq.PQntuples(result))
        return false;
    check(libpq.PQnfields(result) == (int)statement->column_count);
    for (unsigned i = 0; i < statement->column_count; i++)
        if (!column_read(result, (int)cursor->row, (int)i, &statement->columns[i], &columns_out[i])) {
            tx_fail(cursor->tx, FILO_ERROR_CORRUPT, "%s: column %s is not what it is declared to be (type %u)",
                    statement->name, statement->columns[i].name, libpq.PQftype(result, (int)i));
            return false;
        }
    cursor->row++;
    return true;
}

int64_t pg_finish(StoreCursor *cursor)
{
    PGresult *result = cursor->handle;
    int64_t changed = cursor->statement->writes ? g_ascii_strtoll(libpq.PQcmdTuples(result), NULL, 10) : 0;
    libpq.PQclear(result);
    return changed;
}

void pg_script(StoreTx *tx, const char *sql)
{
    PgConnection *connection = tx->connection;
    GError *error = NULL;
    if (!pg_command(connection, sql, &error))
        tx_fail_error(tx, error);
    else if (libpq.PQtransactionStatus(connection->pg) != PQTRANS_INTRANS)
        tx_fail(tx, FILO_ERROR_REFUSED, "a migration ended its own transaction");
}
