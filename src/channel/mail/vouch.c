/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A field is first brought to one plain form: comments away, quoted words emptied of all that has a meaning here. What is
 * left splits at semicolons, and each piece at blanks, so that neither a comment nor a quoted reason can hold a verdict.
 * Only the topmost field can say that something passed: where a server stamps below its own Received, what stands next may
 * have come from outside, if it removes none (RFC 8601, 5, says it must). Lower ones can only add doubt.
 * A field without a name (Exchange Online's) proves nothing of where it comes from but by standing first of its kind: none
 * below it is heard at all, not even for a doubt.
 * The domain that passed must be the sender's, or one above it: a subdomain may belong to a tenant of a provider.
 */
#include "channel/mail/vouch.h"

#include <string.h>

/* --- the field's plain form ------------------------------------------------------------------------------------- */

/* Copies one quoted word, its contents as far as they are plain letters; gives where it ends. */
static const char *copy_quoted(GString *out, const char *at)
{
    for (at++; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1] ? 1 : 0;
        g_string_append_c(out, g_ascii_isalnum(*at) || strchr("@.-_", *at) ? *at : '?');
    }
    return *at ? at + 1 : at;
}

static const char *skip_comment(const char *at)
{
    int depth = 0;
    do {
        depth += (*at == '(') - (*at == ')');
        at += *at == '\\' && at[1] ? 2 : 1;
    } while (depth > 0 && *at);
    return at;
}

/* Blanks around "=" and "/" are allowed there, and mean nothing. */
static char *plain_form(Arena *arena, const char *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*value) {
        if (*value == '(') {
            value = skip_comment(value);
            g_string_append_c(out, ' ');
        } else if (*value == '"') {
            value = copy_quoted(out, value);
        } else {
            char c = *value++;
            bool joins = c == '=' || c == '/';
            while (joins && out->len && out->str[out->len - 1] == ' ')
                g_string_truncate(out, out->len - 1);
            if (c == ' ' && out->len && strchr("=/", out->str[out->len - 1]))
                continue;
            g_string_append_c(out, c);
        }
    }
    return arena_strndup(arena, out->str, out->len);
}

/* --- one verdict -------------------------------------------------------------------------------------------------- */

typedef struct Verdict {
    const char *method;
    AuthResult result;
    const char *domain; /* that passed: header.d, header.i or smtp.mailfrom; "" */
    const char *from;   /* whose policy DMARC applied: header.from (RFC 7489, 11.1); "" */
} Verdict;

static const char *domain_in(const char *value)
{
    const char *at = strrchr(value, '@');
    return at ? at + 1 : value;
}

/* "dkim=pass", "dkim/1=pass": the method alone, and its result's word. */
static bool read_method(Arena *arena, const char *word, Verdict *verdict_out)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return false;
    char *method = arena_strndup(arena, word, (size_t)(equals - word));
    method[strcspn(method, "/")] = '\0';
    g_autofree char *lower = g_ascii_strdown(equals + 1, -1);
    *verdict_out = (Verdict){.method = method, .result = AUTH_UNSAID, .domain = "", .from = ""};
    return auth_result_parse(lower, &verdict_out->result) && verdict_out->result != AUTH_UNSAID;
}

static void read_property(Arena *arena, const char *word, Verdict *verdict)
{
    static const char *const properties[] = {"header.d=", "header.i=", "smtp.mailfrom="};
    if (!*verdict->from && !g_ascii_strncasecmp(word, "header.from=", 12))
        verdict->from = arena_strdup(arena, domain_in(word + 12));
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
        if (!*verdict->domain && !g_ascii_strncasecmp(word, properties[i], strlen(properties[i])))
            verdict->domain = arena_strdup(arena, domain_in(word + strlen(properties[i])));
}

static bool read_verdict(Arena *arena, const char *piece, Verdict *verdict_out)
{
    g_auto(GStrv) words = g_strsplit(piece, " ", -1);
    bool found = false;
    for (size_t i = 0; words[i]; i++) {
        if (!*words[i])
            continue;
        if (!found && !read_method(arena, words[i], verdict_out))
            return false;
        if (found)
            read_property(arena, words[i], verdict_out);
        found = true;
    }
    return found;
}

/* --- the fields of our server --------------------------------------------------------------------------------------- */

typedef struct Reading {
    Arena *arena;
    const char *from_domain;
    MailVouch vouch;
    bool dkim_aligned, spf_aligned;
} Reading;

static bool is_aligned(const Reading *reading, const char *domain)
{
    size_t from = strlen(reading->from_domain), other = strlen(domain);
    if (!strchr(domain, '.') || other > from || g_ascii_strcasecmp(reading->from_domain + from - other, domain) != 0)
        return false;
    return other == from || reading->from_domain[from - other - 1] == '.';
}

/* What passed must be the address that we read: a From can be written so that two programs see two senders in it. */
static AuthResult dmarc_of(const Reading *reading, const Verdict *verdict)
{
    bool ours = verdict->result != AUTH_PASS || !g_ascii_strcasecmp(verdict->from, reading->from_domain);
    return ours ? verdict->result : AUTH_UNSAID;
}

static void take_verdict(Reading *reading, const Verdict *verdict, const MailVouch *before)
{
    MailVouch *vouch = &reading->vouch;
    bool passed = verdict->result == AUTH_PASS, aligned = passed && is_aligned(reading, verdict->domain);
    if (!g_ascii_strcasecmp(verdict->method, "dmarc")) {
        if (vouch->dmarc == AUTH_UNSAID)
            vouch->dmarc = dmarc_of(reading, verdict);
    } else if (!g_ascii_strcasecmp(verdict->method, "spf")) {
        if (vouch->spf == AUTH_UNSAID) {
            vouch->spf = verdict->result;
            reading->spf_aligned = aligned;
        }
    } else if (!g_ascii_strcasecmp(verdict->method, "dkim") && before->dkim == AUTH_UNSAID) {
        /* One message may have several signatures, all in one field: one that stands is enough. */
        if (vouch->dkim == AUTH_UNSAID || passed)
            vouch->dkim = verdict->result;
        reading->dkim_aligned = reading->dkim_aligned || aligned;
    }
}

/* "mx.example.it 1": whose word it is. */
static bool is_of(const char *piece, const char *auth_server)
{
    piece += strspn(piece, " ");
    size_t length = strlen(auth_server);
    return !g_ascii_strncasecmp(piece, auth_server, length) && (!piece[length] || piece[length] == ' ');
}

static bool is_nameless(const char *auth_server)
{
    return !g_ascii_strcasecmp(auth_server, MAIL_AUTH_NAMELESS);
}

/* A verdict where the name of who says it should be: a name holds no "=" (RFC 8601, 2.2). */
static bool lacks_name(const char *piece)
{
    piece += strspn(piece, " ");
    return memchr(piece, '=', strcspn(piece, " ")) != NULL;
}

static bool take_field(Reading *reading, const char *value, const char *auth_server)
{
    g_auto(GStrv) pieces = g_strsplit(plain_form(reading->arena, value), ";", -1);
    MailVouch before = reading->vouch;
    bool topmost = !*before.judge;
    bool nameless = is_nameless(auth_server);
    if (!pieces[0] || !(nameless ? lacks_name(pieces[0]) : is_of(pieces[0], auth_server)))
        return false;
    for (size_t i = nameless ? 0 : 1; pieces[i]; i++) {
        Verdict verdict;
        if (read_verdict(reading->arena, pieces[i], &verdict) && (topmost || verdict.result != AUTH_PASS))
            take_verdict(reading, &verdict, &before);
    }
    return true;
}

static MailTrust trust_of(const Reading *reading)
{
    const MailVouch *vouch = &reading->vouch;
    bool unknown = vouch->dmarc != AUTH_PASS && vouch->dmarc != AUTH_FAIL;
    if (vouch->dmarc == AUTH_PASS || (unknown && (reading->dkim_aligned || reading->spf_aligned)))
        return MAIL_VOUCHED;
    return vouch->dmarc == AUTH_FAIL || vouch->spf == AUTH_FAIL ? MAIL_DOUBTED : MAIL_UNJUDGED;
}

MailVouch mail_vouch_read(Arena *arena, const ParsedMail *mail, const char *auth_server)
{
    Reading reading = {
        .arena = arena, .from_domain = domain_in(mail->from_address), .vouch = {.judge = "", .trust = MAIL_UNJUDGED}};
    for (size_t i = 0; *auth_server && i < mail->field_count; i++) {
        const ParsedField *field = &mail->fields[i];
        if (*reading.vouch.judge && (is_nameless(auth_server) || !strcmp(field->name, "received")))
            break;
        if (!strcmp(field->name, "authentication-results") && take_field(&reading, field->value, auth_server))
            reading.vouch.judge = auth_server;
    }
    reading.vouch.trust = trust_of(&reading);
    return reading.vouch;
}

bool mail_auth_server_is_name(const char *text)
{
    if (is_nameless(text))
        return true;
    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr(".-_", *c))
            return false;
    return *text && strlen(text) <= 253;
}
