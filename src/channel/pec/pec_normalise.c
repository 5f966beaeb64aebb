/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the reading around pec_letter.c. How: headers and files come from the parse of the outermost message;
 * daticert.xml, the signature and the message inside are three more jobs of the sandbox. Why the message inside is not
 * parsed together with its envelope: it is another message with its own headers, and only one of the two may be believed at
 * a time.
 */
#include "channel/pec/pec_normalise.h"

#include "base/log.h"
#include "base/text.h"
#include "channel/mail/event.h"
#include "channel/mail/guard.h"
#include "channel/pec/pec_letter.h"
#include "channel/pec/pec_trust.h"
#include "desk/party/party.h"
#include "parse/attachment.h"

#include <string.h>

typedef struct Opening {
    Arena *arena;
    const ChannelKept *kept;
    PecLetter letter;
    PecKind kind;
    ParsedMail inner; /* the message inside, its files as ranges of the envelope */
} Opening;

/* ------------------------------------------------------------------------------------------------------- reading */

static Bytes slice_of(const ChannelKept *kept, const ParsedAttachment *file)
{
    return (Bytes){kept->raw.data + file->offset, file->length};
}

static bool read_daticert(Opening *opening, GError **error)
{
    const ChannelKept *kept = opening->kept;
    const ParsedAttachment *file = opening->letter.daticert;
    return !file || parse_daticert(kept->zygote, opening->arena, slice_of(kept, file), file->encoding,
                                   &opening->letter.certified, error);
}

/* The administrator's list, or why there is none: then nothing is proved, and the log says what to mend. */
static bool read_trust(const Opening *opening, Bytes *pem_out, ReceiptSignature *instead_out)
{
    g_autoptr(GError) error = NULL;
    const ChannelSource *source = opening->kept->source;
    *instead_out = RECEIPT_SIGNATURE_NOT_CHECKED;
    if (!pec_trust_is_set(&source->settings))
        return false;
    if (pec_trust_read(opening->arena, &source->settings, source->name, pem_out, &error))
        return true;
    LOG(LOG_WARNING, "pec.trust", LOG_TEXT("mailbox", source->name), LOG_TEXT("reason", error->message));
    *instead_out = RECEIPT_SIGNATURE_LIST_UNREADABLE;
    return false;
}

static bool check_signature(Opening *opening, GError **error)
{
    const ChannelKept *kept = opening->kept;
    Bytes trusted;
    Signature signature;
    opening->letter.signer = "";
    if (opening->kind == PEC_PLAIN || !read_trust(opening, &trusted, &opening->letter.signature)) {
        if (opening->kind == PEC_PLAIN)
            opening->letter.signature = RECEIPT_SIGNATURE_ABSENT;
        return true;
    }
    if (!parse_signature(kept->zygote, opening->arena, kept->raw, trusted, kept->received_at, &signature, error))
        return false;
    opening->letter.signature = pec_signature(&opening->letter, &signature);
    opening->letter.signer = *signature.signer ? signature.signer : signature.organization;
    return true;
}

/* ------------------------------------------------------------------------------------------------------- the message inside */

/* Files of the message inside, as ranges of the envelope. coded: the message was coded as a whole, and stands there. */
static const ParsedAttachment *moved(Arena *arena, const ParsedAttachment *files, size_t count, uint64_t by,
                                     const ParsedAttachment *coded)
{
    ParsedAttachment *all = ARENA_ARRAY(arena, ParsedAttachment, count);
    for (size_t i = 0; i < count; i++) {
        ParsedAttachment *file = &all[i];
        *file = files[i];
        file->offset = coded ? coded->offset : file->offset + by;
        if (!coded)
            continue;
        file->length = coded->length;
        file->encoding = coded->encoding;
        file->is_within = true;
        file->within_encoding = files[i].encoding;
        file->within_offset = files[i].offset;
        file->within_length = files[i].length;
    }
    return all;
}

static void move_files(Arena *arena, ParsedMail *inner, uint64_t by, const ParsedAttachment *coded)
{
    ParsedForward *forward = &inner->forward;
    inner->attachments = moved(arena, inner->attachments, inner->attachment_count, by, coded);
    forward->attachments = moved(arena, forward->attachments, forward->attachment_count, by, coded);
}

/* A message inside that is coded as a whole: its files are pieces of what that decodes to. */
static bool read_coded(Opening *opening, const ParsedAttachment *file, GError **error)
{
    const ChannelKept *kept = opening->kept;
    g_autoptr(GError) damaged = NULL;
    g_autoptr(GBytes) bytes = parse_mail_attachment(kept->zygote, kept->raw, file, PARSE_RAW_MAX, &damaged);
    gsize size = 0;
    const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (!bytes && g_error_matches(damaged, FILO_ERROR, FILO_ERROR_IO)) {
        g_propagate_error(error, g_steal_pointer(&damaged));
        return false;
    }
    if (size && !parse_mail(kept->zygote, opening->arena, (Bytes){data, size}, &opening->inner, error))
        return false;
    move_files(opening->arena, &opening->inner, 0, file);
    return true;
}

static bool read_inner(Opening *opening, GError **error)
{
    const ChannelKept *kept = opening->kept;
    const ParsedAttachment *file = opening->kind == PEC_PLAIN ? NULL : opening->letter.postacert;
    if (!file) {
        opening->inner = *opening->letter.mail;
        return true;
    }
    if (file->encoding != PARSE_IDENTITY)
        return read_coded(opening, file, error);
    if (!parse_mail(kept->zygote, opening->arena, slice_of(kept, file), &opening->inner, error))
        return false;
    if (opening->inner.parsed)
        move_files(opening->arena, &opening->inner, file->offset, NULL);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- the event */

static const Receipt *kept_receipt(Arena *arena, Receipt receipt)
{
    Receipt *copy = ARENA_NEW(arena, Receipt);
    *copy = receipt;
    return copy;
}

static void say_receipt(const Opening *opening, ChannelEvent *event)
{
    event->kind = CHANNEL_EVENT_RECEIPT;
    event->proof = kept_receipt(opening->arena, pec_receipt(&opening->letter));
    event->claimed = pec_claimed(&opening->letter);
}

/* The sender whom the provider certifies, instead of the one the letter names. */
static void set_sender(const Opening *opening, InboundEvent *message)
{
    Arena *arena = opening->arena;
    const Daticert *certified = &opening->letter.certified;
    const char *key = certified->read ? contact_key_of_email(arena, certified->sender) : "";
    if (opening->kind != PEC_ENVELOPE || !*key)
        return;
    bool same = !strcmp(key, message->sender_key);
    message->sender_address = certified->sender;
    message->sender_key = key;
    message->sender_name = same ? message->sender_name : "";
    message->party_sort_key =
        text_sort_key(arena, *message->sender_name ? message->sender_name : message->sender_address);
    if (certified->at)
        message->occurred_at = certified->at;
    if (!message->message_id && *certified->message_id)
        message->message_id = certified->message_id;
}

/* What a provider delivered is a letter, however its headers or its subject make it look: it counts as delivered by law. */
static void take_at_its_word(InboundEvent *message)
{
    if (message->flags & MESSAGE_ABSENCE)
        message->flags &= ~(MESSAGE_AUTO_REPLY | MESSAGE_ABSENCE);
    message->flags &= ~MESSAGE_DELIVERY_REPORT;
    message->report = (InboundReport){0};
}

/* The sender is not the one its own headers name. A letter that is proved to be from a box of ours is one: a person sees it. */
static void mark_ours(InboundEvent *message, const ChannelSource *source, bool proved)
{
    message->flags &= ~MESSAGE_FROM_OURS;
    if (!proved && mail_is_own_address(message->sender_address, source->own_addresses, source->own_count))
        message->flags |= MESSAGE_FROM_OURS | MESSAGE_SENDER_UNVERIFIED;
}

static InboundEvent message_of(const Opening *opening)
{
    const PecLetter *letter = &opening->letter;
    MailArrival arrival = mail_arrival(opening->kept, &opening->inner);
    arrival.auth_server = ""; /* the provider's signature is the word here */
    InboundEvent message = mail_event(opening->arena, &arrival);
    set_sender(opening, &message);
    bool proved = letter->signature == RECEIPT_SIGNATURE_VALID || letter->signature == RECEIPT_SIGNATURE_NOT_CHECKED;
    if (opening->kind == PEC_ENVELOPE && !proved)
        message.flags |= MESSAGE_SENDER_UNVERIFIED;
    message.certified = opening->kind == PEC_ENVELOPE;
    mark_ours(&message, opening->kept->source, message.certified && letter->signature == RECEIPT_SIGNATURE_VALID);
    if (message.certified)
        take_at_its_word(&message);
    if (!pec_may_acknowledge(letter, opening->kind, message.sender_address))
        message.acknowledge_by = NULL;
    return message;
}

static bool say_letter(Opening *opening, ChannelEvent *event, GError **error)
{
    if (!read_inner(opening, error))
        return false;
    const ParsedMail *inner = &opening->inner;
    event->kind = CHANNEL_EVENT_MESSAGE;
    event->message = message_of(opening);
    event->html = (Bytes){(const uint8_t *)inner->html, inner->html ? inner->html_size : 0};
    event->proof = kept_receipt(opening->arena, pec_certificate(&opening->letter, opening->kind));
    return true;
}

/* Our own test: the provider puts an id of its own in the place of the sender's, and says so. */
static void note_test(const Opening *opening, ChannelEvent *event)
{
    const ParsedMail *mail = opening->letter.mail;
    const char *id = parse_mail_field(mail, "x-riferimento-message-id");
    size_t skipped = id ? strspn(id, "< ") : 0;
    id = id ? arena_strndup(opening->arena, id + skipped, strcspn(id + skipped, "> ")) : mail->message_id;
    event->test_secret = mail_test_secret(opening->arena, opening->kept->source, id);
    event->is_test_itself = opening->kind != PEC_RECEIPT; /* which speaks of it, and is not its arrival */
}

static void open_outermost(Opening *opening, const ParsedMail *mail)
{
    opening->kind = mail->parsed ? pec_kind(mail) : PEC_PLAIN;
    opening->letter = (PecLetter){.arena = opening->arena,
                                  .mail = mail,
                                  .daticert = mail->parsed ? pec_find_daticert(mail) : NULL,
                                  .postacert = mail->parsed ? pec_find_postacert(mail) : NULL,
                                  .signer = "",
                                  .own_addresses = opening->kept->source->own_addresses,
                                  .own_count = opening->kept->source->own_count};
}

bool pec_normalise(Arena *arena, const ChannelKept *kept, ChannelEvent *event_out, GError **error)
{
    ParsedMail mail;
    Opening opening = {.arena = arena, .kept = kept};
    if (!parse_mail(kept->zygote, arena, kept->raw, &mail, error))
        return false;
    open_outermost(&opening, &mail);
    if (!read_daticert(&opening, error) || !check_signature(&opening, error))
        return false;
    *event_out = (ChannelEvent){0};
    note_test(&opening, event_out);
    if (opening.kind != PEC_RECEIPT)
        return say_letter(&opening, event_out, error);
    say_receipt(&opening, event_out);
    return true;
}
