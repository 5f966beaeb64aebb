/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * problem: the one place that turns a failure into a page and a status. Answers: "what happened, what was kept, what
 * now?" in the visitor's language.
 *
 * Not for a form that is shown again with its error: that is the form's page. Owns no table.
 * Pointers: all borrowed for the call. Errors: none. Called by: handlers and hooks in web/.
 *
 * Invariants:
 *  1. The page names no table, path or message of a library.
 */
#ifndef FILO_WEB_PROBLEM_H
#define FILO_WEB_PROBLEM_H

#include "net/http.h"

typedef enum Problem {
    PROBLEM_BAD_REQUEST,
    PROBLEM_FORBIDDEN,
    PROBLEM_INFECTED,        /* a virus scanner found something in it */
    PROBLEM_INFECTED_UNREAD, /* likewise, in what is part of no request */
    PROBLEM_NOT_FOUND,
    PROBLEM_CONFLICT,
    PROBLEM_TOO_LARGE,
    PROBLEM_BUSY,
    PROBLEM_AWAY, /* the database does not answer, or its disk */
    PROBLEM_FULL,
    PROBLEM_FAILED,
    PROBLEM_COUNT
} Problem;

/* detail: one more sentence in the visitor's language, or "". */
void problem_page(HttpRequest *request, HttpResponse *response, Problem problem, const char *detail);

/* The problem of a GError; logged when it is ours to mend. */
void problem_of_error(HttpRequest *request, HttpResponse *response, const GError *error);

#endif
