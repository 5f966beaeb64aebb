/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * party: the companies and persons we deal with. Answers: "who is this, and how do we reach them?"
 *
 * Owns the tables party, contact_point, membership. Not for staff (desk/staff) nor for what a party is owed
 * (desk/contract, desk/warranty). Called by: intake, faces, import.
 *
 * Memory: texts given out live in the arena given. Errors: party_add and party_edit refuse with an InputError key
 * party.error.*; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A person's contact points are found by their normal form (value_key), never by how somebody typed them.
 *  2. The same partita IVA or codice fiscale stands on one party.
 *
 * Example:
 *     PartyMatch match;
 *     if (!party_find_by_contact(tx, arena, "anna@panificiomoretti.it", &match)) ...
 */
#ifndef FILO_DESK_PARTY_PARTY_H
#define FILO_DESK_PARTY_PARTY_H

#include "base/error.h"
#include "buyer_kind_enum.h"
#include "contact_kind_enum.h"
#include "party_kind_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct Party {
    PartyId id;
    PartyKind kind;
    const char *name;
    BuyerKind buyer;
    const char *vat_number;  /* normal form, or NULL */
    const char *fiscal_code; /* normal form, or NULL */
    const char *sdi_code;    /* codice destinatario, or NULL */
    const char *language;    /* "it", "en" */
    TimeMs created_at;
    int64_t version;
} Party;

bool party_find(StoreTx *tx, Arena *arena, PartyId id, Party *party_out);

/* Adds a party as given (identity numbers already in normal form). sort_key is text_sort_key(name), made by the caller
 * outside the transaction. */
PartyId party_add(StoreTx *tx, const Party *party, const char *sort_key, TimeMs now);

typedef struct ContactPoint {
    ContactKind kind;
    const char *value;
    const char *value_key;
    const char *label;
} ContactPoint;

typedef struct ContactPointList {
    ContactPoint *items;
    size_t count;
} ContactPointList;

void contact_point_add(StoreTx *tx, PartyId party, const ContactPoint *point, TimeMs now);
ContactPointList contact_point_list(StoreTx *tx, Arena *arena, PartyId party);

/* Who stands behind an address: the person (or the company itself) and, for a person, the first company they belong to. */
typedef struct PartyMatch {
    PartyId contact;  /* whose address it is */
    PartyId customer; /* the company, or the same as contact */
} PartyMatch;

/* false when nobody has that address. value_key is the normal form. */
bool party_find_by_contact(StoreTx *tx, Arena *arena, const char *value_key, PartyMatch *match_out);

/* The normal form of an e-mail address: trimmed and lower-cased. */
char *contact_key_of_email(Arena *arena, const char *address);

#endif
