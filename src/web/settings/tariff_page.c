/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: what a minute, a kilometre, a call costs us, and from which day. How: a new price begins today or later and is a
 * row of its own; what has begun is never touched, so what was reckoned stays reckoned. A price to come may be withdrawn.
 */
#include "base/format.h"
#include "desk/cost/tariff.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_tariffs_view.h"

#include <string.h>

#define MICRO 1000000
enum { EURO_MAX = 100000 };

/* What has a price; the unit goes with it. */
static const struct {
    const char *key, *unit;
} kinds[] = {
    {TARIFF_LABOUR, "minute"},
    {TARIFF_TRAVEL, "km"},
    {TARIFF_CHANNEL "phone", "minute"},
    {TARIFF_CHANNEL "mail", "message"},
    {TARIFF_CHANNEL "form", "message"},
    {TARIFF_CHANNEL "counter", "session"},
    {TARIFF_CHANNEL "fax", "message"},
    {TARIFF_CHANNEL "letter", "message"},
    {TARIFF_CHANNEL "social", "message"},
};

typedef struct TariffWork {
    PageForm *form;
    Tariff tariff;
    const char *price, *from; /* as typed */
} TariffWork;

/* --- figures -------------------------------------------------------------------------------------------------------- */

/* Micro-euro as euro, with the decimals it has and at least two: "0,045". */
static const char *rate_text(Arena *arena, Lang lang, Rate rate)
{
    char decimals[8];
    g_snprintf(decimals, sizeof decimals, "%06d", (int)(rate % MICRO));
    for (size_t size = 6; size > 2 && decimals[size - 1] == '0'; size--)
        decimals[size - 1] = '\0';
    return arena_printf(arena, "%s%s%s", format_number(arena, lang, rate / MICRO), lang == LANG_IT ? "," : ".",
                        decimals);
}

/* "0,55", "0.045", "12": at most six decimals. */
static bool rate_parse(const char *text, Rate *rate_out)
{
    int64_t euro = 0, micro = 0, place = MICRO / 10;
    const char *at = text;
    for (; g_ascii_isdigit(*at) && euro <= EURO_MAX; at++)
        euro = euro * 10 + (*at - '0');
    bool whole = at > text;
    if (*at == ',' || *at == '.')
        for (at++; g_ascii_isdigit(*at) && place > 0; at++, place /= 10)
            micro += (*at - '0') * place;
    *rate_out = euro * MICRO + micro;
    return whole && !*at && euro <= EURO_MAX;
}

/* "2026-04-03" of a date field. */
static bool date_parse(const char *text, Date *date_out)
{
    int year, month, day;
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 || text[4] != '-' || text[7] != '-')
        return false;
    year = (int)g_ascii_strtoll(text, NULL, 10);
    month = (int)g_ascii_strtoll(text + 5, NULL, 10);
    day = (int)g_ascii_strtoll(text + 8, NULL, 10);
    *date_out = (Date){year, month, day};
    return year >= 2000 && year < 2200 && date_is_valid(*date_out);
}

static const char *date_field(Arena *arena, Date date)
{
    return arena_printf(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* --- the page ------------------------------------------------------------------------------------------------------- */

static const char *kind_words(const PageForm *form, const char *key)
{
    return page_form_words(form, "tariff.key.", key);
}

static const char *price_words(const PageForm *form, const Tariff *tariff)
{
    const char *unit = page_form_words(form, "tariff.unit.", tariff->unit);
    return msg_fill(form->arena, form->visit->lang, MSG_SETTINGS_TARIFF_PRICE, "price",
                    rate_text(form->arena, form->visit->lang, tariff->rate), "unit", unit, NULL);
}

/* The rows of a key run in time; the last one that has begun is in force. */
static TariffLine line_of(const PageForm *form, const TariffList *list, size_t i)
{
    const Visit *visit = form->visit;
    const Tariff *tariff = &list->items[i];
    bool later = tariff->valid_from > visit->now;
    bool followed = i + 1 < list->count && strcmp(list->items[i + 1].key, tariff->key) == 0 &&
                    list->items[i + 1].valid_from <= visit->now;
    Date from = time_to_wall(visit->policy->zone, tariff->valid_from).date;
    return (TariffLine){
        .heading = i == 0 || strcmp(list->items[i - 1].key, tariff->key) != 0 ? kind_words(form, tariff->key) : "",
        .price = price_words(form, tariff),
        .from = from.year <= 2000 ? msg(visit->lang, MSG_SETTINGS_TARIFF_ALWAYS)
                                  : format_date(form->arena, visit->lang, from),
        .source = tariff->source,
        .in_force = !later && !followed,
        .later = later && visit_may(visit, "tariff.write"),
        .withdraw_url =
            url_local(form->arena, "/settings/tariffs/%/withdraw", arena_int(form->arena, tariff->id.value)),
    };
}

static const Option *kind_options(const PageForm *form, const char *chosen)
{
    Option *options = ARENA_ARRAY(form->arena, Option, G_N_ELEMENTS(kinds));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        options[i] = (Option){kinds[i].key,
                              arena_printf(form->arena, "%s (%s)", kind_words(form, kinds[i].key),
                                           page_form_words(form, "tariff.unit.", kinds[i].unit)),
                              chosen && strcmp(kinds[i].key, chosen) == 0};
    return options;
}

static void show(TariffWork *work, HttpResponse *response)
{
    PageForm *form = work->form;
    StoreTx *tx = visit_read(form->request, response);
    if (!tx)
        return;
    TariffList list = tariff_list(tx, form->arena);
    if (!visit_read_end(form->request, response, tx))
        return;
    TariffLine *lines = ARENA_ARRAY(form->arena, TariffLine, list.count);
    for (size_t i = 0; i < list.count; i++)
        lines[i] = line_of(form, &list, i);
    SettingsTariffsView view = {
        .may_write = visit_may(form->visit, "tariff.write"),
        .tariffs = lines,
        .tariffs_count = list.count,
        .kinds = kind_options(form, work->tariff.key),
        .kinds_count = G_N_ELEMENTS(kinds),
        .kind_error = page_form_error(form, "key"),
        .price = work->price,
        .price_error = page_form_error(form, "rate"),
        .from = work->from,
        .from_error = page_form_error(form, "valid_from"),
        .source = work->tariff.source,
        .source_error = page_form_error(form, "source"),
    };
    view.page = settings_layout(form, MSG_SETTINGS_TAB_TARIFFS);
    view.head = settings_head(form, MSG_SETTINGS_TAB_TARIFFS, MSG_SETTINGS_TAB_TARIFFS);
    settings_tariffs_render(http_html(response), form->visit->lang, &view);
}

static TariffWork new_work(HttpRequest *request)
{
    PageForm *form = page_form_of(request);
    Date tomorrow = date_add_days(time_to_wall(form->visit->policy->zone, form->visit->now).date, 1);
    return (TariffWork){.form = form, .tariff = {.source = ""}, .price = "", .from = date_field(form->arena, tomorrow)};
}

void tariff_list_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TariffWork work = new_work(request);
    show(&work, response);
}

/* --- the forms ------------------------------------------------------------------------------------------------------ */

static void read_tariff(TariffWork *work)
{
    PageForm *form = work->form;
    Zone *zone = form->visit->policy->zone;
    Date from;
    work->price = page_form_line(form, "rate");
    work->from = page_form_line(form, "valid_from");
    work->tariff.key = page_form_line(form, "key");
    work->tariff.source = page_form_line(form, "source");
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].key, work->tariff.key) == 0)
            work->tariff.unit = kinds[i].unit;
    if (!work->tariff.unit)
        page_form_wrong(form, "key", "tariff.error.key", NULL);
    if (!rate_parse(work->price, &work->tariff.rate))
        page_form_wrong(form, "rate", "tariff.error.price", NULL);
    if (!*work->tariff.source)
        page_form_wrong(form, "source", "tariff.error.source", NULL);
    if (!date_parse(work->from, &from) || date_compare(from, time_to_wall(zone, form->visit->now).date) < 0)
        page_form_wrong(form, "valid_from", "tariff.error.past", NULL);
    else
        work->tariff.valid_from = time_of_date(zone, from);
}

static bool write_tariff(StoreTx *tx, void *arg)
{
    TariffWork *work = arg;
    TariffId id;
    if (!tariff_add(tx, work->form->arena, &work->tariff, &id, &work->form->refused))
        return false;
    visit_audit(tx, work->form->visit, "tariff.add", "tariff", id.value);
    return true;
}

static void keep(TariffWork *work, HttpResponse *response, const char *name, StoreWork write)
{
    if (!page_form_is_sound(work->form)) {
        page_form_set_status(work->form, response);
        show(work, response);
        return;
    }
    PageFormOutcome outcome = settings_keep(work->form, response, name, write, work);
    if (outcome == PAGE_FORM_KEPT)
        settings_done(work->form, response, "/settings/tariffs");
    else if (outcome == PAGE_FORM_REFUSED)
        show(work, response);
}

void tariff_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TariffWork work = new_work(request);
    read_tariff(&work);
    keep(&work, response, "tariff.add", write_tariff);
}

static bool write_withdrawal(StoreTx *tx, void *arg)
{
    TariffWork *work = arg;
    const Visit *visit = work->form->visit;
    if (!tariff_withdraw(tx, work->tariff.id, visit->now, &work->form->refused))
        return false;
    visit_audit(tx, visit, "tariff.withdraw", "tariff", work->tariff.id.value);
    return true;
}

void tariff_withdraw_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TariffWork work = new_work(request);
    work.tariff.id = (TariffId){http_param_id(request, "id")};
    keep(&work, response, "tariff.withdraw", write_withdrawal);
}
