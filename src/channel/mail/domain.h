/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * domain: whether mail in a domain's name is trusted by others, and what its owner can do about it. Answers: "what is wrong
 * with our domain, in words, and which line mends it?"
 *
 * Puts together what spf.h, dkim.h, dmarc.h and the domain's mail servers say. Nothing is kept: DNS is asked whenever
 * somebody wants to know. Not for the senders of what comes in (vouch.h). Owns no table. Called by: web/settings, api.
 *
 * Pointers: in the arena. Errors: none.
 *
 * Invariants:
 *  1. domain_check is pure over its source's records.
 *  2. What could not be asked is UNKNOWN, and never BAD.
 *  3. A domain that is not the company's (everybody's, like gmail.com) or that carries certified mail alone is not asked
 *     about and not blamed.
 *  4. domain_survey answers within DOMAIN_LIMIT_MS and DNS's last wait, however many domains and dead servers there are.
 *     It waits for the network: never inside a transaction.
 *
 * Example:
 *     DomainSurvey survey = domain_survey(arena, &accounts, &(DomainSelectors){"", signing_known(tx, arena)});
 *     for (size_t i = 0; i < survey.count; i++) show(&survey.reports[i]);
 */
#ifndef FILO_CHANNEL_MAIL_DOMAIN_H
#define FILO_CHANNEL_MAIL_DOMAIN_H

#include "base/catalogue.h"
#include "channel/mail/spf.h"
#include "desk/setting/setting.h"

enum { DOMAIN_LIMIT_MS = 6000, DOMAIN_SERVERS_MAX = 8, DOMAIN_FINDINGS_MAX = 40, DOMAINS_MAX = 16 };

typedef enum DomainPart { DOMAIN_MX, DOMAIN_SPF, DOMAIN_DKIM, DOMAIN_DMARC, DOMAIN_PART_COUNT } DomainPart;

/* In the order of gravity. */
typedef enum DomainMark { DOMAIN_GOOD, DOMAIN_ADVICE, DOMAIN_UNKNOWN, DOMAIN_BAD, DOMAIN_MARK_COUNT } DomainMark;

const char *domain_part_text(DomainPart part);
const char *domain_mark_text(DomainMark mark);

typedef enum DomainKind {
    DOMAIN_OURS,
    DOMAIN_EVERYBODYS, /* gmail.com: its owner sees to it */
    DOMAIN_CERTIFIED   /* only certified mail: the provider signs */
} DomainKind;

typedef struct DomainAsked {
    const char *domain;  /* lower case, as DNS writes it */
    const char *address; /* one of ours there */
    DomainKind kind;
    SpfServer servers[DOMAIN_SERVERS_MAX]; /* that mail of this domain leaves through */
    size_t server_count;
    const char *selector; /* of DKIM, as somebody said; "": the one that was learnt */
    const char *learnt;   /* from our own mail; "": the usual ones are tried */
} DomainAsked;

typedef struct DomainFinding {
    DomainPart part;
    DomainMark mark;
    MsgId text;             /* with {domain}, {what}, {count} */
    const char *what;       /* "" */
    unsigned count;         /* 0 */
    const char *line_name;  /* what to write into DNS; NULL: nothing */
    const char *line_value; /* of a TXT record */
} DomainFinding;

typedef struct DomainReport {
    const char *domain;
    DomainKind kind;
    DomainMark mark;                             /* the gravest */
    DomainFinding findings[DOMAIN_FINDINGS_MAX]; /* by part */
    size_t count;
} DomainReport;

DomainReport domain_check(Arena *arena, DnsSource source, const DomainAsked *asked);

/* The sentence on top, and a finding's. */
const char *domain_verdict(Arena *arena, Lang lang, const DomainReport *report);
const char *domain_words(Arena *arena, Lang lang, const DomainReport *report, const DomainFinding *finding);

/* The domain of an address, lower case as DNS writes it; "": DNS can know none. */
const char *domain_of_mailbox(Arena *arena, const char *address);

/* Under which names keys are looked for. */
typedef struct DomainSelectors {
    const char *said;  /* for all domains; "": nobody said one */
    const char *known; /* signing_known */
} DomainSelectors;

/* The domains of the accounts in use, each once; at most DOMAINS_MAX. */
size_t domain_list(Arena *arena, const ChannelAccountList *accounts, const DomainSelectors *selectors,
                   DomainAsked asked[DOMAINS_MAX]);

typedef struct DomainSurvey {
    DomainReport *reports;
    size_t count;
} DomainSurvey;
DomainSurvey domain_survey(Arena *arena, const ChannelAccountList *accounts, const DomainSelectors *selectors);

#endif
