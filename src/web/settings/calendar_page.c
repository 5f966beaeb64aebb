/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: when the house is open: hours of each weekday, holidays, the patron saint, our own closed days; and what comes of
 * it: whether it is open now and the next closed days. How: "look first" makes the calendar of what was typed and shows
 * it without keeping anything.
 */
#include "base/format.h"
#include "desk/calendar/house.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_calendar_view.h"

#include <string.h>

enum { CLOSED_SHOWN = 10, DAYS_LOOKED_AT = 800 };

static const char *const day_fields[7] = {"day1", "day2", "day3", "day4", "day5", "day6", "day7"};

typedef struct CalendarWork {
    PageForm *form;
    HouseHours hours;
} CalendarWork;

/* --- what comes of it ----------------------------------------------------------------------------------------------- */

/* Until when it stays as it is: the first minute of the coming days that differs. */
static const char *now_words(const PageForm *form, const Calendar *calendar, Zone *zone)
{
    const Visit *visit = form->visit;
    TimeMs now = visit->now;
    if (business_is_open(calendar, now)) {
        TimeMs until = now - now % TIME_MINUTE + TIME_MINUTE;
        while (business_is_open(calendar, until) && until < now + 2 * TIME_DAY)
            until += TIME_MINUTE;
        return msg_fill(form->arena, visit->lang, MSG_SETTINGS_CALENDAR_OPEN, "until",
                        format_due(form->arena, visit->lang, zone, until, now), NULL);
    }
    TimeMs opens = business_due(calendar, now, 0, NULL, 0);
    return opens ? msg_fill(form->arena, visit->lang, MSG_SETTINGS_CALENDAR_CLOSED, "opens",
                            format_due(form->arena, visit->lang, zone, opens, now), NULL)
                 : msg(visit->lang, MSG_SETTINGS_CALENDAR_NEVER);
}

static const char *why_closed(const PageForm *form, const HolidayRule *rule)
{
    const char *words = msg_find(form->visit->lang, rule->key);
    return words ? words : *rule->key ? rule->key : msg(form->visit->lang, MSG_SETTINGS_CALENDAR_OWN_DAY);
}

/* Days that would be open but for a holiday. */
static const ShortLine *closed_days(const PageForm *form, const HouseHours *hours, Zone *zone, size_t *count_out)
{
    HolidayRules rules = house_holidays(form->arena, hours);
    ShortLine *lines = ARENA_ARRAY(form->arena, ShortLine, CLOSED_SHOWN);
    Date day = time_to_wall(zone, form->visit->now).date;
    *count_out = 0;
    for (int i = 0; i < DAYS_LOOKED_AT && *count_out < CLOSED_SHOWN; i++, day = date_add_days(day, 1)) {
        const HolidayRule *rule = holiday_find(&rules, day);
        if (!rule || !*hours->days[date_weekday(day) - 1])
            continue;
        g_auto(GStrv) names = g_strsplit(msg(form->visit->lang, MSG_DATE_WEEKDAYS_SHORT), " ", 7);
        lines[(*count_out)++] = (ShortLine){
            .title = arena_printf(form->arena, "%s %s", names[date_weekday(day) - 1],
                                  format_date(form->arena, form->visit->lang, day)),
            .detail = why_closed(form, rule),
        };
    }
    return lines;
}

static void fill_outcome(const PageForm *form, const HouseHours *hours, SettingsCalendarView *view)
{
    g_autoptr(GTimeZone) zone = zone_find(hours->zone);
    if (!zone || !page_form_is_sound(form)) /* what is wrong makes no calendar */
        return;
    g_autoptr(Calendar) calendar = house_calendar(form->arena, hours, zone);
    view->has_outcome = true;
    view->now = now_words(form, calendar, zone);
    view->closed = closed_days(form, hours, zone, &view->closed_count);
}

/* --- the page ------------------------------------------------------------------------------------------------------- */

static const CalendarDay *day_lines(PageForm *form, const HouseHours *hours)
{
    CalendarDay *lines = ARENA_ARRAY(form->arena, CalendarDay, 7);
    for (int day = 0; day < 7; day++)
        lines[day] = (CalendarDay){
            .field = day_fields[day],
            .label = page_form_words(form, "settings.calendar.", day_fields[day]),
            .hours = hours->days[day],
            .error = page_form_error(form, day_fields[day]),
        };
    return lines;
}

static void show(PageForm *form, HttpResponse *response, const HouseHours *hours, bool preview)
{
    SettingsCalendarView view = {
        .may_write = visit_may(form->visit, "settings.write"),
        .version = hours->version,
        .days = day_lines(form, hours),
        .days_count = 7,
        .holidays = hours->holidays,
        .patron = hours->patron,
        .patron_error = page_form_error(form, "patron"),
        .closures = hours->closures,
        .closures_error = page_form_error(form, "closures"),
        .zone = hours->zone,
        .zone_error = page_form_error(form, "zone"),
        .preview = preview,
        .now = "",
    };
    fill_outcome(form, hours, &view);
    view.page = settings_layout(form, MSG_SETTINGS_TAB_CALENDAR);
    view.head = settings_head(form, MSG_SETTINGS_TAB_CALENDAR, MSG_SETTINGS_TAB_CALENDAR);
    settings_calendar_render(http_html(response), form->visit->lang, &view);
}

void calendar_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    HouseHours hours = house_hours_get(tx, form->arena);
    if (visit_read_end(request, response, tx))
        show(form, response, &hours, false);
}

static HouseHours typed_of(const PageForm *form)
{
    HouseHours hours = {
        .zone = page_form_line(form, "zone"),
        .holidays = page_form_ticked(form, "holidays"),
        .patron = page_form_line(form, "patron"),
        .closures = page_form_text(form, "closures"),
        .version = page_form_number(form, "version"),
    };
    for (int day = 0; day < 7; day++)
        hours.days[day] = page_form_line(form, day_fields[day]);
    return hours;
}

static bool write_hours(StoreTx *tx, void *arg)
{
    CalendarWork *work = arg;
    const Visit *visit = work->form->visit;
    return house_hours_set(tx, &work->hours, visit->actor, visit->now, &work->form->refused);
}

void calendar_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CalendarWork work = {page_form_of(request), {0}};
    work.hours = typed_of(work.form);
    InputError wrong[HOUSE_FIELDS];
    size_t count = house_hours_check(work.form->arena, &work.hours, wrong);
    for (size_t i = 0; i < count; i++)
        page_form_refused(work.form, &wrong[i]);
    bool preview = page_form_ticked(work.form, "preview");
    if (count)
        page_form_set_status(work.form, response);
    if (count || preview) {
        show(work.form, response, &work.hours, preview && !count);
        return;
    }
    PageFormOutcome outcome = settings_keep(work.form, response, "calendar.change", write_hours, &work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(work.form, response, "/settings/calendar");
    else if (outcome == PAGE_FORM_REFUSED)
        show(work.form, response, &work.hours, false);
}
