/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outbox: what must leave, kept in the transaction that decided it. Answers: "has it gone, and if not, when again?"
 *
 * Owns the table outbox. channel is an adapter's key as text and payload its JSON: this module reads neither.
 * Not for composing or sending (channel/) nor for deciding what to send (desk). Called by: desk (add, cancel), job (the
 * rest).
 *
 * Memory: an OutboxItem's texts live in the arena given. Errors: those of store_write.
 *
 * Invariants:
 *  1. One idempotency key is one row, for ever.
 *  2. A state only moves forward: queued → sending → dot_sent → sent, or to failed; back to queued only by retry from
 *     sending, once from dot_sent when its holder died (then `resent` is set and it is logged), or from failed when a
 *     person says so.
 *  3. dot_sent is durable before the final dot of SMTP (or the like) can leave: between the peer's acceptance and our
 *     commit nobody can know (RFC 1047), so at most one repeat happens, only there.
 *  4. A leased row belongs to its holder until lease_until.
 */
#ifndef FILO_QUEUE_OUTBOX_H
#define FILO_QUEUE_OUTBOX_H

#include "outbox_purpose_enum.h"
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
    TimeMs not_before; /* the undo window ends here */
    bool sealed;       /* the demo's: never leaves */
} OutboxNew;

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
} OutboxItem;

/* Leases the next due row to holder for lease_ms. false: nothing due (then *next_at_out is when something is, or
 * TIME_NONE) or a failure (*error). */
bool outbox_lease(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms, OutboxItem *item_out,
                  TimeMs *next_at_out, GError **error);

/* Forward steps of a leased row; false and *error when the store failed or the lease was lost (FILO_ERROR_BUSY). */
bool outbox_set_dot_sent(Store *store, OutboxId id, const char *holder, const char *external_id, GError **error);
bool outbox_set_sent(Store *store, OutboxId id, const char *holder, const char *external_id, TimeMs now,
                     GError **error);
bool outbox_set_retry(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                      GError **error);
/* The peer may have it and may not: queued once more, marked resent. */
bool outbox_set_resend(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                       GError **error);
bool outbox_set_failed(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs now, GError **error);

/* A living holder's leases last until then: an attempt may take longer than a lease. How many; -1 and *error. */
int64_t outbox_renew(Store *store, const char *holder, TimeMs lease_until, GError **error);

/* Takes over what dead holders left: every leased row whose lease has ended, or, on SQLite where no other node can
 * exist, every leased row of another holder. Returns how many; -1 and *error on failure. */
int64_t outbox_recover(Store *store, const char *holder, TimeMs now, GError **error);

/* The ticket that a message of ours with this external id (a Message-ID) went out for, or {0}. */
TicketId outbox_find_ticket(StoreTx *tx, Arena *arena, const char *external_id);

/* How the rows of one ticket stand, for its page. */
typedef struct OutboxStatus {
    OutboxId id;
    MessageId message;
    OutboxPurpose purpose;
    OutboxState state;
    TimeMs not_before;
    int64_t attempts;
    const char *reason; /* of the last failure, or NULL */
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

/* How many failed and nobody has looked at. */
int64_t outbox_count_failed(StoreTx *tx, Arena *arena);

/* A person's word on a stuck row: once more now, or never. false when it is not stuck any more. */
bool outbox_send_again(StoreTx *tx, OutboxId id, TimeMs now);
bool outbox_give_up(StoreTx *tx, OutboxId id, TimeMs now);

#endif
