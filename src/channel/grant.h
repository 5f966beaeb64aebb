/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant: the token an account signs in with, fresh when it is needed. Answers: "with which token, now?" and "what came of
 * the owner's yes?"
 *
 * Keeps what a provider gave (desk/mailbox/grant.h), sealed, and asks the provider for more when it is about to end or was
 * refused. Not for what is asked and answered (oauth.h). Blocks for POST_SECONDS when it asks, twice that when another
 * node does: outside any transaction. Called by: account.c, web/settings. Any thread.
 *
 * Memory: results live in the arena given; a token is the caller's to wipe (sodium_memzero), all other secrets are wiped
 * here. Errors: grant_accept: those of the store and of secret_seal; a provider's no is a result.
 *
 * Invariants:
 *  1. One renewal at a time of an account: threads of a node wait for each other, nodes by the row's busy_until. A token
 *     that another thread renewed meanwhile is taken, not renewed again.
 *  2. A token is given only for the servers, user and provider it was allowed for.
 *  3. A grant the provider calls withdrawn is not asked for again before somebody allows it anew.
 *  4. Both tokens of an answer are committed in one row before the new one is used. A node killed between the answer and
 *     that commit leaves the old ones: where the provider lets an old refresh token be used once more, nothing is lost;
 *     where it does not, the grant is withdrawn and a person is asked. No client can do better: the provider has already
 *     forgotten what we never got to know.
 */
#ifndef FILO_CHANNEL_GRANT_H
#define FILO_CHANNEL_GRANT_H

#include "channel/oauth.h"
#include "desk/audit/actor.h"
#include "desk/setting/setting.h"

typedef struct GrantFor {
    ChannelAccountId account;
    const char *name; /* the account's */
    const ChannelSettings *settings;
} GrantFor;

typedef enum GrantOutcome {
    GRANT_GIVEN,
    GRANT_MISSING,   /* nobody has allowed it yet, or it was for another server */
    GRANT_WITHDRAWN, /* it is allowed no more */
    GRANT_CLIENT,    /* the provider refuses our registration, or the settings are wrong */
    GRANT_AWAY,      /* the provider gives no answer we understand, or the store failed: later it may */
    GRANT_OUTCOMES
} GrantOutcome;

typedef struct GrantToken {
    GrantOutcome outcome;
    char *token;      /* given: yours to wipe */
    const char *said; /* the provider's words or ours, one line; "" when given */
} GrantToken;

/* refused: the token the mail server would not take, which another is wanted for; NULL: any that is good. stop may be
 * NULL. */
void grant_token(Arena *arena, const Desk *desk, const GrantFor *for_whom, const char *refused, const atomic_bool *stop,
                 GrantToken *token_out);

/* A word for logs and health ("grant_withdrawn"), static; "" when given. And whether only a person can mend it. */
const char *grant_step(GrantOutcome outcome);
bool grant_needs_person(GrantOutcome outcome);

/* Seals what belongs to an account beside its password. what: "client", "verifier". */
bool grant_seal(Arena *arena, const Desk *desk, const char *name, const char *what, const char *text, Bytes *sealed_out,
                GError **error);
char *grant_open(Arena *arena, const Desk *desk, const char *name, const char *what, Bytes sealed, GError **error);

/* The owner said yes and brought a code. */
typedef struct GrantCode {
    const char *code, *verifier, *redirect;
    const char *bound; /* as the settings were when they went */
} GrantCode;

/* What became of it. */
typedef enum GrantAccepted {
    GRANT_ACCEPTED,
    GRANT_REFUSED,    /* the provider's answer is in the OauthAnswer */
    GRANT_PASSING,    /* it gave no refresh token: it would end within the hour */
    GRANT_TOO_LITTLE, /* not all that is needed was allowed */
    GRANT_CHANGED     /* the settings changed meanwhile: for these nobody has allowed anything */
} GrantAccepted;

/* Exchanges the code and keeps what comes; the account's version moves on, so that who listens begins anew. Audit:
 * mailbox.connect. false: *error. */
bool grant_accept(Arena *arena, const Desk *desk, const GrantFor *for_whom, const GrantCode *code, Actor by,
                  GrantAccepted *accepted_out, OauthAnswer *answer_out, GError **error);

#endif
