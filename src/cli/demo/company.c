/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"
#include "cli/demo/demo.h"
#include "desk/code/code.h"
#include "desk/cost/tariff.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/setting/setting.h"
#include "desk/staff/password.h"
#include "desk/staff/staff.h"

#include <string.h>

enum { ITEMS = 412, MONTHS = 18 };

uint64_t demo_random(DemoWorld *world, uint64_t limit)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t mixed = world->random += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % limit;
}

Token demo_token(DemoWorld *world)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    Token token = {0};
    for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
        token.text[i] = alphabet[demo_random(world, 32)];
    bytes_sha256_hex(bytes_of(token.text), token.sha256);
    return token;
}

TimeMs demo_working_time(DemoWorld *world, int days_ago)
{
    const Calendar *calendar = desk_policy(world->desk)->calendar;
    TimeMs midnight = world->today - days_ago * TIME_DAY;
    TimeMs at = business_due(calendar, midnight, (int64_t)demo_random(world, 8 * 60) * TIME_MINUTE, NULL, 0);
    return MIN(at, world->now - TIME_MINUTE);
}

/* ------------------------------------------------------------------------------------------------------------ people */

typedef struct CompanyWork {
    DemoWorld *world;
    PasswordHash hash;
    InputError refused;
} CompanyWork;

static bool write_settings(StoreTx *tx, CompanyWork *work)
{
    TimeMs now = work->world->now;
    return setting_set(tx, SETTING_COMPANY_NAME, "Caffemeccanica Valdichienti", now, &work->refused) &&
           setting_set(tx, SETTING_LANGUAGE, "it", now, &work->refused) &&
           setting_set(tx, SETTING_DEMO, "1", now, &work->refused) &&
           setting_set(tx, SETTING_DEMO_PASSWORD, DEMO_PASSWORD, now, &work->refused);
}

static void write_people(StoreTx *tx, CompanyWork *work)
{
    DemoWorld *world = work->world;
    for (int i = 0; i < DEMO_TEAMS; i++)
        world->teams[i] =
            i == TEAM_SUPPORT
                ? team_first(tx, world->arena) /* made by init */
                : team_add(tx, demo_teams[i].name, text_sort_key(world->arena, demo_teams[i].name), demo_teams[i].kind);
    for (int i = 0; i < DEMO_STAFF; i++)
        world->staff[i] = staff_add(tx,
                                    &(Staff){.login = demo_people[i].login,
                                             .display_name = demo_people[i].name,
                                             .email = "",
                                             .role = demo_people[i].role,
                                             .team = world->teams[demo_people[i].team],
                                             .language = "it",
                                             .password_hash = work->hash.text},
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

static bool write_company(StoreTx *tx, void *arg)
{
    CompanyWork *work = arg;
    write_people(tx, work);
    channel_account_put(tx, &(ChannelAccount){.channel = "mail",
                                              .name = "assistenza",
                                              .address = "assistenza@caffemeccanica.example",
                                              .config = "{\"smtp_host\":\"127.0.0.1\",\"smtp_tls\":\"none\"}",
                                              .active = true});
    return write_settings(tx, work) && write_products(tx, work);
}

/* --------------------------------------------------------------------------------------------------------- customers */

static const char *firm_name(DemoWorld *world, int i)
{
    static const char *const kinds[] = {"Bar", "Hotel", "Pasticceria", "Ristorante", "Caffè", "Gelateria", "Albergo"};
    static const char *const names[] = {"Aurora",  "del Corso", "Sport",    "Giardino", "Vittoria", "dei Mille", "Marche",
                                        "Europa",  "San Nicola", "Fontana", "Stazione", "Mazzini",  "Garibaldi", "Roma",
                                        "Belfiore", "La Torre",  "Lungomare"};
    if (i == 0)
        return "Hotel Belvedere";
    if (i == 1)
        return "Panificio Moretti";
    if (i == 2)
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
            .phone = arena_printf(world->arena, "+390733%06d", 200000 + i * 137),
            .firm = firm,
        };
    }
}

typedef struct CustomerWork {
    DemoWorld *world;
    int from, to;
} CustomerWork;

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
        TimeMs since = world->today - 540 * TIME_DAY;
        customer->party = party_add(tx, &party, text_sort_key(world->arena, customer->name), since);
        contact_point_add(
            tx, customer->party,
            &(ContactPoint){.kind = CONTACT_EMAIL, .value = customer->email, .value_key = customer->email, .label = ""},
            since);
        contact_point_add(
            tx, customer->party,
            &(ContactPoint){.kind = CONTACT_PHONE, .value = customer->phone, .value_key = customer->phone, .label = ""},
            since);
    }
    return true;
}

static bool write_items(StoreTx *tx, void *arg)
{
    CustomerWork *work = arg;
    DemoWorld *world = work->world;
    InputError refused;
    InstalledItemId id;
    bool written = true;
    for (int i = work->from; i < work->to && written; i++) {
        static const int kinds[] = {PRODUCT_V2, PRODUCT_V2, PRODUCT_MONO, PRODUCT_K};
        static const char *const letters[] = {"V2", "V2", "MN", "K"};
        TimeMs delivered = world->today - (int64_t)(30 + i * 1500 / ITEMS) * TIME_DAY;
        int kind = i % 4;
        int owner = kind == 2 ? DEMO_FIRMS + i % DEMO_PRIVATE : i % DEMO_FIRMS;
        written = item_add(tx, world->arena,
                           &(Item){.product = world->products[kinds[kind]],
                                   .serial = arena_printf(world->arena, "%s-%05d", letters[kind], 10000 + i * 7),
                                   .party = world->customers[owner].party,
                                   .seller = "",
                                   .sold_at = delivered,
                                   .delivered_at = delivered,
                                   .batch = arena_printf(world->arena, "L%d", i / 60 + 1)},
                           &id, &refused);
    }
    return written;
}

static bool run(DemoWorld *world, const char *name, StoreWork work, void *arg, GError **error)
{
    StoreOutcome outcome = store_write(desk_store(world->desk), name, work, arg, error);
    if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s: the desk refused a part of the demo", name);
    return outcome == STORE_COMMITTED;
}

bool demo_make_company(DemoWorld *world, GError **error)
{
    CompanyWork company = {.world = world};
    password_hash(DEMO_PASSWORD, &company.hash);
    invent_customers(world);
    if (!run(world, "demo company", write_company, &company, error) || !desk_reload(world->desk, error))
        return false;
    for (int from = 0; from < DEMO_CUSTOMERS; from += 20)
        if (!run(world, "demo customers", write_customers, &(CustomerWork){world, from, MIN(from + 20, DEMO_CUSTOMERS)},
                 error))
            return false;
    for (int from = 0; from < ITEMS; from += 20)
        if (!run(world, "demo items", write_items, &(CustomerWork){world, from, MIN(from + 20, ITEMS)}, error))
            return false;
    return true;
}
