/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/sent.h"

#include "base/text.h"
#include "channel/mail/event.h"
#include "channel/signing.h"
#include "desk/intake/elsewhere.h"
#include "parse/content_hash.h"
#include "parse/mail.h"
#include "store/blob.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------------ folder */

/* "Posta inviata" of "INBOX.Posta inviata" or "[Gmail]/Posta inviata". */
static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');
    const char *cut = MAX(slash, dot);
    return cut && cut[1] ? cut + 1 : name;
}

const char *mail_sent_folder(const ImapFolders *folders)
{
    static const char *const names[] = {
        "sent",           "sent items",       "sent mail",  "sent messages",     "posta inviata",
        "inviata",        "inviati",          "inviate",    "elementi inviati",  "messaggi inviati",
    };
    for (size_t i = 0; i < folders->count; i++)
        if (folders->items[i].use == IMAP_USE_SENT)
            return folders->items[i].name;
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
        for (size_t i = 0; i < folders->count; i++)
            if (g_ascii_strcasecmp(last_part(folders->items[i].name), names[n]) == 0)
                return folders->items[i].name;
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------------ reading */

typedef struct Reading {
    const ChannelReceiver *receiver;
    Arena *arena;
    ChannelSource source;
    ParsedMail mail;
    InboundEvent event;
} Reading;

/* The message's event. What the flags say of arriving mail (whether its sender can be believed) means nothing here. */
static bool read_event(Reading *reading, Bytes raw, MailArrival arrival, GError **error)
{
    if (!parse_mail(reading->receiver->zygote, reading->arena, raw, &reading->mail, error))
        return false;
    arrival.source = &reading->source;
    arrival.mail = &reading->mail;
    arrival.auth_server = "";
    arrival.raw_size = raw.size;
    arrival.lang = LANG_IT;
    (void)lang_find(desk_policy(reading->receiver->desk)->language, &arrival.lang);
    arrival.is_history = true;
    reading->event = mail_event(reading->arena, &arrival);
    return true;
}

/* Ours carry our mark, whatever id the provider gave them; a robot's answer is nobody's. */
static bool is_by_hand(const Reading *reading)
{
    return reading->mail.parsed && !(reading->event.flags & (MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT));
}

static bool find_ticket(Reading *reading, bool *wanted_out, GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(reading->receiver->desk), error);
    if (!tx)
        return false;
    *wanted_out = elsewhere_find(tx, reading->arena, &reading->event).value != 0;
    return store_read_end(tx, error);
}

typedef struct LearnWork {
    Arena *arena;
    const ChannelSigning *signing;
    TimeMs now;
} LearnWork;

static bool learn(StoreTx *tx, void *arg)
{
    const LearnWork *work = arg;
    return signing_learn(tx, work->arena, work->signing, work->now);
}

/* Nobody else writes there: what is signed in our name is signed by our provider. */
static bool learn_signing(Reading *reading, GError **error)
{
    const ChannelReceiver *receiver = reading->receiver;
    ChannelSigning signing = mail_signing(reading->arena, &reading->mail, reading->source.address);
    LearnWork work = {reading->arena, &signing, desk_now(receiver->desk)};
    return !signing.domain ||
           store_write(desk_store(receiver->desk), "mail signing", learn, &work, error) != STORE_FAILED;
}

bool mail_sent_look(const ChannelReceiver *receiver, const char *mailbox, Bytes head, bool *wanted_out, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Reading reading = {.receiver = receiver, .arena = arena};
    *wanted_out = false;
    if (!channel_source_read(receiver, arena, mailbox, &reading.source, error) ||
        !read_event(&reading, head, (MailArrival){0}, error) || !learn_signing(&reading, error))
        return false;
    return !is_by_hand(&reading) || find_ticket(&reading, wanted_out, error);
}

/* ------------------------------------------------------------------------------------------------------------- taking */

typedef struct TakeWork {
    Reading *reading;
    Arrival arrival;
    const BlobPrepared *raw, *html; /* html: or NULL */
    TimeMs now;
    IntakeResult result;
} TakeWork;

static bool take(StoreTx *tx, void *arg)
{
    TakeWork *work = arg;
    blob_add(tx, work->raw);
    if (work->html)
        blob_add(tx, work->html);
    return elsewhere_accept(tx, work->reading->arena, &work->arrival, &work->reading->event, work->now, &work->result);
}

/* What no parser could take apart still stands on its request, by what its header says, with the original attached. */
static bool read_whole(Reading *reading, const MailArrival *arrival, Bytes head, Bytes raw, GError **error)
{
    if (!read_event(reading, raw, *arrival, error))
        return false;
    if (reading->mail.parsed) {
        reading->event.flags &= MESSAGE_TRUNCATED | MESSAGE_UNOPENED | MESSAGE_SEALED;
        return true;
    }
    InboundEvent unread = reading->event;
    if (!read_event(reading, head, *arrival, error))
        return false;
    reading->event.text = "";
    reading->event.quoted_at = MESSAGE_NOT_QUOTED;
    reading->event.flags = unread.flags & MESSAGE_UNREADABLE;
    reading->event.files = unread.files;
    reading->event.file_count = unread.file_count;
    return true;
}

static bool prepare_html(Reading *reading, BlobPrepared *html_out, GError **error)
{
    const ParsedMail *mail = &reading->mail;
    if (!mail->html)
        return true;
    if (!blob_prepare(desk_store(reading->receiver->desk), (Bytes){(const uint8_t *)mail->html, mail->html_size},
                      html_out, error))
        return false;
    reading->event.html_sha256 = html_out->sha256;
    return true;
}

bool mail_sent_take(const ChannelReceiver *receiver, Arena *arena, const MailPassage *passage, Bytes head, Bytes raw,
                    IntakeResult *result_out, GError **error)
{
    TimeMs now = desk_now(receiver->desk);
    TimeMs sent_at = passage->arrived_at > 0 && passage->arrived_at < now ? passage->arrived_at : now;
    Reading reading = {.receiver = receiver, .arena = arena};
    BlobPrepared blob, html;
    char content[SHA256_HEX_SIZE], before[SHA256_HEX_SIZE];
    if (!channel_source_read(receiver, arena, passage->mailbox, &reading.source, error) ||
        !blob_prepare(desk_store(receiver->desk), raw, &blob, error))
        return false;
    MailArrival arrival = {.raw_sha256 = blob.sha256, .whole_size = passage->whole_size, .received_at = sent_at};
    if (!read_whole(&reading, &arrival, head, raw, error) || !prepare_html(&reading, &html, error))
        return false;
    channel_complete(receiver, arena, now, &reading.event);
    reading.event.raw_sha256 = blob.sha256;
    reading.event.notices = NULL;
    parse_content_hash(raw, content);
    bool was_other = parse_content_hash_before(raw, before);
    TakeWork work = {.reading = &reading,
                     .arrival = {.channel = reading.source.channel,
                                 .source = reading.source.name,
                                 .external_id = content,
                                 .former_id = was_other ? before : NULL,
                                 .raw_sha256 = blob.sha256,
                                 .raw_size = MAX(blob.size, passage->whole_size),
                                 .received_at = now,
                                 .arrived_at = sent_at,
                                 .is_history = true},
                     .raw = &blob,
                     .html = reading.event.html_sha256 ? &html : NULL,
                     .now = now};
    switch (store_write(desk_store(receiver->desk), "mail sent", take, &work, error)) {
    case STORE_COMMITTED:
        *result_out = work.result;
        return true;
    case STORE_REFUSED:
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "what was sent cannot stand on its request now");
        return false;
    case STORE_FAILED:
    default:
        return false;
    }
}
