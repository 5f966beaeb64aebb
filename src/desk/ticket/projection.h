/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * projection: what a ticket is, folded from its events. Answers: "given what happened, how does the request stand?"
 *
 * The event log is the truth; the `ticket` row and `ticket_phase` are this fold, written in the transaction of the
 * event. Live code and `filo check` run the same function, so a row that disagrees with its events is found.
 * Not for rules (desk/ticket/transition.h says what may happen) nor for SQL (desk/ticket/ticket.h).
 *
 * Pure: no I/O, no clock. A TicketEvent's pointers are borrowed; change_to_json's text lives in the arena given.
 * Errors: change_parse_json gives false for anything that change_to_json could not have written.
 * Called by: desk/ticket, insight (event-level reports), cli check.
 *
 * Invariants:
 *  1. projection_apply(events in order) from an empty projection gives the row, field for field.
 *  2. A change carries ids, codes and times, never a name, an address or a body.
 *  3. Every field that events change stands once in the table of fields.
 *
 * Example:
 *     TicketChange change = {0};
 *     change_set(&change, FIELD_STATE, TICKET_OWNED);
 *     change_set(&change, FIELD_OWNER, me.value);
 *     projection_apply(&ticket, &(TicketEvent){.kind = EVENT_ASSIGNED, .occurred_at = now, .change = change});
 */
#ifndef FILO_DESK_TICKET_PROJECTION_H
#define FILO_DESK_TICKET_PROJECTION_H

#include "base/arena.h"
#include "base/clock.h"
#include "desk/audit/actor.h"
#include "ticket_event_kind_enum.h"

/* Everything an event can say. The projected ones are columns of `ticket`; the last group only points elsewhere. */
typedef enum TicketField {
    FIELD_STATE,
    FIELD_KIND,
    FIELD_COMPLAINT,
    FIELD_INITIATIVE,
    FIELD_OWNERSHIP,
    FIELD_PARTY,
    FIELD_CONTACT,
    FIELD_PRODUCT,
    FIELD_ITEM,
    FIELD_TEAM,
    FIELD_OWNER,
    FIELD_OCCURRED_AT,
    FIELD_RECEIVED_AT,
    FIELD_NEXT_UPDATE_AT,
    FIELD_PROBLEM,
    FIELD_CONDITION,
    FIELD_COMPONENT,
    FIELD_ORIGIN,
    FIELD_SOLUTION_CODE,
    FIELD_SOLUTION,
    FIELD_ZERO_COST,
    FIELD_MASTER,
    /* not projected */
    FIELD_MESSAGE,
    FIELD_OTHER_TICKET,
    FIELD_COST_ENTRY,
    FIELD_OUTBOX,
    FIELD_DELAYED_SINCE, /* of a delivery that is still tried */
    FIELD_LANGUAGE,      /* a Lang: the customer is written to in this one from here on */
    TICKET_FIELD_COUNT
} TicketField;

/* A set of new values; an id, code or time of 0 empties the field. */
typedef struct TicketChange {
    uint32_t set; /* bit n: field n is in value[n] */
    int64_t value[TICKET_FIELD_COUNT];
} TicketChange;

void change_set(TicketChange *change, TicketField field, int64_t value);
bool change_has(const TicketChange *change, TicketField field);

/* {"state":"owned","owner":3}: enumerations as text, the rest as integers. parse is strict and is the exact inverse. */
char *change_to_json(Arena *arena, const TicketChange *change);
bool change_parse_json(const char *json, TicketChange *change_out);

typedef struct TicketEvent {
    TicketEventKind kind;
    TimeMs occurred_at; /* when it happened in the world */
    TimeMs recorded_at; /* when Filo wrote it; not before occurred_at but for a clock that stepped */
    Actor actor;
    TicketChange change;
} TicketEvent;

/* The folded columns of `ticket`. Ids and times are 0 for none; enumerations hold their C constant. */
typedef struct TicketProjection {
    int64_t state, kind, complaint, initiative, ownership;
    int64_t party_id, contact_id, product_id, installed_item_id, team_id, owner_id;
    int64_t occurred_at, received_at;
    int64_t next_update_at; /* by when the customer hears from us; none once it is no longer open */
    int64_t problem_id, condition_id, component_id, origin_id, solution_code_id, solution_id;
    int64_t zero_cost, master_id;
    TimeMs first_reply_at; /* first message to the customer by a person */
    TimeMs resolved_at;    /* first resolved */
    TimeMs closed_at;      /* last closed; none while open again */
    TimeMs last_event_at;
    TimeMs state_since; /* since when it is in this state, whoever has it */
    int64_t reopened;   /* times */
    int64_t handovers;  /* from one owner to the next, a queue between them or not (domain.md 3, reading 6) */
    int64_t last_owner; /* who had it last by an assignment, also while nobody has it; 0: nobody ever */
} TicketProjection;

/* A new ticket before its first event: state new, kind and ownership unknown, asked. */
TicketProjection projection_empty(void);

/* Folds one event in. */
void projection_apply(TicketProjection *ticket, const TicketEvent *event);

/* Names the first column that differs ("owner"), or NULL when the two are equal; static text. */
const char *projection_difference(const TicketProjection *a, const TicketProjection *b);

#endif
