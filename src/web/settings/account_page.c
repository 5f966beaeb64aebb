/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one's own access: the password, and the browsers that are signed in. How: the password is asked for before it is
 * changed (an unlocked screen must not become somebody else's account), and every other session ends with it.
 */
#include "base/format.h"
#include "desk/notice/notice.h"
#include "desk/setting/own_address.h"
#include "desk/staff/password.h"
#include "desk/staff/staff_edit.h"
#include "web/account_view.h"
#include "web/problem.h"
#include "web/settings/agent.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"

typedef struct AccountWork {
    PageForm *form;
    const char *hash;
    StaffSessionId session; /* to end; {0}: all but this one */
} AccountWork;

static AccountSession session_line(const PageForm *form, const SessionShown *session)
{
    const Visit *visit = form->visit;
    return (AccountSession){
        .browser = agent_words(session->user_agent, msg(visit->lang, MSG_ACCOUNT_BROWSER_UNKNOWN)),
        .detail = msg_fill(form->arena, visit->lang, MSG_ACCOUNT_SESSION_LINE, "when",
                           format_moment(form->arena, visit->lang, visit->policy->zone, session->seen_at, visit->now),
                           "address", session->address, NULL),
        .own = session->id.value == visit->session.id.value,
        .end_url = url_local(form->arena, "/account/sessions/%/end", arena_int(form->arena, session->id.value)),
    };
}

static void show(PageForm *form, HttpResponse *response)
{
    const Visit *visit = form->visit;
    StoreTx *tx = visit_read(form->request, response);
    Staff person = {0};
    if (!tx)
        return;
    bool found = staff_find(tx, form->arena, visit->session.staff, &person);
    NoticeChoice choice = notice_choice_find(tx, form->arena, visit->session.staff);
    bool is_mailbox = found && own_address_comes_back(tx, form->arena, person.email);
    bool trouble = notice_wants_trouble(tx, form->arena, visit->session.staff, person.role == ROLE_ADMIN);
    SessionShownList sessions = session_list(tx, form->arena, visit->session.staff, visit->now);
    if (!visit_read_end(form->request, response, tx))
        return;
    AccountSession *lines = ARENA_ARRAY(form->arena, AccountSession, sessions.count);
    for (size_t i = 0; i < sessions.count; i++)
        lines[i] = session_line(form, &sessions.items[i]);
    AccountView view = {
        .login = found ? person.login : "",
        .current_error = page_form_error(form, "current"),
        .password_error = page_form_error(form, "password"),
        .again_error = page_form_error(form, "again"),
        .told_own = choice.own,
        .told_team = choice.team,
        .may_mend = visit_may(visit, "settings.read"),
        .told_trouble = trouble,
        .email = found ? person.email : "",
        .is_mailbox = is_mailbox,
        .sessions = lines,
        .sessions_count = sessions.count,
        .has_others = sessions.count > 1,
    };
    view.page = settings_layout(form, MSG_ACCOUNT_TITLE);
    const SettingsHeadView *head = settings_head(form, MSG_ACCOUNT_TITLE, MSG_ACCOUNT_TITLE);
    view.errors = head->errors;
    view.errors_count = head->errors_count;
    account_render(http_html(response), visit->lang, &view);
}

void account_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    show(page_form_of(request), response);
}

static void keep(AccountWork *work, HttpResponse *response, const char *name, StoreWork write)
{
    if (!page_form_is_sound(work->form)) {
        page_form_set_status(work->form, response);
        show(work->form, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(work->form, response, name, write, work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(work->form, response, "/account");
    else if (outcome == PAGE_FORM_REFUSED)
        show(work->form, response);
}

/* --- the password --------------------------------------------------------------------------------------------------- */

static bool write_password(StoreTx *tx, void *arg)
{
    AccountWork *work = arg;
    const Visit *visit = work->form->visit;
    return staff_set_password(tx, visit->session.staff, work->hash, visit->session.id, visit->actor, visit->now,
                              &work->form->refused);
}

static const char *login_of(PageForm *form)
{
    g_autoptr(GError) error = NULL;
    Staff person = {0};
    StoreTx *tx = store_read_begin(desk_store(form->visit->desk), &error);
    bool found = tx && staff_find(tx, form->arena, form->visit->session.staff, &person);
    return tx && store_read_end(tx, &error) && found ? person.login : "";
}

/* Whether the new one will do; asked first, so that a slip in it costs no attempt. */
static void check_new(PageForm *form, const char *typed)
{
    InputError refused;
    const char *again = http_form(form->request, "again");
    const char *const own_words[] = {form->visit->session.display_name, form->visit->policy->company_name,
                                     login_of(form)};
    if (!password_check(typed, own_words, G_N_ELEMENTS(own_words), &refused))
        page_form_wrong(form, "password", refused.key, NULL);
    else if (g_strcmp0(typed, again) != 0)
        page_form_wrong(form, "again", "password.error.differ", NULL);
}

/* false: the response is filled. */
static bool confirm(PageForm *form, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    InputError refused;
    const char *current = http_form(form->request, "current");
    switch (sign_in_confirm(desk_store(form->visit->desk), form->visit->session.staff, current ? current : "",
                            form->visit->now, &refused, &error)) {
    case SIGN_IN_DONE:
        return true;
    case SIGN_IN_REFUSED:
        page_form_refused(form, &refused);
        return true;
    case SIGN_IN_FAILED:
    default:
        problem_of_error(form->request, response, error);
        return false;
    }
}

void account_password_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    AccountWork work = {.form = page_form_of(request)};
    const char *typed = http_form(request, "password");
    check_new(work.form, typed ? typed : "");
    if (page_form_is_sound(work.form) && !confirm(work.form, response))
        return;
    PasswordHash hash;
    if (page_form_is_sound(work.form)) {
        password_hash(typed, &hash);
        work.hash = hash.text;
    }
    keep(&work, response, "staff.password", write_password);
}

/* --- what one is told by mail --------------------------------------------------------------------------------------- */

static bool write_choice(StoreTx *tx, void *arg)
{
    const PageForm *form = ((AccountWork *)arg)->form;
    NoticeChoice choice = {page_form_ticked(form, "own"), page_form_ticked(form, "team")};
    notice_choice_set(tx, form->visit->session.staff, choice);
    if (visit_may(form->visit, "settings.read"))
        notice_set_trouble(tx, form->visit->session.staff, page_form_ticked(form, "trouble"));
    visit_audit(tx, form->visit, "staff.notices", "staff", form->visit->session.staff.value);
    return true;
}

void account_notices_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    keep(&(AccountWork){.form = page_form_of(request)}, response, "staff.notices", write_choice);
}

/* --- the sessions --------------------------------------------------------------------------------------------------- */

static bool write_end(StoreTx *tx, void *arg)
{
    AccountWork *work = arg;
    const Visit *visit = work->form->visit;
    if (!work->session.value)
        session_end_all(tx, visit->session.staff, visit->session.id, visit->actor, visit->now);
    else if (!session_end(tx, visit->session.staff, work->session, visit->actor, visit->now)) {
        work->form->refused = (InputError){"", "account.error.session", NULL};
        return false;
    }
    return true;
}

void account_session_end_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    AccountWork work = {.form = page_form_of(request), .session = {http_param_id(request, "id")}};
    if (work.session.value == 0)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else
        keep(&work, response, "session.end", write_end);
}

void account_sessions_end_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    keep(&(AccountWork){.form = page_form_of(request)}, response, "session.end_all", write_end);
}
