/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tags: the "v=DKIM1; p=…" lists of DKIM keys and DMARC records (RFC 6376 section 3.2). Answers: "what does the tag say?"
 *
 * Pure. Called by: dkim, dmarc. Pointers: in the arena. Errors: false for what is no such list.
 *
 * Invariants:
 *  1. No name stands twice in a list that was read; values have no blanks around them.
 */
#ifndef FILO_CHANNEL_MAIL_TAGS_H
#define FILO_CHANNEL_MAIL_TAGS_H

#include "base/arena.h"

enum { TAGS_MAX = 32 };

typedef struct TagList {
    const char *names[TAGS_MAX], *values[TAGS_MAX];
    size_t count;
} TagList;

bool tags_parse(Arena *arena, const char *text, TagList *tags_out);

/* NULL: it is not there. */
const char *tags_find(const TagList *tags, const char *name);

#endif
