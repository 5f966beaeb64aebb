/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail: the e-mail channel. Answers: "how does an answer leave as e-mail?" — composed by compose.h, handed to the
 * company's submission server by net/smtp.h.
 *
 * Owns no table. Called through channel/channel.h; nothing else is public. Settings (key: meaning):
 *   address         the mailbox: assistenza@caffemeccanica.test                           required
 *   company_name    shown after the operator's name
 *   plus_addressing "1" (default): mailbox+t.<token>@ brings replies back and mailbox+b.<token>@ bounces; "0": the
 *                   server knows no plus addresses, both are the mailbox itself
 *   smtp_host, smtp_port (default 587, 465 or 25 by tls)                                  host required
 *   smtp_tls        starttls (default) | implicit | none (loopback only)
 *   smtp_user, smtp_password, smtp_ca_file
 *   oauth_…, bearer  how it signs in with a token instead (channel/oauth.h, channel/account.h)
 *   smtp_seconds    give up after so many (1-600); without it the patience of net/smtp.h
 *   imap_…          how it is read: incoming.h
 *
 * Pointers: see channel.h. Errors: InputError keys: channel.mail.error.address, .host, .port, .tls, .password.
 *
 * Invariants:
 *  1. The envelope names exactly the contacts of the Outbound, each once.
 *  2. The return path is the mailbox or its bounce address also for automatic messages: submission servers refuse the
 *     null sender, and a bounce of an acknowledgement must be seen; guard.h silences what it would set off.
 */
#ifndef FILO_CHANNEL_MAIL_MAIL_H
#define FILO_CHANNEL_MAIL_MAIL_H

#include "channel/channel.h"

extern const ChannelAdapter channel_mail;

#endif
