/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zone_testing: a table as the domain name system. Answers: "what would DNS say?", to a test of what interprets it.
 *
 * Called by: unit tests alone. Pointers: answers live in the zone's arena, their texts are the table's. Errors: none.
 *
 * Invariants:
 *  1. A name that no row has does not exist; one whose row has no text cannot be asked.
 */
#ifndef FILO_CHANNEL_MAIL_ZONE_TESTING_H
#define FILO_CHANNEL_MAIL_ZONE_TESTING_H

#include "net/dns.h"

#include <string.h>

typedef struct ZoneRow {
    const char *name;
    DnsType type;
    const char *text; /* NULL: cannot be asked */
} ZoneRow;

typedef struct TestZone {
    const ZoneRow *rows;
    size_t count;
    Arena *arena;
} TestZone;

/* What no row names has no such name; what one names otherwise has no such record. */
static inline DnsAnswer zone_ask(void *arg, const char *name, DnsType type)
{
    const TestZone *zone = arg;
    DnsRecord *records = ARENA_ARRAY(zone->arena, DnsRecord, zone->count + 1);
    DnsAnswer answer = {DNS_NO_NAME, records, 0};
    for (size_t i = 0; i < zone->count; i++) {
        if (g_ascii_strcasecmp(zone->rows[i].name, name) != 0)
            continue;
        if (answer.outcome == DNS_NO_NAME)
            answer.outcome = DNS_EMPTY;
        if (zone->rows[i].type != type)
            continue;
        if (!zone->rows[i].text)
            return (DnsAnswer){DNS_UNASKED, NULL, 0};
        answer.outcome = DNS_FOUND;
        records[answer.count++] = (DnsRecord){zone->rows[i].text, 10};
    }
    return answer;
}

#endif
