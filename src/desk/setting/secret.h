/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * secret: passwords of mailboxes and the like, kept so that the database alone does not give them away. Answers: "seal
 * this", "open it again".
 *
 * XSalsa20-Poly1305 (libsodium secretbox) with a key derived from keys/seal.key and the account's name, so that a sealed
 * text moved to another account does not open. The key is not in backups: after a restore secrets are typed again.
 * Not for people's passwords (desk/staff/password.h). Owns no table. Called by: cli mailbox, settings pages, job.
 *
 * Memory: results live in the arena; who opened a secret wipes it with sodium_memzero. Errors: CORRUPT (other key, or
 * changed), NOT_FOUND / IO (seal.key).
 *
 * Invariants:
 *  1. Sealing the same text twice gives different bytes.
 */
#ifndef FILO_DESK_SETTING_SECRET_H
#define FILO_DESK_SETTING_SECRET_H

#include "store/store.h"

bool secret_seal(Arena *arena, const Store *store, const char *account, const char *text, Bytes *sealed_out,
                 GError **error);
char *secret_open(Arena *arena, const Store *store, const char *account, Bytes sealed, GError **error);

#endif
