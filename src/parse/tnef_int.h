/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/tnef: what Outlook packs into winmail.dat. Answers: "which files and which words are in there?"
 *
 * A reader of [MS-OXTNEF]: a run of attributes, some of which are lists of MAPI properties. It copies nothing: a file is a
 * range of the stream. A message inside a message is read the same way, at most TNEF_DEPTH_MAX deep, and becomes a file of
 * its own, written as a plain RFC 5322 message with its words, followed by its files. Runs in a sealed worker
 * (JOB_TNEF, JOB_DECODE) and in the fuzzer. Tables: none.
 * Called by: worker.c, tests, the fuzzer. Pointers: all lives in the arena or is borrowed from the stream.
 * Errors: none; what cannot be read sets damaged, and what was read before it stands.
 *
 * Invariants:
 *  1. The same stream gives the same files in the same order: the N-th at JOB_TNEF is the N-th at JOB_DECODE.
 *  2. At most PARSE_ATTACHMENTS_MAX files, messages inside counted; time linear in the stream.
 *  3. wire_mail_read accepts what tnef_mail makes (the fuzzer).
 */
#ifndef FILO_PARSE_TNEF_INT_H
#define FILO_PARSE_TNEF_INT_H

#include "parse/mail.h"

#define TNEF_DEPTH_MAX 5                   /* messages inside messages */
#define TNEF_RTF_MAX ((size_t)8 << 20)     /* bytes of RTF unpacked, of all messages together */
#define TNEF_INNER_TEXT_MAX PARSE_TEXT_MAX /* bytes of words of the messages inside, together */
#define TNEF_RESULT_MAX ((size_t)8 << 20)  /* bytes of a JOB_TNEF's result */

/* A text whose charset is known only when all is read. */
typedef struct TnefText {
    Bytes bytes;
    bool wide; /* UTF-16, else the message's code page */
} TnefText;

typedef struct TnefMessage TnefMessage;

typedef struct TnefFile {
    const char *name;           /* as written; not yet safe */
    const char *type;           /* as claimed */
    const char *content_id;     /* "" when none */
    Bytes content;              /* of a message inside: nothing */
    const TnefMessage *message; /* or NULL */
    struct TnefFile *next;
} TnefFile;

struct TnefMessage {
    TnefText subject, sender_name, sender_address, sender_smtp;
    TimeMs sent; /* TIME_NONE when not said */
    TnefText text;
    Bytes html, rtf;
    uint32_t codepage, internet_codepage; /* 0 when not said */
    TnefFile *files;
};

typedef struct Tnef {
    TnefMessage message;
    bool is_tnef; /* false: it does not even begin as one */
    bool damaged; /* something could not be read, or was other than its checksum says */
    bool cut;     /* more files, or deeper, than we list */
} Tnef;

/* Reads the stream. */
void tnef_read(Arena *arena, Bytes stream, Tnef *out);

/* In UTF-8, on one line; what is longer than a name can be is cut. */
const char *tnef_line(Arena *arena, const TnefMessage *message, TnefText text);

/* Where it came from: a part of a mail. */
typedef struct TnefSource {
    ParseEncoding encoding;
    size_t coded; /* bytes, before decoding */
    size_t first; /* attachments the mail has already: a picture's number in the HTML counts from there */
} TnefSource;

/* The stream as a message whose attachments are its files; PARSE_DEFECT_TNEF when it is damaged. */
void tnef_mail(Arena *arena, Bytes stream, const TnefSource *source, ParsedMail *out);

/* The bytes of file number, counted from 1; false when there is none. */
bool tnef_file(Arena *arena, Bytes stream, uint32_t number, Bytes *content_out);

#endif
