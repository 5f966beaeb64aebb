/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_view.h"

#include "desk/setting/company.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"

#include <string.h>

/* A section and, when something in it wants doing, what. */
static const struct {
    MsgId label, lead;
    const char *url, *icon, *permission;
} sections[] = {
    {MSG_SETTINGS_TAB_COMPANY, MSG_SETTINGS_LEAD_COMPANY, "/settings/company", "building-2", "settings.read"},
    {MSG_SETTINGS_TAB_STAFF, MSG_SETTINGS_LEAD_STAFF, "/settings/staff", "user", "staff.write"},
    {MSG_SETTINGS_TAB_TEAMS, MSG_SETTINGS_LEAD_TEAMS, "/settings/teams", "users", "settings.read"},
    {MSG_SETTINGS_TAB_MAILBOXES, MSG_SETTINGS_LEAD_MAILBOXES, "/settings/mailboxes", "mail", "settings.read"},
    {MSG_SETTINGS_TAB_CALENDAR, MSG_SETTINGS_LEAD_CALENDAR, "/settings/calendar", "clock", "settings.read"},
    {MSG_SETTINGS_TAB_CODES, MSG_SETTINGS_LEAD_CODES, "/settings/codes", "file-text", "settings.read"},
    {MSG_SETTINGS_TAB_TARIFFS, MSG_SETTINGS_LEAD_TARIFFS, "/settings/tariffs", "euro", "settings.read"},
    {MSG_DEMO_END_TITLE, MSG_DEMO_END_SHORT, "/settings/demo", "x", "settings.write"}, /* in the demo only */
};

typedef struct Missing {
    const char *company, *staff, *mailboxes;
} Missing;

static const char *missing_of(const Missing *missing, MsgId section)
{
    if (section == MSG_SETTINGS_TAB_MAILBOXES)
        return missing->mailboxes;
    if (section == MSG_SETTINGS_TAB_STAFF)
        return missing->staff;
    return section == MSG_SETTINGS_TAB_COMPANY ? missing->company : "";
}

static void look(StoreTx *tx, const PageForm *form, Missing *missing)
{
    Company company = company_get(tx, form->arena);
    Lang lang = form->visit->lang;
    missing->company = *company.phone ? "" : msg(lang, MSG_SETTINGS_MISSING_PHONE);
    ChannelAccount mailbox;
    missing->mailboxes =
        channel_account_default(tx, form->arena, "mail", &mailbox) ? "" : msg(lang, MSG_SETTINGS_MISSING_MAILBOX);
    missing->staff = staff_list(tx, form->arena).count > 1 ? "" : msg(lang, MSG_SETTINGS_MISSING_STAFF);
}

void settings_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    Missing missing = {"", "", ""};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    look(tx, form, &missing);
    if (!visit_read_end(request, response, tx))
        return;
    SettingsSection *shown = ARENA_ARRAY(form->arena, SettingsSection, G_N_ELEMENTS(sections));
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (visit_may(form->visit, sections[i].permission) &&
            (form->visit->policy->demo || sections[i].label != MSG_DEMO_END_TITLE))
            shown[count++] = (SettingsSection){sections[i].label,
                                               {sections[i].url},
                                               sections[i].icon,
                                               sections[i].lead,
                                               missing_of(&missing, sections[i].label)};
    SettingsView view = {.page = settings_layout(form, MSG_MENU_SETTINGS),
                         .head = settings_head(form, MSG_MENU_SETTINGS, MSG_SETTINGS_TAB_ALL),
                         .sections = shown,
                         .sections_count = count};
    settings_render(http_html(response), form->visit->lang, &view);
}
