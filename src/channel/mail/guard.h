/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * guard: keeps two robots from writing to each other. Answers: "what kind of mail is this?" and "may an automatic
 * acknowledgement go back?"
 *
 * Pure functions on a few header facts. Not for spam, not for whether the sender is who he says (an e-mail's From
 * proves nothing), not for people's answers: those are never held back, nor for how much may go out by itself whatever
 * the headers say (desk/intake/robot.h).
 * Pointers: facts are borrowed during the call; names are static. Errors: none. Called by: event.c, sent.c.
 *
 * Invariants:
 *  1. In doubt there is no acknowledgement: a customer without one is served, two robots without a brake are not.
 *  2. No header makes a message disappear; the facts only silence our automatic answer or mark the message.
 *     What a person at another Filo writes is a person's: their X-Filo-Loop silences the acknowledgement alone.
 *
 * Example:
 *     MailFacts facts = {.from_address = from, .return_path = "", .auto_submitted = "auto-replied (vacation)"};
 *     AckVerdict verdict = mail_ack_decide(&facts);     ACK_AUTO_SUBMITTED
 *     log(mail_ack_reason(verdict));
 */
#ifndef FILO_CHANNEL_MAIL_GUARD_H
#define FILO_CHANNEL_MAIL_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* What the guard must know of a message. Texts are decoded header values, NULL where the header is absent. */
typedef struct MailFacts {
    const char *from_address;   /* local@domain; NULL or "" if unreadable */
    const char *return_path;    /* "" or "<>": the null sender; NULL: not known (no such header) */
    const char *auto_submitted; /* RFC 3834 */
    const char *precedence;
    const char *auto_response_suppress; /* X-Auto-Response-Suppress */
    const char *content_type;           /* media type of the whole message, without parameters */
    const char *report_type;            /* its report-type parameter */
    const char *subject;
    const char *filo_loop;             /* X-Filo-Loop: the mailbox of the Filo that wrote it, ours or another's */
    bool has_list_header;              /* any List-* header */
    bool has_loop_header;              /* X-Loop, X-Filo-Loop: of anybody */
    bool has_auto_reply_header;        /* X-Autoreply, X-Autorespond, X-Autoresponder, X-Auto-Reply and the like */
    bool has_failed_recipients_header; /* X-Failed-Recipients */
    const char *const *own_addresses;  /* every address Filo reads or writes as */
    size_t own_count;
} MailFacts;

/* Whether it is one of them, or one of them with something after a plus; in any case. */
bool mail_is_own_address(const char *address, const char *const *own_addresses, size_t own_count);

/* What the message is; several may hold. */
typedef enum MailKind {
    MAIL_BOUNCE = 1 << 0,         /* says that a message of ours did not arrive: delivery status, never a new ticket */
    MAIL_RECEIPT = 1 << 1,        /* a read receipt */
    MAIL_AUTO_REPLY = 1 << 2,     /* out of office and the like: no reply of the customer, reopens nothing */
    MAIL_AUTO_GENERATED = 1 << 3, /* a machine's own message: may open a ticket, gets no acknowledgement */
    MAIL_LIST = 1 << 4,           /* through a mailing list or in bulk */
    MAIL_OWN_LOOP = 1 << 5,       /* carries the loop header of one of our mailboxes: something of ours came back */
    MAIL_FROM_OWN = 1 << 6, /* claims to be from one of our addresses, plus or no plus: quarantine (security A16) */
    MAIL_ABSENCE_SUBJECT = 1 << 7, /* no header says so, but its subject begins as an absence notice's does */
    MAIL_SAYS_AUTO = 1 << 8        /* an automatic reply by its own Auto-Submitted; comes with MAIL_AUTO_REPLY */
} MailKind;

unsigned mail_classify(const MailFacts *facts);

/* What the desk may send by itself to one address within an hour, whatever the headers say (desk/intake/robot.h). */
#define MAIL_AUTOMATIC_PER_HOUR 5

typedef enum AckVerdict {
    ACK_ALLOWED,
    ACK_NO_SENDER,      /* no usable From */
    ACK_FROM_OWN,       /* from one of our own addresses */
    ACK_NULL_SENDER,    /* empty return path */
    ACK_ROBOT_ADDRESS,  /* noreply, mailer-daemon, postmaster … */
    ACK_BOUNCE,         /* a delivery report or read receipt */
    ACK_AUTO_SUBMITTED, /* Auto-Submitted other than "no", or one of its forerunners */
    ACK_PRECEDENCE,     /* bulk, list, junk, auto_reply */
    ACK_SUPPRESSED,     /* X-Auto-Response-Suppress: All, AutoReply or OOF */
    ACK_LIST,           /* List-* */
    ACK_LOOP,           /* X-Loop or our own header */
    ACK_ABSENCE,        /* its subject begins as an absence notice's */
    ACK_VERDICTS
} AckVerdict;

/* The first reason that holds, in the order of the enumeration. */
AckVerdict mail_ack_decide(const MailFacts *facts);

/* A word for logs and events ("null_sender"). */
const char *mail_ack_reason(AckVerdict verdict);

#endif
