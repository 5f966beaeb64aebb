/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/settings_form.h"

#include "base/log.h"
#include "web/settings/settings_pages.h"

#include <string.h>

static void reload(const PageForm *form)
{
    g_autoptr(GError) error = NULL;
    if (!desk_reload(form->visit->desk, &error))
        LOG(LOG_WARNING, "settings.reload", LOG_TEXT("reason", error->message)); /* the caretaker tries again */
}

PageFormOutcome settings_keep(PageForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg)
{
    PageFormOutcome outcome = page_form_keep(form, response, name, work, arg);
    if (outcome == PAGE_FORM_KEPT)
        reload(form);
    return outcome;
}

void settings_done(const PageForm *form, HttpResponse *response, const char *path)
{
    http_redirect(response, arena_printf(form->arena, "%s%sdone=1", path, strchr(path, '?') ? "&" : "?"));
}

const LayoutView *settings_layout(const PageForm *form, MsgId title)
{
    LayoutView *page = ARENA_NEW(form->arena, LayoutView);
    *page = *layout_desk(form->request, msg(form->visit->lang, title), MSG_MENU_SETTINGS);
    if (form->error_count == 0 && http_query(form->request, "done")) {
        Flash *flash = ARENA_NEW(form->arena, Flash);
        *flash = (Flash){.text = msg(form->visit->lang, MSG_SETTINGS_DONE)};
        page->flash = flash;
    }
    return page;
}

const SettingsHeadView *settings_head(const PageForm *form, MsgId title, MsgId tab)
{
    SettingsHeadView *head = ARENA_NEW(form->arena, SettingsHeadView);
    *head = (SettingsHeadView){.title = title};
    head->tabs = settings_tabs(form->arena, form->visit, tab, &head->tabs_count);
    head->errors = page_form_errors(form, &head->errors_count);
    return head;
}
