/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/import_file.h"

#include <gio/gio.h>

enum { PIECE = 65536 };

struct ImportFile {
    GFileInputStream *base;
    GInputStream *stream; /* base, or what unpacks it */
    goffset size;
    uint8_t piece[PIECE];
};

static void set_error(GError **error, const GError *problem, const char *path)
{
    FiloError code = g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? FILO_ERROR_NOT_FOUND : FILO_ERROR_IO;
    if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
        g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the packed data is damaged or cut off: %s", problem->message);
    else
        g_set_error(error, FILO_ERROR, (int)code, "%s%s%s", path ? path : "", path ? ": " : "", problem->message);
}

/* 1f 8b, RFC 1952 section 2.3.1. */
static bool begins_as_gzip(GFileInputStream *base, GError **error)
{
    uint8_t magic[2] = {0};
    gsize got = 0;
    return g_input_stream_read_all(G_INPUT_STREAM(base), magic, sizeof magic, &got, NULL, error) &&
           g_seekable_seek(G_SEEKABLE(base), 0, G_SEEK_SET, NULL, error) && magic[0] == 0x1F && magic[1] == 0x8B;
}

static goffset size_of(GFileInputStream *base, GError **error)
{
    g_autoptr(GFileInfo) info = g_file_input_stream_query_info(base, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, error);
    return info ? g_file_info_get_size(info) : 0;
}

ImportFile *import_file_open(const char *path, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GFile) named = g_file_new_for_commandline_arg(path);
    g_autoptr(ImportFile) file = g_new0(ImportFile, 1);
    bool packed = false;
    file->base = g_file_read(named, NULL, &problem);
    if (file->base) {
        file->size = size_of(file->base, &problem);
        packed = !problem && begins_as_gzip(file->base, &problem);
    }
    if (problem) {
        set_error(error, problem, path);
        return NULL;
    }
    g_autoptr(GZlibDecompressor) unpacker = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    file->stream = packed ? g_converter_input_stream_new(G_INPUT_STREAM(file->base), G_CONVERTER(unpacker))
                          : g_object_ref(G_INPUT_STREAM(file->base));
    return g_steal_pointer(&file);
}

void import_file_close(ImportFile *file)
{
    if (!file)
        return;
    g_clear_object(&file->stream);
    g_clear_object(&file->base);
    g_free(file);
}

bool import_file_read(ImportFile *file, Bytes *piece_out, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gssize got = g_input_stream_read(file->stream, file->piece, PIECE, NULL, &problem);
    if (got < 0)
        set_error(error, problem, NULL);
    *piece_out = (Bytes){file->piece, got < 0 ? 0 : (size_t)got};
    return got >= 0;
}

double import_file_progress(const ImportFile *file)
{
    goffset at = g_seekable_tell(G_SEEKABLE(file->base));
    return file->size > 0 ? MIN(1.0, (double)at / (double)file->size) : 0;
}

/* -------------------------------------------------------------------------------------------------------- refusals */

static void refusal_drop(void *item)
{
    g_free(((Refusal *)item)->reason);
}

void refusals_init(Refusals *refusals)
{
    *refusals = (Refusals){.items = g_array_new(FALSE, FALSE, sizeof(Refusal))};
    g_array_set_clear_func(refusals->items, refusal_drop);
}

void refusals_clear(Refusals *refusals)
{
    g_array_unref(refusals->items);
}

void refusals_add(Refusals *refusals, int64_t line, const char *reason)
{
    Refusal refusal = {line, NULL};
    if (refusals->count++ >= REFUSALS_KEPT)
        return;
    refusal.reason = g_strdup(reason);
    g_array_append_val(refusals->items, refusal);
}
