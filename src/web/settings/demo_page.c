/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Elimina la demo": says what goes and what stays, asks who begins, and does it. A company that is no demo has no such
 * page, and demo_end asks once more in the transaction that deletes.
 */
#include "base/format.h"
#include "base/text.h"
#include "desk/setting/demo_end.h"
#include "desk/staff/password.h"
#include "desk/staff/staff_edit.h"
#include "web/problem.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_demo_view.h"

#include <string.h>

typedef struct Typed {
    const char *company, *name, *email, *password;
} Typed;

static bool is_demo(HttpRequest *request, HttpResponse *response)
{
    if (visit_of(request)->policy->demo)
        return true;
    problem_page(request, response, PROBLEM_NOT_FOUND, "");
    return false;
}

/* ------------------------------------------------------------------------------------------------------------ showing */

static const char *counted(const PageForm *form, MsgId id, int64_t count)
{
    return msg_fill_count(form->arena, form->visit->lang, id, count, NULL);
}

static const char *const *what_goes(const PageForm *form, const DemoContents *contents, size_t *count_out)
{
    const char **lines = ARENA_ARRAY(form->arena, const char *, 8);
    size_t count = 0;
    lines[count++] = counted(form, MSG_DEMO_END_REQUESTS, contents->requests);
    if (contents->added)
        lines[count++] = counted(form, MSG_DEMO_END_ADDED, contents->added);
    lines[count++] = counted(form, MSG_DEMO_END_CUSTOMERS, contents->customers);
    lines[count++] = counted(form, MSG_DEMO_END_ITEMS, contents->items);
    lines[count++] = counted(form, MSG_DEMO_END_PEOPLE, contents->people);
    lines[count++] = counted(form, MSG_DEMO_END_SOLUTIONS, contents->solutions);
    lines[count++] = msg(form->visit->lang, MSG_DEMO_END_REST);
    *count_out = count;
    return lines;
}

static void show(PageForm *form, HttpResponse *response, const Typed *typed)
{
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return;
    DemoContents contents = demo_contents(tx, form->arena);
    if (!visit_read_end(form->request, response, tx))
        return;
    SettingsDemoView view = {
        .company = typed->company,
        .company_error = page_form_error(form, "company"),
        .name = typed->name,
        .name_error = page_form_error(form, "name"),
        .email = typed->email,
        .email_error = page_form_error(form, "email"),
        .password_error = page_form_error(form, "password"),
        .sure_error = page_form_error(form, "sure"),
    };
    view.goes = what_goes(form, &contents, &view.goes_count);
    view.page = settings_layout(form, MSG_DEMO_END_TITLE);
    view.head = settings_head(form, MSG_DEMO_END_TITLE, MSG_DEMO_END_TITLE);
    settings_demo_render(http_html(response), form->visit->lang, &view);
}

void demo_end_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (is_demo(request, response))
        show(page_form_of(request), response, &(Typed){"", "", "", ""});
}

/* ------------------------------------------------------------------------------------------------------------- ending */

/* The refusals of the staff's rules under this form's names: the address is the login. */
static void person_refused(PageForm *form, const InputError *refused)
{
    page_form_wrong(form, strcmp(refused->field, "display_name") == 0 ? "name" : "email", refused->key, refused->shown);
}

/* Checks everything typed, so that all that is wrong is said at once. */
static bool read_founding(PageForm *form, const Typed *typed, PasswordHash *hash, Founding *founding)
{
    StaffForm person = {.login = typed->email,
                        .display_name = typed->name,
                        .email = typed->email,
                        .role = ROLE_ADMIN,
                        .language = lang_tag(form->visit->lang)};
    const char *const own_words[] = {typed->email, typed->name, typed->company};
    InputError refused;
    if (text_is_blank(typed->company))
        page_form_wrong(form, "company", "setting.error.blank", NULL);
    if (!staff_form_check(form->arena, &person, true, &refused))
        person_refused(form, &refused);
    if (!password_check(typed->password, own_words, G_N_ELEMENTS(own_words), &refused))
        page_form_wrong(form, "password", refused.key, refused.shown);
    if (!page_form_ticked(form, "sure"))
        page_form_wrong(form, "sure", "demo.end.error.sure", NULL);
    if (!page_form_is_sound(form))
        return false;
    password_hash(typed->password, hash);
    *founding = (Founding){.company = typed->company,
                           .language = person.language,
                           .team_sort_key = text_sort_key(form->arena, founding_team_name(person.language)),
                           .login = person.login,
                           .name = person.display_name,
                           .name_sort_key = person.sort_key,
                           .email = person.email,
                           .password_hash = hash->text};
    return true;
}

/* The session this was asked from has gone with its person; the one who begins is signed in. */
static void come_in(const PageForm *form, HttpResponse *response, const Typed *typed)
{
    g_autoptr(GError) error = NULL;
    HttpRequest *request = form->request;
    SignedIn in;
    InputError refused;
    SignIn attempt = {.login = typed->email,
                      .password = typed->password,
                      .address = request->remote,
                      .user_agent = http_header(request, "user-agent")};
    bool done =
        sign_in(desk_store(form->visit->desk), &attempt, form->visit->now, &in, &refused, &error) == SIGN_IN_DONE;
    if (done)
        visit_begin(request, response, &in);
    http_redirect(response, done ? "/settings" : "/sign-in");
}

static void end(PageForm *form, HttpResponse *response, const Typed *typed, const Founding *founding)
{
    g_autoptr(GError) error = NULL;
    DemoEnd ended;
    switch (demo_end(form->visit->desk, founding, form->visit->now, &ended, &error)) {
    case STORE_COMMITTED:
        come_in(form, response, typed);
        return;
    case STORE_REFUSED:
        if (!ended.was_demo) { /* somebody was faster */
            problem_page(form->request, response, PROBLEM_NOT_FOUND, "");
            return;
        }
        page_form_wrong(form, "company", ended.refused.key, ended.refused.shown);
        http_set_status(response, 422);
        show(form, response, typed);
        return;
    case STORE_FAILED:
    default:
        problem_of_error(form->request, response, error);
    }
}

void demo_end_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (!is_demo(request, response))
        return;
    PageForm *form = page_form_of(request);
    const char *password = http_form(request, "password");
    Typed typed = {page_form_line(form, "company"), page_form_line(form, "name"), page_form_line(form, "email"),
                   password ? password : ""};
    PasswordHash hash;
    Founding founding;
    if (read_founding(form, &typed, &hash, &founding)) {
        end(form, response, &typed, &founding);
        return;
    }
    http_set_status(response, 422);
    show(form, response, &typed);
}
