/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/event.h"

#include "base/text.h"
#include "channel/mail/guard.h"
#include "channel/mail/thread.h"
#include "desk/party/party.h"
#include "desk/setting/setting.h"

#include <string.h>

bool mail_source_read(StoreTx *tx, Arena *arena, const char *mailbox, MailSource *source_out)
{
    ChannelAccount account;
    if (!channel_account_find(tx, arena, mailbox, &account) || strcmp(account.channel, "mail") != 0)
        return false;
    ChannelAccountList accounts = channel_account_list(tx, arena);
    const char **addresses = ARENA_ARRAY(arena, const char *, accounts.count);
    for (size_t i = 0; i < accounts.count; i++)
        addresses[i] = accounts.items[i].address;
    *source_out = (MailSource){account.name, account.address, addresses, accounts.count};
    return true;
}

/* ------------------------------------------------------------------------------------------------------------- facts */

static bool has_field(const ParsedMail *mail, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (parse_mail_field(mail, names[i]))
            return true;
    return false;
}

#define HAS_ANY(mail, ...)                                                                                             \
    has_field((mail), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static MailFacts facts_of(const MailArrival *arrival)
{
    const ParsedMail *mail = arrival->mail;
    return (MailFacts){
        .from_address = mail->from_address,
        .return_path = parse_mail_field(mail, "return-path"),
        .auto_submitted = parse_mail_field(mail, "auto-submitted"),
        .precedence = parse_mail_field(mail, "precedence"),
        .auto_response_suppress = parse_mail_field(mail, "x-auto-response-suppress"),
        .content_type = mail->report_count ? "multipart/report" : NULL,
        .report_type = mail->report_count ? "delivery-status" : NULL,
        .has_list_header = mail->is_list,
        .has_loop_header = HAS_ANY(mail, "x-loop", "x-filo-loop"),
        .has_auto_reply_header = HAS_ANY(mail, "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"),
        .has_failed_recipients_header = HAS_ANY(mail, "x-failed-recipients"),
        .own_addresses = arrival->source->own_addresses,
        .own_count = arrival->source->own_count,
    };
}

static int64_t flags_of(const ParsedMail *mail, unsigned kind)
{
    int64_t flags = 0;
    if (kind & (MAIL_BOUNCE | MAIL_RECEIPT))
        flags |= MESSAGE_DELIVERY_REPORT;
    if (kind & (MAIL_AUTO_REPLY | MAIL_OWN_LOOP))
        flags |= MESSAGE_AUTO_REPLY;
    if (kind & MAIL_FROM_OWN)
        flags |= MESSAGE_SENDER_UNVERIFIED;
    if (mail->truncated)
        flags |= MESSAGE_TRUNCATED;
    return flags;
}

/* -------------------------------------------------------------------------------------------------------------- keys */

static const char **recipients_of(Arena *arena, const ParsedMail *mail, size_t *count_out)
{
    static const char *const delivered[] = {"delivered-to", "x-original-to", "envelope-to"};
    const char **recipients = ARENA_ARRAY(arena, const char *, mail->address_count + G_N_ELEMENTS(delivered));
    *count_out = 0;
    for (size_t i = 0; i < mail->address_count; i++)
        if (mail->addresses[i].role == PARSE_TO || mail->addresses[i].role == PARSE_CC)
            recipients[(*count_out)++] = mail->addresses[i].address;
    for (size_t i = 0; i < G_N_ELEMENTS(delivered); i++) {
        const char *value = parse_mail_field(mail, delivered[i]);
        if (value)
            recipients[(*count_out)++] = value;
    }
    return recipients;
}

static const char *references_text(Arena *arena, const ParsedMail *mail)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < mail->reference_count; i++)
        g_string_append_printf(text, "%s<%s>", i ? " " : "", mail->references[i]);
    char *copy = arena_strndup(arena, text->str, text->len);
    g_string_free(text, TRUE);
    return copy;
}

static bool key_of(Arena *arena, const ThreadCandidate *candidate, IntakeKey *key_out)
{
    char hash[SHA256_HEX_SIZE];
    switch (candidate->evidence) {
    case THREAD_TOKEN:
    case THREAD_BOUNCE_TOKEN:
        if (!token_hash(candidate->value, hash))
            return false;
        *key_out = (IntakeKey){.kind = INTAKE_KEY_TOKEN, .text = arena_strdup(arena, hash)};
        return true;
    case THREAD_OWN_ID:
    case THREAD_OTHER_ID:
        *key_out = (IntakeKey){.kind = INTAKE_KEY_MESSAGE_ID, .text = candidate->value};
        return true;
    case THREAD_NUMBER:
        *key_out = (IntakeKey){.kind = INTAKE_KEY_NUMBER, .number = g_ascii_strtoll(candidate->value, NULL, 10)};
        return true;
    case THREAD_EVIDENCES:
    default:
        return false;
    }
}

static void add_keys(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    ThreadFacts facts = {
        .own_addresses = arrival->source->own_addresses,
        .own_count = arrival->source->own_count,
        .in_reply_to = *mail->in_reply_to ? arena_printf(arena, "<%s>", mail->in_reply_to) : NULL,
        .references = references_text(arena, mail),
        .subject = mail->subject,
    };
    facts.recipients = recipients_of(arena, mail, &facts.recipient_count);
    size_t count;
    const ThreadCandidate *candidates = mail_thread_candidates(arena, &facts, &count);
    IntakeKey *keys = ARENA_ARRAY(arena, IntakeKey, count);
    for (size_t i = 0; i < count; i++)
        event->key_count += key_of(arena, &candidates[i], &keys[event->key_count]);
    event->keys = keys;
}

/* ------------------------------------------------------------------------------------------------------------- parts */

static bool is_own(const MailSource *source, Arena *arena, const char *key)
{
    for (size_t i = 0; i < source->own_count; i++)
        if (strcmp(contact_key_of_email(arena, source->own_addresses[i]), key) == 0)
            return true;
    return false;
}

/* Whoever else stands in To and Cc: shown, never written to until a person says so. */
static void add_others(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    Participant *others = ARENA_ARRAY(arena, Participant, mail->address_count);
    for (size_t i = 0; i < mail->address_count; i++) {
        const ParsedAddress *address = &mail->addresses[i];
        const char *key = contact_key_of_email(arena, address->address);
        bool other = (address->role == PARSE_TO || address->role == PARSE_CC) && *key && !strchr(key, '+') &&
                     strcmp(key, event->sender_key) != 0 && !is_own(arrival->source, arena, key);
        if (other)
            others[event->other_count++] = (Participant){CONTACT_EMAIL, address->address, key, address->name, false};
    }
    event->others = others;
}

static const char *encoding_text(ParseEncoding encoding)
{
    static const char *const texts[PARSE_ENCODINGS] = {
        [PARSE_IDENTITY] = "identity",
        [PARSE_BASE64] = "base64",
        [PARSE_QUOTED_PRINTABLE] = "quoted-printable",
        [PARSE_UUENCODE] = "uuencode",
    };
    return texts[encoding];
}

static void add_files(Arena *arena, const ParsedMail *mail, InboundEvent *event)
{
    Attachment *files = ARENA_ARRAY(arena, Attachment, mail->attachment_count);
    for (size_t i = 0; i < mail->attachment_count; i++) {
        const ParsedAttachment *attachment = &mail->attachments[i];
        files[i] = (Attachment){
            .name = attachment->name,
            .media_type = attachment->type,
            .size = (int64_t)attachment->size,
            .raw_offset = (int64_t)attachment->offset,
            .raw_length = (int64_t)attachment->length,
            .encoding = encoding_text(attachment->encoding),
            .content_id = *attachment->content_id ? attachment->content_id : NULL,
        };
    }
    event->files = files;
    event->file_count = mail->attachment_count;
}

/* ------------------------------------------------------------------------------------------------------------- event */

static InboundEvent blank_event(Arena *arena, const Desk *desk, const MailArrival *arrival)
{
    const DeskPolicy *policy = desk_policy(desk);
    return (InboundEvent){
        .channel = "mail",
        .inbound = arrival->inbound,
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .sender_address = "",
        .sender_key = "",
        .sender_name = "",
        .language = policy->language,
        .subject = "",
        .text = "",
        .quoted_at = MESSAGE_NOT_QUOTED,
        .raw_sha256 = arrival->raw_sha256,
        .received_at = arrival->received_at,
        .next_update_at = desk_next_update(desk, arrival->received_at),
        .reopen_since = arrival->received_at - policy->reopen_ms,
        .kind = KIND_UNKNOWN,
        .team = policy->intake_team,
        .party_sort_key = text_sort_key(arena, ""),
        .tracking = token_new(),
        .reply = token_new(),
        .acknowledge_per_hour = MAIL_AUTOMATIC_PER_HOUR,
        .sealed = policy->demo,
    };
}

static InboundEvent unreadable_event(Arena *arena, const Desk *desk, const MailArrival *arrival)
{
    InboundEvent event = blank_event(arena, desk, arrival);
    Attachment *original = ARENA_NEW(arena, Attachment);
    *original = (Attachment){.name = "original.eml",
                             .media_type = "message/rfc822",
                             .size = (int64_t)arrival->raw_size,
                             .sha256 = arrival->raw_sha256,
                             .encoding = ""};
    event.flags = MESSAGE_UNREADABLE;
    event.files = original;
    event.file_count = 1;
    return event;
}

static void add_sender(Arena *arena, const ParsedMail *mail, InboundEvent *event)
{
    event->sender_address = mail->from_address;
    event->sender_key = contact_key_of_email(arena, mail->from_address);
    event->sender_name = mail->from_name;
    event->party_sort_key = text_sort_key(arena, *mail->from_name ? mail->from_name : mail->from_address);
}

InboundEvent mail_event(Arena *arena, const Desk *desk, const MailArrival *arrival)
{
    const ParsedMail *mail = arrival->mail;
    if (!mail->parsed)
        return unreadable_event(arena, desk, arrival);
    MailFacts facts = facts_of(arrival);
    AckBrake no_brake = {.automatic_hour_limit = MAIL_AUTOMATIC_PER_HOUR}; /* the desk counts */
    InboundEvent event = blank_event(arena, desk, arrival);
    add_sender(arena, mail, &event);
    event.subject = mail->subject;
    event.text = mail->text;
    event.quoted_at = mail->quote_at == PARSE_NO_QUOTE ? MESSAGE_NOT_QUOTED : (int64_t)mail->quote_at;
    event.html_sha256 = arrival->html_sha256;
    event.message_id = *mail->message_id ? mail->message_id : NULL;
    event.reported_id = *mail->report_message_id ? mail->report_message_id : NULL;
    event.occurred_at = MAX(mail->date, TIME_NONE); /* a date before 1970 is nobody's word on when */
    event.flags = flags_of(mail, mail_classify(&facts));
    event.acknowledge_by = mail_ack_decide(&facts, &no_brake) == ACK_ALLOWED ? "mail" : NULL;
    add_keys(arena, arrival, &event);
    add_others(arena, arrival, &event);
    add_files(arena, mail, &event);
    return event;
}
