/* SPDX-License-Identifier: EUPL-1.2 */
/* net/dns_answer on any message, and what interprets it on any text: bounded records, printable UTF-8, the same twice. */
#include "base/check.h"
#include "channel/mail/dkim.h"
#include "channel/mail/dmarc.h"
#include "channel/mail/spf.h"
#include "net/dns.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const DnsType types[] = {DNS_A, DNS_MX, DNS_TXT, DNS_AAAA};

static void check_answer(const DnsAnswer *answer)
{
    check((answer->outcome == DNS_FOUND) == (answer->count > 0) && answer->count <= DNS_RECORDS_MAX);
    for (size_t i = 0; i < answer->count; i++) {
        const char *text = answer->records[i].text;
        check(g_utf8_validate(text, -1, NULL));
        for (const char *at = text; *at; at++)
            check((unsigned char)*at >= ' ' && *at != 0x7f);
    }
}

/* Every name has the text: records include themselves and each other without end. */
static DnsAnswer ask(void *arg, const char *name, DnsType type)
{
    (void)name;
    return type == DNS_TXT ? (DnsAnswer){DNS_FOUND, arg, 1} : (DnsAnswer){DNS_EMPTY, NULL, 0};
}

static void check_text(Arena *arena, const char *text)
{
    DnsRecord record = {text, 0};
    DnsSource source = {ask, &record};
    SpfReport spf = spf_read(arena, source, "a.test");
    check(spf.include_count <= SPF_INCLUDES_MAX);
    (void)dkim_key_parse(arena, text);
    (void)dmarc_parse(arena, text, false);
    if (spf.record_count) {
        SpfServer server = {"192.0.2.1", ""};
        (void)spf_covers(arena, source, "a.test", &spf, &server);
        const char *mended = spf_mended(arena, source, &spf, &server, 1);
        check(g_str_has_prefix(mended, "v=spf1 "));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Arena) arena = arena_new((size_t)256 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        DnsAnswer answer = dns_answer_parse(arena, (Bytes){data, size}, "a.test", types[i]);
        check_answer(&answer);
    }
    g_autofree char *text = g_strndup((const char *)data, MIN(size, (size_t)2048));
    check_text(arena, text ? text : "");
    return 0;
}
