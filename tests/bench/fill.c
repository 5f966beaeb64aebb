/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: two years of a company: 5,000 customers of 200 firms and their tickets of three messages (they write, we answer,
 * they write again), all but the newest 6,000 solved. How: through the desk's own functions with the times of those two
 * years, many tickets to a transaction, because a hundred thousand commits prove nothing here.
 */
#include "bench.h"

#include "base/text.h"
#include "desk/code/code.h"
#include "desk/cost/cost.h"
#include "desk/party/party.h"
#include "desk/product/product.h"
#include "desk/staff/staff.h"
#include "desk/ticket/coding.h"

#include <stdio.h>

#define FILL_START ((TimeMs)1704096000000) /* 2024-01-01T08:00:00Z */
enum { FILL_DAYS = 700, FILL_OPEN = 6000, FILL_BATCH = 250, CODE_CHOICES = 6 };

typedef struct Fill {
    Desk *desk;
    Arena *arena;   /* ids and names, for the whole run */
    Arena *scratch; /* one batch's */
    BenchRandom random;
    TeamId team;
    StaffId staff[BENCH_STAFF];
    ProductId products[BENCH_PRODUCTS];
    int64_t codes[CODE_LIST_COUNT][CODE_CHOICES];
    int tickets;
} Fill;

/* ------------------------------------------------------------------------------------------------------------ company */

static void add_products(StoreTx *tx, Fill *fill)
{
    InputError refused;
    for (int i = 0; i < BENCH_PRODUCTS; i++) {
        const char *name = arena_printf(fill->arena, "Prodotto %02d", i);
        bench_must(product_add(tx, fill->arena,
                               &(Product){.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS, .active = true},
                               text_sort_key(fill->arena, name), &fill->products[i], &refused),
                   NULL, "a product");
    }
}

static void add_staff(StoreTx *tx, Fill *fill)
{
    for (int i = 0; i < BENCH_STAFF; i++) {
        const char *name = arena_printf(fill->arena, "Operatore %d", i);
        fill->staff[i] = staff_add(tx,
                                   &(Staff){.login = arena_printf(fill->arena, "operatore%d", i),
                                            .display_name = name,
                                            .email = "",
                                            .role = ROLE_OPERATOR,
                                            .team = fill->team,
                                            .language = "it"},
                                   text_sort_key(fill->arena, name), FILL_START);
    }
}

/* Leaves that anybody may choose. */
static void read_codes(StoreTx *tx, Fill *fill)
{
    for (int list = 0; list < CODE_LIST_COUNT; list++) {
        CodeRows rows = code_list(tx, fill->arena, (CodeList)list, false);
        size_t found = 0;
        for (size_t i = 0; i < rows.count && found < CODE_CHOICES; i++)
            if (rows.items[i].parent.value && !rows.items[i].needs_authoriser)
                fill->codes[list][found++] = rows.items[i].id.value;
        bench_must(found == CODE_CHOICES, NULL, "the shipped codes");
    }
}

static void add_customers(StoreTx *tx, Fill *fill)
{
    PartyId firms[BENCH_FIRMS];
    InputError refused;
    for (int i = 0; i < BENCH_FIRMS; i++) {
        const char *name = arena_printf(fill->arena, "Azienda %d", i);
        Party firm = {.kind = PARTY_COMPANY, .name = name, .buyer = BUYER_BUSINESS, .language = "it"};
        firms[i] = party_add(tx, &firm, text_sort_key(fill->arena, name), FILL_START);
    }
    for (int i = 0; i < BENCH_CUSTOMERS; i++) {
        const char *name = bench_name(fill->arena, i), *address = bench_address(fill->arena, i);
        Party person = {.kind = PARTY_PERSON, .name = name, .buyer = BUYER_BUSINESS, .language = "it"};
        PartyId id = party_add(tx, &person, text_sort_key(fill->arena, name), FILL_START);
        ContactPoint point = {.kind = CONTACT_EMAIL, .value = address, .value_key = address, .label = ""};
        contact_point_add(tx, id, &point, FILL_START);
        bench_must(membership_add(tx, fill->arena, firms[i % BENCH_FIRMS], id, "", &refused), NULL, "a membership");
    }
}

static bool make_company(StoreTx *tx, void *arg)
{
    Fill *fill = arg;
    fill->team = team_first(tx, fill->arena);
    add_products(tx, fill);
    add_staff(tx, fill);
    read_codes(tx, fill);
    add_customers(tx, fill);
    return !store_tx_failed(tx);
}

/* ------------------------------------------------------------------------------------------------------------ tickets */

typedef struct Life {
    BenchArrival first, second, third; /* third: in the answer's place while nobody has answered */
    Token answer_token;
    const char *answer;
    int operator, product, minutes;
    bool answered, solved;
} Life;

typedef struct Batch {
    Fill *fill;
    Life lives[FILL_BATCH];
    int first_number, count;
    const char *refused;
} Batch;

static Life draw_life(Fill *fill, int number)
{
    TimeMs span = (TimeMs)FILL_DAYS * TIME_DAY;
    TimeMs at = FILL_START + span / fill->tickets * number + (TimeMs)bench_random(&fill->random, TIME_HOUR);
    Life life = {.first = bench_arrival(&fill->random, fill->scratch, at),
                 .second = bench_arrival(&fill->random, fill->scratch, at + 5 * TIME_HOUR),
                 .third = bench_arrival(&fill->random, fill->scratch, at + 6 * TIME_HOUR),
                 .answer_token = bench_token(&fill->random),
                 .answer = bench_text(&fill->random, fill->scratch, 300 + bench_random(&fill->random, 400)),
                 .operator=(int) bench_random(&fill->random, BENCH_STAFF),
                 .product = (int)bench_random(&fill->random, BENCH_PRODUCTS),
                 .minutes = 5 + (int)bench_random(&fill->random, 60)};
    int open = MIN(FILL_OPEN, fill->tickets / 4);
    life.solved = number < fill->tickets - open;
    life.answered = life.solved || number % 4 != 0; /* of the open ones, a quarter nobody owns yet */
    return life;
}

static bool answer_it(StoreTx *tx, Fill *fill, const Life *life, TicketId ticket, InputError *refused)
{
    TimeMs at = life->first.at + 2 * TIME_HOUR;
    const char *address = bench_address(fill->scratch, life->first.customer);
    OutgoingAddress to = {address, bench_name(fill->scratch, life->first.customer)};
    Answer answer = {.ticket = ticket,
                     .channel = "mail",
                     .text = life->answer,
                     .author_name = "Operatore",
                     .author_team = fill->team,
                     .to = &to,
                     .to_count = 1,
                     .recipient_key = address,
                     .reply = life->answer_token,
                     .idempotency_key = arena_printf(fill->scratch, "bench:%" G_GINT64_FORMAT, ticket.value),
                     .leaves_at = at,
                     .next_update_at = at + TIME_DAY,
                     .sealed = true};
    AnswerResult result;
    return answer_add(tx, fill->scratch, &answer, (Actor){ACTOR_STAFF, fill->staff[life->operator].value}, at, &result,
                      refused);
}

static bool write_again(StoreTx *tx, Fill *fill, const Life *life, const BenchArrival *arrival, IntakeKey key)
{
    BenchArrival again = *arrival;
    again.customer = life->first.customer;
    InboundEvent event = bench_event(fill->desk, fill->scratch, &again, fill->team);
    event.keys = &key;
    event.key_count = 1;
    IntakeResult result;
    return intake_accept(tx, fill->scratch, &event, again.at, &result) && result.outcome == INTAKE_APPENDED;
}

static void choose_codes(Fill *fill, const Life *life, TicketId ticket, TicketChange *coding)
{
    size_t choice = (size_t)ticket.value % CODE_CHOICES;
    change_set(coding, FIELD_PRODUCT, fill->products[life->product].value);
    change_set(coding, FIELD_PROBLEM, fill->codes[CODE_SYMPTOM][choice]);
    change_set(coding, FIELD_ORIGIN, fill->codes[CODE_ORIGIN][choice]);
    change_set(coding, FIELD_SOLUTION_CODE, fill->codes[CODE_SOLUTION][choice]);
}

static bool solve_it(StoreTx *tx, Fill *fill, const Life *life, TicketId ticket, InputError *refused)
{
    Actor actor = {ACTOR_STAFF, fill->staff[life->operator].value};
    TimeMs at = life->first.at + TIME_DAY + life->minutes * TIME_HOUR;
    Closing closing = {.ticket = ticket, .minutes = life->minutes * COST_UNIT, .team = fill->team};
    ClosingResult result;
    CodingRefusals refusals = {.count = 0};
    choose_codes(fill, life, ticket, &closing.coding);
    if (!ticket_close_request(tx, fill->scratch, &closing, actor, at, &result, &refusals)) {
        if (refusals.count)
            *refused = refusals.items[0];
        return false;
    }
    TicketEdit edit;
    return ticket_edit_begin(&edit, tx, fill->scratch, ticket, actor, at + 3 * TIME_DAY) &&
           ticket_act(&edit, TICKET_CLOSE, &(ActionInput){.notice = true}) && ticket_edit_end(&edit);
}

static bool live(StoreTx *tx, Fill *fill, const Life *life, InputError *refused)
{
    InboundEvent event = bench_event(fill->desk, fill->scratch, &life->first, fill->team);
    IntakeResult result;
    event.product = fill->products[life->product];
    if (!intake_accept(tx, fill->scratch, &event, life->first.at, &result))
        return false;
    if (!life->answered) {
        IntakeKey first = {.kind = INTAKE_KEY_MESSAGE_ID, .text = life->first.message_id};
        return write_again(tx, fill, life, &life->second, first) && write_again(tx, fill, life, &life->third, first);
    }
    IntakeKey reply = {.kind = INTAKE_KEY_TOKEN, .text = life->answer_token.sha256};
    if (!answer_it(tx, fill, life, result.ticket, refused) || !write_again(tx, fill, life, &life->second, reply))
        return false;
    return !life->solved || solve_it(tx, fill, life, result.ticket, refused);
}

static bool write_batch(StoreTx *tx, void *arg)
{
    Batch *batch = arg;
    for (int i = 0; i < batch->count; i++) {
        InputError refused = {0};
        if (!live(tx, batch->fill, &batch->lives[i], &refused)) {
            batch->refused = refused.key ? refused.key : "the store, or another ticket than the one meant";
            return false;
        }
    }
    return true;
}

static void fill_batch(Fill *fill, int first_number)
{
    g_autoptr(GError) error = NULL;
    g_autofree Batch *batch = g_new0(Batch, 1);
    batch->fill = fill;
    batch->count = MIN(FILL_BATCH, fill->tickets - first_number);
    arena_clear(fill->scratch);
    for (int i = 0; i < batch->count; i++)
        batch->lives[i] = draw_life(fill, first_number + i);
    StoreOutcome outcome = store_write(desk_store(fill->desk), "bench fill", write_batch, batch, &error);
    bench_must(outcome == STORE_COMMITTED, error, batch->refused);
}

int bench_fill(Installation *installation, int tickets)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(Arena) scratch = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    Fill fill = {.desk = installation->desk, .arena = arena, .scratch = scratch, .random = {1}, .tickets = tickets};
    int64_t begun = clock_monotonic_us();
    StoreOutcome outcome = store_write(installation->store, "bench company", make_company, &fill, &error);
    bench_must(outcome == STORE_COMMITTED, error, "the company");
    for (int number = 0; number < tickets; number += FILL_BATCH)
        fill_batch(&fill, number);
    printf("{\"tickets\":%d,\"seconds\":%.1f}\n", tickets, (double)(clock_monotonic_us() - begun) / 1e6);
    return 0;
}
