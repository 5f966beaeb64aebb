/* SPDX-License-Identifier: EUPL-1.2 */
/* Formats by their specifications: PNG (ISO/IEC 15948) 5.2 and 11.2.2, GIF89a 17-18, JPEG (ITU-T T.81) B.1-B.2.2,
 * WebP container (RFC 9649) 2.5-2.7, PDF (ISO 32000) 7.5.2. */
#include "parse/file_kind.h"

#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

enum { PDF_HEADER_WITHIN = 1024, RESULT_BYTES = 12 };

static bool says(Bytes file, size_t at, const char *magic, size_t length)
{
    return file.size >= at + length && memcmp(file.data + at, magic, length) == 0;
}

/* A number of the file, 0 beyond its end. */
static uint32_t big(Bytes file, size_t at, size_t bytes)
{
    uint32_t number = 0;
    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | (at + i < file.size ? file.data[at + i] : 0u);
    return number;
}

static uint32_t little(Bytes file, size_t at, size_t bytes)
{
    uint32_t number = 0;
    for (size_t i = bytes; i > 0; i--)
        number = number << 8 | (at + i - 1 < file.size ? file.data[at + i - 1] : 0u);
    return number;
}

/* Walks the segments to the frame header, which has the size. */
static FileNature read_jpeg(Bytes file)
{
    FileNature nature = {.kind = FILE_KIND_JPEG};
    size_t at = 2;
    while (at + 4 <= file.size && file.data[at] == 0xff) {
        uint8_t marker = file.data[at + 1];
        if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) { /* fill, or no length */
            at += marker == 0xff ? 1 : 2;
            continue;
        }
        bool is_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        uint32_t length = big(file, at + 2, 2);
        if (is_frame) {
            nature.height = big(file, at + 5, 2);
            nature.width = big(file, at + 7, 2);
        }
        if (is_frame || marker == 0xda || marker == 0xd9 || length < 2)
            break;
        at += 2 + length;
    }
    return nature;
}

static FileNature read_webp(Bytes file)
{
    FileNature nature = {.kind = FILE_KIND_WEBP};
    if (says(file, 12, "VP8X", 4)) {
        nature.width = little(file, 24, 3) + 1;
        nature.height = little(file, 27, 3) + 1;
    } else if (says(file, 12, "VP8 ", 4)) {
        nature.width = little(file, 26, 2) & 0x3fff;
        nature.height = little(file, 28, 2) & 0x3fff;
    } else if (says(file, 12, "VP8L", 4) && says(file, 20, "\x2f", 1)) {
        uint32_t bits = little(file, 21, 4);
        nature.width = (bits & 0x3fff) + 1;
        nature.height = (bits >> 14 & 0x3fff) + 1;
    }
    return nature;
}

/* No control character but those of lines; C1 only where it is part of UTF-8. */
static FileKind read_text(Bytes file)
{
    for (size_t i = 0; i < file.size; i++)
        if ((file.data[i] < 0x20 && !strchr("\t\n\f\r", file.data[i])) || file.data[i] == 0x7f || !file.data[i])
            return FILE_KIND_OTHER;
    if (!file.size)
        return FILE_KIND_OTHER;
    return g_utf8_validate_len((const char *)file.data, file.size, NULL) ? FILE_KIND_TEXT : FILE_KIND_LATIN;
}

static bool is_pdf(Bytes file)
{
    for (size_t at = 0; at + 5 <= file.size && at < PDF_HEADER_WITHIN; at++)
        if (says(file, at, "%PDF-", 5))
            return true;
    return false;
}

FileNature file_kind_read(Bytes file)
{
    if (says(file, 0, "\x89PNG\r\n\x1a\n", 8) && says(file, 12, "IHDR", 4))
        return (FileNature){FILE_KIND_PNG, big(file, 16, 4), big(file, 20, 4)};
    if (says(file, 0, "GIF87a", 6) || says(file, 0, "GIF89a", 6))
        return (FileNature){FILE_KIND_GIF, little(file, 6, 2), little(file, 8, 2)};
    if (says(file, 0, "\xff\xd8\xff", 3))
        return read_jpeg(file);
    if (says(file, 0, "RIFF", 4) && says(file, 8, "WEBP", 4))
        return read_webp(file);
    return (FileNature){.kind = is_pdf(file) ? FILE_KIND_PDF : read_text(file)};
}

bool parse_file_kind(ParseZygote *zygote, Bytes file, FileNature *nature_out, GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {0};
    *nature_out = (FileNature){0};
    int input = parse_zygote_input(file, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_FILE_KIND, input, arguments, RESULT_BYTES, &result, error);
    close(input);
    if (run != PARSE_RUN_DONE)
        return run != PARSE_RUN_ERROR;
    gsize size;
    const uint8_t *data = g_bytes_get_data(result, &size);
    Bytes answer = {data, size};
    uint32_t kind = big(answer, 0, 4);
    if (size == RESULT_BYTES && kind < FILE_KINDS)
        *nature_out = (FileNature){(FileKind)kind, big(answer, 4, 4), big(answer, 8, 4)};
    return true;
}

bool file_is_picture(const FileNature *nature)
{
    return nature->kind >= FILE_KIND_PNG && nature->kind <= FILE_KIND_WEBP && nature->width && nature->height &&
           (uint64_t)nature->width * nature->height <= FILE_PIXELS_MAX;
}

const char *file_kind_type(FileKind kind)
{
    static const char *const types[FILE_KINDS] = {
        [FILE_KIND_OTHER] = "application/octet-stream",
        [FILE_KIND_PNG] = "image/png",
        [FILE_KIND_JPEG] = "image/jpeg",
        [FILE_KIND_GIF] = "image/gif",
        [FILE_KIND_WEBP] = "image/webp",
        [FILE_KIND_PDF] = "application/pdf",
        [FILE_KIND_TEXT] = "text/plain; charset=utf-8",
        [FILE_KIND_LATIN] = "text/plain; charset=windows-1252",
    };
    return types[kind];
}
