/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * spf: what a domain publishes about who may send its mail (RFC 7208), read by its owner. Answers: "is it in order, and does
 * it name the server our mailbox sends through?"
 *
 * Not a receiver's check of a message: nobody's mail is judged by it (the mail server did that: vouch.h). Pure, over the
 * records its source gives. Called by: domain_check. Pointers: in the arena. Errors: none.
 *
 * Invariants:
 *  1. Lookups and void lookups are counted as for a sender that no term matches: the most a receiver may need.
 *  2. It asks at most for the terms of SPF_LOOKUPS_MAX + 1 lookups, however records include each other.
 *  3. What could not be asked makes the report unsure, never wrong.
 *
 * Example:
 *     SpfReport report = spf_read(arena, source, "example.com");
 *     SpfCover cover = spf_covers(arena, source, "example.com", &report, &server);
 */
#ifndef FILO_CHANNEL_MAIL_SPF_H
#define FILO_CHANNEL_MAIL_SPF_H

#include "net/dns.h"

enum {
    SPF_LOOKUPS_MAX = 10,
    SPF_VOIDS_MAX = 2,
    SPF_RECORDS_MAX = 4,
    SPF_INCLUDES_MAX = 16
}; /* the first two: section 4.6.4 */

typedef enum SpfState { SPF_READ, SPF_ABSENT, SPF_SEVERAL, SPF_BROKEN, SPF_UNASKED } SpfState;

typedef struct SpfReport {
    SpfState state;
    const char *records[SPF_RECORDS_MAX]; /* as published */
    size_t record_count;
    const char *wrong; /* of BROKEN: the term that is none, or includes nothing */
    char all;          /* '+', '-', '~', '?': what it says of everybody else; 0: nothing */
    unsigned lookups, voids;
    bool unsure;                            /* a part of it could not be asked */
    const char *includes[SPF_INCLUDES_MAX]; /* whose records count as its own, also through others */
    size_t include_count;
} SpfReport;

SpfReport spf_read(Arena *arena, DnsSource source, const char *domain);

typedef struct SpfServer {
    const char *host;    /* where the mailbox hands over its mail */
    const char *include; /* what its owner tells customers to include; "": unknown, its addresses count */
} SpfServer;

typedef enum SpfCover {
    SPF_COVERED,
    SPF_NOT_COVERED,
    SPF_COVER_UNKNOWN, /* could not be asked, or depends on the message */
    SPF_COVER_INSIDE   /* a private address: what the world sees is another */
} SpfCover;

SpfCover spf_covers(Arena *arena, DnsSource source, const char *domain, const SpfReport *report,
                    const SpfServer *server);

/* One record in place of what is there: terms kept in order and once, those that are none left out, the servers that lack
 * added, and a word about everybody else. */
const char *spf_mended(Arena *arena, DnsSource source, const SpfReport *report, const SpfServer *lacking, size_t count);

#endif
