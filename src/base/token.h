/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token: secrets that open one thing. Answers: "make a link nobody can guess" and "is this the one we gave?"
 *
 * A token is 160 random bits in 32 lower-case letters and digits (RFC 4648 base32): fit for URLs and mail addresses. Only
 * its SHA-256 is ever stored. Not for passwords. Errors: none; a machine without randomness aborts.
 * Pointers: caller's storage only. Called by: everyone who gives out links, reply addresses or sessions.
 *
 * Invariants:
 *  1. Two tokens are never equal in practice; nothing about a ticket can be read from its token.
 */
#ifndef FILO_BASE_TOKEN_H
#define FILO_BASE_TOKEN_H

#include "base/bytes.h"

#define TOKEN_SIZE 33 /* 32 characters and a NUL */

typedef struct Token {
    char text[TOKEN_SIZE];
    char sha256[SHA256_HEX_SIZE];
} Token;

/* A new token and its hash. */
Token token_new(void);

/* The hash of a token somebody showed us; false when it cannot be a token (length or alphabet). */
bool token_hash(const char *text, char sha256_out[SHA256_HEX_SIZE]);

#endif
