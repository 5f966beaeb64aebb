/* SPDX-License-Identifier: EUPL-1.2 */
/* Invariants of domain.md 2.1 and design.md section 2: the fold, the phases, one owner, one answer. */
#include "desk/ticket/ticket.h"

#include "desk/noun_testing.h"
#include "desk/ticket/answer.h"
#include "desk/ticket/message.h"
#include "queue/outbox.h"
#include "ticket_sql.h"

#include <string.h>

static TicketId new_ticket(NounTest *test)
{
    TicketOpening opening = {.channel = "phone",
                             .subject = "E07",
                             .language = "it",
                             .received_at = test->now,
                             .next_update_at = test->now + TIME_DAY,
                             .team = test->team};
    return ticket_open(test->tx, test->arena, &opening, test->actor, test->now);
}

static TicketEdit begin(NounTest *test, TicketId id)
{
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    return edit;
}

static void assert_verified(NounTest *test, TicketId id)
{
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
}

static void test_phases_are_contiguous(NounTest *test)
{
    TicketId id = new_ticket(test);
    test->now += 10 * TIME_MINUTE;
    TicketEdit edit = begin(test, id);
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
    test->now += 20 * TIME_MINUTE;
    edit = begin(test, id);
    g_assert_true(ticket_act(&edit, TICKET_START, &(ActionInput){0}));
    g_assert_true(ticket_act(&edit, TICKET_WAIT_CUSTOMER, &(ActionInput){.customer_reason = "Ci mandi la foto"}));
    g_assert_true(ticket_edit_end(&edit));
    SqlTicketPhaseListList phases = sql_ticket_phase_list(test->tx, test->arena, &(SqlTicketPhaseListIn){id});
    static const TicketState states[] = {TICKET_NEW, TICKET_OWNED, TICKET_IN_PROGRESS, TICKET_WAITING_CUSTOMER};
    g_assert_cmpuint(phases.count, ==, G_N_ELEMENTS(states));
    for (size_t i = 0; i < phases.count; i++) {
        g_assert_cmpint(phases.rows[i].state, ==, states[i]);
        if (i > 0)
            g_assert_cmpint(phases.rows[i].began_at, ==, phases.rows[i - 1].ended_at);
    }
    g_assert_cmpint(phases.rows[0].ended_at - phases.rows[0].began_at, ==, 10 * TIME_MINUTE);
    g_assert_cmpint(phases.rows[1].ended_at - phases.rows[1].began_at, ==, 20 * TIME_MINUTE);
    g_assert_cmpint(phases.rows[3].ended_at, ==, TIME_NONE);
    assert_verified(test, id);
}

/* What the fold does not explain is found, whatever was changed behind its back. */
static void test_verify_finds_a_changed_row(NounTest *test)
{
    TicketId id = new_ticket(test);
    assert_verified(test, id);
    SqlTicketPhaseEndIn end = {id, test->now};
    sql_ticket_phase_end(test->tx, &end);
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, "the phases are not those of the events");
}

static void test_second_taker_is_refused(NounTest *test)
{
    TicketId id = new_ticket(test);
    TicketEdit edit = begin(test, id);
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
    test->actor.id += 1000;
    edit = begin(test, id);
    g_assert_false(ticket_take(&edit, test->team));
    g_assert_cmpstr(edit.refused.key, ==, "ticket.error.taken");
}

static void test_stale_version_is_refused(NounTest *test)
{
    TicketId id = new_ticket(test);
    TicketEdit edit = begin(test, id);
    int64_t seen = edit.ticket.version;
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
    g_assert_false(ticket_edit_begin_at(&edit, test->tx, test->arena, id, seen, test->actor, test->now));
    g_assert_cmpstr(edit.refused.key, ==, "ticket.error.stale");
    g_assert_true(ticket_edit_begin_at(&edit, test->tx, test->arena, id, seen + 1, test->actor, test->now));
}

static Answer answer_to(TicketId id, const OutgoingAddress *to, const char *key)
{
    return (Answer){.ticket = id,
                    .channel = "mail",
                    .text = "Passiamo domani.",
                    .author_name = "Sara",
                    .to = to,
                    .to_count = 1,
                    .recipient_key = to->address,
                    .reply = token_new(),
                    .idempotency_key = key,
                    .leaves_at = TEST_NOW + 10 * TIME_SECOND};
}

static void test_pressing_twice_answers_once(NounTest *test)
{
    TicketId id = new_ticket(test);
    OutgoingAddress anna = {"anna@moretti.test", "Anna"};
    Answer answer = answer_to(id, &anna, "k1");
    AnswerResult first, second;
    InputError refused;
    answer.author_team = test->team;
    g_assert_true(answer_add(test->tx, test->arena, &answer, test->actor, test->now, &first, &refused));
    g_assert_true(answer_add(test->tx, test->arena, &answer, test->actor, test->now, &second, &refused));
    g_assert_false(first.already);
    g_assert_true(second.already);
    g_assert_cmpint(first.message.value, ==, second.message.value);
    g_assert_cmpuint(outbox_list_of_ticket(test->tx, test->arena, id).count, ==, 1);
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.owner_id, ==, test->actor.id); /* who answers, owns */
    g_assert_cmpint(ticket.now.state, ==, TICKET_IN_PROGRESS);
    g_assert_cmpint(ticket.now.first_reply_at, ==, test->now);
    assert_verified(test, id);
}

static void test_answer_over_a_newer_message_stops(NounTest *test)
{
    TicketId id = new_ticket(test);
    OutgoingAddress anna = {"anna@moretti.test", "Anna"};
    Answer mine = answer_to(id, &anna, "mine"), late = answer_to(id, &anna, "late");
    AnswerResult result;
    InputError refused;
    mine.author_team = late.author_team = test->team;
    MessageId note;
    g_assert_true(
        note_add(test->tx, test->arena, id, "Chiamare il magazzino", "Luca", test->actor, test->now, &note, &refused));
    late.seen_message = note;
    g_assert_true(answer_add(test->tx, test->arena, &mine, test->actor, test->now, &result, &refused));
    g_assert_false(answer_add(test->tx, test->arena, &late, test->actor, test->now, &result, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.answered_meanwhile");
    late.text = " \n";
    g_assert_false(answer_add(test->tx, test->arena, &late, test->actor, test->now, &result, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.no_text");
}

static void test_change_survives_json(NounTest *test)
{
    TicketChange change = {0}, read;
    change_set(&change, FIELD_STATE, TICKET_WAITING_PART);
    change_set(&change, FIELD_OWNER, 3);
    change_set(&change, FIELD_COMPLAINT, 1);
    change_set(&change, FIELD_NEXT_UPDATE_AT, TEST_NOW);
    char *json = change_to_json(test->arena, &change);
    g_assert_cmpstr(json, ==,
                    "{\"state\":\"waiting_part\",\"complaint\":1,\"owner\":3,\"next_update_at\":1764590400000}");
    g_assert_true(change_parse_json(json, &read));
    g_assert_cmpmem(&read, sizeof read, &change, sizeof change);
    static const char *const bad[] = {"",           "[]",
                                      "{\"owner\":\"3\"}",         "{\"state\":5}",
                                      "{\"state\":\"asleep\"}",    "{\"name\":\"Anna\"}",
                                      "{\"owner\":1,\"owner\":2}", "{\"owner\":1.5}",
                                      "{\"owner\":01}",           "{\"owner\":-0}",
                                      "{\"owner\":+1}",           "{\"owner\":}",
                                      "{\"owner\":1",             "{\"owner\":1,}",
                                      "{\"owner\":1}}",           "{,}",
                                      "{\"owner\" :1}",           "{\"Owner\":1}",
                                      "{\"owner\":9223372036854775808}"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(change_parse_json(bad[i], &read));
    g_assert_true(change_parse_json("{}", &read));
    g_assert_cmpuint(read.set, ==, 0);
    g_assert_true(change_parse_json("{\"owner\":-9223372036854775808,\"state\":\"new\"}", &read)); /* any order */
    g_assert_cmpint(read.value[FIELD_OWNER], ==, INT64_MIN);
}

static void assign(NounTest *test, TicketId id, StaffId owner)
{
    TicketEdit edit = begin(test, id);
    TicketAction action = owner.value ? TICKET_ASSIGN : TICKET_RELEASE;
    g_assert_true(ticket_act(&edit, action, &(ActionInput){.owner = owner, .note = "turno"}));
    g_assert_true(ticket_edit_end(&edit));
}

static int64_t handovers_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    assert_verified(test, id);
    return ticket.now.handovers;
}

/* domain.md 3, reading 6: owner changes after the first owner. Sara, the queue, Sara again is none; Sara, Luca, Sara two;
 * by way of the queue it is a hand-over all the same. */
static void test_handovers_are_changes_of_owner(NounTest *test)
{
    TicketId id = new_ticket(test);
    StaffId luca = staff_add(test->tx,
                             &(Staff){.login = "luca",
                                      .display_name = "Luca",
                                      .email = "",
                                      .role = ROLE_OPERATOR,
                                      .team = test->team,
                                      .language = "it"},
                             "luca", test->now);
    assign(test, id, test->sara);
    g_assert_cmpint(handovers_of(test, id), ==, 0);
    assign(test, id, (StaffId){0});
    assign(test, id, test->sara);
    g_assert_cmpint(handovers_of(test, id), ==, 0);
    assign(test, id, luca);
    g_assert_cmpint(handovers_of(test, id), ==, 1);
    assign(test, id, (StaffId){0});
    g_assert_cmpint(handovers_of(test, id), ==, 1);
    assign(test, id, test->sara);
    g_assert_cmpint(handovers_of(test, id), ==, 2);
}

/* A passage of hands does not make the wait younger. */
static void test_since_when_it_waits(NounTest *test)
{
    TicketId id = new_ticket(test);
    TicketEdit edit = begin(test, id);
    g_assert_true(ticket_take(&edit, test->team) && ticket_act(&edit, TICKET_START, &(ActionInput){0}) &&
                  ticket_act(&edit, TICKET_WAIT_PART, &(ActionInput){.customer_reason = "La valvola"}) &&
                  ticket_edit_end(&edit));
    TimeMs since = test->now;
    test->now += TIME_DAY;
    MessageId note;
    InputError refused;
    g_assert_true(note_add(test->tx, test->arena, id, "chiamato", "Sara", test->actor, test->now, &note, &refused));
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.state_since, ==, since);
    g_assert_cmpstr(ticket.waiting_reason, ==, "La valvola");
    edit = begin(test, id);
    g_assert_true(ticket_act(&edit, TICKET_RESUME, &(ActionInput){0}) && ticket_edit_end(&edit));
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.state_since, ==, test->now);
    g_assert_cmpstr(ticket.waiting_reason, ==, NULL);
    assert_verified(test, id);
}

/* What was said with an action is kept: the note as a note, the pointer where the customer reads it. */
static void test_not_ours_says_where_to_go(NounTest *test)
{
    TicketId id = new_ticket(test);
    TicketEdit edit = begin(test, id);
    g_assert_false(ticket_act(&edit, TICKET_MARK_NOT_OURS, &(ActionInput){.pointer = " "}));
    g_assert_cmpstr(edit.refused.key, ==, "ticket.error.no_pointer");
    g_assert_true(ticket_act(&edit, TICKET_MARK_NOT_OURS,
                             &(ActionInput){.pointer = "Lavastoviglie Rossi, 0733 111", .note = "non è nostra"}));
    g_assert_true(ticket_edit_end(&edit));
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.state, ==, TICKET_NOT_OURS);
    g_assert_cmpstr(ticket.waiting_reason, ==, "Lavastoviglie Rossi, 0733 111");
    MessageList said = message_list(test->tx, test->arena, id);
    g_assert_cmpuint(said.count, ==, 1);
    g_assert_cmpstr(said.items[0].text, ==, "non è nostra");
    assert_verified(test, id);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/ticket/phases", test_phases_are_contiguous);
    noun_test_each_engine("/ticket/verify", test_verify_finds_a_changed_row);
    noun_test_each_engine("/ticket/taken", test_second_taker_is_refused);
    noun_test_each_engine("/ticket/stale", test_stale_version_is_refused);
    noun_test_each_engine("/ticket/answer-once", test_pressing_twice_answers_once);
    noun_test_each_engine("/ticket/answer-meanwhile", test_answer_over_a_newer_message_stops);
    noun_test_each_engine("/ticket/handovers", test_handovers_are_changes_of_owner);
    noun_test_each_engine("/ticket/since", test_since_when_it_waits);
    noun_test_each_engine("/ticket/not-ours", test_not_ours_says_where_to_go);
    noun_test_each_engine("/ticket/change-json", test_change_survives_json);
    return g_test_run();
}
