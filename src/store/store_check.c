/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store_check.h"

#include "blob_sql.h"
#include "store/blob_int.h"
#include "store/engine_int.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct Checking {
    Store *store;
    StoreCheckDepth depth;
    StoreFinding finding;
    void *arg;
    int found;
    GArray *blobs; /* BlobSeen: read first, so that no snapshot is held while files are hashed */
} Checking;

typedef struct BlobSeen {
    char sha256[SHA256_HEX_SIZE];
    int64_t size;
    bool in_file;
} BlobSeen;

static void report(Checking *checking, const char *finding)
{
    checking->found++;
    checking->finding(finding, checking->arg);
}

/* --- SQLite's own checks ----------------------------------------------------------------------------------------- */

static const StoreColumn text_column[] = {{"text", STORE_TEXT, true}};
#define OWN_CHECK(title, text)                                                                                         \
    {                                                                                                                  \
        .name = title, .sql = {text, ""}, .index = STORE_UNLISTED, .column_count = 1, .columns = text_column           \
    }
static const StoreStatement quick = OWN_CHECK("quick_check", "SELECT quick_check FROM pragma_quick_check");
static const StoreStatement whole = OWN_CHECK("integrity_check", "SELECT integrity_check FROM pragma_integrity_check");
static const StoreStatement orphans =
    OWN_CHECK("foreign_key_check", "SELECT 'a row of ' || \"table\" || ' refers to a missing ' || parent"
                                   " FROM pragma_foreign_key_check");

static void own_check_run(Checking *checking, StoreTx *tx, const StoreStatement *statement)
{
    StoreCursor cursor;
    StoreValue row;
    store_begin(&cursor, tx, statement, NULL);
    while (store_step(&cursor, &row)) {
        g_autofree char *text = row.null ? g_strdup("NULL") : g_strndup((const char *)row.bytes.data, row.bytes.size);
        if (!g_str_equal(text, "ok"))
            report(checking, text);
    }
    store_finish(&cursor);
}

/* A database too damaged to be checked is damaged, which is what was asked. */
static bool damage_is_finding(Checking *checking, GError *why, GError **error)
{
    if (!g_error_matches(why, FILO_ERROR, FILO_ERROR_CORRUPT)) {
        g_propagate_error(error, why);
        return false;
    }
    report(checking, why->message);
    g_error_free(why);
    return true;
}

static bool database_check(Checking *checking, GError **error)
{
    GError *why = NULL;
    StoreTx *tx = store_read_begin(checking->store, error);
    if (!tx)
        return false;
    own_check_run(checking, tx, checking->depth == STORE_CHECK_WHOLE ? &whole : &quick);
    own_check_run(checking, tx, &orphans);
    return store_read_end(tx, &why) || damage_is_finding(checking, why, error);
}

/* --- blobs ------------------------------------------------------------------------------------------------------- */

static bool blob_seen(const SqlBlobEach *row, void *arg)
{
    Checking *checking = arg;
    BlobSeen seen = {.size = row->size, .in_file = row->in_file == 1};
    g_strlcpy(seen.sha256, row->sha256, sizeof seen.sha256);
    g_array_append_val(checking->blobs, seen);
    return true;
}

static bool blobs_list(Checking *checking, GError **error)
{
    GError *why = NULL;
    StoreTx *tx = store_read_begin(checking->store, error);
    if (!tx)
        return false;
    sql_blob_each(tx, blob_seen, checking);
    return store_read_end(tx, &why) || damage_is_finding(checking, why, error);
}

static void blob_check_file(Checking *checking, const BlobSeen *blob)
{
    g_autofree char *path = blob_path(checking->store->data_dir, blob->sha256);
    struct stat found;
    if (stat(path, &found) == 0 && found.st_size == blob->size)
        return;
    g_autofree char *text = g_strdup_printf("blob %s has lost its file, or part of it", blob->sha256);
    report(checking, text);
}

static bool blob_check_whole(Checking *checking, const BlobSeen *blob, GError **error)
{
    int64_t size;
    GError *why = NULL, *ended = NULL;
    StoreTx *tx = store_read_begin(checking->store, error);
    if (!tx)
        return false;
    int fd = blob_open(tx, blob->sha256, &size, &why);
    if (fd >= 0)
        close(fd);
    if (!store_read_end(tx, &ended)) {
        g_clear_error(&why);
        return damage_is_finding(checking, ended, error);
    }
    if (g_error_matches(why, FILO_ERROR, FILO_ERROR_NOT_FOUND)) /* removed since it was listed */
        g_clear_error(&why);
    return !why || damage_is_finding(checking, why, error);
}

static bool blobs_check(Checking *checking, GError **error)
{
    if (!blobs_list(checking, error))
        return false;
    for (unsigned i = 0; i < checking->blobs->len; i++) {
        const BlobSeen *blob = &g_array_index(checking->blobs, BlobSeen, i);
        if (checking->depth == STORE_CHECK_QUICK && blob->in_file)
            blob_check_file(checking, blob);
        else if (checking->depth == STORE_CHECK_WHOLE && !blob_check_whole(checking, blob, error))
            return false;
    }
    return true;
}

int store_check(Store *store, StoreCheckDepth depth, StoreFinding finding, void *arg, GError **error)
{
    Checking checking = {.store = store, .depth = depth, .finding = finding, .arg = arg};
    checking.blobs = g_array_new(FALSE, FALSE, sizeof(BlobSeen));
    bool checked =
        (store->kind == STORE_POSTGRESQL || database_check(&checking, error)) && blobs_check(&checking, error);
    g_array_unref(checking.blobs);
    return checked ? checking.found : -1;
}
