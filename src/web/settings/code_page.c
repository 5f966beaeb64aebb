/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the five lists a request is coded with: codes are added, renamed, retired and put back. How: a code is never
 * deleted; what a retired one was given to keeps it, and the closing form no longer offers it. Its key is made from its
 * name, its place is the end of its group: nobody has to think of either.
 */
#include "base/text.h"
#include "desk/code/code.h"
#include "web/problem.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_code_view.h"
#include "web/settings_codes_view.h"

#include <string.h>

enum { NAME_CHARS = 80 };

typedef struct CodeWork {
    PageForm *form;
    Code code;     /* id {0}: a new one */
    CodeRows rows; /* of its list, retired ones too */
    CodeId heir;   /* takes a retired one's place */
} CodeWork;

static bool may_write(const PageForm *form)
{
    return visit_may(form->visit, "code.write");
}

static const char *list_path(const CodeWork *work)
{
    return arena_printf(work->form->arena, "/settings/codes?list=%s", code_list_text(work->code.list));
}

/* --- the lists ------------------------------------------------------------------------------------------------------ */

static CodeLine line_of(const PageForm *form, const Code *code)
{
    Lang lang = form->visit->lang;
    return (CodeLine){
        .name = code_name(code, lang),
        .other = code->names[lang == LANG_IT ? LANG_EN : LANG_IT],
        .url = may_write(form) ? url_local(form->arena, "/settings/codes/%", arena_int(form->arena, code->id.value))
                               : (SafeUrl){NULL},
        .group = !code->parent.value,
        .retired = code->retired_at != TIME_NONE,
        .is_defect = code->is_defect,
        .needs_authoriser = code->needs_authoriser,
    };
}

static const SettingsTab *list_tabs(const PageForm *form, CodeList chosen)
{
    SettingsTab *tabs = ARENA_ARRAY(form->arena, SettingsTab, CODE_LIST_COUNT);
    static const MsgId labels[CODE_LIST_COUNT] = {
        [CODE_SYMPTOM] = MSG_CODE_LIST_SYMPTOM, [CODE_CONDITION] = MSG_CODE_LIST_CONDITION,
        [CODE_COMPONENT] = MSG_CODE_LIST_COMPONENT, [CODE_ORIGIN] = MSG_CODE_LIST_ORIGIN,
        [CODE_SOLUTION] = MSG_CODE_LIST_SOLUTION,
    };
    for (CodeList list = 0; list < CODE_LIST_COUNT; list++)
        tabs[list] = (SettingsTab){labels[list], url_local(form->arena, "/settings/codes?list=%", code_list_text(list)),
                                   list == chosen};
    return tabs;
}

/* The list asked for in the address; the first when it is none. */
static CodeList list_asked(const PageForm *form)
{
    CodeList list = CODE_SYMPTOM;
    const char *asked = http_query(form->request, "list");
    return asked && code_list_parse(asked, &list) ? list : CODE_SYMPTOM;
}

void code_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    CodeList list = list_asked(form);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    CodeRows rows = code_list(tx, form->arena, list, true);
    if (!visit_read_end(request, response, tx))
        return;
    CodeLine *lines = ARENA_ARRAY(form->arena, CodeLine, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        lines[i] = line_of(form, &rows.items[i]);
    SettingsCodesView view = {
        .page = settings_layout(form, MSG_SETTINGS_TAB_CODES),
        .head = settings_head(form, MSG_SETTINGS_TAB_CODES, MSG_SETTINGS_TAB_CODES),
        .lists = list_tabs(form, list),
        .lists_count = CODE_LIST_COUNT,
        .new_url = may_write(form) ? url_local(form->arena, "/settings/codes/new?list=%", code_list_text(list))
                                   : (SafeUrl){NULL},
        .codes = lines,
        .codes_count = rows.count,
    };
    settings_codes_render(http_html(response), form->visit->lang, &view);
}

/* --- one code ------------------------------------------------------------------------------------------------------- */

/* Groups of the list that are in use; "" makes the code a group. */
static const Option *group_options(const CodeWork *work, size_t *count_out)
{
    const PageForm *form = work->form;
    Option *options = ARENA_ARRAY(form->arena, Option, work->rows.count + 1);
    options[0] = (Option){"", msg(form->visit->lang, MSG_SETTINGS_CODE_NEW_GROUP), !work->code.parent.value};
    *count_out = 1;
    for (size_t i = 0; i < work->rows.count; i++) {
        const Code *group = &work->rows.items[i];
        if (!group->parent.value && !group->retired_at)
            options[(*count_out)++] =
                (Option){arena_int(form->arena, group->id.value), code_name(group, form->visit->lang),
                         group->id.value == work->code.parent.value};
    }
    return options;
}

/* What may take its place: others of its level, in use. */
static const Option *heir_options(const CodeWork *work, size_t *count_out)
{
    const PageForm *form = work->form;
    Option *options = ARENA_ARRAY(form->arena, Option, work->rows.count + 1);
    options[0] = (Option){"", msg(form->visit->lang, MSG_SETTINGS_CODE_NO_HEIR), true};
    *count_out = 1;
    for (size_t i = 0; i < work->rows.count; i++) {
        const Code *other = &work->rows.items[i];
        if (other->id.value != work->code.id.value && !other->retired_at &&
            !other->parent.value == !work->code.parent.value)
            options[(*count_out)++] =
                (Option){arena_int(form->arena, other->id.value), code_name(other, form->visit->lang), false};
    }
    return options;
}

static void show(CodeWork *work, HttpResponse *response)
{
    PageForm *form = work->form;
    const Code *code = &work->code;
    const char *id = arena_int(form->arena, code->id.value);
    bool is_new = code->id.value == 0;
    MsgId title = is_new ? MSG_SETTINGS_CODE_ADD : MSG_SETTINGS_CODE_ONE;
    SettingsCodeView view = {
        .is_new = is_new,
        .version = code->version,
        .action = is_new ? url_checked("/settings/codes") : url_local(form->arena, "/settings/codes/%", id),
        .retire_url = url_local(form->arena, "/settings/codes/%/retire", id),
        .restore_url = url_local(form->arena, "/settings/codes/%/restore", id),
        .list_key = code_list_text(code->list),
        .list = page_form_words(form, "code.list.", code_list_text(code->list)),
        .name_it = code->names[LANG_IT],
        .name_it_error = page_form_error(form, "name_it"),
        .name_en = code->names[LANG_EN],
        .name_en_error = page_form_error(form, "name_en"),
        .group_error = page_form_error(form, "parent"),
        .is_origin = code->list == CODE_ORIGIN,
        .is_defect = code->is_defect,
        .needs_authoriser = code->needs_authoriser,
        .retired = code->retired_at != TIME_NONE,
        .heir_error = page_form_error(form, "replaced_by"),
    };
    view.groups = group_options(work, &view.groups_count);
    view.heirs = heir_options(work, &view.heirs_count);
    view.page = settings_layout(form, title);
    view.head = settings_head(form, title, MSG_SETTINGS_TAB_CODES);
    settings_code_render(http_html(response), form->visit->lang, &view);
}

/* The request's code and its list; false: the response is filled. */
static bool read_code(CodeWork *work, HttpResponse *response, CodeId id)
{
    PageForm *form = work->form;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return false;
    bool found = id.value == 0 || code_find(tx, form->arena, id, &work->code);
    if (found)
        work->rows = code_list(tx, form->arena, work->code.list, true);
    if (!visit_read_end(form->request, response, tx))
        return false;
    if (!found)
        problem_page(form->request, response, PROBLEM_NOT_FOUND, "");
    return found;
}

void code_new_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request), .code = {.names = {"", ""}}};
    work.code.list = list_asked(work.form);
    if (!read_code(&work, response, (CodeId){0}))
        return;
    for (size_t i = work.rows.count; i > 0 && !work.code.parent.value; i--) /* most new codes are leaves */
        if (!work.rows.items[i - 1].parent.value && !work.rows.items[i - 1].retired_at)
            work.code.parent = work.rows.items[i - 1].id;
    show(&work, response);
}

static bool read_asked(CodeWork *work, HttpResponse *response)
{
    CodeId id = {http_param_id(work->form->request, "id")};
    if (id.value)
        return read_code(work, response, id);
    problem_page(work->form->request, response, PROBLEM_NOT_FOUND, "");
    return false;
}

void code_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request)};
    if (read_asked(&work, response))
        show(&work, response);
}

/* --- the forms ------------------------------------------------------------------------------------------------------ */

static void take_names(CodeWork *work)
{
    static const char *const fields[LANG_COUNT] = {[LANG_IT] = "name_it", [LANG_EN] = "name_en"};
    PageForm *form = work->form;
    for (Lang lang = 0; lang < LANG_COUNT; lang++) {
        work->code.names[lang] = page_form_line(form, fields[lang]);
        if (!*work->code.names[lang] || g_utf8_strlen(work->code.names[lang], -1) > NAME_CHARS)
            page_form_wrong(form, fields[lang], "code.error.name_length", NULL);
    }
    work->code.is_defect = work->code.list == CODE_ORIGIN && page_form_ticked(form, "is_defect");
    work->code.needs_authoriser = work->code.list == CODE_ORIGIN && page_form_ticked(form, "needs_authoriser");
}

static void keep(CodeWork *work, HttpResponse *response, const char *name, StoreWork write)
{
    if (!page_form_is_sound(work->form)) {
        page_form_set_status(work->form, response);
        show(work, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(work->form, response, name, write, work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(work->form, response, list_path(work));
    else if (outcome == PAGE_FORM_REFUSED)
        show(work, response);
}

static bool write_new(StoreTx *tx, void *arg)
{
    CodeWork *work = arg;
    CodeId id;
    code_place(tx, work->form->arena, &work->code);
    if (!code_add(tx, work->form->arena, &work->code, &id, &work->form->refused))
        return false;
    visit_audit(tx, work->form->visit, "code.add", "code", id.value);
    return true;
}

void code_new_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request), .code = {.names = {"", ""}}};
    if (!code_list_parse(page_form_line(work.form, "list"), &work.code.list))
        page_form_wrong(work.form, "list", "code.error.list", NULL);
    if (!read_code(&work, response, (CodeId){0}))
        return;
    work.code.parent = (CodeId){page_form_number(work.form, "parent")};
    take_names(&work);
    keep(&work, response, "code.add", write_new);
}

static bool write_change(StoreTx *tx, void *arg)
{
    CodeWork *work = arg;
    if (!code_edit(tx, work->form->arena, &work->code, &work->form->refused))
        return false;
    visit_audit(tx, work->form->visit, "code.change", "code", work->code.id.value);
    return true;
}

void code_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request)};
    if (!read_asked(&work, response))
        return;
    work.code.version = page_form_number(work.form, "version");
    take_names(&work);
    keep(&work, response, "code.change", write_change);
}

static bool write_retirement(StoreTx *tx, void *arg)
{
    CodeWork *work = arg;
    const Visit *visit = work->form->visit;
    if (!code_retire(tx, work->form->arena, work->code.id, work->code.version, work->heir, visit->now,
                     &work->form->refused))
        return false;
    visit_audit(tx, visit, "code.retire", "code", work->code.id.value);
    return true;
}

void code_retire_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request)};
    if (!read_asked(&work, response))
        return;
    work.code.version = page_form_number(work.form, "version");
    work.heir = (CodeId){page_form_number(work.form, "replaced_by")};
    keep(&work, response, "code.retire", write_retirement);
}

static bool write_return(StoreTx *tx, void *arg)
{
    CodeWork *work = arg;
    if (!code_restore(tx, work->form->arena, work->code.id, work->code.version, &work->form->refused))
        return false;
    visit_audit(tx, work->form->visit, "code.restore", "code", work->code.id.value);
    return true;
}

void code_restore_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CodeWork work = {.form = page_form_of(request)};
    if (!read_asked(&work, response))
        return;
    work.code.version = page_form_number(work.form, "version");
    keep(&work, response, "code.restore", write_return);
}
