/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/layout.h"

#include "base/writer.h"
#include "web/visit.h"

#include <string.h>

static const struct {
    MsgId label;
    const char *url, *icon, *permission;
} entries[] = {
    {MSG_MENU_QUEUE, "/tickets", "inbox", "ticket.read"},
    {MSG_MENU_CUSTOMERS, "/parties", "building-2", "party.read"},
    {MSG_MENU_PRODUCTS, "/products", "package", "product.read"},
    {MSG_MENU_SOLUTIONS, "/solutions", "book-open", "solution.read"},
    {MSG_MENU_REPORTS, "/reports", "gauge", "report.read"},
    {MSG_MENU_SETTINGS, "/settings", "wrench", "settings.read"},
};

static MenuItem *menu_of(HttpRequest *request, MsgId current, size_t *count_out)
{
    const Visit *visit = visit_of(request);
    MenuItem *menu = ARENA_ARRAY(request->arena, MenuItem, G_N_ELEMENTS(entries));
    *count_out = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        if (visit_may(visit, entries[i].permission))
            menu[(*count_out)++] =
                (MenuItem){entries[i].label, {entries[i].url}, entries[i].icon, entries[i].label == current};
    return menu;
}

static const char **banners_of(HttpRequest *request, size_t *count_out)
{
    const Visit *visit = visit_of(request);
    const char **banners = ARENA_ARRAY(request->arena, const char *, 2);
    *count_out = 0;
    if (visit->policy->demo)
        banners[(*count_out)++] = msg(visit->lang, MSG_BANNER_DEMO);
    return banners;
}

/* Where the language switch comes back to: the same page, with its filters; after a form that was refused, the page the
 * form stands on. */
static const char *return_to(const HttpRequest *request)
{
    if (!http_method_is_safe(request->method)) {
        const char *third = request->segment_count > 2 ? strchr(strchr(request->path + 1, '/') + 1, '/') : NULL;
        return third ? arena_strndup(request->arena, request->path, (size_t)(third - request->path)) : request->path;
    }
    g_autoptr(GString) out = g_string_new(request->path);
    for (size_t i = 0; i < request->query.count; i++) {
        g_string_append_c(out, i ? '&' : '?');
        url_arg(out, request->query.items[i].name);
        g_string_append_c(out, '=');
        url_arg(out, request->query.items[i].value);
    }
    return arena_strndup(request->arena, out->str, out->len);
}

const LayoutView *layout_desk(HttpRequest *request, const char *title, MsgId current)
{
    const Visit *visit = visit_of(request);
    LayoutView *view = ARENA_NEW(request->arena, LayoutView);
    *view = (LayoutView){
        .title = title,
        .company = visit->policy->company_name,
        .user_name = visit->session.display_name,
        .language = lang_tag(visit->lang),
        .theme = visit->theme,
        .return_to = return_to(request),
        .switch_url = visit->policy->demo ? url_checked("/sign-in") : (SafeUrl){NULL},
        .stuck =
            visit->stuck > 0 ? msg_fill_count(request->arena, visit->lang, MSG_BANNER_STUCK, visit->stuck, NULL) : "",
        .trouble = visit->trouble,
        .new_url = visit_may(visit, "ticket.write") ? url_checked("/tickets/new") : (SafeUrl){NULL},
    };
    view->menu = menu_of(request, current, &view->menu_count);
    view->banners = banners_of(request, &view->banners_count);
    return view;
}

const PublicLayoutView *layout_public(HttpRequest *request, const char *title)
{
    const Visit *visit = visit_of(request);
    PublicLayoutView *view = ARENA_NEW(request->arena, PublicLayoutView);
    *view = (PublicLayoutView){
        .title = title,
        .company = visit->policy->company_name,
        .language = lang_tag(visit->lang),
        .theme = visit->theme,
        .return_to = return_to(request),
        .phone = visit->policy->company_phone_shown,
        .hours = visit->policy->hours_shown[visit->lang],
    };
    if (*view->phone)
        view->phone_url = url_checked(arena_printf(request->arena, "tel:%s", visit->policy->company_phone));
    return view;
}
