/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * suspect: addresses a message did not reach. Answers: "is what we write to this address likely to arrive?"
 *
 * Owns the table suspect_address, by the address' normal form: whoever has the address, and whether anybody does. A
 * warning, never a lock: an answer to a suspect address leaves. Not for the deliveries themselves (queue/delivery.h).
 * Called by: desk/intake, job, web. Erasing a person erases the row of each of their addresses.
 *
 * Memory: what is found lives in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The last failure's time and reason stand; a message from the address, or a person, takes them away, and so does a
 *     report that something was delivered there.
 *  2. What the mail server refused at once is also taken away when it takes the next message. After a report that is no
 *     sign: the server took the message that did not arrive, too.
 */
#ifndef FILO_DESK_PARTY_SUSPECT_H
#define FILO_DESK_PARTY_SUSPECT_H

#include "store/store.h"

typedef struct Suspect {
    TimeMs since;
    const char *status; /* "5.1.1", or "" */
    const char *reason; /* the mail server's words, or "" */
    bool by_report;     /* said by a report later; false: by the mail server at once */
} Suspect;

/* Is a failure with this status the address' fault? A message too large, a mailbox that is full or a sender refused says
 * nothing of it. */
bool suspect_status_concerns_address(const char *status);

void suspect_mark(StoreTx *tx, const char *address_key, const Suspect *suspect);

/* false when it was not suspect. */
bool suspect_clear(StoreTx *tx, const char *address_key);

/* The mail server takes messages for it. false when it was not suspect, or is by a report. */
bool suspect_clear_taken(StoreTx *tx, const char *address_key);
bool suspect_find(StoreTx *tx, Arena *arena, const char *address_key, Suspect *suspect_out);

#endif
