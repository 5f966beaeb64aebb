/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/settings_pages.h"

#include "desk/staff/permission.h"
#include "web/form_upload.h"
#include "web/settings/settings_form.h"

static const struct {
    MsgId label;
    const char *url, *permission;
} tabs[] = {
    {MSG_SETTINGS_TAB_ALL, "/settings", "settings.read"},
    {MSG_SETTINGS_TAB_COMPANY, "/settings/company", "settings.read"},
    {MSG_SETTINGS_TAB_STAFF, "/settings/staff", "staff.write"},
    {MSG_SETTINGS_TAB_TEAMS, "/settings/teams", "settings.read"},
    {MSG_SETTINGS_TAB_MAILBOXES, "/settings/mailboxes", "settings.read"},
    {MSG_SETTINGS_TAB_CALENDAR, "/settings/calendar", "settings.read"},
    {MSG_SETTINGS_TAB_CODES, "/settings/codes", "settings.read"},
    {MSG_SETTINGS_TAB_TARIFFS, "/settings/tariffs", "settings.read"},
    {MSG_DEMO_END_TITLE, "/settings/demo", "settings.write"}, /* in the demo only */
};

const SettingsTab *settings_tabs(Arena *arena, const Visit *visit, MsgId current, size_t *count_out)
{
    SettingsTab *shown = ARENA_ARRAY(arena, SettingsTab, G_N_ELEMENTS(tabs));
    *count_out = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tabs); i++)
        if (visit_may(visit, tabs[i].permission) && (visit->policy->demo || tabs[i].label != MSG_DEMO_END_TITLE))
            shown[(*count_out)++] = (SettingsTab){tabs[i].label, {tabs[i].url}, tabs[i].label == current};
    return shown;
}

static const Route routes[] = {
    {HTTP_GET, "/settings", settings_page, "settings.read", LANE_PAGE, 0, 0, "What can be set up, and what is missing."},
    {HTTP_GET, "/settings/company", company_page, "settings.read", LANE_PAGE, 0, 0, "Our company and its house rules."},
    {HTTP_POST, "/settings/company", company_post, "settings.write", LANE_PAGE, 0, 16384, "Changes them."},
    {HTTP_GET, "/settings/staff", staff_list_page, "staff.write", LANE_PAGE, 0, 0, "Who works here."},
    {HTTP_GET, "/settings/staff/new", staff_new_page, "staff.write", LANE_PAGE, 0, 0, "The form for one more person."},
    {HTTP_GET, "/settings/staff/:id", staff_page, "staff.write", LANE_PAGE, 0, 0, "One person, and their sessions."},
    {HTTP_POST, "/settings/staff", staff_new_post, "staff.write", LANE_HASH, 0, 16384, "Adds a person."},
    {HTTP_POST, "/settings/staff/:id", staff_post, "staff.write", LANE_PAGE, 0, 16384, "Changes a person's data and role."},
    {HTTP_POST, "/settings/staff/:id/active", staff_active_post, "staff.write", LANE_PAGE, 0, 8192,
     "Closes a person's access, or opens it again."},
    {HTTP_POST, "/settings/staff/:id/password", staff_password_post, "staff.write", LANE_HASH, 0, 8192,
     "Sets a person's password."},
    {HTTP_POST, "/settings/staff/:id/sessions", staff_sessions_post, "staff.write", LANE_PAGE, 0, 8192,
     "Ends a person's sessions."},
    {HTTP_GET, "/settings/teams", team_list_page, "settings.read", LANE_PAGE, 0, 0, "The teams."},
    {HTTP_GET, "/settings/teams/new", team_new_page, "staff.write", LANE_PAGE, 0, 0, "The form for one more team."},
    {HTTP_GET, "/settings/teams/:id", team_page, "staff.write", LANE_PAGE, 0, 0, "One team."},
    {HTTP_POST, "/settings/teams", team_new_post, "staff.write", LANE_PAGE, 0, 8192, "Adds a team."},
    {HTTP_POST, "/settings/teams/:id", team_post, "staff.write", LANE_PAGE, 0, 8192, "Changes a team."},
    {HTTP_GET, "/settings/mailboxes", mailbox_list_page, "settings.read", LANE_PAGE, 0, 0, "The mailboxes."},
    {HTTP_GET, "/settings/mail", mail_page, "settings.read", LANE_PAGE, 0, 0, "How each mailbox fares, and what went wrong."},
    {HTTP_GET, "/settings/mail/domain", domain_page, "settings.read", LANE_SLOW, 0, 0,
     "Whether others trust mail from our domains: asks DNS, keeps nothing."},
    {HTTP_GET, "/settings/mailboxes/new", mailbox_new_page, "settings.write", LANE_PAGE, 0, 0,
     "The form for one more mailbox."},
    {HTTP_GET, "/settings/mailboxes/:id", mailbox_page, "settings.write", LANE_SLOW, 0, 0, "One mailbox."},
    {HTTP_POST, "/settings/mailboxes", mailbox_new_post, "settings.write", LANE_PAGE, 0, 16384, "Adds a mailbox."},
    {HTTP_POST, "/settings/mailboxes/:id", mailbox_post, "settings.write", LANE_SLOW, 0, 16384, "Changes a mailbox."},
    {HTTP_POST, "/settings/mailboxes/:id/test", mailbox_test_post, "settings.write", LANE_SLOW, 0, 8192,
     "Sends a message through it, now."},
    {HTTP_POST, "/settings/mailboxes/:id/plus/end", mailbox_plus_end_post, "settings.write", LANE_PAGE, 0, 8192,
     "Answers leave without a plus address from now on."},
    {HTTP_POST, "/settings/mailboxes/:id/folders", mailbox_folders_post, "settings.write", LANE_SLOW, 0, 8192,
     "Asks its server which folders there are."},
    {HTTP_POST, "/settings/mailboxes/:id/folders/keep", mailbox_folders_keep_post, "settings.write", LANE_SLOW, 0, 131072,
     "Chooses which of them are read."},
    {HTTP_POST, "/settings/mailboxes/:id/trust", mailbox_trust_post, "settings.write", LANE_SLOW, 0, UPLOAD_MAX,
     "Adds certificates that signatures of certified mail must lead to."},
    {HTTP_POST, "/settings/mailboxes/:id/trust/remove", mailbox_trust_remove_post, "settings.write", LANE_SLOW, 0, 8192,
     "Takes one of them away."},
    {HTTP_POST, "/settings/mailboxes/:id/connect", mailbox_connect_post, "settings.write", LANE_PAGE, 0, 8192,
     "Shows the way to the provider, where its owner gives the permission to sign in."},
    {HTTP_GET, "/settings/oauth/:provider", mailbox_connected_page, "settings.write", LANE_SLOW, 0, 0,
     "Where the provider sends them back to; counts once, and only for who went."},
    {HTTP_GET, "/settings/calendar", calendar_page, "settings.read", LANE_PAGE, 0, 0, "Hours, holidays, closed days."},
    {HTTP_POST, "/settings/calendar", calendar_post, "settings.write", LANE_PAGE, 0, 32768,
     "Changes them, or shows what would come of it."},
    {HTTP_GET, "/settings/codes", code_list_page, "settings.read", LANE_PAGE, 0, 0, "The five lists of codes."},
    {HTTP_GET, "/settings/codes/new", code_new_page, "code.write", LANE_PAGE, 0, 0, "The form for one more code."},
    {HTTP_GET, "/settings/codes/:id", code_page, "code.write", LANE_PAGE, 0, 0, "One code."},
    {HTTP_POST, "/settings/codes", code_new_post, "code.write", LANE_PAGE, 0, 8192, "Adds a code."},
    {HTTP_POST, "/settings/codes/:id", code_post, "code.write", LANE_PAGE, 0, 8192, "Renames a code."},
    {HTTP_POST, "/settings/codes/:id/retire", code_retire_post, "code.write", LANE_PAGE, 0, 8192,
     "Takes a code out of use."},
    {HTTP_POST, "/settings/codes/:id/restore", code_restore_post, "code.write", LANE_PAGE, 0, 8192, "Puts it back."},
    {HTTP_GET, "/settings/tariffs", tariff_list_page, "settings.read", LANE_PAGE, 0, 0, "What things cost us, by date."},
    {HTTP_POST, "/settings/tariffs", tariff_post, "tariff.write", LANE_PAGE, 0, 8192, "Adds a price from a day."},
    {HTTP_POST, "/settings/tariffs/:id/withdraw", tariff_withdraw_post, "tariff.write", LANE_PAGE, 0, 8192,
     "Takes back a price that has not begun."},
    {HTTP_GET, "/start/:token", start_page, PERMISSION_PUBLIC, LANE_PAGE, 0, 0, "The first page of a new installation."},
    {HTTP_POST, "/start/:token", start_post, PERMISSION_PUBLIC, LANE_HASH, 0, 16384, "Founds the company, once."},
    {HTTP_GET, "/account", account_page, PERMISSION_OWN_ACCOUNT, LANE_PAGE, 0, 0, "One's own password and sessions."},
    {HTTP_POST, "/account/password", account_password_post, PERMISSION_OWN_ACCOUNT, LANE_HASH, 0, 8192,
     "Changes one's own password."},
    {HTTP_POST, "/account/notices", account_notices_post, PERMISSION_OWN_ACCOUNT, LANE_PAGE, 0, 8192,
     "Says what one wants to be told by mail."},
    {HTTP_POST, "/account/sessions/end", account_sessions_end_post, PERMISSION_OWN_ACCOUNT, LANE_PAGE, 0, 8192,
     "Ends all of one's other sessions."},
    {HTTP_POST, "/account/sessions/:id/end", account_session_end_post, PERMISSION_OWN_ACCOUNT, LANE_PAGE, 0, 8192,
     "Ends one of one's sessions."},
    {HTTP_GET, "/settings/demo", demo_end_page, "settings.write", LANE_PAGE, 0, 0,
     "In the demo: what its end would delete, and who begins then."},
    {HTTP_POST, "/settings/demo", demo_end_post, "settings.write", LANE_HASH, 0, 16384,
     "Deletes the demo; an empty company with this administrator stays."},
};
const RouteTable settings_routes = {"settings", routes, G_N_ELEMENTS(routes)};
