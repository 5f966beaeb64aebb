/* SPDX-License-Identifier: EUPL-1.2 */
/* parse/tnef and parse/rtf on any bytes: what it gives goes through the checked way back, every file it lists is there with
 * the size and sum it said, the HTML stands still, and the same bytes as RTF give clean text. */
#include "base/check.h"
#include "parse/charset_int.h"
#include "parse/html_int.h"
#include "parse/message_int.h"
#include "parse/rtf_int.h"
#include "parse/tnef_int.h"
#include "parse/wire_int.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* GMime forgets what message_init replaces: leaks are no finding here. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void check_files(Arena *arena, Bytes stream, const ParsedMail *mail)
{
    Bytes content;
    char sha256[SHA256_HEX_SIZE];
    size_t tried = MIN(mail->attachment_count, (size_t)8); /* each takes the whole stream again */
    for (size_t i = 0; i < tried; i++) {
        check(mail->attachments[i].tnef == i + 1 && tnef_file(arena, stream, (uint32_t)(i + 1), &content));
        bytes_sha256_hex(content, sha256);
        check(content.size == mail->attachments[i].size && !strcmp(sha256, mail->attachments[i].sha256));
    }
    check(!tnef_file(arena, stream, (uint32_t)mail->attachment_count + 1, &content));
}

static void try_tnef(Bytes stream)
{
    g_autoptr(Arena) arena = arena_new((size_t)512 << 20);
    const TnefSource source = {.encoding = PARSE_IDENTITY, .coded = stream.size, .first = 3};
    ParsedMail mail, back;
    tnef_mail(arena, stream, &source, &mail);
    g_autoptr(GByteArray) result = wire_mail_write(&mail);
    check(result->len <= TNEF_RESULT_MAX);
    check(wire_mail_read(arena, (Bytes){result->data, result->len}, stream.size, &back));
    check_files(arena, stream, &mail);
    if (!mail.html)
        return;
    HtmlParts parts = {.count = (int)(source.first + mail.attachment_count)};
    g_autoptr(GString) again = html_sanitise(bytes_of(mail.html), &parts);
    check(!strcmp(again->str, mail.html));
}

static void try_rtf(Bytes rtf)
{
    g_autoptr(GString) text = g_string_new(NULL);
    rtf_read(rtf, 5000, text);
    check(g_utf8_validate_len(text->str, text->len, NULL) && text->len <= 5000 * 3 + 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool damaged = false, cut = false;
    Bytes input = {data ? data : (const uint8_t *)"", size};
    if (size > 1 << 16)
        return 0;
    message_init();
    charset_open_all();
    try_tnef(input);
    try_rtf(input);
    g_autoptr(GByteArray) rtf = rtf_unpack(input, 1 << 16, &damaged, &cut);
    check(rtf->len <= MIN((size_t)1 << 16, input.size * 9));
    try_rtf((Bytes){rtf->data, rtf->len});
    return 0;
}
