/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site.h"

#include "base/check.h"
#include "desk/staff/permission.h"
#include "net/stream.h"
#include "web/assets.h"
#include "web/desk/tour.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/sign_in_view.h"
#include "web/visit.h"
#include "web/web_int.h"

#include <string.h>

enum { COOKIE_YEAR_S = 365 * 24 * 3600 };

/* The value is of ours (base32, a language tag, a word): it can always be set. */
static void set_cookie(HttpResponse *response, const char *name, const char *value, int64_t max_age)
{
    bool set = http_set_cookie(response, name, value, max_age);
    check(set);
}

/* ------------------------------------------------------------------------------------------------------------ assets */

static void asset_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Asset asset;
    if (!asset_find(request->path, &asset)) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    const char *accepts = http_header(request, "accept-encoding");
    bool packed = asset.gzip.size && accepts && strstr(accepts, "gzip");
    const Bytes *bytes = packed ? &asset.gzip : &asset.bytes;
    bool headed = http_set_type(response, asset.type) &&
                  http_set_header(response, "Cache-Control", ASSET_CACHE_CONTROL) &&
                  http_set_header(response, "ETag", asset.etag) &&
                  (!packed || http_set_header(response, "Content-Encoding", "gzip")) &&
                  http_set_header(response, "Vary", "Accept-Encoding");
    check(headed); /* constants of ours */
    g_string_append_len(http_body(response), (const char *)bytes->data, (gssize)bytes->size);
}

/* -------------------------------------------------------------------------------------------------------- signing in */

/* What was asked for before signing in, if it is a page of this site. */
static const char *return_path(const char *path)
{
    return path && http_path_is_local(path) ? path : "/";
}

/* The demo's people, one for each role that opens something else. */
static const DemoRole *demo_roles(HttpRequest *request, size_t *count_out)
{
    static const struct {
        const char *login, *name;
        MsgId role;
    } people[] = {{"sara", "Sara Conti", MSG_ROLE_OPERATOR},
                  {"giulia", "Giulia Ferri", MSG_ROLE_SUPERVISOR},
                  {"anna", "Anna Tosi", MSG_ROLE_QUALITY},
                  {"roberto", "Roberto Valdichienti", MSG_ROLE_OWNER}};
    const Visit *visit = visit_of(request);
    DemoRole *roles = ARENA_ARRAY(request->arena, DemoRole, G_N_ELEMENTS(people));
    for (size_t i = 0; i < G_N_ELEMENTS(people); i++)
        roles[i] =
            (DemoRole){people[i].login, visit->policy->demo_password, people[i].name, msg(visit->lang, people[i].role)};
    *count_out = G_N_ELEMENTS(people);
    return roles;
}

static void render_sign_in(HttpRequest *request, HttpResponse *response, const char *login, const char *error)
{
    const Visit *visit = visit_of(request);
    const char *asked = http_form(request, "return_to");
    SignInView view = {
        .page = layout_public(request, msg(visit->lang, MSG_SIGN_IN_TITLE)),
        .email = login,
        .error = error,
        .waits = !visit->policy->is_founded,
        .return_to = return_path(asked ? asked : http_query(request, "return_to")),
    };
    view.has_demo = visit->policy->demo && *visit->policy->demo_password;
    if (view.has_demo)
        view.demo = demo_roles(request, &view.demo_count);
    sign_in_render(http_html(response), visit->lang, &view);
}

static void sign_in_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    render_sign_in(request, response, "", "");
}

static const char *refusal_text(Arena *arena, Lang lang, const InputError *refused)
{
    MsgId id;
    bool known = msg_id_find(refused->key, &id);
    return known ? msg_fill(arena, lang, id, "shown", refused->shown ? refused->shown : "", NULL) : refused->key;
}

static void sign_in_do(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    const char *login = http_form(request, "email"), *password = http_form(request, "password");
    g_autoptr(GError) error = NULL;
    SignedIn in;
    InputError refused;
    SignIn attempt = {.login = login ? login : "",
                      .password = password ? password : "",
                      .address = request->remote,
                      .user_agent = http_header(request, "user-agent"),
                      .device = http_cookie(request, VISIT_DEVICE_COOKIE),
                      .session = http_cookie(request, visit_cookie_name(request))};
    switch (sign_in(desk_store(visit->desk), &attempt, visit->now, &in, &refused, &error)) {
    case SIGN_IN_DONE:
        visit_begin(request, response, &in);
        http_redirect(response, return_path(http_form(request, "return_to")));
        return;
    case SIGN_IN_REFUSED:
        http_set_status(response, 422);
        render_sign_in(request, response, attempt.login, refusal_text(request->arena, visit->lang, &refused));
        return;
    case SIGN_IN_FAILED:
    default:
        problem_of_error(request, response, error);
    }
}

typedef struct SignOutWork {
    const Visit *visit;
} SignOutWork;

static bool end_session(StoreTx *tx, void *arg)
{
    const Visit *visit = ((SignOutWork *)arg)->visit;
    session_end(tx, visit->session.staff, visit->session.id, visit->actor, visit->now);
    return true;
}

static void sign_out(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    g_autoptr(GError) error = NULL;
    SignOutWork work = {visit};
    if (store_write(desk_store(visit->desk), "sign out", end_session, &work, &error) == STORE_FAILED) {
        problem_of_error(request, response, error);
        return;
    }
    set_cookie(response, visit_cookie_name(request), "gone", 0);
    http_redirect(response, "/sign-in");
}

/* ------------------------------------------------------------------------------------------------------- preferences */

static void preferences_set(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const char *tag = http_form(request, "lang"), *theme = http_form(request, "theme");
    Lang lang;
    if (tag && lang_find(tag, &lang))
        set_cookie(response, "filo-lang", lang_tag(lang), COOKIE_YEAR_S);
    if (theme && (strcmp(theme, "light") == 0 || strcmp(theme, "dark") == 0 || strcmp(theme, "system") == 0))
        set_cookie(response, "filo-theme", theme, COOKIE_YEAR_S);
    if (http_form(request, "tour"))
        set_cookie(response, TOUR_COOKIE, "closed", COOKIE_YEAR_S);
    http_redirect(response, return_path(http_form(request, "return_to")));
}

/* ------------------------------------------------------------------------------------------------------------ stream */

static void events_open(HttpRequest *request, HttpResponse *response, void *context)
{
    const Web *web = context;
    static const char *const topics[] = {"desk"};
    const char *user = arena_int(request->arena, visit_of(request)->session.staff.value);
    StreamHub *streams = atomic_load(&web->streams);
    if (!streams || !stream_open(response, streams, user, topics, G_N_ELEMENTS(topics)))
        problem_page(request, response, PROBLEM_BUSY, "");
}

static const Route routes[] = {
    {HTTP_GET, "/static/*", asset_show, PERMISSION_PUBLIC, LANE_PAGE, 0, 0, "A style sheet, script or icon."},
    {HTTP_GET, "/sign-in", sign_in_show, PERMISSION_PUBLIC, LANE_PAGE, 0, 0, "The sign-in form."},
    {HTTP_POST, "/sign-in", sign_in_do, PERMISSION_PUBLIC, LANE_HASH, 0, 8192, "Signs a member of staff in."},
    {HTTP_POST, "/sign-out", sign_out, PERMISSION_OWN_ACCOUNT, LANE_PAGE, 0, 8192, "Ends this session."},
    {HTTP_POST, "/preferences", preferences_set, PERMISSION_PUBLIC, LANE_PAGE, 0, 8192, "Language and theme."},
    {HTTP_GET, "/events", events_open, "ticket.read", LANE_PAGE, 0, 0, "The live event stream."},
};
const RouteTable site_routes = {"site", routes, G_N_ELEMENTS(routes)};
