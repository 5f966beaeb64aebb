/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a request that no machine brings: a call, a visit, a fax, a letter. How: the same key and the same transaction
 * as the public form (channel/form), so that pressing twice records it once; the customer is looked for by what was
 * typed and made when nobody fits; "record and take" takes it in that transaction too. "Find" keeps nothing: it shows
 * the form again with whom we know, what they have and what they have asked that is open. Why deadlines count from the time
 * typed: they run from when the customer asked, not from when somebody found the time to write it down.
 */
#include "base/text.h"
#include "channel/form/form_event.h"
#include "channel/form/form_receive.h"
#include "desk/party/caller.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/action.h"
#include "desk/ticket/coding.h"
#include "ticket_initiative_enum.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_known.h"
#include "web/form_upload.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/ticket_new_view.h"
#include "web/visit.h"
#include "web/wall_field.h"

#include <string.h>

enum { OFFERED_MAX = 200, ERRORS_MAX = 2, WALL_LENGTH = 16, HOUR_MS = 3600000 };

static const struct {
    const char *key;
    MsgId label;
} channels[] = {{"phone", MSG_TICKET_CHANNEL_PHONE},   {"counter", MSG_TICKET_CHANNEL_COUNTER}, {"fax", MSG_TICKET_CHANNEL_FAX},
                {"letter", MSG_TICKET_CHANNEL_LETTER}, {"social", MSG_TICKET_CHANNEL_SOCIAL}};

/* The form as typed, cleaned. */
typedef struct Entry {
    const char *channel, *received, *customer, *person, *contact;
    const char *kind, *origin, *initiative, *product, *serial, *team;
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
    Item item;           /* of the serial typed; id {0}: none, or several */
    KnownCustomer known; /* whom we have already */
    bool searched;       /* "find" was pressed */
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
        .origin = line_of(form, "origin"),
        .initiative = line_of(form, "initiative"),
        .product = line_of(form, "product"),
        .serial = line_of(form, "serial"),
        .team = line_of(form, "team"),
        .subject = line_of(form, "subject"),
        .description = text_clean(form->arena, bytes_of(description)),
    };
}

static const Product *product_of(const NewTicket *form)
{
    const char *key = text_sort_key(form->arena, form->entry.product);
    for (size_t i = 0; *key && i < form->products.count; i++)
        if (strcmp(form->products.items[i].sort_key, key) == 0)
            return &form->products.items[i];
    return NULL;
}

/* Products may share a serial: the one of the product typed, or the only one there is. */
static void read_item(StoreTx *tx, NewTicket *form)
{
    const char *serial = item_serial(form->arena, form->entry.serial);
    const Product *product = product_of(form);
    ItemRows items = *serial ? item_list_serial(tx, form->arena, serial) : (ItemRows){0};
    for (size_t i = 0; i < items.count; i++)
        if (product ? items.items[i].product.value == product->id.value : items.count == 1)
            form->item = items.items[i];
}

/* party: whose page sent us here, or {0}. */
static bool read_store(NewTicket *form, HttpResponse *response, PartyId party)
{
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    form->products = product_list(tx, form->arena, false);
    form->parties = party_search(tx, form->arena, "", (PartyCursor){0}, OFFERED_MAX + 1);
    form->teams = team_list(tx, form->arena);
    read_item(tx, form);
    form->known = ticket_known_find(tx, form->arena, form->visit,
                                    &(KnownAsk){.party = party,
                                                .customer = form->entry.customer,
                                                .contact = form->entry.contact,
                                                .item_owner = form->item.party});
    return visit_read_end(form->request, response, tx);
}

static const char *say(const NewTicket *form, MsgId id)
{
    return msg(form->visit->lang, id);
}

/* The hour that autumn repeats is the later one unless that is still to come; an hour that spring skips is no time. */
static void check_received(NewTicket *form)
{
    Zone *zone = form->visit->policy->zone;
    const char *typed = form->entry.received;
    TimeMs at = wall_field_parse(form->arena, zone, typed);
    if (at > TIME_NONE && strncmp(wall_field_text(form->arena, zone, at), typed, WALL_LENGTH) != 0) {
        form->received_error = say(form, MSG_TICKET_NEW_ERROR_GAP);
        return;
    }
    if (at > form->visit->now && strncmp(wall_field_text(form->arena, zone, at - HOUR_MS), typed, WALL_LENGTH) == 0)
        at -= HOUR_MS;
    if (at <= TIME_NONE || at > form->visit->now)
        form->received_error = say(form, MSG_TICKET_NEW_ERROR_RECEIVED);
    form->received_at = at;
}

static void check_entry(NewTicket *form)
{
    const Entry *entry = &form->entry;
    InputError refused;
    check_received(form);
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

static const char *origin_text(int origin)
{
    return ticket_ownership_text((TicketOwnership)origin);
}

static const char *initiative_text(int initiative)
{
    return ticket_initiative_text((TicketInitiative)initiative);
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
    view->origins = enum_options(form, TICKET_OWNERSHIP_COUNT, origin_text, "ticket.origin.", form->entry.origin);
    view->origins_count = TICKET_OWNERSHIP_COUNT;
    view->initiatives =
        enum_options(form, TICKET_INITIATIVE_COUNT, initiative_text, "ticket.initiative.", form->entry.initiative);
    view->initiatives_count = TICKET_INITIATIVE_COUNT;
    view->teams = team_options(form);
    view->teams_count = form->teams.count;
    view->customers = customer_names(form, &view->customers_count);
    view->products = product_names(form, &view->products_count);
}

static void fill_known(const NewTicket *form, TicketNewView *view)
{
    const KnownCustomer *known = &form->known;
    view->known = known->party.name;
    if (known->party.id.value)
        view->known_url = url_local(form->arena, "/parties/%", arena_int(form->arena, known->party.id.value));
    view->open_tickets = known->tickets;
    view->open_tickets_count = known->ticket_count;
    view->has_open = known->ticket_count > 0;
    view->items = known->items;
    view->items_count = known->item_count;
    view->candidates = known->candidates;
    view->candidates_count = form->searched ? known->candidate_count : 0;
    view->has_candidates = view->candidates_count > 0;
    view->not_found = form->searched && !known->party.id.value && !known->candidate_count;
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
    fill_known(form, &view);
    ticket_new_render(http_html(response), form->visit->lang, &view);
}

static NewTicket new_ticket_of(HttpRequest *request)
{
    return (NewTicket){.request = request, .visit = visit_of(request), .arena = request->arena};
}

static const char *typed_or(const char *typed, const char *known)
{
    return *typed ? typed : known;
}

static bool begins_so(Arena *arena, const char *name, const char *typed)
{
    return g_str_has_prefix(text_sort_key(arena, name), text_sort_key(arena, typed));
}

/* What we know goes where nothing was typed; a name half typed becomes the whole one, another name stays. */
static void fill_entry(NewTicket *form)
{
    Entry *entry = &form->entry;
    const KnownCustomer *known = &form->known;
    if (form->item.id.value) {
        entry->serial = form->item.serial;
        for (size_t i = 0; !*entry->product && i < form->products.count; i++)
            if (form->products.items[i].id.value == form->item.product.value)
                entry->product = form->products.items[i].name;
    }
    if (!known->party.id.value)
        return;
    if (begins_so(form->arena, known->party.name, entry->customer))
        entry->customer = known->party.name;
    entry->person = typed_or(entry->person, known->person);
    entry->contact = typed_or(entry->contact, known->contact);
}

/* An item's page, or a customer's, fills in its part. */
static bool prefill(NewTicket *form, HttpResponse *response)
{
    const char *asked = http_query(form->request, "party");
    const char *asked_item = http_query(form->request, "item");
    PartyId party = {asked ? g_ascii_strtoll(asked, NULL, 10) : 0};
    StoreTx *tx = visit_read(form->request, response);
    Item item;
    Product product;
    if (!tx)
        return false;
    if (asked_item && item_find(tx, form->arena, (InstalledItemId){g_ascii_strtoll(asked_item, NULL, 10)}, &item) &&
        product_find(tx, form->arena, item.product, &product)) {
        form->entry.serial = item.serial;
        form->entry.product = product.active ? product.name : "";
    }
    if (!visit_read_end(form->request, response, tx) || !read_store(form, response, party))
        return false;
    fill_entry(form);
    return true;
}

void ticket_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    NewTicket form = new_ticket_of(request);
    const Visit *visit = form.visit;
    form.entry = (Entry){.channel = "phone",
                         .customer = "",
                         .person = "",
                         .contact = "",
                         .kind = "unknown",
                         .origin = "unknown",
                         .initiative = "asked",
                         .product = "",
                         .serial = "",
                         .subject = "",
                         .description = ""};
    form.entry.received = wall_field_text(form.arena, visit->policy->zone, visit->now);
    form.entry.team = arena_int(form.arena, visit->policy->intake_team.value);
    if (prefill(&form, response))
        show(&form, response);
}

/* ------------------------------------------------------------------------------------------------------------- taking */

static bool find_customer(StoreTx *tx, InboundEvent *event, void *arg)
{
    NewTicket *form = arg;
    return caller_find_or_add(tx, form->arena, &form->caller, form->visit->now, &event->party, &event->contact,
                              &form->refused);
}

/* The product typed, or that of the item. */
static const Product *product_meant(const NewTicket *form)
{
    const Product *typed = product_of(form);
    for (size_t i = 0; !typed && i < form->products.count; i++)
        if (form->products.items[i].id.value == form->item.product.value)
            return &form->products.items[i];
    return typed;
}

/* What was said, or what the product says by itself. */
static TicketOwnership ownership_of(const NewTicket *form)
{
    const Product *product = product_meant(form);
    TicketOwnership said;
    if (ticket_ownership_parse(form->entry.origin, &said) && said != OWNERSHIP_UNKNOWN)
        return said;
    return product ? product_ownership(product->role) : OWNERSHIP_UNKNOWN;
}

static TicketChange facts_of(const NewTicket *form)
{
    TicketChange change = {0};
    TicketOwnership ownership = ownership_of(form);
    TicketInitiative initiative;
    if (ownership != OWNERSHIP_UNKNOWN)
        change_set(&change, FIELD_OWNERSHIP, ownership);
    if (ticket_initiative_parse(form->entry.initiative, &initiative))
        change_set(&change, FIELD_INITIATIVE, initiative);
    if (form->item.id.value)
        change_set(&change, FIELD_ITEM, form->item.id.value);
    return change;
}

/* Whose product and which piece it is, and who has the request from now on. */
static bool finish(StoreTx *tx, const IntakeResult *result, void *arg)
{
    NewTicket *form = arg;
    const Visit *visit = form->visit;
    TicketEdit edit;
    TicketChange change = facts_of(form);
    CodingRefusals refused = {.count = 0};
    visit_audit(tx, visit, "ticket.create", "ticket", result->ticket.value);
    if (!ticket_edit_begin(&edit, tx, form->arena, result->ticket, visit->actor, visit->now))
        return false;
    if (!ticket_code(&edit, &change, &refused)) {
        form->refused = refused.items[0];
        return false;
    }
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
    bool loose = *entry->serial && !form->item.id.value; /* a serial nobody wrote down: kept in words */
    const char *serial =
        loose ? arena_printf(form->arena, "\n\n%s: %s", say(form, MSG_FIELD_SERIAL), entry->serial) : "";
    return (InboundEvent){
        .channel = channel_of(form),
        .actor = visit->actor,
        .sender_kind = form->caller.point.kind,
        .sender_address = form->caller.point.value,
        .sender_key = form->caller.point.value_key,
        .sender_name = *entry->person ? entry->person : entry->customer,
        .house = visit->policy->language,
        .subject = entry->subject,
        .text = arena_printf(form->arena, "%s%s", entry->description, serial),
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = form->received_at,
        .next_update_at = desk_next_update(visit->desk, form->received_at),
        .kind = kind_of(form),
        .party_sort_key = "",
        .product = product ? product->id : form->item.product,
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
    form.searched = http_form(request, "find") != NULL;
    if (!read_store(&form, response, (PartyId){0}))
        return;
    if (form.searched) {
        fill_entry(&form);
        show(&form, response);
        return;
    }
    check_entry(&form);
    if (form_key_open(form.arena, form.visit->desk, http_form(request, "form_token"), &form.key) == FORM_KEY_FORGED)
        form.errors[form.error_count++] = say(&form, MSG_TICKET_NEW_ERROR_AGAIN);
    if (form.error_count)
        refuse(&form, response);
    else
        take(&form, response);
}
