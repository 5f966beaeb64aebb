/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * portal_pages: the pages of the customers. Answers: "what may somebody see who has no account here?"
 *
 * A table of routes and its handlers, one file each; a handler reads in one transaction and calls the desk for every
 * change. Not for rules. Owns no table. Called by: web.c (the table), net/server (the handlers).
 *
 * Pointers: the table is static. Errors: a handler that fails has filled the response (web/problem.h).
 *
 * Invariants:
 *  1. Every row has a permission, and stands in tests/routes.test.js.
 */
#ifndef FILO_WEB_PORTAL_PORTAL_PAGES_H
#define FILO_WEB_PORTAL_PORTAL_PAGES_H

#include "net/route.h"

extern const RouteTable portal_routes;

/* confirm.c, help.c, track.c */
void confirm_page(HttpRequest *request, HttpResponse *response, void *context);
void confirm_post(HttpRequest *request, HttpResponse *response, void *context);
void track_confirm_page(HttpRequest *request, HttpResponse *response, void *context);
void track_confirm_post(HttpRequest *request, HttpResponse *response, void *context);
void help_page(HttpRequest *request, HttpResponse *response, void *context);
void help_post(HttpRequest *request, HttpResponse *response, void *context);
void track_page(HttpRequest *request, HttpResponse *response, void *context);
void track_post(HttpRequest *request, HttpResponse *response, void *context);
void track_file(HttpRequest *request, HttpResponse *response, void *context);

#endif
