/* SPDX-License-Identifier: EUPL-1.2 */
/* net/lmtp_read on any bytes, whole and one by one: the same commands and the same content, ended at the same place. */
#include "base/check.h"
#include "net/lmtp_read.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 1099511628211u;
}

static uint64_t mix_bytes(uint64_t sum, Bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        sum = mix(sum, bytes.data[i]);
    return sum;
}

static uint64_t mix_command(uint64_t sum, const LmtpCommand *command)
{
    size_t length = strnlen(command->address, sizeof command->address);
    check(length <= LMTP_ADDRESS_MAX && g_utf8_validate(command->address, -1, NULL));
    for (size_t i = 0; i < length; i++)
        check((unsigned char)command->address[i] >= ' ' && command->address[i] != 0x7f);
    check(command->verb != LMTP_RCPT || command->fault != LMTP_FINE || length);
    return mix_bytes(mix(mix(mix(sum, command->verb), command->fault), command->size), bytes_of(command->address));
}

static uint64_t read_in_steps(Bytes all, size_t step)
{
    uint64_t sum = 0;
    size_t content = 0;
    LmtpReader reader;
    lmtp_reader_init(&reader);
    for (size_t at = 0; at < all.size; at += step) {
        Bytes input = {all.data + at, MIN(step, all.size - at)}, piece;
        for (LmtpReading reading; (reading = lmtp_read(&reader, &input, &piece)) != LMTP_READ_MORE;) {
            if (reading == LMTP_READ_CONTENT) {
                check(piece.size);
                content += piece.size;
                sum = mix_bytes(sum, piece);
                continue;
            }
            sum = reading == LMTP_READ_END ? mix(sum, content) : mix_command(sum, &reader.command);
            if (reading == LMTP_READ_COMMAND && reader.command.verb == LMTP_DATA)
                lmtp_reader_begin_content(&reader);
        }
    }
    check(content <= all.size);
    return sum;
}

/* The content that a plain reading of the rules gives: lines by CRLF alone, one first dot less, up to a dot alone. */
static void check_content(Bytes all)
{
    g_autoptr(GString) sent = g_string_new("DATA\r\n"), got = g_string_new(NULL);
    for (size_t i = 0; i < all.size; i++) {
        bool line_start = i == 0 || (i >= 2 && all.data[i - 1] == '\n' && all.data[i - 2] == '\r');
        if (line_start && all.data[i] == '.')
            g_string_append_c(sent, '.');
        g_string_append_c(sent, (char)all.data[i]);
    }
    bool ended = all.size == 0 || (all.size >= 2 && !memcmp(all.data + all.size - 2, "\r\n", 2));
    g_string_append(sent, ended ? ".\r\n" : "\r\n.\r\n");
    Bytes input = {(const uint8_t *)sent->str, sent->len}, piece;
    LmtpReader reader;
    lmtp_reader_init(&reader);
    check(lmtp_read(&reader, &input, &piece) == LMTP_READ_COMMAND);
    lmtp_reader_begin_content(&reader);
    while (lmtp_read(&reader, &input, &piece) == LMTP_READ_CONTENT)
        g_string_append_len(got, (const char *)piece.data, (gssize)piece.size);
    check(!input.size && got->len == all.size + (ended ? 0 : 2) &&
          (!all.size || !memcmp(got->str, all.data, all.size)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes all = {data, size};
    check(read_in_steps(all, MAX(size, (size_t)1)) == read_in_steps(all, 1));
    check_content(all);
    return 0;
}
