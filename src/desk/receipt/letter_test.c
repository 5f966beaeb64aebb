/* SPDX-License-Identifier: EUPL-1.2 */
/* The terms are counted by hand on the calendar of 2026 (Easter Sunday is 5 April). */
#include "desk/receipt/letter.h"

#include "desk/noun_testing.h"
#include "desk/receipt/receipt.h"
#include "desk/ticket/merge.h"
#include "queue/outbox.h"

enum { DAYS = 15 };

static TimeMs wall(Zone *zone, Date date, int hour)
{
    return time_from_wall(zone, &(WallTime){.date = date, .hour = hour});
}

static void test_terms(void)
{
    static const struct {
        Date came;
        int hour;
        int64_t days;
        Date last;
    } rows[] = {
        {{2026, 3, 2}, 10, 15, {2026, 3, 17}},   /* Monday to Tuesday */
        {{2026, 3, 2}, 0, 15, {2026, 3, 17}},    /* at midnight in Rome it is still the day before in UTC */
        {{2026, 3, 14}, 10, 15, {2026, 3, 30}},  /* 29 March is a Sunday */
        {{2026, 3, 21}, 10, 15, {2026, 4, 7}},   /* Easter Sunday, then its Monday */
        {{2026, 12, 10}, 10, 15, {2026, 12, 28}}, /* Christmas, St Stephen, a Sunday */
        {{2026, 3, 6}, 10, 15, {2026, 3, 21}},   /* a Saturday is no holiday */
        {{2026, 1, 31}, 23, 30, {2026, 3, 2}},   /* 2 March */
    };
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Date last = letter_term(rome, wall(rome, rows[i].came, rows[i].hour), rows[i].days);
        g_assert_cmpint(date_compare(last, rows[i].last), ==, 0);
    }
}

static void test_late(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    const Date term = {2026, 3, 17}, after = {2026, 3, 18};
    g_assert_false(letter_is_late(rome, term, wall(rome, term, 23)));
    g_assert_true(letter_is_late(rome, term, wall(rome, after, 0)));
}

/* ------------------------------------------------------------------------------------------------ which letters wait */

static TicketId new_ticket(NounTest *test, const char *subject)
{
    InboundEvent event = noun_letter(test, "anna@pec.test", subject, "Vi diffido.");
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
    return result.ticket;
}

/* A letter of theirs on that ticket, with the provider's date. */
static void letter_comes_at(NounTest *test, TicketId ticket, TimeMs legal_at, TimeMs came_at, ReceiptStanding standing)
{
    static int letters = 0;
    static const char sha256[] = "0000000000000000000000000000000000000000000000000000000000000000";
    const char *external = arena_printf(test->arena, "letter %d", letters++);
    Arrival arrival = {.channel = "pec",
                       .source = "pec",
                       .external_id = external,
                       .raw_sha256 = sha256,
                       .raw_size = 1,
                       .received_at = test->now};
    Message message = {.ticket = ticket,
                       .direction = MESSAGE_IN,
                       .channel = "pec",
                       .author = {ACTOR_CUSTOMER, 0},
                       .sender_name = "",
                       .sender_address = "anna@pec.test",
                       .at = test->now,
                       .subject = "Diffida",
                       .text = "Vi diffido.",
                       .quoted_at = MESSAGE_NOT_QUOTED};
    Inbound inbound;
    intake_keep(test->tx, test->arena, &arrival, &inbound);
    receipt_add_of_message(test->tx, &(Receipt){.kind = RECEIPT_ENVELOPE,
                                                .inbound = inbound.id,
                                                .ticket = ticket,
                                                .message = message_add(test->tx, &message),
                                                .reference = external,
                                                .recipient = "",
                                                .provider = "Gestore",
                                                .identifier = external,
                                                .legal_at = legal_at,
                                                .received_at = came_at,
                                                .error_text = "",
                                                .raw_sha256 = sha256,
                                                .signature = RECEIPT_SIGNATURE_VALID,
                                                .signer = "Gestore",
                                                .standing = standing});
}

static void letter_comes(NounTest *test, TicketId ticket, TimeMs legal_at, ReceiptStanding standing)
{
    letter_comes_at(test, ticket, legal_at, MAX(test->now, legal_at), standing);
}

static MessageId answer_written(NounTest *test, TicketId ticket)
{
    return message_add(test->tx, &(Message){.ticket = ticket,
                                            .direction = MESSAGE_OUT,
                                            .channel = "pec",
                                            .author = test->actor,
                                            .sender_name = "Sara",
                                            .sender_address = "",
                                            .at = test->now,
                                            .subject = "Diffida",
                                            .text = "Passiamo domani.",
                                            .quoted_at = MESSAGE_NOT_QUOTED});
}

static OutboxId answer_leaves(NounTest *test, TicketId ticket)
{
    return outbox_add(test->tx,
                      &(OutboxNew){.channel = "pec",
                                   .purpose = OUTBOX_ANSWER,
                                   .ticket = ticket,
                                   .message = answer_written(test, ticket),
                                   .idempotency_key = "k",
                                   .payload = "{}",
                                   .not_before = test->now},
                      test->now);
}

/* The term of the letter that waits; {0}: none does. TEST_NOW is Monday, 1 December 2025, 13:00 in Rome. */
static Date term_of(NounTest *test, TicketId ticket)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    Date term = {0};
    letter_due(test->tx, test->arena, ticket, rome, DAYS, &term);
    return term;
}

static void assert_waits_until(NounTest *test, TicketId ticket, Date term)
{
    g_assert_cmpint(date_compare(term_of(test, ticket), term), ==, 0);
}

static void assert_nothing_waits(NounTest *test, TicketId ticket)
{
    assert_waits_until(test, ticket, (Date){0});
}

static void test_answered(NounTest *test)
{
    TicketId ticket = new_ticket(test, "Diffida");
    assert_nothing_waits(test, ticket);
    letter_comes(test, ticket, test->now, RECEIPT_COUNTS);
    letter_comes(test, ticket, test->now + TIME_DAY, RECEIPT_COUNTS);
    assert_waits_until(test, ticket, (Date){2025, 12, 16}); /* the older one's */
    answer_written(test, ticket);                           /* from somebody's own mail program: no row to leave */
    assert_nothing_waits(test, ticket);
    letter_comes(test, ticket, test->now + 2 * TIME_DAY, RECEIPT_COUNTS);
    assert_waits_until(test, ticket, (Date){2025, 12, 18});
}

/* What a stranger dates in an envelope of their own is no date: it counts from when it came, on 1 December. Nor does a date
 * to come hide the true letter that is there. */
static void test_unproved(NounTest *test)
{
    TicketId ticket = new_ticket(test, "Diffida"), other = new_ticket(test, "Altra diffida");
    letter_comes(test, ticket, test->now - 100 * TIME_DAY, RECEIPT_UNPROVED);
    assert_waits_until(test, ticket, (Date){2025, 12, 16});
    letter_comes_at(test, other, test->now + 100 * TIME_DAY, test->now, RECEIPT_COUNTS);
    assert_waits_until(test, other, (Date){2025, 12, 16});
    letter_comes(test, other, test->now - TIME_DAY, RECEIPT_COUNTS);
    assert_waits_until(test, other, (Date){2025, 12, 15});
}

static void test_answer_taken_back(NounTest *test)
{
    TicketId ticket = new_ticket(test, "Diffida");
    letter_comes(test, ticket, test->now, RECEIPT_COUNTS);
    OutboxId leaving = answer_leaves(test, ticket);
    assert_nothing_waits(test, ticket);
    g_assert_true(outbox_cancel(test->tx, leaving, test->now));
    assert_waits_until(test, ticket, (Date){2025, 12, 16});
}

static void join(NounTest *test, TicketId from, TicketId into)
{
    InputError refused;
    g_assert_true(ticket_merge(test->tx, test->arena, &(Merging){.from = from, .into = into, .other_customer = true},
                               test->actor, test->now, &refused));
}

static void test_joined(NounTest *test)
{
    TicketId phoned = new_ticket(test, "Macchina ferma"), certified = new_ticket(test, "Diffida");
    letter_comes(test, certified, test->now, RECEIPT_COUNTS);
    join(test, certified, phoned);
    assert_waits_until(test, phoned, (Date){2025, 12, 16});
    answer_written(test, phoned);
    assert_nothing_waits(test, phoned);
}

static void test_answered_before_it_was_joined(NounTest *test)
{
    TicketId phoned = new_ticket(test, "Macchina ferma"), certified = new_ticket(test, "Diffida");
    letter_comes(test, certified, test->now, RECEIPT_COUNTS);
    answer_written(test, certified);
    join(test, certified, phoned);
    assert_nothing_waits(test, phoned);
}

/* Each ticket of a list has its own. */
static void test_list(NounTest *test)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    TicketId plain = new_ticket(test, "Macchina ferma"), first = new_ticket(test, "Diffida"),
             second = new_ticket(test, "Messa in mora");
    letter_comes(test, first, test->now, RECEIPT_COUNTS);
    letter_comes(test, second, test->now + TIME_DAY, RECEIPT_COUNTS);
    const TicketId tickets[] = {second, plain, first};
    const LetterTerm *terms = letter_list_due(test->tx, test->arena, tickets, 3, rome, DAYS);
    g_assert_true(terms[0].waits && !terms[1].waits && terms[2].waits);
    g_assert_cmpint(date_compare(terms[0].last, (Date){2025, 12, 17}), ==, 0);
    g_assert_cmpint(date_compare(terms[2].last, (Date){2025, 12, 16}), ==, 0);
    g_assert_false(letter_list_due(test->tx, test->arena, tickets, 3, rome, 0)->waits);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/letter/terms", test_terms);
    g_test_add_func("/letter/late", test_late);
    noun_test_each_engine("/letter/answered", test_answered);
    noun_test_each_engine("/letter/unproved", test_unproved);
    noun_test_each_engine("/letter/taken-back", test_answer_taken_back);
    noun_test_each_engine("/letter/joined", test_joined);
    noun_test_each_engine("/letter/joined-later", test_answered_before_it_was_joined);
    noun_test_each_engine("/letter/list", test_list);
    return g_test_run();
}
