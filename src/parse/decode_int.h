/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/decode: the bytes behind a content transfer encoding. Answers: "what was coded here?"
 *
 * A pump: coded bytes in, decoded pieces out to a sink, in bounded memory. Lenient the way mail needs: base64 may
 * contain anything between its letters, and padding in the middle starts a new run (bodies are sometimes several
 * encodings one after another). Called by: the parse workers. Tables: none. Errors: none; false when the sink said stop.
 * Pointers: coded is borrowed for the call; a piece given to the sink only until the sink returns.
 *
 * Invariants:
 *  1. Never more bytes out than in, and memory does not grow with the input.
 */
#ifndef FILO_PARSE_DECODE_INT_H
#define FILO_PARSE_DECODE_INT_H

#include "parse/mail.h"

/* Takes one piece; false stops. */
typedef bool (*DecodeSink)(Bytes piece, void *user);

bool decode_pump(ParseEncoding encoding, Bytes coded, DecodeSink sink, void *user);

#endif
