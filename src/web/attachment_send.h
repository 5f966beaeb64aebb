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
 *  1. The file is saved, never shown, whatever its type says.
 */
#ifndef FILO_WEB_ATTACHMENT_SEND_H
#define FILO_WEB_ATTACHMENT_SEND_H

#include "desk/ticket/message.h"
#include "net/http.h"

/* Reads what attachment_send needs: the file's blob, or the original it is a slice of. Inside the read transaction. */
bool attachment_read(HttpRequest *request, HttpResponse *response, StoreTx *tx, const AttachmentFile *file,
                     Bytes *bytes_out);

/* Any blob by its hash, for a caller that holds the row that grants it. */
bool attachment_read_blob(HttpRequest *request, HttpResponse *response, StoreTx *tx, const char *sha256,
                          Bytes *bytes_out);

/* Outside the transaction. */
void attachment_send(HttpRequest *request, HttpResponse *response, const AttachmentFile *file, Bytes bytes);

#endif
