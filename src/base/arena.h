/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * arena: memory that is freed all at once. Answers: "who frees this?" — nobody, until the request ends.
 *
 * Rows, views and pieces of a request are taken from its arena; a function that allocates there takes the arena as its
 * first or second argument, and that is the ownership rule. Library objects and long-lived things use GLib's
 * g_autoptr instead. Not for secrets (the memory is not wiped) and not for sharing: an arena belongs to one thread at
 * a time (handing it over through a lock is fine).
 *
 * Every pointer given out lives until arena_clear or arena_free of that arena.
 * Errors: none. An arena that would pass its cap aborts the process (base/check.h): whoever reads input of unknown
 * size compares it with a limit first; the cap is the last line, not the limit.
 *
 * Invariants:
 *  1. Memory is zeroed and aligned for any type.
 *  2. The sum of live blocks never passes the cap.
 *
 * Example:
 *     g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
 *     char *greeting = arena_printf(arena, "Buongiorno %s", name);
 */
#ifndef FILO_BASE_ARENA_H
#define FILO_BASE_ARENA_H

#include "base/bytes.h"

#include <glib.h>

typedef struct Arena Arena;

/* What one request may take: 64 MiB, enough for the largest page or message and far below the machine. */
#define ARENA_REQUEST_CAP ((size_t)64 << 20)

/* A new arena of at most cap bytes; yours to free. It takes no memory until the first allocation. */
Arena *arena_new(size_t cap);
void arena_free(Arena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arena, arena_free)

/* Forgets everything allocated and keeps one block for the next use. */
void arena_clear(Arena *arena);

/* Bytes handed out since the arena was made or cleared. */
size_t arena_used(const Arena *arena);

/* size bytes, zeroed; never NULL. */
void *arena_alloc(Arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* count elements of size bytes, zeroed; the product is checked for overflow. */
void *arena_array(Arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull));

#define ARENA_NEW(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_array((arena), (count), sizeof(Type)))

/* Copies. NULL gives NULL. arena_strndup copies at most size bytes and ends them with a NUL. */
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(Arena *arena, const char *text, size_t size);
Bytes arena_bytes(Arena *arena, Bytes bytes);

/* Formats into the arena. For log lines, keys and numbers: HTML, SQL and headers go through their writers. */
char *arena_printf(Arena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* int_digits as a text. */
char *arena_int(Arena *arena, int64_t number);

#endif
