/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/guard.h"

#include <glib.h>

static const char *const OWN[] = {"assistenza@filo.test", "ordini@filo.test"};

typedef struct Row {
    MailFacts facts; /* from_address and return_path NULL: an ordinary customer's */
    AckVerdict verdict;
    unsigned kinds;
} Row;

static void check_row(const Row *row)
{
    MailFacts facts = row->facts;
    facts.own_addresses = OWN;
    facts.own_count = G_N_ELEMENTS(OWN);
    if (!facts.from_address)
        facts.from_address = "luca@bar.test";
    g_assert_cmpstr(mail_ack_reason(mail_ack_decide(&facts)), ==, mail_ack_reason(row->verdict));
    g_assert_cmpuint(mail_classify(&facts), ==, row->kinds);
}

/* The rules of the channel page's loop guards, security A12, A14, A16, and the headers measured from a real Sieve
 * vacation and a real Postfix delivery report. */
static void test_headers(void)
{
    static const Row rows[] = {
        {{.return_path = "luca@bar.test"}, ACK_ALLOWED, 0},
        {{.auto_submitted = "no"}, ACK_ALLOWED, 0},
        {{.auto_submitted = " No (RFC 3834)"}, ACK_ALLOWED, 0},
        {{.auto_submitted = "auto-replied (vacation)", .precedence = "bulk", .auto_response_suppress = "All"},
         ACK_AUTO_SUBMITTED,
         MAIL_AUTO_REPLY | MAIL_LIST | MAIL_SAYS_AUTO},
        {{.auto_submitted = "auto-generated; owner-email=\"a@b.test\""}, ACK_AUTO_SUBMITTED, MAIL_AUTO_GENERATED},
        {{.auto_submitted = "notify"}, ACK_AUTO_SUBMITTED, MAIL_AUTO_GENERATED},
        {{.auto_submitted = ""}, ACK_AUTO_SUBMITTED, MAIL_AUTO_GENERATED},
        {{.has_auto_reply_header = true}, ACK_AUTO_SUBMITTED, MAIL_AUTO_REPLY},
        {{.precedence = "Bulk"}, ACK_PRECEDENCE, MAIL_LIST},
        {{.precedence = "list"}, ACK_PRECEDENCE, MAIL_LIST},
        {{.precedence = "junk"}, ACK_PRECEDENCE, MAIL_LIST},
        {{.precedence = "auto_reply"}, ACK_PRECEDENCE, MAIL_AUTO_REPLY},
        {{.precedence = "first-class"}, ACK_ALLOWED, 0},
        {{.auto_response_suppress = "DR, OOF, AutoReply"}, ACK_SUPPRESSED, 0},
        {{.auto_response_suppress = "all"}, ACK_SUPPRESSED, 0},
        {{.auto_response_suppress = "DR, RN"}, ACK_ALLOWED, 0},
        {{.has_list_header = true}, ACK_LIST, MAIL_LIST},
        {{.has_loop_header = true}, ACK_LOOP, 0},
        {{.has_loop_header = true, .filo_loop = "aiuto@altra.test"}, ACK_LOOP, 0},
        {{.has_loop_header = true, .filo_loop = "aiuto@altra.test", .auto_submitted = "auto-generated"},
         ACK_AUTO_SUBMITTED,
         MAIL_AUTO_REPLY},
        {{.has_loop_header = true, .filo_loop = "Assistenza@filo.test"}, ACK_LOOP, MAIL_OWN_LOOP},
        {{.return_path = ""}, ACK_NULL_SENDER, 0},
        {{.return_path = "<>"}, ACK_NULL_SENDER, 0},
        {{.return_path = "<>",
          .from_address = "MAILER-DAEMON@mx.test",
          .content_type = "multipart/report",
          .report_type = "delivery-status",
          .auto_submitted = "auto-replied"},
         ACK_NULL_SENDER,
         MAIL_BOUNCE | MAIL_AUTO_REPLY | MAIL_SAYS_AUTO},
        {{.return_path = "<>", .from_address = "postmaster@mx.test"}, ACK_NULL_SENDER, MAIL_BOUNCE},
        {{.from_address = "postmaster@mx.test"}, ACK_ROBOT_ADDRESS, 0},
        {{.from_address = "Mailer-Daemon@mx.test"}, ACK_ROBOT_ADDRESS, MAIL_BOUNCE},
        {{.content_type = "Multipart/Report", .report_type = "Delivery-Status"}, ACK_BOUNCE, MAIL_BOUNCE},
        {{.content_type = "multipart/report", .report_type = "disposition-notification"}, ACK_BOUNCE, MAIL_RECEIPT},
        {{.has_failed_recipients_header = true}, ACK_BOUNCE, MAIL_BOUNCE},
        {{.from_address = "No-Reply@shop.test"}, ACK_ROBOT_ADDRESS, 0},
        {{.from_address = "noreply+tag@shop.test"}, ACK_ROBOT_ADDRESS, 0},
        {{.from_address = "non-rispondere@inps.test"}, ACK_ROBOT_ADDRESS, 0},
        {{.from_address = "noreplya@shop.test"}, ACK_ALLOWED, 0},
        {{.from_address = "Assistenza@FILO.test"}, ACK_FROM_OWN, MAIL_FROM_OWN},
        {{.from_address = "assistenza+t.abc@filo.test"}, ACK_FROM_OWN, MAIL_FROM_OWN},
        {{.from_address = "assistenzax@filo.test"}, ACK_ALLOWED, 0},
        {{.from_address = "assistenza+t.abc@altra.test"}, ACK_ALLOWED, 0},
        {{.from_address = "assist@filo.test"}, ACK_ALLOWED, 0},
        {{.from_address = "", .auto_submitted = NULL}, ACK_NO_SENDER, 0},
        {{.from_address = "undisclosed"}, ACK_NO_SENDER, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        check_row(&rows[i]);
    }
}

/* Subjects as Exchange, Outlook and webmails write them in Italian and English; the last are people's. */
static void test_absence_subjects(void)
{
    static const char *const notices[] = {
        "Risposta automatica: Re: La macchina perde [#10001]",
        "Automatic reply: Your request",
        "Fuori ufficio: Re: ordine",
        "FUORI UFFICIO",
        "Out of Office: Re: ordine",
        "Out of Office AutoReply: ordine",
        "Out of the office - Luca Bianchi",
        "[EXT] Automatic reply: ordine",
        "Re\314\201ponse automatique : commande", /* the accent as a mark of its own */
        "Abwesenheitsnotiz: Bestellung",
        "Assenza dall\u2019ufficio", /* U+2019, as programs set it */
    };
    static const char *const people[] = {
        "Re: Risposta automatica: La macchina perde", "La risposta automatica non parte", "Risposta automatica non attiva",
        "Fuori ufficio la macchina non parte",        "Out of office hours we need help", "Assente", "", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
        check_row(&(Row){{.subject = notices[i]}, ACK_ABSENCE, MAIL_ABSENCE_SUBJECT});
    for (size_t i = 0; i < G_N_ELEMENTS(people); i++)
        check_row(&(Row){{.subject = people[i]}, ACK_ALLOWED, 0});
}

/* HCL Domino's notices, in Italian and English; the last two are machines that sell cars. */
static void test_absences_of_domino(void)
{
    static const char *const notices[] = {"AUTO: Luca Bianchi è fuori ufficio (ritorno 12/05/2026)",
                                          "AUTO: Luca Bianchi is out of the office (returning 12/05/2026)"};
    static const char *const others[] = {"AUTO: nuova richiesta dal sito", "Preventivo AUTO: assente"};
    for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
        check_row(&(Row){{.subject = notices[i], .auto_submitted = "auto-generated"},
                         ACK_AUTO_SUBMITTED,
                         MAIL_AUTO_GENERATED | MAIL_ABSENCE_SUBJECT});
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        check_row(&(Row){
            {.subject = others[i], .auto_submitted = "auto-generated"}, ACK_AUTO_SUBMITTED, MAIL_AUTO_GENERATED});
    check_row(&(Row){{.subject = notices[0]}, ACK_ALLOWED, 0}); /* whoever quotes it in a mail of their own */
}

static void test_every_verdict_has_its_word(void)
{
    for (int verdict = 0; verdict < ACK_VERDICTS; verdict++)
        for (int other = 0; other < verdict; other++)
            g_assert_cmpstr(mail_ack_reason((AckVerdict)verdict), !=, mail_ack_reason((AckVerdict)other));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-guard/headers", test_headers);
    g_test_add_func("/mail-guard/absence", test_absence_subjects);
    g_test_add_func("/guard/domino", test_absences_of_domino);
    g_test_add_func("/mail-guard/words", test_every_verdict_has_its_word);
    return g_test_run();
}
