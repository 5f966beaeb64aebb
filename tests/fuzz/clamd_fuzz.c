/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a virus scanner's answer: clean is one text and no other, a finding and a refusal stand where a plain look
 * finds their last word, and what is said is one bounded line.
 */
#include "base/check.h"
#include "net/clamd.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_the_text(const uint8_t *data, size_t size, const char *text)
{
    return size == strlen(text) + 1 && !memcmp(data, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ClamdAnswer answer = {0};
    g_autofree uint8_t *own =
        g_memdup2(data, size); /* of its own size, so that a sanitizer sees the first byte read past it */
    clamd_answer_parse((Bytes){own, size}, &answer);
    g_autofree char *text = g_strndup((const char *)data, size);
    bool is_one_text = size > 0 && data[size - 1] == '\0' && strlen(text) == size - 1;
    check(answer.outcome >= 0 && answer.outcome < CLAMD_OUTCOMES);
    check((answer.outcome == CLAMD_CLEAN) == is_the_text(data, size, "stream: OK"));
    check(answer.outcome != CLAMD_FOUND ||
          (is_one_text && g_str_has_prefix(text, "stream: ") && g_str_has_suffix(text, " FOUND")));
    bool is_error = answer.outcome == CLAMD_UNABLE || answer.outcome == CLAMD_TROUBLE;
    check(!is_error || (is_one_text && g_str_has_suffix(text, " ERROR")));
    check(answer.outcome == CLAMD_CLEAN || *answer.said || is_error);
    check(strlen(answer.said) <= CLAMD_SAID_MAX && g_utf8_validate(answer.said, -1, NULL));
    for (const char *at = answer.said; *at; at++)
        check((unsigned char)*at >= ' ' && *at != 0x7f);
    return 0;
}
