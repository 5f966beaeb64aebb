/* SPDX-License-Identifier: EUPL-1.2 */
/* What receipts of certified mail may do, and what they may not (receipt.h, invariants 1-4; docs/adr/0014). */
#include "desk/receipt/receipt.h"

#include "desk/desk_testing.h"
#include "desk/intake/intake.h"
#include "desk/ticket/ticket.h"
#include "queue/outbox.h"

#include <string.h>

#define SENT_ID "10001.1.abc@pec.test"

typedef struct Case {
    House house;
    TicketId ticket;
    OutboxId outbox;
    int letters;         /* that came */
    const char *payload; /* of the answer; NULL: it names nobody */
} Case;

/* ---- a ticket with an answer that left ---- */

static bool open_ticket(StoreTx *tx, void *arg)
{
    Case *c = arg;
    IntakeResult result;
    InboundEvent event = {.channel = "pec",
                          .actor = {ACTOR_CUSTOMER, 0},
                          .sender_kind = CONTACT_EMAIL,
                          .sender_address = "anna@pec.test",
                          .sender_key = "anna@pec.test",
                          .sender_name = "",
                          .language = "it",
                          .subject = "Diffida",
                          .text = "Vi diffido.",
                          .quoted_at = MESSAGE_NOT_QUOTED,
                          .received_at = TEST_NOW,
                          .next_update_at = TEST_NOW + TIME_DAY,
                          .team = c->house.team,
                          .party_sort_key = "anna",
                          .tracking = token_new(),
                          .reply = token_new()};
    if (!intake_accept(tx, c->house.arena, &event, TEST_NOW, &result))
        return false;
    c->ticket = result.ticket;
    c->outbox = outbox_add(tx,
                           &(OutboxNew){.channel = "pec",
                                        .purpose = OUTBOX_ACKNOWLEDGEMENT,
                                        .ticket = c->ticket,
                                        .idempotency_key = "k",
                                        .payload = c->payload ? c->payload : "{}",
                                        .not_before = TEST_NOW},
                           TEST_NOW);
    return true;
}

static void send(Case *c)
{
    OutboxItem item;
    TimeMs next;
    g_assert_true(outbox_lease(c->house.store, c->house.arena, "a", TEST_NOW, TIME_MINUTE, &item, &next, NULL));
    g_assert_true(outbox_set_dot_sent(c->house.store, item.id, "a", SENT_ID, NULL));
}

static Case case_open_with(gconstpointer engine, const char *payload)
{
    Case c = {.house = house_open(ENGINE_OF(engine)), .payload = payload};
    g_assert_true(house_write(&c.house, open_ticket, &c));
    send(&c);
    g_assert_true(outbox_set_sent(c.house.store, c.outbox, "a", SENT_ID, TEST_NOW, NULL));
    return c;
}

static Case case_open(gconstpointer engine)
{
    return case_open_with(engine, NULL);
}

/* ---- receipts ---- */

static Receipt receipt_of(ReceiptKind kind, const char *recipient, const char *identifier)
{
    return (Receipt){.kind = kind,
                     .reference = SENT_ID,
                     .recipient = recipient,
                     .provider = "Gestore S.p.A.",
                     .identifier = identifier,
                     .legal_at = TEST_NOW + TIME_MINUTE,
                     .received_at = TEST_NOW + TIME_HOUR,
                     .error_text = kind == RECEIPT_FAILED ? "5.1.1 casella inesistente" : "",
                     .raw_sha256 = "0000000000000000000000000000000000000000000000000000000000000000",
                     .signature = RECEIPT_SIGNATURE_VALID,
                     .signer = "Gestore",
                     .standing = RECEIPT_COUNTS};
}

typedef struct Arriving {
    Case *c;
    Receipt receipt;
    const char *channel, *claimed;
    ReceiptResult result;
} Arriving;

static bool arrive_work(StoreTx *tx, void *arg)
{
    Arriving *work = arg;
    Inbound inbound;
    const char *external = arena_printf(work->c->house.arena, "letter %d", work->c->letters++);
    intake_keep(tx, work->c->house.arena,
                &(Arrival){.channel = "pec",
                           .source = "pec",
                           .external_id = external,
                           .raw_sha256 = work->receipt.raw_sha256,
                           .raw_size = 1,
                           .received_at = TEST_NOW},
                &inbound);
    work->receipt.inbound = inbound.id;
    work->result = receipt_accept(tx, work->c->house.arena, work->channel, &work->receipt, work->claimed);
    return true;
}

static ReceiptResult arrive_as(Case *c, Receipt receipt, const char *channel, const char *claimed)
{
    Arriving work = {c, receipt, channel, claimed, {0}};
    g_assert_true(house_write(&c->house, arrive_work, &work));
    return work.result;
}

static ReceiptResult arrive(Case *c, Receipt receipt)
{
    return arrive_as(c, receipt, "pec", NULL);
}

static ReceiptList kept(Case *c)
{
    StoreTx *tx = house_read(&c->house);
    ReceiptList list = receipt_list_of_ticket(tx, c->house.arena, c->ticket);
    house_read_end(tx);
    return list;
}

static OutboxStatus sending(Case *c)
{
    StoreTx *tx = house_read(&c->house);
    OutboxStatusList list = outbox_list_of_ticket(tx, c->house.arena, c->ticket);
    house_read_end(tx);
    g_assert_cmpuint(list.count, ==, 1);
    return list.items[0];
}

/* "anna@pec.test sent, luca@pec.test refused": what is kept of each recipient. */
static const char *fared(Case *c)
{
    const char *all = "";
    StoreTx *tx = house_read(&c->house);
    OutboxRecipientList list = outbox_recipient_list(tx, c->house.arena, c->ticket);
    for (size_t i = 0; i < list.count; i++)
        all = arena_printf(c->house.arena, "%s%s%s %s", all, i ? ", " : "", list.items[i].address,
                           outbox_recipient_state_text(list.items[i].state));
    house_read_end(tx);
    return all;
}

static bool again_work(StoreTx *tx, void *arg)
{
    const Case *c = arg;
    return outbox_send_again(tx, c->outbox, TEST_NOW + TIME_HOUR);
}

/* How many deliveries the ticket's history calls failed. */
static size_t failures_told(Case *c)
{
    size_t told = 0;
    StoreTx *tx = house_read(&c->house);
    TicketEventHistory events = ticket_event_history(tx, c->house.arena, c->ticket);
    for (size_t i = 0; i < events.count; i++)
        told += events.items[i].event.kind == EVENT_DELIVERY;
    g_assert_cmpstr(ticket_verify(tx, c->house.arena, c->ticket), ==, NULL);
    house_read_end(tx);
    return told;
}

/* ---- tests ---- */

static void test_chain_is_kept_and_moves_nothing_else(gconstpointer engine)
{
    Case c = case_open(engine);
    ReceiptResult result = arrive(&c, receipt_of(RECEIPT_ACCEPTED, "", "opec1"));
    g_assert_true(result.found);
    g_assert_false(result.already);
    g_assert_cmpint(result.ticket.value, ==, c.ticket.value);
    arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec1"));
    ReceiptList list = kept(&c);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpint(list.items[0].kind, ==, RECEIPT_ACCEPTED);
    g_assert_cmpint(list.items[1].kind, ==, RECEIPT_DELIVERED);
    g_assert_cmpstr(list.items[1].recipient, ==, "anna@pec.test");
    g_assert_cmpint(list.items[1].legal_at, ==, TEST_NOW + TIME_MINUTE);
    g_assert_cmpint(list.items[1].outbox.value, ==, c.outbox.value);
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    g_assert_cmpuint(failures_told(&c), ==, 0);
    house_close(&c.house);
}

static void test_same_receipt_is_one(gconstpointer engine)
{
    Case c = case_open(engine);
    g_assert_false(arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec1")).already);
    g_assert_true(arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec1")).already);
    g_assert_false(arrive(&c, receipt_of(RECEIPT_DELIVERED, "luca@pec.test", "opec1")).already);
    g_assert_cmpuint(kept(&c).count, ==, 2);
    house_close(&c.house);
}

/* Somebody guesses the identifier and is there first, unsigned. */
static void test_forged_one_does_not_hide_the_true_one(gconstpointer engine)
{
    Case c = case_open(engine);
    Receipt forged = receipt_of(RECEIPT_FAILED, "anna@pec.test", "opec1");
    forged.signature = RECEIPT_SIGNATURE_ABSENT;
    forged.standing = RECEIPT_UNPROVED;
    g_assert_true(arrive(&c, forged).found);
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    g_assert_false(arrive(&c, receipt_of(RECEIPT_FAILED, "anna@pec.test", "opec1")).already);
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    g_assert_cmpuint(kept(&c).count, ==, 2);
    house_close(&c.house);
}

static void test_failures_are_told_once(gconstpointer engine)
{
    static const ReceiptKind kinds[] = {RECEIPT_REFUSED, RECEIPT_FAILED, RECEIPT_VIRUS};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        Case c = case_open(engine);
        arrive(&c, receipt_of(kinds[i], "anna@pec.test", "opec1"));
        arrive(&c, receipt_of(kinds[i], "anna@pec.test", "opec1"));
        OutboxStatus status = sending(&c);
        g_assert_cmpint(status.state, ==, OUTBOX_FAILED);
        g_assert_nonnull(strstr(status.reason, "anna@pec.test"));
        g_assert_cmpuint(failures_told(&c), ==, 1);
        house_close(&c.house);
    }
}

/* The provider's refusal comes back before our own commit of "sent". */
static void test_failure_overtakes_sent(gconstpointer engine)
{
    Case c = {.house = house_open(ENGINE_OF(engine))};
    g_assert_true(house_write(&c.house, open_ticket, &c));
    send(&c);
    arrive(&c, receipt_of(RECEIPT_REFUSED, "", "opec1"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    g_assert_false(outbox_set_sent(c.house.store, c.outbox, "a", SENT_ID, TEST_NOW, NULL));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    house_close(&c.house);
}

static void test_only_forward(gconstpointer engine)
{
    Case c = case_open(engine);
    arrive(&c, receipt_of(RECEIPT_LATE, "anna@pec.test", "opec1"));
    arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec1"));
    arrive(&c, receipt_of(RECEIPT_FAILED, "anna@pec.test", "opec2"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    arrive(&c, receipt_of(RECEIPT_FAILED, "luca@pec.test", "opec2")); /* another recipient's own */
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    g_assert_cmpuint(kept(&c).count, ==, 4);
    house_close(&c.house);
}

static void test_matches_only_its_own(gconstpointer engine)
{
    Case c = case_open(engine);
    Receipt other = receipt_of(RECEIPT_FAILED, "", "opec1");
    other.reference = "99.99.zzz@pec.test";
    g_assert_false(arrive(&c, other).found);
    g_assert_false(arrive_as(&c, receipt_of(RECEIPT_FAILED, "", "opec1"), "mail", NULL).found);
    other.reference = "";
    g_assert_false(arrive(&c, other).found);
    g_assert_cmpuint(kept(&c).count, ==, 0);
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    house_close(&c.house);
}

/* A true receipt of somebody's other mail, with our id in the header that nobody signs. */
static void test_claimed_id_files_and_moves_nothing(gconstpointer engine)
{
    Case c = case_open(engine);
    Receipt other = receipt_of(RECEIPT_FAILED, "anna@pec.test", "opec1");
    other.reference = "theirs@pec.test";
    ReceiptResult result = arrive_as(&c, other, "pec", SENT_ID);
    g_assert_true(result.found);
    g_assert_cmpint(kept(&c).items[0].standing, ==, RECEIPT_ELSEWHERE);
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    house_close(&c.house);
}

static void test_long_texts_are_clipped(gconstpointer engine)
{
    Case c = case_open(engine);
    g_autofree char *longest = g_strnfill(16000, 'x');
    Receipt receipt = receipt_of(RECEIPT_DELIVERED, "anna@pec.test", longest);
    receipt.provider = receipt.signer = receipt.error_text = longest;
    g_assert_true(arrive(&c, receipt).found);
    ReceiptList list = kept(&c);
    g_assert_cmpuint(strlen(list.items[0].identifier), ==, RECEIPT_TEXT_MAX);
    g_assert_cmpuint(strlen(list.items[0].provider), ==, RECEIPT_TEXT_MAX);
    house_close(&c.house);
}

/* A mail program answers to the provider's transmission, not to our message: it leads to the same ticket. */
static void test_identifier_leads_to_the_ticket(gconstpointer engine)
{
    Case c = case_open(engine);
    arrive(&c, receipt_of(RECEIPT_ACCEPTED, "", "opec1@gestore.test"));
    StoreTx *tx = house_read(&c.house);
    g_assert_cmpint(receipt_find_ticket(tx, c.house.arena, "opec1@gestore.test").value, ==, c.ticket.value);
    g_assert_cmpint(receipt_find_ticket(tx, c.house.arena, "opec2@gestore.test").value, ==, 0);
    g_assert_cmpint(receipt_find_ticket(tx, c.house.arena, "").value, ==, 0);
    Receipt found;
    ReceiptId id = receipt_list_of_ticket(tx, c.house.arena, c.ticket).items[0].id;
    g_assert_true(receipt_find(tx, c.house.arena, c.ticket, id, &found));
    g_assert_false(receipt_find(tx, c.house.arena, (TicketId){c.ticket.value + 1}, id, &found));
    house_read_end(tx);
    house_close(&c.house);
}

#define TO_THREE                                                                                                       \
    "{\"to\":[{\"address\":\"anna@pec.test\",\"name\":\"\"}],\"cc\":[{\"address\":\"luca@pec.test\",\"name\":\"\"},{"  \
    "\"address\":"                                                                                                     \
    "\"Eva@pec.test\",\"name\":\"\"}],\"references\":[]}"

/* One of three has it not: sent again it is for that one; then another's failure comes late. */
static void test_again_is_for_who_has_it_not(gconstpointer engine)
{
    Case c = case_open_with(engine, TO_THREE);
    arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec1"));
    arrive(&c, receipt_of(RECEIPT_FAILED, "luca@pec.test", "opec1"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test refused, Eva@pec.test sent");
    arrive(&c, receipt_of(RECEIPT_FAILED, "anna@pec.test", "opec2")); /* who has it has it */
    arrive(&c, receipt_of(RECEIPT_VIRUS, "eva@pec.test", "opec2"));
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test refused, Eva@pec.test refused");
    g_assert_true(house_write(&c.house, again_work, &c));
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test deferred, Eva@pec.test deferred");
    house_close(&c.house);
}

/* Sent again to one, and the provider does not take it at all: nobody counts as served but who is proved to be. */
static void test_refused_after_it_was_parted(gconstpointer engine)
{
    Case c = case_open_with(engine, TO_THREE);
    arrive(&c, receipt_of(RECEIPT_REFUSED, "", "opec1"));
    g_assert_cmpstr(fared(&c), ==, "");
    arrive(&c, receipt_of(RECEIPT_DELIVERED, "anna@pec.test", "opec2"));
    arrive(&c, receipt_of(RECEIPT_FAILED, "luca@pec.test", "opec2"));
    arrive(&c, receipt_of(RECEIPT_REFUSED, "", "opec3"));
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test refused, Eva@pec.test refused");
    arrive(&c, receipt_of(RECEIPT_FAILED, "somebody@pec.test", "opec3")); /* of a list: whose is not known */
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test refused, Eva@pec.test refused");
    house_close(&c.house);
}

/* A virus notice may name nobody; and providers write an address as they like. */
static void test_failure_of_all_but_who_has_it(gconstpointer engine)
{
    Case c = case_open_with(engine, TO_THREE);
    arrive(&c, receipt_of(RECEIPT_DELIVERED, "ANNA@pec.test", "opec1"));
    arrive(&c, receipt_of(RECEIPT_TAKEN, "luca@pec.test", "opec1"));
    arrive(&c, receipt_of(RECEIPT_FAILED, "Anna@PEC.test", "opec1"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_SENT);
    arrive(&c, receipt_of(RECEIPT_VIRUS, "", "opec1"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_FAILED);
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test refused, Eva@pec.test refused");
    house_close(&c.house);
}

/* A provider gives up after a day, and by then it may be on its way once more for somebody else. */
static void test_failure_while_it_waits_to_leave_again(gconstpointer engine)
{
    Case c = case_open_with(engine, TO_THREE);
    arrive(&c, receipt_of(RECEIPT_FAILED, "luca@pec.test", "opec1"));
    g_assert_true(house_write(&c.house, again_work, &c));
    arrive(&c, receipt_of(RECEIPT_FAILED, "eva@pec.test", "opec1"));
    g_assert_cmpint(sending(&c).state, ==, OUTBOX_QUEUED);
    g_assert_cmpstr(fared(&c), ==, "anna@pec.test sent, luca@pec.test deferred, Eva@pec.test deferred");
    house_close(&c.house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/receipt/chain", test_chain_is_kept_and_moves_nothing_else);
    desk_test_each_engine("/receipt/same", test_same_receipt_is_one);
    desk_test_each_engine("/receipt/forged", test_forged_one_does_not_hide_the_true_one);
    desk_test_each_engine("/receipt/failures", test_failures_are_told_once);
    desk_test_each_engine("/receipt/again", test_again_is_for_who_has_it_not);
    desk_test_each_engine("/receipt/parted", test_refused_after_it_was_parted);
    desk_test_each_engine("/receipt/all-but", test_failure_of_all_but_who_has_it);
    desk_test_each_engine("/receipt/meanwhile", test_failure_while_it_waits_to_leave_again);
    desk_test_each_engine("/receipt/overtakes", test_failure_overtakes_sent);
    desk_test_each_engine("/receipt/forward", test_only_forward);
    desk_test_each_engine("/receipt/own", test_matches_only_its_own);
    desk_test_each_engine("/receipt/claimed", test_claimed_id_files_and_moves_nothing);
    desk_test_each_engine("/receipt/clipped", test_long_texts_are_clipped);
    desk_test_each_engine("/receipt/identifier", test_identifier_leads_to_the_ticket);
    return g_test_run();
}
