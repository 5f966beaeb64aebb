/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file's name in a parameter, both ways: any bytes behind "attachment;" give a clean base name; a name is written as one
 * field, and read again it is what it was (RFC 2231, continuations and charsets).
 */
#include "base/file_name.h"
#include "channel/mail/header.h"
#include "header_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The name of the message's one attachment, or "". */
static const char *name_of(Arena *arena, const GString *field)
{
    const ParsedMail *mail = message_of_fields(arena, bytes_in(field));
    check(mail->attachment_count <= 1);
    return mail->attachment_count ? mail->attachments[0].name : "";
}

static void check_name(const char *name)
{
    check_line(name);
    check(strlen(name) <= 200 && !strpbrk(name, "/\\"));
}

static void check_written(Arena *arena, const char *name)
{
    g_autoptr(GString) written = g_string_new(NULL);
    mail_header_parameter(written, "Content-Disposition", "attachment", "filename", name);
    check_one_field(written, "Content-Disposition");
    check(!strcmp(name_of(arena, written), value_read_back(arena, name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 12)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) came = g_string_new("Content-Disposition: attachment;"), any = g_string_new(NULL);
    append_field_bytes(came, (Bytes){data, size});
    const char *name = name_of(arena, came);
    check_name(name);
    if (*name)
        check_written(arena, name);
    const char *typed = arena_strndup(arena, (const char *)data, size);
    mail_header_parameter(any, "Content-Disposition", "attachment", "filename", typed);
    check_one_field(any, "Content-Disposition");
    check_name(name_of(arena, any));
    check_written(arena, file_name_safe(arena, typed));
    return 0;
}
