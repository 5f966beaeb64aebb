/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/letter.h"

#include "desk/calendar/holiday.h"
#include "receipt_sql.h"

enum { SUNDAY = 7 };

static bool is_free(Date date)
{
    HolidayRules italy = holiday_italy();
    return date_weekday(date) == SUNDAY || holiday_find(&italy, date) != NULL;
}

Date letter_term(Zone *zone, TimeMs at, int64_t days)
{
    int64_t day = date_to_days(time_to_wall(zone, at).date) + days;
    while (is_free(date_from_days(day)))
        day++;
    return date_from_days(day);
}

/* The provider's, where that is proved; nothing was delivered later than it came. */
static TimeMs instant_of(const SqlReceiptOpenLetters *row)
{
    bool proved = row->standing == RECEIPT_COUNTS && row->legal_at;
    return proved ? MIN(row->legal_at, row->received_at) : row->received_at;
}

static void take_earlier(LetterTerm *term, Date last)
{
    if (!term->waits || date_to_days(last) < date_to_days(term->last))
        *term = (LetterTerm){true, last};
}

/* As the statement takes them. */
static const char *join_ids(Arena *arena, const TicketId *tickets, size_t count)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i ? "," : "", tickets[i].value);
    const char *copy = arena_strdup(arena, text->str);
    g_string_free(text, TRUE);
    return copy;
}

const LetterTerm *letter_list_due(StoreTx *tx, Arena *arena, const TicketId *tickets, size_t count, Zone *zone,
                                  int64_t days)
{
    LetterTerm *terms = ARENA_ARRAY(arena, LetterTerm, count);
    if (days <= 0 || count == 0)
        return terms;
    SqlReceiptOpenLettersList rows =
        sql_receipt_open_letters(tx, arena, &(SqlReceiptOpenLettersIn){join_ids(arena, tickets, count)});
    for (size_t row = 0; row < rows.count; row++)
        for (size_t i = 0; i < count; i++)
            if (tickets[i].value == rows.rows[row].ticket_id.value)
                take_earlier(&terms[i], letter_term(zone, instant_of(&rows.rows[row]), days));
    return terms;
}

bool letter_due(StoreTx *tx, Arena *arena, TicketId ticket, Zone *zone, int64_t days, Date *term_out)
{
    const LetterTerm *term = letter_list_due(tx, arena, &ticket, 1, zone, days);
    if (term->waits)
        *term_out = term->last;
    return term->waits;
}

bool letter_is_late(Zone *zone, Date term, TimeMs now)
{
    return date_to_days(time_to_wall(zone, now).date) > date_to_days(term);
}
