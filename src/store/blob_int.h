/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * blob_int: the files of blobs, for backup.c, restore.c and store_check.c. Answers: "where is it, and is it whole?"
 *
 * Memory: paths are yours to g_free, descriptors yours to close. Errors: as in blob.h. Called inside store/ only.
 *
 * Invariants:
 *  1. blob_file_open gives a descriptor only for a file whose content hashes to its name.
 *  2. While blob_hold's descriptor is open (shared), no sweep removes a file.
 */
#ifndef FILO_STORE_BLOB_INT_H
#define FILO_STORE_BLOB_INT_H

#include "store/blob.h"

#define BLOB_FRESH_PREFIX ".new-" /* of a file without its own name yet: swept when it is old */

bool blob_name_is_valid(const char *sha256); /* 64 lower-case hex digits */
char *blob_folder(const char *data_dir, const char *sha256);
char *blob_path(const char *data_dir, const char *sha256);

/* Whether any file is kept there. */
bool blob_any(const char *data_dir);

/* -1 and CORRUPT (gone, changed) or IO. */
int blob_file_open(const char *data_dir, const char *sha256, int64_t *size_out, GError **error);

/* A flock on DIR/blobs: shared for a backup (waits), alone for a sweep (BUSY at once). -1 on error. */
int blob_hold(const char *data_dir, bool alone, GError **error);

/* SHA-256 and length of an open file from its start; false with errno. */
bool file_hash(int fd, char hex_out[SHA256_HEX_SIZE], int64_t *size_out);
bool file_write_all(int fd, Bytes bytes); /* false with errno */

#endif
