/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one part after another; each adds what it found. Why the marks: BAD is what makes others refuse mail or take a
 * stranger for us, ADVICE what may do so one day.
 */
#include "channel/mail/domain.h"

#include "base/format.h"
#include "channel/mail/dkim.h"
#include "channel/mail/dmarc.h"

#include <string.h>

typedef struct Check {
    Arena *arena;
    DnsSource source;
    const DomainAsked *asked;
    DomainReport *report;
} Check;

const char *domain_part_text(DomainPart part)
{
    static const char *const words[] = {"mx", "spf", "dkim", "dmarc"};
    return words[part];
}

const char *domain_mark_text(DomainMark mark)
{
    static const char *const words[] = {"good", "advice", "unknown", "bad"};
    return words[mark];
}

static DomainFinding *add(const Check *check, DomainPart part, DomainMark mark, MsgId text)
{
    static const DomainFinding empty = {.what = ""};
    DomainReport *report = check->report;
    DomainFinding *finding = &report->findings[MIN(report->count, (size_t)DOMAIN_FINDINGS_MAX - 1)];
    report->count = MIN(report->count + 1, (size_t)DOMAIN_FINDINGS_MAX);
    *finding = empty;
    finding->part = part;
    finding->mark = mark;
    finding->text = text;
    report->mark = MAX(report->mark, mark);
    return finding;
}

/* --- where answers go ----------------------------------------------------------------------------------------------- */

static const char *names_of(Arena *arena, const DnsAnswer *answer)
{
    enum { SHOWN = 4 };
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < MIN(answer->count, (size_t)SHOWN); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", answer->records[i].text);
    return arena_strdup(arena, names->str);
}

static void check_mx(const Check *check)
{
    const char *domain = check->asked->domain;
    DnsAnswer answer = check->source.ask(check->source.arg, domain, DNS_MX);
    switch (answer.outcome) {
    case DNS_UNASKED:
        add(check, DOMAIN_MX, DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_MX_UNASKED);
        break;
    case DNS_NO_NAME:
        add(check, DOMAIN_MX, DOMAIN_BAD, MSG_MAIL_DOMAIN_NO_NAME);
        break;
    case DNS_EMPTY: /* without one, the host of that name itself (RFC 5321 section 5.1) */
        if (check->source.ask(check->source.arg, domain, DNS_A).outcome == DNS_FOUND)
            add(check, DOMAIN_MX, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_MX_IMPLICIT);
        else
            add(check, DOMAIN_MX, DOMAIN_BAD, MSG_MAIL_DOMAIN_MX_ABSENT);
        break;
    case DNS_FOUND:
        if (answer.count == 1 && !*answer.records[0].text)
            add(check, DOMAIN_MX, DOMAIN_BAD, MSG_MAIL_DOMAIN_MX_NULL);
        else
            add(check, DOMAIN_MX, DOMAIN_GOOD, MSG_MAIL_DOMAIN_MX_GOOD)->what = names_of(check->arena, &answer);
        break;
    }
}

/* --- SPF ------------------------------------------------------------------------------------------------------------ */

typedef struct Lacking {
    SpfServer servers[DOMAIN_SERVERS_MAX];
    size_t count;
} Lacking;

static void write_spf(const Check *check, const SpfReport *spf, const Lacking *lacking, DomainFinding *finding)
{
    finding->line_name = check->asked->domain;
    finding->line_value = spf_mended(check->arena, check->source, spf, lacking->servers, lacking->count);
}

static void check_covers(const Check *check, const SpfReport *spf, Lacking *lacking)
{
    for (size_t i = 0; i < check->asked->server_count; i++) {
        const SpfServer *server = &check->asked->servers[i];
        DomainFinding *finding = NULL;
        switch (spf_covers(check->arena, check->source, check->asked->domain, spf, server)) {
        case SPF_COVERED:
            finding = add(check, DOMAIN_SPF, DOMAIN_GOOD, MSG_MAIL_DOMAIN_SPF_COVERED);
            break;
        case SPF_COVER_UNKNOWN:
            finding = add(check, DOMAIN_SPF, DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_SPF_COVER_UNKNOWN);
            break;
        case SPF_COVER_INSIDE:
            finding = add(check, DOMAIN_SPF, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_SPF_INSIDE);
            break;
        case SPF_NOT_COVERED: /* a large company hands over here and sends from there: only its include is certain */
            finding = add(check, DOMAIN_SPF, *server->include || spf->all == '-' ? DOMAIN_BAD : DOMAIN_ADVICE,
                          MSG_MAIL_DOMAIN_SPF_UNCOVERED);
            lacking->servers[lacking->count++] = *server;
            write_spf(check, spf, lacking, finding);
            break;
        }
        finding->what = server->host;
    }
}

static void check_all(const Check *check, const SpfReport *spf, const Lacking *lacking)
{
    DomainFinding *finding = NULL;
    if (spf->all == '+')
        finding = add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_OPEN);
    else if (spf->all == '?')
        finding = add(check, DOMAIN_SPF, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_SPF_NEUTRAL);
    else if (!spf->all && !spf->unsure)
        finding = add(check, DOMAIN_SPF, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_SPF_ENDLESS);
    if (finding)
        write_spf(check, spf, lacking, finding);
}

/* The limits hold also for what is broken elsewhere: a receiver stops at whichever comes first. */
static void check_limits(const Check *check, const SpfReport *spf)
{
    if (spf->lookups > SPF_LOOKUPS_MAX)
        add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_LOOKUPS);
    if (spf->voids > SPF_VOIDS_MAX)
        add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_VOIDS)->count = spf->voids;
    if (spf->unsure)
        add(check, DOMAIN_SPF, DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_SPF_UNSURE);
}

static void check_read_spf(const Check *check, const SpfReport *spf)
{
    Lacking lacking = {.count = 0};
    bool in_limits = spf->lookups <= SPF_LOOKUPS_MAX && spf->voids <= SPF_VOIDS_MAX;
    if (in_limits && (spf->all == '-' || spf->all == '~'))
        add(check, DOMAIN_SPF, DOMAIN_GOOD, MSG_MAIL_DOMAIN_SPF_GOOD)->count = spf->lookups;
    check_limits(check, spf);
    check_covers(check, spf, &lacking);
    check_all(check, spf, &lacking);
}

static void check_spf(const Check *check)
{
    SpfReport spf = spf_read(check->arena, check->source, check->asked->domain);
    Lacking all = {.count = check->asked->server_count};
    DomainFinding *finding = NULL;
    memcpy(all.servers, check->asked->servers, sizeof all.servers);
    switch (spf.state) {
    case SPF_READ:
        check_read_spf(check, &spf);
        return;
    case SPF_UNASKED:
        add(check, DOMAIN_SPF, DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_SPF_UNASKED);
        return;
    case SPF_ABSENT:
        finding = add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_ABSENT);
        break;
    case SPF_SEVERAL:
        finding = add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_SEVERAL);
        break;
    case SPF_BROKEN:
        finding = add(check, DOMAIN_SPF, DOMAIN_BAD, MSG_MAIL_DOMAIN_SPF_BROKEN);
        finding->what = spf.wrong;
        break;
    }
    write_spf(check, &spf, &all, finding);
}

/* --- DKIM ----------------------------------------------------------------------------------------------------------- */

static void add_key(const Check *check, const DkimKey *key)
{
    static const struct {
        DomainMark mark;
        MsgId text;
    } states[] = {
        [DKIM_GOOD] = {DOMAIN_GOOD, MSG_MAIL_DOMAIN_DKIM_GOOD},
        [DKIM_WEAK] = {DOMAIN_ADVICE, MSG_MAIL_DOMAIN_DKIM_WEAK},
        [DKIM_SHORT] = {DOMAIN_BAD, MSG_MAIL_DOMAIN_DKIM_SHORT},
        [DKIM_REVOKED] = {DOMAIN_BAD, MSG_MAIL_DOMAIN_DKIM_REVOKED},
        [DKIM_BROKEN] = {DOMAIN_BAD, MSG_MAIL_DOMAIN_DKIM_BROKEN},
        [DKIM_ABSENT] = {DOMAIN_BAD, MSG_MAIL_DOMAIN_DKIM_ABSENT},
        [DKIM_UNASKED] = {DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_DKIM_UNASKED},
    };
    bool guessed = !*check->asked->selector && !*check->asked->learnt; /* an old key that was withdrawn is no fault */
    bool withdrawn = key->state == DKIM_REVOKED && guessed;
    bool short_kind = key->state == DKIM_GOOD && !key->bits;
    DomainFinding *finding = add(check, DOMAIN_DKIM, withdrawn ? DOMAIN_ADVICE : states[key->state].mark,
                                 short_kind ? MSG_MAIL_DOMAIN_DKIM_ED25519 : states[key->state].text);
    finding->what = arena_printf(check->arena, "%s._domainkey.%s", key->selector, check->asked->domain);
    finding->count = key->bits;
    if (key->testing)
        add(check, DOMAIN_DKIM, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_DKIM_TESTING)->what = finding->what;
}

static void try_usual(const Check *check)
{
    const char *const *usual = dkim_usual_selectors();
    bool found = false, unasked = false;
    for (size_t i = 0; usual[i]; i++) {
        DkimKey key = dkim_read(check->arena, check->source, check->asked->domain, usual[i]);
        if (key.state != DKIM_ABSENT && key.state != DKIM_UNASKED)
            add_key(check, &key);
        found = found || (key.state != DKIM_ABSENT && key.state != DKIM_UNASKED && key.state != DKIM_REVOKED);
        unasked = unasked || key.state == DKIM_UNASKED;
    }
    if (!found)
        add(check, DOMAIN_DKIM, unasked ? DOMAIN_UNKNOWN : DOMAIN_ADVICE,
            unasked ? MSG_MAIL_DOMAIN_DKIM_UNASKED : MSG_MAIL_DOMAIN_DKIM_UNKNOWN);
}

static void check_dkim(const Check *check)
{
    const DomainAsked *asked = check->asked;
    if (!*asked->selector && !*asked->learnt) {
        try_usual(check);
        return;
    }
    bool said = *asked->selector != '\0';
    DkimKey key = dkim_read(check->arena, check->source, asked->domain, said ? asked->selector : asked->learnt);
    add_key(check, &key);
    if (!said)
        add(check, DOMAIN_DKIM, DOMAIN_GOOD, MSG_MAIL_DOMAIN_DKIM_LEARNT)->what = asked->learnt;
}

/* --- DMARC ---------------------------------------------------------------------------------------------------------- */

static void write_dmarc(const Check *check, const char *policy, DomainFinding *finding)
{
    finding->line_name = arena_printf(check->arena, "_dmarc.%s", check->asked->domain);
    finding->line_value = arena_printf(check->arena, "v=DMARC1; p=%s; rua=mailto:%s", policy, check->asked->address);
}

/* Reports go nowhere else than to ourselves, unless whoever gets them says in DNS that they want them. */
static void check_places(const Check *check, const DmarcReport *dmarc)
{
    for (size_t i = 0; i < dmarc->place_count; i++) {
        const char *place = dmarc->places[i];
        DmarcConsent consent = dmarc_consent(check->arena, check->source, dmarc->found_at, place);
        if (consent == DMARC_CONSENTS)
            continue;
        bool asked = consent == DMARC_SILENT;
        DomainFinding *finding = add(check, DOMAIN_DMARC, asked ? DOMAIN_ADVICE : DOMAIN_UNKNOWN,
                                     asked ? MSG_MAIL_DOMAIN_DMARC_UNWANTED : MSG_MAIL_DOMAIN_DMARC_WANTED_UNASKED);
        finding->what = place;
        if (!asked)
            continue;
        finding->line_name = dmarc_consent_name(check->arena, dmarc->found_at, place);
        finding->line_value = "v=DMARC1";
    }
}

static void check_read_dmarc(const Check *check, const DmarcReport *dmarc)
{
    static const MsgId policies[] = {MSG_MAIL_DOMAIN_DMARC_NONE, MSG_MAIL_DOMAIN_DMARC_QUARANTINE,
                                     MSG_MAIL_DOMAIN_DMARC_REJECT};
    bool watches = dmarc->policy == DMARC_NONE;
    DomainFinding *finding = add(check, DOMAIN_DMARC, watches ? DOMAIN_ADVICE : DOMAIN_GOOD, policies[dmarc->policy]);
    if (watches)
        write_dmarc(check, "quarantine", finding);
    if (dmarc->inherited)
        add(check, DOMAIN_DMARC, DOMAIN_GOOD, MSG_MAIL_DOMAIN_DMARC_INHERITED)->what = dmarc->found_at;
    if (dmarc->percent < 100 && !watches)
        add(check, DOMAIN_DMARC, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_DMARC_PERCENT)->count = dmarc->percent;
    if (!dmarc->reports)
        add(check, DOMAIN_DMARC, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_DMARC_SILENT);
    check_places(check, dmarc);
    if (dmarc->strict_spf || dmarc->strict_dkim)
        add(check, DOMAIN_DMARC, DOMAIN_GOOD, MSG_MAIL_DOMAIN_DMARC_STRICT);
}

static void check_dmarc(const Check *check)
{
    DmarcReport dmarc = dmarc_read(check->arena, check->source, check->asked->domain);
    switch (dmarc.state) {
    case DMARC_READ:
        check_read_dmarc(check, &dmarc);
        break;
    case DMARC_UNASKED:
        add(check, DOMAIN_DMARC, DOMAIN_UNKNOWN, MSG_MAIL_DOMAIN_DMARC_UNASKED);
        break;
    case DMARC_ABSENT:
        write_dmarc(check, "none", add(check, DOMAIN_DMARC, DOMAIN_ADVICE, MSG_MAIL_DOMAIN_DMARC_ABSENT));
        break;
    case DMARC_SEVERAL:
        write_dmarc(check, "none", add(check, DOMAIN_DMARC, DOMAIN_BAD, MSG_MAIL_DOMAIN_DMARC_SEVERAL));
        break;
    case DMARC_BROKEN:
        write_dmarc(check, "none", add(check, DOMAIN_DMARC, DOMAIN_BAD, MSG_MAIL_DOMAIN_DMARC_BROKEN));
        break;
    }
}

/* --- together ------------------------------------------------------------------------------------------------------- */

static bool says_the_same(const DomainFinding *one, const DomainFinding *other)
{
    return one->part == other->part && one->text == other->text && one->count == other->count &&
           strcmp(one->what, other->what) == 0;
}

/* What would be read twice is said once, with the line that was written last: it mends all. */
static void drop_doubles(DomainReport *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < report->count; i++) {
        size_t at = 0;
        while (at < kept && !says_the_same(&report->findings[at], &report->findings[i]))
            at++;
        report->findings[at] = report->findings[i];
        kept += at == kept;
    }
    report->count = kept;
}

DomainReport domain_check(Arena *arena, DnsSource source, const DomainAsked *asked)
{
    DomainReport report = {.domain = asked->domain, .kind = asked->kind, .mark = DOMAIN_GOOD};
    const Check check = {arena, source, asked, &report};
    if (asked->kind != DOMAIN_OURS)
        return report;
    check_mx(&check);
    if (report.count == 1 && report.findings[0].text == MSG_MAIL_DOMAIN_NO_NAME)
        return report;
    check_spf(&check);
    check_dkim(&check);
    check_dmarc(&check);
    drop_doubles(&report);
    return report;
}

const char *domain_verdict(Arena *arena, Lang lang, const DomainReport *report)
{
    static const MsgId verdicts[] = {MSG_MAIL_DOMAIN_VERDICT_GOOD, MSG_MAIL_DOMAIN_VERDICT_ADVICE,
                                     MSG_MAIL_DOMAIN_VERDICT_UNKNOWN, MSG_MAIL_DOMAIN_VERDICT_BAD};
    MsgId id = report->kind == DOMAIN_OURS         ? verdicts[report->mark]
               : report->kind == DOMAIN_EVERYBODYS ? MSG_MAIL_DOMAIN_EVERYBODYS
                                                   : MSG_MAIL_DOMAIN_CERTIFIED;
    return msg_fill(arena, lang, id, "domain", report->domain, NULL);
}

const char *domain_words(Arena *arena, Lang lang, const DomainReport *report, const DomainFinding *finding)
{
    return msg_fill(arena, lang, finding->text, "domain", report->domain, "what", finding->what, "count",
                    format_number(arena, lang, finding->count), NULL);
}
