/* SPDX-License-Identifier: EUPL-1.2 */
/* Source: issue 3, "an unknown sender at a customer's domain is proposed as theirs"; free-mail domains never count. */
#include "desk/party/domain.h"

#include "desk/noun_testing.h"

static PartyId add(NounTest *test, PartyKind kind, const char *name, const char *address)
{
    PartyId id = party_add(test->tx, &(Party){.kind = kind, .name = name, .language = "it"}, name, test->now);
    if (address)
        contact_point_add(test->tx, id,
                          &(ContactPoint){.kind = CONTACT_EMAIL, .value = address, .value_key = address, .label = ""},
                          test->now);
    return id;
}

static void join(NounTest *test, PartyId company, PartyId person)
{
    InputError refused;
    g_assert_true(membership_add(test->tx, test->arena, company, person, "", &refused));
}

static int64_t proposed(NounTest *test, PartyId person)
{
    PartyId company;
    const char *address;
    return domain_propose(test->tx, test->arena, person, &company, &address) ? company.value : 0;
}

static void test_domains(void)
{
    g_assert_cmpstr(domain_of_address("a@bar.test"), ==, "bar.test");
    g_assert_cmpstr(domain_of_address("@bar.test"), ==, "");
    g_assert_cmpstr(domain_of_address("a@b@bar.test"), ==, "");
    g_assert_cmpstr(domain_of_address("bar.test"), ==, "");
    static const char *const everybodys[] = {"gmail.com", "libero.it", "pec.it", "legalmail.it", "studio.legalmail.it"};
    for (size_t i = 0; i < G_N_ELEMENTS(everybodys); i++)
        g_assert_true(domain_is_shared(everybodys[i]));
    g_assert_false(domain_is_shared("bar.test"));
    g_assert_false(domain_is_shared("nongmail.com"));
}

static void test_exactly_one_company(NounTest *test)
{
    PartyId bar = add(test, PARTY_COMPANY, "Bar", NULL), anna = add(test, PARTY_PERSON, "Anna", "anna@bar.test");
    PartyId rossi = add(test, PARTY_PERSON, "Rossi", "rossi@bar.test");
    g_assert_cmpint(proposed(test, rossi), ==, 0); /* Anna is nobody's yet */
    join(test, bar, anna);
    g_assert_cmpint(proposed(test, rossi), ==, bar.value);
    g_assert_cmpint(proposed(test, anna), ==, 0); /* hers already */
    g_assert_cmpint(proposed(test, bar), ==, 0);

    PartyId forno = add(test, PARTY_COMPANY, "Forno", "info@forno.test");
    g_assert_cmpint(proposed(test, add(test, PARTY_PERSON, "Ugo", "ugo@forno.test")), ==, forno.value);
    g_assert_cmpint(proposed(test, add(test, PARTY_PERSON, "Ada", "ada@sub.forno.test")), ==, 0);

    add(test, PARTY_COMPANY, "Bar due", "due@bar.test");
    g_assert_cmpint(proposed(test, rossi), ==, 0); /* two now */
}

static void test_free_mail_is_nobodys(NounTest *test)
{
    add(test, PARTY_COMPANY, "Bar", "bar@gmail.com");
    g_assert_cmpint(proposed(test, add(test, PARTY_PERSON, "Rossi", "rossi@gmail.com")), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain/names", test_domains);
    noun_test_each_engine("/domain/one", test_exactly_one_company);
    noun_test_each_engine("/domain/free", test_free_mail_is_nobodys);
    return g_test_run();
}
