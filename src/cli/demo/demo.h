/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * demo: the invented company that `make run` shows. Answers: "what would this look like with my eighteen months in it?"
 *
 * A seeded background (customers, machines, requests) and the stories of story.c, run through the desk's own calls with
 * an injected clock: no SQL of its own, nothing that only the demo can do, and the outbox sealed. Dates are relative to
 * the day it is made. Not for tests of rules. Owns no table. Called by: cli/demo/command.c.
 *
 * Memory: a DemoWorld's texts live in its arena. Errors: those of the store; a refusal of the desk is a bug of the demo.
 *
 * Invariants:
 *  1. The same seed and the same day give the same company, tokens included.
 *  2. Every call that changes something is one store_write, as in real life.
 */
#ifndef FILO_CLI_DEMO_DEMO_H
#define FILO_CLI_DEMO_DEMO_H

#include "desk/desk.h"
#include "desk/intake/intake.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/coding.h"

enum { DEMO_STAFF = 9, DEMO_TEAMS = 6, DEMO_PRODUCTS = 6, DEMO_FIRMS = 118, DEMO_PRIVATE = 46, DEMO_REQUESTS = 2340 };
enum { DEMO_CUSTOMERS = DEMO_FIRMS + DEMO_PRIVATE };

#define DEMO_PASSWORD "caffe di prova 2026"

/* Who works here; the place in the array is used by the stories. */
enum { SARA, LUCA, PAOLO, DAVIDE, GIULIA, ELENA, MARCO, ANNA, ROBERTO };
enum { TEAM_SUPPORT, TEAM_TECHNICIANS, TEAM_SALES, TEAM_OFFICE, TEAM_ANCONA, TEAM_CALL_CENTRE };
enum { PRODUCT_V2, PRODUCT_MONO, PRODUCT_K, PRODUCT_GESTIONE, PRODUCT_TRAINING_COURSE, PRODUCT_DISHWASHER };

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
    int product, weight; /* of 100 requests, about so many */
    const char *subject, *text, *answer;
    const char *symptom, *origin, *remedy; /* keys of the shipped codes */
    int minutes;
    const char *solution; /* title of the solution written or used, or NULL */
} DemoCase;
extern const DemoCase demo_cases[];
extern const size_t demo_case_count;

typedef struct DemoCustomer {
    const char *name, *email, *phone;
    bool firm;
    PartyId party;
} DemoCustomer;

typedef struct DemoWorld {
    Desk *desk;
    Arena *arena;   /* names, for the whole run */
    Arena *scratch; /* one request's */
    TimeMs today;   /* midnight that opens the day it is made */
    TimeMs now;     /* when it is made */
    uint64_t random;
    TeamId teams[DEMO_TEAMS];
    StaffId staff[DEMO_STAFF];
    ProductId products[DEMO_PRODUCTS];
    DemoCustomer customers[DEMO_CUSTOMERS];
} DemoWorld;

/* A number below limit, the same at each run. */
uint64_t demo_random(DemoWorld *world, uint64_t limit);

/* A token made from the world's own random numbers. */
Token demo_token(DemoWorld *world);

/* An instant inside the house's hours, so many days before today (0: today), not after now. */
TimeMs demo_working_time(DemoWorld *world, int days_ago);

/* How a request goes; zero minutes: not that far yet. */
typedef struct DemoLife {
    const DemoCase *what;
    const char *channel; /* "mail", "phone", "form", "counter" */
    int customer;        /* in world->customers */
    TimeMs received_at;
    int operator;     /* in demo_people */
    int answer_after; /* business minutes from arrival to the first answer */
    int solve_after;  /* business minutes from there to solved */
    bool closed;
} DemoLife;

/* Lives one request in one transaction; gives its ticket. */
bool demo_live(DemoWorld *world, const DemoLife *life, TicketId *ticket_out, GError **error);

/* Company, people, products, customers; then the background; then the stories. */
bool demo_make_company(DemoWorld *world, GError **error);
bool demo_make_background(DemoWorld *world, void (*progress)(int done, int all), GError **error);
bool demo_make_stories(DemoWorld *world, GError **error);

#endif
