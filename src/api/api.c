/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/api.h"

#include "api/call.h"
#include "api/operation.h"
#include "base/check.h"
#include "desk/staff/permission.h"

struct Api {
    Route *routes;
    RouteTable table;
};

const ApiOperations *const *api_operations(size_t *count_out)
{
    static const ApiOperations *const all[] = {
        &ticket_read_operations, &ticket_new_operations, &ticket_talk_operations, &ticket_act_operations,
        &ticket_code_operations, &aside_operations,      &sender_operations,      &party_operations,
        &product_operations,     &report_operations,     &mail_operations,        &metrics_operations,
        &openapi_operations,
    };
    *count_out = G_N_ELEMENTS(all);
    return all;
}

Api *api_new(Desk *desk)
{
    size_t groups;
    const ApiOperations *const *all = api_operations(&groups);
    GArray *routes = g_array_new(FALSE, FALSE, sizeof(Route));
    for (size_t group = 0; group < groups; group++)
        for (size_t i = 0; i < all[group]->count; i++) {
            check(permission_is_known(
                all[group]->items[i].route.permission)); /* a route without a policy does not start */
            g_array_append_val(routes, all[group]->items[i].route);
        }
    Api *api = g_new0(Api, 1);
    size_t count = routes->len;
    api->routes = (Route *)(void *)g_array_free(routes, FALSE);
    api->table = (RouteTable){"api", api->routes, count, api_authorize, desk, api_refuse_call, "/api/"};
    return api;
}

void api_free(Api *api)
{
    if (!api)
        return;
    g_free(api->routes);
    g_free(api);
}

const RouteTable *api_table(const Api *api)
{
    return &api->table;
}
