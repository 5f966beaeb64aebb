/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/lmtp_in.h"

#include "base/log.h"

#include <string.h>

/* Whether the address is ours as it is, or once what follows its first plus sign is taken away: "box+t.x@host". */
static bool is_same(const char *own, const char *address)
{
    const char *own_at = strrchr(own, '@'), *at = strrchr(address, '@');
    const char *plus = at ? memchr(address, '+', (size_t)(at - address)) : NULL;
    if (!own_at || !at || g_ascii_strcasecmp(own_at, at) != 0)
        return false;
    size_t own_length = (size_t)(own_at - own), length = (size_t)(at - address);
    size_t base_length = plus ? (size_t)(plus - address) : length;
    return (own_length == length || own_length == base_length) && g_ascii_strncasecmp(own, address, own_length) == 0;
}

/* Certified mail is mail to the server that hands it over. */
static bool is_mailbox(const ChannelAccount *account)
{
    return account->active && (strcmp(account->channel, "mail") == 0 || strcmp(account->channel, "pec") == 0);
}

const char *mail_lmtp_mailbox(Arena *arena, const ChannelAccountList *accounts, const char *address)
{
    for (size_t i = 0; i < accounts->count; i++) {
        const ChannelAccount *account = &accounts->items[i];
        if (is_mailbox(account) && is_same(account->address, address))
            return arena_strdup(arena, account->name);
    }
    return NULL;
}

/* TAKEN and *mailbox_out, NOBODY, or LATER and *error. */
static LmtpVerdict find_mailbox(const ChannelReceiver *receiver, Arena *arena, const char *address,
                                const char **mailbox_out, GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(receiver->desk), error);
    if (!tx)
        return LMTP_LATER;
    ChannelAccountList accounts = channel_account_list(tx, arena);
    if (!store_read_end(tx, error))
        return LMTP_LATER;
    *mailbox_out = mail_lmtp_mailbox(arena, &accounts, address);
    return *mailbox_out ? LMTP_TAKEN : LMTP_NOBODY;
}

static void log_later(const GError *error)
{
    LOG(LOG_WARNING, "lmtp.later", LOG_NUMBER("code", error->code), LOG_TEXT("reason", error->message));
}

static LmtpVerdict recipient(const char *address, void *context)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    const char *mailbox;
    LmtpVerdict verdict = find_mailbox(context, arena, address, &mailbox, &error);
    if (verdict == LMTP_LATER)
        log_later(error);
    return verdict;
}

static LmtpVerdict deliver(const LmtpMessage *message, int64_t *kept_as_out, void *context)
{
    const ChannelReceiver *receiver = context;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    const char *mailbox;
    ChannelReceipt receipt;
    LmtpVerdict found = find_mailbox(receiver, arena, message->recipient, &mailbox, &error);
    if (found == LMTP_NOBODY) /* it was one a moment ago: the next try will be told at its address */
        return LMTP_LATER;
    if (found == LMTP_TAKEN && mail_receive(receiver, arena, mailbox, message->content, &receipt, &error)) {
        *kept_as_out = receipt.inbound.value;
        return LMTP_TAKEN;
    }
    log_later(error);
    return g_error_matches(error, FILO_ERROR, FILO_ERROR_FULL) ? LMTP_NO_SPACE : LMTP_LATER;
}

LmtpHandlers mail_lmtp_handlers(const ChannelReceiver *receiver)
{
    return (LmtpHandlers){recipient, deliver, (void *)receiver};
}
