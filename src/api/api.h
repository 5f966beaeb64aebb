/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * api: what programs call, under /api/v1. Answers: "which routes, with which hook?" for the server's composition.
 *
 * A thin face: reads in one transaction, calls the desk for every change, writes JSON. Not for rules, nor for pages
 * (web/). Owns no table. Called by: cli serve, cli api.
 *
 * Pointers: an Api is yours to free and must outlive the server; the desk is borrowed. The route table lives as long as
 * the Api. Errors: none.
 *
 * Invariants:
 *  1. Every route is exempt from the cross-site gate (ROUTE_TOKEN) because no cookie counts here, only a bearer token.
 *
 * Example:
 *     Api *api = api_new(desk);
 *     tables[count++] = *api_table(api);
 */
#ifndef FILO_API_API_H
#define FILO_API_API_H

#include "desk/desk.h"
#include "net/route.h"

typedef struct Api Api;

Api *api_new(Desk *desk);
void api_free(Api *api);

/* Borrowed from api. */
const RouteTable *api_table(const Api *api);

#endif
