/* SPDX-License-Identifier: EUPL-1.2 */
/* What mail programs write above a message they forward, in Italian and English, as each of them documents or shows it; our
 * own examples. The instants were made with `date -u -d '2026-03-03 10:12' +%s`. */
#include "parse/forward_int.h"
#include "parse/message_int.h"

#include <string.h>

#define WALL INT64_C(1772532720000) /* 2026-03-03 10:12:00 as if in UTC */
#define ROME INT64_C(1772529120000) /* the same on a wall in Rome: 09:12:00Z */

typedef struct Case {
    const char *name, *subject, *html, *text; /* one of the two */
    const char *address, *who, *about, *words, *remark;
    ParseWhen when;
} Case;

static const Case cases[] = {
    {.name = "gmail, italian",
     .subject = "Fwd: La V2 perde",
     .text = "Vedi tu?\n\n---------- Forwarded message ---------\nDa: Luca Bianchi <luca@bar.test>\nDate: mar 3 mar 2026 alle "
             "ore 10:12\nSubject: La V2 perde\nTo: <sara@caffe.test>\n\n\nBuongiorno,\nperde acqua.\n\nLuca\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "La V2 perde",
     .words = "Buongiorno,\nperde acqua.\n\nLuca\n",
     .remark = "Vedi tu?",
     .when = PARSE_WHEN_FLOATING},
    {.name = "gmail, english, as HTML",
     .subject = "Fwd: Leak",
     .html = "<div dir=\"ltr\">See below<br><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">---------- "
             "Forwarded message ---------<br>From: <strong class=\"gmail_sendername\" dir=\"auto\">Luca Bianchi</strong> "
             "<span dir=\"auto\">&lt;<a href=\"mailto:luca@bar.test\">luca@bar.test</a>&gt;</span><br>Date: Tue, Mar 3, 2026 "
             "at 10:12\xe2\x80\xaf"
             "AM<br>Subject: Leak<br>To:  &lt;<a href=\"mailto:sara@caffe.test\">sara@caffe.test</a>&gt;<br></div>"
             "<br><br><div dir=\"ltr\">It leaks.</div></div></div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "Leak",
     .words = "It leaks.",
     .remark = "See below",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook of the desktop, italian",
     .subject = "I: guasto",
     .text = "Ciao, gira a voi.\n\nSara\n\nDa: Luca Bianchi <luca@bar.test> \nInviato: marted\xc3\xac 3 marzo 2026 10:12\nA: Sara "
             "Conti <sara@caffe.test>\nCc: Anna <anna@bar.test>\nOggetto: guasto\n\nBuongiorno,\nnon scalda.\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Buongiorno,\nnon scalda.\n",
     .remark = "Ciao, gira a voi.\n\nSara",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook of the desktop, english, as HTML",
     .subject = "FW: fault",
     .html = "<div class=WordSection1><p class=MsoNormal>Yours</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p "
             "class=MsoNormal><b>From:</b> Luca Bianchi &lt;luca@bar.test&gt; <br><b>Sent:</b> Tuesday, March 3, 2026 10:12 AM"
             "<br><b>To:</b> Sara Conti &lt;sara@caffe.test&gt;<br><b>Subject:</b> fault</p></div></div><p "
             "class=MsoNormal>&nbsp;</p><p class=MsoNormal>It is cold.</p></div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "fault",
     .words = "It is cold.",
     .remark = "Yours",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook of old, plain",
     .subject = "I: guasto",
     .text = "-----Messaggio originale-----\nDa: Luca Bianchi [mailto:luca@bar.test] \nInviato: marted\xc3\xac 3 marzo 2026 "
             "10.12\nA: sara@caffe.test\nOggetto: guasto\n\nNon scalda.\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Non scalda.\n",
     .remark = "",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook on the web, italian",
     .subject = "I: guasto",
     .html = "<div>Per voi</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\"><div "
             "id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri\"><b>Da:</b> Luca Bianchi &lt;luca@bar.test&gt;<br><b>Inviato:"
             "</b> marted\xc3\xac 3 marzo 2026 10:12<br><b>A:</b> Sara Conti &lt;sara@caffe.test&gt;<br><b>Oggetto:</b> guasto"
             "</font><div>&nbsp;</div></div><div>Non scalda.</div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Non scalda.",
     .remark = "Per voi",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook on a telephone, english",
     .subject = "Fw: fault",
     .text = "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Luca Bianchi "
             "<luca@bar.test>\nSent: Tuesday, March 3, 2026 10:12:00 AM\nTo: Sara Conti <sara@caffe.test>\nSubject: fault\n\n"
             "It is cold.\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "fault",
     .words = "It is cold.\n",
     .remark = "",
     .when = PARSE_WHEN_FLOATING},
    {.name = "outlook on a telephone, italian, as HTML",
     .subject = "I: guasto",
     .html = "<div>Grazie</div><div id=\"ms-outlook-mobile-signature\">Ottieni Outlook per iOS</div><div "
             "id=\"mail-editor-reference-message-container\"><hr><div><b>Da:</b> Luca Bianchi &lt;luca@bar.test&gt;<br><b>Inviato:"
             "</b> Tuesday, March 3, 2026 10:12:00 AM<br><b>A:</b> sara@caffe.test<br><b>Oggetto:</b> guasto</div>Non scalda.</div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Non scalda.",
     .remark = "Grazie",
     .when = PARSE_WHEN_FLOATING},
    {.name = "apple mail, italian, plain",
     .subject = "Fwd: guasto",
     .text = "Guarda\n\n> Inizio messaggio inoltrato:\n> \n> Da: Luca Bianchi <luca@bar.test>\n> Oggetto: guasto\n> Data: 3 marzo "
             "2026 alle ore 10:12:00 CET\n> A: sara@caffe.test\n> \n> Buongiorno,\n> non scalda.\n> \n> > vecchie parole\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Buongiorno,\nnon scalda.\n\n",
     .remark = "Guarda",
     .when = PARSE_WHEN_INSTANT},
    {.name = "apple mail, english, as HTML",
     .subject = "Fwd: fault",
     .html = "<div>Look<br id=\"lineBreakAtBeginningOfMessage\"><div><br><blockquote type=\"cite\"><div>Begin forwarded "
             "message:</div><br class=\"Apple-interchange-newline\"><div><span><b>From: </b></span><span>Luca Bianchi &lt;<a "
             "href=\"mailto:luca@bar.test\">luca@bar.test</a>&gt;<br></span></div><div><span><b>Subject: </b></span><span><b>fault"
             "</b><br></span></div><div><span><b>Date: </b></span><span>March 3, 2026 at 10:12:00\xe2\x80\xaf"
             "AM GMT+1<br></span></div>"
             "<div><span><b>To: </b></span><span>sara@caffe.test<br></span></div><br><div>It is cold.</div></blockquote></div>"
             "</div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "fault",
     .words = "It is cold.",
     .remark = "Look",
     .when = PARSE_WHEN_INSTANT},
    {.name = "iphone, italian",
     .subject = "Fwd: guasto",
     .text = "\n\nInviato da iPhone\n\nInizio messaggio inoltrato:\n\n> Da: Luca Bianchi <luca@bar.test>\n> Data: 3 marzo 2026 alle "
             "ore 10:12:00 CET\n> A: sara@caffe.test\n> Oggetto: guasto\n> \n> \xef\xbb\xbfNon scalda.\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "\xef\xbb\xbfNon scalda.\n",
     .remark = "",
     .when = PARSE_WHEN_INSTANT},
    {.name = "iphone, english, words below",
     .subject = "Fwd: fault",
     .text = "Begin forwarded message:\n\n> From: Luca Bianchi <luca@bar.test>\n> Date: March 3, 2026 at 10:12:00 CET\n> To: "
             "sara@caffe.test\n> Subject: fault\n> \n> It is cold.\n\nCan you call him?\n\nSent from my iPhone\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "fault",
     .words = "It is cold.\n",
     .remark = "Can you call him?",
     .when = PARSE_WHEN_INSTANT},
    {.name = "thunderbird, italian",
     .subject = "Fwd: guasto",
     .text = "Guardi\n\n\n-------- Messaggio Inoltrato --------\nOggetto: \tguasto\nData: \tTue, 3 Mar 2026 10:12:00 +0100\nMittente: "
             "\tLuca Bianchi <luca@bar.test>\nA: \tsara@caffe.test\n\n\n\nNon scalda.\n\n-- \nLuca Bianchi\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Non scalda.\n\n-- \nLuca Bianchi\n",
     .remark = "Guardi",
     .when = PARSE_WHEN_INSTANT},
    {.name = "thunderbird, english, as HTML",
     .subject = "Fwd: fault",
     .html = "<p>Please</p><div class=\"moz-forward-container\"><br><br>-------- Forwarded Message --------<table "
             "class=\"moz-email-headers-table\"><tbody><tr><th>Subject: </th><td>fault</td></tr><tr><th>Date: </th><td>Tue, 3 Mar "
             "2026 10:12:00 +0100</td></tr><tr><th>From: </th><td>Luca Bianchi <a "
             "href=\"mailto:luca@bar.test\">&lt;luca@bar.test&gt;</a></td></tr><tr><th>To: </th><td>sara@caffe.test</td></tr>"
             "</tbody></table><br><br><p>It is cold.</p></div>",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "fault",
     .words = "It is cold.",
     .remark = "Please",
     .when = PARSE_WHEN_INSTANT},
    {.name = "samsung",
     .subject = "Fwd: guasto",
     .text = "\n-------- Messaggio originale --------\nDa: Luca Bianchi <luca@bar.test> \nData: 03/03/26 10:12 (GMT+01:00) \nA: "
             "sara@caffe.test \nOggetto: guasto \n\nNon scalda.\n",
     .address = "luca@bar.test",
     .who = "Luca Bianchi",
     .about = "guasto",
     .words = "Non scalda.\n",
     .remark = "",
     .when = PARSE_WHEN_INSTANT},
    {.name = "a forward of a forward",
     .subject = "Fwd: I: guasto",
     .text = "Vedi\n\n---------- Forwarded message ---------\nDa: Anna <anna@bar.test>\nDate: mar 3 mar 2026 alle ore 10:12\nSubject: I: "
             "guasto\nTo: <sara@caffe.test>\n\n\nDal mio barista\n\n---------- Forwarded message ---------\nDa: Luca Bianchi "
             "<luca@bar.test>\nDate: lun 2 mar 2026 alle ore 9:00\nSubject: guasto\n\nNon scalda.\n",
     .address = "anna@bar.test",
     .who = "Anna",
     .about = "I: guasto",
     .words = "Dal mio barista\n\n---------- Forwarded message ---------\nDa: Luca Bianchi <luca@bar.test>\nDate: lun 2 mar 2026 alle "
              "ore 9:00\nSubject: guasto\n\nNon scalda.\n",
     .remark = "Vedi",
     .when = PARSE_WHEN_FLOATING},
    {.name = "nobody's address",
     .subject = "I: guasto",
     .text = "Da: Luca Bianchi\nInviato: marted\xc3\xac 3 marzo 2026 10:12\nA: Sara\nOggetto: guasto\n\nNon scalda.\n",
     .address = "",
     .who = "",
     .about = "guasto",
     .words = "Non scalda.\n",
     .remark = "",
     .when = PARSE_WHEN_FLOATING},
    {.name = "a name that looks like an address",
     .subject = "I: guasto",
     .text = "Da: \"capo@banca.test\" <luca@bar.test>\nInviato: marted\xc3\xac 3 marzo 2026 10:12\nA: Sara\nOggetto: guasto\n\nCiao\n",
     .address = "luca@bar.test",
     .who = "capo@banca.test",
     .about = "guasto",
     .words = "Ciao\n",
     .remark = "",
     .when = PARSE_WHEN_FLOATING},
    {.name = "a subject wrapped so that it names another sender",
     .subject = "Fwd: x",
     .text = "-------- Messaggio Inoltrato --------\nOggetto: un guasto molto lungo da descrivere\nMittente: capo@banca.test\nData: Tue, "
             "3 Mar 2026 10:12:00 +0100\nMittente: Luca <luca@bar.test>\nA: sara@caffe.test\n\nCiao\n",
     .address = "",
     .who = "",
     .about = "un guasto molto lungo da descrivere",
     .words = "Ciao\n",
     .remark = "",
     .when = PARSE_WHEN_INSTANT},
    {.name = "what the customer quoted stays folded",
     .subject = "Fwd: Re: guasto",
     .text = "---------- Forwarded message ---------\nFrom: Luca <luca@bar.test>\nDate: Tue, Mar 3, 2026 at 10:12 AM\nSubject: Re: "
             "guasto\nTo: <sara@caffe.test>\n\n\nFatto.\n\nOn Mon, Mar 2, 2026 at 9:00 AM Filo <f@filo.test> wrote:\n> Chiuda.\n",
     .address = "luca@bar.test",
     .who = "Luca",
     .about = "Re: guasto",
     .words = "Fatto.\n\n",
     .remark = "",
     .when = PARSE_WHEN_FLOATING},
};

static ParsedMail parse_case(Arena *arena, const Case *one)
{
    ParsedMail mail;
    g_autofree char *raw =
        g_strdup_printf("From: sara@caffe.test\nSubject: %s\nContent-Type: text/%s; charset=utf-8\n\n%s", one->subject,
                        one->html ? "html" : "plain", one->html ? one->html : one->text);
    message_parse(arena, bytes_of(raw), false, &mail);
    return mail;
}

static void expect_text(const Case *one, const char *what, const char *found, const char *expected)
{
    if (strcmp(found, expected) != 0)
        g_test_fail_printf("%s: %s is \"%s\", not \"%s\"", one->name, what, found, expected);
}

static void test_programs(void)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *one = &cases[i];
        ParsedMail mail = parse_case(arena, one);
        const ParsedForward *forward = &mail.forward;
        if (forward->kind != PARSE_FORWARD_INLINE) {
            g_test_fail_printf("%s: nothing is found in \"%s\"", one->name, mail.text);
            continue;
        }
        size_t own = forward->quote_at == PARSE_NO_QUOTE ? forward->text_size : forward->quote_at;
        g_autofree char *words = g_strndup(forward->text, own);
        if (one->html)
            g_strchomp(words);
        expect_text(one, "address", forward->address, one->address);
        expect_text(one, "name", forward->name, one->who);
        expect_text(one, "subject", forward->subject, one->about);
        expect_text(one, "words", words, one->words);
        expect_text(one, "remark", forward->remark, one->remark);
        if (forward->at.kind != one->when || forward->at.at != (one->when == PARSE_WHEN_INSTANT ? ROME : WALL))
            g_test_fail_printf("%s: written at %d %" G_GINT64_FORMAT, one->name, forward->at.kind, forward->at.at);
    }
}

/* A reply is no forward, whatever it quotes; nor is a sentence. */
static void test_no_forward(void)
{
    static const Case none[] = {
        {.name = "a reply with outlook", .subject = "R: guasto",
         .text = "Grazie\n\nDa: Luca <luca@bar.test>\nInviato: marted\xc3\xac 3 marzo 2026 10:12\nA: Sara\nOggetto: guasto\n\nciao\n"},
        {.name = "a reply to a forward", .subject = "Re: Fwd: guasto",
         .text = "Ok\n\nIl giorno mar 3 mar 2026 alle ore 10:12 Anna <a@x.it> ha scritto:\n> ---------- Forwarded message "
                 "---------\n> Da: Luca <luca@bar.test>\n> Date: ieri\n> Subject: guasto\n"},
        {.name = "quoted lines above", .subject = "Re: guasto",
         .text = "> prima domanda\nrisposta\n> ---------- Forwarded message ---------\n> Da: Luca <luca@bar.test>\n> Date: ieri\n> Subject: x\n"},
        {.name = "a marker and no block", .subject = "Fwd: guasto", .text = "---------- Forwarded message ---------\nciao Luca\n"},
        {.name = "words alone", .subject = "Fwd: guasto", .text = "Da: qui a l\xc3\xac\nciao\n"},
        {.name = "nothing", .subject = "Fwd:", .text = ""},
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        ParsedMail mail = parse_case(arena, &none[i]);
        if (mail.forward.kind != PARSE_FORWARD_NONE)
            g_test_fail_printf("%s: taken for a forward of %s", none[i].name, mail.forward.address);
    }
}

#define NESTED                                                                                                         \
    "From: Luca Bianchi <luca@bar.test>\nTo: sara@caffe.test\nSubject: guasto\nDate: Tue, 3 Mar 2026 10:12:00 +0100\n" \
    "Message-ID: <2@bar.test>\nIn-Reply-To: <1@filo.test>\nReferences: <0@filo.test> <1@filo.test>\nMIME-Version: "    \
    "1.0\n"                                                                                                            \
    "Content-Type: multipart/mixed; boundary=in\n\n--in\nContent-Type: text/plain\n\nNon "                             \
    "scalda.\n--in\nContent-Type: "                                                                                    \
    "image/png; name=foto.png\nContent-Transfer-Encoding: base64\n\nAAAA\n--in--\n"

static ParsedMail parse_attached(Arena *arena, const char *subject, const char *words, const char *nested)
{
    ParsedMail mail;
    g_autofree char *raw = g_strdup_printf(
        "From: sara@caffe.test\nSubject: %s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n"
        "--out\nContent-Type: text/plain\n\n%s\n--out\nContent-Type: message/rfc822; name=\"guasto.eml\"\n"
        "Content-Disposition: attachment\n\n%s\n--out--\n",
        subject, words, nested);
    message_parse(arena, bytes_of(arena_strdup(arena, raw)), false, &mail);
    return mail;
}

static void test_attached(void)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    ParsedMail mail = parse_attached(arena, "Fwd: guasto", "Vedi\n-- \nSara Conti", NESTED);
    const ParsedForward *forward = &mail.forward;
    g_assert_cmpint(forward->kind, ==, PARSE_FORWARD_ATTACHED);
    g_assert_cmpstr(forward->address, ==, "luca@bar.test");
    g_assert_cmpstr(forward->name, ==, "Luca Bianchi");
    g_assert_cmpstr(forward->subject, ==, "guasto");
    g_assert_cmpstr(forward->text, ==, "Non scalda.");
    g_assert_cmpstr(forward->remark, ==, "Vedi");
    g_assert_cmpstr(forward->message_id, ==, "2@bar.test");
    g_assert_cmpstr(forward->in_reply_to, ==, "1@filo.test");
    g_assert_cmpuint(forward->reference_count, ==, 2);
    g_assert_cmpint(forward->at.at, ==, ROME);
    g_assert_cmpuint(mail.attachment_count, ==, 1);
    g_assert_cmpuint(forward->attachment_count, ==, 1);
    g_assert_cmpstr(forward->attachments[0].name, ==, "foto.png");
    g_assert_cmpuint(forward->attachments[0].size, ==, 3);
    g_assert_cmpuint(forward->attachments[0].offset, >, mail.attachments[0].offset);
    g_assert_cmpint(parse_attached(arena, "Un caso strano", "Guardate", NESTED).forward.kind, ==, PARSE_FORWARD_NONE);
    g_assert_cmpint(parse_attached(arena, "Un caso strano", "", NESTED).forward.kind, ==, PARSE_FORWARD_ATTACHED);
    ParsedMail two = parse_attached(arena, "Fwd: x", "", "From: a@x.it, b@x.it\nSubject: x\n\nciao\n");
    g_assert_cmpstr(two.forward.address, ==, "");
    ParsedMail robot = parse_attached(arena, "Fwd: x", "", "From: a@x.it\nAuto-Submitted: auto-replied\n\nciao\n");
    g_assert_true(robot.forward.is_auto);
}

static void test_dates(void)
{
    static const struct {
        const char *value;
        bool italian;
        ParseWhen when;
        TimeMs at;
    } dates[] = {
        {"mar 3 mar 2026 alle ore 10:12", false, PARSE_WHEN_FLOATING, WALL},
        {"03/03/2026 10:12", false, PARSE_WHEN_FLOATING, WALL},       /* the same either way */
        {"3/4/2026 10:12", false, PARSE_WHEN_NONE, TIME_NONE},        /* March or April? */
        {"3/4/2026 10:12", true, PARSE_WHEN_FLOATING, WALL + 31 * TIME_DAY},
        {"3/23/2026 10:12 AM", false, PARSE_WHEN_FLOATING, WALL + 20 * TIME_DAY},
        {"2026-03-03 10:12", false, PARSE_WHEN_FLOATING, WALL},
        {"Tue Mar 3 2026 10:12:00 PM", false, PARSE_WHEN_FLOATING, WALL + 12 * TIME_HOUR},
        {"3 Mar 2026 12:12 AM", false, PARSE_WHEN_FLOATING, WALL - 10 * TIME_HOUR},
        {"Tue, 3 Mar 2026 05:12:00 -0400", false, PARSE_WHEN_INSTANT, ROME},
        {"3 marzo 2026 10:12:00 CET", true, PARSE_WHEN_INSTANT, ROME},
        {"03.03.2026 10.12", true, PARSE_WHEN_FLOATING, WALL},
        {"31 febbraio 2026 10:12", true, PARSE_WHEN_NONE, TIME_NONE},
        {"ieri", true, PARSE_WHEN_NONE, TIME_NONE},
        {"3 marzo 2026", true, PARSE_WHEN_NONE, TIME_NONE},
        {"99999999999999999999 mar 2026 10:12", true, PARSE_WHEN_NONE, TIME_NONE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
        ParsedTime time = forward_date(dates[i].value, dates[i].italian);
        if (time.kind != dates[i].when || time.at != dates[i].at)
            g_test_fail_printf("%s: %d %" G_GINT64_FORMAT, dates[i].value, time.kind, time.at);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/programs", test_programs);
    g_test_add_func("/forward/none", test_no_forward);
    g_test_add_func("/forward/attached", test_attached);
    g_test_add_func("/forward/dates", test_dates);
    return g_test_run();
}
