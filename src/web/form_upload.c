/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/form_upload.h"

#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

FormUpload form_upload_of(const HttpRequest *request)
{
    FormUpload upload = {.items = ARENA_ARRAY(request->arena, FormFile, request->file_count)};
    size_t size = 0;
    for (size_t i = 0; i < request->file_count; i++) {
        const HttpFile *file = &request->files[i];
        bool chosen = strcmp(file->field, "files") == 0 && (*file->file_name || file->content.size);
        if (!chosen)
            continue;
        size += file->content.size;
        upload.items[upload.count++] = (FormFile){file->file_name, file->type, file->content};
    }
    upload.too_much = upload.count > FORM_FILES_MAX || size > FORM_FILES_SIZE_MAX;
    return upload;
}

const char *form_upload_key(HttpRequest *request, HttpResponse *response)
{
    const Desk *desk = visit_of(request)->desk;
    const char *sent = http_form(request, "form_token");
    g_autoptr(GError) error = NULL;
    FormKey key;
    FormKeyState state = form_key_open(request->arena, desk, sent, &key);
    if (state == FORM_KEY_GOOD || state == FORM_KEY_HASTY)
        return sent;
    const char *fresh = form_key_make(request->arena, desk, &error);
    if (!fresh)
        problem_of_error(request, response, error);
    return fresh;
}
