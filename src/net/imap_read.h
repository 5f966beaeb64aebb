/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * imap_read: the reader of what an IMAP server says (RFC 9051, RFC 3501, ESEARCH of RFC 4731). Answers: "which response
 * is this, and is it one at all?"
 *
 * Fed bytes as they come, cut anywhere, it yields one response after another: no socket, no clock, no session. Not for
 * what we say (net/imap.h). The greeting is an untagged OK, PREAUTH or BYE like any other.
 *
 * Called by: net/imap.c and the fuzzer; a reader belongs to one thread at a time. Pointers: everything in a response
 * lives until the next call with that reader. Errors: a broken response, in the words of imap_reader_fault; after it the
 * reader yields nothing else, because nobody knows where the next response begins.
 *
 * Invariants:
 *  1. Memory: 64 KB of text a response (1 MB of a search), the literals up to the limit given, and what parsing the
 *     text makes of it; whatever the server announces or sends.
 *  2. A search that does not fit is read to its end and `clipped`: its numbers are not to be believed complete. A
 *     literal that does not fit is read to its end and `skipped`. Anything else too long is broken.
 *  3. The same bytes give the same responses however they are cut.
 *  4. Lines end in CRLF and hold no NUL and no bare CR or LF. Literals are any bytes.
 *
 * Example:
 *     ImapResponse response;
 *     while (imap_read(reader, &heard, &response) == IMAP_READ_RESPONSE)
 *         if (response.kind == IMAP_FETCH && response.fetch.has_body) …
 */
#ifndef FILO_NET_IMAP_READ_H
#define FILO_NET_IMAP_READ_H

#include "base/clock.h"

typedef struct ImapReader ImapReader;

typedef enum ImapKind {
    IMAP_STATUS,     /* OK, NO, BAD, BYE, PREAUTH: tagged when response.tag is not "" */
    IMAP_CONTINUE,   /* "+": the server waits for more of the command */
    IMAP_CAPABILITY, /* response.words */
    IMAP_FLAGS,      /* response.words */
    IMAP_EXISTS,     /* response.number messages in the folder */
    IMAP_EXPUNGE,    /* message response.number is gone, those after it move up */
    IMAP_FETCH,      /* response.number, response.fetch */
    IMAP_SEARCH,     /* SEARCH or ESEARCH: response.found */
    IMAP_LIST,       /* response.words are the folder's attributes, response.folder its name */
    IMAP_NAMESPACE, /* response.folder: what the names of the user's own folders begin with; "": nothing we understand */
    IMAP_OTHER      /* well formed, and nothing we asked for */
} ImapKind;

typedef enum ImapStatus {
    IMAP_STATUS_OK,
    IMAP_STATUS_NO,
    IMAP_STATUS_BAD,
    IMAP_STATUS_BYE,
    IMAP_STATUS_PREAUTH
} ImapStatus;

/* The response code in brackets. */
typedef enum ImapCode {
    IMAP_CODE_NONE,
    IMAP_CODE_OTHER,
    IMAP_CODE_ALERT,          /* the text must be shown to a person */
    IMAP_CODE_CAPABILITY,     /* response.words */
    IMAP_CODE_COPYUID,        /* response.number: UIDVALIDITY there; source, found: the UIDs here and there, in order */
    IMAP_CODE_PERMANENTFLAGS, /* response.words; "\*": any keyword is kept */
    IMAP_CODE_READ_ONLY,
    IMAP_CODE_READ_WRITE,
    IMAP_CODE_TRYCREATE,
    IMAP_CODE_UIDNEXT,    /* response.number */
    IMAP_CODE_UIDVALIDITY /* response.number */
} ImapCode;

typedef struct ImapRange {
    uint32_t first, last; /* first <= last */
} ImapRange;

/* Numbers as the server gave them: runs that rise by one are joined, nothing is sorted. */
typedef struct ImapSet {
    const ImapRange *ranges;
    size_t count;
    bool clipped; /* invariant 2 */
} ImapSet;

typedef struct ImapWords {
    const char *const *at;
    size_t count;
} ImapWords;

typedef struct ImapFetch {
    bool has_uid, has_flags, has_size, has_date, has_body;
    uint32_t uid;
    ImapWords flags;
    uint64_t size;  /* RFC822.SIZE, as the server believes */
    TimeMs date;    /* INTERNALDATE */
    Bytes body;     /* BODY[], or BODY[HEADER]; empty when skipped or NIL */
    bool is_head;   /* it is the header alone, from its first byte */
    bool skipped;   /* the body was over the limit */
    bool in_quotes; /* it is no literal */
} ImapFetch;

typedef struct ImapResponse {
    ImapKind kind;
    const char *tag; /* "": untagged */
    ImapStatus status;
    ImapCode code;
    Bytes text; /* of a status or continuation: the words for people, any bytes but controls of lines */
    uint32_t number;
    ImapWords words;
    ImapSet found, source;
    const char *folder; /* as on the wire: net/imap_name.h decodes it */
    ImapFetch fetch;
} ImapResponse;

typedef enum ImapReading {
    IMAP_READ_MORE,     /* all input is taken, no response is whole yet */
    IMAP_READ_RESPONSE, /* one is whole; what follows it is still in the input */
    IMAP_READ_BROKEN    /* imap_reader_fault says what is wrong */
} ImapReading;

/* A reader that keeps at most literal_max bytes of literals a response; yours to free. */
ImapReader *imap_reader_new(size_t literal_max);
void imap_reader_free(ImapReader *reader);

/* Another limit, for the literals that begin from now on. */
void imap_reader_set_literal_max(ImapReader *reader, size_t literal_max);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapReader, imap_reader_free)

/* Takes bytes off the front of *input, at most to the end of one response. */
ImapReading imap_read(ImapReader *reader, Bytes *input, ImapResponse *response_out);

/* The literals of the response last given, taken from the reader: its body then lives until you unref them. */
GByteArray *imap_reader_take_literals(ImapReader *reader);

/* What is broken, in words that live for ever; NULL while nothing is. */
const char *imap_reader_fault(const ImapReader *reader);

/* Whether one of the words is this one, in any case. */
bool imap_words_have(ImapWords words, const char *word);

#endif
