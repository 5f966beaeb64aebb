/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers of firms and offices are those they print on their own public pages; 00743110157 and RCCMNL83S18D969H are the
 * examples of python-stdnum, CCCFBA85… with all its omocodes that of python-codicefiscale, MRTMTT25D09F205Z that of the
 * Italian Wikipedia; 02342520158 is worked digit by digit at aino.it, 86334519757 at losapevi.it (an invented
 * office). */
#include "desk/party/identity.h"

#include <glib.h>
#include <string.h>

typedef struct Case {
    const char *typed;
    IdentityReason reason;
    const char *text;
} Case;

static void test_vat_numbers(void)
{
    static const Case cases[] = {
        {"00743110157", IDENTITY_OK, "00743110157"},
        {"02342520158", IDENTITY_OK, "02342520158"},
        {" it 00905 811-006 ", IDENTITY_OK, "00905811006"}, /* Eni */
        {"IT00159560366", IDENTITY_OK, "00159560366"},      /* Ferrari */
        {"06382641006", IDENTITY_OK, "06382641006"},        /* RAI */
        {"01114601006", IDENTITY_OK, "01114601006"},        /* Poste Italiane */
        {"00743110158", IDENTITY_CHECK, ""},
        {"07043110157", IDENTITY_CHECK, ""}, /* 0 and 7 exchanged */
        {"86334519757", IDENTITY_OFFICE, ""},
        {"00000000000", IDENTITY_NUMBER_ZERO, ""},
        {"0074311015", IDENTITY_LENGTH, ""},
        {"007431101571", IDENTITY_LENGTH, ""},
        {"IT007431101577777", IDENTITY_LENGTH, ""},
        {"0074311O157", IDENTITY_CHARACTER, ""}, /* the letter O */
        {"DE136695976", IDENTITY_CHARACTER, ""},
        {"00743110157é", IDENTITY_CHARACTER, ""},
        {"", IDENTITY_EMPTY, ""},
        {" - ", IDENTITY_EMPTY, ""},
        {"IT", IDENTITY_LENGTH, ""},
        {NULL, IDENTITY_EMPTY, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        VatNumber vat;
        g_assert_cmpint(vat_number_parse(cases[i].typed, &vat), ==, cases[i].reason);
        g_assert_cmpstr(vat.text, ==, cases[i].text);
    }
}

static void test_tax_codes(void)
{
    static const Case cases[] = {
        {"RCCMNL83S18D969H", IDENTITY_OK, "RCCMNL83S18D969H"},
        {"mrt mtt 25d09 f205z", IDENTITY_OK, "MRTMTT25D09F205Z"},
        {"80209930587", IDENTITY_OK, "80209930587"}, /* Sapienza, University of Rome */
        {"80078750587", IDENTITY_OK, "80078750587"}, /* INPS */
        {"RCCMNL83S18D967H", IDENTITY_CHECK, ""},
        {"CRCMNL83S18D969H", IDENTITY_CHECK, ""},
        {"80078750588", IDENTITY_CHECK, ""},
        {"RCCMNL83S18D969", IDENTITY_LENGTH, ""},
        {"RCCMNL83S18D969HH", IDENTITY_LENGTH, ""},
        {"RCCMNL83S18D9A9H", IDENTITY_CHARACTER, ""}, /* A is no letter of omocodia */
        {"RCCMN183S18D969H", IDENTITY_CHARACTER, ""},
        {"CCCFBA85B30L219F", IDENTITY_BIRTH_DATE, ""}, /* 30 February; check character worked out */
        {"CCCFBA85D71L219P", IDENTITY_BIRTH_DATE, ""}, /* a woman's 31 April */
        {"CCCFBA85D70L219Q", IDENTITY_OK, "CCCFBA85D70L219Q"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        TaxCode code;
        g_assert_cmpint(tax_code_parse(cases[i].typed, &code), ==, cases[i].reason);
        g_assert_cmpstr(code.text, ==, cases[i].text);
        if (cases[i].reason == IDENTITY_OK)
            g_assert_cmpint(code.kind, ==, strlen(code.text) == 16 ? TAX_CODE_PERSON : TAX_CODE_BODY);
    }
}

static void test_omocodes_have_one_plain_form(void)
{
    static const char *const codes[] = {"CCCFBA85D03L219P", "CCCFBA85D03L21VE", "CCCFBA85D03L2MVP", "CCCFBA85D03LNMVE",
                                        "CCCFBA85D0PLNMVA", "CCCFBA85DLPLNMVL", "CCCFBA8RDLPLNMVX", "CCCFBAURDLPLNMVU"};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        TaxCode code;
        g_assert_cmpint(tax_code_parse(codes[i], &code), ==, IDENTITY_OK);
        g_assert_cmpstr(code.text, ==, codes[i]);
        g_assert_cmpstr(code.plain, ==, codes[0]);
        g_assert_true(code.omocode == (i > 0));
    }
}

static void test_addresses(void)
{
    static const Case cases[] = {
        {" Info@Caffemeccanica.IT ", IDENTITY_OK, "Info@caffemeccanica.it"},
        {"ordini+v2@sub.example.co.uk", IDENTITY_OK, "ordini+v2@sub.example.co.uk"},
        {"d'angelo@example.it", IDENTITY_OK, "d'angelo@example.it"},
        {"rossi@caffè.it", IDENTITY_OK, "rossi@xn--caff-8oa.it"},
        {"protocollo@pec.comune.tolentino.mc.it", IDENTITY_OK, "protocollo@pec.comune.tolentino.mc.it"},
        {"", IDENTITY_EMPTY, ""},
        {"  ", IDENTITY_EMPTY, ""},
        {NULL, IDENTITY_EMPTY, ""},
        {"info.example.it", IDENTITY_NO_AT, ""},
        {"a@b@example.it", IDENTITY_NO_AT, ""},
        {"@example.it", IDENTITY_LOCAL_PART, ""},
        {".a@example.it", IDENTITY_LOCAL_PART, ""},
        {"a.@example.it", IDENTITY_LOCAL_PART, ""},
        {"a..b@example.it", IDENTITY_LOCAL_PART, ""},
        {"a b@example.it", IDENTITY_LOCAL_PART, ""},
        {"\"a b\"@example.it", IDENTITY_LOCAL_PART, ""},
        {"Mario <m@example.it", IDENTITY_LOCAL_PART, ""},
        {"a\r\nBcc: x@example.it", IDENTITY_LOCAL_PART, ""},
        {"perché@example.it", IDENTITY_LOCAL_PART, ""},
        {"a@localhost", IDENTITY_DOMAIN, ""},
        {"a@", IDENTITY_DOMAIN, ""},
        {"a@example.", IDENTITY_DOMAIN, ""},
        {"a@.it", IDENTITY_DOMAIN, ""},
        {"a@-b.it", IDENTITY_DOMAIN, ""},
        {"a@b_c.it", IDENTITY_DOMAIN, ""},
        {"a@192.168.1.1", IDENTITY_DOMAIN, ""},
        {"a@[192.168.1.1]", IDENTITY_DOMAIN, ""},
        {"a@example.it>", IDENTITY_DOMAIN, ""},
        {"a@exam\xff.it", IDENTITY_CHARACTER, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        EmailAddress address;
        IdentityReason reason = email_address_parse(cases[i].typed, &address);
        if (reason != cases[i].reason)
            g_error("%s gave %s", cases[i].typed, identity_reason_key(reason));
        g_assert_cmpstr(address.text, ==, cases[i].text);
    }
}

/* RFC 5321 4.5.3.1: 64 before the @, 254 in all. */
static void test_long_addresses_stop_at_the_limits(void)
{
    g_autofree char *local = g_strnfill(65, 'a'), *label = g_strnfill(60, 'b'), *endless = g_strnfill(1 << 20, '.');
    g_autofree char *at_limit = g_strdup_printf("%s@example.it", local + 1);
    g_autofree char *over = g_strdup_printf("%s@example.it", local);
    g_autofree char *whole = g_strdup_printf("%s@%s.%s.%s.it", local + 1, label, label, label);         /* 250 */
    g_autofree char *too_long = g_strdup_printf("%s@%s.%s.%s.abcdefg", local + 1, label, label, label); /* 255 */
    EmailAddress address;
    g_assert_cmpint(email_address_parse(at_limit, &address), ==, IDENTITY_OK);
    g_assert_cmpint(email_address_parse(over, &address), ==, IDENTITY_LOCAL_PART);
    g_assert_cmpint(email_address_parse(whole, &address), ==, IDENTITY_OK);
    g_assert_cmpstr(address.text, ==, whole);
    g_assert_cmpint(email_address_parse(too_long, &address), ==, IDENTITY_LENGTH);
    g_assert_cmpint(email_address_parse(endless, &address), ==, IDENTITY_LENGTH);
}

static void test_recipient_codes(void)
{
    static const struct {
        const char *typed;
        IdentityReason reason;
        const char *text;
        RecipientKind kind;
    } cases[] = {
        {"m5uxcr1", IDENTITY_OK, "M5UXCR1", RECIPIENT_CODE}, /* printed by its provider for all its customers */
        {"KRRH6B9", IDENTITY_OK, "KRRH6B9", RECIPIENT_CODE},   {"UFY9MH", IDENTITY_OK, "UFY9MH", RECIPIENT_OFFICE},
        {"0000000", IDENTITY_OK, "0000000", RECIPIENT_BY_PEC}, {"XXXXXXX", IDENTITY_OK, "XXXXXXX", RECIPIENT_FOREIGN},
        {"M5UXC", IDENTITY_LENGTH, "", RECIPIENT_CODE},        {"M5UXCR12", IDENTITY_LENGTH, "", RECIPIENT_CODE},
        {"M5UX_R1", IDENTITY_CHARACTER, "", RECIPIENT_CODE},   {"", IDENTITY_EMPTY, "", RECIPIENT_CODE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        RecipientCode code;
        g_assert_cmpint(recipient_code_parse(cases[i].typed, &code), ==, cases[i].reason);
        g_assert_cmpstr(code.text, ==, cases[i].text);
        g_assert_cmpint(code.kind, ==, cases[i].kind);
    }
}

static void test_every_reason_has_its_own_key(void)
{
    g_assert_cmpstr(identity_reason_key(IDENTITY_OK), ==, "");
    for (int i = IDENTITY_OK + 1; i < IDENTITY_REASON_COUNT; i++) {
        g_assert_true(g_str_has_prefix(identity_reason_key((IdentityReason)i), "identity.error."));
        for (int j = IDENTITY_OK; j < i; j++)
            g_assert_cmpstr(identity_reason_key((IdentityReason)i), !=, identity_reason_key((IdentityReason)j));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/vat", test_vat_numbers);
    g_test_add_func("/identity/tax-code", test_tax_codes);
    g_test_add_func("/identity/omocode", test_omocodes_have_one_plain_form);
    g_test_add_func("/identity/address", test_addresses);
    g_test_add_func("/identity/address-length", test_long_addresses_stop_at_the_limits);
    g_test_add_func("/identity/recipient", test_recipient_codes);
    g_test_add_func("/identity/keys", test_every_reason_has_its_own_key);
    return g_test_run();
}
