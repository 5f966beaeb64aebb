/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pec_normalise: the certified channel's half of channel.h that understands. Answers: "what came, and what does it prove?"
 *
 * An envelope is opened to the message inside; a receipt is evidence of what we sent; ordinary mail opens a ticket that says
 * it is not certified. Owns no table. Called by: channel/receive.c through the adapter.
 *
 * Memory: the event borrows from the kept bytes and the arena. Errors: those of the parser's process; nothing about a
 * message, its signature or the list of trusted certificates is an error.
 *
 * Invariants:
 *  1. Every message carries what is certified of it (desk/receipt), if only that nothing is.
 *  2. No automatic answer goes to a receipt, to ordinary mail, or to an envelope whose signature is wrong (pec_letter.h).
 */
#ifndef FILO_CHANNEL_PEC_PEC_NORMALISE_H
#define FILO_CHANNEL_PEC_PEC_NORMALISE_H

#include "channel/channel.h"

bool pec_normalise(Arena *arena, const ChannelKept *kept, ChannelEvent *event_out, GError **error);

#endif
