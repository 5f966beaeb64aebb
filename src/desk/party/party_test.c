/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/party.h"

#include "desk/noun_testing.h"

/* Two published examples of identity_test.c. */
#define VAT "00743110157"
#define FISCAL "MRTMTT25D09F205Z"

static PartyId party_make(NounTest *test, PartyKind kind, const char *name, const char *sort_key, const char *vat)
{
    PartyId id;
    PartyRefusal refused;
    Party party = {.kind = kind, .name = name, .buyer = BUYER_BUSINESS, .vat_number = vat, .language = "it"};
    g_assert_true(party_register(test->tx, test->arena, &party, sort_key, test->now, &id, &refused));
    return id;
}

static void test_what_is_typed_becomes_normal_form(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    InputError refused = {0};
    Party kept, typed = {.kind = PARTY_COMPANY,
                         .name = "  Bar\tCentrale ",
                         .vat_number = "IT 007.4311.0157",
                         .fiscal_code = "",
                         .sdi_code = "abc1234",
                         .language = "it-IT"};
    g_assert_true(party_read(arena, &typed, &kept, &refused));
    g_assert_cmpstr(kept.name, ==, "Bar Centrale");
    g_assert_cmpstr(kept.vat_number, ==, VAT);
    g_assert_null(kept.fiscal_code);
    g_assert_cmpstr(kept.sdi_code, ==, "ABC1234");
    g_assert_cmpstr(kept.language, ==, "it");

    typed.vat_number = "00743110158";
    g_assert_false(party_read(arena, &typed, &kept, &refused));
    g_assert_cmpstr(refused.field, ==, "vat_number");
    g_assert_cmpstr(refused.key, ==, "identity.error.check");
    typed.language = "fr";
    g_assert_false(party_read(arena, &typed, &kept, &refused));
    g_assert_cmpstr(refused.key, ==, "party.error.language");
    typed.name = " ";
    g_assert_false(party_read(arena, &typed, &kept, &refused));
    g_assert_cmpstr(refused.key, ==, "party.error.name");
}

static void test_contacts_have_one_form(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    InputError refused = {0};
    ContactPoint point;
    g_assert_true(contact_point_read(arena, CONTACT_PHONE, " 0733/12 34 56 ", "bar", &point, &refused));
    g_assert_cmpstr(point.value_key, ==, "+390733123456");
    g_assert_cmpstr(point.value, ==, "0733 123456");
    g_assert_cmpstr(point.label, ==, "bar");
    g_assert_true(contact_point_read(arena, CONTACT_EMAIL, " Anna@Example.ORG ", "", &point, &refused));
    g_assert_cmpstr(point.value_key, ==, "anna@example.org");
    g_assert_true(contact_point_read(arena, CONTACT_POSTAL, "Via Roma 1\n62029 Tolentino", "", &point, &refused));
    g_assert_cmpstr(point.value, ==, "Via Roma 1 62029 Tolentino");
    g_assert_false(contact_point_read(arena, CONTACT_POSTAL, " ", "", &point, &refused));
    g_assert_cmpstr(refused.key, ==, "party.error.contact");
    g_assert_false(contact_point_read(arena, CONTACT_PEC, "anna", "", &point, &refused));
    g_assert_cmpstr(refused.key, ==, "identity.error.no_at");
    g_assert_false(contact_point_read(arena, CONTACT_FAX, "112", "", &point, &refused));
    g_assert_cmpstr(refused.key, ==, "phone.error.short_code");
}

/* RFC 6531 lets a local part be any UTF-8 and says of no two that they are one. The small letters are Unicode's: U+212A has
 * k, U+212B \xc3\xa5, U+0130 i, U+1E9E \xc3\x9f; none of those has the sign as its capital. */
static void test_an_address_is_no_other(void)
{
    static const struct {
        const char *written, *key;
    } rows[] = {
        {" Luca.Bianchi@Bar.TEST ", "luca.bianchi@bar.test"},
        {"PER\xc3\x99@bar.test", "per\xc3\xb9@bar.test"}, /* keys that are stored already stay what they are */
        {"\xce\x9f\xce\x94\xce\x9f\xce\xa3@bar.test", "\xce\xbf\xce\xb4\xce\xbf\xcf\x82@bar.test"},
        {"mar\xe2\x84\xaa@bar.test", "mar\xe2\x84\xaa@bar.test"},
        {"MAR\xe2\x84\xaa@BAR.test", "mar\xe2\x84\xaa@bar.test"},
        {"\xe2\x84\xab@bar.test", "\xe2\x84\xab@bar.test"},
        {"l\xc4\xb0ra@bar.test", "l\xc4\xb0ra@bar.test"},
        {"stra\xe1\xba\x9e\x65@bar.test", "stra\xe1\xba\x9e\x65@bar.test"},
        {"", ""},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *key = contact_key_of_email(arena, rows[i].written);
        g_assert_cmpstr(key, ==, rows[i].key);
        g_assert_cmpstr(contact_key_of_email(arena, key), ==, key);
    }
}

static void test_duplicates_name_the_other_party(NounTest *test)
{
    PartyRefusal refused = {0};
    PartyId bar = party_make(test, PARTY_COMPANY, "Bar Centrale", "bar centrale", VAT), id;
    Party twin = {.kind = PARTY_COMPANY, .name = "Bar C.", .vat_number = VAT, .language = "it"};
    g_assert_false(party_register(test->tx, test->arena, &twin, "bar c.", test->now, &id, &refused));
    g_assert_cmpstr(refused.error.key, ==, "party.error.vat_number_taken");
    g_assert_cmpstr(refused.error.shown, ==, "Bar Centrale");
    g_assert_cmpint(refused.other.value, ==, bar.value);

    twin.vat_number = NULL;
    twin.fiscal_code = FISCAL;
    g_assert_true(party_register(test->tx, test->arena, &twin, "bar c.", test->now, &id, &refused));
    Party third = {.kind = PARTY_PERSON, .name = "Mario", .fiscal_code = FISCAL, .language = "it"};
    g_assert_false(party_register(test->tx, test->arena, &third, "mario", test->now, &bar, &refused));
    g_assert_cmpstr(refused.error.key, ==, "party.error.fiscal_code_taken");
    g_assert_cmpint(refused.other.value, ==, id.value);
}

static void test_edit(NounTest *test)
{
    PartyRefusal refused = {0};
    PartyId id = party_make(test, PARTY_COMPANY, "Bar Centrale", "bar centrale", VAT);
    party_make(test, PARTY_COMPANY, "Hotel", "hotel", NULL);
    Party seen, stored;
    g_assert_true(party_find(test->tx, test->arena, id, &seen));
    seen.name = "Gran Bar";
    g_assert_true(party_edit(test->tx, test->arena, &seen, "gran bar", &refused)); /* its own number is no duplicate */
    g_assert_true(party_find(test->tx, test->arena, id, &stored));
    g_assert_cmpstr(stored.name, ==, "Gran Bar");
    g_assert_cmpstr(stored.vat_number, ==, VAT);
    g_assert_false(party_edit(test->tx, test->arena, &seen, "gran bar", &refused));
    g_assert_cmpstr(refused.error.key, ==, "party.error.stale");
    seen.id.value = 999;
    g_assert_false(party_edit(test->tx, test->arena, &seen, "gran bar", &refused));
    g_assert_cmpstr(refused.error.key, ==, "party.error.not_found");
}

static bool put(NounTest *test, PartyId party, ContactKind kind, const char *typed, PartyRefusal *refused)
{
    ContactPoint point;
    InputError wrong;
    *refused = (PartyRefusal){0};
    g_assert_true(contact_point_read(test->arena, kind, typed, "", &point, &wrong));
    return contact_point_put(test->tx, test->arena, party, &point, test->now, refused);
}

static void test_contact_points(NounTest *test)
{
    PartyRefusal refused;
    PartyId bar = party_make(test, PARTY_COMPANY, "Bar", "bar", NULL);
    PartyId other = party_make(test, PARTY_COMPANY, "Hotel", "hotel", NULL);
    g_assert_true(put(test, bar, CONTACT_PHONE, "0733 123456", &refused));
    g_assert_true(put(test, bar, CONTACT_PHONE, "+39 0733 12.34.56", &refused)); /* the same number: kept once */
    g_assert_true(put(test, bar, CONTACT_EMAIL, "bar@example.org", &refused));
    g_assert_true(put(test, bar, CONTACT_POSTAL, "Via Roma 1", &refused));
    g_assert_true(put(test, bar, CONTACT_POSTAL, "Via Verdi 2", &refused));
    ContactPointList list = contact_point_list(test->tx, test->arena, bar);
    g_assert_cmpuint(list.count, ==, 4);

    g_assert_false(put(test, other, CONTACT_EMAIL, "BAR@example.org", &refused));
    g_assert_cmpstr(refused.error.key, ==, "party.error.contact_taken");
    g_assert_cmpstr(refused.error.shown, ==, "Bar");
    g_assert_cmpint(refused.other.value, ==, bar.value);
    g_assert_true(put(test, other, CONTACT_POSTAL, "Via Roma 1", &refused)); /* neighbours */

    g_assert_false(contact_point_remove(test->tx, other, list.items[1].id)); /* not the other's to take away */
    g_assert_true(contact_point_remove(test->tx, bar, list.items[1].id));
    g_assert_true(put(test, other, CONTACT_EMAIL, "bar@example.org", &refused));
    PartyMatch match;
    g_assert_true(party_find_by_contact(test->tx, test->arena, "bar@example.org", &match));
    g_assert_cmpint(match.contact.value, ==, other.value);
}

static void test_membership(NounTest *test)
{
    InputError wrong = {0};
    PartyRefusal refused;
    PartyId bar = party_make(test, PARTY_COMPANY, "Bar", "bar", NULL);
    PartyId hotel = party_make(test, PARTY_COMPANY, "Hotel", "hotel", NULL);
    PartyId anna = party_make(test, PARTY_PERSON, "Anna", "anna", NULL);
    PartyId zeno = party_make(test, PARTY_PERSON, "Zeno", "zeno", NULL);
    g_assert_true(membership_add(test->tx, test->arena, bar, zeno, "", &wrong));
    g_assert_true(membership_add(test->tx, test->arena, bar, anna, "", &wrong));
    g_assert_true(membership_add(test->tx, test->arena, hotel, anna, "direttrice", &wrong));
    g_assert_true(membership_add(test->tx, test->arena, bar, anna, "titolare", &wrong)); /* again: the role */
    g_assert_false(membership_add(test->tx, test->arena, anna, bar, "", &wrong));
    g_assert_cmpstr(wrong.key, ==, "party.error.membership_kinds");

    MembershipList people = membership_list_people(test->tx, test->arena, bar);
    g_assert_cmpuint(people.count, ==, 2);
    g_assert_cmpstr(people.items[0].name, ==, "Anna");
    g_assert_cmpstr(people.items[0].role, ==, "titolare");
    MembershipList companies = membership_list_companies(test->tx, test->arena, anna);
    g_assert_cmpuint(companies.count, ==, 2);
    g_assert_cmpint(companies.items[1].party.value, ==, hotel.value);

    g_assert_true(put(test, bar, CONTACT_PHONE, "0733 123456", &refused));
    g_assert_true(put(test, anna, CONTACT_PHONE, "0733 123456", &refused)); /* the switchboard */
    g_assert_false(put(test, hotel, CONTACT_PHONE, "0733 123456", &refused));
    g_assert_true(membership_remove(test->tx, bar, anna));
    g_assert_false(membership_remove(test->tx, bar, anna));
}

static void test_search_pages_by_prefix(NounTest *test)
{
    party_make(test, PARTY_COMPANY, "Bar Zeta", "bar zeta", NULL);
    party_make(test, PARTY_COMPANY, "Bar Alfa", "bar alfa", NULL);
    PartyId first = party_make(test, PARTY_COMPANY, "Bàr Beta", "bar beta", NULL);
    PartyId second = party_make(test, PARTY_COMPANY, "Bar Beta", "bar beta", NULL); /* the same key: the id decides */
    party_make(test, PARTY_COMPANY, "Bari Caffè", "bari caffe", NULL);
    party_make(test, PARTY_COMPANY, "Hotel", "hotel", NULL);

    PartyLines page = party_search(test->tx, test->arena, "bar ", (PartyCursor){0}, 2);
    g_assert_cmpuint(page.count, ==, 2);
    g_assert_cmpstr(page.items[0].name, ==, "Bar Alfa");
    g_assert_cmpint(page.items[1].id.value, ==, first.value);
    page = party_search(test->tx, test->arena, "bar ", (PartyCursor){page.items[1].sort_key, page.items[1].id}, 2);
    g_assert_cmpuint(page.count, ==, 2);
    g_assert_cmpint(page.items[0].id.value, ==, second.value);
    g_assert_cmpstr(page.items[1].name, ==, "Bar Zeta");
    g_assert_cmpuint(party_search(test->tx, test->arena, "bar", (PartyCursor){0}, 10).count, ==, 5);
    g_assert_cmpuint(party_search(test->tx, test->arena, "", (PartyCursor){0}, 10).count, ==, 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/party/read", test_what_is_typed_becomes_normal_form);
    g_test_add_func("/party/read-contact", test_contacts_have_one_form);
    g_test_add_func("/party/address-key", test_an_address_is_no_other);
    noun_test_each_engine("/party/duplicates", test_duplicates_name_the_other_party);
    noun_test_each_engine("/party/edit", test_edit);
    noun_test_each_engine("/party/contacts", test_contact_points);
    noun_test_each_engine("/party/membership", test_membership);
    noun_test_each_engine("/party/search", test_search_pages_by_prefix);
    return g_test_run();
}
