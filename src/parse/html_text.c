/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Lays HTML out as plain text the way a person would copy it: blocks on lines of their own, list items with their
 * mark, links followed by where they really lead, quotations with "> ". White space is owed, not written: a block asks
 * for line ends and a gap asks for a space, and both are paid when the next word comes, so none pile up.
 */
#include "parse/html_int.h"

#include <string.h>

enum { LISTS_MAX = 32, QUOTES_MAX = 10 };

/* What mail programs put around the message they answer, or above it. */
typedef enum MarkKind {
    MARK_NONE,
    MARK_AROUND, /* the element holds the quotation */
    MARK_ABOVE,  /* it holds the attribution; block quotations follow */
    MARK_REST    /* everything from it on is the quotation */
} MarkKind;

typedef struct Mark {
    MarkKind kind;
    int depth;     /* of its element */
    bool owed;     /* no word of it was written yet */
    bool ended;    /* its element is closed */
    bool answered; /* a block quotation in it is closed: what follows outside one is an answer */
} Mark;

typedef struct Layout {
    GString *out;
    size_t start;   /* where in out our text begins */
    int lines_owed; /* line ends before the next word: 1 new line, 2 empty line */
    bool space_owed;
    int pre, hidden, quotes, lists;
    int said_quotes;        /* quotes when the last word was written */
    int numbers[LISTS_MAX]; /* next number of each open list; 0 in an unordered one */
    char *link;             /* target of the open link */
    size_t link_start;
    int depth; /* open elements */
    Mark mark;
    HtmlQuote quote;
} Layout;

typedef struct BlockRule {
    const char *element;
    int lines; /* line ends before and after */
} BlockRule;

static const BlockRule block_rules[] = {
    {"address", 1}, {"article", 1}, {"blockquote", 2}, {"caption", 1}, {"center", 1}, {"dd", 1}, {"div", 1}, {"dl", 2},
    {"dt", 1}, {"fieldset", 1}, {"figure", 1}, {"footer", 1}, {"form", 1}, {"h1", 2}, {"h2", 2}, {"h3", 2}, {"h4", 2},
    {"h5", 2}, {"h6", 2}, {"header", 1}, {"hr", 1}, {"li", 1}, {"ol", 1}, {"p", 2}, {"pre", 2}, {"section", 1},
    {"table", 1}, {"tr", 1}, {"ul", 1},
};

static int block_lines(const char *element)
{
    for (size_t i = 0; i < G_N_ELEMENTS(block_rules); i++)
        if (!strcmp(block_rules[i].element, element))
            return block_rules[i].lines;
    return 0;
}

static void owe_lines(Layout *layout, int lines)
{
    layout->lines_owed = MAX(layout->lines_owed, lines);
    layout->space_owed = false;
}

static void start_line(Layout *layout)
{
    for (int i = 0; i < MIN(layout->quotes, QUOTES_MAX); i++)
        g_string_append(layout->out, "> ");
}

/* Pays what is owed before a word. */
static void pay(Layout *layout)
{
    GString *out = layout->out;
    bool first = out->len == layout->start;
    for (int i = 0; !first && i < layout->lines_owed; i++) {
        g_string_append_c(out, '\n');
        if (i + 1 < layout->lines_owed && MIN(layout->quotes, layout->said_quotes) > 0)
            g_string_append_c(out, '>');
    }
    if (layout->mark.owed)
        layout->quote.at = out->len;
    layout->mark.owed = false;
    if (first || layout->lines_owed)
        start_line(layout);
    else if (layout->space_owed)
        g_string_append_c(out, ' ');
    layout->lines_owed = 0;
    layout->space_owed = false;
    layout->said_quotes = layout->quotes;
}

/* A word behind or between what was marked as quotation is theirs: nothing up to it is folded. */
static bool word_answers(const Layout *layout)
{
    const Mark *mark = &layout->mark;
    bool inside = layout->quotes > 0 || mark->kind == MARK_NONE || mark->kind == MARK_REST || mark->owed;
    return !inside && (mark->ended || (mark->kind == MARK_AROUND && mark->answered));
}

static void put_word(Layout *layout, const char *text, size_t size)
{
    bool answers = word_answers(layout);
    if (answers) {
        layout->mark = (Mark){0};
        layout->quote.at = SIZE_MAX;
    }
    pay(layout);
    g_string_append_len(layout->out, text, (gssize)size);
    if (answers)
        layout->quote.answered = layout->out->len;
}

static void put_preformatted(Layout *layout, const char *text, size_t size)
{
    for (const char *at = text, *end = text + size; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);
        if (length)
            put_word(layout, at, length);
        if (newline)
            layout->lines_owed++;
        at += length + (newline ? 1 : 0);
    }
}

static void on_text(void *user, const xmlChar *raw, int size)
{
    Layout *layout = user;
    const char *text = (const char *)raw, *end = text + size;
    if (layout->hidden || size <= 0)
        return;
    if (layout->pre) {
        put_preformatted(layout, text, (size_t)size);
        return;
    }
    while (text < end) {
        const char *word = text;
        while (text < end && !g_ascii_isspace(*text))
            text++;
        if (text > word)
            put_word(layout, word, (size_t)(text - word));
        while (text < end && g_ascii_isspace(*text)) {
            layout->space_owed = true;
            text++;
        }
    }
}

static MarkKind mark_of(const char *name, const xmlChar **attributes)
{
    static const struct {
        const char *name;
        MarkKind kind;
    } classes[] = {{"gmail_quote", MARK_AROUND},      {"yahoo_quoted", MARK_AROUND},
                   {"protonmail_quote", MARK_AROUND}, {"tutanota_quote", MARK_AROUND},
                   {"zmail_extra", MARK_AROUND},      {"gmail_attr", MARK_ABOVE},
                   {"moz-cite-prefix", MARK_ABOVE},   {"OutlookMessageHeader", MARK_REST}},
      ids[] = {{"divRplyFwdMsg", MARK_REST},
               {"appendonsend", MARK_REST},
               {"stopSpelling", MARK_REST},
               {"reply-intro", MARK_ABOVE},
               {"mail-editor-reference-message-container", MARK_AROUND}};
    const char *id = html_attribute(attributes, "id"), *class = html_attribute(attributes, "class");
    const char *type = html_attribute(attributes, "type");
    for (size_t i = 0; class && i < G_N_ELEMENTS(classes); i++)
        if (strstr(class, classes[i].name))
            return classes[i].kind;
    for (size_t i = 0; id && i < G_N_ELEMENTS(ids); i++)
        if (g_str_has_suffix(id, ids[i].name))
            return ids[i].kind;
    return type && !strcmp(name, "blockquote") && !g_ascii_strcasecmp(type, "cite") ? MARK_AROUND : MARK_NONE;
}

/* The outermost mark counts; the block quotation below an attribution belongs to it. */
static void start_mark(Layout *layout, MarkKind kind)
{
    Mark *mark = &layout->mark;
    if (kind == MARK_NONE || mark->kind != MARK_NONE)
        return;
    owe_lines(layout, 1);
    *mark = (Mark){.kind = kind, .depth = layout->depth, .owed = true};
}

/* An element ends; blockquotes have been counted. */
static void end_mark(Layout *layout, const char *name)
{
    Mark *mark = &layout->mark;
    if (mark->kind == MARK_NONE)
        return;
    mark->answered = mark->answered || (!strcmp(name, "blockquote") && !layout->quotes && layout->depth > mark->depth);
    mark->ended = mark->ended || layout->depth <= mark->depth;
    if (mark->ended && mark->owed && mark->kind != MARK_REST) /* nothing was in it */
        *mark = (Mark){0};
}

static void start_list(Layout *layout, bool numbered)
{
    if (layout->lists < LISTS_MAX)
        layout->numbers[layout->lists] = numbered ? 1 : 0;
    layout->lists++;
}

static void start_item(Layout *layout)
{
    int row = layout->lists - 1;
    if (row < 0 || row >= LISTS_MAX || !layout->numbers[row]) {
        put_word(layout, "-", 1);
    } else {
        char number[16];
        int length = g_snprintf(number, sizeof number, "%d.", layout->numbers[row]++);
        put_word(layout, number, (size_t)length);
    }
    layout->space_owed = true;
}

static void start_link(Layout *layout, const xmlChar **attributes)
{
    const char *target = html_attribute(attributes, "href");
    g_clear_pointer(&layout->link, g_free);
    if (target && html_link_is_allowed(target) && strlen(target) <= 2000)
        layout->link = g_strdup(target);
    layout->link_start = layout->out->len;
}

/* Says where the link leads unless its words already do. */
static void end_link(Layout *layout)
{
    g_autofree char *link = g_steal_pointer(&layout->link);
    if (!link || layout->out->len <= layout->link_start)
        return;
    const char *said = layout->out->str + layout->link_start;
    const char *bare = strchr(link, ':') + 1;
    bare += strspn(bare, "/");
    g_autofree char *core = g_strndup(bare, strcspn(bare, "?#"));
    if (*core && core[strlen(core) - 1] == '/')
        core[strlen(core) - 1] = '\0';
    if (*core && strstr(said, core))
        return;
    layout->space_owed = true;
    g_autofree char *shown = g_strdup_printf("<%s>", link);
    put_word(layout, shown, strlen(shown));
}

static void put_picture(Layout *layout, const xmlChar **attributes)
{
    const char *alt = html_attribute(attributes, "alt");
    if (!alt || !*alt || strlen(alt) > 200)
        return;
    g_autofree char *shown = g_strdup_printf("[%s]", alt);
    g_strdelimit(shown, "\n\t\r", ' ');
    put_word(layout, shown, strlen(shown));
}

static void start_inline(Layout *layout, const char *name, const xmlChar **attributes)
{
    if (!strcmp(name, "br"))
        layout->lines_owed += layout->lines_owed < 2;
    else if (!strcmp(name, "td") || !strcmp(name, "th"))
        layout->space_owed = true;
    else if (!strcmp(name, "a"))
        start_link(layout, attributes);
    else if (!strcmp(name, "img"))
        put_picture(layout, attributes);
}

static void start_block(Layout *layout, const char *name)
{
    if (!strcmp(name, "blockquote"))
        layout->quotes++;
    else if (!strcmp(name, "ul") || !strcmp(name, "ol"))
        start_list(layout, *name == 'o');
    else if (!strcmp(name, "li"))
        start_item(layout);
    else if (!strcmp(name, "pre"))
        layout->pre++;
    else if (!strcmp(name, "hr"))
        put_word(layout, "---", 3);
}

static void on_start(void *user, const xmlChar *raw_name, const xmlChar **attributes)
{
    Layout *layout = user;
    g_autofree char *name = g_ascii_strdown((const char *)raw_name, -1);
    layout->hidden += html_is_hidden(name);
    layout->depth++;
    if (layout->hidden)
        return;
    start_mark(layout, mark_of(name, attributes));
    int lines = block_lines(name);
    if (!lines) {
        start_inline(layout, name, attributes);
        return;
    }
    owe_lines(layout, lines);
    start_block(layout, name);
    if (!strcmp(name, "hr"))
        owe_lines(layout, 1);
}

static void end_block(Layout *layout, const char *name)
{
    if (!strcmp(name, "blockquote"))
        layout->quotes -= layout->quotes > 0;
    else if (!strcmp(name, "ul") || !strcmp(name, "ol"))
        layout->lists -= layout->lists > 0;
    else if (!strcmp(name, "pre"))
        layout->pre -= layout->pre > 0;
}

static void on_end(void *user, const xmlChar *raw_name)
{
    Layout *layout = user;
    g_autofree char *name = g_ascii_strdown((const char *)raw_name, -1);
    bool hidden = layout->hidden > 0;
    if (html_is_hidden(name))
        layout->hidden -= hidden;
    int lines = block_lines(name);
    if (!hidden && !strcmp(name, "a"))
        end_link(layout);
    if (!hidden && lines) {
        end_block(layout, name);
        owe_lines(layout, lines);
    }
    end_mark(layout, name);
    layout->depth -= layout->depth > 0;
}

HtmlQuote html_to_text(Bytes html, GString *out)
{
    Layout layout = {.out = out, .start = out->len, .quote = {.at = SIZE_MAX}};
    htmlSAXHandler handlers = {
        .startElement = on_start, .endElement = on_end, .characters = on_text, .ignorableWhitespace = on_text};
    html_walk(html, &handlers, &layout);
    g_free(layout.link);
    if (out->len > layout.start)
        g_string_append_c(out, '\n');
    return layout.quote;
}
