/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/portal/portal_pages.h"

#include "desk/staff/permission.h"
#include "web/form_upload.h"

static const Route routes[] = {
    {HTTP_GET, "/help", help_page, PERMISSION_PUBLIC, LANE_PAGE, 0, 0, "Where a customer writes to us."},
    {HTTP_POST, "/help", help_post, PERMISSION_PUBLIC, LANE_PAGE, 0, UPLOAD_MAX, "Opens a request; its number at once."},
    {HTTP_GET, "/track/:token", track_page, PERMISSION_PUBLIC, LANE_PAGE, 0, 0,
     "A request as its customer may see it; the link is the key."},
    {HTTP_POST, "/track/:token", track_post, PERMISSION_PUBLIC, LANE_PAGE, 0, UPLOAD_MAX,
     "The customer adds to the request."},
    {HTTP_GET, "/track/:token/files/:id", track_file, PERMISSION_PUBLIC, LANE_SLOW, 0, 0,
     "A file of the conversation."},
    {HTTP_GET, "/track/:token/confirm/:proof", track_confirm_page, PERMISSION_PUBLIC, LANE_PAGE, 0, 0,
     "Asks who reads the typed address whether they wrote; the link is in the acknowledgement."},
    {HTTP_POST, "/track/:token/confirm/:proof", track_confirm_post, PERMISSION_PUBLIC, LANE_PAGE, 0, 1024,
     "They did: opens the request's page."},
    {HTTP_GET, "/confirm/:proof", confirm_page, PERMISSION_PUBLIC, LANE_PAGE, 0, 0,
     "The same, from an answer of ours."},
    {HTTP_POST, "/confirm/:proof", confirm_post, PERMISSION_PUBLIC, LANE_PAGE, 0, 1024, "They did."},
};
const RouteTable portal_routes = {"portal", routes, G_N_ELEMENTS(routes)};
