/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/company.h"

#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_company_view.h"

#include <string.h>

typedef struct CompanyWork {
    PageForm *form;
    Company company;
} CompanyWork;

static const Option *languages(const PageForm *form, const char *chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, LANG_COUNT);
    for (Lang lang = 0; lang < LANG_COUNT; lang++)
        options[lang] = (Option){lang_tag(lang), page_form_words(form, "settings.language.", lang_tag(lang)),
                                 strcmp(lang_tag(lang), chosen) == 0};
    return options;
}

static void show(PageForm *form, HttpResponse *response, const Company *company)
{
    SettingsCompanyView view = {
        .may_write = visit_may(form->visit, "settings.write"),
        .version = company->version,
        .name = company->name,
        .name_error = page_form_error(form, "name"),
        .address = company->address,
        .address_error = page_form_error(form, "address"),
        .vat_number = company->vat_number,
        .vat_error = page_form_error(form, "vat_number"),
        .pec = company->pec,
        .pec_error = page_form_error(form, "pec"),
        .phone = company->phone,
        .phone_error = page_form_error(form, "phone"),
        .languages = languages(form, company->language),
        .languages_count = LANG_COUNT,
        .language_error = page_form_error(form, "language"),
        .reopen_days = company->reopen_days,
        .reopen_error = page_form_error(form, "reopen_days"),
        .undo_seconds = company->undo_seconds,
        .undo_error = page_form_error(form, "undo_seconds"),
        .update_hours = company->first_update_hours,
        .update_error = page_form_error(form, "first_update_hours"),
        .letter_days = company->letter_days,
        .letter_error = page_form_error(form, "letter_days"),
        .close_at_once = company->close_at_once,
    };
    view.page = settings_layout(form, MSG_SETTINGS_TAB_COMPANY);
    view.head = settings_head(form, MSG_SETTINGS_TAB_COMPANY, MSG_SETTINGS_TAB_COMPANY);
    settings_company_render(http_html(response), form->visit->lang, &view);
}

void company_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    Company company = company_get(tx, form->arena);
    if (!visit_read_end(request, response, tx))
        return;
    if (*company.phone)
        company.phone = company_phone_shown(form->arena, company.phone);
    show(form, response, &company);
}

static Company typed(const PageForm *form)
{
    return (Company){
        .name = page_form_line(form, "name"),
        .address = page_form_line(form, "address"),
        .vat_number = page_form_line(form, "vat_number"),
        .pec = page_form_line(form, "pec"),
        .phone = page_form_line(form, "phone"),
        .language = page_form_line(form, "language"),
        .reopen_days = page_form_line(form, "reopen_days"),
        .undo_seconds = page_form_line(form, "undo_seconds"),
        .first_update_hours = page_form_line(form, "first_update_hours"),
        .letter_days = page_form_line(form, "letter_days"),
        .close_at_once = page_form_ticked(form, "close_at_once"),
        .version = page_form_number(form, "version"),
    };
}

static bool set_company(StoreTx *tx, void *arg)
{
    CompanyWork *work = arg;
    const Visit *visit = work->form->visit;
    return company_set(tx, &work->company, visit->actor, visit->now, &work->form->refused);
}

void company_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    CompanyWork work = {form, typed(form)};
    InputError wrong[COMPANY_FIELDS];
    size_t count = company_check(form->arena, &work.company, wrong);
    for (size_t i = 0; i < count; i++)
        page_form_refused(form, &wrong[i]);
    if (!page_form_is_sound(form)) {
        page_form_set_status(form, response);
        show(form, response, &work.company);
        return;
    }
    switch (settings_keep(form, response, "company.change", set_company, &work)) {
    case PAGE_FORM_KEPT:
        settings_done(form, response, "/settings/company");
        return;
    case PAGE_FORM_REFUSED:
        show(form, response, &work.company);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}
