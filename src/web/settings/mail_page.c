/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: how the mail is doing, all of it on one page. How: one read of what the watch (job/watch.h) judges by, in words;
 * it judges nothing anew, so that the page and the mail never disagree.
 */
#include "base/format.h"
#include "channel/config.h"
#include "desk/incident/incident.h"
#include "desk/intake/intake.h"
#include "desk/ticket/attachment_scan.h"
#include "job/alarm.h"
#include "queue/outbox.h"
#include "web/settings/mailbox_state.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_mail_view.h"

enum { INCIDENTS_SHOWN = 10 };

static const MsgId names[INCIDENT_KIND_COUNT] = {
    [INCIDENT_FAILING] = MSG_SETTINGS_MAIL_FAILING,
    [INCIDENT_UNWATCHED] = MSG_SETTINGS_MAIL_UNWATCHED,
    [INCIDENT_WAITING] = MSG_SETTINGS_MAIL_WAITING,
    [INCIDENT_QUIET] = MSG_SETTINGS_MAIL_QUIET,
};

static const char *moment(const PageForm *form, TimeMs at)
{
    return format_moment(form->arena, form->visit->lang, form->visit->policy->zone, at, form->visit->now);
}

static const char *when_or(const PageForm *form, TimeMs at, MsgId known, MsgId never)
{
    return at ? msg_fill(form->arena, form->visit->lang, known, "when", moment(form, at), NULL)
              : msg(form->visit->lang, never);
}

/* --- incidents ------------------------------------------------------------------------------------------------------ */

static const char *stretch(const PageForm *form, const Incident *incident)
{
    Lang lang = form->visit->lang;
    const char *since = moment(form, incident->since);
    TimeMs until = incident->mended_since ? incident->mended_since : incident->ended_at;
    if (incident->ended_at)
        return msg_fill(form->arena, lang, MSG_SETTINGS_MAIL_SPAN, "since", since, "until", moment(form, until), NULL);
    return msg_fill(form->arena, lang, incident->mended_since ? MSG_SETTINGS_MAIL_MENDING : MSG_SETTINGS_MAIL_OPEN,
                    "since", since, NULL);
}

static MailTrouble trouble_line(const PageForm *form, const Incident *incident)
{
    return (MailTrouble){
        .what = names[incident->kind],
        .when = stretch(form, incident),
        .open = !incident->ended_at && !incident->mended_since,
        .said = incident->said,
        .told = incident->told_at ? msg_fill(form->arena, form->visit->lang, MSG_SETTINGS_MAIL_TOLD, "when",
                                             moment(form, incident->told_at), NULL)
                                  : "",
    };
}

/* --- one mailbox ---------------------------------------------------------------------------------------------------- */

static const char *habit_words(const PageForm *form, StoreTx *tx, const ChannelAccount *account)
{
    Lang lang = form->visit->lang;
    InboundArrivals past = intake_list_arrivals(tx, form->arena, account->name, form->visit->now - INCIDENT_HABIT_SPAN,
                                                INCIDENT_HABIT_MAX);
    QuietHabit habit = quiet_habit(form->visit->policy->calendar, past.at, past.count);
    if (!habit.is_known)
        return msg_fill(form->arena, lang, MSG_SETTINGS_MAIL_HABIT_UNKNOWN, "count",
                        format_number(form->arena, lang, INCIDENT_HABIT_MESSAGES), NULL);
    return msg_fill(form->arena, lang,
                    habit.usual_ms < TIME_MINUTE ? MSG_SETTINGS_MAIL_USUAL_NONE : MSG_SETTINGS_MAIL_USUAL, "span",
                    format_span(form->arena, lang, habit.usual_ms), "limit",
                    format_span(form->arena, lang, habit.limit_ms), NULL);
}

static MailLine line_of(const PageForm *form, StoreTx *tx, const ChannelAccount *account,
                        const ChannelHealthRows *health)
{
    ChannelSettings settings = {NULL, 0};
    (void)channel_config_read(form->arena, account->config, &settings); /* one that is no JSON has no server to show */
    MailboxState state = mailbox_state_of(form->arena, form->visit, &settings, mailbox_health_of(health, account->id));
    InboundArrivals last = intake_list_arrivals(tx, form->arena, account->name, 1, 1);
    IncidentList incidents = incident_list_of(tx, form->arena, account->id, INCIDENTS_SHOWN);
    MailTrouble *troubles = ARENA_ARRAY(form->arena, MailTrouble, incidents.count);
    for (size_t i = 0; i < incidents.count; i++)
        troubles[i] = trouble_line(form, &incidents.items[i]);
    const char *url = arena_printf(form->arena, "/settings/mailboxes/%s", arena_int(form->arena, account->id.value));
    return (MailLine){
        .address = account->address,
        .url = visit_may(form->visit, "settings.write") ? url_checked(url) : (SafeUrl){NULL},
        .state = account->active ? state.words : msg(form->visit->lang, MSG_SETTINGS_MAILBOX_OFF),
        .wrong = account->active && state.wrong,
        .came =
            when_or(form, last.count ? last.at[0] : TIME_NONE, MSG_SETTINGS_MAIL_CAME, MSG_SETTINGS_MAIL_CAME_NEVER),
        .left = when_or(form, outbox_last_sent(tx, form->arena, account->name), MSG_SETTINGS_MAIL_LEFT,
                        MSG_SETTINGS_MAIL_LEFT_NEVER),
        .habit = account->active ? habit_words(form, tx, account) : "",
        .incidents = troubles,
        .incidents_count = incidents.count,
        .has_incidents = incidents.count > 0,
    };
}

/* --- the page ------------------------------------------------------------------------------------------------------- */

static const char *with_names(const PageForm *form, MsgId id, const char *const *list, size_t count)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(joined, "%s%s", i ? ", " : "", list[i]);
    return msg_fill(form->arena, form->visit->lang, id, "names", arena_strdup(form->arena, joined->str), NULL);
}

static const char *told_words(const PageForm *form, const IncidentPeople *people)
{
    return people->count ? with_names(form, MSG_SETTINGS_MAIL_TOLD_BY, people->names, people->count)
                         : msg(form->visit->lang, MSG_SETTINGS_MAIL_TOLD_NOBODY);
}

static const char *unreached_words(const PageForm *form, const IncidentPeople *people)
{
    return people->unreached_count
               ? with_names(form, MSG_SETTINGS_MAIL_UNREACHED, people->unreached, people->unreached_count)
               : "";
}

static void fill_scanner(const PageForm *form, int64_t waiting, SettingsMailView *view)
{
    Lang lang = form->visit->lang;
    ScannerStanding standing = scanner_standing(web_scanner(form->visit->web), form->arena);
    bool silent = standing.silent_since != TIME_NONE;
    view->scanner = view->scanner_waiting = "";
    view->scanner_said = standing.said;
    if (!standing.configured)
        return;
    view->scanner_wrong = silent;
    view->scanner = silent ? msg_fill(form->arena, lang, MSG_SETTINGS_MAIL_SCANNER_SILENT, "since",
                                      moment(form, standing.silent_since), NULL)
                           : msg(lang, MSG_SETTINGS_MAIL_SCANNER_WELL);
    view->scanner_waiting = msg_fill(form->arena, lang, MSG_SETTINGS_MAIL_SCANNER_WAITING, "count",
                                     format_number(form->arena, lang, waiting), NULL);
}

void mail_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    ChannelAccountList list = channel_account_list(tx, form->arena);
    ChannelHealthRows health = channel_health_list(tx, form->arena);
    IncidentPeople people = incident_list_people(tx, form->arena);
    int64_t waiting = web_scanner(form->visit->web) ? attachment_scan_count_waiting(tx, form->arena) : 0;
    MailLine *lines = ARENA_ARRAY(form->arena, MailLine, list.count);
    for (size_t i = 0; i < list.count; i++)
        lines[i] = line_of(form, tx, &list.items[i], &health);
    if (!visit_read_end(request, response, tx))
        return;
    SettingsMailView view = {
        .page = settings_layout(form, MSG_SETTINGS_MAIL_TITLE),
        .head = settings_head(form, MSG_SETTINGS_MAIL_TITLE, MSG_SETTINGS_TAB_MAILBOXES),
        .told = told_words(form, &people),
        .nobody = people.count == 0,
        .unreached = unreached_words(form, &people),
        .mailboxes = lines,
        .mailboxes_count = list.count,
    };
    fill_scanner(form, waiting, &view);
    settings_mail_render(http_html(response), form->visit->lang, &view);
}
