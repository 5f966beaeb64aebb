/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *a, const char *b)
{
    size_t length = strlen(a), other = strlen(b);
    length -= length && a[length - 1] == '.';
    other -= other && b[other - 1] == '.';
    return length == other && g_ascii_strncasecmp(a, b, length) == 0;
}

/* --- records -------------------------------------------------------------------------------------------------------- */

static const char *printable(Arena *arena, const GString *bytes)
{
    bool is_utf8 = g_utf8_validate(bytes->str, (gssize)bytes->len, NULL);
    char *text = arena_strndup(arena, bytes->str, bytes->len);
    for (size_t i = 0; i < bytes->len; i++) {
        unsigned char c = (unsigned char)bytes->str[i];
        text[i] = c < ' ' || c == 0x7f || (c > 0x7f && !is_utf8) ? '?' : (char)c;
    }
    return text;
}

static const char *read_text(Arena *arena, const ns_rr *rr)
{
    const uint8_t *at = ns_rr_rdata(*rr), *end = at + ns_rr_rdlen(*rr);
    g_autoptr(GString) joined = g_string_new(NULL);
    if (at == end)
        return NULL;
    for (; at < end; at += 1 + *at) {
        if (*at > end - at - 1)
            return NULL;
        g_string_append_len(joined, (const char *)at + 1, *at);
    }
    return printable(arena, joined);
}

/* A name inside a record that ends where the record does. */
static const char *read_name(Arena *arena, ns_msg *message, const uint8_t *at, const uint8_t *end)
{
    char name[NS_MAXDNAME];
    int used = ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), at, name, sizeof name);
    if (used < 0 || at + used != end)
        return NULL;
    return arena_strdup(arena, strcmp(name, ".") == 0 ? "" : name);
}

static const char *read_address(Arena *arena, const ns_rr *rr, int family, size_t size)
{
    char text[INET6_ADDRSTRLEN];
    if (ns_rr_rdlen(*rr) != size || !inet_ntop(family, ns_rr_rdata(*rr), text, sizeof text))
        return NULL;
    return arena_strdup(arena, text);
}

/* false: the record is broken. */
static bool read_record(Arena *arena, ns_msg *message, const ns_rr *rr, DnsType type, DnsRecord *record_out)
{
    const uint8_t *data = ns_rr_rdata(*rr), *end = data + ns_rr_rdlen(*rr);
    *record_out = (DnsRecord){0};
    switch (type) {
    case DNS_A:
        record_out->text = read_address(arena, rr, AF_INET, NS_INADDRSZ);
        break;
    case DNS_AAAA:
        record_out->text = read_address(arena, rr, AF_INET6, NS_IN6ADDRSZ);
        break;
    case DNS_TXT:
        record_out->text = read_text(arena, rr);
        break;
    case DNS_MX:
        if (end - data < 3)
            return false;
        record_out->distance = ns_get16(data);
        record_out->text = read_name(arena, message, data + 2, end);
        break;
    }
    return record_out->text != NULL;
}

/* --- the message ---------------------------------------------------------------------------------------------------- */

static bool is_our_question(ns_msg *message, const char *name, DnsType type)
{
    ns_rr rr;
    return ns_msg_getflag(*message, ns_f_qr) && ns_msg_count(*message, ns_s_qd) == 1 &&
           ns_parserr(message, ns_s_qd, 0, &rr) == 0 && ns_rr_type(rr) == (ns_type)type && ns_rr_class(rr) == ns_c_in &&
           is_name(ns_rr_name(rr), name);
}

typedef struct Answers {
    DnsRecord *records;
    size_t count;
    const char *alias; /* the name goes by another */
} Answers;

/* What stands at one name; false: the message is broken. */
static bool collect(Arena *arena, ns_msg *message, const char *name, DnsType type, Answers *answers_out)
{
    *answers_out = (Answers){ARENA_ARRAY(arena, DnsRecord, DNS_RECORDS_MAX), 0, NULL};
    for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
        ns_rr rr;
        if (ns_parserr(message, ns_s_an, i, &rr) != 0)
            return false;
        if (ns_rr_class(rr) != ns_c_in || !is_name(ns_rr_name(rr), name))
            continue;
        if (ns_rr_type(rr) == ns_t_cname) {
            const uint8_t *data = ns_rr_rdata(rr);
            answers_out->alias = read_name(arena, message, data, data + ns_rr_rdlen(rr));
            if (!answers_out->alias)
                return false;
        }
        if (ns_rr_type(rr) != (ns_type)type || answers_out->count == DNS_RECORDS_MAX)
            continue;
        if (!read_record(arena, message, &rr, type, &answers_out->records[answers_out->count++]))
            return false;
    }
    return true;
}

static int by_distance(const void *a, const void *b)
{
    const DnsRecord *one = a, *other = b;
    return one->distance != other->distance ? (one->distance > other->distance ? 1 : -1)
                                            : strcmp(one->text, other->text);
}

static DnsAnswer walk(Arena *arena, ns_msg *message, const char *name, DnsType type, DnsOutcome none)
{
    Answers found;
    for (int hops = 0; hops <= DNS_ALIASES_MAX; hops++) {
        if (!collect(arena, message, name, type, &found))
            return (DnsAnswer){DNS_UNASKED, NULL, 0};
        if (found.count > 0) {
            if (type == DNS_MX)
                qsort(found.records, found.count, sizeof *found.records, by_distance);
            return (DnsAnswer){DNS_FOUND, found.records, found.count};
        }
        if (!found.alias)
            return (DnsAnswer){none, NULL, 0};
        name = found.alias;
    }
    return (DnsAnswer){DNS_UNASKED, NULL, 0}; /* aliases in a circle */
}

DnsAnswer dns_answer_parse(Arena *arena, Bytes bytes, const char *name, DnsType type)
{
    const DnsAnswer none = {DNS_UNASKED, NULL, 0};
    ns_msg message;
    if (bytes.size < NS_HFIXEDSZ || bytes.size > NS_MAXMSG || ns_initparse(bytes.data, (int)bytes.size, &message) != 0)
        return none;
    if (!is_our_question(&message, name, type))
        return none;
    switch (ns_msg_getflag(message, ns_f_rcode)) {
    case ns_r_noerror:
        return walk(arena, &message, name, type, DNS_EMPTY);
    case ns_r_nxdomain:
        return (DnsAnswer){DNS_NO_NAME, NULL, 0};
    default:
        return none;
    }
}
