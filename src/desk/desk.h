/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * desk: what every use of the desk needs, in one place. Answers: "with which store, clock and house rules do I work?"
 *
 * A Desk holds no request's state. Its policy is a snapshot of settings: read once at start and again after a change, so
 * that no page reads the setting table. Not a registry of modules: whoever needs ticket, party or intake includes them.
 * Owns no table. Called by: main's composition (serve, import …), faces, job, channel.
 *
 * Pointers: a policy lives as long as its desk, also after a newer one replaced it.
 * Errors: those of a read transaction.
 *
 * Invariants:
 *  1. A policy never changes; desk_reload makes another.
 */
#ifndef FILO_DESK_DESK_H
#define FILO_DESK_DESK_H

#include "base/catalogue.h"
#include "desk/audit/audit.h"
#include "desk/calendar/business.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct DeskPolicy {
    const char *company_name;
    const char *company_phone;       /* E.164; "" when there is none */
    const char *company_phone_shown; /* the same for people */
    const char *language;            /* "it", "en": for customers whose language is not known */
    Zone *zone;
    const char *hours_shown[LANG_COUNT]; /* "lun–ven 9:00–13:00"; "" when never open */
    int64_t revision;                    /* of the settings it was read from */
    bool is_founded;                     /* false: a new installation that waits for its first page */
    const Calendar *calendar;            /* the house's hours */
    int64_t first_update_ms;             /* business time until the customer hears from us */
    int64_t reopen_ms;
    int64_t undo_ms;
    int64_t letter_days;       /* within which a certified letter wants an answer; 0: no term */
    TeamId intake_team;        /* whose queue a new request joins */
    bool close_at_once;        /* what is solved is closed with the notice, not days later */
    bool demo;                 /* nothing leaves */
    const char *demo_password; /* of all its people; "" but in the demo */
} DeskPolicy;

typedef struct Desk Desk;

/* Reads the policy. store and clock are borrowed and must outlive the desk; the desk is yours. */
Desk *desk_new(Store *store, const Clock *clock, GError **error);
void desk_free(Desk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)

/* Reads the policy again. */
bool desk_reload(Desk *desk, GError **error);

/* The same, only if another node has changed what the policy is made of since. Every few seconds (job/caretaker.h). */
bool desk_refresh(Desk *desk, GError **error);

Store *desk_store(const Desk *desk);
TimeMs desk_now(const Desk *desk);
const DeskPolicy *desk_policy(const Desk *desk);

/* Where pages note who read what; written within a second (job/caretaker.h). Lives as long as the desk. */
AuditReads *desk_reads(const Desk *desk);

/* By when a customer who wrote at that instant must hear from us: policy's business time, never TIME_NONE. */
TimeMs desk_next_update(const Desk *desk, TimeMs from);

#endif
