/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: which domains there are, and all of them asked at once. How: a thread and a session for each, so that a dead server
 * costs its wait once; each has an arena of its own, because an arena belongs to one thread, and the findings are copied.
 */
#include "base/clock.h"
#include "base/pool.h"
#include "channel/config.h"
#include "channel/mail/domain.h"
#include "channel/mail/provider.h"
#include "channel/signing.h"

#include <string.h>

enum { THREADS = 4 };

/* Whose mail is everybody's: nobody who has an address there can change their DNS. */
static const char *const everybodys[] = {
    "gmail.com", "googlemail.com", "libero.it", "virgilio.it", "inwind.it", "iol.it", "blu.it", "giallo.it",
    "outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.com", "live.it", "msn.com", "yahoo.com",
    "yahoo.it", "ymail.com", "icloud.com", "me.com", "mac.com", "alice.it", "tim.it", "tin.it", "tiscali.it",
    "fastwebnet.it", "email.it", "aruba.it", "pec.it", "arubapec.it", "legalmail.it", "postecert.it", "poste.it",
    "gmx.com", "gmx.de", "proton.me", "protonmail.com",
};

static bool is_everybodys(const char *domain)
{
    for (size_t i = 0; i < G_N_ELEMENTS(everybodys); i++)
        if (strcmp(everybodys[i], domain) == 0)
            return true;
    return false;
}

const char *domain_of_mailbox(Arena *arena, const char *address)
{
    const char *at = strrchr(address, '@');
    g_autofree char *ascii = at ? g_hostname_to_ascii(at + 1) : NULL;
    g_autofree char *lower = ascii ? g_ascii_strdown(ascii, -1) : NULL;
    return lower && strchr(lower, '.') && !strchr(lower, ' ') ? arena_strdup(arena, lower) : "";
}

static void add_server(Arena *arena, DomainAsked *asked, const char *config)
{
    ChannelSettings settings = {NULL, 0};
    (void)channel_config_read(arena, config, &settings); /* one that is no JSON has no server */
    const char *host = channel_setting(&settings, "smtp_host");
    if (!*host || asked->server_count == DOMAIN_SERVERS_MAX)
        return;
    for (size_t i = 0; i < asked->server_count; i++)
        if (g_ascii_strcasecmp(asked->servers[i].host, host) == 0)
            return;
    asked->servers[asked->server_count++] = (SpfServer){host, mail_provider_include(host)};
}

static DomainAsked *place_of(const char *domain, DomainAsked *asked, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(asked[i].domain, domain) == 0)
            return &asked[i];
    if (*count == DOMAINS_MAX)
        return NULL;
    asked[*count] = (DomainAsked){.domain = domain, .kind = DOMAIN_CERTIFIED};
    return &asked[(*count)++];
}

size_t domain_list(Arena *arena, const ChannelAccountList *accounts, const DomainSelectors *selectors,
                   DomainAsked asked[DOMAINS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < accounts->count; i++) {
        const ChannelAccount *account = &accounts->items[i];
        const char *domain = domain_of_mailbox(arena, account->address);
        DomainAsked *one = account->active && *domain ? place_of(domain, asked, &count) : NULL;
        if (!one)
            continue;
        one->selector = selectors->said;
        one->learnt = signing_selector(arena, selectors->known, domain);
        one->address = account->address;
        bool certified = strcmp(account->channel, "pec") == 0;
        if (is_everybodys(domain))
            one->kind = DOMAIN_EVERYBODYS;
        else if (!certified)
            one->kind = DOMAIN_OURS;
        if (!certified)
            add_server(arena, one, account->config);
    }
    return count;
}

/* --- all at once ---------------------------------------------------------------------------------------------------- */

typedef struct Work {
    const DomainAsked *asked;
    int64_t end_us; /* monotonic: everybody's, so that many domains on dead servers wait no longer than one */
    Arena *arena;
    DomainReport report;
} Work;

static void run_check(void *arg)
{
    Work *work = arg;
    int64_t left_us = work->end_us - clock_monotonic_us();
    g_autoptr(DnsSession) session = dns_open((int)(MAX(left_us, 0) / 1000));
    work->report = domain_check(work->arena, dns_source(session), work->asked);
}

static void keep(Arena *arena, const DomainReport *found, DomainReport *report_out)
{
    *report_out = *found;
    for (size_t i = 0; i < found->count; i++) {
        DomainFinding *finding = &report_out->findings[i];
        finding->what = arena_strdup(arena, finding->what);
        finding->line_name = arena_strdup(arena, finding->line_name);
        finding->line_value = arena_strdup(arena, finding->line_value);
    }
}

DomainSurvey domain_survey(Arena *arena, const ChannelAccountList *accounts, const DomainSelectors *selectors)
{
    DomainAsked *asked = ARENA_ARRAY(arena, DomainAsked, DOMAINS_MAX);
    size_t count = domain_list(arena, accounts, selectors, asked);
    DomainSurvey survey = {ARENA_ARRAY(arena, DomainReport, count), count};
    Work *works = ARENA_ARRAY(arena, Work, count);
    int64_t end_us = clock_monotonic_us() + (int64_t)DOMAIN_LIMIT_MS * 1000;
    Pool *pool = count > 1 ? pool_new("domain", MIN(count, (size_t)THREADS), count, NULL) : NULL;
    for (size_t i = 0; i < count; i++) {
        works[i] = (Work){.asked = &asked[i], .end_us = end_us, .arena = arena_new(ARENA_REQUEST_CAP)};
        if (!pool || !pool_offer(pool, run_check, &works[i])) /* no thread is left: one after the other */
            run_check(&works[i]);
    }
    if (pool)
        pool_free(pool);
    for (size_t i = 0; i < count; i++) {
        keep(arena, &works[i].report, &survey.reports[i]);
        arena_free(works[i].arena);
    }
    return survey;
}
