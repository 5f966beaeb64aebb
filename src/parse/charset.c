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

/* Names seen in mail that glibc does not know, or that mean more than they say: what is written under the name of an old
 * standard is mostly its successor. */
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
    {"windows-31j", "CP932"},         {"ms932", "CP932"},          {"x-gbk", "GB18030"},
    {"cp936", "GB18030"},                 {"ks_c_5601-1987", "UHC"},   {"ksc5601", "UHC"},
    {"ks_c_5601-1989", "UHC"},        {"cp949", "UHC"},            {"euckr", "UHC"},
    {"iso-8859-8-i", "ISO-8859-8"},   {"iso-8859-8-e", "ISO-8859-8"}, {"x-mac-roman", "MACINTOSH"},
    {"big-5", "BIG5"},                {"cp950", "BIG5"},           {"eucjp", "EUC-JP"},
    {"gb_2312-80", "GB18030"},        {"iso8859-15", "ISO-8859-15"}, {"latin9", "ISO-8859-15"},
    {"gb2312", "GB18030"},            {"gbk", "GB18030"},          {"shift_jis", "CP932"},
    {"euc-kr", "UHC"},                {"iso-8859-9", "WINDOWS-1254"}, {"x-unicode-2-0-utf-7", "UTF-7"},
    {"utf-16be-bom", "UTF-16"},       {"unicode", "UTF-16"},       {"ucs-2", "UTF-16"},
    {"iso-10646-ucs-2", "UTF-16"},    {"csiso2022jp", "ISO-2022-JP"},
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

/* ---- lies ---- */

typedef enum Family {
    FAMILY_OPEN,  /* nothing said, ASCII or UTF-8: programs say so without looking */
    FAMILY_LATIN, /* latin-1 and its like: UTF-8 is often sent under that name */
    FAMILY_WIDE,  /* UTF-16 */
    FAMILY_OTHER,
    FAMILY_UNKNOWN
} Family;

static Family family_of(const char *label)
{
    static const struct {
        const char *name;
        Family family;
    } families[] = {{"US-ASCII", FAMILY_OPEN},      {"UTF-8", FAMILY_OPEN},         {"ISO-8859-1", FAMILY_LATIN},
                    {"WINDOWS-1252", FAMILY_LATIN}, {"ISO-8859-15", FAMILY_LATIN},  {"UTF-16", FAMILY_WIDE},
                    {"UTF-16LE", FAMILY_WIDE},      {"UTF-16BE", FAMILY_WIDE}};
    const char *name = label ? charset_canonical(label) : "US-ASCII";
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        if (!g_ascii_strcasecmp(name, families[i].name))
            return families[i].family;
    return charset_find(name) == (iconv_t)-1 ? FAMILY_UNKNOWN : FAMILY_OTHER;
}

/* What calls itself latin-1 is windows-1252: the control characters of latin-1 are in nobody's mail. */
static bool is_latin_1(const char *label)
{
    return !g_ascii_strcasecmp(charset_canonical(label), "ISO-8859-1");
}

static bool bytes_are_ascii(Bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] >= 0x80)
            return false;
    return true;
}

/* Valid UTF-8, whatever NULs stand in it. */
static bool bytes_are_utf8(Bytes bytes)
{
    const char *at = (const char *)bytes.data, *end = at + bytes.size;
    while (at < end && !g_utf8_validate_len(at, (size_t)(end - at), &at) && *at == 0)
        at++;
    return at == end;
}

static bool bytes_start(Bytes bytes, const char *prefix, size_t size)
{
    return bytes.size >= size && !memcmp(bytes.data, prefix, size);
}

/* A letter of more than one byte is somewhere in it, whole. */
static bool has_utf8_letter(Bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] >= 0xc2 &&
            g_utf8_get_char_validated((const char *)bytes.data + i, (gssize)(bytes.size - i)) < (gunichar)-2)
            return true;
    return false;
}

/* Says UTF-8 or nothing and is not: a line with no whole UTF-8 letter is windows-1252, as when a gateway adds its own
 * lines; in the others what is broken is marked. */
static void append_mixed(GString *out, Bytes bytes, bool *guessed_out)
{
    const uint8_t *end = bytes.data + bytes.size;
    *guessed_out = true;
    for (const uint8_t *at = bytes.data; at < end;) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        Bytes line = {at, (size_t)((newline ? newline + 1 : end) - at)};
        if (has_utf8_letter(line) || bytes_are_ascii(line))
            append_utf8(out, (const char *)line.data, line.size, guessed_out);
        else
            append_converted(out, charset_find("WINDOWS-1252"), line, guessed_out);
        at += line.size;
    }
}

/* UTF-16 without a mark: letters of our part of the world have a zero in their upper byte; else big-endian (RFC 2781). */
static const char *wide_order(Bytes bytes)
{
    size_t zeros[2] = {0};
    for (size_t i = 0; i < bytes.size; i++)
        zeros[i % 2] += bytes.data[i] == 0;
    return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
}

/* Text under the name of UTF-16; its mark, where it has one, is right whatever the name says. */
static void append_wide(GString *out, const char *label, Bytes bytes, bool *guessed_out)
{
    if (bytes_start(bytes, "\xff\xfe", 2)) {
        append_converted(out, charset_find("UTF-16LE"), (Bytes){bytes.data + 2, bytes.size - 2}, guessed_out);
    } else if (bytes_start(bytes, "\xfe\xff", 2)) {
        append_converted(out, charset_find("UTF-16BE"), (Bytes){bytes.data + 2, bytes.size - 2}, guessed_out);
    } else if (!memchr(bytes.data, 0, bytes.size) && bytes_are_ascii(bytes)) { /* as page editors write it */
        append_utf8(out, (const char *)bytes.data, bytes.size, guessed_out);
        *guessed_out = true;
    } else {
        bool unordered = !g_ascii_strcasecmp(charset_canonical(label), "UTF-16");
        append_converted(out, charset_find(unordered ? wide_order(bytes) : label), bytes, guessed_out);
    }
}

/* Japanese mail of old says nothing or ASCII, and switches by itself. */
static bool is_unnamed_japanese(Bytes bytes)
{
    return bytes.size && bytes_are_ascii(bytes) &&
           (g_strstr_len((const char *)bytes.data, (gssize)bytes.size, "\x1b$B") ||
            g_strstr_len((const char *)bytes.data, (gssize)bytes.size, "\x1b$@"));
}

static void append_open(GString *out, Bytes bytes, bool *guessed_out)
{
    if (bytes_start(bytes, "\xff\xfe", 2) || bytes_start(bytes, "\xfe\xff", 2)) {
        append_wide(out, "UTF-16", bytes, guessed_out);
        *guessed_out = true;
    } else if (is_unnamed_japanese(bytes)) {
        append_converted(out, charset_find("ISO-2022-JP"), bytes, guessed_out);
        *guessed_out = true;
    } else if (bytes_are_utf8(bytes)) {
        append_utf8(out, (const char *)bytes.data, bytes.size, guessed_out);
    } else {
        append_mixed(out, bytes, guessed_out);
    }
}

void charset_append(GString *out, const char *label, Bytes bytes, bool *guessed_out)
{
    charset_open_all();
    if (bytes_start(bytes, "\xef\xbb\xbf", 3)) { /* a mark says more than a name */
        label = "UTF-8";
        bytes = (Bytes){bytes.data + 3, bytes.size - 3};
    }
    if (!bytes.size)
        return;
    Family family = family_of(label && *label ? label : NULL);
    bool plain = family == FAMILY_LATIN || family == FAMILY_UNKNOWN;
    if (plain && !bytes_are_ascii(bytes) && bytes_are_utf8(bytes)) {
        family = FAMILY_OPEN; /* hardly anything else looks like it by chance */
        *guessed_out = true;
    }
    switch (family) {
    case FAMILY_OPEN:
        append_open(out, bytes, guessed_out);
        return;
    case FAMILY_WIDE:
        append_wide(out, label, bytes, guessed_out);
        return;
    case FAMILY_UNKNOWN:
        *guessed_out = *guessed_out || !bytes_are_ascii(bytes);
        append_converted(out, charset_find("WINDOWS-1252"), bytes, guessed_out);
        return;
    case FAMILY_LATIN:
    case FAMILY_OTHER:
        append_converted(out, charset_find(is_latin_1(label) ? "WINDOWS-1252" : label), bytes, guessed_out);
        return;
    }
}
