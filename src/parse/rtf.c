/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One pass over the bytes with a small stack of groups. Letters wait in `waiting` as bytes of the current code page,
 * because a letter of two bytes may be written half as \'hh and half plain; whatever is not a letter of that code page
 * turns them into UTF-8 first. In HTML ([MS-OXRTFEX]) what stands in {\*\htmltag} is the HTML's own, what stands between
 * \htmlrtf and \htmlrtf0 is only for readers of RTF, and the rest is both.
 */
#include "parse/rtf_int.h"

#include "parse/charset_int.h"

#include <string.h>

enum { DEPTH_MAX = 100, FONTS_MAX = 256, WORD_MAX = 32, CODEPAGE_ANSI = 1252, CODEPAGE_DEFAULT = 0 };

typedef struct Group {
    bool skipped;   /* not for people */
    bool hidden;    /* \v, or \htmlrtf in HTML */
    bool is_fonts;  /* \fonttbl: names, and what code page each font means */
    bool is_tag;    /* \htmltag */
    bool starred;   /* \* came last: a destination we need not know */
    uint8_t spares; /* \uc: letters behind each \u for readers that do not know it */
    uint16_t font;
} Group;

typedef struct Reader {
    const uint8_t *at, *end;
    GString *out, *waiting;
    uint32_t waiting_codepage;
    Group stack[DEPTH_MAX];
    size_t depth;    /* of groups; those beyond DEPTH_MAX have no state of their own */
    size_t to_spare; /* letters to leave out */
    gunichar half;   /* the first half of a surrogate pair */
    uint32_t ansi;   /* \ansicpg */
    uint16_t fonts[FONTS_MAX];
    size_t max;
    RtfText result;
} Reader;

/* ---- code pages ---- */

static const struct {
    uint32_t codepage;
    const char *charset;
} codepages[] = {
    {874, "tis-620"},        {932, "cp932"},          {936, "gbk"},            {949, "uhc"},
    {950, "big5"},           {1200, "utf-16le"},      {1250, "windows-1250"},  {1251, "windows-1251"},
    {1252, "windows-1252"},  {1253, "windows-1253"},  {1254, "windows-1254"},  {1255, "windows-1255"},
    {1256, "windows-1256"},  {1257, "windows-1257"},  {1258, "windows-1258"},  {1361, "johab"},
    {10000, "macintosh"},    {20127, "us-ascii"},     {20866, "koi8-r"},       {21866, "koi8-u"},
    {28591, "iso-8859-1"},   {28592, "iso-8859-2"},   {28593, "iso-8859-3"},   {28594, "iso-8859-4"},
    {28595, "iso-8859-5"},   {28596, "iso-8859-6"},   {28597, "iso-8859-7"},   {28598, "iso-8859-8"},
    {28599, "iso-8859-9"},   {28603, "iso-8859-13"},  {28605, "iso-8859-15"},  {38598, "iso-8859-8-i"},
    {50220, "iso-2022-jp"},  {50225, "iso-2022-kr"},  {51932, "euc-jp"},       {51949, "euc-kr"},
    {52936, "gb18030"},      {54936, "gb18030"},      {65000, "utf-7"},        {65001, "utf-8"},
};

const char *codepage_charset(uint32_t codepage)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codepages); i++)
        if (codepages[i].codepage == codepage)
            return codepages[i].charset;
    return NULL;
}

/* \fcharset (RTF 1.9.1, "Font Table"). */
static uint16_t codepage_of_fcharset(int number)
{
    static const uint16_t rows[][2] = {{0, 1252},   {77, 10000}, {128, 932},  {129, 949},  {130, 1361}, {134, 936},
                                       {136, 950},  {161, 1253}, {162, 1254}, {163, 1258}, {177, 1255}, {178, 1256},
                                       {186, 1257}, {204, 1251}, {222, 874},  {238, 1250}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i][0] == number)
            return rows[i][1];
    return CODEPAGE_DEFAULT;
}

/* ---- writing ---- */

static Group *top(Reader *in)
{
    return &in->stack[MIN(in->depth, (size_t)DEPTH_MAX - 1)];
}

static bool is_silent(Reader *in)
{
    const Group *group = top(in);
    return group->skipped || (group->hidden && !group->is_tag);
}

static bool all_ascii(const GString *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->str[i] >= 0x80 || text->str[i] == '\0' || text->str[i] == '\r')
            return false;
    return true;
}

static void flush(Reader *in)
{
    Bytes waiting = {(const uint8_t *)in->waiting->str, in->waiting->len};
    if (all_ascii(in->waiting)) /* as most are: saves the search for a converter */
        g_string_append_len(in->out, in->waiting->str, (gssize)in->waiting->len);
    else
        charset_append(in->out, codepage_charset(in->waiting_codepage), waiting, &in->result.guessed);
    g_string_truncate(in->waiting, 0);
    in->half = 0;
}

/* One letter, counted among those behind a \u. False when it is to be left out. */
static bool is_wanted(Reader *in)
{
    bool spare = in->to_spare > 0;
    in->to_spare -= spare;
    return !spare && !is_silent(in);
}

static void put_letter(Reader *in, uint8_t byte)
{
    if (!is_wanted(in))
        return;
    uint16_t font = in->fonts[MIN(top(in)->font, FONTS_MAX - 1)];
    uint32_t codepage = font == CODEPAGE_DEFAULT ? in->ansi : font;
    if (codepage != in->waiting_codepage || in->half)
        flush(in);
    in->waiting_codepage = codepage;
    g_string_append_c(in->waiting, (char)byte);
}

static void put_text(Reader *in, const char *text)
{
    if (!is_wanted(in))
        return;
    flush(in);
    g_string_append(in->out, text);
}

/* \uN: a number of 16 bits with a sign; two of them for what lies above. */
static void put_unicode(Reader *in, int number)
{
    gunichar unit = (gunichar)number & 0xffff, half = in->half;
    in->to_spare = 0;
    if (!is_silent(in)) {
        flush(in);
        if (unit >= 0xd800 && unit < 0xdc00)
            in->half = unit;
        else if (unit >= 0xdc00 && unit < 0xe000)
            g_string_append_unichar(in->out, half ? 0x10000 + ((half - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd);
        else if (unit)
            g_string_append_unichar(in->out, unit);
    }
    in->to_spare = top(in)->spares;
}

/* ---- words ---- */

/* Destinations whose words are not the message's; the first letters are enough for header and footer. */
static bool is_apparatus(const char *word)
{
    static const char *const names[] = {"colortbl",  "stylesheet", "info",         "pict",      "object",
                                        "filetbl",   "listtable",  "revtbl",       "themedata", "colorschememapping",
                                        "datastore", "latentstyles", "nonesttables", "mhtmltag",  "fldinst",   NULL};
    return g_strv_contains(names, word) || g_str_has_prefix(word, "header") || g_str_has_prefix(word, "footer");
}

static const char *text_of_word(const char *word)
{
    static const struct {
        const char *word, *text;
    } rows[] = {
        {"par", "\n"},        {"line", "\n"},       {"sect", "\n"},      {"page", "\n"},          {"row", "\n"},
        {"nestrow", "\n"},    {"cell", "\t"},       {"nestcell", "\t"},  {"tab", "\t"},           {"emdash", "—"},
        {"endash", "–"},      {"bullet", "•"},      {"lquote", "‘"},     {"rquote", "’"},         {"ldblquote", "“"},
        {"rdblquote", "”"},   {"emspace", " "},     {"enspace", " "},    {"qmspace", " "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!strcmp(rows[i].word, word))
            return rows[i].text;
    return NULL;
}

static void start_destination(Reader *in, const char *word)
{
    Group *group = top(in);
    bool is_tag = in->result.is_html && group->starred && !strcmp(word, "htmltag");
    if (!strcmp(word, "fonttbl"))
        group->is_fonts = group->skipped = true;
    else if (is_tag && !group->skipped)
        group->is_tag = true;
    else if (group->starred || is_apparatus(word))
        group->skipped = true;
    group->starred = false;
}

static void set_font(Reader *in, int number)
{
    top(in)->font = (uint16_t)CLAMP(number, 0, FONTS_MAX - 1);
}

/* A word that changes how the rest is read. False when it is none of them. */
static bool obey_word(Reader *in, const char *word, bool has_number, int number)
{
    Group *group = top(in);
    bool on = !has_number || number != 0;
    if (!strcmp(word, "u") && has_number)
        put_unicode(in, number);
    else if (!strcmp(word, "uc"))
        group->spares = (uint8_t)CLAMP(number, 0, 20);
    else if (!strcmp(word, "f"))
        set_font(in, number);
    else if (!strcmp(word, "fcharset") && group->is_fonts)
        in->fonts[MIN(group->font, FONTS_MAX - 1)] = codepage_of_fcharset(number);
    else if (!strcmp(word, "ansicpg"))
        in->ansi = codepage_charset((uint32_t)number) ? (uint32_t)number : CODEPAGE_ANSI;
    else if (!strcmp(word, "fromhtml"))
        in->result.is_html = on && !in->out->len;
    else if (!strcmp(word, "htmlrtf") || (!strcmp(word, "v") && !in->result.is_html))
        group->hidden = on;
    else if (!strcmp(word, "plain"))
        group->hidden = group->hidden && in->result.is_html;
    else if (!strcmp(word, "bin"))
        in->at += MIN((size_t)MAX(number, 0), (size_t)(in->end - in->at));
    else
        return false;
    return true;
}

static void read_word(Reader *in)
{
    char word[WORD_MAX + 1] = "";
    size_t length = 0;
    int number = 0;
    for (; in->at < in->end && g_ascii_isalpha(*in->at); in->at++)
        if (length < WORD_MAX)
            word[length++] = (char)*in->at;
    bool minus = in->at < in->end && *in->at == '-';
    in->at += minus;
    const uint8_t *digits = in->at;
    for (; in->at < in->end && g_ascii_isdigit(*in->at); in->at++)
        number = MIN(number, 9999999) * 10 + (*in->at - '0');
    bool has_number = in->at > digits;
    in->at += in->at < in->end && *in->at == ' ';
    if (in->to_spare && strcmp(word, "u") != 0) {
        in->to_spare--; /* a word counts as a letter there */
        return;
    }
    if (obey_word(in, word, has_number, minus ? -number : number)) {
        top(in)->starred = false;
        return;
    }
    const char *text = text_of_word(word);
    if (text)
        put_text(in, text);
    else
        start_destination(in, word);
}

static void read_hex(Reader *in)
{
    int high = in->at < in->end ? g_ascii_xdigit_value((char)in->at[0]) : -1;
    int low = in->at + 1 < in->end ? g_ascii_xdigit_value((char)in->at[1]) : -1;
    if (high < 0 || low < 0)
        return;
    in->at += 2;
    put_letter(in, (uint8_t)(high << 4 | low));
}

/* What follows a backslash. */
static void read_control(Reader *in)
{
    if (in->at >= in->end || g_ascii_isalpha(*in->at)) {
        read_word(in);
        return;
    }
    uint8_t symbol = *in->at++;
    if (symbol == '\'')
        read_hex(in);
    else if (symbol == '*')
        top(in)->starred = true;
    else if (symbol == '~')
        put_text(in, "\xc2\xa0");
    else if (symbol == '_')
        put_text(in, "\xe2\x80\x91");
    else if (symbol == '\n' || symbol == '\r')
        put_text(in, "\n");
    else if (strchr("\\{}", symbol) && symbol)
        put_letter(in, symbol);
}

/* ---- groups ---- */

static void open_group(Reader *in)
{
    in->to_spare = 0;
    in->depth++;
    if (in->depth < DEPTH_MAX) {
        in->stack[in->depth] = in->stack[in->depth - 1];
        in->stack[in->depth].starred = false;
    }
}

static void close_group(Reader *in)
{
    in->to_spare = 0;
    in->depth -= in->depth > 0;
}

RtfText rtf_read(Bytes rtf, size_t max, GString *out)
{
    g_autoptr(GString) waiting = g_string_new(NULL);
    rtf.data = rtf.data ? rtf.data : (const uint8_t *)"";
    Reader in = {.at = rtf.data,
                 .end = rtf.data + rtf.size,
                 .out = out,
                 .waiting = waiting,
                 .waiting_codepage = CODEPAGE_ANSI,
                 .ansi = CODEPAGE_ANSI,
                 .max = max,
                 .stack[0] = {.spares = 1}};
    while (in.at < in.end && out->len + waiting->len <= max) {
        uint8_t byte = *in.at++;
        if (byte == '{')
            open_group(&in);
        else if (byte == '}')
            close_group(&in);
        else if (byte == '\\')
            read_control(&in);
        else if (byte >= ' ' || byte == '\t')
            put_letter(&in, byte);
    }
    flush(&in);
    in.result.cut = in.at < in.end;
    return in.result;
}
