/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/certificate on any bytes: what the checked way back refuses of its own worker is a bug; what was read, written and
 * read again is the same; and of a file with a private key nothing is taken.
 */
#include "base/check.h"
#include "parse/certificate_int.h"
#include "parse/signature_int.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const Certificates *a, const Certificates *b)
{
    check(a->verdict == b->verdict && a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        check(!strcmp(a->items[i].fingerprint, b->items[i].fingerprint) &&
              !strcmp(a->items[i].name, b->items[i].name) && a->items[i].not_after == b->items[i].not_after);
}

/* What is stored: certificates, line by line, and nothing else. */
static void check_pem(const char *pem)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    while (*pem) {
        size_t line = strcspn(pem, "\n");
        bool is_frame = !strncmp(pem, "-----BEGIN CERTIFICATE-----\n", line + 1) ||
                        !strncmp(pem, "-----END CERTIFICATE-----\n", line + 1);
        check(pem[line] == '\n' && (is_frame || (line <= 64 && strspn(pem, base64) == line)));
        pem += line + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Certificates found, back, again;
    signature_open();
    certificate_read(arena, (Bytes){data, size}, &found);
    g_autoptr(GByteArray) lines = certificate_lines_write(&found);
    check(certificate_lines_read(arena, (Bytes){lines->data, lines->len}, &back));
    check_same(&found, &back);
    check((found.verdict == CERTIFICATES_READ) == (found.count > 0));
    if (size && memmem(data, size, "-----BEGIN PRIVATE KEY-----", 27))
        check(found.verdict == CERTIFICATES_KEY);
    const char *pem = certificate_pem(arena, found.items, found.count);
    check_pem(pem);
    certificate_read(arena, bytes_of(pem), &again);
    if (found.count)
        check_same(&found, &again);
    return 0;
}
