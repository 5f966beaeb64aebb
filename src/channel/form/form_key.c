/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/form/form_key.h"

#include "desk/setting/secret.h"

#include <sodium.h>
#include <string.h>

/* What the seal is bound to: a sealed mailbox password is no form key, nor the other way round. */
#define PURPOSE "form"
#define TEXT_MAX 256

char *form_key_make(Arena *arena, const Desk *desk, GError **error)
{
    Token token = token_new();
    Bytes sealed;
    const char *plain = arena_printf(arena, "%s %" G_GINT64_FORMAT, token.text, desk_now(desk));
    if (!secret_seal(arena, desk_store(desk), PURPOSE, plain, &sealed, error))
        return NULL;
    size_t size = sodium_base64_ENCODED_LEN(sealed.size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(arena, size);
    sodium_bin2base64(text, size, sealed.data, sealed.size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

static bool decode(Arena *arena, const char *text, Bytes *sealed_out)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length > TEXT_MAX)
        return false;
    uint8_t *bytes = arena_alloc(arena, length);
    const char *end;
    *sealed_out = (Bytes){bytes, 0};
    return sodium_base642bin(bytes, length, text, length, NULL, &sealed_out->size, &end,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           end == text + length;
}

/* "<token> <moment>" of a seal that opened: ours, so only its shape is looked at. */
static bool read_plain(const char *plain, FormKey *key_out)
{
    if (strlen(plain) < TOKEN_SIZE || plain[TOKEN_SIZE - 1] != ' ')
        return false;
    g_strlcpy(key_out->token.text, plain, sizeof key_out->token.text);
    key_out->shown_at = g_ascii_strtoll(plain + TOKEN_SIZE, NULL, 10);
    return token_hash(key_out->token.text, key_out->token.sha256);
}

FormKeyState form_key_open(Arena *arena, const Desk *desk, const char *text, FormKey *key_out)
{
    Bytes sealed;
    g_autoptr(GError) not_ours = NULL;
    if (!decode(arena, text, &sealed))
        return FORM_KEY_FORGED;
    const char *plain = secret_open(arena, desk_store(desk), PURPOSE, sealed, &not_ours);
    if (!plain || !read_plain(plain, key_out))
        return FORM_KEY_FORGED;
    int64_t age = desk_now(desk) - key_out->shown_at;
    if (age < FORM_KEY_HASTY_MS)
        return FORM_KEY_HASTY;
    return age > FORM_KEY_STALE_MS ? FORM_KEY_STALE : FORM_KEY_GOOD;
}
