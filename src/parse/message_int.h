/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/message: GMime's tree walked into a ParsedMail. Answers: "what does this raw message say?"
 *
 * Runs in a sealed worker (and, unsealed, in the fuzzer): it may crash, loop or eat its memory, and nobody else is
 * hurt. Never call it in the process that holds the database: parse/mail.h is the way there.
 * Called by: worker.c, tnef_mail.c, the fuzzer. Tables: none. Errors: none; what cannot be read sets a defect.
 * Pointers: *out lives in the arena; raw is borrowed for the call.
 *
 * Invariants:
 *  1. wire_mail_read accepts what this makes (parse/message_test.c, the fuzzer).
 *  2. Nested messages and multiparts beyond GMime's depth are opaque parts, but for the one message that this one hands on
 *     (ParsedMail.forward), in which they all are: nothing here recurses with the input.
 */
#ifndef FILO_PARSE_MESSAGE_INT_H
#define FILO_PARSE_MESSAGE_INT_H

#include "parse/mail.h"

#include <gmime/gmime.h>

/* What is being collected; one per message. */
typedef struct MessageBuilder {
    Arena *arena;
    Bytes raw;
    ParsedMail *mail;
    GMimeParserOptions *options;
    GArray *addresses, *references, *fields, *attachments, *appointments, *reports; /* of ParsedAddress, char *, … */
    size_t first;   /* attachments the mail had before attachments[0] */
    bool is_nested; /* it was attached to another one: what it hands on in turn is its own affair */
    bool judged;    /* a server's word on the sender was kept, and no Received came below it yet */
} MessageBuilder;

/* Once per process. */
void message_init(void);

/* clipped: the second try. */
void message_parse(Arena *arena, Bytes raw, bool clipped, ParsedMail *out);

/* ---- between message.c, headers.c, report.c and tnef_mail.c ---- */

/* Reads the fields of the message and decides is_auto and is_list. */
void headers_read(MessageBuilder *builder, GMimeMessage *message);

/* A message/delivery-status body. */
void report_read_status(MessageBuilder *builder, Bytes body);

/* The headers of the message a report is about. */
void report_read_original(MessageBuilder *builder, Bytes headers);

/* The ids in < > of a field; the whole trimmed value when there is none. Appends to ids (of char *). */
void ids_append(Arena *arena, GArray *ids, const char *value);

/* One clean line of at most max bytes, cut at a character. */
const char *line_keep(Arena *arena, const char *text, size_t max);

/* ---- what an attachment says of itself, as ParsedAttachment wants it; also for tnef_mail.c ---- */

/* The part after the last slash, without what wire_name_is_clean refuses; long names keep their extension. */
const char *name_keep(Arena *arena, const char *name);

/* "application/octet-stream" when it is no type. */
const char *type_keep(Arena *arena, const char *type);

/* A builder of an empty mail, whose lists are moved into the arena by message_finish. */
MessageBuilder message_begin(Arena *arena, Bytes raw, ParsedMail *out);
void message_finish(MessageBuilder *builder);

#endif
