/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/prepare: the raw message as GMime reads it best. Answers: "where do the headers really begin and end?"
 *
 * Real mail opens with a byte order mark, an mbox line or a folded line with no head, or forgets the empty line before
 * the body; GMime then calls headers text or text headers. The header fields are written afresh (LF, no NUL, no bare
 * CR, clipped), the body is copied as it is, and delta leads from an offset in the copy's body back to the raw.
 *
 * Called by: message.c in the worker. Tables: none. Errors: none. Pointers: Prepared.bytes is yours (g_byte_array_unref).
 *
 * Invariants:
 *  1. A byte at offset o >= body_start of bytes is the raw's byte at o + delta.
 *  2. Linear in the raw's size.
 */
#ifndef FILO_PARSE_PREPARE_INT_H
#define FILO_PARSE_PREPARE_INT_H

#include "parse/mail.h"

typedef struct PrepareLimits {
    size_t field_max;    /* bytes of one field */
    size_t fields_max;   /* fields */
    size_t received_max; /* of them Received: they prove nothing and loops make thousands */
    size_t body_max;     /* bytes of body */
} PrepareLimits;

extern const PrepareLimits prepare_normal, prepare_clipped;

typedef struct Prepared {
    GByteArray *bytes;
    size_t body_start;
    int64_t delta;
    uint32_t defects;
} Prepared;

Prepared message_prepare(Bytes raw, const PrepareLimits *limits);

#endif
