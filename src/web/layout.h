/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * layout: the frame of every page. Answers: "who am I, where am I, where can I go?"
 *
 * Fills the views of the templates `layout` (staff) and `public_layout` (customers). Not for content.
 * Pointers: what is given lives in the request's arena. Errors: none. Called by: handlers in web/.
 *
 * Invariants:
 *  1. The menu shows what exists and the visitor may open, and nothing else.
 */
#ifndef FILO_WEB_LAYOUT_H
#define FILO_WEB_LAYOUT_H

#include "base/catalogue.h"
#include "net/http.h"
#include "web/layout_view.h"
#include "web/public_layout_view.h"

/* current: the menu's entry this page belongs to. */
const LayoutView *layout_desk(HttpRequest *request, const char *title, MsgId current);
const PublicLayoutView *layout_public(HttpRequest *request, const char *title);

#endif
