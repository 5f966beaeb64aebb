/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Candidates are gathered into one list that refuses doubles and stops at its limit: a References header of a megabyte
 * costs one pass over its last bytes, and never more than MAIL_CANDIDATES_MAX look-ups.
 */
#include "channel/mail/thread.h"

#include "channel/mail/header.h"

#include <string.h>

#define REFERENCES_READ_MAX ((size_t)16 << 10) /* the newest end of a References header */
#define NUMBER_DIGITS_MAX 15

typedef struct Gathering {
    Arena *arena;
    ThreadCandidate *items;
    size_t count;
} Gathering;

static void add(Gathering *found, ThreadEvidence evidence, const char *value)
{
    for (size_t i = 0; i < found->count; i++)
        if (g_str_equal(found->items[i].value, value))
            return;
    if (found->count < MAIL_CANDIDATES_MAX)
        found->items[found->count++] = (ThreadCandidate){.evidence = evidence, .value = value};
}

/* --- tokens ------------------------------------------------------------------------------------------------------ */

/* The token in address if it is own's local part, "+", kind, ".", token, at own's domain; else NULL. */
static char *token_at(Arena *arena, const char *address, const char *own, char kind)
{
    const char *own_at = strchr(own, '@'), *at = strrchr(address, '@');
    if (!own_at || !at || g_ascii_strcasecmp(at, own_at) != 0)
        return NULL;
    size_t local = (size_t)(own_at - own);
    if ((size_t)(at - address) < local + 3 || g_ascii_strncasecmp(address, own, local) != 0)
        return NULL;
    const char *tag = address + local, *token = tag + 3;
    size_t length = (size_t)(at - token);
    if (tag[0] != '+' || g_ascii_tolower(tag[1]) != kind || tag[2] != '.' || length < 16 || length > 48)
        return NULL;
    char *lower = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(token[i]))
            return NULL;
        lower[i] = g_ascii_tolower(token[i]);
    }
    return lower;
}

static void add_tokens(Gathering *found, const ThreadFacts *facts, char kind, ThreadEvidence evidence)
{
    for (size_t i = 0; i < facts->recipient_count; i++)
        for (size_t j = 0; j < facts->own_count; j++) {
            char *token = token_at(found->arena, facts->recipients[i], facts->own_addresses[j], kind);
            if (token)
                add(found, evidence, token);
        }
}

/* --- message ids ------------------------------------------------------------------------------------------------- */

static bool read_number(const char **at, int64_t *number_out)
{
    int64_t number = 0;
    int digits = 0;
    for (; g_ascii_isdigit(**at) && digits <= NUMBER_DIGITS_MAX; (*at)++, digits++)
        number = number * 10 + (**at - '0');
    *number_out = number;
    return digits > 0 && digits <= NUMBER_DIGITS_MAX;
}

static bool is_own_domain(const char *domain, const char *const *own_addresses, size_t own_count)
{
    for (size_t i = 0; i < own_count; i++) {
        const char *at = strchr(own_addresses[i], '@');
        if (at && g_ascii_strcasecmp(at, domain) == 0)
            return true;
    }
    return false;
}

bool mail_message_id_parse(const char *id, const char *const *own_addresses, size_t own_count, int64_t *ticket_out,
                           int64_t *outbox_out)
{
    const char *at = id;
    if (!mail_id_is_safe(id) || !read_number(&at, ticket_out) || *at++ != '.')
        return false;
    if (!read_number(&at, outbox_out) || *at++ != '.')
        return false;
    size_t random = strcspn(at, "@");
    for (size_t i = 0; i < random; i++)
        if (!g_ascii_isalnum(at[i]))
            return false;
    return random >= 8 && random <= 64 && is_own_domain(at + random, own_addresses, own_count);
}

/* The ids between angle brackets, newest (last) first. */
static GPtrArray *ids_of(Arena *arena, const char *header)
{
    GPtrArray *ids = g_ptr_array_new();
    size_t size = header ? strlen(header) : 0;
    const char *end = header + size, *start = size > REFERENCES_READ_MAX ? end - REFERENCES_READ_MAX : header;
    while (end > start && ids->len < MAIL_CANDIDATES_MAX) {
        const char *close = g_strrstr_len(start, end - start, ">");
        const char *open = close ? g_strrstr_len(start, close - start, "<") : NULL;
        if (!open)
            break;
        char *id = arena_strndup(arena, open + 1, (size_t)(close - open - 1));
        if (mail_id_is_safe(id))
            g_ptr_array_add(ids, id);
        end = open;
    }
    return ids;
}

const char *const *mail_thread_answers(Arena *arena, const ThreadFacts *facts, size_t *count_out)
{
    const char *const headers[] = {facts->in_reply_to, facts->references};
    const char **answers = ARENA_ARRAY(arena, const char *, MAIL_CANDIDATES_MAX);
    *count_out = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autoptr(GPtrArray) ids = ids_of(arena, headers[i]);
        for (size_t j = 0; j < ids->len && *count_out < MAIL_CANDIDATES_MAX; j++)
            answers[(*count_out)++] = ids->pdata[j];
    }
    return answers;
}

static void add_ids(Gathering *found, const ThreadFacts *facts, bool own)
{
    const char *const headers[] = {facts->in_reply_to, facts->references};
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autoptr(GPtrArray) ids = ids_of(found->arena, headers[i]);
        for (size_t j = 0; j < ids->len; j++) {
            int64_t ticket, outbox;
            if (mail_message_id_parse(ids->pdata[j], facts->own_addresses, facts->own_count, &ticket, &outbox) == own)
                add(found, own ? THREAD_OWN_ID : THREAD_OTHER_ID, ids->pdata[j]);
        }
    }
}

/* --- the subject's number ---------------------------------------------------------------------------------------- */

static void add_numbers(Gathering *found, const char *subject)
{
    for (const char *at = subject ? strstr(subject, "[#") : NULL; at; at = strstr(at, "[#")) {
        at += 2;
        const char *end = at;
        int64_t number;
        if (read_number(&end, &number) && *end == ']' && *at != '0')
            add(found, THREAD_NUMBER, arena_strndup(found->arena, at, (size_t)(end - at)));
    }
}

const ThreadCandidate *mail_thread_candidates(Arena *arena, const ThreadFacts *facts, size_t *count_out)
{
    Gathering found = {.arena = arena, .items = ARENA_ARRAY(arena, ThreadCandidate, MAIL_CANDIDATES_MAX)};
    add_tokens(&found, facts, 't', THREAD_TOKEN);
    add_tokens(&found, facts, 'b', THREAD_BOUNCE_TOKEN);
    add_ids(&found, facts, true);
    add_ids(&found, facts, false);
    add_numbers(&found, facts->subject);
    *count_out = found.count;
    return found.items;
}
