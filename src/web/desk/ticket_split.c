/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_split.h"

#include "base/format.h"
#include "base/text.h"
#include "desk/intake/split.h"
#include "web/words.h"

enum { BEGINNING_SHOWN = 60 };

const char *ticket_split_offer(Arena *arena, const Visit *visit, const TicketMaterial *material, const Message *message)
{
    static const MsgId words[] = {[SPLIT_SUBJECT] = MSG_SPLIT_OFFER_SUBJECT, [SPLIT_SILENCE] = MSG_SPLIT_OFFER_SILENCE};
    const MessageList *messages = &material->messages;
    for (size_t i = 0; visit_may(visit, "ticket.write") && i < messages->count; i++) {
        if (messages->items[i].id.value != message->id.value)
            continue;
        SplitSign sign = split_sign(arena, &material->ticket, messages, i, &material->events, visit->policy->reopen_ms);
        return sign == SPLIT_NO_SIGN ? "" : msg(visit->lang, words[sign]);
    }
    return "";
}

const SplitChoice *ticket_split_choices(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                        size_t *count_out)
{
    const MessageList *messages = &material->messages;
    SplitChoice *choices = ARENA_ARRAY(arena, SplitChoice, messages->count);
    *count_out = 0;
    for (size_t i = 0; i < messages->count; i++) {
        const Message *message = &messages->items[i];
        if (!split_may(messages, i))
            continue;
        const char *said = text_clean_line(arena, bytes_of(message->text));
        choices[(*count_out)++] = (SplitChoice){
            .id = arena_int(arena, message->id.value),
            .when = format_moment(arena, visit->lang, visit->policy->zone, message->at, visit->now),
            .said = text_clip(arena, said, BEGINNING_SHOWN),
        };
    }
    return choices;
}
