/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * data_dir: the one directory that holds everything of an installation. Answers: "is this ours, and may I write in it?"
 *
 *     DIR/filo.db      the SQLite database (absent with PostgreSQL)      DIR/backups/   what backup_make writes
 *     DIR/blobs/ab/…   files over 64 KiB, named by their SHA-256         DIR/filo.sock  serve's door for subcommands
 *     DIR/keys/seal.key  32 random bytes, 0400, never in a backup        DIR/lock       held by whoever may write
 *
 * Not for what is inside the database. Called by store_open, backup_restore, and cli init.
 * Memory: every returned descriptor is yours to close. Errors: BUSY (another filo holds the lock), REFUSED (not ours),
 * IO, FULL, NOT_FOUND.
 *
 * Invariants:
 *  1. The directory and all below it belong to their owner alone (0700, files 0600).
 *  2. seal.key is made once, with the directory, and never overwritten.
 *  3. The lock is a flock: it ends with its holder, however that ends.
 *
 * Example:
 *     if (!data_dir_init("/var/lib/filo", &error)) …
 *     int lock = data_dir_lock("/var/lib/filo", &error);
 */
#ifndef FILO_STORE_DATA_DIR_H
#define FILO_STORE_DATA_DIR_H

#include "base/error.h"

#include <stdint.h>

#define SEAL_KEY_SIZE 32

/* Makes the directory and what is missing in it; doing it twice changes nothing. Refuses a directory that holds other
 * things and no database of ours. Errors: REFUSED, IO, FULL. */
bool data_dir_init(const char *path, GError **error);

/* Takes the writer's lock and gives its descriptor, or -1. Errors: BUSY at once when another process holds it. */
int data_dir_lock(const char *path, GError **error);

/* Reads DIR/keys/seal.key. Errors: NOT_FOUND, CORRUPT (not 32 bytes), IO. */
bool data_dir_read_seal_key(const char *path, uint8_t key_out[SEAL_KEY_SIZE], GError **error);

/* Makes the names written in the directory durable. Errors: IO. */
bool directory_sync(const char *path, GError **error);

/* mkdir with 0700; true also when it was there. Errors: IO, FULL. */
bool directory_make(const char *path, GError **error);

#endif
