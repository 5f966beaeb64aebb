/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: lives the planned requests, each from arrival as far as it has come. How: the same calls that intake, pages and
 * the closing form make, with the clock of the story in place of the wall's. Some requests share a transaction, for each one
 * waits for the disk, and nobody waits for these writes.
 */
#include "base/check.h"
#include "cli/demo/demo.h"
#include "desk/code/code.h"
#include "desk/cost/cost.h"
#include "desk/solution/solution.h"
#include "desk/ticket/action.h"

#include <stdlib.h>
#include <string.h>

enum { TOKENS = 12, BATCH_MAX = 20, CLOSED_AFTER_MINUTES = 3 * 8 * 60, REVIEWED_AFTER_DAYS = 3 };

typedef struct LifeWork {
    DemoWorld *world;
    const DemoLife *life;
    Token tokens[TOKENS]; /* tracking, acknowledgement, answers: drawn before, the work may run twice */
    size_t answers;       /* so far */
    TicketId ticket;
    const char *refused;
} LifeWork;

static Actor staff_actor(const LifeWork *work, int who)
{
    return (Actor){ACTOR_STAFF, work->world->staff[who].value};
}

static TeamId team_of(const LifeWork *work, int who)
{
    return work->world->teams[demo_people[who].team];
}

static const DemoCustomer *customer_of(const LifeWork *work)
{
    return &work->world->customers[work->life->customer];
}

static TimeMs later(const LifeWork *work, TimeMs from, int minutes)
{
    return business_due(work->world->calendar, from, minutes * TIME_MINUTE, NULL, 0);
}

static bool refuse(LifeWork *work, const char *key)
{
    work->refused = key ? key : "the store";
    return false;
}

static int64_t code_id(StoreTx *tx, LifeWork *work, CodeList list, const char *key)
{
    Code code;
    return key && code_find_key(tx, work->world->scratch, list, key, &code) ? code.id.value : 0;
}

/* Gestione Bar had a new version every six months. */
static int product_of(const LifeWork *work)
{
    const DemoWorld *world = work->world;
    int product = work->life->what->product;
    if (product != PRODUCT_GESTIONE)
        return product;
    Date date = time_to_wall(world->zone, work->life->received_at).date;
    int month = (date.year - world->history.year) * 12 + date.month - world->history.month;
    return PRODUCT_GESTIONE + CLAMP(month / 6, 0, 2);
}

/* ------------------------------------------------------------------------------------------------------------ arrival */

static bool is_written(const char *channel)
{
    return strcmp(channel, "mail") == 0 || strcmp(channel, "form") == 0 || strcmp(channel, "pec") == 0;
}

static TicketKind kind_of(const DemoCase *what)
{
    if (strcmp(what->symptom, "how_to") == 0)
        return KIND_INSTRUCTION;
    if (what->product == PRODUCT_DISHWASHER)
        return KIND_NEW_REQUEST;
    return strcmp(what->symptom, "billing") == 0 ? KIND_INFORMATION : KIND_FAULT;
}

/* Who writes brings it; who calls is typed in by whoever answers, the call centre's notes come as the caller's. */
static InboundEvent event_of(const LifeWork *work)
{
    const DemoLife *life = work->life;
    const DemoCustomer *customer = customer_of(work);
    bool pec = strcmp(life->channel, "pec") == 0,
         by_customer = is_written(life->channel) || life->team == TEAM_CALL_CENTRE;
    const char *address = pec ? customer->pec : customer->email;
    return (InboundEvent){
        .channel = life->channel,
        .actor = by_customer ? (Actor){ACTOR_CUSTOMER, customer->party.value} : staff_actor(work, life->who),
        .sender_kind = pec ? CONTACT_PEC : CONTACT_EMAIL,
        .sender_address = address,
        .sender_key = address,
        .sender_name = customer->name,
        .language = "it",
        .quoted_at = MESSAGE_NOT_QUOTED,
        .party = customer->party,
        .contact = customer->party,
        .tracking = work->tokens[0],
        .reply = work->tokens[1],
        .acknowledge_per_hour = 5,
        .sealed = true,
    };
}

static bool arrive(StoreTx *tx, LifeWork *work)
{
    DemoWorld *world = work->world;
    const DemoLife *life = work->life;
    InboundEvent event = event_of(work);
    event.subject = life->what->subject;
    event.text = life->what->text;
    event.received_at = life->received_at;
    event.next_update_at = desk_next_update(world->desk, life->received_at);
    event.kind = kind_of(life->what);
    event.product = world->products[product_of(work)];
    event.team = world->teams[life->team];
    event.acknowledge_by = is_written(life->channel) ? "mail" : NULL;
    IntakeResult result;
    bool accepted = intake_accept(tx, world->scratch, &event, life->received_at, &result);
    work->ticket = result.ticket;
    return accepted;
}

/* ------------------------------------------------------------------------------------------------------ what people do */

/* One edit of the ticket. */
static bool begin(StoreTx *tx, LifeWork *work, Actor actor, TimeMs at, TicketEdit *edit)
{
    return ticket_edit_begin(edit, tx, work->world->scratch, work->ticket, actor, at) ||
           refuse(work, edit->refused.key);
}

static bool act(StoreTx *tx, LifeWork *work, TicketAction action, const ActionInput *input, int who, TimeMs at)
{
    TicketEdit edit;
    return begin(tx, work, staff_actor(work, who), at, &edit) &&
           ((ticket_act(&edit, action, input) && ticket_edit_end(&edit)) || refuse(work, edit.refused.key));
}

static bool assign(StoreTx *tx, LifeWork *work, int who, int by, TimeMs at)
{
    return act(tx, work, TICKET_ASSIGN, &(ActionInput){.team = team_of(work, who), .owner = work->world->staff[who]},
               by, at);
}

static bool answer(StoreTx *tx, LifeWork *work, int who, const char *text, TimeMs promise, TimeMs at)
{
    const DemoCustomer *customer = customer_of(work);
    const OutgoingAddress to = {customer->email, customer->name};
    check(work->answers + 2 < TOKENS);
    Answer said = {
        .ticket = work->ticket,
        .channel = "mail",
        .text = text,
        .author_name = demo_people[who].name,
        .author_team = team_of(work, who),
        .to = &to,
        .to_count = 1,
        .recipient_key = customer->email,
        .reply = work->tokens[2 + work->answers],
        .idempotency_key =
            arena_printf(work->world->scratch, "demo:%" G_GINT64_FORMAT ":%zu", work->ticket.value, work->answers),
        .leaves_at = at,
        .next_update_at = promise,
        .sealed = true,
    };
    AnswerResult result;
    InputError refused;
    work->answers++;
    return answer_add(tx, work->world->scratch, &said, staff_actor(work, who), at, &result, &refused) ||
           refuse(work, refused.key);
}

/* The first answer, by whoever then has it: in the morning a call-centre ticket goes to the team that works on it. */
static bool first_answer(StoreTx *tx, LifeWork *work, TimeMs at)
{
    const DemoLife *life = work->life;
    TimeMs promise = life->promise ? life->promise : later(work, at, 8 * 60);
    return (life->team != TEAM_CALL_CENTRE || assign(tx, work, life->who, life->who, at)) &&
           answer(tx, work, life->who, life->what->answer, promise, at);
}

static bool wait_for(StoreTx *tx, LifeWork *work, TimeMs at)
{
    const DemoLife *life = work->life;
    const ActionInput input = {
        .customer_reason = life->reason, .next_update_at = life->promise, .appointment_at = life->promise};
    return !life->then || act(tx, work, (TicketAction)(life->then - 1), &input, life->who, at);
}

/* ------------------------------------------------------------------------------------------------------------ solving */

/* The solution of that title, if an earlier request wrote it. */
static SolutionId known_solution(StoreTx *tx, LifeWork *work, CodeId problem)
{
    const DemoCase *what = work->life->what;
    SolutionList list = solution_suggest(tx, work->world->scratch, (ProductId){0}, problem, 50);
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.items[i].title, what->solution) == 0)
            return list.items[i].id;
    return (SolutionId){0};
}

static void code_it(StoreTx *tx, LifeWork *work, TicketChange *coding)
{
    const DemoCase *what = work->life->what;
    const DemoWorld *world = work->world;
    const struct {
        TicketField field;
        CodeList list;
        const char *key;
    } codes[] = {{FIELD_PROBLEM, CODE_SYMPTOM, what->symptom},
                 {FIELD_ORIGIN, CODE_ORIGIN, what->origin},
                 {FIELD_SOLUTION_CODE, CODE_SOLUTION, what->remedy},
                 {FIELD_COMPONENT, CODE_COMPONENT, what->component},
                 {FIELD_CONDITION, CODE_CONDITION, what->condition}};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i].key)
            change_set(coding, codes[i].field, code_id(tx, work, codes[i].list, codes[i].key));
    const DemoItem *item = work->life->item
                               ? &world->items[work->life->item - 1]
                               : demo_item_of(world, work->life->customer, product_of(work), work->life->received_at);
    if (item)
        change_set(coding, FIELD_ITEM, item->id.value);
}

static bool drive(StoreTx *tx, LifeWork *work, TimeMs at)
{
    TicketEdit edit;
    CostEntryId id;
    const CostWork travel = {.quantity = work->life->km * COST_UNIT,
                             .worked_at = at,
                             .staff = work->world->staff[work->life->who],
                             .note = ""};
    return !work->life->km ||
           (begin(tx, work, staff_actor(work, work->life->who), at, &edit) &&
            ((cost_add_travel(&edit, &travel, &id) && ticket_edit_end(&edit)) || refuse(work, edit.refused.key)));
}

static bool solve(StoreTx *tx, LifeWork *work, TimeMs at)
{
    const DemoCase *what = work->life->what;
    Closing closing = {.ticket = work->ticket,
                       .minutes = (work->life->minutes ? work->life->minutes : what->minutes) * COST_UNIT,
                       .team = team_of(work, work->life->who)};
    ClosingResult result;
    CodingRefusals refused = {.count = 0};
    code_it(tx, work, &closing.coding);
    if (what->solution) {
        closing.solution = known_solution(tx, work, (CodeId){closing.coding.value[FIELD_PROBLEM]});
        closing.solution_title = what->solution;
        closing.solution_text = closing.solution.value ? NULL : what->answer;
    }
    if (ticket_close_request(tx, work->world->scratch, &closing, staff_actor(work, work->life->who), at, &result,
                             &refused))
        return true;
    return refuse(work, refused.count ? refused.items[0].key : NULL);
}

/* ------------------------------------------------------------------------------------------------------- step by step */

/* The link of the first acknowledgement is their right to go on writing, whichever address they write from. */
static bool customer_writes(StoreTx *tx, LifeWork *work, const DemoStep *step, TimeMs at)
{
    const DemoCustomer *customer = customer_of(work);
    const IntakeKey key = {.kind = INTAKE_KEY_TRACKING, .text = work->tokens[0].sha256};
    bool formal = step->kind == STEP_COMPLAINT;
    InboundEvent event = event_of(work);
    IntakeResult result;
    event.channel = formal ? "pec" : "mail";
    event.sender_kind = formal ? CONTACT_PEC : CONTACT_EMAIL;
    event.sender_address = event.sender_key = formal ? customer->pec : customer->email;
    event.subject = formal ? "Reclamo formale" : work->life->what->subject;
    event.text = step->text;
    event.received_at = at;
    event.keys = &key;
    event.key_count = 1;
    return intake_accept(tx, work->world->scratch, &event, at, &result) &&
           (result.ticket.value == work->ticket.value || refuse(work, "a customer's step opened another ticket"));
}

/* A person confirms that it is a complaint. */
static bool complain(StoreTx *tx, LifeWork *work, const DemoStep *step, TimeMs at)
{
    TicketEdit edit;
    TicketChange change = {0};
    CodingRefusals refused = {.count = 0};
    change_set(&change, FIELD_COMPLAINT, 1);
    return customer_writes(tx, work, step, at) && begin(tx, work, staff_actor(work, step->who), at, &edit) &&
           ((ticket_code(&edit, &change, &refused) && ticket_edit_end(&edit)) || refuse(work, refused.items[0].key));
}

static bool note(StoreTx *tx, LifeWork *work, const DemoStep *step, TimeMs at)
{
    MessageId message;
    InputError refused;
    return note_add(tx, work->world->scratch, work->ticket, step->text, demo_people[step->who].name,
                    staff_actor(work, step->who), at, &message, &refused) ||
           refuse(work, refused.key);
}

static bool step_live(StoreTx *tx, LifeWork *work, const DemoStep *step, TimeMs at)
{
    switch (step->kind) {
    case STEP_HANDED:
        return assign(tx, work, step->who, step->by, at);
    case STEP_ANSWER:
        return answer(tx, work, step->who, step->text, work->life->promise, at);
    case STEP_CUSTOMER:
        return customer_writes(tx, work, step, at);
    case STEP_NOTE:
        return note(tx, work, step, at);
    case STEP_COMPLAINT:
    default:
        return complain(tx, work, step, at);
    }
}

static bool steps_live(StoreTx *tx, LifeWork *work)
{
    const DemoLife *life = work->life;
    bool lived = true;
    int64_t open = business_elapsed(work->world->calendar, life->received_at, life->end);
    for (size_t i = 0; i < life->step_count && lived; i++) {
        const DemoStep *step = &life->steps[i];
        TimeMs at = step->part == 10
                        ? life->end
                        : business_due(work->world->calendar, life->received_at, open * step->part / 10, NULL, 0);
        lived = step_live(tx, work, step, at);
    }
    return lived;
}

/* ------------------------------------------------------------------------------------------------------------- a life */

static bool close_it(StoreTx *tx, LifeWork *work, TimeMs at)
{
    return at > work->world->now || act(tx, work, TICKET_CLOSE, &(ActionInput){.notice = true}, work->life->who, at);
}

static bool live(StoreTx *tx, LifeWork *work)
{
    const DemoLife *life = work->life;
    TimeMs answered = later(work, life->received_at, life->answer_after);
    TimeMs solved = later(work, answered, life->solve_after);
    work->refused = NULL;
    work->answers = 0;
    if (!arrive(tx, work))
        return false;
    if (life->step_count)
        return steps_live(tx, work);
    if (!life->answer_after)
        return true;
    if (!first_answer(tx, work, answered))
        return false;
    if (!life->solve_after)
        return wait_for(tx, work, answered);
    return drive(tx, work, solved) && solve(tx, work, solved) &&
           close_it(tx, work, later(work, solved, CLOSED_AFTER_MINUTES));
}

typedef struct BatchWork {
    LifeWork works[BATCH_MAX];
    int count;
    const LifeWork *refused; /* the one that could not be */
} BatchWork;

static bool live_batch(StoreTx *tx, void *arg)
{
    BatchWork *batch = arg;
    batch->refused = NULL;
    for (int i = 0; i < batch->count && !batch->refused; i++)
        if (!live(tx, &batch->works[i]))
            batch->refused = &batch->works[i];
    return !batch->refused;
}

static bool live_some(DemoWorld *world, int from, int to, GError **error)
{
    BatchWork *batch = ARENA_NEW(world->scratch, BatchWork);
    for (int i = from; i < to; i++) {
        LifeWork *work = &batch->works[batch->count++];
        *work = (LifeWork){.world = world, .life = &world->lives[i]};
        for (size_t token = 0; token < TOKENS; token++)
            work->tokens[token] = demo_token(world);
    }
    StoreOutcome outcome = store_write(desk_store(world->desk), "demo requests", live_batch, batch, error);
    if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "demo request '%s': %s", batch->refused->life->what->subject,
                    batch->refused->refused ? batch->refused->refused : "refused");
    arena_clear(world->scratch);
    return outcome == STORE_COMMITTED;
}

/* ---------------------------------------------------------------------------------------------------------- all of it */

static int compare_arrival(const void *left, const void *right)
{
    const DemoLife *a = left, *b = right;
    if (a->received_at != b->received_at)
        return a->received_at < b->received_at ? -1 : 1;
    return a->order - b->order;
}

static bool publish_next(StoreTx *tx, const DemoWorld *world, const Solution *solution, SolutionState state,
                         int64_t version)
{
    InputError refused;
    TimeMs at = MIN(solution->created_at + REVIEWED_AFTER_DAYS * TIME_DAY, world->now);
    return solution_set_state(tx, world->scratch, solution->id, version, state, world->staff[ANNA], at, &refused);
}

/* Anna read what the others wrote. */
static bool publish(StoreTx *tx, void *arg)
{
    const DemoWorld *world = arg;
    bool published = true;
    CodeRows problems = code_list(tx, world->scratch, CODE_SYMPTOM, false);
    for (size_t i = 0; i < problems.count && published; i++) {
        SolutionList list = solution_suggest(tx, world->scratch, (ProductId){0}, problems.items[i].id, 50);
        for (size_t k = 0; k < list.count && published; k++)
            if (list.items[k].state == SOLUTION_DRAFT)
                published = publish_next(tx, world, &list.items[k], SOLUTION_REVIEWED, list.items[k].version) &&
                            publish_next(tx, world, &list.items[k], SOLUTION_PUBLISHED, list.items[k].version + 1);
    }
    return published;
}

bool demo_live(DemoWorld *world, void (*progress)(int done, int all), GError **error)
{
    check(world->life_count == DEMO_REQUESTS);
    qsort(world->lives, DEMO_REQUESTS, sizeof *world->lives, compare_arrival);
    for (int i = 0, to; i < DEMO_REQUESTS; i = to) {
        to = MIN(i + BATCH_MAX, DEMO_REQUESTS);
        if (!live_some(world, i, to, error))
            return false;
        if (progress)
            progress(to, DEMO_REQUESTS);
    }
    StoreOutcome outcome = store_write(desk_store(world->desk), "demo solutions", publish, world, error);
    if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "demo solutions: refused");
    return outcome == STORE_COMMITTED;
}

bool demo_make(DemoWorld *world, void (*progress)(int done, int all), GError **error)
{
    if (!demo_make_company(world, error))
        return false;
    demo_invent(world);
    demo_plan_stories(world);
    demo_plan_background(world);
    return demo_make_customers(world, error) && demo_live(world, progress, error);
}
