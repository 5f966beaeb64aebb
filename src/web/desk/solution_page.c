/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/solution/solution.h"

#include "base/format.h"
#include "base/text.h"
#include "desk/code/code.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "web/desk/desk_pages.h"
#include "web/desk/product_line.h"
#include "web/layout.h"
#include "web/page_form.h"
#include "web/problem.h"
#include "web/solution_form_view.h"
#include "web/solution_page_view.h"
#include "web/solutions_view.h"

#include <string.h>

enum { ROWS = 50, FACTS = 7 };

static SafeUrl solution_url(Arena *arena, SolutionId id)
{
    return url_local(arena, "/solutions/%", arena_int(arena, id.value));
}

static const char *state_words(Arena *arena, Lang lang, SolutionState state)
{
    const char *words = msg_find(lang, arena_printf(arena, "solution.state.%s", solution_state_text(state)));
    return words ? words : solution_state_text(state);
}

static const char *used_words(Arena *arena, Lang lang, const Solution *solution)
{
    return msg_fill_count(arena, lang, MSG_CLOSING_USED, solution->used_count, NULL);
}

/* ---------------------------------------------------------------------------------------------------------------- list */

static SolutionRow row_of(StoreTx *tx, Arena *arena, Lang lang, const Solution *solution)
{
    Product product;
    Code problem;
    bool has_product = solution->product.value && product_find(tx, arena, solution->product, &product);
    bool has_problem = solution->problem.value && code_find(tx, arena, solution->problem, &problem);
    return (SolutionRow){
        .title = solution->title,
        .url = solution_url(arena, solution->id),
        .detail = arena_printf(arena, "%s%s%s%s%s", used_words(arena, lang, solution), has_product ? " · " : "",
                               has_product ? product.name : "", has_problem ? " · " : "",
                               has_problem ? code_name(&problem, lang) : ""),
        .state = state_words(arena, lang, solution->state),
        .quiet = solution->state == SOLUTION_RETIRED,
    };
}

/* after: "<used>.<id>" of the last row of the page before; anything else is the first page. */
static SolutionPlace place_of(const HttpRequest *request)
{
    const char *after = http_query(request, "after");
    char *rest = NULL;
    int64_t used = after ? g_ascii_strtoll(after, &rest, 10) : 0;
    return after && *rest == '.' ? (SolutionPlace){used, {g_ascii_strtoll(rest + 1, NULL, 10)}} : (SolutionPlace){0};
}

void solution_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *typed = http_query(request, "q");
    const char *words = text_clean_line(arena, bytes_of(typed));
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    SolutionList list =
        *words ? solution_find_words(tx, arena, words, ROWS) : solution_list(tx, arena, place_of(request), ROWS + 1);
    size_t shown = MIN(list.count, (size_t)ROWS);
    SolutionRow *rows = ARENA_ARRAY(arena, SolutionRow, shown);
    for (size_t i = 0; i < shown; i++)
        rows[i] = row_of(tx, arena, visit->lang, &list.items[i]);
    if (!visit_read_end(request, response, tx))
        return;
    SolutionsView view = {.page = layout_desk(request, msg(visit->lang, MSG_MENU_SOLUTIONS), MSG_MENU_SOLUTIONS),
                          .words = words,
                          .rows = rows,
                          .rows_count = shown};
    if (list.count > shown) {
        const Solution *last = &list.items[shown - 1];
        view.next_url =
            url_local(arena, "/solutions?after=%",
                      arena_printf(arena, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, last->used_count, last->id.value));
    }
    solutions_render(http_html(response), visit->lang, &view);
}

/* ----------------------------------------------------------------------------------------------------------------- one */

static void add_fact(SolutionPageView *view, Fact *facts, MsgId label, const char *text, SafeUrl url)
{
    if (text && *text)
        facts[view->facts_count++] = (Fact){label, text, url};
}

static void fill_facts(StoreTx *tx, HttpRequest *request, const Solution *solution, SolutionPageView *view)
{
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    Fact *facts = ARENA_ARRAY(arena, Fact, FACTS);
    Product product;
    Code code;
    Staff staff;
    view->facts = facts;
    if (solution->product.value && product_find(tx, arena, solution->product, &product))
        add_fact(view, facts, MSG_FIELD_PRODUCT, product.name, product_url(arena, product.id));
    if (solution->problem.value && code_find(tx, arena, solution->problem, &code))
        add_fact(view, facts, MSG_FIELD_SYMPTOM, code_name(&code, visit->lang), (SafeUrl){NULL});
    if (solution->solution_code.value && code_find(tx, arena, solution->solution_code, &code))
        add_fact(view, facts, MSG_FIELD_REMEDY, code_name(&code, visit->lang), (SafeUrl){NULL});
    if (solution->author.value && staff_find(tx, arena, solution->author, &staff))
        add_fact(view, facts, MSG_SOLUTION_AUTHOR, staff.display_name, (SafeUrl){NULL});
    add_fact(view, facts, MSG_SOLUTION_WRITTEN,
             format_date(arena, visit->lang, time_to_wall(visit->policy->zone, solution->created_at).date),
             (SafeUrl){NULL});
}

/* What it may become next, for who may say so: writing and reviewing are everybody's, publishing and retiring are not. */
static void fill_steps(HttpRequest *request, const Solution *solution, SolutionPageView *view)
{
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    SolutionStep *steps = ARENA_ARRAY(arena, SolutionStep, SOLUTION_STATE_COUNT);
    view->steps = steps;
    for (SolutionState to = 0; to < SOLUTION_STATE_COUNT && visit_may(visit, "solution.publish"); to++) {
        const char *key = arena_printf(arena, "solution.step.%s", solution_state_text(to));
        if (solution_may_become(solution->state, to))
            steps[view->steps_count++] =
                (SolutionStep){msg_find(visit->lang, key), solution_state_text(to),
                               url_local(arena, "/solutions/%/state", arena_int(arena, solution->id.value))};
    }
}

void solution_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Arena *arena = request->arena;
    const Visit *visit = visit_of(request);
    Solution solution;
    SolutionPageView view = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    bool found = solution_find(tx, arena, (SolutionId){http_param_id(request, "id")}, &solution);
    if (found)
        fill_facts(tx, request, &solution, &view);
    if (!visit_read_end(request, response, tx))
        return;
    if (!found) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    view.page = layout_desk(request, solution.title, MSG_MENU_SOLUTIONS);
    view.title = solution.title;
    view.detail = arena_printf(arena, "%s · %s", state_words(arena, visit->lang, solution.state),
                               used_words(arena, visit->lang, &solution));
    view.body = html_from_lines(arena, solution.text);
    view.version = solution.version;
    if (visit_may(visit, "solution.write"))
        view.edit_url = url_local(arena, "/solutions/%/edit", arena_int(arena, solution.id.value));
    fill_steps(request, &solution, &view);
    solution_page_render(http_html(response), visit->lang, &view);
}

/* ------------------------------------------------------------------------------------------------------------- changing */

typedef struct SolutionWork {
    PageForm *form;
    SolutionId id;
    int64_t version;
    const char *title, *text;
    SolutionState state;
} SolutionWork;

static void form_show(SolutionWork *work, HttpResponse *response)
{
    PageForm *form = work->form;
    SolutionFormView view = {
        .page = layout_desk(form->request, msg(form->visit->lang, MSG_SOLUTION_EDIT), MSG_MENU_SOLUTIONS),
        .url = solution_url(form->arena, work->id),
        .back_url = solution_url(form->arena, work->id),
        .version = work->version,
        .title = work->title,
        .title_error = page_form_error(form, "solution_title"),
        .text = work->text,
        .text_error = page_form_error(form, "solution_text"),
    };
    view.errors = page_form_errors(form, &view.errors_count);
    solution_form_render(http_html(response), form->visit->lang, &view);
}

static bool read_one(HttpRequest *request, HttpResponse *response, Solution *solution_out)
{
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return false;
    bool found = solution_find(tx, request->arena, (SolutionId){http_param_id(request, "id")}, solution_out);
    if (!visit_read_end(request, response, tx))
        return false;
    if (!found)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    return found;
}

void solution_edit_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Solution solution;
    if (!read_one(request, response, &solution))
        return;
    SolutionWork work = {.form = page_form_of(request),
                         .id = solution.id,
                         .version = solution.version,
                         .title = solution.title,
                         .text = solution.text};
    form_show(&work, response);
}

static bool change(StoreTx *tx, void *arg)
{
    SolutionWork *work = arg;
    PageForm *form = work->form;
    Solution solution;
    form->refused = (InputError){"solution", "solution.error.not_found", NULL};
    if (!solution_find(tx, form->arena, work->id, &solution))
        return false;
    solution.title = work->title;
    solution.text = work->text;
    solution.version = work->version;
    if (!solution_edit(tx, form->arena, &solution, form->visit->session.staff, form->visit->now, &form->refused))
        return false;
    visit_audit(tx, form->visit, "solution.change", "solution", work->id.value);
    return true;
}

static bool set_state(StoreTx *tx, void *arg)
{
    SolutionWork *work = arg;
    PageForm *form = work->form;
    if (!solution_set_state(tx, form->arena, work->id, work->version, work->state, form->visit->session.staff,
                            form->visit->now, &form->refused))
        return false;
    visit_audit(tx, form->visit, "solution.state", "solution", work->id.value);
    return true;
}

void solution_edit_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Solution solution;
    PageForm *form = page_form_of(request);
    SolutionWork work = {.form = form,
                         .id = {http_param_id(request, "id")},
                         .version = page_form_number(form, "version"),
                         .title = page_form_line(form, "title"),
                         .text = page_form_text(form, "text")};
    if (!read_one(request, response, &solution))
        return;
    switch (page_form_keep(form, response, "solution", change, &work)) {
    case PAGE_FORM_KEPT:
        http_redirect(response, solution_url(form->arena, work.id).text);
        return;
    case PAGE_FORM_REFUSED:
        form_show(&work, response);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}

void solution_state_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Solution solution;
    PageForm *form = page_form_of(request);
    SolutionWork work = {
        .form = form, .id = {http_param_id(request, "id")}, .version = page_form_number(form, "version")};
    if (!read_one(request, response, &solution))
        return;
    if (!solution_state_parse(page_form_line(form, "state"), &work.state)) {
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    switch (page_form_keep(form, response, "solution state", set_state, &work)) {
    case PAGE_FORM_KEPT:
        http_redirect(response, solution_url(form->arena, work.id).text);
        return;
    case PAGE_FORM_REFUSED:
        problem_page(request, response, PROBLEM_CONFLICT, form->errors[0].text);
        return;
    case PAGE_FORM_ANSWERED:
    default:
        return;
    }
}
