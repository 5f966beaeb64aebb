/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox_oauth: the part of a mailbox's form that says with whose permission it signs in. Answers: "what was typed of our
 * registration, and what becomes of the permission there is?"
 *
 * Not for going to the provider and back (mailbox_connect.c). Owns no table. Called by: mailbox_page.c.
 *
 * Memory: in the form's arena. Errors: of a form, beside its field; false: the response is filled.
 *
 * Invariants:
 *  1. A stored secret of a registration goes to no other provider or address than it was typed for, and is never shown.
 *  2. Whatever makes a permission one for another server, user or provider takes it away in the transaction that changes
 *     the mailbox; so does a mailbox that signs in with a password again.
 */
#ifndef FILO_WEB_SETTINGS_MAILBOX_OAUTH_H
#define FILO_WEB_SETTINGS_MAILBOX_OAUTH_H

#include "channel/oauth.h"
#include "desk/mailbox/grant.h"
#include "desk/setting/setting.h"
#include "web/page_form.h"
#include "web/settings_mailbox_view.h"

/* What a write does beside the account. */
typedef struct MailboxOauthChange {
    bool set_client;
    Bytes client;                /* sealed; no bytes: none */
    char bound[SHA256_HEX_SIZE]; /* what a permission must be for; "": none is wanted */
} MailboxOauthChange;

/* Reads the typed registration; faults are noted in the form. */
bool mailbox_oauth_take(PageForm *form, HttpResponse *response, const char *name, const ChannelSettings *after,
                        const ChannelSettings *before, const MailboxGrant *grant, MailboxOauthChange *change_out);

/* In the transaction that kept the account of that name. */
bool mailbox_oauth_keep(StoreTx *tx, const char *name, const MailboxOauthChange *change);

/* The view's fields. Call while the form's errors are asked for. */
void mailbox_oauth_fill(PageForm *form, const ChannelAccount *account, const ChannelSettings *settings,
                        const MailboxGrant *grant, SettingsMailboxView *view);

/* Where the provider sends people back to. */
const char *mailbox_oauth_redirect(Arena *arena, const Visit *visit, const OauthProvider *provider);

#endif
