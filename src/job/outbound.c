/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/outbound.h"

#include "base/catalogue.h"
#include "base/format.h"
#include "desk/calendar/business.h"
#include "desk/intake/other_number.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"
#include "desk/ticket/message.h"
#include "desk/ticket/outgoing.h"
#include "desk/ticket/ticket.h"
#include "job/alarm.h"
#include "job/quotation.h"
#include "parse/attachment.h"
#include "store/blob.h"

#include <string.h>

typedef struct Build {
    StoreTx *tx;
    Arena *arena;
    const OutboundSource *source;
    const OutboxItem *item;
    Ticket ticket;
    Lang lang;
    Outgoing outgoing;
    ChannelAccount account;
    OutboundParcel *parcel;
} Build;

/* --------------------------------------------------------------------------------------------------------------- words */

static bool find_message(const Build *build, int64_t id, Message *message_out)
{
    MessageList list = message_list(build->tx, build->arena, build->item->ticket);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id) {
            *message_out = list.items[i];
            return true;
        }
    return false;
}

static const char *number_of(const Build *build)
{
    return arena_int(build->arena, build->ticket.id.value);
}

/* With the number their own ticket system gave it, so that they find it: the one known when the answer was written, which
 * is the same at every attempt. */
static const char *subject_for_them(const Build *build, TimeMs written_at)
{
    const char *subject = build->ticket.subject;
    const char *theirs = other_number_of(build->tx, build->arena, build->ticket.id, written_at);
    return theirs && !strstr(subject, theirs) ? arena_printf(build->arena, "%s %s", subject, theirs) : subject;
}

/* "Re: the subject [#10001]": the number is for people; it lets nobody in. */
static const char *answer_subject(const Build *build, TimeMs written_at)
{
    const char *subject = subject_for_them(build, written_at);
    bool again = g_ascii_strncasecmp(subject, "re:", 3) == 0;
    bool numbered = strstr(subject, arena_printf(build->arena, "[#%s]", number_of(build))) != NULL;
    return numbered ? arena_printf(build->arena, "%s%s", again ? "" : "Re: ", subject)
                    : arena_printf(build->arena, "%s%s [#%s]", again ? "" : "Re: ", subject, number_of(build));
}

/* A file of an answer written by mail is a slice of that mail, decoded in the sandbox. */
static bool read_slice(Build *build, const AttachmentFile *file, Bytes *content_out, GError **error)
{
    Bytes raw;
    gsize size;
    ParsedAttachment slice = parse_attachment_slice(file->file.encoding, file->file.raw_offset, file->file.raw_length);
    if (!blob_read(build->tx, file->raw_sha256, build->arena, &raw, error))
        return false;
    g_autoptr(GBytes) decoded =
        parse_mail_attachment(build->source->zygote, raw, &slice, (size_t)file->file.size, error);
    if (!decoded)
        return false;
    const uint8_t *data = g_bytes_get_data(decoded, &size);
    *content_out = arena_bytes(build->arena, (Bytes){data, size});
    return true;
}

static bool read_file(Build *build, const AttachmentFile *file, Bytes *content_out, GError **error)
{
    if (file->file.sha256)
        return blob_read(build->tx, file->file.sha256, build->arena, content_out, error);
    return read_slice(build, file, content_out, error);
}

/* The message's files, read through its ticket. */
static bool add_files(Build *build, MessageId message, GError **error)
{
    AttachmentList all = attachment_list(build->tx, build->arena, build->item->ticket);
    ChannelFile *files = ARENA_ARRAY(build->arena, ChannelFile, all.count);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        AttachmentFile file;
        if (all.items[i].message.value != message.value)
            continue;
        if (all.items[i].scan == SCAN_INFECTED) {
            g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, OUTBOX_INFECTED);
            return false;
        }
        if (!attachment_find(build->tx, build->arena, all.items[i].id, &file) ||
            !read_file(build, &file, &files[count].content, error))
            return false;
        files[count].name = file.file.name;
        files[count++].media_type = file.file.media_type;
    }
    build->parcel->outbound.files = files;
    build->parcel->outbound.file_count = count;
    return true;
}

/* The line of two dashes tells every mail program where the signature begins (RFC 3676, 4.3). */
static const char *signed_text(const Build *build, const char *text)
{
    const char *signature = build->account.signature;
    return *signature ? arena_printf(build->arena, "%s\n\n-- \n%s", text, signature) : text;
}

/* With the words it answers below it. The row names them, so that every attempt repeats the same. */
static const char *quoting_text(const Build *build, const char *text)
{
    Message quoted;
    if (!build->outgoing.quoted || !find_message(build, build->outgoing.quoted, &quoted) ||
        quoted.direction != MESSAGE_IN)
        return text;
    const char *words = quotation_text(build->arena, build->lang, desk_policy(build->source->desk)->zone, &quoted);
    return *words ? arena_printf(build->arena, "%s\n\n%s", text, words) : text;
}

/* Where whoever reads the address says that the request is theirs: what is sent while nobody has. */
static const char *proving_text(const Build *build, const char *text)
{
    if (!build->outgoing.prove)
        return text;
    const char *link =
        arena_printf(build->arena, "%s/confirm/%s", build->source->base_url, build->outgoing.reply_token);
    return arena_printf(build->arena, "%s\n\n%s", text,
                        msg_fill(build->arena, build->lang, MSG_MAIL_PROVE, "link", link, NULL));
}

static bool build_answer(Build *build, GError **error)
{
    Message message;
    if (!find_message(build, build->item->message.value, &message)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "message %" G_GINT64_FORMAT, build->item->message.value);
        return false;
    }
    build->parcel->outbound.purpose = CHANNEL_ANSWER;
    build->parcel->outbound.operator_name = message.sender_name;
    build->parcel->outbound.written_at = message.at;
    build->parcel->outbound.subject = answer_subject(build, message.at);
    build->parcel->outbound.text = quoting_text(build, signed_text(build, proving_text(build, message.text)));
    build->parcel->outbound.marker = msg(build->lang, MSG_MAIL_MARKER);
    return add_files(build, message.id, error);
}

/* Outside our hours, when we are back; "" while we are open, or when we never are. */
static const char *closed_words(const Build *build)
{
    const DeskPolicy *policy = desk_policy(build->source->desk);
    TimeMs at = build->item->created_at;
    TimeMs opens = business_is_open(policy->calendar, at) ? TIME_NONE : business_due(policy->calendar, at, 1, NULL, 0);
    if (opens == TIME_NONE)
        return "";
    return msg_fill(build->arena, build->lang, MSG_MAIL_ACK_CLOSED, "opens",
                    format_due(build->arena, build->lang, policy->zone, opens, at), NULL);
}

static void build_acknowledgement(Build *build)
{
    const DeskPolicy *policy = desk_policy(build->source->desk);
    const Outgoing *outgoing = &build->outgoing;
    const char *page = arena_printf(build->arena, "%s/track/%s", build->source->base_url,
                                    outgoing->tracking_token ? outgoing->tracking_token : "");
    const char *link =
        outgoing->prove ? arena_printf(build->arena, "%s/confirm/%s", page, outgoing->reply_token) : page;
    TimeMs due = outgoing->due ? outgoing->due : build->ticket.now.next_update_at;
    const char *by = format_due(build->arena, build->lang, policy->zone, due, build->item->created_at);
    build->parcel->outbound.purpose = CHANNEL_ACK;
    build->parcel->outbound.written_at = build->item->created_at;
    build->parcel->outbound.subject =
        msg_fill(build->arena, build->lang, MSG_MAIL_ACK_SUBJECT, "number", number_of(build), NULL);
    build->parcel->outbound.text = msg_fill(
        build->arena, build->lang, outgoing->prove ? MSG_MAIL_ACK_PROVE : MSG_MAIL_ACK_TEXT, "number", number_of(build),
        "company", policy->company_name, "by", by, "closed", closed_words(build), "link", link, NULL);
    build->parcel->outbound.marker = msg(build->lang, MSG_MAIL_MARKER);
}

/* For one of us: what they wrote did not reach the customer. Says why only as far as that never changes: each attempt
 * must say the same. */
static void build_unsent(Build *build, const Message *message)
{
    Arena *arena = build->arena;
    const char *link = arena_printf(arena, "%s/tickets/%s", build->source->base_url, number_of(build));
    MsgId text = message->direction == MESSAGE_NOTE ? MSG_MAIL_UNSENT_NOTE : MSG_MAIL_UNSENT_TEXT;
    build->parcel->outbound.subject = msg_fill(arena, build->lang, MSG_MAIL_UNSENT_SUBJECT, "number", number_of(build),
                                               "subject", build->ticket.subject, NULL);
    build->parcel->outbound.text = msg_fill(arena, build->lang, text, "number", number_of(build), "link", link, "words",
                                            quotation_own_words(arena, message), NULL);
}

/* Without an address of its own a reply to the notice is a new request (security A05): nobody is asked for one. */
static MsgId how_to_answer(const Build *build)
{
    const ChannelAdapter *adapter = channel_find(build->item->channel);
    bool by_reply = adapter && adapter->takes_reply_token && adapter->takes_reply_token(&build->parcel->account.plain);
    return by_reply ? MSG_MAIL_NOTICE_BY_REPLY : MSG_MAIL_NOTICE_BY_PAGE;
}

/* For one of us: who wrote, what, and how to answer them. */
static void build_news(Build *build, const Message *message)
{
    Arena *arena = build->arena;
    const char *name = *message->sender_name ? message->sender_name : message->sender_address;
    const char *link = arena_printf(arena, "%s/tickets/%s", build->source->base_url, number_of(build));
    build->parcel->outbound.subject = msg_fill(arena, build->lang, MSG_MAIL_NOTICE_SUBJECT, "number", number_of(build),
                                               "name", name, "subject", build->ticket.subject, NULL);
    build->parcel->outbound.text =
        msg_fill(arena, build->lang, MSG_MAIL_NOTICE_TEXT, "name", name, "number", number_of(build), "link", link,
                 "words", quotation_own_words(arena, message), "how", msg(build->lang, how_to_answer(build)), NULL);
}

static bool build_notice(Build *build, GError **error)
{
    Staff person;
    Message message;
    if (!find_message(build, build->outgoing.quoted, &message) ||
        !staff_find(build->tx, build->arena, (StaffId){build->outgoing.staff}, &person)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "what outbox row %" G_GINT64_FORMAT " tells of",
                    build->item->id.value);
        return false;
    }
    (void)lang_find(person.language, &build->lang);
    build->parcel->outbound.purpose = CHANNEL_NOTICE;
    build->parcel->outbound.written_at = build->item->created_at;
    if (message.direction == MESSAGE_IN)
        build_news(build, &message);
    else
        build_unsent(build, &message);
    build->parcel->outbound.marker = msg(build->lang, MSG_MAIL_MARKER);
    return true;
}

/* For one of us: what ails a mailbox, or that it is well again. */
static bool build_alarm(Build *build, GError **error)
{
    Staff person;
    Incident incident;
    ChannelAccount account;
    Arena *arena = build->arena;
    AlarmReader reader = {build->lang, desk_policy(build->source->desk)->zone, build->item->created_at};
    if (!staff_find(build->tx, arena, (StaffId){build->outgoing.staff}, &person) ||
        !incident_find(build->tx, arena, (IncidentId){build->outgoing.incident}, &incident) ||
        !alarm_account(build->tx, arena, incident.account, &account)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "what outbox row %" G_GINT64_FORMAT " tells of",
                    build->item->id.value);
        return false;
    }
    (void)lang_find(person.language, &reader.lang);
    AlarmMail mail = alarm_mail(arena, &reader, &incident, &account, build->source->base_url, build->outgoing.over);
    build->parcel->outbound.purpose = CHANNEL_NOTICE;
    build->parcel->outbound.written_at = build->item->created_at;
    build->parcel->outbound.subject = mail.subject;
    build->parcel->outbound.text = mail.text;
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ contacts */

static const OutboxRecipient *fared_of(const OutboxRecipientList *list, OutboxId outbox, const char *address)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].outbox.value == outbox.value && g_ascii_strcasecmp(list->items[i].address, address) == 0)
            return &list->items[i];
    return NULL;
}

static void add_contacts(Build *build)
{
    OutboxRecipientList recipients = outbox_recipient_list(build->tx, build->arena, build->item->ticket);
    const Outgoing *outgoing = &build->outgoing;
    size_t count = outgoing->to_count + outgoing->cc_count;
    ChannelContact *contacts = ARENA_ARRAY(build->arena, ChannelContact, count);
    for (size_t i = 0; i < count; i++) {
        bool copy = i >= outgoing->to_count;
        const OutgoingAddress *address = copy ? &outgoing->cc[i - outgoing->to_count] : &outgoing->to[i];
        const OutboxRecipient *fared = fared_of(&recipients, build->item->id, address->address);
        bool settled = fared && fared->state != OUTBOX_RECIPIENT_DEFERRED;
        build->parcel->one_by_one |= fared != NULL;
        build->parcel->someone_has_it |= fared && fared->state == OUTBOX_RECIPIENT_SENT;
        contacts[i] = (ChannelContact){address->name, address->address, copy, settled};
    }
    build->parcel->outbound.contacts = contacts;
    build->parcel->outbound.contact_count = count;
}

/* The account the row names; the channel's default when that one was switched off meanwhile. */
static bool find_account(Build *build)
{
    const char *name = build->outgoing.account;
    if (name && channel_account_find(build->tx, build->arena, name, &build->account) && build->account.active &&
        strcmp(build->account.channel, build->item->channel) == 0)
        return true;
    return channel_account_default(build->tx, build->arena, build->item->channel, &build->account);
}

static bool read_row(Build *build, GError **error)
{
    const OutboxItem *item = build->item;
    if (!outgoing_parse(build->arena, item->payload, &build->outgoing)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "payload of outbox row %" G_GINT64_FORMAT, item->id.value);
        return false;
    }
    bool of_ticket = build->outgoing.incident == 0; /* trouble with the mail is of none */
    if ((of_ticket && !ticket_find(build->tx, build->arena, item->ticket, &build->ticket)) || !find_account(build)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "no ticket, or no active account of channel '%s'",
                    item->channel);
        return false;
    }
    if (!of_ticket || !lang_find(build->ticket.language, &build->lang))
        (void)lang_find(desk_policy(build->source->desk)->language, &build->lang);
    return true;
}

/* What makes the Message-ID: drawn from the row's key, so that every attempt has the same. */
static const char *random_part(Build *build)
{
    char hash[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(build->item->payload), hash);
    return arena_strndup(build->arena, hash, 32);
}

bool outbound_build(StoreTx *tx, Arena *arena, const OutboundSource *source, const OutboxItem *item,
                    OutboundParcel *parcel_out, GError **error)
{
    Build build = {.tx = tx, .arena = arena, .source = source, .item = item, .parcel = parcel_out};
    *parcel_out = (OutboundParcel){0};
    if (!read_row(&build, error) ||
        !channel_account_open(arena, source->desk, &build.account, &parcel_out->account, error))
        return false;
    Outbound *outbound = &parcel_out->outbound;
    *outbound = (Outbound){
        .ticket_id = item->ticket.value,
        .outbox_id = item->id.value,
        .random = random_part(&build),
        .reply_token = build.outgoing.reply_token,
        .in_reply_to = build.outgoing.in_reply_to,
        .references = build.outgoing.references,
        .reference_count = build.outgoing.reference_count,
    };
    add_contacts(&build);
    if (item->purpose == OUTBOX_ANSWER)
        return build_answer(&build, error);
    if (item->purpose == OUTBOX_NOTICE && build.outgoing.incident)
        return build_alarm(&build, error);
    if (item->purpose == OUTBOX_NOTICE)
        return build_notice(&build, error);
    build_acknowledgement(&build);
    return true;
}

void outbound_wipe(OutboundParcel *parcel)
{
    channel_account_wipe(&parcel->account);
}
