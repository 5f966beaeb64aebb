/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * openapi: the API's description in OpenAPI 3.1, printed from the operations themselves. Answers: "what may I call, with
 * what, and what comes back?"
 *
 * Nothing is written down twice: paths, permissions and lines come from the routes, schemas from the shapes that parse
 * and write. Owns no table. Called by: the route GET /api/v1/openapi.json, cli api.
 *
 * Pointers: out is the caller's. Errors: none.
 *
 * Invariants:
 *  1. Every operation of api_operations is in it once.
 */
#ifndef FILO_API_OPENAPI_H
#define FILO_API_OPENAPI_H

#include <glib.h>

void openapi_write(GString *out);

#endif
