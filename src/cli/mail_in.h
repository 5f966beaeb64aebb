/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail_in: one message through the server's door, and its answer. Answers: "which exit code does the mail server get?"
 *
 * Shared by the subcommand (the client, or direct when no server runs) and by serve's local door. Not for parsing.
 * Owns no table. Called by: cli/mail_in.c, cli/node.c.
 *
 * Memory: answers live in the arena given. Errors: none; a failure becomes {"status":…}.
 *
 * Invariants:
 *  1. "stored" and "already" are said only when the message is durable.
 */
#ifndef FILO_CLI_MAIL_IN_H
#define FILO_CLI_MAIL_IN_H

#include "channel/mail/receive.h"

/* Receives and says so: {"status":"stored","ticket":10001,"outcome":"opened"} or {"status":"refused"|"later","reason":…}. */
const char *mail_in_answer(const ChannelReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw);

#endif
