/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * demo: the invented company that `make run` shows. Answers: "what would this look like with my eighteen months in it?"
 *
 * First a plan: the stories of story.c, then a seeded background around them, each request as a DemoLife. Then the
 * plan is lived in the order of arrival, through the desk's own calls with an injected clock: no SQL of its own, nothing
 * that only the demo can do, and the outbox sealed. Dates are relative to the day it is made. Not for tests of rules.
 * Owns no table. Called by: cli/demo/command.c.
 *
 * Memory: a DemoWorld's texts live in its arena. Errors: those of the store; a refusal of the desk is a bug of the demo,
 * but for an installation that has something in it already.
 *
 * Invariants:
 *  1. The same seed and the same instant give the same company, tokens included.
 *  2. A request is lived within one store_write, as far as it has come.
 *  3. Exactly DEMO_REQUESTS requests, of which DEMO_OPEN are open and DEMO_LATE late, whenever it is made.
 */
#ifndef FILO_CLI_DEMO_DEMO_H
#define FILO_CLI_DEMO_DEMO_H

#include "desk/desk.h"
#include "desk/intake/intake.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/coding.h"

enum { DEMO_FIRMS = 118, DEMO_PRIVATE = 46, DEMO_CUSTOMERS = DEMO_FIRMS + DEMO_PRIVATE, DEMO_ITEMS = 412 };
enum { DEMO_REQUESTS = 2340, DEMO_OPEN = 14, DEMO_LATE = 3, DEMO_MONTHS = 18 };

#define DEMO_PASSWORD "caffe di prova 2026"

/* Who works here; the place in the array is used by the stories. */
enum { SARA, LUCA, PAOLO, DAVIDE, GIULIA, ELENA, MARCO, ANNA, ROBERTO, DEMO_STAFF };
enum { TEAM_SUPPORT, TEAM_TECHNICIANS, TEAM_SALES, TEAM_OFFICE, TEAM_ANCONA, TEAM_CALL_CENTRE, DEMO_TEAMS };
enum {
    PRODUCT_V2,
    PRODUCT_MONO,
    PRODUCT_K,
    PRODUCT_GESTIONE, /* 4.2; the two after it are 4.3 and 4.4 */
    PRODUCT_GESTIONE_43,
    PRODUCT_GESTIONE_44,
    PRODUCT_TRAINING_COURSE,
    PRODUCT_DISHWASHER,
    DEMO_PRODUCTS
};

/* Customers with a story; small ones have one machine, large ones five, all others two to four. */
enum {
    BELVEDERE,
    MORETTI,
    SMALL_FIRST,
    BAR_CENTRALE = SMALL_FIRST,
    SMALL_END = SMALL_FIRST + 14,
    LARGE_FIRST = SMALL_END,
    LARGE_END = LARGE_FIRST + 12,
    OTHERS_FIRST = LARGE_END,
    QUIET_CUSTOMER = DEMO_FIRMS + 32 /* to whom nine were conceded for the sake of peace */
};

typedef struct DemoPerson {
    const char *login, *name;
    StaffRole role;
    int team;
} DemoPerson;
extern const DemoPerson demo_people[DEMO_STAFF];

typedef struct DemoTeam {
    const char *name;
    TeamKind kind;
} DemoTeam;
extern const DemoTeam demo_teams[DEMO_TEAMS];

typedef struct DemoProduct {
    const char *name;
    ProductRole role;
    ProductKind kind;
} DemoProduct;
extern const DemoProduct demo_products[DEMO_PRODUCTS];

/* One kind of request: what the customer writes, and how it ends. */
typedef struct DemoCase {
    int product, weight; /* how often, against the others of the list */
    const char *subject, *text, *answer;
    const char *symptom, *origin, *remedy; /* keys of the codes */
    int minutes;
    const char *solution;              /* title of the solution written or used, or NULL */
    const char *component, *condition; /* keys of the codes, or NULL */
} DemoCase;
extern const DemoCase demo_cases[];
extern const size_t demo_case_count;

typedef struct DemoCustomer {
    const char *name, *email, *pec, *phone;
    bool firm;
    PartyId party;
} DemoCustomer;

typedef struct DemoItem {
    int product, owner; /* in the world's arrays */
    bool new_valve;     /* a V2 made after the change of supplier */
    const char *serial, *batch;
    TimeMs delivered_at;
    InstalledItemId id;
} DemoItem;

/* A later moment of a request that is told step by step, at part/10 of the business time from arrival to the end. */
typedef enum DemoStepKind { STEP_HANDED, STEP_ANSWER, STEP_CUSTOMER, STEP_NOTE, STEP_COMPLAINT } DemoStepKind;
typedef struct DemoStep {
    int part;
    DemoStepKind kind;
    int who; /* in demo_people: who is handed it, answers, notes */
    int by;  /* who hands it on */
    const char *text;
} DemoStep;

/* How a request goes; zero minutes: not that far yet. */
typedef struct DemoLife {
    const DemoCase *what;
    const char *channel; /* "mail", "phone", "form", "counter", "visit", "pec" */
    int customer;        /* in world->customers */
    int item;            /* 1 + its place in world->items; 0: the customer's own of that product, if any */
    TimeMs received_at;
    int who;          /* in demo_people */
    int team;         /* whose queue it joins */
    int answer_after; /* business minutes from arrival to the first answer */
    int solve_after;  /* business minutes from there to solved */
    int minutes, km;  /* of work, 0: the case's; driven there and back */
    /* what is open */
    int then;           /* 1 + the TicketAction after the answer, 0: none */
    const char *reason; /* why it waits, in words the customer reads */
    TimeMs promise;     /* by when they hear from us next; TIME_NONE: as the house's rule says */
    const DemoStep *steps;
    size_t step_count;
    TimeMs end; /* of the steps */
    int order;  /* of equal times */
} DemoLife;

typedef struct DemoWorld {
    Desk *desk;
    Arena *arena;   /* names, for the whole run */
    Arena *scratch; /* one request's */
    const Calendar *calendar;
    Zone *zone;
    TimeMs now;     /* when it is made */
    Date today;     /* its day */
    Date history;   /* the first of the month, DEMO_MONTHS ago */
    TimeMs settled; /* three business days ago: what came before is closed */
    TimeMs recent;  /* two business hours ago: what came before is solved */
    uint64_t random;
    TeamId teams[DEMO_TEAMS];
    StaffId staff[DEMO_STAFF];
    ProductId products[DEMO_PRODUCTS];
    DemoCustomer customers[DEMO_CUSTOMERS];
    DemoItem items[DEMO_ITEMS];
    DemoLife *lives;
    int life_count;
} DemoWorld;

/* Prepares the caller's storage. random: the seed. */
void demo_world_init(DemoWorld *world, Desk *desk, Arena *arena, Arena *scratch, TimeMs now, uint64_t random);

/* A number below limit, the same at each run. */
uint64_t demo_random(DemoWorld *world, uint64_t limit);

/* A token made from the world's own random numbers. */
Token demo_token(DemoWorld *world);

/* The midnight that opens a date; the latest instant since which the house was open so many minutes; the k-th of n
 * instants spread evenly over the open hours between two. */
TimeMs demo_midnight(const DemoWorld *world, Date date);
TimeMs demo_back(const DemoWorld *world, int minutes);
TimeMs demo_spread(const DemoWorld *world, TimeMs from, TimeMs to, int k, int n);

/* Whether the k-th of n is one of the chosen ones, which are spread evenly. */
bool demo_chosen(int k, int n, int chosen);

/* Adds a request to the plan. */
void demo_plan(DemoWorld *world, const DemoLife *life);

/* The first item of the customer's of that product and delivered before; NULL: none. */
const DemoItem *demo_item_of(const DemoWorld *world, int customer, int product, TimeMs before);

/* Reads the house's hours again: what is planned from then on keeps them. */
void demo_keep_hours(DemoWorld *world);

/* Company, people, products; customers and their machines, first invented, then written. */
bool demo_make_company(DemoWorld *world, GError **error);
void demo_invent(DemoWorld *world);
bool demo_make_customers(DemoWorld *world, GError **error);

/* The plan, once the machines are known: first what is told, then what fills up to DEMO_REQUESTS. */
void demo_plan_stories(DemoWorld *world);
void demo_plan_background(DemoWorld *world);

/* One of demo_cases by weight, for a firm or a private customer. */
const DemoCase *demo_pick_case(DemoWorld *world, bool firm);

/* Lives the plan in the order of arrival, then publishes the solutions. */
bool demo_live(DemoWorld *world, void (*progress)(int done, int all), GError **error);

/* All of it. Errors: USAGE when the installation has something in it already, and those of the store. */
bool demo_make(DemoWorld *world, void (*progress)(int done, int all), GError **error);

#endif
