/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * index: what can be found by its words. Answers: "which tickets, messages, customers hold these words?"
 *
 * A document is (kind, id, group, language, audience, title, text). The index keeps its words, not its text: whoever
 * owns the text shows it, and marks the words with excerpt.h. FTS5 on SQLite, a tsvector under GIN on PostgreSQL; both
 * get the stems of word.h, so both find the same documents in the same newest-first order (the ranked order is each
 * engine's own). Knows no rule of the desk. Not for finding by a key or a name's beginning: an index of that table does.
 * Owns the tables search_document and search_word. Called by: desk, in the transaction that writes or removes the
 * text; faces only through desk.
 *
 * Memory: results live in the arena given. Errors: none of its own; a failing store marks the transaction (store.h,
 * invariant 3), and the text goes back with its words.
 *
 * Invariants:
 *  1. A document is in the index exactly when the transaction that wrote its text was committed.
 *  2. A reader of SEARCH_EVERYONE gets, in results and counts, only documents put for everyone. Such a document may be
 *     seen by any customer: nothing that belongs to one customer is ever put for everyone.
 *  3. What a query costs is bounded: newest-first stops at its limit, ranking looks at the newest SEARCH_RANKED_MAX
 *     matches, counting stops at SEARCH_COUNT_MAX.
 *  4. Only the first SEARCH_WORDS_MAX words of a text are indexed (half as many of one in no plain language): some ten
 *     pages, and never more than a tsvector holds or 5 ms of the writer's time can stem.
 *
 * Example:
 *     search_put(tx, &(SearchDocument){.kind = SEARCH_MESSAGE, .id = message.value, .group = ticket.value,
 *                                      .audience = SEARCH_STAFF, .title = subject, .text = text});
 *     SearchQuery query = search_query_parse(arena, bytes_of(typed));
 *     SearchHits hits = search_list(tx, arena, &query, &(SearchAsk){.audience = SEARCH_STAFF, .how_many = 50});
 */
#ifndef FILO_SEARCH_INDEX_H
#define FILO_SEARCH_INDEX_H

#include "search/query.h"
#include "search_audience_enum.h"
#include "search_kind_enum.h"
#include "store/store.h"

#define SEARCH_WORDS_MAX 5000
#define SEARCH_RANKED_MAX 2000
#define SEARCH_COUNT_MAX 1000
#define SEARCH_USUAL_FROM 20

typedef struct SearchDocument {
    SearchKind kind;
    int64_t id;              /* of its kind, unique in it */
    int64_t group;           /* what it is shown as, for instance a message's ticket; the same as id otherwise */
    SearchLanguage language; /* SEARCH_ANY_LANGUAGE: as its function words say, else as usual says */
    SearchAudience audience;
    const char *title; /* counts more in ranking */
    const char *text;
    SearchLanguage usual; /* what a text of SEARCH_USUAL_FROM words or more is taken for whose words do not tell (a list
                             of parts, a log); SEARCH_ANY_LANGUAGE: both, at twice the room. Read by search_put only */
} SearchDocument;

/* Adds it, newest of all. false when a document of that kind and id is there already (it stays as it is), or the store
 * failed. */
bool search_put(StoreTx *tx, const SearchDocument *document);

/* Takes it away. document is what was put: the engine must be told the words it is to forget. false when the words are
 * not those that were put (the text was changed first): then it is found no more, but its words stay in the file until
 * the index is built again. True also when there was none. */
bool search_remove(StoreTx *tx, const SearchDocument *document);

typedef enum SearchOrder { SEARCH_NEWEST, SEARCH_RANKED } SearchOrder;

typedef struct SearchAsk {
    SearchAudience audience; /* who asks */
    unsigned kinds;          /* bits 1 << SearchKind; 0: every kind */
    SearchOrder order;
    int64_t before; /* newest-first: only documents under this one, to go on from the last hit; 0: from the newest */
    int64_t how_many;
} SearchAsk;

typedef struct SearchHit {
    int64_t document; /* for SearchAsk.before */
    SearchKind kind;
    int64_t id;
    int64_t group;
} SearchHit;

typedef struct SearchHits {
    SearchHit *items;
    size_t count;
} SearchHits;

/* None for an empty query. */
SearchHits search_list(StoreTx *tx, Arena *arena, const SearchQuery *query, const SearchAsk *ask);

/* How many documents match, at most SEARCH_COUNT_MAX; order, before and how_many of ask do not count. */
int64_t search_count(StoreTx *tx, Arena *arena, const SearchQuery *query, const SearchAsk *ask);

/* Empties the index, to be filled again from the texts. */
void search_clear(StoreTx *tx);

/* NULL when every document has its row of words; else what is wrong (static text). documents_out (SEARCH_KIND_COUNT
 * numbers) gets how many of each kind there are. */
const char *search_verify(StoreTx *tx, Arena *arena, int64_t *documents_out);

/* Has the store join small pieces of the index between commits (SQLite; PostgreSQL needs nothing). Once, before the
 * first write. */
void search_start_upkeep(Store *store);

#endif
