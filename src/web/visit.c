/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/visit.h"

#include "base/check.h"
#include "base/log.h"
#include "base/writer.h"
#include "desk/intake/intake.h"
#include "desk/intake/robot.h"
#include "desk/staff/permission.h"
#include "job/alarm.h"
#include "queue/delivery.h"
#include "queue/outbox.h"
#include "web/problem.h"
#include "web/web_int.h"

#include <string.h>

enum { COOKIE_YEAR_S = 365 * 24 * 3600, COOKIE_WEEK_S = 7 * 24 * 3600 };

const char *visit_cookie_name(const HttpRequest *request)
{
    return request->secure ? "__Host-filo" : "filo";
}

const Visit *visit_of(const HttpRequest *request)
{
    check(request->who);
    return request->who;
}

bool visit_may(const Visit *visit, const char *permission)
{
    return visit->signed_in && permission_allows(visit->session.role, permission);
}

static void set_cookie(HttpResponse *response, const char *name, const char *value, int64_t max_age)
{
    bool set = http_set_cookie(response, name, value, max_age);
    check(set); /* keys of ours */
}

void visit_begin(const HttpRequest *request, HttpResponse *response, const SignedIn *in)
{
    set_cookie(response, visit_cookie_name(request), in->session.text, COOKIE_WEEK_S);
    set_cookie(response, VISIT_DEVICE_COOKIE, in->device.text, COOKIE_YEAR_S);
}

static bool has_chosen_language(const HttpRequest *request, const Visit *visit, Lang *lang_out)
{
    const char *chosen = http_cookie(request, "filo-lang");
    return (chosen && lang_find(chosen, lang_out)) ||
           (visit->signed_in && lang_find(visit->session.language, lang_out));
}

void visit_offer_language(HttpRequest *request, const char *language)
{
    Visit *visit = request->who;
    Lang lang;
    if (!has_chosen_language(request, visit, &lang) && lang_find(language, &lang))
        visit->lang = lang;
}

static Lang language_of(const HttpRequest *request, const Visit *visit)
{
    Lang lang;
    if (has_chosen_language(request, visit, &lang))
        return lang;
    return lang_negotiate(http_header(request, "accept-language"));
}

static const char *theme_of(const HttpRequest *request)
{
    const char *theme = http_cookie(request, "filo-theme");
    bool known = theme && (strcmp(theme, "light") == 0 || strcmp(theme, "dark") == 0);
    return known ? theme : "";
}

static bool touch(StoreTx *tx, void *arg)
{
    const Visit *visit = arg;
    session_touch(tx, visit->session.id, visit->now);
    return true;
}

/* Whoever only looks goes on in this transaction (visit_read); a write would not be seen by it. */
static void keep_or_end(const HttpRequest *request, Visit *visit, StoreTx *tx, GError **error)
{
    bool goes_on = http_method_is_safe(request->method) && !store_tx_failed(tx) &&
                   !(visit->signed_in && session_wants_touch(&visit->session, visit->now));
    if (goes_on)
        visit->reading = tx;
    else if (!store_read_end(tx, error))
        visit->signed_in = false;
}

/* One is said, more are counted; and that it reached nobody, while it did not. */
static const char *trouble_words(StoreTx *tx, Arena *arena, const Visit *visit)
{
    IncidentList open = incident_list_open(tx, arena, false);
    ChannelAccount account;
    bool reached = false;
    for (size_t i = 0; i < open.count; i++)
        reached = reached || open.items[i].reached;
    if (open.count == 0 || !alarm_account(tx, arena, open.items[0].account, &account))
        return "";
    const AlarmReader reader = {visit->lang, visit->policy->zone, visit->now};
    const char *words = open.count == 1
                            ? alarm_line(arena, &reader, &open.items[0], &account)
                            : msg_fill_count(arena, visit->lang, MSG_BANNER_TROUBLE, (int64_t)open.count, NULL);
    return reached
               ? words
               : arena_printf(arena, open.count == 1 ? "%s %s" : "%s. %s", words, msg(visit->lang, MSG_TROUBLE_UNTOLD));
}

static void find_session(HttpRequest *request, Visit *visit, GError **error)
{
    char hash[SHA256_HEX_SIZE];
    const char *cookie = http_cookie(request, visit_cookie_name(request));
    if (!cookie || !key_hash(cookie, hash))
        return;
    StoreTx *tx = store_read_begin(desk_store(visit->desk), error);
    if (!tx)
        return;
    visit->signed_in = session_find(tx, request->arena, hash, visit->now, &visit->session);
    if (visit->signed_in && http_method_is_safe(request->method) && visit_may(visit, "ticket.write"))
        visit->stuck = outbox_count_failed(tx, request->arena) + delivery_count_failed(tx, request->arena) +
                       intake_count_tray(tx, request->arena) + automatic_stop_count(tx, request->arena);
    visit->lang = language_of(request, visit);
    if (visit->signed_in && http_method_is_safe(request->method) && visit_may(visit, "settings.write"))
        visit->trouble = trouble_words(tx, request->arena, visit);
    keep_or_end(request, visit, tx, error);
    if (visit->signed_in)
        visit->actor = (Actor){ACTOR_STAFF, visit->session.staff.value};
}

static void renew_session(Visit *visit)
{
    g_autoptr(GError) error = NULL;
    if (visit->signed_in && session_wants_touch(&visit->session, visit->now) &&
        store_write(desk_store(visit->desk), "session touch", touch, visit, &error) == STORE_FAILED)
        LOG(LOG_WARNING, "session.touch", LOG_TEXT("reason", error->message)); /* they stay signed in all the same */
}

static void ask_to_sign_in(HttpRequest *request, HttpResponse *response)
{
    GString *target = g_string_new("/sign-in");
    if (http_method_is_safe(request->method) && strcmp(request->path, "/") != 0) {
        g_string_append(target, "?return_to=");
        url_arg(target, request->path);
    }
    http_redirect(response, target->str);
    g_string_free(target, TRUE);
}

/* Who it is; *error tells why that could not be read. */
static Visit *visit_open(HttpRequest *request, Web *web, GError **error)
{
    Visit *visit = ARENA_NEW(request->arena, Visit);
    *visit = (Visit){.web = web,
                     .desk = web->desk,
                     .policy = desk_policy(web->desk),
                     .now = desk_now(web->desk),
                     .theme = theme_of(request),
                     .trouble = "",
                     .actor = {ACTOR_CUSTOMER, 0}};
    request->who = visit;
    find_session(request, visit, error);
    visit->lang = language_of(request, visit);
    return visit;
}

void visit_refuse(HttpRequest *request, HttpResponse *response, int status, void *context)
{
    static const struct {
        int status;
        Problem problem;
    } problems[] = {{400, PROBLEM_BAD_REQUEST}, {403, PROBLEM_FORBIDDEN}, {404, PROBLEM_NOT_FOUND}, {405, PROBLEM_NOT_FOUND}};
    g_autoptr(GError) error = NULL;
    if (!request->who)
        visit_open(request, context, &error);
    if (error) /* the refusal stands: it is said as to nobody known */
        LOG(LOG_WARNING, "visit.read", LOG_TEXT("reason", error->message));
    for (size_t i = 0; i < G_N_ELEMENTS(problems); i++)
        if (problems[i].status == status)
            problem_page(request, response, problems[i].problem, "");
}

bool visit_authorize(HttpRequest *request, HttpResponse *response, void *context)
{
    g_autoptr(GError) error = NULL;
    Visit *visit = visit_open(request, context, &error);
    if (error && strcmp(request->permission, PERMISSION_PUBLIC) != 0) {
        problem_of_error(request, response, error);
        return false;
    }
    renew_session(visit);
    if (strcmp(request->permission, PERMISSION_PUBLIC) == 0)
        return true;
    if (!visit->signed_in)
        ask_to_sign_in(request, response);
    else if (permission_allows(visit->session.role, request->permission))
        return true;
    else
        problem_page(request, response, PROBLEM_FORBIDDEN, "");
    return false;
}

void visit_audit(StoreTx *tx, const Visit *visit, const char *action, const char *object, int64_t object_id)
{
    audit_add(tx,
              &(AuditEntry){
                  .at = visit->now, .actor = visit->actor, .action = action, .object = object, .object_id = object_id});
}

void visit_note_read(const Visit *visit, const char *action, const char *object, int64_t object_id)
{
    audit_reads_note(
        desk_reads(visit->desk),
        &(AuditEntry){
            .at = visit->now, .actor = visit->actor, .action = action, .object = object, .object_id = object_id});
}

StoreTx *visit_read(HttpRequest *request, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    Visit *visit = request->who;
    StoreTx *tx = visit->reading ? g_steal_pointer(&visit->reading) : store_read_begin(desk_store(visit->desk), &error);
    if (!tx)
        problem_of_error(request, response, error);
    return tx;
}

bool visit_read_end(HttpRequest *request, HttpResponse *response, StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    if (store_read_end(tx, &error))
        return true;
    problem_of_error(request, response, error);
    return false;
}

void visit_done(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)response, (void)context;
    Visit *visit = request->who;
    g_autoptr(GError) error = NULL;
    if (visit && visit->reading && !store_read_end(g_steal_pointer(&visit->reading), &error))
        LOG(LOG_WARNING, "visit.read", LOG_TEXT("reason", error->message)); /* of what nobody read */
}
