/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * password: whether a password will do, its hash, and whether one shown is the one kept. Answers: "is it them?"
 *
 * argon2id of 46 MiB in one pass (about 54 ms here): every function that hashes is for the lane that runs two at once,
 * never for a store_write function. A password is taken exactly as typed: no trimming, no folding. No pepper: the key
 * file is in no backup, and a restored desk must still let people in. Owns no table. Not for throttling nor for knowing
 * who may sign in (desk/staff/session.h). Called by: desk/staff, cli init.
 *
 * Pointers: caller's storage only. Errors: password_check refuses with password.error.too_short, too_long, obvious or
 * unreadable (no UTF-8); a machine that has not the 46 MiB aborts in password_hash, and has password_verify say
 * no.
 *
 * Invariants:
 *  1. A password over PASSWORD_MAX bytes is never hashed.
 *  2. password_verify_nobody takes as long as password_verify and is never true: an unknown login costs the same.
 *
 * Example:
 *     PasswordHash hash;
 *     if (!password_check(typed, own_words, G_N_ELEMENTS(own_words), &refused))
 *         return show(refused);
 *     password_hash(typed, &hash);
 *     staff_set_password(tx, who, hash.text, actor, now);
 */
#ifndef FILO_DESK_STAFF_PASSWORD_H
#define FILO_DESK_STAFF_PASSWORD_H

#include "base/error.h"

#include <stddef.h>

#define PASSWORD_MIN 12        /* characters */
#define PASSWORD_MAX 1024      /* bytes */
#define PASSWORD_HASH_SIZE 128 /* with its NUL */

typedef struct PasswordHash {
    char text[PASSWORD_HASH_SIZE]; /* "$argon2id$v=19$m=47104,t=1,p=1$salt$hash" */
} PasswordHash;

/* Whether a new password will do. Besides its length one thing counts: what is left of it once common words, own_words
 * (login, name, company: whatever is known of the person), keyboard runs, years and repetitions are taken away. No
 * rules of composition. */
bool password_check(const char *password, const char *const *own_words, size_t own_word_count, InputError *refused_out);

/* A new hash with its own salt; slow on purpose. The password has passed password_check. */
void password_hash(const char *password, PasswordHash *hash_out);

/* Whether it is the password of that hash (NULL: nobody's, and just as slow). */
bool password_verify(const char *hash, const char *password);
bool password_verify_nobody(const char *password);

/* Whether the hash was made with less than today's cost, and wants making anew at the next sign-in. */
bool password_needs_rehash(const char *hash);

#endif
