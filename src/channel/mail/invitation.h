/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * invitation: an appointment of a calendar in words. Answers: "what does this message invite to, and is it only the press of
 * a button?"
 *
 * Pure. What the sandbox read of text/calendar (RFC 5545, 5546) becomes lines that stand above the message's text: what,
 * when, where, who. Nothing is put into any calendar and nothing is answered. Not for reading calendars (parse/). Owns no
 * table. Called by: event.c.
 *
 * Memory: the text lives in the arena given. Errors: none; what is not said has no line.
 *
 * Invariants:
 *  1. An instant is shown in the house's zone. A time whose zone nobody can resolve is shown as written, with the zone's name:
 *     never as if it were ours.
 *  2. Only the first INVITATION_MAX appointments have lines; that there are more is said.
 */
#ifndef FILO_CHANNEL_MAIL_INVITATION_H
#define FILO_CHANNEL_MAIL_INVITATION_H

#include "base/catalogue.h"
#include "base/clock.h"
#include "parse/mail.h"

enum { INVITATION_MAX = 3, INVITATION_PEOPLE_MAX = 300 }; /* appointments; characters of those who take part */

/* The lines, or "". with_description: the message has no text of its own. */
char *mail_invitation_text(Arena *arena, const ParsedMail *mail, Lang lang, Zone *zone, bool with_description);

/* Each is an answer somebody's calendar wrote, without a word of theirs. */
bool mail_invitation_is_answer(const ParsedMail *mail);

#endif
