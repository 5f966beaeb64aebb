/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include "base/check.h"

#include <stdalign.h>
#include <stdarg.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

typedef struct Block {
    struct Block *next;
    size_t size; /* bytes that data holds */
    size_t used;
    alignas(max_align_t) uint8_t data[];
} Block;

struct Arena {
    Block *head; /* the block being filled; older and oversize ones hang behind it */
    size_t cap;
    size_t held; /* sum of the blocks' sizes */
    size_t used;
};

Arena *arena_new(size_t cap)
{
    Arena *arena = g_new0(Arena, 1);
    arena->cap = cap;
    return arena;
}

static void blocks_free(Block *block)
{
    while (block) {
        Block *next = block->next;
        g_free(block);
        block = next;
    }
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    blocks_free(arena->head);
    g_free(arena);
}

void arena_clear(Arena *arena)
{
    Block *kept = arena->head && arena->head->size == BLOCK_SIZE ? arena->head : NULL;
    if (kept) {
        blocks_free(kept->next);
        kept->next = NULL;
        memset(kept->data, 0, kept->used);
        kept->used = 0;
    } else {
        blocks_free(arena->head);
    }
    arena->head = kept;
    arena->held = kept ? kept->size : 0;
    arena->used = 0;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}

static Block *block_add(Arena *arena, size_t size)
{
    check(size <= arena->cap && arena->held <= arena->cap - size);
    Block *block = g_malloc0(sizeof *block + size);
    block->size = size;
    arena->held += size;
    return block;
}

void *arena_alloc(Arena *arena, size_t size)
{
    check(size <= arena->cap);
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    Block *block = arena->head;
    if (!block || block->size - block->used < rounded) {
        if (rounded > BLOCK_SIZE / 4 && block) {
            Block *big = block_add(arena, rounded); /* goes behind, so the rest of head stays usable */
            big->next = block->next;
            block->next = big;
            block = big;
        } else {
            size_t usual = MIN((size_t)BLOCK_SIZE, arena->cap - arena->held); /* a small arena has small blocks */
            Block *fresh = block_add(arena, MAX(usual, rounded));
            fresh->next = block;
            arena->head = block = fresh;
        }
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    arena->used += rounded;
    return memory;
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    size_t total;
    check(!__builtin_mul_overflow(count, size, &total));
    return arena_alloc(arena, total);
}

char *arena_strndup(Arena *arena, const char *text, size_t size)
{
    if (!text)
        return NULL;
    size_t length = strnlen(text, size);
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

Bytes arena_bytes(Arena *arena, Bytes bytes)
{
    uint8_t *copy = arena_alloc(arena, bytes.size + 1);
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return (Bytes){copy, bytes.size};
}

/* Where a short text would fit is tried first: nearly always it does, and is written once. */
char *arena_printf(Arena *arena, const char *format, ...)
{
    char near[128];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(near, sizeof near, format, args);
    check(length >= 0);
    char *text = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof near)
        memcpy(text, near, (size_t)length);
    else
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

char *arena_int(Arena *arena, int64_t number)
{
    char buffer[INT_DIGITS_SIZE];
    Bytes digits = int_digits(buffer, number);
    return arena_strndup(arena, (const char *)digits.data, digits.size);
}
