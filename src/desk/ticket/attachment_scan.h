/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * attachment_scan: what a virus scanner said of a file. Answers: "which file is next, and may this one be had?"
 *
 * Writes scan and scan_said of the table attachment (message.h), which begin as "waiting". Not for asking the scanner
 * (job/scanner.h), nor for what a face says of it. Called by: job/scanner; faces and job/outbound (reads).
 *
 * Memory: lists live in the arena given. Errors: none; a failing store marks the transaction.
 * Emits the audit action attachment.infected.
 *
 * Invariants:
 *  1. A file is judged once: what it was found to be does not change.
 *
 * Example:
 *     AttachmentFile file;
 *     if (attachment_scan_next(tx, arena, (AttachmentId){0}, &file))
 *         … attachment_scan_set(tx, file.file.id, SCAN_CLEAN, "", now);
 */
#ifndef FILO_DESK_TICKET_ATTACHMENT_SCAN_H
#define FILO_DESK_TICKET_ATTACHMENT_SCAN_H

#include "desk/ticket/message.h"

/* The newest file nobody has judged yet of those below that id ({0}: of all); false: there is none. */
bool attachment_scan_next(StoreTx *tx, Arena *arena, AttachmentId below, AttachmentFile *file_out);
int64_t attachment_scan_count_waiting(StoreTx *tx, Arena *arena);

/* said: of an infected one its name for it; of one it was unable to judge, why. */
void attachment_scan_set(StoreTx *tx, AttachmentId id, AttachmentScan scan, const char *said, TimeMs now);

/* Whether anything of that message was found infected: then its original is too. */
bool attachment_scan_is_infected(StoreTx *tx, Arena *arena, MessageId message);

#endif
