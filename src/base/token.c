/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/token.h"

#include "base/check.h"

#include <sodium.h>
#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

/* size - 1 characters of five random bits each, a NUL, and their hash. */
static void make(char *text_out, size_t size, char sha256_out[SHA256_HEX_SIZE])
{
    unsigned char random[KEY_SIZE];
    check(sodium_init() >= 0 && size <= sizeof random);
    randombytes_buf(random, size - 1);
    for (size_t i = 0; i < size - 1; i++)
        text_out[i] = alphabet[random[i] & 31];
    text_out[size - 1] = '\0';
    sodium_memzero(random, sizeof random);
    bytes_sha256_hex(bytes_of(text_out), sha256_out);
}

static bool hash_shown(const char *text, size_t size, char sha256_out[SHA256_HEX_SIZE])
{
    if (!text || strlen(text) != size - 1 || strspn(text, alphabet) != size - 1)
        return false;
    bytes_sha256_hex(bytes_of(text), sha256_out);
    return true;
}

Token token_new(void)
{
    Token token;
    make(token.text, sizeof token.text, token.sha256);
    return token;
}

Key key_new(void)
{
    Key key;
    make(key.text, sizeof key.text, key.sha256);
    return key;
}

bool token_hash(const char *text, char sha256_out[SHA256_HEX_SIZE])
{
    return hash_shown(text, TOKEN_SIZE, sha256_out);
}

bool key_hash(const char *text, char sha256_out[SHA256_HEX_SIZE])
{
    return hash_shown(text, KEY_SIZE, sha256_out);
}
