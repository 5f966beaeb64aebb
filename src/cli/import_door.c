/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a handful of questions as JSON, {"step":…} answered by {"ok":true,…} or {"ok":false,"code":…,"reason":…}. How:
 * the asking half packs, the answering half is a table of steps. Even without a server the questions go through JSON:
 * one way to test, and what a server would refuse is refused here too.
 */
#include "cli/import_door.h"

#include "net/local.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { ANSWER_TIMEOUT_MS = 30000, WORK_US = 200000 };

/* ------------------------------------------------------------------------------------------------------- answering */

static ImportRunId run_of(json_t *question)
{
    return (ImportRunId){json_integer_value(json_object_get(question, "run"))};
}

static const char *string_of(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool do_abandon(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    (void)question, (void)answer;
    return import_abandon(desk, error);
}

static bool do_begin(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    ImportNew fresh = {.source = string_of(question, "source"), .file_name = string_of(question, "file")};
    const char *kind = string_of(question, "kind");
    ImportRunId run;
    if (!kind || !import_kind_parse(kind, &fresh.kind) || !fresh.source || !fresh.file_name) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "this is no beginning of an import");
        return false;
    }
    if (!import_begin(desk, &fresh, &run, error))
        return false;
    json_object_set_new(answer, "run", json_integer(run.value));
    return true;
}

static bool do_stage(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    json_t *list = json_object_get(question, "rows"), *item;
    size_t i, count = MIN(json_array_size(list), (size_t)IMPORT_STAGE_MAX + 1);
    g_autofree ImportRow *rows = g_new0(ImportRow, count + 1);
    (void)answer;
    json_array_foreach(list, i, item) if (i < count) rows[i] = (ImportRow){
        json_integer_value(json_object_get(item, "line")), string_of(item, "record"),
        json_integer_value(json_object_get(item, "at")), string_of(item, "identity"), string_of(item, "payload")};
    return import_stage(desk, run_of(question), rows, count, error);
}

static bool do_commit(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    (void)answer;
    return import_commit(desk, run_of(question), error);
}

static bool do_discard(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    (void)answer;
    return import_discard(desk, run_of(question), error);
}

static bool do_work(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    bool idle = false, worked = true;
    (void)question;
    for (int64_t end = clock_monotonic_us() + WORK_US; worked && !idle && clock_monotonic_us() < end;)
        worked = import_work(desk, &idle, error);
    json_object_set_new(answer, "idle", json_boolean(idle));
    return worked;
}

static bool do_find(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) problem = NULL;
    ImportRun run;
    if (!import_find(desk, arena, run_of(question), &run, &problem)) {
        if (problem)
            g_propagate_error(error, g_steal_pointer(&problem));
        else
            g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "this import was discarded");
        return false;
    }
    json_object_set_new(answer, "state", json_string(import_state_text(run.state)));
    json_object_set_new(answer, "rows", json_integer(run.rows));
    json_object_set_new(answer, "tickets", json_integer(run.tickets));
    json_object_set_new(answer, "events", json_integer(run.events));
    json_object_set_new(answer, "already", json_integer(run.already));
    json_object_set_new(answer, "notes", json_integer(run.notes));
    return true;
}

static const struct {
    const char *step;
    bool (*run)(const Desk *desk, json_t *question, json_t *answer, GError **error);
} steps[] = {{"abandon", do_abandon}, {"begin", do_begin}, {"stage", do_stage}, {"commit", do_commit},
             {"discard", do_discard}, {"work", do_work},   {"find", do_find}};

static bool answer_step(const Desk *desk, json_t *question, json_t *answer, GError **error)
{
    const char *step = string_of(question, "step");
    for (size_t i = 0; step && i < G_N_ELEMENTS(steps); i++)
        if (strcmp(steps[i].step, step) == 0)
            return steps[i].run(desk, question, answer, error);
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "this is no step of an import");
    return false;
}

const char *import_door_answer(const Desk *desk, Arena *arena, Bytes body)
{
    g_autoptr(GError) error = NULL;
    json_t *question = json_loadb((const char *)body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
    json_t *answer = json_object();
    bool fine = answer_step(desk, question, answer, &error);
    json_object_set_new(answer, "ok", json_boolean(fine));
    if (!fine) {
        json_object_set_new(answer, "code", json_integer(error->domain == FILO_ERROR ? error->code : FILO_ERROR_IO));
        json_object_set_new(answer, "reason", json_string(error->message));
    }
    char *text = json_dumps(answer, JSON_COMPACT);
    const char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(answer);
    json_decref(question);
    return copy;
}

/* ---------------------------------------------------------------------------------------------------------- asking */

static bool lock_directory(ImportDoor *door, GError **error)
{
    door->lock = open(door->config->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (door->lock < 0) {
        filo_error_from_errno(error, errno, door->config->data_dir);
        return false;
    }
    if (flock(door->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "another import is under way");
    return false;
}

/* A server that answers is asked; without one this process opens the store. */
bool import_door_open(ImportDoor *door, const Config *config, GError **error)
{
    *door = (ImportDoor){.config = config, .lock = -1, .socket_path = config_socket_path(config)};
    g_autoptr(GError) problem = NULL;
    if (!lock_directory(door, error))
        return false;
    if (import_door_abandon(door, &problem))
        return true;
    if (!g_error_matches(problem, FILO_ERROR, FILO_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    door->here = installation_open(&door->installation, config, NEED_WRITING, error);
    return door->here && import_door_abandon(door, error);
}

void import_door_close(ImportDoor *door)
{
    if (door->here)
        installation_close(&door->installation);
    if (door->config && door->lock >= 0)
        close(door->lock);
    g_free(door->socket_path);
    *door = (ImportDoor){.lock = -1};
}

static char *send_question(ImportDoor *door, Arena *arena, const char *question, GError **error)
{
    Bytes body = bytes_of(question);
    if (door->here)
        return arena_strdup(arena, import_door_answer(door->installation.desk, arena, body));
    const char *header = arena_printf(arena, "{\"command\":\"import\",\"size\":%zu}", body.size);
    return local_call(arena, door->socket_path, header, body, ANSWER_TIMEOUT_MS, error);
}

static bool is_answer(json_t *answer, GError **error)
{
    json_t *code = json_object_get(answer, "code");
    const char *reason = string_of(answer, "reason");
    if (json_is_true(json_object_get(answer, "ok")))
        return true;
    if (json_is_integer(code) && reason)
        g_set_error_literal(error, FILO_ERROR, (gint)json_integer_value(code), reason);
    else
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "the running server does not import: is it an older one?");
    return false;
}

/* Takes the question; gives the answer, yours to decref, or NULL. */
static json_t *ask(ImportDoor *door, json_t *question, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    char *text = json_dumps(question, JSON_COMPACT);
    json_decref(question);
    const char *said = send_question(door, arena, text, error);
    free(text);
    json_t *answer = said ? json_loads(said, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (said && is_answer(answer, error))
        return answer;
    json_decref(answer);
    return NULL;
}

static bool ask_plainly(ImportDoor *door, json_t *question, GError **error)
{
    json_t *answer = ask(door, question, error);
    json_decref(answer);
    return answer != NULL;
}

static json_t *about_run(const char *step, ImportRunId run)
{
    return json_pack("{s:s, s:I}", "step", step, "run", (json_int_t)run.value);
}

bool import_door_abandon(ImportDoor *door, GError **error)
{
    return ask_plainly(door, json_pack("{s:s}", "step", "abandon"), error);
}

bool import_door_begin(ImportDoor *door, const ImportNew *fresh, ImportRunId *run_out, GError **error)
{
    json_t *answer = ask(door,
                         json_pack("{s:s, s:s, s:s, s:s}", "step", "begin", "kind", import_kind_text(fresh->kind),
                                   "source", fresh->source, "file", fresh->file_name),
                         error);
    *run_out = run_of(answer);
    json_decref(answer);
    return answer != NULL;
}

bool import_door_stage(ImportDoor *door, ImportRunId run, const ImportRow *rows, size_t count, GError **error)
{
    json_t *list = json_array(), *question = about_run("stage", run);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:I, s:s, s:s}", "line", (json_int_t)rows[i].line, "record",
                                              rows[i].record, "at", (json_int_t)rows[i].at, "identity",
                                              rows[i].identity, "payload", rows[i].payload));
    json_object_set_new(question, "rows", list);
    return ask_plainly(door, question, error);
}

bool import_door_commit(ImportDoor *door, ImportRunId run, GError **error)
{
    return ask_plainly(door, about_run("commit", run), error);
}

bool import_door_discard(ImportDoor *door, ImportRunId run, GError **error)
{
    return ask_plainly(door, about_run("discard", run), error);
}

bool import_door_work(ImportDoor *door, bool *idle_out, GError **error)
{
    json_t *answer = ask(door, json_pack("{s:s}", "step", "work"), error);
    *idle_out = json_is_true(json_object_get(answer, "idle"));
    json_decref(answer);
    return answer != NULL;
}

bool import_door_find(ImportDoor *door, ImportRunId id, ImportRun *run_out, GError **error)
{
    json_t *answer = ask(door, about_run("find", id), error);
    const char *state = string_of(answer, "state");
    ImportRun run = {.rows = json_integer_value(json_object_get(answer, "rows")),
                     .tickets = json_integer_value(json_object_get(answer, "tickets")),
                     .events = json_integer_value(json_object_get(answer, "events")),
                     .already = json_integer_value(json_object_get(answer, "already")),
                     .notes = json_integer_value(json_object_get(answer, "notes"))};
    if (state)
        (void)import_state_parse(state, &run.state);
    json_decref(answer);
    *run_out = run;
    return answer != NULL;
}
