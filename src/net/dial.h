/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dial: how libcurl reaches a company's mail server, the same for sending and for reading. Answers: "is it surely that
 * server, and does nobody listen?"
 *
 * Not for the protocol spoken afterwards (net/smtp.h, net/imap.h).
 * Called by: net/smtp.c, net/imap.c, after libcurl_load. Pointers: a Dial is the caller's and outlives the handle; its
 * texts are borrowed until then. Errors: false for a name that makes no URL; what happens later is libcurl's.
 *
 * Invariants:
 *  1. Certificate and name are always checked, TLS is 1.2 or later, and STARTTLS is demanded, never hoped for
 *     (security A61).
 *  2. With DIAL_TLS_NONE only loopback addresses are connected to: the address is looked at, not the name.
 *  3. No proxy of the environment is used.
 *  4. An address that is not of the public internet is connected to only where dial_allow lets it be, whatever name led
 *     there (security A60): the address judged is the one connected to.
 */
#ifndef FILO_NET_DIAL_H
#define FILO_NET_DIAL_H

#include "net/libcurl_late.h"

#include <stdint.h>
#include <sys/socket.h>

typedef enum DialTls {
    DIAL_TLS_STARTTLS, /* plain greeting, then STARTTLS or nothing */
    DIAL_TLS_IMPLICIT, /* TLS from the first byte */
    DIAL_TLS_NONE      /* loopback only */
} DialTls;

typedef struct Dial {
    const char *protocol; /* "smtp", "imap", "http"; with an s when implicit */
    const char *host;     /* a name or an address */
    uint16_t port;
    const char *path; /* of the URL: "/" and what the protocol reads there */
    DialTls tls;
    const char *ca_file;    /* PEM of what to trust instead of the system's list; NULL or "": the system's */
    bool plaintext_refused; /* out: DIAL_TLS_NONE, and the address was not loopback */
    bool private_refused;   /* out: the last address was inside the house, and not one that is allowed */
} Dial;

/* Which addresses inside the house may be dialled: "127.0.0.0/8, 192.168.1.20, fd00::/8", "" for none. Once, before the
 * first dial. false: that is no list of networks, and none is allowed. */
bool dial_allow(const char *networks);
bool dial_may_reach(const struct sockaddr *address);

/* What a refusal says; the same whether anybody listens there or not. */
#define DIAL_PRIVATE_WORDS "the address is inside the house, and the installation does not allow it"

/* Sets address and security of the handle. */
bool dial_set(CURL *curl, Dial *dial);

/* Whether the transfer failed for want of TLS or of a right certificate. */
bool dial_is_tls_failure(CURLcode done);

#endif
