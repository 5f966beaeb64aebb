/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/desk_pages.h"

#include "web/form_upload.h"

static void home(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)request;
    (void)context;
    http_redirect(response, "/tickets");
}

static const Route routes[] = {
    {HTTP_GET, "/", home, "ticket.read", LANE_PAGE, 0, 0, "The first page: Da fare."},
    {HTTP_GET, "/tickets", queue_page, "ticket.read", LANE_PAGE, 0, 0, "Da fare: open requests, most urgent first."},
    {HTTP_GET, "/tickets/new", ticket_new_page, "ticket.write", LANE_PAGE, 0, 0,
     "A request that came by phone, counter, fax, letter or a social network."},
    {HTTP_POST, "/tickets", ticket_new_post, "ticket.write", LANE_PAGE, 0, 0, "Records it, once."},
    {HTTP_GET, "/tickets/:id", ticket_page, "ticket.read", LANE_PAGE, 0, 0, "One request, with all that was said."},
    {HTTP_POST, "/tickets/:id/messages", ticket_message_post, "ticket.write", LANE_PAGE, 0, UPLOAD_MAX,
     "Answers the customer, or leaves a note."},
    {HTTP_POST, "/tickets/:id/take", ticket_take_post, "ticket.assign", LANE_PAGE, 0, 8192, "La prendo io."},
    {HTTP_POST, "/tickets/:id/start", ticket_start_post, "ticket.write", LANE_PAGE, 0, 8192, "Begins or resumes work."},
    {HTTP_POST, "/tickets/:id/wait", ticket_wait_post, "ticket.write", LANE_PAGE, 0, 8192,
     "Waits for someone, with a reason the customer reads."},
    {HTTP_POST, "/tickets/:id/assign", ticket_assign_post, "ticket.assign", LANE_PAGE, 0, 8192,
     "Gives it to a person or to a team's queue."},
    {HTTP_POST, "/tickets/:id/merge", ticket_merge_post, "ticket.write", LANE_PAGE, 0, 8192, "Merges it into another."},
    {HTTP_POST, "/tickets/:id/links", ticket_link_post, "ticket.write", LANE_PAGE, 0, 8192, "Links it to another."},
    {HTTP_POST, "/tickets/:id/not-ours", ticket_not_ours_post, "ticket.write", LANE_PAGE, 0, 8192,
     "Tells the customer where to go, and sets it aside."},
    {HTTP_POST, "/tickets/:id/cancel", ticket_cancel_post, "ticket.write", LANE_PAGE, 0, 8192, "Nobody wants it any more."},
    {HTTP_POST, "/tickets/:id/restore", ticket_restore_post, "ticket.write", LANE_PAGE, 0, 8192,
     "Takes back that it was set aside."},
    {HTTP_POST, "/tickets/:id/facts", ticket_facts_post, "ticket.write", LANE_PAGE, 0, 16384,
     "Puts right what it is about: subject, customer, product, kind."},
    {HTTP_POST, "/tickets/:id/spam", ticket_spam_post, "ticket.write", LANE_PAGE, 0, 8192, "Not a request."},
    {HTTP_POST, "/tickets/:id/resolve", ticket_resolve_post, "ticket.write", LANE_PAGE, 0, 65536,
     "Solves it: solution, codes, time, and tells the customer."},
    {HTTP_POST, "/tickets/:id/close", ticket_close_post, "ticket.write", LANE_PAGE, 0, 8192, "Closes a solved one."},
    {HTTP_POST, "/tickets/:id/costs", ticket_costs_post, "cost.write", LANE_PAGE, 0, 8192, "Adds time or an expense."},
    {HTTP_POST, "/tickets/:id/reopen", ticket_reopen_post, "ticket.write", LANE_PAGE, 0, 8192, "Opens it again."},
    {HTTP_POST, "/tickets/:id/undo/:outbox", ticket_undo_post, "ticket.write", LANE_PAGE, 0, 8192,
     "Takes back an answer that has not left."},
    {HTTP_GET, "/tickets/:id/messages/:message/original", ticket_original, "ticket.read", LANE_PAGE, 0, 0,
     "A message as it came."},
    {HTTP_GET, "/parties", party_list_page, "party.read", LANE_PAGE, 0, 0, "The customers, by name."},
    {HTTP_GET, "/parties/new", party_new_page, "party.write", LANE_PAGE, 0, 0, "The form of a new customer."},
    {HTTP_POST, "/parties", party_new_post, "party.write", LANE_PAGE, 0, 8192, "Adds a customer, or a company's person."},
    {HTTP_GET, "/parties/:id/edit", party_edit_page, "party.write", LANE_PAGE, 0, 0, "Their form."},
    {HTTP_POST, "/parties/:id", party_edit_post, "party.write", LANE_PAGE, 0, 8192, "Changes them."},
    {HTTP_POST, "/parties/:id/contacts", party_contact_post, "party.write", LANE_PAGE, 0, 8192, "Adds an address."},
    {HTTP_POST, "/parties/:id/contacts/:contact/remove", party_contact_remove_post, "party.write", LANE_PAGE, 0, 8192,
     "Takes an address away."},
    {HTTP_POST, "/parties/:id/people/:person/remove", party_person_remove_post, "party.write", LANE_PAGE, 0, 8192,
     "Parts a person from the company."},
    {HTTP_GET, "/parties/:id", party_page, "party.read", LANE_PAGE, 0, 0, "One customer: requests, people, details."},
    {HTTP_GET, "/products", product_list_page, "product.read", LANE_PAGE, 0, 0, "Products by name, items by serial."},
    {HTTP_GET, "/products/new", product_new_page, "product.write", LANE_PAGE, 0, 0, "The form of a new product."},
    {HTTP_POST, "/products", product_new_post, "product.write", LANE_PAGE, 0, 8192, "Adds a product."},
    {HTTP_GET, "/products/:id", product_page, "product.read", LANE_PAGE, 0, 0,
     "One product: its requests, problems and installed items."},
    {HTTP_GET, "/products/:id/edit", product_edit_page, "product.write", LANE_PAGE, 0, 0, "Its form."},
    {HTTP_POST, "/products/:id", product_edit_post, "product.write", LANE_PAGE, 0, 8192, "Changes it."},
    {HTTP_GET, "/items/new", item_new_page, "item.write", LANE_PAGE, 0, 0, "The form of an installed item."},
    {HTTP_POST, "/items", item_new_post, "item.write", LANE_PAGE, 0, 8192, "Adds an installed item."},
    {HTTP_GET, "/items/:id", item_page, "product.read", LANE_PAGE, 0, 0, "One installed item and its requests."},
    {HTTP_GET, "/items/:id/edit", item_edit_page, "item.write", LANE_PAGE, 0, 0, "Its form."},
    {HTTP_POST, "/items/:id", item_edit_post, "item.write", LANE_PAGE, 0, 8192, "Changes it."},
    {HTTP_GET, "/search", search_page, "ticket.read", LANE_PAGE, 0, 0,
     "Finds by number, customer's name, phone or address."},
    {HTTP_GET, "/attachments/:id", attachment_show, "ticket.read", LANE_SLOW, 0, 0, "A file of a message."},
    {HTTP_GET, "/reports", reports_page, "report.read", LANE_PAGE, 0, 0, "Which reports there are."},
    {HTTP_GET, "/reports/:name", report_page, "report.read", LANE_SLOW, 0, 0, "A report with chart, tables and tickets."},
    {HTTP_GET, "/reports/:name/csv", report_csv, "report.export", LANE_SLOW, 0, 0, "The same as a file."},
};
const RouteTable desk_routes = {"desk", routes, G_N_ELEMENTS(routes)};
