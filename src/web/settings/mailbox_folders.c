/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the folders of a mailbox's server, to choose from instead of typing their names. How: a button asks the server with
 * the settings as they are kept (channel/mail/folders.h); what is chosen is written to the same settings as the text fields.
 * Why a choice that is refused asks again: the list is not ours to trust a form with.
 */
#include "channel/config.h"
#include "channel/mail/incoming.h"
#include "web/problem.h"
#include "web/settings/mailbox_int.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"

#include <string.h>

/* Before a name in a choice, where other words stand for no folder. */
#define NAMED '='

/* --- which are read ------------------------------------------------------------------------------------------------- */

/* INBOX is the same however it is written (RFC 9051 5.1). */
static bool is_same(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (g_ascii_strcasecmp(a, "INBOX") == 0 && g_ascii_strcasecmp(b, "INBOX") == 0);
}

static bool is_among(char **names, const char *name)
{
    for (char **each = names; *each; each++)
        if (is_same(*each, name))
            return true;
    return false;
}

/* Those the settings name, in their order. Yours: g_strfreev. */
static char **read_names(const ChannelSettings *settings)
{
    const char *text = channel_setting(settings, "imap_folder");
    char **lines = g_strsplit(*text ? text : "INBOX", "\n", -1);
    char **to = lines;
    for (char **from = lines; *from; from++) {
        if (*g_strstrip(*from))
            *to++ = *from;
        else
            g_free(*from);
    }
    *to = NULL;
    return lines;
}

static bool has_folder(const MailFolders *folders, const char *name)
{
    for (size_t i = 0; i < folders->list.count; i++)
        if (is_same(folders->list.items[i].name, name))
            return true;
    return false;
}

/* Whether the settings can hold the name as it is: one a line, without blanks at its ends. */
static bool is_fit(Arena *arena, const char *name)
{
    return strlen(name) < MAIL_FOLDER_SIZE && strcmp(g_strstrip(arena_strdup(arena, name)), name) == 0;
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

static MailboxFolderLine folder_line(const MailboxPage *page, char **read, const ImapFolderName *folder)
{
    const char *use = imap_use_name(folder->use);
    return (MailboxFolderLine){
        .name = folder->name,
        .use = *use ? page_form_words(page->form, "mailbox.use.", use) : "",
        .read = is_among(read, folder->name),
        .unfit = !is_fit(page->form->arena, folder->name),
    };
}

/* The inbox first, then as the server tells them, then what only the settings name. */
static const MailboxFolderLine *folder_lines(const MailboxPage *page, char **read, size_t *count_out)
{
    Arena *arena = page->form->arena;
    const ImapFolders *list = &page->folders->list;
    MailboxFolderLine *lines = ARENA_ARRAY(arena, MailboxFolderLine, list->count + g_strv_length(read));
    size_t count = 0;
    for (int others = 0; others <= 1; others++)
        for (size_t i = 0; i < list->count; i++)
            if (is_same(list->items[i].name, "INBOX") != others)
                lines[count++] = folder_line(page, read, &list->items[i]);
    for (char **name = read; *name; name++)
        if (!has_folder(page->folders, *name))
            lines[count++] =
                (MailboxFolderLine){.name = arena_strdup(arena, *name), .use = "", .read = true, .missing = true};
    *count_out = count;
    return lines;
}

typedef struct Choices {
    const MailboxPage *page;
    Option *items;
    size_t count;
} Choices;

static Choices choices_new(const MailboxPage *page)
{
    enum { OTHERS = 3 }; /* what is no folder, and one that the server does not have */
    return (Choices){page, ARENA_ARRAY(page->form->arena, Option, page->folders->list.count + OTHERS), 0};
}

static void add_choice(Choices *choices, const char *value, const char *label, bool selected)
{
    choices->items[choices->count++] = (Option){value, label, selected};
}

static void add_named(Choices *choices, const char *name, const char *label, bool selected)
{
    add_choice(choices, arena_printf(choices->page->form->arena, "%c%s", NAMED, name), label, selected);
}

/* Every folder; and the one chosen, where the server has it not. */
static void add_folders(Choices *choices, const char *chosen, MsgId not_there)
{
    const PageForm *form = choices->page->form;
    const MailFolders *folders = choices->page->folders;
    for (size_t i = 0; i < folders->list.count; i++) {
        const char *name = folders->list.items[i].name;
        if (is_fit(form->arena, name))
            add_named(choices, name, name, is_same(name, chosen));
    }
    if (*chosen && !has_folder(folders, chosen))
        add_named(choices, chosen, msg_fill(form->arena, form->visit->lang, not_there, "name", chosen, NULL), true);
}

static Choices sent_choices(const MailboxPage *page)
{
    const PageForm *form = page->form;
    Choices choices = choices_new(page);
    const char *found = page->folders->sent, *chosen = channel_setting(&page->settings, "imap_sent_folder");
    bool is_off = strcmp(channel_setting(&page->settings, "imap_sent"), "0") == 0;
    add_choice(&choices, "auto",
               *found ? msg_fill(form->arena, form->visit->lang, MSG_MAILBOX_FOLDERS_SENT_FOUND, "name", found, NULL)
                      : msg(form->visit->lang, MSG_MAILBOX_FOLDERS_SENT_AUTO),
               !is_off && !*chosen);
    add_choice(&choices, "none", msg(form->visit->lang, MSG_MAILBOX_FOLDERS_SENT_NONE), is_off);
    add_folders(&choices, is_off ? "" : chosen, MSG_MAILBOX_FOLDERS_NOT_THERE);
    return choices;
}

static Choices move_choices(const MailboxPage *page)
{
    static const char usual[] = MAIL_MOVE_TO;
    Choices choices = choices_new(page);
    const char *chosen = channel_setting(&page->settings, "imap_move_to");
    bool is_usual = !*chosen || strcmp(chosen, usual) == 0, is_there = has_folder(page->folders, usual);
    if (!is_there)
        add_choice(&choices, "", msg(page->form->visit->lang, MSG_MAILBOX_FOLDERS_MOVE_USUAL), is_usual);
    add_folders(&choices, !is_usual ? chosen : is_there ? usual : "", MSG_MAILBOX_FOLDERS_TO_BE_MADE);
    return choices;
}

void mailbox_folders_fill(const MailboxPage *page, SettingsMailboxView *view)
{
    PageForm *form = page->form;
    const char *id = arena_int(form->arena, page->account.id.value);
    view->can_look = page->account.id.value && *channel_setting(&page->settings, "imap_host");
    view->look_url = url_local(form->arena, "/settings/mailboxes/%/folders", id);
    if (!page->folders)
        return;
    g_auto(GStrv) read = read_names(&page->settings);
    SettingsMailboxFoldersView *found = ARENA_NEW(form->arena, SettingsMailboxFoldersView);
    *found = (SettingsMailboxFoldersView){
        .version = page->account.version,
        .keep_url = url_local(form->arena, "/settings/mailboxes/%/folders/keep", id),
        .folders_error = page_form_error(form, "folder"),
        .sent_error = page_form_error(form, "sent"),
        .afters = view->afters,
        .afters_count = view->afters_count,
        .after_error = page_form_error(form, "after"),
        .move_error = page_form_error(form, "move"),
    };
    Choices sent = sent_choices(page), moves = move_choices(page);
    found->folders = folder_lines(page, read, &found->folders_count);
    found->sent = sent.items;
    found->sent_count = sent.count;
    found->moves = moves.items;
    found->moves_count = moves.count;
    view->folders_found = found;
}

/* --- asking the server ---------------------------------------------------------------------------------------------- */

static const char *words_of(const MailboxPage *page, const MailFolders *folders)
{
    static const struct {
        const char *step;
        MsgId words;
    } steps[] = {
        {"settings", MSG_MAILBOX_FOLDERS_STEP_SETTINGS},
        {"temporary", MSG_MAILBOX_FOLDERS_STEP_TEMPORARY},
        {"private", MSG_MAILBOX_FOLDERS_STEP_PRIVATE},
        {"insecure", MSG_MAILBOX_TEST_STEP_TLS},
        {"sign_in", MSG_MAILBOX_TEST_STEP_SIGN_IN},
        {"protocol", MSG_MAILBOX_FOLDERS_STEP_PROTOCOL},
        {"grant_missing", MSG_MAILBOX_TEST_STEP_GRANT_MISSING},
        {"grant_withdrawn", MSG_MAILBOX_TEST_STEP_GRANT_WITHDRAWN},
        {"grant_client", MSG_MAILBOX_TEST_STEP_GRANT_CLIENT},
        {"grant_away", MSG_MAILBOX_TEST_STEP_GRANT_AWAY},
    };
    const PageForm *form = page->form;
    MsgId id = MSG_MAILBOX_FOLDERS_FAILED;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (strcmp(steps[i].step, folders->step) == 0)
            id = steps[i].words;
    if (strcmp(folders->step, "sign_in") == 0 && oauth_is_wanted(&page->settings))
        id = MSG_MAILBOX_FOLDERS_STEP_SIGN_IN_TOKEN;
    return msg_fill(form->arena, form->visit->lang, id, "host", folders->host, "port",
                    arena_int(form->arena, folders->port), NULL);
}

/* The server's own words; of a connection that failed there are none that are not in ours. */
static const char *server_said(const MailFolders *folders)
{
    bool spoke = strcmp(folders->step, "sign_in") == 0 || strcmp(folders->step, "refused") == 0;
    return spoke ? folders->said : "";
}

/* What only the server knows, with the account as it is kept. false: the response is filled. */
static bool look(MailboxPage *page, const ChannelAccount *account, HttpResponse *response)
{
    PageForm *form = page->form;
    AccountSettings settings;
    g_autoptr(GError) error = NULL;
    if (!channel_account_open(form->arena, form->visit->desk, account, &settings, &error)) {
        problem_of_error(form->request, response, error);
        return false;
    }
    MailFolders *folders = ARENA_NEW(form->arena, MailFolders);
    mail_folders_look(form->arena, form->visit->desk, &settings, folders);
    channel_account_wipe(&settings);
    visit_note_read(form->visit, "mailbox.folders", "channel_account", account->id.value);
    if (!*folders->step) {
        page->folders = folders;
        return true;
    }
    MailboxTested *tested = ARENA_NEW(form->arena, MailboxTested);
    *tested = (MailboxTested){.words = words_of(page, folders), .said = server_said(folders)};
    page->tested = tested;
    return true;
}

static bool can_look(const MailboxPage *page)
{
    return !page->form->visit->policy->demo && *channel_setting(&page->settings, "imap_host");
}

/* The same, and notes why not. */
static bool may_look(MailboxPage *page)
{
    bool can = can_look(page);
    if (!can)
        page_form_wrong(page->form, "look",
                        page->form->visit->policy->demo ? "mailbox.error.demo" : "mailbox.error.folders_handed", NULL);
    return can;
}

void mailbox_folders_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request), .apart = true};
    if (!mailbox_read(&page, response))
        return;
    if (!may_look(&page))
        page_form_set_status(page.form, response);
    else if (!look(&page, &page.account, response))
        return;
    mailbox_show(&page, response);
}

/* --- choosing ------------------------------------------------------------------------------------------------------- */

static bool is_ticked(const HttpRequest *request, const char *name)
{
    for (size_t i = 0; i < request->form.count; i++)
        if (strcmp(request->form.items[i].name, "folder") == 0 && is_same(request->form.items[i].value, name))
            return true;
    return false;
}

static void add_line(GString *lines, const char *name)
{
    if (lines->len)
        g_string_append_c(lines, '\n');
    g_string_append(lines, name);
}

/* The folders ticked, one a line; those that are read already keep their order, for of the first news is heard at once. The
 * inbox alone is what no setting means. */
static const char *ticked_folders(const MailboxPage *page)
{
    const HttpRequest *request = page->form->request;
    g_auto(GStrv) before = read_names(&page->settings);
    g_autoptr(GString) lines = g_string_new(NULL);
    for (char **name = before; *name; name++)
        if (is_ticked(request, *name))
            add_line(lines, *name);
    for (size_t i = 0; i < request->form.count; i++)
        if (strcmp(request->form.items[i].name, "folder") == 0 && !is_among(before, request->form.items[i].value))
            add_line(lines, request->form.items[i].value);
    return g_ascii_strcasecmp(lines->str, "INBOX") == 0 ? "" : arena_strndup(page->form->arena, lines->str, lines->len);
}

static const char *chosen(const MailboxPage *page, const char *field)
{
    const char *value = http_form(page->form->request, field);
    return value ? value : "";
}

static const char *named(const char *value)
{
    return *value == NAMED ? value + 1 : "";
}

static void take_choices(MailboxPage *page)
{
    Arena *arena = page->form->arena;
    const char *sent = chosen(page, "sent"), *after = chosen(page, "after");
    const char *folders = ticked_folders(page);
    if (*folders || is_ticked(page->form->request, "INBOX"))
        channel_config_add(arena, &page->settings, "imap_folder", folders);
    else
        page_form_wrong(page->form, "folder", "mailbox.error.no_folder", NULL);
    channel_config_add(arena, &page->settings, "imap_sent", strcmp(sent, "none") == 0 ? "0" : "");
    channel_config_add(arena, &page->settings, "imap_sent_folder", named(sent));
    channel_config_add(arena, &page->settings, "imap_after", strcmp(after, "seen") == 0 ? "" : after);
    channel_config_add(arena, &page->settings, "imap_move_to", named(chosen(page, "move")));
}

/* The adapter's word on them, beside the field it is about. */
static void check_choices(MailboxPage *page)
{
    static const char *const fields[][2] = {
        {"imap_folder", "folder"}, {"imap_sent_folder", "sent"}, {"imap_after", "after"}, {"imap_move_to", "move"}};
    ChannelSettings all = page->settings;
    InputError wrong;
    channel_config_add(page->form->arena, &all, "address", page->account.address);
    channel_config_add(page->form->arena, &all, "smtp_password", "stored");
    if (channel_find(page->account.channel)->check_config(&all, &wrong))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i][0], wrong.field) == 0)
            wrong.field = fields[i][1];
    page_form_refused(page->form, &wrong);
}

void mailbox_folders_keep_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MailboxPage page = {.form = page_form_of(request), .apart = true};
    if (!mailbox_read(&page, response))
        return;
    if (may_look(&page)) {
        take_choices(&page);
        check_choices(&page);
    }
    if (page_form_is_sound(page.form)) {
        if (mailbox_keep_settings(&page, "mailbox.change", NULL, response))
            return;
    } else {
        page_form_set_status(page.form, response);
    }
    if (!can_look(&page) || look(&page, &page.account, response))
        mailbox_show(&page, response);
}
