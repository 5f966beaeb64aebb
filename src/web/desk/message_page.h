/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message_page: a message as it was written, for who asks for it. Answers: "what did it look like?"
 *
 * The page (desk_pages.h: message_page) frames the sheet, lists the files and offers the pictures of other servers; the
 * sheet is a document of its own that can run, load and send nothing, and holds the pictures that were granted.
 * Called by: desk_pages.c (the handlers), ticket_talk.c, ticket_page.c (message_file). Owns no table.
 * Pointers: what is given lives in the arena. Errors: the response is an error page.
 *
 * Invariants:
 *  1. Opening a message asks nobody's server for anything; only a POST of the desk's own page does, and then the server
 *     asks, not the browser (net/download.h).
 */
#ifndef FILO_WEB_DESK_MESSAGE_PAGE_H
#define FILO_WEB_DESK_MESSAGE_PAGE_H

#include "desk/ticket/message.h"
#include "web/files_view.h"
#include "web/visit.h"

/* A line of a list of files. */
File message_file(Arena *arena, const Visit *visit, const Attachment *file);

#endif
