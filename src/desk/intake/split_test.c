/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources: channels.md 1 ("Closed > N days … -> new linked case", a hint to split), domain.md 2.1, the "a customer
 * answering an old mail with a new problem gets an offer to split". */
#include "desk/intake/split.h"

#include "desk/intake/intake.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"

#define ANNA "anna@moretti.test"
#define WINDOW (14 * TIME_DAY)

static IntakeResult say(NounTest *test, const char *from, const char *subject, const char *id, TicketId number)
{
    IntakeResult result;
    IntakeKey key = {INTAKE_KEY_NUMBER, NULL, number.value};
    InboundEvent event = {.channel = "mail",
                          .actor = {ACTOR_CUSTOMER, 0},
                          .sender_kind = CONTACT_EMAIL,
                          .sender_address = from,
                          .sender_key = from,
                          .sender_name = "",
                          .language = "it",
                          .subject = subject,
                          .text = "Non parte.",
                          .quoted_at = MESSAGE_NOT_QUOTED,
                          .message_id = id,
                          .received_at = test->now,
                          .next_update_at = test->now + TIME_DAY,
                          .reopen_since = test->now - WINDOW,
                          .team = test->team,
                          .keys = &key,
                          .key_count = number.value ? 1 : 0,
                          .party_sort_key = from,
                          .tracking = token_new(),
                          .reply = token_new()};
    g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
    return result;
}

static SplitSign sign_of_last(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    MessageList messages = message_list(test->tx, test->arena, id);
    TicketEventHistory events = ticket_event_history(test->tx, test->arena, id);
    return split_sign(test->arena, &ticket, &messages, messages.count - 1, &events, WINDOW);
}

static bool split(NounTest *test, TicketId ticket, MessageId message, int64_t version, TicketId *fresh_out,
                  InputError *refused_out)
{
    Splitting splitting = {.ticket = ticket,
                           .version = version,
                           .messages = &message,
                           .message_count = 1,
                           .next_update_at = test->now + TIME_DAY,
                           .team = test->team};
    return ticket_split(test->tx, test->arena, &splitting, test->actor, test->now, fresh_out, refused_out);
}

static void test_subjects_are_compared_bare(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(subject_bare(arena, "R: Re: I: FWD : La V2 [#10001] perde"), ==, "La V2 perde");
    g_assert_cmpstr(subject_bare(arena, "Re: [#10001]"), ==, "");
    g_assert_cmpstr(subject_bare(arena, "Reparto caldo"), ==, "Reparto caldo");
    g_assert_cmpstr(subject_bare(arena, "[#12a] x"), ==, "[#12a] x");
}

static void test_signs(NounTest *test)
{
    TicketId id = say(test, ANNA, "La V2 perde", "a1@moretti.test", (TicketId){0}).ticket;
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_NO_SIGN); /* what it began with */
    say(test, ANNA, "Re: La V2 perde", "a2@moretti.test", id);
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_NO_SIGN);
    say(test, ANNA, "Re: [#10001] Richiesta ricevuta", "a3@moretti.test", id); /* to our acknowledgement */
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_NO_SIGN);
    say(test, ANNA, "R: Macinino rotto", "a4@moretti.test", id);
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_SUBJECT);
    say(test, ANNA, "macinino  ROTTO", "a5@moretti.test", id); /* said once, it is the talk's */
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_NO_SIGN);
    test->now += WINDOW + TIME_MINUTE;
    say(test, ANNA, "R: La V2 perde", "a6@moretti.test", id);
    g_assert_cmpint(sign_of_last(test, id), ==, SPLIT_SILENCE);
}

static void test_the_message_goes_and_what_follows_it(NounTest *test)
{
    TicketId id = say(test, ANNA, "La V2 perde", "a1@moretti.test", (TicketId){0}).ticket, fresh;
    MessageId first = message_list(test->tx, test->arena, id).items[0].id;
    MessageId second = say(test, ANNA, "R: Macinino rotto", "a2@moretti.test", id).message;
    Ticket old;
    InputError refused;
    test->now += TIME_MINUTE;
    g_assert_true(ticket_find(test->tx, test->arena, id, &old));

    g_assert_false(split(test, id, first, old.version, &fresh, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.split_first");
    g_assert_false(split(test, id, (MessageId){999}, old.version, &fresh, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.split_gone");
    g_assert_false(split(test, id, second, old.version + 1, &fresh, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.stale");
    g_assert_false(split(test, (TicketId){4}, second, 0, &fresh, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.not_found");
    g_assert_true(split(test, id, second, old.version, &fresh, &refused));
    g_assert_false(split(test, id, second, old.version, &(TicketId){0}, &refused)); /* pressed twice */
    g_assert_cmpstr(refused.key, ==, "ticket.error.stale");
    g_assert_false(split(test, id, second, 0, &(TicketId){0}, &refused)); /* a program, twice */
    g_assert_cmpstr(refused.key, ==, "ticket.error.split_gone");

    Ticket made;
    g_assert_true(ticket_find(test->tx, test->arena, fresh, &made));
    g_assert_cmpstr(made.subject, ==, "Macinino rotto");
    g_assert_cmpint(made.now.party_id, ==, old.now.party_id);
    g_assert_cmpint(made.now.state, ==, TICKET_NEW);
    g_assert_cmpint(made.now.team_id, ==, old.now.team_id);
    g_assert_cmpuint(message_list(test->tx, test->arena, id).count, ==, 1);
    MessageList there = message_list(test->tx, test->arena, fresh);
    g_assert_cmpuint(there.count, ==, 1);
    g_assert_cmpint(there.items[0].id.value, ==, second.value);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, id);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].other.value, ==, fresh.value);
    g_assert_cmpint(links.items[0].kind, ==, LINK_FOLLOWS);
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, fresh), ==, NULL);
}

/* Both messages carry the old request's key; the nearest id says which of the two is meant. */
static void test_what_comes_next_goes_where_it_belongs(NounTest *test)
{
    TicketId id = say(test, ANNA, "La V2 perde", "a1@moretti.test", (TicketId){0}).ticket, fresh;
    MessageId second = say(test, ANNA, "R: Macinino rotto", "a2@moretti.test", id).message;
    InputError refused;
    g_assert_true(split(test, id, second, 0, &fresh, &refused));
    static const char *const to_new[] = {"a2@moretti.test", "a1@moretti.test"};
    static const char *const to_old[] = {"a1@moretti.test"};
    const struct {
        const char *from, *const *answers;
        size_t count;
        TicketId place;
    } cases[] = {{ANNA, to_new, 2, fresh}, {ANNA, to_old, 1, id}, {ANNA, NULL, 0, id}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        IntakeResult result;
        IntakeKey key = {INTAKE_KEY_NUMBER, NULL, id.value};
        InboundEvent event = {.channel = "mail",
                              .actor = {ACTOR_CUSTOMER, 0},
                              .sender_kind = CONTACT_EMAIL,
                              .sender_address = cases[i].from,
                              .sender_key = cases[i].from,
                              .sender_name = "",
                              .language = "it",
                              .subject = "Re",
                              .text = "Allora?",
                              .quoted_at = MESSAGE_NOT_QUOTED,
                              .received_at = test->now,
                              .next_update_at = test->now + TIME_DAY,
                              .reopen_since = test->now - WINDOW,
                              .team = test->team,
                              .keys = &key,
                              .key_count = 1,
                              .answers = cases[i].answers,
                              .answer_count = cases[i].count,
                              .party_sort_key = "",
                              .tracking = token_new(),
                              .reply = token_new()};
        g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
        g_assert_cmpint(result.ticket.value, ==, cases[i].place.value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/split/subjects", test_subjects_are_compared_bare);
    noun_test_each_engine("/split/signs", test_signs);
    noun_test_each_engine("/split/message", test_the_message_goes_and_what_follows_it);
    noun_test_each_engine("/split/next", test_what_comes_next_goes_where_it_belongs);
    return g_test_run();
}
