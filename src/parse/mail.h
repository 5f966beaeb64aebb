/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/mail: one raw message, as flat checked data. Answers: "what does this message say, and may I believe the
 * shape of the answer?"
 *
 * The message is read in a sandboxed worker (parse/zygote.h); what comes back is treated as hostile too: it is checked
 * (wire_int.h) before a field is filled. Not for deciding anything: From proves nothing, and the booleans below are
 * what the headers claim. Not for storing: the caller keeps the raw message once, and an attachment is a range of it
 * (parse/attachment.h). Tables: none. Called by: desk intake through channel/mail and by `filo mail-in`.
 *
 * A winmail.dat (application/ms-tnef) is opened in a worker of its own, so that a hostile one harms only itself: its files
 * are attachments like others, and its words are the text where the message has no other. It stays an attachment too. So it
 * is with one of the message that this one hands on.
 *
 * When parsing fails it is tried again with headers clipped and the body cut; when that fails too, *out says
 * parsed = false, everything else is empty, and the caller stores the raw as `original.eml` on the ticket.
 *
 * Pointers: every pointer in a ParsedMail lives in the arena given. A text that is absent is "", never NULL, but for
 * html, which is NULL when the message has none.
 * Errors: FILO_ERROR_TOO_LARGE (over PARSE_RAW_MAX; store the raw, do not retry), FILO_ERROR_IO (no worker could be
 * started; retry later). A message that breaks its worker is not an error: parsed = false.
 *
 * Invariants:
 *  1. Every text is valid UTF-8 without NUL; every text but `text`, `html`, a forward's text and remark and an appointment's
 *     comment and description is one line.
 *  2. An attachment's [offset, offset + length) lies inside the raw message.
 *  3. html is our own serialisation of an allow-list (html_int.h): it loads nothing, runs nothing and links only to
 *     http, https, mailto and tel. In it ` data-attachment="N"` stands where a cid: image was (N indexes
 *     attachments) and ` data-remote="URL"` where a remote one was; neither can occur outside an img tag.
 *  4. The same raw bytes give the same ParsedMail.
 *
 * Example:
 *     ParsedMail mail;
 *     if (!parse_mail(zygote, arena, raw, &mail, &error))
 *         return false;
 *     if (!mail.parsed)
 *         keep_original(raw);
 */
#ifndef FILO_PARSE_MAIL_H
#define FILO_PARSE_MAIL_H

#include "base/arena.h"
#include "base/clock.h"
#include "parse/zygote.h"

/* Limits of what comes back; more is dropped and the defect that says so is set. */
#define PARSE_RAW_MAX ((size_t)64 << 20) /* bytes of a raw message */
#define PARSE_TEXT_MAX ((size_t)1 << 20) /* bytes of the text, and of the HTML read */
#define PARSE_HTML_MAX ((size_t)4 << 20) /* bytes of the HTML written: escaping makes it longer */
#define PARSE_LINE_MAX 16384             /* bytes of one header value */
#define PARSE_ADDRESS_MAX 320            /* bytes of one address: a longer one is none */
#define PARSE_ADDRESSES_MAX 1000         /* addresses in all */
#define PARSE_REFERENCES_MAX 100         /* message ids in References: the last ones are kept */
#define PARSE_FIELDS_MAX 200             /* kept header fields */
#define PARSE_ATTACHMENTS_MAX 1000       /* attachments */
#define PARSE_REPORTS_MAX 100            /* recipients of a delivery report */
#define PARSE_APPOINTMENTS_MAX 20        /* appointments */
#define PARSE_TNEF_MAX 2                 /* winmail.dat opened of one message */
#define PARSE_NOTE_MAX 65536             /* bytes of an appointment's description */
#define PARSE_NO_QUOTE UINT32_MAX        /* quote_at when nothing is quoted */

/* What was odd about the message; bits of ParsedMail.defects. */
typedef enum ParseDefect {
    PARSE_DEFECT_LEADING_JUNK = 1u << 0,    /* lines before the first header field were skipped */
    PARSE_DEFECT_NO_SEPARATOR = 1u << 1,    /* no empty line between headers and body */
    PARSE_DEFECT_NO_HEADERS = 1u << 2,      /* no header field at all: everything is text */
    PARSE_DEFECT_HEADERS_CLIPPED = 1u << 3, /* fields dropped or cut */
    PARSE_DEFECT_BODY_CUT = 1u << 4,        /* second try: only the first 256 KiB of the body were read */
    PARSE_DEFECT_TEXT_CUT = 1u << 5,        /* text or HTML longer than its limit */
    PARSE_DEFECT_PARTS_CUT = 1u << 6,       /* more parts than we list */
    PARSE_DEFECT_NESTING = 1u << 7,         /* parts nested deeper than we follow: kept as one opaque part */
    PARSE_DEFECT_CHARSET = 1u << 8,         /* a charset unknown, missing or untrue: some characters are a guess */
    PARSE_DEFECT_NUL = 1u << 9,             /* NUL bytes in text were dropped */
    PARSE_DEFECT_MULTIPART = 1u << 10,      /* boundary missing, not closed or never opened */
    PARSE_DEFECT_DUPLICATE = 1u << 11,      /* a field that may come once came twice; the first counts */
    PARSE_DEFECT_ADDRESS = 1u << 12,        /* an address list no rule can read, or an address too long to be one */
    PARSE_DEFECT_DATE = 1u << 13,           /* a Date no rule can read, or outside 1900 … 9999 */
    PARSE_DEFECT_TNEF = 1u << 14,           /* a winmail.dat could not be opened, or not all of it */
    PARSE_DEFECT_SEALED = 1u << 15,         /* all of it is encrypted, or wrapped in a signature: S/MIME, PGP */
    PARSE_DEFECT_ALL = (1u << 16) - 1,
} ParseDefect;

typedef enum ParseRole { PARSE_FROM, PARSE_SENDER, PARSE_REPLY_TO, PARSE_TO, PARSE_CC, PARSE_ROLES } ParseRole;

typedef struct ParsedAddress {
    ParseRole role;
    const char *address; /* addr-spec as written, "" when there is only a name, or none that can be one */
    const char *name;    /* decoded display name, "" when none */
} ParsedAddress;

/* A header field of the allow-list (parse_mail_keeps), in the message's order. */
typedef struct ParsedField {
    const char *name;  /* lower case */
    const char *value; /* unfolded, decoded; authentication-results as it stands; "received" is only where the message
                          was handed on below such a field, and empty */
} ParsedField;

typedef enum ParseEncoding {
    PARSE_IDENTITY, /* 7bit, 8bit, binary, unknown */
    PARSE_BASE64,
    PARSE_QUOTED_PRINTABLE,
    PARSE_UUENCODE,
    PARSE_ENCODINGS
} ParseEncoding;

/* A part that is named, or says it is an attachment, or is neither text/plain nor text/html. A nested message is one.
 * Those that were packed in a winmail.dat come behind all others: they are the same range of the raw, and a number. */
typedef struct ParsedAttachment {
    const char *name;        /* base name for people, "" when none: never a path, never used as one */
    const char *type;        /* "image/png", lower case, as claimed */
    const char *content_id;  /* without < >, "" when none */
    bool is_inline;          /* Content-Disposition: inline, or a cid: in the HTML points here */
    ParseEncoding encoding;  /* how raw[offset …] is coded */
    uint64_t offset, length; /* where in the raw message */
    bool is_within;          /* what is coded there is a whole message, and the file is a piece of that: */
    ParseEncoding within_encoding;
    uint64_t within_offset, within_length;
    uint32_t tnef;                /* of what is coded there, the file of this number, counted from 1; 0: all of it */
    bool is_tnef;                 /* claims to be, or begins as, a winmail.dat */
    uint64_t size;                /* bytes once decoded */
    char sha256[SHA256_HEX_SIZE]; /* of the decoded bytes */
} ParsedAttachment;

/* One recipient of a multipart/report; type delivery-status (RFC 3464). */
typedef struct ParsedReport {
    const char *recipient; /* Final-Recipient, else Original-Recipient, without its type */
    const char *action;    /* failed, delayed, delivered, relayed, expanded; as written, lower case */
    const char *status;    /* "5.1.1" */
    const char *reason;    /* Diagnostic-Code without its type: the server's own words; "" when none */
} ParsedReport;

/* What a calendar object (RFC 5546) is sent for; NONE: a file that only holds appointments. */
typedef enum ParseMethod {
    PARSE_METHOD_NONE,
    PARSE_METHOD_PUBLISH,
    PARSE_METHOD_REQUEST,
    PARSE_METHOD_REPLY,
    PARSE_METHOD_ADD,
    PARSE_METHOD_CANCEL,
    PARSE_METHOD_REFRESH,
    PARSE_METHOD_COUNTER,
    PARSE_METHOD_DECLINECOUNTER,
    PARSE_METHODS
} ParseMethod;

/* What a REPLY says (PARTSTAT). */
typedef enum ParseAnswer {
    PARSE_ANSWER_NONE,
    PARSE_ANSWER_ACCEPTED,
    PARSE_ANSWER_DECLINED,
    PARSE_ANSWER_TENTATIVE,
    PARSE_ANSWER_DELEGATED,
    PARSE_ANSWERS
} ParseAnswer;

typedef enum ParseRepeat {
    PARSE_REPEAT_NONE,
    PARSE_REPEAT_DAILY,
    PARSE_REPEAT_WEEKLY,
    PARSE_REPEAT_MONTHLY,
    PARSE_REPEAT_YEARLY,
    PARSE_REPEAT_OTHER, /* by a rule that no short word says */
    PARSE_REPEATS
} ParseRepeat;

typedef enum ParseWhen {
    PARSE_WHEN_NONE,     /* not said, or unreadable */
    PARSE_WHEN_INSTANT,  /* at is one: said in UTC, or in a zone whose rules the message brought */
    PARSE_WHEN_DAY,      /* a date: at is its midnight as if in UTC */
    PARSE_WHEN_FLOATING, /* the wall's time wherever one is: at is the wall's as if in UTC */
    PARSE_WHEN_ZONE,     /* the same in a zone whose rules the message did not bring, or none we can follow */
    PARSE_WHENS
} ParseWhen;

typedef struct ParsedTime {
    ParseWhen kind;
    TimeMs at;        /* TIME_NONE with PARSE_WHEN_NONE, else of 1970 … 9999 */
    const char *zone; /* of PARSE_WHEN_ZONE, as written, but one line of at most 1000 bytes; else "" */
} ParsedTime;

/* A VEVENT of a text/calendar part or an .ics file (RFC 5545). */
typedef struct ParsedAppointment {
    ParseMethod method;
    ParseAnswer answer;
    ParseRepeat repeat;
    bool cancelled; /* METHOD:CANCEL or STATUS:CANCELLED */
    uint32_t sequence;
    ParsedTime start, end; /* a day's end is the day after the last */
    ParsedTime only;       /* of one date of a repeated appointment: which one */
    const char *uid;
    const char *title, *place;
    const char *organiser; /* "Anna Rossi <anna@x.it>" */
    const char *attendees; /* the same, joined by ", " */
    const char *comment;   /* of a REPLY: what they wrote with it; of several lines, as description */
    const char *description;
} ParsedAppointment;

typedef enum ParseForwardKind {
    PARSE_FORWARD_NONE,
    PARSE_FORWARD_INLINE,   /* in the text, below a block of its headers */
    PARSE_FORWARD_ATTACHED, /* as the one attached message */
    PARSE_FORWARD_KINDS
} ParseForwardKind;

/* A message that this one hands on, as the mail program of whoever hands it on describes it, or as it is attached: a claim,
 * all of it. */
typedef struct ParsedForward {
    ParseForwardKind kind;      /* PARSE_FORWARD_NONE: nothing below holds */
    bool is_auto;               /* attached: a machine's answer, a delivery report or a list's */
    const char *address, *name; /* who wrote it; address "" when that is not said, or not for certain */
    const char *subject;
    ParsedTime at;          /* when it was written */
    const char *message_id; /* attached: its own, without < >; "" */
    const char *in_reply_to;
    const char *remark; /* what whoever hands it on says about it; "" */
    const char *text;   /* its words */
    size_t text_size;
    uint32_t quote_at; /* as ParsedMail.quote_at, in text */
    const char *const *references;
    size_t reference_count;
    const ParsedAttachment *attachments; /* attached: its own files; offsets in the whole raw message */
    size_t attachment_count;
} ParsedForward;

typedef struct ParsedMail {
    bool parsed;    /* false: nothing below holds */
    bool truncated; /* something was dropped: the raw has more */
    bool has_html;
    bool is_auto;   /* the headers say a machine answered: no automatic mail may go back */
    bool is_bounce; /* a delivery report, a mailer daemon's, or a postmaster's with a null sender */
    bool is_list;   /* List-Id, List-Post or List-Unsubscribe, or Precedence: list, bulk, junk */
    uint32_t defects;

    const ParsedAddress *addresses; /* all of them, by role */
    size_t address_count;
    const char *from_address, *from_name; /* the first of PARSE_FROM, "" when none */
    const char *subject;
    TimeMs date;             /* TIME_NONE when absent or unreadable */
    int date_offset_minutes; /* the sender's zone, east of UTC */
    const char *message_id;  /* without < > */
    const char *in_reply_to; /* the first id, without < > */
    const char *const *references;
    size_t reference_count;
    const ParsedField *fields;
    size_t field_count;

    const char *text; /* the plain text, or the HTML laid out as text */
    size_t text_size;
    uint32_t quote_at; /* where in text the quotation starts, or PARSE_NO_QUOTE */
    const char *html;
    size_t html_size;

    const ParsedAttachment *attachments;
    size_t attachment_count;
    const ParsedAppointment *appointments;
    size_t appointment_count;
    const ParsedReport *reports;
    size_t report_count;
    const char *report_message_id; /* the id of our message that the report is about, without < > */
    ParsedForward forward;
} ParsedMail;

/* Reads raw into *out. False and *error only when the world failed. */
bool parse_mail(ParseZygote *zygote, Arena *arena, Bytes raw, ParsedMail *out, GError **error);

/* The value of the first kept field of that lower-case name, or NULL. */
const char *parse_mail_field(const ParsedMail *mail, const char *name);

/* True when fields of this lower-case name are kept in ParsedMail.fields. */
bool parse_mail_keeps(const char *name);

/* The catalogue-neutral code of one defect bit, "leading_junk" …; static. */
const char *parse_defect_name(ParseDefect defect);

#endif
