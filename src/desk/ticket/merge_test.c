/* SPDX-License-Identifier: EUPL-1.2 */
/* domain.md 2.1 ("merge keeps earliest received") and 3, reading 11: the master takes the earliest received and the
 * duplicate's messages, and is a complaint if either was. */
#include "desk/ticket/merge.h"

#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"

static PartyId new_party(NounTest *test, const char *name)
{
    return party_add(test->tx, &(Party){.kind = PARTY_PERSON, .name = name, .buyer = BUYER_UNKNOWN, .language = "it"},
                     name, test->now);
}

static TicketId new_ticket(NounTest *test, PartyId party, TimeMs received, bool complaint)
{
    return ticket_open(test->tx, test->arena,
                       &(TicketOpening){.channel = "phone",
                                        .subject = "E07",
                                        .language = "it",
                                        .received_at = received,
                                        .next_update_at = received + TIME_DAY,
                                        .complaint = complaint,
                                        .party = party,
                                        .contact = party,
                                        .team = test->team},
                       test->actor, test->now);
}

static Ticket read_ticket(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
    return ticket;
}

static void merge(NounTest *test, TicketId from, TicketId into)
{
    InputError refused;
    g_assert_true(
        ticket_merge(test->tx, test->arena, &(Merging){.from = from, .into = into}, test->actor, test->now, &refused));
}

static const char *refusal(NounTest *test, Merging merging)
{
    InputError refused;
    g_assert_false(ticket_merge(test->tx, test->arena, &merging, test->actor, test->now, &refused));
    return refused.key;
}

static bool takes_part(NounTest *test, TicketId id, const char *key)
{
    ParticipantList list = participant_list(test->tx, test->arena, id);
    return participant_is_confirmed(&list, key);
}

static void test_master_takes_over(NounTest *test)
{
    PartyId anna = new_party(test, "anna");
    TicketId into = new_ticket(test, anna, test->now, false);
    TicketId from = new_ticket(test, anna, test->now - 3 * TIME_HOUR, true);
    participant_add(test->tx, from,
                    &(Participant){CONTACT_EMAIL, "anna@bar.test", "anna@bar.test", "Anna", .confirmed = true});
    merge(test, from, into);
    Ticket master = read_ticket(test, into), duplicate = read_ticket(test, from);
    g_assert_cmpint(master.now.received_at, ==, test->now - 3 * TIME_HOUR);
    g_assert_cmpint(master.now.next_update_at, ==, test->now - 3 * TIME_HOUR + TIME_DAY); /* the nearer promise holds */
    g_assert_true(master.now.complaint);
    g_assert_cmpint(duplicate.now.state, ==, TICKET_DUPLICATE);
    g_assert_cmpint(duplicate.now.master_id, ==, into.value);
    g_assert_cmpint(duplicate.now.received_at, ==, test->now - 3 * TIME_HOUR); /* its origin is kept */
    g_assert_true(takes_part(test, into, "anna@bar.test"));
    g_assert_true(ticket_same_customer(&master, &duplicate));
    TicketIdList merged = ticket_list_merged(test->tx, test->arena, into);
    g_assert_cmpuint(merged.count, ==, 1);
    g_assert_cmpint(merged.items[0].value, ==, from.value);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, into);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].kind, ==, LINK_DUPLICATE);
}

static void test_what_cannot_be_merged(NounTest *test)
{
    PartyId anna = new_party(test, "anna"), luca = new_party(test, "luca");
    TicketId a = new_ticket(test, anna, test->now, false), b = new_ticket(test, anna, test->now, false);
    TicketId other = new_ticket(test, luca, test->now, false), spam = new_ticket(test, anna, test->now, false);
    TicketId unknown = new_ticket(test, (PartyId){0}, test->now, false);
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, spam, test->actor, test->now));
    g_assert_true(ticket_act(&edit, TICKET_MARK_SPAM, &(ActionInput){0}) && ticket_edit_end(&edit));
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .into = a}), ==, "ticket.error.merge_itself");
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .into = spam}), ==, "ticket.error.merge_set_aside");
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .into = {999999}}), ==, "ticket.error.no_master");
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .into = {0}}), ==, "ticket.error.no_master");
    g_assert_cmpstr(refusal(test, (Merging){.from = {999999}, .into = a}), ==, "ticket.error.not_found");
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .version = 7, .into = b}), ==, "ticket.error.stale");
    g_assert_cmpstr(refusal(test, (Merging){.from = a, .into = other}), ==, "ticket.error.merge_other_customer");
    merge(test, b, a);
    g_assert_cmpstr(refusal(test, (Merging){.from = other, .into = b, .other_customer = true}), ==,
                    "ticket.error.merge_merged");
    g_assert_cmpstr(refusal(test, (Merging){.from = b, .into = unknown}), ==, "ticket.error.transition");
    merge(test, unknown, a); /* nobody on file is nobody else's */
    InputError refused;
    g_assert_true(ticket_merge(test->tx, test->arena, &(Merging){.from = other, .into = a, .other_customer = true},
                               test->actor, test->now, &refused));
    Ticket first = read_ticket(test, a), second = read_ticket(test, other);
    g_assert_false(ticket_same_customer(&first, &second));
}

/* C was joined to B, then B to A: all three are A's, and no master is a duplicate. */
static void test_what_was_joined_goes_along(NounTest *test)
{
    PartyId anna = new_party(test, "anna");
    TicketId a = new_ticket(test, anna, test->now, false);
    TicketId b = new_ticket(test, anna, test->now - TIME_HOUR, false);
    TicketId c = new_ticket(test, anna, test->now - 2 * TIME_HOUR, false);
    merge(test, c, b);
    merge(test, b, a);
    g_assert_cmpint(read_ticket(test, c).now.master_id, ==, a.value);
    g_assert_cmpint(read_ticket(test, b).now.master_id, ==, a.value);
    g_assert_cmpuint(ticket_list_merged(test->tx, test->arena, a).count, ==, 2);
    g_assert_cmpint(read_ticket(test, a).now.received_at, ==, test->now - 2 * TIME_HOUR);
}

static void test_apart_again(NounTest *test)
{
    PartyId anna = new_party(test, "anna");
    TicketId a = new_ticket(test, anna, test->now, false);
    TicketId b = new_ticket(test, anna, test->now - TIME_HOUR, false);
    TicketId c = new_ticket(test, anna, test->now - 2 * TIME_HOUR, false);
    InputError refused;
    merge(test, b, a);
    merge(test, c, a);
    g_assert_false(ticket_restore(test->tx, test->arena, &(Restoring){.ticket = c, .note = " "}, test->actor, test->now,
                                  &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.no_note");
    g_assert_true(ticket_restore(test->tx, test->arena, &(Restoring){.ticket = c, .note = "un'altra macchina"},
                                 test->actor, test->now, &refused));
    Ticket back = read_ticket(test, c);
    g_assert_cmpint(back.now.state, ==, TICKET_NEW);
    g_assert_cmpint(back.now.master_id, ==, 0);
    g_assert_cmpint(back.now.next_update_at, >, test->now);
    g_assert_cmpint(read_ticket(test, a).now.received_at, ==, test->now - TIME_HOUR); /* b's is left */
    g_assert_cmpuint(ticket_link_list(test->tx, test->arena, c).count, ==, 0);
    MessageList said = message_list(test->tx, test->arena, c);
    g_assert_cmpuint(said.count, ==, 1);
    g_assert_cmpint(said.items[0].direction, ==, MESSAGE_NOTE);
    g_assert_cmpstr(said.items[0].text, ==, "un'altra macchina");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/merge/takes-over", test_master_takes_over);
    noun_test_each_engine("/merge/refused", test_what_cannot_be_merged);
    noun_test_each_engine("/merge/goes-along", test_what_was_joined_goes_along);
    noun_test_each_engine("/merge/apart", test_apart_again);
    return g_test_run();
}
