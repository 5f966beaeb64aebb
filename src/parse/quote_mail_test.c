/* SPDX-License-Identifier: EUPL-1.2 */
/* Quotations as mail programs mark them in HTML: the text before the fold. Written by hand after what they send. */
#include "parse/message_int.h"

#include <string.h>

static const struct {
    const char *name, *subject, *html, *kept;
} cases[] = {
    {"gmail", "Re: x",
     "<div dir=ltr>Va bene</div><br><div class=\"gmail_quote\"><div dir=ltr class=\"gmail_attr\">Il giorno mar 3 mar 2026 "
     "alle ore 10:12 Anna &lt;a@x.it&gt; ha scritto:<br></div><blockquote class=\"gmail_quote\">ciao</blockquote></div>",
     "Va bene\n\n"},
    {"gmail, answer below", "Re: x",
     "<div class=\"gmail_quote\"><div class=\"gmail_attr\">Il giorno 3 mar 2026 Anna ha scritto:</div><blockquote "
     "class=\"gmail_quote\">ciao</blockquote></div><div>rispondo sotto</div>",
     NULL},
    {"gmail, greeting and answers between", "Re: x",
     "<div>Buongiorno</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">Il 3 mar 2026 Anna ha scritto:</div>"
     "<blockquote class=\"gmail_quote\">prima?</blockquote><div>si</div><blockquote class=\"gmail_quote\">seconda?"
     "</blockquote><div>no</div></div>",
     NULL},
    {"gmail, last quotation unanswered", "Re: x",
     "<div class=\"gmail_quote\"><blockquote class=\"gmail_quote\">prima?</blockquote><div>si</div><blockquote "
     "class=\"gmail_quote\">seconda?</blockquote></div>",
     "> prima?\n\nsi\n\n"},
    {"gmail forward", "Fwd: x",
     "<div>Vedi</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- Forwarded message ---------<br>Da: "
     "Anna</div>ciao</div>",
     NULL},
    {"gmail forward, subject changed", "guasto",
     "<div>Vedi</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- Forwarded message ---------<br>Da: "
     "Anna</div>ciao</div>",
     NULL},
    {"outlook on the web", "R: x",
     "<div>Grazie</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>Da:</b> Anna<br><b>Inviato:</b> 3 marzo"
     "<br><b>A:</b> B<br><b>Oggetto:</b> x</div><div>ciao</div>",
     "Grazie\n"},
    {"outlook forwards the same way", "I: x",
     "<div>Vedi</div><div id=\"divRplyFwdMsg\"><b>Da:</b> Anna<br><b>Inviato:</b> 3 marzo<br><b>A:</b> B<br><b>Oggetto:</b> "
     "x</div><div>ciao</div>",
     NULL},
    {"outlook of the desktop", "R: x",
     "<div><p>Grazie</p><div><div style=\"border-top:solid\"><p><b>Da:</b> Anna<br><b>Inviato:</b> 3 marzo<br><b>A:</b> B<br>"
     "<b>Oggetto:</b> x</p></div></div><p>ciao</p></div>",
     "Grazie\n\n"},
    {"outlook for telephones", "R: x",
     "<div>Ok</div><div id=\"ms-outlook-mobile-signature\">Ottieni Outlook per iOS</div><div "
     "id=\"mail-editor-reference-message-container\"><div>Da: Anna<br>Inviato: ieri<br>A: B<br>Oggetto: x</div>ciao</div>",
     "Ok\nOttieni Outlook per iOS\n"},
    {"apple mail", "Re: x",
     "<div>Va bene</div><div><br><blockquote type=\"cite\"><div>Il giorno 3 mar 2026, alle ore 10:12, Anna ha scritto:"
     "</div><br><div>ciao</div></blockquote></div>",
     "Va bene\n\n"},
    {"apple mail, answers between", "Re: x",
     "<div>Salve</div><blockquote type=\"cite\"><div>prima?</div></blockquote><div>si</div><blockquote "
     "type=\"cite\">seconda?</blockquote><div>no</div>",
     NULL},
    {"apple mail forward", "x",
     "<div>Vedi</div><blockquote type=\"cite\"><div>Inizio messaggio inoltrato:</div><div><b>Da: </b>Anna</div>ciao"
     "</blockquote>",
     NULL},
    {"thunderbird", "Re: x",
     "<p>Ok</p><div class=\"moz-cite-prefix\">Il 03/03/2026 10:12, Anna ha scritto:<br></div><blockquote "
     "type=\"cite\"><p>ciao</p></blockquote>",
     "Ok\n\n"},
    {"thunderbird, answer below", "Re: x",
     "<p>Salve</p><div class=\"moz-cite-prefix\">Il 03/03/2026 10:12, Anna ha scritto:<br></div><blockquote "
     "type=\"cite\"><p>ciao</p></blockquote><p>rispondo sotto</p>",
     NULL},
    {"roundcube", "Re: x",
     "<p>Ok</p><p id=\"reply-intro\">Il 2026-03-03 10:12 Anna ha scritto:</p><blockquote type=\"cite\">ciao</blockquote>",
     "Ok\n\n"},
    {"roundcube, answer below", "Re: x",
     "<p>Salve</p><p id=\"reply-intro\">Il 2026-03-03 10:12 Anna ha scritto:</p><blockquote "
     "type=\"cite\">ciao</blockquote><p>sotto</p>",
     NULL},
    {"yahoo", "Re: x",
     "<div>Sì</div><div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\"><div>Il martedì 3 marzo 2026 alle ore 10:12 Anna ha "
     "scritto:</div><div>ciao</div></div>",
     "Sì\n"},
    {"yahoo, answer below", "Re: x",
     "<div>Salve</div><div class=\"yahoo_quoted\"><div>Il martedì 3 marzo 2026 alle ore 10:12 Anna ha scritto:</div><div>ciao"
     "</div></div><div>rispondo sotto</div>",
     NULL},
    {"proton", "Re: x",
     "<div>Ok</div><div class=\"protonmail_quote\">On Tuesday, Anna wrote:<br><blockquote type=\"cite\">hi</blockquote></div>",
     "Ok\n"},
    {"nothing but a quotation", "Re: x", "<div class=\"gmail_quote\">ciao</div>", NULL},
    {"an empty mark", "Re: x", "<div>Uno</div><div class=\"gmail_quote\"></div><div>Due</div>", NULL},
};

static void test_html(void)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ParsedMail mail;
        g_autofree char *raw = g_strdup_printf(
            "From: a@x.it\nSubject: %s\nContent-Type: text/html; charset=utf-8\n\n%s", cases[i].subject, cases[i].html);
        message_parse(arena, bytes_of(raw), false, &mail);
        size_t at = mail.quote_at == PARSE_NO_QUOTE ? mail.text_size : mail.quote_at;
        g_autofree char *kept = g_strndup(mail.text, at);
        if (cases[i].kept ? strcmp(kept, cases[i].kept) != 0 : at != mail.text_size)
            g_test_fail_printf("%s: kept \"%s\" of \"%s\"", cases[i].name, kept, mail.text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quote-mail/html", test_html);
    return g_test_run();
}
