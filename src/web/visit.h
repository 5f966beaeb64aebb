/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * visit: who asks for a page, and in which language. Answers: "may they, and how do they want it?"
 *
 * The authorize hook of the HTTP server: reads the session cookie, asks desk/staff/permission.h, and leaves a Visit for
 * the handler. Not for what a page shows. Owns no table. Called by: net/server (hook), every handler in web/.
 *
 * Pointers: a Visit lives in the request's arena. Errors: none; a refusal has filled the response.
 *
 * Invariants:
 *  1. A handler of a route that is not "public" always has a signed-in Visit whose role has the route's permission.
 *  2. Nobody learns from a refusal whether an object exists.
 */
#ifndef FILO_WEB_VISIT_H
#define FILO_WEB_VISIT_H

#include "base/catalogue.h"
#include "desk/audit/actor.h"
#include "desk/desk.h"
#include "desk/staff/session.h"
#include "net/http.h"
#include "web/web.h"

#define VISIT_DEVICE_COOKIE "filo-device"

typedef struct Visit {
    Web *web;
    Desk *desk;
    const DeskPolicy *policy;
    TimeMs now;
    Lang lang;
    const char *theme; /* "light", "dark" or "" */
    bool signed_in;
    Session session; /* zeroed for anonymous visitors */
    Actor actor;
    int64_t stuck;       /* messages that need a person, of who may act on them and only looks; else 0 */
    const char *trouble; /* with the mail, of who may mend it and only looks; else "" */
    StoreTx *reading;    /* the transaction the session was read in, until visit_read takes it or visit_done ends it */
} Visit;

/* The hooks before a handler and after it. */
bool visit_authorize(HttpRequest *request, HttpResponse *response, void *context);
void visit_done(HttpRequest *request, HttpResponse *response, void *context);

/* A page for what the server itself refuses (net/route.h). */
void visit_refuse(HttpRequest *request, HttpResponse *response, int status, void *context);

/* What the hook left; must be there. */
const Visit *visit_of(const HttpRequest *request);

/* The language the page is in unless the visitor chose one: of whom it is for, where that is known better than by their
 * browser. One that Filo does not speak changes nothing. */
void visit_offer_language(HttpRequest *request, const char *language);

/* Whether this visitor's role has the permission. */
bool visit_may(const Visit *visit, const char *permission);

/* The session cookie's name: the __Host- prefix wherever the browser came by https. */
const char *visit_cookie_name(const HttpRequest *request);

/* This browser is signed in from its next request on. */
void visit_begin(const HttpRequest *request, HttpResponse *response, const SignedIn *in);

/* Records what this visitor does, in the transaction that does it; and what they look at. action is static text. */
void visit_audit(StoreTx *tx, const Visit *visit, const char *action, const char *object, int64_t object_id);
void visit_note_read(const Visit *visit, const char *action, const char *object, int64_t object_id);

/* Begins the page's one read transaction, which is the one the session was found in when the request only looks; NULL:
 * the response is an error page already. visit_read_end gives false likewise. */
StoreTx *visit_read(HttpRequest *request, HttpResponse *response);
bool visit_read_end(HttpRequest *request, HttpResponse *response, StoreTx *tx);

#endif
