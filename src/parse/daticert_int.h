/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/daticert, the worker's side. Answers: "what does this XML say?"
 *
 * Runs in a sealed worker (and, unsealed, in the fuzzer). Called by: worker.c, the fuzzer, daticert.c (the checked way
 * back). Tables: none. Errors: read = false. Pointers: *out lives in the arena; xml is borrowed.
 *
 * Invariants:
 *  1. daticert_lines_read accepts what daticert_lines_write makes of any daticert_read.
 */
#ifndef FILO_PARSE_DATICERT_INT_H
#define FILO_PARSE_DATICERT_INT_H

#include "parse/daticert.h"

void daticert_read(Arena *arena, Bytes xml, Daticert *out);
GByteArray *daticert_lines_write(const Daticert *certified);
bool daticert_lines_read(Arena *arena, Bytes result, Daticert *out);

#endif
