/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message: what was said on a ticket, with its files, and who takes part. Answers: "what did they write, and whom do we
 * answer?"
 *
 * Owns the tables message, message_recipient, attachment, participant, reply_address. A note is a message that never leaves.
 * Not for sending (queue/outbox.h) nor for parsing (parse/). Called by: intake, ticket actions, faces.
 *
 * Memory: lists live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The text is kept whole: quoted_at only says where the quotation starts, nothing is cut.
 *  2. Only a confirmed participant is offered as a recipient.
 *  3. A reply token is kept as its SHA-256, and is good only together with the address it was made for.
 */
#ifndef FILO_DESK_TICKET_MESSAGE_H
#define FILO_DESK_TICKET_MESSAGE_H

#include "attachment_scan_enum.h"
#include "contact_kind_enum.h"
#include "desk/audit/actor.h"
#include "message_direction_enum.h"
#include "schema_ids.h"
#include "store/store.h"

/* Bits of Message.flags. */
enum {
    MESSAGE_AUTO_REPLY = 1 << 0,        /* an absence notice or another robot's answer */
    MESSAGE_DELIVERY_REPORT = 1 << 1,   /* a bounce or delay notice for something we sent */
    MESSAGE_SENDER_UNVERIFIED = 1 << 2, /* the mail server could not vouch for the sender */
    MESSAGE_ID_REUSED = 1 << 3,         /* its Message-ID was seen before with other content */
    MESSAGE_UNREADABLE = 1 << 4,        /* could not be taken apart: the original is attached */
    MESSAGE_TRUNCATED = 1 << 5,         /* read only in part: the original is attached */
    MESSAGE_FROM_STRANGER = 1 << 6,     /* answers a thread its sender has no part in */
    MESSAGE_ELSEWHERE = 1 << 7,         /* one of us wrote it with another program: it was found among the sent mail */
    MESSAGE_FORWARDED = 1 << 8,         /* one of us passed it on (forward.h): the sender is what stood in that mail */
    MESSAGE_UNOPENED = 1 << 9,          /* its winmail.dat could not be opened, or not all of it: it is attached */
    MESSAGE_SAYS_AUTO = 1 << 10,        /* Auto-Submitted: auto-replied stands in it; comes with MESSAGE_AUTO_REPLY */
    MESSAGE_FROM_OURS =
        1 << 11, /* names one of our own addresses as its sender's; SENDER_UNVERIFIED if nobody vouches */
    MESSAGE_ADDRESS_TYPED = 1 << 12, /* the sender's address is what somebody typed: nothing proves it theirs */
    MESSAGE_ADDRESS_UNPROVED =
        1 << 13, /* and it is a customer's, who has not said yet that they wrote (intake/unproved.h) */
    MESSAGE_ADDRESS_PROVED = 1 << 14,   /* they have, or one of us has said so */
    MESSAGE_ADDRESS_DISOWNED = 1 << 15, /* one of us said that it is not theirs; comes with ADDRESS_UNPROVED */
    MESSAGE_SEALED = 1 << 20,           /* all of it is encrypted, or wrapped in a signature: it is attached, unread */
    /* Why MESSAGE_AUTO_REPLY stands, when it is not the headers that say so; each comes with it. */
    MESSAGE_ABSENCE = 1 << 16, /* its subject begins as an absence notice's */
    MESSAGE_REPEATS = 1 << 17, /* the same words for the third time in a day */
    MESSAGE_ROBOT = 1 << 18,   /* a person said that a robot writes from there */
    MESSAGE_RETURNED = 1 << 19 /* something of ours that came back */
};

#define MESSAGE_NOT_QUOTED ((int64_t)-1)

typedef struct Message {
    MessageId id;
    TicketId ticket;
    MessageDirection direction;
    const char *channel;
    Actor author;
    const char *sender_name;
    const char *sender_address;
    TimeMs at;
    const char *subject;
    const char *text;
    int64_t quoted_at;       /* byte offset where the quotation starts, or MESSAGE_NOT_QUOTED */
    const char *html_sha256; /* or NULL */
    const char *raw_sha256;  /* or NULL */
    const char *external_id; /* the Message-ID, or NULL */
    int64_t flags;
    const char *language; /* the ticket's, when it is added: for finding a text whose own words do not tell; or NULL */
} Message;

typedef struct MessageList {
    Message *items;
    size_t count;
} MessageList;

/* Keeps it, findable by its words. */
MessageId message_add(StoreTx *tx, const Message *message);

/* message_unindex takes a message's words out of the index, message_index puts them in (false: they are there). To erase
 * what a message says: unindex it as it stands, change the row, index what is left. */
bool message_index(StoreTx *tx, const Message *message);
bool message_unindex(StoreTx *tx, const Message *message);
/* The original it came as, for a note that came by mail. */
void message_set_raw(StoreTx *tx, MessageId id, const char *raw_sha256);
/* It stands on another request from now on, with its files and its words; message: as it is, with its language. The events of
 * both requests are the caller's (intake/split.h). */
void message_move(StoreTx *tx, const Message *message, TicketId to);
/* What it was taken for turned out otherwise. */
void message_set_flags(StoreTx *tx, MessageId id, int64_t flags);
/* It is somebody else's than it was taken for: author, sender and flags of `after`, which is the message otherwise; both with
 * their language. */
void message_set_sender(StoreTx *tx, const Message *before, const Message *after);
/* By when they were said, which need not be the order in which they were heard of: the oldest first. */
MessageList message_list(StoreTx *tx, Arena *arena, TicketId ticket);
/* That order, for what is joined from several lists: below, at or above 0 as strcmp. */
int message_compare(const Message *a, const Message *b);

/* The one that was heard of last, which need not be the last that was said; NULL: there is none. */
const Message *message_list_newest(const MessageList *list);

/* The first of them under an address that is still unproved, NULL: none. Such a request is nobody's yet: its page shows
 * no answer of ours, and its words count for nothing else. */
const Message *message_list_unproved(const MessageList *list);

/* One message of that ticket, but for what it says: of its words only the subject is there. */
bool message_find(StoreTx *tx, Arena *arena, TicketId ticket, MessageId id, Message *message_out);

/* What was said on the requests joined to this one (merge.h), by when it was said. */
MessageList message_list_merged(StoreTx *tx, Arena *arena, TicketId master);

/* A file: its own blob (sha256), or a slice of the message's raw original (raw_length > 0). */
typedef struct Attachment {
    AttachmentId id;
    MessageId message;
    const char *name;
    const char *media_type;
    int64_t size;
    const char *sha256;
    int64_t raw_offset, raw_length;
    const char *encoding; /* of the slice: "base64", "base64+tnef:3" … (parse/attachment.h); "" for a blob */
    const char *content_id;
    AttachmentScan scan; /* of one that is read: what a virus scanner said of it (attachment_scan.h) */
    const char *scan_said;
} Attachment;

typedef struct AttachmentList {
    Attachment *items;
    size_t count;
} AttachmentList;

/* One file of a message, with whose it is: only the ticket's readers may have it. */
typedef struct AttachmentFile {
    TicketId ticket;
    MessageDirection direction; /* a note's file is never a customer's */
    const char *raw_sha256;     /* the original that holds the slice, or NULL */
    Attachment file;
} AttachmentFile;
bool attachment_find(StoreTx *tx, Arena *arena, AttachmentId id, AttachmentFile *file_out);

void attachment_add(StoreTx *tx, const Attachment *attachment);
AttachmentList attachment_list(StoreTx *tx, Arena *arena, TicketId ticket);
/* Those of one message with all their fields, as they came: data-attachment="N" of its HTML is the N-th. */
AttachmentList attachment_list_of(StoreTx *tx, Arena *arena, MessageId message);
AttachmentList attachment_list_merged(StoreTx *tx, Arena *arena, TicketId master);

typedef struct Participant {
    ContactKind kind;
    const char *address;
    const char *address_key;
    const char *name;
    bool confirmed;
    bool in_copy; /* of one named by an arriving message: in Cc, not in To; means nothing in a list */
} Participant;

typedef struct ParticipantList {
    Participant *items;
    size_t count;
} ParticipantList;

/* Adds once; an address already there stays as it is. */
void participant_add(StoreTx *tx, TicketId ticket, const Participant *participant);
ParticipantList participant_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* A person says that this address takes part. */
void participant_confirm(StoreTx *tx, TicketId ticket, const char *address_key);
/* They take part no more, and can be asked to again. */
void participant_withdraw(StoreTx *tx, TicketId ticket, const char *address_key);
bool participant_is_confirmed(const ParticipantList *list, const char *address_key);

/* Whom an answer goes to: the confirmed participant with a mail address who wrote last, else the first; NULL: nobody.
 * Borrowed from participants. */
const Participant *ticket_recipient(const ParticipantList *participants, const MessageList *messages);

/* Whom a message names beside its sender and us, or to whom one of ours was sent. */
typedef struct MessageRecipient {
    MessageId message;
    bool in_copy;
    const char *address, *address_key, *name;
} MessageRecipient;

typedef struct MessageRecipientList {
    MessageRecipient *items;
    size_t count;
} MessageRecipientList;

/* Adds once. */
void message_recipient_add(StoreTx *tx, const MessageRecipient *recipient);
/* Of all messages of a ticket, by message, as they were named. */
MessageRecipientList message_recipient_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* Remembers the token (by its SHA-256) of a reply address made for that correspondent. */
void reply_address_add(StoreTx *tx, const char *token_sha256, TicketId ticket, const char *address_key, TimeMs now);

/* The ticket a token belongs to, or {0}; *matches_out tells whether it was made for address_key. */
TicketId reply_address_find(StoreTx *tx, Arena *arena, const char *token_sha256, const char *address_key,
                            bool *matches_out);

/* The tickets that hold a message of this Message-ID, newest first, at most 20. An id proves nothing: it repeats in the
 * wild and can be made up. */
typedef struct TicketIdList {
    TicketId *items;
    size_t count;
} TicketIdList;
TicketIdList message_find_tickets(StoreTx *tx, Arena *arena, const char *external_id);

#endif
