/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_in: the JSON a program sent, as a tree. Answers: "is this JSON by the book, and does it say one thing?"
 *
 * Strict RFC 8259 in UTF-8: one value, nothing before or after it; no number beyond a double, no lone surrogate, no
 * nesting beyond JSON_IN_DEPTH_MAX, no more than JSON_IN_SIZE_MAX bytes. U+0000 in a member's name, which the library
 * cannot hold, becomes U+FFFD: no name of ours has either. A member that is named twice is JSON all the same (every reader takes another of
 * the two), so it is read and marked, and shape.h refuses it. Not for what the members mean. Owns no table.
 *
 * Pointers: the tree is yours to free (json_decref). Errors: json_in_parse is false for what is not JSON and then gives
 * no tree. Called by: api/shape.
 *
 * Invariants:
 *  1. Costs one pass over the bytes, at most three when a name is repeated or holds U+0000.
 *
 * Example:
 *     JsonIn in;
 *     if (!json_in_parse(body, &in)) return refuse("json.syntax");
 */
#ifndef FILO_API_JSON_IN_H
#define FILO_API_JSON_IN_H

#include "base/bytes.h"

#include <jansson.h>

#define JSON_IN_DEPTH_MAX JSON_PARSER_MAX_DEPTH
#define JSON_IN_SIZE_MAX ((size_t)1 << 20)

typedef struct JsonIn {
    json_t *root;
    bool repeats; /* some object names a member twice */
} JsonIn;

bool json_in_parse(Bytes text, JsonIn *in_out);

#endif
