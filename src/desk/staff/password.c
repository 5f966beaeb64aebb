/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/password.h"

#include "base/check.h"
#include "desk/staff/password_int.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define COST_PASSES 1
#define COST_MEMORY ((size_t)46 << 20)

/* Of 40 random bytes that nobody kept, at the cost above (a test holds it to that). */
static const char nobodys_hash[] =
    "$argon2id$v=19$m=47104,t=1,p=1$8eAMH3ROLf8Sn9DV3OiybQ$nWrKRe1plYrv8ANxzlUVli9qEQiHY5EY+KuE6yWmuKA";

bool password_check(const char *password, const char *const *own_words, size_t own_word_count, InputError *refused_out)
{
    const char *key = NULL;
    if (strlen(password) > PASSWORD_MAX)
        key = "password.error.too_long";
    else if (!g_utf8_validate(password, -1, NULL))
        key = "password.error.unreadable";
    else if (g_utf8_strlen(password, -1) < PASSWORD_MIN)
        key = "password.error.too_short";
    else if (password_is_obvious(password, own_words, own_word_count))
        key = "password.error.obvious";
    if (key)
        *refused_out = (InputError){"password", key, NULL};
    return key == NULL;
}

void password_hash(const char *password, PasswordHash *hash_out)
{
    G_STATIC_ASSERT(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);
    size_t size = strlen(password);
    check(size <= PASSWORD_MAX);
    check(sodium_init() >= 0);
    check(crypto_pwhash_str(hash_out->text, password, size, COST_PASSES, COST_MEMORY) == 0); /* else: no memory */
}

bool password_verify(const char *hash, const char *password)
{
    size_t size = strlen(password);
    check(sodium_init() >= 0);
    if (size > PASSWORD_MAX)
        return false;
    return crypto_pwhash_str_verify(hash ? hash : nobodys_hash, password, size) == 0 && hash;
}

bool password_verify_nobody(const char *password)
{
    return password_verify(NULL, password);
}

bool password_needs_rehash(const char *hash)
{
    check(sodium_init() >= 0);
    return crypto_pwhash_str_needs_rehash(hash, COST_PASSES, COST_MEMORY) != 0;
}
