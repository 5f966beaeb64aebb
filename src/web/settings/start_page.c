/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the first page of a new installation: four questions, and the desk works. How: its address holds the token that
 * `filo serve` printed (desk/setting/first_start.h); without it, or once somebody has answered, the page does not exist.
 * Everything typed is checked at once, the password is hashed, and one write founds the company.
 */
#include "base/text.h"
#include "base/token.h"
#include "desk/setting/company.h"
#include "desk/setting/first_start.h"
#include "desk/staff/password.h"
#include "desk/staff/session.h"
#include "desk/staff/staff_edit.h"
#include "web/problem.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/start_view.h"

#include <string.h>

typedef struct Start {
    PageForm *form;
    char sha256[SHA256_HEX_SIZE];
    const char *company, *password, *hours; /* hours: of Monday to Friday, as typed */
    StaffForm person;
    HouseHours house;
    PasswordHash hash;
    Founding founding;
} Start;

/* Whether the address opens; false: the response is filled. */
static bool open_start(Start *start, HttpResponse *response)
{
    PageForm *form = start->form;
    bool opens = token_hash(http_param(form->request, "token"), start->sha256);
    if (opens) {
        StoreTx *tx = visit_read(form->request, response);
        if (!tx)
            return false;
        opens = first_start_opens(tx, form->arena, start->sha256);
        if (!visit_read_end(form->request, response, tx))
            return false;
    }
    if (!opens)
        problem_page(form->request, response, PROBLEM_NOT_FOUND, "");
    return opens;
}

static void show(Start *start, HttpResponse *response)
{
    PageForm *form = start->form;
    StartView view = {
        .page = layout_public(form->request, msg(form->visit->lang, MSG_START_TITLE)),
        .action = url_local(form->arena, "/start/%", http_param(form->request, "token")),
        .company = start->company,
        .company_error = page_form_error(form, "company"),
        .name = start->person.display_name,
        .name_error = page_form_error(form, "display_name"),
        .email = start->person.email,
        .email_error = page_form_error(form, "email"),
        .password_error = page_form_error(form, "password"),
        .again_error = page_form_error(form, "again"),
        .hours = start->hours,
        .hours_error = page_form_error(form, "day1"),
        .patron = start->house.patron,
        .patron_error = page_form_error(form, "patron"),
        .zone = start->house.zone,
        .zone_error = page_form_error(form, "zone"),
    };
    const SettingsHeadView *head = settings_head(form, MSG_START_TITLE, MSG_START_TITLE);
    view.errors = head->errors;
    view.errors_count = head->errors_count;
    start_render(http_html(response), form->visit->lang, &view);
}

void start_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Start start = {.form = page_form_of(request),
                   .company = "",
                   .hours = "9:00–13:00, 14:00–18:00",
                   .person = {.display_name = "", .email = ""},
                   .house = {.zone = "Europe/Rome", .patron = ""}};
    if (open_start(&start, response))
        show(&start, response);
}

/* --- answering ------------------------------------------------------------------------------------------------------ */

static void check_person(Start *start)
{
    PageForm *form = start->form;
    InputError refused;
    start->person = (StaffForm){.login = page_form_line(form, "email"),
                                .display_name = page_form_line(form, "display_name"),
                                .email = page_form_line(form, "email"),
                                .role = ROLE_ADMIN,
                                .language = lang_tag(form->visit->lang)};
    if (staff_form_check(form->arena, &start->person, true, &refused))
        return;
    bool of_login = strcmp(refused.field, "login") == 0; /* the address is the login */
    page_form_wrong(form, of_login ? "email" : refused.field, of_login ? "staff.error.email" : refused.key, NULL);
}

static void check_password(Start *start)
{
    PageForm *form = start->form;
    const char *typed = http_form(form->request, "password"), *again = http_form(form->request, "again");
    const char *const own_words[] = {start->person.email, start->person.display_name, start->company};
    InputError refused;
    start->password = typed ? typed : "";
    if (!password_check(start->password, own_words, G_N_ELEMENTS(own_words), &refused))
        page_form_wrong(form, "password", refused.key, NULL);
    else if (g_strcmp0(typed, again) != 0)
        page_form_wrong(form, "again", "password.error.differ", NULL);
}

static void check_hours(Start *start)
{
    PageForm *form = start->form;
    InputError wrong[HOUSE_FIELDS];
    const char *day = start->hours = page_form_line(form, "hours");
    start->house = (HouseHours){.zone = page_form_line(form, "zone"),
                                .days = {day, day, day, day, day, "", ""},
                                .holidays = true,
                                .patron = page_form_line(form, "patron"),
                                .closures = "",
                                .version = 1};
    size_t count = house_hours_check(form->arena, &start->house, wrong);
    for (size_t i = 0; i < count; i++) /* one field stands for five days */
        if (strncmp(wrong[i].field, "day", 3) != 0 || strcmp(wrong[i].field, "day1") == 0)
            page_form_refused(form, &wrong[i]);
}

static void check_company(Start *start)
{
    PageForm *form = start->form;
    InputError wrong[COMPANY_FIELDS];
    Company company = {.name = page_form_line(form, "company"), .language = "it"};
    company_check(form->arena, &company, wrong);
    start->company = company.name;
    if (!*company.name || g_utf8_strlen(company.name, -1) > COMPANY_NAME_MAX)
        page_form_wrong(form, "company", "company.error.name", NULL);
}

static bool claim(StoreTx *tx, void *arg)
{
    Start *start = arg;
    const Visit *visit = start->form->visit;
    return first_start_claim(tx, start->form->arena, start->sha256, &start->founding, &start->house, visit->now,
                             &start->form->refused);
}

static void prepare(Start *start)
{
    PageForm *form = start->form;
    password_hash(start->password, &start->hash);
    start->founding = (Founding){
        .company = start->company,
        .language = start->person.language,
        .team_sort_key = text_sort_key(form->arena, founding_team_name(start->person.language)),
        .login = start->person.login,
        .name = start->person.display_name,
        .name_sort_key = start->person.sort_key,
        .email = start->person.email,
        .password_hash = start->hash.text,
    };
}

/* Whoever answered is at work at once. */
static void come_in(const Start *start, HttpResponse *response)
{
    g_autoptr(GError) error = NULL;
    HttpRequest *request = start->form->request;
    SignedIn in;
    InputError refused;
    SignIn attempt = {.login = start->person.login,
                      .password = start->password,
                      .address = request->remote,
                      .user_agent = http_header(request, "user-agent")};
    bool done = sign_in(desk_store(start->form->visit->desk), &attempt, start->form->visit->now, &in, &refused,
                        &error) == SIGN_IN_DONE;
    if (done)
        visit_begin(request, response, &in);
    http_redirect(response, done ? "/settings" : "/sign-in");
}

void start_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Start start = {.form = page_form_of(request)};
    if (!open_start(&start, response))
        return;
    check_company(&start);
    check_person(&start);
    check_password(&start);
    check_hours(&start);
    if (!page_form_is_sound(start.form)) {
        page_form_set_status(start.form, response);
        show(&start, response);
        return;
    }
    prepare(&start);
    PageFormOutcome outcome = settings_keep(start.form, response, "start.claim", claim, &start);
    if (outcome == PAGE_FORM_KEPT)
        come_in(&start, response);
    else if (outcome == PAGE_FORM_REFUSED)
        show(&start, response);
}
