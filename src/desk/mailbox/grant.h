/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * grant: what the owner of a mailbox allowed, in place of a password. Answers: "may we sign in there, until when, and for
 * which server was it allowed?"
 *
 * Owns the tables mailbox_grant and grant_attempt. Keeps sealed bytes and knows neither what is in them nor whom they were
 * got from (channel/grant.h, channel/oauth.h). Rows hold no person's data but the tokens of the mailbox: erasing a person
 * does not touch them. Called by: channel/grant, web/settings.
 *
 * Memory: bytes and texts live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Access and refresh token change together, in one row: never one of two grants beside the other's.
 *  2. An attempt is taken once, by whoever knows its state, within GRANT_ATTEMPT_MS.
 *  3. While a node renews (busy), no other does; a node that died leaves it free after busy_until.
 *  4. What is written by who read an older version is not written.
 */
#ifndef FILO_DESK_MAILBOX_GRANT_H
#define FILO_DESK_MAILBOX_GRANT_H

#include "base/bytes.h"
#include "schema_ids.h"
#include "store/store.h"

enum { GRANT_ATTEMPT_MS = 10 * 60 * 1000 };

typedef struct MailboxGrant {
    ChannelAccountId account;
    Bytes client;          /* our registration's secret, sealed; no bytes: none */
    Bytes access, refresh; /* sealed; no bytes: nobody allowed it yet, or it was for another server */
    const char *bound;     /* "" without tokens */
    TimeMs granted_at;     /* TIME_NONE: not, as the next two */
    TimeMs renew_at;       /* from then on a new token is asked for */
    TimeMs expires_at;     /* until then the one there is good */
    TimeMs withdrawn_at;   /* the provider said it is allowed no more; TIME_NONE: it is */
    TimeMs busy_until;
    int64_t version; /* 0: there is no row */
} MailboxGrant;

/* false: there is no row, and *grant_out is empty. */
bool mailbox_grant_find(StoreTx *tx, Arena *arena, ChannelAccountId account, MailboxGrant *grant_out);

/* Our registration's secret, sealed; no bytes: none. */
void mailbox_grant_set_client(StoreTx *tx, ChannelAccountId account, Bytes client);

/* The owner allowed it: tokens, bound, granted_at, renew_at, expires_at of grant; whatever was there goes. */
void mailbox_grant_put(StoreTx *tx, const MailboxGrant *grant);

/* The tokens go; our registration stays. */
void mailbox_grant_drop(StoreTx *tx, ChannelAccountId account);

/* This node renews the grant as it was read, until then. false: another does, or it changed. */
bool mailbox_grant_lease(StoreTx *tx, const MailboxGrant *grant, TimeMs until, TimeMs now);

/* It was renewed: tokens, renew_at, expires_at. The version is that after the lease. false: it changed meanwhile. */
bool mailbox_grant_renew(StoreTx *tx, const MailboxGrant *grant);

/* It was not: withdrawn_at of grant, or TIME_NONE and when to try again. */
bool mailbox_grant_release(StoreTx *tx, const MailboxGrant *grant);

typedef struct GrantAttempt {
    ChannelAccountId account;
    const char *state_sha256; /* of the state and of the session that began it */
    Bytes verifier;           /* sealed */
    const char *bound;        /* as the settings were */
    TimeMs begun_at;
} GrantAttempt;

/* Begins one; the account's earlier ones, and all that are too old, go. */
void grant_attempt_add(StoreTx *tx, const GrantAttempt *attempt);

/* Takes it away. false: there is none of that state, or it is too old. */
bool grant_attempt_take(StoreTx *tx, Arena *arena, const char *state_sha256, TimeMs now, GrantAttempt *attempt_out);

#endif
