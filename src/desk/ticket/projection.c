/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/projection.h"

#include "base/catalogue.h"
#include "base/check.h"
#include "desk/ticket/transition.h"
#include "ticket_initiative_enum.h"
#include "ticket_kind_enum.h"
#include "ticket_ownership_enum.h"
#include "ticket_state_enum.h"

#include <errno.h>
#include <string.h>

enum { NOT_PROJECTED = -1, CHANGE_WORD_MAX = 31 };

#define ENUM_CODEC(name, Type)                                                                                         \
    static const char *name##_code(int64_t value)                                                                      \
    {                                                                                                                  \
        return name##_text((Type)value);                                                                               \
    }                                                                                                                  \
    static bool name##_value(const char *text, int64_t *value_out)                                                     \
    {                                                                                                                  \
        Type value;                                                                                                    \
        if (!name##_parse(text, &value))                                                                               \
            return false;                                                                                              \
        *value_out = (int64_t)value;                                                                                   \
        return true;                                                                                                   \
    }

ENUM_CODEC(ticket_state, TicketState)
ENUM_CODEC(ticket_kind, TicketKind)
ENUM_CODEC(ticket_initiative, TicketInitiative)
ENUM_CODEC(ticket_ownership, TicketOwnership)

static const char *language_code(int64_t value)
{
    return lang_tag((Lang)value);
}

static bool language_value(const char *text, int64_t *value_out)
{
    Lang lang;
    if (!lang_find(text, &lang) || strcmp(text, lang_tag(lang)) != 0)
        return false;
    *value_out = (int64_t)lang;
    return true;
}

typedef struct Field {
    const char *name; /* in the payload's JSON */
    ptrdiff_t offset; /* in TicketProjection, or NOT_PROJECTED */
    const char *(*code)(int64_t value);
    bool (*value)(const char *text, int64_t *value_out);
} Field;

#define AT(member) offsetof(TicketProjection, member)

static const Field fields[TICKET_FIELD_COUNT] = {
    [FIELD_STATE] = {"state", AT(state), ticket_state_code, ticket_state_value},
    [FIELD_KIND] = {"kind", AT(kind), ticket_kind_code, ticket_kind_value},
    [FIELD_COMPLAINT] = {"complaint", AT(complaint)},
    [FIELD_INITIATIVE] = {"initiative", AT(initiative), ticket_initiative_code, ticket_initiative_value},
    [FIELD_OWNERSHIP] = {"ownership", AT(ownership), ticket_ownership_code, ticket_ownership_value},
    [FIELD_PARTY] = {"party", AT(party_id)},
    [FIELD_CONTACT] = {"contact", AT(contact_id)},
    [FIELD_PRODUCT] = {"product", AT(product_id)},
    [FIELD_ITEM] = {"item", AT(installed_item_id)},
    [FIELD_TEAM] = {"team", AT(team_id)},
    [FIELD_OWNER] = {"owner", AT(owner_id)},
    [FIELD_OCCURRED_AT] = {"occurred_at", AT(occurred_at)},
    [FIELD_RECEIVED_AT] = {"received_at", AT(received_at)},
    [FIELD_NEXT_UPDATE_AT] = {"next_update_at", AT(next_update_at)},
    [FIELD_PROBLEM] = {"problem", AT(problem_id)},
    [FIELD_CONDITION] = {"condition", AT(condition_id)},
    [FIELD_COMPONENT] = {"component", AT(component_id)},
    [FIELD_ORIGIN] = {"origin", AT(origin_id)},
    [FIELD_SOLUTION_CODE] = {"solution_code", AT(solution_code_id)},
    [FIELD_SOLUTION] = {"solution", AT(solution_id)},
    [FIELD_ZERO_COST] = {"zero_cost", AT(zero_cost)},
    [FIELD_MASTER] = {"master", AT(master_id)},
    [FIELD_MESSAGE] = {"message", NOT_PROJECTED},
    [FIELD_OTHER_TICKET] = {"other_ticket", NOT_PROJECTED},
    [FIELD_COST_ENTRY] = {"cost_entry", NOT_PROJECTED},
    [FIELD_OUTBOX] = {"outbox", NOT_PROJECTED},
    [FIELD_DELAYED_SINCE] = {"delayed_since", NOT_PROJECTED},
    [FIELD_LANGUAGE] = {"language", NOT_PROJECTED, language_code, language_value},
};

static int64_t *member_of(TicketProjection *ticket, TicketField field)
{
    return (int64_t *)(void *)((char *)ticket + fields[field].offset);
}

void change_set(TicketChange *change, TicketField field, int64_t value)
{
    change->set |= UINT32_C(1) << field;
    change->value[field] = value;
}

bool change_has(const TicketChange *change, TicketField field)
{
    return change->set >> field & 1;
}

char *change_to_json(Arena *arena, const TicketChange *change)
{
    GString *json = g_string_new("{");
    for (TicketField field = 0; field < TICKET_FIELD_COUNT; field++) {
        if (!change_has(change, field))
            continue;
        g_string_append_printf(json, "%s\"%s\":", json->len > 1 ? "," : "", fields[field].name);
        if (fields[field].code)
            g_string_append_printf(json, "\"%s\"", fields[field].code(change->value[field]));
        else
            g_string_append_printf(json, "%" G_GINT64_FORMAT, change->value[field]);
    }
    g_string_append_c(json, '}');
    char *copy = arena_strndup(arena, json->str, json->len);
    g_string_free(json, TRUE);
    return copy;
}

/* --- reading it back ---------------------------------------------------------------------------------------------- */

/* A page folds every event of its request, a report those of many: this reads the one form that change_to_json writes,
 * an object without blanks or escapes, and needs no allocation; a library's tree for each was a tenth of a page. */
typedef struct Reader {
    const char *at;
} Reader;

static bool read_char(Reader *reader, char wanted)
{
    if (*reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

/* A word of lower-case letters and underscores between quotation marks. */
static bool read_word(Reader *reader, char word_out[CHANGE_WORD_MAX + 1])
{
    size_t length = 0;
    if (!read_char(reader, '"'))
        return false;
    while (g_ascii_islower(reader->at[length]) || reader->at[length] == '_')
        length++;
    if (length == 0 || length > CHANGE_WORD_MAX)
        return false;
    memcpy(word_out, reader->at, length);
    word_out[length] = '\0';
    reader->at += length;
    return read_char(reader, '"');
}

/* No sign but a minus, no leading zero, nothing past 64 bits: what JSON calls an integer. */
static bool read_integer(Reader *reader, int64_t *number_out)
{
    const char *digits = reader->at + (*reader->at == '-');
    char *end;
    if (!g_ascii_isdigit(*digits) || (*digits == '0' && (digits != reader->at || g_ascii_isdigit(digits[1]))))
        return false;
    errno = 0;
    *number_out = g_ascii_strtoll(reader->at, &end, 10);
    reader->at = end;
    return errno == 0;
}

/* Fields stand in the order of the table, so the next is sought from where the last was found. */
static bool field_find(const char *name, TicketField *field)
{
    for (int i = 0; i < TICKET_FIELD_COUNT; i++) {
        TicketField tried = (TicketField)(((int)*field + i) % TICKET_FIELD_COUNT);
        if (strcmp(fields[tried].name, name) == 0) {
            *field = tried;
            return true;
        }
    }
    return false;
}

static bool read_member(Reader *reader, TicketField *field, TicketChange *change)
{
    char word[CHANGE_WORD_MAX + 1];
    int64_t number;
    if (!read_word(reader, word) || !field_find(word, field) || change_has(change, *field) || !read_char(reader, ':'))
        return false;
    bool read = fields[*field].value ? read_word(reader, word) && fields[*field].value(word, &number)
                                     : read_integer(reader, &number);
    if (read)
        change_set(change, *field, number);
    return read;
}

bool change_parse_json(const char *json, TicketChange *change_out)
{
    Reader reader = {json};
    TicketField field = 0;
    TicketChange change = {0};
    if (!read_char(&reader, '{'))
        return false;
    while (*reader.at != '}')
        if ((change.set && !read_char(&reader, ',')) || !read_member(&reader, &field, &change))
            return false;
    if (reader.at[1])
        return false;
    *change_out = change;
    return true;
}

TicketProjection projection_empty(void)
{
    return (TicketProjection){
        .state = TICKET_NEW, .kind = KIND_UNKNOWN, .initiative = INITIATIVE_ASKED, .ownership = OWNERSHIP_UNKNOWN};
}

/* An imported log has no event for reopening: leaving an end for work is one. */
static bool is_reopening(const TicketProjection *ticket, const TicketEvent *event, int64_t old_state)
{
    return event->kind == EVENT_REOPENED ||
           (event->kind == EVENT_IMPORTED && !ticket_state_is_open((TicketState)old_state) &&
            ticket_state_is_open((TicketState)ticket->state));
}

/* The instants and counts that follow from a state, rather than being said by an event. What is closed without having
 * been resolved, as history may be, was resolved then. */
static void apply_state(TicketProjection *ticket, const TicketEvent *event, int64_t old_state)
{
    if (!change_has(&event->change, FIELD_STATE) || ticket->state == old_state)
        return;
    if ((ticket->state == TICKET_RESOLVED || ticket->state == TICKET_CLOSED) && !ticket->resolved_at)
        ticket->resolved_at = event->occurred_at;
    if (ticket->state == TICKET_CLOSED)
        ticket->closed_at = event->occurred_at;
    if (!ticket_state_is_open((TicketState)ticket->state))
        ticket->next_update_at = TIME_NONE;
    if (is_reopening(ticket, event, old_state)) {
        ticket->closed_at = TIME_NONE;
        ticket->reopened++;
    }
}

/* Who takes a request up again does not have it handed over; an imported log counts its hand-overs by team, in the
 * report alone. */
static void count_handover(TicketProjection *ticket, const TicketEvent *event)
{
    bool names = event->kind == EVENT_ASSIGNED || event->kind == EVENT_RECEIVED;
    if (!names || !change_has(&event->change, FIELD_OWNER) || !ticket->owner_id)
        return;
    ticket->handovers += ticket->last_owner && ticket->last_owner != ticket->owner_id;
    ticket->last_owner = ticket->owner_id;
}

/* What another program sent is heard of late: the first answer is the one that left first. */
static void note_reply(TicketProjection *ticket, TimeMs at)
{
    if (!ticket->first_reply_at || at < ticket->first_reply_at)
        ticket->first_reply_at = at;
}

void projection_apply(TicketProjection *ticket, const TicketEvent *event)
{
    int64_t old_state = ticket->state;
    for (TicketField field = 0; field < TICKET_FIELD_COUNT; field++)
        if (change_has(&event->change, field) && fields[field].offset != NOT_PROJECTED)
            *member_of(ticket, field) = event->change.value[field];
    apply_state(ticket, event, old_state);
    if (event->kind == EVENT_MESSAGE_OUT && actor_is_staff(event->actor))
        note_reply(ticket, event->occurred_at);
    ticket->last_event_at = MAX(ticket->last_event_at, event->occurred_at);
    if (!ticket->state_since || ticket->state != old_state)
        ticket->state_since = ticket->last_event_at;
    count_handover(ticket, event);
}

const char *projection_difference(const TicketProjection *a, const TicketProjection *b)
{
    TicketProjection left = *a, right = *b;
    for (TicketField field = 0; field < TICKET_FIELD_COUNT; field++)
        if (fields[field].offset != NOT_PROJECTED && *member_of(&left, field) != *member_of(&right, field))
            return fields[field].name;
    if (a->first_reply_at != b->first_reply_at)
        return "first_reply_at";
    if (a->resolved_at != b->resolved_at)
        return "resolved_at";
    if (a->closed_at != b->closed_at)
        return "closed_at";
    if (a->last_event_at != b->last_event_at)
        return "last_event_at";
    if (a->state_since != b->state_since)
        return "state_since";
    if (a->handovers != b->handovers || a->last_owner != b->last_owner)
        return "handovers";
    return a->reopened != b->reopened ? "reopened" : NULL;
}
