/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/sandbox: a process that can only compute. Answers: "what could a message that took over its parser do?"
 * Nothing but use its own memory for two seconds and write to three descriptors.
 *
 * Layers, in the order they close: no other descriptor, no new privileges, not dumpable, Landlock (no path at all),
 * limits (CPU 2 s, address space, file size, no core), seccomp. Not for the zygote itself, which must fork.
 * Sanitizer builds keep the limits and the filter off (their runtimes need both) and say so by sandbox_is_real.
 *
 * Called by: worker.c. Tables: none. Pointers: none. Errors: sandbox_enter gives false when a layer that the kernel
 * has could not be closed; the worker then must not parse. A kernel without Landlock is tolerated: seccomp alone
 * already answers every open with EACCES.
 *
 * Invariants:
 *  1. After sandbox_enter no path can be opened, no socket made, no process or thread started, no page made executable.
 *  2. sandbox_prepare is called once, before the fork; sandbox_enter allocates little and opens nothing.
 */
#ifndef FILO_PARSE_SANDBOX_INT_H
#define FILO_PARSE_SANDBOX_INT_H

#include <stdbool.h>

/* A worker's descriptors. */
enum { WORKER_INPUT = 0, WORKER_RESULT = 1, WORKER_STDERR = 2, WORKER_STATUS = 3, WORKER_FD_END = 4 };

/* Builds the filter, in the zygote. */
bool sandbox_prepare(void);

/* Closes everything, in the worker. */
bool sandbox_enter(void);

/* False in a build with a sanitizer. */
bool sandbox_is_real(void);

#endif
