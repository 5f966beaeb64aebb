/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * thread: finds in a message what may tie it to a ticket. Answers: "which tickets could this be about, best evidence
 * first?"
 *
 * Pure: it reads header texts and knows no table; intake looks the candidates up and asks whether the sender has a right
 * to what they name (security A01, A02, A04).
 * Pointers: candidates and their values live in the arena given. Errors: none; hostile values are left out.
 * Called by: desk intake's mail side.
 *
 * Invariants:
 *  1. Candidates come ordered: tokens, our own message ids, other message ids, subject numbers; within message ids
 *     In-Reply-To before References, and References from the newest back. None twice, MAIL_CANDIDATES_MAX at most.
 *  2. A candidate's value is safe text: lower-case letters and digits (token), mail_id_is_safe (ids), digits (number).
 *
 * Example:
 *     ThreadFacts facts = {.recipients = to, .recipient_count = n, .subject = "Re: [#10001] E07", …};
 *     size_t count;
 *     const ThreadCandidate *found = mail_thread_candidates(arena, &facts, &count);
 */
#ifndef FILO_CHANNEL_MAIL_THREAD_H
#define FILO_CHANNEL_MAIL_THREAD_H

#include "base/arena.h"

#define MAIL_CANDIDATES_MAX 64

typedef enum ThreadEvidence {
    THREAD_TOKEN,        /* mailbox+t.<token>@: 160 random bits only our message carried */
    THREAD_BOUNCE_TOKEN, /* mailbox+b.<token>@: the return path; ties a bounce to what did not arrive */
    THREAD_OWN_ID,       /* a Message-ID we made (thread_id_parse reads it) */
    THREAD_OTHER_ID,     /* any other id: intake looks among those stored in both directions */
    THREAD_NUMBER,       /* [#10001] in the subject: anyone can type it */
    THREAD_EVIDENCES
} ThreadEvidence;

typedef struct ThreadCandidate {
    ThreadEvidence evidence;
    const char *value; /* the token, the id without angle brackets, or the digits */
} ThreadCandidate;

typedef struct ThreadFacts {
    const char *const *recipients; /* addresses of To, Cc, Delivered-To, X-Original-To and the envelope */
    size_t recipient_count;
    const char *const *own_addresses; /* every address Filo reads: tokens elsewhere mean nothing */
    size_t own_count;
    const char *in_reply_to; /* header values as decoded; NULL if absent */
    const char *references;
    const char *subject;
} ThreadFacts;

const ThreadCandidate *mail_thread_candidates(Arena *arena, const ThreadFacts *facts, size_t *count_out);

/* Every id it refers to, ours or not, nearest first: In-Reply-To, then References from the newest back. */
const char *const *mail_thread_answers(Arena *arena, const ThreadFacts *facts, size_t *count_out);

/* Is this an id mail_message_id made for one of these mailboxes' domains? Gives its numbers. It proves nothing until
 * the outbox row with that very id is found. */
bool mail_message_id_parse(const char *id, const char *const *own_addresses, size_t own_count, int64_t *ticket_out,
                           int64_t *outbox_out);

#endif
