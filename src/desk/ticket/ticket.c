/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: carries out changes of tickets. How: an edit reads the row, appends events and folds each into the row in
 * memory; the end writes the fold over the version that was read, and the phase that changed. Why not one UPDATE per
 * field: the row would then have two writers, the fold and the statement, and they would drift apart; `filo check`
 * could say so but not which was right.
 */
#include "desk/ticket/ticket.h"

#include "base/catalogue.h"
#include "base/check.h"
#include "base/text.h"
#include "desk/ticket/transition.h"
#include "search/index.h"
#include "ticket_sql.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------- reading */

static TicketProjection projection_of_row(const SqlTicketFind *row)
{
    return (TicketProjection){
        .state = row->state,
        .kind = row->kind,
        .complaint = row->complaint,
        .initiative = row->initiative,
        .ownership = row->ownership,
        .party_id = row->party_id.value,
        .contact_id = row->contact_id.value,
        .product_id = row->product_id.value,
        .installed_item_id = row->installed_item_id.value,
        .team_id = row->team_id.value,
        .owner_id = row->owner_id.value,
        .occurred_at = row->occurred_at,
        .received_at = row->received_at,
        .next_update_at = row->next_update_at,
        .problem_id = row->problem_id.value,
        .condition_id = row->condition_id.value,
        .component_id = row->component_id.value,
        .origin_id = row->origin_id.value,
        .solution_code_id = row->solution_code_id.value,
        .solution_id = row->solution_id.value,
        .zero_cost = row->zero_cost,
        .master_id = row->master_id.value,
        .first_reply_at = row->first_reply_at,
        .resolved_at = row->resolved_at,
        .closed_at = row->closed_at,
        .last_event_at = row->last_event_at,
        .state_since = row->state_since,
        .handovers = row->handovers,
        .last_owner = row->last_owner,
        .reopened = row->reopened,
    };
}

bool ticket_find(StoreTx *tx, Arena *arena, TicketId id, Ticket *ticket_out)
{
    SqlTicketFind row;
    if (!sql_ticket_find(tx, arena, &(SqlTicketFindIn){id}, &row))
        return false;
    *ticket_out = (Ticket){
        .id = id,
        .version = row.version,
        .now = projection_of_row(&row),
        .registered_at = row.registered_at,
        .channel = row.channel,
        .subject = row.subject,
        .language = row.language,
        .waiting_reason = row.waiting_reason,
        .import_id = row.import_id.has ? row.import_id.value : 0,
    };
    return true;
}

TicketId ticket_find_by_tracking(StoreTx *tx, Arena *arena, const char *tracking_sha256)
{
    SqlTicketFindTracking row;
    return sql_ticket_find_tracking(tx, arena, &(SqlTicketFindTrackingIn){tracking_sha256}, &row) ? row.ticket_id
                                                                                                  : (TicketId){0};
}

/* ------------------------------------------------------------------------------------------------------- writing */

static TicketEventId event_insert(StoreTx *tx, Arena *arena, TicketId ticket, const TicketEvent *event)
{
    return sql_ticket_event_insert(tx, &(SqlTicketEventInsertIn){
                                           .ticket_id = ticket,
                                           .kind = event->kind,
                                           .occurred_at = event->occurred_at,
                                           .recorded_at = event->recorded_at,
                                           .actor_kind = event->actor.kind,
                                           .actor_id = {.has = event->actor.id != 0, .value = event->actor.id},
                                           .payload = change_to_json(arena, &event->change),
                                       });
}

static void phase_open(StoreTx *tx, TicketId ticket, const TicketProjection *now, TimeMs at)
{
    sql_ticket_phase_insert(tx, &(SqlTicketPhaseInsertIn){.ticket_id = ticket,
                                                          .state = (TicketState)now->state,
                                                          .team_id = {now->team_id},
                                                          .owner_id = {now->owner_id},
                                                          .began_at = at});
}

/* What a projection says of the row's columns: the same for the row's first and every later version. */
#define PROJECTED(now)                                                                                                 \
    .state = (TicketState)(now)->state, .kind = (TicketKind)(now)->kind, .complaint = (now)->complaint != 0,           \
    .initiative = (TicketInitiative)(now)->initiative, .ownership = (TicketOwnership)(now)->ownership,                 \
    .party_id = {(now)->party_id}, .contact_id = {(now)->contact_id}, .product_id = {(now)->product_id},               \
    .installed_item_id = {(now)->installed_item_id}, .team_id = {(now)->team_id}, .owner_id = {(now)->owner_id},       \
    .occurred_at = (now)->occurred_at, .received_at = (now)->received_at, .next_update_at = (now)->next_update_at,     \
    .last_event_at = (now)->last_event_at, .state_since = (now)->state_since

static bool row_write(TicketEdit *edit)
{
    const TicketProjection *now = &edit->ticket.now;
    return sql_ticket_project(edit->tx, &(SqlTicketProjectIn){
                                            .ticket_id = edit->ticket.id,
                                            .version = edit->ticket.version,
                                            PROJECTED(now),
                                            .first_reply_at = now->first_reply_at,
                                            .resolved_at = now->resolved_at,
                                            .closed_at = now->closed_at,
                                            .waiting_reason = edit->waiting_reason,
                                            .reopened = now->reopened,
                                            .handovers = now->handovers,
                                            .last_owner = now->last_owner,
                                            .problem_id = {now->problem_id},
                                            .condition_id = {now->condition_id},
                                            .component_id = {now->component_id},
                                            .origin_id = {now->origin_id},
                                            .solution_code_id = {now->solution_code_id},
                                            .solution_id = {now->solution_id},
                                            .zero_cost = now->zero_cost != 0,
                                            .master_id = {now->master_id},
                                        }) == 1;
}

static bool phase_differs(const TicketProjection *a, const TicketProjection *b)
{
    return a->state != b->state || a->team_id != b->team_id || a->owner_id != b->owner_id;
}

static SearchDocument document_of(TicketId id, const char *subject)
{
    return (SearchDocument){.kind = SEARCH_TICKET,
                            .id = id.value,
                            .group = id.value,
                            .language = SEARCH_ANY_LANGUAGE,
                            .audience = SEARCH_STAFF,
                            .title = subject,
                            .text = ""};
}

bool ticket_index(StoreTx *tx, TicketId id, const char *subject)
{
    SearchDocument document = document_of(id, subject);
    return search_put(tx, &document);
}

/* The row as it stands after its first events: written once, not inserted empty and then filled, for which every index
 * would be written twice. */
static TicketId row_insert(StoreTx *tx, const TicketOpening *opening, const TicketProjection *now, int64_t import_id,
                           TimeMs registered_at)
{
    TicketId id = sql_ticket_insert(tx, &(SqlTicketInsertIn){
                                            PROJECTED(now),
                                            .channel = opening->channel,
                                            .subject = opening->subject,
                                            .language = opening->language,
                                            .registered_at = registered_at,
                                            .tracking_sha256 = opening->tracking_sha256,
                                            .import_id = {.has = import_id != 0, .value = import_id},
                                        });
    ticket_index(tx, id, opening->subject);
    return id;
}

static TicketChange change_of_opening(const TicketOpening *opening)
{
    TicketChange change = {0};
    change_set(&change, FIELD_STATE, TICKET_NEW);
    change_set(&change, FIELD_KIND, opening->kind);
    change_set(&change, FIELD_COMPLAINT, opening->complaint);
    change_set(&change, FIELD_RECEIVED_AT, opening->received_at);
    change_set(&change, FIELD_NEXT_UPDATE_AT, opening->next_update_at);
    const struct {
        TicketField field;
        int64_t value;
    } given[] = {{FIELD_OCCURRED_AT, opening->occurred_at},
                 {FIELD_PARTY, opening->party.value},
                 {FIELD_CONTACT, opening->contact.value},
                 {FIELD_PRODUCT, opening->product.value},
                 {FIELD_TEAM, opening->team.value}};
    for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
        if (given[i].value)
            change_set(&change, given[i].field, given[i].value);
    return change;
}

TicketId ticket_open(StoreTx *tx, Arena *arena, const TicketOpening *opening, Actor actor, TimeMs now)
{
    TicketEvent event = {EVENT_RECEIVED, opening->received_at, now, actor, change_of_opening(opening)};
    TicketProjection after = projection_empty();
    projection_apply(&after, &event);
    TicketId id = row_insert(tx, opening, &after, 0, now);
    event_insert(tx, arena, id, &event);
    phase_open(tx, id, &after, after.last_event_at);
    return id;
}

void ticket_edit_open_imported(TicketEdit *edit, StoreTx *tx, Arena *arena, const TicketOpening *opening,
                               int64_t import_id, Actor actor, TimeMs now)
{
    check(import_id != 0);
    *edit = (TicketEdit){.tx = tx, .arena = arena, .actor = actor, .now = now, .before = projection_empty()};
    edit->ticket = (Ticket){.now = projection_empty(), .version = 1, .import_id = import_id};
    TicketProjection so_far = edit->before;
    so_far.received_at = so_far.last_event_at = so_far.state_since =
        opening->received_at; /* until its events are folded in */
    edit->ticket.id = row_insert(tx, opening, &so_far, import_id, now);
}

bool ticket_edit_begin(TicketEdit *edit, StoreTx *tx, Arena *arena, TicketId id, Actor actor, TimeMs now)
{
    *edit = (TicketEdit){.tx = tx, .arena = arena, .actor = actor, .now = now};
    if (!ticket_find(tx, arena, id, &edit->ticket)) {
        edit->refused = (InputError){"ticket", store_tx_failed(tx) ? NULL : "ticket.error.not_found", NULL};
        return false;
    }
    edit->before = edit->ticket.now;
    edit->waiting_reason = edit->ticket.waiting_reason;
    return true;
}

bool ticket_edit_begin_at(TicketEdit *edit, StoreTx *tx, Arena *arena, TicketId id, int64_t version, Actor actor,
                          TimeMs now)
{
    if (!ticket_edit_begin(edit, tx, arena, id, actor, now))
        return false;
    if (edit->ticket.version == version)
        return true;
    edit->refused = (InputError){"version", "ticket.error.stale", NULL};
    return false;
}

TicketEventId ticket_edit_event(TicketEdit *edit, TicketEventKind kind, const TicketChange *change, TimeMs occurred_at)
{
    TicketEvent event = {kind, occurred_at, edit->now, edit->actor, *change};
    TicketProjection before = edit->ticket.now;
    const TicketProjection *now = &edit->ticket.now;
    TicketEventId id = event_insert(edit->tx, edit->arena, edit->ticket.id, &event);
    projection_apply(&edit->ticket.now, &event);
    bool first = !before.last_event_at;
    if (!first && phase_differs(&before, now))
        sql_ticket_phase_end(edit->tx, &(SqlTicketPhaseEndIn){edit->ticket.id, now->last_event_at});
    if (first || phase_differs(&before, now))
        phase_open(edit->tx, edit->ticket.id, now, now->last_event_at);
    return id;
}

void ticket_edit_subject(TicketEdit *edit, const char *subject)
{
    Ticket *ticket = &edit->ticket;
    if (text_is_blank(subject) || strcmp(subject, ticket->subject) == 0)
        return;
    SearchDocument old = document_of(ticket->id, ticket->subject);
    search_remove(edit->tx, &old);
    ticket_index(edit->tx, ticket->id, subject);
    sql_ticket_set_subject(edit->tx, &(SqlTicketSetSubjectIn){ticket->id, subject});
    ticket->subject = arena_strdup(edit->arena, subject);
    ticket_edit_event(edit, EVENT_DESCRIBED, &(TicketChange){0}, edit->now);
}

void ticket_edit_language(TicketEdit *edit, const char *language)
{
    Lang lang;
    TicketChange change = {0};
    if (!lang_find(language, &lang) || strcmp(lang_tag(lang), edit->ticket.language) == 0)
        return;
    edit->ticket.language = lang_tag(lang);
    sql_ticket_set_language(edit->tx, &(SqlTicketSetLanguageIn){edit->ticket.id, edit->ticket.language});
    change_set(&change, FIELD_LANGUAGE, lang);
    ticket_edit_event(edit, EVENT_DESCRIBED, &change, edit->now);
}

/* Events need not change the row: a message of the instant the request was opened by, an acknowledgement. */
static bool row_is_as_read(const TicketEdit *edit)
{
    return projection_difference(&edit->before, &edit->ticket.now) == NULL &&
           g_strcmp0(edit->waiting_reason, edit->ticket.waiting_reason) == 0;
}

bool ticket_edit_end(TicketEdit *edit)
{
    const TicketProjection *now = &edit->ticket.now;
    check(!ticket_state_is_open((TicketState)now->state) || now->next_update_at || edit->ticket.import_id);
    if (row_is_as_read(edit))
        return !store_tx_failed(edit->tx);
    if (!row_write(edit) && !store_tx_failed(edit->tx)) /* the row was read in this transaction: it must be there */
        store_tx_fail(edit->tx, FILO_ERROR_CORRUPT, "ticket row vanished during an edit");
    return !store_tx_failed(edit->tx);
}

void ticket_link(StoreTx *tx, TicketId ticket, TicketId other, TicketLinkKind kind, TimeMs now)
{
    sql_ticket_link_insert(tx, &(SqlTicketLinkInsertIn){ticket, other, kind, now});
    sql_ticket_link_insert(tx, &(SqlTicketLinkInsertIn){other, ticket, kind, now});
}

void ticket_unlink(StoreTx *tx, TicketId ticket, TicketId other, TicketLinkKind kind)
{
    sql_ticket_link_delete(tx, &(SqlTicketLinkDeleteIn){ticket, other, kind});
    sql_ticket_link_delete(tx, &(SqlTicketLinkDeleteIn){other, ticket, kind});
}

TicketLinkList ticket_link_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlTicketLinksList rows = sql_ticket_links(tx, arena, &(SqlTicketLinksIn){ticket});
    TicketLinkList list = {ARENA_ARRAY(arena, TicketLink, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] =
            (TicketLink){rows.rows[i].other_id, rows.rows[i].kind, rows.rows[i].subject, rows.rows[i].state};
    return list;
}

TicketIds ticket_list_ids(StoreTx *tx, Arena *arena, TicketId after, int64_t how_many)
{
    SqlTicketIdAfterList rows = sql_ticket_id_after(tx, arena, &(SqlTicketIdAfterIn){after, how_many});
    TicketIds list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}

static bool event_of_row(const SqlTicketEventList *row, TicketEvent *event_out)
{
    *event_out = (TicketEvent){.kind = row->kind,
                               .occurred_at = row->occurred_at,
                               .recorded_at = row->recorded_at,
                               .actor = {row->actor_kind, row->actor_id.has ? row->actor_id.value : 0}};
    return change_parse_json(row->payload, &event_out->change);
}

TicketEventHistory ticket_event_history(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlTicketEventListList rows = sql_ticket_event_list(tx, arena, &(SqlTicketEventListIn){ticket});
    TicketEventHistory history = {ARENA_ARRAY(arena, TicketEventRecord, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        history.items[i].id = rows.rows[i].ticket_event_id;
        if (!event_of_row(&rows.rows[i], &history.items[i].event))
            store_tx_fail(tx, FILO_ERROR_CORRUPT, "an event cannot be read");
    }
    return history;
}

/* ------------------------------------------------------------------------------------------------------ verifying */

static bool phase_is(const SqlTicketPhaseList *phase, const TicketProjection *state)
{
    return phase->state == (TicketState)state->state && phase->team_id.value == state->team_id &&
           phase->owner_id.value == state->owner_id;
}

/* Walks the phases beside the fold: each change of state, team or owner must be the next phase, where the last ended. */
typedef struct PhaseWalk {
    const SqlTicketPhaseListList *phases;
    size_t at;
    bool agrees;
} PhaseWalk;

static void phase_next(PhaseWalk *walk, const TicketProjection *state)
{
    const SqlTicketPhaseListList *phases = walk->phases;
    walk->at++;
    walk->agrees = walk->agrees && walk->at < phases->count && phase_is(&phases->rows[walk->at], state) &&
                   phases->rows[walk->at].began_at == state->last_event_at &&
                   phases->rows[walk->at - 1].ended_at == state->last_event_at;
}

const char *ticket_verify(StoreTx *tx, Arena *arena, TicketId id)
{
    Ticket ticket;
    if (!ticket_find(tx, arena, id, &ticket))
        return "the ticket is not there";
    SqlTicketEventListList events = sql_ticket_event_list(tx, arena, &(SqlTicketEventListIn){id});
    SqlTicketPhaseListList phases = sql_ticket_phase_list(tx, arena, &(SqlTicketPhaseListIn){id});
    PhaseWalk walk = {&phases, 0, phases.count > 0};
    TicketProjection fold = projection_empty();
    for (size_t i = 0; i < events.count; i++) {
        TicketEvent event;
        TicketProjection before = fold;
        if (!event_of_row(&events.rows[i], &event))
            return "an event cannot be read";
        projection_apply(&fold, &event);
        if (i > 0 && phase_differs(&before, &fold))
            phase_next(&walk, &fold);
    }
    if (!walk.agrees || walk.at + 1 != phases.count || phases.rows[walk.at].ended_at)
        return "the phases are not those of the events";
    return projection_difference(&fold, &ticket.now);
}
