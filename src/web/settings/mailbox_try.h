/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox_try: one message sent through a mailbox, now. Answers: "does sending work, and does what is sent to it come
 * in?"
 *
 * To the mailbox's own address it is a test of both ways: its arrival, by whichever way in, is waited for (desk/mailbox).
 * Where answers leave with plus addresses a second one follows, to such an address and from one: a provider that loses them
 * loses every customer's reply.
 * Not for messages to customers: those leave through the outbox. Owns no table; recorded as mailbox.test in the read
 * audit. Slow: for the slow lane, outside any transaction. Called by: mailbox_page.c.
 *
 * Pointers: results live in the arena given. Errors: those of secret_open; that the server refuses is a result.
 *
 * Invariants:
 *  1. The stored password goes to the stored server alone, and is wiped afterwards.
 *  2. One attempt of at most MAILBOX_TEST_S seconds for each message; never in the demo (the caller sees to it).
 *  3. A test that comes back becomes no request.
 */
#ifndef FILO_WEB_SETTINGS_MAILBOX_TRY_H
#define FILO_WEB_SETTINGS_MAILBOX_TRY_H

#include "channel/channel.h"
#include "desk/setting/setting.h"
#include "web/visit.h"

#define MAILBOX_TEST_S "20"

/* How long an arrival is waited for; there are two, and the page is held up by both. */
enum { MAILBOX_ARRIVAL_S = 20 };

typedef struct MailboxTested {
    bool worked;       /* sent, and arrived if that could be seen */
    bool plus_fails;   /* not the plus address: it should be turned off */
    const char *words; /* what happened and what to do, in the visitor's language */
    const char *said;  /* the server's own words; "" when it said none */
} MailboxTested;

bool mailbox_try(Arena *arena, const Visit *visit, const ChannelAccount *account, const char *to,
                 MailboxTested *tested_out, GError **error);

#endif
