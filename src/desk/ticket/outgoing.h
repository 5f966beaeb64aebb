/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outgoing: what an outbox row says about a message that must leave. Answers: "to whom, as an answer to what, by which
 * keys may they come back?"
 *
 * The desk writes it, the channel's adapter reads it; the words themselves stay in `message`. Not for layout: an
 * acknowledgement's text is the adapter's, in the ticket's language.
 * Memory: what outgoing_parse gives lives in the arena given. Errors: outgoing_parse is false for what
 * outgoing_to_json could not have written. Called by: desk/intake, desk/ticket, channel/.
 *
 * Invariants:
 *  1. parse(to_json(x)) equals x.
 *  2. No cost, note or internal name is ever in it.
 */
#ifndef FILO_DESK_TICKET_OUTGOING_H
#define FILO_DESK_TICKET_OUTGOING_H

#include "base/arena.h"

typedef struct OutgoingAddress {
    const char *address;
    const char *name; /* "" when unknown */
} OutgoingAddress;

typedef struct Outgoing {
    const char *account; /* name of the account it leaves from; NULL: the channel's default */
    const OutgoingAddress *to;
    size_t to_count;
    const OutgoingAddress *cc;
    size_t cc_count;
    int64_t quoted;             /* the message repeated under the answer; 0: none */
    int64_t due;                /* an acknowledgement's: by when we promise news, UTC milliseconds; 0: not said */
    int64_t staff;              /* a notice's: the member of staff it tells; 0: none */
    int64_t incident;           /* the trouble it tells of (desk/incident); 0: none */
    bool over;                  /* that it is over */
    const char *external_id;    /* the Message-ID it will have, without < >; NULL: made from the row's key */
    const char *reply_token;    /* secret part of the reply address, or NULL */
    const char *tracking_token; /* secret part of the tracking link, or NULL */
    bool prove;                 /* carries the link by which its reader says that the request is theirs */
    const char *in_reply_to;    /* a Message-ID, or NULL */
    const char *const *references;
    size_t reference_count;
} Outgoing;

/* Where its first recipient is, lower case, or NULL: outbox rows to one domain share a lane. */
const char *outgoing_domain(Arena *arena, const Outgoing *outgoing);

char *outgoing_to_json(Arena *arena, const Outgoing *outgoing);
bool outgoing_parse(Arena *arena, const char *json, Outgoing *outgoing_out);

#endif
