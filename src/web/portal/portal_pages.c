/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/portal/portal_pages.h"

#include "desk/staff/permission.h"

static void ask(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)request;
    (void)context;
    http_redirect(response, "/sign-in");
}

static const Route routes[] = {
    {HTTP_GET, "/help", ask, PERMISSION_PUBLIC, LANE_PAGE, 0, 0, "Where a customer writes to us."},
};
const RouteTable portal_routes = {"portal", routes, G_N_ELEMENTS(routes)};
