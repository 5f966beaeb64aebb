/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/identity.h"

#include <glib.h>
#include <string.h>

const char *identity_reason_key(IdentityReason reason)
{
    static const char *const keys[IDENTITY_REASON_COUNT] = {
        [IDENTITY_OK] = "",
        [IDENTITY_EMPTY] = "identity.error.empty",
        [IDENTITY_LENGTH] = "identity.error.length",
        [IDENTITY_CHARACTER] = "identity.error.character",
        [IDENTITY_CHECK] = "identity.error.check",
        [IDENTITY_OFFICE] = "identity.error.office",
        [IDENTITY_NUMBER_ZERO] = "identity.error.number_zero",
        [IDENTITY_BIRTH_DATE] = "identity.error.birth_date",
        [IDENTITY_NO_AT] = "identity.error.no_at",
        [IDENTITY_LOCAL_PART] = "identity.error.local_part",
        [IDENTITY_DOMAIN] = "identity.error.domain",
    };
    return keys[reason];
}

/* What was typed without spaces, dots, hyphens and slashes, in upper case. */
static IdentityReason code_compact(const char *typed, char *out, size_t size)
{
    size_t used = 0;
    if (!typed || strnlen(typed, IDENTITY_TYPED_MAX + 1) > IDENTITY_TYPED_MAX)
        return typed ? IDENTITY_LENGTH : IDENTITY_EMPTY;
    for (; *typed; typed++) {
        if (g_ascii_isspace(*typed) || strchr(".-/", *typed))
            continue;
        if (!g_ascii_isalnum(*typed))
            return IDENTITY_CHARACTER;
        if (used + 1 >= size)
            return IDENTITY_LENGTH;
        out[used++] = g_ascii_toupper(*typed);
    }
    out[used] = '\0';
    return used ? IDENTITY_OK : IDENTITY_EMPTY;
}

/* --- eleven digits ----------------------------------------------------------------------------------------------- */

/* Luhn: the digits in even places are doubled, and the digits of those products summed. */
static bool eleven_check_holds(const char *digits)
{
    int sum = 0;
    for (int i = 0; i < 11; i++) {
        int digit = digits[i] - '0';
        sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
    }
    return sum % 10 == 0;
}

static bool office_exists(const char *digits)
{
    int office = (digits[7] - '0') * 100 + (digits[8] - '0') * 10 + (digits[9] - '0');
    return (office >= 1 && office <= 111) || office == 120 || office == 121 || office == 888 || office == 999;
}

static IdentityReason eleven_check(const char *text)
{
    if (strspn(text, "0123456789") != strlen(text))
        return IDENTITY_CHARACTER;
    if (strlen(text) != 11)
        return IDENTITY_LENGTH;
    if (strncmp(text, "0000000", 7) == 0)
        return IDENTITY_NUMBER_ZERO;
    if (!eleven_check_holds(text))
        return IDENTITY_CHECK;
    return office_exists(text) ? IDENTITY_OK : IDENTITY_OFFICE;
}

IdentityReason vat_number_parse(const char *typed, VatNumber *vat_out)
{
    char text[14];
    vat_out->text[0] = '\0';
    IdentityReason reason = code_compact(typed, text, sizeof text);
    const char *digits = text;
    if (reason == IDENTITY_OK) {
        digits += strncmp(text, "IT", 2) == 0 ? 2 : 0;
        reason = eleven_check(digits);
    }
    if (reason == IDENTITY_OK)
        memcpy(vat_out->text, digits, sizeof vat_out->text);
    return reason;
}

/* --- sixteen characters ------------------------------------------------------------------------------------------ */

/* Where the digits stand, and the letters that take their place, 0 to 9, when two persons would share a code. */
static const int digit_places[] = {6, 7, 9, 10, 12, 13, 14};
static const char omocode_letters[] = "LMNPQRSTUV";

/* What a character in an odd place is worth (the first place is odd); digits count like the letters A to J. */
static const int odd_worth[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                  20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};

static char person_check_character(const char *text)
{
    int sum = 0;
    for (int i = 0; i < 15; i++) {
        int rank = g_ascii_isdigit(text[i]) ? text[i] - '0' : text[i] - 'A';
        sum += i % 2 == 0 ? odd_worth[rank] : rank;
    }
    return (char)('A' + sum % 26);
}

/* Turns the letters of omocodia back to digits; false where neither a digit nor such a letter stands. */
static bool person_make_plain(char *plain, bool *omocode_out)
{
    *omocode_out = false;
    for (size_t i = 0; i < G_N_ELEMENTS(digit_places); i++) {
        char *place = &plain[digit_places[i]];
        if (g_ascii_isdigit(*place))
            continue;
        const char *letter = strchr(omocode_letters, *place);
        if (!letter)
            return false;
        *place = (char)('0' + (letter - omocode_letters));
        *omocode_out = true;
    }
    return true;
}

static bool person_letters_stand(const char *plain)
{
    static const int letter_places[] = {0, 1, 2, 3, 4, 5, 8, 11, 15};
    for (size_t i = 0; i < G_N_ELEMENTS(letter_places); i++) {
        if (!g_ascii_isupper(plain[letter_places[i]]))
            return false;
    }
    return true;
}

/* Women's days are counted from 41. The century is unknown, so 29 February always may be. */
static bool person_birth_stands(const char *plain)
{
    static const char months[] = "ABCDEHLMPRST";
    static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *month = strchr(months, plain[8]);
    int day = (plain[9] - '0') * 10 + (plain[10] - '0');
    day -= day > 40 ? 40 : 0;
    return month && day >= 1 && day <= longest[month - months];
}

static IdentityReason person_parse(TaxCode *code)
{
    memcpy(code->plain, code->text, sizeof code->plain);
    code->kind = TAX_CODE_PERSON;
    if (!person_make_plain(code->plain, &code->omocode) || !person_letters_stand(code->plain))
        return IDENTITY_CHARACTER;
    if (person_check_character(code->text) != code->text[15])
        return IDENTITY_CHECK;
    code->plain[15] = person_check_character(code->plain);
    return person_birth_stands(code->plain) ? IDENTITY_OK : IDENTITY_BIRTH_DATE;
}

static IdentityReason body_parse(TaxCode *code)
{
    memcpy(code->plain, code->text, sizeof code->plain);
    code->kind = TAX_CODE_BODY;
    return eleven_check(code->text);
}

IdentityReason tax_code_parse(const char *typed, TaxCode *code_out)
{
    TaxCode code = {0};
    IdentityReason reason = code_compact(typed, code.text, sizeof code.text);
    if (reason == IDENTITY_OK)
        reason = strlen(code.text) == 16   ? person_parse(&code)
                 : strlen(code.text) == 11 ? body_parse(&code)
                                           : IDENTITY_LENGTH;
    *code_out = reason == IDENTITY_OK ? code : (TaxCode){0};
    return reason;
}

/* --- addresses ----------------------------------------------------------------------------------------------------- */

static bool local_part_stands(const char *local, size_t size)
{
    if (size < 1 || size > 64 || local[0] == '.' || local[size - 1] == '.')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isalnum(local[i]) && !strchr("!#$%&'*+-/=?^_`{|}~.", local[i]))
            return false;
        if (local[i] == '.' && local[i + 1] == '.')
            return false;
    }
    return true;
}

static bool label_stands(const char *label, size_t size)
{
    if (size < 1 || size > 63 || label[0] == '-' || label[size - 1] == '-')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return false;
    }
    return true;
}

/* Two labels or more; the last is not a number (that would be an address of the network). */
static bool domain_stands(const char *domain)
{
    int labels = 0;
    for (;; labels++) {
        size_t size = strcspn(domain, ".");
        if (!label_stands(domain, size))
            return false;
        if (!domain[size])
            return labels > 0 && size > 1 && strspn(domain, "0123456789") < size;
        domain += size + 1;
    }
}

static IdentityReason address_check(const char *text, size_t local_size, const char *domain)
{
    if (!local_part_stands(text, local_size))
        return IDENTITY_LOCAL_PART;
    if (!domain || strlen(domain) > 253 || !domain_stands(domain))
        return IDENTITY_DOMAIN;
    return local_size + 1 + strlen(domain) > 254 ? IDENTITY_LENGTH : IDENTITY_OK;
}

IdentityReason email_address_parse(const char *typed, EmailAddress *address_out)
{
    address_out->text[0] = '\0';
    if (!typed || strnlen(typed, IDENTITY_TYPED_MAX + 1) > IDENTITY_TYPED_MAX)
        return typed ? IDENTITY_LENGTH : IDENTITY_EMPTY;
    g_autofree char *text = g_strstrip(g_strdup(typed));
    if (!*text)
        return IDENTITY_EMPTY;
    const char *sign = strchr(text, '@');
    if (!sign || strchr(sign + 1, '@'))
        return IDENTITY_NO_AT;
    if (!g_utf8_validate(text, -1, NULL))
        return IDENTITY_CHARACTER;
    g_autofree char *ascii = g_hostname_to_ascii(sign + 1); /* NULL when no such name can be */
    g_autofree char *domain = ascii ? g_ascii_strdown(ascii, -1) : NULL;
    size_t local_size = (size_t)(sign - text);
    IdentityReason reason = address_check(text, local_size, domain);
    if (reason == IDENTITY_OK)
        g_snprintf(address_out->text, sizeof address_out->text, "%.*s@%s", (int)local_size, text, domain);
    return reason;
}

/* --- codice destinatario ------------------------------------------------------------------------------------------- */

IdentityReason recipient_code_parse(const char *typed, RecipientCode *code_out)
{
    char text[8];
    IdentityReason reason = code_compact(typed, text, sizeof text);
    if (reason == IDENTITY_OK && strlen(text) < 6)
        reason = IDENTITY_LENGTH;
    *code_out = (RecipientCode){0};
    if (reason != IDENTITY_OK)
        return reason;
    memcpy(code_out->text, text, sizeof text);
    code_out->kind = strlen(text) == 6              ? RECIPIENT_OFFICE
                     : strcmp(text, "0000000") == 0 ? RECIPIENT_BY_PEC
                     : strcmp(text, "XXXXXXX") == 0 ? RECIPIENT_FOREIGN
                                                    : RECIPIENT_CODE;
    return IDENTITY_OK;
}
