/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * page_form: what every form of a page does alike. Answers: "what was typed, what is wrong with it, and was it kept?"
 *
 * A form is read, checked, written by one store_write, and answered: by a redirect when it was kept, by the same page
 * with what was typed and each error beside its field when it was not. Not for rules: those are the desk's. Owns no
 * table. Called by: the handlers of web/desk and web/settings.
 *
 * Pointers: a form and all its texts live in the request's arena. Errors: what the store could not do has filled the
 * response (web/problem.h).
 *
 * Invariants:
 *  1. An error whose field the page does not show stands on top: none is swallowed.
 *
 * Example:
 *     PageForm *form = page_form_of(request);
 *     if (page_form_is_sound(form) && page_form_keep(form, response, "product", work, &adding) == PAGE_FORM_KEPT)
 *         http_redirect(response, "/products");
 */
#ifndef FILO_WEB_PAGE_FORM_H
#define FILO_WEB_PAGE_FORM_H

#include "base/error.h"
#include "net/http.h"
#include "store/store.h"
#include "web/visit.h"

enum { PAGE_FORM_ERRORS_MAX = 24, PAGE_FORM_LINE_MAX = 400 };

typedef struct PageFormError {
    const char *field, *text;
    bool shown; /* stands beside its field */
} PageFormError;

typedef struct PageForm {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    InputError refused; /* a work function leaves its refusal here */
    PageFormError errors[PAGE_FORM_ERRORS_MAX];
    size_t error_count;
} PageForm;

PageForm *page_form_of(HttpRequest *request);

/* A field as one clean line ("" when it was not sent), as lines, as a number (0: none), and whether a box is ticked. */
const char *page_form_line(const PageForm *form, const char *name);
const char *page_form_text(const PageForm *form, const char *name);
int64_t page_form_number(const PageForm *form, const char *name);
bool page_form_ticked(const PageForm *form, const char *name);

/* Notes what is wrong with a field; the catalogue's words of the key, with {shown} filled. */
void page_form_wrong(PageForm *form, const char *field, const char *key, const char *shown);
void page_form_refused(PageForm *form, const InputError *refused);
bool page_form_is_sound(const PageForm *form);

/* The words beside a field, "" when nothing is wrong with it. */
const char *page_form_error(PageForm *form, const char *field);

/* What stands on top of a page: the errors that no field has shown, or that there are some. Call after page_form_error. */
const char *const *page_form_errors(const PageForm *form, size_t *count_out);

typedef enum PageFormOutcome {
    PAGE_FORM_KEPT,
    PAGE_FORM_REFUSED, /* the refusal is noted and the status set: show the page again */
    PAGE_FORM_ANSWERED /* the response is filled */
} PageFormOutcome;

/* One store_write of work, which leaves its refusal in form->refused. */
PageFormOutcome page_form_keep(PageForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg);

/* 422, or 409 for what somebody changed meanwhile. */
void page_form_set_status(const PageForm *form, HttpResponse *response);

/* Words of the catalogue by a made-up key; the name itself if there are none. */
const char *page_form_words(const PageForm *form, const char *family, const char *name);

#endif
