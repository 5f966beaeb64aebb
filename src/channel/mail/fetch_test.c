/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mailbox read from tests/support/imap_sink.js on a real store: a customer's question lies in INBOX, what was answered
 * with another program among the sent mail. However the conversation ends, both are here once when it is over.
 */
#include "channel/mail/fetch.h"

#include "channel/channel_metrics.h"
#include "channel/config.h"
#include "channel/signing.h"
#include "desk/desk_testing.h"
#include "desk/mailbox/mailbox.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "net/dial.h"
#include "net/imap_testing.h"
#include "parse/zygote.h"
#include "queue/outbox.h"
#include "store/data_dir.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static ParseZygote *zygote;

#define QUESTION                                                                                                       \
    "From: Luca <luca@bar.test>\\r\\nTo: assistenza@filo.test\\r\\nSubject: Vapore\\r\\nMessage-ID: "                  \
    "<a@bar.test>\\r\\n\\r\\n"                                                                                         \
    "Non scalda.\\r\\n"
#define ANSWER                                                                                                         \
    "DKIM-Signature: v=1; d=filo.test; s=s7; b=x\\r\\nFrom: assistenza@filo.test\\r\\nTo: "                            \
    "luca@bar.test\\r\\nSubject: Re: Vapore\\r\\nMessage-ID: <b@phone.test>\\r\\n"                                     \
    "In-Reply-To: <a@bar.test>\\r\\n\\r\\nArrivo.\\r\\n"
#define BOTH                                                                                                           \
    "{" PASSWORD ",\"quiet\":true,\"cutAll\":true,\"messages\":{\"7\":\"" QUESTION "\"},"                              \
    "\"folders\":[[\"INBOX\",\"\"],[\"Sent\",\"\\\\Sent\"]],\"inFolder\":{\"Sent\":{\"3\":\"" ANSWER "\"}}}"

typedef struct Place {
    House house;
    Desk *desk;
    Sink sink;
    const char *old;   /* which of the old mail is wanted */
    const char *after; /* what becomes of what is read; NULL: the usual */
    ChannelAccountId account;
    atomic_bool stop;
    int wake_fd;
    int wanted; /* rounds until it is told to end; 0: one */
    bool waits; /* it is told to end a second after the first round instead, by ending */
    pthread_t ending;
    int rounds; /* that went well */
    ChannelRefusal refusal;
    char step[32];        /* why the last listening ended */
    char beside[32];      /* what did not work beside it, as it was told last */
    char beside_said[64]; /* and the server's words */
} Place;

/* --- the house ------------------------------------------------------------------------------------------------------ */

static void place_open(Place *place, gconstpointer engine, const char *options)
{
    g_autoptr(GError) error = NULL;
    place->house = house_open(ENGINE_OF(engine));
    data_dir_init(store_data_dir(place->house.store), &error);
    g_assert_no_error(error);
    place->desk = desk_new(place->house.store, &place->house.clock.clock, &error);
    g_assert_no_error(error);
    place->account = house_add_mailbox(&place->house, "assistenza");
    place->wake_fd = eventfd(0, EFD_CLOEXEC);
    place->sink = sink_start(options);
}

static void place_close(Place *place)
{
    g_free(sink_stop(&place->sink));
    close(place->wake_fd);
    desk_free(place->desk);
    house_close(&place->house);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static void *end_later(void *arg)
{
    Place *place = arg;
    const uint64_t one = 1;
    g_usleep(G_USEC_PER_SEC);
    atomic_store(&place->stop, true);
    g_assert_cmpint(write(place->wake_fd, &one, sizeof one), ==, sizeof one);
    return NULL;
}

static void on_well(const ChannelWell *well, void *arg)
{
    Place *place = arg;
    g_strlcpy(place->beside, well->step, sizeof place->beside);
    g_strlcpy(place->beside_said, well->said, sizeof place->beside_said);
    if (++place->rounds == 1 && place->waits)
        g_assert_cmpint(pthread_create(&place->ending, NULL, end_later, place), ==, 0);
    else if (place->rounds >= place->wanted && !place->waits)
        atomic_store(&place->stop, true);
}

/* The mailbox's settings, old: which of the old mail is wanted. */
static void read_settings(const Place *place, Arena *arena, ChannelSettings *settings_out)
{
    const char *config = arena_printf(arena,
                                      "{\"imap_host\":\"127.0.0.1\",\"imap_port\":\"%d\",\"imap_tls\":\"none\","
                                      "\"imap_user\":\"filo\",\"imap_old\":\"%s\"}",
                                      (int)place->sink.port, place->old);
    g_assert_true(channel_config_read(arena, config, settings_out));
    channel_config_add(arena, settings_out, "smtp_password", "s3greta è");
    if (place->after)
        channel_config_add(arena, settings_out, "imap_after", place->after);
}

/* One listening, until all was looked at once (true) or it broke. */
static bool read_mailbox(Place *place)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelSettings settings;
    ChannelEnd end;
    read_settings(place, arena, &settings);
    atomic_store(&place->stop, false);
    place->rounds = 0;
    mail_listen(arena,
                &(ChannelListening){.desk = place->desk,
                                    .zygote = zygote,
                                    .account = place->account,
                                    .name = "assistenza",
                                    .settings = &settings,
                                    .stop = &place->stop,
                                    .wake_fd = place->wake_fd,
                                    .refusal = &place->refusal,
                                    .on_well = on_well,
                                    .arg = place},
                &end);
    bool well = atomic_load(&place->stop);
    if (!well)
        g_test_message("%s: %s", end.step, end.said);
    g_assert_true(well == !*end.step);
    g_strlcpy(place->step, end.step, sizeof place->step);
    g_assert_false(end.configuration); /* a cut is nothing that a person must mend */
    return well;
}

/* How many requests there are, and how many messages stand on them. */
static void count(Place *place, size_t *tickets_out, size_t *messages_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = house_read(&place->house);
    TicketIds tickets = ticket_list_ids(tx, arena, (TicketId){0}, 10);
    *tickets_out = tickets.count;
    *messages_out = 0;
    for (size_t i = 0; i < tickets.count; i++)
        *messages_out += message_list(tx, arena, tickets.items[i]).count;
    house_read_end(tx);
}

/* Again and again, a byte further each time; how many broke. forget: where we stand, so that each conversation is whole. */
static int read_until_well(Place *place, bool forget)
{
    int cuts = 0;
    for (size_t tickets, messages; !read_mailbox(place); cuts++) {
        count(place, &tickets, &messages);
        g_assert_cmpuint(tickets, <=, 1);
        g_assert_cmpuint(messages, <=, 2);
        g_assert_cmpint(cuts, <, 10000);
        if (forget)
            house_tamper(&place->house, "DELETE FROM mailbox_folder");
    }
    return cuts;
}

static void check_both_once(Place *place)
{
    size_t tickets, messages;
    count(place, &tickets, &messages);
    g_assert_cmpuint(tickets, ==, 1);
    g_assert_cmpuint(messages, ==, 2);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = house_read(&place->house);
    g_assert_cmpstr(signing_known(tx, arena), ==, "filo.test s7"); /* as the sent mail shows */
    house_read_end(tx);
}

/* Where it stands is kept: each listening goes on from there. */
static void test_a_cut_at_every_byte(gconstpointer engine)
{
    Place place = {.old = "all"};
    place_open(&place, engine, BOTH);
    int cuts = read_until_well(&place, false);
    g_test_message("%d conversations were cut", cuts);
    check_both_once(&place);
    g_assert_true(read_mailbox(&place));
    check_both_once(&place);
    place_close(&place);
}

/* Where it stands is lost each time: every byte of the header and of the message among the sent mail is reached. Before
 * the last cut a listening has been told at least all of both messages. */
static void test_a_cut_at_every_byte_of_the_whole(gconstpointer engine)
{
    Place place = {.old = "all"};
    place_open(&place, engine, BOTH);
    int cuts = read_until_well(&place, true);
    g_test_message("%d conversations were cut", cuts);
    g_assert_cmpint(cuts, >, (int)(strlen(QUESTION) + 2 * strlen(ANSWER)));
    check_both_once(&place);
    house_tamper(&place.house, "DELETE FROM mailbox_folder");
    g_assert_true(read_mailbox(&place));
    check_both_once(&place);
    place_close(&place);
}

/* An old question that nobody has read; the mailbox is numbered anew before it could be taken, and later once more. */
static void test_renumbered_before_the_old_is_done(gconstpointer engine)
{
    size_t tickets, messages;
    Place place = {.old = "unseen"};
    place_open(
        &place, engine,
        "{" PASSWORD ",\"quiet\":true,\"flags\":\"\",\"messages\":{\"7\":\"" QUESTION "\"},"
        "\"validity\":[77,78,78,79],\"rules\":[{\"at\":\"UID FETCH\",\"times\":1,\"reply\":\"\",\"close\":true}]}");
    g_assert_false(read_mailbox(&place));
    count(&place, &tickets, &messages);
    g_assert_cmpuint(tickets, ==, 0);
    for (int times = 0; times < 3; times++) {
        g_assert_true(read_mailbox(&place));
        count(&place, &tickets, &messages);
        g_assert_cmpuint(tickets, ==, 1);
        g_assert_cmpuint(messages, ==, 1);
    }
    place_close(&place);
}

/* --- numbered anew --------------------------------------------------------------------------------------------------- */

#define LETTER(from, subject)                                                                                          \
    "From: " from "@bar.test\\r\\nTo: assistenza@filo.test\\r\\nSubject: " subject "\\r\\nMessage-ID: <" subject       \
    "@bar.test>\\r\\n\\r\\nAiuto.\\r\\n"

#define LONG_AGO "\"date\":\"\\\"20-Nov-2025 10:00:00 +0000\\\"\""
#define AT(uid, date) "\"" uid "\":\"\\\"" date ":00 +0000\\\"\""
#define FOUR                                                                                                           \
    "\"1\":\"" LETTER("anna", "uno") "\",\"2\":\"" LETTER("bruno", "due") "\",\"3\":\"" LETTER(                        \
        "carla", "tre") "\",\"4\":\"" LETTER("dino", "quattro") "\""

/* A message came just now: the listener's part. */
static bool note_message(StoreTx *tx, void *arg)
{
    const Place *place = arg;
    TimeMs now = desk_now(place->desk);
    channel_health_set_well(tx, place->account, &(ChannelHealthWell){now, "", ""}, now);
    return true;
}

static void later(Place *place, TimeMs how_much)
{
    clock_manual_set(&place->house.clock, desk_now(place->desk) + how_much);
}

/* Whose acknowledgements wait to be sent, in the order of the requests. */
static const char *acknowledged(Place *place)
{
    GString *names = g_string_new(NULL);
    StoreTx *tx = house_read(&place->house);
    TicketIds tickets = ticket_list_ids(tx, place->house.arena, (TicketId){0}, 10);
    for (size_t i = 0; i < tickets.count; i++) {
        MessageList list = message_list(tx, place->house.arena, tickets.items[i]);
        if (outbox_list_of_ticket(tx, place->house.arena, tickets.items[i]).count)
            g_string_append_printf(names, "%s ", list.items[0].subject);
    }
    house_read_end(tx);
    const char *kept = arena_strdup(place->house.arena, names->str);
    g_string_free(names, TRUE);
    return kept;
}

/* Read since noon; the last message came at two. At three all have new numbers: only what came at half past two is news, not
 * one of one o'clock that is not known, nor one that is dated tomorrow. */
static void test_news_among_the_renumbered(gconstpointer engine)
{
    size_t tickets, messages;
    Place place = {.old = "all"};
    place_open(&place, engine,
               "{" PASSWORD ",\"quiet\":true," LONG_AGO ",\"messages\":{\"7\":\"" LETTER("anna", "uno") "\"}}");
    g_assert_true(read_mailbox(&place));
    later(&place, 2 * TIME_HOUR);
    g_assert_true(house_write(&place.house, note_message, &place));
    g_free(sink_stop(&place.sink));
    later(&place, TIME_HOUR);
    place.sink = sink_start("{" PASSWORD ",\"quiet\":true,\"validity\":78," LONG_AGO
                            ",\"dates\":{" AT("2", "01-Dec-2025 13:00") "," AT("3", "01-Dec-2025 14:30") "," AT(
                                "4", "02-Dec-2025 12:30") "},\"messages\":{" FOUR "}}");
    g_assert_true(read_mailbox(&place));
    count(&place, &tickets, &messages);
    g_assert_cmpuint(tickets, ==, 4);
    g_assert_cmpstr(acknowledged(&place), ==, "tre ");
    place_close(&place);
}

/* --- what is sent meanwhile ------------------------------------------------------------------------------------------ */

/* Thirty old messages, ten a round, the question the newest or the oldest; the answer is among the sent mail. Yours to
 * free. */
static char *many_old(int question)
{
    GString *options =
        g_string_new("{" PASSWORD ",\"quiet\":true,\"folders\":[[\"INBOX\",\"\"],[\"Sent\",\"\\\\Sent\"]],"
                     "\"inFolder\":{\"Sent\":{\"3\":\"" ANSWER "\"}},\"messages\":{");
    for (int uid = 1; uid <= 30; uid++)
        g_string_append_printf(options, "%s\"%d\":\"%s\"", uid > 1 ? "," : "", uid,
                               uid == question ? QUESTION : "From: a@list.test\\r\\nList-Id: <l>\\r\\n\\r\\nx");
    g_string_append(options, "}}");
    return g_string_free(options, FALSE);
}

/* How many messages stand on the request of the question; 0: it is not here yet. */
static size_t on_the_question(Place *place)
{
    size_t most = 0;
    StoreTx *tx = house_read(&place->house);
    TicketIds tickets = ticket_list_ids(tx, place->house.arena, (TicketId){0}, 100);
    for (size_t i = 0; i < tickets.count; i++) {
        MessageList list = message_list(tx, place->house.arena, tickets.items[i]);
        if (list.count && g_str_equal(list.items[0].subject, "Vapore"))
            most = list.count;
    }
    house_read_end(tx);
    return most;
}

/* What is sent while the old mail is read stands on its request at once, or as soon as that is here. */
static void test_sent_meanwhile(gconstpointer engine)
{
    static const int questions[] = {30, 1};
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        Place place = {.old = "all"};
        g_autofree char *options = many_old(questions[i]);
        place_open(&place, engine, options);
        g_assert_true(read_mailbox(&place));
        g_assert_cmpuint(on_the_question(&place), ==, i == 0); /* what was sent before us waits */
        house_tamper(&place.house, "UPDATE mailbox_folder SET last_uid = 2, old_below = 3 WHERE folder = 'Sent'");
        g_assert_true(read_mailbox(&place)); /* as if it had been sent now */
        g_assert_cmpuint(on_the_question(&place), ==, i == 0 ? 2 : 0);
        for (int rounds = 0; rounds < 4; rounds++)
            g_assert_true(read_mailbox(&place));
        g_assert_cmpuint(on_the_question(&place), ==, 2);
        place_close(&place);
    }
}

/* --- who says no ---------------------------------------------------------------------------------------------------- */

#define NOT_CONNECTED "\"times\":1,\"reply\":\"{tag} BAD User is authenticated but not connected.\\r\\n\""
#define NO_NEXT                                                                                                        \
    "{\"at\":\"SELECT\",\"reply\":\"* 1 EXISTS\\r\\n* OK [UIDVALIDITY 77] x\\r\\n{tag} OK [READ-WRITE] open\\r\\n\"}"

typedef struct NoRow {
    const char *old, *rules;
    size_t tickets; /* once the server has come round */
} NoRow;

/* A server with the question that does so. Yours to free. */
static char *refusing(const char *rules)
{
    return g_strconcat("{" PASSWORD ",\"quiet\":true,\"messages\":{\"7\":\"" QUESTION "\"},\"rules\":[", rules, "]}",
                       NULL);
}

/* A no is not an empty mailbox: nothing is passed over, and nothing that lay there before comes as new. */
static void test_a_no_is_no_list(gconstpointer engine)
{
    static const NoRow rows[] = {
        {"all", "{\"at\":\"FETCH 1,*\"," NOT_CONNECTED "}", 1},
        {"all", "{\"at\":\"UID SEARCH\"," NOT_CONNECTED "}", 1},
        {"none", NO_NEXT ",{\"at\":\"FETCH 1,*\"," NOT_CONNECTED "}", 0},
        {"all", "{\"at\":\"IDLE\"," NOT_CONNECTED "},{\"at\":\"NOOP\"," NOT_CONNECTED "}", 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t tickets, messages;
        Place place = {.old = rows[i].old};
        g_autofree char *options = g_strdup_printf(
            "{" PASSWORD ",\"quiet\":true,\"messages\":{\"7\":\"" QUESTION "\"},\"rules\":[%s]}", rows[i].rules);
        place_open(&place, engine, options);
        place.wanted = 2; /* the waiting comes after a first round */
        g_assert_false(read_mailbox(&place));
        place.wanted = 1;
        g_assert_cmpstr(place.step, ==, "refused");
        g_assert_true(read_mailbox(&place));
        count(&place, &tickets, &messages);
        g_assert_cmpuint(tickets, ==, rows[i].tickets);
        place_close(&place);
    }
}

/* The words of the only request; "" when there is none. */
static const char *words_of_the_request(Place *place)
{
    const char *words = "";
    StoreTx *tx = house_read(&place->house);
    TicketIds tickets = ticket_list_ids(tx, place->house.arena, (TicketId){0}, 10);
    g_assert_cmpuint(tickets.count, <=, 1);
    if (tickets.count) {
        MessageList list = message_list(tx, place->house.arena, tickets.items[0]);
        g_assert_cmpuint(list.count, ==, 1);
        words = arena_printf(place->house.arena, "%s|%s|%s", list.items[0].sender_address, list.items[0].subject,
                             list.items[0].text);
    }
    house_read_end(tx);
    return words;
}

/* No and OK without the message, to what says how large it is and to the message itself. */
static const char *const refusals[] = {
    "{\"at\":\"UID FETCH 7 (UID RFC\",\"times\":2,\"reply\":\"{tag} NO [UNAVAILABLE] later\\r\\n\"}",
    "{\"at\":\"UID FETCH 7 (UID BODY\",\"times\":2,\"reply\":\"{tag} NO [INUSE] later\\r\\n\"}",
    "{\"at\":\"UID FETCH 7 (UID BODY\",\"times\":2,\"reply\":\"{tag} OK nothing\\r\\n\"}",
};

/* Refused on two connections, given on the third: it is whole. */
static void test_refused_for_a_while(gconstpointer engine)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        Place place = {.old = "all"};
        g_autofree char *options = refusing(refusals[i]);
        place_open(&place, engine, options);
        for (int times = 0; times < 2; times++, later(&place, TIME_HOUR)) {
            g_assert_false(read_mailbox(&place));
            g_assert_cmpstr(place.step, ==, "refused");
            g_assert_cmpstr(words_of_the_request(&place), ==, "");
        }
        g_assert_true(read_mailbox(&place));
        g_assert_nonnull(strstr(words_of_the_request(&place), "luca@bar.test|Vapore|Non scalda."));
        place_close(&place);
    }
}

static int64_t left(void)
{
    return metric_value(&metric_mailbox_messages, METRIC_LABELS("assistenza", "left"));
}

/* Never given: after three connections and ten minutes a request says where it lies, once, and reading goes on. */
static void test_refused_for_good(gconstpointer engine)
{
    static const char *const rules[][2] = {
        {"{\"at\":\"UID FETCH 7 (UID BODY\",\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"}",
         "luca@bar.test|Vapore|Il server di posta rifiuta di consegnare questo messaggio."},
        {"{\"at\":\"UID FETCH 7\",\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"}",
         "|INBOX, UID 7|Il server di posta rifiuta di consegnare questo messaggio."},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        Place place = {.old = "all"};
        g_autofree char *options = refusing(rules[i][0]);
        int64_t before = left();
        place_open(&place, engine, options);
        for (int times = 0; times < 3; times++, later(&place, 4 * TIME_MINUTE))
            g_assert_false(read_mailbox(&place)); /* at 0, 4 and 8 minutes: it may be the server's trouble */
        g_assert_cmpstr(words_of_the_request(&place), ==, "");
        g_assert_true(read_mailbox(&place)); /* at 12 */
        g_assert_cmpint(left() - before, ==, 1);
        g_assert_true(g_str_has_prefix(words_of_the_request(&place), rules[i][1]));
        g_assert_nonnull(strstr(words_of_the_request(&place), "assistenza@filo.test"));
        house_tamper(&place.house, "DELETE FROM mailbox_folder");
        g_assert_true(read_mailbox(&place));
        g_assert_true(g_str_has_prefix(words_of_the_request(&place), rules[i][1]));
        place_close(&place);
    }
}

/* One that is given up speaks for what is refused right after it: the good one behind them does not wait for each. */
static void test_many_refused_for_good(gconstpointer engine)
{
    Place place = {.old = "all"};
    size_t tickets, messages;
    place_open(&place, engine,
               "{" PASSWORD ",\"quiet\":true,\"messages\":{" FOUR "},\"rules\":["
               "{\"at\":\"UID FETCH 2 (UID BODY\",\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"},"
               "{\"at\":\"UID FETCH 3 (UID BODY\",\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"},"
               "{\"at\":\"UID FETCH 4 (UID BODY\",\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"}]}");
    for (int times = 0; times < 3; times++, later(&place, 4 * TIME_MINUTE))
        g_assert_false(read_mailbox(&place));
    g_assert_true(read_mailbox(&place));
    count(&place, &tickets, &messages);
    g_assert_cmpuint(tickets, ==, 4);
    place_close(&place);
}

/* A server that ends the waiting at once is not asked over and over. */
static void test_a_waiting_that_ends_at_once(gconstpointer engine)
{
    Place place = {.old = "all", .waits = true};
    place_open(&place, engine,
               "{" PASSWORD ",\"quiet\":true,\"messages\":{\"7\":\"" QUESTION
               "\"},\"rules\":[{\"at\":\"IDLE\",\"reply\":\"+ idling\\r\\n{tag} OK basta\\r\\n\"}]}");
    g_assert_true(read_mailbox(&place));
    pthread_join(place.ending, NULL);
    g_assert_cmpint(place.rounds, ==, 1);
    place_close(&place);
}

/* --- who will not put it away ---------------------------------------------------------------------------------------- */

typedef struct UntidyRow {
    const char *after, *rule, *beside, *said;
} UntidyRow;

/* What is refused is told until it is done, over connections; what is kept is kept. */
static void test_not_put_away(gconstpointer engine)
{
    static const UntidyRow rows[] = {
        {"move", "{\"at\":\"UID MOVE\",\"times\":1,\"reply\":\"{tag} NO [OVERQUOTA] Quota exceeded\\r\\n\"}", "move",
         "Quota exceeded"},
        {"move", "{\"at\":\"UID MOVE\",\"times\":1,\"reply\":\"{tag} NO\\r\\n\"}", "move", ""},
        {"seen", "{\"at\":\"UID STORE\",\"times\":1,\"reply\":\"{tag} NO read only\\r\\n\"}", "mark", "read only"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t tickets, messages;
        Place place = {.old = "all", .after = rows[i].after};
        g_autofree char *options = refusing(rows[i].rule);
        place_open(&place, engine, options);
        for (int times = 0; times < 2; times++) { /* the second time nothing is there to be put away */
            g_assert_true(read_mailbox(&place));
            g_assert_cmpstr(place.beside, ==, rows[i].beside);
            g_assert_cmpstr(place.beside_said, ==, rows[i].said);
        }
        house_tamper(&place.house, "DELETE FROM mailbox_folder");
        g_assert_true(read_mailbox(&place)); /* it comes again, and goes */
        g_assert_cmpstr(place.beside, ==, "");
        count(&place, &tickets, &messages);
        g_assert_cmpuint(tickets, ==, 1);
        place_close(&place);
    }
}

#define NO_SUCH_NAMESPACE                                                                                              \
    "{\"at\":\"UID MOVE 7 \\\"Filo\\\"\",\"reply\":\"{tag} NO Client tried to access nonexistent namespace.\\r\\n\"}"
#define NAMESPACE(prefix)                                                                                              \
    "{\"at\":\"NAMESPACE\",\"reply\":\"* NAMESPACE ((\\\"" prefix "\\\" \\\".\\\")) NIL NIL\\r\\n{tag} OK "            \
    "done\\r\\n\"}"

/* Where all folders lie below the inbox: it moves there, whatever was typed; and only where the server says so. */
static void test_below_the_inbox(gconstpointer engine)
{
    static const char *const prefixes[][2] = {{NAMESPACE("INBOX."), ""}, {NAMESPACE(""), "move"}, {NAMESPACE("fi"), "move"}};
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        Place place = {.old = "all", .after = "move"};
        g_autofree char *options =
            g_strdup_printf("{" PASSWORD ",\"messages\":{\"7\":\"" QUESTION "\"},\"rules\":[" NO_SUCH_NAMESPACE ",%s]}",
                            prefixes[i][0]);
        place_open(&place, engine, options);
        g_assert_true(read_mailbox(&place));
        g_assert_cmpstr(place.beside, ==, prefixes[i][1]);
        g_autofree char *heard = sink_stop(&place.sink);
        g_assert_true(!strstr(heard, "UID MOVE 7 \"INBOX.Filo\"") == (i > 0));
        place.sink = sink_start("{}");
        place_close(&place);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    dial_allow("127.0.0.0/8 ::1");
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    desk_test_each_engine("/mail-fetch/cut", test_a_cut_at_every_byte);
    /* What is cut is the network's; the engines are told apart above. */
    g_test_add_data_func("/mail-fetch/cut-whole/sqlite", GINT_TO_POINTER(STORE_SQLITE),
                         test_a_cut_at_every_byte_of_the_whole);
    desk_test_each_engine("/mail-fetch/renumbered", test_renumbered_before_the_old_is_done);
    desk_test_each_engine("/mail-fetch/renumbered-news", test_news_among_the_renumbered);
    g_test_add_data_func("/mail-fetch/sent-meanwhile/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_sent_meanwhile);
    g_test_add_data_func("/mail-fetch/no-list/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_a_no_is_no_list);
    g_test_add_data_func("/mail-fetch/refused-for-a-while/sqlite", GINT_TO_POINTER(STORE_SQLITE),
                         test_refused_for_a_while);
    g_test_add_data_func("/mail-fetch/refused-for-good/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_refused_for_good);
    g_test_add_data_func("/mail-fetch/many-refused/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_many_refused_for_good);
    g_test_add_data_func("/mail-fetch/no-waiting/sqlite", GINT_TO_POINTER(STORE_SQLITE),
                         test_a_waiting_that_ends_at_once);
    g_test_add_data_func("/mail-fetch/not-put-away/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_not_put_away);
    g_test_add_data_func("/mail-fetch/below-the-inbox/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_below_the_inbox);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    return status;
}
