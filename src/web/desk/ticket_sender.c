/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_sender.h"

#include "desk/party/party.h"
#include "web/words.h"

#include <string.h>

static void append_check(GString *out, Lang lang, const char *name, AuthResult result)
{
    MsgId words = result == AUTH_PASS   ? MSG_SENDER_CHECK_PASS
                  : result == AUTH_FAIL ? MSG_SENDER_CHECK_FAIL
                                        : MSG_SENDER_CHECK_OTHER;
    if (result != AUTH_UNSAID)
        g_string_append_printf(out, "%s%s %s", out->len ? ", " : "", name, msg(lang, words));
}

static const char *checks_of(Arena *arena, Lang lang, const MessageSender *sender)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_check(out, lang, "DMARC", sender->dmarc);
    append_check(out, lang, "DKIM", sender->dkim);
    append_check(out, lang, "SPF", sender->spf);
    return out->len ? arena_strndup(arena, out->str, out->len) : msg(lang, MSG_SENDER_CHECK_OTHER);
}

const char *ticket_sender_vouch(Arena *arena, Lang lang, const TicketMaterial *material, const Message *message)
{
    const MessageSender *sender = message_sender_of(&material->senders, message->id);
    if (!sender || !*sender->judge || message->flags & MESSAGE_FORWARDED) /* it says that of whoever passed it on */
        return "";
    MsgId words = message->flags & MESSAGE_SENDER_UNVERIFIED ? MSG_SENDER_DOUBTED
                  : sender->dmarc == AUTH_PASS               ? MSG_SENDER_CONFIRMED
                                                             : MSG_SENDER_UNDECIDED;
    return msg_fill(arena, lang, words, "server", sender->judge, "checks", checks_of(arena, lang, sender), NULL);
}

const char *ticket_sender_reply_to(Arena *arena, Lang lang, const TicketMaterial *material, const Message *message)
{
    const MessageSender *sender = message_sender_of(&material->senders, message->id);
    return sender && *sender->reply_to ? msg_fill(arena, lang, MSG_SENDER_REPLY_TO, "to", sender->reply_to, NULL) : "";
}

static const MessageSender *last_from(Arena *arena, const TicketMaterial *material, const char *address_key)
{
    const MessageList *messages = &material->messages;
    for (size_t i = messages->count; i-- > 0;) {
        const Message *message = &messages->items[i];
        if (message->direction == MESSAGE_IN &&
            strcmp(contact_key_of_email(arena, message->sender_address), address_key) == 0)
            return message_sender_of(&material->senders, message->id);
    }
    return NULL;
}

const char *ticket_sender_warning(Arena *arena, Lang lang, const TicketMaterial *material, const Correspondent *to)
{
    const MessageSender *sender = to ? last_from(arena, material, to->address_key) : NULL;
    return sender && *sender->reply_to
               ? msg_fill(arena, lang, MSG_COMPOSER_REPLY_TO, "from", to->address, "to", sender->reply_to, NULL)
               : "";
}
