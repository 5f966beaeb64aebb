/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * normalise: the mail channel's half of channel.h that understands. Answers: "what is this raw message?" — the sandbox
 * parses it, event.h says it in the desk's words.
 *
 * Owns no table. Called by: channel/receive.c through the adapter.
 *
 * Memory: the event borrows from the kept bytes and the arena. Errors: those of the parser's process; a message that cannot
 * be read is an event like another.
 *
 * Invariants:
 *  1. The same bytes for the same account give the same event.
 */
#ifndef FILO_CHANNEL_MAIL_NORMALISE_H
#define FILO_CHANNEL_MAIL_NORMALISE_H

#include "channel/channel.h"

bool mail_normalise(Arena *arena, const ChannelKept *kept, ChannelEvent *event_out, GError **error);

#endif
