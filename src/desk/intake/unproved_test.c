/* SPDX-License-Identifier: EUPL-1.2 */
/* What a request under a customer's typed address may and may not: security A15, and the invariants of unproved.h. */
#include "desk/intake/unproved.h"

#include "desk/intake/aside.h"
#include "desk/intake/robot.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"
#include "desk/ticket/merge.h"
#include "desk/ticket/outgoing.h"
#include "queue/outbox.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define WORDS "Mi dite a che punto è il contratto?"

static IntakeResult take_in(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, event, test->now, &result));
    return result;
}

/* What the public form makes of it (channel/form/form_event.c). */
static InboundEvent form(const NounTest *test)
{
    InboundEvent event = noun_letter(test, ANNA, "Il contratto", WORDS);
    event.channel = "form";
    event.sender_name = "Qualcuno";
    event.flags = MESSAGE_ADDRESS_TYPED;
    event.acknowledge_per_hour = 1;
    return event;
}

static InboundEvent with_key(InboundEvent event, const IntakeKey *key)
{
    event.keys = key;
    event.key_count = 1;
    event.tracking = token_new();
    event.reply = token_new();
    return event;
}

/* What the request's page makes of what its reader writes. */
static InboundEvent page_reply(const NounTest *test, const IntakeKey *key)
{
    InboundEvent event = with_key(form(test), key);
    event.flags = 0;
    return event;
}

/* Anna is on file: she has written by mail, long enough ago for another acknowledgement. */
static IntakeResult from_anna(NounTest *test)
{
    InboundEvent event = noun_letter(test, ANNA, "La V2 perde", "Perde vapore.");
    IntakeResult result = take_in(test, &event);
    test->now += 2 * TIME_HOUR;
    return result;
}

static PartyId customer_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return (PartyId){ticket.now.party_id};
}

static int64_t flags_of(NounTest *test, TicketId id)
{
    return message_list(test->tx, test->arena, id).items[0].flags;
}

static void assert_unproved(NounTest *test, TicketId id, bool unproved)
{
    MessageList list = message_list(test->tx, test->arena, id);
    g_assert_cmpint(message_list_unproved(&list) != NULL, ==, unproved);
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
}

/* The first form of an address makes its party, as ever; from then on there is somebody to protect. */
static void test_known_addresses_only(NounTest *test)
{
    InboundEvent event = form(test);
    IntakeResult first = take_in(test, &event);
    g_assert_true(first.acknowledged);
    g_assert_cmpint(flags_of(test, first.ticket), ==, MESSAGE_ADDRESS_TYPED);
    event = form(test);
    IntakeResult second = take_in(test, &event);
    g_assert_false(second.acknowledged); /* within the hour */
    g_assert_cmpint(flags_of(test, second.ticket), ==, MESSAGE_ADDRESS_TYPED | MESSAGE_ADDRESS_UNPROVED);
    g_assert_cmpint(customer_of(test, second.ticket).value, ==, customer_of(test, first.ticket).value);
    assert_unproved(test, first.ticket, false);
    assert_unproved(test, second.ticket, true);
}

static void solve(NounTest *test, TicketId id)
{
    TicketEdit edit;
    TicketChange state = {0};
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    g_assert_true(ticket_take(&edit, test->team));
    change_set(&state, FIELD_STATE, TICKET_RESOLVED); /* what resolving needs is coding_test.c's matter */
    ticket_edit_event(&edit, EVENT_STATE, &state, test->now);
    g_assert_true(ticket_edit_end(&edit));
}

/* The page goes on with its own open request, and once that is over with a new one, unproved like it. */
static void test_page_reopens_nothing(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    InboundEvent event = form(test);
    IntakeResult typed = take_in(test, &event);
    IntakeKey page = {INTAKE_KEY_TRACKING, event.tracking.sha256, 0};
    InboundEvent more = page_reply(test, &page);
    g_assert_cmpint(take_in(test, &more).ticket.value, ==, typed.ticket.value);
    solve(test, typed.ticket);
    more = page_reply(test, &page);
    IntakeResult next = take_in(test, &more);
    g_assert_cmpint(next.outcome, ==, INTAKE_OPENED);
    assert_unproved(test, next.ticket, true);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, next.ticket);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].other.value, ==, typed.ticket.value);
    g_assert_cmpuint(message_list(test->tx, test->arena, anna.ticket).count, ==, 1);
}

/* A colleague joins it to what Anna really asked: its page does not come along. */
static void test_page_joins_nothing(NounTest *test)
{
    InputError refused;
    IntakeResult anna = from_anna(test);
    InboundEvent event = form(test);
    IntakeResult typed = take_in(test, &event);
    Merging merging = {.from = typed.ticket, .into = anna.ticket};
    g_assert_true(ticket_merge(test->tx, test->arena, &merging, test->actor, test->now, &refused));
    IntakeKey page = {INTAKE_KEY_TRACKING, event.tracking.sha256, 0};
    InboundEvent more = page_reply(test, &page);
    IntakeResult next = take_in(test, &more);
    g_assert_cmpint(next.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(next.ticket.value, !=, anna.ticket.value);
    g_assert_cmpuint(message_list(test->tx, test->arena, anna.ticket).count, ==, 1);
    assert_unproved(test, next.ticket, true);
}

static IntakeResult reply(NounTest *test, const IntakeKey *key, const char *from, int64_t flags)
{
    InboundEvent event = with_key(noun_letter(test, from, "Re: Il contratto", "Sono io."), key);
    event.flags = flags;
    return take_in(test, &event);
}

/* Only the reply address made for her, and only from hers: a number and a From are what anybody can write. */
static void test_answer_proves(NounTest *test)
{
    from_anna(test);
    InboundEvent event = form(test);
    IntakeResult typed = take_in(test, &event);
    IntakeKey number = {INTAKE_KEY_NUMBER, NULL, typed.ticket.value};
    IntakeKey token = {INTAKE_KEY_TOKEN, event.reply.sha256, 0};
    g_assert_true(typed.acknowledged);
    g_assert_cmpint(reply(test, &number, ANNA, 0).ticket.value, ==, typed.ticket.value);
    assert_unproved(test, typed.ticket, true);
    reply(test, &token, "evil@x.test", 0);
    reply(test, &token, ANNA, MESSAGE_SENDER_UNVERIFIED);
    reply(test, &token, ANNA, MESSAGE_AUTO_REPLY);
    assert_unproved(test, typed.ticket, true);
    g_assert_cmpint(reply(test, &token, ANNA, 0).ticket.value, ==, typed.ticket.value);
    assert_unproved(test, typed.ticket, false);
    g_assert_cmpint(flags_of(test, typed.ticket), ==, MESSAGE_ADDRESS_TYPED | MESSAGE_ADDRESS_PROVED);
}

static bool carries_proof(NounTest *test, TicketId id)
{
    OutboxSentList rows = outbox_list_sent(test->tx, test->arena, id);
    Outgoing outgoing;
    g_assert_cmpuint(rows.count, ==, 1);
    g_assert_true(outgoing_parse(test->arena, rows.items[0].payload, &outgoing));
    return outgoing.prove;
}

static void test_link(NounTest *test)
{
    UnprovedLink link;
    InboundEvent hers = noun_letter(test, ANNA, "La V2 perde", "Perde vapore.");
    IntakeResult anna = take_in(test, &hers);
    g_assert_false(carries_proof(test, anna.ticket));
    g_assert_false(unproved_find_link(test->tx, test->arena, hers.reply.sha256, &link));
    test->now += 2 * TIME_HOUR;
    InboundEvent event = form(test);
    IntakeResult typed = take_in(test, &event);
    g_assert_true(carries_proof(test, typed.ticket));
    g_assert_true(unproved_find_link(test->tx, test->arena, event.reply.sha256, &link));
    g_assert_cmpint(link.ticket.id.value, ==, typed.ticket.value);
    g_assert_false(link.proved);
    g_assert_cmpstr(link.first.text, ==, WORDS);
    g_assert_false(unproved_find_link(test->tx, test->arena, event.tracking.sha256, &link));
    Token other = token_new(); /* an answer that went to somebody else as well */
    reply_address_add(test->tx, other.sha256, typed.ticket, "bruno@moretti.test", test->now);
    g_assert_false(unproved_find_link(test->tx, test->arena, other.sha256, &link));
}

static void assert_refused(bool done, const InputError *refused, const char *key)
{
    g_assert_false(done);
    g_assert_cmpstr(refused->key, ==, key);
}

static void test_a_persons_word(NounTest *test)
{
    InputError refused;
    PartyMatch match;
    IntakeResult anna = from_anna(test);
    PartyId hers = customer_of(test, anna.ticket);
    InboundEvent event = form(test);
    UnprovedWord word = {.ticket = take_in(test, &event).ticket};
    UnprovedWord ordinary = {.ticket = anna.ticket}, old = {word.ticket, 99};
    assert_refused(unproved_prove(test->tx, test->arena, &ordinary, test->actor, test->now, &refused), &refused,
                   "ticket.error.not_unproved");
    assert_refused(unproved_disown(test->tx, test->arena, &ordinary, test->actor, test->now, &refused), &refused,
                   "ticket.error.not_unproved");
    assert_refused(unproved_prove(test->tx, test->arena, &old, test->actor, test->now, &refused), &refused,
                   "ticket.error.stale");
    g_assert_true(unproved_prove(test->tx, test->arena, &word, test->actor, test->now, &refused));
    assert_unproved(test, word.ticket, false);
    assert_refused(unproved_prove(test->tx, test->arena, &word, test->actor, test->now, &refused), &refused,
                   "ticket.error.not_unproved");

    /* It was not hers after all: nothing of it stays with her, and her address remains hers. */
    g_assert_true(unproved_disown(test->tx, test->arena, &word, test->actor, test->now, &refused));
    assert_unproved(test, word.ticket, true);
    PartyId apart = customer_of(test, word.ticket);
    g_assert_cmpint(apart.value, !=, hers.value);
    ContactPointList points = contact_point_list(test->tx, test->arena, apart);
    g_assert_cmpuint(points.count, ==, 1);
    g_assert_cmpint(points.items[0].kind, ==, CONTACT_OTHER);
    g_assert_cmpstr(points.items[0].value, ==, ANNA);
    g_assert_true(party_find_by_contact(test->tx, test->arena, ANNA, &match));
    g_assert_cmpint(match.customer.value, ==, hers.value);
    ParticipantList list = participant_list(test->tx, test->arena, word.ticket);
    g_assert_false(participant_is_confirmed(&list, ANNA));
    assert_refused(unproved_disown(test->tx, test->arena, &word, test->actor, test->now, &refused), &refused,
                   "ticket.error.not_unproved");

    /* And back. */
    g_assert_true(unproved_prove(test->tx, test->arena, &word, test->actor, test->now, &refused));
    assert_unproved(test, word.ticket, false);
    g_assert_cmpint(customer_of(test, word.ticket).value, ==, hers.value);
    list = participant_list(test->tx, test->arena, word.ticket);
    g_assert_true(participant_is_confirmed(&list, ANNA));
}

/* Put aside, it teaches nothing; brought back, it forgets nothing; nor is its sender called a robot. */
static void test_teaches_nothing(NounTest *test)
{
    InputError refused;
    from_anna(test);
    InboundEvent event = form(test);
    TicketId typed = take_in(test, &event).ticket;
    AsidePut put = {.ticket = typed, .learn_known = true};
    g_assert_true(aside_put(test->tx, test->arena, &put, test->actor, test->now, &refused));
    g_assert_false(aside_has_rule(test->tx, test->arena, ANNA));
    IntakeKey page = {INTAKE_KEY_TRACKING, event.tracking.sha256, 0};
    InboundEvent more = page_reply(test, &page);
    g_assert_cmpint(take_in(test, &more).ticket.value, ==, typed.value);
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, typed, &ticket));
    g_assert_cmpint(ticket.now.state, ==, TICKET_SPAM);
    MessageList list = message_list(test->tx, test->arena, typed);
    g_assert_false(sender_may_correct(&list.items[0]));
    TicketId latest;
    SameWords same = {ANNA, WORDS, typed};
    g_assert_cmpint(sender_count_same(test->tx, test->arena, &same, test->now, &latest), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/unproved/known-addresses-only", test_known_addresses_only);
    noun_test_each_engine("/unproved/page-reopens-nothing", test_page_reopens_nothing);
    noun_test_each_engine("/unproved/page-joins-nothing", test_page_joins_nothing);
    noun_test_each_engine("/unproved/answer-proves", test_answer_proves);
    noun_test_each_engine("/unproved/link", test_link);
    noun_test_each_engine("/unproved/a-persons-word", test_a_persons_word);
    noun_test_each_engine("/unproved/teaches-nothing", test_teaches_nothing);
    return g_test_run();
}
