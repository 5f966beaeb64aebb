/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/problem.h"

#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "web/error_desk_view.h"
#include "web/error_page_view.h"
#include "web/layout.h"
#include "web/visit.h"
#include "web/words.h"

static const struct {
    int status;
    const char *words; /* catalogue keys error.page.<words>.* */
} problems[PROBLEM_COUNT] = {
    [PROBLEM_BAD_REQUEST] = {400, "bad_request"}, [PROBLEM_FORBIDDEN] = {403, "forbidden"},
    [PROBLEM_NOT_FOUND] = {404, "not_found"},     [PROBLEM_CONFLICT] = {409, "conflict"},
    [PROBLEM_TOO_LARGE] = {413, "too_large"},     [PROBLEM_BUSY] = {503, "busy"},
    [PROBLEM_FULL] = {507, "busy"},               [PROBLEM_FAILED] = {500, "failed"},
    [PROBLEM_AWAY] = {503, "away"},               [PROBLEM_INFECTED] = {403, "infected"},
    [PROBLEM_INFECTED_UNREAD] = {403, "infected_unread"},
};

static const Problem problem_of_code[] = {
    [FILO_ERROR_BUSY] = PROBLEM_BUSY,      [FILO_ERROR_FULL] = PROBLEM_FULL,
    [FILO_ERROR_IO] = PROBLEM_AWAY,      [FILO_ERROR_CORRUPT] = PROBLEM_FAILED,
    [FILO_ERROR_REFUSED] = PROBLEM_CONFLICT, [FILO_ERROR_USAGE] = PROBLEM_BAD_REQUEST,
    [FILO_ERROR_NOT_FOUND] = PROBLEM_NOT_FOUND, [FILO_ERROR_TOO_LARGE] = PROBLEM_TOO_LARGE,
};

static void set_status(HttpResponse *response, int status)
{
    http_set_status(response, status);
    if (status == 503) {
        bool set = http_set_header(response, "Retry-After", "10");
        check(set); /* digits */
    }
}

/* Whoever is signed in keeps the menu: the way on is there. */
static void desk_problem(HttpRequest *request, HttpResponse *response, Problem problem, const char *detail)
{
    const Visit *visit = visit_of(request);
    WordsProblem words = words_problem(problems[problem].words);
    ErrorDeskView view = {
        .page = layout_desk(request, msg(visit->lang, words.happened), words.happened),
        .heading = words.happened,
        .kept = words.kept,
        .todo = words.todo,
        .detail = detail,
        .request_id = request->id,
    };
    set_status(response, problems[problem].status);
    GString *body = http_html(response);
    g_string_truncate(body, 0);
    error_desk_render(body, visit->lang, &view);
}

void problem_page(HttpRequest *request, HttpResponse *response, Problem problem, const char *detail)
{
    const Visit *visit = visit_of(request);
    WordsProblem words = words_problem(problems[problem].words);
    if (visit->signed_in) {
        desk_problem(request, response, problem, detail);
        return;
    }
    ErrorPageView view = {
        .page = layout_public(request, msg(visit->lang, words.happened)),
        .heading = words.happened,
        .kept = words.kept,
        .todo = words.todo,
        .detail = detail,
        .request_id = request->id,
        .back_url = {"/"},
    };
    set_status(response, problems[problem].status);
    GString *body = http_html(response);
    g_string_truncate(body, 0);
    error_page_render(body, visit->lang, &view);
}

void problem_of_error(HttpRequest *request, HttpResponse *response, const GError *error)
{
    bool known = error->domain == FILO_ERROR && error->code >= 0 && error->code < (int)G_N_ELEMENTS(problem_of_code);
    Problem problem = known ? problem_of_code[error->code] : PROBLEM_FAILED;
    if (problems[problem].status >= 500)
        LOG(LOG_ERROR, "page.failed", LOG_TEXT("request", request->id), LOG_TEXT("route", request->route),
            LOG_TEXT("reason", error->message));
    problem_page(request, response, problem, "");
}
