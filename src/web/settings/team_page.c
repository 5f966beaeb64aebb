/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"
#include "desk/staff/staff_edit.h"
#include "web/problem.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_team_view.h"
#include "web/settings_teams_view.h"

typedef struct TeamWork {
    PageForm *form;
    TeamId id; /* {0}: a new one */
    int64_t version;
    TeamForm typed;
} TeamWork;

static int64_t people_of(const StaffList *people, TeamId team)
{
    int64_t count = 0;
    for (size_t i = 0; i < people->count; i++)
        count += people->items[i].team.value == team.value;
    return count;
}

void team_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    TeamList teams = team_list(tx, form->arena);
    StaffList people = staff_list(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    TeamLine *lines = ARENA_ARRAY(form->arena, TeamLine, teams.count);
    for (size_t i = 0; i < teams.count; i++) {
        const Team *team = &teams.items[i];
        lines[i] = (TeamLine){
            .name = team->name,
            .url = url_local(form->arena, "/settings/teams/%", arena_int(form->arena, team->id.value)),
            .kind = page_form_words(form, "team.kind.", team_kind_text(team->kind)),
            .place = team->place,
            .people = people_of(&people, team->id),
            .takes_new = team->id.value == form->visit->policy->intake_team.value,
        };
    }
    SettingsTeamsView view = {
        .page = settings_layout(form, MSG_SETTINGS_TAB_TEAMS),
        .head = settings_head(form, MSG_SETTINGS_TAB_TEAMS, MSG_SETTINGS_TAB_TEAMS),
        .may_write = visit_may(form->visit, "staff.write"),
        .teams = lines,
        .teams_count = teams.count,
    };
    settings_teams_render(http_html(response), form->visit->lang, &view);
}

/* --- one team ------------------------------------------------------------------------------------------------------- */

static void show(TeamWork *work, HttpResponse *response)
{
    PageForm *form = work->form;
    Option *kinds = ARENA_ARRAY(form->arena, Option, TEAM_KIND_COUNT);
    MsgId title = work->id.value ? MSG_SETTINGS_TEAM_ONE : MSG_SETTINGS_TEAM_ADD;
    for (TeamKind kind = 0; kind < TEAM_KIND_COUNT; kind++)
        kinds[kind] = (Option){team_kind_text(kind), page_form_words(form, "team.kind.", team_kind_text(kind)),
                               kind == work->typed.kind};
    SettingsTeamView view = {
        .action = work->id.value ? url_local(form->arena, "/settings/teams/%", arena_int(form->arena, work->id.value))
                                 : url_checked("/settings/teams"),
        .version = work->version,
        .name = work->typed.name,
        .name_error = page_form_error(form, "name"),
        .place = work->typed.place,
        .place_error = page_form_error(form, "place"),
        .kinds = kinds,
        .kinds_count = TEAM_KIND_COUNT,
    };
    view.page = settings_layout(form, title);
    view.head = settings_head(form, title, MSG_SETTINGS_TAB_TEAMS);
    settings_team_render(http_html(response), form->visit->lang, &view);
}

void team_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    show(&(TeamWork){.form = page_form_of(request), .typed = {"", "", TEAM_INTERNAL, ""}}, response);
}

static bool find_team(TeamWork *work, HttpResponse *response)
{
    StoreTx *tx = visit_read(work->form->request, response);
    if (!tx)
        return false;
    TeamList teams = team_list(tx, work->form->arena);
    if (!visit_read_end(work->form->request, response, tx))
        return false;
    for (size_t i = 0; i < teams.count; i++)
        if (teams.items[i].id.value == work->id.value) {
            work->typed = (TeamForm){teams.items[i].name, teams.items[i].place, teams.items[i].kind, ""};
            work->version = teams.items[i].version;
            return true;
        }
    problem_page(work->form->request, response, PROBLEM_NOT_FOUND, "");
    return false;
}

void team_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TeamWork work = {.form = page_form_of(request), .id = {http_param_id(request, "id")}};
    if (find_team(&work, response))
        show(&work, response);
}

static bool write_team(StoreTx *tx, void *arg)
{
    TeamWork *work = arg;
    const Visit *visit = work->form->visit;
    TeamId made;
    return work->id.value
               ? team_change(tx, work->id, work->version, &work->typed, visit->actor, visit->now, &work->form->refused)
               : team_create(tx, &work->typed, visit->actor, visit->now, &made, &work->form->refused);
}

static void keep(TeamWork *work, HttpResponse *response)
{
    PageForm *form = work->form;
    InputError refused;
    if (!team_kind_parse(page_form_line(form, "kind"), &work->typed.kind))
        page_form_wrong(form, "kind", "team.error.kind", NULL);
    if (!team_form_check(form->arena, &work->typed, &refused))
        page_form_refused(form, &refused);
    if (!page_form_is_sound(form)) {
        page_form_set_status(form, response);
        show(work, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(form, response, "team.keep", write_team, work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(form, response, "/settings/teams");
    else if (outcome == PAGE_FORM_REFUSED)
        show(work, response);
}

static TeamForm typed_of(const PageForm *form)
{
    return (TeamForm){page_form_line(form, "name"), page_form_line(form, "place"), TEAM_INTERNAL, ""};
}

void team_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    keep(&(TeamWork){.form = form, .typed = typed_of(form)}, response);
}

void team_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TeamWork work = {.form = page_form_of(request), .id = {http_param_id(request, "id")}};
    if (!find_team(&work, response)) /* that it is there; what it holds is typed */
        return;
    work.typed = typed_of(work.form);
    work.version = page_form_number(work.form, "version");
    keep(&work, response);
}
