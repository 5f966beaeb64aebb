/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/certificate, the worker's side. Answers: "which certificates do these bytes hold?"
 *
 * Runs in a sealed worker (and, unsealed, in the fuzzer), after signature_open. Called by: worker.c, signature_check.c, the
 * fuzzer; certificate.c (the checked way back). Tables: none. Errors: verdicts. Pointers: *out lives in the arena; file is
 * borrowed.
 *
 * Invariants:
 *  1. certificate_lines_read accepts what certificate_lines_write makes of any certificate_read.
 */
#ifndef FILO_PARSE_CERTIFICATE_INT_H
#define FILO_PARSE_CERTIFICATE_INT_H

#include "parse/certificate.h"

#include <openssl/x509.h>

void certificate_read(Arena *arena, Bytes file, Certificates *out);
GByteArray *certificate_lines_write(const Certificates *certificates);
bool certificate_lines_read(Arena *arena, Bytes result, Certificates *out);

/* An entry of the subject's name (NID_commonName) as a clean line; "" when it has none. */
const char *certificate_name(Arena *arena, X509 *certificate, int nid);

#endif
