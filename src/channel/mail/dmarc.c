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

static bool has_reports(const TagList *tags)
{
    const char *text = tags_find(tags, "rua");
    g_auto(GStrv) places = g_strsplit(text ? text : "", ",", -1);
    for (size_t i = 0; places[i]; i++)
        if (g_ascii_strncasecmp(g_strstrip(places[i]), "mailto:", 7) == 0 && strchr(places[i], '@'))
            return true;
    return false;
}

DmarcReport dmarc_parse(Arena *arena, const char *record, bool inherited)
{
    DmarcReport report = {.state = DMARC_BROKEN, .inherited = inherited, .percent = 100};
    TagList tags;
    if (!tags_parse(arena, record, &tags) || tags.count < 2 || strcmp(tags.names[0], "v") != 0)
        return report;
    const char *below = inherited ? tags_find(&tags, "sp") : NULL;
    report.reports = has_reports(&tags);
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
