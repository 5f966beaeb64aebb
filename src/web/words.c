/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/words.h"

#include "base/check.h"
#include "base/format.h"
#include "ticket_state_enum.h"

#include <pthread.h>
#include <string.h>

enum { BOUNCES_SAID = 3 };

/* The states and the ids of their words, found once: every line of every list has one. */
typedef struct StateWords {
    const char *state;
    MsgId id;
} StateWords;

static StateWords state_words[TICKET_STATE_COUNT];

static void state_words_find(void)
{
    for (int state = 0; state < TICKET_STATE_COUNT; state++) {
        const char *text = ticket_state_text((TicketState)state);
        g_autofree char *key = g_strconcat("ticket.state.", text, NULL);
        check(msg_id_find(key, &state_words[state].id));
        state_words[state].state = text;
    }
}

static MsgId state_words_of(const char *state)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, state_words_find);
    for (size_t i = 0; i < G_N_ELEMENTS(state_words); i++)
        if (strcmp(state_words[i].state, state) == 0)
            return state_words[i].id;
    check(false);
    return MSG_COUNT;
}

const char *words_state(Arena *arena, Lang lang, const char *state, const char *owner)
{
    MsgId id = state_words_of(state);
    const char *words = msg(lang, id);
    return strchr(words, '{') ? msg_fill(arena, lang, id, "owner", owner ? owner : "", NULL) : words;
}

const char *words_due(Arena *arena, Lang lang, Zone *zone, TimeMs due, TimeMs now, bool *late_out)
{
    *late_out = due != TIME_NONE && due < now;
    if (!*late_out)
        return format_due(arena, lang, zone, due, now);
    return msg_fill(arena, lang, MSG_TICKET_LATE, "span", format_span(arena, lang, now - due), NULL);
}

/* RFC 3463's subject and detail, whether for now (4) or for good (5). */
const char *words_delivery(Lang lang, const char *status, const char *reason)
{
    static const struct {
        const char *detail;
        MsgId words;
    } rows[] = {
        {".1.1", MSG_DELIVERY_REASON_NO_ADDRESS}, {".1.10", MSG_DELIVERY_REASON_NO_ADDRESS},
        {".1.2", MSG_DELIVERY_REASON_NO_DOMAIN},  {".4.4", MSG_DELIVERY_REASON_NO_DOMAIN},
        {".2.1", MSG_DELIVERY_REASON_DISABLED},   {".2.2", MSG_DELIVERY_REASON_FULL},
        {".2.3", MSG_DELIVERY_REASON_TOO_LARGE},  {".3.4", MSG_DELIVERY_REASON_TOO_LARGE},
        {".4.7", MSG_DELIVERY_REASON_NO_ANSWER},  {".4.1", MSG_DELIVERY_REASON_NO_ANSWER},
    };
    for (size_t i = 0; *status && i < G_N_ELEMENTS(rows); i++)
        if (strcmp(status + 1, rows[i].detail) == 0)
            return msg(lang, rows[i].words);
    if (*reason)
        return reason;
    return *status ? status : msg(lang, MSG_DELIVERY_REASON_NONE);
}

const char *words_stopped(Arena *arena, Lang lang, const AutomaticStop *stop)
{
    static const MsgId reasons[STOP_REASON_COUNT] = {[STOP_TOO_MANY] = MSG_STOP_TOO_MANY,
                                                     [STOP_REPEATS] = MSG_STOP_REPEATS};
    return msg_fill(arena, lang, MSG_STOP_TEXT, "address", stop->address_key, "why", msg(lang, reasons[stop->reason]),
                    NULL);
}

const char *words_update_by(Arena *arena, Lang lang, Zone *zone, TimeMs by, TimeMs now)
{
    if (by == TIME_NONE)
        return "";
    return msg_fill(arena, lang, MSG_TICKET_UPDATE_BY, "when", format_due(arena, lang, zone, by, now), NULL);
}

const char *words_letter(Arena *arena, Lang lang, Date term, bool late)
{
    return msg_fill(arena, lang, late ? MSG_TICKET_LETTER_LATE : MSG_TICKET_LETTER_DUE, "day",
                    format_date(arena, lang, term), NULL);
}

const char *words_warning(Arena *arena, Lang lang, int64_t silence_ms, int64_t silent_after_ms, int64_t bounces)
{
    if (silence_ms >= silent_after_ms)
        return msg_fill(arena, lang, MSG_TICKET_SILENT, "span", format_span(arena, lang, silence_ms), NULL);
    return bounces >= BOUNCES_SAID ? msg_fill_count(arena, lang, MSG_TICKET_BOUNCED, bounces, NULL) : "";
}

const char *words_verdict(Lang lang, const char *verdict)
{
    g_autofree char *key = g_strconcat("coverage.verdict.", verdict, NULL);
    const char *words = msg_find(lang, key);
    check(words);
    return words;
}

static MsgId problem_part(const char *kind, const char *part)
{
    g_autofree char *key = g_strconcat("error.page.", kind, part, NULL);
    MsgId id;
    check(msg_id_find(key, &id));
    return id;
}

WordsProblem words_problem(const char *kind)
{
    return (WordsProblem){problem_part(kind, ".happened"), problem_part(kind, ".kept"), problem_part(kind, ".todo")};
}
