/* SPDX-License-Identifier: EUPL-1.2 */
/* What a tracking link may show, case by case; expected values from track_view.h, invariants 1-3. */
#include "web/portal/track_view.h"

#define NOW ((TimeMs)1000000)

static bool shows(MessageDirection direction, int64_t flags, const OutboxStatusList *sendings)
{
    Message message = {.id = {7}, .direction = direction, .flags = flags};
    return track_shows(&message, sendings, NOW);
}

static void test_inbound(void)
{
    const OutboxStatusList none = {0};
    g_assert_true(shows(MESSAGE_IN, 0, &none));
    g_assert_true(shows(MESSAGE_IN, MESSAGE_TRUNCATED | MESSAGE_ID_REUSED, &none));
    g_assert_false(shows(MESSAGE_IN, MESSAGE_DELIVERY_REPORT, &none));
    g_assert_false(shows(MESSAGE_IN, MESSAGE_AUTO_REPLY, &none));
    g_assert_false(shows(MESSAGE_IN, MESSAGE_SENDER_UNVERIFIED, &none));
}

static void test_notes_never(void)
{
    OutboxStatus sent = {.message = {7}, .state = OUTBOX_SENT};
    const OutboxStatusList none = {0}, list = {&sent, 1};
    g_assert_false(shows(MESSAGE_NOTE, 0, &none));
    g_assert_false(shows(MESSAGE_NOTE, 0, &list));
}

static void test_answers(void)
{
    static const struct {
        OutboxState state;
        TimeMs not_before;
        int64_t attempts;
        bool seen;
    } rows[] = {
        {OUTBOX_QUEUED, NOW + 1, 0, false}, /* can still be taken back */
        {OUTBOX_QUEUED, NOW, 0, true},      /* the ten seconds are over */
        {OUTBOX_QUEUED, NOW + 60000, 1, true}, /* tried, waits to be tried again */
        {OUTBOX_SENDING, NOW, 1, true},     {OUTBOX_DOT_SENT, NOW, 1, true}, {OUTBOX_SENT, NOW, 1, true},
        {OUTBOX_FAILED, NOW, 5, true}, /* the mail did not arrive, but it was said */
        {OUTBOX_SEALED, NOW, 0, true}, /* the demo */
        {OUTBOX_CANCELLED, NOW, 0, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        OutboxStatus statuses[] = {
            {.message = {6}, .state = OUTBOX_CANCELLED}, /* another message's */
            {.message = {7}, .state = rows[i].state, .not_before = rows[i].not_before, .attempts = rows[i].attempts}};
        const OutboxStatusList list = {statuses, 2};
        g_assert_cmpint(shows(MESSAGE_OUT, 0, &list), ==, rows[i].seen);
    }
    g_assert_true(shows(MESSAGE_OUT, 0, &(OutboxStatusList){0})); /* said on the telephone */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/track/inbound", test_inbound);
    g_test_add_func("/track/notes", test_notes_never);
    g_test_add_func("/track/answers", test_answers);
    return g_test_run();
}
