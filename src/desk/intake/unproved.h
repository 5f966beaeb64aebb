/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * unproved: a customer's address that somebody typed into a form. Answers: "is the request theirs, and who says so?"
 *
 * The form is open to everybody, and whoever fills it keeps the link to the request's page: with a customer's address they
 * would read there what we answer to the customer (security A15). So a request that came under an address of somebody on
 * file is theirs only once it is proved: by the link that the mails to that address carry, by an answer to one of them from
 * there, or by a person here. It stays a request with an owner and a promise all the while, and our answers go to the
 * address as ever. Not for an address that nobody has: there is nothing of theirs to protect. Owns no table: how a request
 * stands is in the flags of its messages (MESSAGE_ADDRESS_*), the proof is the token of a reply address (message.h), of which
 * a mail of the hour's limit has one, and so has every answer of ours while the request is unproved.
 * Called by: intake.c, web, api.
 *
 * Memory: as in intake.h. Errors: false and *refused_out: ticket.error.not_found, stale, not_unproved (nothing is to be
 * proved there, or it stands so already), or what coding.h refuses.
 *
 * Invariants:
 *  1. An unproved request's words reopen nothing, join no other request, teach no rule and change nothing on file. What its
 *     page adds once it is over is a request of its own, unproved too.
 *  2. A proof is of one request: that of the mail it came with.
 *  3. Looking proves nothing: mail scanners follow links.
 *  4. A disowned request is a party's of its own, whose address no mail is matched with; nothing is mailed to the typed
 *     address by itself. Its page stays as closed as before.
 * Audit: ticket.prove for an answer; for what people press the faces record ticket.prove and ticket.disown.
 *
 * Example:
 *     if (unproved_prove(tx, arena, &(UnprovedWord){.ticket = id, .version = seen}, me, now, &refused)) ...
 */
#ifndef FILO_DESK_INTAKE_UNPROVED_H
#define FILO_DESK_INTAKE_UNPROVED_H

#include "base/error.h"
#include "desk/intake/intake.h"
#include "desk/ticket/ticket.h"

/* What is to be added to the flags of what came in, which are those given by now: of a form under a customer's address, or
 * of what the page of an unproved request adds. */
int64_t unproved_flags(StoreTx *tx, Arena *arena, const InboundEvent *event, int64_t flags);

/* Whether a message says how its address came to be believed or not: what "not the customer's" can be said of. */
bool unproved_is_settled(const Message *message);

typedef struct UnprovedWord {
    TicketId ticket;
    int64_t version; /* as the person saw it; 0: do not ask */
} UnprovedWord;

/* It is the customer's, also when somebody had said that it is not. */
bool unproved_prove(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now,
                    InputError *refused_out);

/* An answer came from the address to what was sent there; on any other request that says nothing. */
void unproved_answered(StoreTx *tx, Arena *arena, TicketId ticket, Actor actor, TimeMs now);

/* It is not, whoever proved it. */
bool unproved_disown(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now,
                     InputError *refused_out);

/* What a mail's link leads to. */
typedef struct UnprovedLink {
    Ticket ticket;
    Message first; /* what was written under the address */
    bool proved;   /* already */
} UnprovedLink;

/* proof_sha256: of the link's secret part. false for any other token of ours, as for none. */
bool unproved_find_link(StoreTx *tx, Arena *arena, const char *proof_sha256, UnprovedLink *link_out);

#endif
