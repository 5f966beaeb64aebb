/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/permission.h"

#include <glib.h>
#include <string.h>

static const StaffRole every_role[] = {ROLE_ADMIN, ROLE_SUPERVISOR, ROLE_OPERATOR, ROLE_QUALITY, ROLE_READER};

/* The table as a person would draw it, apart from the code's: who may (a s o q r), word by word. */
static const struct {
    const char *word, *who;
} expected[] = {
    {"ticket.read", "asoqr"},   {"ticket.write", "aso"},   {"ticket.assign", "aso"},   {"ticket.code", "asoq"},
    {"party.read", "asoqr"},    {"party.write", "aso"},    {"party.erase", "a"},       {"product.read", "asoqr"},
    {"product.write", "as"},    {"item.write", "aso"},     {"code.read", "asoqr"},     {"code.write", "asq"},
    {"solution.read", "asoqr"}, {"solution.write", "asoq"}, {"solution.publish", "asq"}, {"cost.read", "asoq"},
    {"cost.write", "aso"},      {"tariff.write", "a"},     {"report.read", "asqr"},    {"report.export", "asq"},
    {"staff.read", "asoqr"},    {"staff.write", "a"},      {"settings.read", "asq"},    {"settings.write", "a"},
    {"token.write", "a"},       {"import.run", "as"},      {"audit.read", "a"},
    {"metrics.read", "a"},
};

static void test_table(void)
{
    g_assert_cmpuint(permission_count, ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        for (size_t role = 0; role < G_N_ELEMENTS(every_role); role++) {
            bool may = strchr(expected[i].who, "asoqr"[role]) != NULL;
            if (permission_allows(every_role[role], expected[i].word) != may)
                g_error("%s, role %c", expected[i].word, "asoqr"[role]);
        }
}

static void test_rows(void)
{
    for (size_t i = 0; i < permission_count; i++) {
        g_assert_true(permission_is_known(permissions[i].word));
        g_assert_true(permission_allows(ROLE_ADMIN, permissions[i].word));
        g_assert_cmpuint(strlen(permissions[i].what), >, 10);
        g_assert_null(strchr(permissions[i].word, ' ')); /* scopes are parted by spaces */
        for (size_t other = 0; other < i; other++)
            g_assert_cmpstr(permissions[i].word, !=, permissions[other].word);
    }
}

static void test_words_outside(void)
{
    for (size_t role = 0; role < G_N_ELEMENTS(every_role); role++) {
        g_assert_true(permission_allows(every_role[role], "public"));
        g_assert_true(permission_allows(every_role[role], "own.account"));
        g_assert_false(permission_allows(every_role[role], "ticket"));
        g_assert_false(permission_allows(every_role[role], ""));
        g_assert_false(permission_allows(every_role[role], "ticket.readx"));
    }
    g_assert_true(permission_is_known("public"));
    g_assert_false(permission_is_known("ticket.Read"));
    g_assert_false(permission_is_known(""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/permission/table", test_table);
    g_test_add_func("/permission/rows", test_rows);
    g_test_add_func("/permission/words-outside", test_words_outside);
    return g_test_run();
}
