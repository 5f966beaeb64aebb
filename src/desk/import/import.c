/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: staging and applying. How: import_row is a queue on disk; applying takes its first rows, does what they say and
 * deletes them in one transaction, so where it stands needs no other memory. Payloads are parsed between the read that
 * finds a chunk and the write that applies it, because a write must hold nothing but SQL. Two processes may work at
 * once (the importer and the caretaker): a row that is gone when its turn comes is passed over.
 */
#include "desk/import/import.h"

#include "desk/audit/audit.h"
#include "desk/import/import_int.h"
#include "import_sql.h"

#include <string.h>

static bool run_write(const Desk *desk, const char *name, StoreWork work, void *arg, const char *refusal,
                      GError **error)
{
    switch (store_write(desk_store(desk), name, work, arg, error)) {
    case STORE_COMMITTED:
        return true;
    case STORE_REFUSED:
        g_set_error_literal(error, FILO_ERROR, FILO_ERROR_REFUSED, refusal);
        return false;
    case STORE_FAILED:
        break;
    }
    return false;
}

/* --------------------------------------------------------------------------------------------------------- staging */

typedef struct Begin {
    const ImportNew *fresh;
    TimeMs now;
    ImportRunId run;
} Begin;

static bool begin_work(StoreTx *tx, void *arg)
{
    Begin *begin = arg;
    const ImportNew *fresh = begin->fresh;
    begin->run =
        sql_import_run_insert(tx, &(SqlImportRunInsertIn){fresh->kind, fresh->source, fresh->file_name, begin->now});
    return true;
}

bool import_begin(const Desk *desk, const ImportNew *fresh, ImportRunId *run_out, GError **error)
{
    Begin begin = {fresh, desk_now(desk), {0}};
    bool written = run_write(desk, "import begin", begin_work, &begin, "", error);
    *run_out = begin.run;
    return written;
}

typedef struct Stage {
    Arena *arena;
    ImportRunId run;
    ImportRun about;
    const ImportRow *rows;
    const ImportedNoun *nouns; /* of master data, one a row */
    size_t count;
    int64_t wrong_line;    /* a row that refers to what is not there, */
    ImportMissing missing; /* and to what; set anew by each run of the work */
} Stage;

static void stage_row(StoreTx *tx, const Stage *stage, const ImportRow *row)
{
    SqlImportRowCase known;
    SqlImportRowLast last;
    bool seen = sql_import_row_case(tx, stage->arena, &(SqlImportRowCaseIn){stage->run, row->record}, &known);
    bool again = seen && sql_import_row_last(tx, stage->arena,
                                             &(SqlImportRowLastIn){stage->run, row->record, row->identity}, &last);
    sql_import_row_insert(tx, &(SqlImportRowInsertIn){.import_run_id = stage->run,
                                                      .line = row->line,
                                                      .record = row->record,
                                                      .case_line = seen ? known.case_line : row->line,
                                                      .at_ms = row->at,
                                                      .identity = row->identity,
                                                      .ordinal = again ? last.ordinal + 1 : 1,
                                                      .payload = row->payload});
}

static bool is_staging(StoreTx *tx, Arena *arena, ImportRunId run)
{
    SqlImportRunFind row;
    return sql_import_run_find(tx, arena, &(SqlImportRunFindIn){run}, &row) && row.state == IMPORT_STAGING;
}

/* A person's company may stand earlier in the same file. */
static bool refers_to_something(StoreTx *tx, Stage *stage, size_t i)
{
    SqlImportRowCase staged;
    if (stage->about.kind == IMPORT_TICKETS)
        return true;
    stage->missing = imported_noun_missing(tx, stage->arena, stage->about.kind, stage->about.source, &stage->nouns[i]);
    stage->wrong_line = stage->rows[i].line;
    return !stage->missing.what ||
           (stage->about.kind == IMPORT_PARTIES &&
            sql_import_row_case(tx, stage->arena, &(SqlImportRowCaseIn){stage->run, stage->missing.record}, &staged));
}

static bool stage_work(StoreTx *tx, void *arg)
{
    Stage *stage = arg;
    stage->wrong_line = 0;
    if (!is_staging(tx, stage->arena, stage->run))
        return false;
    for (size_t i = 0; i < stage->count; i++) {
        if (!refers_to_something(tx, stage, i))
            return false;
        stage_row(tx, stage, &stage->rows[i]);
    }
    stage->wrong_line = 0;
    sql_import_run_count(tx, &(SqlImportRunCountIn){.import_run_id = stage->run, .rows_read = (int64_t)stage->count});
    return true;
}

/* What the door or the reader hands over must be what applying can read: there it would be too late to refuse. */
static bool row_is_valid(const Desk *desk, const Stage *stage, const ImportRow *row, ImportedNoun *noun_out)
{
    ImportedEvent event;
    InputError refused;
    if (!row->record || !*row->record || !row->identity || strlen(row->identity) != SHA256_HEX_SIZE - 1 ||
        !row->payload)
        return false;
    if (stage->about.kind == IMPORT_TICKETS)
        return row->at > TIME_NONE && imported_event_parse(stage->arena, row->payload, &event);
    return imported_noun_parse(stage->arena, stage->about.kind, desk_policy(desk)->zone, row->payload, noun_out,
                               &refused) &&
           strcmp(noun_out->record, row->record) == 0;
}

static bool refuse_stage(const Stage *stage, GError **error)
{
    if (stage->wrong_line)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "line %" G_GINT64_FORMAT ": there is no %s '%s'",
                    stage->wrong_line, stage->missing.what, stage->missing.record);
    else
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "this import is not being staged any more");
    return false;
}

bool import_stage(const Desk *desk, ImportRunId run, const ImportRow *rows, size_t count, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) problem = NULL;
    ImportedNoun *nouns = ARENA_ARRAY(arena, ImportedNoun, MIN(count, IMPORT_STAGE_MAX) + 1);
    Stage stage = {.arena = arena, .run = run, .rows = rows, .nouns = nouns, .count = count};
    if (!import_find(desk, arena, run, &stage.about, &problem)) {
        if (!problem)
            return refuse_stage(&stage, error);
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    bool valid = count <= IMPORT_STAGE_MAX;
    for (size_t i = 0; valid && i < count; i++)
        valid = row_is_valid(desk, &stage, &rows[i], &nouns[i]);
    if (!valid) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "these are no rows of an import");
        return false;
    }
    StoreOutcome outcome = store_write(desk_store(desk), "import stage", stage_work, &stage, error);
    return outcome == STORE_COMMITTED || (outcome == STORE_REFUSED && refuse_stage(&stage, error));
}

/* ------------------------------------------------------------------------------------------------------ its states */

typedef struct Move {
    ImportRunId run;
    ImportState was, state;
    TimeMs now;
} Move;

static bool move_work(StoreTx *tx, void *arg)
{
    const Move *move = arg;
    if (!sql_import_run_set_state(tx, &(SqlImportRunSetStateIn){move->run, move->was, move->state, TIME_NONE}))
        return false;
    if (move->state == IMPORT_APPLYING)
        audit_add(tx,
                  &(AuditEntry){move->now, {ACTOR_IMPORT, 0}, "import.commit", "import_run", move->run.value, NULL});
    return true;
}

static bool move(const Desk *desk, ImportRunId run, ImportState state, GError **error)
{
    Move work = {run, IMPORT_STAGING, state, desk_now(desk)};
    return run_write(desk, "import state", move_work, &work, "this import is not being staged any more", error);
}

bool import_commit(const Desk *desk, ImportRunId run, GError **error)
{
    return move(desk, run, IMPORT_APPLYING, error);
}

bool import_discard(const Desk *desk, ImportRunId run, GError **error)
{
    return move(desk, run, IMPORT_DISCARDING, error);
}

static bool abandon_work(StoreTx *tx, void *arg)
{
    (void)arg;
    sql_import_run_abandon(tx);
    return true;
}

bool import_abandon(const Desk *desk, GError **error)
{
    return run_write(desk, "import abandon", abandon_work, NULL, "", error);
}

/* --------------------------------------------------------------------------------------------------------- working */

typedef struct Piece {
    ImportChunk chunk;
    ImportState state;
    bool idle; /* there is no run with work left */
} Piece;

static bool prepare_row(const Desk *desk, ImportChunk *chunk, const char *payload, ImportChunkRow *row)
{
    InputError refused;
    if (chunk->kind == IMPORT_TICKETS)
        return imported_event_parse(chunk->arena, payload, &row->event);
    return imported_noun_parse(chunk->arena, chunk->kind, desk_policy(desk)->zone, payload, &row->noun, &refused);
}

static bool read_rows(const Desk *desk, Piece *piece, const SqlImportRowNextList *rows)
{
    ImportChunk *chunk = &piece->chunk;
    chunk->rows = ARENA_ARRAY(chunk->arena, ImportChunkRow, rows->count);
    chunk->count = rows->count;
    for (size_t i = 0; i < rows->count; i++) {
        const SqlImportRowNext *row = &rows->rows[i];
        const char *identity = arena_printf(chunk->arena, "%s#%" G_GINT64_FORMAT, row->identity, row->ordinal);
        chunk->rows[i] =
            (ImportChunkRow){.id = row->import_row_id, .record = row->record, .identity = identity, .at = row->at_ms};
        if (piece->state == IMPORT_APPLYING && !prepare_row(desk, chunk, row->payload, &chunk->rows[i]))
            return false;
    }
    return true;
}

/* Finds the next piece; the rows are parsed after the read transaction has ended. */
static bool find_piece(const Desk *desk, Piece *piece, GError **error)
{
    ImportChunk *chunk = &piece->chunk;
    SqlImportRunDue due;
    SqlImportRunFind run;
    SqlImportRowNextList rows = {0};
    StoreTx *tx = store_read_begin(desk_store(desk), error);
    if (!tx)
        return false;
    piece->idle = !sql_import_run_due(tx, chunk->arena, &due);
    if (!piece->idle && sql_import_run_find(tx, chunk->arena, &(SqlImportRunFindIn){due.import_run_id}, &run)) {
        chunk->run = due.import_run_id;
        chunk->kind = run.kind;
        chunk->source = run.source;
        piece->state = run.state;
        int64_t how_many = run.state == IMPORT_APPLYING ? IMPORT_APPLY_MAX : IMPORT_STAGE_MAX;
        rows = sql_import_row_next(tx, chunk->arena, &(SqlImportRowNextIn){chunk->run, how_many});
    }
    if (!store_read_end(tx, error))
        return false;
    if (read_rows(desk, piece, &rows))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "a staged row cannot be read");
    return false;
}

static bool apply_work(StoreTx *tx, void *arg)
{
    ImportChunk *chunk = arg;
    if (chunk->count == 0) /* another process may have finished it: then this changes no row */
        sql_import_run_set_state(tx, &(SqlImportRunSetStateIn){chunk->run, IMPORT_APPLYING, IMPORT_DONE, chunk->now});
    if (chunk->kind == IMPORT_TICKETS)
        imported_tickets_apply(tx, chunk);
    else
        imported_nouns_apply(tx, chunk);
    const ImportCounts *counts = &chunk->counts;
    sql_import_run_count(tx, &(SqlImportRunCountIn){.import_run_id = chunk->run,
                                                    .tickets = counts->tickets,
                                                    .events = counts->events,
                                                    .already = counts->already,
                                                    .notes = counts->notes});
    return true;
}

static bool discard_work(StoreTx *tx, void *arg)
{
    const ImportChunk *chunk = arg;
    for (size_t i = 0; i < chunk->count; i++)
        sql_import_row_take(tx, &(SqlImportRowTakeIn){chunk->rows[i].id});
    if (chunk->count == 0)
        sql_import_run_delete(tx, &(SqlImportRunDeleteIn){chunk->run});
    return true;
}

/* What one stays below even with 100 rows of a record each at its limit. */
#define CHUNK_CAP ((size_t)1 << 30)

bool import_work(const Desk *desk, bool *idle_out, GError **error)
{
    g_autoptr(Arena) arena = arena_new(CHUNK_CAP);
    Piece piece = {.chunk = {.arena = arena, .language = desk_policy(desk)->language, .now = desk_now(desk)}};
    *idle_out = false;
    if (!find_piece(desk, &piece, error))
        return false;
    *idle_out = piece.idle;
    if (piece.idle)
        return true;
    bool applying = piece.state == IMPORT_APPLYING;
    return run_write(desk, applying ? "import apply" : "import discard", applying ? apply_work : discard_work,
                     &piece.chunk, "", error);
}

bool import_find(const Desk *desk, Arena *arena, ImportRunId id, ImportRun *run_out, GError **error)
{
    SqlImportRunFind row;
    StoreTx *tx = store_read_begin(desk_store(desk), error);
    if (!tx)
        return false;
    bool found = sql_import_run_find(tx, arena, &(SqlImportRunFindIn){id}, &row);
    if (found)
        *run_out = (ImportRun){row.kind,    row.source, row.state,   row.rows_read,
                               row.tickets, row.events, row.already, row.notes};
    return store_read_end(tx, error) && found;
}

static ImportKnown noun_is_known(StoreTx *tx, Arena *arena, ImportKind kind, const char *source, const ImportRow *row)
{
    ImportedNoun noun;
    InputError refused;
    g_autoptr(GTimeZone) utc = zone_find("UTC");
    bool known = imported_noun_parse(arena, kind, utc, row->payload, &noun, &refused) &&
                 imported_noun_is_known(tx, arena, kind, source, &noun);
    return (ImportKnown){known, known, false};
}

ImportKnown import_is_known(StoreTx *tx, Arena *arena, ImportKind kind, const char *source, const ImportRow *row,
                            int64_t ordinal)
{
    SqlImportedCaseFind known;
    SqlImportedEventFind event;
    ImportedEvent said;
    if (kind != IMPORT_TICKETS)
        return noun_is_known(tx, arena, kind, source, row);
    bool note = imported_event_parse(arena, row->payload, &said) && !said.has_state;
    const char *identity = arena_printf(arena, "%s#%" G_GINT64_FORMAT, row->identity, ordinal);
    if (!sql_imported_case_find(tx, arena, &(SqlImportedCaseFindIn){source, row->record}, &known))
        return (ImportKnown){false, false, note};
    SqlImportedEventFindIn wanted = {known.imported_case_id, identity};
    return (ImportKnown){true, sql_imported_event_find(tx, arena, &wanted, &event), note};
}
