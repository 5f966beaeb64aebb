/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Addresses, both ways: any bytes as a From are read as clean bounded lines; those that may be written to (header.h's
 * rule) are written as one field, and what a reader finds in it are the same people (RFC 5322 3.4, RFC 2047 5).
 */
#include "channel/mail/header.h"
#include "header_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PEOPLE_MAX = 20 };

/* Who of the message may be written to. */
static size_t safe_people(const ParsedMail *mail, Mailbox people_out[PEOPLE_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < mail->address_count; i++) {
        const ParsedAddress *address = &mail->addresses[i];
        check_line(address->address);
        check_line(address->name);
        check(strlen(address->address) <= PARSE_LINE_MAX && strlen(address->name) <= PARSE_LINE_MAX);
        if (count < PEOPLE_MAX && mail_address_is_safe(address->address))
            people_out[count++] = (Mailbox){address->name, address->address};
    }
    return count;
}

static void check_written(Arena *arena, const Mailbox *people, size_t count)
{
    g_autoptr(GString) written = g_string_new(NULL);
    mail_header_mailboxes(written, "From", people, count);
    check_one_field(written, "From");
    const ParsedMail *mail = message_of_fields(arena, bytes_in(written));
    check(mail->address_count == count && !(mail->defects & PARSE_DEFECT_ADDRESS));
    for (size_t i = 0; i < count; i++) {
        check(!strcmp(mail->addresses[i].address, people[i].address));
        check(!strcmp(mail->addresses[i].name, value_read_back(arena, people[i].name)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Mailbox people[PEOPLE_MAX];
    if (size > 1 << 12)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) came = g_string_new("From: ");
    append_field_bytes(came, (Bytes){data, size});
    size_t count = safe_people(message_of_fields(arena, bytes_in(came)), people);
    if (count)
        check_written(arena, people, count);
    Mailbox typed = {arena_strndup(arena, (const char *)data, size), "anna@bar.test"};
    check_written(arena, &typed, 1);
    return 0;
}
