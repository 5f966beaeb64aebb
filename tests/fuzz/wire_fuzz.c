/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The core's guard against a worker that was taken over: any bytes as its answer, and a true answer with some bytes
 * changed. What passes is what parse/mail.h promises, by a look that shares nothing with the reader, and written again it
 * is the same bytes; what does not leaves nothing.
 */
#include "header_fuzz.h"
#include "parse/wire_int.h"

#define RAW_SIZE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_attachments(const ParsedAttachment *items, size_t count)
{
    check(count <= PARSE_ATTACHMENTS_MAX);
    for (size_t i = 0; i < count; i++) {
        check_line(items[i].name);
        check_line(items[i].content_id);
        check(!strpbrk(items[i].name, "/\\") && strlen(items[i].name) <= 255 && strchr(items[i].type, '/'));
        check(items[i].offset <= RAW_SIZE && items[i].length <= RAW_SIZE - items[i].offset);
        check(items[i].encoding < PARSE_ENCODINGS &&
              strspn(items[i].sha256, "0123456789abcdef") == SHA256_HEX_SIZE - 1);
    }
}

static void check_time(const ParsedTime *time)
{
    check_line(time->zone);
    check(time->kind < PARSE_WHENS && time->at >= 0);
}

static void check_appointments(const ParsedMail *mail)
{
    check(mail->appointment_count <= PARSE_APPOINTMENTS_MAX);
    for (size_t i = 0; i < mail->appointment_count; i++) {
        const ParsedAppointment *one = &mail->appointments[i];
        const char *const lines[] = {one->uid, one->title, one->place, one->organiser, one->attendees};
        for (size_t j = 0; j < G_N_ELEMENTS(lines); j++)
            check_line(lines[j]);
        check(one->method < PARSE_METHODS && one->answer < PARSE_ANSWERS && one->repeat < PARSE_REPEATS);
        check_time(&one->start);
        check_time(&one->end);
        check_time(&one->only);
        check(g_utf8_validate(one->comment, -1, NULL) && g_utf8_validate(one->description, -1, NULL));
    }
}

static void check_mail(const ParsedMail *mail)
{
    const char *const lines[] = {mail->from_address, mail->from_name,   mail->subject,
                                 mail->message_id,   mail->in_reply_to, mail->report_message_id};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        check_line(lines[i]);
    for (size_t i = 0; i < mail->address_count; i++) {
        check(mail->addresses[i].role < PARSE_ROLES);
        check_line(mail->addresses[i].address);
        check_line(mail->addresses[i].name);
    }
    for (size_t i = 0; i < mail->field_count; i++) {
        check(parse_mail_keeps(mail->fields[i].name));
        check_line(mail->fields[i].value);
    }
    for (size_t i = 0; i < mail->reference_count; i++)
        check_line(mail->references[i]);
    for (size_t i = 0; i < mail->report_count; i++)
        check_line(mail->reports[i].reason);
    check(strlen(mail->text) == mail->text_size && g_utf8_validate(mail->text, -1, NULL));
    check(mail->quote_at == PARSE_NO_QUOTE || mail->quote_at <= mail->text_size);
    check(!mail->html || (strlen(mail->html) == mail->html_size && !strstr(mail->html, "<script")));
    check_attachments(mail->attachments, mail->attachment_count);
    check_attachments(mail->forward.attachments, mail->forward.attachment_count);
    check_appointments(mail);
}

static void check_answer(Bytes answer)
{
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    ParsedMail mail;
    if (!wire_mail_read(arena, answer, RAW_SIZE, &mail)) {
        check(!mail.parsed && !mail.address_count && !mail.attachment_count && !mail.text);
        return;
    }
    check_mail(&mail);
    g_autoptr(GByteArray) again = wire_mail_write(&mail);
    check(again->len == answer.size && !memcmp(again->data, answer.data, answer.size));
}

/* How many changes, for each where (two bytes) and what; behind them a message whose true answer is changed. */
static void check_changed(Bytes bytes)
{
    size_t changes = bytes.size ? bytes.data[0] % 16 : 0, before = 1 + 3 * changes;
    if (bytes.size < before || bytes.size - before > RAW_SIZE)
        return;
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    ParsedMail mail;
    message_parse(arena, (Bytes){bytes.data + before, bytes.size - before}, false, &mail);
    g_autoptr(GByteArray) answer = wire_mail_write(&mail);
    check(changes || wire_mail_read(arena, (Bytes){answer->data, answer->len}, RAW_SIZE, &mail));
    for (size_t i = 0; i < changes; i++) {
        const uint8_t *change = bytes.data + 1 + 3 * i;
        answer->data[((size_t)change[0] << 8 | change[1]) % answer->len] ^= change[2];
    }
    check_answer((Bytes){answer->data, answer->len});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14)
        return 0;
    check_answer((Bytes){data, size});
    check_changed((Bytes){data, size});
    return 0;
}
