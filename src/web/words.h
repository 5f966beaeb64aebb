/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * words: a ticket's situation as people say it. Answers: "what do I call this state, this delay, this silence?"
 *
 * Takes plain values, so that the queue, the ticket page and the tracking page say the same; knows no tables. Not for
 * what the state machine allows (desk/ticket).
 * Pointers: results live in the arena given or are static. Errors: none; a state without words is a bug (check).
 * Called by: page handlers.
 *
 * Invariants:
 *  1. Every state of the state machine has words in both languages (its name is the last part of a catalogue key).
 *
 * Example:
 *     row->state = words_state(arena, lang, "owned", "Sara");        In carico a Sara
 *     row->due = words_due(arena, lang, zone, due_at, now, &row->late);
 */
#ifndef FILO_WEB_WORDS_H
#define FILO_WEB_WORDS_H

#include "base/catalogue.h"
#include "base/clock.h"
#include "desk/intake/robot.h"

/* The state's words; owner is the display name, used where the words hold it (NULL counts as ""). */
const char *words_state(Arena *arena, Lang lang, const char *state, const char *owner);

/* "ven 17:20" while there is time, then "In ritardo di 2 ore"; late_out says which. TIME_NONE gives "". */
const char *words_due(Arena *arena, Lang lang, Zone *zone, TimeMs due, TimeMs now, bool *late_out);

/* "Aggiornare il cliente entro ven 17:20"; TIME_NONE gives "". */
const char *words_update_by(Arena *arena, Lang lang, Zone *zone, TimeMs by, TimeMs now);

/* "PEC: rispondere entro mar 17 marzo", and after that day that it was due. */
const char *words_letter(Arena *arena, Lang lang, Date term, bool late);

/* "Ferma da 3 giorni" when nothing happened for at least silent_after, else "Rimbalzata 3 volte" from 3 bounces up,
 * else "". The gravest alone: a row has room for one. */
const char *words_warning(Arena *arena, Lang lang, int64_t silence_ms, int64_t silent_after_ms, int64_t bounces);

/* Why a message did not arrive: by the status ("5.1.1") where we have words for it, else the mail server's own; never
 * empty. */
const char *words_delivery(Lang lang, const char *status, const char *reason);

/* "Filo has stopped answering eco@robot.test automatically because …" */
const char *words_stopped(Arena *arena, Lang lang, const AutomaticStop *stop);

/* The answer to "is it covered?"; verdict is in_warranty, in_contract, quote_needed or unknown. */
const char *words_verdict(Lang lang, const char *verdict);

/* What an error page says: what happened, what was kept, what to do. */
typedef struct WordsProblem {
    MsgId happened, kept, todo;
} WordsProblem;

/* kind is bad_request, forbidden, not_found, conflict, too_large, busy or failed. */
WordsProblem words_problem(const char *kind);

#endif
