/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sources of the providers' rows, read in November 2026: developers.google.com/identity/protocols/oauth2/web-server and
 * developers.google.com/workspace/gmail/imap/xoauth2-protocol (access_type=offline gives a refresh token, and gives it again
 * only with prompt=consent); learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth" and
 * "Microsoft identity platform and OAuth 2.0 authorization code flow".
 */
#include "channel/oauth.h"

#include "base/text.h"
#include "base/writer.h"

#include <jansson.h>
#include <string.h>

enum { TOKEN_MAX = 16384, SCOPE_MAX = 1000, SAID_MAX = 200, HOUR_S = 3600, LASTS_MAX_S = 30 * 24 * 3600 };

static const OauthProvider providers[] = {
    {"google", "Google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
     "https://mail.google.com/", "&access_type=offline&prompt=consent", false},
    {"microsoft", "Microsoft 365", "https://login.microsoftonline.com/%/oauth2/v2.0/authorize",
     "https://login.microsoftonline.com/%/oauth2/v2.0/token",
     "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
     "&response_mode=query&prompt=select_account", false},
    {"own", "OAuth 2.0", "", "", "", "", true},
};

const OauthProvider *oauth_providers(size_t *count_out)
{
    *count_out = G_N_ELEMENTS(providers);
    return providers;
}

const OauthProvider *oauth_provider_find(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(providers); i++)
        if (strcmp(providers[i].key, key) == 0)
            return &providers[i];
    return NULL;
}

/* --- settings ------------------------------------------------------------------------------------------------------ */

static bool wrong(InputError *error_out, const char *field, const char *key)
{
    *error_out = (InputError){.field = field, .key = key};
    return false;
}

/* VSCHAR of RFC 6749 without the blank, which no id has. */
static bool is_client_id(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isgraph(*c))
            return false;
    return *text && strlen(text) <= 300;
}

static bool is_tenant(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.')
            return false;
    return *text && *text != '.' && strlen(text) <= 100;
}

/* RFC 6749 3.3: scope tokens with blanks between. */
static bool is_scope(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((!g_ascii_isgraph(*c) && *c != ' ') || *c == '"' || *c == '\\')
            return false;
    return *text && strlen(text) <= SCOPE_MAX;
}

/* A provider's address, with the directory in its place. */
static const char *address_of(Arena *arena, const char *pattern, const char *tenant)
{
    const char *place = strchr(pattern, '%');
    return place ? arena_printf(arena, "%.*s%s%s", (int)(place - pattern), pattern, tenant, place + 1) : pattern;
}

/* All that says where a token goes and as whom, in one line. */
static void bind(Arena *arena, const ChannelSettings *settings, const char *token_url, Oauth *oauth)
{
    static const char *const where[] = {"smtp_host", "smtp_port", "smtp_tls", "smtp_user",
                                        "imap_host", "imap_port", "imap_tls", "imap_user"};
    GString *all = g_string_new(NULL);
    g_string_append_printf(all, "%s\n%s\n%s\n%s\n%s", oauth->provider->key, oauth->authorize_url, token_url,
                           oauth->scope, oauth->client_id);
    for (size_t i = 0; i < G_N_ELEMENTS(where); i++)
        g_string_append_printf(all, "\n%s", channel_setting(settings, where[i]));
    bytes_sha256_hex(bytes_of(arena_strndup(arena, all->str, all->len)), oauth->bound);
    g_string_free(all, TRUE);
}

bool oauth_is_wanted(const ChannelSettings *settings)
{
    return *channel_setting(settings, "oauth_provider") != '\0';
}

bool oauth_read(Arena *arena, const ChannelSettings *settings, Oauth *oauth_out, InputError *error_out)
{
    *oauth_out = (Oauth){0};
    if (!oauth_is_wanted(settings))
        return true;
    const OauthProvider *provider = oauth_provider_find(channel_setting(settings, "oauth_provider"));
    const char *tenant = channel_setting(settings, "oauth_tenant");
    if (!provider)
        return wrong(error_out, "oauth_provider", "channel.oauth.error.provider");
    bool own = !*provider->authorize_url;
    oauth_out->provider = provider;
    oauth_out->client_id = channel_setting(settings, "oauth_client_id");
    if (!is_client_id(oauth_out->client_id))
        return wrong(error_out, "oauth_client_id", "channel.oauth.error.client");
    if (strchr(provider->authorize_url, '%') && !is_tenant(tenant))
        return wrong(error_out, "oauth_tenant", "channel.oauth.error.tenant");
    oauth_out->authorize_url =
        own ? channel_setting(settings, "oauth_authorize_url") : address_of(arena, provider->authorize_url, tenant);
    if (!post_address_read(arena, oauth_out->authorize_url, &oauth_out->authorize_at))
        return wrong(error_out, "oauth_authorize_url", "channel.oauth.error.url");
    const char *token_url =
        own ? channel_setting(settings, "oauth_token_url") : address_of(arena, provider->token_url, tenant);
    if (!post_address_read(arena, token_url, &oauth_out->token_at))
        return wrong(error_out, "oauth_token_url", "channel.oauth.error.url");
    oauth_out->scope = own ? channel_setting(settings, "oauth_scope") : provider->scope;
    if (!is_scope(oauth_out->scope))
        return wrong(error_out, "oauth_scope", "channel.oauth.error.scope");
    if (!*channel_setting(settings, "smtp_user"))
        return wrong(error_out, "smtp_user", "channel.oauth.error.user");
    bind(arena, settings, token_url, oauth_out);
    return true;
}

/* --- asking -------------------------------------------------------------------------------------------------------- */

void oauth_challenge(const char *verifier, char challenge_out[OAUTH_CHALLENGE_SIZE])
{
    guint8 digest[32];
    gsize size = sizeof digest;
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)verifier, (gssize)strlen(verifier));
    g_checksum_get_digest(checksum, digest, &size);
    g_checksum_free(checksum);
    g_autofree char *text = g_base64_encode(digest, sizeof digest);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    g_strlcpy(challenge_out, text, OAUTH_CHALLENGE_SIZE);
}

/* Each is copied into the arena, and the growing text it was made in is wiped: it may hold a secret. */
static char *text_of(Arena *arena, GString *form)
{
    char *text = arena_strndup(arena, form->str, form->len);
    volatile char *at = form->str;
    for (gsize i = 0; i < form->len; i++)
        at[i] = '\0';
    g_string_free(form, TRUE);
    return text;
}

/* A field of a form or a query; both are read as application/x-www-form-urlencoded. */
static void add(GString *form, const char *name, const char *value)
{
    g_string_append_printf(form, "%s%s=", form->len && !g_str_has_suffix(form->str, "?") ? "&" : "", name);
    url_arg(form, value);
}

const char *oauth_authorize_link(Arena *arena, const Oauth *oauth, const char *redirect, const char *state,
                                 const char *challenge, const char *user)
{
    GString *link = g_string_new(oauth->authorize_url);
    g_string_append_c(link, '?');
    add(link, "response_type", "code");
    add(link, "client_id", oauth->client_id);
    add(link, "redirect_uri", redirect);
    add(link, "scope", oauth->scope);
    add(link, "state", state);
    add(link, "code_challenge", challenge);
    add(link, "code_challenge_method", "S256");
    add(link, "login_hint", user);
    g_string_append(link, oauth->provider->more);
    return text_of(arena, link);
}

static GString *form_new(const Oauth *oauth, const char *secret, const char *grant_type)
{
    GString *form = g_string_sized_new(2048); /* grows rarely: what it leaves behind then is not wiped */
    add(form, "grant_type", grant_type);
    if (secret && *secret && oauth->provider->basic)
        return form; /* the header says both */
    add(form, "client_id", oauth->client_id);
    if (secret && *secret)
        add(form, "client_secret", secret);
    return form;
}

char *oauth_code_form(Arena *arena, const Oauth *oauth, const char *secret, const char *code, const char *verifier,
                      const char *redirect)
{
    GString *form = form_new(oauth, secret, "authorization_code");
    add(form, "code", code);
    add(form, "redirect_uri", redirect);
    add(form, "code_verifier", verifier);
    return text_of(arena, form);
}

char *oauth_refresh_form(Arena *arena, const Oauth *oauth, const char *secret, const char *refresh)
{
    GString *form = form_new(oauth, secret, "refresh_token");
    add(form, "refresh_token", refresh);
    return text_of(arena, form);
}

/* --- answers ------------------------------------------------------------------------------------------------------- */

static bool is_bearer(const char *text)
{
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");
    return size > 0 && size + strspn(text + size, "=") == strlen(text) && strlen(text) <= TOKEN_MAX;
}

static bool is_refresh(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isprint(*c))
            return false;
    return *text && strlen(text) <= TOKEN_MAX;
}

static const char *text_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value)
               ? json_string_value(value)
               : NULL;
}

const char *oauth_error_code(Arena *arena, const char *text)
{
    size_t size = text ? strlen(text) : 0;
    return size && size <= 60 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == size
               ? arena_strdup(arena, text)
               : "";
}

static void unclear(OauthAnswer *answer_out, const char *said)
{
    *answer_out = (OauthAnswer){.verdict = OAUTH_UNCLEAR, .error = "", .said = said};
}

static OauthVerdict verdict_of(const char *error)
{
    static const struct {
        const char *error;
        OauthVerdict verdict;
    } rows[] = {
        {"invalid_grant", OAUTH_WITHDRAWN},     {"interaction_required", OAUTH_WITHDRAWN},
        {"consent_required", OAUTH_WITHDRAWN},  {"login_required", OAUTH_WITHDRAWN},
        {"access_denied", OAUTH_WITHDRAWN},     {"invalid_client", OAUTH_CLIENT},
        {"unauthorized_client", OAUTH_CLIENT},  {"invalid_request", OAUTH_CLIENT},
        {"invalid_scope", OAUTH_CLIENT},        {"redirect_uri_mismatch", OAUTH_CLIENT},
        {"unsupported_grant_type", OAUTH_CLIENT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].error, error) == 0)
            return rows[i].verdict;
    return OAUTH_UNCLEAR;
}

static void read_error(Arena *arena, const json_t *object, OauthAnswer *answer_out)
{
    const char *words = text_in(object, "error_description");
    const char *error = oauth_error_code(arena, text_in(object, "error"));
    *answer_out = (OauthAnswer){
        .verdict = verdict_of(error),
        .error = error,
        .said = words ? text_clip(arena, text_clean_line(arena, bytes_of(words)), SAID_MAX) : error,
    };
}

static void read_tokens(Arena *arena, const json_t *object, OauthAnswer *answer_out)
{
    const char *type = text_in(object, "token_type"), *access = text_in(object, "access_token");
    const json_t *refresh = json_object_get(object, "refresh_token"), *lasts = json_object_get(object, "expires_in");
    const json_t *scope = json_object_get(object, "scope");
    if (!type || g_ascii_strcasecmp(type, "bearer") != 0 || !access || !is_bearer(access)) {
        unclear(answer_out, "the answer holds no bearer token");
        return;
    }
    if ((refresh && (!text_in(object, "refresh_token") || !is_refresh(text_in(object, "refresh_token")))) ||
        (scope && !text_in(object, "scope")) ||
        (lasts && (!json_is_integer(lasts) || json_integer_value(lasts) <= 0))) {
        unclear(answer_out, "the answer is not as RFC 6749 5.1 wants it");
        return;
    }
    *answer_out = (OauthAnswer){
        .verdict = OAUTH_GIVEN,
        .access = arena_strdup(arena, access),
        .refresh = refresh ? arena_strdup(arena, text_in(object, "refresh_token")) : NULL,
        .lasts_s = lasts ? MIN((int64_t)json_integer_value(lasts), (int64_t)LASTS_MAX_S) : HOUR_S,
        .scope = scope ? arena_strdup(arena, text_in(object, "scope")) : NULL,
        .error = "",
        .said = "",
    };
}

void oauth_answer_read(Arena *arena, const PostAnswer *answer, OauthAnswer *answer_out)
{
    if (answer->outcome != POST_ANSWERED) {
        unclear(answer_out, answer->said);
        return;
    }
    json_t *object = strcmp(answer->type, "application/json") == 0
                         ? json_loadb((const char *)answer->body.data, answer->body.size, JSON_REJECT_DUPLICATES, NULL)
                         : NULL;
    if (!json_is_object(object))
        unclear(answer_out, arena_printf(arena, "HTTP status %d, and no answer of a token endpoint", answer->status));
    else if (answer->status == 200)
        read_tokens(arena, object, answer_out);
    else
        read_error(arena, object, answer_out);
    json_decref(object);
}

bool oauth_scope_covers(const char *wanted, const char *given)
{
    static const char *const apart[] = {"offline_access", "openid", "email", "profile"}; /* no servers list them back */
    g_auto(GStrv) wants = g_strsplit(wanted, " ", -1), gives = g_strsplit(given, " ", -1);
    for (char **want = wants; *want; want++) {
        bool covered = !**want || g_strv_contains((const char *const *)gives, *want);
        for (size_t i = 0; i < G_N_ELEMENTS(apart); i++)
            covered |= strcmp(apart[i], *want) == 0;
        if (!covered)
            return false;
    }
    return true;
}
