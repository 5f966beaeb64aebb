/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: match_score(table, weight of each column …), an FTS5 auxiliary function: how well a row matches, more is better.
 * How: for each phrase of the expression the hits are counted, weighted by column, and h hits give h / (h + 1), so that
 * the second counts less than the first; the phrases' shares are added. Why not FTS5's own bm25: to weigh phrases by how
 * rare they are it walks every match of each before the first row is ranked, which for a common word in 400,000 texts is
 * most of a tenth of a second; and to weigh by length it reads another row for each. For words that must all be there,
 * rarity only moves what is nearly equal.
 */
#include "store/sqlite_int.h"

enum { PHRASES_MAX = 64, COLUMNS_MAX = 8 };

static void match_score(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *result, int weight_count,
                        sqlite3_value **weights)
{
    double hits[PHRASES_MAX] = {0}, weight[COLUMNS_MAX] = {0}, score = 0;
    int instances = 0, code = api->xInstCount(row, &instances);
    for (int i = 0; i < MIN(weight_count, COLUMNS_MAX); i++)
        weight[i] = sqlite3_value_double(weights[i]);
    for (int i = 0; i < instances && code == SQLITE_OK; i++) {
        int phrase, column, offset;
        code = api->xInst(row, i, &phrase, &column, &offset);
        if (code == SQLITE_OK && phrase < PHRASES_MAX && column < COLUMNS_MAX)
            hits[phrase] += weight[column];
    }
    for (int i = 0; i < PHRASES_MAX; i++)
        score += hits[i] / (hits[i] + 1);
    if (code == SQLITE_OK)
        sqlite3_result_double(result, score);
    else
        sqlite3_result_error_code(result, code);
}

static int api_of(sqlite3 *db, fts5_api **api_out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_pointer(stmt, 1, api_out, "fts5_api_ptr", NULL);
    if (code == SQLITE_OK && sqlite3_step(stmt) != SQLITE_ROW)
        code = sqlite3_errcode(db);
    sqlite3_finalize(stmt);
    return code;
}

int sqlite_score_add(sqlite3 *db)
{
    fts5_api *api = NULL;
    int code = api_of(db, &api);
    if (code == SQLITE_OK && !api)
        code = SQLITE_ERROR; /* an SQLite without FTS5 */
    return code == SQLITE_OK ? api->xCreateFunction(api, "match_score", NULL, match_score, NULL) : code;
}
