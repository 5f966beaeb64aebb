/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the index of words built again, and compared with what it should hold. How: emptied, then filled in batches that
 * each fit between two requests of the writer: parties, then messages as they were written, each ticket just before its
 * first message, so that newest-first means what it meant. A crash half-way leaves an index that find_verify refuses.
 */
#include "desk/solution/solution.h"
#include "desk/ticket/find.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "find_sql.h"

enum { BATCH = 50 };

typedef struct Batch {
    int64_t after, last; /* the ids before and after it; a work function may run twice */
    size_t count;
} Batch;

static bool clear(StoreTx *tx, void *arg)
{
    (void)arg;
    search_clear(tx);
    return true;
}

static bool parties_index(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SqlFindPartyAfterList rows = sql_find_party_after(tx, arena, &(SqlFindPartyAfterIn){{batch->after}, BATCH});
    for (size_t i = 0; i < rows.count; i++)
        party_index(tx, rows.rows[i].party_id, rows.rows[i].name);
    batch->count = rows.count;
    batch->last = rows.count ? rows.rows[rows.count - 1].party_id.value : batch->after;
    return true;
}

static bool contacts_index(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SqlFindContactAfterList rows = sql_find_contact_after(tx, arena, &(SqlFindContactAfterIn){{batch->after}, BATCH});
    for (size_t i = 0; i < rows.count; i++)
        contact_point_index(tx, rows.rows[i].contact_point_id, rows.rows[i].party_id, rows.rows[i].value);
    batch->count = rows.count;
    batch->last = rows.count ? rows.rows[rows.count - 1].contact_point_id.value : batch->after;
    return true;
}

static bool messages_index(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4); /* fifty messages, none above the 1 MB intake keeps */
    SqlFindMessageAfterList rows = sql_find_message_after(tx, arena, &(SqlFindMessageAfterIn){{batch->after}, BATCH});
    for (size_t i = 0; i < rows.count; i++) {
        ticket_index(tx, rows.rows[i].ticket_id, rows.rows[i].ticket_subject);
        message_index(tx, &(Message){.id = rows.rows[i].message_id,
                                     .ticket = rows.rows[i].ticket_id,
                                     .direction = rows.rows[i].direction,
                                     .sender_name = rows.rows[i].sender_name,
                                     .sender_address = rows.rows[i].sender_address,
                                     .subject = rows.rows[i].subject,
                                     .text = rows.rows[i].text,
                                     .language = rows.rows[i].language});
    }
    batch->count = rows.count;
    batch->last = rows.count ? rows.rows[rows.count - 1].message_id.value : batch->after;
    return true;
}

static bool solutions_index(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SolutionList list = solution_list_after(tx, arena, (SolutionId){batch->after}, BATCH);
    for (size_t i = 0; i < list.count; i++)
        solution_index(tx, &list.items[i]);
    batch->count = list.count;
    batch->last = list.count ? list.items[list.count - 1].id.value : batch->after;
    return true;
}

/* Those without a message. */
static bool tickets_index(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SqlFindTicketAfterList rows = sql_find_ticket_after(tx, arena, &(SqlFindTicketAfterIn){{batch->after}, BATCH});
    for (size_t i = 0; i < rows.count; i++)
        ticket_index(tx, rows.rows[i].ticket_id, rows.rows[i].subject);
    batch->count = rows.count;
    batch->last = rows.count ? rows.rows[rows.count - 1].ticket_id.value : batch->after;
    return true;
}

static bool all_index(Store *store, StoreWork work, GError **error)
{
    Batch batch = {0};
    do {
        batch.after = batch.last;
        if (store_write(store, "search rebuild", work, &batch, error) != STORE_COMMITTED)
            return false;
    } while (batch.count == BATCH);
    return true;
}

bool find_rebuild(Store *store, GError **error)
{
    static const StoreWork parts[] = {parties_index, contacts_index, solutions_index, messages_index,
                                      tickets_index};
    if (store_write(store, "search clear", clear, NULL, error) != STORE_COMMITTED)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!all_index(store, parts[i], error))
            return false;
    return true;
}

const char *find_verify(StoreTx *tx, Arena *arena)
{
    int64_t indexed[SEARCH_KIND_COUNT] = {0};
    SqlFindCountSources stored = {0};
    const char *wrong = search_verify(tx, arena, indexed);
    sql_find_count_sources(tx, arena, &stored);
    if (wrong)
        return wrong;
    return indexed[SEARCH_MESSAGE] == stored.messages && indexed[SEARCH_TICKET] == stored.tickets &&
                   indexed[SEARCH_PARTY] == stored.parties && indexed[SEARCH_CONTACT] == stored.contacts &&
                   indexed[SEARCH_SOLUTION] == stored.solutions
               ? NULL
               : "the index does not hold each message, ticket, party, contact point and solution once";
}
