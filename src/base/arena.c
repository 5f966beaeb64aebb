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

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return arena_strdup(arena, text);
}
