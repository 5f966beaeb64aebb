/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pec_trust: the certificates the administrator trusts. Answers: "against what is a provider's signature checked?"
 *
 * Two lists, of which both count: the setting pec_ca, PEM that the mailbox's page put there, and what the setting pec_ca_file
 * names: a PEM file, or the *.pem, *.crt and *.cer of a folder in the order of their names, read at each use, so that a list
 * put there counts from then on. Not for looking at them (parse/signature.h does, in the sandbox). Owns no table. Called by:
 * pec_normalise.c, web/settings (the limit).
 *
 * Pointers: the bytes live in the arena given. Errors: FILO_ERROR_IO, FILO_ERROR_NOT_FOUND (no such path, or nothing in it),
 * FILO_ERROR_TOO_LARGE (over SIGNATURE_TRUSTED_MAX).
 *
 * Invariants:
 *  1. true: at least one byte, at most SIGNATURE_TRUSTED_MAX.
 *  2. A path that cannot be read takes nothing from the certificates held in pec_ca: then they count alone, and the log
 *     says what to mend.
 */
#ifndef FILO_CHANNEL_PEC_PEC_TRUST_H
#define FILO_CHANNEL_PEC_PEC_TRUST_H

#include "channel/channel.h"

/* Bytes of pec_ca at most: some 190 certificates of the usual two thousand bytes, which PEM makes a third longer. */
#define PEC_TRUST_HELD_MAX ((size_t)512 << 10)

/* Whether there is any list; without one nothing is checked. */
bool pec_trust_is_set(const ChannelSettings *settings);

/* The certificates of both lists, as PEM. name: the mailbox's, for the log of a path that cannot be read while others are
 * held. */
bool pec_trust_read(Arena *arena, const ChannelSettings *settings, const char *name, Bytes *pem_out, GError **error);

#endif
