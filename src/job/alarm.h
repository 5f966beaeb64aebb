/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * alarm: trouble with a mailbox in words. Answers: "what is wrong, and what should I do?" for the mail to whoever looks
 * after it and for the pages.
 *
 * Not for when there is trouble nor whom to tell (desk/incident). Owns no table.
 * Called by: outbound (the mail), web (banner, mailbox pages, health page).
 *
 * Memory: texts in the arena given. Errors: none.
 *
 * Invariants:
 *  1. What a server said is never mixed into our words.
 */
#ifndef FILO_JOB_ALARM_H
#define FILO_JOB_ALARM_H

#include "base/catalogue.h"
#include "channel/channel.h"
#include "desk/incident/incident.h"
#include "desk/setting/setting.h"

typedef struct AlarmReader {
    Lang lang;
    Zone *zone;
    TimeMs now;
} AlarmReader;

/* Why a mailbox cannot be read, by the step it came to: "imap.example.it does not accept …". */
const char *alarm_failure(Arena *arena, const AlarmReader *reader, const ChannelSettings *settings, const char *step,
                          TimeMs since);

/* One sentence: which mailbox, what, since when. */
const char *alarm_line(Arena *arena, const AlarmReader *reader, const Incident *incident,
                       const ChannelAccount *account);

typedef struct AlarmMail {
    const char *subject, *text;
} AlarmMail;

/* over: that it has ended. */
AlarmMail alarm_mail(Arena *arena, const AlarmReader *reader, const Incident *incident, const ChannelAccount *account,
                     const char *base_url, bool over);

/* The account of an incident; false: it is gone. */
bool alarm_account(StoreTx *tx, Arena *arena, ChannelAccountId id, ChannelAccount *account_out);

#endif
