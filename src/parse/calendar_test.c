/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Appointments, parsed as parts of a message. Instants by `date -u -d '2026-03-03 09:00' +%s`; zones and rules after the
 * examples of RFC 5545 3.6.5 and what common programs write.
 */
#include "parse/calendar_int.h"
#include "parse/message_int.h"
#include "parse/wire_int.h"

#include <string.h>

#define ROME                                                                                                           \
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n"                                                              \
    "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"                          \
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"                                           \
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"                          \
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

/* The message through the parser and the checked way back. */
static ParsedMail parse(Arena *arena, const char *calendar)
{
    ParsedMail made, mail;
    g_autofree char *raw = g_strconcat("From: a@x.it\nContent-Type: text/calendar; charset=utf-8\n\n", calendar, NULL);
    message_parse(arena, bytes_of(raw), false, &made);
    g_autoptr(GByteArray) result = wire_mail_write(&made);
    g_assert_true(wire_mail_read(arena, (Bytes){result->data, result->len}, strlen(raw), &mail));
    return mail;
}

static ParsedMail parse_event(Arena *arena, const char *method, const char *properties)
{
    g_autofree char *calendar =
        g_strconcat("BEGIN:VCALENDAR\r\nMETHOD:", method, "\r\n" ROME "BEGIN:VEVENT\r\nUID:1@x\r\n", properties,
                    "END:VEVENT\r\nEND:VCALENDAR\r\n", NULL);
    return parse(arena, calendar);
}

static void test_request(void)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    ParsedMail mail = parse_event(arena, "REQUEST",
                                  "SUMMARY:Sopralluogo\\, caldaia\\n(piano 2)\r\nLOCATION:Via Ro\r\n ma 1\\; Milano\r\n"
                                  "DTSTART;TZID=\"W. Europe Standard Time\":20260303T100000\r\n"
                                  "DTEND;TZID=W. Europe Standard Time:20260303T113000\r\n"
                                  "ORGANIZER;CN=\"Rossi, Anna\":mailto:anna@x.it\r\n"
                                  "ATTENDEE;CN=Bruno;PARTSTAT=NEEDS-ACTION:MAILTO:b@y.it\r\n"
                                  "ATTENDEE;CN=c@y.it:mailto:c@y.it\r\nSEQUENCE:2\r\nRRULE:FREQ=WEEKLY;BYDAY=TU\r\n"
                                  "DESCRIPTION:Riga uno\\nriga due\r\n"
                                  "BEGIN:VALARM\r\nDESCRIPTION:Sveglia\r\nDURATION:PT5M\r\nEND:VALARM\r\n");
    g_assert_cmpuint(mail.appointment_count, ==, 1);
    g_assert_cmpuint(mail.attachment_count, ==, 1); /* the file itself stays */
    const ParsedAppointment *made = &mail.appointments[0];
    g_assert_cmpint(made->method, ==, PARSE_METHOD_REQUEST);
    g_assert_cmpstr(made->title, ==, "Sopralluogo, caldaia (piano 2)");
    g_assert_cmpstr(made->place, ==, "Via Roma 1; Milano");
    g_assert_cmpint(made->start.kind, ==, PARSE_WHEN_INSTANT);
    g_assert_cmpint(made->start.at, ==, INT64_C(1772528400000)); /* 09:00 UTC: winter */
    g_assert_cmpint(made->end.at, ==, INT64_C(1772533800000));   /* 10:30 UTC */
    g_assert_cmpstr(made->organiser, ==, "Rossi, Anna <anna@x.it>");
    g_assert_cmpstr(made->attendees, ==, "Bruno <b@y.it>, c@y.it");
    g_assert_cmpuint(made->sequence, ==, 2);
    g_assert_cmpint(made->repeat, ==, PARSE_REPEAT_WEEKLY);
    g_assert_cmpstr(made->description, ==, "Riga uno\nriga due");
    g_assert_false(made->cancelled);
}

static void test_answers(void)
{
    static const struct {
        const char *status;
        ParseAnswer answer;
    } answers[] = {{"ACCEPTED", PARSE_ANSWER_ACCEPTED},   {"declined", PARSE_ANSWER_DECLINED},
                   {"TENTATIVE", PARSE_ANSWER_TENTATIVE}, {"DELEGATED", PARSE_ANSWER_DELEGATED},
                   {"X-ODD", PARSE_ANSWER_NONE}};
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree char *event =
            g_strdup_printf("ATTENDEE;PARTSTAT=%s:mailto:b@y.it\r\nCOMMENT:Va bene\\,\\ngrazie\r\n", answers[i].status);
        ParsedMail mail = parse_event(arena, "REPLY", event);
        g_assert_cmpint(mail.appointments[0].answer, ==, answers[i].answer);
        g_assert_cmpstr(mail.appointments[0].comment, ==, "Va bene,\ngrazie");
    }
    g_assert_true(parse_event(arena, "CANCEL", "").appointments[0].cancelled);
    g_assert_true(parse_event(arena, "PUBLISH", "STATUS:CANCELLED\r\n").appointments[0].cancelled);
}

static void test_times(void)
{
    static const struct {
        const char *start; /* from the property's name on */
        ParseWhen kind;
        TimeMs at;
    } times[] = {
        {":20260303T090000Z", PARSE_WHEN_INSTANT, INT64_C(1772528400000)},
        {";TZID=W. Europe Standard Time:20260703T100000", PARSE_WHEN_INSTANT, INT64_C(1783065600000)}, /* 08:00 UTC */
        /* 29 March 2026: 02:30 is left out, and read by the offset before (01:30 UTC); from 03:00 on it is summer */
        {";TZID=W. Europe Standard Time:20260329T023000", PARSE_WHEN_INSTANT, INT64_C(1774747800000)},
        {";TZID=W. Europe Standard Time:20260329T030000", PARSE_WHEN_INSTANT, INT64_C(1774746000000)},
        /* 25 October 2026: 02:30 comes twice, the first is meant (00:30 UTC) */
        {";TZID=W. Europe Standard Time:20261025T023000", PARSE_WHEN_INSTANT, INT64_C(1792888200000)},
        {";VALUE=DATE:20260303", PARSE_WHEN_DAY, INT64_C(1772496000000)},
        {":20260303T100000", PARSE_WHEN_FLOATING, INT64_C(1772532000000)},
        {";TZID=Custom:20260303T100000", PARSE_WHEN_ZONE, INT64_C(1772532000000)},
        {":20260230T100000", PARSE_WHEN_NONE, 0},
        {":20260303T250000", PARSE_WHEN_NONE, 0},
        {":domani", PARSE_WHEN_NONE, 0},
        {":19600101T000000Z", PARSE_WHEN_NONE, 0},
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *event = g_strdup_printf("DTSTART%s\r\n", times[i].start);
        ParsedTime start = parse_event(arena, "REQUEST", event).appointments[0].start;
        if (start.kind != times[i].kind || start.at != times[i].at)
            g_test_fail_printf("%s: %d %" G_GINT64_FORMAT, times[i].start, (int)start.kind, start.at);
    }
    ParsedTime end =
        parse_event(arena, "REQUEST", "DTSTART:20260303T090000Z\r\nDURATION:PT1H30M\r\n").appointments[0].end;
    g_assert_cmpint(end.at, ==, INT64_C(1772533800000));
    end = parse_event(arena, "REQUEST", "DTSTART;VALUE=DATE:20260303\r\n").appointments[0].end;
    g_assert_cmpint(end.at, ==, INT64_C(1772582400000)); /* the day after */
}

/* Bounds: deep, long, many, broken off; always an answer, and soon. */
static void test_hostile(void)
{
    static const char *const pieces[] = {"BEGIN:VEVENT\n",    "BEGIN:VTIMEZONE\nBEGIN:STANDARD\n", "ATTENDEE;CN=a:b@c\n",
                                         "SUMMARY:x\n y\n",   ";;;:::\"\n",                        " folded",
                                         "X;A=\"\n",          "RRULE:FREQ=YEARLY;BYDAY=99SU\n",    "END:VEVENT\n",
                                         "DTSTART;TZID=\x01:9\n",          "DTSTART;TZID=^n\x01\t:20260403T172000\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(Arena) arena = arena_new((size_t)192 << 20);
        g_autoptr(GString) text = g_string_new("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n");
        while (text->len < 900000)
            g_string_append(text, pieces[i]);
        ParsedMail mail = parse(arena, text->str);
        g_assert_cmpuint(mail.appointment_count, <=, PARSE_APPOINTMENTS_MAX);
    }
}

/* What a zone is called is the sender's to say: handed on as one line, and never a reason to lose the mail. The wall's time
 * is 2026-04-03 17:20. */
static void test_odd_zone_names(void)
{
    static const struct {
        const char *written, *kept;
    } zones[] = {{"Rome^n", "Rome"}, {"Ro^nme", "Ro me"}, {"Ro\tme", "Ro me"}, {"Ro\x01me", "Rome"}, {"\"\t\"", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
        g_autofree char *event = g_strdup_printf("DTSTART;TZID=%s:20260403T172000\r\n", zones[i].written);
        ParsedTime start = parse_event(arena, "REQUEST", event).appointments[0].start;
        g_assert_cmpint(start.kind, ==, PARSE_WHEN_ZONE);
        g_assert_cmpint(start.at, ==, INT64_C(1775236800000));
        g_assert_cmpstr(start.zone, ==, zones[i].kept);
    }
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    g_autofree char *name = g_strnfill(20000, 'z');
    g_autofree char *event = g_strdup_printf("DTSTART;TZID=%s:20260403T172000\r\n", name);
    g_assert_cmpuint(strlen(parse_event(arena, "REQUEST", event).appointments[0].start.zone), ==, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calendar/request", test_request);
    g_test_add_func("/calendar/answers", test_answers);
    g_test_add_func("/calendar/times", test_times);
    g_test_add_func("/calendar/odd zone names", test_odd_zone_names);
    g_test_add_func("/calendar/hostile", test_hostile);
    return g_test_run();
}
