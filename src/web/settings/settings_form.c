/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/settings_form.h"

#include "base/log.h"
#include "base/text.h"
#include "web/problem.h"
#include "web/settings/settings_pages.h"

#include <string.h>

SettingsForm *settings_form_of(HttpRequest *request)
{
    SettingsForm *form = ARENA_NEW(request->arena, SettingsForm);
    *form = (SettingsForm){.request = request, .visit = visit_of(request), .arena = request->arena};
    return form;
}

/* --- what was typed ------------------------------------------------------------------------------------------------- */

const char *settings_line(const SettingsForm *form, const char *name)
{
    const char *typed = http_form(form->request, name);
    return text_clip(form->arena, text_clean_line(form->arena, bytes_of(typed ? typed : "")), SETTINGS_LINE_MAX);
}

const char *settings_text(const SettingsForm *form, const char *name)
{
    const char *typed = http_form(form->request, name);
    return text_clean(form->arena, bytes_of(typed ? typed : ""));
}

int64_t settings_number(const SettingsForm *form, const char *name)
{
    guint64 number = 0;
    const char *typed = http_form(form->request, name);
    bool read = typed && g_ascii_string_to_unsigned(typed, 10, 0, G_MAXINT64, &number, NULL);
    return read ? (int64_t)number : 0;
}

bool settings_ticked(const SettingsForm *form, const char *name)
{
    return http_form(form->request, name) != NULL;
}

/* --- what is wrong -------------------------------------------------------------------------------------------------- */

void settings_wrong(SettingsForm *form, const char *field, const char *key, const char *shown)
{
    MsgId id;
    const char *text =
        msg_id_find(key, &id) ? msg_fill(form->arena, form->visit->lang, id, "shown", shown ? shown : "", NULL) : key;
    if (form->error_count < SETTINGS_ERRORS_MAX)
        form->errors[form->error_count++] = (SettingsError){field, text, false};
}

void settings_refused(SettingsForm *form, const InputError *refused)
{
    settings_wrong(form, refused->field, refused->key, refused->shown);
}

bool settings_is_sound(const SettingsForm *form)
{
    return form->error_count == 0;
}

const char *settings_error(SettingsForm *form, const char *field)
{
    for (size_t i = 0; i < form->error_count; i++)
        if (strcmp(form->errors[i].field, field) == 0) {
            form->errors[i].shown = true;
            return form->errors[i].text;
        }
    return "";
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

static bool reload(const SettingsForm *form)
{
    g_autoptr(GError) error = NULL;
    if (desk_reload(form->visit->desk, &error))
        return true;
    LOG(LOG_WARNING, "settings.reload", LOG_TEXT("reason", error->message)); /* the caretaker tries again */
    return false;
}

SettingsOutcome settings_keep(SettingsForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg)
{
    g_autoptr(GError) error = NULL;
    switch (store_write(desk_store(form->visit->desk), name, work, arg, &error)) {
    case STORE_COMMITTED:
        reload(form);
        return SETTINGS_KEPT;
    case STORE_REFUSED:
        settings_refused(form, &form->refused);
        settings_set_status(form, response);
        return SETTINGS_REFUSED;
    case STORE_FAILED:
    default:
        problem_of_error(form->request, response, error);
        return SETTINGS_ANSWERED;
    }
}

void settings_set_status(const SettingsForm *form, HttpResponse *response)
{
    bool stale = form->refused.field && strcmp(form->refused.field, "version") == 0;
    http_set_status(response, stale ? 409 : 422);
}

void settings_done(const SettingsForm *form, HttpResponse *response, const char *path)
{
    http_redirect(response, arena_printf(form->arena, "%s%sdone=1", path, strchr(path, '?') ? "&" : "?"));
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

const LayoutView *settings_layout(const SettingsForm *form, MsgId title)
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

/* Those that stand beside no field; and one line that says there are some. */
const char *const *form_errors(const SettingsForm *form, size_t *count_out)
{
    const char **texts = ARENA_ARRAY(form->arena, const char *, form->error_count + 1);
    *count_out = 0;
    for (size_t i = 0; i < form->error_count; i++)
        if (!form->errors[i].shown)
            texts[(*count_out)++] = form->errors[i].text;
    if (form->error_count && *count_out == 0)
        texts[(*count_out)++] = msg(form->visit->lang, MSG_SETTINGS_NOT_KEPT);
    return texts;
}

const SettingsHeadView *settings_head(const SettingsForm *form, MsgId title, MsgId tab)
{
    SettingsHeadView *head = ARENA_NEW(form->arena, SettingsHeadView);
    *head = (SettingsHeadView){.title = title};
    head->tabs = settings_tabs(form->arena, form->visit, tab, &head->tabs_count);
    head->errors = form_errors(form, &head->errors_count);
    return head;
}

const char *settings_words(const SettingsForm *form, const char *family, const char *name)
{
    const char *words = msg_find(form->visit->lang, arena_printf(form->arena, "%s%s", family, name));
    return words ? words : name;
}
