/* SPDX-License-Identifier: EUPL-1.2 */
/* What is found among sent mail: issue 3 ("The Sent folder is read too"), channels.md §1 (threading), domain.md (first
 * response: the first human outbound, counted from when it left). */
#include "desk/intake/elsewhere.h"

#include "desk/noun_testing.h"
#include "desk/staff/staff.h"
#include "desk/ticket/ticket.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define OURS "assistenza@filo.test"

static InboundEvent event_of(const NounTest *test, const char *from, const char *message_id)
{
    InboundEvent event = noun_letter(test, from, "La V2 perde vapore", "Perde vapore.");
    event.message_id = message_id;
    return event;
}

static TicketId request_of_anna(NounTest *test)
{
    InboundEvent event = event_of(test, ANNA, "a1@moretti.test");
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
    return result.ticket;
}

static const IntakeKey to_annas = {.kind = INTAKE_KEY_MESSAGE_ID, .text = "a1@moretti.test"};
static const Participant anna = {.kind = CONTACT_EMAIL, .address = ANNA, .address_key = ANNA, .name = "Anna"};
static const Participant supplier = {
    .kind = CONTACT_EMAIL, .address = "ricambi@acme.test", .address_key = "ricambi@acme.test", .name = ""};

/* Written to Anna (or to whom is given) an hour after her mail. */
static InboundEvent sent_event(const NounTest *test, const char *from, const char *message_id, const Participant *to)
{
    InboundEvent event = event_of(test, from, message_id);
    event.text = "Stacchi la spina.";
    event.received_at = test->now + TIME_HOUR;
    event.keys = &to_annas;
    event.key_count = 1;
    event.others = to;
    event.other_count = 1;
    return event;
}

static IntakeResult take(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    Arrival arrival = {.channel = "mail",
                       .source = "assistenza",
                       .external_id = event->message_id,
                       .raw_sha256 = event->message_id,
                       .received_at = test->now};
    g_assert_true(elsewhere_accept(test->tx, test->arena, &arrival, event, test->now + 2 * TIME_HOUR, &result));
    return result;
}

static const Message *last_message(NounTest *test, TicketId id, size_t expected)
{
    MessageList list = message_list(test->tx, test->arena, id);
    g_assert_cmpuint(list.count, ==, expected);
    return &list.items[list.count - 1];
}

static Ticket ticket_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket;
}

static void test_an_answer(NounTest *test)
{
    TicketId id = request_of_anna(test);
    InboundEvent event = sent_event(test, OURS, "o1@outlook.test", &anna);
    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, id.value);
    g_assert_cmpint(take(test, &event).outcome, ==, INTAKE_ANSWERED);
    const Message *message = last_message(test, id, 2);
    g_assert_cmpint(message->direction, ==, MESSAGE_OUT);
    g_assert_cmpint(message->author.kind, ==, ACTOR_STAFF);
    g_assert_cmpint(message->author.id, ==, 0);
    g_assert_cmpint(message->flags, ==, MESSAGE_ELSEWHERE);
    g_assert_cmpint(message->at, ==, test->now + TIME_HOUR);
    Ticket ticket = ticket_of(test, id);
    g_assert_cmpint(ticket.now.first_reply_at, ==, test->now + TIME_HOUR);
    g_assert_cmpint(ticket.now.owner_id, ==, 0);

    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, 0);
    g_assert_cmpint(take(test, &event).outcome, ==, INTAKE_IGNORED);
    last_message(test, id, 2);

    /* an earlier one, found later (sent mail of old is read newest first): that was the first answer */
    InboundEvent earlier = sent_event(test, OURS, "o0@outlook.test", &anna);
    earlier.received_at = test->now + TIME_MINUTE;
    g_assert_cmpint(take(test, &earlier).outcome, ==, INTAKE_ANSWERED);
    g_assert_cmpint(ticket_of(test, id).now.first_reply_at, ==, test->now + TIME_MINUTE);
    g_assert_cmpstr(last_message(test, id, 3)->external_id, ==, "o1@outlook.test"); /* the last by when it was said */
}

static void test_the_same_content_once(NounTest *test)
{
    TicketId id = request_of_anna(test);
    InboundEvent event = sent_event(test, OURS, NULL, &anna);
    Arrival arrival = {
        .channel = "mail", .source = "assistenza", .external_id = "x", .raw_sha256 = "x", .received_at = test->now};
    IntakeResult result;
    g_assert_true(elsewhere_accept(test->tx, test->arena, &arrival, &event, test->now + 2 * TIME_HOUR, &result));
    g_assert_cmpint(result.outcome, ==, INTAKE_ANSWERED);
    g_assert_true(elsewhere_accept(test->tx, test->arena, &arrival, &event, test->now + 2 * TIME_HOUR, &result));
    g_assert_cmpint(result.outcome, ==, INTAKE_ALREADY);
    g_assert_cmpint(result.ticket.value, ==, id.value);
    last_message(test, id, 2);
}

/* Who answers from his own address has the request in charge; two people with one address are nobody. */
static void test_who_wrote_it(NounTest *test)
{
    TicketId id = request_of_anna(test);
    const Staff marco = {.login = "marco",
                         .display_name = "Marco Neri",
                         .email = "Marco@Filo.test",
                         .role = ROLE_OPERATOR,
                         .team = test->team,
                         .language = "it",
                         .active = true};
    StaffId one = staff_add(test->tx, &marco, "marco", test->now);
    InboundEvent event = sent_event(test, "marco@filo.test", "m1@filo.test", &anna);
    g_assert_cmpint(take(test, &event).outcome, ==, INTAKE_ANSWERED);
    const Message *message = last_message(test, id, 2);
    g_assert_cmpint(message->author.id, ==, one.value);
    g_assert_cmpstr(message->sender_name, ==, "Marco Neri");
    g_assert_cmpint(ticket_of(test, id).now.owner_id, ==, one.value);
    g_assert_cmpint(ticket_of(test, id).now.state, ==, TICKET_IN_PROGRESS);

    Staff twin = marco;
    twin.login = "marco2";
    staff_add(test->tx, &twin, "marco", test->now);
    InboundEvent next = sent_event(test, "marco@filo.test", "m2@filo.test", &anna);
    g_assert_cmpint(take(test, &next).outcome, ==, INTAKE_ANSWERED);
    g_assert_cmpint(last_message(test, id, 3)->author.id, ==, 0);
}

/* Passed on to a supplier: the customer has no answer, and sees nothing of it. */
static void test_to_others_it_is_a_note(NounTest *test)
{
    TicketId id = request_of_anna(test);
    InboundEvent event = sent_event(test, OURS, "f1@outlook.test", &supplier);
    g_assert_cmpint(take(test, &event).outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(last_message(test, id, 2)->direction, ==, MESSAGE_NOTE);
    g_assert_cmpint(ticket_of(test, id).now.first_reply_at, ==, TIME_NONE);
}

static void test_what_is_left(NounTest *test)
{
    TicketId id = request_of_anna(test);
    const IntakeKey number = {.kind = INTAKE_KEY_NUMBER, .number = id.value};
    const IntakeKey keys[] = {to_annas, {.kind = INTAKE_KEY_TOKEN, .text = "nobody's"}};
    InboundEvent event = sent_event(test, OURS, "n1@outlook.test", &supplier);

    event.keys = &number; /* a number alone, to somebody who has no part in it */
    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, 0);
    event.others = &anna;
    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, id.value);

    event.keys = keys; /* a reply address of ours: it arrives there by itself */
    event.key_count = 2;
    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, 0);

    event.key_count = 1;
    event.other_count = 0; /* to ourselves */
    g_assert_cmpint(elsewhere_find(test->tx, test->arena, &event).value, ==, 0);

    const IntakeKey unknown = {.kind = INTAKE_KEY_MESSAGE_ID, .text = "who@knows.test"};
    event = sent_event(test, OURS, "n2@outlook.test", &anna);
    event.keys = &unknown;
    g_assert_cmpint(take(test, &event).outcome, ==, INTAKE_IGNORED);
    last_message(test, id, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/elsewhere/answer", test_an_answer);
    noun_test_each_engine("/elsewhere/same-content", test_the_same_content_once);
    noun_test_each_engine("/elsewhere/who-wrote-it", test_who_wrote_it);
    noun_test_each_engine("/elsewhere/to-others", test_to_others_it_is_a_note);
    noun_test_each_engine("/elsewhere/left", test_what_is_left);
    return g_test_run();
}
