/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/guard.h"

#include "base/check.h"

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

static bool is_from_own(const MailFacts *facts)
{
    for (size_t i = 0; i < facts->own_count; i++)
        if (equals(facts->from_address, facts->own_addresses[i]))
            return true;
    return false;
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

static bool is_postman(const char *address)
{
    g_autofree char *name = robot_name(address ? address : "");
    return g_str_equal(name, "mailerdaemon") || g_str_equal(name, "postmaster");
}

static bool is_report(const MailFacts *facts, const char *type)
{
    return equals(facts->content_type, "multipart/report") && equals(facts->report_type, type);
}

static bool is_bounce(const MailFacts *facts)
{
    return is_report(facts, "delivery-status") || facts->has_failed_recipients_header ||
           (is_null_sender(facts) && is_postman(facts->from_address));
}

static bool is_submitted_automatically(const MailFacts *facts)
{
    return facts->has_auto_reply_header || (facts->auto_submitted && !first_word_is(facts->auto_submitted, "no"));
}

static bool is_auto_reply(const MailFacts *facts)
{
    return facts->has_auto_reply_header ||
           (facts->auto_submitted && first_word_is(facts->auto_submitted, "auto-replied")) ||
           (facts->precedence && first_word_is(facts->precedence, "auto_reply"));
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
    if (facts->has_list_header || has_word(facts->precedence, bulk))
        kinds |= MAIL_LIST;
    if (facts->has_loop_header)
        kinds |= MAIL_OWN_LOOP;
    if (is_from_own(facts))
        kinds |= MAIL_FROM_OWN;
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
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (rules[i].holds)
            return rules[i].verdict;
    return ACK_ALLOWED;
}

AckVerdict mail_ack_decide(const MailFacts *facts, const AckBrake *brake)
{
    if (!facts->from_address || !strchr(facts->from_address, '@'))
        return ACK_NO_SENDER;
    if (is_from_own(facts))
        return ACK_FROM_OWN;
    if (is_null_sender(facts))
        return ACK_NULL_SENDER;
    if (is_robot_address(facts->from_address))
        return ACK_ROBOT_ADDRESS;
    AckVerdict verdict = verdict_of_headers(facts);
    if (verdict != ACK_ALLOWED)
        return verdict;
    if (brake->acks_in_ticket_day > 0)
        return ACK_TICKET_BRAKE;
    return brake->automatic_last_hour >= brake->automatic_hour_limit ? ACK_HOUR_BRAKE : ACK_ALLOWED;
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
        [ACK_TICKET_BRAKE] = "ticket_brake",
        [ACK_HOUR_BRAKE] = "hour_brake",
    };
    check(verdict >= 0 && verdict < ACK_VERDICTS);
    return names[verdict];
}
