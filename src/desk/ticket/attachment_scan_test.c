/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/attachment_scan.h"

#include "desk/audit/audit.h"
#include "desk/noun_testing.h"
#include "desk/ticket/ticket.h"

static MessageId new_message(NounTest *test)
{
    TicketId ticket = ticket_open(test->tx, test->arena,
                                  &(TicketOpening){.channel = "mail",
                                                   .subject = "E07",
                                                   .language = "it",
                                                   .received_at = test->now,
                                                   .next_update_at = test->now + TIME_DAY,
                                                   .team = test->team},
                                  test->actor, test->now);
    return message_add(test->tx, &(Message){.ticket = ticket,
                                            .direction = MESSAGE_IN,
                                            .channel = "mail",
                                            .author = {ACTOR_CUSTOMER, 0},
                                            .sender_name = "",
                                            .sender_address = "luca@bar.test",
                                            .at = test->now,
                                            .subject = "E07",
                                            .text = "",
                                            .quoted_at = MESSAGE_NOT_QUOTED});
}

static void add_file(NounTest *test, MessageId message, const char *name)
{
    attachment_add(test->tx, &(Attachment){.message = message,
                                           .name = name,
                                           .media_type = "text/plain",
                                           .size = 3,
                                           .raw_offset = 1,
                                           .raw_length = 4,
                                           .encoding = "base64"});
}

static const char *next_name_below(NounTest *test, AttachmentId below)
{
    AttachmentFile file;
    return attachment_scan_next(test->tx, test->arena, below, &file) ? file.file.name : "(none)";
}

static const char *next_name(NounTest *test)
{
    return next_name_below(test, (AttachmentId){0});
}

static AttachmentId next_id(NounTest *test)
{
    AttachmentFile file;
    g_assert_true(attachment_scan_next(test->tx, test->arena, (AttachmentId){0}, &file));
    return file.file.id;
}

static void test_newest_first(NounTest *test)
{
    g_assert_cmpstr(next_name(test), ==, "(none)");
    MessageId first = new_message(test), second = new_message(test);
    add_file(test, first, "vecchio.txt");
    add_file(test, second, "nuovo.txt");
    g_assert_cmpint(attachment_scan_count_waiting(test->tx, test->arena), ==, 2);
    g_assert_cmpstr(next_name_below(test, next_id(test)), ==, "vecchio.txt"); /* which stays: nobody judged it */
    g_assert_cmpstr(next_name_below(test, (AttachmentId){1}), ==, "(none)");
    g_assert_cmpstr(next_name(test), ==, "nuovo.txt");
    attachment_scan_set(test->tx, next_id(test), SCAN_CLEAN, "", test->now);
    g_assert_cmpstr(next_name(test), ==, "vecchio.txt");
    attachment_scan_set(test->tx, next_id(test), SCAN_UNABLE, "too large", test->now);
    g_assert_cmpstr(next_name(test), ==, "(none)");
    g_assert_cmpint(attachment_scan_count_waiting(test->tx, test->arena), ==, 0);
}

/* The second word does not count, and the first stands in the audit once. */
static void test_judged_once(NounTest *test)
{
    MessageId message = new_message(test);
    AttachmentFile file;
    add_file(test, message, "prova.com");
    g_assert_false(attachment_scan_is_infected(test->tx, test->arena, message));
    AttachmentId id = next_id(test);
    attachment_scan_set(test->tx, id, SCAN_INFECTED, "Bad.Thing", test->now);
    attachment_scan_set(test->tx, id, SCAN_INFECTED, "Other.Thing", test->now);
    attachment_scan_set(test->tx, id, SCAN_CLEAN, "", test->now);
    g_assert_true(attachment_find(test->tx, test->arena, id, &file));
    g_assert_cmpint(file.file.scan, ==, SCAN_INFECTED);
    g_assert_cmpstr(file.file.scan_said, ==, "Bad.Thing");
    g_assert_true(attachment_scan_is_infected(test->tx, test->arena, message));
    AuditRowList rows = audit_list_before(test->tx, test->arena, (AuditId){0}, 10);
    size_t said = 0;
    for (size_t i = 0; i < rows.count; i++)
        said +=
            g_str_equal(rows.items[i].entry.action, "attachment.infected") && rows.items[i].entry.object_id == id.value;
    g_assert_cmpuint(said, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/attachment-scan/newest-first", test_newest_first);
    noun_test_each_engine("/attachment-scan/judged-once", test_judged_once);
    return g_test_run();
}
