/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dmarc: what a domain asks of those who get mail in its name (RFC 7489). Answers: "which policy holds for this domain?"
 *
 * Not for judging messages (vouch.h). Pure, over the records its source gives. A domain without a record of its own takes
 * the nearest one above: names are walked up to the last but one, so no list of public suffixes is needed. Called by:
 * domain_check. Pointers: in the arena. Errors: none.
 *
 * Invariants:
 *  1. Texts that do not begin with "v=DMARC1" do not count; several that do make none hold (section 6.6.3).
 */
#ifndef FILO_CHANNEL_MAIL_DMARC_H
#define FILO_CHANNEL_MAIL_DMARC_H

#include "net/dns.h"

enum { DMARC_LEVELS_MAX = 5, DMARC_PLACES_MAX = 8 };

typedef enum DmarcState { DMARC_READ, DMARC_ABSENT, DMARC_SEVERAL, DMARC_BROKEN, DMARC_UNASKED } DmarcState;
typedef enum DmarcPolicy { DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT } DmarcPolicy;

typedef struct DmarcReport {
    DmarcState state;
    const char *found_at;                 /* the domain whose record it is */
    bool inherited;                       /* not this domain's own */
    DmarcPolicy policy;                   /* for this domain's mail: sp of an inherited record */
    unsigned percent;                     /* of the mail it holds for */
    bool reports;                         /* somebody is told */
    const char *places[DMARC_PLACES_MAX]; /* the domains of their addresses, lower case, each once */
    size_t place_count;
    bool strict_spf, strict_dkim;
} DmarcReport;

DmarcReport dmarc_read(Arena *arena, DnsSource source, const char *domain);

typedef enum DmarcConsent { DMARC_CONSENTS, DMARC_SILENT, DMARC_CONSENT_UNASKED } DmarcConsent;

/* Whether reports about the domain whose record it is may go to a domain: to itself, to one above or below it, and to one that
 * says so (section 7.1); else nobody sends them there. */
DmarcConsent dmarc_consent(Arena *arena, DnsSource source, const char *found_at, const char *place);

/* Where that is said; its value is "v=DMARC1". */
const char *dmarc_consent_name(Arena *arena, const char *found_at, const char *place);

/* What one record says; only state, policy, percent, reports and alignment are filled. */
DmarcReport dmarc_parse(Arena *arena, const char *record, bool inherited);

#endif
