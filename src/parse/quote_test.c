/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/quote.h"

#include <glib.h>
#include <string.h>

/* The text before the fold. Every example is written by hand after what the named program sends. */
static const struct {
    const char *name, *text, *kept;
} cases[] = {
    {"nothing quoted", "Buongiorno,\nnon funziona.\n", "Buongiorno,\nnon funziona.\n"},
    {"gmail italian", "Va bene.\n\nIl giorno mar 3 mar 2026 alle ore 10:12 Anna <a@x.it> ha scritto:\n\n> ciao\n",
     "Va bene.\n\n"},
    {"gmail english, wrapped", "Fine.\nOn Tue, Mar 3, 2026 at 10:12 AM Anna Very Long Name\n<a@x.it> wrote:\n> hi\n",
     "Fine.\n"},
    {"thunderbird", "Ok\n\nIl 03/03/2026 10:12, Anna ha scritto:\n> ciao\n", "Ok\n\n"},
    {"outlook italian", "Grazie\n\n________________________________\nDa: Anna <a@x.it>\nInviato: 3 marzo 2026\nA: b@y.it\n"
     "Oggetto: R: guasto\n\nciao\n", "Grazie\n\n"},
    {"outlook english", "Thanks\nFrom: Anna\nSent: Tuesday\nTo: B\nSubject: RE: x\n\nhi\n", "Thanks\n"},
    {"outlook express", "Si\n-----Messaggio originale-----\nciao\n", "Si\n"},
    {"forward", "Vedi sotto\n---------- Forwarded message ---------\nFrom: x\n",
     "Vedi sotto\n---------- Forwarded message ---------\nFrom: x\n"},
    {"our marker first",
     QUOTE_MARKER " Scrivi sopra questa riga\n\nNuovo\n\nIl 3 marzo 2026 Sara ha scritto:\n> vecchio\n",
     QUOTE_MARKER " Scrivi sopra questa riga\n\nNuovo\n\n"},
    {"our marker", "Risposta\n" QUOTE_MARKER " Scrivi sopra questa riga\nvecchio\n", "Risposta\n"},
    {"tail of >", "Nuovo\n> vecchio\n> altro\n", "Nuovo\n"},
    {"answers between", "> prima?\nsi\n> seconda?\nno\n", "> prima?\nsi\n> seconda?\nno\n"},
    {"only a quotation", "> tutto\n> vecchio\n", "> tutto\n> vecchio\n"},
    {"answer below", "Il 3 marzo Anna ha scritto:\n> ciao\nrispondo sotto\n",
     "Il 3 marzo Anna ha scritto:\n> ciao\nrispondo sotto\n"},
    {"greeting, then answers between",
     "Buongiorno,\n\nIl 03/03/26 10:12, Anna ha scritto:\n> prima?\nsi\n> seconda?\nno\n",
     "Buongiorno,\n\nIl 03/03/26 10:12, Anna ha scritto:\n> prima?\nsi\n> seconda?\nno\n"},
    {"greeting, then an answer below", "Hello,\nOn 3 March 2026 Anna wrote:\n\n> hi\n\nsee below\n",
     "Hello,\nOn 3 March 2026 Anna wrote:\n\n> hi\n\nsee below\n"},
    {"apple mail, over three lines",
     "Grazie\n\nInviato da iPhone\n\n> Il giorno 3 mar 2026, alle ore 10:12, Anna\n> <a@x.it> ha scritto:\n> \n> "
     "ciao\n",
     "Grazie\n\nInviato da iPhone\n\n"},
    {"attribution over two lines, then quoted",
     "Ok\nIl giorno 3 mar 2026, alle ore 10:12, Anna Rossi\n<a@x.it> ha scritto:\n\n> ciao\n", "Ok\n"},
    {"attribution, quotation without >", "Ok\nIl giorno 3 mar 2026 Anna ha scritto:\n\nciao\n", "Ok\n"},
    {"a forward with nothing above", "---------- Forwarded message ---------\nFrom: Anna\nDate: 3 March\n\nhi\n",
     "---------- Forwarded message ---------\nFrom: Anna\nDate: 3 March\n\nhi\n"},
    {"no attribution without a date", "Il tecnico ha scritto:\nnulla\n", "Il tecnico ha scritto:\nnulla\n"},
    {"Da: in a sentence", "Da: domani non ci sono\nciao\n", "Da: domani non ci sono\nciao\n"},
    {"thunderbird english", "Ok\n\nOn 03/03/2026 10:12, Anna wrote:\n> hi\n>> older\n", "Ok\n\n"},
    {"apple mail italian", "Bene.\n\nIl giorno 3 mar 2026, alle ore 10:12, Anna <a@x.it> ha scritto:\n\n> ciao\n", "Bene.\n\n"},
    {"apple mail english", "Fine.\n\n> On 3 Mar 2026, at 10:12, Anna <a@x.it> wrote:\n> \n> hi\n", "Fine.\n\n"},
    {"outlook for mac",
     "Va bene\n\nDa: Anna <a@x.it>\nData: martedì, 3 marzo 2026 10:12\nA: Bruno <b@y.it>\nOggetto: Re: guasto\n\nciao\n",
     "Va bene\n\n"},
    {"new outlook, rule and bold names",
     "Ricevuto\n\n________________________________\n*Da:* Anna <a@x.it>\n*Inviato:* martedì 3 marzo 2026 10:12\n*A:* b\n"
     "*Oggetto:* guasto\nciao\n",
     "Ricevuto\n\n"},
    {"outlook with Cc and importance",
     "Ok\nFrom: Anna <a@x.it>\nSent: Tuesday, March 3, 2026 10:12 AM\nTo: B <b@y.it>\nCc: C <c@z.it>\n"
     "Importance: High\nSubject: RE: x\nhi\n",
     "Ok\n"},
    {"outlook for android",
     "Confermo.\n\nOttieni Outlook per Android<https://aka.ms/x>\n________________________________\nFrom: Anna\n"
     "Sent: Tuesday, March 3, 2026 10:12:00 AM\nTo: B\nSubject: x\n\nhi\n",
     "Confermo.\n\nOttieni Outlook per Android<https://aka.ms/x>\n"},
    {"windows mail",
     "Ok\n\nInviato da Posta per Windows\n\nDa: Anna\nInviato: martedì 3 marzo 2026 10:12\nA: b@y.it\nOggetto: x\n\nciao\n",
     "Ok\n\nInviato da Posta per Windows\n\n"},
    {"yahoo italian",
     "Sì\n\n    Il martedì 3 marzo 2026 alle ore 10:12:33 CET, Anna <a@x.it> ha scritto:\n\n ciao\n", "Sì\n\n"},
    {"yahoo, older", "Sì\nIn data martedì 3 marzo 2026 10:12, Anna <a@x.it> ha scritto:\nciao\n", "Sì\n"},
    {"yahoo english", "Yes\n\n    On Tuesday, March 3, 2026 at 10:12:33 AM GMT+1, Anna <a@x.it> wrote:\n\n hi\n",
     "Yes\n\n"},
    {"libero",
     "Grazie mille\n\n---------- Messaggio originale ----------\nDa: Anna <a@x.it>\nA: b@y.it\n"
     "Data: 3 marzo 2026 alle 10.12\nOggetto: Re: x\n\nciao\n",
     "Grazie mille\n\n"},
    {"libero, one line", "Grazie\nIl 3 marzo 2026 alle 10.12 Anna <a@x.it> ha scritto:\n\nciao\n", "Grazie\n"},
    {"open-xchange", "Ok\n> Il 03/03/2026 10:12 CET Anna <a@x.it> ha scritto:\n> \n> ciao\n", "Ok\n"},
    {"aruba webmail",
     "Buongiorno, confermo.\n\nDa: \"Anna\" a@x.it\nA: b@y.it\nCc: \nData: Tue, 3 Mar 2026 10:12:00 +0100\nOggetto: Re: x\n"
     "\nciao\n",
     "Buongiorno, confermo.\n\n"},
    {"roundcube (Aruba, Tiscali)", "Ok\n\nIl 2026-03-03 10:12 Anna ha scritto:\n> ciao\n", "Ok\n\n"},
    {"tiscali", "Ok\n\nIl 03.03.2026 10:12 a@x.it ha scritto:\n\nciao\n", "Ok\n\n"},
    {"roundcube english", "Ok\n\nOn 2026-03-03 10:12, Anna wrote:\n> hi\n", "Ok\n\n"},
    {"samsung",
     "Arrivo alle 9\n\nInviato dal mio Galaxy\n\n-------- Messaggio originale --------\nDa: Anna <a@x.it> \n"
     "Data: 03/03/26 10:12 (GMT+01:00) \nA: b@y.it \nOggetto: x \n\nciao\n",
     "Arrivo alle 9\n\nInviato dal mio Galaxy\n\n"},
    {"samsung english", "At 9\n\n-------- Original message --------\nFrom: Anna\nDate: 03/03/26\nTo: b\nSubject: x\nhi\n",
     "At 9\n\n"},
    {"k-9", "Ok\n\nIl 3 marzo 2026 10:12:00 CET, Anna <a@x.it> ha scritto:\n>ciao\n-- \nInviato da K-9\n",
     "Ok\n\nIl 3 marzo 2026 10:12:00 CET, Anna <a@x.it> ha scritto:\n>ciao\n-- \nInviato da K-9\n"},
    {"zimbra",
     "Bene\n\n----- Messaggio originale -----\nDa: \"Anna\" <a@x.it>\nA: b@y.it\nInviato: Martedì, 3 marzo 2026 10:12:00\n"
     "Oggetto: x\n\nciao\n",
     "Bene\n\n"},
    {"proton", "Ok\n\nOn Tuesday, March 3rd, 2026 at 10:12 AM, Anna <a@x.it> wrote:\n\n> hi\n", "Ok\n\n"},
    {"em client", "Ok\n\n------ Messaggio Originale ------\nDa: \"Anna\" <a@x.it>\nA: b\nInviato: 03/03/2026\nOggetto: x\n",
     "Ok\n\n"},
    {"gmail of years ago", "Ok\n\n2014-03-03 10:12 GMT+01:00 Anna <a@x.it>:\n\n> ciao\n", "Ok\n\n"},
    {"name alone above >", "Ok\n\nAnna ha scritto:\n> ciao\n", "Ok\n\n"},
    {"a rule of dashes above the block", "Ok\n---\nDa: Anna\nInviato: ieri\nA: b\nOggetto: x\nciao\n", "Ok\n"},
    {"signature, then quotation", "Ok\n\n-- \nBruno Neri\ntel. 02 1234\n\nIl 03/03/26 10:12, Anna ha scritto:\n> ciao\n",
     "Ok\n\n-- \nBruno Neri\ntel. 02 1234\n\n"},
    {"disclaimer, then quotation",
     "Ok\n\nQuesto messaggio è riservato ai destinatari.\n\nDa: Anna\nInviato: ieri\nA: b\nOggetto: x\nciao\n",
     "Ok\n\nQuesto messaggio è riservato ai destinatari.\n\n"},
    {"quotation, then disclaimer: shown", "Ok\n> ciao\n\nQuesto messaggio è riservato.\n",
     "Ok\n> ciao\n\nQuesto messaggio è riservato.\n"},
    /* Nothing new above: what they wrote may lie below, and stays in sight. */
    {"footer alone, answer below an unmarked quotation",
     "Inviato da iPhone\n\nIl giorno 3 mar 2026 alle 10:12 Anna <a@x.it> ha scritto:\n\nciao\nva bene domani\n",
     "Inviato da iPhone\n\nIl giorno 3 mar 2026 alle 10:12 Anna <a@x.it> ha scritto:\n\nciao\nva bene domani\n"},
    {"english footer alone", "Sent from my iPhone\n\n> hi\n", "Sent from my iPhone\n\n> hi\n"},
    {"outlook's footer alone", "Get Outlook for Android\nFrom: A\nSent: x\nTo: B\nSubject: x\nhi\nno!\n",
     "Get Outlook for Android\nFrom: A\nSent: x\nTo: B\nSubject: x\nhi\nno!\n"},
    {"signature alone, answer inside", "-- \nBruno\n\nDa: A\nInviato: x\nA: B\nOggetto: x\n[la risposta]\n",
     "-- \nBruno\n\nDa: A\nInviato: x\nA: B\nOggetto: x\n[la risposta]\n"},
    {"bottom posting", "On 3 March 2026 10:12, Anna wrote:\n> hi\n\nThe boiler is still cold.\n\nBruno\n",
     "On 3 March 2026 10:12, Anna wrote:\n> hi\n\nThe boiler is still cold.\n\nBruno\n"},
    {"interleaved, last part folded", "> prima?\nsi\n> seconda?\n", "> prima?\nsi\n"},
    {"a person's sentence is no attribution", "Buongiorno,\nil 3 marzo il vostro tecnico ha scritto:\ntutto a posto\nnon è vero\n",
     "Buongiorno,\nil 3 marzo il vostro tecnico ha scritto:\ntutto a posto\nnon è vero\n"},
    {"a person's sentence, english", "Hi,\non the 3rd your technician wrote:\nall fine\nwhich is not true\n",
     "Hi,\non the 3rd your technician wrote:\nall fine\nwhich is not true\n"},
    {"a transport is no block", "Serve un trasporto\nDa: Milano\nData: 12/3\nA: Roma\nColli: 4\n",
     "Serve un trasporto\nDa: Milano\nData: 12/3\nA: Roma\nColli: 4\n"},
    {"underlined words", "Titolo\n--------------\nparole\n", "Titolo\n--------------\nparole\n"},
    {"forward by thunderbird", "Guardi\n\n-------- Messaggio Inoltrato --------\nOggetto: x\nData: ieri\nMittente: Anna\n\n> a\n",
     "Guardi\n\n-------- Messaggio Inoltrato --------\nOggetto: x\nData: ieri\nMittente: Anna\n\n> a\n"},
    {"forward by apple mail", "Guardi\n\nInizio messaggio inoltrato:\n\n> Da: Anna\n> Oggetto: x\n> \n> ciao\n",
     "Guardi\n\nInizio messaggio inoltrato:\n\n> Da: Anna\n> Oggetto: x\n> \n> ciao\n"},
    {"forward by apple mail, quoted", "See\n\n> Begin forwarded message:\n> \n> From: Anna\n> Subject: x\n> \n> hi\n",
     "See\n\n> Begin forwarded message:\n> \n> From: Anna\n> Subject: x\n> \n> hi\n"},
    {"forward of a reply", "Vedi\n---------- Forwarded message ---------\nDa: Anna\n\nok\n\nIl 3/3/26 10:12 B ha scritto:\n> x\n",
     "Vedi\n---------- Forwarded message ---------\nDa: Anna\n\nok\n\nIl 3/3/26 10:12 B ha scritto:\n> x\n"},
    {"forward within a quotation", "Ok\nDa: A\nInviato: x\nA: B\nOggetto: y\n\n---- Messaggio inoltrato ----\nciao\n",
     "Ok\n"},
    {"no-break spaces around", "Ok\n\xc2\xa0\nDa:\xc2\xa0" "Anna\nInviato:\xc2\xa0ieri\nA: b\nOggetto: x\nciao\n", "Ok\n\xc2\xa0\n"},
    {"empty", "", ""},
};

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t at = quote_split(cases[i].text, strlen(cases[i].text));
        g_autofree char *kept = g_strndup(cases[i].text, at);
        if (strcmp(kept, cases[i].kept) != 0)
            g_test_fail_printf("%s: kept \"%s\"", cases[i].name, kept);
    }
}

static void test_forwards(void)
{
    static const struct {
        const char *subject;
        bool forward;
    } subjects[] = {{"I: guasto", true},   {"Fwd: x", true},  {"FW: RE: x", true}, {" fwd: x", true}, {"R: I: guasto", false},
                    {"Re: Fwd: x", false}, {"In: x", false}, {"Indagine", false}, {"", false}};
    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
        if (quote_subject_is_forward(subjects[i].subject) != subjects[i].forward)
            g_test_fail_printf("%s", subjects[i].subject);
    const char *forward = "---\n> \n> Begin forwarded message:\n", *reply = "> Il giorno x Anna ha scritto:\n";
    g_assert_true(quote_is_forward(forward, strlen(forward)));
    g_assert_false(quote_is_forward(reply, strlen(reply)));
    g_assert_false(quote_is_forward("", 0));
}

/* What is left when every quotation is taken out; NULL: it cannot be told. */
static void test_take_out(void)
{
    static const struct {
        const char *text, *left;
    } rows[] = {
        {"Arrivo alle 9.\n", "Arrivo alle 9.\n"},
        {"Il giorno ven 27 nov 2026 alle ore 10:00 Caffemeccanica ha scritto:\n> Luca ha scritto sulla richiesta 7:\n>\n"
         "> Perde.\n\nChiuda il rubinetto.\n",
         "\nChiuda il rubinetto.\n"},
        {"> prima?\nsi\n> seconda?\nno\n", "si\nno\n"},
        {"Buongiorno,\n\nOn 3 March 2026, Anna\n<a@x.it> wrote:\n> hi\n\nsee below\n", "Buongiorno,\n\n\nsee below\n"},
        {"> tutto\n> vecchio\n", ""},
        {"", ""},
        {"________________________________\nDa: Anna <a@x.it>\nInviato: 3 marzo 2026\nA: b@y.it\nOggetto: R: guasto\n\nciao\n"
         "\nrispondo sotto\n",
         NULL},
        {"Il giorno 3 mar 2026 alle 10:12 Anna ha scritto:\n\nciao\n\nrispondo sotto\n", NULL},
        {QUOTE_MARKER " Scriva sopra\n\nLuca ha scritto sulla richiesta 7:\nrispondo\n", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *left = quote_take_out(rows[i].text, strlen(rows[i].text));
        g_assert_cmpstr(left, ==, rows[i].left);
    }
}

static void test_linear_on_hostile_text(void)
{
    static const char *const pieces[] = {">", "> \n", "il \n", "Da:\n", "On 1 \n", "-", "_", "\n", "a wrote:\n", "> ---\n", "-- \n"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) text = g_string_new("x\n");
        while (text->len < 1000000)
            g_string_append(text, pieces[i]);
        gint64 before = g_get_monotonic_time();
        g_assert_cmpuint(quote_split(text->str, text->len), <=, text->len);
        g_assert_cmpint(g_get_monotonic_time() - before, <, 2 * G_USEC_PER_SEC);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quote/cases", test_cases);
    g_test_add_func("/quote/forwards", test_forwards);
    g_test_add_func("/quote/take-out", test_take_out);
    g_test_add_func("/quote/linear", test_linear_on_hostile_text);
    return g_test_run();
}
