/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a mail by which one of us answers: a notice of ours, or the customer, with us in copy. How: whoever holds the
 * notice's token and writes from the address it went to answers the customer, in their own name; what cannot be sent is a
 * note, what another writes is shown to the staff, marked. What went to the customer already is on record as what it is.
 */
#include "desk/intake/intake_int.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/intake/elsewhere.h"
#include "desk/ticket/outgoing.h"
#include "parse/quote.h"

#include <string.h>

bool intake_find_notice(Intake *intake, NoticeReply *reply_out)
{
    for (size_t i = 0; i < intake->event->key_count; i++) {
        const IntakeKey *key = &intake->event->keys[i];
        if (key->kind == INTAKE_KEY_TOKEN &&
            notice_find_reply(intake->tx, intake->arena, key->text, intake->event->sender_key, reply_out))
            return true;
    }
    return false;
}

/* The mail's files, but for the pictures of a signature. */
static void attach_files(Intake *intake, MessageId message)
{
    const InboundEvent *event = intake->event;
    message_set_raw(intake->tx, message, event->raw_sha256);
    for (size_t i = 0; i < event->file_count; i++) {
        Attachment file = event->files[i];
        file.message = message;
        if (!file.content_id)
            attachment_add(intake->tx, &file);
    }
}

void intake_tell_unsent(Intake *intake, TicketId ticket, MessageId message)
{
    const InboundEvent *event = intake->event;
    NoticeUnsent unsent = {ticket, message, event->notices, event->sealed};
    notice_tell_unsent(intake->tx, intake->arena, &unsent, intake->now);
}

/* What could not be sent is a note, with its files: its author hears that, and a person sees it. */
static void keep_as_note(Intake *intake, const NoticeReply *reply)
{
    const InboundEvent *event = intake->event;
    InputError refused;
    MessageId note;
    const char *text = *intake_own_words(intake) ? intake_own_words(intake) : event->subject;
    if (!note_add(intake->tx, intake->arena, intake->result.ticket, *text ? text : "-", reply->author_name,
                  (Actor){ACTOR_STAFF, reply->staff.value}, intake->now, &note, &refused))
        return;
    attach_files(intake, note);
    intake_tell_unsent(intake, intake->result.ticket, note);
    intake->result.message = note;
    intake->result.outcome = INTAKE_APPENDED;
}

/* What may go to the customer: nothing of the notice, above or below the words. "": they cannot be told from it. */
static const char *words_for_customer(const Intake *intake)
{
    const char *own = intake_own_words(intake);
    char *taken = quote_take_out(own, strlen(own));
    const char *words = taken ? text_trim(intake->arena, taken) : "";
    g_free(taken);
    return words;
}

static bool answer_customer(Intake *intake, const NoticeReply *reply)
{
    const InboundEvent *event = intake->event;
    Actor actor = {ACTOR_STAFF, reply->staff.value};
    InputError refused;
    AnswerResult result;
    Answer answer = {.ticket = intake->result.ticket,
                     .channel = event->channel,
                     .text = words_for_customer(intake),
                     .author_name = reply->author_name,
                     .author_team = reply->team,
                     .reply = event->reply,
                     .idempotency_key =
                         arena_printf(intake->arena, "staff-mail:%" G_GINT64_FORMAT, event->inbound.value),
                     .leaves_at = intake->now,
                     .next_update_at = event->next_update_at,
                     .sealed = event->sealed};
    if (!*answer.text ||
        !recipient_choose(intake->tx, intake->arena, &(RecipientChoice){.given = false}, actor, intake->now, &answer,
                          &refused) ||
        !answer_add(intake->tx, intake->arena, &answer, actor, intake->now, &result, &refused))
        return false;
    audit_add(intake->tx, &(AuditEntry){intake->now, actor, "ticket.answer", "ticket", answer.ticket.value, "mail"});
    attach_files(intake, result.message);
    intake->result.message = result.message;
    intake->result.outcome = INTAKE_ANSWERED;
    return true;
}

/* Holding the token is not enough: it may have been passed on. Whoever else writes is shown to the staff, marked. */
void intake_take_staff_reply(Intake *intake, const NoticeReply *reply)
{
    bool own = reply->may_answer && !(intake->flags & MESSAGE_SENDER_UNVERIFIED);
    intake->result.ticket = intake_follow_master(intake, reply->ticket);
    intake->result.outcome = INTAKE_IGNORED;
    if (intake_is_robot(intake))
        return;
    if (!own) {
        intake->flags |= MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_STRANGER;
        intake_append(intake, intake->result.ticket);
        return;
    }
    if (*intake_own_words(intake) ? !answer_customer(intake, reply) : intake->event->file_count > 0)
        keep_as_note(intake, reply);
}

/* Nobody vouching, it may be anybody's who saw the customer's mail: the staff sees it, marked, and it counts for nothing. */
bool intake_take_copy(Intake *intake)
{
    const InboundEvent *event = intake->event;
    ElsewhereCopy copy;
    if (intake_is_robot(intake) || event->actor.kind != ACTOR_CUSTOMER || intake->flags & MESSAGE_SENDER_UNVERIFIED ||
        !elsewhere_find_copy(intake->tx, intake->arena, event, &copy))
        return false;
    intake->result.ticket = copy.ticket;
    intake->result.outcome = INTAKE_IGNORED;
    if (!event->vouched) {
        intake->flags |= MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_STRANGER;
        intake_append(intake, copy.ticket);
    } else if (!copy.already) {
        elsewhere_put(intake->tx, intake->arena, event, &copy, intake->now, &intake->result);
    }
    return true;
}
