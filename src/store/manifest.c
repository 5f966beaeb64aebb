/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup_int.h"
#include "store/blob_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT = 1 };
static const char *const engine_names[] = {[STORE_SQLITE] = "sqlite", [STORE_POSTGRESQL] = "postgresql"};

BackupContents *backup_contents_new(StoreEngine engine)
{
    BackupContents *contents = g_new0(BackupContents, 1);
    contents->engine = engine;
    contents->tables = g_array_new(FALSE, TRUE, sizeof(BackupTable));
    contents->blobs = g_array_new(FALSE, TRUE, sizeof(BackupBlob));
    return contents;
}

void backup_contents_free(BackupContents *contents)
{
    if (!contents)
        return;
    g_array_unref(contents->tables);
    g_array_unref(contents->blobs);
    g_free(contents);
}

void backup_contents_add_table(BackupContents *contents, const char *name, int64_t rows)
{
    BackupTable table = {.rows = rows};
    g_strlcpy(table.name, name, sizeof table.name);
    g_array_append_val(contents->tables, table);
    if (g_str_equal(name, "schema_migration")) /* versions rise by one from 1 */
        contents->schema_version = (int)rows;
}

void backup_contents_add_blob(BackupContents *contents, const char *sha256, int64_t size)
{
    BackupBlob blob = {.size = size};
    g_strlcpy(blob.sha256, sha256, sizeof blob.sha256);
    g_array_append_val(contents->blobs, blob);
}

const char *backup_database_name(StoreEngine engine)
{
    return engine == STORE_SQLITE ? "filo.db" : "filo.dump";
}

/* --- comparing --------------------------------------------------------------------------------------------------- */

static bool differs(GError **error, const char *what, int64_t written, int64_t found)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "%s: the manifest says %" PRId64 ", the copy has %" PRId64, what,
                written, found);
    return false;
}

static const BackupTable *table_find(const BackupContents *contents, const char *name)
{
    for (unsigned i = 0; i < contents->tables->len; i++) {
        const BackupTable *table = &g_array_index(contents->tables, BackupTable, i);
        if (g_str_equal(table->name, name))
            return table;
    }
    return NULL;
}

bool backup_contents_compare(const BackupContents *written, const BackupContents *found, GError **error)
{
    if (written->tables->len != found->tables->len)
        return differs(error, "tables", written->tables->len, found->tables->len);
    if (written->blobs->len != found->blobs->len)
        return differs(error, "large blobs", written->blobs->len, found->blobs->len);
    for (unsigned i = 0; i < written->tables->len; i++) {
        const BackupTable *table = &g_array_index(written->tables, BackupTable, i);
        const BackupTable *same = table_find(found, table->name);
        if (!same || same->rows != table->rows)
            return differs(error, table->name, table->rows, same ? same->rows : -1);
    }
    return true;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static json_t *tables_to_json(const BackupContents *contents)
{
    json_t *tables = json_object();
    for (unsigned i = 0; i < contents->tables->len; i++) {
        const BackupTable *table = &g_array_index(contents->tables, BackupTable, i);
        json_object_set_new(tables, table->name, json_integer(table->rows));
    }
    return tables;
}

static json_t *blobs_to_json(const BackupContents *contents)
{
    json_t *blobs = json_object();
    for (unsigned i = 0; i < contents->blobs->len; i++) {
        const BackupBlob *blob = &g_array_index(contents->blobs, BackupBlob, i);
        json_object_set_new(blobs, blob->sha256, json_integer(blob->size));
    }
    return blobs;
}

static bool text_keep(const char *path, const char *text, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool kept = fd >= 0 && file_write_all(fd, bytes_of(text)) && fsync(fd) == 0;
    if (!kept)
        filo_error_from_errno(error, errno, "writing the manifest");
    if (fd >= 0)
        close(fd);
    return kept;
}

bool manifest_write(const BackupContents *contents, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "manifest.json", NULL);
    json_t *manifest = json_pack("{s:i, s:s, s:i, s:I, s:s, s:I, s:o, s:o}", "format", FORMAT, "engine",
                                 engine_names[contents->engine], "schema_version", contents->schema_version, "made_at",
                                 (json_int_t)contents->made_at, "database_sha256", contents->database_sha256,
                                 "database_size", (json_int_t)contents->database_size, "tables",
                                 tables_to_json(contents), "blobs", blobs_to_json(contents));
    check(manifest);
    char *text = json_dumps(manifest, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(manifest);
    check(text);
    bool kept = text_keep(path, text, error);
    free(text);
    return kept;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static bool tables_from_json(BackupContents *contents, json_t *tables)
{
    const char *name;
    json_t *rows;
    json_object_foreach(tables, name, rows)
    {
        if (!json_is_integer(rows) || strlen(name) >= sizeof((BackupTable *)NULL)->name)
            return false;
        backup_contents_add_table(contents, name, json_integer_value(rows));
    }
    return true;
}

static bool blobs_from_json(BackupContents *contents, json_t *blobs)
{
    const char *sha256;
    json_t *size;
    json_object_foreach(blobs, sha256, size)
    {
        if (!json_is_integer(size) || !blob_name_is_valid(sha256)) /* it becomes a path */
            return false;
        backup_contents_add_blob(contents, sha256, json_integer_value(size));
    }
    return true;
}

static bool contents_from_json(BackupContents *contents, json_t *manifest)
{
    const char *engine, *sha256;
    int format;
    json_int_t made_at, size;
    json_t *tables, *blobs;
    if (json_unpack(manifest, "{s:i, s:s, s:i, s:I, s:s, s:I, s:o, s:o}", "format", &format, "engine", &engine,
                    "schema_version", &contents->schema_version, "made_at", &made_at, "database_sha256", &sha256,
                    "database_size", &size, "tables", &tables, "blobs", &blobs) != 0 ||
        format != FORMAT || !json_is_object(tables) || !json_is_object(blobs))
        return false;
    contents->engine = g_str_equal(engine, engine_names[STORE_SQLITE]) ? STORE_SQLITE : STORE_POSTGRESQL;
    contents->made_at = made_at;
    contents->database_size = size;
    g_strlcpy(contents->database_sha256, sha256, sizeof contents->database_sha256);
    return tables_from_json(contents, tables) && blobs_from_json(contents, blobs) &&
           g_str_equal(engine, engine_names[contents->engine]);
}

BackupContents *manifest_read(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "manifest.json", NULL);
    if (access(path, F_OK) != 0) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "%s is no backup: it has no manifest.json", folder);
        return NULL;
    }
    json_t *manifest = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    g_autoptr(BackupContents) contents = backup_contents_new(STORE_SQLITE);
    bool read = manifest && contents_from_json(contents, manifest);
    json_decref(manifest);
    if (read)
        return g_steal_pointer(&contents);
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "%s cannot be read", path);
    return NULL;
}
