/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * process: what the kernel says of this process. Answers: "how much memory, how many descriptors, since when?"
 *
 * Not for limits that we set ourselves. Called by: api (metrics). Owns nothing; all is copied. Errors: none but false:
 * /proc does not say.
 *
 * Invariants:
 *  1. true: every member is filled.
 */
#ifndef FILO_BASE_PROCESS_H
#define FILO_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ProcessFigures {
    int64_t resident_bytes, threads;
    int64_t cpu_ms;     /* of all threads, in user and system together */
    int64_t started_ms; /* UTC */
    int64_t open_fds, max_fds;
} ProcessFigures;

bool process_figures(ProcessFigures *figures_out);

#endif
