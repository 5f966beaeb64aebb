/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"
#include "desk/party/phone.h"
#include "desk/ticket/find.h"
#include "desk/ticket/history.h"
#include "desk/ticket/ticket.h"
#include "web/desk/desk_pages.h"
#include "web/desk/party_line.h"
#include "web/layout.h"
#include "web/search_view.h"

#include <string.h>

/* Bounded on purpose: a page of finds, not a list; three customers' requests are as many statements, ever. */
enum { PARTIES = 10, OPENED_PARTIES = 3, TICKETS_EACH = 10, FINDS = 25 };

typedef struct Search {
    Arena *arena;
    const char *words;
    TicketId number; /* when the words are a number */
    bool number_exists;
    PartyLine parties[PARTIES];
    size_t party_count;
    WorklistPage tickets[OPENED_PARTIES];
    int64_t before; /* a later page: words only */
    FindPage finds;
} Search;

static int64_t number_of(const char *words)
{
    const char *digits = *words == '#' ? words + 1 : words;
    size_t length = strlen(digits);
    return length > 0 && length <= 18 && strspn(digits, "0123456789") == length ? g_ascii_strtoll(digits, NULL, 10) : 0;
}

static void add_party(Search *search, StoreTx *tx, PartyId id)
{
    Party party;
    for (size_t i = 0; i < search->party_count; i++)
        if (search->parties[i].id.value == id.value)
            return;
    if (search->party_count < PARTIES && party_find(tx, search->arena, id, &party))
        search->parties[search->party_count++] = (PartyLine){id, party.kind, party.name, ""};
}

/* Whoever has exactly that address or number: the company, and the person if it is another. */
static void find_by_contact(Search *search, StoreTx *tx)
{
    Phone phone;
    PartyMatch match;
    const char *key = strchr(search->words, '@') ? contact_key_of_email(search->arena, search->words)
                      : phone_parse(search->words, &phone) == PHONE_OK ? phone.e164
                                                                       : NULL;
    if (!key || !party_find_by_contact(tx, search->arena, key, &match))
        return;
    add_party(search, tx, match.customer);
    add_party(search, tx, match.contact);
}

static void find_by_name(Search *search, StoreTx *tx)
{
    PartyLines lines =
        party_search(tx, search->arena, text_sort_key(search->arena, search->words), (PartyCursor){0}, PARTIES);
    for (size_t i = 0; i < lines.count; i++)
        add_party(search, tx, lines.items[i].id);
}

static void run(Search *search, StoreTx *tx)
{
    Ticket ticket;
    search->number_exists = search->number.value && ticket_find(tx, search->arena, search->number, &ticket);
    if (search->number_exists || text_is_blank(search->words))
        return;
    search->finds = find_by_words(tx, search->arena,
                                  &(FindAsk){.typed = search->words, .before = search->before, .how_many = FINDS});
    if (search->before)
        return;
    find_by_contact(search, tx);
    find_by_name(search, tx);
    for (size_t i = 0; i < search->finds.party_count; i++)
        add_party(search, tx, search->finds.parties[i].id);
    for (size_t i = 0; i < MIN(search->party_count, (size_t)OPENED_PARTIES); i++)
        search->tickets[i] =
            history_list_party(tx, search->arena, search->parties[i].id, (HistoryAsk){.how_many = TICKETS_EACH});
}

static void fill_parties(const Search *search, const Visit *visit, SearchView *view)
{
    PartyRow *rows = ARENA_ARRAY(search->arena, PartyRow, search->party_count);
    for (size_t i = 0; i < search->party_count; i++)
        rows[i] = party_row(search->arena, visit->lang, search->parties[i].id, search->parties[i].kind,
                            search->parties[i].name);
    view->parties = rows;
    view->parties_count = search->party_count;
}

static void fill_tickets(const Search *search, const Visit *visit, SearchView *view)
{
    PastTicket *tickets = ARENA_ARRAY(search->arena, PastTicket, OPENED_PARTIES * TICKETS_EACH);
    for (size_t i = 0; i < OPENED_PARTIES; i++)
        for (size_t t = 0; t < search->tickets[i].count; t++)
            tickets[view->tickets_count++] = party_ticket(search->arena, visit, &search->tickets[i].rows[t]);
    view->tickets = tickets;
}

/* The excerpt cut at its marks. */
static void fill_pieces(Arena *arena, const Excerpt *excerpt, FindRow *row)
{
    FindPiece *pieces = ARENA_ARRAY(arena, FindPiece, excerpt->count * 2 + 3);
    size_t count = 0, at = 0;
    if (excerpt->cut_before)
        pieces[count++] = (FindPiece){.text = "… "};
    for (size_t i = 0; i < excerpt->count; i++) {
        const ExcerptMark *mark = &excerpt->marks[i];
        pieces[count++] = (FindPiece){.text = arena_strndup(arena, excerpt->text + at, mark->start - at)};
        pieces[count++] = (FindPiece){arena_strndup(arena, excerpt->text + mark->start, mark->end - mark->start), true};
        at = mark->end;
    }
    pieces[count++] = (FindPiece){.text = arena_strdup(arena, excerpt->text + at)};
    if (excerpt->cut_after)
        pieces[count++] = (FindPiece){.text = " …"};
    row->pieces = pieces;
    row->pieces_count = count;
}

/* A request that stands under its customer already is not said twice. */
static bool is_listed(const Search *search, TicketId id)
{
    for (size_t i = 0; i < OPENED_PARTIES; i++)
        for (size_t t = 0; t < search->tickets[i].count; t++)
            if (search->tickets[i].rows[t].ticket.value == id.value)
                return true;
    return false;
}

static void fill_finds(const Search *search, const Visit *visit, SearchView *view)
{
    FindRow *rows = ARENA_ARRAY(search->arena, FindRow, search->finds.count);
    for (size_t i = 0; i < search->finds.count; i++) {
        const FindTicket *found = &search->finds.tickets[i];
        PastTicket line = party_ticket(search->arena, visit, &found->entry);
        if (is_listed(search, found->entry.ticket))
            continue;
        FindRow *row = &rows[view->finds_count++];
        *row = (FindRow){.number = line.number,
                         .url = line.url,
                         .subject = line.subject,
                         .customer = found->entry.customer,
                         .state = line.state,
                         .when = line.when};
        if (*found->excerpt.text)
            fill_pieces(search->arena, &found->excerpt, row);
    }
    view->finds = rows;
    if (search->finds.next)
        view->next_url = url_local(search->arena, "/search?q=%&before=%", search->words,
                                   arena_int(search->arena, search->finds.next));
}

void search_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    const char *typed = http_query(request, "q");
    Search search = {.arena = request->arena, .words = text_clean_line(request->arena, bytes_of(typed))};
    search.number.value = number_of(search.words);
    search.before = number_of(text_trim(request->arena, http_query(request, "before")));
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    run(&search, tx);
    if (!visit_read_end(request, response, tx))
        return;
    if (search.number_exists) {
        http_redirect(response, arena_printf(request->arena, "/tickets/%" G_GINT64_FORMAT, search.number.value));
        return;
    }
    SearchView view = {.page = layout_desk(request, msg(visit->lang, MSG_SEARCH_TITLE), MSG_SEARCH_TITLE),
                       .words = search.words,
                       .nothing = !text_is_blank(search.words) && search.party_count == 0 && search.finds.count == 0};
    fill_parties(&search, visit, &view);
    fill_tickets(&search, visit, &view);
    fill_finds(&search, visit, &view);
    search_render(http_html(response), visit->lang, &view);
}
