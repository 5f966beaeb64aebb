/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/daticert and parse/signature on any bytes: what the checked way back refuses of its own worker is a bug. A valid
 * signature cannot come of it: nobody is trusted.
 */
#include "base/check.h"
#include "parse/daticert_int.h"
#include "parse/message_int.h"
#include "parse/signature_int.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* GMime forgets what message_init replaces: leaks are no finding here. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void try_daticert(Arena *arena, Bytes input)
{
    Daticert certified, back;
    daticert_read(arena, input, &certified);
    g_autoptr(GByteArray) lines = daticert_lines_write(&certified);
    check(daticert_lines_read(arena, (Bytes){lines->data, lines->len}, &back));
    check(back.read == certified.read && back.at == certified.at && back.recipient_count == certified.recipient_count);
    check(!back.read || !strcmp(back.message_id, certified.message_id));
}

static void try_signature(Arena *arena, Bytes input)
{
    Signature signature, back;
    signature_check(arena, input, (Bytes){(const uint8_t *)"", 0}, TIME_DAY, &signature);
    check(signature.verdict != SIGNATURE_VALID);
    g_autoptr(GByteArray) lines = signature_lines_write(&signature);
    check(signature_lines_read(arena, (Bytes){lines->data, lines->len}, input.size, &back));
    check(back.verdict == signature.verdict && !strcmp(back.signer, signature.signer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    message_init();
    signature_open();
    try_daticert(arena, (Bytes){data, size});
    try_signature(arena, (Bytes){data, size});
    return 0;
}
