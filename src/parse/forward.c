/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One walk down to the line a mail program writes above what it hands on; then its block, label by label, where a value may
 * go on in the next line; then the words, without the ">" that Apple Mail puts before each of them. Why the walk stops at
 * the first quotation: below it nothing is said by whoever sent this.
 */
#include "parse/forward_int.h"

#include "base/text.h"
#include "parse/message_int.h"
#include "parse/quote.h"
#include "parse/quote_line_int.h"

#include <string.h>

enum { BLOCK_LINES = 24, VALUE_MAX = 1000 };

/* ------------------------------------------------------------------------------------------------------------- labels */

typedef enum Label { LABEL_NONE, LABEL_FROM, LABEL_DATE, LABEL_SUBJECT, LABEL_OTHER, LABELS } Label;

/* "Da: …", "*From:* …", "Mittente : …": which, what follows it, and whether it is said in Italian. */
static Label label_of(const Line *line, Line *value_out, bool *italian_out)
{
    static const struct {
        const char *word;
        Label label;
        bool italian;
    } rows[] = {
        {"da", LABEL_FROM, true},          {"mittente", LABEL_FROM, true},   {"from", LABEL_FROM, false},
        {"data", LABEL_DATE, true},        {"inviato", LABEL_DATE, true},    {"date", LABEL_DATE, false},
        {"sent", LABEL_DATE, false},       {"oggetto", LABEL_SUBJECT, true}, {"subject", LABEL_SUBJECT, false},
        {"a", LABEL_OTHER, true},          {"to", LABEL_OTHER, false},       {"destinatario", LABEL_OTHER, true},
        {"destinatari", LABEL_OTHER, true}, {"cc", LABEL_OTHER, false},      {"ccn", LABEL_OTHER, true},
        {"bcc", LABEL_OTHER, false},       {"rispondi a", LABEL_OTHER, true}, {"rispondi-a", LABEL_OTHER, true},
        {"reply-to", LABEL_OTHER, false},  {"organizzazione", LABEL_OTHER, true},
        {"importance", LABEL_OTHER, false}, {"priorità", LABEL_OTHER, true},
    };
    Line inner = line_inner(line, "*");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!line_starts(&inner, rows[i].word))
            continue;
        Line rest = inner;
        rest.text += strlen(rows[i].word);
        rest.size -= strlen(rows[i].word);
        rest = line_inner(&rest, "* ");
        if (!rest.size || *rest.text != ':')
            continue;
        *value_out = line_inner(&rest, ":* \t");
        *italian_out = rows[i].italian;
        return rows[i].label;
    }
    return LABEL_NONE;
}

/* ------------------------------------------------------------------------------------------------------------ address */

static bool is_of_address(char c)
{
    return g_ascii_isalnum(c) || (guchar)c >= 0x80 || strchr("!#$%&'*+-/=?^_`{|}~.", c);
}

/* The address around that "@", or false. */
static bool address_around(const char *value, const char *at, const char **start_out, const char **end_out)
{
    const char *start = at, *end = at + 1;
    while (start > value && is_of_address(start[-1]) && start[-1])
        start--;
    while (*end && (g_ascii_isalnum(*end) || (guchar)*end >= 0x80 || strchr("-._", *end)))
        end++;
    while (end > at + 1 && strchr("-._", end[-1]))
        end--;
    *start_out = start;
    *end_out = end;
    return start < at && end > at + 1;
}

/* The last one in < > or [mailto: ], else the first: a name may look like an address. */
static bool find_address(const char *value, const char **start_out, const char **end_out)
{
    const char *start = NULL, *end = NULL;
    bool found = false;
    for (const char *at = strchr(value, '@'); at; at = strchr(at + 1, '@')) {
        if (!address_around(value, at, &start, &end))
            continue;
        bool enclosed = start > value && (start[-1] == '<' || start[-1] == '[' || start[-1] == ':');
        if (!found || enclosed) {
            *start_out = start;
            *end_out = end;
        }
        found = true;
    }
    return found;
}

void forward_address(Arena *arena, const char *value, ParsedForward *out)
{
    const char *start = NULL, *end = NULL;
    out->address = out->name = "";
    if (!find_address(value, &start, &end))
        return;
    out->address = line_keep(arena, arena_strndup(arena, start, (size_t)(end - start)), PARSE_LINE_MAX);
    const char *name_end = strpbrk(value, "<[");
    size_t size = name_end && name_end < start ? (size_t)(name_end - value) : (size_t)(start - value);
    g_autofree char *name = g_strndup(value, size);
    g_strstrip(g_strdelimit(name, "\"*", ' '));
    if (size > 1 && *name == '\'' && name[strlen(name) - 1] == '\'')
        g_strdelimit(name, "'", ' ');
    out->name = line_keep(arena, name, 1000);
}

/* -------------------------------------------------------------------------------------------------------------- block */

typedef struct Block {
    const char *text; /* the whole text */
    size_t size;
    size_t start; /* where its own line, or its sender, stands */
    size_t next;  /* where what was not read yet stands */
    bool quoted;  /* each line of it begins with ">" */
    GString *values[LABELS];
    int count[LABELS];
    bool italian; /* its date's label */
} Block;

/* The line without its ">", where the block has them. false: no more, or none of the block's. */
static bool block_line(const Block *block, size_t at, Line *line_out)
{
    if (at >= block->size)
        return false;
    Line line = line_at(block->text, block->size, at);
    if (block->quoted && line.size) {
        if (*line.text != '>')
            return false;
        line.text++;
        line.size--;
        while (line.size && *line.text == ' ') {
            line.text++;
            line.size--;
        }
    }
    *line_out = line;
    return true;
}

static bool is_complete(const Block *block)
{
    return block->count[LABEL_FROM] && (block->count[LABEL_DATE] || block->count[LABEL_SUBJECT]);
}

/* The next line that is not empty is a label's. */
static bool goes_on(const Block *block, size_t at)
{
    Line line, value;
    bool italian;
    while (block_line(block, at, &line)) {
        if (line.size)
            return label_of(&line, &value, &italian) != LABEL_NONE;
        at = line.next;
    }
    return false;
}

static void value_add(Block *block, Label label, const Line *value)
{
    GString *whole = block->values[label];
    if (whole->len && value->size)
        g_string_append_c(whole, ' ');
    if (whole->len < VALUE_MAX)
        g_string_append_len(whole, value->text, (gssize)MIN(value->size, (size_t)VALUE_MAX));
}

/* A table has the value below its label, and a list of recipients is wrapped after a comma. */
static bool value_goes_on(const Block *block, Label last)
{
    const GString *value = block->values[last];
    if (last == LABEL_NONE || !value->len)
        return last != LABEL_NONE;
    if (last == LABEL_FROM)
        return !strchr(value->str, '@');
    return last == LABEL_OTHER && strchr(",;", value->str[value->len - 1]);
}

/* Reads the lines of labels and steps over them. */
static void block_read(Block *block)
{
    Label last = LABEL_NONE;
    Line line, value;
    bool italian;
    for (int lines = 0; lines < BLOCK_LINES && block_line(block, block->next, &line); lines++) {
        if (!line.size && (is_complete(block) || !goes_on(block, line.next)))
            return;
        block->next = line.next;
        if (!line.size)
            continue;
        Label label = label_of(&line, &value, &italian);
        if (label == LABEL_NONE && is_complete(block) && !value_goes_on(block, last)) {
            block->next = line.start;
            return;
        }
        if (label == LABEL_DATE)
            block->italian = italian;
        if (label != LABEL_NONE)
            block->count[label]++;
        last = label != LABEL_NONE ? label : last;
        if (last != LABEL_NONE)
            value_add(block, last, label != LABEL_NONE ? &value : &line);
    }
}

/* ---------------------------------------------------------------------------------------------------------- the search */

static bool first_is_quoted(const Block *block)
{
    for (size_t at = block->next; at < block->size;) {
        Line line = line_at(block->text, block->size, at);
        if (line.size)
            return *line.text == '>';
        at = line.next;
    }
    return false;
}

/* Where the mail program's own line stands; false: there is none that counts. */
static bool block_find(Block *block, bool subject_says)
{
    for (size_t at = 0; at < block->size;) {
        Line line = line_at(block->text, block->size, at);
        size_t end;
        bool quoted;
        block->start = line.start;
        block->next = line.next;
        if (line_is_forward(&line)) {
            block->quoted = first_is_quoted(block);
            return !line_starts(&line, ">>") && !line_starts(&line, "> >");
        }
        if (line_starts(&line, QUOTE_MARKER) || (line.size && *line.text == '>' && line.size > 1))
            return false;
        if (outlook_block_at(block->text, block->size, &line)) {
            block->next = line.start;
            return subject_says;
        }
        if (line_is_original(&line))
            return subject_says;
        if (quotation_opens(block->text, block->size, &line, &end, &quoted))
            return false;
        at = line.next;
    }
    return false;
}

/* -------------------------------------------------------------------------------------------------------------- words */

const char *forward_remark(Arena *arena, const char *text, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL);
    size_t kept = 0;
    for (size_t at = 0; at < size;) {
        Line line = line_at(text, size, at);
        if (line.size == 2 && !memcmp(line.text, "--", 2))
            break;
        bool said = line.size && !line_is_footer(&line) && !line_is_rule(&line) && !line_is_original(&line);
        if (said || !line.size)
            g_string_append_len(out, text + line.start, (gssize)(line.next - line.start));
        kept = said ? out->len : kept;
        at = line.next;
    }
    g_string_truncate(out, kept);
    return text_trim(arena, out->str);
}

/* The words, and where they end: where the ">" do, else at the end of all. */
static size_t words_read(const Block *block, GString *out)
{
    size_t at = block->next, kept = 0, end = block->next;
    for (Line line; block_line(block, at, &line); at = line.next) {
        const char *start = block->quoted && line.size ? line.text : block->text + line.start;
        const char *stop = block->text + line.next;
        if (line.size || !block->quoted)
            g_string_append_len(out, start, stop - start);
        else
            g_string_append_c(out, '\n');
        if (line.size || !block->quoted) {
            kept = out->len;
            end = line.next;
        }
    }
    g_string_truncate(out, kept);
    return end;
}

static void fill_words(Arena *arena, const Block *block, ParsedForward *out)
{
    g_autoptr(GString) words = g_string_new(NULL);
    size_t end = words_read(block, words), blank = 0;
    for (Line line; blank < words->len && !(line = line_at(words->str, words->len, blank)).size;)
        blank = line.next;
    out->text_size = words->len - blank;
    out->text = arena_strndup(arena, words->str + blank, out->text_size);
    size_t quote = quote_subject_is_forward(out->subject) ? out->text_size : quote_split(out->text, out->text_size);
    out->quote_at = quote < out->text_size ? (uint32_t)quote : PARSE_NO_QUOTE;
    const char *above = forward_remark(arena, block->text, block->start);
    const char *below = forward_remark(arena, block->text + end, block->size - end);
    out->remark = !*below ? above : *above ? arena_printf(arena, "%s\n\n%s", above, below) : below;
}

static void fill(Arena *arena, const Block *block, ParsedForward *out)
{
    *out =
        (ParsedForward){.kind = PARSE_FORWARD_INLINE, .address = "", .name = "", .message_id = "", .in_reply_to = ""};
    if (block->count[LABEL_FROM] == 1)
        forward_address(arena, block->values[LABEL_FROM]->str, out);
    out->subject = line_keep(arena, block->count[LABEL_SUBJECT] ? block->values[LABEL_SUBJECT]->str : "", VALUE_MAX);
    out->at = forward_date(block->values[LABEL_DATE]->str, block->italian);
    fill_words(arena, block, out);
}

ParsedForward forward_read(Arena *arena, const char *text, size_t size, const char *subject)
{
    Block block = {.text = text, .size = size};
    ParsedForward forward = {.kind = PARSE_FORWARD_NONE};
    if (!block_find(&block, quote_subject_is_forward(subject)))
        return forward;
    for (size_t i = 0; i < LABELS; i++)
        block.values[i] = g_string_new(NULL);
    block_read(&block);
    if (is_complete(&block))
        fill(arena, &block, &forward);
    for (size_t i = 0; i < LABELS; i++)
        g_string_free(block.values[i], TRUE);
    return forward;
}
