/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/charset_int.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* What mail really uses. No IBM* and no ISO-2022-CN-EXT: never in mail, and a history of faults in their tables. */
static const char *const charset_names[] = {
    "UTF-8",        "US-ASCII",     "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",  "ISO-8859-5",
    "ISO-8859-6",   "ISO-8859-7",   "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-11", "ISO-8859-13",
    "ISO-8859-14",  "ISO-8859-15",  "ISO-8859-16",  "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253",
    "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",      "KOI8-U",
    "MACINTOSH",    "TIS-620",      "VISCII",       "TCVN5712-1",   "GB2312",       "GBK",         "GB18030",
    "BIG5",         "BIG5-HKSCS",   "EUC-TW",       "EUC-JP",       "SHIFT_JIS",    "CP932",       "ISO-2022-JP",
    "ISO-2022-JP-2", "EUC-KR",      "UHC",          "JOHAB",        "ISO-2022-KR",  "ISO-2022-CN", "UTF-7",
    "UTF-16",       "UTF-16LE",     "UTF-16BE",     "UTF-32",       "UTF-32LE",     "UTF-32BE",
};

/* Names seen in mail that glibc does not know or that mean more than they say. */
static const struct {
    const char *alias, *name;
} charset_aliases[] = {
    {"latin1", "ISO-8859-1"},         {"latin-1", "ISO-8859-1"},   {"iso8859-1", "ISO-8859-1"},
    {"iso_8859-1", "ISO-8859-1"},     {"utf8", "UTF-8"},           {"unicode-1-1-utf-7", "UTF-7"},
    {"ascii", "US-ASCII"},            {"ansi_x3.4-1968", "US-ASCII"}, {"646", "US-ASCII"},
    {"cp1250", "WINDOWS-1250"},       {"cp1251", "WINDOWS-1251"},  {"cp1252", "WINDOWS-1252"},
    {"cp1253", "WINDOWS-1253"},       {"cp1254", "WINDOWS-1254"},  {"cp1255", "WINDOWS-1255"},
    {"cp1256", "WINDOWS-1256"},       {"cp1257", "WINDOWS-1257"},  {"cp1258", "WINDOWS-1258"},
    {"x-sjis", "CP932"},              {"shift-jis", "CP932"},      {"sjis", "CP932"},
    {"windows-31j", "CP932"},         {"ms932", "CP932"},          {"x-gbk", "GBK"},
    {"cp936", "GBK"},                 {"ks_c_5601-1987", "UHC"},   {"ksc5601", "UHC"},
    {"ks_c_5601-1989", "UHC"},        {"cp949", "UHC"},            {"euckr", "EUC-KR"},
    {"iso-8859-8-i", "ISO-8859-8"},   {"iso-8859-8-e", "ISO-8859-8"}, {"x-mac-roman", "MACINTOSH"},
    {"big-5", "BIG5"},                {"cp950", "BIG5"},           {"eucjp", "EUC-JP"},
    {"gb_2312-80", "GB2312"},         {"iso8859-15", "ISO-8859-15"}, {"latin9", "ISO-8859-15"},
};

static iconv_t charset_to[G_N_ELEMENTS(charset_names)], charset_from[G_N_ELEMENTS(charset_names)];
static bool charset_opened;

static void convert_one_byte(iconv_t converter)
{
    char in[] = "a   ", out[16], *from = in, *to = out;
    size_t from_left = 4, to_left = sizeof out;
    if (converter == (iconv_t)-1)
        return;
    iconv(converter, &from, &from_left, &to, &to_left); /* the result is of no use, the tables are loaded */
    iconv(converter, NULL, NULL, NULL, NULL);
}

void charset_open_all(void)
{
    for (size_t i = 0; !charset_opened && i < G_N_ELEMENTS(charset_names); i++) {
        charset_to[i] = iconv_open("UTF-8", charset_names[i]);
        charset_from[i] = iconv_open(charset_names[i], "UTF-8");
        convert_one_byte(charset_to[i]);
        convert_one_byte(charset_from[i]);
    }
    charset_opened = true;
}

static const char *charset_canonical(const char *label)
{
    for (size_t i = 0; i < G_N_ELEMENTS(charset_aliases); i++)
        if (!g_ascii_strcasecmp(label, charset_aliases[i].alias))
            return charset_aliases[i].name;
    return label;
}

/* The open converter to UTF-8, or (iconv_t)-1. */
static iconv_t charset_find(const char *label)
{
    const char *name = charset_canonical(label);
    for (size_t i = 0; i < G_N_ELEMENTS(charset_names); i++)
        if (!g_ascii_strcasecmp(name, charset_names[i]))
            return charset_to[i];
    return (iconv_t)-1;
}

/* Appends already decoded UTF-8: no NUL, LF line ends; what is still not UTF-8 becomes U+FFFD. */
static void append_utf8(GString *out, const char *text, size_t size, bool *guessed_out)
{
    for (const char *at = text, *end = text + size; at < end;) {
        const char *bad;
        g_utf8_validate_len(at, (size_t)(end - at), &bad);
        for (; at < bad; at++) {
            if (*at != '\r')
                g_string_append_c(out, *at);
            else if (at + 1 >= end || at[1] != '\n')
                g_string_append_c(out, '\n');
        }
        if (at < end && *at != '\0') {
            g_string_append(out, "\xef\xbf\xbd");
            *guessed_out = true;
        }
        at += at < end;
    }
}

static void append_converted(GString *out, iconv_t converter, Bytes bytes, bool *guessed_out)
{
    char buffer[8192];
    char *from = (char *)(uintptr_t)bytes.data; /* iconv's prototype lacks const */
    size_t left = bytes.size;
    g_autoptr(GString) converted = g_string_sized_new(bytes.size + bytes.size / 4);
    iconv(converter, NULL, NULL, NULL, NULL);
    while (left) {
        char *to = buffer;
        size_t room = sizeof buffer;
        size_t result = iconv(converter, &from, &left, &to, &room);
        int reason = errno;
        g_string_append_len(converted, buffer, to - buffer);
        if (result != (size_t)-1 || reason == E2BIG)
            continue;
        g_string_append(converted, "\xef\xbf\xbd");
        *guessed_out = true;
        from++;
        left--;
    }
    char *to = buffer; /* some tables hold a letter back to see whether an accent follows */
    size_t room = sizeof buffer;
    iconv(converter, NULL, NULL, &to, &room);
    g_string_append_len(converted, buffer, to - buffer);
    append_utf8(out, converted->str, converted->len, guessed_out);
}

static bool bytes_are_ascii(Bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] >= 0x80)
            return false;
    return true;
}

static bool label_is_any(const char *label, const char *const *names)
{
    for (; *names; names++)
        if (!g_ascii_strcasecmp(charset_canonical(label), *names))
            return true;
    return false;
}

void charset_append(GString *out, const char *label, Bytes bytes, bool *guessed_out)
{
    static const char *const plain[] = {"US-ASCII", "UTF-8", NULL}, *const latin[] = {"ISO-8859-1", NULL};
    charset_open_all();
    if (label && !*label)
        label = NULL;
    bool valid = g_utf8_validate_len((const char *)bytes.data, bytes.size, NULL);
    if ((!label && valid) ||
        (label && label_is_any(label, plain) && (valid || !g_ascii_strncasecmp(label, "utf", 3)))) {
        append_utf8(out, (const char *)bytes.data, bytes.size, guessed_out);
        return;
    }
    bool ascii_lie = !label || label_is_any(label, plain);
    iconv_t converter = ascii_lie || label_is_any(label, latin) ? (iconv_t)-1 : charset_find(label);
    if (converter == (iconv_t)-1) {
        if (!bytes_are_ascii(bytes) && (ascii_lie || !label_is_any(label, latin)))
            *guessed_out = true;
        converter = charset_find("WINDOWS-1252");
    }
    append_converted(out, converter, bytes, guessed_out);
}
