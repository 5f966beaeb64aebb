/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/guard.h"

#include "base/check.h"
#include "desk/setting/own_address.h"

#include <glib.h>
#include <string.h>

/* The first word of a header value: up to a blank, a parameter or a comment. */
static bool first_word_is(const char *value, const char *word)
{
    while (g_ascii_isspace(*value))
        value++;
    size_t length = strcspn(value, " \t\r\n;,(");
    return length == strlen(word) && g_ascii_strncasecmp(value, word, length) == 0;
}

static bool has_word(const char *value, const char *const *words)
{
    if (!value)
        return false;
    g_auto(GStrv) pieces = g_strsplit_set(value, " \t\r\n;,()", -1);
    for (size_t i = 0; pieces[i]; i++)
        for (size_t j = 0; words[j]; j++)
            if (g_ascii_strcasecmp(pieces[i], words[j]) == 0)
                return true;
    return false;
}

static bool equals(const char *value, const char *expected)
{
    return value && g_ascii_strcasecmp(value, expected) == 0;
}

static bool is_null_sender(const MailFacts *facts)
{
    return facts->return_path && (!*facts->return_path || g_str_equal(facts->return_path, "<>"));
}

bool mail_is_own_address(const char *address, const char *const *own_addresses, size_t own_count)
{
    for (size_t i = 0; address && i < own_count; i++)
        if (own_address_is(address, own_addresses[i]))
            return true;
    return false;
}

static bool is_own(const MailFacts *facts, const char *address)
{
    return mail_is_own_address(address, facts->own_addresses, facts->own_count);
}

static bool is_from_own(const MailFacts *facts)
{
    return is_own(facts, facts->from_address);
}

/* The local part of From without what follows a plus, hyphens and underscores taken away: no-reply and noreply are
 * one, and bounces+x is bounces. */
static char *robot_name(const char *address)
{
    GString *name = g_string_new(NULL);
    for (const char *c = address; *c && *c != '@' && *c != '+'; c++)
        if (*c != '-' && *c != '_' && *c != '.')
            g_string_append_c(name, g_ascii_tolower(*c));
    return g_string_free(name, FALSE);
}

static bool is_robot_address(const char *address)
{
    static const char *const robots[] = {"noreply", "donotreply", "nonrispondere", "mailerdaemon", "postmaster",
                                         "daemon",  "bounce",     "bounces",       "listserv",     "majordomo",
                                         NULL};
    g_autofree char *name = robot_name(address);
    return g_strv_contains(robots, name);
}

static bool is_named(const char *address, const char *expected)
{
    g_autofree char *name = robot_name(address ? address : "");
    return g_str_equal(name, expected);
}

static bool is_report(const MailFacts *facts, const char *type)
{
    return equals(facts->content_type, "multipart/report") && equals(facts->report_type, type);
}

/* Nobody writes from mailer-daemon; a postmaster is a person too, unless the null sender says otherwise. */
static bool is_bounce(const MailFacts *facts)
{
    return is_report(facts, "delivery-status") || facts->has_failed_recipients_header ||
           is_named(facts->from_address, "mailerdaemon") ||
           (is_null_sender(facts) && is_named(facts->from_address, "postmaster"));
}

static bool is_submitted_automatically(const MailFacts *facts)
{
    return facts->has_auto_reply_header || (facts->auto_submitted && !first_word_is(facts->auto_submitted, "no"));
}

static bool says_auto_replied(const MailFacts *facts)
{
    return facts->auto_submitted && first_word_is(facts->auto_submitted, "auto-replied");
}

/* Another Filo's acknowledgement or notice is no news of a person, whichever of the two it calls itself. */
static bool is_auto_reply(const MailFacts *facts)
{
    return facts->has_auto_reply_header || says_auto_replied(facts) ||
           (facts->precedence && first_word_is(facts->precedence, "auto_reply")) ||
           (facts->filo_loop && is_submitted_automatically(facts));
}

/* Lower case, an accent one letter with its vowel, and one apostrophe: people's programs write U+2019. Yours. */
static char *folded(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    g_auto(GStrv) pieces = g_strsplit(lower, "\u2019", -1);
    return g_strjoinv("'", pieces);
}

/* HCL Domino's notice, "AUTO: Luca Bianchi è fuori ufficio (ritorno 12/05/2026)", calls itself generated, not replied.
 * "AUTO:" alone is a car dealer's form as well. */
static bool is_absence_of_domino(const MailFacts *facts, const char *text)
{
    static const char *const phrases[] = {"fuori ufficio",     "fuori sede",    "assente",        "out of the office",
                                          "out of office",     "nicht im büro", "ist abwesend",   "absent du bureau"};
    if (!facts->auto_submitted || !first_word_is(facts->auto_submitted, "auto-generated") ||
        !g_str_has_prefix(text, "auto:"))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(phrases); i++)
        if (strstr(text, phrases[i]))
            return true;
    return false;
}

/* How absence notices begin that say so in no header. What follows must be nothing, or a colon or dash before the subject
 * they answer: "Fuori ufficio la macchina non parte" is a customer's. "Re:" before it is a person's, who answers one. */
static bool is_absence_subject(const MailFacts *facts)
{
    static const char *const beginnings[] = {
        "risposta automatica",      "fuori ufficio",   "fuori sede",        "assente dall'ufficio",
        "assenza dall'ufficio",     "messaggio di assenza", "avviso di assenza", "automatic reply",
        "auto reply",               "autoreply",       "auto-reply",        "auto response",
        "out of office autoreply",  "out of office",   "out of the office", "out-of-office",
        "abwesenheitsnotiz",        "automatische antwort", "réponse automatique", "respuesta automática"};
    if (!facts->subject || !g_utf8_validate(facts->subject, -1, NULL))
        return false;
    g_autofree char *lower = folded(facts->subject);
    const char *text = g_strstrip(lower);
    if (is_absence_of_domino(facts, text))
        return true;
    if (text[0] == '[' && strchr(text, ']')) /* "[esterno] Risposta automatica: …" */
        text = strchr(text, ']') + 1 + strspn(strchr(text, ']') + 1, " ");
    for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        if (!g_str_has_prefix(text, beginnings[i]))
            continue;
        const char *rest = text + strlen(beginnings[i]);
        rest += strspn(rest, " ");
        if (!*rest || *rest == ':' || *rest == '-' || g_str_has_prefix(rest, "–") || g_str_has_prefix(rest, "—"))
            return true;
    }
    return false;
}

/* A suppression header alone does not make an automatic reply: people's mail from some systems carries it, and their
 * words must count as an answer. */
unsigned mail_classify(const MailFacts *facts)
{
    static const char *const bulk[] = {"bulk", "list", "junk", NULL};
    unsigned kinds = 0;
    if (is_bounce(facts))
        kinds |= MAIL_BOUNCE;
    if (is_report(facts, "disposition-notification"))
        kinds |= MAIL_RECEIPT;
    if (is_auto_reply(facts))
        kinds |= MAIL_AUTO_REPLY;
    else if (is_submitted_automatically(facts))
        kinds |= MAIL_AUTO_GENERATED;
    if (says_auto_replied(facts))
        kinds |= MAIL_SAYS_AUTO;
    if (facts->has_list_header || has_word(facts->precedence, bulk))
        kinds |= MAIL_LIST;
    if (is_own(facts, facts->filo_loop))
        kinds |= MAIL_OWN_LOOP;
    if (is_from_own(facts))
        kinds |= MAIL_FROM_OWN;
    if (!(kinds & (MAIL_AUTO_REPLY | MAIL_BOUNCE | MAIL_RECEIPT)) && is_absence_subject(facts))
        kinds |= MAIL_ABSENCE_SUBJECT;
    return kinds;
}

/* What the message itself says against an acknowledgement; ACK_ALLOWED if nothing does. */
static AckVerdict verdict_of_headers(const MailFacts *facts)
{
    static const char *const precedences[] = {"bulk", "list", "junk", "auto_reply", NULL};
    static const char *const suppressions[] = {"all", "autoreply", "oof", NULL};
    const struct {
        bool holds;
        AckVerdict verdict;
    } rules[] = {
        {is_bounce(facts) || is_report(facts, "disposition-notification"), ACK_BOUNCE},
        {is_submitted_automatically(facts), ACK_AUTO_SUBMITTED},
        {has_word(facts->precedence, precedences), ACK_PRECEDENCE},
        {has_word(facts->auto_response_suppress, suppressions), ACK_SUPPRESSED},
        {facts->has_list_header, ACK_LIST},
        {facts->has_loop_header, ACK_LOOP},
        {is_absence_subject(facts), ACK_ABSENCE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (rules[i].holds)
            return rules[i].verdict;
    return ACK_ALLOWED;
}

AckVerdict mail_ack_decide(const MailFacts *facts)
{
    if (!facts->from_address || !strchr(facts->from_address, '@'))
        return ACK_NO_SENDER;
    if (is_from_own(facts))
        return ACK_FROM_OWN;
    if (is_null_sender(facts))
        return ACK_NULL_SENDER;
    if (is_robot_address(facts->from_address))
        return ACK_ROBOT_ADDRESS;
    return verdict_of_headers(facts);
}

const char *mail_ack_reason(AckVerdict verdict)
{
    static const char *const names[ACK_VERDICTS] = {
        [ACK_ALLOWED] = "allowed",
        [ACK_NO_SENDER] = "no_sender",
        [ACK_FROM_OWN] = "from_own",
        [ACK_NULL_SENDER] = "null_sender",
        [ACK_ROBOT_ADDRESS] = "robot_address",
        [ACK_BOUNCE] = "bounce",
        [ACK_AUTO_SUBMITTED] = "auto_submitted",
        [ACK_PRECEDENCE] = "precedence",
        [ACK_SUPPRESSED] = "suppressed",
        [ACK_LIST] = "list",
        [ACK_LOOP] = "loop",
        [ACK_ABSENCE] = "absence",
    };
    check(verdict >= 0 && verdict < ACK_VERDICTS);
    return names[verdict];
}
