/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/outbound.h"

#include "base/catalogue.h"
#include "base/format.h"
#include "channel/config.h"
#include "desk/setting/secret.h"
#include "desk/setting/setting.h"
#include "desk/ticket/message.h"
#include "desk/ticket/outgoing.h"
#include "desk/ticket/ticket.h"
#include "store/blob.h"

#include <sodium.h>
#include <string.h>

typedef struct Build {
    StoreTx *tx;
    Arena *arena;
    const Desk *desk;
    const char *base_url;
    const OutboxItem *item;
    Ticket ticket;
    Lang lang;
    Outgoing outgoing;
    ChannelAccount account;
    OutboundParcel *parcel;
} Build;

/* ------------------------------------------------------------------------------------------------------------ settings */

/* The adapter's view of an account: its JSON, its address, the company's name and the secret. */
static bool build_settings(Build *build, GError **error)
{
    ChannelSettings *settings = &build->parcel->settings;
    if (!channel_config_read(build->arena, build->account.config, settings)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "the configuration of '%s'", build->account.name);
        return false;
    }
    channel_config_add(build->arena, settings, "address", build->account.address);
    channel_config_add(build->arena, settings, "company_name", desk_policy(build->desk)->company_name);
    if (build->account.sealed_secret.size) {
        build->parcel->secret = secret_open(build->arena, desk_store(build->desk), build->account.name,
                                            build->account.sealed_secret, error);
        if (!build->parcel->secret)
            return false;
        channel_config_add(build->arena, settings, "smtp_password", build->parcel->secret);
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------------------- words */

static bool find_message(const Build *build, Message *message_out)
{
    MessageList list = message_list(build->tx, build->arena, build->item->ticket);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == build->item->message.value) {
            *message_out = list.items[i];
            return true;
        }
    return false;
}

static const char *number_of(const Build *build)
{
    return arena_int(build->arena, build->ticket.id.value);
}

/* "Re: the subject [#10001]": the number is for people; it lets nobody in. */
static const char *answer_subject(const Build *build)
{
    const char *subject = build->ticket.subject;
    bool again = g_ascii_strncasecmp(subject, "re:", 3) == 0;
    bool numbered = strstr(subject, arena_printf(build->arena, "[#%s]", number_of(build))) != NULL;
    return numbered ? arena_printf(build->arena, "%s%s", again ? "" : "Re: ", subject)
                    : arena_printf(build->arena, "%s%s [#%s]", again ? "" : "Re: ", subject, number_of(build));
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
        if (!attachment_find(build->tx, build->arena, all.items[i].id, &file) ||
            !blob_read(build->tx, file.file.sha256, build->arena, &files[count].content, error))
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

static bool build_answer(Build *build, GError **error)
{
    Message message;
    if (!find_message(build, &message)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "message %" G_GINT64_FORMAT, build->item->message.value);
        return false;
    }
    build->parcel->outbound.purpose = CHANNEL_ANSWER;
    build->parcel->outbound.operator_name = message.sender_name;
    build->parcel->outbound.written_at = message.at;
    build->parcel->outbound.subject = answer_subject(build);
    build->parcel->outbound.text = signed_text(build, message.text);
    build->parcel->outbound.marker = msg(build->lang, MSG_MAIL_MARKER);
    return add_files(build, message.id, error);
}

static void build_acknowledgement(Build *build)
{
    const DeskPolicy *policy = desk_policy(build->desk);
    const char *link = arena_printf(build->arena, "%s/track/%s", build->base_url,
                                    build->outgoing.tracking_token ? build->outgoing.tracking_token : "");
    const char *by =
        format_due(build->arena, build->lang, policy->zone, build->ticket.now.next_update_at, build->item->created_at);
    build->parcel->outbound.purpose = CHANNEL_ACK;
    build->parcel->outbound.written_at = build->item->created_at;
    build->parcel->outbound.subject =
        msg_fill(build->arena, build->lang, MSG_MAIL_ACK_SUBJECT, "number", number_of(build), NULL);
    build->parcel->outbound.text = msg_fill(build->arena, build->lang, MSG_MAIL_ACK_TEXT, "number", number_of(build),
                                            "company", policy->company_name, "by", by, "link", link, NULL);
    build->parcel->outbound.marker = msg(build->lang, MSG_MAIL_MARKER);
}

/* ------------------------------------------------------------------------------------------------------------ contacts */

static void add_contacts(Build *build)
{
    const Outgoing *outgoing = &build->outgoing;
    size_t count = outgoing->to_count + outgoing->cc_count;
    ChannelContact *contacts = ARENA_ARRAY(build->arena, ChannelContact, count);
    for (size_t i = 0; i < count; i++) {
        bool copy = i >= outgoing->to_count;
        const OutgoingAddress *address = copy ? &outgoing->cc[i - outgoing->to_count] : &outgoing->to[i];
        contacts[i] = (ChannelContact){address->name, address->address, copy};
    }
    build->parcel->outbound.contacts = contacts;
    build->parcel->outbound.contact_count = count;
}

static bool read_row(Build *build, GError **error)
{
    const OutboxItem *item = build->item;
    if (!ticket_find(build->tx, build->arena, item->ticket, &build->ticket) ||
        !channel_account_default(build->tx, build->arena, item->channel, &build->account)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "no ticket, or no active account of channel '%s'",
                    item->channel);
        return false;
    }
    if (!outgoing_parse(build->arena, item->payload, &build->outgoing)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "payload of outbox row %" G_GINT64_FORMAT, item->id.value);
        return false;
    }
    if (!lang_find(build->ticket.language, &build->lang))
        (void)lang_find(desk_policy(build->desk)->language, &build->lang);
    return true;
}

/* What makes the Message-ID: drawn from the row's key, so that every attempt has the same. */
static const char *random_part(Build *build)
{
    char hash[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(build->item->payload), hash);
    return arena_strndup(build->arena, hash, 32);
}

bool outbound_build(StoreTx *tx, Arena *arena, const Desk *desk, const char *base_url, const OutboxItem *item,
                    OutboundParcel *parcel_out, GError **error)
{
    Build build = {.tx = tx, .arena = arena, .desk = desk, .base_url = base_url, .item = item, .parcel = parcel_out};
    *parcel_out = (OutboundParcel){0};
    if (!read_row(&build, error) || !build_settings(&build, error))
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
    build_acknowledgement(&build);
    return true;
}

void outbound_wipe(OutboundParcel *parcel)
{
    if (parcel->secret)
        sodium_memzero(parcel->secret, strlen(parcel->secret));
}
