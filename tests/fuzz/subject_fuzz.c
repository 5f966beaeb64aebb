/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text in headers, both ways: any bytes as a Subject are read as one clean bounded line; what was read is written by
 * channel/mail/header in plain ASCII as one field and no other; and read again it is what it was (RFC 2047).
 */
#include "base/check.h"
#include "channel/mail/header.h"
#include "header_fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *subject_of(Arena *arena, Bytes field)
{
    return message_of_fields(arena, field)->subject;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 13)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) came = g_string_new("Subject: "), written = g_string_new(NULL), own = g_string_new(NULL);
    append_field_bytes(came, (Bytes){data, size});
    const char *read = subject_of(arena, bytes_in(came));
    check_line(read);
    check(strlen(read) <= PARSE_LINE_MAX);
    mail_header_text(written, "Subject", read);
    check_one_field(written, "Subject");
    check(!strcmp(subject_of(arena, bytes_in(written)), value_read_back(arena, read)));
    const char *typed = arena_strndup(arena, (const char *)data, size);
    mail_header_text(own, "Subject", typed);
    check_one_field(own, "Subject");
    check(!strcmp(subject_of(arena, bytes_in(own)), value_read_back(arena, typed)));
    return 0;
}
