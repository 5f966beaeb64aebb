/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: tokens kept fresh. How: whoever needs one takes the account's lock of this node, reads the row, and goes with what
 * is there if it is good; else it leases the row, which keeps other nodes away, asks the provider, and commits both tokens
 * in one statement before it lets go. Why the row's version and not the lock alone: an administrator may allow it anew, or
 * change the server, while we wait for the provider; then ours is older and is thrown away.
 */
#include "channel/grant.h"

#include "base/check.h"
#include "base/log.h"
#include "channel/channel_metrics.h"
#include "channel/config.h"
#include "desk/audit/audit.h"
#include "desk/mailbox/grant.h"
#include "desk/setting/secret.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum {
    BUSY_MS = (POST_SECONDS + 10) * 1000, /* longer than a renewal can take */
    LOOK_MS = 200,
    EARLY_S = 300,        /* renewed so long before its end, or a quarter of its life before */
    AGAIN_MS = 60 * 1000, /* after a failure, while the old one is still good */
    COMMIT_TRIES = 5,
};

/* One renewal at a time of an account; accounts that share a lock wait for each other, which costs little. */
static pthread_mutex_t locks[] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
};

typedef struct Renewal {
    Arena *arena;
    const Desk *desk;
    const GrantFor *for_whom;
    const char *refused;
    const atomic_bool *stop;
    Oauth oauth;
    MailboxGrant grant;
    char *access; /* the row's, opened */
} Renewal;

const char *grant_step(GrantOutcome outcome)
{
    static const char *const steps[GRANT_OUTCOMES] = {
        [GRANT_GIVEN] = "",
        [GRANT_MISSING] = "grant_missing",
        [GRANT_WITHDRAWN] = "grant_withdrawn",
        [GRANT_CLIENT] = "grant_client",
        [GRANT_AWAY] = "grant_away",
    };
    check(outcome >= 0 && outcome < GRANT_OUTCOMES);
    return steps[outcome];
}

bool grant_needs_person(GrantOutcome outcome)
{
    return outcome == GRANT_MISSING || outcome == GRANT_WITHDRAWN || outcome == GRANT_CLIENT;
}

static void wipe(char *text)
{
    if (text)
        sodium_memzero(text, strlen(text));
}

/* --- sealing --------------------------------------------------------------------------------------------------------- */

/* No account's name holds a slash: what is sealed as one thing opens as no other, nor as a password. */
bool grant_seal(Arena *arena, const Desk *desk, const char *name, const char *what, const char *text, Bytes *sealed_out,
                GError **error)
{
    return secret_seal(arena, desk_store(desk), arena_printf(arena, "%s/%s", name, what), text, sealed_out, error);
}

char *grant_open(Arena *arena, const Desk *desk, const char *name, const char *what, Bytes sealed, GError **error)
{
    return secret_open(arena, desk_store(desk), arena_printf(arena, "%s/%s", name, what), sealed, error);
}

/* NULL without *error: there is none. */
static char *open_if_there(Arena *arena, const Desk *desk, const char *name, const char *what, Bytes sealed,
                           GError **error)
{
    return sealed.size ? grant_open(arena, desk, name, what, sealed, error) : NULL;
}

/* --- asking the provider --------------------------------------------------------------------------------------------- */

/* The secret as the header wants it (RFC 6749 2.3.1): in the writing of forms. */
static char *in_form(Arena *arena, const char *text)
{
    GString *out = g_string_sized_new(1024);
    url_arg(out, text);
    char *written = arena_strndup(arena, out->str, out->len);
    sodium_memzero(out->str, out->len);
    g_string_free(out, TRUE);
    return written;
}

/* Hands the form over and reads the answer; the form is wiped. */
static void ask(Arena *arena, const GrantFor *for_whom, const Oauth *oauth, const char *secret, char *form,
                const atomic_bool *stop, OauthAnswer *answer_out)
{
    bool in_header = oauth->provider->basic && secret && *secret;
    bool own = !*oauth->provider->token_url;
    char *password = in_header ? in_form(arena, secret) : NULL;
    PostAnswer answer;
    post_form(arena,
              &(PostRequest){.to = oauth->token_at,
                             .form = form,
                             .user = in_header ? in_form(arena, oauth->client_id) : NULL,
                             .password = password,
                             .ca_file = own ? channel_setting(for_whom->settings, "smtp_ca_file") : NULL,
                             .stop = stop},
              &answer);
    wipe(form);
    wipe(password);
    oauth_answer_read(arena, &answer, answer_out);
    if (answer.body.size)
        sodium_memzero((uint8_t *)answer.body.data, answer.body.size);
}

/* When what was given at an instant ends, and when we ask again. */
static void set_times(MailboxGrant *grant, TimeMs at, int64_t lasts_s)
{
    grant->expires_at = at + lasts_s * TIME_SECOND;
    grant->renew_at = grant->expires_at - MIN(EARLY_S * TIME_SECOND, lasts_s * TIME_SECOND / 4);
}

static bool seal_tokens(Arena *arena, const Desk *desk, const char *name, const OauthAnswer *answer,
                        MailboxGrant *grant, GError **error)
{
    return grant_seal(arena, desk, name, "access", answer->access, &grant->access, error) &&
           (!answer->refresh || grant_seal(arena, desk, name, "refresh", answer->refresh, &grant->refresh, error));
}

/* --- the row ----------------------------------------------------------------------------------------------------------- */

static TimeMs now_of(const Renewal *renewal)
{
    return desk_now(renewal->desk);
}

typedef struct RowWork {
    MailboxGrant *grant;
    TimeMs now, until;
    bool done;
} RowWork;

static bool write_lease(StoreTx *tx, void *arg)
{
    RowWork *work = arg;
    work->done = mailbox_grant_lease(tx, work->grant, work->until, work->now);
    return true;
}

static bool write_renewed(StoreTx *tx, void *arg)
{
    RowWork *work = arg;
    work->done = mailbox_grant_renew(tx, work->grant);
    return true;
}

static bool write_release(StoreTx *tx, void *arg)
{
    RowWork *work = arg;
    work->done = mailbox_grant_release(tx, work->grant);
    return true;
}

static bool read_row(Renewal *renewal, GError **error)
{
    const GrantFor *whom = renewal->for_whom;
    StoreTx *tx = store_read_begin(desk_store(renewal->desk), error);
    if (!tx)
        return false;
    mailbox_grant_find(tx, renewal->arena, whom->account, &renewal->grant);
    return store_read_end(tx, error);
}

/* Takes the row for us. false: another node has it, it changed, or the store failed (*error). */
static bool lease(Renewal *renewal, GError **error)
{
    RowWork work = {&renewal->grant, now_of(renewal), now_of(renewal) + (TimeMs)BUSY_MS, false};
    if (store_write(desk_store(renewal->desk), "grant lease", write_lease, &work, error) != STORE_COMMITTED ||
        !work.done)
        return false;
    renewal->grant.version++;
    return true;
}

/* Gives the row back unrenewed; if that fails it frees itself after a while. */
static void release(Renewal *renewal, TimeMs withdrawn_at, TimeMs renew_at)
{
    g_autoptr(GError) error = NULL;
    RowWork work = {.grant = &renewal->grant};
    renewal->grant.withdrawn_at = withdrawn_at;
    renewal->grant.renew_at = renew_at;
    if (store_write(desk_store(renewal->desk), "grant release", write_release, &work, &error) == STORE_FAILED)
        LOG(LOG_WARNING, "grant.release", LOG_TEXT("account", renewal->for_whom->name),
            LOG_TEXT("reason", error->message));
}

/* The provider may have forgotten the old tokens: a busy or full disk is asked more than once. false: nobody keeps ours. */
static bool keep_renewed(Renewal *renewal)
{
    for (int tries = 0;; tries++) {
        g_autoptr(GError) error = NULL;
        RowWork work = {.grant = &renewal->grant};
        if (store_write(desk_store(renewal->desk), "grant renew", write_renewed, &work, &error) == STORE_COMMITTED)
            return work.done;
        LOG(LOG_ERROR, "grant.keep", LOG_TEXT("account", renewal->for_whom->name),
            LOG_TEXT("reason", error ? error->message : ""));
        if (tries == COMMIT_TRIES || (renewal->stop && atomic_load(renewal->stop)))
            return false;
        poll(NULL, 0, LOOK_MS << tries);
    }
}

/* --- a token ----------------------------------------------------------------------------------------------------------- */

static void give(GrantToken *token_out, char *token)
{
    *token_out = (GrantToken){GRANT_GIVEN, token, ""};
}

static void fail(Renewal *renewal, GrantToken *token_out, GrantOutcome outcome, const char *said)
{
    wipe(renewal->access);
    *token_out = (GrantToken){outcome, NULL, arena_strdup(renewal->arena, said)};
}

/* The provider gave no new one. Until its end the old one does, if the mail server does not refuse it. */
static void stay(Renewal *renewal, const OauthAnswer *answer, bool good, GrantToken *token_out)
{
    TimeMs now = now_of(renewal);
    bool withdrawn = answer->verdict == OAUTH_WITHDRAWN;
    const char *outcome = withdrawn ? "withdrawn" : answer->verdict == OAUTH_CLIENT ? "client" : "away";
    metric_add(&metric_grant_renewals, METRIC_LABELS(renewal->for_whom->name, outcome), 1);
    LOG(LOG_WARNING, "grant.renew", LOG_TEXT("account", renewal->for_whom->name), LOG_TEXT("error", answer->error),
        LOG_TEXT("said", answer->said));
    release(renewal, withdrawn ? now : TIME_NONE, now + (TimeMs)AGAIN_MS);
    if (good && !withdrawn)
        give(token_out, renewal->access);
    else
        fail(renewal, token_out,
             withdrawn                         ? GRANT_WITHDRAWN
             : answer->verdict == OAUTH_CLIENT ? GRANT_CLIENT
                                               : GRANT_AWAY,
             answer->said);
}

/* The row is ours. true: *token_out is set; false: it changed meanwhile, look again. */
static bool renew(Renewal *renewal, bool good, GrantToken *token_out)
{
    g_autoptr(GError) error = NULL;
    Arena *arena = renewal->arena;
    const char *name = renewal->for_whom->name;
    TimeMs asked_at = now_of(renewal);
    OauthAnswer answer;
    char *secret = open_if_there(arena, renewal->desk, name, "client", renewal->grant.client, &error);
    char *refresh = error ? NULL : grant_open(arena, renewal->desk, name, "refresh", renewal->grant.refresh, &error);
    if (error) { /* sealed with another installation's key */
        wipe(secret);
        release(renewal, TIME_NONE, renewal->grant.renew_at);
        fail(renewal, token_out, GRANT_MISSING, error->message);
        return true;
    }
    ask(arena, renewal->for_whom, &renewal->oauth, secret, oauth_refresh_form(arena, &renewal->oauth, secret, refresh),
        renewal->stop, &answer);
    wipe(secret);
    wipe(refresh);
    if (answer.verdict != OAUTH_GIVEN) {
        stay(renewal, &answer, good, token_out);
        return true;
    }
    set_times(&renewal->grant, asked_at, answer.lasts_s);
    bool kept = seal_tokens(arena, renewal->desk, name, &answer, &renewal->grant, &error) && keep_renewed(renewal);
    wipe(answer.refresh);
    metric_add(&metric_grant_renewals, METRIC_LABELS(name, kept ? "given" : "lost"), 1);
    if (!kept) {
        wipe(answer.access);
        return false;
    }
    LOG(LOG_INFO, "grant.renewed", LOG_TEXT("account", name), LOG_NUMBER("seconds", answer.lasts_s));
    wipe(renewal->access);
    give(token_out, answer.access);
    return true;
}

/* Whether the row can be used at all. */
static bool may_use(Renewal *renewal, GrantToken *token_out, GError **error)
{
    const MailboxGrant *grant = &renewal->grant;
    renewal->access = NULL;
    if (grant->withdrawn_at) {
        fail(renewal, token_out, GRANT_WITHDRAWN, "the provider allows it no more");
        return false;
    }
    if (!grant->access.size || !grant->refresh.size || strcmp(grant->bound, renewal->oauth.bound) != 0) {
        fail(renewal, token_out, GRANT_MISSING, "nobody has allowed it for these settings");
        return false;
    }
    renewal->access =
        grant_open(renewal->arena, renewal->desk, renewal->for_whom->name, "access", grant->access, error);
    if (!renewal->access)
        fail(renewal, token_out, GRANT_MISSING, (*error)->message);
    return renewal->access != NULL;
}

/* One look at the row. true: *token_out is set. */
static bool look(Renewal *renewal, GrantToken *token_out)
{
    g_autoptr(GError) error = NULL;
    if (!read_row(renewal, &error)) {
        fail(renewal, token_out, GRANT_AWAY, error->message);
        return true;
    }
    if (!may_use(renewal, token_out, &error))
        return true;
    TimeMs now = now_of(renewal);
    bool refused = renewal->refused && strcmp(renewal->refused, renewal->access) == 0;
    bool good = !refused && now < renewal->grant.expires_at;
    if (good && now < renewal->grant.renew_at) {
        give(token_out, renewal->access);
        return true;
    }
    if (lease(renewal, &error))
        return renew(renewal, good, token_out);
    if (good) {
        give(token_out, renewal->access);
        return true;
    }
    if (error)
        fail(renewal, token_out, GRANT_AWAY, error->message);
    else
        wipe(renewal->access);
    return error != NULL;
}

static void look_until_done(Renewal *renewal, GrantToken *token_out)
{
    for (int64_t end = clock_monotonic_us() + (int64_t)BUSY_MS * 1000; !look(renewal, token_out);) {
        bool stopped = renewal->stop && atomic_load(renewal->stop);
        if (stopped || clock_monotonic_us() >= end) {
            *token_out = (GrantToken){GRANT_AWAY, NULL, "somebody else is renewing it"};
            return;
        }
        poll(NULL, 0, LOOK_MS);
    }
}

void grant_token(Arena *arena, const Desk *desk, const GrantFor *for_whom, const char *refused, const atomic_bool *stop,
                 GrantToken *token_out)
{
    Renewal renewal = {.arena = arena, .desk = desk, .for_whom = for_whom, .refused = refused, .stop = stop};
    InputError wrong;
    if (!oauth_read(arena, for_whom->settings, &renewal.oauth, &wrong)) {
        *token_out =
            (GrantToken){GRANT_CLIENT, NULL, arena_printf(arena, "the mailbox's setting %s is wrong", wrong.field)};
        return;
    }
    pthread_mutex_t *lock = &locks[(size_t)for_whom->account.value % G_N_ELEMENTS(locks)];
    pthread_mutex_lock(lock);
    look_until_done(&renewal, token_out);
    pthread_mutex_unlock(lock);
}

/* --- the owner's yes --------------------------------------------------------------------------------------------------- */

typedef struct AcceptWork {
    const char *name;
    const char *bound;
    MailboxGrant grant;
    Actor by;
    bool changed;
} AcceptWork;

/* Whether the account still is what it was allowed for. */
static bool is_same(Arena *arena, const ChannelAccount *account, const char *bound)
{
    ChannelSettings settings;
    Oauth oauth;
    InputError wrong;
    return channel_config_read(arena, account->config, &settings) && oauth_read(arena, &settings, &oauth, &wrong) &&
           oauth.provider && strcmp(oauth.bound, bound) == 0;
}

static bool write_accepted(StoreTx *tx, void *arg)
{
    AcceptWork *work = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelAccount account;
    InputError refused;
    work->changed = !channel_account_find(tx, arena, work->name, &account) || !is_same(arena, &account, work->bound) ||
                    !channel_account_keep(tx, &account, work->by, work->grant.granted_at, &refused);
    if (work->changed)
        return false;
    mailbox_grant_put(tx, &work->grant);
    audit_add(tx, &(AuditEntry){work->grant.granted_at, work->by, "mailbox.connect", "channel_account",
                                work->grant.account.value, NULL});
    return true;
}

static bool keep_accepted(Arena *arena, const Desk *desk, const GrantFor *for_whom, const GrantCode *code, Actor by,
                          TimeMs asked_at, const OauthAnswer *answer, GrantAccepted *accepted_out, GError **error)
{
    AcceptWork work = {.name = for_whom->name,
                       .bound = code->bound,
                       .grant = {.account = for_whom->account, .bound = code->bound, .granted_at = asked_at},
                       .by = by};
    set_times(&work.grant, asked_at, answer->lasts_s);
    if (!seal_tokens(arena, desk, for_whom->name, answer, &work.grant, error))
        return false;
    StoreOutcome outcome = store_write(desk_store(desk), "mailbox connect", write_accepted, &work, error);
    *accepted_out = outcome == STORE_COMMITTED ? GRANT_ACCEPTED : GRANT_CHANGED;
    return outcome != STORE_FAILED;
}

/* Our registration's secret as it stands; NULL without *error: a public client. */
static char *read_client(Arena *arena, const Desk *desk, const GrantFor *for_whom, GError **error)
{
    MailboxGrant grant;
    StoreTx *tx = store_read_begin(desk_store(desk), error);
    if (!tx)
        return NULL;
    mailbox_grant_find(tx, arena, for_whom->account, &grant);
    return store_read_end(tx, error) ? open_if_there(arena, desk, for_whom->name, "client", grant.client, error) : NULL;
}

bool grant_accept(Arena *arena, const Desk *desk, const GrantFor *for_whom, const GrantCode *code, Actor by,
                  GrantAccepted *accepted_out, OauthAnswer *answer_out, GError **error)
{
    Oauth oauth;
    InputError wrong;
    GError *failed = NULL;
    TimeMs asked_at = desk_now(desk);
    *accepted_out = GRANT_CHANGED;
    *answer_out = (OauthAnswer){.verdict = OAUTH_UNCLEAR, .error = "", .said = ""};
    if (!oauth_read(arena, for_whom->settings, &oauth, &wrong) || !oauth.provider ||
        strcmp(oauth.bound, code->bound) != 0)
        return true;
    char *secret = read_client(arena, desk, for_whom, &failed);
    if (failed) {
        g_propagate_error(error, failed);
        return false;
    }
    ask(arena, for_whom, &oauth, secret,
        oauth_code_form(arena, &oauth, secret, code->code, code->verifier, code->redirect), NULL, answer_out);
    wipe(secret);
    bool done = true;
    if (answer_out->verdict != OAUTH_GIVEN)
        *accepted_out = GRANT_REFUSED;
    else if (!answer_out->refresh)
        *accepted_out = GRANT_PASSING;
    else if (answer_out->scope && !oauth_scope_covers(oauth.scope, answer_out->scope))
        *accepted_out = GRANT_TOO_LITTLE;
    else
        done = keep_accepted(arena, desk, for_whom, code, by, asked_at, answer_out, accepted_out, error);
    wipe(answer_out->access);
    wipe(answer_out->refresh);
    answer_out->access = answer_out->refresh = NULL;
    return done;
}
