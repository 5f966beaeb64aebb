/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/channel.h"
#include "channel/config.h"
#include "cli/command.h"
#include "desk/setting/secret.h"
#include "desk/setting/setting.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

typedef struct MailboxOptions {
    char *name, *address, *host, *port, *tls, *user, *password_file, *ca_file;
} MailboxOptions;

static void mailbox_options_clear(MailboxOptions *options)
{
    char **texts[] = {&options->name, &options->address, &options->host, &options->port,
                      &options->tls,  &options->user,    &options->password_file, &options->ca_file};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailboxOptions, mailbox_options_clear)

static const char *config_json(Arena *arena, const MailboxOptions *options)
{
    const ChannelSetting items[] = {{"smtp_host", options->host},
                                    {"smtp_port", options->port},
                                    {"smtp_tls", options->tls},
                                    {"smtp_user", options->user},
                                    {"smtp_ca_file", options->ca_file}};
    return channel_config_text(arena, &(ChannelSettings){items, G_N_ELEMENTS(items)});
}

static bool check_settings(const MailboxOptions *options, const char *password, GError **error)
{
    const ChannelSetting items[] = {{"address", options->address},     {"smtp_host", options->host},
                                    {"smtp_port", options->port},      {"smtp_tls", options->tls},
                                    {"smtp_user", options->user},      {"smtp_password", password},
                                    {"smtp_ca_file", options->ca_file}};
    ChannelSettings settings = {items, G_N_ELEMENTS(items)};
    InputError wrong;
    if (channel_find("mail")->check_config(&settings, &wrong))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the mailbox's %s is missing or wrong (%s)", wrong.field,
                wrong.key);
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
    ChannelAccount account;
} MailboxWork;

static bool put_account(StoreTx *tx, void *arg)
{
    channel_account_put(tx, &((MailboxWork *)arg)->account);
    return true;
}

static bool set_mailbox(const Config *config, const MailboxOptions *options, const char *password, GError **error)
{
    g_auto(Installation) installation = {0};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    MailboxWork work = {{.channel = "mail",
                         .name = options->name,
                         .address = options->address,
                         .config = config_json(arena, options),
                         .active = true}};
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
    const GOptionEntry own[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name, "how mail-in and pages call it", "NAME"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &options.address, "what customers write to", "ADDRESS"},
        {"smtp-host", 0, 0, G_OPTION_ARG_STRING, &options.host, "the server that sends", "HOST"},
        {"smtp-port", 0, 0, G_OPTION_ARG_STRING, &options.port, "its port", "PORT"},
        {"smtp-tls", 0, 0, G_OPTION_ARG_STRING, &options.tls, "starttls (default), implicit or none", "HOW"},
        {"smtp-user", 0, 0, G_OPTION_ARG_STRING, &options.user, "who signs in there", "USER"},
        {"smtp-password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file, "file with the password", "FILE"},
        {"smtp-ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options.ca_file, "certificate authorities, PEM", "FILE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
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
