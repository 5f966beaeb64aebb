/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bytes: a borrowed run of bytes with its length. Answers: "where is it and how long?"
 *
 * Not for text that must end in a NUL: that is const char *. A Bytes owns nothing: whoever made the memory says in
 * its own header until when it lives. Errors: none. Called by: everyone.
 *
 * Invariants:
 *  1. size is the number of bytes at data; data may be NULL only when size is 0.
 *  2. Nothing promises a NUL after the last byte.
 */
#ifndef FILO_BASE_BYTES_H
#define FILO_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Bytes {
    const uint8_t *data;
    size_t size;
} Bytes;

/* The bytes of a NUL-terminated text, without the NUL; borrowed from text. NULL gives no bytes. */
Bytes bytes_of(const char *text);

/* Same length and same content; takes time that depends on the content, so not for secrets. */
bool bytes_equal(Bytes a, Bytes b);

/* The number in plain digits, written to the end of buffer and borrowed from it: as "%lld", but ten times as fast, and
 * pages are full of ids. */
#define INT_DIGITS_SIZE 20
Bytes int_digits(char buffer[INT_DIGITS_SIZE], int64_t number);

/* SHA-256 of the bytes as 64 lower-case hex digits and a NUL, written to hex_out. */
#define SHA256_HEX_SIZE 65
void bytes_sha256_hex(Bytes bytes, char hex_out[SHA256_HEX_SIZE]);

#endif
