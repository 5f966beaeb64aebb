/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/phone.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Italian numbers by their first digits; the first row that fits decides. Digits are of the national number, with its
 * leading 0. Old geographic and mobile numbers are shorter than new ones, hence the ranges. */
static const struct {
    const char *prefix;
    int min_digits, max_digits;
    PhoneKind kind;
    int area_digits; /* shown apart; 0: see area_digits_of */
} plan[] = {
    {"0", 6, 11, PHONE_GEOGRAPHIC, 0},   {"3", 9, 10, PHONE_MOBILE, 3},       {"5", 8, 10, PHONE_NOMADIC, 3},
    {"7", 7, 10, PHONE_INTERNET, 3},     {"803", 6, 9, PHONE_TOLL_FREE, 3},   {"800", 6, 9, PHONE_TOLL_FREE, 3},
    {"840", 6, 9, PHONE_SHARED_COST, 3}, {"841", 6, 9, PHONE_SHARED_COST, 3}, {"847", 6, 9, PHONE_SHARED_COST, 3},
    {"848", 6, 9, PHONE_SHARED_COST, 3}, {"178", 8, 11, PHONE_UNIQUE, 3},     {"199", 6, 9, PHONE_UNIQUE, 3},
    {"892", 6, 9, PHONE_PREMIUM, 3},     {"893", 6, 9, PHONE_PREMIUM, 3},     {"894", 6, 9, PHONE_PREMIUM, 3},
    {"895", 6, 10, PHONE_PREMIUM, 3},    {"899", 6, 9, PHONE_PREMIUM, 3},
};

#define NO_ROW G_N_ELEMENTS(plan)

static size_t plan_row(const char *national)
{
    size_t row = 0;
    while (row < NO_ROW && strncmp(national, plan[row].prefix, strlen(plan[row].prefix)) != 0)
        row++;
    return row;
}

const char *phone_reason_key(PhoneReason reason)
{
    static const char *const keys[PHONE_REASON_COUNT] = {
        [PHONE_OK] = "",
        [PHONE_EMPTY] = "phone.error.empty",
        [PHONE_CHARACTER] = "phone.error.character",
        [PHONE_LENGTH] = "phone.error.length",
        [PHONE_UNKNOWN] = "phone.error.unknown",
        [PHONE_SHORT_CODE] = "phone.error.short_code",
    };
    return keys[reason];
}

/* The digits of what was typed, a leading + kept as "+". A "(0)" is kept out and told: abroad it is not dialled after
 * the country's code, in Italy it is. */
static PhoneReason digits_read(const char *typed, char out[PHONE_TYPED_MAX + 1], size_t *trunk_at_out)
{
    size_t used = 0;
    *trunk_at_out = 0;
    if (!typed || strnlen(typed, PHONE_TYPED_MAX + 1) > PHONE_TYPED_MAX)
        return typed ? PHONE_LENGTH : PHONE_EMPTY;
    for (const char *at = typed; *at; at++) {
        if (strncmp(at, "(0)", 3) == 0 && used > 0)
            *trunk_at_out = used;
        if (g_ascii_isdigit(*at) || (*at == '+' && used == 0))
            out[used++] = *at;
        else if (!g_ascii_isspace(*at) && !strchr("().-/", *at))
            return PHONE_CHARACTER;
    }
    out[used] = '\0';
    return used > (out[0] == '+' ? 1u : 0u) ? PHONE_OK : PHONE_EMPTY;
}

static PhoneReason italian_parse(const char *national, Phone *phone_out)
{
    size_t row = plan_row(national), digits = strlen(national);
    if (row == NO_ROW)
        return *national == '1' || *national == '4' ? PHONE_SHORT_CODE : PHONE_UNKNOWN;
    if (digits < (size_t)plan[row].min_digits || digits > (size_t)plan[row].max_digits)
        return PHONE_LENGTH;
    phone_out->kind = plan[row].kind;
    g_snprintf(phone_out->e164, sizeof phone_out->e164, "+39%s", national);
    return PHONE_OK;
}

static PhoneReason foreign_parse(const char *digits, Phone *phone_out)
{
    if (digits[0] == '0')
        return PHONE_UNKNOWN;
    if (strlen(digits) < 7 || strlen(digits) > 15)
        return PHONE_LENGTH;
    phone_out->kind = PHONE_FOREIGN;
    g_snprintf(phone_out->e164, sizeof phone_out->e164, "+%s", digits);
    return PHONE_OK;
}

/* Exchanges and messengers write 393331234567 without a +: no Italian number of its own is so long. */
static bool is_bare_international(const char *digits)
{
    return strncmp(digits, "39", 2) == 0 && strlen(digits) > 10 && (digits[2] == '0' || digits[2] == '3');
}

PhoneReason phone_parse(const char *typed, Phone *phone_out)
{
    char text[PHONE_TYPED_MAX + 1];
    size_t trunk_at;
    *phone_out = (Phone){0};
    PhoneReason reason = digits_read(typed, text, &trunk_at);
    if (reason != PHONE_OK)
        return reason;
    size_t international = text[0] == '+' ? 1 : strncmp(text, "00", 2) == 0 ? 2 : 0;
    char *digits = text + international;
    if (!international && !is_bare_international(digits))
        return italian_parse(digits, phone_out);
    if (strncmp(digits, "39", 2) == 0)
        return italian_parse(digits + 2, phone_out);
    if (trunk_at > international)
        memmove(text + trunk_at, text + trunk_at + 1, strlen(text + trunk_at));
    return foreign_parse(digits, phone_out);
}

/* Milan and Rome have two digits; three where the third is 0, 1, 5 or 9 (chief towns of old districts); else four. */
static int area_digits_of(const char *national)
{
    if (national[1] == '2' || national[1] == '6')
        return 2;
    return strchr("0159", national[2]) ? 3 : 4;
}

void phone_display(const Phone *phone, char out[PHONE_DISPLAY_SIZE])
{
    const char *national = phone->e164 + 3;
    if (phone->kind == PHONE_FOREIGN || !phone->e164[0]) {
        g_strlcpy(out, phone->e164, PHONE_DISPLAY_SIZE);
        return;
    }
    int area = phone->kind == PHONE_GEOGRAPHIC ? area_digits_of(national) : plan[plan_row(national)].area_digits;
    g_snprintf(out, PHONE_DISPLAY_SIZE, "%.*s %s", area, national, national + area);
}

PhoneTariff phone_tariff(const Phone *phone)
{
    static const PhoneTariff tariffs[PHONE_KIND_COUNT] = {
        [PHONE_GEOGRAPHIC] = PHONE_BASIC, [PHONE_MOBILE] = PHONE_BASIC,       [PHONE_TOLL_FREE] = PHONE_BASIC,
        [PHONE_NOMADIC] = PHONE_UNSURE,   [PHONE_INTERNET] = PHONE_UNSURE,    [PHONE_FOREIGN] = PHONE_UNSURE,
        [PHONE_UNIQUE] = PHONE_DEARER,    [PHONE_SHARED_COST] = PHONE_DEARER, [PHONE_PREMIUM] = PHONE_DEARER,
    };
    return tariffs[phone->kind];
}
