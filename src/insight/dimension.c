/* SPDX-License-Identifier: EUPL-1.2 */
#include "insight/dimension.h"

#include "base/format.h"
#include "buyer_kind_enum.h"
#include "dimension_sql.h"

#include <string.h>

enum { CHANNELS_MAX = 64 };

static const char *const words[DIMENSION_COUNT] = {
    [DIMENSION_NONE] = "none",         [DIMENSION_MONTH] = "month",       [DIMENSION_CODE] = "code",
    [DIMENSION_ORIGIN] = "origin",     [DIMENSION_SOLUTION] = "solution", [DIMENSION_PRODUCT] = "product",
    [DIMENSION_CHANNEL] = "channel",   [DIMENSION_TEAM] = "team",         [DIMENSION_CUSTOMER] = "customer",
    [DIMENSION_TICKET] = "ticket",     [DIMENSION_CONTRACT] = "contract", [DIMENSION_AGE] = "age",
    [DIMENSION_CUSTOMER_CLASS] = "customer_class",
};

/* Days at which a band of age ends: domain.md section 3, reading 11. */
static const int64_t bands[] = {1, 3, 7, 14, 30, 90};

/* A row's name; lists of them are ordered by id. */
typedef struct Name {
    int64_t id;
    const char *key, *it, *en; /* key NULL: the id itself */
} Name;

struct Grouping {
    StoreTx *tx;
    Arena *arena;
    Dimension dimension;
    MonthList months;
    const char *channels[CHANNELS_MAX]; /* their place + 1 is the key */
    size_t channel_count;
    Name *names;
    size_t name_count;
    SqlReportPartyBuyersList buyers;
};

const char *dimension_text(Dimension dimension)
{
    return words[dimension];
}

bool dimension_find(const char *text, Dimension *dimension_out)
{
    for (Dimension dimension = 0; dimension < DIMENSION_COUNT; dimension++)
        if (strcmp(words[dimension], text) == 0) {
            *dimension_out = dimension;
            return true;
        }
    return false;
}

const char *dimension_label(Lang lang, Dimension dimension)
{
    g_autofree char *key = g_strconcat("report.by.", words[dimension], NULL);
    return msg_find(lang, key);
}

/* ----------------------------------------------------------------------------------------------------------- names */

static void read_products(Grouping *grouping)
{
    SqlReportProductNamesList list = sql_report_product_names(grouping->tx, grouping->arena);
    grouping->names = ARENA_ARRAY(grouping->arena, Name, list.count);
    grouping->name_count = list.count;
    for (size_t i = 0; i < list.count; i++)
        grouping->names[i] = (Name){list.rows[i].product_id.value, NULL, list.rows[i].name, list.rows[i].name};
}

static void read_teams(Grouping *grouping)
{
    SqlReportTeamNamesList list = sql_report_team_names(grouping->tx, grouping->arena);
    grouping->names = ARENA_ARRAY(grouping->arena, Name, list.count);
    grouping->name_count = list.count;
    for (size_t i = 0; i < list.count; i++)
        grouping->names[i] = (Name){list.rows[i].team_id.value, NULL, list.rows[i].name, list.rows[i].name};
}

static void read_codes(Grouping *grouping)
{
    SqlReportCodeNamesList list = sql_report_code_names(grouping->tx, grouping->arena);
    grouping->names = ARENA_ARRAY(grouping->arena, Name, list.count);
    grouping->name_count = list.count;
    for (size_t i = 0; i < list.count; i++)
        grouping->names[i] =
            (Name){list.rows[i].code_id.value, list.rows[i].code_key, list.rows[i].name_it, list.rows[i].name_en};
}

static const Name *name_find(const Grouping *grouping, int64_t id)
{
    size_t low = 0, high = grouping->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (grouping->names[middle].id == id)
            return &grouping->names[middle];
        *(grouping->names[middle].id < id ? &low : &high) = grouping->names[middle].id < id ? middle + 1 : middle;
    }
    return NULL;
}

Grouping *grouping_new(StoreTx *tx, Arena *arena, Dimension dimension, const Period *period)
{
    Grouping *grouping = ARENA_NEW(arena, Grouping);
    *grouping = (Grouping){.tx = tx, .arena = arena, .dimension = dimension};
    if (dimension == DIMENSION_MONTH)
        grouping->months = period_months(arena, period);
    if (dimension == DIMENSION_PRODUCT)
        read_products(grouping);
    if (dimension == DIMENSION_TEAM)
        read_teams(grouping);
    if (dimension == DIMENSION_CODE || dimension == DIMENSION_ORIGIN || dimension == DIMENSION_SOLUTION)
        read_codes(grouping);
    if (dimension == DIMENSION_CUSTOMER_CLASS)
        grouping->buyers = sql_report_party_buyers(tx, arena);
    return grouping;
}

/* ------------------------------------------------------------------------------------------------------------ keys */

static int64_t key_of_channel(Grouping *grouping, const char *channel)
{
    for (size_t i = 0; i < grouping->channel_count; i++)
        if (grouping->channels[i] == channel || strcmp(grouping->channels[i], channel) == 0)
            return (int64_t)i + 1;
    if (grouping->channel_count == CHANNELS_MAX)
        return 0;
    grouping->channels[grouping->channel_count++] = channel;
    return (int64_t)grouping->channel_count;
}

/* The buyer kind + 1; 0 for a request without a customer. */
static int64_t key_of_class(const Grouping *grouping, int64_t party)
{
    size_t low = 0, high = grouping->buyers.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t id = grouping->buyers.rows[middle].party_id.value;
        if (id == party)
            return (int64_t)grouping->buyers.rows[middle].buyer + 1;
        *(id < party ? &low : &high) = id < party ? middle + 1 : middle;
    }
    return 0;
}

int64_t grouping_key(Grouping *grouping, const ReportCase *item, TimeMs at)
{
    switch (grouping->dimension) {
    case DIMENSION_MONTH:
        return (int64_t)month_of(&grouping->months, at);
    case DIMENSION_CODE:
        return item->problem;
    case DIMENSION_ORIGIN:
        return item->origin;
    case DIMENSION_SOLUTION:
        return item->solution;
    case DIMENSION_PRODUCT:
        return item->product;
    case DIMENSION_CHANNEL:
        return key_of_channel(grouping, item->channel);
    case DIMENSION_TEAM:
        return item->team;
    case DIMENSION_CUSTOMER:
        return item->party;
    case DIMENSION_CUSTOMER_CLASS:
        return key_of_class(grouping, item->party);
    case DIMENSION_TICKET:
        return item->id;
    case DIMENSION_NONE:
    case DIMENSION_CONTRACT: /* until there are contracts: every request is without one */
    case DIMENSION_AGE:
    case DIMENSION_COUNT:
    default:
        return 0;
    }
}

int64_t grouping_key_of_age(int64_t age_ms)
{
    size_t band = 0;
    while (band < G_N_ELEMENTS(bands) && age_ms >= bands[band] * TIME_DAY)
        band++;
    return (int64_t)band;
}

/* ----------------------------------------------------------------------------------------------------------- words */

static const char *age_text(Arena *arena, int64_t key)
{
    if (key == 0)
        return "0-1";
    if (key == (int64_t)G_N_ELEMENTS(bands))
        return arena_printf(arena, "%" G_GINT64_FORMAT "+", bands[key - 1]);
    return arena_printf(arena, "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, bands[key - 1], bands[key]);
}

const char *grouping_key_text(const Grouping *grouping, int64_t key)
{
    const Name *name;
    if (key == GROUPING_VOID)
        return "void";
    if (grouping->dimension == DIMENSION_MONTH)
        return month_key(grouping->arena, &grouping->months, (size_t)key);
    if (grouping->dimension == DIMENSION_AGE)
        return age_text(grouping->arena, key);
    if (key == 0)
        return "none";
    if (grouping->dimension == DIMENSION_CHANNEL)
        return grouping->channels[key - 1];
    if (grouping->dimension == DIMENSION_CUSTOMER_CLASS)
        return buyer_kind_text((BuyerKind)(key - 1));
    name = name_find(grouping, key);
    return name && name->key ? name->key : arena_int(grouping->arena, key);
}

static const char *month_label(const Grouping *grouping, Lang lang, int64_t key)
{
    Date month = time_to_wall(grouping->months.period.zone, grouping->months.starts[key]).date;
    char *date = format_date(grouping->arena, lang, month); /* "1 aprile 2026": the day goes */
    return strchr(date, ' ') + 1;
}

static const char *party_label(const Grouping *grouping, int64_t key)
{
    SqlReportPartyName row;
    return sql_report_party_name(grouping->tx, grouping->arena, &(SqlReportPartyNameIn){{key}}, &row)
               ? row.name
               : grouping_key_text(grouping, key);
}

static const char *catalogue_label(Arena *arena, Lang lang, const char *family, const char *key)
{
    const char *label = msg_find(lang, arena_printf(arena, "%s%s", family, key));
    return label ? label : key;
}

const char *grouping_label(Grouping *grouping, Lang lang, int64_t key)
{
    const Name *name;
    const char *text = grouping_key_text(grouping, key);
    if (key == GROUPING_VOID)
        return msg(lang, MSG_REPORT_VOID);
    if (grouping->dimension == DIMENSION_MONTH)
        return month_label(grouping, lang, key);
    if (grouping->dimension == DIMENSION_AGE)
        return msg_fill(grouping->arena, lang, MSG_REPORT_AGE, "days", text, NULL);
    if (key == 0)
        return grouping->dimension == DIMENSION_CONTRACT ? msg(lang, MSG_REPORT_NO_CONTRACT)
                                                         : msg(lang, MSG_REPORT_NONE);
    if (grouping->dimension == DIMENSION_CHANNEL)
        return catalogue_label(grouping->arena, lang, "ticket.channel.", text);
    if (grouping->dimension == DIMENSION_CUSTOMER_CLASS)
        return catalogue_label(grouping->arena, lang, "report.buyer.", text);
    if (grouping->dimension == DIMENSION_CUSTOMER)
        return party_label(grouping, key);
    name = name_find(grouping, key);
    if (!name)
        return text;
    return lang == LANG_IT ? name->it : name->en;
}
