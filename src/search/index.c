/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: documents in, ids out. How: the document row says what it is, the row of the same number in search_word holds
 * its stemmed words, its kind and audience among them, so that the engine crosses word lists instead of reading rows it
 * will not show; the document row is asked once more, because a word list is no place for a permission alone.
 * A text whose language is not plain is indexed by the stems of both.
 * Why the text is not kept here: at 100,000 tickets it would be the largest table, twice. The price is search_remove's
 * contract, kept honest by words_check.
 */
#include "search/index.h"

#include "index_sql.h"

#include <string.h>

enum { TITLE_WORDS_MAX = 200 };

/* Of RECENT documents, how many must hold a word that is walked to. Measured on 410,000 documents: below, the index of
 * words is shorter; a ranked list walks to many more matches. */
enum { RECENT = 1000, COMMON_NEWEST = 5, COMMON_RANKED = 30 };

/* --- a document's words as the engine wants them ------------------------------------------------------------------ */

typedef struct WordRow {
    bool tsvector; /* PostgreSQL: 'word':position, and A for a title's; FTS5: words and spaces */
    GString *scope, *title, *body;
    int position;
    uint64_t check; /* FNV-1a of the words in order */
} WordRow;

static void text_clear(GString *text)
{
    if (text)
        g_string_free(text, TRUE);
}

static void word_row_clear(WordRow *row) /* or what is left of it once its texts were taken over */
{
    text_clear(row->scope);
    text_clear(row->title);
    text_clear(row->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WordRow, word_row_clear)

static void check_add(WordRow *row, const char *word)
{
    do { /* with its NUL: "ab c" is not "a bc" */
        row->check = (row->check ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
    } while (*word++);
}

static void write_word(WordRow *row, GString *to, const char *word)
{
    row->position++;
    check_add(row, word);
    if (row->tsvector)
        g_string_append_printf(to, "'%s':%d%s ", word, row->position, to == row->title ? "A" : "");
    else
        g_string_append_printf(to, "%s ", word);
}

/* Between two runs of words, so that no phrase spans both. "·" is a token to FTS5 and never asked for. */
static void write_gap(WordRow *row, GString *to)
{
    row->position++;
    if (!row->tsvector)
        g_string_append(to, "\xc2\xb7 ");
}

static void write_text(WordRow *row, GString *to, const char *text, SearchLanguage language, int at_most)
{
    WordReader reader;
    SearchWord word;
    WordStemmer *stemmer = word_stemmer_new(language);
    word_reader_init(&reader, bytes_of(text));
    for (int i = 0; i < at_most && word_next(&reader, &word); i++)
        write_word(row, to, word_stem(stemmer, word.text, word.is_letters));
    write_gap(row, to);
    word_stemmer_free(stemmer);
}

static void write_scope(WordRow *row, const char *name)
{
    g_string_append_printf(row->scope, row->tsvector ? "'=%s' " : "%s ", name);
}

static WordRow word_row_make(StoreEngine engine, const SearchDocument *document, SearchLanguage language)
{
    WordRow row = {.tsvector = engine == STORE_POSTGRESQL, .check = UINT64_C(0xcbf29ce484222325)};
    row.scope = g_string_new(NULL);
    row.title = g_string_new(NULL);
    row.body = g_string_sized_new(strlen(document->text) + 64);
    write_scope(&row, search_kind_text(document->kind));
    write_scope(&row, search_audience_text(document->audience));
    int at_most = language == SEARCH_ANY_LANGUAGE ? SEARCH_WORDS_MAX / 2 : SEARCH_WORDS_MAX; /* both: twice the words */
    for (SearchLanguage each = SEARCH_ITALIAN; each <= SEARCH_ENGLISH; each++) {
        if (language != SEARCH_ANY_LANGUAGE && language != each)
            continue;
        write_text(&row, row.title, document->title, each, TITLE_WORDS_MAX);
        write_text(&row, row.body, document->text, each, at_most);
    }
    return row;
}

static SearchLanguage document_language(const SearchDocument *document)
{
    int words;
    if (document->language != SEARCH_ANY_LANGUAGE)
        return document->language;
    SearchLanguage guess = word_guess_language(bytes_of(document->text), &words);
    return guess == SEARCH_ANY_LANGUAGE && words >= SEARCH_USUAL_FROM ? document->usual : guess;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* A row of words that waits for the end of the transaction: FTS5 writes what it holds in memory to the file at every
 * savepoint, one small piece of index for each member of a group instead of one for the group. */
typedef struct Waiting {
    SearchDocumentId id;
    WordRow row;
    bool removed;
} Waiting;

static void waiting_free(void *pointer)
{
    Waiting *waiting = pointer;
    word_row_clear(&waiting->row);
    g_free(waiting);
}

static void words_write(StoreTx *tx, SearchDocumentId id, const WordRow *row, bool removed)
{
    if (removed)
        sql_search_word_delete(tx, &(SqlSearchWordDeleteIn){id, row->scope->str, row->title->str, row->body->str});
    else
        sql_search_word_insert(tx, &(SqlSearchWordInsertIn){id, row->scope->str, row->title->str, row->body->str});
}

static bool waiting_write(StoreTx *tx, void *arg)
{
    const Waiting *waiting = arg;
    words_write(tx, waiting->id, &waiting->row, waiting->removed);
    return true;
}

/* At the end of the transaction on SQLite, which takes the row's texts over; at once on PostgreSQL, where the document's
 * row may not go before its words. */
static void row_write(StoreTx *tx, SearchDocumentId id, WordRow *row, bool removed)
{
    if (row->tsvector) {
        words_write(tx, id, row, removed);
        return;
    }
    Waiting *waiting = g_new(Waiting, 1);
    *waiting = (Waiting){id, *row, removed};
    *row = (WordRow){.scope = NULL};
    store_put_off(tx, waiting_write, waiting, waiting_free);
}

bool search_put(StoreTx *tx, const SearchDocument *document)
{
    SearchLanguage language = document_language(document);
    g_auto(WordRow) row = word_row_make(store_tx_engine(tx), document, language);
    SearchDocumentId id = sql_search_document_insert(tx, &(SqlSearchDocumentInsertIn){
                                                             .kind = document->kind,
                                                             .object_id = document->id,
                                                             .group_id = document->group,
                                                             .language = language,
                                                             .audience = document->audience,
                                                             .words_check = (int64_t)row.check,
                                                         });
    if (!id.value)
        return false;
    row_write(tx, id, &row, false);
    return !store_tx_failed(tx);
}

bool search_remove(StoreTx *tx, const SearchDocument *document)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SqlSearchDocumentFind found;
    if (!sql_search_document_find(tx, arena, &(SqlSearchDocumentFindIn){document->kind, document->id}, &found))
        return !store_tx_failed(tx);
    g_auto(WordRow) row = word_row_make(store_tx_engine(tx), document, found.language);
    bool known = row.tsvector || (int64_t)row.check == found.words_check; /* PostgreSQL has them in the row */
    if (known)
        row_write(tx, found.search_document_id, &row, true);
    sql_search_document_delete(tx, &(SqlSearchDocumentDeleteIn){found.search_document_id});
    return known && !store_tx_failed(tx);
}

void search_clear(StoreTx *tx)
{
    sql_search_word_clear(tx);
    sql_search_document_clear(tx);
}

static bool merge(StoreTx *tx, void *arg)
{
    (void)arg;
    sql_search_word_merge(tx);
    return true;
}

void search_start_upkeep(Store *store)
{
    store_set_upkeep(store, merge);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void append_kinds(GString *out, unsigned kinds, bool tsquery)
{
    bool any = false;
    for (SearchKind kind = 0; kind < SEARCH_KIND_COUNT; kind++)
        if (kinds & (1u << kind)) {
            g_string_append(out, any ? (tsquery ? " | " : " OR ") : "");
            g_string_append_printf(out, tsquery ? "'=%s'" : "\"%s\"", search_kind_text(kind));
            any = true;
        }
}

/* The whole expression for the engine, or NULL when nothing is asked for. */
static char *match_make(StoreTx *tx, Arena *arena, const SearchQuery *query, const SearchAsk *ask)
{
    bool tsquery = store_tx_engine(tx) == STORE_POSTGRESQL;
    char *words = tsquery ? search_query_to_tsquery(arena, query) : search_query_to_fts5(arena, query);
    if (!words)
        return NULL;
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, tsquery ? "(%s)" : "{title body} : (%s)", words);
    if (ask->kinds) {
        g_string_append(out, tsquery ? " & (" : " AND scope : (");
        append_kinds(out, ask->kinds, tsquery);
        g_string_append(out, ")");
    }
    if (ask->audience == SEARCH_EVERYONE)
        g_string_append(out, tsquery ? " & '=everyone'" : " AND scope : \"everyone\"");
    char *match = arena_strndup(arena, out->str, out->len);
    g_string_free(out, TRUE);
    return match;
}

/* The statements give the same columns; each row struct is its own C type. */
#define HITS_COPY(arena, list, hits)                                                                                   \
    do {                                                                                                               \
        (hits)->count = (list).count;                                                                                  \
        (hits)->items = ARENA_ARRAY((arena), SearchHit, (list).count);                                                 \
        for (size_t i = 0; i < (list).count; i++)                                                                      \
            (hits)->items[i] = (SearchHit){(list).rows[i].search_document_id, (list).rows[i].kind,                     \
                                           (list).rows[i].object_id, (list).rows[i].group_id};                         \
    } while (0)

/* Whether at least so many of the newest documents match: which of PostgreSQL's two ways is short (index.sql). */
static bool is_common(StoreTx *tx, Arena *arena, const char *match, int64_t at_least)
{
    SqlSearchCountRecent row = {0};
    if (store_tx_engine(tx) == STORE_SQLITE)
        return true;
    sql_search_count_recent(tx, arena, &(SqlSearchCountRecentIn){match, RECENT}, &row);
    return row.found >= at_least;
}

static SearchHits list_newest(StoreTx *tx, Arena *arena, const char *match, const SearchAsk *ask)
{
    SearchHits hits;
    int64_t before = ask->before ? ask->before : INT64_MAX;
    bool everyone = ask->audience == SEARCH_EVERYONE;
    if (is_common(tx, arena, match, COMMON_NEWEST)) {
        SqlSearchListNewestIn in = {match, before, everyone, ask->how_many};
        SqlSearchListNewestList list = sql_search_list_newest(tx, arena, &in);
        HITS_COPY(arena, list, &hits);
    } else {
        SqlSearchListNewestOfFewIn in = {match, before, everyone, ask->how_many};
        SqlSearchListNewestOfFewList list = sql_search_list_newest_of_few(tx, arena, &in);
        HITS_COPY(arena, list, &hits);
    }
    return hits;
}

static SearchHits list_ranked(StoreTx *tx, Arena *arena, const char *match, const SearchAsk *ask)
{
    SearchHits hits;
    bool everyone = ask->audience == SEARCH_EVERYONE;
    if (is_common(tx, arena, match, COMMON_RANKED)) {
        SqlSearchListRankedIn in = {match, SEARCH_RANKED_MAX, everyone, ask->how_many};
        SqlSearchListRankedList list = sql_search_list_ranked(tx, arena, &in);
        HITS_COPY(arena, list, &hits);
    } else {
        SqlSearchListRankedOfFewIn in = {match, SEARCH_RANKED_MAX, everyone, ask->how_many};
        SqlSearchListRankedOfFewList list = sql_search_list_ranked_of_few(tx, arena, &in);
        HITS_COPY(arena, list, &hits);
    }
    return hits;
}

SearchHits search_list(StoreTx *tx, Arena *arena, const SearchQuery *query, const SearchAsk *ask)
{
    char *match = match_make(tx, arena, query, ask);
    if (!match)
        return (SearchHits){0};
    return ask->order == SEARCH_RANKED ? list_ranked(tx, arena, match, ask) : list_newest(tx, arena, match, ask);
}

int64_t search_count(StoreTx *tx, Arena *arena, const SearchQuery *query, const SearchAsk *ask)
{
    char *match = match_make(tx, arena, query, ask);
    SqlSearchCountMatches row = {0};
    if (!match)
        return 0;
    sql_search_count_matches(
        tx, arena, &(SqlSearchCountMatchesIn){match, ask->audience == SEARCH_EVERYONE, SEARCH_COUNT_MAX}, &row);
    return row.found;
}

const char *search_verify(StoreTx *tx, Arena *arena, int64_t *documents_out)
{
    SqlSearchCountRows rows = {0};
    sql_search_count_rows(tx, arena, &rows);
    for (SearchKind kind = 0; kind < SEARCH_KIND_COUNT; kind++) {
        SqlSearchCountKind row = {0};
        sql_search_count_kind(tx, arena, &(SqlSearchCountKindIn){kind}, &row);
        documents_out[kind] = row.documents;
    }
    return rows.documents == rows.indexed ? NULL : "the index holds words of texts that are gone, or lacks some";
}
