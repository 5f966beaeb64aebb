/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows are grouped by their first segment and, inside a group, sorted so that the first row that fits is the right one
 * (invariant 3). A path is compared with its own group and with the rows that begin with a ":name" or "*".
 */
#include "net/route.h"

#include "base/check.h"
#include "base/error.h"

#include <string.h>

typedef struct Entry {
    const Route *route;
    char **parts; /* the pattern's segments */
    size_t count;
    bool takes_rest; /* ends in "*", which is not among parts */
} Entry;

struct Router {
    GHashTable *groups; /* first segment → GPtrArray of Entry; "" holds those that begin with a variable or "*" */
    const RouteTable *tables;
    size_t table_count;
};

static void entry_free(gpointer entry)
{
    g_strfreev(((Entry *)entry)->parts);
    g_free(entry);
}

static void group_free(gpointer group)
{
    g_ptr_array_unref(group);
}

static Entry *entry_new(const Route *route)
{
    Entry *entry = g_new0(Entry, 1);
    entry->route = route;
    entry->parts = g_strsplit(route->pattern[1] ? route->pattern + 1 : "", "/", -1);
    entry->count = g_strv_length(entry->parts);
    entry->takes_rest = entry->count > 0 && strcmp(entry->parts[entry->count - 1], "*") == 0;
    entry->count -= entry->takes_rest;
    return entry;
}

static bool is_variable(const char *part)
{
    return part[0] == ':';
}

/* <0: a is the more particular pattern. 0: both match the same paths. */
static int compare_patterns(const Entry *a, const Entry *b)
{
    for (size_t i = 0; i < MIN(a->count, b->count); i++) {
        bool a_varies = is_variable(a->parts[i]), b_varies = is_variable(b->parts[i]);
        if (a_varies != b_varies)
            return a_varies ? 1 : -1;
        int order = a_varies ? 0 : strcmp(a->parts[i], b->parts[i]);
        if (order)
            return order;
    }
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (int)a->takes_rest - (int)b->takes_rest;
}

static gint compare_entries(gconstpointer a, gconstpointer b)
{
    const Entry *first = *(Entry *const *)a, *second = *(Entry *const *)b;
    int order = compare_patterns(first, second);
    return order ? order : (int)first->route->method - (int)second->route->method;
}

static const char *group_name(const Entry *entry)
{
    return entry->count == 0 || is_variable(entry->parts[0]) ? "" : entry->parts[0];
}

static GPtrArray *group_of(Router *router, const char *name)
{
    GPtrArray *group = g_hash_table_lookup(router->groups, name);
    if (!group) {
        group = g_ptr_array_new_with_free_func(entry_free);
        g_hash_table_insert(router->groups, g_strdup(name), group);
    }
    return group;
}

static const char *what_is_wrong(const Route *route)
{
    if (!route->pattern || route->pattern[0] != '/')
        return "has no pattern that begins with /";
    if (!route->handler)
        return "has no handler";
    if (!route->permission || !*route->permission)
        return "has no permission";
    if (!route->doc || !*route->doc)
        return "has no documentation";
    if ((unsigned)route->lane >= LANE_COUNT)
        return "has no lane";
    const char *star = strchr(route->pattern, '*');
    if (star && (star[1] || star[-1] != '/'))
        return "has a * that is not its whole last segment";
    return NULL;
}

static bool refuse(GError **error, const char *area, const Route *route, const char *what)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "route %s %s of %s %s", http_method_name(route->method),
                route->pattern ? route->pattern : "?", area, what);
    return false;
}

static bool add_route(Router *router, const char *area, const Route *route, GError **error)
{
    const char *wrong = what_is_wrong(route);
    if (wrong)
        return refuse(error, area, route, wrong);
    Entry *entry = entry_new(route);
    GPtrArray *group = group_of(router, group_name(entry));
    for (guint i = 0; i < group->len; i++) {
        const Entry *other = g_ptr_array_index(group, i);
        if (other->route->method == route->method && compare_patterns(other, entry) == 0) {
            entry_free(entry);
            return refuse(error, area, route, "is there twice");
        }
    }
    g_ptr_array_add(group, entry);
    return true;
}

Router *router_new(const RouteTable *tables, size_t count, GError **error)
{
    g_autoptr(Router) router = g_new0(Router, 1);
    router->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, group_free);
    router->tables = tables;
    router->table_count = count;
    for (size_t t = 0; t < count; t++)
        for (size_t r = 0; r < tables[t].count; r++)
            if (!add_route(router, tables[t].area, &tables[t].routes[r], error))
                return NULL;
    GHashTableIter each;
    gpointer group;
    g_hash_table_iter_init(&each, router->groups);
    while (g_hash_table_iter_next(&each, NULL, &group))
        g_ptr_array_sort(group, compare_entries);
    return g_steal_pointer(&router);
}

void router_free(Router *router)
{
    if (!router)
        return;
    g_hash_table_unref(router->groups);
    g_free(router);
}

/* --- matching ---------------------------------------------------------------------------------------------------- */

static bool entry_fits(const Entry *entry, const HttpRequest *request)
{
    if (entry->takes_rest ? request->segment_count <= entry->count : request->segment_count != entry->count)
        return false;
    for (size_t i = 0; i < entry->count; i++) {
        bool fits = is_variable(entry->parts[i]) ? *request->segments[i] != '\0'
                                                 : strcmp(entry->parts[i], request->segments[i]) == 0;
        if (!fits)
            return false;
    }
    return true;
}

static bool serves(const Route *route, HttpMethod method)
{
    return route->method == method || (method == HTTP_HEAD && route->method == HTTP_GET);
}

/* The segments that "*" took, joined again: decoded, and none of them is "..": that was refused. */
static const char *rest_of(const Entry *entry, HttpRequest *request)
{
    g_autofree char *joined = g_strjoinv("/", (char **)request->segments + entry->count);
    return arena_strdup(request->arena, joined);
}

static void fill_params(const Entry *entry, HttpRequest *request)
{
    request->params = (HttpPairs){ARENA_ARRAY(request->arena, HttpPair, entry->count + 1), 0};
    for (size_t i = 0; i < entry->count; i++)
        if (is_variable(entry->parts[i]))
            request->params.items[request->params.count++] = (HttpPair){entry->parts[i] + 1, request->segments[i]};
    if (entry->takes_rest)
        request->params.items[request->params.count++] = (HttpPair){"*", rest_of(entry, request)};
}

/* The first entry of the group that fits and serves the method; notes in methods which others fit. */
static const Entry *find_in_group(const GPtrArray *group, const HttpRequest *request, unsigned *methods)
{
    for (guint i = 0; group && i < group->len; i++) {
        const Entry *entry = g_ptr_array_index(group, i);
        if (!entry_fits(entry, request))
            continue;
        if (serves(entry->route, request->method))
            return entry;
        *methods |= 1U << entry->route->method;
    }
    return NULL;
}

static const char *allow_list(Arena *arena, unsigned methods)
{
    if (methods & (1U << HTTP_GET))
        methods |= 1U << HTTP_HEAD;
    const char *list = NULL;
    for (unsigned method = 0; method <= HTTP_OPTIONS; method++)
        if (methods & (1U << method))
            list = list ? arena_printf(arena, "%s, %s", list, http_method_name((HttpMethod)method))
                        : http_method_name((HttpMethod)method);
    return list;
}

const Route *router_match(const Router *router, HttpRequest *request, const char **allow_out)
{
    unsigned methods = 0;
    const Entry *entry = NULL;
    if (request->segment_count && *request->segments[0])
        entry = find_in_group(g_hash_table_lookup(router->groups, request->segments[0]), request, &methods);
    if (!entry)
        entry = find_in_group(g_hash_table_lookup(router->groups, ""), request, &methods);
    if (allow_out)
        *allow_out = entry ? NULL : allow_list(request->arena, methods);
    if (!entry)
        return NULL;
    fill_params(entry, request);
    return entry->route;
}

const RouteTable *router_table(const Router *router, const Route *route)
{
    const RouteTable *table = router->tables;
    while (!(route >= table->routes && route < table->routes + table->count)) {
        table++;
        check(table < router->tables + router->table_count);
    }
    return table;
}

const RouteTable *router_table_under(const Router *router, const char *path)
{
    for (size_t i = 0; i < router->table_count; i++)
        if (router->tables[i].under && g_str_has_prefix(path, router->tables[i].under))
            return &router->tables[i];
    return NULL;
}
