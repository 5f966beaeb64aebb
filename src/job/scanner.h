/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scanner: has the files of messages looked at by a virus scanner, after they were kept. Answers: "is anybody looking, and
 * since when not?"
 *
 * One thread takes the newest file that waits (desk/ticket/attachment_scan.h), with the others of its message, and asks the
 * scanner (net/clamd.h). Nobody waits for it: a message is a request as soon as it is understood, and its files say that
 * they were not looked at yet. While the scanner is silent nothing is judged; what waits is looked at when it is back.
 * A message that nobody could read has no files: it is looked at as a whole, when somebody asks for it.
 * Not for what a face says of a file. Owns no table. Called by: cli serve; web and api ask how it stands.
 *
 * Pointers: desk and zygote are borrowed until scanner_stop. Errors: USAGE (no address), IO (no thread).
 *
 * Invariants:
 *  1. Only an answer makes a file clean. One that cannot be had from its message, that is too large for the scanner, or
 *     that ended three conversations without a verdict is "unable", and never clean.
 *  2. It holds one message and one file of it in memory, SCANNER_FILE_MAX each at most.
 *  3. No transaction is open while the scanner is asked.
 *  4. A file that cannot be read just now holds up no other: it is passed over until all the others were looked at.
 */
#ifndef FILO_JOB_SCANNER_H
#define FILO_JOB_SCANNER_H

#include "attachment_scan_enum.h"
#include "desk/desk.h"
#include "parse/zygote.h"

#define SCANNER_FILE_MAX ((size_t)64 << 20)

typedef struct Scanner Scanner;

/* address: as clamd_address_read takes it. */
Scanner *scanner_new(Desk *desk, ParseZygote *zygote, const char *address, GError **error);
bool scanner_start(Scanner *scanner, GError **error);

/* From here on nobody waits for an answer. NULL is fine. */
void scanner_interrupt(Scanner *scanner);

/* Ends it within a second, and frees it. NULL is fine, and one that was never started. */
void scanner_stop(Scanner *scanner);

/* What it says now of these bytes, which are no file of a message; kept nowhere. SCAN_WAITING: nothing, or there is none.
 * said as attachment_scan_set has it, in the arena. A person waits: half a minute at most, and not at all while it is silent.
 * Any thread; outside of any transaction. */
AttachmentScan scanner_look(Scanner *scanner, Arena *arena, Bytes content, const char **said_out);

typedef struct ScannerStanding {
    bool configured;
    TimeMs silent_since; /* TIME_NONE: it answers, or was not asked yet */
    const char *said;    /* why, one English line; in the arena */
} ScannerStanding;

/* Any thread. scanner NULL: there is none. */
ScannerStanding scanner_standing(Scanner *scanner, Arena *arena);

#endif
