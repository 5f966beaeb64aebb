/* SPDX-License-Identifier: EUPL-1.2 */
/* The sentences are as people write to a customer care, made up here; what they are written in is plain to a reader. */
#include "desk/intake/tongue.h"

#include <glib.h>
#include <string.h>

#define NONE "none"

typedef struct Case {
    const char *text, *expected;
} Case;

static const char *tongue_of(const char *text, const char *hint)
{
    Lang lang;
    return tongue_guess(text, hint, &lang) ? lang_tag(lang) : NONE;
}

static void check_cases(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tongue_of(cases[i].text, NULL), cases[i].expected) != 0)
            g_error("'%s' is told to be %s, not %s", cases[i].text, tongue_of(cases[i].text, NULL), cases[i].expected);
}

#define CHECK(cases) check_cases((cases), G_N_ELEMENTS(cases))

static void test_italian(void)
{
    static const Case cases[] = {
        {"Buongiorno, la caldaia non parte e perde acqua da ieri.", "it"},
        {"La macchina del caffè è guasta, potete mandare un tecnico?", "it"},
        {"Salve, vorrei sapere quando arriva il pezzo di ricambio. Grazie", "it"},
        {"BUONGIORNO, LA CALDAIA NON PARTE. GRAZIE", "it"},
        {"Non so perché, ma dell'acqua esce dalla valvola.", "it"},
        {"Si è già rotto, così com’è non si può usare", "it"},
        {"Perche' non funziona piu'? Il display e' spento", "it"},
        {"Vorremmo un preventivo per la manutenzione dell'impianto", "it"},
    };
    CHECK(cases);
}

static void test_english(void)
{
    static const Case cases[] = {
        {"Hello, my boiler does not start and it is leaking.", "en"},
        {"The coffee machine doesn't work since yesterday", "en"},
        {"Could you please send us the spare part?", "en"},
        {"Where is my order?", "en"},
        {"Dear Sirs,\n\nwe’ve tried to call you but nobody answers.\n\nRegards\nJohn", "en"},
        {"I can't turn it on. What should I do?", "en"},
    };
    CHECK(cases);
}

static void test_neither(void)
{
    static const Case cases[] = {
        {"", NONE},
        {"Caldaia ferma urgente", NONE},
        {"Please help me", NONE},
        {"33612 0733 960000 12,50 2026-03-01", NONE},
        {"Ok grazie", NONE},
        {"Ciao a tutti,\nEnrico", NONE},
        /* French, German, Spanish, Portuguese, Dutch */
        {"Bonjour, la machine ne marche pas et le voyant est rouge. Pouvez-vous nous aider ? Merci", NONE},
        {"La chaudière ne démarre plus depuis hier, il y a de l'eau par terre. Où est le technicien ?", NONE},
        {"Guten Tag, die Maschine ist kaputt und wir haben kein Wasser. Bitte um Hilfe.", NONE},
        {"Was kann ich tun? Es geht nicht mehr, bitte schicken Sie einen Techniker.", NONE},
        {"Hola, la máquina no funciona con una pieza que se ha roto, gracias", NONE},
        {"A máquina não funciona, para o conserto preciso de uma peça que se partiu. Obrigado", NONE},
        {"De machine werkt niet en wij hebben geen water, het is van de vorige week", NONE},
        /* both at once */
        {"la caldaia non parte e perde / the boiler does not start and is leaking", NONE},
        {"Sul display leggo «the device is not ready», la luce non c'è", NONE},
    };
    CHECK(cases);
}

static void test_codes_and_addresses(void)
{
    static const Case cases[] = {
        {"https://www.example.test/the/boiler/is/not and_the_is WITH-4000 is@the.test E12 AND-2", NONE},
        {"Modello IS-2000, reparto IT: la scheda non si accende e il display è spento", "it"},
        {"V2 25-01837: the steam wand is blocked and it drips", "en"},
    };
    CHECK(cases);
}

static void test_only_their_own_words(void)
{
    static const Case cases[] = {
        /* a quotation in the other language, above and below */
        {"> La caldaia non parte e il display è spento, grazie di tutto\nIt is still broken, please help us.", "en"},
        {"It is still broken, please help us.\n> La caldaia non parte\n> e il display è spento, grazie di tutto", "en"},
        /* a signature */
        {"Caldaia ferma\n-- \nThis is the desk of John, who is not in the office on Monday", NONE},
        /* what a company's mail server writes below, in the other language */
        {"Buongiorno,\n\nla caldaia non parte.\n\nMario Rossi\n\nThis message and any attachments are confidential and "
         "are for the use of the person they are sent to. If you are not that person please tell us.",
         "it"},
        {"Hello,\n\nthe boiler is not working.\n\nAnn\n\nQuesto messaggio e gli allegati sono riservati e non possono "
         "essere letti da chi non è il destinatario, che è pregato di dare notizia.",
         "en"},
        /* not UTF-8 from there on */
        {"Hello, my boiler is broken. \xff la caldaia non parte e perde", "en"},
    };
    CHECK(cases);
}

static void test_hint(void)
{
    g_assert_cmpstr(tongue_of("33612", "en-GB"), ==, "en");
    g_assert_cmpstr(tongue_of("Caldaia ferma", "it"), ==, "it");
    g_assert_cmpstr(tongue_of("Help", " en"), ==, NONE); /* a header's value comes trimmed */
    g_assert_cmpstr(tongue_of("33612", "it, en"), ==, NONE);
    g_assert_cmpstr(tongue_of("33612", "fr"), ==, NONE);
    g_assert_cmpstr(tongue_of("33612", "english"), ==, NONE);
    /* the words speak against it: many an Italian mail program says en-US */
    g_assert_cmpstr(tongue_of("La caldaia non parte", "en-US"), ==, NONE);
    g_assert_cmpstr(tongue_of("Buongiorno, la caldaia non parte e perde acqua.", "en-US"), ==, "it");
    g_assert_cmpstr(tongue_of("Bonjour, la machine ne marche pas", "it"), ==, NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tongue/italian", test_italian);
    g_test_add_func("/tongue/english", test_english);
    g_test_add_func("/tongue/neither", test_neither);
    g_test_add_func("/tongue/codes-and-addresses", test_codes_and_addresses);
    g_test_add_func("/tongue/only-their-own-words", test_only_their_own_words);
    g_test_add_func("/tongue/hint", test_hint);
    return g_test_run();
}
