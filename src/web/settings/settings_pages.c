/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/settings_pages.h"

#include "web/settings/settings_form.h"

static const struct {
    MsgId label;
    const char *url, *permission;
} tabs[] = {
    {MSG_SETTINGS_TAB_ALL, "/settings", "settings.read"},
    {MSG_SETTINGS_TAB_COMPANY, "/settings/company", "settings.read"},
};

const SettingsTab *settings_tabs(Arena *arena, const Visit *visit, MsgId current, size_t *count_out)
{
    SettingsTab *shown = ARENA_ARRAY(arena, SettingsTab, G_N_ELEMENTS(tabs));
    *count_out = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tabs); i++)
        if (visit_may(visit, tabs[i].permission))
            shown[(*count_out)++] = (SettingsTab){tabs[i].label, {tabs[i].url}, tabs[i].label == current};
    return shown;
}

static const Route routes[] = {
    {HTTP_GET, "/settings", settings_page, "settings.read", LANE_PAGE, 0, 0, "What can be set up, and what is missing."},
    {HTTP_GET, "/settings/company", company_page, "settings.read", LANE_PAGE, 0, 0, "Our company and its house rules."},
    {HTTP_POST, "/settings/company", company_post, "settings.write", LANE_PAGE, 0, 16384, "Changes them."},
};
const RouteTable settings_routes = {"settings", routes, G_N_ELEMENTS(routes)};
