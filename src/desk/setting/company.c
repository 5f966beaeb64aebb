/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/company.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/party/identity.h"
#include "desk/party/phone.h"
#include "desk/setting/setting.h"

#include <string.h>

enum { ADDRESS_CHARS = 300 };

Company company_get(StoreTx *tx, Arena *arena)
{
    return (Company){
        .name = setting_get(tx, arena, SETTING_COMPANY_NAME),
        .address = setting_get(tx, arena, SETTING_COMPANY_ADDRESS),
        .vat_number = setting_get(tx, arena, SETTING_COMPANY_VAT),
        .pec = setting_get(tx, arena, SETTING_COMPANY_PEC),
        .phone = setting_get(tx, arena, SETTING_COMPANY_PHONE),
        .language = setting_get(tx, arena, SETTING_LANGUAGE),
        .reopen_days = setting_get(tx, arena, SETTING_REOPEN_DAYS),
        .undo_seconds = setting_get(tx, arena, SETTING_UNDO_SECONDS),
        .first_update_hours = setting_get(tx, arena, SETTING_FIRST_UPDATE_HOURS),
        .letter_days = setting_get(tx, arena, SETTING_LETTER_DAYS),
        .close_at_once = setting_get_int(tx, arena, SETTING_CLOSE_AT_ONCE) != 0,
        .version = setting_get_int(tx, arena, SETTING_VERSION),
    };
}

const char *company_phone_shown(Arena *arena, const char *e164)
{
    Phone phone;
    char shown[PHONE_DISPLAY_SIZE];
    if (phone_parse(e164, &phone) != PHONE_OK)
        return "";
    phone_display(&phone, shown);
    return arena_strdup(arena, shown);
}

/* --- checks --------------------------------------------------------------------------------------------------------- */

typedef struct Check {
    Arena *arena;
    InputError *wrong;
    size_t count;
} Check;

static void refuse(Check *check, const char *field, const char *key, const char *shown)
{
    check->wrong[check->count++] = (InputError){field, key, shown};
}

static void check_vat(Check *check, Company *company)
{
    VatNumber vat;
    IdentityReason reason = vat_number_parse(company->vat_number, &vat);
    company->vat_number = reason == IDENTITY_OK ? arena_strdup(check->arena, vat.text) : company->vat_number;
    if (reason != IDENTITY_OK && reason != IDENTITY_EMPTY)
        refuse(check, "vat_number", identity_reason_key(reason), company->vat_number);
}

static void check_pec(Check *check, Company *company)
{
    EmailAddress address;
    IdentityReason reason = email_address_parse(company->pec, &address);
    company->pec = reason == IDENTITY_OK ? arena_strdup(check->arena, address.text) : company->pec;
    if (reason != IDENTITY_OK && reason != IDENTITY_EMPTY)
        refuse(check, "pec", identity_reason_key(reason), company->pec);
}

static void check_phone(Check *check, Company *company)
{
    Phone phone;
    PhoneReason reason = phone_parse(company->phone, &phone);
    company->phone = reason == PHONE_OK ? arena_strdup(check->arena, phone.e164) : company->phone;
    if (reason != PHONE_OK && reason != PHONE_EMPTY)
        refuse(check, "phone", phone_reason_key(reason), company->phone);
    else if (reason == PHONE_OK && phone_tariff(&phone) == PHONE_DEARER)
        refuse(check, "phone", "company.error.dear_phone", company->phone);
}

static void check_number(Check *check, const char *field, const char **value, guint64 min, guint64 max)
{
    guint64 number;
    if (g_ascii_string_to_unsigned(*value, 10, min, max, &number, NULL))
        *value = arena_int(check->arena, (int64_t)number);
    else
        refuse(check, field, "setting.error.range",
               arena_printf(check->arena, "%" G_GUINT64_FORMAT "–%" G_GUINT64_FORMAT, min, max));
}

static const char *line(Arena *arena, const char *typed)
{
    return text_clean_line(arena, bytes_of(typed ? typed : ""));
}

static void clean(Arena *arena, Company *company)
{
    const char **texts[] = {&company->name,        &company->address,      &company->vat_number,
                            &company->pec,         &company->phone,        &company->language,
                            &company->reopen_days, &company->undo_seconds, &company->first_update_hours,
                            &company->letter_days};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = line(arena, *texts[i]);
}

size_t company_check(Arena *arena, Company *company, InputError wrong_out[COMPANY_FIELDS])
{
    Check check = {arena, wrong_out, 0};
    clean(arena, company);
    if (!*company->name || g_utf8_strlen(company->name, -1) > COMPANY_NAME_MAX)
        refuse(&check, "name", "company.error.name", NULL);
    if (g_utf8_strlen(company->address, -1) > ADDRESS_CHARS)
        refuse(&check, "address", "company.error.address", NULL);
    check_vat(&check, company);
    check_pec(&check, company);
    check_phone(&check, company);
    if (strcmp(company->language, "it") != 0 && strcmp(company->language, "en") != 0)
        refuse(&check, "language", "setting.error.language", NULL);
    check_number(&check, "reopen_days", &company->reopen_days, 0, 365);
    check_number(&check, "undo_seconds", &company->undo_seconds, 0, 120);
    check_number(&check, "first_update_hours", &company->first_update_hours, 1, 400);
    check_number(&check, "letter_days", &company->letter_days, 0, 365);
    return check.count;
}

/* --- storing -------------------------------------------------------------------------------------------------------- */

bool company_set(StoreTx *tx, const Company *company, Actor by, TimeMs now, InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const struct {
        SettingKey key;
        const char *value;
    } rows[] = {
        {SETTING_COMPANY_NAME, company->name},
        {SETTING_COMPANY_ADDRESS, company->address},
        {SETTING_COMPANY_VAT, company->vat_number},
        {SETTING_COMPANY_PEC, company->pec},
        {SETTING_COMPANY_PHONE, company->phone},
        {SETTING_LANGUAGE, company->language},
        {SETTING_REOPEN_DAYS, company->reopen_days},
        {SETTING_UNDO_SECONDS, company->undo_seconds},
        {SETTING_FIRST_UPDATE_HOURS, company->first_update_hours},
        {SETTING_LETTER_DAYS, company->letter_days},
        {SETTING_CLOSE_AT_ONCE, company->close_at_once ? "1" : "0"},
        {SETTING_VERSION, arena_int(arena, company->version + 1)},
    };
    if (setting_get_int(tx, arena, SETTING_VERSION) != company->version) {
        *refused_out = (InputError){"version", "setting.error.stale", NULL};
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!setting_set(tx, rows[i].key, rows[i].value, now, refused_out))
            return false;
    audit_add(tx, &(AuditEntry){now, by, "company.change", "setting", 0, NULL});
    return true;
}
