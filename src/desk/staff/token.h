/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token: what a program shows instead of signing in. Answers: "which program is this, and what may it do?"
 *
 * Owns the table api_token. A token is API_TOKEN_MARK and a Key; shown once when it is made, kept as a SHA-256 and a
 * prefix by which people tell it from others. Its scopes are permission words; it never has more rights than the person
 * who made it has now, and dies when that person is disabled: a former administrator leaves no door open. Not for
 * sessions (session.h) nor for links to customers (base/token.h). Called by: api, web (settings), cli token.
 *
 * Pointers: rows live in the arena given; scopes are static permission words. Errors: api_token_check refuses with
 * token.error.name, scope (unknown, or not the maker's own), expiry. Audit: token.add, token.revoke.
 *
 * Invariants:
 *  1. Only hashes are stored; a token cannot be read back.
 *  2. api_token_allows is true only for a word that is a scope of the token and allowed to its maker's role now.
 *
 * Example:
 *     if (!api_token_find(tx, arena, bearer, now, &token) || !api_token_allows(&token, route->permission))
 *         return answer_forbidden(response);
 */
#ifndef FILO_DESK_STAFF_TOKEN_H
#define FILO_DESK_STAFF_TOKEN_H

#include "base/error.h"
#include "base/token.h"
#include "desk/audit/actor.h"
#include "schema_ids.h"
#include "staff_role_enum.h"
#include "store/store.h"

#define API_TOKEN_MARK "filo_" /* so that scanners for leaked secrets know it */
#define API_TOKEN_SIZE (sizeof API_TOKEN_MARK - 1 + KEY_SIZE)
#define API_TOKEN_TOUCH TIME_MINUTE /* how exact used_at is */

typedef struct ApiToken {
    ApiTokenId id;
    const char *prefix; /* "filo_abcdefgh": all of it that anyone sees again */
    const char *name;
    const char *scopes; /* permission words parted by spaces */
    StaffId maker;
    StaffRole role; /* the maker's, now */
    bool maker_active;
    TimeMs created_at;
    TimeMs expires_at, used_at, revoked_at; /* each may be TIME_NONE */
} ApiToken;

typedef struct ApiTokenNew {
    const char *name;   /* what it is for; at most 100 characters */
    const char *scopes; /* as above */
    StaffId maker;
    StaffRole role;    /* the maker's */
    TimeMs expires_at; /* TIME_NONE: never */
} ApiTokenNew;

/* The token's whole text and what is stored of it. */
typedef struct ApiTokenSecret {
    char text[API_TOKEN_SIZE];
    char sha256[SHA256_HEX_SIZE];
} ApiTokenSecret;

/* Cleans the name and scopes in place (sorted as the table, once each), outside any transaction. */
bool api_token_check(Arena *arena, ApiTokenNew *token, TimeMs now, InputError *refused_out);
ApiTokenSecret api_token_secret(void);
ApiTokenId api_token_add(StoreTx *tx, Arena *arena, const ApiTokenNew *token, const ApiTokenSecret *secret, Actor by,
                         TimeMs now);

/* The good token of that text: not revoked, not expired, its maker active. text as shown by the program, any bytes. */
bool api_token_find(StoreTx *tx, Arena *arena, const char *text, TimeMs now, ApiToken *token_out);
bool api_token_allows(const ApiToken *token, const char *word);

/* As for sessions: whether used_at is older than API_TOKEN_TOUCH, and the write that renews it. */
bool api_token_wants_touch(const ApiToken *token, TimeMs now);
void api_token_touch(StoreTx *tx, ApiTokenId id, TimeMs now);

/* False: no such token, or revoked before. */
bool api_token_revoke(StoreTx *tx, ApiTokenId id, Actor by, TimeMs now);

typedef struct ApiTokenList {
    ApiToken *items;
    size_t count;
} ApiTokenList;

/* All of them, dead ones too, newest first. */
ApiTokenList api_token_list(StoreTx *tx, Arena *arena);

#endif
