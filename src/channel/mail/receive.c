/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/receive.h"

#include "parse/content_hash.h"

static bool size_is_fine(Bytes raw, GError **error)
{
    if (raw.size == 0)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the message is empty");
    else if (raw.size > PARSE_RAW_MAX)
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "the message has more than %zu bytes", PARSE_RAW_MAX);
    return raw.size > 0 && raw.size <= PARSE_RAW_MAX;
}

bool mail_take_passed(ChannelReader *reader, const MailPassage *passage, Bytes raw, GError **error)
{
    char content[SHA256_HEX_SIZE], before[SHA256_HEX_SIZE];
    if (!size_is_fine(raw, error))
        return false;
    parse_content_hash(raw, content);
    bool was_other = parse_content_hash_before(raw, before);
    return channel_reader_take(reader,
                               &(ChannelArrival){.account = passage->mailbox,
                                                 .raw = raw,
                                                 .external_id = content,
                                                 .former_id = was_other ? before : NULL,
                                                 .whole_size = passage->whole_size,
                                                 .arrived_at = passage->arrived_at,
                                                 .is_history = passage->is_history},
                               error);
}

bool mail_receive(const ChannelReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw,
                  ChannelReceipt *receipt_out, GError **error)
{
    char content[SHA256_HEX_SIZE], before[SHA256_HEX_SIZE];
    if (!size_is_fine(raw, error))
        return false;
    parse_content_hash(raw, content);
    bool was_other = parse_content_hash_before(raw, before);
    return channel_receive(
        receiver, arena,
        &(ChannelArrival){
            .account = mailbox, .raw = raw, .external_id = content, .former_id = was_other ? before : NULL},
        receipt_out, error);
}
