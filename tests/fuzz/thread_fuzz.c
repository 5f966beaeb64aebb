/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What ties a mail to a request, out of any bytes: a subject without its prefixes, their own system's number in it, and
 * the tokens, ids and numbers that headers name. Each is bounded, safe text, taken from what was there and nothing else.
 */
#include "channel/mail/header.h"
#include "channel/mail/thread.h"
#include "desk/intake/other_number.h"
#include "desk/intake/split.h"
#include "header_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const own_addresses[] = {"assistenza@filo.test"};

static void check_subject(Arena *arena, const char *subject)
{
    const char *bare = subject_bare(arena, subject), *number = other_number_find(arena, subject);
    check_line(bare);
    check(strlen(bare) <= strlen(subject) && *bare != ' ');
    check(g_ascii_strncasecmp(bare, "re:", 3) != 0 && g_ascii_strncasecmp(bare, "fwd:", 4) != 0);
    if (!number)
        return;
    check_line(number);
    check(strstr(subject, number) && strlen(number) >= 3 && strlen(number) <= 80);
    check(!strcmp(other_number_find(arena, number), number));
}

static void check_value(const ThreadCandidate *candidate)
{
    size_t length = strlen(candidate->value);
    switch (candidate->evidence) {
    case THREAD_TOKEN:
    case THREAD_BOUNCE_TOKEN:
        check(length >= 16 && length <= 48 &&
              strspn(candidate->value, "abcdefghijklmnopqrstuvwxyz0123456789") == length);
        break;
    case THREAD_NUMBER:
        check(length >= 1 && length <= 15 && strspn(candidate->value, "0123456789") == length);
        break;
    case THREAD_OWN_ID:
    case THREAD_OTHER_ID:
    case THREAD_EVIDENCES:
    default:
        check(candidate->evidence < THREAD_EVIDENCES && mail_id_is_safe(candidate->value));
    }
}

static void check_candidates(Arena *arena, const ThreadFacts *facts)
{
    size_t count, answers;
    const ThreadCandidate *found = mail_thread_candidates(arena, facts, &count);
    const char *const *ids = mail_thread_answers(arena, facts, &answers);
    check(count <= MAIL_CANDIDATES_MAX && answers <= MAIL_CANDIDATES_MAX);
    for (size_t i = 0; i < count; i++) {
        check_value(&found[i]);
        check(i == 0 || found[i - 1].evidence <= found[i].evidence);
        for (size_t j = 0; j < i; j++)
            check(strcmp(found[i].value, found[j].value) != 0);
    }
    for (size_t i = 0; i < answers; i++)
        check(mail_id_is_safe(ids[i]));
}

/* The lines: subject, In-Reply-To, References, then recipients. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size || size > 1 << 15)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_auto(GStrv) lines = g_strsplit(arena_strndup(arena, (const char *)data, size), "\n", 20);
    size_t count = g_strv_length(lines);
    const char *line[20] = {"", NULL, NULL};
    for (size_t i = 0; i < count; i++)
        line[i] = text_clean_line(arena, bytes_of(lines[i]));
    const ThreadFacts facts = {.recipients = line + 3,
                               .recipient_count = count > 3 ? count - 3 : 0,
                               .own_addresses = own_addresses,
                               .own_count = G_N_ELEMENTS(own_addresses),
                               .in_reply_to = line[1],
                               .references = line[2],
                               .subject = line[0]};
    check_subject(arena, line[0]);
    check_candidates(arena, &facts);
    return 0;
}
