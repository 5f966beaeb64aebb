/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dkim: the key a domain publishes for its signatures (RFC 6376 section 3.6.1, RFC 8301, RFC 8463). Answers: "is there one
 * under this name, and is it any good?"
 *
 * Also which name a signature says its key stands under. Not for checking signatures (vouch.h takes the mail server's word). Which names there are cannot be asked: a domain
 * without a key under the usual ones may have one elsewhere. Pure, over the records its source gives. Called by:
 * domain_check, event. Pointers: in the arena; the selector is borrowed. Errors: none.
 *
 * Invariants:
 *  1. What is published under a name and is no key (a wildcard's text) counts as absent.
 */
#ifndef FILO_CHANNEL_MAIL_DKIM_H
#define FILO_CHANNEL_MAIL_DKIM_H

#include "net/dns.h"

enum { DKIM_BITS_MIN = 1024, DKIM_BITS_GOOD = 2048 }; /* RFC 8301: what receivers must take, what signers should use */

typedef enum DkimState {
    DKIM_GOOD,
    DKIM_WEAK,  /* RSA from 1024 to 2047 bits */
    DKIM_SHORT, /* less: nobody believes it */
    DKIM_REVOKED,
    DKIM_BROKEN,
    DKIM_ABSENT,
    DKIM_UNASKED
} DkimState;

typedef struct DkimKey {
    DkimState state;
    const char *selector;
    unsigned bits; /* of RSA; 0: another kind */
    bool testing;  /* t=y: receivers treat the mail as unsigned */
} DkimKey;

/* What one TXT record says; the selector stays NULL. */
DkimKey dkim_key_parse(Arena *arena, const char *record);

DkimKey dkim_read(Arena *arena, DnsSource source, const char *domain, const char *selector);

/* A label, or several with dots: what may stand before "._domainkey". */
bool dkim_is_selector(const char *text);

/* The selector of a DKIM-Signature field made in that domain's name; NULL: it is another's, or none at all. */
const char *dkim_signature_selector(Arena *arena, const char *field, const char *domain);

/* The names that the large providers and the usual programs use, ended by NULL. */
const char *const *dkim_usual_selectors(void);

#endif
