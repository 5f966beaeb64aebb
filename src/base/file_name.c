/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file_name.h"

#include <glib.h>
#include <string.h>

enum { EXTENSION_MAX = 20 };

/* Format characters reorder or hide what is read ("gpj.exe" shown as "exe.jpg"); the separators break lines. */
static bool may_stand(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_SURROGATE &&
           type != G_UNICODE_PRIVATE_USE && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR &&
           c != 0xfffd;
}

static const char *base_of(const char *name)
{
    const char *base = name;
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            base = at + 1;
    return base;
}

/* One blank where there were several: "conto.pdf          .exe" hides its end. */
static void append_clean(GString *out, const char *base)
{
    for (const char *at = base; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isspace(c)) {
            if (out->len && out->str[out->len - 1] != ' ')
                g_string_append_c(out, ' ');
        } else if (c < 0x80 && strchr("<>:\"|?*", (int)c)) {
            g_string_append_c(out, '_');
        } else if (may_stand(c)) {
            g_string_append_unichar(out, c);
        }
    }
}

static void drop_ends(GString *name)
{
    while (name->len && strchr(". ", name->str[name->len - 1]))
        g_string_truncate(name, name->len - 1);
    g_string_erase(name, 0, (gssize)strspn(name->str, ". "));
}

static bool is_device(const char *name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$", NULL};
    g_autofree char *stem = g_ascii_strdown(name, (gssize)strcspn(name, "."));
    g_strchomp(stem);
    bool is_port = strlen(stem) == 4 && (g_str_has_prefix(stem, "com") || g_str_has_prefix(stem, "lpt")) &&
                   g_ascii_isdigit(stem[3]);
    return is_port || g_strv_contains(devices, stem);
}

/* Cut before its extension, between characters. */
static void shorten(GString *name)
{
    const char *dot = strrchr(name->str, '.');
    g_autofree char *extension = g_strdup(dot && strlen(dot) <= EXTENSION_MAX ? dot : "");
    size_t keep = FILE_NAME_MAX - strlen(extension);
    while (keep && ((unsigned char)name->str[keep] & 0xc0) == 0x80)
        keep--;
    g_string_truncate(name, keep);
    drop_ends(name);
    g_string_append(name, extension);
}

const char *file_name_safe(Arena *arena, const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name ? name : "", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    append_clean(out, base_of(valid));
    drop_ends(out);
    if (is_device(out->str))
        g_string_prepend_c(out, '_');
    if (out->len > FILE_NAME_MAX)
        shorten(out);
    return out->len ? arena_strdup(arena, out->str) : "file";
}

bool file_name_is_risky(const char *name)
{
    static const char *const risky[] = {
        "ade",  "adp",  "apk",  "app",  "appx", "bat",  "chm",  "cmd",  "com",  "cpl",  "deb",  "desktop", "dll",
        "dmg",  "docm", "dotm", "exe",  "gadget", "hta", "htm",  "html", "img",  "inf",  "ins",  "iso",  "jar",
        "js",   "jse",  "lnk",  "mht",  "mhtml", "msc", "msi",  "msix", "msp",  "mst",  "one",  "pif",  "pkg",
        "potm", "ppam", "ppsm", "pptm", "ps1",  "psm1", "py",   "reg",  "rpm",  "scf",  "scr",  "sct",  "settingcontent-ms",
        "sh",   "shb",  "shtml", "slk", "svg",  "sys",  "url",  "vb",   "vbe",  "vbs",  "vhd",  "vhdx", "website",
        "wsc",  "wsf",  "wsh",  "xhtml", "xht", "xlam", "xll",  "xlsb", "xlsm", "xltm", "xsl",  NULL, /* .xml is an invoice */
    };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    size_t length = strlen(lower);
    while (length && strchr(". ", lower[length - 1])) /* which Windows drops */
        lower[--length] = '\0';
    const char *dot = strrchr(lower, '.');
    return dot && g_strv_contains(risky, dot + 1);
}
