/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the public form. How: everything typed is read and checked before anything is kept; what is wrong shows the form
 * again with all that was typed. Why bots are answered like people: a browser that fills the trap or a person with a
 * password manager who sends at once must not believe a request was received that was thrown away, so the form comes
 * back and says so, and nothing is dropped in silence.
 */
#include "base/format.h"
#include "base/text.h"
#include "channel/form/form_event.h"
#include "channel/form/form_receive.h"
#include "desk/product/product.h"
#include "web/form_upload.h"
#include "web/layout.h"
#include "web/portal/portal_pages.h"
#include "web/problem.h"
#include "web/public_form_view.h"
#include "web/public_sent_view.h"
#include "web/visit.h"

#include <string.h>

enum { ERRORS_MAX = 5 };

typedef struct Help {
    HttpRequest *request;
    const Visit *visit;
    FormEntry entry;
    FormErrors wrong;               /* field by field */
    const char *errors[ERRORS_MAX]; /* of the whole form, in the visitor's language */
    size_t error_count;
    FormUpload upload;
    FormKey key;
    FormKeyState state;
    ProductRows products;
} Help;

static const char *typed(const Help *help, const char *name)
{
    const char *value = http_form(help->request, name);
    return value ? value : "";
}

/* ------------------------------------------------------------------------------------------------------------ showing */

static const char *error_text(const Help *help, const char *field)
{
    const InputError *error = form_error_of(&help->wrong, field);
    const char *text = error ? msg_find(help->visit->lang, error->key) : NULL;
    return text ? text : "";
}

/* What we make, sell and serve: nobody else's products are offered by name. */
static const char *const *product_names(const Help *help, size_t *count_out)
{
    const char **names = ARENA_ARRAY(help->request->arena, const char *, help->products.count);
    *count_out = 0;
    for (size_t i = 0; i < help->products.count; i++)
        if (help->products.items[i].role != PRODUCT_THIRD_PARTY)
            names[(*count_out)++] = help->products.items[i].name;
    return names;
}

static bool read_products(Help *help, HttpResponse *response)
{
    StoreTx *tx = visit_read(help->request, response);
    if (!tx)
        return false;
    help->products = product_list(tx, help->request->arena, false);
    return visit_read_end(help->request, response, tx);
}

static void show_form(Help *help, HttpResponse *response)
{
    const FormEntry *entry = &help->entry;
    const char *key = form_upload_key(help->request, response);
    if (!key)
        return;
    PublicFormView view = {
        .page = layout_public(help->request, msg(help->visit->lang, MSG_PUBLIC_TITLE)),
        .errors = help->errors,
        .errors_count = help->error_count,
        .name = entry->name,
        .name_error = error_text(help, "name"),
        .email = entry->email,
        .email_error = error_text(help, "email"),
        .phone = entry->phone,
        .business = entry->business,
        .product = entry->product,
        .serial = entry->serial,
        .subject = entry->subject,
        .subject_error = error_text(help, "subject"),
        .description = entry->text,
        .description_error = error_text(help, "description"),
        .form_token = key,
    };
    view.products = product_names(help, &view.products_count);
    public_form_render(http_html(response), help->visit->lang, &view);
}

void help_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Help help = {.request = request, .visit = visit_of(request), .entry = {"", "", "", "", "", "", "", ""}};
    if (read_products(&help, response))
        show_form(&help, response);
}

static void show_sent(const Help *help, HttpResponse *response, const FormReceipt *receipt)
{
    const Visit *visit = help->visit;
    Arena *arena = help->request->arena;
    const char *number = arena_int(arena, receipt->ticket.value);
    PublicSentView view = {
        .page = layout_public(help->request, msg_fill(arena, visit->lang, MSG_PUBLIC_SENT, "number", number, NULL)),
        .number = number,
        .track_url = url_local(arena, "/track/%", help->key.token.text),
        .email = receipt->acknowledged && !visit->policy->demo ? help->entry.email : "",
        .answer_by =
            format_due(arena, visit->lang, visit->policy->zone, desk_next_update(visit->desk, visit->now), visit->now),
    };
    public_sent_render(http_html(response), visit->lang, &view);
}

/* ------------------------------------------------------------------------------------------------------------- taking */

static void complain(Help *help, MsgId what)
{
    help->errors[help->error_count++] = msg(help->visit->lang, what);
}

static void read_form(Help *help)
{
    Arena *arena = help->request->arena;
    FormEntry raw = {typed(help, "name"),    typed(help, "email"),  typed(help, "phone"),   typed(help, "business"),
                     typed(help, "product"), typed(help, "serial"), typed(help, "subject"), typed(help, "description")};
    bool complete = form_entry_read(arena, &raw, &help->entry, &help->wrong);
    help->upload = form_upload_of(help->request);
    help->state = form_key_open(arena, help->visit->desk, http_form(help->request, "form_token"), &help->key);
    if (!complete)
        complain(help, MSG_TICKET_NEW_ERROR_FORM);
    if (*typed(help, "website"))
        complain(help, MSG_FORM_ERROR_TRAP);
    if (help->upload.too_much)
        complain(help, MSG_FORM_ERROR_FILES);
    if (help->state == FORM_KEY_HASTY || help->state == FORM_KEY_FORGED)
        complain(help, help->state == FORM_KEY_HASTY ? MSG_FORM_ERROR_HASTY : MSG_FORM_ERROR_AGAIN);
}

static ProductId product_of(const Help *help)
{
    const char *key = text_sort_key(help->request->arena, help->entry.product);
    for (size_t i = 0; *key && i < help->products.count; i++)
        if (strcmp(help->products.items[i].sort_key, key) == 0)
            return help->products.items[i].id;
    return (ProductId){0};
}

static void refuse(Help *help, HttpResponse *response)
{
    if (help->upload.count)
        complain(help, MSG_FORM_ERROR_CHOOSE_FILES);
    http_set_status(response, 422);
    show_form(help, response);
}

static void take(Help *help, HttpResponse *response)
{
    const Visit *visit = help->visit;
    Arena *arena = help->request->arena;
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    FormParcel parcel = {
        .source = "help",
        .key = &help->key,
        .stale = help->state == FORM_KEY_STALE,
        .event = form_event(arena, visit->desk, &help->entry, &help->key, visit->lang, product_of(help)),
        .raw = form_entry_to_json(arena, &help->entry),
        .files = help->upload.items,
        .file_count = help->upload.count,
    };
    if (form_receive(visit->desk, arena, &parcel, &receipt, &error)) {
        show_sent(help, response, &receipt);
    } else if (g_error_matches(error, FILO_ERROR, FILO_ERROR_USAGE)) {
        complain(help, MSG_FORM_ERROR_AGAIN);
        refuse(help, response);
    } else {
        problem_of_error(help->request, response, error);
    }
}

void help_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Help help = {.request = request, .visit = visit_of(request)};
    read_form(&help);
    if (!read_products(&help, response))
        return;
    if (help.error_count)
        refuse(&help, response);
    else
        take(&help, response);
}
