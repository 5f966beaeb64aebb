/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dns: questions to DNS servers (RFC 1035). Answers: "which records stand at this name?" and, apart from
 * "none", "could it be asked at all?"
 *
 * The servers are the system's (/etc/resolv.conf) or the one that dns_use named. The query is built and the answer read
 * by the C library's functions; the exchange is our own, because the library's waits without bound once an answer comes by
 * TCP. Not for connecting anywhere (net/dial.h), and for nobody's address but those a page shows.
 *
 * Called by: web, api. It waits for the network: never on a loop, never inside a transaction. A session belongs to one
 * thread. Pointers: answers live in the session's arena. Errors: none; DNS_UNASKED says that nobody answered, or nonsense.
 *
 * Invariants:
 *  1. No question begins after the session's deadline, and none waits past it; after two that nobody answered, or the first,
 *     the rest is DNS_UNASKED at once.
 *  2. An answer counts only with our number and our question in it; names may be compressed, aliases are followed at most
 *     DNS_ALIASES_MAX times. At most DNS_RECORDS_MAX records are taken.
 *  3. A text has no control characters and is UTF-8.
 *  4. The same question in a session is asked once.
 *
 * Example:
 *     DnsSession *session = dns_open(5000);
 *     DnsAnswer answer = dns_ask(session, "example.com", DNS_TXT);
 *     dns_close(session);
 */
#ifndef FILO_NET_DNS_H
#define FILO_NET_DNS_H

#include "base/arena.h"

#include <stdint.h>

enum { DNS_ALIASES_MAX = 8, DNS_RECORDS_MAX = 64, DNS_NAME_MAX = 253 };

typedef enum DnsType { DNS_A = 1, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28 } DnsType;

typedef enum DnsOutcome {
    DNS_FOUND,
    DNS_EMPTY,   /* the name is there, no such record */
    DNS_NO_NAME, /* there is no such name */
    DNS_UNASKED  /* no answer, a refusal, or one that is none */
} DnsOutcome;

typedef struct DnsRecord {
    const char *text;  /* of TXT: its strings joined; of MX: the host, "" for "." (RFC 7505); else the address */
    unsigned distance; /* of MX: its preference */
} DnsRecord;

typedef struct DnsAnswer {
    DnsOutcome outcome;
    const DnsRecord *records; /* MX by preference */
    size_t count;             /* not 0 when found */
} DnsAnswer;

/* Whoever interprets records asks one of these; a test's is a table. */
typedef struct DnsSource {
    DnsAnswer (*ask)(void *arg, const char *name, DnsType type);
    void *arg;
} DnsSource;

/* Another server than the system's: "127.0.0.1:5353", "[::1]:5353"; "" for the system's. Once, before the first session.
 * false: that is no address and port. */
bool dns_use(const char *server);

typedef struct DnsSession DnsSession;
DnsSession *dns_open(int limit_ms);
void dns_close(DnsSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsSession, dns_close)
DnsAnswer dns_ask(DnsSession *session, const char *name, DnsType type);
DnsSource dns_source(DnsSession *session);

/* The reader alone: what a message says to the question. DNS_UNASKED for what is no answer to it. */
DnsAnswer dns_answer_parse(Arena *arena, Bytes message, const char *name, DnsType type);

#endif
