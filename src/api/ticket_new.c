/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a program brings a request in. How: as every channel does, through intake; with an Idempotency-Key the body is
 * kept under it first, in the same transaction, so that the same key never opens two tickets. The token is who brings
 * it: its maker did not take the call.
 */
#include "api/operation.h"
#include "api/page.h"
#include "api/ticket_shape.h"
#include "api/word.h"
#include "base/text.h"
#include "desk/intake/intake.h"
#include "desk/party/identity.h"
#include "desk/party/party.h"
#include "desk/party/phone.h"
#include "desk/product/product.h"
#include "store/blob.h"

enum { ACKNOWLEDGE_PER_HOUR = 1 };

/* ----------------------------------------------------------------------------------------------------------------- body */

/* How the customer's word reached whoever calls us: the first is the default. */
static const char *word_channel(int at)
{
    static const char *const words[] = {"api", "phone", "counter", "fax", "letter", "social", "form", "mail"};
    return at < (int)G_N_ELEMENTS(words) ? words[at] : NULL;
}

enum {
    NEW_SUBJECT,
    NEW_TEXT,
    NEW_CHANNEL,
    NEW_KIND,
    NEW_COMPLAINT,
    NEW_NAME,
    NEW_EMAIL,
    NEW_PHONE,
    NEW_LANGUAGE,
    NEW_CUSTOMER,
    NEW_CONTACT,
    NEW_PRODUCT,
    NEW_OCCURRED_AT,
    NEW_RECEIVED_AT,
    NEW_ACKNOWLEDGE,
    NEW_COUNT
};

static const ShapeField new_fields[] = {
    [NEW_SUBJECT] = {"subject", SHAPE_LINE, true, 200, .doc = "What it is about, in a line."},
    [NEW_TEXT] = {"text", SHAPE_LINES, true, 50000, .doc = "What the customer says."},
    [NEW_CHANNEL] = {"channel", SHAPE_WORD, .word = word_channel, .doc = "How it reached you; api unless told."},
    [NEW_KIND] = {"kind", SHAPE_WORD, .word = word_ticket_kind, .doc = "What kind of request; unknown unless told."},
    [NEW_COMPLAINT] = {"complaint", SHAPE_FLAG, .doc = "Whether it is a complaint too."},
    [NEW_NAME] = {"name", SHAPE_LINE, .max = 200, .doc = "Who asks."},
    [NEW_EMAIL] = {"email", SHAPE_LINE, .max = 254, .doc = "Where they are answered; also finds or makes the party."},
    [NEW_PHONE] = {"phone", SHAPE_LINE, .max = 64, .doc = "Their number, as people write it."},
    [NEW_LANGUAGE] = {"language", SHAPE_WORD, .word = word_language, .doc = "Theirs. Unless told: the party's, else that of the text, else the house's."},
    [NEW_CUSTOMER] = {"customer_id", SHAPE_NUMBER, .doc = "The party it is for, if you know."},
    [NEW_CONTACT] = {"contact_id", SHAPE_NUMBER, .doc = "The person who asks, if you know."},
    [NEW_PRODUCT] = {"product_id", SHAPE_NUMBER, .doc = "What it is about, if you know."},
    [NEW_OCCURRED_AT] = {"occurred_at", SHAPE_TIME, .doc = "When it happened, as the customer says."},
    [NEW_RECEIVED_AT] = {"received_at", SHAPE_TIME, .doc = "When it reached you; now unless told, never later than now."},
    [NEW_ACKNOWLEDGE] = {"acknowledge", SHAPE_FLAG, .doc = "Whether we tell the customer by mail that we have it."},
};
static const Shape new_shape = {"TicketNew", new_fields, NEW_COUNT};

enum { BROUGHT_TICKET, BROUGHT_MESSAGE, BROUGHT_ALREADY, BROUGHT_COUNT };
static const ShapeField brought_fields[] = {
    [BROUGHT_TICKET] = {"id", SHAPE_NUMBER, true, .doc = "The request's number."},
    [BROUGHT_MESSAGE] = {"message_id", SHAPE_NUMBER, true, .doc = "Its first message."},
    [BROUGHT_ALREADY] = {"already", SHAPE_FLAG, true, .doc = "Whether an earlier call with this key had opened it."},
};
static const Shape brought_shape = {"TicketBrought", brought_fields, BROUGHT_COUNT, true};

/* -------------------------------------------------------------------------------------------------------------- reading */

typedef struct NewWork {
    HttpRequest *request;
    const ApiCall *call;
    InboundEvent event;
    Participant phone;
    const char *key; /* the caller's, or NULL */
    BlobPrepared body;
    IntakeResult result;
    CodingRefusals refused;
} NewWork;

static bool read_email(NewWork *work, const ShapeValue *typed)
{
    EmailAddress address;
    Arena *arena = work->request->arena;
    if (!typed->given || text_is_blank(typed->text))
        return true;
    IdentityReason reason = email_address_parse(typed->text, &address);
    if (reason != IDENTITY_OK)
        return api_refuse(&work->refused, (InputError){"email", identity_reason_key(reason), NULL});
    work->event.sender_kind = CONTACT_EMAIL;
    work->event.sender_address = arena_strdup(arena, address.text);
    work->event.sender_key = contact_key_of_email(arena, address.text);
    return true;
}

/* The number is the sender's address when there is no other, else one more way to reach them, unproven. */
static bool read_phone(NewWork *work, const ShapeValue *typed)
{
    Phone phone;
    Arena *arena = work->request->arena;
    if (!typed->given || text_is_blank(typed->text))
        return true;
    PhoneReason reason = phone_parse(typed->text, &phone);
    if (reason != PHONE_OK)
        return api_refuse(&work->refused, (InputError){"phone", phone_reason_key(reason), NULL});
    const char *e164 = arena_strdup(arena, phone.e164);
    if (*work->event.sender_key) {
        work->phone = (Participant){
            .kind = CONTACT_PHONE, .address = typed->text, .address_key = e164, .name = work->event.sender_name};
        work->event.others = &work->phone;
        work->event.other_count = 1;
    } else {
        work->event.sender_kind = CONTACT_PHONE;
        work->event.sender_address = typed->text;
        work->event.sender_key = e164;
    }
    return true;
}

static const char *text_or_empty(const ShapeValue *value)
{
    return value->given ? value->text : "";
}

static InboundEvent event_of(const ApiCall *call, const ShapeValue *in)
{
    TimeMs received = in[NEW_RECEIVED_AT].given ? MIN(in[NEW_RECEIVED_AT].number, call->now) : call->now;
    return (InboundEvent){
        .channel = in[NEW_CHANNEL].given ? in[NEW_CHANNEL].text : word_channel(0),
        .actor = call->program,
        .sender_address = "",
        .sender_key = "",
        .sender_name = text_or_empty(&in[NEW_NAME]),
        .language = in[NEW_LANGUAGE].given ? in[NEW_LANGUAGE].text : NULL,
        .house = call->policy->language,
        .subject = in[NEW_SUBJECT].text,
        .text = in[NEW_TEXT].text,
        .quoted_at = MESSAGE_NOT_QUOTED,
        .occurred_at = in[NEW_OCCURRED_AT].given ? in[NEW_OCCURRED_AT].number : TIME_NONE,
        .received_at = received,
        .next_update_at = desk_next_update(call->desk, received),
        .reopen_since = call->now - call->policy->reopen_ms,
        .kind = in[NEW_KIND].given ? (TicketKind)in[NEW_KIND].number : KIND_UNKNOWN,
        .complaint = in[NEW_COMPLAINT].number != 0,
        .party = {in[NEW_CUSTOMER].number ? in[NEW_CUSTOMER].number : in[NEW_CONTACT].number},
        .contact = {in[NEW_CONTACT].number},
        .product = {in[NEW_PRODUCT].number},
        .team = call->policy->intake_team,
        .tracking = token_new(),
        .reply = token_new(),
        .acknowledge_by = in[NEW_ACKNOWLEDGE].number ? "mail" : NULL,
        .acknowledge_per_hour = ACKNOWLEDGE_PER_HOUR,
        .sealed = call->policy->demo,
    };
}

static void read_event(NewWork *work, const ShapeValue *in)
{
    work->event = event_of(work->call, in);
    bool read = read_email(work, &in[NEW_EMAIL]) && read_phone(work, &in[NEW_PHONE]);
    if (!read)
        return;
    if (work->event.sender_kind != CONTACT_EMAIL || !*work->event.sender_key)
        work->event.acknowledge_by = NULL; /* nowhere to send it */
    const char *name = *work->event.sender_name ? work->event.sender_name : work->event.sender_address;
    work->event.party_sort_key = text_sort_key(work->request->arena, name);
}

/* -------------------------------------------------------------------------------------------------------------- writing */

static void check_party(StoreTx *tx, NewWork *work, PartyId id, const char *field)
{
    Party party;
    if (id.value && !party_find(tx, work->request->arena, id, &party))
        api_refuse(&work->refused, (InputError){field, "ticket.error.unknown_party", NULL});
}

static bool check_ids(StoreTx *tx, NewWork *work)
{
    Product product;
    const InboundEvent *event = &work->event;
    check_party(tx, work, event->party, "customer_id");
    check_party(tx, work, event->contact, "contact_id");
    if (event->product.value && !product_find(tx, work->request->arena, event->product, &product))
        api_refuse(&work->refused, (InputError){"product_id", "ticket.error.unknown_product", NULL});
    return work->refused.count == 0;
}

/* The body under its key: the second time it was accepted already, and intake gives the first one's ticket. */
static bool keep(StoreTx *tx, NewWork *work, InboundEvent *event)
{
    Inbound inbound;
    Arrival arrival = {
        .channel = "api",
        .source = work->call->token.prefix,
        .external_id =
            arena_printf(work->request->arena, "%" G_GINT64_FORMAT ":%s", work->call->token.id.value, work->key),
        .raw_sha256 = work->body.sha256,
        .raw_size = work->body.size,
        .received_at = work->event.received_at,
    };
    blob_add(tx, &work->body);
    if (!intake_keep(tx, work->request->arena, &arrival, &inbound))
        return false;
    event->inbound = inbound.id;
    return inbound.state == INBOUND_DONE || intake_begin_attempt(tx, inbound.id);
}

static bool bring(StoreTx *tx, void *arg)
{
    NewWork *work = arg;
    InboundEvent event = work->event;
    work->refused.count = 0;
    if (!check_ids(tx, work) || (work->key && !keep(tx, work, &event)) ||
        !intake_accept(tx, work->request->arena, &event, work->call->now, &work->result))
        return false;
    if (work->result.outcome != INTAKE_ALREADY)
        api_audit(tx, work->call, "ticket.register", "ticket", work->result.ticket.value);
    return true;
}

static bool prepare_body(NewWork *work, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    if (!work->key || blob_prepare(desk_store(work->call->desk), work->request->body, &work->body, &error))
        return true;
    api_problem_of_error(work->request, response, error);
    return false;
}

static void ticket_create(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[NEW_COUNT];
    NewWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &new_shape, in) || !api_read_key(request, response, &work.key))
        return;
    read_event(&work, in);
    if (work.refused.count) {
        api_problem_of_refusals(request, response, &work.refused);
        return;
    }
    if (!prepare_body(&work, response) ||
        !api_write(request, response, "api ticket create", bring, &work, &work.refused))
        return;
    bool already = work.result.outcome == INTAKE_ALREADY;
    api_send(request, response, already ? 200 : 201, &brought_shape,
             (ShapeValue[BROUGHT_COUNT]){[BROUGHT_TICKET] = shape_number(work.result.ticket.value),
                                         [BROUGHT_MESSAGE] = shape_number(work.result.message.value),
                                         [BROUGHT_ALREADY] = shape_number(already)});
}

static const ApiOperation operations[] = {
    {{HTTP_POST, "/api/v1/tickets", ticket_create, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Brings a request in."},
     "ticketCreate", NULL, &new_shape, &brought_shape, 201, true},
};
const ApiOperations ticket_new_operations = {operations, G_N_ELEMENTS(operations)};
