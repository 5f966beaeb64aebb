/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the date of a forwarding block. How: the value is cut into words and numbers; then day, month and year are looked
 * for in the orders there are, and the first time of day. "mar" is a Tuesday and a March: it is the month only between a
 * day and a year, or before a day and a year.
 */
#include "parse/forward_int.h"

#include <string.h>

enum { TOKENS_MAX = 32, WORD_MAX = 10 };

typedef struct Token {
    char word[WORD_MAX + 1]; /* lower case, "" for a number */
    int number, digits;
    char after; /* the character behind it */
    char before;
} Token;

typedef struct Tokens {
    Token items[TOKENS_MAX];
    size_t count;
} Tokens;

static size_t take_number(const char *at, Token *token)
{
    size_t size = 0;
    for (; g_ascii_isdigit(at[size]); size++)
        token->number = size < 6 ? token->number * 10 + (at[size] - '0') : token->number;
    token->digits = (int)size;
    return size;
}

static size_t take_word(const char *at, Token *token)
{
    size_t size = 0;
    for (; g_ascii_isalpha(at[size]); size++)
        if (size < WORD_MAX)
            token->word[size] = g_ascii_tolower(at[size]);
    return size;
}

static Tokens tokens_of(const char *value)
{
    Tokens tokens = {.count = 0};
    char before = ' ';
    for (const char *at = value; *at && tokens.count < TOKENS_MAX;) {
        Token token = {.before = before};
        size_t size = g_ascii_isdigit(*at) ? take_number(at, &token) : take_word(at, &token);
        if (size) {
            token.after = at[size];
            tokens.items[tokens.count++] = token;
        }
        at += MAX(size, (size_t)1);
        before = at[-1];
    }
    return tokens;
}

/* 1 … 12 of "mar", "marzo", "march"; 0. */
static int month_of(const Token *token)
{
    static const char *const names[][2] = {{"gennaio", "january"},   {"febbraio", "february"}, {"marzo", "march"},
                                           {"aprile", "april"},      {"maggio", "may"},        {"giugno", "june"},
                                           {"luglio", "july"},       {"agosto", "august"},     {"settembre", "september"},
                                           {"ottobre", "october"},   {"novembre", "november"}, {"dicembre", "december"}};
    size_t size = strlen(token->word);
    for (size_t i = 0; size >= 3 && i < G_N_ELEMENTS(names); i++)
        for (size_t j = 0; j < 2; j++)
            if (!strncmp(names[i][j], token->word, MIN(size, (size_t)WORD_MAX)) && size <= strlen(names[i][j]))
                return (int)i + 1;
    return size == 4 && !strcmp(token->word, "sept") ? 9 : 0;
}

static bool is_day(const Token *token)
{
    return token->digits && token->digits <= 2 && token->number >= 1 && token->number <= 31;
}

static bool is_year(const Token *token)
{
    return token->digits == 4 && token->number >= 1970;
}

/* "3 mar 2026", "Mar 3, 2026". */
static bool named_date(const Token *a, Date *out)
{
    if (is_day(&a[0]) && month_of(&a[1]) && is_year(&a[2]))
        *out = (Date){a[2].number, month_of(&a[1]), a[0].number};
    else if (month_of(&a[0]) && is_day(&a[1]) && is_year(&a[2]))
        *out = (Date){a[2].number, month_of(&a[0]), a[1].number};
    else
        return false;
    return date_is_valid(*out);
}

/* "2026-03-23", "23/03/2026", "23.3.26"; which is the month must be sure. */
static bool numbered_date(const Token *a, bool italian, Date *out)
{
    bool joined = strchr("-/.", a[0].after) && a[0].after && a[0].after == a[1].after;
    if (!joined || !a[0].digits || !a[1].digits || !a[2].digits)
        return false;
    if (is_year(&a[0])) {
        *out = (Date){a[0].number, a[1].number, a[2].number};
        return date_is_valid(*out);
    }
    int year = a[2].digits == 2 ? 2000 + a[2].number : a[2].number;
    bool sure = italian || a[0].number > 12 || a[0].number == a[1].number || a[0].after == '.';
    *out = (Date){year, a[1].number, a[0].number};
    if (!sure && a[1].number > 12)
        *out = (Date){year, a[0].number, a[1].number};
    return (sure || a[1].number > 12) && (is_year(&a[2]) || a[2].digits == 2) && date_is_valid(*out);
}

static bool find_date(const Tokens *tokens, bool italian, Date *out)
{
    for (size_t i = 0; i + 2 < tokens->count; i++)
        if (is_day(&tokens->items[i]) && named_date(&tokens->items[i], out))
            return true;
    for (size_t i = 0; i + 2 < tokens->count; i++)
        if (named_date(&tokens->items[i], out) || numbered_date(&tokens->items[i], italian, out))
            return true;
    return false;
}

static int half_of_day(const Tokens *tokens, size_t from, int hour)
{
    for (size_t i = from; i < tokens->count && i < from + 2; i++) {
        if (!strcmp(tokens->items[i].word, "pm"))
            return hour < 12 ? hour + 12 : hour;
        if (!strcmp(tokens->items[i].word, "am"))
            return hour == 12 ? 0 : hour;
    }
    return hour;
}

/* "10:12", "10.12:00", "10:12:00 AM"; *next_out is the word behind it. */
static bool find_time(const Tokens *tokens, TimeMs *of_day_out, size_t *next_out)
{
    for (size_t i = 0; i + 1 < tokens->count; i++) {
        const Token *hour = &tokens->items[i], *minute = hour + 1;
        bool joined = (hour->after == ':' || hour->after == '.') && minute->digits == 2 && hour->digits &&
                      hour->digits <= 2 && hour->before != '.' && hour->before != '/' && hour->before != '-';
        if (!joined || hour->number > 23 || minute->number > 59 || (hour->after == '.' && minute->after == '.'))
            continue;
        bool seconds = i + 2 < tokens->count && minute->after == hour->after && minute[1].digits == 2;
        *next_out = i + 2 + seconds;
        *of_day_out = half_of_day(tokens, *next_out, hour->number) * TIME_HOUR + minute->number * TIME_MINUTE +
                      (seconds ? MIN(minute[1].number, 59) * TIME_SECOND : 0);
        return true;
    }
    return false;
}

/* Minutes east of UTC, where it is said: "+0100", "GMT+1", "GMT+01:00", "CET". */
static bool find_offset(const Tokens *tokens, size_t from, int *minutes_out)
{
    static const struct {
        const char *word;
        int minutes;
    } zones[] = {{"cet", 60}, {"cest", 120}, {"z", 0}};
    for (size_t i = from; i < tokens->count; i++) {
        const Token *token = &tokens->items[i];
        bool is_signed = token->digits && (token->before == '+' || token->before == '-');
        bool has_minutes = token->digits <= 2 && token->after == ':' && i + 1 < tokens->count;
        int minutes = token->digits <= 2 ? token->number * 60 + (has_minutes ? token[1].number : 0)
                                         : token->number / 100 * 60 + token->number % 100;
        *minutes_out = token->before == '-' ? -minutes : minutes;
        if (is_signed)
            return minutes <= 14 * 60;
        for (size_t z = 0; z < G_N_ELEMENTS(zones); z++)
            if (!strcmp(token->word, zones[z].word)) {
                *minutes_out = zones[z].minutes;
                return true;
            }
        bool utc = !strcmp(token->word, "gmt") || !strcmp(token->word, "utc");
        *minutes_out = 0;
        if (utc && token->after != '+' && token->after != '-')
            return true;
    }
    return false;
}

ParsedTime forward_date(const char *value, bool italian)
{
    Tokens tokens = tokens_of(value);
    Date date;
    TimeMs of_day;
    size_t next;
    int minutes;
    if (!find_date(&tokens, italian, &date) || date.year > 9998 || !find_time(&tokens, &of_day, &next))
        return (ParsedTime){PARSE_WHEN_NONE, TIME_NONE, ""};
    TimeMs at = date_to_days(date) * TIME_DAY + of_day;
    bool zoned = find_offset(&tokens, next, &minutes);
    at -= zoned ? minutes * TIME_MINUTE : 0;
    return at <= 0 ? (ParsedTime){PARSE_WHEN_NONE, TIME_NONE, ""}
                   : (ParsedTime){zoned ? PARSE_WHEN_INSTANT : PARSE_WHEN_FLOATING, at, ""};
}
