/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/web.h"

#include "base/check.h"
#include "desk/staff/permission.h"
#include "web/desk/desk_pages.h"
#include "web/portal/portal_pages.h"
#include "web/settings/settings_pages.h"
#include "web/site.h"
#include "web/visit.h"
#include "web/web_int.h"

Web *web_new(Desk *desk, const ChannelReceiver *receiver)
{
    Web *web = g_new0(Web, 1);
    web->desk = desk;
    web->receiver = receiver;
    atomic_flag_clear(&web->fetching);
    return web;
}

bool web_fetch_begin(Web *web)
{
    return !atomic_flag_test_and_set(&web->fetching);
}

void web_fetch_end(Web *web)
{
    atomic_flag_clear(&web->fetching);
}

void web_free(Web *web)
{
    if (web)
        g_free(atomic_load(&web->base_url));
    g_free(web);
}

void web_set_base_url(Web *web, const char *base_url)
{
    check(!atomic_load(&web->base_url)); /* nobody's borrowed text is freed */
    atomic_store(&web->base_url, g_strdup(base_url));
}

const char *web_base_url(const Web *web)
{
    const char *base_url = atomic_load(&web->base_url);
    return base_url ? base_url : "";
}

const ChannelReceiver *web_receiver(const Web *web)
{
    return web->receiver;
}

void web_set_scanner(Web *web, Scanner *scanner)
{
    web->scanner = scanner;
}

Scanner *web_scanner(const Web *web)
{
    return web->scanner;
}

void web_fill_options(Web *web, HttpServerOptions *options)
{
    static RouteTable tables[4];
    tables[0] = site_routes;
    tables[1] = desk_routes;
    tables[2] = portal_routes;
    tables[3] = settings_routes;
    for (size_t table = 0; table < G_N_ELEMENTS(tables); table++)
        for (size_t row = 0; row < tables[table].count; row++)
            check(permission_is_known(
                tables[table].routes[row].permission)); /* a route without a policy does not start */
    options->tables = tables;
    options->table_count = G_N_ELEMENTS(tables);
    options->context = web;
    options->authorize = visit_authorize;
    options->after = visit_done;
    options->refuse = visit_refuse;
}

void web_set_streams(Web *web, StreamHub *streams)
{
    atomic_store(&web->streams, streams);
}

void web_notice(Web *web, uint64_t sequence)
{
    StreamHub *streams = atomic_load(&web->streams);
    if (streams)
        stream_publish(streams, "desk", (int64_t)sequence, "{\"kind\":\"ticket\"}");
}
