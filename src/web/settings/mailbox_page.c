/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the mailboxes: which there are, how each one sends, and a test that really sends. How: the adapter checks the
 * settings (channel.h), the password is sealed before the write. Why the password is asked again when the server
 * changes: whoever may write here must not be able to send a stored password to a server of their own.
 */
#include "base/text.h"
#include "base/token.h"
#include "channel/config.h"
#include "channel/mail/provider.h"
#include "desk/party/identity.h"
#include "desk/setting/secret.h"
#include "web/problem.h"
#include "web/settings/mailbox_int.h"
#include "web/settings/mailbox_oauth.h"
#include "web/settings/mailbox_state.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_mailboxes_view.h"

#include <sodium.h>
#include <string.h>

/* The fields that are settings of the adapter, by the same name; ticks apart. */
static const char *const fields[] = {
    "smtp_host",      "smtp_port",       "smtp_tls",     "smtp_user",           "imap_host",       "imap_port",
    "imap_tls",       "imap_user",       "imap_after",   "imap_move_to",        "imap_old",        "send_per_minute",
    "oauth_provider", "oauth_client_id", "oauth_tenant", "oauth_authorize_url", "oauth_token_url", "oauth_scope",
    "auth_server",    "imap_folder",     "imap_sent_folder"};

typedef struct MailboxWork {
    PageForm *form;
    ChannelAccount account;
    MailboxOauthChange grant;
} MailboxWork;

/* A change of the settings alone. */
typedef struct SettingsWork {
    PageForm *form;
    ChannelAccount account;
    const char *what, *payload;
} SettingsWork;

/* --- the list ------------------------------------------------------------------------------------------------------- */

static MailboxLine line_of(PageForm *form, const ChannelAccount *account, const ChannelHealthRow *health)
{
    ChannelSettings settings = {NULL, 0};
    (void)channel_config_read(form->arena, account->config, &settings); /* one that is no JSON has no server to show */
    MailboxState state = mailbox_state_of(form->arena, form->visit, &settings, health);
    return (MailboxLine){
        .address = account->address,
        .name = account->name,
        .url = url_local(form->arena, "/settings/mailboxes/%", arena_int(form->arena, account->id.value)),
        .host = channel_setting(&settings, "smtp_host"),
        .off = !account->active,
        .state = account->active ? state.words : "",
        .wrong = account->active && state.wrong,
    };
}

void mailbox_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    ChannelAccountList list = channel_account_list(tx, form->arena);
    ChannelHealthRows health = channel_health_list(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    MailboxLine *lines = ARENA_ARRAY(form->arena, MailboxLine, list.count);
    for (size_t i = 0; i < list.count; i++)
        lines[i] = line_of(form, &list.items[i], mailbox_health_of(&health, list.items[i].id));
    SettingsMailboxesView view = {
        .page = settings_layout(form, MSG_SETTINGS_TAB_MAILBOXES),
        .head = settings_head(form, MSG_SETTINGS_TAB_MAILBOXES, MSG_SETTINGS_TAB_MAILBOXES),
        .may_write = visit_may(form->visit, "settings.write"),
        .mailboxes = lines,
        .mailboxes_count = list.count,
    };
    settings_mailboxes_render(http_html(response), form->visit->lang, &view);
}

/* --- one mailbox ---------------------------------------------------------------------------------------------------- */

/* The values of a setting with their words of the catalogue; the first is what none means. */
typedef struct Choice {
    const char *setting, *family;
    const char *values[6];
} Choice;

static const Choice smtp_ways = {"smtp_tls", "mailbox.tls.", {"starttls", "implicit", "none"}};
static const Choice imap_ways = {"imap_tls", "mailbox.imap_tls.", {"implicit", "starttls", "none"}};
static const Choice afters = {"imap_after", "mailbox.after.", {"seen", "move", "observe"}};
static const Choice olds = {"imap_old", "mailbox.old.", {"unseen", "none", "7", "30", "365", "all"}};

/* Another value than those (from `filo mailbox`) stays, as it is. */
static const Option *options_of(const MailboxPage *page, const Choice *choice, size_t *count_out)
{
    const char *chosen = channel_setting(&page->settings, choice->setting);
    Option *options = ARENA_ARRAY(page->form->arena, Option, G_N_ELEMENTS(choice->values) + 1);
    size_t count = 0;
    bool known = !*chosen;
    for (; count < G_N_ELEMENTS(choice->values) && choice->values[count]; count++) {
        const char *value = choice->values[count];
        options[count] =
            (Option){value, page_form_words(page->form, choice->family, value), strcmp(value, chosen) == 0};
        known |= options[count].selected;
    }
    if (!known)
        options[count++] = (Option){chosen, chosen, true};
    *count_out = count;
    return options;
}

static void fill_receiving(MailboxPage *page, SettingsMailboxView *view)
{
    PageForm *form = page->form;
    MailboxState state =
        mailbox_state_of(form->arena, form->visit, &page->settings, mailbox_health_of(&page->health, page->account.id));
    view->imap_host = channel_setting(&page->settings, "imap_host");
    view->imap_host_error = page_form_error(form, "imap_host");
    view->imap_port = channel_setting(&page->settings, "imap_port");
    view->imap_port_error = page_form_error(form, "imap_port");
    view->imap_ways = options_of(page, &imap_ways, &view->imap_ways_count);
    view->imap_way_error = page_form_error(form, "imap_tls");
    view->imap_user = channel_setting(&page->settings, "imap_user");
    view->imap_user_error = page_form_error(form, "imap_user");
    view->afters = options_of(page, &afters, &view->afters_count);
    view->after_error = page_form_error(form, "imap_after");
    view->move_to = channel_setting(&page->settings, "imap_move_to");
    view->move_to_error = page_form_error(form, "imap_move_to");
    view->folders = channel_setting(&page->settings, "imap_folder");
    view->folders_error = page_form_error(form, "imap_folder");
    view->sent = strcmp(channel_setting(&page->settings, "imap_sent"), "0") != 0;
    view->sent_folder = channel_setting(&page->settings, "imap_sent_folder");
    view->sent_folder_error = page_form_error(form, "imap_sent_folder");
    view->olds = options_of(page, &olds, &view->olds_count);
    view->old_error = page_form_error(form, "imap_old");
    view->old_paused = strcmp(channel_setting(&page->settings, "imap_old_paused"), "1") == 0;
    view->state = page->account.active ? state.words : "";
    view->state_said = page->account.active ? state.said : "";
    view->state_wrong = page->account.active && state.wrong;
    view->is_handed = !*view->imap_host;
}

/* Who the mailbox may be with: each fills the form. */
static const MailboxProvider *provider_links(const MailboxPage *page, size_t *count_out)
{
    size_t count;
    const MailProvider *all = mail_providers(&count);
    MailboxProvider *links = ARENA_ARRAY(page->form->arena, MailboxProvider, count);
    *count_out = 0;
    for (size_t i = 0; i < count; i++)
        if (channel_find(all[i].channel))
            links[(*count_out)++] = (MailboxProvider){
                .name = all[i].name,
                .url = url_local(page->form->arena, "/settings/mailboxes/new?provider=%", all[i].key),
                .chosen = page->provider && strcmp(page->provider->key, all[i].key) == 0,
            };
    return links;
}

/* E-mail or PEC; asked only where there is a choice. */
static const Option *kinds(const MailboxPage *page, size_t *count_out)
{
    size_t count;
    const ChannelAdapter *const *adapters = channel_list(&count);
    Option *options = ARENA_ARRAY(page->form->arena, Option, count);
    *count_out = 0;
    for (size_t i = 0; i < count; i++)
        if (adapters[i]->listens)
            options[(*count_out)++] =
                (Option){adapters[i]->key, page_form_words(page->form, "mailbox.kind.", adapters[i]->key),
                         strcmp(adapters[i]->key, page->account.channel) == 0};
    return options;
}

static void fill(MailboxPage *page, SettingsMailboxView *view)
{
    PageForm *form = page->form;
    view->name = page->account.name;
    view->name_error = page_form_error(form, "name");
    view->address = page->account.address;
    view->address_error = page_form_error(form, "address");
    view->host = channel_setting(&page->settings, "smtp_host");
    view->host_error = page_form_error(form, "smtp_host");
    view->port = channel_setting(&page->settings, "smtp_port");
    view->port_error = page_form_error(form, "smtp_port");
    view->ways = options_of(page, &smtp_ways, &view->ways_count);
    view->way_error = page_form_error(form, "smtp_tls");
    view->rate = channel_setting(&page->settings, "send_per_minute");
    view->rate_error = page_form_error(form, "send_per_minute");
    view->auth_server = channel_setting(&page->settings, "auth_server");
    view->auth_server_error = page_form_error(form, "auth_server");
    view->user = channel_setting(&page->settings, "smtp_user");
    view->password_error = page_form_error(form, "smtp_password");
    view->has_password = page->account.sealed_secret.size > 0;
    view->plus = strcmp(channel_setting(&page->settings, "plus_addressing"), "0") != 0;
    view->signature = page->account.signature;
    view->signature_error = page_form_error(form, "signature");
    view->active = page->account.active;
    view->test_to = page->test_to ? page->test_to : "";
    view->test_error = page_form_error(form, "to");
    fill_receiving(page, view);
    mailbox_oauth_fill(form, &page->account, &page->settings, &page->grant, view);
    view->has_result = page->tested != NULL;
    view->result = page->tested ? page->tested->words : "";
    view->result_said = page->tested ? page->tested->said : "";
    view->result_wrong = page->tested && !page->tested->worked;
    view->plus_fails = page->tested && page->tested->plus_fails;
}

void mailbox_show(MailboxPage *page, HttpResponse *response)
{
    PageForm *form = page->form;
    const char *id = arena_int(form->arena, page->account.id.value);
    bool is_new = page->account.id.value == 0;
    MsgId title = is_new ? MSG_SETTINGS_MAILBOX_ADD : MSG_SETTINGS_MAILBOX_ONE;
    SettingsMailboxView view = {
        .is_new = is_new,
        .version = page->account.version,
        .action = is_new ? url_checked("/settings/mailboxes") : url_local(form->arena, "/settings/mailboxes/%", id),
        .test_url = url_local(form->arena, "/settings/mailboxes/%/test", id),
        .plus_end_url = url_local(form->arena, "/settings/mailboxes/%/plus/end", id),
        .advice = page->provider ? page_form_words(form, "mailbox.advice.", page->provider->key) : "",
    };
    if (is_new) {
        view.providers = provider_links(page, &view.providers_count);
        view.kinds = kinds(page, &view.kinds_count);
        view.has_kinds = view.kinds_count > 1;
    }
    view.servers_open = (!page_form_is_sound(form) && !page->apart) || (is_new && !page->provider);
    fill(page, &view);
    if (!mailbox_trust_fill(page, &view, response))
        return;
    mailbox_folders_fill(page, &view);
    mailbox_server_fill(page, &view);
    view.page = settings_layout(form, title);
    view.head = settings_head(form, title, MSG_SETTINGS_TAB_MAILBOXES);
    settings_mailbox_render(http_html(response), form->visit->lang, &view);
}

static bool find_account(StoreTx *tx, Arena *arena, const ChannelAccountList *list, ChannelAccountId id,
                         ChannelAccount *account_out)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id.value == id.value)
            return channel_account_find(tx, arena, list->items[i].name, account_out);
    return false;
}

bool mailbox_read(MailboxPage *page, HttpResponse *response)
{
    PageForm *form = page->form;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    page->health = channel_health_list(tx, form->arena);
    ChannelAccountList list = channel_account_list(tx, form->arena);
    ChannelAccountId id = {http_param_id(form->request, "id")};
    bool found = find_account(tx, form->arena, &list, id, &page->account);
    page->servers = send_server_list(tx, form->arena, &list, form->visit->now);
    mailbox_grant_find(tx, form->arena, page->account.id, &page->grant);
    if (!visit_read_end(form->request, response, tx))
        return false;
    if (found && channel_config_read(form->arena, page->account.config, &page->settings))
        return true;
    problem_page(form->request, response, found ? PROBLEM_FAILED : PROBLEM_NOT_FOUND, "");
    return false;
}

/* The form of a new mailbox, filled with what its provider publishes. */
static MailboxPage new_page(HttpRequest *request)
{
    static const MailProvider own = {.channel = "mail", .smtp_tls = "starttls", .smtp_port = "587", .plus = true};
    const char *key = http_query(request, "provider");
    MailboxPage page = {.form = page_form_of(request),
                        .provider = key ? mail_provider_find(key) : NULL,
                        .account = {.name = "", .address = "", .signature = "", .active = true}};
    const MailProvider *with = page.provider ? page.provider : &own;
    Arena *arena = page.form->arena;
    page.account.channel = with->channel;
    channel_config_add(arena, &page.settings, "smtp_tls", with->smtp_tls);
    channel_config_add(arena, &page.settings, "smtp_port", with->smtp_port);
    channel_config_add(arena, &page.settings, "plus_addressing", with->plus ? "" : "0");
    if (page.provider) {
        channel_config_add(arena, &page.settings, "smtp_host", with->smtp_host);
        if (oauth_provider_find(page.provider->key)) /* it takes no password */
            channel_config_add(arena, &page.settings, "oauth_provider", page.provider->key);
        channel_config_add(arena, &page.settings, "imap_host", with->imap_host);
        channel_config_add(arena, &page.settings, "imap_port", "993");
        channel_config_add(arena, &page.settings, "send_per_minute", with->per_minute);
        channel_config_add(arena, &page.settings, "auth_server", with->auth_server);
    }
    return page;
}

void mailbox_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = new_page(request);
    mailbox_show(&page, response);
}

void mailbox_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request)};
    if (mailbox_read(&page, response))
        mailbox_show(&page, response);
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

/* Whether a stored password would go somewhere else than where it was given for. */
static bool goes_elsewhere(const ChannelSettings *before, const ChannelSettings *after)
{
    static const char *const where[] = {"smtp_host", "smtp_port", "smtp_tls", "smtp_user",
                                        "imap_host", "imap_port", "imap_tls", "imap_user"};
    for (size_t i = 0; i < G_N_ELEMENTS(where); i++)
        if (strcmp(channel_setting(before, where[i]), channel_setting(after, where[i])) != 0)
            return true;
    return false;
}

static bool is_of_form(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i], key) == 0)
            return true;
    return strcmp(key, "plus_addressing") == 0 || strcmp(key, "imap_old_paused") == 0 ||
           strcmp(key, "imap_sent") == 0 || strcmp(key, "oauth_public") == 0;
}

/* The first choice of a list is what no setting means: it is not written, so that nothing seems to change. */
static const char *typed_value(const PageForm *form, const char *field)
{
    static const Choice *const choices[] = {&imap_ways, &afters, &olds};
    if (strcmp(field, "imap_folder") == 0) /* one a line */
        return text_trim(form->arena, page_form_text(form, field));
    const char *value = page_form_line(form, field);
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
        if (strcmp(choices[i]->setting, field) == 0 && strcmp(choices[i]->values[0], value) == 0)
            return "";
    return value;
}

static ChannelSettings typed_settings(const MailboxPage *page)
{
    const PageForm *form = page->form;
    ChannelSettings settings = {NULL, 0};
    bool reads = *page_form_line(form, "imap_host") != '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (reads || !g_str_has_prefix(fields[i], "imap_"))
            channel_config_add(form->arena, &settings, fields[i], typed_value(form, fields[i]));
    channel_config_add(form->arena, &settings, "plus_addressing", page_form_ticked(form, "plus_addressing") ? "" : "0");
    channel_config_add(form->arena, &settings, "imap_old_paused", page_form_ticked(form, "imap_old_paused") ? "1" : "");
    if (reads)
        channel_config_add(form->arena, &settings, "imap_sent", page_form_ticked(form, "imap_sent") ? "" : "0");
    channel_config_add(form->arena, &settings, "oauth_public", page_form_ticked(form, "oauth_public") ? "1" : "");
    for (size_t i = 0; i < page->settings.count; i++) /* what `filo mailbox` alone can set stays */
        if (!is_of_form(page->settings.items[i].key))
            channel_config_add(form->arena, &settings, page->settings.items[i].key, page->settings.items[i].value);
    return settings;
}

/* The adapter's word on what was typed; the password as it will be. */
static void check_settings(const MailboxPage *page, const char *password)
{
    ChannelSettings all = page->settings;
    InputError wrong;
    channel_config_add(page->form->arena, &all, "address", page->account.address);
    channel_config_add(page->form->arena, &all, "smtp_password", password);
    if (!channel_find(page->account.channel)->check_config(&all, &wrong))
        page_form_refused(page->form, &wrong);
}

static bool needs_password(const ChannelSettings *settings)
{
    return *channel_setting(settings, "smtp_user") || *channel_setting(settings, "imap_host");
}

/* What becomes of the password: a new one is sealed, none keeps the old one where it was, nobody to sign in needs none. */
static bool take_password(MailboxPage *page, const ChannelSettings *before, HttpResponse *response)
{
    PageForm *form = page->form;
    const char *typed = http_form(form->request, "smtp_password");
    bool stored = page->account.sealed_secret.size > 0;
    g_autoptr(GError) error = NULL;
    if (oauth_is_wanted(&page->settings)) { /* it signs in with a token: a password would be one too many */
        page->account.sealed_secret = (Bytes){NULL, 0};
        check_settings(page, "");
        return true;
    }
    check_settings(page, typed && *typed ? typed : stored ? "stored" : "");
    if (typed && *typed) {
        if (*page->account.name && !secret_seal(form->arena, desk_store(form->visit->desk), page->account.name, typed,
                                                &page->account.sealed_secret, &error)) {
            problem_of_error(form->request, response, error);
            return false;
        }
    } else if (!needs_password(&page->settings)) {
        page->account.sealed_secret = (Bytes){NULL, 0};
    } else if (stored && goes_elsewhere(before, &page->settings)) {
        page_form_wrong(form, "smtp_password", "mailbox.error.password_again", NULL);
    }
    return true;
}

static bool write_mailbox(StoreTx *tx, void *arg)
{
    MailboxWork *work = arg;
    const Visit *visit = work->form->visit;
    return channel_account_keep(tx, &work->account, visit->actor, visit->now, &work->form->refused) &&
           mailbox_oauth_keep(tx, work->account.name, &work->grant);
}

static void keep(MailboxPage *page, HttpResponse *response)
{
    PageForm *form = page->form;
    ChannelSettings before = page->settings;
    page->settings = typed_settings(page);
    page->account.address = page_form_line(form, "address");
    if (!*channel_setting(&page->settings, "smtp_user") && !*channel_setting(&page->settings, "imap_user") &&
        (*page_form_line(form, "smtp_password") || oauth_is_wanted(&page->settings)))
        channel_config_add(form->arena, &page->settings, "smtp_user", page->account.address);
    page->account.signature = text_trim(form->arena, page_form_text(form, "signature"));
    page->account.active = page_form_ticked(form, "active");
    page->account.version = page_form_number(form, "version");
    page->account.config = channel_config_text(form->arena, &page->settings);
    MailboxWork work = {.form = form};
    if (!take_password(page, &before, response) ||
        !mailbox_oauth_take(form, response, page->account.name, &page->settings, &before, &page->grant, &work.grant))
        return;
    work.account = page->account;
    if (!page_form_is_sound(form)) {
        page_form_set_status(form, response);
        mailbox_show(page, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(form, response, "mailbox.keep", write_mailbox, &work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(form, response, "/settings/mailboxes");
    else if (outcome == PAGE_FORM_REFUSED)
        mailbox_show(page, response);
}

static bool write_settings(StoreTx *tx, void *arg)
{
    SettingsWork *work = arg;
    const Visit *visit = work->form->visit;
    return channel_account_set_config(tx, &work->account, work->what, work->payload, visit->actor, visit->now,
                                      &work->form->refused);
}

void mailbox_done(const MailboxPage *page, HttpResponse *response)
{
    const PageForm *form = page->form;
    const char *id = arena_int(form->arena, page->account.id.value);
    settings_done(form, response, url_local(form->arena, "/settings/mailboxes/%", id).text);
}

bool mailbox_keep_settings(MailboxPage *page, const char *what, const char *payload, HttpResponse *response)
{
    PageForm *form = page->form;
    SettingsWork work = {form, page->account, what, payload};
    work.account.version = page_form_number(form, "version");
    work.account.config = channel_config_text(form->arena, &page->settings);
    PageFormOutcome outcome = settings_keep(form, response, "mailbox.settings", write_settings, &work);
    if (outcome == PAGE_FORM_KEPT)
        mailbox_done(page, response);
    return outcome != PAGE_FORM_REFUSED;
}

/* The name typed, or the address's first part as far as a name may be that. */
static const char *name_of(const PageForm *form)
{
    const char *typed = page_form_line(form, "name");
    if (*typed)
        return typed;
    const char *address = page_form_line(form, "address");
    char *name = g_ascii_strdown(address, (gssize)MIN(strcspn(address, "@"), 40));
    g_strcanon(name, "abcdefghijklmnopqrstuvwxyz0123456789-_", '-');
    const char *kept = arena_strdup(form->arena, name);
    g_free(name);
    return kept;
}

void mailbox_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = new_page(request);
    const char *channel = page_form_line(page.form, "channel");
    page.account.name = name_of(page.form);
    page.account.channel =
        channel_find(channel) && channel_find(channel)->listens ? channel_find(channel)->key : "mail";
    keep(&page, response);
}

void mailbox_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request)};
    if (mailbox_read(&page, response))
        keep(&page, response);
}

/* --- the test ------------------------------------------------------------------------------------------------------- */

void mailbox_test_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request)};
    MailboxTested tested;
    EmailAddress to;
    g_autoptr(GError) error = NULL;
    if (!mailbox_read(&page, response))
        return;
    page.test_to = page_form_line(page.form, "to");
    IdentityReason reason = email_address_parse(*page.test_to ? page.test_to : page.account.address, &to);
    if (page.form->visit->policy->demo)
        page_form_wrong(page.form, "to", "mailbox.error.demo", NULL);
    else if (reason != IDENTITY_OK)
        page_form_wrong(page.form, "to", identity_reason_key(reason), page.test_to);
    if (!page_form_is_sound(page.form)) {
        page_form_set_status(page.form, response);
    } else if (!mailbox_try(page.form->arena, page.form->visit, &page.account, to.text, &tested, &error)) {
        problem_of_error(request, response, error);
        return;
    } else {
        page.tested = &tested;
    }
    mailbox_show(&page, response);
}

/* What the test found out: replies to such an address would be lost. */
void mailbox_plus_end_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request), .apart = true};
    if (!mailbox_read(&page, response))
        return;
    const ChannelSettings before = page.settings;
    channel_config_add(page.form->arena, &page.settings, "plus_addressing", "0");
    if (mailbox_keep_settings(&page, "mailbox.plus_end", NULL, response))
        return;
    page.settings = before;
    mailbox_show(&page, response);
}
