/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * desk_pages: the pages of the staff. Answers: "which page answers which address?"
 *
 * A table of routes and its handlers, one file each; a handler reads in one transaction and calls the desk for every
 * change. Not for rules. Owns no table. Called by: web.c (the table), net/server (the handlers).
 *
 * Pointers: the table is static. Errors: a handler that fails has filled the response (web/problem.h).
 *
 * Invariants:
 *  1. Every row has a permission, and stands in tests/routes.test.js.
 */
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
void ticket_prove_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_disown_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_forward_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_company_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_split_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_link_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_not_ours_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_cancel_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_restore_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_facts_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_spam_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_resolve_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_close_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_costs_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_reopen_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_undo_post(HttpRequest *request, HttpResponse *response, void *context);
void ticket_new_page(HttpRequest *request, HttpResponse *response, void *context);
void ticket_new_post(HttpRequest *request, HttpResponse *response, void *context);
void party_list_page(HttpRequest *request, HttpResponse *response, void *context);
void party_page(HttpRequest *request, HttpResponse *response, void *context);
void product_list_page(HttpRequest *request, HttpResponse *response, void *context);
void product_new_page(HttpRequest *request, HttpResponse *response, void *context);
void product_new_post(HttpRequest *request, HttpResponse *response, void *context);
void product_page(HttpRequest *request, HttpResponse *response, void *context);
void product_edit_page(HttpRequest *request, HttpResponse *response, void *context);
void product_edit_post(HttpRequest *request, HttpResponse *response, void *context);
void item_new_page(HttpRequest *request, HttpResponse *response, void *context);
void item_new_post(HttpRequest *request, HttpResponse *response, void *context);
void item_page(HttpRequest *request, HttpResponse *response, void *context);
void item_edit_page(HttpRequest *request, HttpResponse *response, void *context);
void item_edit_post(HttpRequest *request, HttpResponse *response, void *context);
void party_new_page(HttpRequest *request, HttpResponse *response, void *context);
void party_new_post(HttpRequest *request, HttpResponse *response, void *context);
void party_edit_page(HttpRequest *request, HttpResponse *response, void *context);
void party_edit_post(HttpRequest *request, HttpResponse *response, void *context);
void party_contact_post(HttpRequest *request, HttpResponse *response, void *context);
void party_contact_remove_post(HttpRequest *request, HttpResponse *response, void *context);
void party_contact_trust_post(HttpRequest *request, HttpResponse *response, void *context);
void party_person_remove_post(HttpRequest *request, HttpResponse *response, void *context);
void solution_list_page(HttpRequest *request, HttpResponse *response, void *context);
void solution_page(HttpRequest *request, HttpResponse *response, void *context);
void solution_edit_page(HttpRequest *request, HttpResponse *response, void *context);
void solution_edit_post(HttpRequest *request, HttpResponse *response, void *context);
void solution_state_post(HttpRequest *request, HttpResponse *response, void *context);
void search_page(HttpRequest *request, HttpResponse *response, void *context);
void ticket_original(HttpRequest *request, HttpResponse *response, void *context);
void ticket_receipt(HttpRequest *request, HttpResponse *response, void *context);
void attachment_show(HttpRequest *request, HttpResponse *response, void *context);
void attachment_view(HttpRequest *request, HttpResponse *response, void *context);
void message_page(HttpRequest *request, HttpResponse *response, void *context);
void message_sheet(HttpRequest *request, HttpResponse *response, void *context);
void message_sheet_pictures(HttpRequest *request, HttpResponse *response, void *context);
void reports_page(HttpRequest *request, HttpResponse *response, void *context);
void report_page(HttpRequest *request, HttpResponse *response, void *context);
void report_csv(HttpRequest *request, HttpResponse *response, void *context);
void ticket_request_post(HttpRequest *request, HttpResponse *response, void *context);
void queue_aside_post(HttpRequest *request, HttpResponse *response, void *context);
void queue_aside_back_post(HttpRequest *request, HttpResponse *response, void *context);
void aside_page(HttpRequest *request, HttpResponse *response, void *context);
void aside_rule_post(HttpRequest *request, HttpResponse *response, void *context);
void aside_rule_remove_post(HttpRequest *request, HttpResponse *response, void *context);
void message_person_post(HttpRequest *request, HttpResponse *response, void *context);
void message_robot_post(HttpRequest *request, HttpResponse *response, void *context);
void sender_answer_post(HttpRequest *request, HttpResponse *response, void *context);
void sender_seen_post(HttpRequest *request, HttpResponse *response, void *context);
void sender_forget_post(HttpRequest *request, HttpResponse *response, void *context);
void tray_page(HttpRequest *request, HttpResponse *response, void *context);
void tray_again_post(HttpRequest *request, HttpResponse *response, void *context);
void tray_give_up_post(HttpRequest *request, HttpResponse *response, void *context);
void tray_original(HttpRequest *request, HttpResponse *response, void *context);
void tray_read_again_post(HttpRequest *request, HttpResponse *response, void *context);
void tray_delivery_done_post(HttpRequest *request, HttpResponse *response, void *context);
void tray_done_post(HttpRequest *request, HttpResponse *response, void *context);

#endif
