/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lmtp_read: the reader of what a mail server says over LMTP (RFC 2033, RFC 5321). Answers: "which command is this, and
 * where does the message end?"
 *
 * Fed bytes as they come, cut anywhere: no socket, no clock, no session. Not for deciding what may come when
 * (net/lmtp.h). Called by: net/lmtp and the fuzzer; a reader is the caller's own storage and belongs to one thread.
 *
 * Pointers: what lmtp_read gives out is borrowed from the reader or from the input, until the next call.
 * Errors: a LmtpFault in the command; the reader goes on with the next line.
 *
 * Invariants:
 *  1. Memory is the reader's own LMTP_LINE_MAX bytes, whatever is sent; content is never kept here.
 *  2. The same bytes give the same commands and the same content however they are cut.
 *  3. A command ends in CRLF; one that ends otherwise, or holds CR or NUL, is faulty and never obeyed.
 *  4. Content ends at CRLF "." CRLF (or "." CRLF at its very start) and nowhere else: LF "." LF, CR "." CR and their
 *     like are content. A first dot of a line that CRLF began is taken away; all other bytes are given as they came.
 *  5. An address holds no control, no angle bracket outside quotes, and is UTF-8 of at most LMTP_ADDRESS_MAX bytes.
 *
 * Example:
 *     while ((reading = lmtp_read(&reader, &heard, &piece)) != LMTP_READ_MORE)
 *         if (reading == LMTP_READ_COMMAND && reader.command.verb == LMTP_DATA)
 *             lmtp_reader_begin_content(&reader);
 */
#ifndef FILO_NET_LMTP_READ_H
#define FILO_NET_LMTP_READ_H

#include "base/bytes.h"

enum { LMTP_LINE_MAX = 2048, LMTP_ADDRESS_MAX = 320 };

typedef enum LmtpVerb {
    LMTP_LHLO,
    LMTP_MAIL,
    LMTP_RCPT,
    LMTP_DATA,
    LMTP_RSET,
    LMTP_NOOP,
    LMTP_QUIT,
    LMTP_VRFY,
    LMTP_HELO, /* and EHLO: the other side takes us for an SMTP server */
    LMTP_NO_VERB
} LmtpVerb;

typedef enum LmtpFault {
    LMTP_FINE,
    LMTP_FAULT_LINE,     /* too long, or not ended by CRLF, or with a control in it */
    LMTP_FAULT_SYNTAX,   /* what follows the verb is not what must follow it */
    LMTP_FAULT_PARAMETER /* a parameter that we did not offer */
} LmtpFault;

typedef struct LmtpCommand {
    LmtpVerb verb;
    LmtpFault fault;
    char address[LMTP_ADDRESS_MAX + 1]; /* MAIL: "" is the null sender; RCPT: never "". Without angle brackets */
    uint64_t size;                      /* MAIL: what SIZE= says; 0 when it says nothing */
} LmtpCommand;

typedef struct LmtpReader {
    LmtpCommand command; /* after LMTP_READ_COMMAND */
    int state;           /* the rest is the reader's own */
    size_t length;
    bool overlong;
    char line[LMTP_LINE_MAX];
} LmtpReader;

typedef enum LmtpReading {
    LMTP_READ_MORE,    /* all input is taken */
    LMTP_READ_COMMAND, /* reader->command is one; what follows it is still in the input */
    LMTP_READ_CONTENT, /* *piece_out is the next piece of content, never empty */
    LMTP_READ_END      /* the content was given whole */
} LmtpReading;

void lmtp_reader_init(LmtpReader *reader);

/* What comes now is a message. To be called between two calls of lmtp_read; the reader finds its end by itself. */
void lmtp_reader_begin_content(LmtpReader *reader);

/* Takes bytes off the front of *input. */
LmtpReading lmtp_read(LmtpReader *reader, Bytes *input, Bytes *piece_out);

/* One line without its end, as lmtp_read takes it apart. */
void lmtp_command_parse(Bytes line, LmtpCommand *command_out);

#endif
