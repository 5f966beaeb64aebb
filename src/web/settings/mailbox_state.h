/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox_state: how a mailbox fares, in words. Answers: "is it read, when did the last message come, what is wrong?"
 *
 * Owns no table. Called by: the mailbox pages. Memory: texts in the arena of the form. Errors: none.
 *
 * Invariants:
 *  1. What the server said is a text apart, never mixed into ours.
 */
#ifndef FILO_WEB_SETTINGS_MAILBOX_STATE_H
#define FILO_WEB_SETTINGS_MAILBOX_STATE_H

#include "channel/channel.h"
#include "desk/mailbox/mailbox.h"
#include "web/visit.h"

typedef struct MailboxState {
    const char *words; /* one or two sentences */
    const char *said;  /* the server's own words, "" when it said none */
    bool wrong;        /* it cannot be read */
} MailboxState;

/* row: its health, or NULL when it was never looked at. */
MailboxState mailbox_state_of(Arena *arena, const Visit *visit, const ChannelSettings *settings,
                              const ChannelHealthRow *row);

/* The row of the account, or NULL. */
const ChannelHealthRow *mailbox_health_of(const ChannelHealthRows *rows, ChannelAccountId account);

#endif
