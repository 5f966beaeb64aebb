/* SPDX-License-Identifier: EUPL-1.2 */
/* Headers made by hand from the specifications file_kind.c names. */
#include "parse/file_kind.h"

#include "parse/zygote.h"

#include <string.h>

#define FILE_OF(text) ((Bytes){(const uint8_t *)(text), sizeof(text) - 1})

static const struct {
    const char *name;
    Bytes file;
    FileNature nature;
} files[] = {
    {"png 640x480", FILE_OF("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0"), {FILE_KIND_PNG, 640, 480}},
    {"png without its header", FILE_OF("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\x02\x80\0\0\x01\xe0"), {FILE_KIND_OTHER, 0, 0}},
    {"gif 3x2", FILE_OF("GIF89a\x03\0\x02\0\0\0\0"), {FILE_KIND_GIF, 3, 2}},
    {"gif cut", FILE_OF("GIF89a\x03"), {FILE_KIND_GIF, 3, 0}},
    {"jpeg 17x9", FILE_OF("\xff\xd8\xff\xe0\0\x04xx\xff\xff\xc0\0\x0b\x08\0\x09\0\x11\x01\x01\x11\0"), {FILE_KIND_JPEG, 17, 9}},
    {"jpeg without a frame", FILE_OF("\xff\xd8\xff\xda\0\x04xx"), {FILE_KIND_JPEG, 0, 0}},
    {"jpeg whose segment has no length", FILE_OF("\xff\xd8\xff\xe0\0\0\xff\xc0\0\x0b\x08\0\x09\0\x11"), {FILE_KIND_JPEG, 0, 0}},
    {"jpeg whose segment leads out", FILE_OF("\xff\xd8\xff\xe0\xff\xffxx"), {FILE_KIND_JPEG, 0, 0}},
    {"webp lossy 20x10", FILE_OF("RIFF\x1a\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x14\0\x0a\0"), {FILE_KIND_WEBP, 20, 10}},
    {"webp lossless 2x3", FILE_OF("RIFF\x1a\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x01\x80\0\0"), {FILE_KIND_WEBP, 2, 3}},
    {"webp extended 256x1", FILE_OF("RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\0\0\0\0\0"), {FILE_KIND_WEBP, 256, 1}},
    {"wav", FILE_OF("RIFF\x1a\0\0\0WAVEfmt "), {FILE_KIND_OTHER, 0, 0}},
    {"pdf", FILE_OF("%PDF-1.7\n\x01"), {FILE_KIND_PDF, 0, 0}},
    {"html is text", FILE_OF("<!doctype html><script>alert(1)</script>"), {FILE_KIND_TEXT, 0, 0}},
    {"svg is text", FILE_OF("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), {FILE_KIND_TEXT, 0, 0}},
    {"utf-8", FILE_OF("perch\xc3\xa9\n"), {FILE_KIND_TEXT, 0, 0}},
    {"windows-1252", FILE_OF("perch\xe9\n"), {FILE_KIND_LATIN, 0, 0}},
    {"utf-16", FILE_OF("\xff\xfe" "a\0"), {FILE_KIND_OTHER, 0, 0}},
    {"exe", FILE_OF("MZ\x90\0\x03"), {FILE_KIND_OTHER, 0, 0}},
    {"empty", {NULL, 0}, {FILE_KIND_OTHER, 0, 0}},
};

static void expect_same(const char *name, FileNature got, FileNature expected)
{
    if (got.kind != expected.kind || got.width != expected.width || got.height != expected.height)
        g_test_fail_printf("%s: kind %d, %u x %u", name, got.kind, got.width, got.height);
}

static void test_kinds(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        expect_same(files[i].name, file_kind_read(files[i].file), files[i].nature);
}

/* Every beginning of every file, at its exact size in memory: the sanitizer build sees a byte read beyond. */
static void test_cut_anywhere(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        for (size_t size = 0; size < files[i].file.size; size++) {
            g_autofree uint8_t *copy = g_memdup2(files[i].file.data, size);
            FileNature nature = file_kind_read((Bytes){copy, size});
            g_assert_cmpint(nature.kind, <, FILE_KINDS);
        }
}

/* A30: 50,000 x 50,000 is 2,500 Mpx. */
static void test_size_of_pictures(void)
{
    g_assert_true(file_is_picture(&(FileNature){FILE_KIND_PNG, 8000, 5000}));
    g_assert_false(file_is_picture(&(FileNature){FILE_KIND_PNG, 8000, 5001}));
    g_assert_false(file_is_picture(&(FileNature){FILE_KIND_PNG, 50000, 50000}));
    g_assert_false(file_is_picture(&(FileNature){FILE_KIND_JPEG, 0, 10}));
    g_assert_false(file_is_picture(&(FileNature){FILE_KIND_PDF, 10, 10}));
    g_assert_false(file_is_picture(&(FileNature){FILE_KIND_GIF, UINT32_MAX, UINT32_MAX}));
}

static void test_worker_says_the_same(void)
{
    g_autoptr(GError) error = NULL;
    ParseZygote *zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        FileNature nature;
        g_assert_true(parse_file_kind(zygote, files[i].file, &nature, &error));
        expect_same(files[i].name, nature, files[i].nature);
    }
    parse_zygote_stop(zygote);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file-kind/kinds", test_kinds);
    g_test_add_func("/file-kind/cut", test_cut_anywhere);
    g_test_add_func("/file-kind/size", test_size_of_pictures);
    g_test_add_func("/file-kind/worker", test_worker_says_the_same);
    return g_test_run();
}
