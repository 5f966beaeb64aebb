/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * noun_testing: one transaction of a fresh house on either engine, for unit tests of nouns. Answers: "run this on both".
 * Built into tests only.
 *
 * A body runs inside one write transaction; it is committed at the end, so a schema that says no fails the test. A test
 * that needs several transactions takes desk_testing.h itself.
 * Memory: everything borrowed from the NounTest lives until the body returns. Errors: they abort the test. Called by:
 * the _test.c files of desk/.
 *
 * Invariants:
 *  1. Each body runs once for each engine, in a house of its own.
 */
#ifndef FILO_DESK_NOUN_TESTING_H
#define FILO_DESK_NOUN_TESTING_H

#include "desk/audit/actor.h"
#include "desk/desk_testing.h"
#include "desk/intake/intake.h"

typedef struct NounTest {
    StoreTx *tx;
    Arena *arena;
    TimeMs now; /* TEST_NOW; a body may move it */
    TeamId team;
    StaffId sara; /* an operator of the team */
    Actor actor;  /* sara */
} NounTest;

typedef void (*NounTestBody)(NounTest *test);

/* Adds name/sqlite and name/postgresql. */
void noun_test_each_engine(const char *name, NounTestBody body);

/* A customer's first mail, as the mail channel hands it over: Italian, with no file and no key, to be acknowledged. */
InboundEvent noun_letter(const NounTest *test, const char *from, const char *subject, const char *text);

#endif
