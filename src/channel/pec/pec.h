/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pec: certified mail (posta elettronica certificata). Answers: "how does an answer leave so that the law believes it
 * arrived?" — as the mail channel sends it, from a certified box; what became of it the provider's receipts tell
 * (pec_normalise.h, desk/receipt).
 *
 * Owns no table. Called through channel/channel.h; nothing else is public. Settings: those of the mail channel
 * (mail/mail.h), and
 *   pec_ca        certificates the providers' signatures must lead to, as PEM: put there by the mailbox's page
 *   pec_ca_file   more of them: a PEM file, or a folder of them. With neither signatures are not checked
 *
 * Pointers: see channel.h. Errors: those of the mail channel's check_config.
 *
 * Invariants:
 *  1. Reply-To and return path are the box itself: providers know no plus addresses and refuse another sender.
 */
#ifndef FILO_CHANNEL_PEC_PEC_H
#define FILO_CHANNEL_PEC_PEC_H

#include "channel/channel.h"

extern const ChannelAdapter channel_pec;

#endif
