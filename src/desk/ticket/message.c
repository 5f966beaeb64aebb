/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/message.h"

#include "message_sql.h"
#include "search/index.h"

#include <string.h>

static OptInt optional(int64_t value, bool has)
{
    return (OptInt){.has = has, .value = value};
}

/* ---------------------------------------------------------------------------------------------------------- words */

/* The subject and who wrote, so that a customer nobody has on file yet is found by name or address. */
static char *title_of(const Message *message)
{
    if (message->direction == MESSAGE_NOTE)
        return g_strdup(message->subject);
    return g_strdup_printf("%s\n%s\n%s", message->subject, message->sender_name, message->sender_address);
}

static SearchLanguage usual_language(const char *language)
{
    SearchLanguage usual;
    return language && search_language_parse(language, &usual) ? usual : SEARCH_ANY_LANGUAGE;
}

static SearchDocument document_of(const Message *message, const char *title)
{
    return (SearchDocument){.kind = SEARCH_MESSAGE,
                            .id = message->id.value,
                            .group = message->ticket.value,
                            .language = SEARCH_ANY_LANGUAGE,
                            .audience = SEARCH_STAFF,
                            .title = title,
                            .text = message->text,
                            .usual = usual_language(message->language)};
}

bool message_index(StoreTx *tx, const Message *message)
{
    g_autofree char *title = title_of(message);
    SearchDocument document = document_of(message, title);
    return search_put(tx, &document);
}

bool message_unindex(StoreTx *tx, const Message *message)
{
    g_autofree char *title = title_of(message);
    SearchDocument document = document_of(message, title);
    return search_remove(tx, &document);
}

/* ------------------------------------------------------------------------------------------------------- messages */

static MessageId message_insert(StoreTx *tx, const Message *message)
{
    return sql_message_insert(tx, &(SqlMessageInsertIn){
                                      .ticket_id = message->ticket,
                                      .direction = message->direction,
                                      .channel = message->channel,
                                      .author_kind = message->author.kind,
                                      .author_id = optional(message->author.id, message->author.id != 0),
                                      .sender_name = message->sender_name,
                                      .sender_address = message->sender_address,
                                      .at = message->at,
                                      .subject = message->subject,
                                      .text = message->text,
                                      .quoted_at = optional(message->quoted_at, message->quoted_at >= 0),
                                      .html_sha256 = message->html_sha256,
                                      .raw_sha256 = message->raw_sha256,
                                      .external_id = message->external_id,
                                      .flags = message->flags,
                                  });
}

MessageId message_add(StoreTx *tx, const Message *message)
{
    Message added = *message;
    added.id = message_insert(tx, message);
    if (added.id.value)
        message_index(tx, &added);
    return added.id;
}

void message_set_raw(StoreTx *tx, MessageId id, const char *raw_sha256)
{
    sql_message_set_raw(tx, &(SqlMessageSetRawIn){id, raw_sha256});
}

void message_move(StoreTx *tx, const Message *message, TicketId to)
{
    Message moved = *message;
    message_unindex(tx, message);
    sql_message_set_ticket(tx, &(SqlMessageSetTicketIn){message->id, to});
    moved.ticket = to;
    message_index(tx, &moved);
}

void message_set_flags(StoreTx *tx, MessageId id, int64_t flags)
{
    sql_message_set_flags(tx, &(SqlMessageSetFlagsIn){id, flags});
}

void message_set_sender(StoreTx *tx, const Message *before, const Message *after)
{
    message_unindex(tx, before);
    sql_message_set_sender(tx, &(SqlMessageSetSenderIn){
                                   .message_id = after->id,
                                   .author_kind = after->author.kind,
                                   .author_id = optional(after->author.id, after->author.id != 0),
                                   .sender_name = after->sender_name,
                                   .sender_address = after->sender_address,
                                   .flags = after->flags,
                               });
    message_index(tx, after);
}

/* Both statements give these columns; each row struct is its own C type. */
#define MESSAGE_OF(row, of_ticket)                                                                                     \
    ((Message){                                                                                                        \
        .id = (row)->message_id,                                                                                       \
        .ticket = (of_ticket),                                                                                         \
        .direction = (row)->direction,                                                                                 \
        .channel = (row)->channel,                                                                                     \
        .author = {(row)->author_kind, (row)->author_id.has ? (row)->author_id.value : 0},                             \
        .sender_name = (row)->sender_name,                                                                             \
        .sender_address = (row)->sender_address,                                                                       \
        .at = (row)->at,                                                                                               \
        .subject = (row)->subject,                                                                                     \
        .text = (row)->text,                                                                                           \
        .quoted_at = (row)->quoted_at.has ? (row)->quoted_at.value : MESSAGE_NOT_QUOTED,                               \
        .html_sha256 = (row)->html_sha256,                                                                             \
        .raw_sha256 = (row)->raw_sha256,                                                                               \
        .external_id = (row)->external_id,                                                                             \
        .flags = (row)->flags,                                                                                         \
    })

MessageList message_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlMessageListList rows = sql_message_list(tx, arena, &(SqlMessageListIn){ticket});
    MessageList list = {ARENA_ARRAY(arena, Message, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = MESSAGE_OF(&rows.rows[i], ticket);
    return list;
}

int message_compare(const Message *a, const Message *b)
{
    TimeMs left = a->at / TIME_SECOND, right = b->at / TIME_SECOND;
    if (left != right)
        return left < right ? -1 : 1;
    return a->id.value < b->id.value ? -1 : a->id.value > b->id.value;
}

const Message *message_list_newest(const MessageList *list)
{
    const Message *newest = NULL;
    for (size_t i = 0; i < list->count; i++)
        if (!newest || list->items[i].id.value > newest->id.value)
            newest = &list->items[i];
    return newest;
}

const Message *message_list_unproved(const MessageList *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].direction == MESSAGE_IN && list->items[i].flags & MESSAGE_ADDRESS_UNPROVED)
            return &list->items[i];
    return NULL;
}

bool message_find(StoreTx *tx, Arena *arena, TicketId ticket, MessageId id, Message *message_out)
{
    SqlMessageFindRow row;
    if (!sql_message_find_row(tx, arena, &(SqlMessageFindRowIn){id}, &row) || row.ticket_id.value != ticket.value)
        return false;
    *message_out = (Message){
        .id = id,
        .ticket = ticket,
        .direction = row.direction,
        .sender_name = row.sender_name,
        .sender_address = row.sender_address,
        .at = row.at,
        .subject = row.subject,
        .text = "",
        .quoted_at = MESSAGE_NOT_QUOTED,
        .html_sha256 = row.html_sha256,
        .raw_sha256 = row.raw_sha256,
        .flags = row.flags,
    };
    return true;
}

MessageList message_list_merged(StoreTx *tx, Arena *arena, TicketId master)
{
    SqlMessageListMergedList rows = sql_message_list_merged(tx, arena, &(SqlMessageListMergedIn){master});
    MessageList list = {ARENA_ARRAY(arena, Message, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = MESSAGE_OF(&rows.rows[i], rows.rows[i].ticket_id);
    return list;
}

void attachment_add(StoreTx *tx, const Attachment *attachment)
{
    bool slice = attachment->raw_length > 0;
    sql_attachment_insert(tx, &(SqlAttachmentInsertIn){
                                  .message_id = attachment->message,
                                  .name = attachment->name,
                                  .media_type = attachment->media_type,
                                  .size = attachment->size,
                                  .sha256 = attachment->sha256,
                                  .raw_offset = optional(attachment->raw_offset, slice),
                                  .raw_length = optional(attachment->raw_length, slice),
                                  .encoding = attachment->encoding,
                                  .content_id = attachment->content_id,
                              });
}

AttachmentList attachment_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlAttachmentListList rows = sql_attachment_list(tx, arena, &(SqlAttachmentListIn){ticket});
    AttachmentList list = {ARENA_ARRAY(arena, Attachment, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Attachment){.id = rows.rows[i].attachment_id,
                                     .message = rows.rows[i].message_id,
                                     .name = rows.rows[i].name,
                                     .media_type = rows.rows[i].media_type,
                                     .size = rows.rows[i].size,
                                     .scan = rows.rows[i].scan,
                                     .scan_said = rows.rows[i].scan_said};
    return list;
}

AttachmentList attachment_list_merged(StoreTx *tx, Arena *arena, TicketId master)
{
    SqlAttachmentListMergedList rows = sql_attachment_list_merged(tx, arena, &(SqlAttachmentListMergedIn){master});
    AttachmentList list = {ARENA_ARRAY(arena, Attachment, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Attachment){.id = rows.rows[i].attachment_id,
                                     .message = rows.rows[i].message_id,
                                     .name = rows.rows[i].name,
                                     .media_type = rows.rows[i].media_type,
                                     .size = rows.rows[i].size,
                                     .scan = rows.rows[i].scan,
                                     .scan_said = rows.rows[i].scan_said};
    return list;
}

AttachmentList attachment_list_of(StoreTx *tx, Arena *arena, MessageId message)
{
    SqlAttachmentOfMessageList rows = sql_attachment_of_message(tx, arena, &(SqlAttachmentOfMessageIn){message});
    AttachmentList list = {ARENA_ARRAY(arena, Attachment, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Attachment){.id = rows.rows[i].attachment_id,
                                     .message = message,
                                     .name = rows.rows[i].name,
                                     .media_type = rows.rows[i].media_type,
                                     .size = rows.rows[i].size,
                                     .sha256 = rows.rows[i].sha256,
                                     .raw_offset = rows.rows[i].raw_offset.value,
                                     .raw_length = rows.rows[i].raw_length.value,
                                     .encoding = rows.rows[i].encoding,
                                     .content_id = rows.rows[i].content_id,
                                     .scan = rows.rows[i].scan,
                                     .scan_said = rows.rows[i].scan_said};
    return list;
}

bool attachment_find(StoreTx *tx, Arena *arena, AttachmentId id, AttachmentFile *file_out)
{
    SqlAttachmentFindRow row;
    if (!sql_attachment_find_row(tx, arena, &(SqlAttachmentFindRowIn){id}, &row))
        return false;
    *file_out = (AttachmentFile){
        .ticket = row.ticket_id,
        .direction = row.direction,
        .raw_sha256 = row.raw_sha256,
        .file = {.id = id,
                 .message = row.message_id,
                 .name = row.name,
                 .media_type = row.media_type,
                 .size = row.size,
                 .sha256 = row.sha256,
                 .raw_offset = row.raw_offset.value,
                 .raw_length = row.raw_length.value,
                 .encoding = row.encoding,
                 .scan = row.scan,
                 .scan_said = row.scan_said},
    };
    return true;
}

void participant_add(StoreTx *tx, TicketId ticket, const Participant *participant)
{
    sql_participant_insert(tx, &(SqlParticipantInsertIn){
                                   .ticket_id = ticket,
                                   .address_kind = participant->kind,
                                   .address = participant->address,
                                   .address_key = participant->address_key,
                                   .name = participant->name,
                                   .confirmed = participant->confirmed,
                               });
}

ParticipantList participant_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlParticipantListList rows = sql_participant_list(tx, arena, &(SqlParticipantListIn){ticket});
    ParticipantList list = {ARENA_ARRAY(arena, Participant, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Participant){.kind = rows.rows[i].address_kind,
                                      .address = rows.rows[i].address,
                                      .address_key = rows.rows[i].address_key,
                                      .name = rows.rows[i].name,
                                      .confirmed = rows.rows[i].confirmed};
    return list;
}

void participant_confirm(StoreTx *tx, TicketId ticket, const char *address_key)
{
    sql_participant_set_confirmed(tx, &(SqlParticipantSetConfirmedIn){ticket, address_key});
}

void participant_withdraw(StoreTx *tx, TicketId ticket, const char *address_key)
{
    sql_participant_withdraw(tx, &(SqlParticipantWithdrawIn){ticket, address_key});
}

bool participant_is_confirmed(const ParticipantList *list, const char *address_key)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].confirmed && strcmp(list->items[i].address_key, address_key) == 0)
            return true;
    return false;
}

const Participant *ticket_recipient(const ParticipantList *participants, const MessageList *messages)
{
    const Participant *first = NULL;
    for (size_t m = messages->count; m-- > 0;)
        for (size_t i = 0; messages->items[m].direction == MESSAGE_IN && i < participants->count; i++) {
            const Participant *participant = &participants->items[i];
            bool reachable =
                participant->confirmed && (participant->kind == CONTACT_EMAIL || participant->kind == CONTACT_PEC);
            if (reachable && strcmp(participant->address, messages->items[m].sender_address) == 0)
                return participant;
            if (reachable && !first)
                first = participant;
        }
    return first;
}

void message_recipient_add(StoreTx *tx, const MessageRecipient *recipient)
{
    sql_message_recipient_insert(tx, &(SqlMessageRecipientInsertIn){recipient->message, recipient->in_copy,
                                                                    recipient->address, recipient->address_key,
                                                                    recipient->name});
}

MessageRecipientList message_recipient_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlMessageRecipientOfTicketList rows =
        sql_message_recipient_of_ticket(tx, arena, &(SqlMessageRecipientOfTicketIn){ticket});
    MessageRecipientList list = {ARENA_ARRAY(arena, MessageRecipient, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (MessageRecipient){rows.rows[i].message_id, rows.rows[i].in_copy, rows.rows[i].address,
                                           rows.rows[i].address_key, rows.rows[i].name};
    return list;
}

void reply_address_add(StoreTx *tx, const char *token_sha256, TicketId ticket, const char *address_key, TimeMs now)
{
    sql_reply_address_insert(tx, &(SqlReplyAddressInsertIn){token_sha256, ticket, address_key, now});
}

TicketId reply_address_find(StoreTx *tx, Arena *arena, const char *token_sha256, const char *address_key,
                            bool *matches_out)
{
    SqlReplyAddressFind row;
    *matches_out = false;
    if (!sql_reply_address_find(tx, arena, &(SqlReplyAddressFindIn){token_sha256}, &row))
        return (TicketId){0};
    *matches_out = strcmp(row.address_key, address_key) == 0;
    return row.ticket_id;
}

TicketIdList message_find_tickets(StoreTx *tx, Arena *arena, const char *external_id)
{
    SqlMessageFindTicketList rows = sql_message_find_ticket(tx, arena, &(SqlMessageFindTicketIn){external_id});
    TicketIdList list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}
