/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pec_trust: the certificates the administrator trusts. Answers: "against what is a provider's signature checked?"
 *
 * Reads a PEM file, or the *.pem, *.crt and *.cer of a folder in the order of their names, at each use: a list put there
 * counts from then on. Not for looking at them (parse/signature.h does, in the sandbox). Owns no table. Called by:
 * pec_normalise.c.
 *
 * Pointers: the bytes live in the arena given. Errors: FILO_ERROR_IO, FILO_ERROR_NOT_FOUND (no such path, or nothing in it),
 * FILO_ERROR_TOO_LARGE (over SIGNATURE_TRUSTED_MAX).
 *
 * Invariants:
 *  1. true: at least one byte, at most SIGNATURE_TRUSTED_MAX.
 */
#ifndef FILO_CHANNEL_PEC_PEC_TRUST_H
#define FILO_CHANNEL_PEC_PEC_TRUST_H

#include "base/arena.h"
#include "base/bytes.h"

bool pec_trust_read(Arena *arena, const char *path, Bytes *pem_out, GError **error);

#endif
