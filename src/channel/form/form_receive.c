/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/form/form_receive.h"

#include "base/text.h"
#include "channel/mail/guard.h"
#include "desk/mailbox/mailbox.h"
#include "desk/setting/setting.h"
#include "store/blob.h"

enum { FILE_NAME_MAX = 120 };

typedef struct ReceiveWork {
    Arena *arena;
    const FormParcel *parcel;
    TimeMs now;
    BlobPrepared raw;
    const BlobPrepared *blobs; /* of the files, in their order */
    Attachment *files;
    IntakeResult result;
    bool stale, refused;
} ReceiveWork;

static bool keep(StoreTx *tx, ReceiveWork *work, Inbound *inbound_out)
{
    const FormParcel *parcel = work->parcel;
    blob_add(tx, &work->raw);
    for (size_t i = 0; i < parcel->file_count; i++)
        blob_add(tx, &work->blobs[i]);
    return intake_keep(tx, work->arena,
                       &(Arrival){
                           .channel = "form",
                           .source = parcel->source,
                           .external_id = parcel->key->token.sha256,
                           .raw_sha256 = work->raw.sha256,
                           .raw_size = work->raw.size,
                           .received_at = parcel->event.received_at,
                       },
                       inbound_out);
}

/* Whether who fills the form gives an address of ours as theirs: what we would answer comes back here. */
static bool names_us(StoreTx *tx, Arena *arena, const char *address)
{
    ChannelAccountList accounts = channel_account_list(tx, arena);
    for (size_t i = 0; i < accounts.count; i++)
        if (mail_is_own_address(address, &accounts.items[i].address, 1))
            return true;
    return false;
}

static bool accept(StoreTx *tx, ReceiveWork *work, InboundId inbound)
{
    const FormParcel *parcel = work->parcel;
    ChannelAccount account;
    InboundEvent event = parcel->event;
    if (event.actor.kind == ACTOR_CUSTOMER && names_us(tx, work->arena, event.sender_address))
        event.flags |= MESSAGE_FROM_OURS | MESSAGE_SENDER_UNVERIFIED;
    event.inbound = inbound;
    event.files = work->files;
    event.file_count = parcel->file_count;
    if (event.acknowledge_by && !channel_account_default(tx, work->arena, event.acknowledge_by, &account))
        event.acknowledge_by = NULL;
    work->refused = parcel->before && !parcel->before(tx, &event, parcel->arg);
    if (work->refused)
        return false;
    if (!intake_accept(tx, work->arena, &event, work->now, &work->result))
        return false;
    work->refused = parcel->then && !parcel->then(tx, &work->result, parcel->arg);
    return !work->refused;
}

static bool receive(StoreTx *tx, void *arg)
{
    ReceiveWork *work = arg;
    Inbound inbound;
    work->stale = work->refused = false;
    if (!keep(tx, work, &inbound))
        return false;
    if (inbound.state == INBOUND_DONE) {
        work->result = (IntakeResult){.outcome = INTAKE_ALREADY, .ticket = inbound.ticket};
        return true;
    }
    work->stale = work->parcel->stale;
    return !work->stale && accept(tx, work, inbound.id);
}

/* Hashes the files and makes large ones durable, outside the transaction. */
static bool prepare(const Desk *desk, ReceiveWork *work, GError **error)
{
    const FormParcel *parcel = work->parcel;
    BlobPrepared *blobs = ARENA_ARRAY(work->arena, BlobPrepared, parcel->file_count);
    work->files = ARENA_ARRAY(work->arena, Attachment, parcel->file_count);
    work->blobs = blobs;
    for (size_t i = 0; i < parcel->file_count; i++) {
        const FormFile *file = &parcel->files[i];
        if (!blob_prepare(desk_store(desk), file->content, &blobs[i], error))
            return false;
        const char *name = text_clean_line(work->arena, bytes_of(file->name));
        work->files[i] = (Attachment){.name = text_clip(work->arena, name, FILE_NAME_MAX),
                                      .media_type = text_clean_line(work->arena, bytes_of(file->media_type)),
                                      .size = blobs[i].size,
                                      .sha256 = blobs[i].sha256,
                                      .encoding = ""};
    }
    return blob_prepare(desk_store(desk), bytes_of(parcel->raw), &work->raw, error);
}

bool form_receive(const Desk *desk, Arena *arena, const FormParcel *parcel, FormReceipt *receipt_out, GError **error)
{
    ReceiveWork work = {.arena = arena, .parcel = parcel, .now = desk_now(desk)};
    if (!prepare(desk, &work, error))
        return false;
    switch (store_write(desk_store(desk), "form receive", receive, &work, error)) {
    case STORE_COMMITTED:
        *receipt_out = (FormReceipt){work.result.ticket, work.result.outcome, work.result.acknowledged, false};
        return true;
    case STORE_REFUSED:
        *receipt_out = (FormReceipt){.refused = work.refused};
        if (work.refused)
            return true;
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "a form was sent with a key that is too old");
        return false;
    case STORE_FAILED:
    default:
        return false;
    }
}
