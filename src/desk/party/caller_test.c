/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/caller.h"

#include "desk/noun_testing.h"

typedef struct Found {
    PartyId customer, contact;
} Found;

static Found find(NounTest *test, const char *customer, const char *person, const char *contact)
{
    Caller caller;
    InputError refused;
    Found found = {0};
    g_assert_true(caller_read(test->arena, customer, person, contact, &caller, &refused));
    g_assert_true(
        caller_find_or_add(test->tx, test->arena, &caller, test->now, &found.customer, &found.contact, &refused));
    return found;
}

static void test_twice_is_one(NounTest *test)
{
    Found first = find(test, "Bar Centrale", "Lucia Ferri", "0733 960000");
    Found again = find(test, "bar centrale", "Lucia Ferri", "0733/960000");
    g_assert_cmpint(first.customer.value, !=, first.contact.value);
    g_assert_cmpint(again.customer.value, ==, first.customer.value);
    g_assert_cmpint(again.contact.value, ==, first.contact.value);
    g_assert_cmpuint(party_search(test->tx, test->arena, "", (PartyCursor){0}, 10).count, ==, 2);
}

static void test_number_alone_is_enough(NounTest *test)
{
    Found known = find(test, "Bar Centrale", "Lucia Ferri", "333 1234567");
    Found other_words = find(test, "il bar di Lucia", "", "+39 333 1234567");
    g_assert_cmpint(other_words.customer.value, ==, known.customer.value);
    g_assert_cmpint(other_words.contact.value, ==, known.contact.value);
    Found by_person = find(test, "Lucia Ferri", "", "333 1234567");
    g_assert_cmpint(by_person.customer.value, ==, known.customer.value);
}

static void test_name_with_a_new_number(NounTest *test)
{
    Found known = find(test, "Bar Centrale", "Lucia Ferri", "333 1234567");
    Found marco = find(test, "Bar Centrale", "Marco Vitali", "marco@bar.test");
    g_assert_cmpint(marco.customer.value, ==, known.customer.value);
    g_assert_cmpint(marco.contact.value, !=, known.contact.value);
    PartyMatch match;
    g_assert_true(party_find_by_contact(test->tx, test->arena, "marco@bar.test", &match));
    g_assert_cmpint(match.contact.value, ==, marco.contact.value);
    g_assert_cmpint(match.customer.value, ==, known.customer.value);
}

/* A number that is somebody else's stays theirs. */
static void test_a_borrowed_telephone(NounTest *test)
{
    Found hotel = find(test, "Hotel Belvedere", "", "0733 111222");
    Found bar = find(test, "Bar Centrale", "", "0733 960000");
    Found borrowed = find(test, "Bar Centrale", "", "0733 111222");
    PartyMatch match;
    g_assert_cmpint(borrowed.customer.value, ==, bar.customer.value);
    g_assert_true(party_find_by_contact(test->tx, test->arena, "+390733111222", &match));
    g_assert_cmpint(match.customer.value, ==, hotel.customer.value);
}

static void test_two_of_one_name(NounTest *test)
{
    Caller caller;
    InputError refused = {0};
    PartyId customer, contact;
    Party party = {.kind = PARTY_PERSON, .name = "Mario Rossi", .buyer = BUYER_UNKNOWN, .language = "it"};
    party_add(test->tx, &party, "mario rossi", test->now);
    party_add(test->tx, &party, "mario rossi", test->now);
    g_assert_true(caller_read(test->arena, "Mario Rossi", "", "333 7654321", &caller, &refused));
    g_assert_false(caller_find_or_add(test->tx, test->arena, &caller, test->now, &customer, &contact, &refused));
    g_assert_cmpstr(refused.key, ==, "caller.error.ambiguous");
}

static void test_unreadable_contact(NounTest *test)
{
    Caller caller;
    InputError refused = {0};
    g_assert_false(caller_read(test->arena, "Bar", "", "domani", &caller, &refused));
    g_assert_cmpstr(refused.field, ==, "contact");
    g_assert_cmpstr(refused.key, ==, "phone.error.character");
    g_assert_false(caller_read(test->arena, "Bar", "", "a@", &caller, &refused));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/caller/twice", test_twice_is_one);
    noun_test_each_engine("/caller/number", test_number_alone_is_enough);
    noun_test_each_engine("/caller/name", test_name_with_a_new_number);
    noun_test_each_engine("/caller/borrowed", test_a_borrowed_telephone);
    noun_test_each_engine("/caller/two", test_two_of_one_name);
    noun_test_each_engine("/caller/unreadable", test_unreadable_contact);
    return g_test_run();
}
