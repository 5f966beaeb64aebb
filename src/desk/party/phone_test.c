/* SPDX-License-Identifier: EUPL-1.2 */
/* Kinds by the first digits of AGCOM's numbering plan; +44 7700 900… and +44 20 7946 0… are Ofcom's numbers for drama;
 * 0733 is Tolentino's district, 06 Rome's, 085 Pescara's. */
#include "desk/party/phone.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *typed;
    PhoneReason reason;
    const char *e164;
    PhoneKind kind;
    const char *shown;
} cases[] = {
    {"0733 123456", PHONE_OK, "+390733123456", PHONE_GEOGRAPHIC, "0733 123456"},
    {"0733/12.34-56", PHONE_OK, "+390733123456", PHONE_GEOGRAPHIC, "0733 123456"},
    {"(0733) 123456", PHONE_OK, "+390733123456", PHONE_GEOGRAPHIC, "0733 123456"},
    {"+39 06 1234567", PHONE_OK, "+39061234567", PHONE_GEOGRAPHIC, "06 1234567"},
    {"+39 (0)6 1234567", PHONE_OK, "+39061234567", PHONE_GEOGRAPHIC, "06 1234567"},
    {"0039 085 1234567", PHONE_OK, "+390851234567", PHONE_GEOGRAPHIC, "085 1234567"},
    {"39061234567", PHONE_OK, "+39061234567", PHONE_GEOGRAPHIC, "06 1234567"},
    {"02 12345678", PHONE_OK, "+390212345678", PHONE_GEOGRAPHIC, "02 12345678"},
    {"333 1234567", PHONE_OK, "+393331234567", PHONE_MOBILE, "333 1234567"},
    {"+393331234567", PHONE_OK, "+393331234567", PHONE_MOBILE, "333 1234567"},
    {"393331234567", PHONE_OK, "+393331234567", PHONE_MOBILE, "333 1234567"},
    {"392 1234567", PHONE_OK, "+393921234567", PHONE_MOBILE, "392 1234567"}, /* 392 is a mobile prefix, not +39 */
    {"337 123456", PHONE_OK, "+39337123456", PHONE_MOBILE, "337 123456"},    /* old, six digits */
    {"800 123456", PHONE_OK, "+39800123456", PHONE_TOLL_FREE, "800 123456"},
    {"803 116", PHONE_OK, "+39803116", PHONE_TOLL_FREE, "803 116"},
    {"848 123456", PHONE_OK, "+39848123456", PHONE_SHARED_COST, "848 123456"},
    {"199 123456", PHONE_OK, "+39199123456", PHONE_UNIQUE, "199 123456"},
    {"899 123456", PHONE_OK, "+39899123456", PHONE_PREMIUM, "899 123456"},
    {"895 1234567", PHONE_OK, "+398951234567", PHONE_PREMIUM, "895 1234567"},
    {"55 12345678", PHONE_OK, "+395512345678", PHONE_NOMADIC, "551 2345678"},
    {"+44 7700 900123", PHONE_OK, "+447700900123", PHONE_FOREIGN, "+447700900123"},
    {"0044 (0)20 7946 0018", PHONE_OK, "+442079460018", PHONE_FOREIGN, "+442079460018"},
    {"+44 (0)20 7946 0018", PHONE_OK, "+442079460018", PHONE_FOREIGN, "+442079460018"},
    {"+1 (212) 555-0100", PHONE_OK, "+12125550100", PHONE_FOREIGN, "+12125550100"},
    {"", PHONE_EMPTY, "", 0, ""},
    {NULL, PHONE_EMPTY, "", 0, ""},
    {" +- ", PHONE_EMPTY, "", 0, ""},
    {"0733 123456 int. 12", PHONE_CHARACTER, "", 0, ""},
    {"chiamare Sara", PHONE_CHARACTER, "", 0, ""},
    {"0733+123456", PHONE_CHARACTER, "", 0, ""},
    {"0733", PHONE_LENGTH, "", 0, ""},
    {"0733 12345678901", PHONE_LENGTH, "", 0, ""},
    {"333 12345", PHONE_LENGTH, "", 0, ""},
    {"333 12345678", PHONE_LENGTH, "", 0, ""},
    {"+44 12", PHONE_LENGTH, "", 0, ""},
    {"+44 1234567890123456", PHONE_LENGTH, "", 0, ""},
    {"+39", PHONE_UNKNOWN, "", 0, ""},
    {"+0 123 456 789", PHONE_UNKNOWN, "", 0, ""},
    {"+39 2 12345678", PHONE_UNKNOWN, "", 0, ""}, /* Milan without its 0 */
    {"612345678", PHONE_UNKNOWN, "", 0, ""},
    {"112", PHONE_SHORT_CODE, "", 0, ""},
    {"4088", PHONE_SHORT_CODE, "", 0, ""},
};

static void test_what_people_type(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Phone phone;
        char shown[PHONE_DISPLAY_SIZE];
        PhoneReason reason = phone_parse(cases[i].typed, &phone);
        if (reason != cases[i].reason)
            g_error("%s: %s", cases[i].typed, phone_reason_key(reason));
        phone_display(&phone, shown);
        g_assert_cmpstr(phone.e164, ==, cases[i].e164);
        g_assert_cmpint(phone.kind, ==, cases[i].kind);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
}

static void test_e164_and_the_shown_form_read_back(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases) && cases[i].reason == PHONE_OK; i++) {
        Phone phone;
        g_assert_cmpint(phone_parse(cases[i].e164, &phone), ==, PHONE_OK);
        g_assert_cmpstr(phone.e164, ==, cases[i].e164);
        g_assert_cmpint(phone_parse(cases[i].shown, &phone), ==, PHONE_OK);
        g_assert_cmpstr(phone.e164, ==, cases[i].e164);
    }
}

/* Art. 64 Cod. cons., as domain.md section 5 reads it. */
static void test_the_customers_line_costs_the_basic_rate(void)
{
    static const struct {
        const char *typed;
        PhoneTariff tariff;
    } lines[] = {{"0733 123456", PHONE_BASIC}, {"333 1234567", PHONE_BASIC},  {"800 123456", PHONE_BASIC},
                 {"199 123456", PHONE_DEARER}, {"848 123456", PHONE_DEARER},  {"892 1234", PHONE_DEARER},
                 {"894 123456", PHONE_DEARER}, {"895 123456", PHONE_DEARER},  {"899 123456", PHONE_DEARER},
                 {"840 123456", PHONE_DEARER}, {"55 12345678", PHONE_UNSURE}, {"+44 20 7946 0018", PHONE_UNSURE}};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        Phone phone;
        g_assert_cmpint(phone_parse(lines[i].typed, &phone), ==, PHONE_OK);
        g_assert_cmpint(phone_tariff(&phone), ==, lines[i].tariff);
    }
}

static void test_endless_input_is_one_length_error(void)
{
    g_autofree char *endless = g_strnfill(1 << 20, '7');
    Phone phone;
    g_assert_cmpint(phone_parse(endless, &phone), ==, PHONE_LENGTH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/phone/typed", test_what_people_type);
    g_test_add_func("/phone/read-back", test_e164_and_the_shown_form_read_back);
    g_test_add_func("/phone/tariff", test_the_customers_line_costs_the_basic_rate);
    g_test_add_func("/phone/endless", test_endless_input_is_one_length_error);
    return g_test_run();
}
