/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/receipt/letter.h"

#include "desk/calendar/holiday.h"
#include "receipt_sql.h"

enum { SUNDAY = 7 };

bool letter_open(StoreTx *tx, Arena *arena, TicketId ticket, TimeMs *at_out)
{
    SqlReceiptOpenLetter row;
    if (!sql_receipt_open_letter(tx, arena, &(SqlReceiptOpenLetterIn){ticket}, &row))
        return false;
    *at_out = row.legal_at ? row.legal_at : row.received_at;
    return true;
}

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

bool letter_due(StoreTx *tx, Arena *arena, TicketId ticket, Zone *zone, int64_t days, Date *term_out)
{
    TimeMs at;
    bool waits = days > 0 && letter_open(tx, arena, ticket, &at);
    if (waits)
        *term_out = letter_term(zone, at, days);
    return waits;
}

bool letter_is_late(Zone *zone, Date term, TimeMs now)
{
    return date_to_days(time_to_wall(zone, now).date) > date_to_days(term);
}
