/* SPDX-License-Identifier: EUPL-1.2 */
/* Servers that break or lie while a message or a list is given (security R10), played by tests/support/imap_sink.js. */
#include "net/imap.h"

#include "net/dial.h"
#include "net/imap_testing.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* --- what may go wrong (security R10) ---------------------------------------------------------------------------- */

typedef ImapResult (*FetchOne)(ImapSession *session, uint32_t uid, ImapMessage *message_out);

/* The n-th connection ends before the n-th byte of the answer to the command; how many did. */
static int cut_at_every_byte(const char *command, FetchOne fetch, const char *expected)
{
    g_autofree char *options =
        g_strdup_printf("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"%s\",\"cut\":true}]}", command);
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapOutcome outcome = IMAP_CLOSED;
    int cuts = -1;
    while (outcome == IMAP_CLOSED) {
        ImapFolder folder;
        ImapMessage message;
        ImapSession *session = open_inbox(&server, &folder);
        outcome = fetch(session, 7, &message).outcome;
        if (outcome == IMAP_CLOSED) {
            g_assert_true(!message.uid && !message.content.size);
            assert_outcome(fetch(session, 9, &message), IMAP_CLOSED);
        } else {
            check_content(&message, expected);
        }
        imap_close(session);
        cuts++;
    }
    assert_outcome((ImapResult){.outcome = outcome}, IMAP_OK);
    g_free(sink_stop(&sink));
    return cuts;
}

static void test_a_cut_at_every_byte_of_a_fetch(void)
{
    int cuts = cut_at_every_byte("UID FETCH 7 (UID BODY", imap_fetch, "Subject: uno\r\n\r\nciao\r\n");
    /* * 1 FETCH (UID 7 BODY[] {22} and CRLF, the message, ) and CRLF, F4 OK done and CRLF */
    g_assert_cmpint(cuts, ==, 30 + 22 + 3 + 12);
}

static void test_a_cut_at_every_byte_of_the_facts(void)
{
    int cuts = cut_at_every_byte("UID FETCH 7 (UID RFC", imap_fetch, "Subject: uno\r\n\r\nciao\r\n");
    /* "* 1 FETCH (UID 7 ", "FLAGS (\Seen) ", "INTERNALDATE "17-Jul-1996 02:44:25 -0700" ", "RFC822.SIZE 22", ) and CRLF,
     * F3 OK done and CRLF */
    g_assert_cmpint(cuts, ==, 17 + 14 + 42 + 14 + 3 + 12);
}

static void test_a_cut_at_every_byte_of_a_header(void)
{
    int cuts = cut_at_every_byte("UID FETCH 7 (UID RFC", imap_fetch_head, "Subject: uno\r\n\r\n");
    /* the same, with " BODY[HEADER]<0> {16}" and CRLF, and the header, before the ) */
    g_assert_cmpint(cuts, ==, 17 + 14 + 42 + 14 + 23 + 16 + 3 + 12);
}

typedef struct FaultRow {
    const char *rules;
    ImapOutcome outcome;
} FaultRow;

static void check_fault(const FaultRow *row)
{
    g_autofree char *options = g_strdup_printf("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[%s]}", row->rules);
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    server.reply_seconds = 1;
    server.command_seconds = 20;
    server.message_max = 100;
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch(session, 7, &message), row->outcome);
    g_assert_true(!message.uid && !message.content.size);
    bool is_alive = row->outcome == IMAP_REFUSED || row->outcome == IMAP_NOT_FOUND || row->outcome == IMAP_TOO_LARGE;
    assert_outcome(imap_mark(session, 9, "\\Seen"), is_alive ? IMAP_OK : IMAP_CLOSED);
    assert_outcome(imap_select(session, "INBOX", false, &folder), is_alive ? IMAP_OK : IMAP_CLOSED);
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    if (!is_alive)
        g_assert_null(strstr(commands, "STORE"));
}

static void test_faults(void)
{
#define BODY "{\"at\":\"UID FETCH 7 (UID BODY\","
    static const FaultRow rows[] = {
        {BODY "\"reply\":\"* BYE chiudo\\r\\n\",\"close\":true}", IMAP_CLOSED},
        {BODY "\"reply\":\"{tag} NO [SERVERBUG] no\\r\\n\"}", IMAP_REFUSED},
        {BODY "\"reply\":\"{tag} OK nothing\\r\\n\"}", IMAP_REFUSED},
        {BODY "\"reply\":\"* 1 FETCH (UID 9 BODY[] {2}\\r\\nno)\\r\\n{tag} OK x\\r\\n\"}", IMAP_REFUSED},
        {BODY "\"reply\":\"* 1 FETCH (UID 7 BODY[] NIL)\\r\\n{tag} OK x\\r\\n\"}", IMAP_REFUSED},
        {BODY "\"reply\":\"* 1 FETCH (UID 7 BODY[] {2}\\r\\nmolto)\\r\\n{tag} OK x\\r\\n\"}", IMAP_PROTOCOL},
        {BODY "\"reply\":\"* 1 FETCH (UID 7 BODY[] {90}\\r\\npoco)\\r\\n{tag} OK x\\r\\n\"}", IMAP_TEMPORARY},
        {BODY "\"reply\":\"* 1 FETCH (UID 7 BODY[] {2147483648}\\r\\nx\"}", IMAP_TEMPORARY},
        {BODY "\"reply\":\"F1 OK an old tag\\r\\n\"}", IMAP_PROTOCOL},
        {BODY "\"reply\":\"+ more?\\r\\n\"}", IMAP_PROTOCOL},
        {BODY "\"reply\":\"HTTP/1.1 200 OK\\r\\n\"}", IMAP_PROTOCOL},
        {BODY "\"stallMs\":60000}", IMAP_TEMPORARY},
        {BODY "\"chunkMs\":40}", IMAP_TEMPORARY}, /* 25 bytes a second */
        {BODY "\"endless\":true,\"reply\":\"* OK still here\\r\\n\"}", IMAP_PROTOCOL},
        {BODY "\"endless\":true,\"reply\":\"x\"}", IMAP_PROTOCOL},
        {"{\"at\":\"UID FETCH 7 (UID RFC\",\"reply\":\"* 1 FETCH (UID 7 RFC822.SIZE 101)\\r\\n{tag} OK x\\r\\n\"}",
         IMAP_TOO_LARGE},
    };
#undef BODY
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_fault(&rows[i]);
}

/* In quotes a message comes without a literal, and what is said after it takes no byte of it. */
static void test_a_message_in_quotes(void)
{
    Sink sink = sink_start(
        "{" PASSWORD "," TWO_MESSAGES ",\"rules\":["
        "{\"at\":\"UID FETCH 7 (UID BODY\",\"reply\":\"* 1 FETCH (UID 7 BODY[] \\\"Subject: uno "
        "\\\\\\\"due\\\\\\\"\\\")"
        "\\r\\n{tag} OK [X-LONG a b c d e f g h i j k l m n] and many words that are kept where it was\\r\\n\"},"
        "{\"at\":\"UID FETCH 7 (UID RFC\",\"reply\":\"* 1 FETCH (UID 7 RFC822.SIZE 18 BODY[HEADER]<0> \\\"Subject: "
        "tre\\\")"
        "\\r\\n{tag} OK and many words that are kept where it was\\r\\n\"}]}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_OK);
    check_content(&message, "Subject: uno \"due\"");
    assert_outcome(imap_fetch_head(session, 7, &message), IMAP_OK);
    check_content(&message, "Subject: tre");
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* The size asked first was a lie: the literal is read to its end and not kept. */
static void test_a_message_larger_than_said(void)
{
    g_autofree char *filling = g_strnfill(101, 'x');
    g_autofree char *rules =
        g_strdup_printf("{\"at\":\"UID FETCH 7 (UID BODY\",\"reply\":\"* 1 FETCH (UID 7 BODY[] {101}\\r\\n%s)\\r\\n"
                        "{tag} OK x\\r\\n\"}",
                        filling);
    check_fault(&(FaultRow){rules, IMAP_TOO_LARGE});
}

/* A literal of 2 GB sent in earnest: cut off, and no memory of ours holds it. */
static void test_memory_is_bounded(void)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    check_fault(&(FaultRow){"{\"at\":\"UID FETCH 7 (UID BODY\",\"endless\":true,"
                            "\"reply\":\"* 1 FETCH (UID 7 BODY[] {2147483648}\\r\\nxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
                            IMAP_PROTOCOL});
    getrusage(RUSAGE_SELF, &after);
    g_assert_cmpint(after.ru_maxrss - before.ru_maxrss, <, 32 << 10);
}

/* A literal that a message might have, where none was asked for. */
static void test_memory_is_for_messages(void)
{
    struct rusage before, after;
    g_autofree char *filling = g_strnfill(1000, 'x');
    g_autofree char *options =
        g_strdup_printf("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"UID FETCH 7 (UID RFC\",\"endless\":true,"
                        "\"reply\":\"* 1 FETCH (UID 7 BODY[] {52000000}\\r\\n%s\"}]}",
                        filling);
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    getrusage(RUSAGE_SELF, &before);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_PROTOCOL);
    getrusage(RUSAGE_SELF, &after);
    g_assert_cmpint(after.ru_maxrss - before.ru_maxrss, <, 32 << 10);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* 200,000 names that could not be opened, of 500 bytes each: none is kept, nor what was spent on them (security R10). */
static void test_folders_without_end(void)
{
    GString *options =
        g_string_new("{" PASSWORD ",\"rules\":[{\"at\":\"LIST\",\"reply\":\"{repeat}* LIST () NIL Inviata\\r\\n"
                     "{tag} OK x\\r\\n\",\"repeat\":\"* LIST () NIL ");
    for (int i = 0; i < 250; i++)
        g_string_append(options, "\\u00c3\\u00a8"); /* è, byte by byte */
    g_string_append(options, "\\r\\n\"}]}");
    Sink sink = sink_start(options->str);
    ImapServer server = plain_server(&sink);
    g_autoptr(Arena) arena = arena_new(1 << 20);
    ImapSession *session;
    ImapFolders folders;
    assert_outcome(imap_open(&server, &session), IMAP_OK);
    assert_outcome(imap_folders(arena, session, &folders), IMAP_OK);
    g_assert_cmpuint(folders.count, ==, 1);
    g_assert_cmpstr(folders.items[0].name, ==, "Inviata");
    imap_close(session);
    g_free(sink_stop(&sink));
    g_string_free(options, TRUE);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* as the node does */
    g_test_init(&argc, &argv, NULL);
    g_assert_true(dial_allow("127.0.0.0/8 192.0.2.1 ::1"));
    g_test_add_func("/imap/folders-without-end", test_folders_without_end);
    g_test_add_func("/imap/cut-at-every-byte", test_a_cut_at_every_byte_of_a_fetch);
    g_test_add_func("/imap/cut-at-every-byte-of-the-facts", test_a_cut_at_every_byte_of_the_facts);
    g_test_add_func("/imap/cut-at-every-byte-of-a-header", test_a_cut_at_every_byte_of_a_header);
    g_test_add_func("/imap/faults", test_faults);
    g_test_add_func("/imap/in-quotes", test_a_message_in_quotes);
    g_test_add_func("/imap/larger-than-said", test_a_message_larger_than_said);
    g_test_add_func("/imap/memory", test_memory_is_bounded);
    g_test_add_func("/imap/memory-for-messages", test_memory_is_for_messages);
    return g_test_run();
}
