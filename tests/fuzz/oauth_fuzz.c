/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a token endpoint's answer: a token comes only of status 200, type application/json and token_type bearer,
 * and is a bearer token's one word (RFC 6750 2.1); what is shown of an answer is one short line; and whatever the bytes,
 * put into the address or a form they stay one argument.
 */
#include "base/check.h"
#include "channel/oauth.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNRESERVED G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~"

static void check_line(const char *line, size_t max_chars)
{
    check(g_utf8_validate(line, -1, NULL) && (size_t)g_utf8_strlen(line, -1) <= max_chars);
    for (const char *at = line; *at; at = g_utf8_next_char(at))
        check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void check_given(const OauthAnswer *answer)
{
    size_t word = strspn(answer->access, UNRESERVED "+/");
    check(word && strspn(answer->access + word, "=") == strlen(answer->access + word));
    check(answer->lasts_s > 0 && answer->lasts_s <= 30 * 24 * 3600);
    check(!*answer->error && !*answer->said);
    for (const char *at = answer->refresh ? answer->refresh : ""; *at; at++)
        check(*at >= ' ' && *at < 0x7f);
    check(!answer->refresh || *answer->refresh);
    check(!answer->scope || g_utf8_validate(answer->scope, -1, NULL));
}

static OauthAnswer read_as(Arena *arena, Bytes body, PostOutcome outcome, int status, const char *type)
{
    const PostAnswer posted = {.outcome = outcome, .status = status, .type = type, .body = body, .said = ""};
    OauthAnswer answer;
    oauth_answer_read(arena, &posted, &answer);
    check_line(answer.said, 200);
    check(strlen(answer.error) <= 60 && strspn(answer.error, G_CSET_a_2_z G_CSET_DIGITS "_") == strlen(answer.error));
    if (answer.verdict == OAUTH_GIVEN)
        check_given(&answer);
    else
        check(!answer.access && !answer.refresh);
    return answer;
}

/* How many arguments a reader of application/x-www-form-urlencoded would find, and whether all signs are theirs. */
static size_t count_arguments(const char *form)
{
    size_t count = 1;
    check(strspn(form, UNRESERVED "%=&+") == strlen(form));
    for (const char *at = form; *at; at++)
        count += *at == '&';
    return count;
}

static void check_arguments(Arena *arena, const char *text)
{
    const Oauth own = {.provider = oauth_provider_find("own"),
                       .authorize_url = "https://a.test/x",
                       .scope = "mail",
                       .client_id = "id"};
    const Oauth google = {.provider = oauth_provider_find("google"),
                          .authorize_url = "https://a.test/x",
                          .scope = "mail",
                          .client_id = "id"};
    const char *link = oauth_authorize_link(arena, &own, text, text, text, text);
    check(g_str_has_prefix(link, "https://a.test/x?") && count_arguments(strchr(link, '?') + 1) == 8);
    check(count_arguments(oauth_code_form(arena, &google, text, text, text, text)) == (*text ? 6 : 5));
    check(count_arguments(oauth_refresh_form(arena, &own, text, text)) == (*text ? 2 : 3));
    check(*oauth_error_code(arena, text) == '\0' || !strcmp(oauth_error_code(arena, text), text));
    check(oauth_scope_covers(text, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > POST_ANSWER_MAX)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Bytes body = {data, size};
    read_as(arena, body, POST_ANSWERED, 200, "application/json");
    check(read_as(arena, body, POST_ANSWERED, 400, "application/json").verdict != OAUTH_GIVEN);
    check(read_as(arena, body, POST_ANSWERED, 200, "text/html").verdict == OAUTH_UNCLEAR);
    check(read_as(arena, body, POST_NO_ANSWER, 0, "").verdict == OAUTH_UNCLEAR);
    check_arguments(arena, arena_strndup(arena, size ? (const char *)data : "", MIN(size, (size_t)2000)));
    return 0;
}
