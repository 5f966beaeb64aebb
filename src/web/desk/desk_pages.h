/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of the staff. */
#ifndef FILO_WEB_DESK_DESK_PAGES_H
#define FILO_WEB_DESK_DESK_PAGES_H

#include "net/route.h"

extern const RouteTable desk_routes;

/* One file each. */
void queue_page(HttpRequest *request, HttpResponse *response, void *context);
void ticket_page(HttpRequest *request, HttpResponse *response, void *context);
void ticket_message_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_take_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_start_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_wait_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_assign_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_merge_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_spam_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_reopen_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_undo_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_original(HttpRequest *request, HttpResponse *response, void *context);
void attachment_show(HttpRequest *request, HttpResponse *response, void *context);

#endif
