/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/portal/track_view.h"

#include "base/check.h"
#include "base/format.h"
#include "base/token.h"
#include "desk/staff/staff.h"
#include "desk/ticket/merge.h"
#include "desk/ticket/transition.h"
#include "web/attachment_send.h"

#include <stdlib.h>
#include <string.h>

#define JOIN_LISTS(arena, Type, into, more)                                                                            \
    do {                                                                                                               \
        Type *both = ARENA_ARRAY((arena), Type, (into)->count + (more).count);                                         \
        if ((into)->count)                                                                                             \
            memcpy(both, (into)->items, (into)->count * sizeof *both);                                                 \
        if ((more).count)                                                                                              \
            memcpy(both + (into)->count, (more).items, (more).count * sizeof *both);                                   \
        (into)->items = both;                                                                                          \
        (into)->count += (more).count;                                                                                 \
    } while (0)

/* Of a request that was joined to this one: not what somebody wrote there under the customer's address alone. */
static void leave_out_unproved(MessageList *messages)
{
    size_t count = 0;
    for (size_t i = 0; i < messages->count; i++)
        if (!(messages->items[i].flags & MESSAGE_ADDRESS_UNPROVED))
            messages->items[count++] = messages->items[i];
    messages->count = count;
}

static void read_said(StoreTx *tx, Arena *arena, TicketId id, Track *track)
{
    MessageList messages = message_list(tx, arena, id);
    if (id.value != track->ticket.id.value)
        leave_out_unproved(&messages);
    AttachmentList files = attachment_list(tx, arena, id);
    OutboxStatusList sendings = outbox_list_of_ticket(tx, arena, id);
    JOIN_LISTS(arena, Message, &track->messages, messages);
    JOIN_LISTS(arena, Attachment, &track->files, files);
    JOIN_LISTS(arena, OutboxStatus, &track->sendings, sendings);
}

static int by_time(const void *left, const void *right)
{
    return message_compare(left, right);
}

/* The other requests of a merge: the one it went into and those that went into that one, where they are the same
 * person's. Another customer's are merged too when somebody confirmed it, and stay unseen. */
static void read_joined(StoreTx *tx, Arena *arena, Track *track)
{
    TicketId own = track->ticket.id, goes_on = track->goes_on.id;
    TicketIdList merged = ticket_list_merged(tx, arena, goes_on);
    if (own.value != goes_on.value && ticket_same_customer(&track->ticket, &track->goes_on))
        read_said(tx, arena, goes_on, track);
    for (size_t i = 0; i < merged.count; i++) {
        Ticket other;
        if (merged.items[i].value != own.value && ticket_find(tx, arena, merged.items[i], &other) &&
            ticket_same_customer(&track->ticket, &other))
            read_said(tx, arena, other.id, track);
    }
    if (track->messages.count > 1)
        qsort(track->messages.items, track->messages.count, sizeof track->messages.items[0], by_time);
}

bool track_read(StoreTx *tx, Arena *arena, const char *token, Track *track_out)
{
    char hash[SHA256_HEX_SIZE];
    Staff owner;
    if (!token_hash(token, hash))
        return false;
    TicketId id = ticket_find_by_tracking(tx, arena, hash);
    *track_out = (Track){.token = token, .owner = ""};
    if (!id.value || !ticket_find(tx, arena, id, &track_out->ticket))
        return false;
    track_out->goes_on = track_out->ticket;
    read_said(tx, arena, id, track_out);
    track_out->unproved = message_list_unproved(&track_out->messages) != NULL;
    TicketId master = {track_out->unproved ? 0 : track_out->ticket.now.master_id};
    if (master.value && !ticket_find(tx, arena, master, &track_out->goes_on))
        return false;
    if (!track_out->unproved)
        read_joined(tx, arena, track_out);
    track_out->events = ticket_event_history(tx, arena, track_out->goes_on.id);
    if (staff_find(tx, arena, (StaffId){track_out->goes_on.now.owner_id}, &owner))
        track_out->owner = owner.display_name;
    return true;
}

/* ------------------------------------------------------------------------------------------------- what may be seen */

static bool answer_has_left(const OutboxStatus *sending, TimeMs now)
{
    if (sending->state == OUTBOX_CANCELLED)
        return false;
    return sending->state != OUTBOX_QUEUED || sending->attempts > 0 || sending->not_before <= now;
}

bool track_shows(const Message *message, const OutboxStatusList *sendings, TimeMs now)
{
    if (message->direction == MESSAGE_IN)
        return !(message->flags & (MESSAGE_DELIVERY_REPORT | MESSAGE_AUTO_REPLY | MESSAGE_SENDER_UNVERIFIED));
    if (message->direction != MESSAGE_OUT)
        return false;
    for (size_t i = 0; i < sendings->count; i++)
        if (sendings->items[i].message.value == message->id.value)
            return answer_has_left(&sendings->items[i], now);
    return true; /* said by another way than the outbox: it was heard at once */
}

static bool is_seen(const Track *track, const Message *message, TimeMs now)
{
    if (track->unproved && !(message->direction == MESSAGE_IN && message->flags & MESSAGE_ADDRESS_UNPROVED))
        return false;
    return track_shows(message, &track->sendings, now);
}

bool track_shows_message(const Track *track, MessageId message, TimeMs now)
{
    for (size_t i = 0; i < track->messages.count; i++)
        if (track->messages.items[i].id.value == message.value)
            return is_seen(track, &track->messages.items[i], now);
    return false;
}

const Message *track_first_inbound(const Track *track)
{
    for (size_t i = 0; i < track->messages.count; i++)
        if (track->messages.items[i].direction == MESSAGE_IN)
            return &track->messages.items[i];
    return NULL;
}

/* -------------------------------------------------------------------------------------------------------------- steps */

typedef struct Fill {
    Arena *arena;
    const Visit *visit;
    const Track *track;
    TrackingView *view;
} Fill;

static const char *moment(const Fill *fill, TimeMs at)
{
    return format_moment(fill->arena, fill->visit->lang, fill->visit->policy->zone, at, fill->visit->now);
}

/* When a person first had it. */
static TimeMs taken_at(const Track *track)
{
    for (size_t i = 0; i < track->events.count; i++) {
        const TicketEvent *event = &track->events.items[i].event;
        if (change_has(&event->change, FIELD_OWNER) && event->change.value[FIELD_OWNER])
            return event->occurred_at;
    }
    return TIME_NONE;
}

static bool is_solved(TicketState state)
{
    return state == TICKET_RESOLVED || state == TICKET_CLOSED;
}

/* Received, taken, in progress, solved: the last one reached is the current one. A request that ended some other way
 * (joined, not ours, cancelled) has no road to show. */
static void fill_steps(Fill *fill)
{
    const TicketProjection *now = &fill->track->goes_on.now;
    TicketState state = (TicketState)now->state;
    bool solved = is_solved(state);
    TimeMs taken = taken_at(fill->track);
    const struct {
        MsgId label;
        TimeMs at;
        bool reached;
    } road[] = {{MSG_TRACK_STEP_RECEIVED, now->received_at, true},
                {MSG_TRACK_STEP_TAKEN, taken, taken != TIME_NONE},
                {MSG_TRACK_STEP_WORKING, TIME_NONE, solved || state >= TICKET_IN_PROGRESS},
                {MSG_TRACK_STEP_SOLVED, now->resolved_at, solved}};
    if (!ticket_state_is_open(state) && !solved)
        return;
    TrackStep *steps = ARENA_ARRAY(fill->arena, TrackStep, G_N_ELEMENTS(road));
    size_t current = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(road); i++) {
        steps[i] = (TrackStep){msg(fill->visit->lang, road[i].label), road[i].reached ? moment(fill, road[i].at) : "",
                               road[i].reached, false};
        current = road[i].reached ? i : current;
    }
    steps[current].current = true;
    steps[current].done = solved;
    fill->view->steps = steps;
    fill->view->steps_count = G_N_ELEMENTS(road);
}

/* --------------------------------------------------------------------------------------------------------------- head */

static const char *words(const Fill *fill, const char *family)
{
    const char *state = ticket_state_text((TicketState)fill->track->goes_on.now.state);
    MsgId id;
    check(msg_id_find(arena_printf(fill->arena, "%s%s", family, state), &id));
    const char *owner = *fill->track->owner ? fill->track->owner : fill->visit->policy->company_name;
    return msg_fill(fill->arena, fill->visit->lang, id, "owner", owner, NULL);
}

static void fill_head(Fill *fill)
{
    const Ticket *own = &fill->track->ticket, *ticket = &fill->track->goes_on;
    TrackingView *view = fill->view;
    TimeMs by = ticket_state_is_open((TicketState)ticket->now.state) ? ticket->now.next_update_at : TIME_NONE;
    view->number = arena_int(fill->arena, own->id.value);
    view->subject = *own->subject ? own->subject : msg(fill->visit->lang, MSG_TICKET_NO_SUBJECT);
    view->joined = own->id.value == ticket->id.value
                       ? ""
                       : msg_fill(fill->arena, fill->visit->lang, MSG_TRACK_JOINED, "number",
                                  arena_int(fill->arena, ticket->id.value), NULL);
    view->owner = fill->track->owner;
    view->state = words(fill, "track.state.");
    bool told = ticket->waiting_reason && !fill->track->unproved;
    view->next_step = told ? ticket->waiting_reason : words(fill, "track.next.");
    view->next_by = format_due(fill->arena, fill->visit->lang, fill->visit->policy->zone, by, fill->visit->now);
    view->next_late = by != TIME_NONE && by < fill->visit->now;
    view->can_reply = true;
    view->reply_url = url_local(fill->arena, "/track/%", fill->track->token);
    view->draft_key = arena_printf(fill->arena, "track-%s", view->number);
    view->said = view->reply = view->reply_error = "";
}

/* Where the answers are while this page does not show them. */
static void fill_unproved(Fill *fill)
{
    const Track *track = fill->track;
    bool answered = false;
    for (size_t i = 0; i < track->messages.count; i++)
        answered |= track->messages.items[i].direction == MESSAGE_OUT &&
                    track_shows(&track->messages.items[i], &track->sendings, fill->visit->now);
    fill->view->unproved =
        track->unproved ? msg(fill->visit->lang, answered ? MSG_TRACK_UNPROVED_ANSWERED : MSG_TRACK_UNPROVED) : "";
}

/* ------------------------------------------------------------------------------------------------------- conversation */

static const File *files_of(const Fill *fill, MessageId message, size_t *count_out)
{
    const AttachmentList *all = &fill->track->files;
    File *files = ARENA_ARRAY(fill->arena, File, all->count);
    *count_out = 0;
    for (size_t i = 0; i < all->count; i++) {
        const Attachment *file = &all->items[i];
        if (file->message.value == message.value)
            files[(*count_out)++] = (File){.name = *file->name ? file->name : file->media_type,
                                           .url = url_local(fill->arena, "/track/%/files/%", fill->track->token,
                                                            arena_int(fill->arena, file->id.value)),
                                           .size = attachment_size(fill->arena, fill->visit->lang, file->size),
                                           .blocked = attachment_blocked(fill->arena, fill->visit->lang, file),
                                           .unchecked = attachment_unchecked(fill->visit, file->scan)};
    }
    return files;
}

/* Their own words without what they quoted: that is on this page already, or was never theirs to see. */
static SafeHtml body_of(const Fill *fill, const Message *message)
{
    size_t length = strlen(message->text);
    bool quoted = message->quoted_at != MESSAGE_NOT_QUOTED && (size_t)message->quoted_at <= length;
    const char *text = quoted ? arena_strndup(fill->arena, message->text, (size_t)message->quoted_at) : message->text;
    return html_from_lines(fill->arena, text);
}

static TrackMessage track_message(const Fill *fill, const Message *message)
{
    bool mine = message->direction == MESSAGE_IN;
    MsgId nameless = mine ? MSG_EVENT_WHO_CUSTOMER : MSG_EVENT_WHO_STAFF;
    TrackMessage shown = {
        .author = *message->sender_name ? message->sender_name : msg(fill->visit->lang, nameless),
        .mine = mine,
        .when = moment(fill, message->at),
        .body = body_of(fill, message),
    };
    shown.files = files_of(fill, message->id, &shown.files_count);
    return shown;
}

static void fill_messages(Fill *fill)
{
    const Track *track = fill->track;
    TrackMessage *messages = ARENA_ARRAY(fill->arena, TrackMessage, track->messages.count);
    size_t count = 0;
    for (size_t i = 0; i < track->messages.count; i++)
        if (is_seen(track, &track->messages.items[i], fill->visit->now))
            messages[count++] = track_message(fill, &track->messages.items[i]);
    fill->view->messages = messages;
    fill->view->messages_count = count;
}

void track_fill(Arena *arena, const Visit *visit, const Track *track, TrackingView *view_out)
{
    Fill fill = {arena, visit, track, view_out};
    *view_out = (TrackingView){0};
    fill_head(&fill);
    fill_unproved(&fill);
    fill_steps(&fill);
    fill_messages(&fill);
}
