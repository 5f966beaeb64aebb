/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_oauth.h"

#include "base/format.h"
#include "channel/grant.h"
#include "web/problem.h"
#include "web/web.h"

#include <string.h>

const char *mailbox_oauth_redirect(Arena *arena, const Visit *visit, const OauthProvider *provider)
{
    return arena_printf(arena, "%s/settings/oauth/%s", web_base_url(visit->web), provider->key);
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

/* Whether a stored secret would go to somebody else than it was typed for. */
static bool goes_elsewhere(const ChannelSettings *before, const ChannelSettings *after)
{
    static const char *const where[] = {"oauth_provider", "oauth_client_id", "oauth_tenant", "oauth_authorize_url",
                                        "oauth_token_url"};
    for (size_t i = 0; i < G_N_ELEMENTS(where); i++)
        if (strcmp(channel_setting(before, where[i]), channel_setting(after, where[i])) != 0)
            return true;
    return false;
}

static void check_secret(PageForm *form, const ChannelSettings *before, const ChannelSettings *after, bool stored)
{
    if (!stored)
        page_form_wrong(form, "oauth_client_secret", "mailbox.error.client_secret", NULL);
    else if (goes_elsewhere(before, after))
        page_form_wrong(form, "oauth_client_secret", "mailbox.error.client_secret_again", NULL);
}

bool mailbox_oauth_take(PageForm *form, HttpResponse *response, const char *name, const ChannelSettings *after,
                        const ChannelSettings *before, const MailboxGrant *grant, MailboxOauthChange *change_out)
{
    Oauth oauth;
    InputError wrong;
    g_autoptr(GError) error = NULL;
    bool wanted = oauth_is_wanted(after);
    bool public = page_form_ticked(form, "oauth_public");
    const char *typed = http_form(form->request, "oauth_client_secret");
    *change_out = (MailboxOauthChange){.set_client = !wanted || public};
    if (!wanted)
        return true;
    if (!public && typed && *typed) {
        change_out->set_client = true;
        if (*name && !grant_seal(form->arena, form->visit->desk, name, "client", typed, &change_out->client, &error)) {
            problem_of_error(form->request, response, error);
            return false;
        }
    } else if (!public) {
        check_secret(form, before, after, grant->client.size > 0);
    }
    if (oauth_read(form->arena, after, &oauth, &wrong)) /* if not, the adapter's check has said it */
        g_strlcpy(change_out->bound, oauth.bound, sizeof change_out->bound);
    return true;
}

bool mailbox_oauth_keep(StoreTx *tx, const char *name, const MailboxOauthChange *change)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelAccount account;
    MailboxGrant grant;
    if (!channel_account_find(tx, arena, name, &account))
        return true; /* the transaction has failed already */
    bool there = mailbox_grant_find(tx, arena, account.id, &grant);
    if (there && strcmp(grant.bound, change->bound) != 0)
        mailbox_grant_drop(tx, account.id);
    if (change->set_client && (there || change->client.size))
        mailbox_grant_set_client(tx, account.id, change->client);
    return true;
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

static const Option *ways(PageForm *form, const ChannelSettings *settings, size_t *count_out)
{
    size_t count;
    const OauthProvider *all = oauth_providers(&count);
    const char *chosen = channel_setting(settings, "oauth_provider");
    Option *options = ARENA_ARRAY(form->arena, Option, count + 1);
    options[0] = (Option){"", page_form_words(form, "mailbox.oauth.", "password"), !*chosen};
    for (size_t i = 0; i < count; i++)
        options[i + 1] =
            (Option){all[i].key, page_form_words(form, "mailbox.oauth.", all[i].key), strcmp(all[i].key, chosen) == 0};
    *count_out = count + 1;
    return options;
}

static const MailboxRedirect *redirects(PageForm *form, size_t *count_out)
{
    const OauthProvider *all = oauth_providers(count_out);
    MailboxRedirect *lines = ARENA_ARRAY(form->arena, MailboxRedirect, *count_out);
    for (size_t i = 0; i < *count_out; i++)
        lines[i] = (MailboxRedirect){page_form_words(form, "mailbox.oauth.", all[i].key),
                                     mailbox_oauth_redirect(form->arena, form->visit, &all[i])};
    return lines;
}

/* Whether there is a permission, and since when. */
static void fill_connection(PageForm *form, const ChannelSettings *settings, const MailboxGrant *grant,
                            SettingsMailboxView *view)
{
    const Visit *visit = form->visit;
    Oauth oauth;
    InputError wrong;
    if (!oauth_read(form->arena, settings, &oauth, &wrong) || !oauth.provider)
        return;
    bool there = grant->refresh.size && strcmp(grant->bound, oauth.bound) == 0;
    view->can_connect = true;
    view->connect_wrong = !there || grant->withdrawn_at;
    view->connect_again = there;
    view->connect_state =
        !there ? msg(visit->lang, MSG_MAILBOX_CONNECT_MISSING)
        : grant->withdrawn_at
            ? msg_fill(form->arena, visit->lang, MSG_MAILBOX_CONNECT_WITHDRAWN, "at",
                       format_moment(form->arena, visit->lang, visit->policy->zone, grant->withdrawn_at, visit->now),
                       NULL)
            : msg_fill(form->arena, visit->lang, MSG_MAILBOX_CONNECT_THERE, "at",
                       format_moment(form->arena, visit->lang, visit->policy->zone, grant->granted_at, visit->now),
                       NULL);
}

void mailbox_oauth_fill(PageForm *form, const ChannelAccount *account, const ChannelSettings *settings,
                        const MailboxGrant *grant, SettingsMailboxView *view)
{
    view->oauth_ways = ways(form, settings, &view->oauth_ways_count);
    view->oauth_way_error = page_form_error(form, "oauth_provider");
    view->client_id = channel_setting(settings, "oauth_client_id");
    view->client_id_error = page_form_error(form, "oauth_client_id");
    view->client_secret_error = page_form_error(form, "oauth_client_secret");
    view->has_client_secret = grant->client.size > 0;
    view->client_public = *channel_setting(settings, "oauth_public") != '\0';
    view->tenant = channel_setting(settings, "oauth_tenant");
    view->tenant_error = page_form_error(form, "oauth_tenant");
    view->authorize_url = channel_setting(settings, "oauth_authorize_url");
    view->authorize_url_error = page_form_error(form, "oauth_authorize_url");
    view->token_url = channel_setting(settings, "oauth_token_url");
    view->token_url_error = page_form_error(form, "oauth_token_url");
    view->scope = channel_setting(settings, "oauth_scope");
    view->scope_error = page_form_error(form, "oauth_scope");
    view->redirects = redirects(form, &view->redirects_count);
    view->oauth_open = oauth_is_wanted(settings);
    view->connect_url =
        url_local(form->arena, "/settings/mailboxes/%/connect", arena_int(form->arena, account->id.value));
    view->connect_state = "";
    fill_connection(form, settings, grant, view);
}
