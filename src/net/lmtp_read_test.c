/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/lmtp_read.h"

#include <glib.h>
#include <string.h>

/* What a reader makes of the bytes, given in pieces of `step`: a word for each command, content between brackets. */
static char *told_in_steps(Bytes all, size_t step)
{
    static const char *const verbs[] = {"LHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "HELO", "?"};
    GString *told = g_string_new(NULL);
    LmtpReader reader;
    lmtp_reader_init(&reader);
    for (size_t at = 0; at < all.size; at += step) {
        Bytes input = {all.data + at, MIN(step, all.size - at)}, piece;
        for (LmtpReading reading; (reading = lmtp_read(&reader, &input, &piece)) != LMTP_READ_MORE;) {
            if (reading == LMTP_READ_CONTENT) {
                g_assert_cmpuint(piece.size, >, 0);
                g_string_append_len(told, (const char *)piece.data, (gssize)piece.size);
                continue;
            }
            if (reading == LMTP_READ_END) {
                g_string_append(told, "] ");
                continue;
            }
            const LmtpCommand *command = &reader.command;
            g_string_append_printf(told, "%s%.*s", verbs[command->verb], (int)command->fault, "!!!");
            if (command->verb == LMTP_MAIL || command->verb == LMTP_RCPT)
                g_string_append_printf(told, "(%s)", command->address);
            g_string_append(told, " ");
            if (command->verb == LMTP_DATA && command->fault == LMTP_FINE) {
                lmtp_reader_begin_content(&reader);
                g_string_append(told, "[");
            }
        }
    }
    return g_string_free(told, FALSE);
}

/* The same however it is cut: whole, in pieces of every size, and in two at every byte by way of those. */
static void assert_told(const char *bytes, size_t size, const char *expected)
{
    for (size_t step = 1; step <= size; step++) {
        g_autofree uint8_t *exact = g_memdup2(bytes, size); /* a sanitizer sees the first byte past it */
        g_autofree char *told = told_in_steps((Bytes){exact, size}, step);
        g_assert_cmpstr(told, ==, expected);
    }
}
#define TOLD(bytes, expected) assert_told(bytes, sizeof(bytes) - 1, expected)

static void test_a_session(void)
{
    TOLD("LHLO mx.test\r\nMAIL FROM:<a@x.test> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<b@y.test>\r\nrcpt to:<c@y.test>\r\n"
         "DATA\r\nSubject: x\r\n\r\nciao\r\n.\r\nRSET\r\nNOOP x\r\nQUIT\r\n",
         "LHLO MAIL(a@x.test) RCPT(b@y.test) RCPT(c@y.test) DATA [Subject: x\r\n\r\nciao\r\n] RSET NOOP QUIT ");
}

/* RFC 5321 4.5.2: a first dot is taken away, a line of one dot ends it. */
static void test_dots(void)
{
    TOLD("DATA\r\n.\r\nQUIT\r\n", "DATA [] QUIT ");
    TOLD("DATA\r\n..\r\n.\r\n", "DATA [.\r\n] ");
    TOLD("DATA\r\n...a\r\n.b.\r\na.\r\n.\r\n", "DATA [..a\r\nb.\r\na.\r\n] ");
    TOLD("DATA\r\na\r\n..\r\nb\r\n.\r\n", "DATA [a\r\n.\r\nb\r\n] ");
}

/* What other servers took for an end (CVE-2023-51764 and its like) is content here, and what follows it too. */
static void test_smuggling(void)
{
    TOLD("DATA\r\na\n.\nMAIL FROM:<x@y>\r\n.\r\n", "DATA [a\n.\nMAIL FROM:<x@y>\r\n] ");
    TOLD("DATA\r\na\n.\r\nb\r\n.\r\n", "DATA [a\n.\r\nb\r\n] ");
    TOLD("DATA\r\na\r\n.\nb\r\n.\r\n", "DATA [a\r\n\nb\r\n] ");
    TOLD("DATA\r\na\r.\r\nb\r\n.\r\n", "DATA [a\r.\r\nb\r\n] ");
    TOLD("DATA\r\na\r.\rb\r\n.\r\n", "DATA [a\r.\rb\r\n] ");
    TOLD("DATA\r\na\r\n.\rb\r\n.\r\n", "DATA [a\r\n\rb\r\n] ");
    TOLD("DATA\r\na\r\n.\r\r\n.\r\n", "DATA [a\r\n\r\r\n] ");
    TOLD("DATA\r\na\r\r\n.\r\n", "DATA [a\r\r\n] ");
}

static void test_nul_is_content(void)
{
    static const uint8_t bytes[] = "DATA\r\na\0.\r\n.\r\n";
    LmtpReader reader;
    Bytes input = {bytes, sizeof bytes - 1}, piece;
    lmtp_reader_init(&reader);
    g_assert_cmpint(lmtp_read(&reader, &input, &piece), ==, LMTP_READ_COMMAND);
    lmtp_reader_begin_content(&reader);
    g_assert_cmpint(lmtp_read(&reader, &input, &piece), ==, LMTP_READ_CONTENT);
    g_assert_cmpmem(piece.data, (int)piece.size, "a\0.\r\n", 5);
    g_assert_cmpint(lmtp_read(&reader, &input, &piece), ==, LMTP_READ_END);
    g_assert_cmpuint(input.size, ==, 0);
}

static void test_lines_that_are_none(void)
{
    TOLD("QUIT\nQUIT\r\n", "?! QUIT ");
    TOLD("NOOP \rx\r\nQUIT\r\n", "?! QUIT ");
    TOLD("NO\0OP\r\nQUIT\r\n", "?! QUIT ");
    TOLD("\r\n\nQUIT\r\n", "? ?! QUIT ");
    TOLD("QUITE\r\nQUIT now\r\nDATA x\r\nBDAT 3 LAST\r\n", "? QUIT!! DATA!! ? ");
}

static void test_a_long_line_is_one_fault(void)
{
    g_autoptr(GString) bytes = g_string_new("NOOP ");
    while (bytes->len < 100 * LMTP_LINE_MAX)
        g_string_append_c(bytes, 'x');
    g_string_append(bytes, "\r\nQUIT\r\n");
    g_autofree char *told = told_in_steps((Bytes){(const uint8_t *)bytes->str, bytes->len}, 1000);
    g_assert_cmpstr(told, ==, "?! QUIT ");
    g_string_truncate(bytes, LMTP_LINE_MAX - 1);
    g_string_append(bytes, "\r\n"); /* just fits */
    g_autofree char *fits = told_in_steps((Bytes){(const uint8_t *)bytes->str, bytes->len}, 7);
    g_assert_cmpstr(fits, ==, "NOOP ");
}

static LmtpCommand parsed(const char *line)
{
    LmtpCommand command;
    lmtp_command_parse(bytes_of(line), &command);
    return command;
}

static void test_addresses(void)
{
    static const struct {
        const char *line, *address;
        LmtpFault fault;
    } rows[] = {
        {"MAIL FROM:<>", "", LMTP_FINE},
        {"MAIL FROM: <a@b>", "a@b", LMTP_FINE},
        {"mail from:<a@b> smtputf8 body=7bit size=0", "a@b", LMTP_FINE},
        {"MAIL FROM:<\"a b>\\\"c\"@d>", "\"a b>\\\"c\"@d", LMTP_FINE},
        {"MAIL FROM:<@r1,@r2:a@b>", "a@b", LMTP_FINE},
        {"MAIL FROM:<perch\xc3\xa9@b>", "perch\xc3\xa9@b", LMTP_FINE},
        {"MAIL FROM:<perch\xe9@b>", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:a@b", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a b@c>", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a<b@c>", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b>x", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<\"a@b>", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b> SIZE=", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b> SIZE=-1", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b> SIZE=99999999999999999999", NULL, LMTP_FAULT_SYNTAX},
        {"MAIL FROM:<a@b> BODY=BINARYMIME", NULL, LMTP_FAULT_PARAMETER},
        {"MAIL FROM:<a@b> RET=FULL", NULL, LMTP_FAULT_PARAMETER},
        {"RCPT TO:<>", NULL, LMTP_FAULT_SYNTAX},
        {"RCPT TO:<a+t.x@b>", "a+t.x@b", LMTP_FINE},
        {"RCPT TO:<a@b> NOTIFY=NEVER", NULL, LMTP_FAULT_PARAMETER},
        {"RCPT FROM:<a@b>", NULL, LMTP_FAULT_SYNTAX},
        {"LHLO", NULL, LMTP_FAULT_SYNTAX},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        LmtpCommand command = parsed(rows[i].line);
        g_assert_cmpint(command.fault, ==, rows[i].fault);
        if (rows[i].address)
            g_assert_cmpstr(command.address, ==, rows[i].address);
    }
    g_assert_cmpuint(parsed("MAIL FROM:<a@b> SIZE=123456").size, ==, 123456);
    g_autofree char *longest = g_strnfill(LMTP_ADDRESS_MAX, 'a');
    g_autofree char *fits = g_strdup_printf("RCPT TO:<%s>", longest);
    g_autofree char *over = g_strdup_printf("RCPT TO:<%sa>", longest);
    g_assert_cmpint(parsed(fits).fault, ==, LMTP_FINE);
    g_assert_cmpint(parsed(over).fault, ==, LMTP_FAULT_SYNTAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lmtp-read/session", test_a_session);
    g_test_add_func("/lmtp-read/dots", test_dots);
    g_test_add_func("/lmtp-read/smuggling", test_smuggling);
    g_test_add_func("/lmtp-read/nul", test_nul_is_content);
    g_test_add_func("/lmtp-read/no-lines", test_lines_that_are_none);
    g_test_add_func("/lmtp-read/long", test_a_long_line_is_one_fault);
    g_test_add_func("/lmtp-read/addresses", test_addresses);
    return g_test_run();
}
