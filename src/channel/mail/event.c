/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/event.h"

#include "base/format.h"
#include "base/text.h"
#include "channel/mail/bounce.h"
#include "channel/mail/dkim.h"
#include "channel/mail/domain.h"
#include "channel/mail/guard.h"
#include "channel/mail/header.h"
#include "channel/mail/invitation.h"
#include "channel/mail/thread.h"
#include "channel/mail/vouch.h"
#include "desk/intake/other_number.h"
#include "desk/party/party.h"
#include "parse/attachment.h"

#include <string.h>

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

/* A report among other parts is a server's where that says so of itself; a person attaches one to ask what it means. */
static bool is_of_machine(const ParsedMail *mail)
{
    const char *path = parse_mail_field(mail, "return-path");
    const char *automatic = parse_mail_field(mail, "auto-submitted");
    return (path && (!*path || g_str_equal(path, "<>"))) || (automatic && g_ascii_strncasecmp(automatic, "no", 2) != 0);
}

/* The report-type of a multipart/report, which has one of few values; NULL for any other message. */
static const char *report_type_of(const ParsedMail *mail)
{
    static const char *const types[] = {"delivery-status", "disposition-notification"};
    const char *type = parse_mail_field(mail, "content-type");
    g_autofree char *lower = g_ascii_strdown(type ? type : "", -1);
    bool is_report = g_str_has_prefix(lower, "multipart/report");
    if (mail->report_count && (is_report || is_of_machine(mail)))
        return types[0];
    if (!is_report)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (strstr(lower, types[i]))
            return types[i];
    return NULL;
}

static MailFacts facts_of(const MailArrival *arrival)
{
    const ParsedMail *mail = arrival->mail;
    const char *report = report_type_of(mail);
    return (MailFacts){
        .from_address = mail->from_address,
        .return_path = parse_mail_field(mail, "return-path"),
        .auto_submitted = parse_mail_field(mail, "auto-submitted"),
        .precedence = parse_mail_field(mail, "precedence"),
        .auto_response_suppress = parse_mail_field(mail, "x-auto-response-suppress"),
        .content_type = report ? "multipart/report" : NULL,
        .report_type = report,
        .has_list_header = mail->is_list,
        .subject = mail->subject,
        .filo_loop = parse_mail_field(mail, "x-filo-loop"),
        .has_loop_header = HAS_ANY(mail, "x-loop", "x-filo-loop"),
        .has_auto_reply_header = HAS_ANY(mail, "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply",
                                         "x-mail-autoreply", "x-autoreply-from"),
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
    if (kind & (MAIL_AUTO_REPLY | MAIL_OWN_LOOP | MAIL_ABSENCE_SUBJECT))
        flags |= MESSAGE_AUTO_REPLY;
    if (kind & MAIL_SAYS_AUTO)
        flags |= MESSAGE_SAYS_AUTO;
    if (kind & MAIL_OWN_LOOP)
        flags |= MESSAGE_RETURNED;
    if (kind & MAIL_ABSENCE_SUBJECT)
        flags |= MESSAGE_ABSENCE;
    if (kind & MAIL_FROM_OWN)
        flags |= MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_OURS;
    if (mail->truncated)
        flags |= MESSAGE_TRUNCATED;
    if (mail->defects & PARSE_DEFECT_TNEF)
        flags |= MESSAGE_UNOPENED;
    if (mail->defects & PARSE_DEFECT_SEALED)
        flags |= MESSAGE_SEALED;
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

static ThreadFacts thread_facts_of(Arena *arena, const MailArrival *arrival)
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
    return facts;
}

static const IntakeKey *keys_of(Arena *arena, const ThreadFacts *facts, size_t *count_out)
{
    size_t count;
    const ThreadCandidate *candidates = mail_thread_candidates(arena, facts, &count);
    IntakeKey *keys = ARENA_ARRAY(arena, IntakeKey, count);
    *count_out = 0;
    for (size_t i = 0; i < count; i++)
        *count_out += key_of(arena, &candidates[i], &keys[*count_out]);
    return keys;
}

static void add_keys(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    ThreadFacts facts = thread_facts_of(arena, arrival);
    event->keys = keys_of(arena, &facts, &event->key_count);
    event->answers = mail_thread_answers(arena, &facts, &event->answer_count);
}

/* The token of the return path it came to: it names the message even when the report does not. */
static void add_return_path(Arena *arena, const MailArrival *arrival, InboundReport *report)
{
    size_t count;
    ThreadFacts facts = thread_facts_of(arena, arrival);
    const ThreadCandidate *candidates = mail_thread_candidates(arena, &facts, &count);
    char hash[SHA256_HEX_SIZE];
    for (size_t i = 0; i < count && !report->token; i++)
        if (candidates[i].evidence == THREAD_BOUNCE_TOKEN && token_hash(candidates[i].value, hash)) {
            report->token = candidates[i].value;
            report->token_sha256 = arena_strdup(arena, hash);
        }
}

static void add_report(Arena *arena, const MailArrival *arrival, unsigned kinds, InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    if (!(kinds & MAIL_BOUNCE)) { /* a read receipt says nothing of delivery */
        const char *about = *mail->report_message_id ? mail->report_message_id : mail->in_reply_to;
        event->report = (InboundReport){.message_id = *about ? about : NULL};
        return;
    }
    MailBounce bounce = mail_bounce_read(arena, mail, arrival->source->own_addresses, arrival->source->own_count);
    event->report = (InboundReport){.message_id = bounce.message_id, .deliveries = bounce.items, .count = bounce.count};
    add_return_path(arena, arrival, &event->report);
}

/* ------------------------------------------------------------------------------------------------------------- parts */

static bool is_own(const ChannelSource *source, const char *address)
{
    return mail_is_own_address(address, source->own_addresses, source->own_count);
}

/* Where it asks to be answered, when that is neither its sender nor one of ours; NULL else. */
static const ParsedAddress *find_reply_to(Arena *arena, const MailArrival *arrival, const InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    for (size_t i = 0; i < mail->address_count; i++) {
        const ParsedAddress *address = &mail->addresses[i];
        const char *key = contact_key_of_email(arena, address->address);
        if (address->role == PARSE_REPLY_TO && strchr(key, '@') && strcmp(key, event->sender_key) != 0 &&
            !is_own(arrival->source, key))
            return address;
    }
    return NULL;
}

/* Our server's word; who is doubted gets no answer by itself. */
static void add_vouch(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    MailVouch vouch = mail_vouch_read(arena, arrival->mail, arrival->auth_server);
    const ParsedAddress *reply_to = find_reply_to(arena, arrival, event);
    event->sender = (MessageSender){.judge = vouch.judge,
                                    .spf = vouch.spf,
                                    .dkim = vouch.dkim,
                                    .dmarc = vouch.dmarc,
                                    .reply_to = reply_to ? reply_to->address : ""};
    if (vouch.trust == MAIL_DOUBTED) {
        event->flags |= MESSAGE_SENDER_UNVERIFIED;
        event->acknowledge_by = NULL;
    }
    event->vouched = vouch.trust == MAIL_VOUCHED;
}

/* Who is to be answered wrote it; that it is their address is what they typed. */
static void take_typed_sender(Arena *arena, const MailArrival *arrival, MailFacts facts, InboundEvent *event)
{
    const ParsedAddress *typed = find_reply_to(arena, arrival, event);
    facts.from_address = typed->address;
    event->flags = (event->flags & ~MESSAGE_FROM_OURS) | MESSAGE_ADDRESS_TYPED;
    event->sender = (MessageSender){.judge = NULL}; /* what the server says, it says of us */
    event->sender_address = typed->address;
    event->sender_key = contact_key_of_email(arena, typed->address);
    event->sender_name = *typed->name ? typed->name : event->sender_name;
    event->party_sort_key = text_sort_key(arena, *event->sender_name ? event->sender_name : event->sender_address);
    if (!arrival->is_history && mail_ack_decide(&facts) == ACK_ALLOWED)
        event->acknowledge_by = event->channel;
}

/* The site's form, the firm's group, or one of us at a shared mailbox: our own server says that it is of our domain, and it
 * is nothing that we sent. */
static void take_of_our_systems(Arena *arena, const MailArrival *arrival, const MailFacts *facts, InboundEvent *event)
{
    const int64_t not_theirs = MESSAGE_RETURNED | MESSAGE_DELIVERY_REPORT;
    if (!event->vouched || !(event->flags & MESSAGE_FROM_OURS) || event->flags & not_theirs)
        return;
    event->flags &= ~MESSAGE_SENDER_UNVERIFIED;
    if (*event->sender.reply_to)
        take_typed_sender(arena, arrival, *facts, event);
}

/* Whoever else stands in To and Cc: shown, never written to until a person says so. */
static void add_others(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    Participant *others = ARENA_ARRAY(arena, Participant, mail->address_count);
    for (size_t i = 0; i < mail->address_count; i++) {
        const ParsedAddress *address = &mail->addresses[i];
        const char *key = contact_key_of_email(arena, address->address);
        bool other = (address->role == PARSE_TO || address->role == PARSE_CC) && *key &&
                     strcmp(key, event->sender_key) != 0 && !is_own(arrival->source, key);
        if (other)
            others[event->other_count++] = (Participant){.kind = CONTACT_EMAIL,
                                                         .address = address->address,
                                                         .address_key = key,
                                                         .name = address->name,
                                                         .in_copy = address->role == PARSE_CC};
    }
    event->others = others;
}

static Attachment file_of(Arena *arena, const ParsedAttachment *attachment)
{
    return (Attachment){
        .name = attachment->name,
        .media_type = attachment->type,
        .size = (int64_t)attachment->size,
        .raw_offset = (int64_t)attachment->offset,
        .raw_length = (int64_t)attachment->length,
        .encoding = parse_attachment_coding(arena, attachment),
        .content_id = *attachment->content_id ? attachment->content_id : NULL,
    };
}

static void add_files(Arena *arena, const ParsedMail *mail, InboundEvent *event)
{
    Attachment *files = ARENA_ARRAY(arena, Attachment, mail->attachment_count);
    for (size_t i = 0; i < mail->attachment_count; i++)
        files[i] = file_of(arena, &mail->attachments[i]);
    event->files = files;
    event->file_count = mail->attachment_count;
}

/* ------------------------------------------------------------------------------------------------- what it hands on */

/* What the mail that is handed on refers to. An inline one has left its own ids behind: mail programs refer to it instead.
 * Of the recipients nothing counts: a token among them is whoever's hands the mail on. */
static ThreadFacts forward_facts_of(Arena *arena, const MailArrival *arrival)
{
    const ParsedMail *mail = arrival->mail;
    const ParsedForward *forward = &mail->forward;
    GString *text = g_string_new(references_text(arena, mail));
    if (*mail->in_reply_to)
        g_string_append_printf(text, " <%s>", mail->in_reply_to);
    for (size_t i = 0; i < forward->reference_count; i++)
        g_string_append_printf(text, " <%s>", forward->references[i]);
    if (*forward->in_reply_to)
        g_string_append_printf(text, " <%s>", forward->in_reply_to);
    ThreadFacts facts = {
        .own_addresses = arrival->source->own_addresses,
        .own_count = arrival->source->own_count,
        .in_reply_to = *forward->message_id ? arena_printf(arena, "<%s>", forward->message_id) : NULL,
        .references = arena_strndup(arena, text->str, text->len),
        .subject = forward->subject,
    };
    g_string_free(text, TRUE);
    return facts;
}

/* Its date on the house's wall, where it says no zone; what lies in the future is no date of it. */
static TimeMs written_at(const MailArrival *arrival)
{
    const ParsedTime *time = &arrival->mail->forward.at;
    TimeMs at = time->kind == PARSE_WHEN_INSTANT ? time->at : TIME_NONE;
    if (time->kind == PARSE_WHEN_FLOATING && arrival->zone) {
        Date date = date_from_days(time->at / TIME_DAY);
        int64_t of_day = time->at % TIME_DAY;
        at = time_from_wall(arrival->zone, &(WallTime){.date = date,
                                                       .hour = (int)(of_day / TIME_HOUR),
                                                       .minute = (int)(of_day / TIME_MINUTE % 60),
                                                       .second = (int)(of_day / TIME_SECOND % 60)});
    }
    return at > 0 && at <= arrival->received_at ? at : TIME_NONE;
}

/* May who wrote it be acknowledged: as if it had come from there, with what is known of it. */
static const char *forward_acknowledge_by(const MailArrival *arrival, const InboundEvent *event)
{
    const ParsedForward *forward = &arrival->mail->forward;
    MailFacts facts = {.from_address = forward->address,
                       .subject = forward->subject,
                       .own_addresses = arrival->source->own_addresses,
                       .own_count = arrival->source->own_count};
    bool allowed = event->acknowledge_by && !forward->is_auto && mail_ack_decide(&facts) == ACK_ALLOWED;
    return allowed ? event->acknowledge_by : NULL;
}

static const Attachment *forward_files(Arena *arena, const ParsedMail *mail, const InboundEvent *event)
{
    const ParsedForward *forward = &mail->forward;
    Attachment *files = ARENA_ARRAY(arena, Attachment, event->file_count + forward->attachment_count);
    for (size_t i = 0; i < event->file_count; i++)
        files[i] = event->files[i];
    for (size_t i = 0; i < forward->attachment_count; i++)
        files[event->file_count + i] = file_of(arena, &forward->attachments[i]);
    return files;
}

/* The Message-ID of what is handed on: its own, or the one the forwarding mail answers, or else that mail's. */
static const char *forwarded_id(const ParsedMail *mail)
{
    const char *const ids[] = {mail->forward.message_id, mail->in_reply_to, mail->message_id};
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
        if (*ids[i])
            return ids[i];
    return NULL;
}

/* What a machine or a list hands on, nobody has looked at. */
static void add_forward(Arena *arena, const MailArrival *arrival, unsigned kinds, InboundEvent *event)
{
    const ParsedForward *forward = &arrival->mail->forward;
    const char *key = forward->kind ? contact_key_of_email(arena, forward->address) : "";
    if (kinds || !strchr(key, '@') || !mail_address_is_safe(forward->address) || strcmp(key, event->sender_key) == 0 ||
        is_own(arrival->source, key))
        return;
    ThreadFacts facts = forward_facts_of(arena, arrival);
    InboundForward *found = ARENA_NEW(arena, InboundForward);
    *found = (InboundForward){
        .address = forward->address,
        .key = key,
        .name = forward->name,
        .subject = forward->subject,
        .text = forward->text,
        .remark = forward->remark,
        .quoted_at = forward->quote_at == PARSE_NO_QUOTE ? MESSAGE_NOT_QUOTED : (int64_t)forward->quote_at,
        .written_at = written_at(arrival),
        .message_id = forwarded_id(arrival->mail),
        .files = forward_files(arena, arrival->mail, event),
        .file_count = event->file_count + forward->attachment_count,
        .party_sort_key = text_sort_key(arena, *forward->name ? forward->name : forward->address),
        .acknowledge_by = forward_acknowledge_by(arrival, event),
    };
    found->keys = keys_of(arena, &facts, &found->key_count);
    found->answers = mail_thread_answers(arena, &facts, &found->answer_count);
    event->forward = found;
}

/* ------------------------------------------------------------------------------------------------------------- event */

static InboundEvent blank_event(Arena *arena, const MailArrival *arrival)
{
    return (InboundEvent){
        .channel = arrival->source->channel,
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .sender_address = "",
        .sender_key = "",
        .sender_name = "",
        .sender = {.judge = "", .reply_to = ""},
        .subject = "",
        .text = "",
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = arrival->received_at,
        .kind = KIND_UNKNOWN,
        .party_sort_key = text_sort_key(arena, ""),
        .acknowledge_per_hour = MAIL_AUTOMATIC_PER_HOUR,
    };
}

static InboundEvent unreadable_event(Arena *arena, const MailArrival *arrival)
{
    InboundEvent event = blank_event(arena, arrival);
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

/* Too large to be taken, or withheld by the server: who wrote and of what is known, and where the rest lies. */
static void say_it_was_left(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    enum { MB = 1 << 20 };
    if (arrival->whole_size <= (int64_t)arrival->raw_size)
        return;
    const char *size = format_number(arena, arrival->lang, (arrival->whole_size + MB - 1) / MB);
    MsgId why = arrival->whole_size > (int64_t)PARSE_RAW_MAX ? MSG_MESSAGE_LEFT : MSG_MESSAGE_WITHHELD;
    event->text = msg_fill(arena, arrival->lang, why, "size", size, "mailbox", arrival->source->address, NULL);
    event->quoted_at = MESSAGE_NOT_QUOTED;
    event->own_at = (int64_t)strlen(event->text);
}

/* Its appointments stand above the text. What only a button wrote is no person's word. */
static void add_invitation(Arena *arena, const MailArrival *arrival, InboundEvent *event)
{
    const ParsedMail *mail = arrival->mail;
    if (!arrival->zone || !mail->appointment_count)
        return;
    bool blank = text_is_blank(event->text);
    const char *above = mail_invitation_text(arena, mail, arrival->lang, arrival->zone, blank);
    if (mail_invitation_is_answer(mail))
        event->flags |= MESSAGE_AUTO_REPLY;
    event->own_at += (int64_t)strlen(above) + (blank ? 0 : 2);
    event->text = blank ? above : arena_printf(arena, "%s\n\n%s", above, event->text);
    if (!blank && event->quoted_at != MESSAGE_NOT_QUOTED)
        event->quoted_at += (int64_t)strlen(above) + 2;
    else if (blank)
        event->quoted_at = MESSAGE_NOT_QUOTED;
}

InboundEvent mail_event(Arena *arena, const MailArrival *arrival)
{
    const ParsedMail *mail = arrival->mail;
    if (!mail->parsed)
        return unreadable_event(arena, arrival);
    MailFacts facts = facts_of(arrival);
    InboundEvent event = blank_event(arena, arrival);
    add_sender(arena, mail, &event);
    event.subject = mail->subject;
    event.other_number = other_number_find(arena, mail->subject);
    event.text = mail->text;
    event.language_hint = parse_mail_field(mail, "content-language");
    event.quoted_at = mail->quote_at == PARSE_NO_QUOTE ? MESSAGE_NOT_QUOTED : (int64_t)mail->quote_at;
    event.message_id = *mail->message_id ? mail->message_id : NULL;
    event.occurred_at = MAX(mail->date, TIME_NONE); /* a date before 1970 is nobody's word on when */
    unsigned kinds = mail_classify(&facts);
    event.flags = flags_of(mail, kinds);
    if (event.flags & MESSAGE_DELIVERY_REPORT)
        add_report(arena, arrival, kinds, &event);
    event.acknowledge_by = !arrival->is_history && mail_ack_decide(&facts) == ACK_ALLOWED ? event.channel : NULL;
    say_it_was_left(arena, arrival, &event);
    add_invitation(arena, arrival, &event);
    add_vouch(arena, arrival, &event);
    take_of_our_systems(arena, arrival, &facts, &event);
    add_keys(arena, arrival, &event);
    add_others(arena, arrival, &event);
    add_files(arena, mail, &event);
    add_forward(arena, arrival, kinds, &event);
    return event;
}

MailArrival mail_arrival(const ChannelKept *kept, const ParsedMail *mail)
{
    return (MailArrival){
        .source = kept->source,
        .mail = mail,
        .auth_server = channel_setting(&kept->source->settings, "auth_server"),
        .raw_size = kept->raw.size,
        .whole_size = kept->whole_size,
        .raw_sha256 = kept->raw_sha256,
        .received_at = kept->received_at,
        .is_history = kept->is_history,
        .lang = kept->lang,
        .zone = kept->zone,
    };
}

ChannelSigning mail_signing(Arena *arena, const ParsedMail *mail, const char *address)
{
    const char *domain = domain_of_mailbox(arena, address);
    for (size_t i = 0; *domain && i < mail->field_count; i++) {
        bool is_signature = strcmp(mail->fields[i].name, "dkim-signature") == 0;
        const char *selector = is_signature ? dkim_signature_selector(arena, mail->fields[i].value, domain) : NULL;
        if (selector)
            return (ChannelSigning){domain, selector};
    }
    return (ChannelSigning){NULL, ""};
}

const char *mail_test_secret(Arena *arena, const ChannelSource *source, const char *message_id)
{
    int64_t ticket, outbox;
    if (!mail_message_id_parse(message_id, source->own_addresses, source->own_count, &ticket, &outbox) || ticket != 0 ||
        outbox != 0)
        return NULL;
    const char *secret = message_id + strlen("0.0.");
    return arena_strndup(arena, secret, strcspn(secret, "@"));
}
