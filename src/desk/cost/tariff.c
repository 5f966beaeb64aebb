/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/cost/tariff.h"

#include "base/text.h"
#include "tariff_sql.h"

/* 2000-01-01T00:00:00Z: before any work somebody would import. */
#define LONG_AGO INT64_C(946684800000)

/* domain.md section 3, cost per case: 0,55 € a minute of work, 0,045 € a minute of phone, 0,62 € a kilometre. */
static const struct {
    const char *key, *unit;
    Rate rate;
} shipped[] = {
    {TARIFF_LABOUR, "minute", 550000},
    {TARIFF_CHANNEL "phone", "minute", 45000},
    {TARIFF_TRAVEL, "km", 620000},
};

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* The row types have the same columns; C does not know. */
#define TARIFF_OF_ROW(row)                                                                                             \
    ((Tariff){(row)->tariff_id, (row)->tariff_key, (row)->unit, (row)->micro_euro, (row)->valid_from, (row)->source})

bool tariff_at(StoreTx *tx, Arena *arena, const char *key, TimeMs at, Tariff *tariff_out)
{
    SqlTariffInForce row;
    if (!sql_tariff_in_force(tx, arena, &(SqlTariffInForceIn){key, at}, &row))
        return false;
    *tariff_out = TARIFF_OF_ROW(&row);
    return true;
}

TariffList tariff_list(StoreTx *tx, Arena *arena)
{
    SqlTariffListRowsList rows = sql_tariff_list_rows(tx, arena);
    TariffList list = {ARENA_ARRAY(arena, Tariff, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = TARIFF_OF_ROW(&rows.rows[i]);
    return list;
}

bool tariff_add(StoreTx *tx, Arena *arena, const Tariff *tariff, TariffId *id_out, InputError *refused_out)
{
    Tariff same;
    if (text_is_blank(tariff->key))
        return refuse(refused_out, "key", "tariff.error.key");
    if (text_is_blank(tariff->unit))
        return refuse(refused_out, "unit", "tariff.error.unit");
    if (tariff->rate < 0)
        return refuse(refused_out, "rate", "tariff.error.rate");
    if (text_is_blank(tariff->source))
        return refuse(refused_out, "source", "tariff.error.source");
    if (tariff_at(tx, arena, tariff->key, tariff->valid_from, &same) && same.valid_from == tariff->valid_from)
        return refuse(refused_out, "valid_from", "tariff.error.same_day");
    *id_out = sql_tariff_insert(
        tx, &(SqlTariffInsertIn){tariff->key, tariff->unit, tariff->rate, tariff->valid_from, tariff->source});
    return true;
}

bool tariff_withdraw(StoreTx *tx, TariffId id, TimeMs now, InputError *refused_out)
{
    return sql_tariff_delete_later(tx, &(SqlTariffDeleteLaterIn){id, now}) == 1 ||
           refuse(refused_out, "", "tariff.error.begun");
}

void tariff_install(StoreTx *tx, Lang lang)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++)
        sql_tariff_install_row(tx, &(SqlTariffInstallRowIn){shipped[i].key, shipped[i].unit, shipped[i].rate, LONG_AGO,
                                                            msg(lang, MSG_TARIFF_SOURCE_SHIPPED)});
}
