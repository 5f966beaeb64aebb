/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signing: by which name the mail of our own domains is signed (the selector of RFC 6376), as their mail showed. Answers:
 * "under which name must the key of this domain stand?"
 *
 * DNS cannot be asked for the names there are: they are learnt where nobody but ourselves writes, from the account's own
 * test that came back and from its sent mail. Not for the keys (mail/dkim.h). Owns no table: it is one setting.
 * Called by: receive.c, mail/sent.c, web/settings, api.
 *
 * Pointers: in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A domain has one name, the one learnt last; at most SIGNING_DOMAINS_MAX are kept, the newest.
 */
#ifndef FILO_CHANNEL_SIGNING_H
#define FILO_CHANNEL_SIGNING_H

#include "channel/channel.h"

enum { SIGNING_DOMAINS_MAX = 16 };

/* One text for signing_selector: what is known of all. */
const char *signing_known(StoreTx *tx, Arena *arena);

/* The selector of a domain (lower case, as DNS writes it); "": it was never seen. */
const char *signing_selector(Arena *arena, const char *known, const char *domain);

/* Keeps it; false, and nothing is written, where it is known already. */
bool signing_learn(StoreTx *tx, Arena *arena, const ChannelSigning *seen, TimeMs now);

#endif
