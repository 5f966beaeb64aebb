/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * operation: a route of the API with the shapes of what goes in and comes out. Answers: "what can a program call?"
 *
 * Each file of handlers exports one array; api.c gives the routes to the server, openapi.c prints them. Not for what a
 * handler does. Owns no table. Called by: api.
 *
 * Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. A shape named here is the one its handler reads and writes.
 *  2. An operation that writes has ROUTE_TOKEN and a permission that is no "public".
 */
#ifndef FILO_API_OPERATION_H
#define FILO_API_OPERATION_H

#include "api/shape.h"
#include "net/route.h"

typedef struct ApiOperation {
    Route route;
    const char *id;      /* "ticketCreate": unique */
    const Shape *query;  /* NULL: takes no parameters */
    const Shape *body;   /* NULL: takes no body */
    const Shape *answer; /* NULL: as the documentation line says */
    int status;          /* of success */
    bool once;           /* heeds Idempotency-Key */
    const char *media;   /* of an answer that is text; NULL: application/json */
} ApiOperation;

typedef struct ApiOperations {
    const ApiOperation *items;
    size_t count;
} ApiOperations;

extern const ApiOperations ticket_read_operations;
extern const ApiOperations ticket_new_operations;
extern const ApiOperations ticket_talk_operations;
extern const ApiOperations ticket_act_operations;
extern const ApiOperations ticket_code_operations;
extern const ApiOperations aside_operations;
extern const ApiOperations sender_operations;
extern const ApiOperations party_operations;
extern const ApiOperations product_operations;
extern const ApiOperations report_operations;
extern const ApiOperations mail_operations;
extern const ApiOperations metrics_operations;
extern const ApiOperations openapi_operations;

/* All of them, in the order of the documentation. */
const ApiOperations *const *api_operations(size_t *count_out);

#define API_BODY_LIMIT ((size_t)256 << 10)

#endif
