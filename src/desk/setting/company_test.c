/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/company.h"

#include "desk/desk.h"
#include "desk/noun_testing.h"
#include "desk/setting/setting.h"

#include <string.h>

/* Partita IVA 01234560157: 0+2+4+6+1=13 in odd places; 1→2 3→6 5→1 0→0 5→1 = 10; 23 → check 7. */
static Company typed(void)
{
    return (Company){.name = "  Caffemeccanica\tS.r.l. ",
                     .address = "Via del Vapore 1, 62029 Tolentino",
                     .vat_number = "IT 01234560157",
                     .pec = "caffe@PEC.test",
                     .phone = "0733 960000",
                     .language = "it",
                     .reopen_days = "30",
                     .undo_seconds = "0",
                     .letter_days = "15",
                     .first_update_hours = "4",
                     .close_at_once = true,
                     .version = 1};
}

static void test_checked_and_stored_and_read_again(NounTest *test)
{
    InputError wrong[COMPANY_FIELDS], refused;
    Company company = typed();
    g_assert_cmpuint(company_check(test->arena, &company, wrong), ==, 0);
    g_assert_cmpstr(company.name, ==, "Caffemeccanica S.r.l.");
    g_assert_cmpstr(company.vat_number, ==, "01234560157");
    g_assert_cmpstr(company.phone, ==, "+390733960000");
    g_assert_true(company_set(test->tx, &company, test->actor, test->now, &refused));
    Company read = company_get(test->tx, test->arena);
    g_assert_cmpstr(read.name, ==, "Caffemeccanica S.r.l.");
    g_assert_cmpstr(read.reopen_days, ==, "30");
    g_assert_true(read.close_at_once);
    g_assert_cmpint(read.version, ==, 2);
    g_assert_cmpint(setting_get_int(test->tx, test->arena, SETTING_FIRST_UPDATE_HOURS), ==, 4);
    g_assert_cmpstr(company_phone_shown(test->arena, read.phone), ==, "0733 960000");
}

static void test_a_stale_write_changes_nothing(NounTest *test)
{
    InputError wrong[COMPANY_FIELDS], refused;
    Company first = typed(), second = typed();
    second.name = "Un'altra";
    company_check(test->arena, &first, wrong);
    company_check(test->arena, &second, wrong);
    g_assert_true(company_set(test->tx, &first, test->actor, test->now, &refused));
    g_assert_false(company_set(test->tx, &second, test->actor, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "setting.error.stale");
    g_assert_cmpstr(company_get(test->tx, test->arena).name, ==, "Caffemeccanica S.r.l.");
}

static void test_every_wrong_field_is_named(NounTest *test)
{
    InputError wrong[COMPANY_FIELDS];
    Company company = {.name = " ",
                       .vat_number = "01234560158",
                       .pec = "niente",
                       .phone = "abc",
                       .language = "fr",
                       .reopen_days = "-1",
                       .undo_seconds = "121",
                       .first_update_hours = "0",
                       .letter_days = "366"};
    const char *fields[] = {"name",        "vat_number",   "pec",                "phone",      "language",
                            "reopen_days", "undo_seconds", "first_update_hours", "letter_days"};
    g_assert_cmpuint(company_check(test->arena, &company, wrong), ==, G_N_ELEMENTS(fields));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        g_assert_cmpstr(wrong[i].field, ==, fields[i]);
}

/* Art. 64 Cod. cons.: the line customers call costs no more than the basic rate. */
static void test_a_dear_number_is_refused(NounTest *test)
{
    InputError wrong[COMPANY_FIELDS];
    Company company = typed();
    company.phone = "199 123456";
    g_assert_cmpuint(company_check(test->arena, &company, wrong), ==, 1);
    g_assert_cmpstr(wrong[0].key, ==, "company.error.dear_phone");
    company.phone = "800 123456";
    g_assert_cmpuint(company_check(test->arena, &company, wrong), ==, 0);
}

static bool rename_company(StoreTx *tx, void *arg)
{
    InputError wrong[COMPANY_FIELDS], refused;
    Company company = typed();
    return company_check(arg, &company, wrong) == 0 && company_set(tx, &company, ACTOR_OF_SYSTEM, TEST_NOW, &refused);
}

/* What another node has changed is seen by asking, and asking again changes nothing. */
static void test_the_policy_follows(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    g_autoptr(Desk) desk = desk_new(house.store, &house.clock.clock, &error);
    g_assert_no_error(error);
    const DeskPolicy *before = desk_policy(desk);
    g_assert_true(desk_refresh(desk, &error));
    g_assert_true(desk_policy(desk) == before);
    g_assert_true(house_write(&house, rename_company, house.arena));
    g_assert_true(desk_refresh(desk, &error));
    g_assert_cmpstr(desk_policy(desk)->company_name, ==, "Caffemeccanica S.r.l.");
    g_assert_cmpstr(desk_policy(desk)->company_phone_shown, ==, "0733 960000");
    desk_free(g_steal_pointer(&desk));
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/company/round", test_checked_and_stored_and_read_again);
    noun_test_each_engine("/company/stale", test_a_stale_write_changes_nothing);
    noun_test_each_engine("/company/wrong", test_every_wrong_field_is_named);
    noun_test_each_engine("/company/dear-number", test_a_dear_number_is_refused);
    desk_test_each_engine("/company/policy", test_the_policy_follows);
    return g_test_run();
}
