/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a delivery report, in each of its forms: the status part of a report (RFC 3464), a mailer daemon's words,
 * X-Failed-Recipients, the returned original. What is claimed is bounded, of one clean line each, no address twice; and
 * the only ids of ours found in words are such as thread.h calls ours.
 */
#include "channel/mail/bounce.h"
#include "channel/mail/thread.h"
#include "header_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const own_addresses[] = {"assistenza@filo.test"};

static void check_delivery(const ReportedDelivery *delivery)
{
    check_line(delivery->address);
    check_line(delivery->status);
    check_line(delivery->reason);
    check(strchr(delivery->address, '@') && strlen(delivery->address) <= PARSE_LINE_MAX);
    check(g_utf8_strlen(delivery->reason, -1) <= 300 && strlen(delivery->status) <= 100);
    check(delivery->state == DELIVERY_FAILED || delivery->state == DELIVERY_DELAYED ||
          delivery->state == DELIVERY_DELIVERED);
}

static void check_bounce(Arena *arena, const ParsedMail *mail)
{
    MailBounce bounce = mail_bounce_read(arena, mail, own_addresses, G_N_ELEMENTS(own_addresses));
    int64_t ticket, outbox;
    check(bounce.count <= BOUNCE_RECIPIENTS_MAX);
    for (size_t i = 0; i < bounce.count; i++) {
        check_delivery(&bounce.items[i]);
        for (size_t j = 0; j < i; j++)
            check(g_ascii_strcasecmp(bounce.items[i].address, bounce.items[j].address) != 0);
    }
    if (bounce.message_id)
        check_line(bounce.message_id);
    check(!bounce.message_id || *mail->report_message_id ||
          mail_message_id_parse(bounce.message_id, own_addresses, G_N_ELEMENTS(own_addresses), &ticket, &outbox));
}

/* The bytes between the two, as one message. */
static void check_within(const char *before, Bytes bytes, const char *after)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) raw = g_string_new(before);
    ParsedMail mail;
    g_string_append_len(raw, (const char *)bytes.data, (gssize)bytes.size);
    g_string_append(raw, after);
    message_parse(arena, bytes_in(raw), false, &mail);
    check_bounce(arena, &mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
#define REPORT "From: MAILER-DAEMON@y.test\r\nContent-Type: multipart/report; boundary=B\r\n\r\n--B\r\n"
    Bytes bytes = {data, size};
    if (size > 1 << 15)
        return 0;
    check_within(REPORT "Content-Type: message/delivery-status\r\n\r\n", bytes, "\r\n--B--\r\n");
    check_within(REPORT "Content-Type: text/rfc822-headers\r\n\r\n", bytes, "\r\n--B--\r\n");
    check_within("From: MAILER-DAEMON@y.test\r\nSubject: failure notice\r\n\r\n", bytes, "");
    check_within("From: MAILER-DAEMON@y.test\r\nX-Failed-Recipients: ", bytes, "\r\n\r\n550 5.1.1 no such user\r\n");
    return 0;
#undef REPORT
}
