/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form_upload: the key and the files of a form that opens or continues a ticket. Answers: "what came with it, and may
 * it be taken?"
 *
 * Not for the form's own fields. Owns no table. Called by: web/portal, web/desk.
 *
 * Pointers: all in the request's arena, files borrowed from its body. Errors: form_upload_key has filled the response
 * when it gives NULL.
 *
 * Invariants:
 *  1. An empty file input is no file.
 */
#ifndef FILO_WEB_FORM_UPLOAD_H
#define FILO_WEB_FORM_UPLOAD_H

#include "channel/form/form_receive.h"
#include "net/http.h"

/* The body limit of a route whose form carries files. */
#define UPLOAD_MAX ((size_t)FORM_FILES_SIZE_MAX + ((size_t)512 << 10))

typedef struct FormUpload {
    FormFile *items;
    size_t count;
    bool too_much; /* over FORM_FILES_MAX or FORM_FILES_SIZE_MAX: nothing of it is to be kept */
} FormUpload;

/* What was sent in the field "files". */
FormUpload form_upload_of(const HttpRequest *request);

/* The hidden key for a form about to be shown: the one that came back while it is still of use, else a new one. NULL:
 * the response is an error page already. */
const char *form_upload_key(HttpRequest *request, HttpResponse *response);

#endif
