/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * departure: the account an answer leaves from. Answers: "which of our addresses did this customer write to?"
 *
 * The one through which the customer's last word came, whatever its channel; the channel's default when that one is
 * switched off or gone, or when nothing came through an account. What one of us answered by mail, a robot, a report, a
 * stranger or a sender nobody vouches for decides nothing, unless it opened the request. Not for sending. Owns no table
 * (reads inbound, message).
 * Called by: desk/ticket (answer), web (composer).
 *
 * Memory: the account lives in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The channel is never another than the account's: what came by certified mail is not answered by plain mail.
 *
 * Example:
 *     ChannelAccount account;
 *     if (departure_find(tx, arena, ticket, "mail", &account))
 *         show(account.address);
 */
#ifndef FILO_DESK_TICKET_DEPARTURE_H
#define FILO_DESK_TICKET_DEPARTURE_H

#include "desk/setting/setting.h"

/* channel: the adapter's key when nothing came through an account. false: no active account; then *account_out has only
 * its channel, and an empty name and address. */
bool departure_find(StoreTx *tx, Arena *arena, TicketId ticket, const char *channel, ChannelAccount *account_out);

#endif
