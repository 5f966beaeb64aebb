/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo/demo.h"
#include "desk/code/code.h"
#include "desk/cost/cost.h"
#include "desk/solution/solution.h"
#include "desk/ticket/action.h"

#include <string.h>

typedef struct LifeWork {
    DemoWorld *world;
    const DemoLife *life;
    Token tokens[3]; /* tracking, acknowledgement, answer: drawn before, the work may run twice */
    TicketId ticket;
    const char *refused;
} LifeWork;

static Actor operator_of(const LifeWork *work)
{
    return (Actor){ACTOR_STAFF, work->world->staff[work->life->operator].value};
}

static TeamId team_of(const LifeWork *work)
{
    return work->world->teams[demo_people[work->life->operator].team];
}

static TimeMs later(const LifeWork *work, TimeMs from, int minutes)
{
    const Calendar *calendar = desk_policy(work->world->desk)->calendar;
    return business_due(calendar, from, minutes * TIME_MINUTE, NULL, 0);
}

static bool refuse(LifeWork *work, const char *key)
{
    work->refused = key;
    return false;
}

/* ------------------------------------------------------------------------------------------------------------ arrival */

static bool arrive(StoreTx *tx, LifeWork *work)
{
    DemoWorld *world = work->world;
    const DemoLife *life = work->life;
    const DemoCustomer *customer = &world->customers[life->customer];
    bool by_mail = strcmp(life->channel, "mail") == 0 || strcmp(life->channel, "form") == 0;
    InboundEvent event = {
        .channel = life->channel,
        .actor = by_mail ? (Actor){ACTOR_CUSTOMER, customer->party.value} : operator_of(work),
        .sender_kind = CONTACT_EMAIL,
        .sender_address = customer->email,
        .sender_key = customer->email,
        .sender_name = customer->name,
        .language = "it",
        .subject = life->what->subject,
        .text = life->what->text,
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = life->received_at,
        .next_update_at = desk_next_update(world->desk, life->received_at),
        .kind = strcmp(life->what->symptom, "how_to") == 0 ? KIND_INSTRUCTION : KIND_FAULT,
        .party = customer->party,
        .contact = customer->party,
        .product = world->products[life->what->product],
        .team = world->teams[TEAM_SUPPORT],
        .tracking = work->tokens[0],
        .reply = work->tokens[1],
        .acknowledge_by = by_mail ? "mail" : NULL,
        .acknowledge_per_hour = 5,
        .sealed = true,
    };
    IntakeResult result;
    bool accepted = intake_accept(tx, world->scratch, &event, life->received_at, &result);
    work->ticket = result.ticket;
    return accepted;
}

/* ------------------------------------------------------------------------------------------------------------- answer */

static Answer answer_of(LifeWork *work, OutgoingAddress *to, TimeMs at)
{
    const DemoCustomer *customer = &work->world->customers[work->life->customer];
    *to = (OutgoingAddress){customer->email, customer->name};
    return (Answer){
        .ticket = work->ticket,
        .channel = "mail",
        .text = work->life->what->answer,
        .author_name = demo_people[work->life->operator].name,
        .author_team = team_of(work),
        .to = to,
        .to_count = 1,
        .recipient_key = customer->email,
        .reply = work->tokens[2],
        .idempotency_key = arena_printf(work->world->scratch, "demo:%" G_GINT64_FORMAT, work->ticket.value),
        .leaves_at = at,
        .next_update_at = later(work, at, 8 * 60),
        .sealed = true,
    };
}

static bool reply(StoreTx *tx, LifeWork *work, TimeMs at)
{
    OutgoingAddress to;
    Answer answer = answer_of(work, &to, at);
    AnswerResult result;
    InputError refused;
    return answer_add(tx, work->world->scratch, &answer, operator_of(work), at, &result, &refused) ||
           refuse(work, refused.key);
}

/* ------------------------------------------------------------------------------------------------------------ solving */

static int64_t code_id(StoreTx *tx, LifeWork *work, CodeList list, const char *key)
{
    Code code;
    return code_find_key(tx, work->world->scratch, list, key, &code) ? code.id.value : 0;
}

/* The solution of that title, if an earlier request wrote it. */
static SolutionId known_solution(StoreTx *tx, LifeWork *work, CodeId problem)
{
    const DemoCase *what = work->life->what;
    SolutionList list = solution_suggest(tx, work->world->scratch, work->world->products[what->product], problem, 20);
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.items[i].title, what->solution) == 0)
            return list.items[i].id;
    return (SolutionId){0};
}

static bool solve(StoreTx *tx, LifeWork *work, TimeMs at)
{
    const DemoCase *what = work->life->what;
    Closing closing = {.ticket = work->ticket, .minutes = what->minutes * COST_UNIT, .team = team_of(work)};
    ClosingResult result;
    CodingRefusals refused = {.count = 0};
    int64_t problem = code_id(tx, work, CODE_SYMPTOM, what->symptom);
    change_set(&closing.coding, FIELD_PROBLEM, problem);
    change_set(&closing.coding, FIELD_ORIGIN, code_id(tx, work, CODE_ORIGIN, what->origin));
    change_set(&closing.coding, FIELD_SOLUTION_CODE, code_id(tx, work, CODE_SOLUTION, what->remedy));
    if (what->solution) {
        closing.solution = known_solution(tx, work, (CodeId){problem});
        closing.solution_title = what->solution;
        closing.solution_text = closing.solution.value ? NULL : what->answer;
    }
    if (ticket_close_request(tx, work->world->scratch, &closing, operator_of(work), at, &result, &refused))
        return true;
    return refuse(work, refused.count ? refused.items[0].key : "the store");
}

static bool close_it(StoreTx *tx, LifeWork *work, TimeMs at)
{
    TicketEdit edit;
    return ticket_edit_begin(&edit, tx, work->world->scratch, work->ticket, operator_of(work), at) &&
           ticket_act(&edit, TICKET_CLOSE, &(ActionInput){.notice = true}) && ticket_edit_end(&edit);
}

static bool live(StoreTx *tx, void *arg)
{
    LifeWork *work = arg;
    const DemoLife *life = work->life;
    TimeMs answered = later(work, life->received_at, life->answer_after);
    TimeMs solved = later(work, answered, life->solve_after);
    TimeMs closed = later(work, solved, 3 * 8 * 60);
    TimeMs now = work->world->now;
    work->refused = NULL;
    if (!arrive(tx, work))
        return false;
    if (!life->answer_after || answered > now)
        return true;
    if (!reply(tx, work, answered))
        return false;
    if (!life->solve_after || solved > now)
        return true;
    if (!solve(tx, work, solved))
        return false;
    return !life->closed || closed > now || close_it(tx, work, closed);
}

bool demo_live(DemoWorld *world, const DemoLife *life, TicketId *ticket_out, GError **error)
{
    LifeWork work = {.world = world, .life = life};
    for (size_t i = 0; i < G_N_ELEMENTS(work.tokens); i++)
        work.tokens[i] = demo_token(world);
    StoreOutcome outcome = store_write(desk_store(world->desk), "demo request", live, &work, error);
    if (outcome == STORE_REFUSED)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "demo request '%s': %s", life->what->subject,
                    work.refused ? work.refused : "refused");
    *ticket_out = work.ticket;
    return outcome == STORE_COMMITTED;
}
