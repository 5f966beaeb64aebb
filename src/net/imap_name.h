/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * imap_name: names of folders in IMAP's modified UTF-7 (RFC 3501 §5.1.3). Answers: "what does the server call the
 * folder that people call Già visti?"
 *
 * Not for anything else: mail headers and URLs have their own codings.
 * Called by: net/imap.c, and whoever shows a list of folders. Pointers: results live in the arena given.
 * Errors: NULL for a name that cannot be.
 *
 * Invariants:
 *  1. imap_name_decode gives a name only for what imap_name_encode makes of it: no two wire names look alike.
 *  2. A name holds no control character, so it is safe inside a quoted string once " and \ are escaped.
 *
 * Example:
 *     imap_name_encode(arena, "Già visti")   "Gi&AOA- visti"
 */
#ifndef FILO_NET_IMAP_NAME_H
#define FILO_NET_IMAP_NAME_H

#include "base/arena.h"

/* The wire name of a UTF-8 name; NULL if it is empty, no UTF-8 or holds a control character. */
char *imap_name_encode(Arena *arena, const char *name);

/* The UTF-8 name of a wire name; NULL if there is none. */
char *imap_name_decode(Arena *arena, const char *wire);

#endif
