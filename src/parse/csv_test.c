/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases 1-7 are the definitions of RFC 4180, section 2; the rest are what exports and attackers do to it. */
#include "parse/csv.h"

#include <string.h>

/* Records as "line:cell|cell;" so that a case reads in one line; an unended one ends in '~'. */
static bool write_record(const CsvRecord *record, void *arg, GError **error)
{
    GString *out = arg;
    (void)error;
    g_string_append_printf(out, "%" G_GINT64_FORMAT ":", record->line);
    for (size_t i = 0; i < record->count; i++)
        g_string_append_printf(out, "%s%s", i ? "|" : "", record->cells[i]);
    g_string_append_c(out, record->ended ? ';' : '~');
    return true;
}

/* Reads text in pieces of that size; gives what was read, or the error's message after '!'. */
static char *read_all(const char *text, size_t size, size_t piece, char delimiter)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(CsvReader) reader = csv_reader_new(delimiter, write_record, out);
    bool fine = true;
    for (size_t at = 0; fine && at < size; at += piece)
        fine = csv_reader_feed(reader, (Bytes){(const uint8_t *)text + at, MIN(piece, size - at)}, &error);
    if (!fine || !csv_reader_end(reader, &error))
        g_string_append_printf(out, "!%s", error->message);
    return g_string_free(out, FALSE);
}

static const struct {
    const char *text;
    size_t size;
    const char *expected;
} cases[] = {
#define CASE(literal, expected) {literal, sizeof literal - 1, expected}
    CASE("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", "1:aaa|bbb|ccc;2:zzz|yyy|xxx;"),
    CASE("aaa,bbb\r\nzzz,yyy", "1:aaa|bbb;2:zzz|yyy~"),
    CASE("a b , c\n", "1:a b | c;"),
    CASE("\"aaa\",\"bbb\"\r\n", "1:aaa|bbb;"),
    CASE("\"b\r\nb\",c\r\nd,e\r\n", "1:b\r\nb|c;3:d|e;"),
    CASE("\"b\"\"b\",\"\"\"\"\n", "1:b\"b|\";"),
    CASE("\"a,b\",c\n", "1:a,b|c;"),
    CASE("", ""),
    CASE("\n\r\n", ""),
    CASE(",\n", "1:|;"),
    CASE("a,", "1:a|~"),
    CASE("\"\"", ""),
    CASE("\xEF\xBB\xBF" "a,b\n", "1:a|b;"),
    CASE("\xEF\xBB\xBF", ""),
    CASE("\xEF\xBB\xBE,b\n", "1:\xEF\xBB\xBE|b;"),
    CASE("a,<b onclick=x>\n", "1:a|<b onclick=x>;"),
    CASE("a\n\"b\n\nc", "1:a;!line 2: a quotation mark that is never closed"),
    CASE("a\nb\"c\n", "1:a;!line 2: a quotation mark inside an unquoted cell"),
    CASE("\"b\" ,c\n", "!line 1: text after a closing quotation mark"),
    CASE("a\rb\n", "!line 1: a CR without LF"),
    CASE("a\nb\0c\n", "1:a;!line 2: a NUL byte: this is not a text file"),
    CASE("\xFF\xFE" "a\0", "!line 1: not UTF-8 (it looks like UTF-16): save the file as UTF-8"),
    CASE("a\n\xE8\n", "1:a;!line 2: not UTF-8: save the file as UTF-8"),
    CASE("\xEF\xBB", "!line 1: not UTF-8: save the file as UTF-8"),
#undef CASE
};

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (size_t piece = 1; piece <= cases[i].size + 1; piece++) {
            g_autofree char *read = read_all(cases[i].text, cases[i].size, piece, ',');
            g_assert_cmpstr(read, ==, cases[i].expected);
        }
}

static void test_delimiter(void)
{
    g_autofree char *read = read_all("a;b,c\n", 6, 6, ';');
    g_assert_cmpstr(read, ==, "1:a|b,c;");
}

/* A quotation that is never closed must not take memory without bound, nor may a line of nothing but commas. */
static void test_limits(void)
{
    g_autofree char *wide = g_strnfill(2 << 20, 'x');
    wide[0] = '"';
    g_autofree char *read = read_all(wide, 2 << 20, 4096, ',');
    g_assert_cmpstr(read, ==, "!line 1: a record of more than 1 MB");
    g_autofree char *commas = g_strnfill(CSV_CELLS_MAX + 1, ',');
    g_autofree char *many = read_all(commas, CSV_CELLS_MAX + 1, 4096, ',');
    g_assert_cmpstr(many, ==, "!line 1: more than 1024 cells");
}

static bool stop_here(const CsvRecord *record, void *arg, GError **error)
{
    (void)record;
    ++*(int *)arg;
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "enough");
    return false;
}

static void test_callback_stops(void)
{
    int calls = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(CsvReader) reader = csv_reader_new(',', stop_here, &calls);
    g_assert_false(csv_reader_feed(reader, bytes_of("a\nb\n"), &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED);
    g_assert_cmpint(calls, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/cases", test_cases);
    g_test_add_func("/csv/delimiter", test_delimiter);
    g_test_add_func("/csv/limits", test_limits);
    g_test_add_func("/csv/callback-stops", test_callback_stops);
    return g_test_run();
}
