/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/channel.h"
#include "channel/config.h"
#include "cli/command.h"
#include "desk/mailbox/grant.h"
#include "desk/setting/secret.h"
#include "desk/setting/setting.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* The settings of the adapter that have a flag of their own. */
static const struct {
    const char *flag, *key, *help, *shape;
} flags[] = {
    {"smtp-host", "smtp_host", "the server that sends", "HOST"},
    {"smtp-port", "smtp_port", "its port", "PORT"},
    {"smtp-tls", "smtp_tls", "starttls (default), implicit or none", "HOW"},
    {"smtp-user", "smtp_user", "who signs in there", "USER"},
    {"send-per-minute", "send_per_minute", "how many messages leave in a minute, default 60; 0: all at once", "N"},
    {"auth-server", "auth_server", "the server whose Authentication-Results on senders count; without it none do", "NAME"},
    {"smtp-ca-file", "smtp_ca_file", "certificate authorities, PEM", "FILE"},
    {"pec-ca-file", "pec_ca_file", "of certified mail: whom to trust, a PEM file or a folder of them", "PATH"},
    {"imap-host", "imap_host", "the server the mailbox is read from; without it nothing is", "HOST"},
    {"imap-port", "imap_port", "its port", "PORT"},
    {"imap-tls", "imap_tls", "implicit (default), starttls or none", "HOW"},
    {"imap-user", "imap_user", "who signs in there, default the one who sends; the password is the same", "USER"},
    {"imap-folder", "imap_folder", "which folders, one a line, default INBOX", "FOLDER"},
    {"imap-sent", "imap_sent", "0: sent mail is not read; it is unless told so", "HOW"},
    {"imap-sent-folder", "imap_sent_folder", "where it lies, default the one the server tells", "FOLDER"},
    {"imap-after", "imap_after", "what becomes of a message read: seen (default), move or observe", "WHAT"},
    {"imap-move-to", "imap_move_to", "where it moves, default Filo", "FOLDER"},
    {"imap-old", "imap_old", "what lies there already: unseen (default), none, all or a number of days", "WHICH"},
};

enum { FLAGS = G_N_ELEMENTS(flags) };

typedef struct MailboxOptions {
    char *channel, *name, *address, *password_file;
    char *values[FLAGS]; /* as flags */
} MailboxOptions;

static void mailbox_options_clear(MailboxOptions *options)
{
    g_free(options->channel);
    g_free(options->name);
    g_free(options->address);
    g_free(options->password_file);
    for (size_t i = 0; i < FLAGS; i++)
        g_free(options->values[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailboxOptions, mailbox_options_clear)

static ChannelSettings settings_of(Arena *arena, const MailboxOptions *options)
{
    ChannelSettings settings = {NULL, 0};
    for (size_t i = 0; i < FLAGS; i++)
        if (options->values[i])
            channel_config_add(arena, &settings, flags[i].key, options->values[i]);
    return settings;
}

static bool check_settings(const MailboxOptions *options, const char *password, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelSettings settings = settings_of(arena, options);
    const ChannelAdapter *adapter = channel_find(options->channel ? options->channel : "mail");
    InputError wrong;
    channel_config_add(arena, &settings, "address", options->address ? options->address : "");
    channel_config_add(arena, &settings, "smtp_password", password ? password : "");
    if (!adapter)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "there is no channel '%s'", options->channel);
    else if (!adapter->check_config(&settings, &wrong))
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the mailbox's %s is missing or wrong (%s)", wrong.field,
                    wrong.key);
    else
        return true;
    return false;
}

static bool read_password(const char *path, char **password_out, GError **error)
{
    if (!path)
        return true;
    if (!g_file_get_contents(path, password_out, NULL, error))
        return false;
    g_strchomp(*password_out);
    return true;
}

typedef struct MailboxWork {
    ChannelAccount account; /* without its configuration */
    const ChannelSettings *settings;
} MailboxWork;

/* What was told, and whom the mailbox's page said to trust: no flag of ours can say that again. */
static const char *config_of(StoreTx *tx, Arena *arena, const MailboxWork *work)
{
    ChannelAccount before;
    ChannelSettings old, settings = *work->settings;
    if (strcmp(work->account.channel, "pec") == 0 && channel_account_find(tx, arena, work->account.name, &before) &&
        channel_config_read(arena, before.config, &old))
        channel_config_add(arena, &settings, "pec_ca", channel_setting(&old, "pec_ca"));
    return channel_config_text(arena, &settings);
}

static bool put_account(StoreTx *tx, void *arg)
{
    const MailboxWork *work = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelAccount account = work->account;
    MailboxGrant grant;
    account.config = config_of(tx, arena, work);
    channel_account_put(tx, &account);
    if (channel_account_find(tx, arena, work->account.name, &account) &&
        mailbox_grant_find(tx, arena, account.id, &grant)) { /* it signs in with a password from now on */
        mailbox_grant_drop(tx, account.id);
        mailbox_grant_set_client(tx, account.id, (Bytes){NULL, 0});
    }
    return true;
}

static bool set_mailbox(const Config *config, const MailboxOptions *options, const char *password, GError **error)
{
    g_auto(Installation) installation = {0};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelSettings settings = settings_of(arena, options);
    MailboxWork work = {{.channel = options->channel ? options->channel : "mail",
                         .name = options->name,
                         .address = options->address,
                         .active = true},
                        .settings = &settings};
    if (!installation_open(&installation, config, NEED_WRITING, error))
        return false;
    if (password &&
        !secret_seal(arena, installation.store, options->name, password, &work.account.sealed_secret, error))
        return false;
    return store_write(installation.store, "mailbox set", put_account, &work, error) == STORE_COMMITTED;
}

int command_mailbox(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(MailboxOptions) options = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *password = NULL;
    GOptionEntry own[FLAGS + 5] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name, "how mail-in and pages call it", "NAME"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &options.address, "what customers write to", "ADDRESS"},
        {"channel", 0, 0, G_OPTION_ARG_STRING, &options.channel, "mail (default) or pec", "CHANNEL"},
        {"smtp-password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file, "file with the password", "FILE"},
    };
    for (size_t i = 0; i < FLAGS; i++)
        own[4 + i] =
            (GOptionEntry){flags[i].flag, 0, 0, G_OPTION_ARG_STRING, &options.values[i], flags[i].help, flags[i].shape};
    if (!config_parse(&config, own, "Sets up a mailbox; stop the server first.", argc, argv, &error))
        return command_fail(error);
    if (!options.name)
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "which mailbox? Say --name NAME");
    bool done = !error && read_password(options.password_file, &password, &error) &&
                check_settings(&options, password, &error) && set_mailbox(&config, &options, password, &error);
    if (password)
        sodium_memzero(password, strlen(password));
    if (!done)
        return command_fail(error);
    printf("set %s\n", options.name);
    return 0;
}
