/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/signature: the S/MIME signature around a message (multipart/signed, RFC 8551). Answers: "did one of those we trust
 * sign exactly these bytes?"
 *
 * The message and the trusted certificates go to a sandboxed worker, where GMime and OpenSSL's CMS look at them; nothing
 * of either runs in the process that holds the data (docs/adr/0014). Nothing is fetched: no revocation is asked for. Not for
 * refusing a message, and not for who wrote it: the caller compares the signer's addresses with what it expects.
 * Tables: none. Called by: channel/pec.
 *
 * Pointers: all texts live in the arena given; an absent one is "".
 * Errors: FILO_ERROR_IO (no worker could be started). A message that breaks its worker is SIGNATURE_UNREADABLE.
 *
 * Invariants:
 *  1. SIGNATURE_VALID: every signer's certificate leads to one of `trusted` at that instant, was made to sign mail, and the
 *     digest (SHA-2) is that of the signed part. Only then do signed_offset and signed_length say which bytes of raw.
 *  2. The same input gives the same answer, whatever the clock of the machine says.
 *
 * Example:
 *     Signature signature;
 *     if (parse_signature(zygote, arena, raw, pem, now, &signature, &error) && signature.verdict == SIGNATURE_VALID)
 *         show(signature.signer);
 */
#ifndef FILO_PARSE_SIGNATURE_H
#define FILO_PARSE_SIGNATURE_H

#include "parse/mail.h"

#define SIGNATURE_TRUSTED_MAX ((size_t)4 << 20) /* bytes of PEM */
#define SIGNATURE_ADDRESSES_MAX 10

typedef enum SignatureVerdict {
    SIGNATURE_VALID,
    SIGNATURE_ABSENT,     /* not a multipart/signed message */
    SIGNATURE_UNREADABLE, /* no signature can be read, or its signer's certificate is not in it */
    SIGNATURE_CHANGED,    /* the bytes are not those that were signed */
    SIGNATURE_UNTRUSTED,  /* signed by somebody whose certificate leads to none we trust */
    SIGNATURE_EXPIRED,    /* the certificate is not valid at that instant */
    SIGNATURE_WEAK,       /* a digest or key nobody should rely on any more */
    SIGNATURE_VERDICTS
} SignatureVerdict;

typedef struct Signature {
    SignatureVerdict verdict;
    const char *signer;           /* the certificate's common name; also of one that is not trusted */
    const char *organization;     /* … and its organisation */
    const char *const *addresses; /* the mail addresses the certificate holds, lower case */
    size_t address_count;
    uint64_t signed_offset, signed_length; /* the signed part in raw */
} Signature;

/* trusted: certificates in PEM, those of authorities or the signers' own; at: the instant they must be valid. */
bool parse_signature(ParseZygote *zygote, Arena *arena, Bytes raw, Bytes trusted, TimeMs at, Signature *out,
                     GError **error);

#endif
