/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is told of trouble, how often, by which way; and that it ends. */
#include "desk/incident/incident.h"

#include "desk/notice/notice.h"
#include "desk/noun_testing.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"
#include "desk/ticket/outgoing.h"
#include "outbox_sql.h"
#include "queue/outbox.h"

#include <string.h>

typedef struct Place {
    NounTest *test;
    IncidentAccount accounts[2];
    StaffId admin;
    IncidentKept kept;
} Place;

static IncidentAccount add_account(NounTest *test, const char *name, bool sends)
{
    ChannelAccountId account = test_mailbox_add(test->tx, test->arena, name);
    return (IncidentAccount){account, arena_strdup(test->arena, name), "mail", sends};
}

static Place place_of(NounTest *test)
{
    Staff ada; /* the administrator every house has */
    g_assert_true(staff_find_login(test->tx, test->arena, "ada", &ada));
    return (Place){.test = test,
                   .accounts = {add_account(test, "assistenza", true), add_account(test, "vendite", true)},
                   .admin = ada.id};
}

static void look(Place *house, const Trouble *troubles, size_t count, size_t account_count)
{
    incident_keep(house->test->tx, house->test->arena, &(IncidentLook){troubles, count, house->accounts, account_count},
                  house->test->now, &house->kept);
}

static void look_at(Place *house, size_t account, IncidentKind kind)
{
    look(house, &(Trouble){house->accounts[account].id, kind, 1000, "sign_in", "no"}, 1, 2);
}

static void look_at_nothing(Place *house)
{
    look(house, NULL, 0, 2);
}

/* The rows of the outbox: how many, and the last one's account and id. */
typedef struct Mails {
    size_t count;
    OutboxId last;
    const char *account;
} Mails;

static Mails mails_due(Place *house)
{
    OutboxOverdueList list = outbox_list_overdue(house->test->tx, house->test->arena, house->test->now + TIME_DAY);
    Mails mails = {list.count, {0}, list.count ? list.items[list.count - 1].account : ""};
    SqlOutboxNext row;
    if (sql_outbox_next(house->test->tx, house->test->arena, &(SqlOutboxNextIn){house->test->now + TIME_DAY, "", ""},
                        &row))
        mails.last = row.outbox_id;
    return mails;
}

static void let_leave(Place *house)
{
    OutboxId id = mails_due(house).last;
    StoreTx *tx = house->test->tx;
    g_assert_cmpint(sql_outbox_take(tx, &(SqlOutboxTakeIn){id, house->test->now, "h"}), ==, 1);
    g_assert_cmpint(sql_outbox_mark_sent(tx, &(SqlOutboxMarkSentIn){id, "h", "x@filo.test", house->test->now}), ==, 1);
}

static void let_fail(Place *house)
{
    OutboxId id = mails_due(house).last;
    StoreTx *tx = house->test->tx;
    g_assert_cmpint(sql_outbox_take(tx, &(SqlOutboxTakeIn){id, house->test->now, "h"}), ==, 1);
    g_assert_cmpint(sql_outbox_mark_retry(tx, &(SqlOutboxMarkRetryIn){id, "h", "no", house->test->now, true}), ==, 1);
}

static size_t open_count(Place *house)
{
    return incident_list_open(house->test->tx, house->test->arena, true).count;
}

static void pass(Place *house, TimeMs span)
{
    house->test->now += span;
}

static void test_once(NounTest *test)
{
    Place house = place_of(test);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpint(house.kept.opened, ==, 1);
    for (int i = 0; i < 5; i++) {
        look_at(&house, 0, INCIDENT_FAILING);
        g_assert_cmpint(house.kept.opened + house.kept.told, ==, 0);
        pass(&house, TIME_MINUTE);
    }
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
    g_assert_cmpstr(mails_due(&house).account, ==, "vendite"); /* not by the one in trouble */
    g_assert_false(incident_list_open(test->tx, test->arena, true).items[0].reached);
    let_leave(&house);
    g_assert_true(incident_list_open(test->tx, test->arena, true).items[0].reached);

    look_at_nothing(&house); /* well, since just now */
    g_assert_cmpuint(open_count(&house), ==, 1);
    g_assert_cmpuint(incident_list_open(test->tx, test->arena, false).count, ==, 0);
    pass(&house, 9 * TIME_MINUTE);
    look_at(&house, 0, INCIDENT_FAILING); /* the same again */
    g_assert_cmpint(house.kept.opened, ==, 0);
    g_assert_cmpuint(mails_due(&house).count, ==, 0);
    look_at_nothing(&house);
    pass(&house, 10 * TIME_MINUTE);
    look_at_nothing(&house);
    g_assert_cmpint(house.kept.ended, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 1); /* it is over */
    look_at_nothing(&house);
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
    g_assert_cmpuint(open_count(&house), ==, 0);
    g_assert_cmpuint(incident_list_of(test->tx, test->arena, house.accounts[0].id, 5).count, ==, 1);
}

static void test_old_news(NounTest *test)
{
    Place house = place_of(test);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
    look_at_nothing(&house);
    g_assert_cmpuint(mails_due(&house).count, ==, 0); /* taken back */
    pass(&house, TIME_SECOND);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpuint(mails_due(&house).count, ==, 1); /* and told after all */
    look_at_nothing(&house);
    pass(&house, 10 * TIME_MINUTE);
    look_at_nothing(&house);
    g_assert_cmpint(house.kept.ended, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 0); /* who never heard of it hears of no end */
}

static void test_ways(NounTest *test)
{
    Place house = place_of(test);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpstr(mails_due(&house).account, ==, "vendite");
    let_fail(&house);
    look_at(&house, 0, INCIDENT_FAILING); /* the other does not work either: then by itself, it may still send */
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
    g_assert_cmpstr(mails_due(&house).account, ==, "assistenza");
    let_fail(&house);
    look_at(&house, 0, INCIDENT_FAILING); /* all were tried: it waits where it is */
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
    g_assert_cmpstr(mails_due(&house).account, ==, "assistenza");
}

static void test_no_way(NounTest *test)
{
    Place house = place_of(test);
    const Trouble both[] = {{house.accounts[0].id, INCIDENT_WAITING, 1000, "", ""},
                            {house.accounts[1].id, INCIDENT_WAITING, 1000, "", ""}};
    look(&house, both, 2, 2);
    g_assert_cmpint(house.kept.opened, ==, 2);
    g_assert_cmpint(house.kept.untold, ==, 2);
    g_assert_cmpuint(mails_due(&house).count, ==, 0);
    look(&house, both, 1, 2); /* the other one sends again, as the next turn knows */
    look(&house, both, 1, 2);
    g_assert_cmpint(house.kept.told, ==, 1);
    g_assert_cmpstr(mails_due(&house).account, ==, "vendite");
}

static void test_brake(NounTest *test)
{
    Place house = place_of(test);
    for (int i = 0; i < INCIDENT_TOLD_PER_DAY + 2; i++) {
        look_at(&house, 0, INCIDENT_FAILING);
        bool is_told = i < INCIDENT_TOLD_PER_DAY;
        g_assert_cmpuint(mails_due(&house).count, ==, is_told ? 1 : 0);
        if (is_told)
            let_leave(&house);
        look_at_nothing(&house);
        pass(&house, 10 * TIME_MINUTE);
        look_at_nothing(&house);
        g_assert_cmpint(house.kept.ended, ==, 1);
        g_assert_cmpint(house.kept.told, ==, is_told ? 1 : 0);
        if (is_told)
            let_leave(&house);
    }
    pass(&house, TIME_DAY);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
}

static void test_silence_ends(NounTest *test)
{
    Place house = place_of(test);
    look_at(&house, 0, INCIDENT_QUIET);
    g_assert_cmpstr(mails_due(&house).account, ==, "assistenza"); /* silence keeps nothing from leaving */
    let_leave(&house);
    look_at_nothing(&house);
    g_assert_cmpint(house.kept.ended, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
}

static void test_switched_off(NounTest *test)
{
    Place house = place_of(test);
    look_at(&house, 1, INCIDENT_FAILING);
    let_leave(&house);
    look(&house, NULL, 0, 1);
    g_assert_cmpint(house.kept.ended, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 0);
}

static void test_who(NounTest *test)
{
    Place house = place_of(test);
    g_assert_cmpuint(incident_list_people(test->tx, test->arena).count, ==, 1);
    notice_set_trouble(test->tx, test->sara, true);
    g_assert_cmpuint(incident_list_people(test->tx, test->arena).count, ==, 2);
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.own = true}); /* another choice, kept beside */
    g_assert_cmpuint(incident_list_people(test->tx, test->arena).count, ==, 2);
    notice_set_trouble(test->tx, house.admin, false);
    g_assert_cmpstr(incident_list_people(test->tx, test->arena).names[0], ==, "sara");
    notice_set_trouble(test->tx, test->sara, false);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpuint(mails_due(&house).count, ==, 0);
    look_at(&house, 0, INCIDENT_FAILING);
    g_assert_cmpint(house.kept.untold, ==, 1);
}

/* Ada's address is that of a mailbox: nothing goes there, that is said, and she is told once it is another's. */
static void test_not_to_ourselves(NounTest *test)
{
    Place house = place_of(test);
    Staff ada;
    g_assert_true(staff_find(test->tx, test->arena, house.admin, &ada));
    ChannelAccount hers = {.channel = "mail", .name = "ada", .address = ada.email, .config = "{}", .active = true};
    channel_account_put(test->tx, &hers);
    IncidentPeople people = incident_list_people(test->tx, test->arena);
    g_assert_cmpuint(people.count, ==, 0);
    g_assert_cmpuint(people.unreached_count, ==, 1);
    g_assert_cmpstr(people.unreached[0], ==, "ada");
    look_at(&house, 1, INCIDENT_FAILING);
    g_assert_cmpint(house.kept.told, ==, 0);
    g_assert_cmpint(house.kept.untold, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 0);
    g_assert_cmpint(incident_list_of(test->tx, test->arena, house.accounts[1].id, 1).items[0].told_at, ==, TIME_NONE);
    hers.active = false;
    channel_account_put(test->tx, &hers);
    look_at(&house, 1, INCIDENT_FAILING);
    g_assert_cmpint(house.kept.told, ==, 1);
    g_assert_cmpuint(mails_due(&house).count, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/incident/once", test_once);
    noun_test_each_engine("/incident/old-news", test_old_news);
    noun_test_each_engine("/incident/ways", test_ways);
    noun_test_each_engine("/incident/no-way", test_no_way);
    noun_test_each_engine("/incident/brake", test_brake);
    noun_test_each_engine("/incident/silence-ends", test_silence_ends);
    noun_test_each_engine("/incident/switched-off", test_switched_off);
    noun_test_each_engine("/incident/who", test_who);
    noun_test_each_engine("/incident/own-address", test_not_to_ourselves);
    return g_test_run();
}
