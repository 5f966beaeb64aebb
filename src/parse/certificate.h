/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/certificate: the X.509 certificates in a file somebody gives us. Answers: "which certificates are in it, and is it
 * safe to keep them?"
 *
 * A PEM file with one or many, a DER file, a PKCS#7 bundle in either form. The file goes to a sandboxed worker, where OpenSSL
 * looks at it (docs/adr/0014); what comes back is checked text and the certificates' bytes, nothing else of the file. Not for
 * whether a certificate may be trusted: that is the administrator's word. Not for signatures (parse/signature.h).
 * Tables: none. Called by: web/settings.
 *
 * Pointers: all texts live in the arena given; an absent one is "".
 * Errors: FILO_ERROR_IO (no worker could be started). A file that breaks its worker is CERTIFICATES_NONE.
 *
 * Invariants:
 *  1. CERTIFICATES_READ: between one and CERTIFICATE_COUNT_MAX, no two the same; with any other verdict there are none.
 *  2. A file in which a private key can be recognised gives CERTIFICATES_KEY, whatever else it holds; no key's bytes ever
 *     come back.
 *  3. certificate_pem read again gives the same certificates in the same order.
 *
 * Example:
 *     Certificates found;
 *     if (parse_certificates(zygote, arena, file, &found, &error) && found.verdict == CERTIFICATES_READ)
 *         pem = certificate_pem(arena, found.items, found.count);
 */
#ifndef FILO_PARSE_CERTIFICATE_H
#define FILO_PARSE_CERTIFICATE_H

#include "base/arena.h"
#include "base/clock.h"
#include "parse/zygote.h"

#define CERTIFICATE_FILE_MAX ((size_t)1 << 20) /* bytes of a file */

enum { CERTIFICATE_COUNT_MAX = 200, CERTIFICATE_DER_MAX = 12000 /* bytes; real ones have two thousand */ };

typedef enum CertificateVerdict {
    CERTIFICATES_READ,
    CERTIFICATES_NONE,      /* nothing in it can be read as a certificate */
    CERTIFICATES_KEY,       /* a private key is in it */
    CERTIFICATES_TOO_MANY,  /* more than CERTIFICATE_COUNT_MAX */
    CERTIFICATES_TOO_LARGE, /* the file is over CERTIFICATE_FILE_MAX */
    CERTIFICATE_VERDICTS
} CertificateVerdict;

typedef struct Certificate {
    const char *name;             /* the subject's common name, else its unit's */
    const char *organization;     /* the subject's */
    const char *fingerprint;      /* SHA-256 of its bytes, 64 lower-case hex digits */
    TimeMs not_before, not_after; /* when it is valid, by its own word */
    const char *base64;           /* its bytes (DER) */
} Certificate;

typedef struct Certificates {
    CertificateVerdict verdict;
    const Certificate *items; /* in the file's order */
    size_t count;
} Certificates;

bool parse_certificates(ParseZygote *zygote, Arena *arena, Bytes file, Certificates *out, GError **error);

/* All of them as a PEM text, and nothing else in it. */
const char *certificate_pem(Arena *arena, const Certificate *items, size_t count);

/* The one of that fingerprint; NULL: it is not among them. Lives as long as they do. */
const Certificate *certificate_find(const Certificate *items, size_t count, const char *fingerprint);

#endif
