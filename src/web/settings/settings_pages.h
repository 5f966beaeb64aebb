/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settings_pages: the pages where the desk is set up, and one's own account. Answers: "which page answers which address,
 * and which tabs does this person see?"
 *
 * A table of routes and its handlers, one file a subject. Not for rules. Owns no table. Called by: web.c (the table),
 * net/server (the handlers), settings_form.c (the tabs).
 *
 * Pointers: the table is static; tabs live in the request's arena. Errors: a handler that fails has filled the response.
 *
 * Invariants:
 *  1. Every row has a permission, and stands in tests/routes.test.js.
 *  2. A tab is shown to who may open it, and to nobody else.
 */
#ifndef FILO_WEB_SETTINGS_SETTINGS_PAGES_H
#define FILO_WEB_SETTINGS_SETTINGS_PAGES_H

#include "net/route.h"
#include "web/settings_head_view.h"
#include "web/visit.h"

extern const RouteTable settings_routes;

const SettingsTab *settings_tabs(Arena *arena, const Visit *visit, MsgId current, size_t *count_out);

/* One file a subject. */
void settings_page(HttpRequest *request, HttpResponse *response, void *context);
void company_page(HttpRequest *request, HttpResponse *response, void *context);
void company_post(HttpRequest *request, HttpResponse *response, void *context);
void staff_list_page(HttpRequest *request, HttpResponse *response, void *context);
void staff_new_page(HttpRequest *request, HttpResponse *response, void *context);
void staff_page(HttpRequest *request, HttpResponse *response, void *context);
void staff_new_post(HttpRequest *request, HttpResponse *response, void *context);
void staff_post(HttpRequest *request, HttpResponse *response, void *context);
void staff_active_post(HttpRequest *request, HttpResponse *response, void *context);
void staff_password_post(HttpRequest *request, HttpResponse *response, void *context);
void staff_sessions_post(HttpRequest *request, HttpResponse *response, void *context);
void team_list_page(HttpRequest *request, HttpResponse *response, void *context);
void team_new_page(HttpRequest *request, HttpResponse *response, void *context);
void team_page(HttpRequest *request, HttpResponse *response, void *context);
void team_new_post(HttpRequest *request, HttpResponse *response, void *context);
void team_post(HttpRequest *request, HttpResponse *response, void *context);
void account_page(HttpRequest *request, HttpResponse *response, void *context);
void account_password_post(HttpRequest *request, HttpResponse *response, void *context);
void account_session_end_post(HttpRequest *request, HttpResponse *response, void *context);
void account_sessions_end_post(HttpRequest *request, HttpResponse *response, void *context);
void account_notices_post(HttpRequest *request, HttpResponse *response, void *context);
void mail_page(HttpRequest *request, HttpResponse *response, void *context);
void domain_page(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_list_page(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_new_page(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_page(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_new_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_test_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_plus_end_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_folders_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_folders_keep_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_trust_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_trust_remove_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_connect_post(HttpRequest *request, HttpResponse *response, void *context);
void mailbox_connected_page(HttpRequest *request, HttpResponse *response, void *context);
void demo_end_page(HttpRequest *request, HttpResponse *response, void *context);
void demo_end_post(HttpRequest *request, HttpResponse *response, void *context);
void calendar_page(HttpRequest *request, HttpResponse *response, void *context);
void calendar_post(HttpRequest *request, HttpResponse *response, void *context);
void start_page(HttpRequest *request, HttpResponse *response, void *context);
void start_post(HttpRequest *request, HttpResponse *response, void *context);
void tariff_list_page(HttpRequest *request, HttpResponse *response, void *context);
void tariff_post(HttpRequest *request, HttpResponse *response, void *context);
void tariff_withdraw_post(HttpRequest *request, HttpResponse *response, void *context);
void code_list_page(HttpRequest *request, HttpResponse *response, void *context);
void code_new_page(HttpRequest *request, HttpResponse *response, void *context);
void code_page(HttpRequest *request, HttpResponse *response, void *context);
void code_new_post(HttpRequest *request, HttpResponse *response, void *context);
void code_post(HttpRequest *request, HttpResponse *response, void *context);
void code_retire_post(HttpRequest *request, HttpResponse *response, void *context);
void code_restore_post(HttpRequest *request, HttpResponse *response, void *context);

#endif
