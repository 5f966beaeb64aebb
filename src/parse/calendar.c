/* SPDX-License-Identifier: EUPL-1.2 */
/* One walk over the lines with a stack of open components; times are resolved at the end, when every zone is known. */
#include "parse/calendar_int.h"

#include "base/text.h"
#include "parse/message_int.h"

#include <string.h>

typedef enum Component { COMPONENT_OTHER, COMPONENT_EVENT, COMPONENT_ZONE, COMPONENT_RULE } Component;

/* An appointment while it is read. */
typedef struct Draft {
    ParsedAppointment made;
    CalendarMoment start, end, only;
    int64_t duration_ms;
    bool has_duration;
    GString *attendees;
    guint attendee_count;
} Draft;

typedef struct Calendar {
    Arena *arena;
    Component open[CALENDAR_DEPTH_MAX];
    size_t depth; /* may be more: what is deeper is skipped */
    ParseMethod method;
    GArray *drafts;   /* of Draft */
    GArray *rules;    /* of CalendarRule */
    const char *zone; /* of the open VTIMEZONE */
    guint zone_count;
} Calendar;

/* ---- people ---- */

/* "Anna Rossi <anna@x.it>". Appends to out. */
static void person_append(const CalendarLine *line, GString *out)
{
    g_autofree char *name = calendar_parameter(line, "CN");
    const char *address = line->value;
    if (!g_ascii_strncasecmp(address, "mailto:", 7))
        address += 7;
    bool named = name && *g_strstrip(name) && g_ascii_strcasecmp(name, address) != 0;
    if (named)
        g_string_append(out, name);
    if (*address && strchr(address, '@'))
        g_string_append_printf(out, named ? " <%s>" : "%s", address);
}

static ParseAnswer answer_of(const CalendarLine *line)
{
    static const char *const names[PARSE_ANSWERS] = {
        [PARSE_ANSWER_NONE] = "NEEDS-ACTION",
        [PARSE_ANSWER_ACCEPTED] = "ACCEPTED",
        [PARSE_ANSWER_DECLINED] = "DECLINED",
        [PARSE_ANSWER_TENTATIVE] = "TENTATIVE",
        [PARSE_ANSWER_DELEGATED] = "DELEGATED",
    };
    g_autofree char *status = calendar_parameter(line, "PARTSTAT");
    for (ParseAnswer answer = 0; status && answer < PARSE_ANSWERS; answer++)
        if (!g_ascii_strcasecmp(status, names[answer]))
            return answer;
    return PARSE_ANSWER_NONE;
}

static void attendee_add(Draft *draft, const CalendarLine *line)
{
    if (!draft->attendee_count++)
        draft->made.answer = answer_of(line);
    if (draft->attendee_count > CALENDAR_ATTENDEES_MAX)
        return;
    if (draft->attendees->len)
        g_string_append(draft->attendees, ", ");
    person_append(line, draft->attendees);
}

/* ---- properties ---- */

static const char *line_of(Arena *arena, const char *value)
{
    return line_keep(arena, calendar_text(arena, value), 1000);
}

static const char *note_of(Arena *arena, const char *value)
{
    char *text = text_trim(arena, text_clean(arena, bytes_of(calendar_text(arena, value))));
    if (strlen(text) > PARSE_NOTE_MAX)
        text[g_utf8_find_prev_char(text, text + PARSE_NOTE_MAX + 1) - text] = '\0';
    return text;
}

static ParseRepeat repeat_of(const char *value)
{
    static const struct {
        const char *frequency;
        ParseRepeat repeat;
    } words[] = {{"FREQ=DAILY", PARSE_REPEAT_DAILY},
                 {"FREQ=WEEKLY", PARSE_REPEAT_WEEKLY},
                 {"FREQ=MONTHLY", PARSE_REPEAT_MONTHLY},
                 {"FREQ=YEARLY", PARSE_REPEAT_YEARLY}};
    g_autofree char *upper = g_ascii_strup(value, -1);
    const char *interval = strstr(upper, "INTERVAL=");
    bool every = !interval || (interval[9] == '1' && !g_ascii_isdigit(interval[10]));
    for (size_t i = 0; every && i < G_N_ELEMENTS(words); i++)
        if (strstr(upper, words[i].frequency))
            return words[i].repeat;
    return PARSE_REPEAT_OTHER;
}

static void event_read_text(Calendar *calendar, const CalendarLine *line, ParsedAppointment *made)
{
    const struct {
        const char *name, **into;
        bool is_note;
    } texts[] = {{"UID", &made->uid, false},
                 {"SUMMARY", &made->title, false},
                 {"LOCATION", &made->place, false},
                 {"COMMENT", &made->comment, true},
                 {"DESCRIPTION", &made->description, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (!strcmp(line->name, texts[i].name) && !**texts[i].into)
            *texts[i].into = (texts[i].is_note ? note_of : line_of)(calendar->arena, line->value);
}

static void event_read(Calendar *calendar, const CalendarLine *line, Draft *draft)
{
    ParsedAppointment *made = &draft->made;
    if (!strcmp(line->name, "DTSTART"))
        draft->start = calendar_moment(calendar->arena, line);
    else if (!strcmp(line->name, "DTEND"))
        draft->end = calendar_moment(calendar->arena, line);
    else if (!strcmp(line->name, "RECURRENCE-ID"))
        draft->only = calendar_moment(calendar->arena, line);
    else if (!strcmp(line->name, "DURATION"))
        draft->has_duration = calendar_duration(line->value, &draft->duration_ms) && draft->duration_ms > 0;
    else if (!strcmp(line->name, "SEQUENCE"))
        made->sequence = (uint32_t)CLAMP(g_ascii_strtoll(line->value, NULL, 10), 0, INT32_MAX);
    else if (!strcmp(line->name, "RRULE"))
        made->repeat = repeat_of(line->value);
    else if (!strcmp(line->name, "STATUS"))
        made->cancelled = made->cancelled || !g_ascii_strcasecmp(line->value, "CANCELLED");
    else if (!strcmp(line->name, "ATTENDEE"))
        attendee_add(draft, line);
    else if (!strcmp(line->name, "ORGANIZER") && !*made->organiser) {
        g_autoptr(GString) person = g_string_new(NULL);
        person_append(line, person);
        made->organiser = line_keep(calendar->arena, person->str, 1000);
    } else
        event_read_text(calendar, line, made);
}

static ParseMethod method_of(const char *value)
{
    static const char *const names[PARSE_METHODS] = {
        [PARSE_METHOD_NONE] = "",           [PARSE_METHOD_PUBLISH] = "PUBLISH",
        [PARSE_METHOD_REQUEST] = "REQUEST", [PARSE_METHOD_REPLY] = "REPLY",
        [PARSE_METHOD_ADD] = "ADD",         [PARSE_METHOD_CANCEL] = "CANCEL",
        [PARSE_METHOD_REFRESH] = "REFRESH", [PARSE_METHOD_COUNTER] = "COUNTER",
        [PARSE_METHOD_DECLINECOUNTER] = "DECLINECOUNTER",
    };
    g_autofree char *name = g_strstrip(g_strdup(value));
    for (ParseMethod method = 0; method < PARSE_METHODS; method++)
        if (!g_ascii_strcasecmp(name, names[method]))
            return method;
    return PARSE_METHOD_NONE;
}

/* ---- components ---- */

static Draft *draft_last(Calendar *calendar)
{
    return calendar->drafts->len ? &g_array_index(calendar->drafts, Draft, calendar->drafts->len - 1) : NULL;
}

static Component event_begin(Calendar *calendar)
{
    static const ParsedAppointment empty = {
        .uid = "", .title = "", .place = "", .organiser = "", .attendees = "", .comment = "", .description = ""};
    Draft draft = {.made = empty};
    if (calendar->drafts->len >= PARSE_APPOINTMENTS_MAX)
        return COMPONENT_OTHER;
    draft.attendees = g_string_new(NULL);
    g_array_append_val(calendar->drafts, draft);
    return COMPONENT_EVENT;
}

static Component rule_begin(Calendar *calendar)
{
    CalendarRule rule = {.zone = calendar->zone, .followable = true, .until = INT64_MAX};
    if (calendar->rules->len >= CALENDAR_RULES_MAX)
        return COMPONENT_OTHER;
    g_array_append_val(calendar->rules, rule);
    return COMPONENT_RULE;
}

static Component component_begin(Calendar *calendar, Component around, const char *name)
{
    if (!g_ascii_strcasecmp(name, "VEVENT") && around == COMPONENT_OTHER)
        return event_begin(calendar);
    if (!g_ascii_strcasecmp(name, "VTIMEZONE") && around == COMPONENT_OTHER) {
        calendar->zone = "";
        return calendar->zone_count++ < CALENDAR_ZONES_MAX ? COMPONENT_ZONE : COMPONENT_OTHER;
    }
    if (around == COMPONENT_ZONE && (!g_ascii_strcasecmp(name, "STANDARD") || !g_ascii_strcasecmp(name, "DAYLIGHT")))
        return rule_begin(calendar);
    return COMPONENT_OTHER;
}

/* A zone's TZID may stand below its observances. */
static void zone_name(Calendar *calendar, const char *value)
{
    const char *before = calendar->zone;
    calendar->zone = arena_strdup(calendar->arena, value);
    for (guint i = 0; i < calendar->rules->len; i++) {
        CalendarRule *rule = &g_array_index(calendar->rules, CalendarRule, i);
        if (rule->zone == before && !*before)
            rule->zone = calendar->zone;
    }
}

static Component component_open(const Calendar *calendar)
{
    return calendar->depth && calendar->depth <= CALENDAR_DEPTH_MAX ? calendar->open[calendar->depth - 1]
                                                                    : COMPONENT_OTHER;
}

static void line_read(Calendar *calendar, const CalendarLine *line)
{
    switch (component_open(calendar)) {
    case COMPONENT_EVENT:
        event_read(calendar, line, draft_last(calendar));
        return;
    case COMPONENT_RULE:
        calendar_rule_read(calendar->arena, line,
                           &g_array_index(calendar->rules, CalendarRule, calendar->rules->len - 1));
        return;
    case COMPONENT_ZONE:
        if (!strcmp(line->name, "TZID"))
            zone_name(calendar, line->value);
        return;
    case COMPONENT_OTHER:
        if (!strcmp(line->name, "METHOD") && calendar->depth == 1)
            calendar->method = method_of(line->value);
        return;
    }
}

static void lines_read(Calendar *calendar, const char *text)
{
    CalendarReader reader = {.rest = text, .line = g_string_new(NULL)};
    CalendarLine line;
    while (calendar_next(&reader, &line)) {
        if (!strcmp(line.name, "BEGIN")) {
            Component opened = component_begin(calendar, component_open(calendar), line.value);
            if (calendar->depth < CALENDAR_DEPTH_MAX)
                calendar->open[calendar->depth] = opened;
            calendar->depth++;
        } else if (!strcmp(line.name, "END")) {
            calendar->depth -= calendar->depth > 0;
        } else {
            line_read(calendar, &line);
        }
    }
    g_string_free(reader.line, TRUE);
}

/* ---- the end ---- */

static ParsedTime end_of(Calendar *calendar, const Draft *draft)
{
    ParsedTime start = draft->made.start, end = calendar_resolve(calendar->arena, &draft->end, calendar->rules);
    if (end.kind == PARSE_WHEN_NONE && draft->has_duration && start.kind != PARSE_WHEN_NONE) {
        end = start;
        end.at += draft->duration_ms;
    }
    if (end.kind == PARSE_WHEN_NONE && start.kind == PARSE_WHEN_DAY)
        end = (ParsedTime){PARSE_WHEN_DAY, start.at + TIME_DAY, ""};
    bool fine = end.kind == start.kind && end.at > start.at && end.at <= INT64_C(253402300799999);
    return fine ? end : (ParsedTime){.zone = ""};
}

static bool same_time(ParsedTime a, ParsedTime b)
{
    return a.kind == b.kind && a.at == b.at && !strcmp(a.zone, b.zone);
}

static bool is_known(const GArray *appointments, const ParsedAppointment *made)
{
    for (guint i = 0; i < appointments->len; i++) {
        const ParsedAppointment *other = &g_array_index(appointments, ParsedAppointment, i);
        if (!strcmp(other->uid, made->uid) && other->method == made->method && same_time(other->start, made->start) &&
            same_time(other->only, made->only))
            return true;
    }
    return false;
}

static void draft_finish(Calendar *calendar, Draft *draft, GArray *appointments)
{
    ParsedAppointment *made = &draft->made;
    made->method = calendar->method;
    made->cancelled = made->cancelled || made->method == PARSE_METHOD_CANCEL;
    if (made->method != PARSE_METHOD_REPLY)
        made->answer = PARSE_ANSWER_NONE;
    made->start = calendar_resolve(calendar->arena, &draft->start, calendar->rules);
    made->end = end_of(calendar, draft);
    made->only = calendar_resolve(calendar->arena, &draft->only, calendar->rules);
    made->attendees = line_keep(calendar->arena, draft->attendees->str, PARSE_LINE_MAX);
    g_string_free(draft->attendees, TRUE);
    bool says = *made->title || *made->uid || made->start.kind != PARSE_WHEN_NONE;
    if (says && appointments->len < PARSE_APPOINTMENTS_MAX && !is_known(appointments, made))
        g_array_append_val(appointments, *made);
}

void calendar_read(Arena *arena, const char *text, GArray *appointments)
{
    g_autoptr(GArray) drafts = g_array_new(FALSE, FALSE, sizeof(Draft));
    g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof(CalendarRule));
    Calendar calendar = {.arena = arena, .drafts = drafts, .rules = rules, .zone = ""};
    lines_read(&calendar, text);
    for (guint i = 0; i < drafts->len; i++)
        draft_finish(&calendar, &g_array_index(drafts, Draft, i), appointments);
}
