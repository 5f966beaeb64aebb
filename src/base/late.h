/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * late: libraries that are loaded when they are first needed. Answers: "why does a desk on SQLite that has sent no mail
 * not hold LDAP, Kerberos and GnuTLS in memory, three times?"
 *
 * For a library that brings many others and that most of our processes never call; not for one that every node needs.
 * Its header is included as always, so the compiler knows its types; its functions are called through a struct of
 * pointers of the same types (see net/libcurl_late.h), filled here. A library once loaded stays.
 *
 * Owns no table. Called by: the modules that wrap such a library. Any thread may call it.
 * Pointers: a LateLibrary and its symbols are static. Errors: FILO_ERROR_NOT_FOUND with the loader's own words: the
 * library, or a function of it, is not on this machine.
 *
 * Invariants:
 *  1. After late_load every function of the list is there; before, none may be called.
 *
 * Example:
 *     static LateLibrary library = LATE_LIBRARY("libpq.so.5", symbols);
 *     if (!late_load(&library, error)) return false;
 */
#ifndef FILO_BASE_LATE_H
#define FILO_BASE_LATE_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

typedef struct LateSymbol {
    const char *name;
    void *place; /* of a function pointer */
} LateSymbol;

typedef struct LateLibrary {
    const char *file; /* its soname: the version we were compiled against */
    const LateSymbol *symbols;
    size_t count;
    pthread_mutex_t lock;
    bool loaded; /* under the lock */
} LateLibrary;

#define LATE_LIBRARY(file, symbols) {file, symbols, G_N_ELEMENTS(symbols), PTHREAD_MUTEX_INITIALIZER, false}

bool late_load(LateLibrary *library, GError **error);

#endif
