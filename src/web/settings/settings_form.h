/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settings_form: what every form of the settings does alike. Answers: "what was typed, what is wrong with it, and was it
 * kept?"
 *
 * A form is read, checked, written by one store_write, and answered: by a redirect when it was kept, by the same page
 * with what was typed and each error beside its field when it was not. Not for rules: those are the desk's. Owns no
 * table. Called by: the handlers of web/settings.
 *
 * Pointers: a form and all its texts live in the request's arena. Errors: what the store could not do has filled the
 * response (web/problem.h).
 *
 * Invariants:
 *  1. An error whose field the page does not show stands on top: none is swallowed.
 *  2. After settings_keep said KEPT the desk's snapshot of the settings is the new one.
 *
 * Example:
 *     SettingsForm *form = settings_form_of(request);
 *     if (settings_is_sound(form) && settings_keep(form, response, "code.add", work, &adding) == SETTINGS_KEPT)
 *         settings_done(form, response, "/settings/codes");
 */
#ifndef FILO_WEB_SETTINGS_SETTINGS_FORM_H
#define FILO_WEB_SETTINGS_SETTINGS_FORM_H

#include "base/error.h"
#include "web/layout.h"
#include "web/settings_head_view.h"
#include "web/visit.h"

enum { SETTINGS_ERRORS_MAX = 24, SETTINGS_LINE_MAX = 400 };

typedef struct SettingsError {
    const char *field, *text;
    bool shown; /* stands beside its field */
} SettingsError;

typedef struct SettingsForm {
    HttpRequest *request;
    const Visit *visit;
    Arena *arena;
    InputError refused; /* a work function leaves its refusal here */
    SettingsError errors[SETTINGS_ERRORS_MAX];
    size_t error_count;
} SettingsForm;

SettingsForm *settings_form_of(HttpRequest *request);

/* A field as one clean line ("" when it was not sent), as lines, as a number (0: none), and whether a box is ticked. */
const char *settings_line(const SettingsForm *form, const char *name);
const char *settings_text(const SettingsForm *form, const char *name);
int64_t settings_number(const SettingsForm *form, const char *name);
bool settings_ticked(const SettingsForm *form, const char *name);

/* Notes what is wrong with a field; the catalogue's words of the key, with {shown} filled. */
void settings_wrong(SettingsForm *form, const char *field, const char *key, const char *shown);
void settings_refused(SettingsForm *form, const InputError *refused);
bool settings_is_sound(const SettingsForm *form);

/* The words beside a field, "" when nothing is wrong with it. */
const char *settings_error(SettingsForm *form, const char *field);

/* What stands on top of a page: the errors that no field has shown, or that there are some. Call after settings_error. */
const char *const *form_errors(const SettingsForm *form, size_t *count_out);

typedef enum SettingsOutcome {
    SETTINGS_KEPT,
    SETTINGS_REFUSED, /* the refusal is noted and the status set: show the page again */
    SETTINGS_ANSWERED /* the response is filled */
} SettingsOutcome;

/* One store_write of work, which leaves its refusal in form->refused; then the desk reads its policy again. */
SettingsOutcome settings_keep(SettingsForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg);

/* 422, or 409 for what somebody changed meanwhile. */
void settings_set_status(const SettingsForm *form, HttpResponse *response);

/* To a page that says it was kept. */
void settings_done(const SettingsForm *form, HttpResponse *response, const char *path);

/* The frame and the head of a page; tab: a label of settings_pages.c's table. Call after the fields' errors were asked
 * for: the head shows the others. */
const LayoutView *settings_layout(const SettingsForm *form, MsgId title);
const SettingsHeadView *settings_head(const SettingsForm *form, MsgId title, MsgId tab);

/* Words of the catalogue by a made-up key; the key itself if there are none. */
const char *settings_words(const SettingsForm *form, const char *family, const char *name);

#endif
