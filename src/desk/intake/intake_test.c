/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may join which ticket: the cases are A01-A04, A08, A12-A15 and A01's class of security.md, and design.md section 7. */
#include "desk/intake/intake.h"

#include "desk/intake/aside.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/ticket/action.h"
#include "desk/ticket/answer.h"
#include "desk/ticket/outgoing.h"
#include "outbox_sql.h"
#include "queue/delivery.h"
#include "queue/outbox.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define EVIL "evil@x.test"

static InboundEvent letter(const NounTest *test, const char *from)
{
    return noun_letter(test, from, "La V2 perde vapore", "Perde vapore.");
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

/* The rule that makes two things one has changed: what was kept under the older one is still known. */
static void test_kept_under_an_older_rule(NounTest *test)
{
    Inbound first, again, other;
    Arrival before = {"mail", "assistenza", "0ld", "00", 10, test->now};
    Arrival now = {"mail", "vendite", "c0ffee", "01", 12, test->now, .former_id = "0ld"};
    Arrival elsewhere = {"mail", "vendite", "c0ffee", "02", 12, test->now, .former_id = "an0ther"};
    g_assert_true(intake_keep(test->tx, test->arena, &before, &first));
    g_assert_true(intake_keep(test->tx, test->arena, &now, &again));
    g_assert_true(again.already);
    g_assert_cmpint(again.id.value, ==, first.id.value);
    g_assert_true(intake_keep(test->tx, test->arena, &elsewhere, &other));
    g_assert_false(other.already);
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
    /* The second word on what has ended goes where the first went, as long as that is open. */
    IntakeResult second = take_in(test, &late);
    g_assert_cmpint(second.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(second.ticket.value, ==, follows.ticket.value);
    solve_and_close(test, follows.ticket);
    test->now += 15 * TIME_DAY;
    late = with_key(letter(test, ANNA), &number);
    IntakeResult third = take_in(test, &late);
    g_assert_cmpint(third.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(third.ticket.value, !=, follows.ticket.value);
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

static void send_answer(NounTest *test, TicketId ticket, const Token *reply, const char *external_id)
{
    Outgoing outgoing = {.to = (OutgoingAddress[]){{ANNA, ""}},
                         .to_count = 1,
                         .cc = (OutgoingAddress[]){{"bruno@moretti.test", ""}},
                         .cc_count = 1,
                         .external_id = external_id,
                         .reply_token = reply->text};
    reply_address_add(test->tx, reply->sha256, ticket, ANNA, test->now);
    OutboxId id = outbox_add(test->tx,
                             &(OutboxNew){.channel = "mail",
                                          .purpose = OUTBOX_ANSWER,
                                          .ticket = ticket,
                                          .idempotency_key = external_id,
                                          .payload = outgoing_to_json(test->arena, &outgoing),
                                          .not_before = test->now},
                             test->now);
    /* as a dispatcher does in transactions of its own */
    sql_outbox_take(test->tx, &(SqlOutboxTakeIn){id, test->now, "test"});
    sql_outbox_mark_sent(test->tx, &(SqlOutboxMarkSentIn){id, "test", external_id, test->now});
}

static InboundEvent report_of(NounTest *test, const ReportedDelivery *deliveries, size_t count)
{
    InboundEvent event = letter(test, "mailer-daemon@mx.test");
    event.flags = MESSAGE_DELIVERY_REPORT;
    event.report = (InboundReport){.deliveries = deliveries, .count = count};
    return event;
}

/* A14: what failed is known address by address, the ticket is told, nothing opens and nothing moves. */
static void test_report_becomes_delivery_state(NounTest *test)
{
    static const ReportedDelivery delayed = {"Anna@Moretti.test", DELIVERY_DELAYED, "4.4.7", "later"};
    static const ReportedDelivery failed = {ANNA, DELIVERY_FAILED, "5.1.1", "no such user"};
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    Suspect suspect;
    send_answer(test, anna.ticket, &reply, "out-1@filo.test");
    InboundEvent event = report_of(test, &delayed, 1);
    event.report.message_id = "out-1@filo.test";
    IntakeResult result = take_in(test, &event);
    g_assert_cmpint(result.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(result.ticket.value, ==, anna.ticket.value);
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &suspect));
    InboundEvent by_path = report_of(test, &failed, 1); /* its return path alone says which */
    by_path.report.token = reply.text;
    by_path.report.token_sha256 = reply.sha256;
    g_assert_cmpint(take_in(test, &by_path).ticket.value, ==, anna.ticket.value);
    DeliveryList list = delivery_list_of_ticket(test->tx, test->arena, anna.ticket);
    g_assert_cmpuint(list.count, ==, 1);
    g_assert_cmpint(list.items[0].state, ==, DELIVERY_FAILED);
    g_assert_true(suspect_find(test->tx, test->arena, ANNA, &suspect));
    g_assert_cmpstr(suspect.reason, ==, "no such user");
    TicketEventHistory history = ticket_event_history(test->tx, test->arena, anna.ticket);
    g_assert_cmpint(history.items[history.count - 1].event.kind, ==, EVENT_DELIVERY);
    g_assert_cmpint(ticket_of(test, anna.ticket).now.state, ==, TICKET_NEW);
    IntakeKey number = {INTAKE_KEY_NUMBER, NULL, anna.ticket.value};
    InboundEvent alive = with_key(letter(test, ANNA), &number);
    take_in(test, &alive);
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &suspect));
    assert_verified(test, anna.ticket);
}

/* A14: what somebody forged in a mail server's name is seen where it belongs, and keeps no answer from anybody. */
static void test_doubted_report_counts_for_nothing(NounTest *test)
{
    static const ReportedDelivery failed = {ANNA, DELIVERY_FAILED, "5.1.1", "no such user"};
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    Suspect suspect;
    send_answer(test, anna.ticket, &reply, "out-1@filo.test");
    InboundEvent event = report_of(test, &failed, 1);
    event.flags |= MESSAGE_SENDER_UNVERIFIED;
    event.report.message_id = "out-1@filo.test";
    IntakeResult result = take_in(test, &event);
    g_assert_cmpint(result.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(result.ticket.value, ==, anna.ticket.value);
    g_assert_cmpuint(delivery_list_of_ticket(test->tx, test->arena, anna.ticket).count, ==, 0);
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &suspect));
    assert_verified(test, anna.ticket);
}

/* A report counts for recipients alone: with two of them, a third address is nobody. */
static void test_report_of_somebody_else_is_nothing(NounTest *test)
{
    static const ReportedDelivery other = {EVIL, DELIVERY_FAILED, "5.1.1", ""};
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    send_answer(test, anna.ticket, &reply, "out-1@filo.test");
    InboundEvent event = report_of(test, &other, 1);
    event.report.message_id = "out-1@filo.test";
    g_assert_cmpint(take_in(test, &event).ticket.value, ==, anna.ticket.value);
    g_assert_cmpuint(delivery_list_of_ticket(test->tx, test->arena, anna.ticket).count, ==, 0);
}

static void put_aside(NounTest *test, TicketId id)
{
    InputError refused;
    g_assert_true(aside_put(test->tx, test->arena, &(AsidePut){id, 0, false}, test->actor, test->now, &refused));
}

/* An advertiser's second mail refers to the first: that brings nothing back. Who answers what we wrote does. */
static void test_only_an_answer_to_us_ends_aside(NounTest *test)
{
    IntakeResult anna = from_anna(test);
    Token reply = token_new();
    const IntakeKey own = {INTAKE_KEY_MESSAGE_ID, "a1@moretti.test", 0}, ours = {INTAKE_KEY_TOKEN, reply.sha256, 0};
    reply_address_add(test->tx, reply.sha256, anna.ticket, ANNA, test->now);
    put_aside(test, anna.ticket);
    InboundEvent event = with_key(letter(test, ANNA), &own);
    g_assert_cmpint(take_in(test, &event).ticket.value, ==, anna.ticket.value);
    g_assert_cmpint(ticket_of(test, anna.ticket).now.state, ==, TICKET_SPAM);
    event = with_key(letter(test, ANNA), &ours);
    g_assert_cmpint(take_in(test, &event).ticket.value, ==, anna.ticket.value);
    g_assert_cmpint(ticket_of(test, anna.ticket).now.state, ==, TICKET_NEW);
    assert_verified(test, anna.ticket);
}

/* Backscatter: no token, no id of ours; it is kept, aside, and opens no request. */
static void test_report_of_nothing_of_ours_is_put_aside(NounTest *test)
{
    static const ReportedDelivery failed = {ANNA, DELIVERY_FAILED, "5.1.1", ""};
    IntakeResult anna = from_anna(test);
    InboundEvent event = report_of(test, &failed, 1);
    event.report.message_id = "a1@moretti.test"; /* hers, not ours */
    IntakeResult result = take_in(test, &event);
    g_assert_cmpint(result.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(result.ticket.value, !=, anna.ticket.value);
    g_assert_false(result.acknowledged);
    Ticket aside = ticket_of(test, result.ticket);
    g_assert_cmpint(aside.now.state, ==, TICKET_SPAM);
    g_assert_cmpint(aside.now.party_id, ==, 0);
    g_assert_cmpuint(participant_list(test->tx, test->arena, result.ticket).count, ==, 0);
    g_assert_cmpuint(delivery_list_of_ticket(test->tx, test->arena, anna.ticket).count, ==, 0);
    assert_verified(test, result.ticket);
}

/* A13, A15: five in an hour and no more; what follows is silence until a day has passed without a word (robot.h). */
static void test_brake_on_acknowledgements(NounTest *test)
{
    int sent = 0;
    for (int i = 0; i < 8; i++) {
        InboundEvent event = letter(test, "echo@robot.test");
        sent += take_in(test, &event).acknowledged;
    }
    g_assert_cmpint(sent, ==, 5);
    test->now += 61 * TIME_MINUTE;
    InboundEvent next_hour = letter(test, "echo@robot.test");
    g_assert_false(take_in(test, &next_hour).acknowledged);
    test->now += TIME_DAY;
    InboundEvent next_day = letter(test, "echo@robot.test");
    g_assert_true(take_in(test, &next_day).acknowledged);
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
    noun_test_each_engine("/intake/report", test_report_becomes_delivery_state);
    noun_test_each_engine("/intake/report-doubted", test_doubted_report_counts_for_nothing);
    noun_test_each_engine("/intake/report-of-somebody-else", test_report_of_somebody_else_is_nothing);
    noun_test_each_engine("/intake/ends-aside", test_only_an_answer_to_us_ends_aside);
    noun_test_each_engine("/intake/report-of-nothing", test_report_of_nothing_of_ours_is_put_aside);
    noun_test_each_engine("/intake/once", test_kept_once_accepted_once);
    noun_test_each_engine("/intake/older-rule", test_kept_under_an_older_rule);
    return g_test_run();
}
