/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_sample: views filled like the demo company's, for tests. Answers: "what does this page look like, full?"
 *
 * In hostile mode every text that people outside write is an attack instead. Not for the program: only pages_test
 * links it. Pointers: static or in the arena of the Sample; they live as long as it. Errors: none.
 *
 * Invariants:
 *  1. Every template with a page of its own has one sample_* function, listed in sample_pages.
 */
#ifndef FILO_WEB_PAGES_SAMPLE_H
#define FILO_WEB_PAGES_SAMPLE_H

#include "base/arena.h"
#include "base/catalogue.h"

#include <stdbool.h>

typedef struct Sample {
    Arena *arena;
    Lang lang;
    const char *theme; /* "", "light", "dark" */
    bool hostile;
} Sample;

/* Tries to leave text, both kinds of attribute, a comment and a URL at once. */
#define SAMPLE_ATTACK                                                                                                  \
    "javascript:alert(1)//--></title></textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{x}} {x}"

typedef struct SamplePage {
    const char *name;
    void (*render)(GString *out, const Sample *sample);
} SamplePage;

extern const SamplePage sample_pages[];
extern const size_t sample_page_count;

#endif
