/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outbox: what must leave, kept in the transaction that decided it. Answers: "has it gone, and if not, when again?"
 *
 * Owns the tables outbox and outbox_recipient. channel is an adapter's key as text and payload its JSON: this module reads neither.
 * Not for composing or sending (channel/) nor for deciding what to send (desk). Called by: desk (add, cancel), job (the
 * rest).
 *
 * Memory: an OutboxItem's texts live in the arena given. Errors: those of store_write.
 *
 * Invariants:
 *  1. One idempotency key is one row, for ever.
 *  2. A state only moves forward: queued → sending → dot_sent → sent, or to failed (from sent
 *     too, when the channel says later that it did not arrive); back to queued only by retry from
 *     sending, once from dot_sent when its holder died (then `resent` is set and it is logged), or from failed when a
 *     person says so.
 *  3. dot_sent is durable before the final dot of SMTP (or the like) can leave: between the peer's acceptance and our
 *     commit nobody can know (RFC 1047), so at most one repeat happens, only there.
 *  4. A leased row belongs to its holder until lease_until.
 *  5. An answer never leaves before an earlier one of its ticket that is still to leave.
 *  6. A recipient of whom OUTBOX_RECIPIENT_SENT is kept has the message: it does not go there again, unless the channel says
 *     later that it did not arrive.
 */
#ifndef FILO_QUEUE_OUTBOX_H
#define FILO_QUEUE_OUTBOX_H

#include "outbox_purpose_enum.h"
#include "outbox_recipient_state_enum.h"
#include "outbox_state_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct OutboxNew {
    const char *channel;
    OutboxPurpose purpose;
    TicketId ticket;
    MessageId message; /* {0}: none */
    const char *idempotency_key;
    const char *payload;
    const char *account; /* its name; NULL: the channel's default */
    const char *domain;  /* of the first recipient, lower case; NULL: it has none */
    TimeMs not_before;   /* the undo window ends here */
    bool sealed;         /* the demo's: never leaves */
} OutboxNew;

/* Why it failed, when a virus scanner found something in a file of it: pages have their own words for that. */
#define OUTBOX_INFECTED "a file of it holds a virus"

/* Adds a row to leave; {0} when the key is already there (then nothing is added). */
OutboxId outbox_add(StoreTx *tx, const OutboxNew *item, TimeMs now);

/* The row of an idempotency key; false when there is none. */
typedef struct OutboxKeyMatch {
    OutboxId id;
    MessageId message;
} OutboxKeyMatch;
bool outbox_find_key(StoreTx *tx, Arena *arena, const char *idempotency_key, OutboxKeyMatch *match_out);

/* Takes back a row that has not begun to leave; false when it is too late. */
bool outbox_cancel(StoreTx *tx, OutboxId id, TimeMs now);

/* Takes back a row that waits to be tried again and cannot have arrived; false when it is too late. For what is no use
 * any more; what a person wrote is given up by a person. */
bool outbox_withdraw(StoreTx *tx, OutboxId id, TimeMs now);

typedef struct OutboxItem {
    OutboxId id;
    const char *channel;
    OutboxPurpose purpose;
    TicketId ticket;
    MessageId message;
    const char *idempotency_key;
    const char *payload;
    int64_t attempts; /* this one included */
    TimeMs created_at;
    bool resent; /* its last attempt may already have arrived */
    bool told;   /* its delay stands on the ticket already */
} OutboxItem;

/* How much of the sending one mail server and one domain may take: their slowness must hold up nothing else. */
typedef struct OutboxRate {
    const char *account; /* its name, without a space */
    int64_t per_minute;  /* 0: as many as there are */
    const char *server;  /* what its messages leave through, together with those of every account that says the same;
                            NULL: nothing that others share */
    int64_t server_per_minute; /* what that takes from all of them; 0: as many as there are */
    bool paused;               /* nothing of it leaves now */
} OutboxRate;

typedef struct OutboxLanes {
    int per_server, per_domain; /* attempts of one holder at a time; an account without a server is one by itself */
    const OutboxRate *rates;
    size_t rate_count;
} OutboxLanes;

/* Leases the next due row to holder for lease_ms. false: nothing due (then *next_at_out is when something is, or
 * TIME_NONE) or a failure (*error). */
bool outbox_lease_within(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms,
                         const OutboxLanes *lanes, OutboxItem *item_out, TimeMs *next_at_out, GError **error);

/* The same without lanes. */
bool outbox_lease(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms, OutboxItem *item_out,
                  TimeMs *next_at_out, GError **error);

/* Forward steps of a leased row; false and *error when the store failed or the lease was lost (FILO_ERROR_REFUSED). */
bool outbox_set_dot_sent(Store *store, OutboxId id, const char *holder, const char *external_id, GError **error);
bool outbox_set_sent(Store *store, OutboxId id, const char *holder, const char *external_id, TimeMs now,
                     GError **error);
/* held: its mail server could not be used at all; it is due again as soon as another row of its account was sent. */
bool outbox_set_retry(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before, bool held,
                      GError **error);
/* The peer may have it and may not: queued once more, marked resent. */
bool outbox_set_resend(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                       GError **error);
bool outbox_set_failed(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs now, GError **error);

/* Its delay is being told now; false when it was told before. */
bool outbox_note_told(StoreTx *tx, OutboxId id, TimeMs now);

/* How recipients of one message fare, where they do not fare alike. */
typedef struct OutboxRecipient {
    OutboxId outbox;
    const char *address;
    OutboxRecipientState state;
    const char *reason; /* in the peer's words; "" when sent */
} OutboxRecipient;

typedef struct OutboxRecipientList {
    OutboxRecipient *items;
    size_t count;
} OutboxRecipientList;
bool outbox_set_recipients(Store *store, const OutboxRecipient *items, size_t count, TimeMs now, GError **error);
OutboxRecipientList outbox_recipient_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* One recipient of a message that the channel had taken whole: as far as is known they have it (nothing changes where more
 * is known of them), or the channel says that they have it not, and why. A row that waits to leave once more goes to them
 * too: nobody could say so of it later. */
void outbox_note_taken(StoreTx *tx, OutboxId id, const char *address, TimeMs now);
void outbox_note_undelivered(StoreTx *tx, OutboxId id, const char *address, const char *reason, TimeMs now);

/* A living holder's leases last until then: an attempt may take longer than a lease. How many; -1 and *error. */
int64_t outbox_renew(Store *store, const char *holder, TimeMs lease_until, GError **error);

/* Takes over what dead holders left: every leased row whose lease has ended, or, on SQLite where no other node can
 * exist, every leased row of another holder. Returns how many; -1 and *error on failure. */
int64_t outbox_recover(Store *store, const char *holder, TimeMs now, GError **error);

/* The ticket that a message of ours with this external id (a Message-ID) went out for, or {0}. */
TicketId outbox_find_ticket(StoreTx *tx, Arena *arena, const char *external_id);

/* The newest row that left with this external id; false when none did. */
typedef struct OutboxLeft {
    OutboxId id;
    const char *channel;
    TicketId ticket;
    MessageId message;
} OutboxLeft;
bool outbox_find_left(StoreTx *tx, Arena *arena, const char *external_id, OutboxLeft *left_out);

/* The channel had taken it and says now that it did not arrive: from sent to failed, for a person. false when it is not
 * sent (any more). */
bool outbox_set_undelivered(StoreTx *tx, OutboxId id, const char *reason, TimeMs now);

/* What was handed over to a peer: for matching what the world reports about it. */
typedef struct OutboxSent {
    OutboxId id;
    TicketId ticket;
    MessageId message; /* {0}: none */
    const char *payload;
} OutboxSent;

typedef struct OutboxSentList {
    OutboxSent *items;
    size_t count;
} OutboxSentList;

/* The newest with this external id; false when there is none. And all of one ticket, oldest first, also what has not left
 * yet: nobody can report on that. */
bool outbox_find_sent(StoreTx *tx, Arena *arena, const char *external_id, OutboxSent *sent_out);
OutboxSentList outbox_list_sent(StoreTx *tx, Arena *arena, TicketId ticket);

/* How the rows of one ticket stand, for its page. */
typedef struct OutboxStatus {
    OutboxId id;
    MessageId message;
    OutboxPurpose purpose;
    OutboxState state;
    TimeMs not_before;
    int64_t attempts;
    const char *reason; /* of the last failure, or NULL */
    TimeMs created_at;
} OutboxStatus;

typedef struct OutboxStatusList {
    OutboxStatus *items;
    size_t count;
} OutboxStatusList;
OutboxStatusList outbox_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket);

/* What has not left although it was tried: first what failed and nobody has looked at, then what is tried again by
 * itself; at most how_many of each. */
typedef struct OutboxStuck {
    OutboxId id;
    TicketId ticket; /* {0}: of none */
    OutboxPurpose purpose;
    bool failed;       /* not tried again unless somebody says so */
    TimeMs not_before; /* of one that did not fail: when it is tried again */
    int64_t attempts;
    const char *reason; /* of the last attempt, in the peer's or our words; or NULL */
    TimeMs created_at;
} OutboxStuck;

typedef struct OutboxStuckList {
    OutboxStuck *items;
    size_t count;
} OutboxStuckList;
OutboxStuckList outbox_list_stuck(StoreTx *tx, Arena *arena, int64_t how_many);

/* What should have left by then, or waits because its mail server could not be used at all; the longest due first. Not
 * what one recipient's server puts off. */
enum { OUTBOX_OVERDUE_MAX = 200 };
typedef struct OutboxOverdue {
    const char *account; /* its name; "": the channel's default */
    TimeMs created_at;
    const char *reason; /* of the last attempt; "" when there was none */
} OutboxOverdue;

typedef struct OutboxOverdueList {
    OutboxOverdue *items;
    size_t count;
} OutboxOverdueList;
OutboxOverdueList outbox_list_overdue(StoreTx *tx, Arena *arena, TimeMs due_before);

/* When something last left through an account; TIME_NONE: never. */
TimeMs outbox_last_sent(StoreTx *tx, Arena *arena, const char *account);

/* What has not left yet. Walks all of it: not for pages. */
typedef struct OutboxStanding {
    int64_t queued;   /* not tried yet */
    int64_t deferred; /* tried, and waits to be tried again */
    int64_t sending;  /* in somebody's hands, */
    int64_t dot_sent; /* or perhaps with the peer already */
    TimeMs oldest;    /* since when the longest waiting of them waits; TIME_NONE: there is none */
} OutboxStanding;
OutboxStanding outbox_standing(StoreTx *tx, Arena *arena);

/* How many failed and nobody has looked at. */
int64_t outbox_count_failed(StoreTx *tx, Arena *arena);

/* A person's word on a stuck row: once more now, or never. false when it is not stuck any more. */
bool outbox_send_again(StoreTx *tx, OutboxId id, TimeMs now);
bool outbox_give_up(StoreTx *tx, OutboxId id, TimeMs now);

#endif
