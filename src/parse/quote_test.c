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
    {"forward", "Vedi sotto\n---------- Forwarded message ---------\nFrom: x\n", "Vedi sotto\n"},
    {"our marker", "Risposta\n" QUOTE_MARKER " Scrivi sopra questa riga\nvecchio\n", "Risposta\n"},
    {"tail of >", "Nuovo\n> vecchio\n> altro\n", "Nuovo\n"},
    {"answers between", "> prima?\nsi\n> seconda?\nno\n", "> prima?\nsi\n> seconda?\nno\n"},
    {"only a quotation", "> tutto\n> vecchio\n", "> tutto\n> vecchio\n"},
    {"answer below", "Il 3 marzo Anna ha scritto:\n> ciao\nrispondo sotto\n",
     "Il 3 marzo Anna ha scritto:\n> ciao\nrispondo sotto\n"},
    {"no attribution without a date", "Il tecnico ha scritto:\nnulla\n", "Il tecnico ha scritto:\nnulla\n"},
    {"Da: in a sentence", "Da: domani non ci sono\nciao\n", "Da: domani non ci sono\nciao\n"},
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

static void test_linear_on_hostile_text(void)
{
    static const char *const pieces[] = {">", "> \n", "il \n", "Da:\n", "On 1 \n", "-", "_", "\n"};
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
    g_test_add_func("/quote/linear", test_linear_on_hostile_text);
    return g_test_run();
}
