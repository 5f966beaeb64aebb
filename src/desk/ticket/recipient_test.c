/* SPDX-License-Identifier: EUPL-1.2 */
/* Who stands in To and Cc of an answer, whom a person leaves out, confirms or adds, and who never gets in. */
#include "desk/ticket/recipient.h"

#include "desk/noun_testing.h"
#include "desk/setting/setting.h"

#include <string.h>

static TicketId open_one(NounTest *test)
{
    return ticket_open(test->tx, test->arena,
                       &(TicketOpening){.channel = "mail",
                                        .subject = "E07",
                                        .language = "it",
                                        .occurred_at = test->now,
                                        .received_at = test->now,
                                        .tracking_sha256 = "00",
                                        .team = test->team},
                       (Actor){ACTOR_CUSTOMER, 0}, test->now);
}

static void takes_part(NounTest *test, TicketId ticket, const char *address, bool confirmed)
{
    participant_add(
        test->tx, ticket,
        &(Participant){
            .kind = CONTACT_EMAIL, .address = address, .address_key = address, .name = "", .confirmed = confirmed});
}

typedef struct Said {
    const char *from;  /* NULL: by us */
    const char *to[3]; /* beside us */
    const char *cc[3];
    int64_t flags;
    bool by_phone;
} Said;

static void say(NounTest *test, TicketId ticket, Said said)
{
    MessageId id = message_add(test->tx, &(Message){.ticket = ticket,
                                                    .direction = said.from ? MESSAGE_IN : MESSAGE_OUT,
                                                    .channel = "mail",
                                                    .author = {ACTOR_CUSTOMER, 0},
                                                    .sender_name = "",
                                                    .sender_address = said.from ? said.from : "",
                                                    .at = test->now,
                                                    .subject = "",
                                                    .text = "x",
                                                    .quoted_at = MESSAGE_NOT_QUOTED,
                                                    .external_id = said.from && !said.by_phone ? "a@b" : NULL,
                                                    .flags = said.flags});
    for (int i = 0; i < 3 && said.to[i]; i++)
        message_recipient_add(test->tx, &(MessageRecipient){id, false, said.to[i], said.to[i], ""});
    for (int i = 0; i < 3 && said.cc[i]; i++)
        message_recipient_add(test->tx, &(MessageRecipient){id, true, said.cc[i], said.cc[i], ""});
}

static const char *joined(NounTest *test, const OutgoingAddress *items, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(test->arena, "%s%s%s", text, i ? " " : "", items[i].address);
    return text;
}

/* "to1 to2 | cc1 cc2", or the refusal's key. */
static const char *chosen(NounTest *test, TicketId ticket, RecipientChoice choice)
{
    Answer answer = {.ticket = ticket};
    InputError refused = {0};
    if (!recipient_choose(test->tx, test->arena, &choice, test->actor, test->now, &answer, &refused))
        return refused.key;
    return arena_printf(test->arena, "%s | %s", joined(test, answer.to, answer.to_count),
                        joined(test, answer.cc, answer.cc_count));
}

static const RecipientChoice as_it_was = {.given = false};

static void test_as_the_last_message_had_it(NounTest *test)
{
    TicketId ticket = open_one(test);
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, " | ");
    takes_part(test, ticket, "luca@bar.test", true);
    takes_part(test, ticket, "anna@bar.test", true);
    takes_part(test, ticket, "ugo@bar.test", true);
    takes_part(test, ticket, "evil@x.test", false);
    say(test, ticket, (Said){.from = "luca@bar.test", .to = {"ugo@bar.test"}, .cc = {"anna@bar.test", "evil@x.test"}});
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "luca@bar.test ugo@bar.test | anna@bar.test");
    say(test, ticket, (Said){.to = {"luca@bar.test"}, .cc = {"anna@bar.test"}}); /* ours left Ugo out */
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "luca@bar.test | anna@bar.test");
    say(test, ticket, (Said){.from = "anna@bar.test", .cc = {"luca@bar.test"}});
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "anna@bar.test | luca@bar.test");
}

/* What addresses nobody changes nothing: an absence notice, a forged message, a call one of us wrote down. */
static void test_what_addresses_nobody(NounTest *test)
{
    TicketId ticket = open_one(test);
    takes_part(test, ticket, "luca@bar.test", true);
    takes_part(test, ticket, "anna@bar.test", true);
    say(test, ticket, (Said){.from = "luca@bar.test", .cc = {"anna@bar.test"}});
    say(test, ticket, (Said){.from = "luca@bar.test", .flags = MESSAGE_AUTO_REPLY});
    say(test, ticket, (Said){.from = "luca@bar.test", .flags = MESSAGE_SENDER_UNVERIFIED});
    say(test, ticket, (Said){.from = "luca@bar.test", .by_phone = true});
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "luca@bar.test | anna@bar.test");
}

static void test_chosen_by_a_person(NounTest *test)
{
    TicketId ticket = open_one(test);
    takes_part(test, ticket, "luca@bar.test", true);
    takes_part(test, ticket, "anna@bar.test", true);
    takes_part(test, ticket, "new@bar.test", false);
    say(test, ticket, (Said){.from = "luca@bar.test", .cc = {"anna@bar.test", "new@bar.test"}});
    g_assert_cmpstr(chosen(test, ticket, (RecipientChoice){.given = true}), ==, "luca@bar.test | ");
    const char *const ticked[] = {"new@bar.test"};
    RecipientChoice one = {.given = true, .keys = ticked, .key_count = 1};
    g_assert_cmpstr(chosen(test, ticket, one), ==, "luca@bar.test | new@bar.test");
    ParticipantList list = participant_list(test->tx, test->arena, ticket);
    g_assert_true(participant_is_confirmed(&list, "new@bar.test"));
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "luca@bar.test | anna@bar.test new@bar.test");

    const char *const gone[] = {"other@bar.test"};
    one = (RecipientChoice){.given = true, .keys = gone, .key_count = 1};
    g_assert_cmpstr(chosen(test, ticket, one), ==, "ticket.error.copy_gone");
}

static void test_typed_by_hand(NounTest *test)
{
    TicketId ticket = open_one(test);
    test_mailbox_add(test->tx, test->arena, "assistenza");
    takes_part(test, ticket, "luca@bar.test", true);
    takes_part(test, ticket, "assistenza@filo.test", true); /* from before it was a mailbox */
    say(test, ticket, (Said){.from = "luca@bar.test", .cc = {"assistenza@filo.test"}});
    g_assert_cmpstr(chosen(test, ticket, as_it_was), ==, "luca@bar.test | ");
    RecipientChoice typed = {.given = true, .added = "tecnico@bar.test; luca@bar.test,TECNICO@BAR.TEST,,"};
    g_assert_cmpstr(chosen(test, ticket, typed), ==, "luca@bar.test | tecnico@bar.test");
    ParticipantList list = participant_list(test->tx, test->arena, ticket);
    g_assert_true(participant_is_confirmed(&list, "tecnico@bar.test"));

    typed.added = "no-address";
    g_assert_cmpstr(chosen(test, ticket, typed), ==, "ticket.error.copy_address");
    typed.added = "v@x.test\r\nBcc:";
    g_assert_cmpstr(chosen(test, ticket, typed), ==, "ticket.error.copy_address");
    typed.added = "assistenza+t.abcdefghijklmnop@filo.test";
    g_assert_cmpstr(chosen(test, ticket, typed), ==, "ticket.error.copy_own");
    GString *many = g_string_new(NULL);
    for (int i = 0; i < RECIPIENTS_MAX + 5; i++)
        g_string_append_printf(many, "p%d@bar.test ", i);
    typed.added = many->str;
    g_assert_cmpstr(chosen(test, ticket, typed), ==, "ticket.error.copy_many");
    g_string_free(many, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/recipient/as-it-was", test_as_the_last_message_had_it);
    noun_test_each_engine("/recipient/addresses-nobody", test_what_addresses_nobody);
    noun_test_each_engine("/recipient/chosen", test_chosen_by_a_person);
    noun_test_each_engine("/recipient/typed", test_typed_by_hand);
    return g_test_run();
}
