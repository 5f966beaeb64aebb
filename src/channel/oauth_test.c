/* SPDX-License-Identifier: EUPL-1.2 */
/* What is asked of a provider and what its answers mean. */
#include "channel/oauth.h"

#include "channel/config.h"

#include <string.h>

static Arena *arena;

/* RFC 7636 appendix B. */
static void test_challenge(void)
{
    char challenge[OAUTH_CHALLENGE_SIZE];
    oauth_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge);
    g_assert_cmpstr(challenge, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void test_addresses(void)
{
    static const struct {
        const char *text, *host;
        int port;
        const char *path;
    } good[] = {
        {"https://login.azienda.it/token", "login.azienda.it", 443, "/token"},
        {"https://LOGIN.azienda.it:8443", "login.azienda.it", 8443, "/"},
        {"https://[2001:db8::1]:444/a/b", "2001:db8::1", 444, "/a/b"},
        {"http://127.0.0.1:8080/token", "127.0.0.1", 8080, "/token"},
        {"http://[::1]/token", "::1", 80, "/token"},
        {"http://localhost/token", "localhost", 80, "/token"},
    };
    static const char *const bad[] = {
        "",
        "http://login.azienda.it/token", /* no TLS */
        "http://10.0.0.1/token",
        "ftp://login.azienda.it/",
        "file:///etc/passwd",
        "//login.azienda.it/token",
        "https://",
        "https:///token",
        "https://anna@login.azienda.it/",
        "https://login.azienda.it:0/",
        "https://login.azienda.it:99999/",
        "https://login.azienda.it:/",
        "https://[::1/",
        "https://login.azienda.it/token?x=1",
        "https://login.azienda.it/token#x",
        "https://login.azienda.it?x",
        "https://login azienda.it/",
        "https://login.azienda.it/\r\nHost: x",
        "https://login.azienda.it\\@x.it/",
        "https://login.azienda.it/a/../b",
    };
    PostAddress address, other;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(post_address_read(arena, good[i].text, &address));
        g_assert_cmpstr(address.host, ==, good[i].host);
        g_assert_cmpint(address.port, ==, good[i].port);
        g_assert_cmpstr(address.path, ==, good[i].path);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (post_address_read(arena, bad[i], &address))
            g_error("taken: %s", bad[i]);
    g_assert_true(post_address_read(arena, "https://a.it/x", &address));
    g_assert_true(post_address_read(arena, "https://a.it:443", &other) && post_same_origin(&address, &other));
    g_assert_true(post_address_read(arena, "https://a.it:444/x", &other) && !post_same_origin(&address, &other));
    g_assert_true(post_address_read(arena, "https://b.it/x", &other) && !post_same_origin(&address, &other));
}

static ChannelSettings settings_of(const char *json)
{
    ChannelSettings settings;
    g_assert_true(channel_config_read(arena, json, &settings));
    return settings;
}

static const char *fault_of(const char *json)
{
    ChannelSettings settings = settings_of(json);
    Oauth oauth;
    InputError wrong = {.field = ""};
    return oauth_read(arena, &settings, &oauth, &wrong) ? "" : wrong.field;
}

#define OWN(more)                                                                                                      \
    "{\"oauth_provider\":\"own\",\"smtp_user\":\"a@b.it\",\"oauth_client_id\":\"filo\",\"oauth_scope\":\"mail\"" more  \
    "}"
#define URLS(token) ",\"oauth_authorize_url\":\"https://a.it/x\",\"oauth_token_url\":\"" token "\""

static void test_settings(void)
{
    g_assert_cmpstr(fault_of("{}"), ==, "");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"facebook\"}"), ==, "oauth_provider");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"google\"}"), ==, "oauth_client_id");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"google\",\"oauth_client_id\":\"a b\"}"), ==, "oauth_client_id");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"google\",\"oauth_client_id\":\"ab\"}"), ==, "smtp_user");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"google\",\"oauth_client_id\":\"ab\",\"smtp_user\":\"x\"}"), ==, "");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"microsoft\",\"oauth_client_id\":\"ab\",\"smtp_user\":\"x\"}"), ==,
                    "oauth_tenant");
    g_assert_cmpstr(fault_of("{\"oauth_provider\":\"microsoft\",\"oauth_client_id\":\"ab\",\"smtp_user\":\"x\","
                             "\"oauth_tenant\":\"x/../y\"}"),
                    ==, "oauth_tenant");
    g_assert_cmpstr(fault_of(OWN("")), ==, "oauth_authorize_url");
    g_assert_cmpstr(fault_of(OWN(URLS("http://a.it/x"))), ==, "oauth_token_url");
    g_assert_cmpstr(fault_of(OWN(URLS("https://a.it/x"))), ==, "");
}

static void test_microsoft(void)
{
    ChannelSettings settings =
        settings_of("{\"oauth_provider\":\"microsoft\",\"oauth_client_id\":\"11\",\"smtp_user\":\"a@b.it\","
                    "\"oauth_tenant\":\"azienda.it\"}");
    Oauth oauth;
    InputError wrong;
    g_assert_true(oauth_read(arena, &settings, &oauth, &wrong));
    g_assert_cmpstr(oauth.authorize_url, ==, "https://login.microsoftonline.com/azienda.it/oauth2/v2.0/authorize");
    g_assert_cmpstr(oauth.token_at.path, ==, "/azienda.it/oauth2/v2.0/token");
    g_assert_cmpstr(oauth.token_at.host, ==, "login.microsoftonline.com");
}

/* Whatever says where a token goes, and as whom, changes what a grant is good for; nothing else does. */
static void test_bound(void)
{
    static const struct {
        const char *json;
        bool same;
    } others[] = {
        {OWN(URLS("https://a.it/x") ",\"send_per_minute\":\"3\""), true},
        {OWN(URLS("https://a.it/y")), false},
        {OWN(URLS("https://a.it/x") ",\"smtp_host\":\"x\""), false},
        {OWN(URLS("https://a.it/x") ",\"smtp_port\":\"1\""), false},
        {OWN(URLS("https://a.it/x") ",\"smtp_tls\":\"none\""), false},
        {OWN(URLS("https://a.it/x") ",\"imap_host\":\"x\""), false},
        {OWN(URLS("https://a.it/x") ",\"imap_port\":\"1\""), false},
        {OWN(URLS("https://a.it/x") ",\"imap_user\":\"x\""), false},
    };
    Oauth first, other;
    InputError wrong;
    ChannelSettings settings = settings_of(OWN(URLS("https://a.it/x")));
    g_assert_true(oauth_read(arena, &settings, &first, &wrong));
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        settings = settings_of(others[i].json);
        g_assert_true(oauth_read(arena, &settings, &other, &wrong));
        g_assert_cmpint(strcmp(first.bound, other.bound) == 0, ==, others[i].same);
    }
}

static void test_link(void)
{
    ChannelSettings settings =
        settings_of("{\"oauth_provider\":\"google\",\"oauth_client_id\":\"11.apps&x\",\"smtp_user\":\"a@b.it\"}");
    Oauth oauth;
    InputError wrong;
    g_assert_true(oauth_read(arena, &settings, &oauth, &wrong));
    g_assert_cmpstr(
        oauth_authorize_link(arena, &oauth, "https://filo.b.it/settings/oauth/google", "st", "ch", "a@b.it"), ==,
        "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=11.apps%26x"
        "&redirect_uri=https%3A%2F%2Ffilo.b.it%2Fsettings%2Foauth%2Fgoogle&scope=https%3A%2F%2Fmail.google.com%2F"
        "&state=st&code_challenge=ch&code_challenge_method=S256&login_hint=a%40b.it&access_type=offline&prompt="
        "consent");
    g_assert_cmpstr(oauth_code_form(arena, &oauth, "s&t", "c d", "ver", "https://f/"), ==,
                    "grant_type=authorization_code&client_id=11.apps%26x&client_secret=s%26t&code=c%20d"
                    "&redirect_uri=https%3A%2F%2Ff%2F&code_verifier=ver");
    g_assert_cmpstr(oauth_refresh_form(arena, &oauth, NULL, "r"), ==,
                    "grant_type=refresh_token&client_id=11.apps%26x&refresh_token=r");
}

static OauthAnswer answer(int status, const char *type, const char *body)
{
    OauthAnswer read;
    oauth_answer_read(arena, &(PostAnswer){POST_ANSWERED, status, type, bytes_of(body), ""}, &read);
    return read;
}

static OauthVerdict verdict(int status, const char *body)
{
    return answer(status, "application/json", body).verdict;
}

/* RFC 6749 5.1 and 5.2, whose examples the first and the fourth are. */
static void test_answers(void)
{
    OauthAnswer given =
        answer(200, "application/json", "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"example\"}");
    g_assert_cmpint(given.verdict, ==, OAUTH_UNCLEAR);
    given = answer(200, "application/json",
                   "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"Bearer\",\"expires_in\":3599,"
                   "\"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\",\"scope\":\"a b\",\"example_parameter\":[1]}");
    g_assert_cmpint(given.verdict, ==, OAUTH_GIVEN);
    g_assert_cmpstr(given.access, ==, "2YotnFZFEjr1zCsicMWpAA");
    g_assert_cmpstr(given.refresh, ==, "tGzv3JOkF0XG5Qx2TlKWIA");
    g_assert_cmpint(given.lasts_s, ==, 3599);
    g_assert_cmpstr(given.scope, ==, "a b");
    given = answer(200, "application/json", "{\"access_token\":\"x\",\"token_type\":\"bearer\"}");
    g_assert_cmpint(given.verdict, ==, OAUTH_GIVEN);
    g_assert_null(given.refresh);
    g_assert_cmpint(given.lasts_s, ==, 3600);
    given = answer(400, "application/json",
                   "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS70008:\\r\\n expired\\u0007\"}");
    g_assert_cmpint(given.verdict, ==, OAUTH_WITHDRAWN);
    g_assert_cmpstr(given.error, ==, "invalid_grant");
    g_assert_null(strpbrk(given.said, "\r\n\a"));
    g_assert_cmpint(verdict(401, "{\"error\":\"invalid_client\"}"), ==, OAUTH_CLIENT);
    g_assert_cmpint(verdict(503, "{\"error\":\"temporarily_unavailable\"}"), ==, OAUTH_UNCLEAR);
    g_assert_cmpstr(answer(400, "application/json", "{\"error\":\"<b>\"}").error, ==, "");
}

static void test_bad_answers(void)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "null",
        "{\"access_token\":\"a b\",\"token_type\":\"bearer\"}",
        "{\"access_token\":\"a\\u0001auth=\",\"token_type\":\"bearer\"}",
        "{\"access_token\":\"a\\r\\nX\",\"token_type\":\"bearer\"}",
        "{\"access_token\":\"\",\"token_type\":\"bearer\"}",
        "{\"access_token\":7,\"token_type\":\"bearer\"}",
        "{\"access_token\":\"a\"}",
        "{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"bearer\"}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":\"3600\"}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":-1}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":1e400}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"refresh_token\":null}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"refresh_token\":\"\"}",
        "{\"access_token\":\"a\",\"token_type\":\"bearer\"} {}",
        "{\"error\":\"invalid_grant\"}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (verdict(200, bad[i]) != OAUTH_UNCLEAR)
            g_error("taken: %s", bad[i]);
    const char *good = "{\"access_token\":\"a\",\"token_type\":\"bearer\"}";
    g_assert_cmpint(answer(200, "text/html", good).verdict, ==, OAUTH_UNCLEAR);
    g_assert_cmpint(verdict(201, good), ==, OAUTH_UNCLEAR);
    OauthAnswer away;
    oauth_answer_read(arena, &(PostAnswer){POST_NO_ANSWER, 0, "", {NULL, 0}, "timed out"}, &away);
    g_assert_cmpint(away.verdict, ==, OAUTH_UNCLEAR);
    g_assert_cmpstr(away.said, ==, "timed out");
}

static void test_scope(void)
{
    g_assert_true(oauth_scope_covers("offline_access a b", "b c a"));
    g_assert_true(oauth_scope_covers("https://mail.google.com/", "https://mail.google.com/"));
    g_assert_false(oauth_scope_covers("offline_access a b", "b"));
    g_assert_false(oauth_scope_covers("a", ""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    arena = arena_new(ARENA_REQUEST_CAP);
    g_test_add_func("/oauth/challenge", test_challenge);
    g_test_add_func("/oauth/addresses", test_addresses);
    g_test_add_func("/oauth/settings", test_settings);
    g_test_add_func("/oauth/microsoft", test_microsoft);
    g_test_add_func("/oauth/bound", test_bound);
    g_test_add_func("/oauth/link", test_link);
    g_test_add_func("/oauth/answers", test_answers);
    g_test_add_func("/oauth/bad-answers", test_bad_answers);
    g_test_add_func("/oauth/scope", test_scope);
    int failed = g_test_run();
    arena_free(arena);
    return failed;
}
