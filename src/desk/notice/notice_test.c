/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is told, how often, and whose reply a token lets in. */
#include "desk/notice/notice.h"

#include "desk/noun_testing.h"
#include "desk/setting/setting.h"
#include "desk/staff/staff.h"
#include "desk/ticket/action.h"
#include "desk/ticket/message.h"
#include "queue/outbox.h"

#include <string.h>

static Ticket open_one(NounTest *test)
{
    Token tracking = token_new();
    test_mailbox_add(test->tx, test->arena, "assistenza");
    Ticket ticket;
    TicketId id = ticket_open(test->tx, test->arena,
                              &(TicketOpening){.channel = "mail",
                                               .subject = "E07",
                                               .language = "it",
                                               .occurred_at = test->now,
                                               .received_at = test->now,
                                               .tracking_sha256 = tracking.sha256,
                                               .team = test->team},
                              (Actor){ACTOR_CUSTOMER, 0}, test->now);
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket;
}

static Ticket taken_by_sara(NounTest *test, TicketId id)
{
    TicketEdit edit;
    Ticket ticket;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket;
}

/* Tells of one more message; how many notices the outbox holds then. */
static size_t told(NounTest *test, const Ticket *ticket, const char *sender_key, const Token **tokens_out)
{
    const Token *tokens = notice_tokens_new(test->arena);
    MessageId message = message_add(test->tx, &(Message){.ticket = ticket->id,
                                                         .direction = MESSAGE_IN,
                                                         .channel = "mail",
                                                         .author = {ACTOR_CUSTOMER, 0},
                                                         .sender_name = "",
                                                         .sender_address = sender_key,
                                                         .at = test->now,
                                                         .subject = "",
                                                         .text = "x",
                                                         .quoted_at = MESSAGE_NOT_QUOTED});
    notice_tell(test->tx, test->arena, ticket, &(NoticeNews){message, sender_key, tokens, false}, test->now);
    if (tokens_out)
        *tokens_out = tokens;
    return outbox_list_of_ticket(test->tx, test->arena, ticket->id).count;
}

static const char *sara_address(NounTest *test)
{
    Staff sara;
    g_assert_true(staff_find(test->tx, test->arena, test->sara, &sara));
    return sara.email;
}

static void test_only_who_asked(NounTest *test)
{
    Ticket ticket = open_one(test);
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 0);
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.own = true});
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 0); /* nobody has it, and she asked for her own */
    ticket = taken_by_sara(test, ticket.id);
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 1);
    g_assert_cmpuint(told(test, &ticket, sara_address(test), NULL), ==, 1); /* her own words */
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.team = true});
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 1); /* somebody has it */
    ticket = open_one(test);
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 1);
}

static void test_the_brake(NounTest *test)
{
    Ticket ticket = open_one(test);
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.team = true});
    for (int i = 0; i < NOTICE_PER_HOUR + 5; i++)
        told(test, &ticket, "luca@bar.test", NULL);
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, NOTICE_PER_HOUR);
    test->now += TIME_HOUR + 1;
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, NOTICE_PER_HOUR + 1);
}

static void test_whose_token(NounTest *test)
{
    Ticket ticket = open_one(test);
    const Token *tokens;
    NoticeReply reply;
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.team = true});
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", &tokens), ==, 1);
    g_assert_true(notice_find_reply(test->tx, test->arena, tokens[0].sha256, sara_address(test), &reply));
    g_assert_true(reply.may_answer);
    g_assert_cmpint(reply.ticket.value, ==, ticket.id.value);
    g_assert_cmpint(reply.staff.value, ==, test->sara.value);
    g_assert_true(notice_find_reply(test->tx, test->arena, tokens[0].sha256, "luca@bar.test", &reply));
    g_assert_false(reply.may_answer);
    g_assert_false(notice_find_reply(test->tx, test->arena, tokens[1].sha256, sara_address(test), &reply));
}

/* A mailbox with that address, in use or not. */
static void put_mailbox(NounTest *test, const char *address, bool active)
{
    channel_account_put(
        test->tx,
        &(ChannelAccount){.channel = "mail", .name = "b", .address = address, .config = "{}", .active = active});
}

static void test_not_to_ourselves(NounTest *test)
{
    Ticket ticket = open_one(test);
    notice_choice_set(test->tx, test->sara, (NoticeChoice){.team = true});
    put_mailbox(test, sara_address(test), true);
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 0);
    put_mailbox(test, sara_address(test), false); /* nothing reads it: a person does */
    g_assert_cmpuint(told(test, &ticket, "luca@bar.test", NULL), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/notice/asked", test_only_who_asked);
    noun_test_each_engine("/notice/brake", test_the_brake);
    noun_test_each_engine("/notice/token", test_whose_token);
    noun_test_each_engine("/notice/own-address", test_not_to_ourselves);
    return g_test_run();
}
