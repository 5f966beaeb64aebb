/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/token.h"

#include "base/check.h"

#include <sodium.h>
#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

Token token_new(void)
{
    Token token = {0};
    unsigned char random[TOKEN_SIZE - 1];
    check(sodium_init() >= 0);
    randombytes_buf(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        token.text[i] = alphabet[random[i] & 31]; /* five bits of each byte: 32 × 5 = 160 */
    sodium_memzero(random, sizeof random);
    bytes_sha256_hex(bytes_of(token.text), token.sha256);
    return token;
}

bool token_hash(const char *text, char sha256_out[SHA256_HEX_SIZE])
{
    if (!text || strlen(text) != TOKEN_SIZE - 1 || strspn(text, alphabet) != TOKEN_SIZE - 1)
        return false;
    bytes_sha256_hex(bytes_of(text), sha256_out);
    return true;
}
