/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/incoming.h"

#include "channel/oauth.h"

#include <string.h>

static bool wrong(InputError *error_out, const char *field)
{
    static const struct {
        const char *field, *key;
    } keys[] = {
        {"imap_host", "channel.mail.error.imap_host"},         {"imap_port", "channel.mail.error.imap_port"},
        {"imap_tls", "channel.mail.error.imap_tls"},           {"smtp_password", "channel.mail.error.imap_password"},
        {"imap_folder", "channel.mail.error.imap_folder"},     {"imap_move_to", "channel.mail.error.imap_folder"},
        {"imap_sent_folder", "channel.mail.error.imap_folder"},
        {"imap_after", "channel.mail.error.imap_after"},       {"imap_old", "channel.mail.error.imap_old"},
        {"imap_user", "channel.mail.error.imap_user"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].field, field) == 0)
            *error_out = (InputError){.field = keys[i].field, .key = keys[i].key};
    return false;
}

/* The row of the word; -1: none. The first row is also that of no word. */
static int find_word(const char *const *words, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0)
            return (int)i;
    return *text ? -1 : 0;
}

bool mail_host_is_name(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-.:", *c))
            return false;
    return *text != '\0';
}

bool mail_host_is_here(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 || g_str_has_prefix(host, "127.");
}

/* A folder's name is anything a person can read; whether it is there the server says. */
static bool is_folder(const char *name)
{
    if (!*name || strlen(name) >= MAIL_FOLDER_SIZE || !g_utf8_validate(name, -1, NULL))
        return false;
    for (const char *c = name; *c; c = g_utf8_next_char(c))
        if (g_unichar_iscntrl(g_utf8_get_char(c)))
            return false;
    return true;
}

static const char *value_or(const ChannelSettings *settings, const char *key, const char *usual)
{
    const char *value = channel_setting(settings, key);
    return *value ? value : usual;
}

static bool read_server(const ChannelSettings *settings, ImapServer *server_out, InputError *error_out)
{
    static const char *const ways[] = {"implicit", "starttls", "none"};
    static const uint16_t usual[] = {993, 143, 143};
    int way = find_word(ways, G_N_ELEMENTS(ways), channel_setting(settings, "imap_tls"));
    *server_out = (ImapServer){
        .host = channel_setting(settings, "imap_host"),
        .user = value_or(settings, "imap_user", channel_setting(settings, "smtp_user")),
        .password = channel_setting(settings, "smtp_password"),
        .bearer = oauth_is_wanted(settings) ? channel_setting(settings, "bearer") : NULL,
        .ca_file = value_or(settings, "smtp_ca_file", NULL),
    };
    if (!mail_host_is_name(server_out->host))
        return wrong(error_out, "imap_host");
    if (way < 0 || (way == IMAP_TLS_NONE && !mail_host_is_here(server_out->host)))
        return wrong(error_out, "imap_tls");
    server_out->tls = (ImapTls)way;
    guint64 port = usual[way];
    const char *typed = channel_setting(settings, "imap_port");
    if (*typed && !g_ascii_string_to_unsigned(typed, 10, 1, 65535, &port, NULL))
        return wrong(error_out, "imap_port");
    server_out->port = (uint16_t)port;
    if (!*server_out->user)
        return wrong(error_out, "imap_user");
    return *server_out->password || server_out->bearer ? true : wrong(error_out, "smtp_password");
}

/* One a line; blank ones and doubles are none. */
static bool read_folders(const char *text, MailIncoming *incoming_out)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        const char *name = g_strstrip(*line);
        if (!*name || mail_incoming_reads(incoming_out, name))
            continue;
        if (!is_folder(name) || incoming_out->folder_count == MAIL_FOLDERS_MAX)
            return false;
        g_strlcpy(incoming_out->folders[incoming_out->folder_count++], name, MAIL_FOLDER_SIZE);
    }
    return incoming_out->folder_count > 0;
}

bool mail_incoming_reads(const MailIncoming *incoming, const char *folder)
{
    for (size_t i = 0; i < incoming->folder_count; i++)
        if (strcmp(incoming->folders[i], folder) == 0)
            return true;
    return false;
}

static bool read_old(const char *text, MailIncoming *incoming_out)
{
    static const char *const words[] = {"unseen", "none", "all"};
    guint64 days;
    int word = find_word(words, G_N_ELEMENTS(words), text);
    if (word < 0 && !g_ascii_string_to_unsigned(text, 10, 1, MAIL_OLD_DAYS_MAX, &days, NULL))
        return false;
    incoming_out->old = word < 0 ? MAIL_OLD_DAYS : (MailOld)word;
    incoming_out->old_days = word < 0 ? (int)days : 0;
    return true;
}

bool mail_incoming_read(const ChannelSettings *settings, MailIncoming *incoming_out, InputError *error_out)
{
    static const char *const afters[] = {"seen", "move", "observe"};
    *incoming_out = (MailIncoming){.wanted = *channel_setting(settings, "imap_host") != '\0',
                                   .sent = strcmp(channel_setting(settings, "imap_sent"), "0") != 0,
                                   .sent_folder = channel_setting(settings, "imap_sent_folder"),
                                   .move_to = value_or(settings, "imap_move_to", MAIL_MOVE_TO),
                                   .old_paused = strcmp(channel_setting(settings, "imap_old_paused"), "1") == 0};
    if (!incoming_out->wanted)
        return true;
    if (!read_server(settings, &incoming_out->server, error_out))
        return false;
    int after = find_word(afters, G_N_ELEMENTS(afters), channel_setting(settings, "imap_after"));
    if (after < 0)
        return wrong(error_out, "imap_after");
    incoming_out->after = (MailAfter)after;
    if (!read_folders(value_or(settings, "imap_folder", "INBOX"), incoming_out))
        return wrong(error_out, "imap_folder");
    if (!is_folder(incoming_out->move_to) ||
        (incoming_out->after == MAIL_AFTER_MOVE && mail_incoming_reads(incoming_out, incoming_out->move_to)))
        return wrong(error_out, "imap_move_to");
    if (*incoming_out->sent_folder &&
        (!is_folder(incoming_out->sent_folder) || mail_incoming_reads(incoming_out, incoming_out->sent_folder)))
        return wrong(error_out, "imap_sent_folder");
    return read_old(channel_setting(settings, "imap_old"), incoming_out) ? true : wrong(error_out, "imap_old");
}
