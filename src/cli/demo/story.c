/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The stories a visitor can follow, as tables; the numbers of interface.md ("The demo company") hold by construction.
 *
 * A  Hotel Belvedere in a year: 41 remote × 24 min × 0,55 € + 11 visits × (204 min × 0,55 € + 86 km × 0,62 €) =
 *    541,20 + 1.820,72 = 2.361,92 €; of these 17 and 6 were training: 224,40 + 993,12 = 1.217,52 €.
 * B  Steam valves of the V2: 16 faults of machines with the new supplier's valve, 2 of those before (company.c: machine
 *    years).
 * C  Panificio Moretti: sales → support → administration → support, complains by PEC on day 7.
 * D  Answered within 4 business hours: small customers 61 of 98, large ones 88 of 102. Small ones write mail, which is
 *    read once each morning; large ones call.
 * E  "E07": 14 requests a month until the article of month 10, then 5.
 * H  23 conceded for the sake of peace, 9 of them to one customer.
 */
#include "cli/demo/demo.h"
#include "desk/ticket/action.h"

enum { DAY_MINUTES = 8 * 60 };

/* -------------------------------------------------------------------------------------- A: the contract that loses */

enum { REMOTE = 41, REMOTE_TRAINING = 17, VISITS = 11, VISITS_TRAINING = 6 };

static const DemoCase remote_training = {PRODUCT_V2,
                                         0,
                                         "Come si imposta la pressione?",
                                         "C'è un ragazzo nuovo al bar: mi spiegate come si imposta la pressione?",
                                         "L'ho guidato al telefono, passo per passo.",
                                         "how_to",
                                         "use_training",
                                         "trained",
                                         24,
                                         NULL,
                                         NULL,
                                         "one_person"};
static const DemoCase remote_fault = {PRODUCT_V2,
                                      0,
                                      "Il caffè esce troppo veloce",
                                      "Da ieri il caffè esce troppo veloce, ai clienti non piace.",
                                      "Regolata la macinatura con il suo barista, ora i tempi tornano.",
                                      "poor_result",
                                      "maintenance",
                                      "adjusted",
                                      24,
                                      "Tempi di estrazione",
                                      NULL,
                                      NULL};
static const DemoCase visit_training = {PRODUCT_V2,
                                        0,
                                        "Formazione del personale nuovo",
                                        "Abbiamo cambiato il personale della colazione: ci serve qualcuno sul posto.",
                                        "Viene Paolo domattina, prima del servizio.",
                                        "how_to",
                                        "use_training",
                                        "trained",
                                        204,
                                        NULL,
                                        NULL,
                                        NULL};
static const DemoCase visit_fault = {PRODUCT_V2,
                                     0,
                                     "Una macchina è ferma",
                                     "La macchina della sala grande è ferma.",
                                     "Passa Paolo in giornata con il ricambio.",
                                     "no_start",
                                     "wear",
                                     "part_replaced",
                                     204,
                                     NULL,
                                     "power_supply",
                                     NULL};

static void a_contract_that_loses_money(DemoWorld *world)
{
    TimeMs from = demo_midnight(world, date_add_days(world->today, -364));
    for (int i = 0, remote = 0, visit = 0; i < REMOTE + VISITS; i++) {
        bool visited = demo_chosen(i, REMOTE + VISITS, VISITS);
        bool training =
            visited ? demo_chosen(visit, VISITS, VISITS_TRAINING) : demo_chosen(remote, REMOTE, REMOTE_TRAINING);
        DemoLife life = {.customer = BELVEDERE,
                         .received_at = demo_spread(world, from, world->settled, i, REMOTE + VISITS)};
        life.what = visited ? training ? &visit_training : &visit_fault : training ? &remote_training : &remote_fault;
        life.channel = visited ? "visit" : demo_chosen(remote, REMOTE, 12) ? "mail" : "phone";
        life.who = visited ? PAOLO : remote % 2 ? LUCA : SARA;
        life.answer_after = 3 + (int)demo_random(world, 25);
        life.solve_after = 30 + (int)demo_random(world, 400);
        life.km = visited ? 86 : 0;
        demo_plan(world, &life);
        remote += !visited;
        visit += visited;
    }
}

/* ------------------------------------------------------------------------------------------- B: the rising defect */

enum { NEW_FAULTS = 16, OLD_FAULTS = 2, SETTLING_IN_DAYS = 10 };

static const DemoCase steam_valve = {PRODUCT_V2,
                                     0,
                                     "Valvola del vapore che fischia",
                                     "La valvola fischia e la pressione sale oltre 1,5 bar.",
                                     "La spenga subito, passa Paolo oggi con la valvola nuova.",
                                     "overheating",
                                     "supplier_material",
                                     "part_replaced",
                                     55,
                                     "Valvola del vapore: sostituzione",
                                     "steam_valve",
                                     "hot"};

static void valve_fault(DemoWorld *world, int item, TimeMs from, int k, int n)
{
    TimeMs delivered = world->items[item].delivered_at + SETTLING_IN_DAYS * TIME_DAY;
    DemoLife life = {.what = &steam_valve,
                     .channel = k % 3 ? "phone" : "mail",
                     .customer = world->items[item].owner,
                     .item = item + 1,
                     .received_at = demo_spread(world, MAX(from, delivered), world->settled, k, n),
                     .who = PAOLO,
                     .answer_after = 2 + (int)demo_random(world, 12),
                     .solve_after = 60 + (int)demo_random(world, 400)};
    demo_plan(world, &life);
}

/* A machine of a firm without another story, old enough to have failed. */
static bool may_fail(const DemoWorld *world, const DemoItem *item, bool new_valve)
{
    return item->product == PRODUCT_V2 && item->new_valve == new_valve && item->owner >= OTHERS_FIRST &&
           item->delivered_at < world->settled - 2 * SETTLING_IN_DAYS * TIME_DAY;
}

/* Every so many of them. */
static void faults_of(DemoWorld *world, bool new_valve, int faults)
{
    TimeMs from = demo_midnight(world, world->history);
    int machines = 0, place = 0;
    for (int i = 0; i < DEMO_ITEMS; i++)
        machines += may_fail(world, &world->items[i], new_valve);
    for (int i = 0; i < DEMO_ITEMS; i++) {
        if (!may_fail(world, &world->items[i], new_valve))
            continue;
        if (demo_chosen(place, machines, faults))
            valve_fault(world, i, from, place % 5, 5);
        place++;
    }
}

static void a_rising_defect(DemoWorld *world)
{
    faults_of(world, true, NEW_FAULTS);
    faults_of(world, false, OLD_FAULTS);
}

/* ---------------------------------------------------------------------------------------- C: the bounced customer */

static const DemoCase bounced = {
    PRODUCT_V2,
    0,
    "La V2 si ferma a metà mattina",
    "Buongiorno, la V2 che ci avete venduto si ferma ogni mattina verso le dieci. A chi mi "
    "rivolgo?",
    "",
    "stops",
    "unknown",
    "repaired",
    0,
    NULL,
    NULL,
    NULL};
static const DemoStep bounced_steps[] = {
    {1, STEP_HANDED, ELENA, ELENA, NULL},
    {1, STEP_ANSWER, ELENA, 0, "Buongiorno, io seguo le vendite: passo la sua richiesta ai colleghi dell'assistenza."},
    {2, STEP_HANDED, LUCA, ELENA, NULL},
    {3, STEP_ANSWER, LUCA, 0, "Mi dice la matricola della macchina? È sulla targhetta, sotto la vaschetta."},
    {4, STEP_CUSTOMER, 0, 0, "La matricola è sulla fattura, comunque è quella che vi ho scritto al momento dell'acquisto."},
    {5, STEP_HANDED, MARCO, LUCA, NULL},
    {5, STEP_NOTE, MARCO, 0, "Passata a noi per controllare la fattura: risulta pagata."},
    {6, STEP_ANSWER, MARCO, 0, "La fattura è a posto. Mi manda per favore la matricola della macchina?"},
    {7, STEP_CUSTOMER, 0, 0, "È la seconda volta che la chiedete. Intanto la macchina è ferma da quattro giorni."},
    {8, STEP_HANDED, SARA, GIULIA, NULL},
    {8, STEP_NOTE, GIULIA, 0, "Terzo passaggio: da qui la richiesta resta a Sara finché non è chiusa."},
    {10, STEP_COMPLAINT, SARA, 0, "Reclamo formale. Da sette giorni la macchina è ferma e la nostra richiesta passa di mano in mano: vendite, "
     "assistenza, amministrazione, di nuovo assistenza. Chiediamo un intervento entro domani e un responsabile."},
};

static void a_bounced_customer(DemoWorld *world)
{
    TimeMs complained = demo_back(world, 150);
    WallTime wall = time_to_wall(world->zone, complained);
    wall.date = date_add_days(wall.date, -7);
    DemoLife life = {.what = &bounced,
                     .channel = "mail",
                     .customer = MORETTI,
                     .received_at = time_from_wall(world->zone, &wall),
                     .who = ELENA,
                     .team = TEAM_SALES,
                     .promise = business_due(world->calendar, world->now, DAY_MINUTES * TIME_MINUTE, NULL, 0),
                     .steps = bounced_steps,
                     .step_count = G_N_ELEMENTS(bounced_steps),
                     .end = complained};
    demo_plan(world, &life);
}

/* --------------------------------------------------------------------------------- D: the small customer served late */

enum { SMALL = 98, SMALL_IN_TIME = 61, LARGE = 102, LARGE_IN_TIME = 88, LATELY_MINUTES = 5 * DAY_MINUTES };

static const DemoCase *case_of_a_firm(DemoWorld *world)
{
    return demo_pick_case(world, true);
}

/* Mail is read at nine. What came after half past three is answered within three business hours, what came before
 * half past twelve after four and a half or more: the whole afternoon and what is left of the morning lie between. */
static void mail_until_morning(DemoWorld *world, DemoLife *life, bool in_time)
{
    Date date = time_to_wall(world->zone, life->received_at).date;
    TimeMs nine = business_due(world->calendar, demo_midnight(world, date), 0, NULL, 0);
    int minute = in_time ? 6 * 60 + 30 + (int)demo_random(world, 75) : 15 + (int)demo_random(world, 195);
    life->channel = "mail";
    life->received_at = business_due(world->calendar, nine, minute * TIME_MINUTE, NULL, 0);
    life->answer_after = DAY_MINUTES - minute + 10 + (int)demo_random(world, 20);
}

static DemoLife equity_life(DemoWorld *world, int customer, int k, int n)
{
    DemoLife life = {.what = case_of_a_firm(world), .customer = customer, .who = k % 2 ? SARA : LUCA};
    life.received_at = demo_spread(world, demo_midnight(world, world->history), demo_back(world, LATELY_MINUTES), k, n);
    life.solve_after = life.what->minutes + (int)demo_random(world, 400);
    return life;
}

/* The last of the small ones is Bar Centrale's, open today. */
static void a_small_customer_served_late(DemoWorld *world)
{
    for (int i = 0; i < SMALL - 1; i++) {
        DemoLife life = equity_life(world, SMALL_FIRST + i % (SMALL_END - SMALL_FIRST), i, SMALL - 1);
        mail_until_morning(world, &life, demo_chosen(i, SMALL - 1, SMALL_IN_TIME));
        demo_plan(world, &life);
    }
    for (int i = 0; i < LARGE; i++) {
        DemoLife life = equity_life(world, LARGE_FIRST + i % (LARGE_END - LARGE_FIRST), i, LARGE);
        if (demo_chosen(i, LARGE, LARGE - LARGE_IN_TIME)) {
            mail_until_morning(world, &life, false);
        } else {
            life.channel = "phone";
            life.answer_after = 1 + (int)demo_random(world, 6);
        }
        demo_plan(world, &life);
    }
}

/* ------------------------------------------------------------------------------------------------------ E: the win */

enum { E07_BEFORE = 14, E07_AFTER = 5, E07_MONTH = 10 };

#define E07_CASE(answer, solution)                                                                                     \
    {                                                                                                                  \
        PRODUCT_V2, 0, "E07 sul display", "Da stamattina la macchina segna E07 e non scalda più.", answer,             \
            "error_shown", "maintenance", "explained", 24, solution, "heating", NULL                                   \
    }
static const DemoCase e07_alone =
    E07_CASE("È il promemoria della decalcificazione: facciamola insieme al telefono.", NULL);
static const DemoCase e07_article = E07_CASE(
    "È il promemoria della decalcificazione: le mando la procedura, servono venti minuti.", "E07 decalcificazione");

static Date month_after(Date date, int months)
{
    int month = date.year * 12 + date.month - 1 + months;
    return (Date){month / 12, month % 12 + 1, 1};
}

/* How many of the running month's have come so far, at five a month. */
static int so_far(const DemoWorld *world, Date first, TimeMs until)
{
    int64_t length = date_to_days(month_after(first, 1)) - date_to_days(first);
    int64_t days = date_to_days(time_to_wall(world->zone, until).date) - date_to_days(first);
    return days > 0 ? (int)(E07_AFTER * days / length) : 0;
}

static void a_win(DemoWorld *world)
{
    static const char *const channels[] = {"phone", "mail", "phone", "form"};
    for (int month = 1; month <= DEMO_MONTHS + 1; month++) {
        Date first = month_after(world->history, month - 1);
        bool running = month > DEMO_MONTHS;
        TimeMs end = running ? world->settled : demo_midnight(world, month_after(first, 1));
        int count = running ? so_far(world, first, end) : month <= E07_MONTH ? E07_BEFORE : E07_AFTER;
        for (int i = 0; i < count; i++) {
            bool known = month > E07_MONTH || (month == E07_MONTH && i == count - 1);
            DemoLife life = {.what = known ? &e07_article : &e07_alone,
                             .channel = channels[(month + i) % 4],
                             .customer = OTHERS_FIRST + (month * E07_BEFORE + i) * 7 % (DEMO_FIRMS - OTHERS_FIRST),
                             .received_at = demo_spread(world, demo_midnight(world, first), end, i, count),
                             .who = i % 2 ? SARA : LUCA,
                             .answer_after = 4 + (int)demo_random(world, 50),
                             .solve_after = 24 + (int)demo_random(world, 200)};
            demo_plan(world, &life);
        }
    }
}

/* -------------------------------------------------------------------------------------------- H: for the sake of peace */

enum { CONCEDED = 23, CONCEDED_TO_ONE = 9 };

static const DemoCase peace = {PRODUCT_MONO,
                               0,
                               "La rivorrei indietro",
                               "Non mi ci trovo, vorrei renderla anche se è passato un mese.",
                               "Per venirle incontro la riprendiamo noi, senza spese.",
                               "unforeseen",
                               "quieto_vivere",
                               "conceded",
                               22,
                               NULL,
                               NULL,
                               NULL};

static void for_the_sake_of_peace(DemoWorld *world)
{
    for (int i = 0; i < CONCEDED; i++) {
        bool one = demo_chosen(i, CONCEDED, CONCEDED_TO_ONE);
        DemoLife life = {.what = &peace,
                         .channel = i % 2 ? "form" : "mail",
                         .customer = one ? QUIET_CUSTOMER : DEMO_FIRMS + i,
                         .received_at =
                             demo_spread(world, demo_midnight(world, world->history), world->settled, i, CONCEDED),
                         .who = ELENA,
                         .answer_after = 30 + (int)demo_random(world, 200),
                         .solve_after = 60 + (int)demo_random(world, 400)};
        demo_plan(world, &life);
    }
}

/* -------------------------------------------------------------------------------------------------- what is open today */

/* Minutes and hours are the house's. The first three are late: nobody has answered Bar Centrale for two days. Moretti's
 * is the fourteenth. The cases are places in demo_cases. */
static const struct {
    int what, customer, back, who, answer_after;
    const char *channel;
    int then, promise_hours;
    const char *reason;
} open_today[] = {
    {1, BAR_CENTRALE, 16 * 60 + 30, LUCA, 0, "mail", 0, 0, NULL},
    {0, 40, 15 * 60, LUCA, 55, "mail", 0, -6, NULL},
    {2, 61, 12 * 60, SARA, 0, "mail", 0, 0, NULL},
    {5, DEMO_FIRMS + 12, 9 * 60, LUCA, 25, "mail", TICKET_WAIT_CUSTOMER, 20,
     "Ci manda una foto dello scontrino? Serve per la garanzia."},
    {8, 95, 20 * 60, PAOLO, 12, "phone", TICKET_WAIT_PART, 18, "Il motore del macinino è in arrivo dal fornitore."},
    {13, 73, 11 * 60, GIULIA, 40, "form", TICKET_WAIT_APPROVAL, 26, "Le abbiamo mandato il preventivo dell'intervento."},
    {0, 52, 7 * 60, PAOLO, 9, "phone", TICKET_SCHEDULE, 11, "Paolo passa con la guarnizione all'ora che abbiamo detto."},
    {11, 31, 5 * 60, SARA, 18, "form", 0, 9, NULL},
    {9, 22 + OTHERS_FIRST, 4 * 60, SARA, 6, "phone", 0, 10, NULL},
    {12, 84, 3 * 60, ELENA, 30, "mail", 0, 12, NULL},
    {6, DEMO_FIRMS + 23, 2 * 60, LUCA, 10, "form", 0, 9, NULL},
    {7, 44, 50, SARA, 0, "mail", 0, 0, NULL},
    {10, 66, 25, SARA, 0, "mail", 0, 0, NULL},
};
G_STATIC_ASSERT(G_N_ELEMENTS(open_today) + 1 == DEMO_OPEN);

static void what_is_open(DemoWorld *world)
{
    for (size_t i = 0; i < G_N_ELEMENTS(open_today); i++) {
        int hours = open_today[i].promise_hours;
        DemoLife life = {.what = &demo_cases[open_today[i].what],
                         .channel = open_today[i].channel,
                         .customer = open_today[i].customer,
                         .received_at = demo_back(world, open_today[i].back),
                         .who = open_today[i].who,
                         .answer_after = open_today[i].answer_after,
                         .then = open_today[i].then ? 1 + open_today[i].then : 0,
                         .reason = open_today[i].reason};
        if (hours < 0)
            life.promise = demo_back(world, -hours * 60);
        else if (hours > 0)
            life.promise = business_due(world->calendar, world->now, hours * TIME_HOUR, NULL, 0);
        demo_plan(world, &life);
    }
}

void demo_plan_stories(DemoWorld *world)
{
    a_contract_that_loses_money(world);
    a_rising_defect(world);
    a_bounced_customer(world);
    a_small_customer_served_late(world);
    a_win(world);
    for_the_sake_of_peace(world);
    what_is_open(world);
}
