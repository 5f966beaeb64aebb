/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settings_form: what the forms of the settings do beyond any form (web/page_form.h). Answers: "is what was kept in force?"
 *
 * Not for rules: those are the desk's. Owns no table. Called by: the handlers of web/settings.
 *
 * Pointers: in the request's arena. Errors: those of page_form.h.
 *
 * Invariants:
 *  1. After settings_keep said KEPT the desk's snapshot of the settings is the new one.
 *
 * Example:
 *     PageForm *form = page_form_of(request);
 *     if (page_form_is_sound(form) && settings_keep(form, response, "code.add", work, &adding) == PAGE_FORM_KEPT)
 *         settings_done(form, response, "/settings/codes");
 */
#ifndef FILO_WEB_SETTINGS_SETTINGS_FORM_H
#define FILO_WEB_SETTINGS_SETTINGS_FORM_H

#include "web/layout.h"
#include "web/page_form.h"
#include "web/settings_head_view.h"

/* page_form_keep; then the desk reads its policy again. */
PageFormOutcome settings_keep(PageForm *form, HttpResponse *response, const char *name, StoreWork work, void *arg);

/* To a page that says it was kept. */
void settings_done(const PageForm *form, HttpResponse *response, const char *path);

/* The frame and the head of a page; tab: a label of settings_pages.c's table. Call after the fields' errors were asked
 * for: the head shows the others. */
const LayoutView *settings_layout(const PageForm *form, MsgId title);
const SettingsHeadView *settings_head(const PageForm *form, MsgId title, MsgId tab);

#endif
