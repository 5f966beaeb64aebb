/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/route.h"

#include "base/error.h"
#include "net/http_int.h"

#include <string.h>

static void handle(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)request, (void)response, (void)context;
}

#define ROW(method, pattern)                                                                                           \
    {                                                                                                                  \
        method, pattern, handle, "public", LANE_PAGE, 0, 0, "A test."                                                  \
    }

static const Route rows[] = {
    ROW(HTTP_GET, "/"),
    ROW(HTTP_GET, "/tickets"),
    ROW(HTTP_GET, "/tickets/:id"),
    ROW(HTTP_GET, "/tickets/new"),
    ROW(HTTP_POST, "/tickets/:id"),
    ROW(HTTP_POST, "/tickets/:id/reply"),
    ROW(HTTP_GET, "/static/"
                  "*"),
    ROW(HTTP_GET, "/static/app.css"),
    ROW(HTTP_GET, "/:word"),
};
static const RouteTable table = {"test", rows, G_N_ELEMENTS(rows)};

/* "pattern" or "404" or "405 Allow". */
static const char *found(Arena *arena, const Router *router, HttpMethod method, const char *target)
{
    HttpRequest request = {.arena = arena, .method = method};
    const char *allow;
    if (!http_parse_target(&request, target))
        return "400";
    const Route *route = router_match(router, &request, &allow);
    if (!route)
        return allow ? arena_printf(arena, "405 %s", allow) : "404";
    return request.params.count ? arena_printf(arena, "%s %s=%s", route->pattern, request.params.items[0].name,
                                               request.params.items[0].value)
                                : route->pattern;
}

static void test_match(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(Router) router = router_new(&table, 1, NULL);
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/"), ==, "/");
    g_assert_cmpstr(found(arena, router, HTTP_HEAD, "/tickets?sort=due"), ==, "/tickets");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/tickets/10001"), ==, "/tickets/:id id=10001");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/tickets/new"), ==, "/tickets/new");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/tickets/"), ==, "404");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/tickets/10001/reply"), ==, "405 POST");
    g_assert_cmpstr(found(arena, router, HTTP_DELETE, "/tickets/10001"), ==, "405 GET, HEAD, POST");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/perch%C3%A9"), ==, "/:word word=perché");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/static/app.css"), ==, "/static/app.css");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/static/a/b.js"), ==, "/static/* *=a/b.js");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/static"), ==, "/:word word=static");
    g_assert_cmpstr(found(arena, router, HTTP_GET, "/no/such"), ==, "404");
}

static void test_paths_cannot_climb(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(Router) router = router_new(&table, 1, NULL);
    static const char *const hostile[] = {"/static/../x", "/static/%2e%2e/x", "/static/a%2fb", "/static/%ff",
                                          "static",       "/static/./x",      "/a?b=%ff",      "/a?b=%0"};
    for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++)
        g_assert_cmpstr(found(arena, router, HTTP_GET, hostile[i]), ==, "400");
}

static void assert_refused(Route row, const Route *other, const char *why)
{
    Route pair[] = {other ? *other : rows[0], row};
    RouteTable bad = {"bad", pair, 2};
    g_autoptr(GError) error = NULL;
    g_assert_null(router_new(&bad, 1, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, why));
}

static void test_bad_tables_do_not_start(void)
{
    Route row = ROW(HTTP_GET, "/a/:id");
    Route twin = ROW(HTTP_GET, "/a/:other");
    assert_refused(row, &twin, "twice");
    Route without = row;
    without.permission = NULL;
    assert_refused(without, NULL, "permission");
    without = row;
    without.doc = "";
    assert_refused(without, NULL, "documentation");
    without = row;
    without.handler = NULL;
    assert_refused(without, NULL, "handler");
    without = row;
    without.pattern = "/a*";
    assert_refused(without, NULL, "*");
}

/* A row of several tables is found in its own. */
static void test_table_of_a_row(void)
{
    static const Route others[] = {ROW(HTTP_GET, "/api/v1/tickets"), ROW(HTTP_POST, "/api/v1/tickets")};
    const RouteTable tables[] = {{"desk", rows, G_N_ELEMENTS(rows)}, {"api", others, G_N_ELEMENTS(others)}};
    g_autoptr(GError) error = NULL;
    g_autoptr(Router) router = router_new(tables, G_N_ELEMENTS(tables), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(router_table(router, &rows[0])->area, ==, "desk");
    g_assert_cmpstr(router_table(router, &rows[G_N_ELEMENTS(rows) - 1])->area, ==, "desk");
    g_assert_cmpstr(router_table(router, &others[0])->area, ==, "api");
    g_assert_cmpstr(router_table(router, &others[1])->area, ==, "api");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/route/match", test_match);
    g_test_add_func("/route/climb", test_paths_cannot_climb);
    g_test_add_func("/route/table", test_table_of_a_row);
    g_test_add_func("/route/bad-tables", test_bad_tables_do_not_start);
    return g_test_run();
}
