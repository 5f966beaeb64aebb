/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * party: the companies and persons we deal with. Answers: "who is this, and how do we reach them?"
 *
 * Owns the tables party, contact_point, membership. Not for staff (desk/staff) nor for what a party is owed
 * (desk/contract, desk/warranty). Called by: intake, faces, import.
 *
 * Two steps: what a person typed becomes normal form outside the transaction (party_read, contact_point_read: pure),
 * then it is kept (party_register, party_edit, contact_point_put), where duplicates are found by the normal form.
 *
 * Memory: texts given out live in the arena given. Errors: a refusal is false and a key party.error.*, identity.error.*
 * or phone.error.*; one that is about another party names it (shown) and gives its id; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. A person's contact points are found by their normal form (value_key), never by how somebody typed them.
 *  2. The same partita IVA or codice fiscale stands on one party. A contact point stands on one party, or on a company
 *     and its people (a switchboard, an office's mailbox).
 *  3. A membership joins a company to a person, once.
 *  4. A stale write is refused with party.error.stale.
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
    const char *language;    /* "it", "en"; "": nobody said, their words decide (desk/intake/request_language.h) */
    TimeMs created_at;
    int64_t version;
} Party;

bool party_find(StoreTx *tx, Arena *arena, PartyId id, Party *party_out);

/* Adds a party as given (identity numbers already in normal form). sort_key is text_sort_key(name), made by the caller
 * outside the transaction. */
PartyId party_add(StoreTx *tx, const Party *party, const char *sort_key, TimeMs now);

/* Make a party findable by its name, a contact point by its value; false when they are. What adds them has done so: for
 * building the index again. */
bool party_index(StoreTx *tx, PartyId id, const char *name);
bool contact_point_index(StoreTx *tx, ContactPointId id, PartyId party, const char *value);

/* Why a party or one of its contact points cannot be kept. */
typedef struct PartyRefusal {
    InputError error; /* shown: the other party's name, if there is one */
    PartyId other;    /* whom it stands on already, or {0} */
} PartyRefusal;

/* Brings name, identity numbers and language as typed (NULL or blank: none) to the form that is kept; the rest is
 * copied. Refused: name, language, and the reasons of identity.h on the field they belong to. */
bool party_read(Arena *arena, const Party *typed, Party *party_out, InputError *refused_out);

/* party_add for what a person or an import enters. Refused: vat_number_taken, fiscal_code_taken. */
bool party_register(StoreTx *tx, Arena *arena, const Party *party, const char *sort_key, TimeMs now, PartyId *id_out,
                    PartyRefusal *refused_out);

/* Changes all but id and created_at, at party->version. Refused: not_found, stale, and those of party_register. */
bool party_edit(StoreTx *tx, Arena *arena, const Party *party, const char *sort_key, PartyRefusal *refused_out);

/* One line of a list. */
typedef struct PartyLine {
    PartyId id;
    PartyKind kind;
    const char *name;
    const char *sort_key;
} PartyLine;

typedef struct PartyLines {
    PartyLine *items;
    size_t count;
} PartyLines;

/* The last line of the page before; zeros: from the first. */
typedef struct PartyCursor {
    const char *sort_key;
    PartyId id;
} PartyCursor;

/* Those whose sort key begins with prefix (text_sort_key of what was typed; "": all), by name, after the cursor, at most
 * how_many. */
PartyLines party_search(StoreTx *tx, Arena *arena, const char *prefix, PartyCursor after, int64_t how_many);

typedef struct ContactPoint {
    ContactPointId id;
    ContactKind kind;
    const char *value;     /* as people read it */
    const char *value_key; /* as finding compares it */
    const char *label;
} ContactPoint;

typedef struct ContactPointList {
    ContactPoint *items;
    size_t count;
} ContactPointList;

/* Adds a point as given (already in normal form), whoever else has it. */
void contact_point_add(StoreTx *tx, PartyId party, const ContactPoint *point, TimeMs now);

/* Brings an address or number as typed to the form that is kept. Refused: the reasons of identity.h (e-mail, PEC) and
 * phone.h (phone, fax), party.error.contact for a blank postal or other one; all on the field "value". */
bool contact_point_read(Arena *arena, ContactKind kind, const char *typed, const char *label, ContactPoint *point_out,
                        InputError *refused_out);

/* contact_point_add for what a person or an import enters; what the party has already is kept once, and is no refusal.
 * Refused: contact_taken, on a party that is neither its company nor one of its people. */
bool contact_point_put(StoreTx *tx, Arena *arena, PartyId party, const ContactPoint *point, TimeMs now,
                       PartyRefusal *refused_out);

/* Takes one of the party's points away; false when it has none of that id. */
bool contact_point_remove(StoreTx *tx, PartyId party, ContactPointId id);

/* In the order they were added. */
ContactPointList contact_point_list(StoreTx *tx, Arena *arena, PartyId party);

/* How a company's people are reached, person by person, at most how_many: one statement for the whole page. */
typedef struct PersonPoint {
    PartyId person;
    ContactKind kind;
    const char *value;
} PersonPoint;

typedef struct PersonPointList {
    PersonPoint *items;
    size_t count;
} PersonPointList;
PersonPointList contact_point_list_people(StoreTx *tx, Arena *arena, PartyId company, int64_t how_many);

/* Who stands behind an address: the person (or the company itself) and, for a person, the first company they belong to. */
typedef struct PartyMatch {
    PartyId contact;  /* whose address it is */
    PartyId customer; /* the company, or the same as contact */
} PartyMatch;

/* false when nobody has that address. value_key is the normal form. */
bool party_find_by_contact(StoreTx *tx, Arena *arena, const char *value_key, PartyMatch *match_out);

/* A party's companies, or a company's people. */
typedef struct Membership {
    PartyId party; /* at the other end */
    const char *name;
    const char *role; /* what they do there, "" when nobody said */
} Membership;

typedef struct MembershipList {
    Membership *items;
    size_t count;
} MembershipList;

/* Adds once; again it only changes the role. Refused: membership_kinds (it takes a company and a person). */
bool membership_add(StoreTx *tx, Arena *arena, PartyId company, PartyId person, const char *role,
                    InputError *refused_out);
/* false when there was none. */
bool membership_remove(StoreTx *tx, PartyId company, PartyId person);
MembershipList membership_list_people(StoreTx *tx, Arena *arena, PartyId company);
MembershipList membership_list_companies(StoreTx *tx, Arena *arena, PartyId person);

/* The normal form of an e-mail address: trimmed and lower-cased. A sign whose small letter is another letter's (KELVIN SIGN:
 * k) stays as it is written: it must not bring the mail of one address to another (RFC 6531). */
char *contact_key_of_email(Arena *arena, const char *address);

#endif
