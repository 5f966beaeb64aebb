/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding in a small house on both engines. Who should be found was read off the texts below. */
#include "desk/ticket/find.h"

#include "base/text.h"
#include "desk/desk_testing.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"

#include <string.h>

/* --- the house ---------------------------------------------------------------------------------------------------- */

typedef struct Filling {
    House *house;
    PartyId bakery, bar;
    TicketId leak, pump, invoice;
    Message note; /* as it was written, with its id */
} Filling;

static PartyId add_party(StoreTx *tx, Arena *arena, const char *name, const char *email)
{
    PartyId id = party_add(tx, &(Party){.kind = PARTY_COMPANY, .name = name, .buyer = BUYER_BUSINESS, .language = "it"},
                           text_sort_key(arena, name), TEST_NOW);
    contact_point_add(tx, id, &(ContactPoint){.kind = CONTACT_EMAIL, .value = email, .value_key = email, .label = ""},
                      TEST_NOW);
    return id;
}

static TicketId add_ticket(StoreTx *tx, Arena *arena, TeamId team, PartyId party, const char *subject)
{
    return ticket_open(tx, arena,
                       &(TicketOpening){.channel = "mail",
                                        .subject = subject,
                                        .language = "it",
                                        .received_at = TEST_NOW,
                                        .next_update_at = TEST_NOW + TIME_HOUR,
                                        .party = party,
                                        .team = team},
                       (Actor){.kind = ACTOR_SYSTEM}, TEST_NOW);
}

static Message say(StoreTx *tx, TicketId ticket, MessageDirection direction, const char *subject, const char *text)
{
    Message message = {.ticket = ticket,
                       .direction = direction,
                       .channel = "mail",
                       .author = {ACTOR_SYSTEM, 0},
                       .sender_name = direction == MESSAGE_IN ? "Ubaldo Straniero" : "",
                       .sender_address = direction == MESSAGE_IN ? "ubaldo@altrove.example" : "",
                       .at = TEST_NOW,
                       .subject = subject,
                       .text = text,
                       .quoted_at = MESSAGE_NOT_QUOTED};
    message.id = message_add(tx, &message);
    return message;
}

static bool fill(StoreTx *tx, void *arg)
{
    Filling *filling = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    TeamId team = filling->house->team;
    filling->bakery = add_party(tx, arena, "Panificio Moretti S.r.l.", "anna@panificio.example");
    filling->bar = add_party(tx, arena, "Bar Èlite", "bar@elite.example");
    filling->leak = add_ticket(tx, arena, team, filling->bakery, "Caldaia che perde");
    say(tx, filling->leak, MESSAGE_IN, "Caldaia che perde",
        "Buongiorno, la caldaia perde acqua dal vaso di espansione.");
    filling->pump = add_ticket(tx, arena, team, filling->bar, "Pompa ferma");
    say(tx, filling->pump, MESSAGE_IN, "Pompa ferma", "The pump is not running, it says E12.");
    filling->invoice = add_ticket(tx, arena, team, filling->bakery, "Fattura di giugno");
    say(tx, filling->leak, MESSAGE_OUT, "Re: Caldaia che perde", "Le perdite si fermano chiudendo il rubinetto.");
    filling->note = say(tx, filling->pump, MESSAGE_NOTE, "", "Nota: ZYZZYVA, la caldaia del bar non è nostra");
    return true;
}

static House filled(gconstpointer engine, Filling *filling)
{
    House house = house_open(ENGINE_OF(engine));
    *filling = (Filling){.house = &house};
    g_assert_true(house_write(&house, fill, filling));
    return house;
}

/* The tickets found, as "leak pump", then "| " and the parties' names. */
static const char *shown(Arena *arena, const Filling *filling, const FindPage *page)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < page->count; i++) {
        int64_t id = page->tickets[i].entry.ticket.value;
        g_string_append_printf(out, "%s%s", i ? " " : "",
                               id == filling->leak.value      ? "leak"
                               : id == filling->pump.value    ? "pump"
                               : id == filling->invoice.value ? "invoice"
                                                              : "?");
    }
    for (size_t i = 0; i < page->party_count; i++)
        g_string_append_printf(out, " | %s", page->parties[i].name);
    char *text = arena_strdup(arena, out->str);
    g_string_free(out, TRUE);
    return text;
}

static void assert_words(House *house, const Filling *filling, const char *typed, const char *expected)
{
    StoreTx *tx = house_read(house);
    FindPage page = find_by_words(tx, house->arena, &(FindAsk){.typed = typed, .how_many = 25});
    house_read_end(tx);
    const char *found = shown(house->arena, filling, &page);
    if (strcmp(found, expected) != 0)
        g_error("%s: '%s' instead of '%s'", typed, found, expected);
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void test_words(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    assert_words(&house, &filling, "perdita", "leak");
    assert_words(&house, &filling, "caldaie", "pump leak"); /* the note is the newest that says it */
    assert_words(&house, &filling, "zyzzyva", "pump");
    assert_words(&house, &filling, "runs", "pump");
    assert_words(&house, &filling, "giugno", "invoice"); /* a subject alone */
    assert_words(&house, &filling, "moretti", " | Panificio Moretti S.r.l.");
    assert_words(&house, &filling, "anna@panificio.example", " | Panificio Moretti S.r.l.");
    assert_words(&house, &filling, "elite", " | Bar Èlite");
    assert_words(&house, &filling, "straniero", "pump leak"); /* whoever wrote, on file or not */
    assert_words(&house, &filling, "\"\" * NEAR(", "");
    assert_words(&house, &filling, "", "");
    house_close(&house);
}

static void test_line(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    StoreTx *tx = house_read(&house);
    FindPage page = find_by_words(tx, house.arena, &(FindAsk){.typed = "vaso", .order = SEARCH_RANKED, .how_many = 25});
    house_read_end(tx);
    g_assert_cmpuint(page.count, ==, 1);
    const FindTicket *line = &page.tickets[0];
    g_assert_cmpstr(line->entry.subject, ==, "Caldaia che perde");
    g_assert_cmpint(line->entry.state, ==, TICKET_NEW);
    g_assert_cmpstr(line->entry.customer, ==, "Panificio Moretti S.r.l.");
    g_assert_null(line->entry.owner);
    g_assert_cmpint(line->entry.received_at, ==, TEST_NOW);
    g_assert_cmpuint(line->excerpt.count, ==, 1);
    g_assert_true(g_str_has_prefix(line->excerpt.text + line->excerpt.marks[0].start, "vaso di espansione"));
    g_assert_cmpint(page.next, ==, 0);
    house_close(&house);
}

static void test_pages(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    StoreTx *tx = house_read(&house);
    FindPage first = find_by_words(tx, house.arena, &(FindAsk){.typed = "caldaia", .how_many = 1});
    g_assert_cmpstr(shown(house.arena, &filling, &first), ==, "pump");
    g_assert_cmpint(first.next, >, 0);
    FindPage second =
        find_by_words(tx, house.arena, &(FindAsk){.typed = "caldaia", .before = first.next, .how_many = 1});
    g_assert_cmpstr(shown(house.arena, &filling, &second), ==, "leak");
    g_assert_cmpint(second.next, ==, 0);
    house_read_end(tx);
    house_close(&house);
}

static void test_number_and_customer(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    StoreTx *tx = house_read(&house);
    char *number = arena_printf(house.arena, " #%" G_GINT64_FORMAT " ", filling.pump.value);
    FindPage page = find_by_number(tx, house.arena, number);
    g_assert_cmpstr(shown(house.arena, &filling, &page), ==, "pump");
    g_assert_cmpstr(page.tickets[0].entry.customer, ==, "Bar Èlite");
    const char *const none[] = {"99999", "", "#", "12a", "-1", "999999999999999999999999"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_cmpuint(find_by_number(tx, house.arena, none[i]).count, ==, 0);
    page = find_by_customer(tx, house.arena, "panif");
    g_assert_cmpstr(shown(house.arena, &filling, &page), ==, "invoice leak | Panificio Moretti S.r.l.");
    page = find_by_customer(tx, house.arena, "BAR e");
    g_assert_cmpstr(shown(house.arena, &filling, &page), ==, "pump | Bar Èlite");
    g_assert_cmpstr(page.tickets[0].entry.channel, ==, "mail");
    g_assert_cmpuint(find_by_customer(tx, house.arena, " ").party_count, ==, 0);
    house_read_end(tx);
    house_close(&house);
}

/* Erasing what a message says: its words go with it. */
static bool erase_note(StoreTx *tx, void *arg)
{
    const Filling *filling = arg;
    Message left = filling->note;
    left.text = "[…]";
    return message_unindex(tx, &filling->note) && message_index(tx, &left);
}

static bool rename_bar(StoreTx *tx, void *arg)
{
    const Filling *filling = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PartyRefusal refused;
    Party bar;
    if (!party_find(tx, arena, filling->bar, &bar))
        return false;
    bar.name = "Caffè Nazionale";
    ContactPointList points = contact_point_list(tx, arena, filling->bar);
    return points.count == 1 && contact_point_remove(tx, filling->bar, points.items[0].id) &&
           party_edit(tx, arena, &bar, "caffe nazionale", &refused);
}

static void test_changes(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    g_assert_true(house_write(&house, erase_note, &filling));
    assert_words(&house, &filling, "zyzzyva", "");
    g_assert_true(house_write(&house, rename_bar, &filling));
    assert_words(&house, &filling, "nazionale", " | Caffè Nazionale");
    assert_words(&house, &filling, "elite", "");
    StoreTx *tx = house_read(&house);
    g_assert_cmpstr(find_verify(tx, house.arena), ==, NULL);
    house_read_end(tx);
    house_close(&house);
}

static bool forget_note(StoreTx *tx, void *arg)
{
    const Filling *filling = arg;
    return message_unindex(tx, &filling->note);
}

static void test_rebuild(gconstpointer engine)
{
    Filling filling;
    House house = filled(engine, &filling);
    g_autoptr(GError) error = NULL;
    g_assert_true(house_write(&house, forget_note, &filling));
    StoreTx *tx = house_read(&house);
    g_assert_nonnull(find_verify(tx, house.arena));
    house_read_end(tx);
    g_assert_true(find_rebuild(house.store, &error));
    g_assert_no_error(error);
    tx = house_read(&house);
    g_assert_cmpstr(find_verify(tx, house.arena), ==, NULL);
    house_read_end(tx);
    assert_words(&house, &filling, "caldaie", "pump leak");
    assert_words(&house, &filling, "giugno", "invoice");
    assert_words(&house, &filling, "moretti", " | Panificio Moretti S.r.l.");
    house_close(&house);
}

static bool open_and_refuse(StoreTx *tx, void *arg)
{
    fill(tx, arg);
    return false;
}

/* A request that is refused leaves neither rows nor words. */
static void test_refused(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    Filling filling = {.house = &house};
    g_assert_false(house_write(&house, open_and_refuse, &filling));
    assert_words(&house, &filling, "caldaia", "");
    StoreTx *tx = house_read(&house);
    g_assert_cmpstr(find_verify(tx, house.arena), ==, NULL);
    house_read_end(tx);
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/find/words", test_words);
    desk_test_each_engine("/find/line", test_line);
    desk_test_each_engine("/find/pages", test_pages);
    desk_test_each_engine("/find/number-and-customer", test_number_and_customer);
    desk_test_each_engine("/find/changes", test_changes);
    desk_test_each_engine("/find/rebuild", test_rebuild);
    desk_test_each_engine("/find/refused", test_refused);
    return g_test_run();
}
