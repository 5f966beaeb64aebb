/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/page_form.h"

#include "base/text.h"
#include "web/problem.h"

#include <string.h>

PageForm *page_form_of(HttpRequest *request)
{
    PageForm *form = ARENA_NEW(request->arena, PageForm);
    *form = (PageForm){.request = request, .visit = visit_of(request), .arena = request->arena};
    return form;
}

/* --- what was typed ------------------------------------------------------------------------------------------------- */

const char *page_form_line(const PageForm *form, const char *name)
{
    const char *typed = http_form(form->request, name);
    return text_clip(form->arena, text_clean_line(form->arena, bytes_of(typed ? typed : "")), PAGE_FORM_LINE_MAX);
}

const char *page_form_text(const PageForm *form, const char *name)
{
    const char *typed = http_form(form->request, name);
    return text_clean(form->arena, bytes_of(typed ? typed : ""));
}

int64_t page_form_number(const PageForm *form, const char *name)
{
    guint64 number = 0;
    const char *typed = http_form(form->request, name);
    bool read = typed && g_ascii_string_to_unsigned(typed, 10, 0, G_MAXINT64, &number, NULL);
    return read ? (int64_t)number : 0;
}

bool page_form_ticked(const PageForm *form, const char *name)
{
    return http_form(form->request, name) != NULL;
}

/* --- what is wrong -------------------------------------------------------------------------------------------------- */

void page_form_wrong(PageForm *form, const char *field, const char *key, const char *shown)
{
    MsgId id;
    const char *text =
        msg_id_find(key, &id) ? msg_fill(form->arena, form->visit->lang, id, "shown", shown ? shown : "", NULL) : key;
    if (form->error_count < PAGE_FORM_ERRORS_MAX)
        form->errors[form->error_count++] = (PageFormError){field, text, false};
}

void page_form_refused(PageForm *form, const InputError *refused)
{
    page_form_wrong(form, refused->field, refused->key, refused->shown);
}

bool page_form_is_sound(const PageForm *form)
{
    return form->error_count == 0;
}

const char *page_form_error(PageForm *form, const char *field)
{
    for (size_t i = 0; i < form->error_count; i++)
        if (strcmp(form->errors[i].field, field) == 0) {
            form->errors[i].shown = true;
            return form->errors[i].text;
        }
    return "";
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

PageFormOutcome page_form_keep(PageForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg)
{
    g_autoptr(GError) error = NULL;
    switch (store_write(desk_store(form->visit->desk), name, work, arg, &error)) {
    case STORE_COMMITTED:
        return PAGE_FORM_KEPT;
    case STORE_REFUSED:
        page_form_refused(form, &form->refused);
        page_form_set_status(form, response);
        return PAGE_FORM_REFUSED;
    case STORE_FAILED:
    default:
        problem_of_error(form->request, response, error);
        return PAGE_FORM_ANSWERED;
    }
}

void page_form_set_status(const PageForm *form, HttpResponse *response)
{
    bool stale = form->refused.field && strcmp(form->refused.field, "version") == 0;
    http_set_status(response, stale ? 409 : 422);
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

/* Those that stand beside no field; and one line that says there are some. */
const char *const *page_form_errors(const PageForm *form, size_t *count_out)
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

const char *page_form_words(const PageForm *form, const char *family, const char *name)
{
    const char *words = msg_find(form->visit->lang, arena_printf(form->arena, "%s%s", family, name));
    return words ? words : name;
}
