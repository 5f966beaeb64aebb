/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants computed with `date -u -d '2026-04-03 15:20' +%s`: Rome is at UTC+2 from 29 March 2026. */
#include "channel/mail/invitation.h"

#include <string.h>

#define APRIL_3_1520Z (INT64_C(1775229600) * 1000)
#define HOUR (INT64_C(3600) * 1000)
#define DAY (24 * HOUR)

static ParsedAppointment blank(void)
{
    return (ParsedAppointment){.start = {.zone = ""},
                               .end = {.zone = ""},
                               .only = {.zone = ""},
                               .uid = "",
                               .title = "",
                               .place = "",
                               .organiser = "",
                               .attendees = "",
                               .comment = "",
                               .description = ""};
}

static void expect(const ParsedAppointment *events, size_t count, Lang lang, bool with_description, const char *text)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    ParsedMail mail = {.parsed = true, .appointments = events, .appointment_count = count};
    g_assert_cmpstr(mail_invitation_text(arena, &mail, lang, rome, with_description), ==, text);
}

static void test_invitation(void)
{
    ParsedAppointment event = blank();
    event.method = PARSE_METHOD_REQUEST;
    event.title = "Sopralluogo";
    event.place = "Via Roma 1, Torino";
    event.organiser = "Anna Rossi <anna@bar.test>";
    event.description = "Portare il misuratore.";
    event.start = (ParsedTime){PARSE_WHEN_INSTANT, APRIL_3_1520Z, ""};
    event.end = (ParsedTime){PARSE_WHEN_INSTANT, APRIL_3_1520Z + HOUR, ""};
    expect(&event, 1, LANG_IT, false,
           "Invito: Sopralluogo\nQuando: ven 3 apr 2026, 17:20 – 18:20\nDove: Via Roma 1, Torino\n"
           "Organizza: Anna Rossi <anna@bar.test>");
    expect(&event, 1, LANG_EN, true,
           "Invitation: Sopralluogo\nWhen: Fri 3 Apr 2026, 17:20 – 18:20\nWhere: Via Roma 1, Torino\n"
           "Organiser: Anna Rossi <anna@bar.test>\n\nPortare il misuratore.");
    event.sequence = 2;
    event.repeat = PARSE_REPEAT_WEEKLY;
    event.organiser = event.place = "";
    event.end.at = APRIL_3_1520Z + DAY;
    expect(&event, 1, LANG_IT, false,
           "Invito aggiornato: Sopralluogo\nQuando: ven 3 apr 2026, 17:20 – sab 4 apr 2026, 17:20\nSi ripete: ogni "
           "settimana");
    event.cancelled = true;
    event.start.kind = PARSE_WHEN_NONE;
    event.repeat = PARSE_REPEAT_NONE;
    expect(&event, 1, LANG_IT, false, "Appuntamento annullato: Sopralluogo");
}

/* What is said in a wall's time stays that wall's: 15:20 is 15:20, and is not called ours. */
static void test_times_that_are_not_ours(void)
{
    ParsedAppointment event = blank();
    event.method = PARSE_METHOD_PUBLISH;
    event.start = (ParsedTime){PARSE_WHEN_FLOATING, APRIL_3_1520Z, ""};
    expect(&event, 1, LANG_IT, false, "Appuntamento: senza titolo\nQuando: ven 3 apr 2026, 15:20 (ora del luogo)");
    event.start = (ParsedTime){PARSE_WHEN_ZONE, APRIL_3_1520Z, "Customized Time Zone"};
    expect(&event, 1, LANG_EN, false,
           "Appointment: without a title\nWhen: Fri 3 Apr 2026, 15:20 (time of “Customized Time Zone”, as the sender "
           "wrote it)");
    event.start = (ParsedTime){PARSE_WHEN_DAY, APRIL_3_1520Z / DAY * DAY, ""};
    expect(&event, 1, LANG_IT, false, "Appuntamento: senza titolo\nQuando: 3 aprile 2026");
    event.end = (ParsedTime){PARSE_WHEN_DAY, event.start.at + DAY, ""};
    expect(&event, 1, LANG_IT, false, "Appuntamento: senza titolo\nQuando: 3 aprile 2026");
    event.end.at += DAY;
    expect(&event, 1, LANG_IT, false, "Appuntamento: senza titolo\nQuando: 3 aprile 2026 – 4 aprile 2026");
}

static void test_more_than_are_shown(void)
{
    ParsedAppointment events[INVITATION_MAX + 2];
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        events[i] = blank();
        events[i].title = "x";
    }
    expect(events, INVITATION_MAX + 2, LANG_IT, false,
           "Appuntamento: x\n\nAppuntamento: x\n\nAppuntamento: x\n\nE altri 2 appuntamenti nel file allegato.");
    expect(NULL, 0, LANG_IT, false, "");
}

static void test_answers(void)
{
    ParsedAppointment event = blank();
    ParsedMail mail = {.parsed = true, .appointments = &event};
    g_assert_false(mail_invitation_is_answer(&mail));
    mail.appointment_count = 1;
    g_assert_false(mail_invitation_is_answer(&mail));
    event.method = PARSE_METHOD_REPLY;
    event.answer = PARSE_ANSWER_ACCEPTED;
    event.title = "Sopralluogo";
    g_assert_true(mail_invitation_is_answer(&mail));
    expect(&event, 1, LANG_IT, false, "Ha accettato: Sopralluogo");
    event.comment = "Meglio alle 18.";
    g_assert_false(mail_invitation_is_answer(&mail)); /* a person's words */
    expect(&event, 1, LANG_IT, false, "Ha accettato: Sopralluogo\nMeglio alle 18.");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/invitation/invitation", test_invitation);
    g_test_add_func("/invitation/not-our-time", test_times_that_are_not_ours);
    g_test_add_func("/invitation/more", test_more_than_are_shown);
    g_test_add_func("/invitation/answers", test_answers);
    return g_test_run();
}
