/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_view.h"

#include "base/format.h"
#include "base/text.h"
#include "base/token.h"
#include "desk/intake/robot.h"
#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/receipt/letter.h"
#include "desk/staff/staff.h"
#include "desk/ticket/departure.h"
#include "desk/ticket/history.h"
#include "desk/ticket/merge.h"
#include "desk/ticket/transition.h"
#include "queue/outbox.h"
#include "ticket_initiative_enum.h"
#include "ticket_ownership_enum.h"
#include "web/desk/ticket_close.h"
#include "web/desk/ticket_company.h"
#include "web/desk/ticket_facts.h"
#include "web/desk/ticket_proof.h"
#include "web/desk/ticket_sender.h"
#include "web/desk/ticket_split.h"
#include "web/desk/ticket_talk.h"
#include "web/desk/ticket_unproved.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

enum { PAST_TICKETS = 4, ITEMS_SHOWN = 4, SILENT_DAYS = 2, QUOTED_SHOWN = 80 };

typedef struct Build {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    Lang lang;
    Zone *zone;
    const TicketTyped *typed;
    const char *number;
    TicketMaterial material;
    Party customer, contact;
    bool has_customer;
    ContactPointList points;
    AutomaticStop stop; /* of whom an answer goes to; since is TIME_NONE while Filo answers them by itself */
    bool letter_waits;  /* a certified letter of theirs wants an answer by letter_term */
    Date letter_term;
    Suspect suspect; /* whom an answer goes to, when the last did not arrive; else since is TIME_NONE */
    CompanyProposal proposal;
    const char *from; /* our address an answer leaves from; "" while there is only one */
    WorklistPage past;
    ItemRows items;
    TicketLinkList links;
    TeamList teams;
    CloseMaterial closing;
    ProductRows products;
    Product product;
    Item item;
    TicketPageView view;
} Build;

/* ------------------------------------------------------------------------------------------------------------ reading */

/* Only where something was joined to it. */
static void read_merged(Build *build, StoreTx *tx)
{
    TicketMaterial *material = &build->material;
    bool joined = false;
    for (size_t i = 0; i < build->links.count; i++)
        joined =
            joined || (build->links.items[i].kind == LINK_DUPLICATE && build->links.items[i].state == TICKET_DUPLICATE);
    if (!joined)
        return;
    material->merged = message_list_merged(tx, build->arena, material->ticket.id);
    material->merged_files = attachment_list_merged(tx, build->arena, material->ticket.id);
}

static void read_product(Build *build, StoreTx *tx)
{
    const TicketProjection *now = &build->material.ticket.now;
    build->product = (Product){.name = ""};
    build->item = (Item){.serial = ""};
    if (now->product_id && !product_find(tx, build->arena, (ProductId){now->product_id}, &build->product))
        build->product = (Product){.name = ""};
    if (now->installed_item_id && !item_find(tx, build->arena, (InstalledItemId){now->installed_item_id}, &build->item))
        build->item = (Item){.serial = ""};
    if (ticket_state_is_open((TicketState)now->state) && visit_may(build->visit, "ticket.write"))
        build->products = product_list(tx, build->arena, false);
}

/* Said only where it could be another. */
static const char *read_departure(const Build *build, StoreTx *tx)
{
    ChannelAccountList accounts = channel_account_list(tx, build->arena);
    ChannelAccount account;
    size_t active = 0;
    for (size_t i = 0; i < accounts.count; i++)
        active += accounts.items[i].active;
    if (active < 2 || !departure_find(tx, build->arena, build->material.ticket.id, "mail", &account))
        return "";
    return account.address;
}

static void read_suspect(Build *build, StoreTx *tx)
{
    const CorrespondentList *list = &build->material.correspondents;
    const Correspondent *to = list->count ? &list->items[0] : NULL;
    if (!to || !suspect_find(tx, build->arena, to->address_key, &build->suspect))
        build->suspect = (Suspect){.since = TIME_NONE};
    if (!to || !automatic_stop_find(tx, build->arena, to->address_key, build->visit->now, &build->stop))
        build->stop = (AutomaticStop){.since = TIME_NONE};
}

static void fill_stop(Build *build)
{
    build->view.stopped = build->view.stopped_address = "";
    if (!build->stop.since)
        return;
    build->view.stopped = words_stopped(build->arena, build->lang, &build->stop);
    build->view.stopped_address = build->stop.address_key;
    if (visit_may(build->visit, "ticket.write"))
        build->view.answer_url = url_checked("/senders/answer");
}

static bool read_all(Build *build, StoreTx *tx, TicketId id)
{
    TicketMaterial *material = &build->material;
    if (!ticket_find(tx, build->arena, id, &material->ticket))
        return false;
    const TicketProjection *now = &material->ticket.now;
    material->messages = message_list(tx, build->arena, id);
    material->files = attachment_list(tx, build->arena, id);
    material->events = ticket_event_history(tx, build->arena, id);
    material->sendings = outbox_list_of_ticket(tx, build->arena, id);
    material->fared = outbox_recipient_list(tx, build->arena, id);
    material->deliveries = delivery_list_of_ticket(tx, build->arena, id);
    material->receipts = receipt_list_of_ticket(tx, build->arena, id);
    material->staff = staff_list(tx, build->arena);
    material->correspondents = recipient_list(tx, build->arena, id);
    material->recipients = message_recipient_list(tx, build->arena, id);
    material->senders = message_sender_list(tx, build->arena, id);
    material->forwards = message_forward_list(tx, build->arena, id);
    build->from = read_departure(build, tx);
    read_suspect(build, tx);
    build->letter_waits =
        letter_due(tx, build->arena, id, build->zone, build->visit->policy->letter_days, &build->letter_term);
    build->links = ticket_link_list(tx, build->arena, id);
    build->teams = team_list(tx, build->arena);
    read_merged(build, tx);
    read_product(build, tx);
    close_material_read(tx, build->arena, material, &build->closing);
    build->has_customer = now->party_id && party_find(tx, build->arena, (PartyId){now->party_id}, &build->customer);
    if (now->contact_id && !party_find(tx, build->arena, (PartyId){now->contact_id}, &build->contact))
        build->contact = (Party){0};
    build->proposal = ticket_company_read(tx, build->arena, build->visit, material);
    if (build->has_customer) {
        build->points =
            contact_point_list(tx, build->arena, (PartyId){now->contact_id ? now->contact_id : now->party_id});
        build->past = history_list_party(tx, build->arena, build->customer.id, (HistoryAsk){.how_many = PAST_TICKETS});
        build->items = item_list_party(tx, build->arena, build->customer.id, (InstalledItemId){0}, ITEMS_SHOWN);
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------------------- head */

static SafeUrl action_url(const Build *build, const char *pattern)
{
    return url_local(build->arena, pattern, build->number);
}

static const char *owner_name(const Build *build)
{
    return ticket_material_staff_name(&build->material, build->material.ticket.now.owner_id);
}

/* Silence and passing from hand to hand are two things, and here is room for both. */
static void fill_warnings(Build *build, TicketState state)
{
    const TicketProjection *now = &build->material.ticket.now;
    int64_t silence = build->visit->now - now->last_event_at;
    build->view.warning = build->view.bounced = "";
    if (!ticket_state_is_open(state))
        return;
    build->view.warning = words_warning(build->arena, build->lang, silence, SILENT_DAYS * TIME_DAY, 0);
    build->view.bounced = words_warning(build->arena, build->lang, 0, SILENT_DAYS * TIME_DAY, now->handovers);
}

static void fill_letter(Build *build, TicketState state)
{
    bool waits = build->letter_waits && ticket_state_is_open(state);
    build->view.letter_late = waits && letter_is_late(build->zone, build->letter_term, build->visit->now);
    build->view.letter =
        waits ? words_letter(build->arena, build->lang, build->letter_term, build->view.letter_late) : "";
}

/* Why we wait and since when, or where the customer was sent: what they were told. */
static void fill_wait_line(Build *build, TicketState state)
{
    const Ticket *ticket = &build->material.ticket;
    bool waits = state >= TICKET_WAITING_CUSTOMER && state <= TICKET_SCHEDULED;
    build->view.reason = ticket->waiting_reason ? ticket->waiting_reason : "";
    build->view.since = waits ? msg_fill(build->arena, build->lang, MSG_TICKET_SINCE, "when",
                                         format_moment(build->arena, build->lang, build->zone, ticket->now.state_since,
                                                       build->visit->now),
                                         NULL)
                              : "";
}

/* Whoever wrote while somebody was writing: the last of them, with the beginning of what they said. */
static const char *stale_words(const Build *build)
{
    const Message *last = message_list_newest(&build->material.messages);
    if (!build->typed->seen || !last || last->id.value <= build->typed->seen || last->direction == MESSAGE_NOTE)
        return "";
    const char *name = *last->sender_name ? last->sender_name : last->sender_address;
    const char *said = text_clean_line(build->arena, bytes_of(last->text));
    return arena_printf(build->arena, "%s, %s: «%s»", name,
                        format_moment(build->arena, build->lang, build->zone, last->at, build->visit->now),
                        text_clip(build->arena, said, QUOTED_SHOWN));
}

static void fill_head(Build *build)
{
    const Ticket *ticket = &build->material.ticket;
    TicketState state = (TicketState)ticket->now.state;
    const char *channel = msg_find(build->lang, arena_printf(build->arena, "ticket.channel.%s", ticket->channel));
    TicketPageView *view = &build->view;
    view->number = build->number;
    view->subject = *ticket->subject ? ticket->subject : msg(build->lang, MSG_TICKET_NO_SUBJECT);
    view->channel = channel ? channel : ticket->channel;
    view->received = format_moment(build->arena, build->lang, build->zone, ticket->now.received_at, build->visit->now);
    view->state = words_state(build->arena, build->lang, ticket_state_text(state), owner_name(build));
    view->due = "";
    if (ticket_state_is_open(state)) {
        view->due = words_due(build->arena, build->lang, build->zone, ticket->now.next_update_at, build->visit->now,
                              &view->late);
        view->update_late = view->late;
        if (!view->late)
            view->due = ""; /* a deadline of its own comes with contracts */
    }
    view->update = view->late ? ""
                              : words_update_by(build->arena, build->lang, build->zone, ticket->now.next_update_at,
                                                build->visit->now);
    fill_warnings(build, state);
    fill_letter(build, state);
    fill_wait_line(build, state);
    fill_stop(build);
    ticket_unproved_fill(build->arena, build->visit, &build->material, &build->view);
    view->legal =
        ticket_state_is_open(state) && !ticket->now.complaint && ticket_proof_has_letter(&build->material.receipts);
    view->version = ticket->version;
    view->stale = stale_words(build);
}

static void add_button(Build *build, TicketButton *buttons, MsgId label, const char *pattern, const char *icon)
{
    buttons[build->view.buttons_count++] = (TicketButton){label, action_url(build, pattern), icon, true};
}

static void fill_buttons(Build *build)
{
    TicketButton *buttons = ARENA_ARRAY(build->arena, TicketButton, 2);
    TicketState state = (TicketState)build->material.ticket.now.state;
    build->view.buttons = buttons;
    if (!visit_may(build->visit, "ticket.write"))
        return;
    if (ticket_state_is_queued(state))
        add_button(build, buttons, MSG_ACTION_TAKE, "/tickets/%/take", "hand");
    else if (state == TICKET_OWNED)
        add_button(build, buttons, MSG_ACTION_START, "/tickets/%/start", "wrench");
    else if (state == TICKET_SPAM)
        add_button(build, buttons, MSG_ACTION_IS_A_REQUEST, "/tickets/%/request", "rotate-ccw");
    else if (state == TICKET_RESOLVED)
        add_button(build, buttons, MSG_ACTION_CLOSE, "/tickets/%/close", "check");
    else if (ticket_state_is_owned(state) && state != TICKET_IN_PROGRESS)
        add_button(build, buttons, MSG_ACTION_RESUME, "/tickets/%/start", "rotate-ccw");
}

static bool came_back(const Build *build, const char *form)
{
    return g_strcmp0(build->typed->form, form) == 0;
}

/* What stood in a form's field before it came back, else what it starts with. */
static const char *typed_or(const Build *build, const char *form, const char *field, const char *otherwise)
{
    const char *typed = came_back(build, form) ? http_form(build->request, field) : NULL;
    return typed ? typed : otherwise;
}

static void fill_assign(Build *build)
{
    const TicketMaterial *material = &build->material;
    if (!visit_may(build->visit, "ticket.assign") || !ticket_state_is_open((TicketState)material->ticket.now.state))
        return;
    TicketAssign *assign = ARENA_NEW(build->arena, TicketAssign);
    Option *people = ARENA_ARRAY(build->arena, Option, material->staff.count + 1);
    Option *teams = ARENA_ARRAY(build->arena, Option, build->teams.count);
    const char *person = typed_or(build, "assign", "person", arena_int(build->arena, material->ticket.now.owner_id));
    const char *team = typed_or(build, "assign", "team", arena_int(build->arena, material->ticket.now.team_id));
    people[0] = (Option){"", msg(build->lang, MSG_ASSIGN_QUEUE), false};
    for (size_t i = 0; i < material->staff.count; i++) {
        const char *id = arena_int(build->arena, material->staff.items[i].id.value);
        people[i + 1] = (Option){id, material->staff.items[i].display_name, strcmp(id, person) == 0};
    }
    for (size_t i = 0; i < build->teams.count; i++) {
        const char *id = arena_int(build->arena, build->teams.items[i].id.value);
        teams[i] = (Option){id, build->teams.items[i].name, strcmp(id, team) == 0};
    }
    *assign = (TicketAssign){.url = action_url(build, "/tickets/%/assign"),
                             .open = came_back(build, "assign"),
                             .people = people,
                             .people_count = material->staff.count + 1,
                             .teams = teams,
                             .teams_count = build->teams.count,
                             .why = typed_or(build, "assign", "why", "")};
    build->view.assign = assign;
}

static void fill_waits(Build *build)
{
    static const TicketState states[] = {TICKET_WAITING_CUSTOMER, TICKET_WAITING_THIRD_PARTY, TICKET_WAITING_PART,
                                         TICKET_WAITING_APPROVAL, TICKET_SCHEDULED};
    TicketState state = (TicketState)build->material.ticket.now.state;
    if (!visit_may(build->visit, "ticket.write") || !ticket_state_is_owned(state))
        return;
    const char *chosen = typed_or(build, "wait", "state", ticket_state_text(state));
    TicketWait *wait = ARENA_NEW(build->arena, TicketWait);
    Option *options = ARENA_ARRAY(build->arena, Option, G_N_ELEMENTS(states));
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        options[i] = (Option){ticket_state_text(states[i]),
                              words_state(build->arena, build->lang, ticket_state_text(states[i]), ""),
                              strcmp(ticket_state_text(states[i]), chosen) == 0};
    TimeMs until = desk_next_update(build->visit->desk, build->visit->now);
    *wait = (TicketWait){
        .url = action_url(build, "/tickets/%/wait"),
        .open = came_back(build, "wait"),
        .states = options,
        .states_count = G_N_ELEMENTS(states),
        .reason = typed_or(build, "wait", "reason", ""),
        .until = typed_or(build, "wait", "until", time_format(build->arena, build->zone, until, "%Y-%m-%dT%H:%M"))};
    build->view.waits = wait;
}

/* The address of what the table allows in this state; {NULL} for what it does not. */
static SafeUrl offered(const Build *build, TicketAction action, const char *pattern)
{
    TicketState state = (TicketState)build->material.ticket.now.state;
    return transition_find(state, action) ? action_url(build, pattern) : (SafeUrl){NULL};
}

/* What was put aside as no request has its own button, which asks for no reason. */
static SafeUrl offered_restore(const Build *build)
{
    bool is_aside = (TicketState)build->material.ticket.now.state == TICKET_SPAM;
    return is_aside ? (SafeUrl){NULL} : offered(build, TICKET_RESTORE, "/tickets/%/restore");
}

/* Whether the customer has other requests: then their address is put aside only when somebody says so. */
static bool is_known(const Build *build)
{
    for (size_t i = 0; i < build->past.count; i++)
        if (build->past.rows[i].ticket.value != build->material.ticket.id.value &&
            build->past.rows[i].state != TICKET_SPAM)
            return true;
    return build->past.more;
}

static void fill_more(Build *build)
{
    const char *refused = build->typed->error ? build->typed->error->key : "";
    if (!visit_may(build->visit, "ticket.write"))
        return;
    TicketMore *more = ARENA_NEW(build->arena, TicketMore);
    *more = (TicketMore){
        .open = came_back(build, "merge") || came_back(build, "link") || came_back(build, "not_ours") ||
                came_back(build, "cancel") || came_back(build, "split"),
        .merge_url = offered(build, TICKET_MARK_DUPLICATE, "/tickets/%/merge"),
        .merge_into = typed_or(build, "merge", "into", ""),
        .merge_error = came_back(build, "merge") ? build->typed->wrong : "",
        .merge_confirm = strcmp(refused, "ticket.error.merge_other_customer") == 0,
        .link_url = action_url(build, "/tickets/%/links"),
        .link_other = typed_or(build, "link", "other", ""),
        .link_error = came_back(build, "link") ? build->typed->wrong : "",
        .not_ours_url = offered(build, TICKET_MARK_NOT_OURS, "/tickets/%/not-ours"),
        .pointer = typed_or(build, "not_ours", "pointer", ""),
        .pointer_error = came_back(build, "not_ours") ? build->typed->wrong : "",
        .cancel_url = offered(build, TICKET_CANCEL, "/tickets/%/cancel"),
        .cancel_why = typed_or(build, "cancel", "why", ""),
        .spam_known = is_known(build) && !message_list_unproved(&build->material.messages),
        .spam_url = offered(build, TICKET_MARK_SPAM, "/tickets/%/spam"),
        .reopen_url = offered(build, TICKET_REOPEN, "/tickets/%/reopen"),
        .reopen_open = came_back(build, "reopen"),
        .reopen_why = typed_or(build, "reopen", "why", ""),
        .restore_url = offered_restore(build),
        .restore_open = came_back(build, "restore"),
        .restore_why = typed_or(build, "restore", "why", ""),
    };
    more->split = ticket_split_choices(build->arena, build->visit, &build->material, &more->split_count);
    if (more->split_count)
        more->split_url = action_url(build, "/tickets/%/split");
    more->split_error = came_back(build, "split") ? build->typed->wrong : "";
    build->view.more = more;
}

/* ----------------------------------------------------------------------------------------------------------- composer */

/* Whether its box was ticked when the form came back, else whether the last message had it. */
static bool is_ticked(const Build *build, const Correspondent *one)
{
    const HttpPairs *form = &build->request->form;
    if (!build->typed->text || !http_form(build->request, "copies"))
        return one->chosen;
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->items[i].name, "cc") == 0 && strcmp(form->items[i].value, one->address_key) == 0)
            return true;
    return false;
}

static const TicketCopy *copies_of(const Build *build, size_t *count_out)
{
    const CorrespondentList *list = &build->material.correspondents;
    TicketCopy *copies = ARENA_ARRAY(build->arena, TicketCopy, list->count);
    *count_out = 0;
    for (size_t i = 1; i < list->count; i++) {
        const Correspondent *one = &list->items[i];
        MsgId hint = one->confirmed ? MSG_COMPOSER_NOT_IN_LAST : MSG_COMPOSER_UNCONFIRMED;
        copies[(*count_out)++] = (TicketCopy){
            .key = one->address_key,
            .label = *one->name ? arena_printf(build->arena, "%s <%s>", one->name, one->address) : one->address,
            .chosen = is_ticked(build, one),
            .place = msg(build->lang, one->in_copy ? MSG_COMPOSER_PLACE_COPY : MSG_COMPOSER_PLACE_TO),
            .hint = one->chosen ? "" : msg(build->lang, hint)};
    }
    return copies;
}

static const char *composer_error(const Build *build)
{
    const InputError *error = build->typed->error;
    MsgId id;
    if (!error || !error->key || !msg_id_find(error->key, &id))
        return "";
    return msg_fill(build->arena, build->lang, id, "shown", error->shown ? error->shown : "", NULL);
}

static const char *suspect_words(const Build *build)
{
    const Suspect *suspect = &build->suspect;
    if (!suspect->since)
        return "";
    return msg_fill(build->arena, build->lang, MSG_COMPOSER_SUSPECT, "when",
                    format_moment(build->arena, build->lang, build->zone, suspect->since, build->visit->now), "reason",
                    words_delivery(build->lang, suspect->status, suspect->reason), NULL);
}

static void fill_composer(Build *build)
{
    const TicketMaterial *material = &build->material;
    const TicketTyped *typed = build->typed;
    if (!visit_may(build->visit, "ticket.write"))
        return;
    TicketComposer *composer = ARENA_NEW(build->arena, TicketComposer);
    const Correspondent *to = material->correspondents.count ? &material->correspondents.items[0] : NULL;
    const char *added = typed->text ? http_form(build->request, "cc_new") : NULL;
    const Message *last = message_list_newest(&material->messages);
    Token key = token_new();
    *composer = (TicketComposer){
        .url = action_url(build, "/tickets/%/messages"),
        .to = to ? to->address : msg(build->lang, MSG_TICKET_NOBODY_TO_ANSWER),
        .from = build->from,
        .suspect = suspect_words(build),
        .reply_to = ticket_sender_warning(build->arena, build->lang, material, to),
        .text = typed->text ? typed->text : "",
        .note = typed->note || !to,
        .draft_key = arena_printf(build->arena, "ticket-%s", build->number),
        .key = typed->key ? typed->key : arena_strdup(build->arena, key.text),
        .seen = arena_int(build->arena, last ? last->id.value : 0),
        .answers = to != NULL,
        .added = added ? added : "",
        .adding = added && *added,
        .error = composer_error(build),
    };
    composer->copies = copies_of(build, &composer->copies_count);
    build->view.composer = composer;
}

/* --------------------------------------------------------------------------------------------------------------- rail */

static const char *point_of(const Build *build, ContactKind kind)
{
    for (size_t i = 0; i < build->points.count; i++)
        if (build->points.items[i].kind == kind)
            return build->points.items[i].value;
    return "";
}

static const PastTicket *past_tickets(Build *build, size_t *count_out)
{
    PastTicket *past = ARENA_ARRAY(build->arena, PastTicket, build->past.count);
    *count_out = 0;
    for (size_t i = 0; i < build->past.count; i++) {
        const WorklistEntry *entry = &build->past.rows[i];
        const char *number = arena_int(build->arena, entry->ticket.value);
        if (entry->ticket.value == build->material.ticket.id.value)
            continue;
        past[(*count_out)++] =
            (PastTicket){number, url_local(build->arena, "/tickets/%", number), entry->subject,
                         words_state(build->arena, build->lang, ticket_state_text(entry->state), entry->owner),
                         format_moment(build->arena, build->lang, build->zone, entry->received_at, build->visit->now)};
    }
    return past;
}

static const ShortLine *installed_items(Build *build, size_t *count_out)
{
    ShortLine *lines = ARENA_ARRAY(build->arena, ShortLine, build->items.count);
    for (size_t i = 0; i < build->items.count; i++) {
        const Item *item = &build->items.items[i];
        const char *delivered = item->delivered_at ? format_date(build->arena, build->lang,
                                                                 time_to_wall(build->zone, item->delivered_at).date)
                                                   : "";
        lines[i] = (ShortLine){item->serial, {NULL}, delivered};
    }
    *count_out = build->items.count;
    return lines;
}

static void fill_customer(Build *build)
{
    TicketCustomer *customer = ARENA_NEW(build->arena, TicketCustomer);
    const char *email = point_of(build, CONTACT_EMAIL), *phone = point_of(build, CONTACT_PHONE);
    *customer = (TicketCustomer){
        .name = build->has_customer ? build->customer.name : msg(build->lang, MSG_TICKET_NO_CUSTOMER),
        .url = build->has_customer
                   ? url_local(build->arena, "/parties/%", arena_int(build->arena, build->customer.id.value))
                   : (SafeUrl){NULL},
        .kind = "",
        .person = build->contact.name && build->contact.id.value != build->customer.id.value ? build->contact.name : "",
        .phone = phone,
        .phone_url = *phone ? url_checked(arena_printf(build->arena, "tel:%s", phone)) : (SafeUrl){NULL},
        .email = email,
        .email_url = *email ? url_checked(arena_printf(build->arena, "mailto:%s", email)) : (SafeUrl){NULL},
    };
    if (build->proposal.company.value) {
        customer->propose_url = action_url(build, "/tickets/%/company");
        customer->propose_id = arena_int(build->arena, build->proposal.company.value);
        customer->company = build->proposal.name;
        customer->address = build->proposal.address;
    }
    customer->tickets = past_tickets(build, &customer->tickets_count);
    customer->items = installed_items(build, &customer->items_count);
    build->view.customer = customer;
}

static void fill_coverage(Build *build)
{
    TicketCoverage *coverage = ARENA_NEW(build->arena, TicketCoverage);
    const char **reasons = ARENA_ARRAY(build->arena, const char *, 1);
    reasons[0] = msg(build->lang, MSG_COVERAGE_REASON_UNKNOWN);
    *coverage = (TicketCoverage){.verdict = words_verdict(build->lang, "unknown"),
                                 .reasons = reasons,
                                 .reasons_count = 1,
                                 .clause = "",
                                 .hours_left = ""};
    build->view.coverage = coverage;
}

static void fill_closing(Build *build)
{
    const Ticket *ticket = &build->material.ticket;
    CloseAsk ask = {build->arena, build->visit, ticket, &build->closing,
                    build->typed->closing_error ? build->request : NULL};
    const TicketClosing *offered_form = close_view(&ask);
    build->view.costs = costs_view(build->arena, build->visit, ticket, &build->closing);
    if (!offered_form)
        return;
    TicketClosing *closing = ARENA_NEW(build->arena, TicketClosing);
    *closing = *offered_form;
    if (build->typed->closing_error) {
        closing->open = true;
        closing->error = build->typed->closing_error;
    }
    build->view.closing = closing;
}

static const char *solution_words(const Build *build, const Precedent *precedent)
{
    const CodeRows *remedies = &build->closing.remedies;
    if (precedent->solution)
        return precedent->solution;
    for (size_t i = 0; i < remedies->count; i++)
        if (remedies->items[i].id.value == precedent->solution_code.value)
            return code_name(&remedies->items[i], build->lang);
    return "";
}

static void fill_similar(Build *build)
{
    const PrecedentList *found = &build->closing.precedents;
    SimilarTicket *similar = ARENA_ARRAY(build->arena, SimilarTicket, found->count);
    for (size_t i = 0; i < found->count; i++) {
        const char *number = arena_int(build->arena, found->items[i].ticket.value);
        similar[i] = (SimilarTicket){number, url_local(build->arena, "/tickets/%", number), found->items[i].subject,
                                     solution_words(build, &found->items[i])};
    }
    build->view.similar = similar;
    build->view.similar_count = found->count;
    build->view.open = ticket_state_is_open((TicketState)build->material.ticket.now.state);
}

/* -------------------------------------------------------------------------------------------------------------- facts */

enum { FACTS_MAX = 13 };

typedef struct Facts {
    const Build *build;
    Fact *items;
    size_t count;
} Facts;

static void fact(Facts *facts, MsgId label, const char *text)
{
    if (text && *text)
        facts->items[facts->count++] = (Fact){label, text, {NULL}};
}

static const char *enum_words(const Build *build, const char *family, const char *constant)
{
    const char *words = msg_find(build->lang, arena_printf(build->arena, "%s%s", family, constant));
    return words ? words : constant;
}

static const char *moment(const Build *build, TimeMs at)
{
    return at ? format_moment(build->arena, build->lang, build->zone, at, build->visit->now) : "";
}

static const char *kind_words(const Build *build)
{
    const TicketProjection *now = &build->material.ticket.now;
    const char *kind = enum_words(build, "ticket.kind.", ticket_kind_text((TicketKind)now->kind));
    return now->complaint ? arena_printf(build->arena, "%s · %s", kind, msg(build->lang, MSG_TICKET_COMPLAINT)) : kind;
}

static const char *team_name(const Build *build)
{
    for (size_t i = 0; i < build->teams.count; i++)
        if (build->teams.items[i].id.value == build->material.ticket.now.team_id)
            return build->teams.items[i].name;
    return "";
}

static void add_facts(Facts *facts)
{
    const Build *build = facts->build;
    const Ticket *ticket = &build->material.ticket;
    const TicketProjection *now = &ticket->now;
    bool late_entry = ticket->registered_at - now->received_at >= TIME_MINUTE;
    fact(facts, MSG_FIELD_KIND, kind_words(build));
    fact(facts, MSG_FIELD_PRODUCT, build->product.name);
    fact(facts, MSG_FIELD_SERIAL, build->item.serial);
    if (now->ownership != OWNERSHIP_UNKNOWN)
        fact(facts, MSG_FIELD_ORIGIN,
             enum_words(build, "ticket.origin.", ticket_ownership_text((TicketOwnership)now->ownership)));
    if (now->initiative == INITIATIVE_PROACTIVE)
        fact(facts, MSG_FIELD_INITIATIVE, enum_words(build, "ticket.initiative.", "proactive"));
    fact(facts, MSG_TICKET_FACT_OCCURRED, moment(build, now->occurred_at));
    fact(facts, MSG_TICKET_FACT_RECEIVED, moment(build, now->received_at));
    fact(facts, MSG_TICKET_FACT_REGISTERED, late_entry ? moment(build, ticket->registered_at) : "");
    fact(facts, MSG_TICKET_FACT_CHANNEL, build->view.channel);
    fact(facts, MSG_FIELD_TEAM, team_name(build));
    if (strcmp(ticket->language, build->visit->policy->language) != 0)
        fact(facts, MSG_FIELD_LANGUAGE, enum_words(build, "settings.language.", ticket->language));
}

static void add_links(Facts *facts)
{
    static const MsgId labels[TICKET_LINK_KIND_COUNT] = {[LINK_RELATED] = MSG_TICKET_FACT_LINK_RELATED,
                                                         [LINK_FOLLOWS] = MSG_TICKET_FACT_LINK_FOLLOWS,
                                                         [LINK_POSSIBLE] = MSG_TICKET_FACT_LINK_POSSIBLE,
                                                         [LINK_DUPLICATE] = MSG_TICKET_FACT_LINK_DUPLICATE};
    const Build *build = facts->build;
    for (size_t i = 0; i < build->links.count; i++) {
        const TicketLink *link = &build->links.items[i];
        const char *number = arena_int(build->arena, link->other.value);
        bool joined_here = link->kind == LINK_DUPLICATE && build->material.ticket.now.master_id != link->other.value;
        facts->items[facts->count++] = (Fact){joined_here ? MSG_TICKET_FACT_JOINED : labels[link->kind],
                                              arena_printf(build->arena, "%s — %s", number, link->subject),
                                              url_local(build->arena, "/tickets/%", number)};
    }
}

static void fill_facts(Build *build)
{
    Facts facts = {build, ARENA_ARRAY(build->arena, Fact, build->links.count + FACTS_MAX), 0};
    FactsAsk ask = {.arena = build->arena,
                    .visit = build->visit,
                    .request = build->request,
                    .ticket = &build->material.ticket,
                    .customer = build->has_customer ? build->customer.name : "",
                    .product = build->product.name,
                    .serial = build->item.serial,
                    .products = &build->products,
                    .items = &build->items,
                    .typed = came_back(build, "facts"),
                    .error = came_back(build, "facts") ? build->typed->wrong : NULL};
    add_facts(&facts);
    add_links(&facts);
    build->view.facts = facts.items;
    build->view.facts_count = facts.count;
    build->view.put_right = ticket_facts_form(&ask);
}

/* -------------------------------------------------------------------------------------------------------------- whole */

static const LayoutView *layout_of(Build *build)
{
    LayoutView *page = ARENA_NEW(build->arena, LayoutView);
    *page = *layout_desk(build->request, arena_printf(build->arena, "%s %s", build->number, build->view.subject),
                         MSG_MENU_QUEUE);
    const char *words = build->typed->wrong ? build->typed->wrong : build->typed->flash;
    if (words) {
        Flash *flash = ARENA_NEW(build->arena, Flash);
        *flash = (Flash){words, !build->typed->undo_url.text, build->typed->undo_url, MSG_ACTION_UNDO_SEND};
        page->flash = flash;
    }
    return page;
}

static void fill_talk(Build *build)
{
    const char *whole = http_query(build->request, "whole");
    TalkAsk ask = {.all = http_query(build->request, "all") != NULL,
                   .message = {whole ? g_ascii_strtoll(whole, NULL, 10) : 0}};
    TicketTalk talk = ticket_talk(build->arena, build->visit, &build->material, ask);
    build->view.entries = talk.entries;
    build->view.entries_count = talk.count;
    build->view.earlier =
        msg_fill_count(build->arena, build->lang, MSG_TICKET_SHOW_EARLIER, (int64_t)talk.earlier, NULL);
    if (talk.earlier)
        build->view.earlier_url = url_local(build->arena, "/tickets/%?all=1", build->number);
}

static void fill(Build *build)
{
    fill_head(build);
    fill_buttons(build);
    fill_assign(build);
    fill_waits(build);
    fill_more(build);
    build->material.seen = build->typed->seen;
    fill_talk(build);
    fill_composer(build);
    fill_customer(build);
    fill_coverage(build);
    fill_closing(build);
    fill_similar(build);
    fill_facts(build);
    build->view.page = layout_of(build);
}

void ticket_view_show(HttpRequest *request, HttpResponse *response, TicketId id, const TicketTyped *typed)
{
    const Visit *visit = visit_of(request);
    Build build = {.request = request,
                   .visit = visit,
                   .arena = request->arena,
                   .lang = visit->lang,
                   .zone = visit->policy->zone,
                   .typed = typed,
                   .number = arena_int(request->arena, id.value)};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = read_all(&build, tx, id);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    visit_note_read(visit, "ticket.read", "ticket", id.value);
    fill(&build);
    ticket_page_render(http_html(response), visit->lang, &build.view);
}
