/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/tour.h"

#include "desk/party/party.h"
#include "desk/ticket/history.h"
#include "web/visit.h"

enum { STEPS_MAX = 5, YEAR_DAYS = 364 };

typedef struct TourFilling {
    HttpRequest *request;
    const Visit *visit;
    StoreTx *tx;
    TourStep *steps;
    size_t count;
} TourFilling;

static void step(TourFilling *filling, MsgId text, SafeUrl url)
{
    if (filling->count < STEPS_MAX && url.text)
        filling->steps[filling->count++] = (TourStep){msg(filling->visit->lang, text), url};
}

/* A customer of the story, by the address the demo gave them; {0}: a visitor changed it. */
static PartyId party_of(const TourFilling *filling, const char *address)
{
    PartyMatch match;
    bool found = party_find_by_contact(filling->tx, filling->request->arena, address, &match);
    return found ? match.customer : (PartyId){0};
}

static SafeUrl last_ticket_of(const TourFilling *filling, const char *address)
{
    PartyId party = party_of(filling, address);
    Arena *arena = filling->request->arena;
    if (!party.value)
        return (SafeUrl){NULL};
    WorklistPage page = history_list_party(filling->tx, arena, party, (HistoryAsk){.how_many = 1});
    return page.count ? url_local(arena, "/tickets/%", arena_int(arena, page.rows[0].ticket.value)) : (SafeUrl){NULL};
}

/* What it cost for who may read figures, who it is for all others. */
static void step_belvedere(TourFilling *filling)
{
    Arena *arena = filling->request->arena;
    PartyId party = party_of(filling, "info@hotelbelvedere.example");
    if (!party.value)
        return;
    if (!visit_may(filling->visit, "report.read")) {
        step(filling, MSG_TOUR_PARTY, url_local(arena, "/parties/%", arena_int(arena, party.value)));
        return;
    }
    Date from = date_add_days(time_to_wall(filling->visit->policy->zone, filling->visit->now).date, -YEAR_DAYS);
    const char *day = arena_printf(arena, "%04d-%02d-%02d", from.year, from.month, from.day);
    step(filling, MSG_TOUR_COST, url_local(arena, "/reports/cost?by=customer&from=%", day));
}

bool tour_fill(HttpRequest *request, StoreTx *tx, TourView *tour_out)
{
    const Visit *visit = visit_of(request);
    if (!visit->policy->demo || http_cookie(request, TOUR_COOKIE))
        return false;
    TourFilling filling = {request, visit, tx, ARENA_ARRAY(request->arena, TourStep, STEPS_MAX), 0};
    step(&filling, MSG_TOUR_FIRST, last_ticket_of(&filling, "info@barcentrale.example"));
    step(&filling, MSG_TOUR_BOUNCED, last_ticket_of(&filling, "info@panificiomoretti.example"));
    step_belvedere(&filling);
    step(&filling, MSG_TOUR_WIN, url_checked("/solutions?q=E07"));
    step(&filling, MSG_TOUR_PORTAL, url_checked("/help"));
    *tour_out = (TourView){.steps = filling.steps, .steps_count = filling.count, .switch_url = url_checked("/sign-in")};
    if (visit_may(visit, "settings.write"))
        tour_out->end_url = url_checked("/settings/demo");
    return true;
}
