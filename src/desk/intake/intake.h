/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake: the one door. Answers: "something arrived — which request is it, and have we had it before?"
 *
 * Owns the table inbound. Two steps: keep (the raw thing is durable; only now may the sender be
 * told "received"), then accept (it becomes a new ticket or part of one). A channel turns what it got into an
 * InboundEvent and knows nothing of tickets; the desk knows nothing of the channel but its key.
 * Not for parsing. Called by: channel/, web (form, manual entry), import.
 *
 * Memory: results live in the arena given; an event's pointers are borrowed for the call.
 * Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. One (channel, external id) is kept once and accepted once, across any crash.
 *  2. An attempt to understand is counted before it begins, and taken back when it is the world that failed; after
 *     INTAKE_ATTEMPTS_MAX that ended the program, or that the store refused, it lies in the tray, whole.
 *  3. Nobody joins a ticket by guessing: a number, a Message-ID or a token lets in only an address that already takes
 *     part; otherwise a new ticket opens, with a hint to the possible one.
 *  4. A robot's message never reopens, never stops a clock, never counts as the customer's answer.
 *  5. At most InboundEvent.acknowledge_per_hour automatic messages go to one address in an hour, whatever its headers say;
 *     one that goes on asking is answered no more (robot.h).
 *  6. What holds the reply token of a staff notice is that person's answer from their own address, and from any other
 *     one a message for the staff alone: nothing of it leaves, nothing moves (security A05). A robot's is ignored.
 *  7. What refers to a message that was split off (split.h), or answers a request that has ended and that a newer one of the
 *     sender's follows, goes to the newer one.
 *  8. What was ours and comes back under our name lies aside, on no ticket; so does what opens a request under one of our own
 *     addresses unless our server vouches for it, and no customer is made of it.
 *  9. An acknowledgement holds no word its sender chose, not even the name: the address may be somebody else's.
 * 10. A customer's mail that a colleague passes on is the customer's request where our server vouches for the colleague, and
 *     else a proposal (forwarded.h). Its sender is marked unverified: what moves, moves by the colleague's right.
 * 11. A customer's address that somebody only typed makes a request, and of the request nothing else (unproved.h).
 * 12. In whatever order a conversation is read, it is one request: what it refers to and nobody had joins it when it comes, if
 *     its sender takes part (awaited.h). A request begins with the oldest message of the customer's that stands on it, says
 *     its received_at; its subject stays. What is older than the request reopens nothing and stops no clock.
 */
#ifndef FILO_DESK_INTAKE_INTAKE_H
#define FILO_DESK_INTAKE_INTAKE_H

#include "base/token.h"
#include "delivery_state_enum.h"
#include "desk/ticket/message.h"
#include "desk/ticket/sender.h"
#include "inbound_state_enum.h"
#include "ticket_kind_enum.h"

enum { INTAKE_ATTEMPTS_MAX = 2 };

/* --- keeping ---------------------------------------------------------------------------------------------------- */

typedef struct Arrival {
    const char *channel;     /* adapter's key */
    const char *source;      /* which mailbox, form, line */
    const char *external_id; /* what makes it the same thing if it comes again */
    const char *raw_sha256;  /* its blob, already prepared */
    int64_t raw_size;        /* of the whole, where only the beginning could be taken */
    TimeMs received_at;
    TimeMs arrived_at; /* when somebody else kept it for us, if that is known and earlier; else TIME_NONE */
    bool is_history;   /* it lay there before this way in was ours: nothing answers it by itself */
    const char
        *former_id; /* what it was known by if it was kept under an older rule of external_id; NULL: by the same */
} Arrival;

typedef struct Inbound {
    InboundId id;
    bool already; /* it had been kept before this call */
    InboundState state;
    int64_t attempts;
    TicketId ticket;
} Inbound;

/* Keeps it once; fills *inbound_out also when it was there already. false when the store failed. */
bool intake_keep(StoreTx *tx, Arena *arena, const Arrival *arrival, Inbound *inbound_out);

/* Counts an attempt; false when it is no longer waiting. */
bool intake_begin_attempt(StoreTx *tx, InboundId id);

/* That attempt says nothing of it: the world failed, and the program lives. */
void intake_take_attempt_back(StoreTx *tx, InboundId id);

/* It is dealt with and belongs to no ticket: our own test, a receipt. */
void intake_close(StoreTx *tx, InboundId id);

/* Puts it aside for a person, with why. */
void intake_put_in_tray(StoreTx *tx, InboundId id, const char *reason);

/* The reason of a receipt that speaks of nothing we sent: the tray says it in words. */
#define INTAKE_LOOSE_RECEIPT "a receipt of nothing that was sent from here"

/* It became something else than a message (a receipt of one): done, on that ticket. */
void intake_set_done(StoreTx *tx, InboundId id, TicketId ticket, MessageId message);

/* What lies in the tray and nobody has looked at, oldest first. */
typedef struct InboundInTray {
    InboundId id;
    const char *source; /* which mailbox */
    int64_t raw_size;
    TimeMs received_at;
    const char *reason; /* or NULL */
} InboundInTray;

typedef struct InboundTray {
    InboundInTray *items;
    size_t count;
} InboundTray;
InboundTray intake_list_tray(StoreTx *tx, Arena *arena, int64_t how_many);
int64_t intake_count_tray(StoreTx *tx, Arena *arena);

/* The blob of what lies in the tray, in the arena; NULL when it does not. */
const char *intake_find_tray(StoreTx *tx, Arena *arena, InboundId id);

/* A person's word on it: read it once more (the caretaker does), or it is dealt with. false when it lies there no more. */
bool intake_read_again(StoreTx *tx, InboundId id);
bool intake_set_looked(StoreTx *tx, InboundId id, TimeMs now);

/* The newest that was kept; 0: none. */
InboundId intake_find_last(StoreTx *tx, Arena *arena);

/* A message kept just now is being read by whoever kept it: leave it time. */
typedef struct InboundWaitingAsk {
    TimeMs before;      /* kept before that instant, */
    InboundId orphaned; /* or up to this one: who was reading it is no more */
    InboundId behind;   /* only behind this one */
} InboundWaitingAsk;

/* What was kept but not yet accepted, oldest first, with the raw's hash: to finish after a crash. */
typedef struct InboundWaiting {
    InboundId id;
    const char *channel, *source, *external_id, *raw_sha256;
    TimeMs received_at, arrived_at; /* as in Arrival */
    bool is_history;
    int64_t attempts;
    int64_t raw_size; /* as in Arrival */
} InboundWaiting;

typedef struct InboundWaitingList {
    InboundWaiting *items;
    size_t count;
} InboundWaitingList;
InboundWaitingList intake_list_waiting(StoreTx *tx, Arena *arena, const InboundWaitingAsk *ask, int64_t how_many);

/* When what was received since by one way (Arrival.source) arrived, as the mail server had it where that is known; the newest first.
 * Without what lay there before the way in was ours. */
typedef struct InboundArrivals {
    TimeMs *at;
    size_t count;
} InboundArrivals;
InboundArrivals intake_list_arrivals(StoreTx *tx, Arena *arena, const char *source, TimeMs since, int64_t how_many);

/* --- accepting -------------------------------------------------------------------------------------------------- */

typedef enum IntakeKeyKind {
    INTAKE_KEY_TOKEN,      /* SHA-256 of the secret part of one of our reply addresses */
    INTAKE_KEY_MESSAGE_ID, /* a Message-ID it refers to, nearest first */
    INTAKE_KEY_NUMBER,     /* our number in the subject */
    INTAKE_KEY_TRACKING    /* SHA-256 of the secret part of a tracking link: who holds the link takes part */
} IntakeKeyKind;

typedef struct IntakeKey {
    IntakeKeyKind kind;
    const char *text; /* token hash, tracking hash or Message-ID */
    int64_t number;
} IntakeKey;

/* What a delivery report claims of one address. */
typedef struct ReportedDelivery {
    const char *address;
    DeliveryState state;
    const char *status; /* "5.1.1", or "" */
    const char *reason; /* the reporting server's words, or "" */
} ReportedDelivery;

/* A delivery report's contents. It comes from a mail server, never from a participant, and anybody can write one: it
 * counts for nothing unless it names a message of ours or came to its return path. */
typedef struct InboundReport {
    const char *message_id;   /* of the message it speaks of; or NULL */
    const char *token;        /* secret part of the return path it came to; or NULL */
    const char *token_sha256; /* or NULL */
    const ReportedDelivery *deliveries;
    size_t count;
} InboundReport;

/* A message that this one hands on, and how it would come in if it were believed. All of it is what stands in the mail of
 * whoever hands it on; what becomes of it: forwarded.h. */
typedef struct InboundForward {
    const char *address, *key, *name; /* who wrote it: an address, not one of ours nor the sender's own */
    const char *subject, *text, *remark;
    int64_t quoted_at; /* as InboundEvent's, in text */
    TimeMs written_at; /* or TIME_NONE */
    const char *message_id;
    const IntakeKey *keys;
    size_t key_count;
    const char *const *answers;
    size_t answer_count;
    const Attachment *files; /* its own, after those of the message that hands it on */
    size_t file_count;
    const char *party_sort_key;
    const char *acknowledge_by; /* NULL when the guard forbids it for who wrote it */
} InboundForward;

typedef struct InboundEvent {
    const char *channel;
    InboundId inbound; /* {0}: not kept apart (typed in by hand) */
    Actor actor;       /* who brings it: the customer, or the member of staff who types it in */
    ContactKind sender_kind;
    const char *sender_address; /* "" when there is none */
    const char *sender_key;
    const char *sender_name;
    MessageSender
        sender;   /* who vouches for them, where they want the answer; message is filled in; judge NULL: nothing */
    bool vouched; /* our server says that it is from there */
    const char *language; /* what the channel knows they want; NULL: asked when a request opens (request_language.h) */
    const char *language_hint; /* what the message says of itself ("en-GB"), or NULL */
    const char *house; /* the language of texts to customers of whom nothing is known; never NULL without language */
    const char *subject, *text;
    int64_t quoted_at;       /* MESSAGE_NOT_QUOTED or a byte offset */
    int64_t own_at;          /* where in text their own words begin: before it stand ours */
    const char *html_sha256; /* prepared blobs, or NULL */
    const char *raw_sha256;
    const char *message_id; /* its own external id, or NULL */
    InboundReport report;   /* of a delivery report; else zeros */
    int64_t flags;          /* MESSAGE_* */
    TimeMs occurred_at, received_at, next_update_at;
    TimeMs reopen_since;   /* a ticket closed before this is not reopened: a new one follows it */
    const IntakeKey *keys; /* best first */
    size_t key_count;
    const char *const
        *answers; /* Message-IDs it refers to, nearest first, whoever made them: which part of a talk it goes on */
    size_t answer_count;
    const char *other_number; /* what their own ticket system calls it (other_number.h), or NULL */
    const Attachment *files;  /* id and message are filled in */
    size_t file_count;
    const Participant *others; /* Cc and the like: added unconfirmed */
    size_t other_count;
    TicketKind kind;
    PartyId party, contact;     /* known already (typed in by hand), or {0}: looked up by sender_key */
    const char *party_sort_key; /* of sender_name, for a party made now */
    ProductId product;
    TeamId team; /* whose queue a new ticket joins */
    bool complaint;
    Token tracking, reply;      /* made before the transaction */
    const Token *notices;       /* for staff told of it, NOTICE_PEOPLE_MAX of them, made before too; NULL: nobody is */
    const char *acknowledge_by; /* adapter that carries an acknowledgement; NULL when its guard forbids one */
    int64_t acknowledge_per_hour;
    bool certified;                /* a provider vouches that its sender sent it: no robot answers that way */
    bool sealed;                   /* the demo: nothing leaves */
    const InboundForward *forward; /* what it hands on, or NULL */
} InboundEvent;

typedef enum IntakeOutcome {
    INTAKE_OPENED,   /* a new ticket */
    INTAKE_APPENDED, /* part of an open one */
    INTAKE_REOPENED,
    INTAKE_ANSWERED, /* one of us answered the customer by mail */
    INTAKE_IGNORED,  /* a robot's answer to a staff notice, or an empty one: kept, part of nothing */
    INTAKE_RECEIPT,  /* a receipt of something we sent: evidence on its ticket, no message */
    INTAKE_ALREADY,  /* had been accepted before */
    INTAKE_NOTED     /* dealt with, part of no ticket */
} IntakeOutcome;

typedef struct IntakeResult {
    IntakeOutcome outcome;
    TicketId ticket;
    MessageId message;
    TicketId possible; /* a ticket it may belong to but has no right to */
    bool acknowledged; /* an acknowledgement is on its way */
    bool set_aside;    /* what was opened is no request */
} IntakeResult;

/* false when the store failed. */
bool intake_accept(StoreTx *tx, Arena *arena, const InboundEvent *event, TimeMs now, IntakeResult *result_out);

#endif
