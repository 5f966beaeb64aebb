/* SPDX-License-Identifier: EUPL-1.2 */
/* The same bytes through the same server and a worker, without a database: what pages are compared with. */
#include "bench.h"

#include "net/server.h"

#include <stdio.h>

typedef struct Page {
    char *bytes;
    gsize size;
} Page;

static void show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)request;
    const Page *page = context;
    g_string_append_len(http_html(response), page->bytes, (gssize)page->size);
}

int bench_plain(const char *path, int workers)
{
    static const Route routes[] = {
        {HTTP_GET, "/page", show, "public", LANE_PAGE, 0, 0, "The page given."},
    };
    static const RouteTable table = {"bench", routes, G_N_ELEMENTS(routes)};
    g_autoptr(GError) error = NULL;
    Page page = {0};
    bench_must(g_file_get_contents(path, &page.bytes, &page.size, &error), error, path);
    g_autoptr(HttpServer) server = http_server_start(
        &(HttpServerOptions){
            .listen = "127.0.0.1:0", .workers = {workers}, .tables = &table, .table_count = 1, .context = &page},
        &error);
    bench_must(server != NULL, error, "the server");
    printf("{\"port\":%d}\n", http_server_port(server));
    fflush(stdout);
    while (getchar() != EOF) /* until whoever started it lets go */
        continue;
    g_free(page.bytes);
    return 0;
}
