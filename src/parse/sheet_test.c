/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/sheet.h"

#include "base/error.h"

#include <string.h>

static ParseZygote *zygote;

static const char *cleaned(Arena *arena, const char *stored, size_t attachments)
{
    g_autoptr(GError) error = NULL;
    Bytes clean;
    g_assert_true(parse_sheet(zygote, arena, bytes_of(stored), attachments, &clean, &error));
    g_assert_cmpuint(strlen((const char *)clean.data), ==, clean.size);
    return (const char *)clean.data;
}

/* A store may have been written to by others, or by a program with a looser list. */
static void test_cleaned_again(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(cleaned(arena, "<p>a<script>alert(1)</script></p>", 0), ==, "<p>a</p>");
    g_assert_cmpstr(cleaned(arena, "<img src=\"http://t.test/x\" onerror=\"alert(1)\">", 0), ==,
                    "<img data-remote=\"http://t.test/x\">");
    g_assert_cmpstr(cleaned(arena, "<img src=\"cid:a@x\">", 3), ==, "<img>");
    g_assert_cmpstr(cleaned(arena, "<img data-attachment=\"1\"><img data-attachment=\"2\">", 2), ==,
                    "<img data-attachment=\"1\"><img>");
    g_assert_cmpstr(cleaned(arena, "", 0), ==, "");
    static const char kept[] = "<p style=\"color: red\">a &amp; b</p>";
    g_assert_cmpstr(cleaned(arena, kept, 0), ==, kept);
}

static void test_too_large(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    g_autofree char *large = g_strnfill((4 << 20) + 1, 'x');
    Bytes clean;
    g_assert_false(parse_sheet(zygote, arena, bytes_of(large), 0, &clean, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_CORRUPT);
}

static void expect_piece(Bytes *rest, SheetPieceKind kind, const char *element, const char *written)
{
    SheetPiece piece;
    g_assert_true(sheet_next(rest, &piece));
    g_assert_cmpint(piece.kind, ==, kind);
    g_assert_cmpstr(piece.element, ==, element);
    g_autofree char *got = g_strndup((const char *)piece.written.data, piece.written.size);
    g_assert_cmpstr(got, ==, written);
}

static void test_pieces(void)
{
    Bytes rest = bytes_of("a &lt;<blockquote title=\"x &gt; y\">b<br></blockquote>");
    expect_piece(&rest, SHEET_TEXT, "", "a &lt;");
    expect_piece(&rest, SHEET_OPEN, "blockquote", "<blockquote title=\"x &gt; y\">");
    expect_piece(&rest, SHEET_TEXT, "", "b");
    expect_piece(&rest, SHEET_OPEN, "br", "<br>");
    expect_piece(&rest, SHEET_CLOSE, "blockquote", "</blockquote>");
    SheetPiece piece;
    g_assert_false(sheet_next(&rest, &piece));
}

static void test_attributes(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Bytes rest = bytes_of("<a title=\"&quot;1&quot; &amp;lt; 2\" href=\"https://x.test/?a=1&amp;b=2\">");
    SheetPiece tag;
    g_assert_true(sheet_next(&rest, &tag));
    g_assert_cmpstr(sheet_attribute(arena, &tag, "title"), ==, "\"1\" &lt; 2");
    g_assert_cmpstr(sheet_attribute(arena, &tag, "href"), ==, "https://x.test/?a=1&b=2");
    g_assert_null(sheet_attribute(arena, &tag, "rel"));
}

/* What is not of the grammar is still read to its end, never beyond. */
static void test_cut_anywhere(void)
{
    static const char whole[] = "a<a href=\"https://x.test/\" title=\"b\">c</a><img alt=\"d\">";
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t size = 0; size < sizeof whole; size++) {
        g_autofree uint8_t *copy = g_memdup2(whole, size);
        Bytes rest = {copy, size};
        size_t seen = 0;
        for (SheetPiece piece; sheet_next(&rest, &piece); seen += piece.written.size)
            g_assert_null(sheet_attribute(arena, &piece, "none"));
        g_assert_cmpuint(seen, ==, size);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    g_test_add_func("/sheet/cleaned", test_cleaned_again);
    g_test_add_func("/sheet/large", test_too_large);
    g_test_add_func("/sheet/pieces", test_pieces);
    g_test_add_func("/sheet/attributes", test_attributes);
    g_test_add_func("/sheet/cut", test_cut_anywhere);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    return status;
}
