/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/file_unchecked.h"

#include "web/file_unchecked_view.h"
#include "web/layout.h"
#include "web/public_unchecked_view.h"
#include "web/visit.h"

bool file_unchecked_is_wanted(const HttpRequest *request)
{
    return http_query(request, "unchecked") != NULL;
}

static SafeUrl wanted_url(const HttpRequest *request, const FileUnchecked *of)
{
    return url_checked(arena_printf(request->arena, "%s?unchecked=yes", of->path));
}

void file_unchecked_show(HttpRequest *request, HttpResponse *response, MsgId menu, const FileUnchecked *of)
{
    Lang lang = visit_of(request)->lang;
    FileUncheckedView view = {
        .page = layout_desk(request, msg(lang, MSG_FILE_UNCHECKED_TITLE), menu),
        .name = of->name,
        .size = of->size,
        .why = of->why,
        .back = of->back,
        .back_url = of->back_url,
        .url = wanted_url(request, of),
    };
    file_unchecked_render(http_html(response), lang, &view);
}

void file_unchecked_show_public(HttpRequest *request, HttpResponse *response, const FileUnchecked *of)
{
    Lang lang = visit_of(request)->lang;
    PublicUncheckedView view = {
        .page = layout_public(request, msg(lang, MSG_FILE_UNCHECKED_TITLE)),
        .name = of->name,
        .size = of->size,
        .why = of->why,
        .back = of->back,
        .back_url = of->back_url,
        .url = wanted_url(request, of),
    };
    public_unchecked_render(http_html(response), lang, &view);
}
