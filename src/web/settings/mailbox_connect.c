/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: going to the provider for the permission to sign in, and coming back with it. How: whoever presses the button gets
 * a page with a link (not a redirect: no route of ours ever sends a browser to another site); the link holds a state that is
 * good once, ten minutes, for this session and this mailbox as it stands. What comes back is a plain address that anybody
 * may make somebody open: nothing in it counts without that state. Why each provider has an address of its own to come back
 * to, and `iss` must be of the origin that was asked: so that one provider's answer is never taken for another's (RFC 9700
 * 4.4, RFC 9207).
 */
#include "base/text.h"
#include "base/token.h"
#include "channel/config.h"
#include "channel/grant.h"
#include "desk/mailbox/grant.h"
#include "web/problem.h"
#include "web/settings/mailbox_oauth.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_connect_view.h"

#include <sodium.h>
#include <string.h>

enum { CODE_MAX = 4096, SAID_MAX = 200 };

typedef struct Connecting {
    PageForm *form;
    ChannelAccount account; /* id {0}: it is not known which */
    ChannelSettings settings;
    Oauth oauth;
    GrantAttempt attempt;
} Connecting;

/* --- the page ------------------------------------------------------------------------------------------------------- */

static void show(Connecting *on, HttpResponse *response, const char *words, const char *said, SafeUrl go)
{
    PageForm *form = on->form;
    SettingsConnectView view = {
        .wrong = !go.text,
        .words = words,
        .said = said,
        .go = go,
        .provider = on->oauth.provider ? on->oauth.provider->name : "",
        .address = on->account.id.value ? on->account.address : "",
        .back = on->account.id.value
                    ? url_local(form->arena, "/settings/mailboxes/%", arena_int(form->arena, on->account.id.value))
                    : url_checked("/settings/mailboxes"),
    };
    if (view.wrong)
        http_set_status(response, 422);
    view.page = settings_layout(form, MSG_MAILBOX_CONNECT_TITLE);
    view.head = settings_head(form, MSG_MAILBOX_CONNECT_TITLE, MSG_SETTINGS_TAB_MAILBOXES);
    settings_connect_render(http_html(response), form->visit->lang, &view);
}

/* It did not come about. said: what the provider told, any text. */
static void tell(Connecting *on, HttpResponse *response, MsgId words, const char *said)
{
    PageForm *form = on->form;
    const char *clean = text_clip(form->arena, text_clean_line(form->arena, bytes_of(said ? said : "")), SAID_MAX);
    const char *provider = on->oauth.provider ? on->oauth.provider->name : "";
    show(on, response, msg_fill(form->arena, form->visit->lang, words, "provider", provider, NULL), clean,
         (SafeUrl){NULL});
}

static bool find_account(StoreTx *tx, Arena *arena, ChannelAccountId id, ChannelAccount *account_out)
{
    ChannelAccountList list = channel_account_list(tx, arena);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id.value)
            return channel_account_find(tx, arena, list.items[i].name, account_out);
    return false;
}

/* The mailbox and how it signs in; false: the response is filled. */
static bool read_account(Connecting *on, HttpResponse *response, ChannelAccountId id)
{
    PageForm *form = on->form;
    InputError wrong;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    bool found = find_account(tx, form->arena, id, &on->account);
    if (!visit_read_end(form->request, response, tx))
        return false;
    if (!found || !channel_config_read(form->arena, on->account.config, &on->settings)) {
        problem_page(form->request, response, found ? PROBLEM_FAILED : PROBLEM_NOT_FOUND, "");
        return false;
    }
    if (oauth_read(form->arena, &on->settings, &on->oauth, &wrong) && on->oauth.provider)
        return true;
    tell(on, response, MSG_MAILBOX_CONNECT_SETTINGS, "");
    return false;
}

/* --- going ---------------------------------------------------------------------------------------------------------- */

/* What a state is known by: whoever sees it, in another session it opens nothing. */
static void state_hash(const Visit *visit, const char *state, char sha256_out[SHA256_HEX_SIZE])
{
    g_autofree char *both = g_strdup_printf("%s.%" G_GINT64_FORMAT, state, visit->session.id.value);
    bytes_sha256_hex(bytes_of(both), sha256_out);
}

static bool begin(StoreTx *tx, void *arg)
{
    grant_attempt_add(tx, &((Connecting *)arg)->attempt);
    return true;
}

static void go(Connecting *on, HttpResponse *response)
{
    PageForm *form = on->form;
    const Visit *visit = form->visit;
    const Token state = token_new();
    Key verifier = key_new(); /* 52 characters: RFC 7636 4.1 wants 43 to 128 */
    char sha256[SHA256_HEX_SIZE], challenge[OAUTH_CHALLENGE_SIZE];
    g_autoptr(GError) error = NULL;
    state_hash(visit, state.text, sha256);
    oauth_challenge(verifier.text, challenge);
    on->attempt = (GrantAttempt){
        .account = on->account.id, .state_sha256 = sha256, .bound = on->oauth.bound, .begun_at = visit->now};
    bool sealed = grant_seal(form->arena, visit->desk, on->account.name, "verifier", verifier.text,
                             &on->attempt.verifier, &error);
    sodium_memzero(&verifier, sizeof verifier);
    if (!sealed ||
        store_write(desk_store(visit->desk), "mailbox connect begin", begin, on, &error) != STORE_COMMITTED) {
        problem_of_error(form->request, response, error);
        return;
    }
    const char *user = channel_setting(&on->settings, "smtp_user");
    const char *redirect = mailbox_oauth_redirect(form->arena, visit, on->oauth.provider);
    show(on, response,
         msg_fill(form->arena, visit->lang, MSG_MAILBOX_CONNECT_GO_TEXT, "provider", on->oauth.provider->name, "user",
                  user, "address", redirect, NULL),
         "", url_checked(oauth_authorize_link(form->arena, &on->oauth, redirect, state.text, challenge, user)));
}

void mailbox_connect_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Connecting on = {.form = page_form_of(request)};
    if (!read_account(&on, response, (ChannelAccountId){http_param_id(request, "id")}))
        return;
    if (on.form->visit->policy->demo)
        tell(&on, response, MSG_MAILBOX_ERROR_DEMO, "");
    else
        go(&on, response);
}

/* --- coming back ---------------------------------------------------------------------------------------------------- */

typedef struct Taking {
    Connecting *on;
    const char *sha256;
    bool taken;
} Taking;

static bool take(StoreTx *tx, void *arg)
{
    Taking *taking = arg;
    taking->taken = grant_attempt_take(tx, taking->on->form->arena, taking->sha256, taking->on->form->visit->now,
                                       &taking->on->attempt);
    return true; /* one too old is gone as well */
}

/* Uses up the state. false: the response is filled. */
static bool take_attempt(Connecting *on, HttpResponse *response)
{
    PageForm *form = on->form;
    const char *state = http_query(form->request, "state");
    char sha256[SHA256_HEX_SIZE];
    g_autoptr(GError) error = NULL;
    if (!state || !token_hash(state, sha256)) { /* what cannot be one of ours */
        tell(on, response, MSG_MAILBOX_CONNECT_STATE, "");
        return false;
    }
    state_hash(form->visit, state, sha256);
    Taking taking = {on, sha256, false};
    if (store_write(desk_store(form->visit->desk), "mailbox connect end", take, &taking, &error) != STORE_COMMITTED) {
        problem_of_error(form->request, response, error);
        return false;
    }
    if (!taking.taken)
        tell(on, response, MSG_MAILBOX_CONNECT_STATE, "");
    return taking.taken;
}

/* Whether the answer comes from whom we asked: by the address it came to, and by what it says of itself. */
static bool is_from_asked(const Connecting *on)
{
    PostAddress issuer;
    const char *iss = http_query(on->form->request, "iss");
    return strcmp(http_param(on->form->request, "provider"), on->oauth.provider->key) == 0 &&
           (!iss ||
            (post_address_read(on->form->arena, iss, &issuer) && post_same_origin(&issuer, &on->oauth.authorize_at)));
}

/* The provider's no, in our words where we have some. */
static void tell_error(Connecting *on, HttpResponse *response, const char *error, const char *description)
{
    Arena *arena = on->form->arena;
    const char *code = oauth_error_code(arena, error);
    MsgId words;
    if (!msg_id_find(arena_printf(arena, "mailbox.connect.error.%s", code), &words))
        words = MSG_MAILBOX_CONNECT_REFUSED;
    tell(on, response, words, description && *description ? description : code);
}

static void tell_outcome(Connecting *on, HttpResponse *response, GrantAccepted accepted, const OauthAnswer *answer)
{
    PageForm *form = on->form;
    if (accepted == GRANT_ACCEPTED)
        settings_done(
            form, response,
            url_local(form->arena, "/settings/mailboxes/%", arena_int(form->arena, on->account.id.value)).text);
    else if (accepted == GRANT_PASSING)
        tell(on, response, MSG_MAILBOX_CONNECT_PASSING, "");
    else if (accepted == GRANT_TOO_LITTLE)
        tell(on, response, MSG_MAILBOX_CONNECT_TOO_LITTLE, "");
    else if (accepted == GRANT_CHANGED)
        tell(on, response, MSG_MAILBOX_CONNECT_CHANGED, "");
    else if (answer->verdict == OAUTH_UNCLEAR && !*answer->error) /* not why: no stranger maps a network through us */
        tell(on, response, MSG_MAILBOX_CONNECT_AWAY, "");
    else
        tell_error(on, response, answer->error, answer->said);
}

static void exchange(Connecting *on, HttpResponse *response, const char *code)
{
    PageForm *form = on->form;
    const Visit *visit = form->visit;
    g_autoptr(GError) error = NULL;
    GrantAccepted accepted;
    OauthAnswer answer;
    char *verifier = grant_open(form->arena, visit->desk, on->account.name, "verifier", on->attempt.verifier, &error);
    const GrantFor whom = {on->account.id, on->account.name, &on->settings};
    const GrantCode with = {code, verifier, mailbox_oauth_redirect(form->arena, visit, on->oauth.provider),
                            on->attempt.bound};
    bool done =
        verifier && grant_accept(form->arena, visit->desk, &whom, &with, visit->actor, &accepted, &answer, &error);
    if (verifier)
        sodium_memzero(verifier, strlen(verifier));
    if (done)
        tell_outcome(on, response, accepted, &answer);
    else
        problem_of_error(form->request, response, error);
}

void mailbox_connected_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Connecting on = {.form = page_form_of(request)};
    const char *error = http_query(request, "error"), *code = http_query(request, "code");
    if (request->method != HTTP_GET) { /* a look at the head shall not use up the state */
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    if (!take_attempt(&on, response) || !read_account(&on, response, on.attempt.account))
        return;
    if (!is_from_asked(&on))
        tell(&on, response, MSG_MAILBOX_CONNECT_OTHER, "");
    else if (strcmp(on.oauth.bound, on.attempt.bound) != 0)
        tell(&on, response, MSG_MAILBOX_CONNECT_CHANGED, "");
    else if (error)
        tell_error(&on, response, error, http_query(request, "error_description"));
    else if (!code || !*code || strlen(code) > CODE_MAX)
        tell(&on, response, MSG_MAILBOX_CONNECT_REFUSED, "");
    else
        exchange(&on, response, code);
}
