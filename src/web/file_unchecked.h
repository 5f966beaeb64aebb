/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * file_unchecked: the page before a file that no virus scanner has judged. Answers: "do you want it all the same?"
 *
 * Whoever says yes comes back to the same address with a word more; one with a virus is not had so either, which is the
 * caller's affair. Owns no table. Called by: web/desk, web/portal, instead of sending the file.
 * Pointers: borrowed for the call. Errors: none.
 *
 * Invariants:
 *  1. Nothing of the file itself is in the page.
 *
 * Example:
 *     const char *why = file_unchecked_is_wanted(request) ? "" : attachment_unchecked(visit, file.scan);
 *     if (*why)
 *         file_unchecked_show(request, response, MSG_MENU_QUEUE, &(FileUnchecked){name, size, why, path, back, back_url});
 */
#ifndef FILO_WEB_FILE_UNCHECKED_H
#define FILO_WEB_FILE_UNCHECKED_H

#include "base/catalogue.h"
#include "base/writer.h"
#include "net/http.h"

typedef struct FileUnchecked {
    const char *name, *size; /* as a list of files says them */
    const char *why;         /* attachment_unchecked */
    const char *path;        /* where it was asked for */
    const char *back;        /* where one came from, in the visitor's language */
    SafeUrl back_url;
} FileUnchecked;

/* The visitor was asked, and wants it. */
bool file_unchecked_is_wanted(const HttpRequest *request);

/* To one of us, with that entry of the menu; and to a customer. */
void file_unchecked_show(HttpRequest *request, HttpResponse *response, MsgId menu, const FileUnchecked *of);
void file_unchecked_show_public(HttpRequest *request, HttpResponse *response, const FileUnchecked *of);

#endif
