/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/folders.h"

#include "channel/mail/incoming.h"
#include "channel/mail/sent.h"
#include "channel/oauth.h"

#include <string.h>

static void ask(Arena *arena, const ImapServer *server, MailFolders *folders_out)
{
    ImapSession *session;
    ImapResult result = imap_open(server, &session);
    if (result.outcome == IMAP_OK)
        result = imap_folders(arena, session, &folders_out->list);
    imap_close(session);
    folders_out->step = result.outcome == IMAP_OK ? "" : imap_outcome_name(result.outcome);
    folders_out->said = arena_strdup(arena, result.text);
    const char *sent = mail_sent_folder(&folders_out->list);
    folders_out->sent = sent ? sent : "";
}

static void look(Arena *arena, const ChannelSettings *settings, MailFolders *folders_out)
{
    MailIncoming incoming;
    InputError wrong;
    *folders_out =
        (MailFolders){.step = "settings", .said = "", .host = channel_setting(settings, "imap_host"), .sent = ""};
    if (!mail_incoming_read(settings, &incoming, &wrong) || !incoming.wanted)
        return;
    incoming.server.open_seconds = incoming.server.reply_seconds = incoming.server.command_seconds = MAIL_FOLDERS_S;
    folders_out->port = incoming.server.port;
    ask(arena, &incoming.server, folders_out);
}

/* With a token that is good; false: there is none, and the step says why. */
static bool authorize(Arena *arena, const Desk *desk, AccountSettings *settings, MailFolders *folders_out)
{
    GrantToken token;
    if (channel_account_authorize(arena, desk, settings, NULL, &token))
        return true;
    *folders_out = (MailFolders){.step = grant_step(token.outcome),
                                 .said = token.said,
                                 .host = channel_setting(&settings->all, "imap_host"),
                                 .sent = ""};
    return false;
}

void mail_folders_look(Arena *arena, const Desk *desk, AccountSettings *settings, MailFolders *folders_out)
{
    bool by_token = oauth_is_wanted(&settings->plain);
    if (by_token && !authorize(arena, desk, settings, folders_out))
        return;
    look(arena, &settings->all, folders_out);
    bool is_refused = by_token && strcmp(folders_out->step, "sign_in") == 0;
    if (is_refused && authorize(arena, desk, settings, folders_out)) /* it may have been withdrawn meanwhile */
        look(arena, &settings->all, folders_out);
}
