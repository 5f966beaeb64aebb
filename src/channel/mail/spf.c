/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the grammar of RFC 7208, one walk that counts, one that matches an address. Why two: the limits hold for the
 * sender nobody lists, so the count must not stop at a match.
 */
#include "channel/mail/spf.h"

#include <gio/gio.h>
#include <string.h>

typedef enum Kind { ALL, INCLUDE, ADDRESS, EXCHANGE, POINTER, FOUR, SIX, EXISTS, REDIRECT, OTHER } Kind;

typedef struct Term {
    Kind kind;
    char qualifier;
    const char *value; /* a domain or an address; NULL: the domain itself */
    int four, six;     /* prefix lengths */
} Term;

typedef struct TermList {
    Term *items;
    char **texts;
    size_t count;
    const char *wrong; /* the first that is none */
} TermList;

/* --- grammar (section 12) --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    Kind kind;
    bool wants, takes; /* a value after ':' */
} mechanisms[] = {
    {"all", ALL, false, false},   {"include", INCLUDE, true, true}, {"a", ADDRESS, false, true},
    {"mx", EXCHANGE, false, true}, {"ptr", POINTER, false, true},    {"ip4", FOUR, true, true},
    {"ip6", SIX, true, true},      {"exists", EXISTS, true, true},
};

static bool has_macro(const char *domain)
{
    return strchr(domain, '%') != NULL;
}

static bool is_domain_spec(const char *text)
{
    if (!*text || strlen(text) > DNS_NAME_MAX)
        return false;
    for (const char *at = text; *at; at++) {
        if (!g_ascii_isgraph(*at) || (*at == '/' && !has_macro(text)))
            return false;
        if (*at == '%' && !strchr("{%_-", at[1] ? at[1] : 'x'))
            return false;
    }
    return has_macro(text) || (strchr(text, '.') && !strstr(text, "..") && *text != '.');
}

static bool read_prefix(const char *text, unsigned max, int *prefix_out)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(text, 10, 0, max, &number, NULL) || (*text == '0' && text[1]))
        return false;
    *prefix_out = (int)number;
    return true;
}

static bool is_address(const char *text, GSocketFamily family)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    return address && g_inet_address_get_family(address) == family;
}

static bool read_network(Arena *arena, const char *text, Term *term)
{
    const char *slash = strchr(text, '/');
    bool four = term->kind == FOUR;
    term->value = slash ? arena_strndup(arena, text, (size_t)(slash - text)) : text;
    if (slash && !read_prefix(slash + 1, four ? 32 : 128, four ? &term->four : &term->six))
        return false;
    return is_address(term->value, four ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
}

/* "domain/24//64" of a and mx; each part may lack. */
static bool read_dual(Arena *arena, const char *value, const char *cidr, Term *term)
{
    char *rest = arena_strdup(arena, cidr ? cidr : "");
    char *six = strstr(rest, "//");
    term->value = value;
    if (six) {
        *six = '\0';
        if (!read_prefix(six + 2, 128, &term->six))
            return false;
    }
    if (*rest && !read_prefix(rest + 1, 32, &term->four))
        return false;
    return !value || is_domain_spec(value);
}

static bool read_value(Arena *arena, const char *value, Term *term)
{
    if (term->kind == FOUR || term->kind == SIX)
        return read_network(arena, value, term);
    if (term->kind == ADDRESS || term->kind == EXCHANGE) {
        const char *slash = value && !has_macro(value) ? strchr(value, '/') : NULL;
        return read_dual(arena, slash ? arena_strndup(arena, value, (size_t)(slash - value)) : value, slash, term);
    }
    term->value = value;
    return !value || is_domain_spec(value);
}

static bool read_mechanism(Arena *arena, const char *text, Term *term)
{
    size_t length = strcspn(text, ":/");
    const char *rest = text + length;
    for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
        if (strlen(mechanisms[i].name) != length || g_ascii_strncasecmp(mechanisms[i].name, text, length) != 0)
            continue;
        term->kind = mechanisms[i].kind;
        if (*rest == '/' && (term->kind == ADDRESS || term->kind == EXCHANGE))
            return read_dual(arena, NULL, rest, term);
        if (*rest == '/' || (*rest == ':' && !mechanisms[i].takes) || (!*rest && mechanisms[i].wants))
            return false;
        return read_value(arena, *rest ? rest + 1 : NULL, term);
    }
    return false;
}

static bool is_modifier(const char *text, const char *equals)
{
    bool good = equals > text && g_ascii_isalpha(*text);
    for (const char *at = text; good && at < equals; at++)
        good = g_ascii_isalnum(*at) || strchr("-_.", *at) != NULL;
    return good;
}

static bool read_term(Arena *arena, const char *text, Term *term_out)
{
    const char *equals = strchr(text, '=');
    *term_out = (Term){OTHER, '+', NULL, 32, 128};
    if (equals && is_modifier(text, equals)) {
        bool redirect = equals - text == 8 && g_ascii_strncasecmp(text, "redirect", 8) == 0;
        term_out->kind = redirect ? REDIRECT : OTHER;
        term_out->value = equals + 1;
        return !redirect || is_domain_spec(equals + 1);
    }
    if (*text && strchr("+-~?", *text))
        term_out->qualifier = *text++;
    return read_mechanism(arena, text, term_out);
}

static TermList read_terms(Arena *arena, const char *record)
{
    g_auto(GStrv) words = g_strsplit(record + strlen("v=spf1"), " ", -1);
    size_t words_count = g_strv_length(words);
    TermList list = {ARENA_ARRAY(arena, Term, words_count + 1), ARENA_ARRAY(arena, char *, words_count + 1), 0, NULL};
    bool redirected = false;
    for (size_t i = 0; i < words_count; i++) {
        if (!*words[i])
            continue;
        char *text = arena_strdup(arena, words[i]);
        bool good = read_term(arena, text, &list.items[list.count]);
        if (good && list.items[list.count].kind == REDIRECT) { /* once (section 6) */
            good = !redirected;
            redirected = true;
        }
        if (good)
            list.texts[list.count++] = text;
        else if (!list.wrong)
            list.wrong = text;
    }
    return list;
}

static bool is_spf(const char *record)
{
    return g_ascii_strncasecmp(record, "v=spf1", 6) == 0 && (record[6] == '\0' || record[6] == ' ');
}

/* --- the records of a name ------------------------------------------------------------------------------------------- */

static SpfState find_records(DnsSource source, const char *domain, SpfReport *report)
{
    DnsAnswer answer = source.ask(source.arg, domain, DNS_TXT);
    if (answer.outcome == DNS_UNASKED)
        return SPF_UNASKED;
    for (size_t i = 0; i < answer.count; i++)
        if (is_spf(answer.records[i].text) && report->record_count < SPF_RECORDS_MAX)
            report->records[report->record_count++] = answer.records[i].text;
    return report->record_count == 0 ? SPF_ABSENT : report->record_count > 1 ? SPF_SEVERAL : SPF_READ;
}

/* What a record without a word of its own about everybody else goes on with, or NULL. */
static const Term *redirect_of(const TermList *terms)
{
    const Term *redirect = NULL;
    for (size_t i = 0; i < terms->count; i++)
        if (terms->items[i].kind == ALL)
            return NULL;
        else if (terms->items[i].kind == REDIRECT)
            redirect = &terms->items[i];
    return redirect;
}

/* --- the walk that counts -------------------------------------------------------------------------------------------- */

typedef struct Walk {
    Arena *arena;
    DnsSource source;
    SpfReport *report;
} Walk;

static void count_record(Walk *walk, const char *domain, const char *record, bool counts);

static bool is_void(Walk *walk, const char *name, DnsType type)
{
    DnsOutcome outcome = walk->source.ask(walk->source.arg, name, type).outcome;
    walk->report->unsure = walk->report->unsure || outcome == DNS_UNASKED;
    return outcome == DNS_EMPTY || outcome == DNS_NO_NAME;
}

static void break_at(Walk *walk, const char *text)
{
    if (!walk->report->wrong)
        walk->report->wrong = text;
}

/* An include or a redirect; counts: its "pass" is ours. */
static void count_other(Walk *walk, const Term *term, const char *text, bool counts)
{
    SpfReport found = {0};
    if (has_macro(term->value)) { /* depends on the message */
        walk->report->unsure = true;
        return;
    }
    if (counts && walk->report->include_count < SPF_INCLUDES_MAX)
        walk->report->includes[walk->report->include_count++] = term->value;
    switch (find_records(walk->source, term->value, &found)) {
    case SPF_UNASKED:
        walk->report->unsure = true;
        break;
    case SPF_ABSENT:
        walk->report->voids++;
        break_at(walk, text);
        break;
    case SPF_SEVERAL:
    case SPF_BROKEN:
        break_at(walk, text);
        break;
    case SPF_READ:
        count_record(walk, term->value, found.records[0], counts);
        break;
    }
}

static void count_term(Walk *walk, const char *domain, const Term *term, const char *text, bool counts)
{
    const char *name = term->value ? term->value : domain;
    if (term->kind == ALL || term->kind == FOUR || term->kind == SIX || term->kind == OTHER)
        return;
    if (++walk->report->lookups > SPF_LOOKUPS_MAX)
        return;
    if (term->kind == INCLUDE || term->kind == REDIRECT)
        count_other(walk, term, text, counts && term->qualifier == '+');
    else if (has_macro(name) || term->kind == POINTER)
        return;
    else if (term->kind == EXCHANGE)
        walk->report->voids += is_void(walk, name, DNS_MX);
    else
        walk->report->voids += is_void(walk, name, DNS_A) && (term->kind == EXISTS || is_void(walk, name, DNS_AAAA));
}

static void count_record(Walk *walk, const char *domain, const char *record, bool counts)
{
    TermList terms = read_terms(walk->arena, record);
    const Term *redirect = redirect_of(&terms);
    if (terms.wrong)
        break_at(walk, terms.wrong);
    for (size_t i = 0; i < terms.count; i++) {
        const Term *term = &terms.items[i];
        if (term->kind == ALL)
            return; /* what comes after it is not looked at (section 5.1) */
        if (term->kind != REDIRECT)
            count_term(walk, domain, term, terms.texts[i], counts);
    }
    if (redirect)
        count_term(walk, domain, redirect, arena_printf(walk->arena, "redirect=%s", redirect->value), counts);
}

/* What a record says of everybody else, through its redirects. */
static char all_of(Walk *walk, const char *record, int depth)
{
    TermList terms = read_terms(walk->arena, record);
    const Term *redirect = redirect_of(&terms);
    SpfReport found = {0};
    for (size_t i = 0; i < terms.count; i++)
        if (terms.items[i].kind == ALL)
            return terms.items[i].qualifier;
    if (!redirect || depth == 0 || has_macro(redirect->value) ||
        find_records(walk->source, redirect->value, &found) != SPF_READ)
        return 0;
    return all_of(walk, found.records[0], depth - 1);
}

SpfReport spf_read(Arena *arena, DnsSource source, const char *domain)
{
    SpfReport report = {0};
    Walk walk = {arena, source, &report};
    report.state = find_records(source, domain, &report);
    if (report.state != SPF_READ)
        return report;
    count_record(&walk, domain, report.records[0], true);
    report.all = all_of(&walk, report.records[0], SPF_LOOKUPS_MAX);
    if (report.wrong)
        report.state = SPF_BROKEN;
    return report;
}

/* --- the walk that matches (section 4 and 5) --------------------------------------------------------------------------- */

typedef enum Verdict { V_NONE, V_PASS, V_OTHER, V_UNKNOWN } Verdict;

typedef struct Match {
    Arena *arena;
    DnsSource source;
    GInetAddress *address;
    unsigned lookups;
} Match;

static Verdict judge(Match *match, const char *domain, const char *record);

static bool is_in(GInetAddress *address, const char *network, int four, int six)
{
    g_autoptr(GInetAddress) base = g_inet_address_new_from_string(network);
    GSocketFamily family = g_inet_address_get_family(address);
    if (!base || g_inet_address_get_family(base) != family)
        return false;
    int prefix = family == G_SOCKET_FAMILY_IPV4 ? four : six;
    const uint8_t *a = g_inet_address_to_bytes(base), *b = g_inet_address_to_bytes(address);
    int whole = prefix / 8, rest = prefix % 8;
    return memcmp(a, b, (size_t)whole) == 0 && (!rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static Verdict match_host(Match *match, const char *name, const Term *term)
{
    bool four = g_inet_address_get_family(match->address) == G_SOCKET_FAMILY_IPV4;
    DnsAnswer answer = match->source.ask(match->source.arg, name, four ? DNS_A : DNS_AAAA);
    for (size_t i = 0; i < answer.count; i++)
        if (is_in(match->address, answer.records[i].text, term->four, term->six))
            return V_PASS;
    return answer.outcome == DNS_UNASKED ? V_UNKNOWN : V_NONE;
}

static Verdict match_exchanges(Match *match, const char *name, const Term *term)
{
    DnsAnswer answer = match->source.ask(match->source.arg, name, DNS_MX);
    Verdict verdict = answer.outcome == DNS_UNASKED ? V_UNKNOWN : V_NONE;
    for (size_t i = 0; i < MIN(answer.count, (size_t)10) && verdict != V_PASS; i++)
        if (*answer.records[i].text) {
            Verdict one = match_host(match, answer.records[i].text, term);
            verdict = one == V_NONE ? verdict : one;
        }
    return verdict;
}

static Verdict match_other(Match *match, const Term *term)
{
    SpfReport found = {0};
    if (has_macro(term->value))
        return V_UNKNOWN;
    SpfState state = find_records(match->source, term->value, &found);
    return state == SPF_READ ? judge(match, term->value, found.records[0]) : V_UNKNOWN;
}

/* PASS: it matches; NONE: it does not. */
static Verdict match_term(Match *match, const char *domain, const Term *term)
{
    const char *name = term->value ? term->value : domain;
    Verdict inner;
    switch (term->kind) {
    case ALL:
        return V_PASS;
    case FOUR:
    case SIX:
        return is_in(match->address, name, term->four, term->six) ? V_PASS : V_NONE;
    case INCLUDE:
        inner = match_other(match, term);
        return inner == V_OTHER ? V_NONE : inner;
    case ADDRESS:
        return has_macro(name) ? V_UNKNOWN : match_host(match, name, term);
    case EXCHANGE:
        return has_macro(name) ? V_UNKNOWN : match_exchanges(match, name, term);
    case POINTER:
    case EXISTS:
        return V_UNKNOWN; /* the first is not to be used (section 5.5), the second asks by macros */
    case REDIRECT:
    case OTHER:
        break;
    }
    return V_NONE;
}

static bool asks(Kind kind)
{
    return kind != ALL && kind != FOUR && kind != SIX && kind != OTHER;
}

static Verdict judge(Match *match, const char *domain, const char *record)
{
    TermList terms = read_terms(match->arena, record);
    const Term *redirect = redirect_of(&terms);
    bool unknown = false;
    for (size_t i = 0; i < terms.count; i++) {
        const Term *term = &terms.items[i];
        if (term->kind == REDIRECT)
            continue;
        if (asks(term->kind) && ++match->lookups > SPF_LOOKUPS_MAX)
            return V_UNKNOWN;
        Verdict one = match_term(match, domain, term);
        unknown = unknown || one == V_UNKNOWN;
        if (one == V_PASS)
            return term->qualifier == '+' ? V_PASS : unknown ? V_UNKNOWN : V_OTHER;
    }
    if (redirect && ++match->lookups <= SPF_LOOKUPS_MAX) {
        Verdict other = match_other(match, redirect);
        return other == V_PASS || !unknown ? other : V_UNKNOWN;
    }
    return unknown ? V_UNKNOWN : V_NONE;
}

/* --- our servers ----------------------------------------------------------------------------------------------------- */

enum { ADDRESSES_MAX = 8 };

typedef struct Addresses {
    const char *items[ADDRESSES_MAX];
    size_t count;
    bool unasked;
} Addresses;

static Addresses addresses_of(DnsSource source, const char *host)
{
    static const DnsType types[] = {DNS_A, DNS_AAAA};
    Addresses found = {0};
    if (g_hostname_is_ip_address(host)) {
        found.items[found.count++] = host;
        return found;
    }
    for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
        DnsAnswer answer = source.ask(source.arg, host, types[t]);
        found.unasked = found.unasked || answer.outcome == DNS_UNASKED;
        for (size_t i = 0; i < answer.count && found.count < ADDRESSES_MAX; i++)
            found.items[found.count++] = answer.records[i].text;
    }
    return found;
}

static bool is_inside(GInetAddress *address)
{
    return g_inet_address_get_is_loopback(address) || g_inet_address_get_is_site_local(address) ||
           g_inet_address_get_is_link_local(address);
}

static SpfCover cover_of(Arena *arena, DnsSource source, const char *domain, const char *record, const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    Match match = {arena, source, address, 0};
    if (!address)
        return SPF_COVER_UNKNOWN;
    if (is_inside(address))
        return SPF_COVER_INSIDE;
    switch (judge(&match, domain, record)) {
    case V_PASS:
        return SPF_COVERED;
    case V_UNKNOWN:
        return SPF_COVER_UNKNOWN;
    case V_NONE:
    case V_OTHER:
        break;
    }
    return SPF_NOT_COVERED;
}

static bool is_included(const SpfReport *report, const char *include)
{
    for (size_t i = 0; i < report->include_count; i++)
        if (g_ascii_strcasecmp(report->includes[i], include) == 0)
            return true;
    return false;
}

SpfCover spf_covers(Arena *arena, DnsSource source, const char *domain, const SpfReport *report,
                    const SpfServer *server)
{
    if (*server->include)
        return is_included(report, server->include) ? SPF_COVERED
               : report->unsure                     ? SPF_COVER_UNKNOWN
                                                    : SPF_NOT_COVERED;
    Addresses found = addresses_of(source, server->host);
    if (!found.count)
        return SPF_COVER_UNKNOWN;
    SpfCover worst = found.unasked ? SPF_COVER_UNKNOWN : SPF_COVERED;
    for (size_t i = 0; i < found.count; i++) {
        SpfCover one = cover_of(arena, source, domain, report->records[0], found.items[i]);
        if (one == SPF_NOT_COVERED)
            return one;
        worst = one == SPF_COVERED ? worst : one;
    }
    return worst;
}

/* --- what to write --------------------------------------------------------------------------------------------------- */

static void add_term(GString *record, const char *term)
{
    g_autofree char *padded = g_strdup_printf(" %s ", term), *all = g_strdup_printf("%s ", record->str);
    if (!strstr(all, padded))
        g_string_append_printf(record, " %s", term);
}

static void add_server(GString *record, DnsSource source, const SpfServer *server)
{
    if (*server->include) {
        g_autofree char *term = g_strdup_printf("include:%s", server->include);
        add_term(record, term);
        return;
    }
    Addresses found = addresses_of(source, server->host);
    for (size_t i = 0; i < found.count; i++) {
        g_autofree char *term = g_strdup_printf("%s:%s", strchr(found.items[i], ':') ? "ip6" : "ip4", found.items[i]);
        add_term(record, term);
    }
}

/* What the published records hold, added to the new one; their words about everybody else aside. */
static void keep_terms(Arena *arena, const SpfReport *report, GString *record, GString *redirect, bool *strict)
{
    *strict = report->record_count > 0;
    for (size_t r = 0; r < report->record_count; r++) {
        TermList terms = read_terms(arena, report->records[r]);
        bool fails = false;
        for (size_t i = 0; i < terms.count; i++)
            if (terms.items[i].kind == ALL)
                fails = terms.items[i].qualifier == '-';
            else if (terms.items[i].kind == REDIRECT && redirect_of(&terms))
                g_string_assign(redirect, terms.texts[i]);
            else if (terms.items[i].kind != REDIRECT && g_strcmp0(terms.texts[i], report->wrong) != 0)
                add_term(record, terms.texts[i]);
        *strict = *strict && fails;
    }
}

const char *spf_mended(Arena *arena, DnsSource source, const SpfReport *report, const SpfServer *lacking, size_t count)
{
    g_autoptr(GString) record = g_string_new("v=spf1"), redirect = g_string_new(NULL);
    bool strict;
    keep_terms(arena, report, record, redirect, &strict);
    for (size_t i = 0; i < count; i++)
        add_server(record, source, &lacking[i]);
    if (redirect->len && report->record_count == 1)
        add_term(record, redirect->str);
    else
        add_term(record, strict ? "-all" : "~all");
    return arena_strdup(arena, record->str);
}
