/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a request that no machine brings: a call, a visit, a fax, a letter. How: the same key and the same transaction
 * as the public form (channel/form), so that pressing twice records it once; the customer is looked for by what was
 * typed and made when nobody fits; "record and take" takes it in that transaction too. Why deadlines count from the time
 * typed: they run from when the customer asked, not from when somebody found the time to write it down.
 */
#include "base/text.h"
#include "channel/form/form_event.h"
#include "channel/form/form_receive.h"
#include "desk/party/caller.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/action.h"
#include "ticket_initiative_enum.h"
#include "web/desk/desk_pages.h"
#include "web/form_upload.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/ticket_new_view.h"
#include "web/visit.h"
#include "web/wall_field.h"

#include <string.h>

enum { OFFERED_MAX = 200, ERRORS_MAX = 2 };

static const struct {
    const char *key;
    MsgId label;
} channels[] = {{"phone", MSG_TICKET_CHANNEL_PHONE},   {"counter", MSG_TICKET_CHANNEL_COUNTER}, {"fax", MSG_TICKET_CHANNEL_FAX},
                {"letter", MSG_TICKET_CHANNEL_LETTER}, {"social", MSG_TICKET_CHANNEL_SOCIAL}};

/* The form as typed, cleaned. */
typedef struct Entry {
    const char *channel, *received, *customer, *person, *contact;
    const char *kind, *initiative, *origin, *product, *serial, *team;
    const char *subject, *description;
} Entry;

typedef struct NewTicket {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    Entry entry;
    TimeMs received_at;
    Caller caller;
    /* what is wrong, field by field; NULL: nothing */
    const char *received_error, *customer_error, *contact_error, *product_error, *subject_error, *description_error;
    const char *errors[ERRORS_MAX];
    size_t error_count;
    FormKey key;
    /* what the store offers */
    ProductRows products;
    PartyLines parties;
    TeamList teams;
    /* what the work did */
    InputError refused;
} NewTicket;

/* ------------------------------------------------------------------------------------------------------------ reading */

static const char *line_of(const NewTicket *form, const char *name)
{
    const char *typed = http_form(form->request, name);
    return text_clip(form->arena, text_clean_line(form->arena, bytes_of(typed)), FORM_LINE_MAX);
}

static void read_entry(NewTicket *form)
{
    const char *description = http_form(form->request, "description");
    form->entry = (Entry){
        .channel = line_of(form, "channel"),
        .received = line_of(form, "received"),
        .customer = line_of(form, "customer"),
        .person = line_of(form, "person"),
        .contact = line_of(form, "contact"),
        .kind = line_of(form, "kind"),
        .initiative = line_of(form, "initiative"),
        .origin = line_of(form, "origin"),
        .product = line_of(form, "product"),
        .serial = line_of(form, "serial"),
        .team = line_of(form, "team"),
        .subject = line_of(form, "subject"),
        .description = text_clean(form->arena, bytes_of(description)),
    };
}

static bool read_store(NewTicket *form, HttpResponse *response)
{
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    form->products = product_list(tx, form->arena, false);
    form->parties = party_search(tx, form->arena, "", (PartyCursor){0}, OFFERED_MAX + 1);
    form->teams = team_list(tx, form->arena);
    return visit_read_end(form->request, response, tx);
}

static const Product *product_of(const NewTicket *form)
{
    const char *key = text_sort_key(form->arena, form->entry.product);
    for (size_t i = 0; *key && i < form->products.count; i++)
        if (strcmp(form->products.items[i].sort_key, key) == 0)
            return &form->products.items[i];
    return NULL;
}

static const char *say(const NewTicket *form, MsgId id)
{
    return msg(form->visit->lang, id);
}

static void check_entry(NewTicket *form)
{
    const Entry *entry = &form->entry;
    InputError refused;
    form->received_at = wall_field_parse(form->arena, form->visit->policy->zone, entry->received);
    if (form->received_at <= TIME_NONE || form->received_at > form->visit->now)
        form->received_error = say(form, MSG_TICKET_NEW_ERROR_RECEIVED);
    if (text_is_blank(entry->customer))
        form->customer_error = say(form, MSG_TICKET_NEW_ERROR_CUSTOMER);
    if (!caller_read(form->arena, entry->customer, entry->person, entry->contact, &form->caller, &refused)) {
        const char *words = msg_find(form->visit->lang, refused.key);
        form->contact_error = words ? words : say(form, MSG_TICKET_NEW_ERROR_CONTACT);
    }
    if (!text_is_blank(entry->product) && !product_of(form))
        form->product_error = say(form, MSG_TICKET_NEW_ERROR_PRODUCT);
    if (text_is_blank(entry->subject))
        form->subject_error = say(form, MSG_TICKET_NEW_ERROR_SUBJECT);
    if (text_is_blank(entry->description))
        form->description_error = say(form, MSG_TICKET_NEW_ERROR_DESCRIPTION);
    if (form->received_error || form->customer_error || form->contact_error || form->product_error ||
        form->subject_error || form->description_error)
        form->errors[form->error_count++] = say(form, MSG_TICKET_NEW_ERROR_FORM);
}

/* ------------------------------------------------------------------------------------------------------------ showing */

static const Option *channel_options(const NewTicket *form)
{
    Option *options = ARENA_ARRAY(form->arena, Option, G_N_ELEMENTS(channels));
    for (size_t i = 0; i < G_N_ELEMENTS(channels); i++)
        options[i] =
            (Option){channels[i].key, say(form, channels[i].label), strcmp(channels[i].key, form->entry.channel) == 0};
    return options;
}

/* An enumeration as a choice; family: the catalogue keys of its words. */
static const Option *enum_options(const NewTicket *form, int count, const char *(*text)(int constant),
                                  const char *family, const char *chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, (size_t)count);
    for (int i = 0; i < count; i++) {
        const char *words = msg_find(form->visit->lang, arena_printf(form->arena, "%s%s", family, text(i)));
        options[i] = (Option){text(i), words ? words : text(i), strcmp(text(i), chosen) == 0};
    }
    return options;
}

static const char *kind_text(int kind)
{
    return ticket_kind_text((TicketKind)kind);
}

static const char *initiative_text(int initiative)
{
    return ticket_initiative_text((TicketInitiative)initiative);
}

static const char *origin_text(int origin)
{
    return ticket_ownership_text((TicketOwnership)origin);
}

static const Option *team_options(const NewTicket *form)
{
    Option *options = ARENA_ARRAY(form->arena, Option, form->teams.count);
    for (size_t i = 0; i < form->teams.count; i++) {
        const char *id = arena_int(form->arena, form->teams.items[i].id.value);
        options[i] = (Option){id, form->teams.items[i].name, strcmp(id, form->entry.team) == 0};
    }
    return options;
}

/* Offered while typing where there are few; a long list is found by its page. */
static const char *const *customer_names(const NewTicket *form, size_t *count_out)
{
    const char **names = ARENA_ARRAY(form->arena, const char *, form->parties.count);
    *count_out = form->parties.count <= OFFERED_MAX ? form->parties.count : 0;
    for (size_t i = 0; i < *count_out; i++)
        names[i] = form->parties.items[i].name;
    return names;
}

static const char *const *product_names(const NewTicket *form, size_t *count_out)
{
    const char **names = ARENA_ARRAY(form->arena, const char *, form->products.count);
    *count_out = form->products.count;
    for (size_t i = 0; i < form->products.count; i++)
        names[i] = form->products.items[i].name;
    return names;
}

static const char *or_none(const char *error)
{
    return error ? error : "";
}

static void fill_choices(const NewTicket *form, TicketNewView *view)
{
    view->channels = channel_options(form);
    view->channels_count = G_N_ELEMENTS(channels);
    view->kinds = enum_options(form, TICKET_KIND_COUNT, kind_text, "ticket.kind.", form->entry.kind);
    view->kinds_count = TICKET_KIND_COUNT;
    view->initiatives =
        enum_options(form, TICKET_INITIATIVE_COUNT, initiative_text, "ticket.initiative.", form->entry.initiative);
    view->initiatives_count = TICKET_INITIATIVE_COUNT;
    view->origins = enum_options(form, TICKET_OWNERSHIP_COUNT, origin_text, "ticket.origin.", form->entry.origin);
    view->origins_count = TICKET_OWNERSHIP_COUNT;
    view->teams = team_options(form);
    view->teams_count = form->teams.count;
    view->customers = customer_names(form, &view->customers_count);
    view->products = product_names(form, &view->products_count);
}

static void show(NewTicket *form, HttpResponse *response)
{
    const Entry *entry = &form->entry;
    const char *key = form_upload_key(form->request, response);
    if (!key)
        return;
    TicketNewView view = {
        .page = layout_desk(form->request, say(form, MSG_ACTION_NEW_TICKET), MSG_ACTION_NEW_TICKET),
        .errors = form->errors,
        .errors_count = form->error_count,
        .received = entry->received,
        .received_error = or_none(form->received_error),
        .customer = entry->customer,
        .customer_error = or_none(form->customer_error),
        .person = entry->person,
        .contact = entry->contact,
        .contact_error = or_none(form->contact_error),
        .product = entry->product,
        .product_error = or_none(form->product_error),
        .serial = entry->serial,
        .subject = entry->subject,
        .subject_error = or_none(form->subject_error),
        .description = entry->description,
        .description_error = or_none(form->description_error),
        .form_token = key,
    };
    fill_choices(form, &view);
    ticket_new_render(http_html(response), form->visit->lang, &view);
}

static NewTicket new_ticket_of(HttpRequest *request)
{
    return (NewTicket){.request = request, .visit = visit_of(request), .arena = request->arena};
}

static int64_t query_id(const HttpRequest *request, const char *name)
{
    const char *text = http_query(request, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* A new request of a customer's page has the customer filled in, that of an item's page the item too. */
static bool prefill(NewTicket *form, HttpResponse *response)
{
    int64_t id = query_id(form->request, "party"), item_id = query_id(form->request, "item");
    StoreTx *tx = visit_read(form->request, response);
    Party party;
    Item item;
    Product product;
    if (!tx)
        return false;
    if (item_id > 0 && item_find(tx, form->arena, (InstalledItemId){item_id}, &item)) {
        form->entry.serial = item.serial;
        form->entry.product = product_find(tx, form->arena, item.product, &product) ? product.name : "";
    }
    if (id > 0 && party_find(tx, form->arena, (PartyId){id}, &party)) {
        ContactPointList points = contact_point_list(tx, form->arena, party.id);
        form->entry.customer = party.name;
        form->entry.contact = points.count ? points.items[0].value : "";
    }
    return visit_read_end(form->request, response, tx);
}

void ticket_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    NewTicket form = new_ticket_of(request);
    const Visit *visit = form.visit;
    form.entry = (Entry){"phone", "", "", "", "", "unknown", "asked", "unknown", "", "", "", "", ""};
    form.entry.received = wall_field_text(form.arena, visit->policy->zone, visit->now);
    form.entry.team = arena_int(form.arena, visit->policy->intake_team.value);
    if (prefill(&form, response) && read_store(&form, response))
        show(&form, response);
}

/* ------------------------------------------------------------------------------------------------------------- taking */

static bool find_customer(StoreTx *tx, InboundEvent *event, void *arg)
{
    NewTicket *form = arg;
    return caller_find_or_add(tx, form->arena, &form->caller, event->language, form->visit->now, &event->party,
                              &event->contact, &form->refused);
}

/* What was said, or what the product says by itself. */
static TicketOwnership ownership_of(const NewTicket *form)
{
    const Product *product = product_of(form);
    TicketOwnership said;
    if (ticket_ownership_parse(form->entry.origin, &said) && said != OWNERSHIP_UNKNOWN)
        return said;
    return product ? product_ownership(product->role) : OWNERSHIP_UNKNOWN;
}

/* The one item with that serial, of the product when one was named: of several none is guessed. */
static bool find_item(StoreTx *tx, NewTicket *form, Item *item_out)
{
    const Product *product = product_of(form);
    const char *serial = item_serial(form->arena, form->entry.serial);
    ItemRows items = *serial ? item_list_serial(tx, form->arena, serial) : (ItemRows){0};
    size_t found = 0;
    for (size_t i = 0; i < items.count; i++)
        if (!product || items.items[i].product.value == product->id.value) {
            *item_out = items.items[i];
            found++;
        }
    return found == 1;
}

/* Which item it is, whose product, and whose idea; nothing where nothing is known. */
static void add_facts(StoreTx *tx, NewTicket *form, TicketEdit *edit)
{
    TicketChange change = {0};
    TicketInitiative initiative;
    Item item;
    TicketOwnership ownership = ownership_of(form);
    if (find_item(tx, form, &item)) {
        Product product;
        change_set(&change, FIELD_ITEM, item.id.value);
        if (!edit->ticket.now.product_id)
            change_set(&change, FIELD_PRODUCT, item.product.value);
        if (ownership == OWNERSHIP_UNKNOWN && product_find(tx, form->arena, item.product, &product))
            ownership = product_ownership(product.role);
    }
    if (ownership != OWNERSHIP_UNKNOWN)
        change_set(&change, FIELD_OWNERSHIP, ownership);
    if (change.set)
        ticket_edit_event(edit, EVENT_PRODUCT, &change, form->visit->now);
    change = (TicketChange){0};
    if (ticket_initiative_parse(form->entry.initiative, &initiative) && initiative != INITIATIVE_ASKED) {
        change_set(&change, FIELD_INITIATIVE, initiative);
        ticket_edit_event(edit, EVENT_CODED, &change, form->visit->now);
    }
}

/* What was said of it beside the words, and who has it from now on. */
static bool finish(StoreTx *tx, const IntakeResult *result, void *arg)
{
    NewTicket *form = arg;
    const Visit *visit = form->visit;
    TicketEdit edit;
    visit_audit(tx, visit, "ticket.create", "ticket", result->ticket.value);
    if (!ticket_edit_begin(&edit, tx, form->arena, result->ticket, visit->actor, visit->now))
        return false;
    add_facts(tx, form, &edit);
    if (http_form(form->request, "take") && !ticket_take(&edit, visit->session.team)) {
        form->refused = edit.refused;
        return false;
    }
    return ticket_edit_end(&edit);
}

static TicketKind kind_of(const NewTicket *form)
{
    TicketKind kind;
    return ticket_kind_parse(form->entry.kind, &kind) ? kind : KIND_UNKNOWN;
}

static const char *channel_of(const NewTicket *form)
{
    for (size_t i = 0; i < G_N_ELEMENTS(channels); i++)
        if (strcmp(channels[i].key, form->entry.channel) == 0)
            return channels[i].key;
    return channels[0].key;
}

static TeamId team_of(const NewTicket *form)
{
    int64_t asked = g_ascii_strtoll(form->entry.team, NULL, 10);
    for (size_t i = 0; i < form->teams.count; i++)
        if (form->teams.items[i].id.value == asked)
            return form->teams.items[i].id;
    return form->visit->policy->intake_team;
}

static InboundEvent event_of(NewTicket *form)
{
    const Entry *entry = &form->entry;
    const Visit *visit = form->visit;
    const Product *product = product_of(form);
    const char *serial =
        *entry->serial ? arena_printf(form->arena, "\n\n%s: %s", say(form, MSG_FIELD_SERIAL), entry->serial) : "";
    return (InboundEvent){
        .channel = channel_of(form),
        .actor = visit->actor,
        .sender_kind = form->caller.point.kind,
        .sender_address = form->caller.point.value,
        .sender_key = form->caller.point.value_key,
        .sender_name = *entry->person ? entry->person : entry->customer,
        .language = visit->policy->language,
        .subject = entry->subject,
        .text = arena_printf(form->arena, "%s%s", entry->description, serial),
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = form->received_at,
        .next_update_at = desk_next_update(visit->desk, form->received_at),
        .kind = kind_of(form),
        .party_sort_key = "",
        .product = product ? product->id : (ProductId){0},
        .team = team_of(form),
        .tracking = form->key.token,
        .reply = token_new(),
        .sealed = visit->policy->demo,
    };
}

static const char *record_of(const NewTicket *form)
{
    const Entry *entry = &form->entry;
    FormEntry record = {.name = entry->person,
                        .email = form->caller.point.value,
                        .phone = "",
                        .business = entry->customer,
                        .product = entry->product,
                        .serial = entry->serial,
                        .subject = entry->subject,
                        .text = entry->description};
    return form_entry_to_json(form->arena, &record);
}

static void refuse(NewTicket *form, HttpResponse *response)
{
    http_set_status(response, 422);
    show(form, response);
}

static void take(NewTicket *form, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    FormParcel parcel = {
        .source = "desk",
        .key = &form->key,
        .event = event_of(form),
        .raw = record_of(form),
        .before = find_customer,
        .then = finish,
        .arg = form,
    };
    if (!form_receive(form->visit->desk, form->arena, &parcel, &receipt, &error)) {
        problem_of_error(form->request, response, error);
        return;
    }
    if (!receipt.refused) {
        http_redirect(response, arena_printf(form->arena, "/tickets/%" G_GINT64_FORMAT, receipt.ticket.value));
        return;
    }
    const char *words = form->refused.key ? msg_find(form->visit->lang, form->refused.key) : NULL;
    form->errors[form->error_count++] = words ? words : say(form, MSG_TICKET_NEW_ERROR_FORM);
    refuse(form, response);
}

void ticket_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    NewTicket form = new_ticket_of(request);
    read_entry(&form);
    if (!read_store(&form, response))
        return;
    check_entry(&form);
    if (form_key_open(form.arena, form.visit->desk, http_form(request, "form_token"), &form.key) == FORM_KEY_FORGED)
        form.errors[form.error_count++] = say(&form, MSG_TICKET_NEW_ERROR_AGAIN);
    if (form.error_count)
        refuse(&form, response);
    else
        take(&form, response);
}
