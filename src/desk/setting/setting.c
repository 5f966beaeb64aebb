/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/setting.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "setting_sql.h"

#include <string.h>

/* Until the owner enters the house's hours: what most Italian companies keep. */
#define USUAL_DAY "9:00–13:00, 14:00–18:00"

/* A check says why a value cannot be, by catalogue key; NULL when it can. */
typedef const char *(*SettingCheck)(const char *value);

static const char *check_not_blank(const char *value)
{
    return text_is_blank(value) ? "setting.error.blank" : NULL;
}

static const char *check_any(const char *value)
{
    (void)value;
    return NULL;
}

static const char *check_language(const char *value)
{
    return strcmp(value, "it") == 0 || strcmp(value, "en") == 0 ? NULL : "setting.error.language";
}

static const char *check_zone(const char *value)
{
    g_autoptr(GTimeZone) zone = zone_find(value);
    return zone ? NULL : "setting.error.zone";
}

static const char *check_number(const char *value)
{
    guint64 number;
    return g_ascii_string_to_unsigned(value, 10, 0, 100000, &number, NULL) ? NULL : "setting.error.number";
}

static const struct {
    const char *key;
    const char *value; /* when none is stored */
    SettingCheck check;
} settings[SETTING_COUNT] = {
    [SETTING_COMPANY_NAME] = {"company.name", "Filo", check_not_blank},
    [SETTING_COMPANY_ADDRESS] = {"company.address", "", check_any},
    [SETTING_COMPANY_VAT] = {"company.vat_number", "", check_any},
    [SETTING_COMPANY_PEC] = {"company.pec", "", check_any},
    [SETTING_COMPANY_PHONE] = {"company.phone", "", check_any},
    [SETTING_LANGUAGE] = {"company.language", "it", check_language},
    [SETTING_TIME_ZONE] = {"company.time_zone", "Europe/Rome", check_zone},
    [SETTING_REOPEN_DAYS] = {"ticket.reopen_days", "14", check_number},
    [SETTING_UNDO_SECONDS] = {"message.undo_seconds", "10", check_number},
    [SETTING_LETTER_DAYS] = {"certified.answer_days", "15", check_number},
    [SETTING_FIRST_UPDATE_HOURS] = {"ticket.first_update_hours", "8", check_number},
    [SETTING_CLOSE_AT_ONCE] = {"ticket.close_at_once", "0", check_number},
    [SETTING_CALENDAR_MONDAY] = {"calendar.monday", USUAL_DAY, check_any},
    [SETTING_CALENDAR_TUESDAY] = {"calendar.tuesday", USUAL_DAY, check_any},
    [SETTING_CALENDAR_WEDNESDAY] = {"calendar.wednesday", USUAL_DAY, check_any},
    [SETTING_CALENDAR_THURSDAY] = {"calendar.thursday", USUAL_DAY, check_any},
    [SETTING_CALENDAR_FRIDAY] = {"calendar.friday", USUAL_DAY, check_any},
    [SETTING_CALENDAR_SATURDAY] = {"calendar.saturday", "", check_any},
    [SETTING_CALENDAR_SUNDAY] = {"calendar.sunday", "", check_any},
    [SETTING_CALENDAR_HOLIDAYS] = {"calendar.holidays", "1", check_number},
    [SETTING_CALENDAR_PATRON] = {"calendar.patron", "", check_any},
    [SETTING_CALENDAR_CLOSURES] = {"calendar.closures", "", check_any},
    [SETTING_CALENDAR_VERSION] = {"calendar.version", "1", check_number},
    [SETTING_START_TOKEN] = {"start.token_sha256", "", check_any},
    [SETTING_DEMO] = {"company.demo", "0", check_number},
    [SETTING_VERSION] = {"company.version", "1", check_number},
    [SETTING_DEMO_PASSWORD] = {"company.demo_password", "", check_any},
    [SETTING_DKIM_SELECTORS] = {"mail.dkim_selectors", "", check_any},
    [SETTING_SLOW_SERVERS] = {"mail.slow_servers", "", check_any},
};

const char *setting_get(StoreTx *tx, Arena *arena, SettingKey key)
{
    SqlSettingFind row;
    return sql_setting_find(tx, arena, &(SqlSettingFindIn){settings[key].key}, &row) ? row.value : settings[key].value;
}

int64_t setting_get_int(StoreTx *tx, Arena *arena, SettingKey key)
{
    return g_ascii_strtoll(setting_get(tx, arena, key), NULL, 10);
}

bool setting_set(StoreTx *tx, SettingKey key, const char *value, TimeMs now, InputError *refused_out)
{
    const char *why = settings[key].check(value);
    if (why) {
        *refused_out = (InputError){settings[key].key, why, value};
        return false;
    }
    sql_setting_put(tx, &(SqlSettingPutIn){settings[key].key, value, now});
    return true;
}

/* The row types have the same columns; C does not know. */
#define ACCOUNT_OF_ROW(row)                                                                                            \
    ((ChannelAccount){(row).channel_account_id, (row).channel, (row).name, (row).address, (row).config,                \
                      (row).sealed_secret, (row).signature, (row).active, (row).version})

void channel_account_put(StoreTx *tx, const ChannelAccount *account)
{
    sql_channel_account_upsert(tx,
                               &(SqlChannelAccountUpsertIn){account->channel, account->name, account->address,
                                                            account->config, account->sealed_secret, account->active});
}

bool channel_account_find(StoreTx *tx, Arena *arena, const char *name, ChannelAccount *account_out)
{
    SqlChannelAccountFindName row;
    if (!sql_channel_account_find_name(tx, arena, &(SqlChannelAccountFindNameIn){name}, &row))
        return false;
    *account_out = ACCOUNT_OF_ROW(row);
    return true;
}

ChannelAccountList channel_account_list(StoreTx *tx, Arena *arena)
{
    SqlChannelAccountAllList rows = sql_channel_account_all(tx, arena);
    ChannelAccountList list = {ARENA_ARRAY(arena, ChannelAccount, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (ChannelAccount){.id = rows.rows[i].channel_account_id,
                                         .channel = rows.rows[i].channel,
                                         .name = rows.rows[i].name,
                                         .address = rows.rows[i].address,
                                         .config = rows.rows[i].config,
                                         .signature = rows.rows[i].signature,
                                         .active = rows.rows[i].active,
                                         .version = rows.rows[i].version};
    return list;
}

enum { ACCOUNT_NAME_MAX = 40, SIGNATURE_MAX = 1000 };

static bool refuse_account(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* What can stand in a command line and a mail server's configuration as it is. */
static bool is_account_name(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= ACCOUNT_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size &&
           *name != '-';
}

/* Whether it clashes with no other: two accounts of one address would take each other's messages. */
static bool is_apart(StoreTx *tx, Arena *arena, const ChannelAccount *account, InputError *refused_out)
{
    ChannelAccountList list = channel_account_list(tx, arena);
    for (size_t i = 0; i < list.count; i++) {
        const ChannelAccount *other = &list.items[i];
        if (other->id.value == account->id.value)
            continue;
        if (strcmp(other->name, account->name) == 0)
            return refuse_account(refused_out, "name", "mailbox.error.name_taken");
        if (g_ascii_strcasecmp(other->address, account->address) == 0)
            return refuse_account(refused_out, "address", "mailbox.error.address_taken");
    }
    return true;
}

static bool account_add(StoreTx *tx, const ChannelAccount *account, Actor by, TimeMs now, InputError *refused_out)
{
    if (!is_account_name(account->name))
        return refuse_account(refused_out, "name", "mailbox.error.name");
    ChannelAccountId id = sql_channel_account_insert(
        tx, &(SqlChannelAccountInsertIn){account->channel, account->name, account->address, account->config,
                                         account->sealed_secret, account->signature, account->active});
    audit_add(tx, &(AuditEntry){now, by, "mailbox.add", "channel_account", id.value, NULL});
    return true;
}

bool channel_account_set_config(StoreTx *tx, const ChannelAccount *account, const char *what, const char *payload,
                                Actor by, TimeMs now, InputError *refused_out)
{
    if (sql_channel_account_update(tx, &(SqlChannelAccountUpdateIn){account->id, account->version, account->address,
                                                                    account->config, account->sealed_secret,
                                                                    account->signature, account->active}) != 1)
        return refuse_account(refused_out, "version", "mailbox.error.stale");
    audit_add(tx, &(AuditEntry){now, by, what, "channel_account", account->id.value, payload});
    return true;
}

bool channel_account_keep(StoreTx *tx, const ChannelAccount *account, Actor by, TimeMs now, InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    if (g_utf8_strlen(account->signature, -1) > SIGNATURE_MAX)
        return refuse_account(refused_out, "signature", "mailbox.error.signature");
    if (!is_apart(tx, arena, account, refused_out))
        return false;
    return account->id.value ? channel_account_set_config(tx, account, "mailbox.change", NULL, by, now, refused_out)
                             : account_add(tx, account, by, now, refused_out);
}

bool channel_account_default(StoreTx *tx, Arena *arena, const char *channel, ChannelAccount *account_out)
{
    SqlChannelAccountFirstActive row;
    if (!sql_channel_account_first_active(tx, arena, &(SqlChannelAccountFirstActiveIn){channel}, &row))
        return false;
    *account_out = ACCOUNT_OF_ROW(row);
    return true;
}
