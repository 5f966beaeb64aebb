/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the mailboxes: which there are, how each one sends, and a test that really sends. How: the adapter checks the
 * settings (channel.h), the password is sealed before the write. Why the password is asked again when the server
 * changes: whoever may write here must not be able to send a stored password to a server of their own.
 */
#include "base/text.h"
#include "base/token.h"
#include "channel/channel.h"
#include "channel/config.h"
#include "desk/party/identity.h"
#include "desk/setting/secret.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"
#include "web/problem.h"
#include "web/settings/mailbox_try.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_mailbox_view.h"
#include "web/settings_mailboxes_view.h"

#include <sodium.h>
#include <string.h>

/* The fields that are settings of the adapter, by the same name. */
static const char *const fields[] = {"smtp_host", "smtp_port", "smtp_tls", "smtp_user", "plus_addressing"};

typedef struct MailboxPage {
    SettingsForm *form;
    ChannelAccount account; /* as stored; id {0}: a new one */
    ChannelSettings settings;
    const char *test_to;
    const MailboxTested *tested; /* NULL: no test was made */
} MailboxPage;

typedef struct MailboxWork {
    SettingsForm *form;
    ChannelAccount account;
} MailboxWork;

/* --- the list ------------------------------------------------------------------------------------------------------- */

void mailbox_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    SettingsForm *form = settings_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    ChannelAccountList list = channel_account_list(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    MailboxLine *lines = ARENA_ARRAY(form->arena, MailboxLine, list.count);
    for (size_t i = 0; i < list.count; i++) {
        ChannelSettings settings;
        bool sound = channel_config_read(form->arena, list.items[i].config, &settings);
        lines[i] = (MailboxLine){
            .address = list.items[i].address,
            .name = list.items[i].name,
            .url = url_local(form->arena, "/settings/mailboxes/%", arena_int(form->arena, list.items[i].id.value)),
            .host = sound ? channel_setting(&settings, "smtp_host") : "",
            .off = !list.items[i].active,
        };
    }
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

static const Option *tls_options(const MailboxPage *page)
{
    static const char *const ways[] = {"starttls", "implicit", "none"};
    const char *chosen = channel_setting(&page->settings, "smtp_tls");
    Option *options = ARENA_ARRAY(page->form->arena, Option, G_N_ELEMENTS(ways));
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        options[i] =
            (Option){ways[i], settings_words(page->form, "mailbox.tls.", ways[i]), strcmp(ways[i], chosen) == 0};
    return options;
}

static void fill(MailboxPage *page, SettingsMailboxView *view)
{
    SettingsForm *form = page->form;
    view->name = page->account.name;
    view->name_error = settings_error(form, "name");
    view->address = page->account.address;
    view->address_error = settings_error(form, "address");
    view->host = channel_setting(&page->settings, "smtp_host");
    view->host_error = settings_error(form, "smtp_host");
    view->port = channel_setting(&page->settings, "smtp_port");
    view->port_error = settings_error(form, "smtp_port");
    view->ways = tls_options(page);
    view->ways_count = 3;
    view->way_error = settings_error(form, "smtp_tls");
    view->user = channel_setting(&page->settings, "smtp_user");
    view->password_error = settings_error(form, "smtp_password");
    view->has_password = page->account.sealed_secret.size > 0;
    view->plus = strcmp(channel_setting(&page->settings, "plus_addressing"), "0") != 0;
    view->signature = page->account.signature;
    view->signature_error = settings_error(form, "signature");
    view->active = page->account.active;
    view->test_to = page->test_to ? page->test_to : "";
    view->test_error = settings_error(form, "to");
    view->has_result = page->tested != NULL;
    view->result = page->tested ? page->tested->words : "";
    view->result_said = page->tested ? page->tested->said : "";
    view->result_wrong = page->tested && !page->tested->sent;
}

static void show(MailboxPage *page, HttpResponse *response)
{
    SettingsForm *form = page->form;
    const char *id = arena_int(form->arena, page->account.id.value);
    bool is_new = page->account.id.value == 0;
    MsgId title = is_new ? MSG_SETTINGS_MAILBOX_ADD : MSG_SETTINGS_MAILBOX_ONE;
    SettingsMailboxView view = {
        .is_new = is_new,
        .version = page->account.version,
        .action = is_new ? url_checked("/settings/mailboxes") : url_local(form->arena, "/settings/mailboxes/%", id),
        .test_url = url_local(form->arena, "/settings/mailboxes/%/test", id),
    };
    fill(page, &view);
    view.page = settings_layout(form, title);
    view.head = settings_head(form, title, MSG_SETTINGS_TAB_MAILBOXES);
    settings_mailbox_render(http_html(response), form->visit->lang, &view);
}

static bool find_account(StoreTx *tx, Arena *arena, ChannelAccountId id, ChannelAccount *account_out)
{
    ChannelAccountList list = channel_account_list(tx, arena);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id.value)
            return channel_account_find(tx, arena, list.items[i].name, account_out);
    return false;
}

/* The page of the request's mailbox; false: the response is filled. */
static bool read_page(MailboxPage *page, HttpResponse *response)
{
    SettingsForm *form = page->form;
    Staff person;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    bool found = find_account(tx, form->arena, (ChannelAccountId){http_param_id(form->request, "id")}, &page->account);
    if (staff_find(tx, form->arena, form->visit->session.staff, &person))
        page->test_to = person.email;
    if (!visit_read_end(form->request, response, tx))
        return false;
    if (found && channel_config_read(form->arena, page->account.config, &page->settings))
        return true;
    problem_page(form->request, response, found ? PROBLEM_FAILED : PROBLEM_NOT_FOUND, "");
    return false;
}

static MailboxPage new_page(HttpRequest *request)
{
    static const ChannelSetting usual[] = {{"smtp_tls", "starttls"}, {"smtp_port", "587"}};
    return (MailboxPage){.form = settings_form_of(request),
                         .account = {.channel = "mail", .name = "", .address = "", .signature = "", .active = true},
                         .settings = {usual, G_N_ELEMENTS(usual)}};
}

void mailbox_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = new_page(request);
    show(&page, response);
}

void mailbox_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = settings_form_of(request)};
    if (read_page(&page, response))
        show(&page, response);
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

/* Whether a stored password would go somewhere else than where it was given for. */
static bool goes_elsewhere(const ChannelSettings *before, const ChannelSettings *after)
{
    static const char *const where[] = {"smtp_host", "smtp_port", "smtp_tls", "smtp_user"};
    for (size_t i = 0; i < G_N_ELEMENTS(where); i++)
        if (strcmp(channel_setting(before, where[i]), channel_setting(after, where[i])) != 0)
            return true;
    return false;
}

static ChannelSettings typed_settings(const MailboxPage *page)
{
    const SettingsForm *form = page->form;
    ChannelSettings settings = {NULL, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        channel_config_add(form->arena, &settings, fields[i],
                           strcmp(fields[i], "plus_addressing") != 0 ? settings_line(form, fields[i])
                           : settings_ticked(form, fields[i])        ? ""
                                                                     : "0");
    const char *authorities = channel_setting(&page->settings, "smtp_ca_file"); /* set by `filo mailbox` alone */
    if (*authorities)
        channel_config_add(form->arena, &settings, "smtp_ca_file", authorities);
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
        settings_refused(page->form, &wrong);
}

/* What becomes of the password: a new one is sealed, none keeps the old one where it was, no user needs none. */
static bool take_password(MailboxPage *page, const ChannelSettings *before, HttpResponse *response)
{
    SettingsForm *form = page->form;
    const char *typed = http_form(form->request, "smtp_password");
    bool stored = page->account.sealed_secret.size > 0;
    g_autoptr(GError) error = NULL;
    check_settings(page, typed && *typed ? typed : stored ? "stored" : "");
    if (typed && *typed) {
        if (*page->account.name && !secret_seal(form->arena, desk_store(form->visit->desk), page->account.name, typed,
                                                &page->account.sealed_secret, &error)) {
            problem_of_error(form->request, response, error);
            return false;
        }
    } else if (!*channel_setting(&page->settings, "smtp_user")) {
        page->account.sealed_secret = (Bytes){NULL, 0};
    } else if (stored && goes_elsewhere(before, &page->settings)) {
        settings_wrong(form, "smtp_password", "mailbox.error.password_again", NULL);
    }
    return true;
}

static bool write_mailbox(StoreTx *tx, void *arg)
{
    MailboxWork *work = arg;
    const Visit *visit = work->form->visit;
    return channel_account_keep(tx, &work->account, visit->actor, visit->now, &work->form->refused);
}

static void keep(MailboxPage *page, HttpResponse *response)
{
    SettingsForm *form = page->form;
    ChannelSettings before = page->settings;
    page->settings = typed_settings(page);
    page->account.address = settings_line(form, "address");
    page->account.signature = text_trim(form->arena, settings_text(form, "signature"));
    page->account.active = settings_ticked(form, "active");
    page->account.version = settings_number(form, "version");
    page->account.config = channel_config_text(form->arena, &page->settings);
    if (!take_password(page, &before, response))
        return;
    MailboxWork work = {form, page->account};
    if (!settings_is_sound(form)) {
        settings_set_status(form, response);
        show(page, response);
        return;
    }
    SettingsOutcome outcome = settings_keep(form, response, "mailbox.keep", write_mailbox, &work);
    if (outcome == SETTINGS_KEPT)
        settings_done(form, response, "/settings/mailboxes");
    else if (outcome == SETTINGS_REFUSED)
        show(page, response);
}

void mailbox_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = new_page(request);
    page.account.name = settings_line(page.form, "name");
    keep(&page, response);
}

void mailbox_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = settings_form_of(request)};
    if (read_page(&page, response))
        keep(&page, response);
}

/* --- the test ------------------------------------------------------------------------------------------------------- */

void mailbox_test_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = settings_form_of(request)};
    MailboxTested tested;
    EmailAddress to;
    g_autoptr(GError) error = NULL;
    if (!read_page(&page, response))
        return;
    page.test_to = settings_line(page.form, "to");
    IdentityReason reason = email_address_parse(page.test_to, &to);
    if (page.form->visit->policy->demo)
        settings_wrong(page.form, "to", "mailbox.error.demo", NULL);
    else if (reason != IDENTITY_OK)
        settings_wrong(page.form, "to", identity_reason_key(reason), page.test_to);
    if (!settings_is_sound(page.form)) {
        settings_set_status(page.form, response);
    } else if (!mailbox_try(page.form->arena, page.form->visit, &page.account, &page.settings, to.text, &tested,
                            &error)) {
        problem_of_error(request, response, error);
        return;
    } else {
        page.tested = &tested;
    }
    show(&page, response);
}
