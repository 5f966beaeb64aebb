/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/invitation.h"

#include "base/format.h"
#include "base/text.h"

typedef struct Words {
    Arena *arena;
    Lang lang;
    Zone *zone; /* the house's */
    Zone *utc;  /* in which the wall's times of the parser are read back */
    GString *text;
} Words;

static void add_line(Words *words, MsgId label, const char *value)
{
    if (*value)
        g_string_append_printf(words->text, "%s: %s\n", msg(words->lang, label), value);
}

/* ------------------------------------------------------------------------------------------------------------ when */

static bool is_same_day(Zone *zone, TimeMs one, TimeMs other)
{
    return date_compare(time_to_wall(zone, one).date, time_to_wall(zone, other).date) == 0;
}

/* "3 aprile 2026", or from the first day to the last: a day's end is the day after it (RFC 5545 3.6.1). */
static const char *days(const Words *words, const ParsedAppointment *event)
{
    TimeMs last = event->end.kind == PARSE_WHEN_DAY ? event->end.at - TIME_DAY : event->start.at;
    const char *first = format_date(words->arena, words->lang, time_to_wall(words->utc, event->start.at).date);
    if (last <= event->start.at)
        return first;
    return arena_printf(words->arena, "%s – %s", first,
                        format_date(words->arena, words->lang, time_to_wall(words->utc, last).date));
}

/* "ven 3 apr 2026, 17:20 – 18:20"; the year always: the text is read years later. */
static const char *span(const Words *words, const ParsedAppointment *event, Zone *zone)
{
    const char *from = format_moment(words->arena, words->lang, zone, event->start.at, TIME_NONE);
    if (event->end.kind != event->start.kind || event->end.at <= event->start.at)
        return from;
    const char *to = is_same_day(zone, event->start.at, event->end.at)
                         ? format_hour(words->arena, zone, event->end.at)
                         : format_moment(words->arena, words->lang, zone, event->end.at, TIME_NONE);
    return arena_printf(words->arena, "%s – %s", from, to);
}

static const char *when(const Words *words, const ParsedAppointment *event)
{
    switch (event->start.kind) {
    case PARSE_WHEN_INSTANT:
        return span(words, event, words->zone);
    case PARSE_WHEN_DAY:
        return days(words, event);
    case PARSE_WHEN_FLOATING:
        return arena_printf(words->arena, "%s %s", span(words, event, words->utc),
                            msg(words->lang, MSG_APPOINTMENT_THERE));
    case PARSE_WHEN_ZONE:
        return arena_printf(words->arena, "%s %s", span(words, event, words->utc),
                            msg_fill(words->arena, words->lang, MSG_APPOINTMENT_ZONE, "zone", event->start.zone, NULL));
    case PARSE_WHEN_NONE:
    case PARSE_WHENS:
    default:
        return "";
    }
}

static const char *repeats(const Words *words, ParseRepeat repeat)
{
    static const MsgId ids[PARSE_REPEATS] = {
        [PARSE_REPEAT_DAILY] = MSG_APPOINTMENT_DAILY,   [PARSE_REPEAT_WEEKLY] = MSG_APPOINTMENT_WEEKLY,
        [PARSE_REPEAT_MONTHLY] = MSG_APPOINTMENT_MONTHLY, [PARSE_REPEAT_YEARLY] = MSG_APPOINTMENT_YEARLY,
        [PARSE_REPEAT_OTHER] = MSG_APPOINTMENT_OTHER,
    };
    return repeat == PARSE_REPEAT_NONE ? "" : msg(words->lang, ids[repeat]);
}

/* ------------------------------------------------------------------------------------------------------------ what */

static MsgId kind_of(const ParsedAppointment *event)
{
    static const MsgId answers[PARSE_ANSWERS] = {
        [PARSE_ANSWER_NONE] = MSG_APPOINTMENT_REPLY,           [PARSE_ANSWER_ACCEPTED] = MSG_APPOINTMENT_ACCEPTED,
        [PARSE_ANSWER_DECLINED] = MSG_APPOINTMENT_DECLINED,    [PARSE_ANSWER_TENTATIVE] = MSG_APPOINTMENT_TENTATIVE,
        [PARSE_ANSWER_DELEGATED] = MSG_APPOINTMENT_DELEGATED,
    };
    if (event->cancelled)
        return MSG_APPOINTMENT_CANCELLED;
    if (event->method == PARSE_METHOD_REPLY)
        return answers[event->answer];
    if (event->method == PARSE_METHOD_COUNTER)
        return MSG_APPOINTMENT_COUNTER;
    if (event->method != PARSE_METHOD_REQUEST && event->method != PARSE_METHOD_ADD)
        return MSG_APPOINTMENT_PUBLISHED;
    return event->sequence ? MSG_APPOINTMENT_MOVED : MSG_APPOINTMENT_REQUEST;
}

static void add_appointment(Words *words, const ParsedAppointment *event, bool with_description)
{
    const char *title = *event->title ? event->title : msg(words->lang, MSG_APPOINTMENT_UNTITLED);
    add_line(words, kind_of(event), title);
    add_line(words, MSG_APPOINTMENT_WHEN, when(words, event));
    add_line(words, MSG_APPOINTMENT_REPEATS, repeats(words, event->repeat));
    add_line(words, MSG_APPOINTMENT_WHERE, event->place);
    add_line(words, MSG_APPOINTMENT_ORGANISER, event->organiser);
    add_line(words, MSG_APPOINTMENT_PEOPLE, text_clip(words->arena, event->attendees, INVITATION_PEOPLE_MAX));
    if (*event->comment)
        g_string_append_printf(words->text, "%s\n", event->comment);
    if (with_description && *event->description)
        g_string_append_printf(words->text, "\n%s\n", event->description);
}

char *mail_invitation_text(Arena *arena, const ParsedMail *mail, Lang lang, Zone *zone, bool with_description)
{
    g_autoptr(GTimeZone) utc = zone_find("UTC");
    Words words = {arena, lang, zone, utc, g_string_new(NULL)};
    size_t count = MIN(mail->appointment_count, (size_t)INVITATION_MAX);
    for (size_t i = 0; i < count; i++) {
        if (i)
            g_string_append_c(words.text, '\n');
        add_appointment(&words, &mail->appointments[i], with_description);
    }
    if (mail->appointment_count > count)
        g_string_append_printf(
            words.text, "\n%s\n",
            msg_fill_count(arena, lang, MSG_APPOINTMENT_MORE, (int64_t)(mail->appointment_count - count), NULL));
    char *text = text_trim(arena, words.text->str);
    g_string_free(words.text, TRUE);
    return text;
}

bool mail_invitation_is_answer(const ParsedMail *mail)
{
    for (size_t i = 0; i < mail->appointment_count; i++)
        if (mail->appointments[i].method != PARSE_METHOD_REPLY || *mail->appointments[i].comment)
            return false;
    return mail->appointment_count > 0;
}
