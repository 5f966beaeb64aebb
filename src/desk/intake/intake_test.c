/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may join which ticket: the cases are A01-A04, A08, A12-A15 and A01's class of security.md, and design.md section 7. */
#include "desk/intake/intake.h"

#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"
#include "desk/ticket/answer.h"
#include "queue/outbox.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define EVIL "evil@x.test"

static InboundEvent letter(const NounTest *test, const char *from)
{
    return (InboundEvent){
        .channel = "mail",
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .sender_address = from,
        .sender_key = from,
        .sender_name = "",
        .language = "it",
        .subject = "La V2 perde vapore",
        .text = "Perde vapore.",
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = test->now,
        .next_update_at = test->now + TIME_DAY,
        .reopen_since = test->now - 14 * TIME_DAY,
        .team = test->team,
        .party_sort_key = from,
        .tracking = token_new(),
        .reply = token_new(),
        .acknowledge_by = "mail",
        .acknowledge_per_hour = 5,
    };
}

static IntakeResult take_in(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, event, test->now, &result));
    return result;
}

static IntakeResult from_anna(NounTest *test)
{
    InboundEvent event = letter(test, ANNA);
    event.message_id = "a1@moretti.test";
    return take_in(test, &event);
}

static InboundEvent with_key(InboundEvent event, const IntakeKey *key)
{
    event.keys = key;
    event.key_count = 1;
    return event;
}

static Ticket ticket_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket;
}

static void assert_verified(NounTest *test, TicketId id)
{
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
}

static void test_first_contact_opens_and_acknowledges_once(NounTest *test)
{
    IntakeResult result = from_anna(test);
    PartyMatch match;
    g_assert_cmpint(result.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(result.ticket.value, ==, 10001); /* the first number, design.md section 2 */
    g_assert_true(result.acknowledged);
    g_assert_true(party_find_by_contact(test->tx, test->arena, ANNA, &match));
    Ticket ticket = ticket_of(test, result.ticket);
    g_assert_cmpint(ticket.now.party_id, ==, match.customer.value);
    g_assert_cmpint(ticket.now.state, ==, TICKET_NEW);
    g_assert_cmpint(ticket.now.next_update_at, ==, test->now + TIME_DAY);
    OutboxStatusList sendings = outbox_list_of_ticket(test->tx, test->arena, result.ticket);
    g_assert_cmpuint(sendings.count, ==, 1);
    assert_verified(test, result.ticket);
}

static void test_kept_once_accepted_once(NounTest *test)
{
    Inbound first, again;
    Arrival arrival = {"mail", "assistenza", "c0ffee", "00", 10, test->now};
    g_assert_true(intake_keep(test->tx, test->arena, &arrival, &first));
    g_assert_true(intake_keep(test->tx, test->arena, &arrival, &again));
    g_assert_false(first.already);
    g_assert_true(again.already);
    g_assert_cmpint(first.id.value, ==, again.id.value);
    InboundEvent event = letter(test, ANNA);
    event.inbound = first.id;
    IntakeResult opened = take_in(test, &event), repeated = take_in(test, &event);
    g_assert_cmpint(opened.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(repeated.outcome, ==, INTAKE_ALREADY);
    g_assert_cmpint(repeated.ticket.value, ==, opened.ticket.value);
    g_assert_cmpuint(message_list(test->tx, test->arena, opened.ticket).count, ==, 1);
}

/* The four ways a stranger may try; each opens a ticket of its own with a hint, and the first stays untouched. */
static void test_strangers_never_join(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    reply_address_add(test->tx, reply.sha256, anna.ticket, ANNA, test->now);
    const IntakeKey keys[] = {
        {INTAKE_KEY_NUMBER, NULL, anna.ticket.value},
        {INTAKE_KEY_MESSAGE_ID, "a1@moretti.test", 0},
        {INTAKE_KEY_TOKEN, reply.sha256, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        InboundEvent event = with_key(letter(test, EVIL), &keys[i]);
        IntakeResult evil = take_in(test, &event);
        g_assert_cmpint(evil.outcome, ==, INTAKE_OPENED);
        g_assert_cmpint(evil.ticket.value, !=, anna.ticket.value);
        g_assert_cmpint(evil.possible.value, ==, anna.ticket.value);
        g_assert_cmpint(message_list(test->tx, test->arena, evil.ticket).items[0].flags, ==, MESSAGE_FROM_STRANGER);
    }
    ParticipantList list = participant_list(test->tx, test->arena, anna.ticket);
    g_assert_cmpuint(list.count, ==, 1);
    g_assert_cmpuint(message_list(test->tx, test->arena, anna.ticket).count, ==, 1);
}

static void test_participant_joins_by_any_key(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    reply_address_add(test->tx, reply.sha256, anna.ticket, ANNA, test->now);
    const IntakeKey keys[] = {
        {INTAKE_KEY_NUMBER, NULL, anna.ticket.value},
        {INTAKE_KEY_MESSAGE_ID, "a1@moretti.test", 0},
        {INTAKE_KEY_TOKEN, reply.sha256, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        InboundEvent event = with_key(letter(test, ANNA), &keys[i]);
        IntakeResult again = take_in(test, &event);
        g_assert_cmpint(again.outcome, ==, INTAKE_APPENDED);
        g_assert_cmpint(again.ticket.value, ==, anna.ticket.value);
        g_assert_false(again.acknowledged);
    }
    assert_verified(test, anna.ticket);
}

/* A04: someone in Cc is shown, not written to, and has no right to join. */
static void test_copied_stranger_has_no_right(NounTest *test)
{
    InboundEvent event = letter(test, ANNA);
    Participant copied = {CONTACT_EMAIL, EVIL, EVIL, "", false};
    event.others = &copied;
    event.other_count = 1;
    IntakeResult anna = take_in(test, &event);
    ParticipantList list = participant_list(test->tx, test->arena, anna.ticket);
    g_assert_true(participant_is_confirmed(&list, ANNA));
    g_assert_false(participant_is_confirmed(&list, EVIL));
    IntakeKey number = {INTAKE_KEY_NUMBER, NULL, anna.ticket.value};
    InboundEvent reply = with_key(letter(test, EVIL), &number);
    g_assert_cmpint(take_in(test, &reply).ticket.value, !=, anna.ticket.value);
}

static void solve_and_close(NounTest *test, TicketId id)
{
    TicketEdit edit;
    TicketChange state = {0};
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    g_assert_true(ticket_take(&edit, test->team));
    change_set(&state, FIELD_STATE, TICKET_RESOLVED); /* what resolving needs is coding_test.c's matter */
    ticket_edit_event(&edit, EVENT_STATE, &state, test->now);
    g_assert_true(ticket_act(&edit, TICKET_CLOSE, &(ActionInput){.notice = true}));
    g_assert_true(ticket_edit_end(&edit));
}

static void test_reopens_inside_the_window_follows_after(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    IntakeKey number = {INTAKE_KEY_NUMBER, NULL, anna.ticket.value};
    solve_and_close(test, anna.ticket);
    test->now += 10 * TIME_DAY;
    InboundEvent soon = with_key(letter(test, ANNA), &number);
    g_assert_cmpint(take_in(test, &soon).outcome, ==, INTAKE_REOPENED);
    Ticket reopened = ticket_of(test, anna.ticket);
    g_assert_cmpint(reopened.now.reopened, ==, 1);
    g_assert_cmpint(reopened.now.state, ==, TICKET_IN_PROGRESS);
    g_assert_cmpint(reopened.now.closed_at, ==, TIME_NONE);
    solve_and_close(test, anna.ticket);
    test->now += 15 * TIME_DAY;
    InboundEvent late = with_key(letter(test, ANNA), &number);
    IntakeResult follows = take_in(test, &late);
    g_assert_cmpint(follows.outcome, ==, INTAKE_OPENED);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, follows.ticket);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].other.value, ==, anna.ticket.value);
    g_assert_cmpint(links.items[0].kind, ==, LINK_FOLLOWS);
    assert_verified(test, anna.ticket);
    assert_verified(test, follows.ticket);
}

/* A03 and design.md: what a robot or an unverified sender says is kept, and moves nothing. */
static void test_robots_move_nothing(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    IntakeKey number = {INTAKE_KEY_NUMBER, NULL, anna.ticket.value};
    solve_and_close(test, anna.ticket);
    static const int64_t flags[] = {MESSAGE_AUTO_REPLY, MESSAGE_DELIVERY_REPORT, MESSAGE_SENDER_UNVERIFIED};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        InboundEvent event = with_key(letter(test, ANNA), &number);
        event.flags = flags[i];
        g_assert_cmpint(take_in(test, &event).outcome, ==, INTAKE_APPENDED);
        g_assert_cmpint(ticket_of(test, anna.ticket).now.state, ==, TICKET_CLOSED);
    }
    g_assert_cmpuint(message_list(test->tx, test->arena, anna.ticket).count, ==, 4);
}

/* A13, A15: five in an hour and no more; another hour, another five. */
static void test_brake_on_acknowledgements(NounTest *test)
{
    int sent = 0;
    for (int i = 0; i < 8; i++) {
        InboundEvent event = letter(test, "echo@robot.test");
        sent += take_in(test, &event).acknowledged;
    }
    g_assert_cmpint(sent, ==, 5);
    test->now += 61 * TIME_MINUTE;
    InboundEvent event = letter(test, "echo@robot.test");
    g_assert_true(take_in(test, &event).acknowledged);
}

static void test_reused_message_id_is_flagged(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    InboundEvent event = letter(test, EVIL);
    event.message_id = "a1@moretti.test";
    IntakeResult other = take_in(test, &event);
    g_assert_cmpint(other.ticket.value, !=, anna.ticket.value);
    g_assert_cmpint(message_list(test->tx, test->arena, other.ticket).items[0].flags & MESSAGE_ID_REUSED, !=, 0);
}

static void test_merged_ticket_sends_on_to_its_master(NounTest *test)
{
    IntakeResult first = from_anna(test);
    InboundEvent event = letter(test, ANNA);
    event.message_id = "a2@moretti.test";
    IntakeResult second = take_in(test, &event);
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, second.ticket, test->actor, test->now));
    g_assert_true(ticket_act(&edit, TICKET_MARK_DUPLICATE, &(ActionInput){.master = first.ticket}));
    g_assert_true(ticket_edit_end(&edit));
    IntakeKey key = {INTAKE_KEY_MESSAGE_ID, "a2@moretti.test", 0};
    InboundEvent reply = with_key(letter(test, ANNA), &key);
    g_assert_cmpint(take_in(test, &reply).ticket.value, ==, first.ticket.value);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/intake/first", test_first_contact_opens_and_acknowledges_once);
    noun_test_each_engine("/intake/strangers", test_strangers_never_join);
    noun_test_each_engine("/intake/participant", test_participant_joins_by_any_key);
    noun_test_each_engine("/intake/copied", test_copied_stranger_has_no_right);
    noun_test_each_engine("/intake/reopen", test_reopens_inside_the_window_follows_after);
    noun_test_each_engine("/intake/robots", test_robots_move_nothing);
    noun_test_each_engine("/intake/brake", test_brake_on_acknowledgements);
    noun_test_each_engine("/intake/reused-id", test_reused_message_id_is_flagged);
    noun_test_each_engine("/intake/merged", test_merged_ticket_sends_on_to_its_master);
    noun_test_each_engine("/intake/once", test_kept_once_accepted_once);
    return g_test_run();
}
