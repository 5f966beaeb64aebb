/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/import_file.h"

#include <gio/gio.h>
#include <string.h>

enum { PIECE = 65536 };

struct ImportFile {
    GFileInputStream *base;
    GConverter *unpacker; /* of a packed file, or NULL */
    goffset size;
    uint8_t packed[PIECE]; /* read and not yet unpacked: from packed_at to packed_end */
    gsize packed_at, packed_end;
    bool base_ended;
    bool member_ended; /* the packed file may end here, or go on with another member */
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

/* The first bytes tell gzip (RFC 1952 section 2.3.1) and what people hand over in the place of CSV. */
static bool see_what_it_is(ImportFile *file, bool *packed_out, GError **error)
{
    uint8_t magic[4] = {0};
    gsize got = 0;
    if (!g_input_stream_read_all(G_INPUT_STREAM(file->base), magic, sizeof magic, &got, NULL, error) ||
        !g_seekable_seek(G_SEEKABLE(file->base), 0, G_SEEK_SET, NULL, error))
        return false;
    *packed_out = magic[0] == 0x1F && magic[1] == 0x8B;
    if (memcmp(magic, "PK\x03\x04", 4) != 0 && memcmp(magic, "\xD0\xCF\x11\xE0", 4) != 0)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE,
                "this is a spreadsheet or a zip file: save the sheet as CSV (UTF-8), or unpack it");
    return false;
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
    if (file->base)
        file->size = size_of(file->base, &problem);
    if (problem || !see_what_it_is(file, &packed, &problem)) {
        if (problem->domain == FILO_ERROR)
            g_propagate_error(error, g_steal_pointer(&problem));
        else
            set_error(error, problem, path);
        return NULL;
    }
    if (packed)
        file->unpacker = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
    return g_steal_pointer(&file);
}

void import_file_close(ImportFile *file)
{
    if (!file)
        return;
    g_clear_object(&file->unpacker);
    g_clear_object(&file->base);
    g_free(file);
}

static bool read_base(ImportFile *file, uint8_t *buffer, gsize *got_out, GError **error)
{
    gssize got = g_input_stream_read(G_INPUT_STREAM(file->base), buffer, PIECE, NULL, error);
    *got_out = got < 0 ? 0 : (gsize)got;
    file->base_ended = got == 0;
    return got >= 0;
}

static bool refill(ImportFile *file, GError **error)
{
    file->packed_at = 0;
    return read_base(file, file->packed, &file->packed_end, error);
}

/* A gzip file is a row of members (RFC 1952 section 2.2), each whole in itself: `cat a.gz b.gz`. */
static bool unpack_some(ImportFile *file, gsize *got_out, GError **error)
{
    gsize taken = 0;
    if (file->member_ended)
        g_converter_reset(file->unpacker);
    GConverterResult result =
        g_converter_convert(file->unpacker, file->packed + file->packed_at, file->packed_end - file->packed_at,
                            file->piece, PIECE, G_CONVERTER_NO_FLAGS, &taken, got_out, error);
    file->member_ended = result == G_CONVERTER_FINISHED;
    file->packed_at += taken;
    return result != G_CONVERTER_ERROR;
}

static bool unpack(ImportFile *file, gsize *got_out, GError **error)
{
    for (*got_out = 0; *got_out == 0;) {
        if (file->packed_at == file->packed_end && !file->base_ended && !refill(file, error))
            return false;
        if (file->base_ended && file->member_ended)
            return true;
        if (file->base_ended) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "it ends too early");
            return false;
        }
        if (!unpack_some(file, got_out, error))
            return false;
    }
    return true;
}

bool import_file_read(ImportFile *file, Bytes *piece_out, GError **error)
{
    g_autoptr(GError) problem = NULL;
    gsize got = 0;
    bool fine = file->unpacker ? unpack(file, &got, &problem) : read_base(file, file->piece, &got, &problem);
    if (!fine)
        set_error(error, problem, NULL);
    *piece_out = (Bytes){file->piece, fine ? got : 0};
    return fine;
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
