/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_talk.h"

#include "base/format.h"
#include "web/words.h"

typedef struct Talk {
    Arena *arena;
    const Visit *visit;
    const TicketMaterial *material;
    TicketEntry *entries;
    size_t count;
} Talk;

const char *ticket_material_staff_name(const TicketMaterial *material, int64_t staff_id)
{
    for (size_t i = 0; staff_id && i < material->staff.count; i++)
        if (material->staff.items[i].id.value == staff_id)
            return material->staff.items[i].display_name;
    return NULL;
}

static const char *moment(const Talk *talk, TimeMs at)
{
    return format_moment(talk->arena, talk->visit->lang, talk->visit->policy->zone, at, talk->visit->now);
}

static const char *who(const Talk *talk, Actor actor)
{
    const char *name = actor.kind == ACTOR_STAFF ? ticket_material_staff_name(talk->material, actor.id) : NULL;
    if (name)
        return name;
    if (actor.kind == ACTOR_STAFF)
        return msg(talk->visit->lang, MSG_EVENT_WHO_STAFF);
    return msg(talk->visit->lang, actor.kind == ACTOR_CUSTOMER ? MSG_EVENT_WHO_CUSTOMER : MSG_EVENT_WHO_SYSTEM);
}

/* ------------------------------------------------------------------------------------------------------------- messages */

static const File *files_of(const Talk *talk, const AttachmentList *all, MessageId message, size_t *count_out)
{
    File *files = ARENA_ARRAY(talk->arena, File, all->count);
    *count_out = 0;
    for (size_t i = 0; i < all->count; i++) {
        const Attachment *file = &all->items[i];
        if (file->message.value == message.value)
            files[(*count_out)++] =
                (File){*file->name ? file->name : file->media_type,
                       url_local(talk->arena, "/attachments/%", arena_int(talk->arena, file->id.value)),
                       arena_printf(talk->arena, "%s kB",
                                    format_number(talk->arena, talk->visit->lang, (file->size + 1023) / 1024))};
    }
    return files;
}

static const OutboxStatus *sending_of(const Talk *talk, MessageId message)
{
    for (size_t i = 0; i < talk->material->sendings.count; i++)
        if (talk->material->sendings.items[i].message.value == message.value)
            return &talk->material->sendings.items[i];
    return NULL;
}

static const char *sending_words(const Talk *talk, const OutboxStatus *sending)
{
    static const MsgId words[OUTBOX_STATE_COUNT] = {
        [OUTBOX_QUEUED] = MSG_MESSAGE_STATUS_QUEUED,       [OUTBOX_SENDING] = MSG_MESSAGE_STATUS_SENDING,
        [OUTBOX_DOT_SENT] = MSG_MESSAGE_STATUS_SENDING,    [OUTBOX_SENT] = MSG_MESSAGE_STATUS_SENT,
        [OUTBOX_FAILED] = MSG_MESSAGE_STATUS_FAILED,       [OUTBOX_CANCELLED] = MSG_MESSAGE_STATUS_CANCELLED,
        [OUTBOX_SEALED] = MSG_MESSAGE_STATUS_SEALED,
    };
    Lang lang = talk->visit->lang;
    if (sending->state == OUTBOX_QUEUED)
        return msg_fill(talk->arena, lang, MSG_MESSAGE_STATUS_QUEUED, "when",
                        format_due(talk->arena, lang, talk->visit->policy->zone, sending->not_before, talk->visit->now),
                        NULL);
    return msg(lang, words[sending->state]);
}

static const char *flag_words(const Talk *talk, int64_t flags)
{
    static const struct {
        int64_t flag;
        MsgId words;
    } rows[] = {
        {MESSAGE_UNREADABLE, MSG_MESSAGE_FLAG_UNREADABLE},     {MESSAGE_SENDER_UNVERIFIED, MSG_MESSAGE_FLAG_UNVERIFIED},
        {MESSAGE_FROM_STRANGER, MSG_MESSAGE_FLAG_STRANGER},    {MESSAGE_ID_REUSED, MSG_MESSAGE_FLAG_REUSED},
        {MESSAGE_DELIVERY_REPORT, MSG_MESSAGE_FLAG_REPORT},    {MESSAGE_AUTO_REPLY, MSG_MESSAGE_FLAG_AUTO_REPLY},
        {MESSAGE_TRUNCATED, MSG_MESSAGE_FLAG_TRUNCATED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (flags & rows[i].flag)
            return msg(talk->visit->lang, rows[i].words);
    return "";
}

static const char *author_of(const Talk *talk, const Message *message)
{
    if (*message->sender_name && *message->sender_address)
        return arena_printf(talk->arena, "%s <%s>", message->sender_name, message->sender_address);
    if (*message->sender_name || *message->sender_address)
        return *message->sender_name ? message->sender_name : message->sender_address;
    return who(talk, message->author);
}

static void add_message(Talk *talk, const Message *message)
{
    const OutboxStatus *sending = sending_of(talk, message->id);
    TicketEntry entry = {
        .anchor = arena_printf(talk->arena, "m%" G_GINT64_FORMAT, message->id.value),
        .message = message->direction != MESSAGE_NOTE,
        .incoming = message->direction == MESSAGE_IN,
        .note = message->direction == MESSAGE_NOTE,
        .author = author_of(talk, message),
        .when = moment(talk, message->at),
        .text = "",
        .body = html_from_lines(talk->arena, message->text),
        .status = sending ? sending_words(talk, sending) : flag_words(talk, message->flags),
        .failed = sending ? sending->state == OUTBOX_FAILED : message->flags != 0,
    };
    if (message->raw_sha256)
        entry.original_url =
            url_local(talk->arena, "/tickets/%/messages/%/original", arena_int(talk->arena, message->ticket.value),
                      arena_int(talk->arena, message->id.value));
    bool elsewhere = message->ticket.value != talk->material->ticket.id.value;
    entry.from = elsewhere ? arena_int(talk->arena, message->ticket.value) : "";
    entry.from_url = elsewhere ? url_local(talk->arena, "/tickets/%", entry.from) : (SafeUrl){NULL};
    entry.fresh = talk->material->seen && message->id.value > talk->material->seen;
    entry.files = files_of(talk, elsewhere ? &talk->material->merged_files : &talk->material->files, message->id,
                           &entry.files_count);
    talk->entries[talk->count++] = entry;
}

/* --------------------------------------------------------------------------------------------------------------- events */

static const char *with_other(const Talk *talk, const TicketEvent *event, MsgId words)
{
    return msg_fill(talk->arena, talk->visit->lang, words, "who", who(talk, event->actor), "number",
                    arena_int(talk->arena, event->change.value[FIELD_OTHER_TICKET]), NULL);
}

static const char *event_words(const Talk *talk, const TicketEvent *event, const TicketProjection *after)
{
    Lang lang = talk->visit->lang;
    const char *state = words_state(talk->arena, lang, ticket_state_text((TicketState)after->state),
                                    ticket_material_staff_name(talk->material, after->owner_id));
    switch ((int)event->kind) {
    case EVENT_STATE:
        return msg_fill(talk->arena, lang, MSG_EVENT_STATE, "who", who(talk, event->actor), "state", state, NULL);
    case EVENT_ASSIGNED:
        return msg_fill(talk->arena, lang, MSG_EVENT_ASSIGNED, "who", who(talk, event->actor), "state", state, NULL);
    case EVENT_REOPENED:
        return msg_fill(talk->arena, lang, MSG_EVENT_REOPENED, "who", who(talk, event->actor), NULL);
    case EVENT_MERGED:
        return with_other(talk, event, MSG_EVENT_MERGED);
    case EVENT_LINKED:
        return change_has(&event->change, FIELD_OTHER_TICKET) ? with_other(talk, event, MSG_EVENT_LINKED) : NULL;
    case EVENT_DESCRIBED:
        return msg_fill(talk->arena, lang, MSG_EVENT_DESCRIBED, "who", who(talk, event->actor), NULL);
    case EVENT_ACKNOWLEDGED:
        return msg(lang, MSG_EVENT_ACKNOWLEDGED);
    case EVENT_DELIVERY:
        return msg(lang, MSG_EVENT_DELIVERY);
    default: /* messages stand as messages; the rest is in the facts */
        return NULL;
    }
}

static void add_event(Talk *talk, const TicketEventRecord *record, const TicketProjection *after)
{
    const char *words = event_words(talk, &record->event, after);
    if (words)
        talk->entries[talk->count++] =
            (TicketEntry){.anchor = arena_printf(talk->arena, "e%" G_GINT64_FORMAT, record->id.value),
                          .author = "",
                          .when = moment(talk, record->event.occurred_at),
                          .text = words,
                          .status = "",
                          .from = ""};
}

static const Message *message_of(const Talk *talk, const TicketEvent *event)
{
    for (size_t i = 0; change_has(&event->change, FIELD_MESSAGE) && i < talk->material->messages.count; i++)
        if (talk->material->messages.items[i].id.value == event->change.value[FIELD_MESSAGE])
            return &talk->material->messages.items[i];
    return NULL;
}

/* What was said on joined requests until then, in its place by time; gives what comes next. */
static size_t add_merged(Talk *talk, size_t next, TimeMs until)
{
    const MessageList *merged = &talk->material->merged;
    while (next < merged->count && merged->items[next].at <= until)
        add_message(talk, &merged->items[next++]);
    return next;
}

const TicketEntry *ticket_talk(Arena *arena, const Visit *visit, const TicketMaterial *material, size_t *count_out)
{
    Talk talk = {.arena = arena, .visit = visit, .material = material};
    TicketProjection fold = projection_empty();
    size_t merged = 0;
    talk.entries = ARENA_ARRAY(arena, TicketEntry, material->events.count + material->merged.count);
    for (size_t i = 0; i < material->events.count; i++) {
        const TicketEventRecord *record = &material->events.items[i];
        const Message *message = message_of(&talk, &record->event);
        projection_apply(&fold, &record->event);
        merged = add_merged(&talk, merged, record->event.occurred_at);
        if (message)
            add_message(&talk, message);
        else
            add_event(&talk, record, &fold);
    }
    add_merged(&talk, merged, INT64_MAX);
    *count_out = talk.count;
    return talk.entries;
}
