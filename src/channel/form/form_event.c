/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/form/form_event.h"

#include "base/text.h"
#include "desk/notice/notice.h"
#include "desk/party/identity.h"
#include "desk/party/party.h"
#include "desk/party/phone.h"

#include <jansson.h>
#include <string.h>

enum { ACKNOWLEDGE_PER_HOUR = 1 };

/* ------------------------------------------------------------------------------------------------------------ reading */

static const char *line_of(Arena *arena, const char *typed)
{
    return text_clip(arena, text_clean_line(arena, bytes_of(typed)), FORM_LINE_MAX);
}

static void add_error(FormErrors *errors, const char *field, const char *key)
{
    errors->items[errors->count++] = (InputError){field, key, NULL};
}

static void check_filled(FormErrors *errors, const char *field, const char *value, const char *key)
{
    if (text_is_blank(value))
        add_error(errors, field, key);
}

static void read_email(Arena *arena, const char *typed, FormEntry *entry, FormErrors *errors)
{
    EmailAddress address;
    entry->email = line_of(arena, typed);
    IdentityReason reason = email_address_parse(entry->email, &address);
    if (reason == IDENTITY_OK)
        entry->email = arena_strdup(arena, address.text);
    else
        add_error(errors, "email", reason == IDENTITY_EMPTY ? "form.error.email" : identity_reason_key(reason));
}

bool form_entry_read(Arena *arena, const FormEntry *typed, FormEntry *entry_out, FormErrors *errors_out)
{
    *errors_out = (FormErrors){0};
    *entry_out = (FormEntry){
        .name = line_of(arena, typed->name),
        .phone = line_of(arena, typed->phone),
        .business = line_of(arena, typed->business),
        .product = line_of(arena, typed->product),
        .serial = line_of(arena, typed->serial),
        .subject = line_of(arena, typed->subject),
        .text = text_clean(arena, bytes_of(typed->text)),
    };
    check_filled(errors_out, "subject", entry_out->subject, "form.error.subject");
    if (g_utf8_strlen(entry_out->text, -1) > FORM_TEXT_MAX)
        add_error(errors_out, "description", "form.error.long");
    check_filled(errors_out, "description", entry_out->text, "form.error.description");
    check_filled(errors_out, "name", entry_out->name, "form.error.name");
    read_email(arena, typed->email, entry_out, errors_out);
    return errors_out->count == 0;
}

const InputError *form_error_of(const FormErrors *errors, const char *field)
{
    for (size_t i = 0; i < errors->count; i++)
        if (strcmp(errors->items[i].field, field) == 0)
            return &errors->items[i];
    return NULL;
}

/* -------------------------------------------------------------------------------------------------------------- event */

static const char *text_with_lines(Arena *arena, const FormEntry *entry, Lang lang)
{
    const struct {
        MsgId label;
        const char *value;
    } lines[] = {{MSG_FIELD_BUSINESS, entry->business},
                 {MSG_FIELD_PHONE, entry->phone},
                 {MSG_FIELD_PRODUCT, entry->product},
                 {MSG_FIELD_SERIAL, entry->serial}};
    const char *text = entry->text, *between = "\n\n";
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        if (*lines[i].value) {
            text = arena_printf(arena, "%s%s%s: %s", text, between, msg(lang, lines[i].label), lines[i].value);
            between = "\n";
        }
    return text;
}

/* The number they gave: shown to the staff as theirs, unproven. */
static void add_phone(Arena *arena, const FormEntry *entry, InboundEvent *event)
{
    Phone phone;
    if (phone_parse(entry->phone, &phone) != PHONE_OK)
        return;
    Participant *other = ARENA_NEW(arena, Participant);
    *other = (Participant){.kind = CONTACT_PHONE,
                           .address = entry->phone,
                           .address_key = arena_strdup(arena, phone.e164),
                           .name = entry->name};
    event->others = other;
    event->other_count = 1;
}

static InboundEvent blank_event(Arena *arena, const Desk *desk, const FormKey *key, Lang lang)
{
    const DeskPolicy *policy = desk_policy(desk);
    TimeMs now = desk_now(desk);
    return (InboundEvent){
        .channel = "form",
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .language = lang_tag(lang),
        .house = policy->language,
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = now,
        .next_update_at = desk_next_update(desk, now),
        .reopen_since = now - policy->reopen_ms,
        .kind = KIND_UNKNOWN,
        .team = policy->intake_team,
        .tracking = key->token,
        .reply = token_new(),
        .notices = notice_tokens_new(arena),
        .acknowledge_by = "mail",
        .acknowledge_per_hour = ACKNOWLEDGE_PER_HOUR,
        .sealed = policy->demo,
    };
}

InboundEvent form_event(Arena *arena, const Desk *desk, const FormEntry *entry, const FormKey *key, Lang lang,
                        ProductId product)
{
    InboundEvent event = blank_event(arena, desk, key, lang);
    event.flags = MESSAGE_ADDRESS_TYPED;
    event.sender_address = entry->email;
    event.sender_key = contact_key_of_email(arena, entry->email);
    event.sender_name = entry->name;
    event.party_sort_key = text_sort_key(arena, entry->name);
    event.subject = entry->subject;
    event.text = text_with_lines(arena, entry, lang);
    event.product = product;
    add_phone(arena, entry, &event);
    return event;
}

InboundEvent form_reply_event(Arena *arena, const Desk *desk, const FormReply *reply, const FormKey *key, Lang lang)
{
    InboundEvent event = blank_event(arena, desk, key, lang);
    IntakeKey *join = ARENA_NEW(arena, IntakeKey);
    *join = (IntakeKey){.kind = INTAKE_KEY_TRACKING, .text = reply->tracking_sha256};
    event.keys = join;
    event.key_count = 1;
    event.actor.id = reply->contact.value;
    event.party = reply->customer;
    event.contact = reply->contact;
    event.sender_address = reply->sender_address;
    event.sender_key = contact_key_of_email(arena, reply->sender_address);
    event.sender_name = reply->sender_name;
    event.party_sort_key = text_sort_key(arena, *reply->sender_name ? reply->sender_name : reply->sender_address);
    event.subject = reply->subject;
    event.text = reply->text;
    return event;
}

/* ------------------------------------------------------------------------------------------------------------- record */

static char *dump(Arena *arena, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(object);
    return copy;
}

char *form_entry_to_json(Arena *arena, const FormEntry *entry)
{
    return dump(arena, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", entry->name, "email", entry->email,
                                 "phone", entry->phone, "business", entry->business, "product", entry->product,
                                 "serial", entry->serial, "subject", entry->subject, "text", entry->text));
}

char *form_reply_to_json(Arena *arena, const FormReply *reply)
{
    return dump(arena, json_pack("{s:s, s:s}", "tracking_sha256", reply->tracking_sha256, "text", reply->text));
}
