/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tariff: what a minute, a kilometre, a call cost us, from which day. Answers: "what was the price on the day of the
 * work, and who says so?"
 *
 * Owns the table tariff: dated rows, never changed. A new price is a new row from its day; work before it keeps the old
 * one. A price that has not begun may be withdrawn. Not for what customers pay. Called by: cost, faces, cli init.
 *
 * Memory: texts live in the arena given. Errors: a refusal is false and an InputError tariff.error.*; a failing store
 * marks the transaction.
 *
 * Invariants:
 *  1. A key has one price at any instant from its first row on, and none before.
 *  2. Every row says where its price comes from.
 *
 * Example:
 *     Tariff labour;
 *     if (tariff_at(tx, arena, TARIFF_LABOUR, worked_at, &labour)) rate = labour.rate;
 */
#ifndef FILO_DESK_COST_TARIFF_H
#define FILO_DESK_COST_TARIFF_H

#include "base/catalogue.h"
#include "base/error.h"
#include "desk/cost/money.h"
#include "schema_ids.h"
#include "store/store.h"

/* The keys the desk itself asks for. A channel's is TARIFF_CHANNEL and the adapter's key: "channel.phone". */
#define TARIFF_LABOUR "labour"
#define TARIFF_TRAVEL "travel"
#define TARIFF_CHANNEL "channel."

typedef struct Tariff {
    TariffId id;
    const char *key;
    const char *unit; /* "minute", "km", "message", "session" */
    Rate rate;        /* micro-euro per unit */
    TimeMs valid_from;
    const char *source;
} Tariff;

typedef struct TariffList {
    Tariff *items;
    size_t count;
} TariffList;

/* The row in force at that instant; false when there is none yet. */
bool tariff_at(StoreTx *tx, Arena *arena, const char *key, TimeMs at, Tariff *tariff_out);

/* All rows, by key and then by day. */
TariffList tariff_list(StoreTx *tx, Arena *arena);

/* Adds a price from its day. Refused: key, unit, rate, source, same_day (that key has a price from that instant). */
bool tariff_add(StoreTx *tx, Arena *arena, const Tariff *tariff, TariffId *id_out, InputError *refused_out);

/* Takes back a price that begins after now. Refused: begun (it has, or is not there). */
bool tariff_withdraw(StoreTx *tx, TariffId id, TimeMs now, InputError *refused_out);

/* Writes the prices shipped as an example, dated so long ago that imported work finds one, once. Their source, in lang,
 * says that the owner should enter the company's own. */
void tariff_install(StoreTx *tx, Lang lang);

#endif
