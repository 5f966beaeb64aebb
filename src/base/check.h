/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * check: what must be true unless Filo itself has a bug. Answers: "can this process still be trusted?"
 *
 * A false check writes one line (file, line, condition, request id) to standard error and aborts; the small parent
 * process restarts the node. Never use it on anything that comes from outside (input, disk, network): that is a GError
 * or an InputError. Pointers: the request id given to check_set_request is copied. Errors: none, it does not return.
 *
 * Invariants:
 *  1. No input, however hostile, reaches a false check.
 *  2. The request id belongs to the calling thread.
 */
#ifndef FILO_BASE_CHECK_H
#define FILO_BASE_CHECK_H

#define check(condition)                                                                                               \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0))                                                                         \
            check_failed(__FILE__, __LINE__, #condition);                                                              \
    } while (0)

/* Writes the line and aborts. Call check() instead. */
void check_failed(const char *file, int line, const char *condition) __attribute__((noreturn, cold));

/* Names the request this thread is serving in the line of a failed check; NULL when it serves none. */
void check_set_request(const char *request_id);

#endif
