/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bounce: what a delivery report says. Answers: "which message of ours is this about, and what became of it, address by
 * address?"
 *
 * Reads the reports of RFC 3464, and the forms older than it: X-Failed-Recipients, and the plain words of Italian and
 * English mailer daemons (Postfix, Exim, qmail, Sendmail). Not for whether a message is a report (guard.h), nor for what
 * follows from it: everything here is the claim of whoever wrote it, and desk/intake looks the message up.
 * Pure. Called by: event.c.
 *
 * Pointers: texts live in the arena given or are borrowed from the ParsedMail. Errors: none; what says nothing is left
 * out.
 *
 * Invariants:
 *  1. At most BOUNCE_RECIPIENTS_MAX addresses, none twice.
 *  2. message_id is one that thread.h calls ours, or what the report's own original says.
 *  3. What is neither failed, delayed nor delivered for certain is left out: relayed and expanded prove no delivery.
 *
 * Example:
 *     MailBounce bounce = mail_bounce_read(arena, mail, own, own_count);
 *     for (size_t i = 0; i < bounce.count; i++) log(bounce.items[i].address, bounce.items[i].status);
 */
#ifndef FILO_CHANNEL_MAIL_BOUNCE_H
#define FILO_CHANNEL_MAIL_BOUNCE_H

#include "desk/intake/intake.h"
#include "parse/mail.h"

#define BOUNCE_RECIPIENTS_MAX 100

typedef struct MailBounce {
    const char *message_id; /* of ours, without < >; NULL when it names none */
    const ReportedDelivery *items;
    size_t count;
} MailBounce;

MailBounce mail_bounce_read(Arena *arena, const ParsedMail *mail, const char *const *own_addresses, size_t own_count);

#endif
