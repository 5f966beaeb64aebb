/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libFuzzer target: the whole parse in-process and without the sandbox, with the contract as the oracle: the checker
 * accepts what the parser makes, reading it back and writing it again gives the same bytes, what is shown as HTML
 * stands still when sanitised again, and the checker survives the raw input as a result.
 */
#include "base/check.h"
#include "parse/content_hash.h"
#include "parse/html_int.h"
#include "parse/message_int.h"
#include "parse/wire_int.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* A worker frees nothing but by its end, and GMime forgets what message_init replaces: leaks are no finding here. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void check_result(Arena *arena, Bytes raw, const ParsedMail *mail)
{
    ParsedMail read;
    g_autoptr(GByteArray) result = wire_mail_write(mail);
    check(wire_mail_read(arena, (Bytes){result->data, result->len}, raw.size, &read));
    g_autoptr(GByteArray) again = wire_mail_write(&read);
    check(again->len == result->len && !memcmp(again->data, result->data, result->len));
}

static void check_html_stands_still(const ParsedMail *mail)
{
    HtmlParts parts = {.find_cid = NULL, .count = (int)mail->attachment_count};
    if (!mail->html)
        return;
    GString *again = html_sanitise(bytes_of(mail->html), &parts);
    check(!strcmp(again->str, mail->html));
    g_string_free(again, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes raw = {data, size};
    char hash[SHA256_HEX_SIZE];
    parse_content_hash(raw, hash);
    for (int clipped = 0; clipped < 2; clipped++) {
        g_autoptr(Arena) arena = arena_new((size_t)512 << 20);
        ParsedMail mail;
        message_parse(arena, raw, clipped, &mail);
        check_result(arena, raw, &mail);
        check_html_stands_still(&mail);
    }
    g_autoptr(Arena) arena = arena_new((size_t)512 << 20);
    ParsedMail nonsense;
    wire_mail_read(arena, raw, size, &nonsense);
    return 0;
}
