/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What our server says of a sender, with any bytes where an attacker can put them: without the server's name nothing is
 * said; what stands in a comment or in a quoted reason changes nothing (RFC 8601 2.2); another server's word counts
 * nothing; a field below the topmost can only add doubt.
 */
#include "channel/mail/vouch.h"
#include "header_fuzz.h"

#define SERVER "mx.filo.test"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static MailVouch read_fields(Arena *arena, const char *server, const char *top, const char *below)
{
    const ParsedField fields[] = {{"authentication-results", top}, {"authentication-results", below}};
    const ParsedMail mail = {
        .parsed = true, .from_address = "a@bar.test", .fields = fields, .field_count = below ? 2 : 1};
    return mail_vouch_read(arena, &mail, server);
}

static void check_same(MailVouch a, MailVouch b)
{
    check(!strcmp(a.judge, b.judge) && a.spf == b.spf && a.dkim == b.dkim && a.dmarc == b.dmarc && a.trust == b.trust);
}

/* The text with a backslash before each sign that would end or nest what it is put into. */
static const char *escaped(Arena *arena, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = text; *at; at++) {
        if (strchr("()\"\\", *at))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    return arena_strndup(arena, out->str, out->len);
}

static void check_hidden_text(Arena *arena, const char *text)
{
    static const char plain[] = SERVER "; spf=fail smtp.mailfrom=x.test; dmarc=fail";
    const char *hidden = escaped(arena, text);
    MailVouch said = read_fields(arena, SERVER, plain, NULL);
    check(said.trust == MAIL_DOUBTED && said.spf == AUTH_FAIL && said.dmarc == AUTH_FAIL);
    check_same(said, read_fields(arena, SERVER,
                                 arena_printf(arena, SERVER "; spf=fail (%s) smtp.mailfrom=x.test; dmarc=fail", hidden),
                                 NULL));
    check_same(said, read_fields(arena, SERVER,
                                 arena_printf(arena, SERVER "; spf=fail reason=\"%s\" smtp.mailfrom=x.test; dmarc=fail",
                                              hidden),
                                 NULL));
    check_same(said,
               read_fields(arena, SERVER,
                           arena_printf(arena, "(%s) " SERVER "; spf=fail smtp.mailfrom=x.test; dmarc=fail", hidden),
                           NULL));
}

static void check_strangers(Arena *arena, const char *text)
{
    const char *theirs = arena_printf(arena, "mx.evil.test %s", text);
    MailVouch nothing = read_fields(arena, SERVER, theirs, NULL);
    check(!*nothing.judge && nothing.trust == MAIL_UNJUDGED);
    check(nothing.spf == AUTH_UNSAID && nothing.dkim == AUTH_UNSAID && nothing.dmarc == AUTH_UNSAID);
    check_same(nothing, read_fields(arena, "", text, text));
}

static void check_below(Arena *arena, const char *text)
{
    static const char *const tops[] = {SERVER "; none", SERVER "; spf=neutral", SERVER "; dkim=fail header.d=bar.test",
                                       SERVER "; dmarc=fail"};
    for (size_t i = 0; i < G_N_ELEMENTS(tops); i++) {
        MailVouch said = read_fields(arena, SERVER, tops[i], arena_printf(arena, SERVER "; %s", text));
        check(said.spf != AUTH_PASS && said.dkim != AUTH_PASS && said.dmarc != AUTH_PASS && said.trust != MAIL_VOUCHED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 13)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *text = line_keep(arena, arena_strndup(arena, (const char *)data, size), PARSE_LINE_MAX);
    MailVouch said = read_fields(arena, SERVER, text, text);
    check(!*said.judge || !strcmp(said.judge, SERVER));
    check(*said.judge || said.trust == MAIL_UNJUDGED);
    check(
        mail_auth_server_is_name(text) ==
        (*text && strlen(text) <= 253 && strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == strlen(text)));
    check_hidden_text(arena, text);
    check_strangers(arena, text);
    check_below(arena, text);
    return 0;
}
