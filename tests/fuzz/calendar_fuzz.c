/* SPDX-License-Identifier: EUPL-1.2 */
/* parse/calendar on any text, and what it gives through the checked way back: nothing of it may be refused there. */
#include "base/check.h"
#include "parse/calendar_int.h"
#include "parse/charset_int.h"
#include "parse/message_int.h"
#include "parse/wire_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* GMime forgets what message_init replaces: leaks are no finding here. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GArray) appointments = g_array_new(FALSE, FALSE, sizeof(ParsedAppointment));
    g_autoptr(GString) text = g_string_new(NULL);
    bool guessed = false;
    ParsedMail mail, back;
    if (size > 1 << 16)
        return 0;
    charset_append(text, NULL, (Bytes){data, size}, &guessed);
    calendar_read(arena, text->str, appointments);
    message_parse(arena, (Bytes){NULL, 0}, false, &mail);
    mail.appointments = (const ParsedAppointment *)(void *)appointments->data;
    mail.appointment_count = appointments->len;
    g_autoptr(GByteArray) result = wire_mail_write(&mail);
    check(wire_mail_read(arena, (Bytes){result->data, result->len}, 0, &back));
    check(back.appointment_count == appointments->len);
    return 0;
}
