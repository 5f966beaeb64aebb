/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: two small machines in one reader, for lines and for content. How: lines are gathered up to an LF and then looked
 * at as a whole; content is handed on in runs that point into the input, so that a message is copied once, by whoever
 * keeps it. Why a state for every byte that may be part of an end: the end may be cut anywhere, and what only looks like
 * one (a smuggled "\n.\n") must come out as it went in.
 */
#include "net/lmtp_read.h"

#include "base/check.h"

#include <glib.h>
#include <string.h>

enum {
    IN_COMMANDS,
    AT_LINE_START, /* of content: the next byte may be a dot that counts */
    IN_LINE,
    AFTER_CR,
    AFTER_DOT,   /* a first dot, taken away */
    AFTER_DOT_CR /* a first dot and a CR, both held back */
};

void lmtp_reader_init(LmtpReader *reader)
{
    reader->state = IN_COMMANDS;
    reader->length = 0;
    reader->overlong = false;
}

void lmtp_reader_begin_content(LmtpReader *reader)
{
    check(reader->state == IN_COMMANDS && reader->length == 0);
    reader->state = AT_LINE_START;
}

static void drop(Bytes *input, size_t size)
{
    input->data += size;
    input->size -= size;
}

/* ----------------------------------------------------------------------------------------------------------- commands */

typedef struct Rest {
    const char *at, *end;
} Rest;

static size_t left(const Rest *rest)
{
    return (size_t)(rest->end - rest->at);
}

/* Takes the word if it stands there, in any case. */
static bool take_word(Rest *rest, const char *word)
{
    size_t length = strlen(word);
    bool is_there = left(rest) >= length && !g_ascii_strncasecmp(rest->at, word, length);
    if (is_there)
        rest->at += length;
    return is_there;
}

static void skip_blanks(Rest *rest)
{
    while (rest->at < rest->end && *rest->at == ' ')
        rest->at++;
}

/* The end of a path that began behind '<': the '>' outside quotes; NULL when there is none. */
static const char *path_end(const Rest *rest)
{
    bool quoted = false;
    for (const char *at = rest->at; at < rest->end; at++) {
        if (quoted && *at == '\\' && at + 1 < rest->end)
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && *at == '>')
            return at;
        else if (!quoted && (*at == '<' || *at == ' '))
            return NULL;
    }
    return NULL;
}

/* "<@relay.test:user@host.test>" of RFC 821 means user@host.test. */
static const char *without_route(const char *from, const char *end)
{
    const char *colon = *from == '@' ? memchr(from, ':', (size_t)(end - from)) : NULL;
    return colon ? colon + 1 : from;
}

static bool take_path(Rest *rest, char address_out[LMTP_ADDRESS_MAX + 1])
{
    skip_blanks(rest);
    if (!take_word(rest, "<"))
        return false;
    const char *end = path_end(rest);
    const char *from = end ? without_route(rest->at, end) : NULL;
    if (!end || end - from > LMTP_ADDRESS_MAX || !g_utf8_validate(from, end - from, NULL))
        return false;
    memcpy(address_out, from, (size_t)(end - from));
    address_out[end - from] = '\0';
    rest->at = end + 1;
    return rest->at == rest->end || *rest->at == ' ';
}

static bool read_size(const Rest *word, uint64_t *size_out)
{
    g_autofree char *digits = g_strndup(word->at, left(word));
    guint64 size;
    bool is_number = g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT64, &size, NULL);
    if (is_number)
        *size_out = size;
    return is_number;
}

static LmtpFault read_parameter(Rest word, LmtpCommand *command)
{
    if (take_word(&word, "SIZE="))
        return read_size(&word, &command->size) ? LMTP_FINE : LMTP_FAULT_SYNTAX;
    bool is_known = take_word(&word, "BODY=8BITMIME") || take_word(&word, "BODY=7BIT") || take_word(&word, "SMTPUTF8");
    return is_known && !left(&word) ? LMTP_FINE : LMTP_FAULT_PARAMETER;
}

static LmtpFault read_parameters(Rest *rest, LmtpCommand *command)
{
    LmtpFault fault = LMTP_FINE;
    for (skip_blanks(rest); fault == LMTP_FINE && left(rest); skip_blanks(rest)) {
        const char *blank = memchr(rest->at, ' ', left(rest));
        Rest word = {rest->at, blank ? blank : rest->end};
        fault = read_parameter(word, command);
        rest->at = word.end;
    }
    return fault;
}

static LmtpFault read_mail(Rest *rest, LmtpCommand *command)
{
    if (!take_word(rest, " FROM:") || !take_path(rest, command->address))
        return LMTP_FAULT_SYNTAX;
    return read_parameters(rest, command);
}

static LmtpFault read_rcpt(Rest *rest, LmtpCommand *command)
{
    if (!take_word(rest, " TO:") || !take_path(rest, command->address) || !*command->address)
        return LMTP_FAULT_SYNTAX;
    skip_blanks(rest);
    return left(rest) ? LMTP_FAULT_PARAMETER : LMTP_FINE;
}

static LmtpFault read_nothing(Rest *rest, LmtpCommand *command)
{
    (void)command;
    skip_blanks(rest);
    return left(rest) ? LMTP_FAULT_SYNTAX : LMTP_FINE;
}

static LmtpFault read_name(Rest *rest, LmtpCommand *command)
{
    (void)command;
    skip_blanks(rest);
    return left(rest) ? LMTP_FINE : LMTP_FAULT_SYNTAX;
}

static LmtpFault read_anything(Rest *rest, LmtpCommand *command)
{
    (void)rest;
    (void)command;
    return LMTP_FINE;
}

static const struct {
    const char *word;
    LmtpVerb verb;
    LmtpFault (*read)(Rest *rest, LmtpCommand *command); /* what follows the word */
} verbs[] = {
    {"LHLO", LMTP_LHLO, read_name},     {"MAIL", LMTP_MAIL, read_mail},     {"RCPT", LMTP_RCPT, read_rcpt},
    {"DATA", LMTP_DATA, read_nothing},  {"RSET", LMTP_RSET, read_nothing},  {"NOOP", LMTP_NOOP, read_anything},
    {"QUIT", LMTP_QUIT, read_nothing},  {"VRFY", LMTP_VRFY, read_anything}, {"HELO", LMTP_HELO, read_anything},
    {"EHLO", LMTP_HELO, read_anything},
};

static bool has_control(Bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] < ' ' || line.data[i] == 0x7f)
            return true;
    return false;
}

void lmtp_command_parse(Bytes line, LmtpCommand *command_out)
{
    *command_out = (LmtpCommand){.verb = LMTP_NO_VERB};
    if (has_control(line)) {
        command_out->fault = LMTP_FAULT_LINE;
        return;
    }
    const char *text = (const char *)line.data;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        Rest rest = {text, text + line.size};
        if (line.size && take_word(&rest, verbs[i].word) && (!left(&rest) || *rest.at == ' ')) {
            command_out->verb = verbs[i].verb;
            command_out->fault = verbs[i].read(&rest, command_out);
            return;
        }
    }
}

static void keep(LmtpReader *reader, Bytes part)
{
    size_t room = sizeof reader->line - reader->length;
    reader->overlong |= part.size > room;
    if (part.size)
        memcpy(reader->line + reader->length, part.data, MIN(part.size, room));
    reader->length += MIN(part.size, room);
}

static LmtpReading read_line(LmtpReader *reader, Bytes *input)
{
    const uint8_t *newline = input->size ? memchr(input->data, '\n', input->size) : NULL;
    Bytes part = {input->data, newline ? (size_t)(newline - input->data) : input->size};
    keep(reader, part);
    drop(input, part.size + (newline ? 1 : 0));
    if (!newline)
        return LMTP_READ_MORE;
    bool whole = !reader->overlong && reader->length && reader->line[reader->length - 1] == '\r';
    if (whole)
        lmtp_command_parse((Bytes){(const uint8_t *)reader->line, reader->length - 1}, &reader->command);
    else
        reader->command = (LmtpCommand){.verb = LMTP_NO_VERB, .fault = LMTP_FAULT_LINE};
    lmtp_reader_init(reader);
    return LMTP_READ_COMMAND;
}

/* ------------------------------------------------------------------------------------------------------------ content */

/* How many bytes at the front are content, up to a first dot; the state is then the one behind them. */
static size_t take_run(LmtpReader *reader, Bytes input)
{
    size_t at = 0;
    while (at < input.size && !(reader->state == AT_LINE_START && input.data[at] == '.')) {
        const uint8_t *cr = input.data + at;
        if (reader->state == IN_LINE && !(cr = memchr(cr, '\r', input.size - at)))
            return input.size;
        at = (size_t)(cr - input.data);
        reader->state = *cr == '\r' ? AFTER_CR : *cr == '\n' && reader->state == AFTER_CR ? AT_LINE_START : IN_LINE;
        at++;
    }
    return at;
}

static LmtpReading read_content(LmtpReader *reader, Bytes *input, Bytes *piece_out)
{
    static const uint8_t held_cr[] = "\r";
    while (input->size) {
        uint8_t byte = *input->data;
        if (reader->state == AFTER_DOT_CR && byte == '\n') {
            drop(input, 1);
            reader->state = IN_COMMANDS;
            return LMTP_READ_END;
        }
        if (reader->state == AFTER_DOT_CR) { /* it ended nothing: the CR is content, and the byte is looked at again */
            reader->state = AFTER_CR;
            *piece_out = (Bytes){held_cr, 1};
            return LMTP_READ_CONTENT;
        }
        if ((reader->state == AT_LINE_START && byte == '.') || (reader->state == AFTER_DOT && byte == '\r')) {
            reader->state = byte == '.' ? AFTER_DOT : AFTER_DOT_CR;
            drop(input, 1);
            continue;
        }
        if (reader->state == AFTER_DOT)
            reader->state = IN_LINE;
        *piece_out = (Bytes){input->data, take_run(reader, *input)};
        drop(input, piece_out->size);
        return LMTP_READ_CONTENT;
    }
    return LMTP_READ_MORE;
}

LmtpReading lmtp_read(LmtpReader *reader, Bytes *input, Bytes *piece_out)
{
    *piece_out = (Bytes){0};
    if (reader->state == IN_COMMANDS)
        return read_line(reader, input);
    return read_content(reader, input, piece_out);
}
