/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libpq_late: libpq, loaded when a store is opened on PostgreSQL (base/late.h). Answers: "is it there, and how is it
 * called?" Included instead of <libpq-fe.h>; its functions
 * are called as libpq.PQexec(…) (a lint refuses them bare: that would link the library again).
 *
 * Called by: store/postgresql*.c, store/backup_postgresql.c, after libpq_load. Errors: late_load's.
 * Pointers: static.
 *
 * Invariants:
 *  1. After libpq_load every function of the list may be called; before, none.
 */
#ifndef FILO_STORE_LIBPQ_LATE_H
#define FILO_STORE_LIBPQ_LATE_H

#include <glib.h>
#include <libpq-fe.h>
#include <stdbool.h>

#define LIBPQ_FUNCTIONS(X)                                                                                             \
    X(PQclear)                                                                                                         \
    X(PQcmdTuples)                                                                                                     \
    X(PQconnectdbParams)                                                                                               \
    X(PQconninfoFree)                                                                                                  \
    X(PQconninfoParse)                                                                                                 \
    X(PQerrorMessage)                                                                                                  \
    X(PQescapeIdentifier)                                                                                              \
    X(PQexec)                                                                                                          \
    X(PQexecParams)                                                                                                    \
    X(PQexecPrepared)                                                                                                  \
    X(PQfinish)                                                                                                        \
    X(PQfreemem)                                                                                                       \
    X(PQftype)                                                                                                         \
    X(PQgetisnull)                                                                                                     \
    X(PQgetlength)                                                                                                     \
    X(PQgetvalue)                                                                                                      \
    X(PQnfields)                                                                                                       \
    X(PQntuples)                                                                                                       \
    X(PQparameterStatus)                                                                                               \
    X(PQprepare)                                                                                                       \
    X(PQresultErrorField)                                                                                              \
    X(PQresultStatus)                                                                                                  \
    X(PQsetNoticeReceiver)                                                                                             \
    X(PQstatus)                                                                                                        \
    X(PQtransactionStatus)

#define LATE_MEMBER(name) __typeof__(name) *name;
typedef struct LibPq {
    LIBPQ_FUNCTIONS(LATE_MEMBER)
} LibPq;
#undef LATE_MEMBER

extern LibPq libpq;

bool libpq_load(GError **error);

#endif
