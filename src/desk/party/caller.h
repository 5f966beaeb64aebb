/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * caller: who it is that calls, comes in or writes on paper. Answers: "is this one of our customers, and which?" from a
 * name, a person and a number or address that a colleague typed.
 *
 * Not for what arrives by itself (desk/intake looks up the sender's address) nor for editing customers. Owns no table: it
 * goes through party.h. Called by: faces (manual entry).
 *
 * Memory: all in the arena given, or borrowed from what was typed. Errors: caller_read: the reasons of
 * contact_point_read on "contact"; caller_find_or_add: caller.error.ambiguous, party.error.*.
 *
 * Invariants:
 *  1. A number or address somebody has, on a party of the name typed or of no known name, is that party: nothing is added.
 *  2. A name that two parties have is nobody's: the colleague is asked, never guessed for.
 *  3. What is added is added once: the same words again find what they added.
 *
 * Example:
 *     Caller caller;
 *     if (caller_read(arena, "Bar Centrale", "Lucia", "0733 960000", &caller, &refused)) …
 *     in the work function: caller_find_or_add(tx, arena, &caller, now, &customer, &contact, &refused)
 */
#ifndef FILO_DESK_PARTY_CALLER_H
#define FILO_DESK_PARTY_CALLER_H

#include "desk/party/party.h"

typedef struct Caller {
    const char *customer, *customer_key; /* as typed, and its sort key */
    const char *person, *person_key;     /* "" when the customer speaks for itself */
    ContactPoint point;
} Caller;

/* Brings what was typed to normal form; a contact with an @ is an e-mail address, any other a telephone number. Pure. */
bool caller_read(Arena *arena, const char *customer, const char *person, const char *contact, Caller *caller_out,
                 InputError *refused_out);

/* The customer and the person who speaks for it (or the same), found or added. */
bool caller_find_or_add(StoreTx *tx, Arena *arena, const Caller *caller, TimeMs now, PartyId *customer_out,
                        PartyId *contact_out, InputError *refused_out);

#endif
