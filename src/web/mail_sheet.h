/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail_sheet: a message's cleaned HTML as the sheet it is read on, a whole document. Answers: "what does the browser get of it,
 * and where does each link really go?"
 *
 * Pure: it walks the pieces of parse/sheet.h, puts granted pictures in their places as data: URLs (so the sheet asks
 * nobody for anything, and no cookie is ever at stake) and marks the others as left out. Not for fetching or judging
 * pictures. Owns no table. Called by: web/desk/message_page.c.
 *
 * Pointers: all is borrowed; what is given out lives in the arena. Errors: none.
 *
 * Invariants:
 *  1. What is written has no URL that loads by itself, but data: URLs of pictures that were given.
 *  2. Every link opens apart, without referrer or opener; its title is where it goes, whatever the message said; if its
 *     words name another host than it goes to, the true host stands behind it.
 *  3. At most MAIL_SHEET_DATA_MAX bytes of pictures are written, however often a message names them.
 *
 * Example:
 *     MailPictures pictures = {.attached = attached, .attached_count = n};
 *     mail_sheet_write(out, arena, lang, subject, clean, &pictures);
 */
#ifndef FILO_WEB_MAIL_SHEET_H
#define FILO_WEB_MAIL_SHEET_H

#include "base/catalogue.h"
#include "parse/sheet.h"

#define MAIL_SHEET_DATA_MAX ((size_t)32 << 20)
enum { MAIL_REMOTE_MAX = 60 };

/* type NULL: not shown. */
typedef struct MailPicture {
    const char *type; /* of file_kind_type */
    Bytes bytes;
} MailPicture;

typedef struct MailPictures {
    const MailPicture *attached; /* by data-attachment */
    size_t attached_count;
    const char *const *remote_urls; /* as mail_sheet_list gave them; none asked for: count 0 */
    const MailPicture *remote;
    size_t remote_count;
} MailPictures;

/* Which pictures a message names. */
typedef struct MailSheetNeeds {
    const char *const
        *remote_urls; /* each once, the first MAIL_REMOTE_MAX; none of a pixel's size, which only counts readers */
    size_t remote_count;
    size_t remote_total; /* with those beyond */
    const size_t *attached;
    size_t attached_count;
} MailSheetNeeds;

MailSheetNeeds mail_sheet_list(Arena *arena, Bytes clean);

void mail_sheet_write(GString *out, Arena *arena, Lang lang, const char *title, Bytes clean,
                      const MailPictures *pictures);

/* The host of an http, https or mailto URL, in lower case ASCII (punycode); "" when it has none. */
const char *mail_link_host(Arena *arena, const char *url);

/* The true host if the words of a link name another, NULL if they do not. */
const char *mail_link_betrays(Arena *arena, const char *url, const char *words);

#endif
