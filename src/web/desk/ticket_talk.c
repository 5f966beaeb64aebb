/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_talk.h"

#include "base/format.h"
#include "base/text.h"
#include "desk/intake/robot.h"
#include "desk/intake/unproved.h"
#include "web/desk/message_page.h"
#include "web/desk/ticket_forward.h"
#include "web/desk/ticket_proof.h"
#include "web/desk/ticket_sender.h"
#include "web/desk/ticket_split.h"
#include "web/desk/ticket_unproved.h"
#include "web/words.h"

#include <string.h>

/* What stands in the talk; a message is put into words only if it is shown. */
typedef struct Piece {
    TimeMs at;
    const Message *said; /* or NULL: entry is an event's */
    TicketEntry entry;
} Piece;

typedef struct Talk {
    Arena *arena;
    const Visit *visit;
    const TicketMaterial *material;
    TalkAsk ask;
    Piece *pieces;
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
            files[(*count_out)++] = message_file(talk->arena, talk->visit, file);
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

enum { SAID_SHOWN = 200, LATE_HOURS = 4 };

/* Tried for so long that whoever wrote it must know (security R11). */
static bool is_late(const Talk *talk, const OutboxStatus *sending)
{
    return sending->state == OUTBOX_QUEUED && sending->attempts > 0 &&
           talk->visit->now - sending->created_at >= LATE_HOURS * TIME_HOUR;
}

static const char *said_of(const Talk *talk, const char *reason)
{
    if (reason && !strcmp(reason, OUTBOX_INFECTED))
        return msg(talk->visit->lang, MSG_DELIVERY_REASON_INFECTED);
    return text_clip(talk->arena, text_clean_line(talk->arena, bytes_of(reason ? reason : "")), SAID_SHOWN);
}

/* "Non a anna@bar.test: 550 …" for each recipient who does not have it; "" when all do. */
static const char *missing_words(const Talk *talk, const OutboxStatus *sending)
{
    static const MsgId words[OUTBOX_RECIPIENT_STATE_COUNT] = {
        [OUTBOX_RECIPIENT_DEFERRED] = MSG_MESSAGE_RECIPIENT_DEFERRED,
        [OUTBOX_RECIPIENT_REFUSED] = MSG_MESSAGE_RECIPIENT_REFUSED,
    };
    const char *text = "";
    bool ended = sending->state == OUTBOX_SENT;
    for (size_t i = 0; sending->state != OUTBOX_FAILED && i < talk->material->fared.count; i++) {
        const OutboxRecipient *one = &talk->material->fared.items[i];
        if (one->outbox.value == sending->id.value && one->state != OUTBOX_RECIPIENT_SENT)
            text = arena_printf(talk->arena, "%s · %s", text,
                                msg_fill(talk->arena, talk->visit->lang,
                                         words[ended ? OUTBOX_RECIPIENT_REFUSED : one->state], "address", one->address,
                                         "said", said_of(talk, one->reason), NULL));
    }
    return text;
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
    ReceiptKind rank = ticket_proof_rank(&talk->material->receipts, &talk->material->recipients, sending->message);
    if (sending->state == OUTBOX_SENT && rank != RECEIPT_OTHER)
        return msg(lang, rank == RECEIPT_DELIVERED ? MSG_MESSAGE_STATUS_CERTIFIED : MSG_MESSAGE_STATUS_ACCEPTED);
    if (is_late(talk, sending))
        return msg_fill(talk->arena, lang, MSG_MESSAGE_STATUS_LATE, "span",
                        format_span(talk->arena, lang, talk->visit->now - sending->created_at), "said",
                        said_of(talk, sending->reason), "when",
                        format_due(talk->arena, lang, talk->visit->policy->zone, sending->not_before, talk->visit->now),
                        NULL);
    if (sending->state == OUTBOX_FAILED && sending->reason)
        return msg_fill(talk->arena, lang, MSG_MESSAGE_STATUS_FAILED_SAYING, "said", said_of(talk, sending->reason),
                        NULL);
    if (sending->state == OUTBOX_QUEUED)
        return msg_fill(talk->arena, lang, MSG_MESSAGE_STATUS_QUEUED, "when",
                        format_due(talk->arena, lang, talk->visit->policy->zone, sending->not_before, talk->visit->now),
                        NULL);
    return msg(lang, words[sending->state]);
}

/* What became of a message that left: the failures, else the delays, else who has it; "" when nobody said. */
static const char *outcome_words(const Talk *talk, OutboxId outbox, bool *failed_out)
{
    static const MsgId words[DELIVERY_STATE_COUNT] = {[DELIVERY_DELAYED] = MSG_DELIVERY_DELAYED,
                                                      [DELIVERY_DELIVERED] = MSG_DELIVERY_DELIVERED,
                                                      [DELIVERY_FAILED] = MSG_DELIVERY_FAILED};
    static const DeliveryState gravest_first[] = {DELIVERY_FAILED, DELIVERY_DELAYED, DELIVERY_DELIVERED};
    const DeliveryList *list = &talk->material->deliveries;
    const char *said = "";
    for (size_t g = 0; g < G_N_ELEMENTS(gravest_first) && !*said; g++)
        for (size_t i = 0; i < list->count; i++) {
            const Delivery *delivery = &list->items[i];
            if (delivery->outbox.value != outbox.value || delivery->state != gravest_first[g])
                continue;
            said = arena_printf(talk->arena, "%s%s%s", said, *said ? " · " : "",
                                msg_fill(talk->arena, talk->visit->lang, words[delivery->state], "address",
                                         delivery->address, "reason",
                                         words_delivery(talk->visit->lang, delivery->status, delivery->reason), NULL));
            *failed_out = delivery->state == DELIVERY_FAILED;
        }
    return said;
}

/* What is told of a message and is nothing wrong with it. */
#define CALM_FLAGS                                                                                                     \
    (MESSAGE_ELSEWHERE | MESSAGE_ADDRESS_TYPED | MESSAGE_ADDRESS_UNPROVED | MESSAGE_ADDRESS_PROVED |                   \
     MESSAGE_ADDRESS_DISOWNED)

/* Under our own address, and our server says that it is from there: the site's form, one of us. */
static bool is_of_our_systems(int64_t flags)
{
    return (flags & (MESSAGE_FROM_OURS | MESSAGE_SENDER_UNVERIFIED)) == MESSAGE_FROM_OURS;
}

/* That nobody vouches for the sender of what one of us passed on is said in the words on that. */
static int64_t shown_flags(int64_t flags)
{
    if (is_of_our_systems(flags))
        return flags & ~MESSAGE_FROM_OURS;
    return flags & MESSAGE_FORWARDED ? flags & ~(MESSAGE_FORWARDED | MESSAGE_SENDER_UNVERIFIED) : flags;
}

/* Whether a mail came from the address of nobody we knew that was typed into a form (security A15). */
static bool is_confirmed(const Talk *talk, const Message *typed)
{
    const int64_t doubtful =
        MESSAGE_SENDER_UNVERIFIED | MESSAGE_DELIVERY_REPORT | MESSAGE_AUTO_REPLY | MESSAGE_ADDRESS_TYPED;
    const MessageList *all = &talk->material->messages;
    for (size_t i = 0; i < all->count; i++) {
        const Message *other = &all->items[i];
        if (other->direction == MESSAGE_IN && !(other->flags & doubtful) &&
            g_ascii_strcasecmp(other->sender_address, typed->sender_address) == 0)
            return true;
    }
    return false;
}

static int64_t flags_now(const Talk *talk, const Message *message)
{
    bool settled =
        message->flags & MESSAGE_ADDRESS_TYPED && !unproved_is_settled(message) && is_confirmed(talk, message);
    return settled ? message->flags & ~MESSAGE_ADDRESS_TYPED : message->flags;
}

/* The gravest of what it was taken for. */
static const char *gravest_flag(const Talk *talk, int64_t flags)
{
    static const struct {
        int64_t flag;
        MsgId words;
    } rows[] = {
        {MESSAGE_RETURNED, MSG_MESSAGE_FLAG_RETURNED},         {MESSAGE_REPEATS, MSG_MESSAGE_FLAG_REPEATS},
        {MESSAGE_ROBOT, MSG_MESSAGE_FLAG_ROBOT},               {MESSAGE_ABSENCE, MSG_MESSAGE_FLAG_ABSENCE},
        {MESSAGE_UNREADABLE, MSG_MESSAGE_FLAG_UNREADABLE},     {MESSAGE_FROM_OURS, MSG_MESSAGE_FLAG_FROM_OURS},
        {MESSAGE_SENDER_UNVERIFIED, MSG_MESSAGE_FLAG_UNVERIFIED},
        {MESSAGE_FROM_STRANGER, MSG_MESSAGE_FLAG_STRANGER},    {MESSAGE_ID_REUSED, MSG_MESSAGE_FLAG_REUSED},
        {MESSAGE_DELIVERY_REPORT, MSG_MESSAGE_FLAG_REPORT},    {MESSAGE_AUTO_REPLY, MSG_MESSAGE_FLAG_AUTO_REPLY},
        {MESSAGE_TRUNCATED, MSG_MESSAGE_FLAG_TRUNCATED},       {MESSAGE_ELSEWHERE, MSG_MESSAGE_FLAG_ELSEWHERE},
        {MESSAGE_ADDRESS_DISOWNED, MSG_MESSAGE_FLAG_DISOWNED}, {MESSAGE_ADDRESS_PROVED, MSG_MESSAGE_FLAG_PROVED},
        {MESSAGE_ADDRESS_TYPED, MSG_MESSAGE_FLAG_TYPED},
    };
    int64_t shown = shown_flags(flags);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (shown & rows[i].flag)
            return msg(talk->visit->lang, rows[i].words);
    return is_of_our_systems(flags) ? msg(talk->visit->lang, MSG_MESSAGE_FLAG_OUR_SYSTEM) : "";
}

/* And, whatever it is, that it or some of it could not be opened: nobody would look for it else. */
static const char *flag_words(const Talk *talk, int64_t flags)
{
    const char *gravest = gravest_flag(talk, flags);
    if (!(flags & (MESSAGE_UNOPENED | MESSAGE_SEALED)))
        return gravest;
    const char *closed =
        msg(talk->visit->lang, flags & MESSAGE_SEALED ? MSG_MESSAGE_FLAG_SEALED : MSG_MESSAGE_FLAG_UNOPENED);
    return *gravest ? arena_printf(talk->arena, "%s · %s", gravest, closed) : closed;
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
    talk->pieces[talk->count++] = (Piece){.at = message->at, .said = message};
}

static const char *beginning_of(const Talk *talk, const char *text, bool *cut)
{
    if ((size_t)g_utf8_strlen(text, -1) <= TALK_MESSAGE_MAX)
        return text;
    *cut = true;
    return text_clip(talk->arena, text, TALK_MESSAGE_MAX);
}

/* The words, what they quote, and where the rest is. */
static void fill_body(const Talk *talk, TicketEntry *entry, const Message *message)
{
    size_t bytes = strlen(message->text);
    size_t own = message->quoted_at == MESSAGE_NOT_QUOTED ? bytes : MIN((size_t)message->quoted_at, bytes);
    bool whole = bytes <= TALK_MESSAGE_MAX || message->id.value == talk->ask.message.value;
    const char *words = own == bytes ? message->text : g_strchomp(arena_strndup(talk->arena, message->text, own));
    const char *quoted = message->text + own;
    bool cut = false;
    entry->body = html_from_lines(talk->arena, whole ? words : beginning_of(talk, words, &cut));
    if (*quoted)
        entry->quoted = html_from_lines(talk->arena, whole ? quoted : beginning_of(talk, quoted, &cut));
    if (!cut)
        return;
    const char *size = format_number(talk->arena, talk->visit->lang, (int64_t)(bytes + 1023) / 1024);
    const char *id = arena_int(talk->arena, message->id.value);
    entry->cut = msg_fill(talk->arena, talk->visit->lang, MSG_TICKET_SHOW_WHOLE, "size", size, NULL);
    entry->cut_url = url_checked(arena_printf(talk->arena, "/tickets/%" G_GINT64_FORMAT "?whole=%s#m%s",
                                              talk->material->ticket.id.value, id, id));
}

static void append_addresses(GString *out, const Talk *talk, MessageId message, bool in_copy, MsgId words)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t i = 0; i < talk->material->recipients.count; i++) {
        const MessageRecipient *one = &talk->material->recipients.items[i];
        if (one->message.value == message.value && one->in_copy == in_copy)
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", one->address);
    }
    if (list->len)
        g_string_append_printf(out, "%s%s", out->len ? " · " : "",
                               msg_fill(talk->arena, talk->visit->lang, words, "to", list->str, NULL));
}

/* Of ours to whom it went, of theirs whom else it named. */
static const char *to_words(const Talk *talk, const Message *message)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_addresses(out, talk, message->id, false, MSG_COMPOSER_TO);
    append_addresses(out, talk, message->id, true, MSG_MESSAGE_COPY);
    return arena_strndup(talk->arena, out->str, out->len);
}

static const Message *last_incoming(const Talk *talk)
{
    const MessageList *messages = &talk->material->messages;
    for (size_t i = messages->count; i-- > 0;)
        if (sender_may_correct(&messages->items[i]))
            return &messages->items[i];
    return NULL;
}

/* What Filo took for a robot's may be a person's, each of them; that a robot writes is told on the last that came. */
static void fill_correction(const Talk *talk, TicketEntry *entry, const Message *message)
{
    bool robot = message->flags & MESSAGE_AUTO_REPLY;
    entry->correct_label = MSG_UNPROVED_DISOWN;
    entry->correct_url = ticket_unproved_way_back(talk->arena, talk->visit, talk->material, message);
    if (entry->correct_url.text)
        return;
    bool here = message->ticket.value == talk->material->ticket.id.value;
    if (!here || !visit_may(talk->visit, "ticket.write") || !sender_may_correct(message) ||
        (!robot && message != last_incoming(talk)))
        return;
    entry->correct_url =
        url_local(talk->arena, robot ? "/tickets/%/messages/%/person" : "/tickets/%/messages/%/robot",
                  arena_int(talk->arena, message->ticket.value), arena_int(talk->arena, message->id.value));
    entry->correct_label = robot ? MSG_MESSAGE_IS_PERSON : MSG_MESSAGE_IS_ROBOT;
}

static void fill_message(const Talk *talk, TicketEntry *entry, const Message *message)
{
    const OutboxStatus *sending = sending_of(talk, message->id);
    const char *missing = sending ? missing_words(talk, sending) : "";
    bool unreached = false;
    const char *outcome = sending ? outcome_words(talk, sending->id, &unreached) : "";
    const char *status = sending ? arena_printf(talk->arena, "%s%s", sending_words(talk, sending), missing)
                                 : flag_words(talk, flags_now(talk, message));
    *entry = (TicketEntry){
        .anchor = arena_printf(talk->arena, "m%" G_GINT64_FORMAT, message->id.value),
        .message = message->direction != MESSAGE_NOTE,
        .incoming = message->direction == MESSAGE_IN,
        .note = message->direction == MESSAGE_NOTE,
        .author = author_of(talk, message),
        .when = moment(talk, message->at),
        .to = to_words(talk, message),
        .text = "",
        .cut = "",
        .vouch = ticket_sender_vouch(talk->arena, talk->visit->lang, talk->material, message),
        .doubted = shown_flags(message->flags) & MESSAGE_SENDER_UNVERIFIED,
        .reply_to = ticket_sender_reply_to(talk->arena, talk->visit->lang, talk->material, message),
        .forwarded = ticket_forward_words(talk->arena, talk->visit, talk->material, message),
        .forward_do = ticket_forward_offer(talk->arena, talk->visit, talk->material, message),
        .split = ticket_split_offer(talk->arena, talk->visit, talk->material, message),
        .split_url = url_local(talk->arena, "/tickets/%/split", arena_int(talk->arena, message->ticket.value)),
        .split_id = arena_int(talk->arena, message->id.value),
        .status = *outcome ? outcome : status,
        .failed = sending ? sending->state == OUTBOX_FAILED || unreached || *missing || is_late(talk, sending)
                          : (shown_flags(message->flags) & ~CALM_FLAGS) != 0,
    };
    if (*entry->forward_do)
        entry->forward_url =
            url_local(talk->arena, "/tickets/%/forward", arena_int(talk->arena, message->ticket.value));
    if (message->raw_sha256)
        entry->original_url =
            url_local(talk->arena, "/tickets/%/messages/%/original", arena_int(talk->arena, message->ticket.value),
                      arena_int(talk->arena, message->id.value));
    if (message->html_sha256)
        entry->written_url =
            url_local(talk->arena, "/tickets/%/messages/%", arena_int(talk->arena, message->ticket.value),
                      arena_int(talk->arena, message->id.value));
    bool elsewhere = message->ticket.value != talk->material->ticket.id.value;
    entry->from = elsewhere ? arena_int(talk->arena, message->ticket.value) : "";
    entry->from_url = elsewhere ? url_local(talk->arena, "/tickets/%", entry->from) : (SafeUrl){NULL};
    entry->fresh = talk->material->seen && message->id.value > talk->material->seen;
    entry->files = files_of(talk, elsewhere ? &talk->material->merged_files : &talk->material->files, message->id,
                            &entry->files_count);
    entry->proofs =
        ticket_proofs(talk->arena, talk->visit, &talk->material->receipts, message->id, &entry->proofs_count);
    fill_correction(talk, entry, message);
    fill_body(talk, entry, message);
}

/* The last ones, or all; only what stands on the page is put into words. */
static TicketTalk shown_of(Talk *talk)
{
    size_t first = talk->ask.all || talk->count <= TALK_ENTRIES ? 0 : talk->count - TALK_ENTRIES;
    for (size_t i = 0; i < first; i++)
        if (talk->pieces[i].said && talk->pieces[i].said->id.value == talk->ask.message.value)
            first = i;
    TicketEntry *entries = ARENA_ARRAY(talk->arena, TicketEntry, talk->count - first);
    for (size_t i = first; i < talk->count; i++) {
        const Piece *piece = &talk->pieces[i];
        entries[i - first] = piece->entry;
        if (piece->said)
            fill_message(talk, &entries[i - first], piece->said);
    }
    return (TicketTalk){entries, talk->count - first, first};
}

/* --------------------------------------------------------------------------------------------------------------- events */

static bool is_here(const Talk *talk, int64_t message)
{
    for (size_t i = 0; i < talk->material->messages.count; i++)
        if (talk->material->messages.items[i].id.value == message)
            return true;
    return false;
}

static const char *with_other(const Talk *talk, const TicketEvent *event, MsgId words)
{
    return msg_fill(talk->arena, talk->visit->lang, words, "who", who(talk, event->actor), "number",
                    arena_int(talk->arena, event->change.value[FIELD_OTHER_TICKET]), NULL);
}

/* With a message: it went to the other request, or came from there: because a person said so (intake/split.h), or because
 * it is about another thing of the customer's (intake_item.c). */
static MsgId linked_words(const Talk *talk, const TicketEvent *event)
{
    if (!change_has(&event->change, FIELD_MESSAGE))
        return MSG_EVENT_LINKED;
    bool here = is_here(talk, event->change.value[FIELD_MESSAGE]);
    if (event->actor.kind == ACTOR_SYSTEM)
        return here ? MSG_EVENT_OTHER_ITEM_FROM : MSG_EVENT_OTHER_ITEM_TO;
    return here ? MSG_EVENT_SPLIT_FROM : MSG_EVENT_SPLIT_TO;
}

/* What was asked in other words, or in which language the customer is written to. */
static const char *described(const Talk *talk, const TicketEvent *event)
{
    Lang lang = talk->visit->lang;
    const char *by = who(talk, event->actor);
    if (!change_has(&event->change, FIELD_LANGUAGE))
        return msg_fill(talk->arena, lang, MSG_EVENT_DESCRIBED, "who", by, NULL);
    const char *key =
        arena_printf(talk->arena, "settings.language.%s", lang_tag((Lang)event->change.value[FIELD_LANGUAGE]));
    return msg_fill(talk->arena, lang, MSG_EVENT_LANGUAGE, "who", by, "language", msg_find(lang, key), NULL);
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
        return change_has(&event->change, FIELD_OTHER_TICKET) ? with_other(talk, event, linked_words(talk, event))
                                                              : NULL;
    case EVENT_DESCRIBED:
        return described(talk, event);
    case EVENT_PARTICIPANT:
        return msg_fill(talk->arena, lang, MSG_EVENT_PROVED, "who", who(talk, event->actor), NULL);
    case EVENT_ACKNOWLEDGED:
        return msg(lang, MSG_EVENT_ACKNOWLEDGED);
    case EVENT_DELIVERY:
        if (change_has(&event->change, FIELD_DELAYED_SINCE))
            return msg_fill(
                talk->arena, lang, MSG_EVENT_DELAYED, "span",
                format_span(talk->arena, lang, event->occurred_at - event->change.value[FIELD_DELAYED_SINCE]), NULL);
        return msg(lang, MSG_EVENT_DELIVERY);
    default: /* messages stand as messages; the rest is in the facts */
        return NULL;
    }
}

static void add_event(Talk *talk, const TicketEventRecord *record, const TicketProjection *after)
{
    const char *words = event_words(talk, &record->event, after);
    if (!words)
        return;
    TicketEntry entry = {.anchor = arena_printf(talk->arena, "e%" G_GINT64_FORMAT, record->id.value),
                         .author = "",
                         .when = moment(talk, record->event.occurred_at),
                         .text = words,
                         .cut = "",
                         .status = "",
                         .vouch = "",
                         .reply_to = "",
                         .forwarded = "",
                         .forward_do = "",
                         .split = "",
                         .from = ""};
    if (record->event.kind == EVENT_ACKNOWLEDGED)
        entry.proofs =
            ticket_proofs(talk->arena, talk->visit, &talk->material->receipts, (MessageId){0}, &entry.proofs_count);
    talk->pieces[talk->count++] = (Piece){.at = record->event.occurred_at, .entry = entry};
}

static const Message *message_of(const Talk *talk, const TicketEvent *event)
{
    bool says = change_has(&event->change, FIELD_MESSAGE) && event->kind != EVENT_LINKED;
    for (size_t i = 0; says && i < talk->material->messages.count; i++)
        if (talk->material->messages.items[i].id.value == event->change.value[FIELD_MESSAGE])
            return &talk->material->messages.items[i];
    return NULL;
}

/* What was said on joined requests until then; gives what comes next. */
static size_t add_merged(Talk *talk, size_t next, TimeMs until)
{
    const MessageList *merged = &talk->material->merged;
    while (next < merged->count && merged->items[next].at <= until)
        add_message(talk, &merged->items[next++]);
    return next;
}

/* To the second, as mail servers tell when a message arrived; within it they stand as they were added. */
static gint by_time(gconstpointer left, gconstpointer right, gpointer unused)
{
    (void)unused;
    TimeMs a = ((const Piece *)left)->at / TIME_SECOND, b = ((const Piece *)right)->at / TIME_SECOND;
    return a < b ? -1 : a > b;
}

/* All that happened, each in its place by time: messages are heard of in any order, and joined requests have their own. */
TicketTalk ticket_talk(Arena *arena, const Visit *visit, const TicketMaterial *material, TalkAsk ask)
{
    Talk talk = {.arena = arena, .visit = visit, .material = material, .ask = ask};
    TicketProjection fold = projection_empty();
    size_t merged = 0;
    talk.pieces = ARENA_ARRAY(arena, Piece, material->events.count + material->merged.count);
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
    g_qsort_with_data(talk.pieces, (gint)talk.count, sizeof talk.pieces[0], by_time, NULL); /* stable */
    return shown_of(&talk);
}
