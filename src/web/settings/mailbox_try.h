/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox_try: one message sent through a mailbox, now. Answers: "does sending work, and if not, what does the server
 * say?"
 *
 * Not for messages to customers: those leave through the outbox. Owns no table; recorded as mailbox.test in the read
 * audit (nothing is stored). Slow: for the slow lane, outside any transaction. Called by: mailbox_page.c.
 *
 * Pointers: results live in the arena given. Errors: those of secret_open; that the server refuses is a result.
 *
 * Invariants:
 *  1. The stored password goes to the stored server alone, and is wiped afterwards.
 *  2. One attempt of at most MAILBOX_TEST_S seconds; never in the demo (the caller sees to it).
 */
#ifndef FILO_WEB_SETTINGS_MAILBOX_TRY_H
#define FILO_WEB_SETTINGS_MAILBOX_TRY_H

#include "channel/channel.h"
#include "desk/setting/setting.h"
#include "web/visit.h"

#define MAILBOX_TEST_S "20"

typedef struct MailboxTested {
    bool sent;
    const char *words; /* what happened and what to do, in the visitor's language */
    const char *said;  /* the server's own words; "" when it said none */
} MailboxTested;

bool mailbox_try(Arena *arena, const Visit *visit, const ChannelAccount *account, const ChannelSettings *settings,
                 const char *to, MailboxTested *tested_out, GError **error);

#endif
