/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * route: the static tables that say what the server serves. Answers: "who handles this, and what must be true first?"
 *
 * Each area (desk pages, portal, API) has one array; tests and the documentation walk it. Not for deciding rights: a row
 * only names the permission, the authorize hook of net/server.h decides.
 *
 * Pointers: tables are static and never copied; a Router borrows them. Called by: web, api (tables), net/server.
 * Errors: router_new gives NULL and FILO_ERROR_USAGE for a table that must not start (the message names the row).
 *
 * Invariants:
 *  1. Every row has a permission word ("public" is one) and a line of documentation; no two rows match alike.
 *  2. An area with a hook of its own (authorize) is asked by that one, and its handlers get its context; the server's
 *     hook and context are for all others.
 *  3. A literal segment wins over a ":name", a ":name" over a trailing "*" (which takes the rest, at least one segment).
 *
 * Example:
 *     static const Route ticket_routes[] = {
 *         {HTTP_GET, "/tickets/:id", ticket_show, "ticket.read", LANE_PAGE, 0, 0, "One ticket with its timeline."},
 *     };
 *     static const RouteTable table = {"desk", ticket_routes, G_N_ELEMENTS(ticket_routes)};
 */
#ifndef FILO_NET_ROUTE_H
#define FILO_NET_ROUTE_H

#include "net/http.h"

/* Lanes keep a burst of one kind of work from stopping another. A full lane answers 503 with Retry-After. */
typedef enum Lane {
    LANE_PAGE, /* pages and API calls: milliseconds */
    LANE_SLOW, /* reports, exports */
    LANE_HASH, /* whatever hashes a password: two at once */
    LANE_COUNT
} Lane;

typedef void (*RouteHandler)(HttpRequest *request, HttpResponse *response, void *context);

enum {
    ROUTE_TOKEN = 1 << 0, /* called by programs with a token and no cookie: the cross-site gate does not apply */
};

#define ROUTE_BODY_DEFAULT ((size_t)1 << 20)

typedef struct Route {
    HttpMethod method;   /* a GET row answers HEAD too */
    const char *pattern; /* "/tickets/:id/reply", "/static/" "*" */
    RouteHandler handler;
    const char *permission; /* "public", "ticket.read"; never NULL */
    Lane lane;
    unsigned flags;
    size_t body_limit; /* bytes; 0: ROUTE_BODY_DEFAULT */
    const char *doc;   /* one line for the route list and OpenAPI; never NULL */
} Route;

/* May this request go on? false: the response is filled (401, 403, 303 to sign in). May set request->who. */
typedef bool (*HttpAuthorize)(HttpRequest *request, HttpResponse *response, void *context);

/* Puts words to a refusal of the server itself (404, 405; 403 of another site's form, 400 of one that cannot be read). The
 * response holds a plain line of text and stays so if nothing is done; its status stays in any case. */
typedef void (*HttpRefuse)(HttpRequest *request, HttpResponse *response, int status, void *context);

typedef struct RouteTable {
    const char *area; /* "desk" */
    const Route *routes;
    size_t count;
    HttpAuthorize authorize; /* NULL: the server's, with the server's context */
    void *context;           /* of authorize, refuse and the handlers; not read without authorize */
    HttpRefuse refuse;       /* with an authorize of its own; NULL: plain lines of text */
    const char
        *under; /* what every path of an area with hooks begins with ("/api/"): those that no row knows are its too */
} RouteTable;

typedef struct Router Router;

/* Builds the matcher; yours to free. Errors: USAGE. */
Router *router_new(const RouteTable *tables, size_t count, GError **error);
void router_free(Router *router);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Router, router_free)

/* The row for the request's method and segments, with request->params filled; NULL: none. *allow_out, if not NULL, is
 * then the methods that do exist there ("GET, HEAD, POST": a 405), or NULL (a 404); in the request's arena. */
const Route *router_match(const Router *router, HttpRequest *request, const char **allow_out);

/* The table that this path would stand in by its beginning; NULL: any other. Borrowed from the router's tables. */
const RouteTable *router_table_under(const Router *router, const char *path);

/* The table that a row given by router_match stands in; borrowed from the router's tables. */
const RouteTable *router_table(const Router *router, const Route *route);

#endif
