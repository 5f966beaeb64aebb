/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/secret.h"

#include "base/check.h"
#include "store/data_dir.h"

#include <sodium.h>
#include <string.h>

static bool key_of(const Store *store, const char *account, uint8_t key_out[crypto_secretbox_KEYBYTES], GError **error)
{
    uint8_t seal_key[SEAL_KEY_SIZE];
    check(sodium_init() >= 0);
    if (!data_dir_read_seal_key(store_data_dir(store), seal_key, error))
        return false;
    crypto_generichash(key_out, crypto_secretbox_KEYBYTES, (const uint8_t *)account, strlen(account), seal_key,
                       sizeof seal_key);
    sodium_memzero(seal_key, sizeof seal_key);
    return true;
}

bool secret_seal(Arena *arena, const Store *store, const char *account, const char *text, Bytes *sealed_out,
                 GError **error)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    size_t length = strlen(text);
    if (!key_of(store, account, key, error))
        return false;
    uint8_t *box = arena_alloc(arena, crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length);
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)text, length, box, key);
    sodium_memzero(key, sizeof key);
    *sealed_out = (Bytes){box, crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length};
    return true;
}

char *secret_open(Arena *arena, const Store *store, const char *account, Bytes sealed, GError **error)
{
    const size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    uint8_t key[crypto_secretbox_KEYBYTES];
    if (!key_of(store, account, key, error))
        return NULL;
    char *text = sealed.size >= overhead ? arena_alloc(arena, sealed.size - overhead + 1) : NULL;
    bool opened = text && crypto_secretbox_open_easy((uint8_t *)text, sealed.data + crypto_secretbox_NONCEBYTES,
                                                     sealed.size - crypto_secretbox_NONCEBYTES, sealed.data, key) == 0;
    sodium_memzero(key, sizeof key);
    if (opened)
        return text;
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "the secret of '%s' was sealed with another key: type it again",
                account);
    return NULL;
}
