/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token: secrets that open one thing. Answers: "make a link nobody can guess" and "is this the one we gave?"
 *
 * A Token is 160 random bits in 32 lower-case letters and digits (RFC 4648 base32): fit for URLs and mail addresses. A
 * Key is 260 bits in 52 of them, for what opens a whole account and never goes into an address: sessions, API tokens.
 * Only their SHA-256 is ever stored. Not for passwords. Errors: none; a machine without randomness aborts.
 * Pointers: caller's storage only. Called by: everyone who gives out links, reply addresses or sessions.
 *
 * Invariants:
 *  1. Two tokens are never equal in practice; nothing about a ticket can be read from its token.
 *  2. A Token is never taken for a Key, nor a Key for a Token: their lengths differ and both readers are strict.
 */
#ifndef FILO_BASE_TOKEN_H
#define FILO_BASE_TOKEN_H

#include "base/bytes.h"

#define TOKEN_SIZE 33 /* 32 characters and a NUL */
#define KEY_SIZE 53   /* 52 characters and a NUL */

typedef struct Token {
    char text[TOKEN_SIZE];
    char sha256[SHA256_HEX_SIZE];
} Token;

typedef struct Key {
    char text[KEY_SIZE];
    char sha256[SHA256_HEX_SIZE];
} Key;

/* A new one and its hash. */
Token token_new(void);
Key key_new(void);

/* The hash of one somebody showed us; false when it cannot be one (NULL, length, alphabet). */
bool token_hash(const char *text, char sha256_out[SHA256_HEX_SIZE]);
bool key_hash(const char *text, char sha256_out[SHA256_HEX_SIZE]);

#endif
