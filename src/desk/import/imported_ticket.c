/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: cases of a log into tickets. How: rows come ordered by case, then time, then line; a case that is new opens a
 * ticket by its first event, one that is known is edited, and every new row is one event of kind imported folded in by
 * desk/ticket like any other, so that `filo check` holds for history too. A row that comes too late (the ticket has a
 * later event, or was worked on here) is still kept, as an event that changes nothing: history never undoes work.
 */
#include "base/text.h"
#include "desk/import/import_int.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/ticket.h"
#include "import_sql.h"

#include <jansson.h>
#include <string.h>

/* --------------------------------------------------------------------------------------------------------- payload */

static const char *text_of(Arena *arena, json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? arena_strdup(arena, text) : "";
}

static const char *attributes_of(Arena *arena, json_t *object)
{
    char *text = json_dumps(json_object_get(object, "attributes"), JSON_COMPACT);
    const char *copy = text ? arena_strdup(arena, text) : "{}";
    free(text);
    return copy;
}

bool imported_event_parse(Arena *arena, const char *payload, ImportedEvent *event_out)
{
    json_t *object = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);
    const char *state = text_of(arena, object, "state");
    ImportedEvent event = {
        .activity = text_of(arena, object, "activity"),
        .lifecycle = text_of(arena, object, "lifecycle"),
        .resource = text_of(arena, object, "resource"),
        .subject = text_of(arena, object, "subject"),
        .team = text_of(arena, object, "team"),
        .product = text_of(arena, object, "product"),
        .attributes = attributes_of(arena, object),
        .has_state = *state != '\0',
    };
    bool valid = json_is_object(object) && *event.activity &&
                 ticket_kind_parse(text_of(arena, object, "kind"), &event.kind) &&
                 (!event.has_state || ticket_state_parse(state, &event.state));
    json_decref(object);
    event.team_key = text_sort_key(arena, event.team);
    event.product_key = text_sort_key(arena, event.product);
    *event_out = event;
    return valid;
}

/* ------------------------------------------------------------------------------------------------ teams and products */

typedef struct Applying {
    StoreTx *tx;
    ImportChunk *chunk;
    TeamList teams; /* with those made in this transaction; room for one a row */
    TicketEdit edit;
    bool editing;
    bool late_case;           /* the ticket was worked on here */
    const char *product_name; /* the last that was looked up, and its id */
    ProductId product;
    ImportedCaseId case_id;
} Applying;

static void read_teams(Applying *applying)
{
    Arena *arena = applying->chunk->arena;
    TeamList there = team_list(applying->tx, arena);
    applying->teams = (TeamList){ARENA_ARRAY(arena, Team, there.count + applying->chunk->count), there.count};
    for (size_t i = 0; i < there.count; i++)
        applying->teams.items[i] = there.items[i];
}

static TeamId team_of(Applying *applying, const ImportedEvent *event)
{
    TeamList *teams = &applying->teams;
    for (size_t i = 0; i < teams->count; i++)
        if (strcmp(teams->items[i].name, event->team) == 0)
            return teams->items[i].id;
    TeamId id = team_add(applying->tx, event->team, event->team_key, TEAM_INTERNAL);
    teams->items[teams->count++] = (Team){id, event->team, TEAM_INTERNAL};
    return id;
}

/* A product the house does not have yet is made, as something that is made and of no particular kind: what a log does
 * not say, a person corrects once on the product. */
static ProductId product_of(Applying *applying, const ImportedEvent *event)
{
    Arena *arena = applying->chunk->arena;
    InputError refused;
    Product there, fresh = {.name = event->product, .role = PRODUCT_MADE, .kind = PRODUCT_OTHER};
    if (applying->product_name && strcmp(applying->product_name, event->product) == 0)
        return applying->product;
    applying->product_name = event->product;
    applying->product = (ProductId){0};
    if (product_find_name(applying->tx, arena, event->product, &there))
        applying->product = there.id;
    else if (!product_add(applying->tx, arena, &fresh, event->product_key, &applying->product, &refused) &&
             !store_tx_failed(applying->tx))
        store_tx_fail(applying->tx, FILO_ERROR_CORRUPT, "a product's name that staging should have refused");
    return applying->product;
}

/* ----------------------------------------------------------------------------------------------------------- cases */

static void end_case(Applying *applying)
{
    if (applying->editing)
        (void)ticket_edit_end(&applying->edit); /* its failure has marked the transaction */
    applying->editing = false;
}

static void open_case(Applying *applying, const ImportChunkRow *row)
{
    ImportChunk *chunk = applying->chunk;
    TicketOpening opening = {.channel = "import",
                             .subject = *row->event.subject ? row->event.subject : row->record,
                             .language = chunk->language,
                             .received_at = row->at};
    ticket_edit_open_imported(&applying->edit, applying->tx, chunk->arena, &opening, chunk->run.value,
                              (Actor){ACTOR_IMPORT, 0}, chunk->now);
    applying->editing = true;
    applying->late_case = false;
    applying->case_id = sql_imported_case_insert(
        applying->tx, &(SqlImportedCaseInsertIn){chunk->source, row->record, applying->edit.ticket.id});
    chunk->counts.tickets++;
}

static void edit_case(Applying *applying, TicketId ticket)
{
    ImportChunk *chunk = applying->chunk;
    SqlImportedTicketTouched touched = {0};
    applying->editing =
        ticket_edit_begin(&applying->edit, applying->tx, chunk->arena, ticket, (Actor){ACTOR_IMPORT, 0}, chunk->now);
    if (!applying->editing && !store_tx_failed(applying->tx))
        store_tx_fail(applying->tx, FILO_ERROR_CORRUPT, "an imported case without its ticket");
    sql_imported_ticket_touched(applying->tx, chunk->arena, &(SqlImportedTicketTouchedIn){ticket}, &touched);
    applying->late_case = touched.events > 0;
}

/* ---------------------------------------------------------------------------------------------------------- events */

static TicketChange change_of(Applying *applying, const ImportChunkRow *row)
{
    const ImportedEvent *event = &row->event;
    const TicketProjection *now = &applying->edit.ticket.now;
    TicketChange change = {0};
    if (applying->late_case || row->at < now->last_event_at)
        return change;
    if (!now->last_event_at) {
        change_set(&change, FIELD_STATE, TICKET_NEW);
        change_set(&change, FIELD_KIND, event->kind);
        change_set(&change, FIELD_RECEIVED_AT, row->at);
    }
    if (event->has_state)
        change_set(&change, FIELD_STATE, event->state);
    if (*event->team)
        change_set(&change, FIELD_TEAM, team_of(applying, event).value);
    if (*event->product) {
        int64_t product = product_of(applying, event).value;
        if (product != now->product_id)
            change_set(&change, FIELD_PRODUCT, product);
    }
    return change;
}

static void add_event(Applying *applying, const ImportChunkRow *row)
{
    const ImportedEvent *event = &row->event;
    TicketChange change = change_of(applying, row);
    TicketEventId id = ticket_edit_event(&applying->edit, EVENT_IMPORTED, &change, row->at);
    sql_imported_event_insert(applying->tx, &(SqlImportedEventInsertIn){applying->case_id, row->identity, id,
                                                                        event->activity, event->lifecycle, event->team,
                                                                        event->resource, event->attributes});
    applying->chunk->counts.events++;
    applying->chunk->counts.notes += !event->has_state;
}

/* A case's edit is begun only for a row that is new: what is there already changes no version. */
static void apply_row(Applying *applying, const ImportChunkRow *row, bool same_case)
{
    StoreTx *tx = applying->tx;
    ImportChunk *chunk = applying->chunk;
    SqlImportedCaseFind known;
    SqlImportedEventFind event;
    if (!same_case)
        end_case(applying);
    if (!sql_imported_case_find(tx, chunk->arena, &(SqlImportedCaseFindIn){chunk->source, row->record}, &known)) {
        open_case(applying, row);
    } else if (sql_imported_event_find(tx, chunk->arena,
                                       &(SqlImportedEventFindIn){known.imported_case_id, row->identity}, &event)) {
        chunk->counts.already++;
        return;
    } else if (!applying->editing) {
        applying->case_id = known.imported_case_id;
        edit_case(applying, known.ticket_id);
    }
    if (applying->editing)
        add_event(applying, row);
}

void imported_tickets_apply(StoreTx *tx, ImportChunk *chunk)
{
    Applying applying = {.tx = tx, .chunk = chunk};
    const char *record = NULL;
    chunk->counts = (ImportCounts){0};
    read_teams(&applying);
    for (size_t i = 0; i < chunk->count && !store_tx_failed(tx); i++) {
        const ImportChunkRow *row = &chunk->rows[i];
        if (!sql_import_row_take(tx, &(SqlImportRowTakeIn){row->id}))
            continue;
        apply_row(&applying, row, record && strcmp(record, row->record) == 0);
        record = row->record;
    }
    end_case(&applying);
}
