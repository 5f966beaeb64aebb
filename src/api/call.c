/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/call.h"

#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "base/writer.h"
#include "desk/staff/permission.h"

#include <string.h>

enum { KEY_MAX = 128 };

const ApiCall *api_call_of(const HttpRequest *request)
{
    check(request->who);
    return request->who;
}

/* ----------------------------------------------------------------------------------------------------- what it is told */

/* The first pattern that fits decides. */
static const struct {
    const char *code;
    int status;
} statuses[] = {
    {"body.*", 400},
    {"query.*", 400},
    {"header.*", 400},
    {"auth.token", 401},
    {"auth.scope", 403},
    {"not_found", 404},
    {"*.not_found", 404},
    {"method", 405},
    {"conflict", 409},
    {"*.stale", 409},
    {"*taken", 409},
    {"*.answered_meanwhile", 409},
    {"*.transition", 409},
    {"*.reopen_too_late", 409},
    {"media_type", 415},
    {"failed", 500},
    {"busy", 503},
    {"away", 503},
    {"full", 507},
    {"*", 422}, /* understood, and the desk's rules say no */
};

int api_status(const char *code)
{
    size_t at = 0;
    while (!g_pattern_match_simple(statuses[at].code, code))
        at++;
    return statuses[at].status;
}

/* What the catalogue says of an InputError. */
static const char *message_of(const HttpRequest *request, const InputError *error)
{
    MsgId id;
    const char *shown = error->shown ? error->shown : "";
    return msg_id_find(error->key, &id) ? msg_fill(request->arena, api_call_of(request)->lang, id, "shown", shown, NULL)
                                        : error->key;
}

/* A precondition said in a header has a status of its own. */
static int status_of(const HttpRequest *request, const char *code)
{
    bool stale = g_str_has_suffix(code, ".stale") && http_header(request, "if-match");
    return stale ? 412 : api_status(code);
}

/* The members RFC 9457 names, then ours. */
static void begin_problem(HttpRequest *request, HttpResponse *response, const char *code, const char *detail)
{
    GString *out = http_json(response);
    int status = status_of(request, code);
    bool typed = http_set_type(response, "application/problem+json");
    check(typed); /* a constant of ours */
    g_string_truncate(out, 0);
    http_set_status(response, status);
    bool set = status != 503 || http_set_header(response, "Retry-After", "10");
    check(set); /* digits */
    const char *title = msg_find(api_call_of(request)->lang, arena_printf(request->arena, "api.problem.%d", status));
    g_string_append(out, "{\"type\":\"about:blank\",\"title\":");
    json_str(out, title ? title : code);
    g_string_append_printf(out, ",\"status\":%d,\"detail\":", status);
    json_str(out, detail);
    g_string_append(out, ",\"error\":");
}

static void write_error(GString *out, const char *code, const char *field, const char *message)
{
    g_string_append(out, "{\"code\":");
    json_str(out, code);
    g_string_append(out, ",\"field\":");
    json_str(out, field);
    g_string_append(out, ",\"message\":");
    json_str(out, message);
}

void api_problem(HttpRequest *request, HttpResponse *response, const char *code, const char *field, const char *message)
{
    const char *words = message ? message : message_of(request, &(InputError){field, code, NULL});
    GString *out = http_body(response);
    begin_problem(request, response, code, words);
    write_error(out, code, field, words);
    g_string_append(out, "}}\n");
}

void api_problem_of_refusals(HttpRequest *request, HttpResponse *response, const CodingRefusals *refused)
{
    GString *out = http_body(response);
    begin_problem(request, response, refused->items[0].key, message_of(request, &refused->items[0]));
    for (size_t i = 0; i < refused->count; i++) {
        const InputError *error = &refused->items[i];
        if (i)
            g_string_append(out, i == 1 ? ",\"more\":[" : "},");
        write_error(out, error->key, error->field, message_of(request, error));
    }
    g_string_append(out, refused->count > 1 ? "}]}}\n" : "}}\n");
}

void api_not_found(HttpRequest *request, HttpResponse *response)
{
    api_problem(request, response, "not_found", "", "there is no such thing, or not for this token");
}

static const struct {
    FiloError error;
    const char *code, *message;
} problems[] = {
    {FILO_ERROR_BUSY, "busy", "try again soon"},
    {FILO_ERROR_IO, "away", "the database does not answer: try again soon"},
    {FILO_ERROR_FULL, "full", "no space left: nothing was stored"},
    {FILO_ERROR_REFUSED, "conflict", "it does not fit what is stored"},
    {FILO_ERROR_NOT_FOUND, "not_found", "there is no such thing, or not for this token"},
};

void api_problem_of_error(HttpRequest *request, HttpResponse *response, const GError *error)
{
    if (g_error_matches(error, FILO_ERROR, FILO_ERROR_IO))
        LOG(LOG_ERROR, "api.failed", LOG_TEXT("request", request->id), LOG_TEXT("route", request->route),
            LOG_TEXT("reason", error->message));
    for (size_t i = 0; i < G_N_ELEMENTS(problems); i++)
        if (g_error_matches(error, FILO_ERROR, (int)problems[i].error)) {
            api_problem(request, response, problems[i].code, "", problems[i].message);
            return;
        }
    LOG(LOG_ERROR, "api.failed", LOG_TEXT("request", request->id), LOG_TEXT("route", request->route),
        LOG_TEXT("reason", error->message));
    api_problem(request, response, "failed", "", arena_printf(request->arena, "our fault; request %s", request->id));
}

void api_send(HttpRequest *request, HttpResponse *response, int status, const Shape *shape, const ShapeValue *values)
{
    GString *out = http_json(response);
    http_set_status(response, status);
    shape_write(out, request->arena, shape, values);
    g_string_append_c(out, '\n');
}

/* ------------------------------------------------------------------------------------------------------------ who calls */

/* The text after "Bearer ", or NULL. */
static const char *bearer_of(const HttpRequest *request)
{
    const char *header = http_header(request, "authorization");
    bool bearer = header && g_ascii_strncasecmp(header, "Bearer ", 7) == 0;
    return bearer ? header + 7 : NULL;
}

static bool find_token(HttpRequest *request, ApiCall *call, GError **error)
{
    const char *bearer = bearer_of(request);
    if (!bearer)
        return true;
    StoreTx *tx = store_read_begin(desk_store(call->desk), error);
    if (!tx)
        return false;
    call->has_token = api_token_find(tx, request->arena, bearer, call->now, &call->token) &&
                      staff_find(tx, request->arena, call->token.maker, &call->maker);
    if (!store_read_end(tx, error))
        return false;
    if (call->has_token) {
        call->person = (Actor){ACTOR_STAFF, call->maker.id.value};
        call->program = (Actor){ACTOR_TOKEN, call->token.id.value};
    }
    return true;
}

static bool touch(StoreTx *tx, void *arg)
{
    const ApiCall *call = arg;
    api_token_touch(tx, call->token.id, call->now);
    return true;
}

static void note_use(ApiCall *call)
{
    g_autoptr(GError) error = NULL;
    if (api_token_wants_touch(&call->token, call->now) &&
        store_write(desk_store(call->desk), "token touch", touch, call, &error) == STORE_FAILED)
        LOG(LOG_WARNING, "token.touch", LOG_TEXT("reason", error->message)); /* it may call all the same */
}

static bool refuse_token(HttpRequest *request, HttpResponse *response)
{
    api_problem(request, response, "auth.token", "", "send Authorization: Bearer with a token that is good");
    bool set = http_set_header(response, "WWW-Authenticate", "Bearer realm=\"filo\"");
    check(set);
    return false;
}

static Lang language_of(const HttpRequest *request)
{
    const char *accepts = http_header(request, "accept-language");
    return accepts ? lang_negotiate(accepts) : LANG_EN;
}

static ApiCall *call_open(HttpRequest *request, Desk *desk)
{
    ApiCall *call = ARENA_NEW(request->arena, ApiCall);
    *call = (ApiCall){.desk = desk, .policy = desk_policy(desk), .now = desk_now(desk), .lang = language_of(request)};
    request->who = call;
    return call;
}

void api_refuse_call(HttpRequest *request, HttpResponse *response, int status, void *context)
{
    if (!request->who)
        call_open(request, context);
    if (status == 405)
        api_problem(request, response, "method", "", "it is there, but not for this method: see Allow");
    else if (status == 404)
        api_not_found(request, response);
    else
        api_problem(request, response, "body.form", "", "the body cannot be read");
}

bool api_authorize(HttpRequest *request, HttpResponse *response, void *context)
{
    g_autoptr(GError) error = NULL;
    ApiCall *call = call_open(request, context);
    if (strcmp(request->permission, PERMISSION_PUBLIC) == 0)
        return true;
    if (!find_token(request, call, &error)) {
        api_problem_of_error(request, response, error);
        return false;
    }
    if (!call->has_token)
        return refuse_token(request, response);
    note_use(call);
    if (api_token_allows(&call->token, request->permission))
        return true;
    api_problem(request, response, "auth.scope", "",
                arena_printf(request->arena, "the token or its maker lacks %s", request->permission));
    return false;
}

/* --------------------------------------------------------------------------------------------------------- what it said */

static bool show_refusal(HttpRequest *request, HttpResponse *response, const ShapeRefusal *refused)
{
    api_problem(request, response, refused->code, refused->field, refused->message);
    return false;
}

static bool is_json(const HttpRequest *request)
{
    const char *type = http_header(request, "content-type");
    size_t length = type ? strcspn(type, "; \t") : 0;
    return length == strlen("application/json") && g_ascii_strncasecmp(type, "application/json", length) == 0;
}

bool api_read_body(HttpRequest *request, HttpResponse *response, const Shape *shape, ShapeValue *values)
{
    ShapeRefusal refused;
    if (!is_json(request)) {
        api_problem(request, response, "media_type", "", "send Content-Type: application/json");
        return false;
    }
    return shape_read(request->arena, shape, request->body, values, &refused) ||
           show_refusal(request, response, &refused);
}

bool api_read_query(HttpRequest *request, HttpResponse *response, const Shape *shape, ShapeValue *values)
{
    ShapeRefusal refused;
    return shape_read_query(request->arena, shape, request->query, values, &refused) ||
           show_refusal(request, response, &refused);
}

bool api_read_key(HttpRequest *request, HttpResponse *response, const char **key_out)
{
    const char *key = http_header(request, "idempotency-key");
    *key_out = key;
    if (!key)
        return true;
    size_t length = strlen(key);
    bool fit = length > 0 && length <= KEY_MAX;
    for (size_t i = 0; fit && i < length; i++)
        fit = g_ascii_isgraph(key[i]);
    if (!fit)
        api_problem(request, response, "header.idempotency_key", "Idempotency-Key",
                    "1 to 128 visible ASCII characters");
    return fit;
}

static bool version_parse(const char *text, int64_t *version_out)
{
    bool quoted = *text == '"';
    char *end;
    *version_out = g_ascii_strtoll(text + quoted, &end, 10);
    return *version_out > 0 && end != text + quoted && strcmp(end, quoted ? "\"" : "") == 0;
}

bool api_read_version(HttpRequest *request, HttpResponse *response, const ShapeValue *field, int64_t *version_out)
{
    const char *header = http_header(request, "if-match");
    *version_out = field->number;
    if (!header)
        return true;
    if (version_parse(header, version_out) && (!field->given || field->number == *version_out))
        return true;
    api_problem(request, response, "header.if_match", "If-Match",
                "one version, as the ETag says it, or \"version\" alone");
    return false;
}

/* ------------------------------------------------------------------------------------------------------------ the store */

StoreTx *api_read(HttpRequest *request, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(desk_store(api_call_of(request)->desk), &error);
    if (!tx)
        api_problem_of_error(request, response, error);
    return tx;
}

bool api_read_end(HttpRequest *request, HttpResponse *response, StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    if (store_read_end(tx, &error))
        return true;
    api_problem_of_error(request, response, error);
    return false;
}

bool api_write(HttpRequest *request, HttpResponse *response, const char *name, StoreWork work, void *arg,
               const CodingRefusals *refused)
{
    g_autoptr(GError) error = NULL;
    switch (store_write(desk_store(api_call_of(request)->desk), name, work, arg, &error)) {
    case STORE_COMMITTED:
        return true;
    case STORE_REFUSED:
        if (refused->count)
            api_problem_of_refusals(request, response, refused);
        else
            api_problem(request, response, "conflict", "", "it does not fit what is stored");
        return false;
    case STORE_FAILED:
    default:
        api_problem_of_error(request, response, error);
        return false;
    }
}

void api_audit(StoreTx *tx, const ApiCall *call, const char *action, const char *object, int64_t object_id)
{
    audit_add(tx,
              &(AuditEntry){
                  .at = call->now, .actor = call->program, .action = action, .object = object, .object_id = object_id});
}

void api_note_read(const ApiCall *call, const char *action, const char *object, int64_t object_id)
{
    audit_reads_note(
        desk_reads(call->desk),
        &(AuditEntry){
            .at = call->now, .actor = call->program, .action = action, .object = object, .object_id = object_id});
}

bool api_refuse(CodingRefusals *refused, InputError error)
{
    if (error.key && refused->count < CODING_REFUSALS_MAX)
        refused->items[refused->count++] = error;
    return false;
}
