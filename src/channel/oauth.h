/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oauth: how an account signs in with what its owner allowed instead of with a password (OAuth 2.0, RFC 6749; PKCE, RFC
 * 7636). Answers: "where does the owner allow it, what do we ask for, and what did the provider answer?"
 *
 * Pure: it reads settings and answers and writes addresses and forms; it touches neither network nor store (grant.h does).
 * Settings (key: meaning):
 *   oauth_provider   none: a password; google | microsoft | own
 *   oauth_client_id  the company's registration with the provider
 *   oauth_tenant     microsoft: the company's directory, its id or a domain of it
 *   oauth_authorize_url, oauth_token_url, oauth_scope   own: where and for what
 * Called by: grant.c, mail/deliver.c (check), web/settings.
 *
 * Pointers: what is read lives in the arena given or is borrowed from the settings; providers are static.
 * Errors: InputError keys channel.oauth.error.provider, .client, .tenant, .url, .scope, .user.
 *
 * Invariants:
 *  1. Both addresses are https, or http on this very machine (net/post.h): the rule of mail servers.
 *  2. `bound` differs whenever a token would reach another server, user or provider than it was allowed for.
 *  3. No answer gives a token that is not one line of a bearer token's characters (RFC 6750 2.1), nor one of another type.
 */
#ifndef FILO_CHANNEL_OAUTH_H
#define FILO_CHANNEL_OAUTH_H

#include "base/bytes.h"
#include "channel/channel.h"
#include "net/post.h"

typedef struct OauthProvider {
    const char *key, *name;
    const char *authorize_url, *token_url; /* "%" stands for the directory; "": the settings name them */
    const char *scope;                     /* what reading, sending and lasting need; "": likewise */
    const char *more;                      /* what else the first address wants, ready for it */
    bool basic;                            /* the secret goes into a header, not into the form */
} OauthProvider;

const OauthProvider *oauth_providers(size_t *count_out);
const OauthProvider *oauth_provider_find(const char *key); /* NULL: none of that key */

typedef struct Oauth {
    const OauthProvider *provider; /* NULL: it signs in with a password, and nothing below holds */
    const char *authorize_url, *scope, *client_id;
    PostAddress authorize_at, token_at;
    char bound[SHA256_HEX_SIZE]; /* what a grant is good for */
} Oauth;

/* false: *error_out names the first wrong field. */
bool oauth_read(Arena *arena, const ChannelSettings *settings, Oauth *oauth_out, InputError *error_out);

/* Whether an account with these settings signs in so. */
bool oauth_is_wanted(const ChannelSettings *settings);

/* RFC 7636 4.2, S256. */
#define OAUTH_CHALLENGE_SIZE 44
void oauth_challenge(const char *verifier, char challenge_out[OAUTH_CHALLENGE_SIZE]);

/* The address where the owner allows it. */
const char *oauth_authorize_link(Arena *arena, const Oauth *oauth, const char *redirect, const char *state,
                                 const char *challenge, const char *user);

/* The forms for the token endpoint. secret: NULL or "" for a public client. They hold secrets: the caller wipes them. */
char *oauth_code_form(Arena *arena, const Oauth *oauth, const char *secret, const char *code, const char *verifier,
                      const char *redirect);
char *oauth_refresh_form(Arena *arena, const Oauth *oauth, const char *secret, const char *refresh);

typedef enum OauthVerdict {
    OAUTH_GIVEN,
    OAUTH_WITHDRAWN, /* what was allowed is allowed no more: a person must allow it again */
    OAUTH_CLIENT,    /* our registration is refused: id, secret, redirect address or scope */
    OAUTH_UNCLEAR    /* no answer, or none of those: later it may be */
} OauthVerdict;

typedef struct OauthAnswer {
    OauthVerdict verdict;
    char *access;      /* given: the token */
    char *refresh;     /* NULL: none came, the one there is stays good */
    int64_t lasts_s;   /* how long the token is good for */
    const char *scope; /* what was allowed; NULL: what was asked for */
    const char *error; /* the provider's code ("invalid_grant"), "" when it named none */
    const char *said;  /* its words or ours, one line; "" when given */
} OauthAnswer;

void oauth_answer_read(Arena *arena, const PostAnswer *answer, OauthAnswer *answer_out);

/* Whether what was allowed is all that was asked for, apart from what only says how long. */
bool oauth_scope_covers(const char *wanted, const char *given);

/* A code of RFC 6749 4.1.2.1 as it may be shown: "" for what is none. */
const char *oauth_error_code(Arena *arena, const char *text);

#endif
