/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http_int: how a request is made and a response taken apart, inside net/ only. Answers: "what do server and tests do
 * that handlers must not?" Pointers and errors as in net/http.h; parsers return false for input that deserves a 400.
 * Called by: net. Invariants: as net/http.h.
 */
#ifndef FILO_NET_HTTP_INT_H
#define FILO_NET_HTTP_INT_H

#include "net/http.h"

enum { HTTP_PAIRS_MAX = 1000 }; /* parameters or fields in one request; more is a 400 */

struct HttpResponse {
    HttpRequest *request; /* what it answers */
    int status;
    GString *body;   /* yours to free, or to hand to the loop */
    GArray *headers; /* of HttpPair, texts in the request's arena */
    const char *type;
    const char *policy;
    const char *etag;
    void *stream; /* a StreamSeat: the connection becomes an event stream */
};

/* text of size bytes with %HH (and, with plus_is_space, +) decoded; NULL: a bad escape, a NUL or not UTF-8. */
char *http_percent_decode(Arena *arena, const char *text, size_t size, bool plus_is_space);

/* Fills path, segments and query from a request target ("/a/b?c=d", or absolute form). */
bool http_parse_target(HttpRequest *request, const char *target);

/* "a=b&c=d" into pairs. */
bool http_parse_pairs(Arena *arena, const char *text, size_t size, HttpPairs *pairs_out);

/* Every Cookie header into pairs; parts that are not name=value are skipped, browsers send what sites set. */
void http_parse_cookies(HttpRequest *request);

/* Fills form and files when the body says it is a form; true also when it is none. */
bool http_parse_form(HttpRequest *request);

/* One parameter of a header value, unquoted: boundary in "multipart/form-data; boundary=x". NULL: absent or malformed. */
char *http_header_param(Arena *arena, const char *value, const char *name);

HttpResponse *http_response_new(HttpRequest *request); /* in the arena; http_response_clear frees the rest */
void http_response_clear(HttpResponse *response);

/* Empties the response and makes it a short plain answer. */
void http_response_error(HttpResponse *response, int status);

/* Last touches before sending: 304, caching, compression, security headers (HSTS when request->secure). */
void http_response_finish(HttpResponse *response);

const char *http_reason(int status); /* "Not Found"; "Status" for a number we never send */
const char *http_response_header(const HttpResponse *response, const char *name); /* for tests; NULL: not set */

#endif
