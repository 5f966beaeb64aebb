/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of security A22 and A27; reserved names by Microsoft's "Naming Files, Paths, and Namespaces". */
#include "base/file_name.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *given, *safe;
} names[] = {
    {"nota.txt", "nota.txt"},
    {"Manuale è V2.pdf", "Manuale è V2.pdf"},
    {"../../etc/passwd", "passwd"},
    {"..\\..\\windows\\system32\\cmd.exe", "cmd.exe"},
    {"/etc/x", "x"},
    {"C:\\a\\b.txt", "b.txt"},
    {"C:stream.txt", "C_stream.txt"},
    {"a:b|c?d*e<f>g\"h.txt", "a_b_c_d_e_f_g_h.txt"},
    {"foto\xe2\x80\xaegpj.exe", "fotogpj.exe"},           /* U+202E right-to-left override */
    {"foto\xe2\x81\xa6gpj.exe", "fotogpj.exe"},           /* U+2066 isolate */
    {"\xef\xbb\xbf.htaccess", "htaccess"},                /* U+FEFF */
    {"a\xe2\x80\x8b.php", "a.php"},                       /* U+200B */
    {"a\r\nContent-Type: text/html\r\n\r\nx", "html x"},  /* what follows the last slash */
    {"a\r\nb\tc.txt", "a b c.txt"},
    {"a\x7f\x01z.txt", "az.txt"},
    {"conto.pdf                              .exe", "conto.pdf .exe"},
    {"fattura.pdf.exe. . .", "fattura.pdf.exe"},
    {"...", "file"},
    {"", "file"},
    {"   ", "file"},
    {"CON", "_CON"},
    {"con.txt", "_con.txt"},
    {"NUL .tar.gz", "_NUL .tar.gz"},
    {"Com1.log", "_Com1.log"},
    {"lpt9", "_lpt9"},
    {"conto.txt", "conto.txt"},
    {"com10.txt", "com10.txt"},
    {"\xff\xfe.txt", "txt"},
    {"\"><img src=x onerror=alert(1)>", "___img src=x onerror=alert(1)_"},
};

static void test_safe(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpstr(file_name_safe(arena, names[i].given), ==, names[i].safe);
        g_assert_cmpstr(file_name_safe(arena, names[i].safe), ==, names[i].safe);
    }
    g_assert_cmpstr(file_name_safe(arena, NULL), ==, "file");
}

static void test_long(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) name = g_string_new(NULL);
    for (int i = 0; i < 200; i++)
        g_string_append(name, "\xc3\xa8"); /* è */
    g_string_append(name, ".pdf");
    const char *safe = file_name_safe(arena, name->str);
    g_assert_cmpuint(strlen(safe), ==, 180); /* 88 of them and ".pdf" */
    g_assert_true(g_str_has_suffix(safe, "\xc3\xa8.pdf"));
    g_assert_true(g_utf8_validate(safe, -1, NULL));
    g_autofree char *tail = g_strnfill(176, 'y');
    safe = file_name_safe(arena, arena_printf(arena, "con.%s", tail)); /* 180 bytes, and one more for the device */
    g_assert_cmpuint(strlen(safe), ==, 180);
    g_assert_true(g_str_has_prefix(safe, "_con.yyy"));
}

static void test_risky(void)
{
    static const char *const risky[] = {"a.exe", "a.EXE", "fattura.pdf.exe", "a.exe. .", "a.js", "pagina.html", "a.svg",
                                        "macro.docm", "disco.iso", "a.lnk"};
    static const char *const plain[] = {"a.pdf", "a.txt", "exe", "a.exe.pdf", "fattura.xml", "fattura.xml.p7m", "a.docx", ""};
    for (size_t i = 0; i < G_N_ELEMENTS(risky); i++)
        g_assert_true(file_name_is_risky(risky[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
        g_assert_false(file_name_is_risky(plain[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file-name/safe", test_safe);
    g_test_add_func("/file-name/long", test_long);
    g_test_add_func("/file-name/risky", test_risky);
    return g_test_run();
}
