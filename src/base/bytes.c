/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/bytes.h"

#include <sodium.h>
#include <string.h>

Bytes bytes_of(const char *text)
{
    return (Bytes){.data = (const uint8_t *)text, .size = text ? strlen(text) : 0};
}

bool bytes_equal(Bytes a, Bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

Bytes int_digits(char buffer[INT_DIGITS_SIZE], int64_t number)
{
    char *end = buffer + INT_DIGITS_SIZE, *at = end;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    return (Bytes){(const uint8_t *)at, (size_t)(end - at)};
}

void bytes_sha256_hex(Bytes bytes, char hex_out[SHA256_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes.data, bytes.size);
    sodium_bin2hex(hex_out, SHA256_HEX_SIZE, digest, sizeof digest);
}
