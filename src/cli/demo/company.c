/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is there before the first request: settings, people, products, codes of its own, customers and their machines.
 * How many machines of which age there are is the exposure that the story of the steam valve is measured by.
 */
#include "base/check.h"
#include "base/text.h"
#include "cli/demo/demo.h"
#include "desk/code/code.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/setting/founding.h"
#include "desk/setting/setting.h"
#include "desk/ticket/ticket.h"

#include <string.h>

/* The demo's password is printed on its door: a hash made once keeps the company the same at each making. */
#define DEMO_PASSWORD_HASH                                                                                             \
    "$argon2id$v=19$m=47104,t=1,p=1$i9Gxy/ZA28ODDt7Rh/WzZQ$+0J4jvWu8HfwbF4wkpWOYAtzZTserBJVt362NVr+IDU"

static bool run(DemoWorld *world, const char *name, StoreWork work, void *arg, GError **error)
{
    StoreOutcome outcome = store_write(desk_store(world->desk), name, work, arg, error);
    if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s: the desk refused a part of the demo", name);
    return outcome == STORE_COMMITTED;
}

/* ------------------------------------------------------------------------------------------------------------ people */

typedef struct CompanyWork {
    DemoWorld *world;
    bool in_use;
    InputError refused;
} CompanyWork;

/* Whoever made the installation may be there, and nothing else. */
static bool is_in_use(StoreTx *tx, const DemoWorld *world)
{
    StaffList people = staff_list(tx, world->arena);
    bool in_use = people.count > 1 || ticket_list_ids(tx, world->arena, (TicketId){0}, 1).count ||
                  product_list(tx, world->arena, true).count ||
                  party_search(tx, world->arena, "", (PartyCursor){0}, 1).count;
    for (size_t i = 0; i < people.count; i++)
        for (int who = 0; who < DEMO_STAFF; who++)
            in_use = in_use || strcmp(people.items[i].login, demo_people[who].login) == 0;
    return in_use;
}

/* In a directory nobody has made a company in, Roberto is the one who does. */
static bool found(StoreTx *tx, CompanyWork *work)
{
    DemoWorld *world = work->world;
    const DemoPerson *owner = &demo_people[ROBERTO];
    const Founding founding = {.company = "Caffemeccanica Valdichienti S.r.l.",
                               .language = "it",
                               .team_sort_key = text_sort_key(world->arena, founding_team_name("it")),
                               .login = owner->login,
                               .name = owner->name,
                               .name_sort_key = text_sort_key(world->arena, owner->name),
                               .email = "",
                               .password_hash = DEMO_PASSWORD_HASH};
    world->staff[ROBERTO] = (StaffId){0};
    return founding_is_done(tx, world->arena) ||
           founding_write(tx, world->arena, &founding, world->now, &world->staff[ROBERTO], &work->refused);
}

static bool write_settings(StoreTx *tx, CompanyWork *work)
{
    TimeMs now = work->world->now;
    return setting_set(tx, SETTING_COMPANY_NAME, "Caffemeccanica Valdichienti S.r.l.", now, &work->refused) &&
           setting_set(tx, SETTING_COMPANY_ADDRESS, "Via del Vapore 1, 62029 Tolentino MC", now, &work->refused) &&
           setting_set(tx, SETTING_COMPANY_PHONE, "+390733960000", now, &work->refused) &&
           setting_set(tx, SETTING_COMPANY_PEC, "caffemeccanica@pec.example", now, &work->refused) &&
           setting_set(tx, SETTING_LANGUAGE, "it", now, &work->refused) &&
           setting_set(tx, SETTING_CALENDAR_PATRON, "10/9", now, &work->refused) &&
           setting_set(tx, SETTING_DEMO, "1", now, &work->refused) &&
           setting_set(tx, SETTING_DEMO_PASSWORD, DEMO_PASSWORD, now, &work->refused);
}

static void write_people(StoreTx *tx, DemoWorld *world)
{
    for (int i = 0; i < DEMO_TEAMS; i++)
        world->teams[i] =
            i == TEAM_SUPPORT
                ? team_first(tx, world->arena)
                : team_add(tx, demo_teams[i].name, text_sort_key(world->arena, demo_teams[i].name), demo_teams[i].kind);
    for (int i = 0; i < DEMO_STAFF; i++)
        if (!world->staff[i].value || i != ROBERTO)
            world->staff[i] = staff_add(tx,
                                        &(Staff){.login = demo_people[i].login,
                                                 .display_name = demo_people[i].name,
                                                 .email = "",
                                                 .role = demo_people[i].role,
                                                 .team = world->teams[demo_people[i].team],
                                                 .language = "it",
                                                 .password_hash = DEMO_PASSWORD_HASH},
                                        text_sort_key(world->arena, demo_people[i].name), world->now);
}

static bool write_products(StoreTx *tx, CompanyWork *work)
{
    DemoWorld *world = work->world;
    bool written = true;
    for (int i = 0; i < DEMO_PRODUCTS && written; i++)
        written = product_add(tx, world->arena,
                              &(Product){.name = demo_products[i].name,
                                         .role = demo_products[i].role,
                                         .kind = demo_products[i].kind,
                                         .active = true},
                              text_sort_key(world->arena, demo_products[i].name), &world->products[i], &work->refused);
    return written;
}

/* The one component the house counts by itself. */
static bool write_code(StoreTx *tx, CompanyWork *work)
{
    Code machine;
    CodeId id;
    return code_find_key(tx, work->world->arena, CODE_COMPONENT, "machine", &machine) &&
           code_add(tx, work->world->arena,
                    &(Code){.list = CODE_COMPONENT,
                            .key = "steam_valve",
                            .parent = machine.id,
                            .sort = 55,
                            .names = {[LANG_IT] = "Valvola del vapore", [LANG_EN] = "Steam valve"}},
                    &id, &work->refused);
}

static bool write_company(StoreTx *tx, void *arg)
{
    CompanyWork *work = arg;
    work->in_use = is_in_use(tx, work->world);
    if (work->in_use || !found(tx, work))
        return false;
    write_people(tx, work->world);
    channel_account_put(tx, &(ChannelAccount){.channel = "mail",
                                              .name = "assistenza",
                                              .address = "assistenza@caffemeccanica.example",
                                              .config = "{\"smtp_host\":\"127.0.0.1\",\"smtp_tls\":\"none\"}",
                                              .active = true});
    return write_settings(tx, work) && write_products(tx, work) && write_code(tx, work);
}

/* --------------------------------------------------------------------------------------------------------- customers */

static const char *firm_name(DemoWorld *world, int i)
{
    static const char *const kinds[] = {"Bar", "Hotel", "Pasticceria", "Ristorante", "Caffè", "Gelateria", "Albergo"};
    static const char *const names[] = {"Aurora",  "del Corso", "Sport",    "Giardino", "Vittoria", "dei Mille", "Marche",
                                        "Europa",  "San Nicola", "Fontana", "Stazione", "Mazzini",  "Garibaldi", "Roma",
                                        "Belfiore", "La Torre",  "Lungomare"};
    if (i == BELVEDERE)
        return "Hotel Belvedere";
    if (i == MORETTI)
        return "Panificio Moretti";
    if (i == BAR_CENTRALE)
        return "Bar Centrale";
    return arena_printf(world->arena, "%s %s", kinds[i % (int)G_N_ELEMENTS(kinds)],
                        names[i / (int)G_N_ELEMENTS(kinds) % (int)G_N_ELEMENTS(names)]);
}

static const char *person_name(DemoWorld *world, int i)
{
    static const char *const first[] = {"Anna", "Marco", "Lucia", "Paolo", "Chiara", "Stefano", "Elisa", "Matteo"};
    static const char *const last[] = {"Rossi", "Bianchi", "Ferrari", "Romano", "Greco", "Marini"};
    return arena_printf(world->arena, "%s %s", first[i % 8], last[i / 8 % 6]);
}

/* "Bar del Corso" as "bardelcorso": for addresses. */
static const char *squeezed(Arena *arena, const char *name)
{
    char *key = text_sort_key(arena, name);
    char *to = key;
    for (const char *from = key; *from; from++)
        if (g_ascii_isalnum(*from))
            *to++ = *from;
    *to = '\0';
    return key;
}

static void invent_customers(DemoWorld *world)
{
    for (int i = 0; i < DEMO_CUSTOMERS; i++) {
        bool firm = i < DEMO_FIRMS;
        const char *name = firm ? firm_name(world, i) : person_name(world, i - DEMO_FIRMS);
        const char *mail = squeezed(world->arena, name);
        world->customers[i] = (DemoCustomer){
            .name = name,
            .email = firm ? arena_printf(world->arena, "info@%s.example", mail)
                          : arena_printf(world->arena, "%s%d@posta.example", mail, i),
            .pec = firm ? arena_printf(world->arena, "%s@pec.example", mail) : NULL,
            .phone = arena_printf(world->arena, "+390733%06d", 200000 + i * 137),
            .firm = firm,
        };
    }
}

typedef struct CustomerWork {
    DemoWorld *world;
    int from, to;
} CustomerWork;

static void add_point(StoreTx *tx, const DemoCustomer *customer, ContactKind kind, const char *value, TimeMs since)
{
    if (value)
        contact_point_add(tx, customer->party,
                          &(ContactPoint){.kind = kind, .value = value, .value_key = value, .label = ""}, since);
}

static bool write_customers(StoreTx *tx, void *arg)
{
    CustomerWork *work = arg;
    DemoWorld *world = work->world;
    for (int i = work->from; i < work->to; i++) {
        DemoCustomer *customer = &world->customers[i];
        Party party = {.kind = customer->firm ? PARTY_COMPANY : PARTY_PERSON,
                       .name = customer->name,
                       .buyer = customer->firm ? BUYER_BUSINESS : BUYER_CONSUMER,
                       .language = "it"};
        TimeMs since = demo_midnight(world, world->history);
        customer->party = party_add(tx, &party, text_sort_key(world->arena, customer->name), since);
        add_point(tx, customer, CONTACT_EMAIL, customer->email, since);
        add_point(tx, customer, CONTACT_PEC, customer->pec, since);
        add_point(tx, customer, CONTACT_PHONE, customer->phone, since);
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- machines */

/* Machine-days that the V2 has been in use since the history begins: 148 and 71 years of 365.25 days, rounded to days. */
enum { OLD_V2_DAYS = 54057, NEW_V2_DAYS = 25933, NEW_V2 = 96, MONO_ITEMS = 61, GESTIONE_ITEMS = 44 };
enum { NEW_V2_FIRST_DAYS = 519, NEW_V2_LAST_DAYS = 20 };

static TimeMs days_ago(const DemoWorld *world, int64_t days)
{
    return demo_midnight(world, date_add_days(world->today, (int)-days));
}

typedef struct ItemPlan {
    DemoWorld *world;
    int count;
    int next_other;
} ItemPlan;

static int other_owner(ItemPlan *plan)
{
    return OTHERS_FIRST + plan->next_other++ % (DEMO_FIRMS - OTHERS_FIRST);
}

/* The place-th firm that has so many of a product before the others get theirs, or one of the others. */
static int owner_of(ItemPlan *plan, int place, int small, int large, int belvedere, int moretti)
{
    static const int all_large = LARGE_END - LARGE_FIRST, all_small = SMALL_END - SMALL_FIRST;
    if (place < small * all_small)
        return SMALL_FIRST + place;
    place -= small * all_small;
    if (place < large * all_large)
        return LARGE_FIRST + place % all_large;
    place -= large * all_large;
    if (place < belvedere)
        return BELVEDERE;
    return place < belvedere + moretti ? MORETTI : other_owner(plan);
}

static DemoItem *plan_item(ItemPlan *plan, int product, int owner, TimeMs delivered_at)
{
    check(plan->count < DEMO_ITEMS);
    DemoItem *item = &plan->world->items[plan->count++];
    *item = (DemoItem){.product = product, .owner = owner, .delivered_at = delivered_at, .batch = ""};
    return item;
}

/* Machines that were there all the time, and one delivered later that makes the sum exact. */
static void plan_old_v2(ItemPlan *plan)
{
    DemoWorld *world = plan->world;
    int64_t window = date_to_days(world->today) - date_to_days(world->history);
    int whole = (int)(OLD_V2_DAYS / window);
    for (int i = 0; i <= whole; i++) {
        int64_t days = i < whole ? window + 30 + (int64_t)(whole - i) * 9 : OLD_V2_DAYS - whole * window;
        DemoItem *item = plan_item(plan, PRODUCT_V2, owner_of(plan, i, 1, 2, 3, 2), days_ago(world, days));
        item->serial = arena_printf(world->arena, "V2-%d", 10003 + i * 7);
        item->batch = arena_printf(world->arena, "L%d", 1 + i / 20);
    }
}

static void plan_new_v2(ItemPlan *plan)
{
    DemoWorld *world = plan->world;
    static const int step = NEW_V2_FIRST_DAYS - NEW_V2_LAST_DAYS;
    int left = NEW_V2_DAYS;
    for (int i = 0; i < NEW_V2; i++)
        left -= NEW_V2_FIRST_DAYS - i * step / (NEW_V2 - 1);
    check(left >= 0 && left < NEW_V2);
    for (int i = 0; i < NEW_V2; i++) {
        int days = NEW_V2_FIRST_DAYS - i * step / (NEW_V2 - 1) + (i < left);
        DemoItem *item = plan_item(plan, PRODUCT_V2, owner_of(plan, i, 0, 1, 0, 0), days_ago(world, days));
        item->new_valve = true;
        item->serial = arena_printf(world->arena, "V2-%d", 20003 + i * 7);
        item->batch = arena_printf(world->arena, "L%d", 6 + i / 24);
    }
}

static void plan_gestione(ItemPlan *plan)
{
    static const struct {
        int product, until;
        const char *version;
    } versions[] = {{PRODUCT_GESTIONE, 10, "4.2"}, {PRODUCT_GESTIONE_43, 24, "4.3"}, {PRODUCT_GESTIONE_44, GESTIONE_ITEMS, "4.4"}};
    for (int i = 0, at = 0; i < GESTIONE_ITEMS; i++) {
        at += i == versions[at].until;
        DemoItem *item = plan_item(plan, versions[at].product, other_owner(plan), days_ago(plan->world, 1200 - i * 25));
        item->serial = arena_printf(plan->world->arena, "GB-%d", 30011 + i * 13);
        item->batch = versions[at].version;
    }
}

static void plan_items(DemoWorld *world)
{
    ItemPlan plan = {.world = world};
    plan_old_v2(&plan);
    plan_new_v2(&plan);
    plan_gestione(&plan);
    for (int i = 0; i < MONO_ITEMS; i++)
        plan_item(&plan, PRODUCT_MONO, DEMO_FIRMS + i % DEMO_PRIVATE, days_ago(world, 900 - i * 14))->serial =
            arena_printf(world->arena, "MN-%d", 40009 + i * 11);
    for (int i = 0; plan.count < DEMO_ITEMS; i++)
        plan_item(&plan, PRODUCT_K, owner_of(&plan, i, 0, 2, 1, 0), days_ago(world, 1400 - i * 11))->serial =
            arena_printf(world->arena, "K-%d", 50021 + i * 3);
}

static bool write_items(StoreTx *tx, void *arg)
{
    CustomerWork *work = arg;
    DemoWorld *world = work->world;
    InputError refused;
    bool written = true;
    for (int i = work->from; i < work->to && written; i++) {
        DemoItem *item = &world->items[i];
        written = item_add(tx, world->arena,
                           &(Item){.product = world->products[item->product],
                                   .serial = item->serial,
                                   .party = world->customers[item->owner].party,
                                   .seller = "",
                                   .sold_at = item->delivered_at,
                                   .delivered_at = item->delivered_at,
                                   .batch = item->batch},
                           &item->id, &refused);
    }
    return written;
}

static bool write_first(DemoWorld *world, GError **error)
{
    CompanyWork company = {.world = world};
    StoreOutcome outcome = store_write(desk_store(world->desk), "demo company", write_company, &company, error);
    if (outcome == STORE_REFUSED && company.in_use)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE,
                    "this installation has something in it already: make the demo in a new directory");
    else if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "demo company: %s", company.refused.key);
    return outcome == STORE_COMMITTED;
}

void demo_invent(DemoWorld *world)
{
    invent_customers(world);
    plan_items(world);
}

bool demo_make_company(DemoWorld *world, GError **error)
{
    if (!write_first(world, error) || !desk_reload(world->desk, error))
        return false;
    demo_keep_hours(world);
    return true;
}

bool demo_make_customers(DemoWorld *world, GError **error)
{
    for (int from = 0; from < DEMO_CUSTOMERS; from += 20)
        if (!run(world, "demo customers", write_customers, &(CustomerWork){world, from, MIN(from + 20, DEMO_CUSTOMERS)},
                 error))
            return false;
    for (int from = 0; from < DEMO_ITEMS; from += 20)
        if (!run(world, "demo items", write_items, &(CustomerWork){world, from, MIN(from + 20, DEMO_ITEMS)}, error))
            return false;
    return true;
}
