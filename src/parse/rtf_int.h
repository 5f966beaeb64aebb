/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/rtf: the words of an RTF body, packed as Outlook packs it. Answers: "what does this say, and is it HTML?"
 *
 * Unpacks [MS-OXRTFCP] (an LZ77 with a known beginning), and reads RTF as words alone: no fonts, no colours, no
 * objects. RTF that only wraps HTML ([MS-OXRTFEX], what Outlook makes of every HTML message) gives that HTML back, to be
 * sanitised like any other. Called by: tnef_mail.c. Tables: none.
 * Pointers: what is given is borrowed; arrays given out are yours. Errors: none; what cannot be read is said and left.
 *
 * Invariants:
 *  1. rtf_unpack gives at most max bytes, and at most 8 times what came and 17 more: the code cannot pack tighter.
 *  2. rtf_read appends valid UTF-8, stops soon after max bytes, takes time linear in its input and does not recurse.
 *
 * Example:
 *     g_autoptr(GByteArray) rtf = rtf_unpack(packed, max, &damaged, &cut);
 *     RtfText read = rtf_read((Bytes){rtf->data, rtf->len}, PARSE_TEXT_MAX, text);
 */
#ifndef FILO_PARSE_RTF_INT_H
#define FILO_PARSE_RTF_INT_H

#include "base/bytes.h"

#include <glib.h>

/* Sets *damaged_out (never clears it) when the checksum is wrong, the header is none or the end is missing; *cut_out when
 * there was more than max. */
GByteArray *rtf_unpack(Bytes packed, size_t max, bool *damaged_out, bool *cut_out);

typedef struct RtfText {
    bool is_html; /* what was appended is HTML, not text */
    bool cut;     /* there was more than max */
    bool guessed; /* a character had to be guessed */
} RtfText;

RtfText rtf_read(Bytes rtf, size_t max, GString *out);

/* The charset of a Windows code page, a static name of charset_int.h; NULL when it is none we read. */
const char *codepage_charset(uint32_t codepage);

#endif
