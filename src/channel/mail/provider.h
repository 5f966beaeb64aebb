/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * provider: the companies most mailboxes are with, and their servers. Answers: "what must be typed for a mailbox with
 * them?"
 *
 * A table of what each of them publishes; nothing is ever sent anywhere because of it: it fills a form that a person
 * looks at. Not for what a mailbox really uses (its own settings). Owns no table. Called by: web/settings, domain.h.
 *
 * Pointers: static. Errors: none.
 *
 * Invariants:
 *  1. Every provider is reached under TLS from the first byte or by STARTTLS, on the ports it names.
 */
#ifndef FILO_CHANNEL_MAIL_PROVIDER_H
#define FILO_CHANNEL_MAIL_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct MailProvider {
    const char *key;     /* in addresses of pages: "aruba"; its advice is mailbox.advice.<key> */
    const char *name;    /* as everybody calls it */
    const char *channel; /* the adapter: "mail" or "pec" */
    const char *smtp_host, *smtp_tls, *smtp_port;
    const char *imap_host;  /* always TLS from the first byte, port 993 */
    bool plus;              /* delivers address+word@ */
    const char *per_minute; /* messages a minute it lets through; "" where it names no limit */
    const char
        *spf_include; /* what its customers' SPF records include; "": no domain of a customer's sends through it */
    const char *auth_server; /* who judges senders there, as the setting says it (vouch.h); "": not published */
} MailProvider;

/* All, in the order pages show them. */
const MailProvider *mail_providers(size_t *count_out);

/* NULL: there is none of that key. */
const MailProvider *mail_provider_find(const char *key);

/* What a domain that sends through this server includes in its SPF record; "": none of these providers' servers. */
const char *mail_provider_include(const char *smtp_host);

#endif
