/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: pages of finds. How: the index gives ids, newest or best first; what a list shows of them is read by one
 * statement for each kind of thing, and put back into the index's order here. A ticket with many matching messages
 * takes one line: a few more matches than lines are asked for, and the page ends where they do.
 */
#include "desk/ticket/find.h"

#include "base/text.h"
#include "desk/ticket/history.h"
#include "desk/ticket/ticket.h"
#include "find_sql.h"

#include <string.h>

enum {
    MATCHES_A_LINE = 3, /* asked of the index for each line of the page, and one to know whether there are more */
    MATCHES_MAX = FIND_TICKETS_MAX * MATCHES_A_LINE,
    CUSTOMERS_OPENED = 3,
    TICKETS_A_CUSTOMER = 10,
    EXCERPT_CHARACTERS = 8000 /* of a message; further on nobody looks for what matched */
};

static char *ids_join(Arena *arena, const int64_t *ids, size_t count)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i ? "," : "", ids[i]);
    char *copy = arena_strndup(arena, text->str, text->len);
    g_string_free(text, TRUE);
    return copy;
}

/* -------------------------------------------------------------------------------------------------------- tickets */

static WorklistEntry entry_of(const SqlFindTicketList *row)
{
    return (WorklistEntry){.ticket = row->ticket_id,
                           .subject = row->subject,
                           .state = row->state,
                           .channel = row->channel,
                           .received_at = row->received_at,
                           .next_update_at = row->next_update_at,
                           .last_event_at = row->last_event_at,
                           .handovers = row->handovers,
                           .customer = row->customer,
                           .owner = row->owner};
}

WorklistPage find_by_ids(StoreTx *tx, Arena *arena, const int64_t *ids, size_t count)
{
    if (count == 0)
        return (WorklistPage){0};
    SqlFindTicketListList rows = sql_find_ticket_list(tx, arena, &(SqlFindTicketListIn){ids_join(arena, ids, count)});
    WorklistPage page = {.rows = ARENA_ARRAY(arena, WorklistEntry, rows.count), .count = rows.count};
    for (size_t i = 0; i < rows.count; i++)
        page.rows[rows.count - 1 - i] = entry_of(&rows.rows[i]);
    return page;
}

/* Fills the entries whose ticket is set; a line whose ticket is gone is left without a subject. */
static void entries_read(StoreTx *tx, Arena *arena, FindTicket *lines, size_t count)
{
    int64_t ids[MATCHES_MAX];
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        ids[i] = lines[i].entry.ticket.value;
    SqlFindTicketListList rows = sql_find_ticket_list(tx, arena, &(SqlFindTicketListIn){ids_join(arena, ids, count)});
    for (size_t r = 0; r < rows.count; r++)
        for (size_t i = 0; i < count; i++)
            if (lines[i].entry.ticket.value == rows.rows[r].ticket_id.value)
                lines[i].entry = entry_of(&rows.rows[r]);
}

/* The excerpts of the messages that stand at the lines' places (0: none). */
static void excerpts_read(StoreTx *tx, Arena *arena, const SearchQuery *query, FindTicket *lines,
                          const int64_t *messages, size_t count)
{
    if (count == 0)
        return;
    SqlFindMessageListList rows =
        sql_find_message_list(tx, arena, &(SqlFindMessageListIn){ids_join(arena, messages, count), EXCERPT_CHARACTERS});
    for (size_t r = 0; r < rows.count; r++)
        for (size_t i = 0; i < count; i++)
            if (messages[i] == rows.rows[r].message_id.value)
                lines[i].excerpt = excerpt_make(arena, query, rows.rows[r].beginning);
}

FindPage find_by_number(StoreTx *tx, Arena *arena, const char *typed)
{
    const char *digits = text_trim(arena, typed);
    digits += *digits == '#';
    size_t length = strlen(digits);
    FindPage page = {.tickets = ARENA_NEW(arena, FindTicket)};
    if (length == 0 || length > 18 || strspn(digits, "0123456789") != length)
        return page;
    page.tickets[0].entry.ticket.value = g_ascii_strtoll(digits, NULL, 10);
    page.tickets[0].excerpt.text = "";
    entries_read(tx, arena, page.tickets, 1);
    page.count = page.tickets[0].entry.subject != NULL;
    return page;
}

/* ------------------------------------------------------------------------------------------------------ customers */

static int newest_first(const void *a, const void *b)
{
    const FindTicket *one = a, *other = b;
    return (one->entry.ticket.value < other->entry.ticket.value) -
           (one->entry.ticket.value > other->entry.ticket.value);
}

FindPage find_by_customer(StoreTx *tx, Arena *arena, const char *typed)
{
    const char *prefix = text_sort_key(arena, text_trim(arena, typed));
    FindPage page = {.tickets = ARENA_ARRAY(arena, FindTicket, CUSTOMERS_OPENED * TICKETS_A_CUSTOMER)};
    if (!*prefix)
        return page;
    PartyLines lines = party_search(tx, arena, prefix, (PartyCursor){0}, FIND_PARTIES_MAX);
    page.parties = lines.items;
    page.party_count = lines.count;
    for (size_t i = 0; i < MIN(lines.count, (size_t)CUSTOMERS_OPENED); i++) {
        WorklistPage newest =
            history_list_party(tx, arena, lines.items[i].id, (HistoryAsk){.how_many = TICKETS_A_CUSTOMER});
        for (size_t t = 0; t < newest.count; t++)
            page.tickets[page.count++] = (FindTicket){newest.rows[t], {.text = ""}};
    }
    entries_read(tx, arena, page.tickets, page.count);
    qsort(page.tickets, page.count, sizeof *page.tickets, newest_first);
    return page;
}

/* ---------------------------------------------------------------------------------------------------------- words */

typedef struct Finding {
    StoreTx *tx;
    Arena *arena;
    SearchQuery query;
    FindPage page;
    int64_t messages[FIND_TICKETS_MAX]; /* by line: the message that matched, or 0 */
} Finding;

static size_t line_of(const FindPage *page, int64_t ticket)
{
    size_t at = 0;
    while (at < page->count && page->tickets[at].entry.ticket.value != ticket)
        at++;
    return at;
}

/* Takes matches until the lines are full; the next page goes on after the last one taken. */
static void tickets_take(Finding *finding, const SearchHits *hits, size_t how_many, size_t asked)
{
    FindPage *page = &finding->page;
    size_t taken = 0;
    for (; taken < hits->count; taken++) {
        const SearchHit *hit = &hits->items[taken];
        size_t line = line_of(page, hit->group);
        if (line == how_many)
            break;
        if (line == page->count) {
            page->tickets[line] = (FindTicket){{.ticket = {hit->group}}, {.text = ""}};
            page->count++;
        }
        if (hit->kind == SEARCH_MESSAGE && !finding->messages[line])
            finding->messages[line] = hit->id;
    }
    if (taken && (taken < hits->count || hits->count == asked))
        page->next = hits->items[taken - 1].document;
}

static void parties_find(Finding *finding)
{
    FindPage *page = &finding->page;
    int64_t ids[FIND_PARTIES_MAX];
    SearchAsk ask = {
        .audience = SEARCH_STAFF, .kinds = 1u << SEARCH_PARTY | 1u << SEARCH_CONTACT, .how_many = FIND_PARTIES_MAX};
    SearchHits hits = search_list(finding->tx, finding->arena, &finding->query, &ask);
    for (size_t i = 0; i < hits.count; i++)
        ids[i] = hits.items[i].group;
    if (hits.count == 0)
        return;
    SqlFindPartyListList rows = sql_find_party_list(finding->tx, finding->arena,
                                                    &(SqlFindPartyListIn){ids_join(finding->arena, ids, hits.count)});
    page->parties = ARENA_ARRAY(finding->arena, PartyLine, rows.count);
    for (size_t i = 0; i < rows.count; i++) /* one with two matching addresses comes twice, in order */
        if (i == 0 || rows.rows[i].party_id.value != rows.rows[i - 1].party_id.value)
            page->parties[page->party_count++] =
                (PartyLine){rows.rows[i].party_id, rows.rows[i].kind, rows.rows[i].name, rows.rows[i].sort_key};
}

FindPage find_by_words(StoreTx *tx, Arena *arena, const FindAsk *ask)
{
    Finding *finding = ARENA_NEW(arena, Finding);
    int64_t how_many = CLAMP(ask->how_many, 1, FIND_TICKETS_MAX);
    *finding = (Finding){.tx = tx, .arena = arena, .query = search_query_parse(arena, bytes_of(ask->typed))};
    finding->page.tickets = ARENA_ARRAY(arena, FindTicket, (size_t)how_many);
    SearchAsk matches = {.audience = SEARCH_STAFF,
                         .kinds = 1u << SEARCH_TICKET | 1u << SEARCH_MESSAGE,
                         .order = ask->order,
                         .before = ask->before,
                         .how_many = how_many * MATCHES_A_LINE + 1};
    SearchHits hits = search_list(tx, arena, &finding->query, &matches);
    tickets_take(finding, &hits, (size_t)how_many, (size_t)matches.how_many);
    if (ask->order == SEARCH_RANKED)
        finding->page.next = 0;
    entries_read(tx, arena, finding->page.tickets, finding->page.count);
    excerpts_read(tx, arena, &finding->query, finding->page.tickets, finding->messages, finding->page.count);
    if (!ask->before)
        parties_find(finding);
    return finding->page;
}
