/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * call: one call of a program: by whom, what it said, what it is told. Answers: "may it?", "give me its body", "send
 * this back".
 *
 * The authorize hook of the API's routes: a bearer token (desk/staff/token.h) and nothing else; a cookie means nothing
 * here. A token acts as the member of staff who made it: what it does to a request is that person's (the owner is one
 * person, an answer is a person's answer), and the audit says which token did it. What it brings in from outside (a new
 * request) is the token's own. Owns no table. Called by: net/server (hook), every handler of the API.
 *
 * Pointers: an ApiCall lives in the request's arena. Errors: functions that return bool have filled the response when
 * they give false: a problem of RFC 9457 that also holds {"error":{"code","field","message"}}, with the status of the
 * code's row in call.c. Words are in the caller's language where the catalogue has them.
 *
 * Invariants:
 *  1. A handler of a route that is not "public" has a call whose token has the scope, and whose maker has the right now.
 *  2. A missing, unknown, expired and revoked token are told apart by nothing.
 *  3. A refusal shows no table, path or message of a library.
 *
 * Example:
 *     ShapeValue in[NOTE_COUNT];
 *     if (!api_read_body(request, response, &note_shape, in)) return;
 *     if (api_write(request, response, "api note", add_note, &work, &work.refused)) api_send(request, response, 201, &done, out);
 */
#ifndef FILO_API_CALL_H
#define FILO_API_CALL_H

#include "api/shape.h"
#include "base/catalogue.h"
#include "desk/desk.h"
#include "desk/staff/staff.h"
#include "desk/staff/token.h"
#include "desk/ticket/coding.h"

typedef struct ApiCall {
    Desk *desk;
    const DeskPolicy *policy;
    TimeMs now;
    Lang lang; /* of messages: Accept-Language, else English */
    bool has_token;
    ApiToken token;
    Staff maker;
    Actor person;  /* the maker: who acts on a request */
    Actor program; /* the token: who calls, and who brings something in */
} ApiCall;

/* The hook; context: the Desk. */
bool api_authorize(HttpRequest *request, HttpResponse *response, void *context);

/* The problem document for what the server itself refuses (net/route.h). */
void api_refuse_call(HttpRequest *request, HttpResponse *response, int status, void *context);

/* What the hook left; must be there. */
const ApiCall *api_call_of(const HttpRequest *request);

/* --- what it said ------------------------------------------------------------------------------------------------- */

bool api_read_body(HttpRequest *request, HttpResponse *response, const Shape *shape, ShapeValue *values);
bool api_read_query(HttpRequest *request, HttpResponse *response, const Shape *shape, ShapeValue *values);

/* The Idempotency-Key header in *key_out, NULL when there is none; false when it is not 1 to 128 visible characters. */
bool api_read_key(HttpRequest *request, HttpResponse *response, const char **key_out);

/* The version the program saw: the body's, or the If-Match header's ("7" or 7); 0: it does not ask. false when the header
 * is no version, or says another than the body. */
bool api_read_version(HttpRequest *request, HttpResponse *response, const ShapeValue *field, int64_t *version_out);

/* --- the store ---------------------------------------------------------------------------------------------------- */

StoreTx *api_read(HttpRequest *request, HttpResponse *response);
bool api_read_end(HttpRequest *request, HttpResponse *response, StoreTx *tx);

/* store_write; true: committed. refused: what the work fills when it gives false. */
bool api_write(HttpRequest *request, HttpResponse *response, const char *name, StoreWork work, void *arg,
               const CodingRefusals *refused);

/* Records what the program does, in the transaction that does it; and what it reads. action is static text. */
void api_audit(StoreTx *tx, const ApiCall *call, const char *action, const char *object, int64_t object_id);
void api_note_read(const ApiCall *call, const char *action, const char *object, int64_t object_id);

/* Adds one refusal; always false, so that a work function can return it. */
bool api_refuse(CodingRefusals *refused, InputError error);

/* --- what it is told ---------------------------------------------------------------------------------------------- */

void api_send(HttpRequest *request, HttpResponse *response, int status, const Shape *shape, const ShapeValue *values);

/* message: English; NULL: the catalogue's text for the code, in the call's language. */
void api_problem(HttpRequest *request, HttpResponse *response, const char *code, const char *field,
                 const char *message);
/* All that stands in the way (there is something): the first as the error, the others in its "more". */
void api_problem_of_refusals(HttpRequest *request, HttpResponse *response, const CodingRefusals *refused);
void api_not_found(HttpRequest *request, HttpResponse *response);
void api_problem_of_error(HttpRequest *request, HttpResponse *response, const GError *error);

/* The status of a code, from the one table. */
int api_status(const char *code);

#endif
