/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two steps. Framing finds the end of a response: lines are gathered in `text`; one that ends in {n} is followed by n
 * bytes of literal, which go to `literals` while the text goes on behind the closing brace. Only then is the whole
 * response parsed, from the text, where each {n} stands for the next literal. So the parser never meets a half response
 * and needs no state between calls, and the framing knows no grammar but one thing: a status response and a
 * continuation end in free text, which may look like a literal and is none.
 *
 * Memory is bounded in the framing: what passes a limit is counted there and not kept.
 */
#include "net/imap_read.h"

#include "base/check.h"

#include <string.h>

#define TEXT_MAX ((size_t)64 << 10)
#define SEARCH_TEXT_MAX ((size_t)1 << 20)
#define LITERALS_MAX 64
#define DEPTH_MAX 32
#define KEPT_BUFFER_MAX ((gsize)1 << 20) /* a larger literal's memory is given back */

typedef struct Literal {
    gsize after; /* where in the text it stands: behind this many bytes */
    gsize start, size;
    bool skipped;
} Literal;

struct ImapReader {
    Arena *arena; /* of the response last given */
    size_t literal_max;
    GByteArray *text;
    GByteArray *literals;
    Literal table[LITERALS_MAX];
    guint literal_count;
    uint64_t literal_left; /* of the literal being read */
    gsize line_start;      /* in text, of the line being read */
    bool clipped;          /* of a search: the rest of its line is not kept */
    bool ended;            /* the response in the buffers has been given */
    bool cr_seen;
    const char *fault;
};

ImapReader *imap_reader_new(size_t literal_max)
{
    ImapReader *reader = g_new0(ImapReader, 1);
    reader->arena = arena_new(ARENA_REQUEST_CAP);
    reader->literal_max = literal_max;
    reader->text = g_byte_array_sized_new(256);
    reader->literals = g_byte_array_sized_new(256);
    return reader;
}

void imap_reader_set_literal_max(ImapReader *reader, size_t literal_max)
{
    reader->literal_max = literal_max;
}

void imap_reader_free(ImapReader *reader)
{
    if (!reader)
        return;
    arena_free(reader->arena);
    g_byte_array_unref(reader->text);
    g_byte_array_unref(reader->literals);
    g_free(reader);
}

const char *imap_reader_fault(const ImapReader *reader)
{
    return reader->fault;
}

GByteArray *imap_reader_take_literals(ImapReader *reader)
{
    GByteArray *literals = reader->literals;
    reader->literals = g_byte_array_sized_new(256);
    return literals;
}

bool imap_words_have(ImapWords words, const char *word)
{
    for (size_t i = 0; i < words.count; i++)
        if (g_ascii_strcasecmp(words.at[i], word) == 0)
            return true;
    return false;
}

/* --- parsing: a cursor over a whole response --------------------------------------------------------------------- */

typedef struct Scan {
    Arena *arena;
    const ImapReader *reader;
    const uint8_t *start, *at, *end;
    guint literal; /* the next one */
    bool skipped;  /* the string last read was a literal over the limit */
    bool failed;
} Scan;

static bool fail(Scan *scan)
{
    scan->failed = true;
    scan->at = scan->end;
    return false;
}

static bool is_next(const Scan *scan, char c)
{
    return scan->at < scan->end && *scan->at == (uint8_t)c;
}

static bool take(Scan *scan, char c)
{
    if (!is_next(scan, c))
        return false;
    scan->at++;
    return true;
}

static bool must_take(Scan *scan, char c)
{
    return take(scan, c) || fail(scan);
}

static bool is_atom_byte(uint8_t c)
{
    return c > ' ' && c != 0x7f && !strchr("(){\"[]", c);
}

/* A run of bytes that are not special; may be empty. A section's brackets are not of it. */
static Bytes scan_word(Scan *scan)
{
    Bytes word = {scan->at, 0};
    while (scan->at < scan->end && is_atom_byte(*scan->at))
        scan->at++;
    word.size = (size_t)(scan->at - word.data);
    return word;
}

static char *keep(const Scan *scan, Bytes word)
{
    return arena_strndup(scan->arena, (const char *)word.data, word.size);
}

static bool word_is(Bytes word, const char *name)
{
    return word.size == strlen(name) && g_ascii_strncasecmp((const char *)word.data, name, word.size) == 0;
}

static bool number_of(Bytes digits, uint64_t max, uint64_t *number_out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (!g_ascii_isdigit(digits.data[i]) || number > (max - (digits.data[i] - '0')) / 10)
            return false;
        number = number * 10 + (digits.data[i] - '0');
    }
    *number_out = number;
    return digits.size > 0;
}

static uint64_t scan_number(Scan *scan, uint64_t max)
{
    Bytes digits = {scan->at, 0};
    while (scan->at < scan->end && g_ascii_isdigit(*scan->at))
        scan->at++;
    digits.size = (size_t)(scan->at - digits.data);
    uint64_t number = 0;
    if (!number_of(digits, max, &number))
        fail(scan);
    return number;
}

static uint32_t scan_number32(Scan *scan)
{
    return (uint32_t)scan_number(scan, UINT32_MAX);
}

static Bytes scan_quoted(Scan *scan)
{
    must_take(scan, '"');
    const uint8_t *start = scan->at;
    while (scan->at < scan->end && *scan->at != '"')
        scan->at += *scan->at == '\\' && scan->at + 1 < scan->end ? 2 : 1;
    size_t size = 0;
    uint8_t *copy = arena_alloc(scan->arena, (size_t)(scan->at - start) + 1);
    for (const uint8_t *at = start; at < scan->at; at++)
        copy[size++] = *at == '\\' && at + 1 < scan->at ? *++at : *at;
    must_take(scan, '"');
    return (Bytes){copy, size};
}

static const Bytes nothing = {(const uint8_t *)"", 0}; /* no bytes, and yet a pointer: GLib tells them apart */

static Bytes scan_literal(Scan *scan)
{
    const uint8_t *close = memchr(scan->at, '}', (size_t)(scan->end - scan->at));
    const Literal *literal = &scan->reader->table[scan->literal];
    if (!close || scan->literal == scan->reader->literal_count || literal->after != (gsize)(close + 1 - scan->start)) {
        fail(scan);
        return nothing;
    }
    scan->literal++;
    scan->at = close + 1;
    scan->skipped = literal->skipped;
    return (Bytes){scan->reader->literals->data + literal->start, literal->size};
}

/* A string in quotes, a literal, or NIL, which gives no bytes. */
static Bytes scan_string(Scan *scan)
{
    scan->skipped = false;
    if (is_next(scan, '"'))
        return scan_quoted(scan);
    take(scan, '~'); /* literal8 */
    if (is_next(scan, '{'))
        return scan_literal(scan);
    if (!word_is(scan_word(scan), "NIL"))
        fail(scan);
    return nothing;
}

/* Any value: of what we did not ask for, only the end matters. Iterative, so that nesting costs no stack. */
static void skip_value(Scan *scan)
{
    size_t depth = 0;
    do {
        const uint8_t *before = scan->at;
        if (is_next(scan, '(')) {
            scan->at++;
            if (++depth > DEPTH_MAX)
                fail(scan);
        } else if (depth && take(scan, ')')) {
            depth--;
        } else if (is_next(scan, '"') || is_next(scan, '{') || is_next(scan, '~')) {
            scan_string(scan);
        } else {
            while (scan->at < scan->end && (is_atom_byte(*scan->at) || strchr("[]", *scan->at)))
                scan->at++;
        }
        while (depth && take(scan, ' '))
            ;
        if (scan->at == before)
            fail(scan);
    } while (depth && !scan->failed);
}

/* Words with blanks between, up to the closing character, or the end for '\0'. */
static ImapWords scan_words(Scan *scan, char closing)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    do {
        Bytes word = {scan->at, 0};
        while (scan->at<scan->end && * scan->at> ' ' && *scan->at != (uint8_t)closing)
            scan->at++;
        word.size = (size_t)(scan->at - word.data);
        if (word.size)
            g_ptr_array_add(words, keep(scan, word));
    } while (take(scan, ' '));
    const char **at = ARENA_ARRAY(scan->arena, const char *, words->len);
    for (guint i = 0; i < words->len; i++)
        at[i] = words->pdata[i];
    return (ImapWords){at, words->len};
}

static ImapWords scan_flag_list(Scan *scan)
{
    must_take(scan, '(');
    ImapWords words = scan_words(scan, ')');
    must_take(scan, ')');
    return words;
}

static void add_range(GArray *ranges, uint32_t first, uint32_t last)
{
    ImapRange *before = ranges->len ? &g_array_index(ranges, ImapRange, ranges->len - 1) : NULL;
    if (before && before->last < UINT32_MAX && before->last + 1 == first)
        before->last = last;
    else
        g_array_append_val(ranges, ((ImapRange){first, last}));
}

/* Numbers and ranges with this between them; 0 is no number of a message. */
static ImapSet scan_set(Scan *scan, char separator)
{
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(ImapRange));
    do {
        uint32_t one = scan_number32(scan);
        uint32_t other = take(scan, ':') ? scan_number32(scan) : one;
        if (!one || !other)
            fail(scan);
        else
            add_range(ranges, MIN(one, other), MAX(one, other));
    } while (!scan->failed && take(scan, separator) && scan->at < scan->end && g_ascii_isdigit(*scan->at));
    ImapRange *kept = ARENA_ARRAY(scan->arena, ImapRange, ranges->len);
    if (ranges->len)
        memcpy(kept, ranges->data, ranges->len * sizeof *kept);
    return (ImapSet){.ranges = kept, .count = ranges->len};
}

/* The digits at text[at]; a blank counts as 0. */
static int pair_at(const char *text, size_t at)
{
    return (text[at] == ' ' ? 0 : text[at] - '0') * 10 + text[at + 1] - '0';
}

static bool has_date_shape(const char *text)
{
    static const char shape[] = "00-AAA-0000 00:00:00 +0000";
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (!(shape[i] == '0'   ? g_ascii_isdigit(text[i]) || (i == 0 && text[i] == ' ')
              : shape[i] == 'A' ? g_ascii_isalpha(text[i])
              : shape[i] == '+' ? text[i] == '+' || text[i] == '-'
                                : text[i] == shape[i]))
            return false;
    return true;
}

static int month_of(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (g_ascii_strncasecmp(months + i * 3, name, 3) == 0)
            return i + 1;
    return 0;
}

/* "17-Jul-1996 02:44:25 -0700", the day's first digit may be a blank. A date that is none is no reason to lose the
 * message: false. */
static bool parse_date(Bytes quoted, TimeMs *date_out)
{
    g_autofree char *text = g_strndup((const char *)quoted.data, MIN(quoted.size, (size_t)32));
    if (!has_date_shape(text))
        return false;
    Date date = {pair_at(text, 7) * 100 + pair_at(text, 9), month_of(text + 3), pair_at(text, 0)};
    int hour = pair_at(text, 12), minute = pair_at(text, 15), second = pair_at(text, 18);
    if (!date_is_valid(date) || hour > 23 || minute > 59 || second > 60)
        return false;
    TimeMs offset = pair_at(text, 22) * TIME_HOUR + pair_at(text, 24) * TIME_MINUTE;
    TimeMs wall = date_to_days(date) * TIME_DAY + hour * TIME_HOUR + minute * TIME_MINUTE + second * TIME_SECOND;
    *date_out = text[21] == '-' ? wall + offset : wall - offset;
    return true;
}

/* "[HEADER.FIELDS (TO)]<0>" behind a name: what is not the whole message is not ours. */
static void skip_section(Scan *scan)
{
    if (is_next(scan, '['))
        while (scan->at < scan->end && *scan->at != ']')
            scan->at++;
    while (scan->at < scan->end && *scan->at != ' ')
        scan->at++;
}

static void parse_body(Scan *scan, ImapFetch *fetch)
{
    fetch->in_quotes = is_next(scan, '"');
    fetch->body = scan_string(scan);
    fetch->skipped = scan->skipped;
    fetch->has_body = true;
}

static void parse_fetch_item(Scan *scan, ImapFetch *fetch)
{
    Bytes name = scan_word(scan);
    const uint8_t *section = scan->at;
    skip_section(scan);
    Bytes part = {section, (size_t)(scan->at - section)};
    bool is_head = word_is(part, "[HEADER]<0>") || word_is(part, "[HEADER]");
    must_take(scan, ' ');
    if (word_is(name, "BODY") && (is_head || word_is(part, "[]"))) {
        fetch->is_head = is_head;
        parse_body(scan, fetch);
    } else if (word_is(name, "UID")) {
        fetch->uid = scan_number32(scan);
        fetch->has_uid = true;
    } else if (word_is(name, "FLAGS")) {
        fetch->flags = scan_flag_list(scan);
        fetch->has_flags = true;
    } else if (word_is(name, "RFC822.SIZE")) {
        fetch->size = scan_number(scan, INT64_MAX);
        fetch->has_size = true;
    } else if (word_is(name, "INTERNALDATE")) {
        fetch->has_date = parse_date(scan_string(scan), &fetch->date);
    } else {
        skip_value(scan);
    }
}

static void parse_fetch(Scan *scan, ImapFetch *fetch)
{
    must_take(scan, ' ');
    must_take(scan, '(');
    while (!scan->failed && !take(scan, ')')) {
        parse_fetch_item(scan, fetch);
        if (!is_next(scan, ')'))
            must_take(scan, ' ');
    }
}

/* ESEARCH: (TAG "x") UID MIN 1 COUNT 9 ALL 1:9, each part optional, ALL's absence meaning nothing found. */
static void parse_esearch(Scan *scan, ImapResponse *response)
{
    if (take(scan, ' ') && is_next(scan, '('))
        skip_value(scan);
    while (!scan->failed && scan->at < scan->end) {
        take(scan, ' ');
        Bytes name = scan_word(scan);
        if (word_is(name, "ALL") && must_take(scan, ' '))
            response->found = scan_set(scan, ',');
        else if (!word_is(name, "UID") && must_take(scan, ' '))
            skip_value(scan);
    }
}

static void parse_list(Scan *scan, ImapResponse *response)
{
    must_take(scan, ' ');
    response->words = scan_flag_list(scan);
    must_take(scan, ' ');
    scan_string(scan); /* what parts the levels of a name */
    must_take(scan, ' ');
    Bytes name;
    if (is_next(scan, '"') || is_next(scan, '{')) {
        name = scan_string(scan);
    } else {
        name.data = scan->at;
        while (scan->at<scan->end && * scan->at> ' ')
            scan->at++;
        name.size = (size_t)(scan->at - name.data);
    }
    response->folder = keep(scan, name);
    scan->at = scan->end; /* extended data of RFC 5258 */
}

/* (("INBOX." ".")) NIL NIL (RFC 2342): of the user's own the first. Any other shape tells us nothing: that breaks no
 * response. */
static void parse_namespace(Scan *scan, ImapResponse *response)
{
    if (take(scan, ' ') && take(scan, '(') && take(scan, '('))
        response->folder = keep(scan, scan_string(scan));
    if (scan->failed) {
        scan->failed = false;
        response->folder = "";
    }
    scan->at = scan->end;
}

static ImapCode code_of(Bytes word)
{
    static const struct {
        const char *name;
        ImapCode code;
    } names[] = {
        {"ALERT", IMAP_CODE_ALERT},
        {"CAPABILITY", IMAP_CODE_CAPABILITY},
        {"COPYUID", IMAP_CODE_COPYUID},
        {"PERMANENTFLAGS", IMAP_CODE_PERMANENTFLAGS},
        {"READ-ONLY", IMAP_CODE_READ_ONLY},
        {"READ-WRITE", IMAP_CODE_READ_WRITE},
        {"TRYCREATE", IMAP_CODE_TRYCREATE},
        {"UIDNEXT", IMAP_CODE_UIDNEXT},
        {"UIDVALIDITY", IMAP_CODE_UIDVALIDITY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (word_is(word, names[i].name))
            return names[i].code;
    return IMAP_CODE_OTHER;
}

static void parse_code_arguments(Scan *scan, ImapResponse *response)
{
    must_take(scan, ' ');
    if (response->code == IMAP_CODE_CAPABILITY)
        response->words = scan_words(scan, ']');
    else if (response->code == IMAP_CODE_PERMANENTFLAGS)
        response->words = scan_flag_list(scan);
    else
        response->number = scan_number32(scan);
    if (response->code == IMAP_CODE_COPYUID) {
        must_take(scan, ' ');
        response->source = scan_set(scan, ',');
        must_take(scan, ' ');
        response->found = scan_set(scan, ',');
    }
    if (!is_next(scan, ']'))
        fail(scan);
}

static bool has_arguments(ImapCode code)
{
    return code == IMAP_CODE_CAPABILITY || code == IMAP_CODE_COPYUID || code == IMAP_CODE_PERMANENTFLAGS ||
           code == IMAP_CODE_UIDNEXT || code == IMAP_CODE_UIDVALIDITY;
}

/* "UIDVALIDITY 7] ", behind its bracket. A code we do not know, or whose arguments are not what they should be, tells us
 * nothing: that breaks no response. */
static void parse_code(Scan *scan, ImapResponse *response)
{
    response->code = code_of(scan_word(scan));
    const uint8_t *arguments = scan->at;
    if (has_arguments(response->code))
        parse_code_arguments(scan, response);
    if (scan->failed) {
        scan->failed = false;
        scan->at = arguments;
        response->code = IMAP_CODE_OTHER;
    }
    while (scan->at < scan->end && !take(scan, ']'))
        scan->at++;
}

/* After the status word. What stands in brackets is a code only when it comes first. */
static void parse_text(Scan *scan, ImapResponse *response)
{
    take(scan, ' ');
    if (take(scan, '['))
        parse_code(scan, response);
    take(scan, ' ');
    response->text = (Bytes){scan->at, (size_t)(scan->end - scan->at)};
    scan->at = scan->end;
}

static bool is_status(Bytes word, ImapStatus *status_out)
{
    static const char *const names[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (word_is(word, names[i])) {
            *status_out = (ImapStatus)i;
            return true;
        }
    return false;
}

static void parse_named(Scan *scan, Bytes word, ImapResponse *response)
{
    if (word_is(word, "CAPABILITY") || word_is(word, "FLAGS")) {
        response->kind = word_is(word, "FLAGS") ? IMAP_FLAGS : IMAP_CAPABILITY;
        take(scan, ' ');
        response->words = response->kind == IMAP_FLAGS ? scan_flag_list(scan) : scan_words(scan, '\0');
    } else if (word_is(word, "SEARCH") || word_is(word, "ESEARCH")) {
        response->kind = IMAP_SEARCH;
        if (scan->reader->clipped)
            response->found.clipped = true;
        else if (word_is(word, "ESEARCH"))
            parse_esearch(scan, response);
        else if (take(scan, ' ') && scan->at < scan->end)
            response->found = scan_set(scan, ' ');
        if (is_next(scan, '(') || response->found.clipped) /* (MODSEQ 9) of RFC 7162 */
            scan->at = scan->end;
    } else if (word_is(word, "LIST")) {
        response->kind = IMAP_LIST;
        parse_list(scan, response);
    } else if (word_is(word, "NAMESPACE")) {
        response->kind = IMAP_NAMESPACE;
        parse_namespace(scan, response);
    } else {
        response->kind = IMAP_OTHER;
        scan->at = scan->end;
    }
}

static void parse_numbered(Scan *scan, uint32_t number, ImapResponse *response)
{
    Bytes word = scan_word(scan);
    response->number = number;
    if (word_is(word, "FETCH")) {
        response->kind = IMAP_FETCH;
        parse_fetch(scan, &response->fetch);
    } else {
        response->kind = word_is(word, "EXISTS") ? IMAP_EXISTS : word_is(word, "EXPUNGE") ? IMAP_EXPUNGE : IMAP_OTHER;
        if (response->kind == IMAP_OTHER)
            scan->at = scan->end;
    }
    if ((response->kind == IMAP_FETCH || response->kind == IMAP_EXPUNGE) && !number)
        fail(scan);
}

static void parse_untagged(Scan *scan, ImapResponse *response)
{
    Bytes word = scan_word(scan);
    uint64_t number;
    if (is_status(word, &response->status))
        parse_text(scan, response);
    else if (number_of(word, UINT32_MAX, &number) && must_take(scan, ' '))
        parse_numbered(scan, (uint32_t)number, response);
    else if (word.size && !g_ascii_isdigit(word.data[0]))
        parse_named(scan, word, response);
    else
        fail(scan);
}

static bool parse(ImapReader *reader, ImapResponse *response)
{
    GByteArray *text = reader->text;
    Scan scan = {
        .arena = reader->arena, .reader = reader, .start = text->data, .at = text->data, .end = text->data + text->len};
    *response = (ImapResponse){.tag = "", .folder = ""};
    if (take(&scan, '+')) {
        response->kind = IMAP_CONTINUE;
        parse_text(&scan, response);
        return !scan.failed;
    }
    Bytes tag = scan_word(&scan);
    must_take(&scan, ' ');
    if (word_is(tag, "*")) {
        parse_untagged(&scan, response);
    } else {
        response->tag = keep(&scan, tag);
        if (!tag.size || !is_status(scan_word(&scan), &response->status) || response->status > IMAP_STATUS_BAD)
            fail(&scan);
        parse_text(&scan, response);
    }
    return !scan.failed && scan.at == scan.end;
}

/* --- framing: where a response ends ------------------------------------------------------------------------------ */

static bool text_begins(const ImapReader *reader, const char *start)
{
    return reader->text->len >= strlen(start) &&
           g_ascii_strncasecmp((const char *)reader->text->data, start, strlen(start)) == 0;
}

static bool is_search(const ImapReader *reader)
{
    return text_begins(reader, "* SEARCH ") || text_begins(reader, "* ESEARCH ");
}

/* Whether the line ends in a literal's {n}; a status' free text may look like it. */
static bool ends_in_literal(ImapReader *reader, uint64_t *size_out)
{
    static const char *const free_text[] = {"* OK ", "* NO ", "* BAD ", "* BYE ", "* PREAUTH "};
    if (!text_begins(reader, "* ") || reader->clipped)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(free_text); i++)
        if (text_begins(reader, free_text[i]))
            return false;
    const uint8_t *line = reader->text->data + reader->line_start;
    gsize length = reader->text->len - reader->line_start;
    const uint8_t *open = memrchr(line, '{', length);
    if (!open || line[length - 1] != '}')
        return false;
    Bytes digits = {open + 1, (size_t)(line + length - 1 - (open + 1))};
    if (digits.size && digits.data[digits.size - 1] == '+')
        digits.size--;
    if (!number_of(digits, INT64_MAX, size_out))
        reader->fault = "a literal's length is no number";
    return true;
}

static void open_literal(ImapReader *reader, uint64_t size)
{
    if (reader->literal_count == LITERALS_MAX) {
        reader->fault = "a response has too many literals";
        return;
    }
    bool skipped = size > reader->literal_max - MIN(reader->literal_max, (size_t)reader->literals->len);
    reader->table[reader->literal_count++] = (Literal){.after = reader->text->len,
                                                       .start = reader->literals->len,
                                                       .size = skipped ? 0 : (gsize)size,
                                                       .skipped = skipped};
    reader->literal_left = size;
    reader->line_start = reader->text->len;
}

static void read_literal(ImapReader *reader, Bytes *input)
{
    size_t piece = (size_t)MIN(reader->literal_left, (uint64_t)input->size);
    if (!reader->table[reader->literal_count - 1].skipped)
        g_byte_array_append(reader->literals, input->data, (guint)piece);
    reader->literal_left -= piece;
    *input = (Bytes){input->data + piece, input->size - piece};
}

static void keep_text(ImapReader *reader, Bytes piece)
{
    size_t max = is_search(reader) ? SEARCH_TEXT_MAX : TEXT_MAX;
    if (reader->clipped)
        return;
    if (piece.size <= max - MIN(max, (size_t)reader->text->len))
        g_byte_array_append(reader->text, piece.data, (guint)piece.size);
    else if (is_search(reader))
        reader->clipped = true;
    else
        reader->fault = "a line is too long";
}

/* Takes what is left of a line; true when its CRLF was there. */
static bool read_line(ImapReader *reader, Bytes *input)
{
    size_t length = 0;
    while (length < input->size && input->data[length] && input->data[length] != '\r' && input->data[length] != '\n' &&
           !reader->cr_seen && length < 256) /* in pieces, so that what kind of line it is is known before it is long */
        length++;
    if (length) {
        keep_text(reader, (Bytes){input->data, length});
        *input = (Bytes){input->data + length, input->size - length};
        return false;
    }
    uint8_t byte = *input->data;
    *input = (Bytes){input->data + 1, input->size - 1};
    bool was_cr = reader->cr_seen;
    reader->cr_seen = byte == '\r' && !was_cr;
    if (was_cr != (byte == '\n'))
        reader->fault = byte ? "a line holds a bare CR or LF" : "a line holds a NUL";
    else if (!byte)
        reader->fault = "a line holds a NUL";
    return was_cr && byte == '\n';
}

static void begin_response(ImapReader *reader)
{
    arena_clear(reader->arena);
    g_byte_array_set_size(reader->text, 0);
    if (reader->literals->len > KEPT_BUFFER_MAX) {
        g_byte_array_unref(reader->literals);
        reader->literals = g_byte_array_sized_new(256);
    }
    g_byte_array_set_size(reader->literals, 0);
    reader->literal_count = 0;
    reader->line_start = 0;
    reader->clipped = reader->ended = false;
}

/* One step over the input; true when a response is whole in the buffers. */
static bool read_step(ImapReader *reader, Bytes *input)
{
    if (reader->literal_left) {
        read_literal(reader, input);
        return false;
    }
    uint64_t size = 0;
    if (!read_line(reader, input))
        return false;
    if (!ends_in_literal(reader, &size))
        return true;
    if (!reader->fault)
        open_literal(reader, size);
    return false;
}

ImapReading imap_read(ImapReader *reader, Bytes *input, ImapResponse *response_out)
{
    if (reader->ended)
        begin_response(reader);
    while (input->size && !reader->fault && !reader->ended)
        reader->ended = read_step(reader, input) && !reader->fault;
    if (reader->ended && !parse(reader, response_out))
        reader->fault = "a response is not IMAP";
    if (reader->fault)
        return IMAP_READ_BROKEN;
    return reader->ended ? IMAP_READ_RESPONSE : IMAP_READ_MORE;
}
