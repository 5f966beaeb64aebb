/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/departure.h"

#include "desk/ticket/message.h"
#include "message_sql.h"

bool departure_find(StoreTx *tx, Arena *arena, TicketId ticket, const char *channel, ChannelAccount *account_out)
{
    const int64_t doubtful = MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT | MESSAGE_SENDER_UNVERIFIED |
                             MESSAGE_FROM_STRANGER | MESSAGE_RETURNED;
    SqlMessageLastSource row;
    bool came = sql_message_last_source(tx, arena, &(SqlMessageLastSourceIn){ticket, doubtful}, &row) &&
                channel_account_find(tx, arena, row.source, account_out);
    if (came && account_out->active)
        return true;
    const char *of = came ? account_out->channel : channel;
    if (channel_account_default(tx, arena, of, account_out))
        return true;
    *account_out = (ChannelAccount){.channel = of, .name = "", .address = "", .signature = ""};
    return false;
}
