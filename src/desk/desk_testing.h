/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * desk_testing: a small house to test the desk in, on either engine. Answers: "give me a fresh company". Built into
 * tests only.
 *
 * The store is test_store_open's (the program's own migrations); in it a team, and a clock that stands at TEST_NOW until
 * moved. Memory: everything lives until house_close. Errors: they abort the test. Called by: unit tests of desk.
 *
 * Invariants:
 *  1. Nothing is shared between two houses.
 *
 * Example:
 *     static void test_x(gconstpointer engine)
 *     {
 *         House house = house_open(ENGINE_OF(engine));
 *         StoreTx *tx = house_read(&house);
 *         …
 *         house_read_end(tx);
 *         house_close(&house);
 *     }
 *     desk_test_each_engine("/x", test_x);
 */
#ifndef FILO_DESK_DESK_TESTING_H
#define FILO_DESK_DESK_TESTING_H

#include "desk/staff/staff.h"
#include "store/store_testing.h"

#define TEST_NOW ((TimeMs)1764590400000) /* 2025-12-01T12:00:00Z */
#define TEST_PASSWORD "gonfaloniere a Velletri"

typedef struct House {
    TestStore test;
    Store *store; /* test.store */
    Arena *arena;
    ClockManual clock;
    TeamId team;
    StaffId admin; /* "ada", TEST_PASSWORD */
} House;

House house_open(StoreEngine engine);
void house_close(House *house);

/* Adds an active person with TEST_PASSWORD. */
StaffId house_add_staff(House *house, const char *login, StaffRole role);

/* A mailbox read and written by mail, NAME@filo.test, of which nothing else is said: in a transaction of its own, and in one
 * that is open. */
ChannelAccountId house_add_mailbox(House *house, const char *name);
ChannelAccountId test_mailbox_add(StoreTx *tx, Arena *arena, const char *name);

/* store_write that must not fail; whether it committed. */
bool house_write(House *house, StoreWork work, void *arg);

/* A read transaction that must not fail. */
StoreTx *house_read(House *house);
void house_read_end(StoreTx *tx);

/* One statement past the program, as an intruder with the database in hand. */
void house_tamper(House *house, const char *sql);

/* /name/sqlite and /name/postgresql. */
void desk_test_each_engine(const char *name, void (*func)(gconstpointer engine));

#endif
