/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/unwrap: the winmail.dat of a message that has been read. Answers: "which files and words did Outlook hide in there?"
 *
 * Each is opened in a worker of its own (JOB_TNEF): whatever it does there, the message stays as it was read. Its files are
 * added to the attachments, its words become the text of a message that has none. One of the message that is handed on as an
 * attachment does that to it. Called by: mail.c. Tables: none.
 * Pointers: what is added lives in the arena. Errors: FILO_ERROR_IO when no worker could be started.
 *
 * Invariants:
 *  1. What was read before stays: attachments keep their numbers, a text with words in it stays the text.
 *  2. PARSE_DEFECT_TNEF stands when one could not be opened, or not all of it, or there are more than PARSE_TNEF_MAX.
 */
#ifndef FILO_PARSE_UNWRAP_INT_H
#define FILO_PARSE_UNWRAP_INT_H

#include "parse/mail.h"

bool mail_unwrap(ParseZygote *zygote, Arena *arena, Bytes raw, ParsedMail *mail, GError **error);

#endif
