/* SPDX-License-Identifier: EUPL-1.2 */
/* The brake and the robots of security.md A13, and channels.md section 1: five an hour, then silence that a person can end. */
#include "desk/intake/robot.h"

#include "desk/intake/intake.h"
#include "desk/noun_testing.h"
#include "desk/ticket/action.h"
#include "desk/ticket/answer.h"

#define ROBOT "eco@robot.test"
#define WORDS "Grazie per averci scritto, Le risponderemo presto."

static InboundEvent letter(const NounTest *test, const char *from, const char *text)
{
    return noun_letter(test, from, "Richiesta", text);
}

static IntakeResult take_in(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, event, test->now, &result));
    return result;
}

static IntakeResult says(NounTest *test, const char *from, const char *text)
{
    InboundEvent event = letter(test, from, text);
    return take_in(test, &event);
}

static bool is_stopped(NounTest *test, const char *address, AutomaticStop *stop_out)
{
    return automatic_stop_find(test->tx, test->arena, address, test->now, stop_out);
}

/* The sixth in an hour stops it; a robot that goes on is never let go; a day's silence ends it, and so does a person. */
static void test_stop_lasts_until_silence_or_a_person(NounTest *test)
{
    AutomaticStop stop;
    for (int i = 0; i < 5; i++)
        g_assert_true(says(test, ROBOT, "x").acknowledged);
    g_assert_false(is_stopped(test, ROBOT, &stop));
    TicketId sixth = says(test, ROBOT, "x").ticket;
    g_assert_true(is_stopped(test, ROBOT, &stop));
    g_assert_cmpint(stop.reason, ==, STOP_TOO_MANY);
    g_assert_cmpint(stop.ticket.value, ==, sixth.value);
    g_assert_cmpint(automatic_stop_count(test->tx, test->arena), ==, 1);
    for (int hour = 0; hour < 60; hour++) { /* two and a half days */
        test->now += TIME_HOUR;
        g_assert_false(says(test, ROBOT, "x").acknowledged);
    }
    g_assert_true(is_stopped(test, ROBOT, &stop));
    g_assert_cmpint(stop.held, ==, 61);
    g_assert_true(says(test, "luca@bar.test", "x").acknowledged); /* nobody else is concerned */
    test->now += TIME_DAY;
    g_assert_false(is_stopped(test, ROBOT, &stop));
    for (int i = 0; i < 5; i++)
        g_assert_true(says(test, ROBOT, "x").acknowledged);
    g_assert_false(says(test, ROBOT, "x").acknowledged);
    g_assert_true(is_stopped(test, ROBOT, &stop));
    g_assert_cmpint(stop.held, ==, 1);

    g_assert_true(automatic_stop_set_looked(test->tx, ROBOT, test->now));
    g_assert_false(automatic_stop_set_looked(test->tx, ROBOT, test->now));
    g_assert_cmpint(automatic_stop_count(test->tx, test->arena), ==, 0);
    g_assert_true(is_stopped(test, ROBOT, &stop));
    g_assert_true(automatic_stop_lift(test->tx, ROBOT, test->now));
    g_assert_false(automatic_stop_lift(test->tx, ROBOT, test->now));
    test->now += TIME_SECOND;
    for (int i = 0; i < 5; i++)
        g_assert_true(says(test, ROBOT, "x").acknowledged);
    g_assert_false(says(test, ROBOT, "x").acknowledged);
    g_assert_cmpint(automatic_stop_count(test->tx, test->arena), ==, 1);
}

static IntakeResult from_form(NounTest *test)
{
    InboundEvent event = letter(test, "vittima@y.test", "x");
    event.acknowledge_per_hour = 1;
    return take_in(test, &event);
}

/* One an hour to an address nobody confirmed (A15), however many come: whoever fills forms in another's name must not be
 * able to silence us towards him. */
static void test_forms_stop_nobody(NounTest *test)
{
    AutomaticStop stop;
    for (int i = 0; i < 100; i++)
        g_assert_cmpint(from_form(test).acknowledged, ==, i == 0);
    g_assert_false(is_stopped(test, "vittima@y.test", &stop));
    test->now += TIME_HOUR + 1;
    g_assert_true(from_form(test).acknowledged);
}

static Message message_of(NounTest *test, IntakeResult result)
{
    MessageList list = message_list(test->tx, test->arena, result.ticket);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == result.message.value)
            return list.items[i];
    g_assert_not_reached();
}

/* A new subject each time, the same words: the third is known for what it is, and joins. */
static void test_same_words_the_third_time(NounTest *test)
{
    AutomaticStop stop;
    IntakeResult first = says(test, ROBOT, WORDS), second = says(test, ROBOT, WORDS "\n");
    g_assert_cmpint(first.ticket.value, !=, second.ticket.value);
    IntakeResult third = says(test, ROBOT, "  " WORDS);
    g_assert_cmpint(third.ticket.value, ==, second.ticket.value);
    g_assert_cmpint(third.outcome, ==, INTAKE_APPENDED);
    g_assert_false(third.acknowledged);
    g_assert_cmpint(message_of(test, third).flags & MESSAGE_REPEATS, !=, 0);
    g_assert_true(is_stopped(test, ROBOT, &stop));
    g_assert_cmpint(stop.reason, ==, STOP_REPEATS);
    for (int i = 0; i < 20; i++) {
        test->now += 3 * TIME_HOUR;
        g_assert_cmpint(says(test, ROBOT, WORDS).ticket.value, ==, second.ticket.value);
    }
    g_assert_cmpint(says(test, ROBOT, "La macchina perde acqua dal gruppo.").outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(says(test, "luca@bar.test", WORDS).outcome, ==, INTAKE_OPENED);
}

/* People do say short things often, and scanners send file after file with one text. */
static void test_people_and_scanners_repeat_themselves(NounTest *test)
{
    Attachment file = {.name = "scan.pdf", .media_type = "application/pdf", .encoding = "base64", .raw_length = 1};
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(says(test, "luca@bar.test", "Come da oggetto.").outcome, ==, INTAKE_OPENED);
    for (int i = 0; i < 4; i++) {
        InboundEvent event = letter(test, "scanner@bar.test", "Documento digitalizzato da SCANNER-01.");
        event.files = &file;
        event.file_count = 1;
        g_assert_cmpint(take_in(test, &event).outcome, ==, INTAKE_OPENED);
    }
    for (int i = 0; i < 4; i++) { /* one a day: a weekly question asked again is no robot's */
        test->now += TIME_DAY + TIME_HOUR;
        g_assert_cmpint(says(test, "anna@bar.test", WORDS).outcome, ==, INTAKE_OPENED);
    }
}

static void correct(NounTest *test, IntakeResult result, SenderNature nature)
{
    InputError refused;
    SenderCorrection correction = {result.ticket, result.message, nature, test->now - 14 * TIME_DAY,
                                   test->now + TIME_DAY};
    g_assert_true(sender_correct(test->tx, test->arena, &correction, test->actor, test->now, &refused));
}

static int64_t state_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
    return ticket.now.state;
}

/* A request that waits for its customer, and the key that brings an answer there. */
static IntakeResult waiting_request(NounTest *test, const char *from, IntakeKey *key_out)
{
    TicketEdit edit;
    IntakeResult opened = says(test, from, "La macchina perde acqua dal gruppo.");
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, opened.ticket, test->actor, test->now));
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_act(&edit, TICKET_START, &(ActionInput){0}));
    g_assert_true(ticket_act(&edit, TICKET_WAIT_CUSTOMER,
                             &(ActionInput){.customer_reason = "una foto", .next_update_at = test->now + TIME_DAY}));
    g_assert_true(ticket_edit_end(&edit));
    *key_out = (IntakeKey){INTAKE_KEY_NUMBER, NULL, opened.ticket.value};
    return opened;
}

/* What was taken for a robot's and is a person's moves the request as if it had counted at once, and is not doubted again;
 * the contrary press undoes what was learned. */
static void test_a_person_after_all(NounTest *test)
{
    IntakeKey key;
    SenderNature nature;
    IntakeResult opened = waiting_request(test, "luca@bar.test", &key);
    InboundEvent event = letter(test, "luca@bar.test", "Eccola.");
    event.keys = &key;
    event.key_count = 1;
    event.flags = MESSAGE_AUTO_REPLY | MESSAGE_ABSENCE;
    IntakeResult answer = take_in(test, &event);
    g_assert_cmpint(state_of(test, opened.ticket), ==, TICKET_WAITING_CUSTOMER);
    correct(test, answer, SENDER_PERSON);
    g_assert_cmpint(state_of(test, opened.ticket), ==, TICKET_IN_PROGRESS);
    g_assert_cmpint(message_of(test, answer).flags, ==, 0);
    g_assert_cmpint(message_of(test, take_in(test, &event)).flags, ==, 0); /* learned */
    correct(test, answer, SENDER_ROBOT);
    g_assert_false(sender_nature_of(test->tx, test->arena, "luca@bar.test", &nature)); /* as it was */
    g_assert_cmpint(message_of(test, answer).flags & MESSAGE_ROBOT, !=, 0);
    g_assert_cmpint(message_of(test, take_in(test, &event)).flags & MESSAGE_AUTO_REPLY, !=, 0);
}

static void test_a_robot_after_all(NounTest *test)
{
    IntakeKey key;
    SenderNature nature;
    IntakeResult opened = waiting_request(test, ROBOT, &key);
    correct(test, opened, SENDER_ROBOT);
    g_assert_true(sender_nature_of(test->tx, test->arena, ROBOT, &nature));
    g_assert_cmpint(nature, ==, SENDER_ROBOT);
    InboundEvent event = letter(test, ROBOT, "Preso in carico.");
    event.keys = &key;
    event.key_count = 1;
    g_assert_cmpint(message_of(test, take_in(test, &event)).flags, ==, MESSAGE_AUTO_REPLY | MESSAGE_ROBOT);
    g_assert_cmpint(state_of(test, opened.ticket), ==, TICKET_WAITING_CUSTOMER);
    g_assert_false(says(test, ROBOT, "Altro.").acknowledged);
    g_assert_cmpuint(sender_list(test->tx, test->arena, 10).count, ==, 1);
    g_assert_true(sender_forget(test->tx, ROBOT));
    g_assert_true(says(test, ROBOT, "Altro ancora.").acknowledged);
}

/* A note, something typed in by hand, a report: nobody's nature is to be told there. */
static void test_what_cannot_be_corrected(NounTest *test)
{
    InputError refused;
    InboundEvent event = letter(test, "luca@bar.test", "x");
    event.actor = test->actor;
    IntakeResult typed = take_in(test, &event);
    SenderCorrection correction = {typed.ticket, typed.message, SENDER_ROBOT, 0, 0};
    g_assert_false(sender_correct(test->tx, test->arena, &correction, test->actor, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.not_found");
    IntakeResult other = says(test, "luca@bar.test", "y");
    correction = (SenderCorrection){typed.ticket, other.message, SENDER_ROBOT, 0, 0}; /* another ticket's */
    g_assert_false(sender_correct(test->tx, test->arena, &correction, test->actor, test->now, &refused));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/robot/stop", test_stop_lasts_until_silence_or_a_person);
    noun_test_each_engine("/robot/one-an-hour", test_forms_stop_nobody);
    noun_test_each_engine("/robot/same-words", test_same_words_the_third_time);
    noun_test_each_engine("/robot/people", test_people_and_scanners_repeat_themselves);
    noun_test_each_engine("/robot/person", test_a_person_after_all);
    noun_test_each_engine("/robot/robot", test_a_robot_after_all);
    noun_test_each_engine("/robot/not", test_what_cannot_be_corrected);
    return g_test_run();
}
