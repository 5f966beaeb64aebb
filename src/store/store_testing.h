/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_testing: a store of either engine for unit tests, with small tables and statements of their own. Answers: "give
 * me a fresh one". Built into tests only.
 *
 * One private PostgreSQL cluster a test binary, started at first need (as user postgres when root, fsync off) and gone
 * with the process. A machine without PostgreSQL fails the test. Everything lies in one temporary directory.
 * Memory: strings live until the process ends unless said otherwise. Errors: they abort the test.
 *
 * Invariants:
 *  1. The schema is the program's own migrations and then one of the tests'.
 */
#ifndef FILO_STORE_STORE_TESTING_H
#define FILO_STORE_STORE_TESTING_H

#include "store/store_int.h"

/* What the tests' own statements do; $ parameters in this order. */
typedef enum TestStatement {
    ITEM_ADD,    /* (note) → item_id */
    ITEM_TAKE,   /* (item_id, who): changes 1 row if nobody has it */
    ITEM_OWNER,  /* (item_id) → taken_by? */
    ITEM_COUNT,  /* () → count */
    ITEM_SURE,   /* (item_id) → taken_by, declared never NULL */
    BUNDLE_ADD,  /* (minutes) → bundle_id */
    BUNDLE_LEFT, /* (bundle_id) → minutes */
    BUNDLE_SET,  /* (bundle_id, minutes) */
    CHILD_ADD,   /* (item_id): refers to item */
    KINDS_ADD,   /* (int?, real?, text?, blob?) */
    KINDS_LIST,  /* () → the same, oldest first */
    NOWHERE,     /* a table that does not exist */
    TEST_STATEMENT_COUNT
} TestStatement;

const StoreStatement *test_statement(TestStatement which);

/* Runs it to the end; the rows changed. */
int64_t test_run(StoreTx *tx, TestStatement which, const StoreValue *params);
/* First column of the first row; fallback when there is none or it is NULL. */
int64_t test_int(StoreTx *tx, TestStatement which, const StoreValue *params, int64_t fallback);
/* The same in a transaction of its own. */
int64_t test_read_int(Store *store, TestStatement which, const StoreValue *params, int64_t fallback);

#define INT_PARAM(n) ((StoreValue){.integer = (n)})
#define TEXT_PARAM(s) ((StoreValue){.bytes = bytes_of(s)})

/* The tables above as a setup; may be changed before store_open_with. */
StoreSetup test_setup(void);

typedef struct TestStore {
    Store *store;
    char *dir, *db; /* db NULL on SQLite */
} TestStore;

/* An open, migrated, empty store; close removes nothing but the store. */
TestStore test_store_open(StoreEngine engine);
Store *test_store_open_at(const char *dir, const char *db, StoreMode mode); /* the same again */
void test_store_close(TestStore *test);

char *test_dir(void);      /* a name in the temporary directory that does not exist yet */
char *test_database(void); /* the URL of a new, empty database */
const char *test_socket_dir(void);
void test_cluster_restart(void);                /* -m immediate */
void test_sql(const char *db, const char *sql); /* on a connection of its own */
void test_program(const char *const argv[]);    /* must exit 0 */

/* Adds func for both engines: /name/sqlite and /name/postgresql. */
void test_add_both(const char *name, void (*func)(gconstpointer engine));
#define ENGINE_OF(data) ((StoreEngine)GPOINTER_TO_INT(data))

#endif
