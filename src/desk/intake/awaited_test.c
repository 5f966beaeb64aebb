/* SPDX-License-Identifier: EUPL-1.2 */
/* Conversations read in any order: the newest first, as an import of old mail does, or overtaken on the way. m0 is Anna's first
 * message, m1 our answer with another program, m2 hers to that. And who would profit from it (security A01, A02, A04). */
#include "desk/intake/awaited.h"

#include "awaited_sql.h"
#include "desk/intake/elsewhere.h"
#include "desk/noun_testing.h"
#include "desk/ticket/action.h"
#include "desk/ticket/merge.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define BRUNO "bruno@moretti.test"
#define EVIL "evil@x.test"
#define M0 "m0@moretti.test"
#define M1 "m1@outlook.test"
#define M2 "m2@moretti.test"

/* A letter of that id, which refers to the others (nearest first), received so long before now. */
static InboundEvent letter(NounTest *test, const char *from, const char *id, const char *const *answers, int64_t before)
{
    InboundEvent event = noun_letter(test, from, "Re: La V2 perde vapore", id); /* its text: no two are the same */
    size_t count = 0;
    while (answers && answers[count])
        count++;
    IntakeKey *keys = ARENA_ARRAY(test->arena, IntakeKey, count);
    for (size_t i = 0; i < count; i++)
        keys[i] = (IntakeKey){.kind = INTAKE_KEY_MESSAGE_ID, .text = answers[i]};
    event.message_id = id;
    event.keys = keys;
    event.answers = answers;
    event.key_count = event.answer_count = count;
    event.received_at = test->now - before;
    event.acknowledge_by = NULL;
    return event;
}

#define REFERS_TO(...) ((const char *const[]){__VA_ARGS__, NULL})

static IntakeResult accept(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    g_assert_true(intake_accept(test->tx, test->arena, event, test->now, &result));
    return result;
}

static IntakeResult take(NounTest *test, const char *from, const char *id, const char *const *answers, int64_t before)
{
    InboundEvent event = letter(test, from, id, answers, before);
    return accept(test, &event);
}

/* Found among the sent mail, to that one address. */
static IntakeResult take_sent(NounTest *test, const char *to, const char *id, const char *const *answers,
                              int64_t before)
{
    const Participant other = {.kind = CONTACT_EMAIL, .address = to, .address_key = to, .name = ""};
    InboundEvent event = letter(test, "assistenza@filo.test", id, answers, before);
    IntakeResult result;
    Arrival arrival = {
        .channel = "mail", .source = "assistenza", .external_id = id, .raw_sha256 = id, .received_at = test->now};
    event.others = &other;
    event.other_count = 1;
    g_assert_true(elsewhere_accept(test->tx, test->arena, &arrival, &event, test->now, &result));
    return result;
}

static Ticket ticket_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
    return ticket;
}

static int64_t count_waiting(NounTest *test, TicketId id)
{
    SqlAwaitedCount row;
    g_assert_true(sql_awaited_count(test->tx, test->arena, &(SqlAwaitedCountIn){id}, &row));
    return row.waiting;
}

/* The ids of what stands there, from the first to the last: "m0@moretti.test m1@outlook.test". */
static const char *said(NounTest *test, TicketId id)
{
    MessageList list = message_list(test->tx, test->arena, id);
    const char *all = "";
    for (size_t i = 0; i < list.count; i++)
        all = arena_printf(test->arena, "%s%s%s", all, i ? " " : "", list.items[i].external_id);
    return all;
}

/* -------------------------------------------------------------------------------------------------------------- joined */

static void test_newest_first(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M1, M0), TIME_DAY).ticket;
    g_assert_cmpint(count_waiting(test, id), ==, 2);

    InboundEvent first = letter(test, ANNA, M0, NULL, 3 * TIME_DAY);
    first.occurred_at = first.received_at - TIME_MINUTE;
    IntakeResult joined = accept(test, &first);
    g_assert_cmpint(joined.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(joined.ticket.value, ==, id.value);
    g_assert_cmpint(take_sent(test, ANNA, M1, REFERS_TO(M0), 2 * TIME_DAY).outcome, ==, INTAKE_ANSWERED);

    g_assert_cmpstr(said(test, id), ==, M0 " " M1 " " M2);
    g_assert_cmpint(count_waiting(test, id), ==, 0);
    Ticket ticket = ticket_of(test, id);
    g_assert_cmpint(ticket.now.received_at, ==, test->now - 3 * TIME_DAY);
    g_assert_cmpint(ticket.now.occurred_at, ==, test->now - 3 * TIME_DAY - TIME_MINUTE);
    g_assert_cmpint(ticket.now.first_reply_at, ==, test->now - 2 * TIME_DAY);
    g_assert_cmpint(ticket.now.last_event_at, ==, test->now - TIME_DAY);
    g_assert_cmpint(ticket.now.state, ==, TICKET_NEW);
    g_assert_cmpstr(ticket.subject, ==, "Re: La V2 perde vapore");
}

/* Some programs name only the message they answer: each hands on to the one before it. */
static void test_by_in_reply_to_alone(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M1), TIME_DAY).ticket;
    IntakeResult ours = take_sent(test, ANNA, M1, REFERS_TO(M0), 2 * TIME_DAY);
    g_assert_cmpint(ours.outcome, ==, INTAKE_ANSWERED);
    g_assert_cmpint(ours.ticket.value, ==, id.value);
    g_assert_cmpint(take(test, ANNA, M0, NULL, 3 * TIME_DAY).ticket.value, ==, id.value);
    g_assert_cmpstr(said(test, id), ==, M0 " " M1 " " M2);
    g_assert_cmpint(count_waiting(test, id), ==, 0);
    g_assert_cmpint(ticket_of(test, id).now.received_at, ==, test->now - 3 * TIME_DAY);
}

/* On its way the answer to a colleague overtook the first: it arrived before it, and stands where it arrived. */
static void test_overtaken(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_MINUTE).ticket;
    g_assert_cmpint(take(test, ANNA, M0, NULL, 0).ticket.value, ==, id.value);
    g_assert_cmpstr(said(test, id), ==, M2 " " M0);
    g_assert_cmpint(ticket_of(test, id).now.received_at, ==, test->now - TIME_MINUTE);
}

static void test_merged(NounTest *test)
{
    TicketId other = take(test, ANNA, "x@moretti.test", NULL, 0).ticket;
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_DAY).ticket;
    InputError refused;
    g_assert_true(
        ticket_merge(test->tx, test->arena, &(Merging){.from = id, .into = other}, test->actor, test->now, &refused));
    g_assert_cmpint(take(test, ANNA, M0, NULL, 3 * TIME_DAY).ticket.value, ==, other.value);
    g_assert_cmpint(ticket_of(test, other).now.received_at, ==, test->now - 3 * TIME_DAY);

    /* come apart again, each begins with what stands on it */
    g_assert_true(ticket_restore(
        test->tx, test->arena,
        &(Restoring){.ticket = id, .note = "No.", .next_update_at = test->now + TIME_DAY, .team = test->team},
        test->actor, test->now, &refused));
    g_assert_cmpint(ticket_of(test, id).now.received_at, ==, test->now - TIME_DAY);
    g_assert_cmpint(ticket_of(test, other).now.received_at, ==, test->now - 3 * TIME_DAY);
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

/* What was written before the request's first word answers nothing of ours. */
static void test_what_is_older_reopens_nothing(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_DAY).ticket;
    solve_and_close(test, id);
    IntakeResult joined = take(test, ANNA, M0, NULL, 3 * TIME_DAY);
    g_assert_cmpint(joined.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(joined.ticket.value, ==, id.value);
    g_assert_cmpint(ticket_of(test, id).now.state, ==, TICKET_CLOSED);
}

/* --------------------------------------------------------------------------------------------------------- who may not */

/* A colleague who has no part in it yet is no stranger either: she wrote before. */
static void test_another_sender_is_only_possible(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_DAY).ticket;
    IntakeResult other = take(test, BRUNO, M0, NULL, 3 * TIME_DAY);
    g_assert_cmpint(other.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(other.possible.value, ==, id.value);
    g_assert_cmpint(message_list(test->tx, test->arena, other.ticket).items[0].flags, ==, 0);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, other.ticket);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].kind, ==, LINK_POSSIBLE);
    g_assert_cmpuint(participant_list(test->tx, test->arena, id).count, ==, 1);
}

/* Evil writes first, and refers to ids that Anna's next messages will have. */
static void test_nobody_is_drawn_into_anothers_request(NounTest *test)
{
    const Participant anna = {.kind = CONTACT_EMAIL, .address = ANNA, .address_key = ANNA, .name = "", .in_copy = true};
    InboundEvent bait = letter(test, EVIL, "e1@x.test", REFERS_TO(M0, M1, M2), TIME_HOUR);
    bait.others = &anna; /* named in Cc, so that she seems to take part */
    bait.other_count = 1;
    TicketId evil = accept(test, &bait).ticket;

    IntakeResult first = take(test, ANNA, M0, NULL, 0);
    g_assert_cmpint(first.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(first.ticket.value, !=, evil.value);
    g_assert_cmpint(message_list(test->tx, test->arena, first.ticket).items[0].flags, ==, 0);

    /* what we answer her with another program goes where what it answers stands, whoever waits for it */
    g_assert_cmpint(take_sent(test, ANNA, M1, REFERS_TO(M0), 0).ticket.value, ==, first.ticket.value);
    /* and what answers nothing known goes nowhere */
    InboundEvent more = letter(test, EVIL, "e2@x.test", REFERS_TO("o9@outlook.test"), 0);
    more.others = &anna;
    more.other_count = 1;
    accept(test, &more);
    g_assert_cmpint(take_sent(test, ANNA, "o9@outlook.test", NULL, 0).outcome, ==, INTAKE_IGNORED);

    /* where a person let her take part: by her own keys all the same */
    participant_confirm(test->tx, evil, ANNA);
    g_assert_cmpint(take(test, ANNA, M2, REFERS_TO(M1, M0), 0).ticket.value, ==, first.ticket.value);
    g_assert_cmpstr(said(test, evil), ==, "e1@x.test");
}

/* Many who wait for an id do not hide the one who may. */
static void test_a_crowd_hides_nobody(NounTest *test)
{
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_DAY).ticket;
    for (int i = 0; i < 12; i++)
        take(test, arena_printf(test->arena, "evil%d@x.test", i), arena_printf(test->arena, "e%d@x.test", i),
             REFERS_TO(M0), TIME_HOUR);
    g_assert_cmpint(take(test, ANNA, M0, NULL, 3 * TIME_DAY).ticket.value, ==, id.value);
}

/* Neither does it wait nor is it waited for. */
static void test_what_is_doubted(NounTest *test)
{
    static const int64_t flags[] = {MESSAGE_SENDER_UNVERIFIED, MESSAGE_AUTO_REPLY, MESSAGE_DELIVERY_REPORT};
    TicketId id = take(test, ANNA, M2, REFERS_TO(M0), TIME_DAY).ticket;
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        InboundEvent waits =
            letter(test, EVIL, arena_printf(test->arena, "w%zu@x.test", i), REFERS_TO("later@x.test"), 0);
        InboundEvent comes = letter(test, ANNA, M0, NULL, 0);
        waits.flags = comes.flags = flags[i];
        g_assert_cmpint(count_waiting(test, accept(test, &waits).ticket), ==, 0);
        if (i == 0) /* once the id is known, it leads nowhere */
            g_assert_cmpint(accept(test, &comes).ticket.value, !=, id.value);
    }
    g_assert_cmpint(take(test, ANNA, M0, NULL, 0).ticket.value, !=, id.value);
}

/* -------------------------------------------------------------------------------------------------------------- bounds */

static void test_bounds(NounTest *test)
{
    const char *ids[AWAITED_MAX + 6] = {NULL};
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(ids); i++)
        ids[i] = arena_printf(test->arena, "r%zu@moretti.test", i);
    TicketId id = take(test, ANNA, M2, ids, TIME_DAY).ticket;
    g_assert_cmpint(count_waiting(test, id), ==, AWAITED_MAX);
    g_assert_cmpuint(awaited_tickets(test->tx, test->arena, ids[AWAITED_MAX - 1], ANNA).count, ==, 1); /* the nearest */
    g_assert_cmpuint(awaited_tickets(test->tx, test->arena, ids[AWAITED_MAX], ANNA).count, ==, 0);

    g_assert_cmpint(awaited_prune(test->tx, test->now + AWAITED_FOR), ==, 0);
    g_assert_cmpint(awaited_prune(test->tx, test->now + AWAITED_FOR + 1), ==, AWAITED_MAX);
    g_assert_cmpint(count_waiting(test, id), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/awaited/newest-first", test_newest_first);
    noun_test_each_engine("/awaited/in-reply-to", test_by_in_reply_to_alone);
    noun_test_each_engine("/awaited/overtaken", test_overtaken);
    noun_test_each_engine("/awaited/merged", test_merged);
    noun_test_each_engine("/awaited/older", test_what_is_older_reopens_nothing);
    noun_test_each_engine("/awaited/another-sender", test_another_sender_is_only_possible);
    noun_test_each_engine("/awaited/bait", test_nobody_is_drawn_into_anothers_request);
    noun_test_each_engine("/awaited/crowd", test_a_crowd_hides_nobody);
    noun_test_each_engine("/awaited/doubted", test_what_is_doubted);
    noun_test_each_engine("/awaited/bounds", test_bounds);
    return g_test_run();
}
