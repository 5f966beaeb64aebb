/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/signature, the worker's side. Answers: "is this signature whole, and whose is it?"
 *
 * Runs in a sealed worker (and, unsealed, in the fuzzer): OpenSSL opens no file, draws no random and asks no clock here.
 * signature_open runs in the zygote before it forks, so that a worker finds the algorithms loaded.
 * Called by: worker.c, zygote_main.c, the fuzzer; signature.c (the checked way back). Tables: none. Errors: verdicts.
 * Pointers: *out lives in the arena; raw and trusted are borrowed.
 *
 * Invariants:
 *  1. signature_lines_read accepts what signature_lines_write makes of any signature_check.
 */
#ifndef FILO_PARSE_SIGNATURE_INT_H
#define FILO_PARSE_SIGNATURE_INT_H

#include "parse/signature.h"

/* Once per process. */
void signature_open(void);

void signature_check(Arena *arena, Bytes raw, Bytes trusted, TimeMs at, Signature *out);
GByteArray *signature_lines_write(const Signature *signature);
bool signature_lines_read(Arena *arena, Bytes result, size_t raw_size, Signature *out);

/* The two parts of a multipart/signed, as ranges of raw. */
typedef struct SignedParts {
    Bytes content;   /* the signed part with its headers, without the line end before the boundary */
    Bytes signature; /* the second part with its headers */
} SignedParts;

/* false: raw is no multipart/signed of S/MIME, or has not both parts. */
bool signed_parts_find(Bytes raw, SignedParts *parts_out);

#endif
