/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/attachment: the decoded bytes of one attachment. Answers: "what does the customer's file contain?"
 *
 * The raw message is stored once; a ParsedAttachment says where in it the file lies and how it is coded. Base64,
 * quoted-printable and uuencode are undone in a sandboxed worker, and a file packed in a winmail.dat is taken out of it. Where
 * a whole message was coded (a certified one in its envelope), its file is decoded twice: the message, then the file.
 * Nothing else is ever unpacked: an archive, a picture or a nested message stays the opaque bytes it is. Tables: none. Called by: desk intake (to keep the decoded file) and
 * the download route.
 *
 * Pointers: the GBytes is yours (g_bytes_unref).
 * Errors: FILO_ERROR_TOO_LARGE (decoded over cap), FILO_ERROR_CORRUPT (the range is not inside raw, or its worker
 * died), FILO_ERROR_IO (no worker could be started).
 *
 * Invariants:
 *  1. The result is never longer than cap, and cap never more than PARSE_RAW_MAX.
 *
 * Example:
 *     g_autoptr(GBytes) file = parse_mail_attachment(zygote, raw, &mail.attachments[0], PARSE_RAW_MAX, &error);
 */
#ifndef FILO_PARSE_ATTACHMENT_H
#define FILO_PARSE_ATTACHMENT_H

#include "parse/mail.h"

GBytes *parse_mail_attachment(ParseZygote *zygote, Bytes raw, const ParsedAttachment *attachment, size_t cap,
                              GError **error);

/* How it is coded, as a word to store: "base64", or "base64+tnef:3" for the third file of the winmail.dat that stands there;
 * "base64+within:120:64:quoted-printable" for the 64 bytes from 120 on of the message that stands there, coded themselves. */
const char *parse_attachment_coding(Arena *arena, const ParsedAttachment *attachment);

/* The way back: a slice that parse_mail_attachment can read. A word we never wrote means the bytes as they stand. */
ParsedAttachment parse_attachment_slice(const char *coding, int64_t offset, int64_t length);

#endif
