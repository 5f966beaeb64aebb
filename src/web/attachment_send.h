/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * attachment_send: a file of a message, to a browser. Answers: "here it is, and it cannot run."
 *
 * The caller has found the row that grants it (attachment_find) and decided that this visitor may have it. A slice of a
 * raw message is decoded in the sandbox. Owns no table. Called by: web/desk, web/portal.
 *
 * Pointers: bytes live in the request's arena. Errors: false: the response is an error page already.
 *
 * Invariants:
 *  1. The file is saved, unless it is asked to be shown and is by its own bytes (parse/file_kind.h) a picture a browser
 *     can draw, or a text of at most ATTACHMENT_TEXT_MAX; never by what its name or its sender says (security A26).
 *  2. What a virus scanner found infected is not even read: attachment_read answers with why.
 *  3. The type sent is the one its bytes have; all others are application/octet-stream.
 */
#ifndef FILO_WEB_ATTACHMENT_SEND_H
#define FILO_WEB_ATTACHMENT_SEND_H

#include "desk/ticket/message.h"
#include "net/http.h"
#include "web/visit.h"

/* Reads what attachment_send needs: the file's blob, or the original it is a slice of. Inside the read transaction. */
bool attachment_read(HttpRequest *request, HttpResponse *response, StoreTx *tx, const AttachmentFile *file,
                     Bytes *bytes_out);

/* Any blob by its hash, for a caller that holds the row that grants it. */
bool attachment_read_blob(HttpRequest *request, HttpResponse *response, StoreTx *tx, const char *sha256,
                          Bytes *bytes_out);

enum { ATTACHMENT_TEXT_MAX = 1 << 20 };

/* To be saved. This and the next: outside the transaction. */
void attachment_send(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes);

/* In the browser, if it may be. false: it is not for that, and nothing has been answered. */
bool attachment_send_shown(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes);

/* The file itself: bytes as they are when it is a blob, else the slice of the original decoded in the sandbox. Yours; it
 * borrows from bytes. NULL and *error as parse_mail_attachment. */
GBytes *attachment_decode(const Visit *visit, const Attachment *file, Bytes bytes, GError **error);

/* Why nobody may have it; "" when one may. */
const char *attachment_blocked(Arena *arena, Lang lang, const Attachment *file);
/* That no virus scanner has judged what stands so; "" when one has, or nobody looks at files here. */
const char *attachment_unchecked(const Visit *visit, AttachmentScan scan);

/* "184 kB", as a list of files says it. size: bytes. */
const char *attachment_size(Arena *arena, Lang lang, int64_t size);

/* Whether it is worth a try to show it, by what its name and type claim. */
bool attachment_claims_picture(const Attachment *file);
bool attachment_claims_text(const Attachment *file);

#endif
