/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * blob: bytes kept under the SHA-256 of their content. Answers: "keep this file", "give it back unchanged".
 *
 * Up to 64 KiB lie in a row of table blob; larger ones in DIR/blobs/ab/<sha256>, made durable before the transaction
 * that refers to them. The same content is kept once. Not an authority: a blob is served only through a row of another
 * module that grants it.
 * Owns the table blob and the files under DIR/blobs. Called by desk, queue and channel; sweep by job.
 *
 * Memory: a BlobPrepared borrows the bytes it was made from until blob_add has committed. Bytes read live in the arena.
 * Errors: FULL, IO (prepare, read); NOT_FOUND (no such row); CORRUPT naming the hash (file gone, or not what was kept).
 *
 * Invariants:
 *  1. blob_prepare is called outside a work function (it hashes and writes files), blob_add inside.
 *  2. Bytes given back hash to their name; others are never given back.
 *  3. A file without a row is removed 24 h after it was last prepared, never while a backup runs.
 *
 * Example:
 *     BlobPrepared photo;
 *     if (!blob_prepare(store, bytes, &photo, &error)) …
 *     in the work function: blob_add(tx, &photo); then a row that refers to photo.sha256
 */
#ifndef FILO_STORE_BLOB_H
#define FILO_STORE_BLOB_H

#include "store/store.h"

/* A blob up to this size is a row; measured limit of stack.md. */
#define BLOB_ROW_MAX ((size_t)64 << 10)

typedef struct BlobPrepared {
    char sha256[SHA256_HEX_SIZE];
    int64_t size;
    Bytes content; /* none when it lies in a file */
    bool in_file;
    TimeMs at;
} BlobPrepared;

/* Hashes the bytes and, when large, makes their file durable. Errors: FULL, IO. */
bool blob_prepare(Store *store, Bytes bytes, BlobPrepared *prepared_out, GError **error);

/* Makes sure the row is there, in the caller's transaction. */
void blob_add(StoreTx *tx, const BlobPrepared *prepared);

/* The bytes of a blob, verified. Errors: NOT_FOUND, CORRUPT, IO; a failed tx gives IO. */
bool blob_read(StoreTx *tx, const char *sha256, Arena *arena, Bytes *bytes_out, GError **error);

/* The same as a descriptor at offset 0, verified, for bodies too large to hold; -1 on error. Yours to close. */
int blob_open(StoreTx *tx, const char *sha256, int64_t *size_out, GError **error);

/* Deletes the row; a row that still refers to it makes the transaction fail (foreign key). Its file goes with a sweep. */
void blob_remove(StoreTx *tx, const char *sha256);

/* Removes files without a row older than 24 h, and left-over temporary files. Does nothing while a backup runs.
 * Gives their number, or -1. Errors: IO, BUSY. */
int blob_sweep(Store *store, GError **error);

#endif
