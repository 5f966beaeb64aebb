/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket: the request, from arrival to closing. Answers: "what may be done to it now, and what is it after that?"
 *
 * Owns the tables ticket, ticket_event, ticket_phase, ticket_link (message.h owns what was said). Every change goes
 * through an edit: load the row, append events, write the fold (projection.h) over the version that was read. Rules
 * come from transition.h and are asked by action.h; this module only carries out.
 * Not for deciding who may (desk/staff/permission.h: the faces ask first), nor for sending (an answer leaves as an
 * outbox row). Called by: intake, faces, job, import.
 *
 * All functions run inside a store transaction and may run twice (store.h, invariant 4).
 * Memory: texts given out live in the arena given. Errors: a refusal is false and an InputError in edit->refused or
 * *refused_out with a key ticket.error.*; a failure of the store marks the transaction.
 *
 * Invariants:
 *  1. After ticket_edit_end the row equals projection_apply of its events, and the phases are contiguous.
 *  2. An open ticket always has next_update_at.
 *  3. From owned to scheduled exactly one person owns it.
 * Audit: the faces record ticket.<action> with the ticket's id.
 *
 * Example:
 *     TicketEdit edit;
 *     if (ticket_edit_begin(&edit, tx, arena, id, actor, now) && ticket_take(&edit, team)) // action.h
 *         return ticket_edit_end(&edit);
 */
#ifndef FILO_DESK_TICKET_TICKET_H
#define FILO_DESK_TICKET_TICKET_H

#include "base/error.h"
#include "desk/ticket/projection.h"
#include "schema_ids.h"
#include "store/store.h"
#include "ticket_kind_enum.h"
#include "ticket_link_kind_enum.h"
#include "ticket_state_enum.h"

/* A ticket as read for a change or a page. */
typedef struct Ticket {
    TicketId id;
    int64_t version;
    TicketProjection now;
    TimeMs registered_at;
    const char *channel;
    const char *subject;
    const char *language;
    const char *waiting_reason; /* what the customer may read: why we wait, who is competent; NULL in other states */
    int64_t import_id;          /* 0: born here */
} Ticket;

/* false when there is none of that id. */
bool ticket_find(StoreTx *tx, Arena *arena, TicketId id, Ticket *ticket_out);

/* The ticket of a tracking link, by the SHA-256 of the link's secret part; {0}: none. */
TicketId ticket_find_by_tracking(StoreTx *tx, Arena *arena, const char *tracking_sha256);

/* What a new ticket starts with. */
typedef struct TicketOpening {
    const char *channel;
    const char *subject;
    const char *language;
    TimeMs occurred_at; /* the customer's word, or TIME_NONE */
    TimeMs received_at;
    TimeMs next_update_at;
    const char *tracking_sha256; /* or NULL */
    TicketKind kind;
    bool complaint;
    PartyId party, contact;
    ProductId product;
    TeamId team;
} TicketOpening;

/* Opens a ticket in state new and records its first event. */
TicketId ticket_open(StoreTx *tx, Arena *arena, const TicketOpening *opening, Actor actor, TimeMs now);

/* Makes the ticket findable by its subject; false when it is. ticket_open has done so: for building the index again. */
bool ticket_index(StoreTx *tx, TicketId id, const char *subject);

/* One change of one ticket, possibly of several events. */
typedef struct TicketEdit {
    StoreTx *tx;
    Arena *arena;
    Actor actor;
    TimeMs now;
    Ticket ticket;           /* .now already holds the events of this edit */
    TicketProjection before; /* as read */
    const char *waiting_reason;
    InputError refused; /* why a call gave false; key NULL when it was the store */
} TicketEdit;

/* Reads the ticket; false and refused ticket.error.not_found when there is none. */
bool ticket_edit_begin(TicketEdit *edit, StoreTx *tx, Arena *arena, TicketId id, Actor actor, TimeMs now);

/* The same, refused with ticket.error.stale when the row is no longer at the version the person saw. */
bool ticket_edit_begin_at(TicketEdit *edit, StoreTx *tx, Arena *arena, TicketId id, int64_t version, Actor actor,
                          TimeMs now);

/* Begins a ticket of imported history: the row, which alone carries an import's id and so is exempt from invariants 2
 * and 3. Its first event must come next, of kind EVENT_IMPORTED, and say state, kind and received_at. Called by:
 * desk/import. */
void ticket_edit_open_imported(TicketEdit *edit, StoreTx *tx, Arena *arena, const TicketOpening *opening,
                               int64_t import_id, Actor actor, TimeMs now);

/* Appends one event and folds it in; gives its id. No rule is asked: action.h does that. */
TicketEventId ticket_edit_event(TicketEdit *edit, TicketEventKind kind, const TicketChange *change, TimeMs occurred_at);

/* What was asked, in other words: the subject is findable by the new ones. Written at once, with an event that holds none
 * of them. A blank one, or the one it has, changes nothing. */
void ticket_edit_subject(TicketEdit *edit, const char *subject);

/* What leaves for the customer from now on is in that language ("en"), as far as Filo writes it. Written at once, with an
 * event. One that Filo does not speak, or the one it has, changes nothing. */
void ticket_edit_language(TicketEdit *edit, const char *language);

/* Writes row and phases; false when the store failed. */
bool ticket_edit_end(TicketEdit *edit);

/* Links both ways, once; and takes such a link away. */
void ticket_link(StoreTx *tx, TicketId ticket, TicketId other, TicketLinkKind kind, TimeMs now);
void ticket_unlink(StoreTx *tx, TicketId ticket, TicketId other, TicketLinkKind kind);

typedef struct TicketLink {
    TicketId other;
    TicketLinkKind kind;
    const char *subject;
    TicketState state;
} TicketLink;

typedef struct TicketLinkList {
    TicketLink *items;
    size_t count;
} TicketLinkList;
TicketLinkList ticket_link_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* The next ids in order, at most how_many, after the one given ({0}: from the first). */
typedef struct TicketIds {
    TicketId *items;
    size_t count;
} TicketIds;
TicketIds ticket_list_ids(StoreTx *tx, Arena *arena, TicketId after, int64_t how_many);

/* All that happened, in the order it was recorded; an event that cannot be read marks the transaction CORRUPT. */
typedef struct TicketEventRecord {
    TicketEventId id;
    TicketEvent event;
} TicketEventRecord;

typedef struct TicketEventHistory {
    TicketEventRecord *items;
    size_t count;
} TicketEventHistory;
TicketEventHistory ticket_event_history(StoreTx *tx, Arena *arena, TicketId ticket);

/* Compares the row and the phases with the events; NULL when they agree, else what differs (static text). */
const char *ticket_verify(StoreTx *tx, Arena *arena, TicketId id);

#endif
