/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/normalise.h"

#include "channel/mail/event.h"

bool mail_normalise(Arena *arena, const ChannelKept *kept, ChannelEvent *event_out, GError **error)
{
    ParsedMail mail;
    if (!parse_mail(kept->zygote, arena, kept->raw, &mail, error))
        return false;
    MailArrival arrival = mail_arrival(kept, &mail);
    *event_out = (ChannelEvent){
        .kind = CHANNEL_EVENT_MESSAGE,
        .message = mail_event(arena, &arrival),
        .html = {(const uint8_t *)mail.html, mail.html ? mail.html_size : 0},
        .test_secret = mail_test_secret(arena, kept->source, mail.message_id),
        .is_test_itself = true,
    };
    if (event_out->test_secret)
        event_out->signing = mail_signing(arena, &mail, kept->source->address);
    return true;
}
