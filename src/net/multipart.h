/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * multipart: the body of a form with files (RFC 7578). Answers: "which fields and which files were sent?"
 *
 * Not for mail (that is MIME, parsed in the sandbox) and not for large files (they come in parts of their own): the
 * whole body is in memory, bounded by the route's body limit. Strict: CRLF line ends, a name on every part, the closing
 * boundary present, at most MULTIPART_PARTS_MAX parts and MULTIPART_HEAD_MAX bytes of part headers.
 *
 * Pointers: names and text values are copied to the request's arena; a file's content is borrowed from request->body.
 * Called by: net/http_parse. Errors: false means the body is malformed (400); what was filled so far means nothing.
 *
 * Invariants:
 *  1. Work is linear in the body; nothing outside request->body is read.
 *  2. A text field is valid UTF-8 without NUL; a part with a filename is a file, whatever its type.
 *
 * Example:
 *     if (!multipart_parse(request, http_header_param(arena, type, "boundary")))
 *         return answer(400);
 */
#ifndef FILO_NET_MULTIPART_H
#define FILO_NET_MULTIPART_H

#include "net/http.h"

enum { MULTIPART_PARTS_MAX = 200, MULTIPART_HEAD_MAX = 2048 };

/* Fills request->form and request->files from request->body. boundary: NULL is malformed. */
bool multipart_parse(HttpRequest *request, const char *boundary) __attribute__((warn_unused_result));

#endif
