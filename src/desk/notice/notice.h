/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notice: staff told by mail of what a customer wrote, and of their own reply by mail that did not reach one. Answers: "who
 * wants to hear of this message, and whose reply is this?"
 *
 * Whoever has the request in charge is told, if they asked for it; while nobody has, those of its team who asked. A
 * notice leaves through the outbox with a reply address of its own. Nobody is told by default; but who answered a notice by
 * mail is always told when that did not leave: nothing else would say so where they are.
 * Not for the words (job/outbound) nor for taking the reply in (desk/intake). Owns the tables notice_choice,
 * staff_notice. Called by: desk/intake, web (account page), job.
 *
 * Memory: all borrowed for the call. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A token is kept as its SHA-256 and names one person: it is good only from that person's own address.
 *  2. At most NOTICE_PER_HOUR notices go to one person in an hour.
 *  3. Nobody is told of what they wrote themselves, but that it did not reach the customer; and of one reply once.
 *  4. No notice goes to an address of ours (own_address.h), where it would be a loop.
 */
#ifndef FILO_DESK_NOTICE_NOTICE_H
#define FILO_DESK_NOTICE_NOTICE_H

#include "base/token.h"
#include "desk/ticket/ticket.h"

/* How many of one message are told, and how many notices one person gets in an hour. */
enum { NOTICE_PEOPLE_MAX = 5, NOTICE_PER_HOUR = 60 };

typedef struct NoticeChoice {
    bool own;  /* of requests one has in charge */
    bool team; /* of the team's requests that nobody has in charge */
} NoticeChoice;

NoticeChoice notice_choice_find(StoreTx *tx, Arena *arena, StaffId staff);
void notice_choice_set(StoreTx *tx, StaffId staff, NoticeChoice choice);

/* Whether one hears by mail of trouble with the mailboxes (desk/incident); usual: when nothing was chosen. */
bool notice_wants_trouble(StoreTx *tx, Arena *arena, StaffId staff, bool usual);
void notice_set_trouble(StoreTx *tx, StaffId staff, bool wanted);

typedef struct NoticeNews {
    MessageId message;
    const char *sender_key; /* who wrote it: not told of it, should they be one of us */
    const Token *tokens;    /* NOTICE_PEOPLE_MAX of them, made before the transaction */
    bool sealed;            /* the demo: nothing leaves */
} NoticeNews;

/* NOTICE_PEOPLE_MAX of them, in the arena. */
const Token *notice_tokens_new(Arena *arena);

/* Tells whoever wants to hear of it. ticket: as it is now. */
void notice_tell(StoreTx *tx, Arena *arena, const Ticket *ticket, const NoticeNews *news, TimeMs now);

/* A message of a request that did not reach the customer: a reply that was refused, or was kept as a note. */
typedef struct NoticeUnsent {
    TicketId ticket;
    MessageId message;
    const Token *token; /* made before the transaction */
    bool sealed;        /* as in NoticeNews */
} NoticeUnsent;

/* Tells its author, where that is one of us who wrote it by mail, and was not told of it before. */
void notice_tell_unsent(StoreTx *tx, Arena *arena, const NoticeUnsent *unsent, TimeMs now);

typedef struct NoticeReply {
    TicketId ticket;
    StaffId staff;
    const char *author_name;
    TeamId team;
    bool may_answer; /* written from the person's own address, who is still here and may answer */
} NoticeReply;

/* Whose notice this token belongs to; false: it is none of a notice. */
bool notice_find_reply(StoreTx *tx, Arena *arena, const char *token_sha256, const char *sender_key,
                       NoticeReply *reply_out);

/* What a message was told of stands on another request from now on: so does what is answered to it. */
void notice_follow(StoreTx *tx, MessageId message, TicketId to);

#endif
