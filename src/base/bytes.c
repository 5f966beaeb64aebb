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

void bytes_sha256_hex(Bytes bytes, char hex_out[SHA256_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes.data, bytes.size);
    sodium_bin2hex(hex_out, SHA256_HEX_SIZE, digest, sizeof digest);
}
