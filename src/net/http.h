/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http: what a handler sees and what it answers. Answers: "what was asked?" and "what do we send back?"
 *
 * A handler is a plain synchronous function on a worker thread: it reads an HttpRequest, which is its own copy, and
 * fills an HttpResponse; nothing here touches the network. Not for HTML, JSON or URLs (base/writer) nor for who may do
 * what (the authorize hook, net/server.h).
 *
 * Pointers: everything in a request, and every text given to a setter, lives in request->arena until the response has
 * been handed back; setters copy. Called by: web, api. Errors: the finders give NULL for what is absent; setters
 * that return bool refuse (false, nothing set) text that would break the header it goes to.
 *
 * Invariants:
 *  1. Decoded text (segments, query, form, cookies) is valid UTF-8 without NUL; a request with other text got 400.
 *  2. No header leaves with CR, LF or NUL in its name or value; a redirect leads to a path of this site only.
 *  3. The security headers of net/server.h are on every response; http_set_policy is the one way to change the CSP.
 *
 * Example:
 *     static void ticket_show(HttpRequest *request, HttpResponse *response, void *context)
 *     {
 *         int64_t id = http_param_id(request, "id");
 *         render_ticket(http_html(response), id);        // status 200 unless http_set_status
 *     }
 */
#ifndef FILO_NET_HTTP_H
#define FILO_NET_HTTP_H

#include "base/arena.h"
#include "base/clock.h"

#include <glib.h>

typedef enum HttpMethod { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS } HttpMethod;

const char *http_method_name(HttpMethod method);                  /* "GET"; static */
bool http_method_parse(const char *name, HttpMethod *method_out); /* exact case; false: not one of ours */
static inline bool http_method_is_safe(HttpMethod method)         /* promises to change nothing */
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

/* A name and its value; several pairs of one name keep the order they came in. */
typedef struct HttpPair {
    const char *name;
    const char *value;
} HttpPair;

typedef struct HttpPairs {
    HttpPair *items;
    size_t count;
} HttpPairs;

/* An uploaded file of a multipart form. */
typedef struct HttpFile {
    const char *field;     /* the form field's name */
    const char *file_name; /* as the client said, last path part only, control characters removed; may be "" */
    const char *type;      /* as the client said, unproven; "application/octet-stream" if it said nothing */
    Bytes content;
} HttpFile;

typedef struct HttpRequest {
    Arena *arena;
    const char *id; /* 16 hex digits, for logs and error pages */
    HttpMethod method;
    const char *path;      /* as sent, without query: "/tickets/10001" */
    const char **segments; /* decoded: {"tickets", "10001"}; "/" has none, "/a/" has {"a", ""} */
    size_t segment_count;
    HttpPairs params;  /* what the route's :names matched */
    HttpPairs query;   /* decoded */
    HttpPairs headers; /* names in lower case */
    HttpPairs cookies;
    HttpPairs form; /* text fields of an urlencoded or multipart body */
    HttpFile *files;
    size_t file_count;
    Bytes body;             /* raw */
    const char *remote;     /* the peer's address as text, without port */
    const char *host;       /* the Host header, lower case, checked by the gate */
    bool secure;            /* came over TLS */
    int64_t started_us;     /* clock_monotonic_us when its last byte arrived */
    const char *route;      /* the matched pattern, static; for logs */
    const char *permission; /* the route's permission word, static; for the authorize hook */
    void *who;              /* whatever the authorize hook leaves for handlers, in the arena; NULL before */
} HttpRequest;

/* First value of a name, or NULL. http_header wants lower case. */
const char *http_query(const HttpRequest *request, const char *name);
const char *http_form(const HttpRequest *request, const char *name);
const char *http_header(const HttpRequest *request, const char *lower_name);
const char *http_cookie(const HttpRequest *request, const char *name);
const HttpFile *http_file(const HttpRequest *request, const char *field);
const char *http_pairs_find(HttpPairs pairs, const char *name);

/* What the route's ":name" matched: must exist in the pattern. http_param_id: as a positive number, 0 if it is none. */
const char *http_param(const HttpRequest *request, const char *name);
int64_t http_param_id(const HttpRequest *request, const char *name);

/* The first of the offered languages ("it", "en") that Accept-Language prefers; offered[0] when it names none. */
const char *http_language(const HttpRequest *request, const char *const *offered, size_t count);

/* True for a path that leads nowhere but to this site: "/…", not "//", no backslash or control character. */
bool http_path_is_local(const char *path);

/* --- response ---------------------------------------------------------------------------------------------------- */

typedef struct HttpResponse HttpResponse;

/* 200 until set. */
void http_set_status(HttpResponse *response, int status);
int http_status(const HttpResponse *response);

/* The body, empty at first: append to it. Belongs to the response. */
GString *http_body(HttpResponse *response);

/* The body, with the content type set to text/html, text/plain or application/json (all UTF-8). */
GString *http_html(HttpResponse *response);
GString *http_text(HttpResponse *response);
GString *http_json(HttpResponse *response);

bool http_set_type(HttpResponse *response, const char *content_type) __attribute__((warn_unused_result));

/* Sets (replaces) or adds a header. false: name is no token, or value has a CR, LF or other control character. */
bool http_set_header(HttpResponse *response, const char *name, const char *value) __attribute__((warn_unused_result));
bool http_add_header(HttpResponse *response, const char *name, const char *value) __attribute__((warn_unused_result));

/* Sets a cookie that scripts cannot read: HttpOnly, SameSite=Lax, Path=/, Secure when the request came over TLS.
 * max_age in seconds; 0 removes it; below 0: until the browser closes. value: letters, digits and -_.~ only. */
bool http_set_cookie(HttpResponse *response, const char *name, const char *value, int64_t max_age)
    __attribute__((warn_unused_result));

/* Replaces the Content-Security-Policy, for pages that show foreign HTML under "sandbox". policy: static text. */
void http_set_policy(HttpResponse *response, const char *policy);

/* 303 to a path of this site; any other target becomes "/". */
void http_redirect(HttpResponse *response, const char *path);

/* A stored file: its bytes are copied, it cannot run (sandbox policy, nosniff), and it is saved under file_name unless
 * show is true and the type is a plain image or text. */
void http_send_blob(HttpResponse *response, Bytes content, const char *type, const char *file_name, bool show);

/* Names this version of the content (letters and digits). A GET whose If-None-Match names it is answered 304 without a
 * body. max_age in seconds; immutable content never changes under its URL. Without it a response is "no-store". */
void http_set_etag(HttpResponse *response, const char *tag, int64_t max_age, bool immutable);

#endif
