/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox_int: the page of one mailbox, inside web/settings/mailbox_*.c only. Answers: "what do its several forms show the
 * same page with?"
 *
 * Pointers: in the request's arena. Errors: false: the response is filled.
 *
 * Invariants:
 *  1. A form beside the main one keeps nothing but its own settings: no password is asked for, none goes elsewhere.
 */
#ifndef FILO_WEB_SETTINGS_MAILBOX_INT_H
#define FILO_WEB_SETTINGS_MAILBOX_INT_H

#include "channel/channel.h"
#include "channel/mail/folders.h"
#include "channel/mail/provider.h"
#include "channel/send_server.h"
#include "desk/mailbox/grant.h"
#include "desk/mailbox/mailbox.h"
#include "desk/setting/setting.h"
#include "web/page_form.h"
#include "web/settings/mailbox_try.h"
#include "web/settings_mailbox_view.h"

typedef struct MailboxPage {
    PageForm *form;
    bool apart;             /* the form sent is one beside the main one */
    ChannelAccount account; /* as stored; id {0}: a new one */
    ChannelSettings settings;
    ChannelHealthRows health;
    SendServerList servers; /* as stored */
    MailboxGrant grant;     /* as stored */
    const char *test_to;
    const MailboxTested *tested;  /* NULL: nothing was tried */
    const MailFolders *folders;   /* NULL: the server was not asked */
    const MailProvider *provider; /* of a new one; NULL: one of their own */
} MailboxPage;

/* The page of the request's mailbox. */
bool mailbox_read(MailboxPage *page, HttpResponse *response);
void mailbox_show(MailboxPage *page, HttpResponse *response);

/* On to the page, which says that it is done. */
void mailbox_done(const MailboxPage *page, HttpResponse *response);

/* Keeps page->settings as the configuration of the account read at the form's version, and sends on to the page; what was
 * refused is shown. what: the audit's action, a static text; payload: its JSON, or NULL. false: refused and not yet
 * answered. */
bool mailbox_keep_settings(MailboxPage *page, const char *what, const char *payload, HttpResponse *response);

/* The parts of the view. */
bool mailbox_trust_fill(const MailboxPage *page, SettingsMailboxView *view, HttpResponse *response);
void mailbox_server_fill(const MailboxPage *page, SettingsMailboxView *view);
void mailbox_folders_fill(const MailboxPage *page, SettingsMailboxView *view);

#endif
