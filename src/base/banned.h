/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * banned: what no line of Filo calls. Answers: "may I use strcpy?" with an error at the call. Not for taste: each name
 * here loses bounds, a length, a thread or a shell. Use g_strlcpy, GString, the arena, a reader of (pointer, length)
 * slices, posix_spawn, mkostemp, randombytes_buf.
 *
 * Included by the compiler itself before every file (tools/meson.build); nobody else includes it. The C library's
 * headers come first because they declare the names that are poisoned below; the headers of the other libraries we use
 * mention none of them, except rand (a parameter's name in OpenSSL) and alloca (a macro of GLib): the first is declared
 * deprecated instead, the second is left to tools/lint/calls.py, which reads what is not compiled here too.
 * Owner: everyone; it gives out no pointers. Errors: none.
 *
 * Invariants:
 *  1. These names and BANNED in tools/lint/calls.py are the same; lint_test.py compares them.
 */
#ifndef FILO_BASE_BANNED_H
#define FILO_BASE_BANNED_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef setjmp
#undef sigsetjmp
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat strtok stpcpy
#pragma GCC poison sprintf vsprintf gets scanf fscanf sscanf vscanf vsscanf
#pragma GCC poison atoi atol atoll
#pragma GCC poison system popen tmpnam tempnam mktemp
#pragma GCC poison setjmp sigsetjmp longjmp siglongjmp

extern int rand(void) __attribute__((deprecated("banned in Filo: use randombytes_buf")));
extern void srand(unsigned seed) __attribute__((deprecated("banned in Filo: use randombytes_buf")));

#endif
