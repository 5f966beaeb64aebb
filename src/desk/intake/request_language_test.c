/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose word counts for what: the "in the customer's language", through the door. */
#include "desk/intake/request_language.h"

#include "desk/intake/intake.h"
#include "desk/noun_testing.h"
#include "desk/ticket/ticket.h"

#include <string.h>

#define JOHN "john@bar.test"
#define ENGLISH "Hello, my machine is not working and it is leaking."
#define ITALIAN "Buongiorno, la macchina non parte e perde acqua."

static InboundEvent letter(const NounTest *test, const char *from, const char *text)
{
    InboundEvent event = noun_letter(test, from, "V2", text);
    event.language = NULL;
    event.house = "it";
    event.acknowledge_by = NULL;
    return event;
}

static TicketId open_one(NounTest *test, const InboundEvent *event)
{
    IntakeResult result;
    InboundEvent fresh = *event;
    fresh.tracking = token_new();
    fresh.reply = token_new();
    g_assert_true(intake_accept(test->tx, test->arena, &fresh, test->now, &result));
    g_assert_cmpint(result.outcome, ==, INTAKE_OPENED);
    return result.ticket;
}

static const char *language_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket.language;
}

static const char *said_to(NounTest *test, const InboundEvent *event)
{
    return language_of(test, open_one(test, event));
}

static const char *written(NounTest *test, const char *from, const char *text)
{
    InboundEvent event = letter(test, from, text);
    return said_to(test, &event);
}

static PartyId add_party(NounTest *test, PartyKind kind, const char *name, const char *language)
{
    return party_add(test->tx, &(Party){.kind = kind, .name = name, .buyer = BUYER_UNKNOWN, .language = language}, name,
                     test->now);
}

static PartyId add_contact(NounTest *test, const char *address, const char *language)
{
    PartyId person = add_party(test, PARTY_PERSON, address, language);
    contact_point_add(test->tx, person,
                      &(ContactPoint){.kind = CONTACT_EMAIL, .value = address, .value_key = address, .label = ""},
                      test->now);
    return person;
}

static void test_their_words_else_the_house(NounTest *test)
{
    g_assert_cmpstr(written(test, "a@bar.test", ENGLISH), ==, "en");
    g_assert_cmpstr(written(test, "b@bar.test", ITALIAN), ==, "it");
    g_assert_cmpstr(written(test, "c@bar.test", "Ferma da ieri"), ==, "it");
    InboundEvent french = letter(test, "d@bar.test", "La machine ne marche pas et le voyant est rouge.");
    french.house = "en";
    g_assert_cmpstr(said_to(test, &french), ==, "en");
    /* who wrote once in English is nobody of whom a person said so */
    Party made;
    PartyMatch match;
    g_assert_true(party_find_by_contact(test->tx, test->arena, "a@bar.test", &match));
    g_assert_true(party_find(test->tx, test->arena, match.contact, &made));
    g_assert_cmpstr(made.language, ==, "");
    g_assert_cmpstr(written(test, "a@bar.test", ITALIAN), ==, "it");
}

static void test_what_a_person_said_comes_first(NounTest *test)
{
    InputError refused;
    PartyId company = add_party(test, PARTY_COMPANY, "Bar Ltd", "en");
    PartyId own = add_contact(test, "own@bar.test", "it"), none = add_contact(test, "none@bar.test", "");
    add_contact(test, JOHN, "en");
    g_assert_true(membership_add(test->tx, test->arena, company, own, "", &refused));
    g_assert_true(membership_add(test->tx, test->arena, company, none, "", &refused));
    g_assert_cmpstr(written(test, JOHN, "Buongiorno, grazie"), ==, "en");
    g_assert_cmpstr(written(test, JOHN, ITALIAN), ==, "en");
    g_assert_cmpstr(written(test, "own@bar.test", ENGLISH), ==, "it");
    g_assert_cmpstr(written(test, "none@bar.test", ITALIAN), ==, "en");
}

static void test_words_that_are_not_theirs(NounTest *test)
{
    InboundEvent quoted =
        letter(test, "a@bar.test", "Still broken, and we need it.\nOn Monday Filo wrote:\n> " ITALIAN);
    quoted.quoted_at = (int64_t)strlen("Still broken, and we need it.\n");
    g_assert_cmpstr(said_to(test, &quoted), ==, "en");
    /* Ours stand above. */
    InboundEvent invitation = letter(test, "b@bar.test", ITALIAN "\n\n" ENGLISH);
    invitation.own_at = (int64_t)strlen(ITALIAN "\n\n");
    g_assert_cmpstr(said_to(test, &invitation), ==, "en");
    /* A colleague's. */
    InboundEvent typed = letter(test, "c@bar.test", ENGLISH);
    typed.actor = test->actor;
    g_assert_cmpstr(said_to(test, &typed), ==, "it");
    /* The channel knows. */
    InboundEvent form = letter(test, "d@bar.test", ITALIAN);
    form.language = "en";
    g_assert_cmpstr(said_to(test, &form), ==, "en");
}

static void test_subject_and_hint_help(NounTest *test)
{
    InboundEvent event = letter(test, "a@bar.test", "E12, 33612");
    event.subject = "My machine is broken and it leaks";
    g_assert_cmpstr(said_to(test, &event), ==, "en");
    event.sender_address = event.sender_key = "b@bar.test";
    event.subject = "Re: My machine is broken and it leaks"; /* whoever wrote that */
    g_assert_cmpstr(said_to(test, &event), ==, "it");
    event.sender_address = event.sender_key = "c@bar.test";
    event.language_hint = "en-GB";
    g_assert_cmpstr(said_to(test, &event), ==, "en");
}

static void test_it_stays_until_a_person_says_so(NounTest *test)
{
    TicketEdit edit;
    PartyId john = add_contact(test, JOHN, "en");
    InboundEvent event = letter(test, JOHN, ITALIAN);
    TicketId ticket = open_one(test, &event);
    Party party;
    PartyRefusal refused;
    g_assert_true(party_find(test->tx, test->arena, john, &party));
    party.language = "it";
    g_assert_true(party_edit(test->tx, test->arena, &party, JOHN, &refused));
    g_assert_cmpstr(language_of(test, ticket), ==, "en");
    static const char *const steps[][2] = {{"it-IT", "it"}, {"fr", "it"}, {"", "it"}, {"en", "en"}};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, ticket, test->actor, test->now));
        ticket_edit_language(&edit, steps[i][0]);
        g_assert_true(ticket_edit_end(&edit));
        g_assert_cmpstr(language_of(test, ticket), ==, steps[i][1]);
    }
    size_t changes = 0;
    TicketEventHistory history = ticket_event_history(test->tx, test->arena, ticket);
    for (size_t i = 0; i < history.count; i++)
        changes += change_has(&history.items[i].event.change, FIELD_LANGUAGE);
    g_assert_cmpuint(changes, ==, 2);
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, ticket), ==, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/request-language/words", test_their_words_else_the_house);
    noun_test_each_engine("/request-language/said", test_what_a_person_said_comes_first);
    noun_test_each_engine("/request-language/not-theirs", test_words_that_are_not_theirs);
    noun_test_each_engine("/request-language/subject-and-hint", test_subject_and_hint_help);
    noun_test_each_engine("/request-language/stays", test_it_stays_until_a_person_says_so);
    return g_test_run();
}
