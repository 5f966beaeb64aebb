/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/postgresql_int.h"

#include <stdlib.h>
#include <string.h>

/* A node that hangs must not hold a snapshot or a lock for ever. A statement was written for one way through an index
 * (tests/plans), as SQLite takes it: planned anew for its values it is often planned worse, and each time. */
static const char session_settings[] = "SET statement_timeout = '30s'; SET lock_timeout = '10s';"
                                       "SET plan_cache_mode = force_generic_plan;"
                                       "SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on;"
                                       "SET bytea_output = 'hex'; SET standard_conforming_strings = on";

bool pg_url_check(const char *url, GError **error)
{
    char *why = NULL;
    if (!libpq_load(error))
        return false;
    PQconninfoOption *options = libpq.PQconninfoParse(url, &why);
    if (!options) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the database URL cannot be read: %s", why ? why : "");
        libpq.PQfreemem(why);
        return false;
    }
    bool has_password = false;
    for (const PQconninfoOption *option = options; option->keyword; option++)
        has_password |= g_str_equal(option->keyword, "password") && option->val;
    libpq.PQconninfoFree(options);
    if (has_password)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED,
                    "a password in the database URL shows in the process list: use PGPASSFILE or peer authentication");
    return !has_password;
}

static const struct {
    const char *prefix; /* of the SQLSTATE */
    FiloError code;
    PgVerdict verdict;
} meanings[] = {
    {"40001", FILO_ERROR_BUSY, PG_CONFLICT}, {"40P01", FILO_ERROR_BUSY, PG_CONFLICT},
    {"23505", FILO_ERROR_REFUSED, PG_TAKEN}, {"23", FILO_ERROR_REFUSED, PG_FINAL},
    {"53100", FILO_ERROR_FULL, PG_FINAL},    {"53", FILO_ERROR_BUSY, PG_FINAL},
    {"54", FILO_ERROR_TOO_LARGE, PG_FINAL},  {"55P03", FILO_ERROR_BUSY, PG_FINAL},
    {"57014", FILO_ERROR_BUSY, PG_FINAL},    {"57P", FILO_ERROR_IO, PG_LOST},
    {"08", FILO_ERROR_IO, PG_LOST},          {"25P03", FILO_ERROR_IO, PG_LOST},
    {"XX001", FILO_ERROR_CORRUPT, PG_FINAL}, {"XX002", FILO_ERROR_CORRUPT, PG_FINAL},
};

static FiloError meaning_find(const char *state, PgVerdict *verdict_out)
{
    for (size_t i = 0; state && i < G_N_ELEMENTS(meanings); i++)
        if (g_str_has_prefix(state, meanings[i].prefix)) {
            *verdict_out = meanings[i].verdict;
            return meanings[i].code;
        }
    *verdict_out = PG_FINAL;
    return FILO_ERROR_IO;
}

/* Only the primary message: detail and context quote the row's values, and logs hold no personal data. */
GError *pg_error(PgConnection *connection, const PGresult *result, const char *what)
{
    const char *state = result ? libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? libpq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    FiloError code = meaning_find(state, &connection->verdict);
    if (libpq.PQstatus(connection->pg) != CONNECTION_OK)
        connection->verdict = PG_LOST;
    g_autofree char *text = g_strdup(message ? message : libpq.PQerrorMessage(connection->pg));
    return g_error_new(FILO_ERROR, (gint)code, "%s: PostgreSQL: %s (%s)", what, g_strchomp(text), state ? state : "-");
}

bool pg_command(PgConnection *connection, const char *sql, GError **error)
{
    PGresult *result = libpq.PQexec(connection->pg, sql);
    ExecStatusType status = libpq.PQresultStatus(result);
    bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!done) {
        GError *why = pg_error(connection, result, sql);
        g_propagate_error(error, why); /* frees it when nobody asks */
    }
    libpq.PQclear(result);
    return done;
}

static void notice_drop(void *arg, const PGresult *result)
{
    (void)arg, (void)result; /* "relation already exists, skipping" */
}

/* Text has to be UTF-8; how it sorts is said by each column. */
static bool encoding_fits(const PgConnection *connection, GError **error)
{
    const char *encoding = libpq.PQparameterStatus(connection->pg, "server_encoding");
    if (encoding && g_str_equal(encoding, "UTF8"))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED,
                "the database is in %s: make it with createdb -T template0 -E UTF8 --locale=C",
                encoding ? encoding : "an unknown encoding");
    return false;
}

bool pg_connect(PgConnection *connection, const Store *store, GError **error)
{
    pg_disconnect(connection);
    static const char *const keys[] = {"dbname", "application_name", "client_encoding", "connect_timeout", NULL};
    const char *const values[] = {store->db, "filo", "UTF8", "5", NULL};
    connection->pg = libpq.PQconnectdbParams(keys, values, 1);
    check(connection->pg);
    if (libpq.PQstatus(connection->pg) != CONNECTION_OK) {
        g_autofree char *why = g_strdup(libpq.PQerrorMessage(connection->pg));
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "connecting to PostgreSQL: %s", g_strchomp(why));
    } else {
        libpq.PQsetNoticeReceiver(connection->pg, notice_drop, NULL);
        if (pg_command(connection, session_settings, error) && encoding_fits(connection, error)) {
            connection->prepared = g_new0(bool, store->setup.statement_count + 1);
            return true;
        }
    }
    pg_disconnect(connection);
    return false;
}

void pg_disconnect(PgConnection *connection)
{
    libpq.PQfinish(connection->pg);
    connection->pg = NULL;
    g_clear_pointer(&connection->prepared, g_free);
}
