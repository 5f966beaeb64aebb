/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: who works here: the list, one person's data, their role, password and sessions. How: each form is one write of
 * desk/staff/staff_edit.h, which knows who may do what to whom; a password is checked and hashed before the write. Why a
 * form for each thing: disabling somebody must not wait for a correct e-mail address.
 */
#include "base/format.h"
#include "desk/staff/password.h"
#include "desk/staff/staff_edit.h"
#include "web/problem.h"
#include "web/settings/agent.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_person_view.h"
#include "web/settings_staff_view.h"

#include <sodium.h>
#include <string.h>

typedef struct PersonPage {
    PageForm *form;
    Staff person; /* id {0}: a new one */
    TeamList teams;
    SessionShownList sessions;
    StaffForm typed; /* what the form shows */
} PersonPage;

typedef struct StaffWork {
    PageForm *form;
    StaffId id;
    int64_t version;
    StaffForm typed;
    const char *hash; /* NULL: none was typed */
    bool active;
} StaffWork;

static const char *team_name(const TeamList *teams, TeamId id)
{
    for (size_t i = 0; i < teams->count; i++)
        if (teams->items[i].id.value == id.value)
            return teams->items[i].name;
    return "";
}

/* --- the list ------------------------------------------------------------------------------------------------------- */

static StaffLine line_of(const PageForm *form, const Staff *person, const TeamList *teams)
{
    MsgId state = !person->active          ? MSG_SETTINGS_STAFF_GONE
                  : !person->password_hash ? MSG_SETTINGS_STAFF_NO_PASSWORD
                                           : MSG_SETTINGS_STAFF_WORKS;
    return (StaffLine){
        .name = person->display_name,
        .url = url_local(form->arena, "/settings/staff/%", arena_int(form->arena, person->id.value)),
        .login = person->login,
        .role = page_form_words(form, "staff.role.", staff_role_text(person->role)),
        .team = team_name(teams, person->team),
        .state = state,
        .wants = person->active && !person->password_hash,
        .gone = !person->active,
    };
}

void staff_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    StaffList people = staff_list_everybody(tx, form->arena);
    TeamList teams = team_list(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    StaffLine *lines = ARENA_ARRAY(form->arena, StaffLine, people.count);
    for (size_t i = 0; i < people.count; i++)
        lines[i] = line_of(form, &people.items[i], &teams);
    SettingsStaffView view = {
        .page = settings_layout(form, MSG_SETTINGS_TAB_STAFF),
        .head = settings_head(form, MSG_SETTINGS_TAB_STAFF, MSG_SETTINGS_TAB_STAFF),
        .may_write = visit_may(form->visit, "staff.write"),
        .people = lines,
        .people_count = people.count,
    };
    settings_staff_render(http_html(response), form->visit->lang, &view);
}

/* --- one person ----------------------------------------------------------------------------------------------------- */

static const Option *role_options(const PageForm *form, StaffRole chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, STAFF_ROLE_COUNT);
    for (StaffRole role = 0; role < STAFF_ROLE_COUNT; role++)
        options[role] = (Option){staff_role_text(role), page_form_words(form, "staff.role.", staff_role_text(role)),
                                 role == chosen};
    return options;
}

static const Option *team_options(const PersonPage *page, size_t *count_out)
{
    Arena *arena = page->form->arena;
    Option *options = ARENA_ARRAY(arena, Option, page->teams.count + 1);
    options[0] = (Option){"", msg(page->form->visit->lang, MSG_SETTINGS_STAFF_NO_TEAM), !page->typed.team.value};
    for (size_t i = 0; i < page->teams.count; i++)
        options[i + 1] = (Option){arena_int(arena, page->teams.items[i].id.value), page->teams.items[i].name,
                                  page->teams.items[i].id.value == page->typed.team.value};
    *count_out = page->teams.count + 1;
    return options;
}

static const Option *language_options(const PageForm *form, const char *chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, LANG_COUNT);
    for (Lang lang = 0; lang < LANG_COUNT; lang++)
        options[lang] = (Option){lang_tag(lang), page_form_words(form, "settings.language.", lang_tag(lang)),
                                 strcmp(lang_tag(lang), chosen) == 0};
    return options;
}

static const ShortLine *session_lines(const PersonPage *page)
{
    const Visit *visit = page->form->visit;
    Arena *arena = page->form->arena;
    ShortLine *lines = ARENA_ARRAY(arena, ShortLine, page->sessions.count);
    for (size_t i = 0; i < page->sessions.count; i++) {
        const SessionShown *session = &page->sessions.items[i];
        lines[i] = (ShortLine){
            .title = agent_words(session->user_agent, msg(visit->lang, MSG_ACCOUNT_BROWSER_UNKNOWN)),
            .detail = msg_fill(arena, visit->lang, MSG_ACCOUNT_SESSION_LINE, "when",
                               format_moment(arena, visit->lang, visit->policy->zone, session->seen_at, visit->now),
                               "address", session->address, NULL)};
    }
    return lines;
}

static void fill_fields(PersonPage *page, SettingsPersonView *view)
{
    PageForm *form = page->form;
    view->login = page->typed.login;
    view->login_error = page_form_error(form, "login");
    view->name = page->typed.display_name;
    view->name_error = page_form_error(form, "display_name");
    view->email = page->typed.email;
    view->email_error = page_form_error(form, "email");
    view->roles = role_options(form, page->typed.role);
    view->roles_count = STAFF_ROLE_COUNT;
    view->role_error = page_form_error(form, "role");
    view->teams = team_options(page, &view->teams_count);
    view->team_error = page_form_error(form, "team");
    view->languages = language_options(form, page->typed.language);
    view->languages_count = LANG_COUNT;
    view->language_error = page_form_error(form, "language");
    view->password_error = page_form_error(form, "password");
}

static void show_person(PersonPage *page, HttpResponse *response)
{
    PageForm *form = page->form;
    const char *id = arena_int(form->arena, page->person.id.value);
    bool is_new = page->person.id.value == 0;
    MsgId title = is_new ? MSG_SETTINGS_STAFF_ADD : MSG_SETTINGS_STAFF_ONE;
    SettingsPersonView view = {
        .is_new = is_new,
        .version = page->person.version,
        .active = page->person.active,
        .has_password = page->person.password_hash != NULL,
        .action = is_new ? url_checked("/settings/staff") : url_local(form->arena, "/settings/staff/%", id),
        .active_url = url_local(form->arena, "/settings/staff/%/active", id),
        .password_url = url_local(form->arena, "/settings/staff/%/password", id),
        .sessions_url = url_local(form->arena, "/settings/staff/%/sessions", id),
        .sessions = session_lines(page),
        .sessions_count = page->sessions.count,
    };
    fill_fields(page, &view);
    view.page = settings_layout(form, title);
    view.head = settings_head(form, title, MSG_SETTINGS_TAB_STAFF);
    settings_person_render(http_html(response), form->visit->lang, &view);
}

/* Reads what the page shows beside the form; false: the response is filled. */
static bool read_person(PersonPage *page, HttpResponse *response, StaffId id)
{
    PageForm *form = page->form;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    bool found = id.value == 0 || staff_find(tx, form->arena, id, &page->person);
    page->teams = team_list(tx, form->arena);
    if (id.value && found)
        page->sessions = session_list(tx, form->arena, id, form->visit->now);
    if (!visit_read_end(form->request, response, tx))
        return false;
    if (!found)
        problem_page(form->request, response, PROBLEM_NOT_FOUND, "");
    return found;
}

static StaffForm form_of_person(const Staff *person)
{
    return (StaffForm){.login = person->login,
                       .display_name = person->display_name,
                       .email = person->email,
                       .role = person->role,
                       .team = person->team,
                       .language = person->language};
}

void staff_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    PersonPage page = {.form = form,
                       .typed = {.login = "",
                                 .display_name = "",
                                 .email = "",
                                 .role = ROLE_OPERATOR,
                                 .team = form->visit->policy->intake_team,
                                 .language = form->visit->policy->language}};
    if (read_person(&page, response, (StaffId){0}))
        show_person(&page, response);
}

void staff_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PersonPage page = {.form = page_form_of(request)};
    StaffId id = {http_param_id(request, "id")};
    if (!id.value) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    if (!read_person(&page, response, id))
        return;
    page.typed = form_of_person(&page.person);
    show_person(&page, response);
}

/* --- the forms ------------------------------------------------------------------------------------------------------ */

static StaffWork work_of(HttpRequest *request, bool is_new)
{
    PageForm *form = page_form_of(request);
    StaffWork work = {.form = form,
                      .id = {is_new ? 0 : http_param_id(request, "id")},
                      .version = page_form_number(form, "version"),
                      .typed = {.login = page_form_line(form, "login"),
                                .display_name = page_form_line(form, "display_name"),
                                .email = page_form_line(form, "email"),
                                .role = ROLE_READER,
                                .team = {page_form_number(form, "team")},
                                .language = page_form_line(form, "language")}};
    if (!staff_role_parse(page_form_line(form, "role"), &work.typed.role))
        page_form_wrong(form, "role", "staff.error.role", NULL);
    return work;
}

/* Checks and hashes what was typed as a password; the text stays in the request alone. */
static void take_password(StaffWork *work, const char *login, const char *name)
{
    PageForm *form = work->form;
    const char *typed = http_form(form->request, "password");
    const char *const own_words[] = {login, name, form->visit->policy->company_name};
    InputError refused;
    if (!typed || !password_check(typed, own_words, G_N_ELEMENTS(own_words), &refused)) {
        page_form_wrong(form, "password", typed ? refused.key : "password.error.too_short", NULL);
        return;
    }
    PasswordHash *hash = ARENA_NEW(form->arena, PasswordHash);
    password_hash(typed, hash);
    work->hash = hash->text;
}

/* The page again with what was typed, as it stands now; a person who is not there is no page. */
static void show_again(StaffWork *work, HttpResponse *response)
{
    PersonPage page = {.form = work->form};
    if (!read_person(&page, response, work->id))
        return;
    page.typed = work->typed;
    if (work->id.value)
        page.typed.login = page.person.login;
    page_form_set_status(work->form, response);
    show_person(&page, response);
}

/* The same for forms that hold no data of the person. */
static void show_as_stored(StaffWork *work, HttpResponse *response)
{
    PersonPage page = {.form = work->form};
    if (!read_person(&page, response, work->id))
        return;
    page.typed = form_of_person(&page.person);
    page_form_set_status(work->form, response);
    show_person(&page, response);
}

static const char *path_of(const StaffWork *work)
{
    return arena_printf(work->form->arena, "/settings/staff/%" G_GINT64_FORMAT, work->id.value);
}

static void keep(StaffWork *work, HttpResponse *response, const char *name, StoreWork write,
                 void (*again)(StaffWork *work, HttpResponse *response))
{
    if (!page_form_is_sound(work->form)) {
        again(work, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(work->form, response, name, write, work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(work->form, response, path_of(work));
    else if (outcome == PAGE_FORM_REFUSED)
        again(work, response);
}

static bool write_new(StoreTx *tx, void *arg)
{
    StaffWork *work = arg;
    const Visit *visit = work->form->visit;
    return staff_create(tx, &work->typed, work->hash, visit->actor, visit->now, &work->id, &work->form->refused);
}

void staff_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StaffWork work = work_of(request, true);
    InputError refused;
    const char *password = http_form(request, "password");
    if (!staff_form_check(work.form->arena, &work.typed, true, &refused))
        page_form_refused(work.form, &refused);
    if (password && *password) /* without one the person cannot sign in yet */
        take_password(&work, work.typed.login, work.typed.display_name);
    keep(&work, response, "staff.add", write_new, show_again);
}

static bool write_change(StoreTx *tx, void *arg)
{
    StaffWork *work = arg;
    const Visit *visit = work->form->visit;
    return staff_change(tx, work->id, work->version, &work->typed, visit->actor, visit->now, &work->form->refused);
}

void staff_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StaffWork work = work_of(request, false);
    InputError refused;
    if (!staff_form_check(work.form->arena, &work.typed, false, &refused))
        page_form_refused(work.form, &refused);
    keep(&work, response, "staff.change", write_change, show_again);
}

static StaffWork bare_work_of(HttpRequest *request)
{
    PageForm *form = page_form_of(request);
    return (StaffWork){
        .form = form, .id = {http_param_id(request, "id")}, .version = page_form_number(form, "version")};
}

static bool write_active(StoreTx *tx, void *arg)
{
    StaffWork *work = arg;
    const Visit *visit = work->form->visit;
    return staff_set_active(tx, work->id, work->version, work->active, visit->actor, visit->now, &work->form->refused);
}

void staff_active_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StaffWork work = bare_work_of(request);
    work.active = page_form_number(work.form, "active") != 0;
    keep(&work, response, "staff.active", write_active, show_as_stored);
}

static bool write_password(StoreTx *tx, void *arg)
{
    StaffWork *work = arg;
    const Visit *visit = work->form->visit;
    StaffSessionId spared = visit->session.staff.value == work->id.value ? visit->session.id : (StaffSessionId){0};
    return staff_set_password(tx, work->id, work->hash, spared, visit->actor, visit->now, &work->form->refused);
}

void staff_password_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StaffWork work = bare_work_of(request);
    PersonPage page = {.form = work.form};
    if (!read_person(&page, response, work.id))
        return;
    take_password(&work, page.person.login, page.person.display_name);
    keep(&work, response, "staff.password", write_password, show_as_stored);
}

static bool write_sessions_end(StoreTx *tx, void *arg)
{
    StaffWork *work = arg;
    const Visit *visit = work->form->visit;
    StaffSessionId spared = visit->session.staff.value == work->id.value ? visit->session.id : (StaffSessionId){0};
    session_end_all(tx, work->id, spared, visit->actor, visit->now);
    return true;
}

void staff_sessions_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StaffWork work = bare_work_of(request);
    PersonPage page = {.form = work.form};
    if (read_person(&page, response, work.id))
        keep(&work, response, "staff.sessions", write_sessions_end, show_as_stored);
}
