/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/other_number.h"

#include "desk/party/domain.h"
#include "other_number_sql.h"

#include <string.h>

enum { NUMBER_MAX = 80, PREFIX_MAX = 40 };

/* ------------------------------------------------------------------------------------------------------------- subjects */

static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

/* "[Ticket#2024…]", "[Assistenza #77]": words, then the number. Our own has no word. */
static size_t bracketed_at(const char *at)
{
    const char *end = *at == '[' ? strchr(at, ']') : NULL, *mark = *at == '[' ? strchr(at, '#') : NULL;
    if (!end || !mark || mark > end || mark - at < 2 || mark - at > PREFIX_MAX)
        return 0;
    size_t digits = digits_at(mark + 1);
    return digits && mark + 1 + digits == end ? (size_t)(end - at) + 1 : 0;
}

/* "[SUP-123]" */
static size_t keyed_at(const char *at)
{
    size_t letters = *at == '[' ? strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    size_t digits = letters >= 2 && at[1 + letters] == '-' ? digits_at(at + 2 + letters) : 0;
    return digits && at[2 + letters + digits] == ']' ? letters + digits + 3 : 0;
}

/* "INC0012345": a word of such systems and seven digits or more. */
static size_t recorded_at(const char *at)
{
    static const char *const words[] = {"INC", "RITM", "REQ", "CS", "SCTASK"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t length = strlen(words[i]), digits = g_str_has_prefix(at, words[i]) ? digits_at(at + length) : 0;
        if (digits >= 7 && !g_ascii_isalnum(at[length + digits]))
            return length + digits;
    }
    return 0;
}

/* "ref:_00D2.500:ref" */
static size_t referred_at(const char *at)
{
    const char *end = g_str_has_prefix(at, "ref:") ? strstr(at + 4, ":ref") : NULL;
    for (const char *c = at; end && c < end; c++)
        if (g_ascii_isspace(*c))
            return 0;
    return end && end > at + 4 ? (size_t)(end - at) + 4 : 0;
}

const char *other_number_find(Arena *arena, const char *subject)
{
    static size_t (*const forms[])(const char *) = {bracketed_at, keyed_at, recorded_at, referred_at};
    for (const char *at = subject; *at; at++) {
        bool begins = at == subject || !g_ascii_isalnum(at[-1]);
        for (size_t i = 0; begins && i < G_N_ELEMENTS(forms); i++) {
            size_t size = forms[i](at);
            if (size && size <= NUMBER_MAX)
                return arena_strndup(arena, at, size);
        }
    }
    return NULL;
}

/* ----------------------------------------------------------------------------------------------------------- remembering */

static const char *scope_of(const char *sender_key)
{
    const char *domain = domain_of_address(sender_key);
    return *domain && !domain_is_shared(domain) ? domain : sender_key;
}

static const char *plain(Arena *arena, const char *number)
{
    char *out = arena_strdup(arena, number), *to = out;
    for (const char *c = number; *c; c++)
        if (!g_ascii_isspace(*c))
            *to++ = g_ascii_tolower(*c);
    *to = '\0';
    return out;
}

void other_number_note(StoreTx *tx, Arena *arena, TicketId ticket, const char *sender_key, const char *number,
                       TimeMs now)
{
    sql_other_number_insert(tx,
                            &(SqlOtherNumberInsertIn){ticket, scope_of(sender_key), plain(arena, number), number, now});
}

TicketIdList other_number_tickets(StoreTx *tx, Arena *arena, const char *sender_key, const char *number)
{
    SqlOtherNumberTicketsList rows =
        sql_other_number_tickets(tx, arena, &(SqlOtherNumberTicketsIn){scope_of(sender_key), plain(arena, number)});
    TicketIdList list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}

const char *other_number_of(StoreTx *tx, Arena *arena, TicketId ticket, TimeMs until)
{
    SqlOtherNumberFirst row;
    return sql_other_number_first(tx, arena, &(SqlOtherNumberFirstIn){ticket, until}, &row) ? row.shown : NULL;
}
