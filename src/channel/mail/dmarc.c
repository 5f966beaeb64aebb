/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/dmarc.h"

#include "channel/mail/tags.h"

#include <string.h>

static bool read_policy(const char *text, DmarcPolicy *policy_out)
{
    static const char *const words[] = {"none", "quarantine", "reject"};
    for (size_t i = 0; text && i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *policy_out = (DmarcPolicy)i;
            return true;
        }
    return false;
}

static bool read_alignment(const TagList *tags, const char *name, bool *strict_out)
{
    const char *text = tags_find(tags, name);
    *strict_out = text && g_ascii_strcasecmp(text, "s") == 0;
    return !text || *strict_out || g_ascii_strcasecmp(text, "r") == 0;
}

static bool read_percent(const TagList *tags, unsigned *percent_out)
{
    const char *text = tags_find(tags, "pct");
    guint64 number = 100;
    bool good = !text || g_ascii_string_to_unsigned(text, 10, 0, 100, &number, NULL);
    *percent_out = (unsigned)number;
    return good;
}

static void add_place(Arena *arena, DmarcReport *report, const char *domain)
{
    g_autofree char *lower = g_ascii_strdown(domain, -1);
    for (size_t i = 0; i < report->place_count; i++)
        if (strcmp(report->places[i], lower) == 0)
            return;
    if (*lower && report->place_count < DMARC_PLACES_MAX)
        report->places[report->place_count++] = arena_strdup(arena, lower);
}

/* "mailto:a@b.test!10m, mailto:…": behind the "!" stands how large a report may be. */
static void read_reports(Arena *arena, const TagList *tags, DmarcReport *report)
{
    const char *text = tags_find(tags, "rua");
    g_auto(GStrv) places = g_strsplit(text ? text : "", ",", -1);
    for (size_t i = 0; places[i]; i++) {
        const char *place = g_strstrip(places[i]), *at = strrchr(place, '@');
        if (!at || g_ascii_strncasecmp(place, "mailto:", 7) != 0)
            continue;
        g_autofree char *domain = g_strndup(at + 1, strcspn(at + 1, "!"));
        report->reports = true;
        add_place(arena, report, domain);
    }
}

DmarcReport dmarc_parse(Arena *arena, const char *record, bool inherited)
{
    DmarcReport report = {.state = DMARC_BROKEN, .inherited = inherited, .percent = 100};
    TagList tags;
    if (!tags_parse(arena, record, &tags) || tags.count < 2 || strcmp(tags.names[0], "v") != 0)
        return report;
    const char *below = inherited ? tags_find(&tags, "sp") : NULL;
    read_reports(arena, &tags, &report);
    bool sound = read_policy(tags_find(&tags, "p"), &report.policy) && (!below || read_policy(below, &report.policy));
    /* Without a policy that is one, a record whose reports have an address counts as p=none (section 6.6.3). */
    if (!sound)
        report.policy = DMARC_NONE;
    if (read_percent(&tags, &report.percent) && read_alignment(&tags, "aspf", &report.strict_spf) &&
        read_alignment(&tags, "adkim", &report.strict_dkim) && sound)
        report.state = DMARC_READ;
    return report;
}

static bool is_dmarc(const char *record)
{
    return strncmp(record, "v=DMARC1", 8) == 0 && (record[8] == ';' || g_ascii_isspace(record[8]) || !record[8]);
}

/* --- reports to others ---------------------------------------------------------------------------------------------- */

/* Is one the other, or a name below it? */
static bool is_below(const char *name, const char *domain)
{
    size_t size = strlen(name), above = strlen(domain);
    return size >= above && g_ascii_strcasecmp(name + size - above, domain) == 0 &&
           (size == above || name[size - above - 1] == '.');
}

const char *dmarc_consent_name(Arena *arena, const char *found_at, const char *place)
{
    return arena_printf(arena, "%s._report._dmarc.%s", found_at, place);
}

DmarcConsent dmarc_consent(Arena *arena, DnsSource source, const char *found_at, const char *place)
{
    if (is_below(found_at, place) || is_below(place, found_at))
        return DMARC_CONSENTS;
    DnsAnswer answer = source.ask(source.arg, dmarc_consent_name(arena, found_at, place), DNS_TXT);
    for (size_t i = 0; i < answer.count; i++)
        if (is_dmarc(answer.records[i].text))
            return DMARC_CONSENTS;
    return answer.outcome == DNS_UNASKED ? DMARC_CONSENT_UNASKED : DMARC_SILENT;
}

/* --- the record that holds ------------------------------------------------------------------------------------------ */

static DmarcReport read_at(Arena *arena, DnsSource source, const char *domain, bool inherited)
{
    DnsAnswer answer = source.ask(source.arg, arena_printf(arena, "_dmarc.%s", domain), DNS_TXT);
    DmarcReport report = {.state = answer.outcome == DNS_UNASKED ? DMARC_UNASKED : DMARC_ABSENT};
    size_t found = 0;
    for (size_t i = 0; i < answer.count; i++)
        if (is_dmarc(answer.records[i].text) && ++found == 1)
            report = dmarc_parse(arena, answer.records[i].text, inherited);
    if (found > 1)
        report.state = DMARC_SEVERAL;
    report.found_at = domain;
    report.inherited = inherited;
    return report;
}

DmarcReport dmarc_read(Arena *arena, DnsSource source, const char *domain)
{
    DmarcReport own = read_at(arena, source, domain, false);
    const char *above = strchr(domain, '.');
    for (int level = 0; own.state == DMARC_ABSENT && above && strchr(above + 1, '.') && level < DMARC_LEVELS_MAX;
         level++) {
        DmarcReport other = read_at(arena, source, above + 1, true);
        if (other.state != DMARC_ABSENT)
            return other;
        above = strchr(above + 1, '.');
    }
    return own;
}
