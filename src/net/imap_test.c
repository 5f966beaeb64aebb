/* SPDX-License-Identifier: EUPL-1.2 */
/* Against tests/support/imap_sink.js; what may go wrong with a message is in imap_fault_test.c. */
#include "net/imap.h"

#include "net/dial.h"
#include "net/imap_testing.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static char *list_text(ImapSession *session, ImapQuery query)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ImapUids uids;
    assert_outcome(imap_list(arena, session, &query, &uids), IMAP_OK);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < uids.count; i++)
        g_string_append_printf(text, "%s%u", i ? " " : "", uids.uids[i]);
    return g_string_free(text, FALSE);
}

static void check_list(ImapSession *session, ImapQuery query, const char *expected)
{
    g_autofree char *text = list_text(session, query);
    g_assert_cmpstr(text, ==, expected);
}

/* --- headers and folders ----------------------------------------------------------------------------------------- */

static void test_a_header_alone(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES "}");
    ImapServer server = plain_server(&sink);
    server.message_max = 10; /* of what is over it too */
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_TOO_LARGE);
    imap_close(session);
    server.message_max = 0;
    session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch_head(session, 7, &message), IMAP_OK);
    check_content(&message, "Subject: uno\r\n\r\n");
    g_assert_cmpuint(message.size, ==, strlen("Subject: uno\r\n\r\nciao\r\n"));
    g_assert_cmpint(message.received, ==, 837596665000);
    assert_outcome(imap_fetch_head(session, 8, &message), IMAP_NOT_FOUND);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* A server that sends more than it was asked for is not believed: the header ends where we said. */
static void test_a_header_is_clipped(void)
{
    const char *options =
        "{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"UID FETCH 7 \",\"repeat\":\"x\",\"reply\":"
        "\"* 1 FETCH (UID 7 RFC822.SIZE 9 BODY[HEADER]<0> {200000}\\r\\n{repeat})\\r\\n"
        "{tag} OK x\\r\\n\"},{\"at\":\"UID FETCH 9 \",\"reply\":"
        "\"* 2 FETCH (UID 9 RFC822.SIZE 9 BODY[] {2}\\r\\nxx)\\r\\n{tag} OK x\\r\\n\"}]}";
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch_head(session, 7, &message), IMAP_OK);
    g_assert_cmpuint(message.content.size, ==, 65536);
    assert_outcome(imap_fetch_head(session, 9, &message), IMAP_REFUSED);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* "Gi&AOA- visti": RFC 3501 5.1.3. A name in raw UTF-8 and one that only holds others are none to open. */
static void test_folders(void)
{
    Sink sink = sink_start(
        "{" PASSWORD ",\"folders\":[[\"INBOX\",\"\"],[\"[Gmail]\",\"\\\\Noselect\"],"
        "[\"[Gmail]/Posta inviata\",\"\\\\HasNoChildren \\\\Sent\"],[\"Gi&AOA- visti\",\"\"],[\"&&\",\"\"]]}");
    ImapServer server = plain_server(&sink);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ImapSession *session;
    ImapFolders folders;
    assert_outcome(imap_open(&server, &session), IMAP_OK);
    assert_outcome(imap_folders(arena, session, &folders), IMAP_OK);
    g_assert_cmpuint(folders.count, ==, 3);
    g_assert_cmpstr(folders.items[0].name, ==, "INBOX");
    g_assert_cmpstr(folders.items[1].name, ==, "[Gmail]/Posta inviata");
    g_assert_cmpstr(imap_use_name(folders.items[0].use), ==, "");
    g_assert_cmpstr(imap_use_name(folders.items[1].use), ==, "sent");
    g_assert_cmpstr(folders.items[2].name, ==, "Già visti");
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* --- the story of a mailbox -------------------------------------------------------------------------------------- */

static void test_a_mailbox_is_read_and_emptied(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES "}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapMessage message;
    ImapMove move;
    ImapSession *session = open_inbox(&server, &folder);
    g_assert_cmpuint(folder.uid_validity, ==, 77);
    g_assert_cmpuint(folder.uid_next, ==, 10);
    g_assert_cmpuint(folder.exists, ==, 2);
    g_assert_true(folder.keeps_keywords && !folder.read_only && imap_has_idle(session));
    check_list(session, (ImapQuery){.max = 9}, "7 9");
    assert_outcome(imap_fetch(session, 7, &message), IMAP_OK);
    check_content(&message, "Subject: uno\r\n\r\nciao\r\n");
    g_assert_cmpint(message.received, ==, 837596665000);
    g_assert_true(message.seen);
    assert_outcome(imap_mark(session, 7, "\\Seen"), IMAP_OK);
    assert_outcome(imap_mark(session, 7, "$Filo"), IMAP_OK);
    assert_outcome(imap_move(session, 7, "Già visti", &move), IMAP_OK);
    g_assert_cmpint(move.way, ==, IMAP_MOVED);
    g_assert_cmpuint(move.uid, ==, 501);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_NOT_FOUND);
    assert_outcome(imap_move(session, 7, "Già visti", &move), IMAP_NOT_FOUND);
    assert_outcome(imap_fetch(session, 9, &message), IMAP_OK);
    check_content(&message, "Subject: due\r\n\r\n)\r\n");
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_nonnull(strstr(commands,
                            "\nUID FETCH 7 (UID RFC822.SIZE INTERNALDATE FLAGS)\nUID FETCH 7 (UID BODY.PEEK[])\n"
                            "UID STORE 7 +FLAGS.SILENT (\\Seen)\nUID STORE 7 +FLAGS.SILENT ($Filo)\n"
                            "UID MOVE 7 \"Gi&AOA- visti\"\n"));
    g_assert_true(g_str_has_suffix(commands, "LOGOUT\n"));
}

static void test_observing_changes_nothing(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES "}");
    ImapServer server = plain_server(&sink);
    ImapSession *session;
    ImapFolder folder;
    ImapMessage message;
    ImapMove move;
    assert_outcome(imap_open(&server, &session), IMAP_OK);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_REFUSED); /* no folder yet */
    assert_outcome(imap_select(session, "Posta \"Inviata\"", true, &folder), IMAP_OK);
    g_assert_true(folder.read_only);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_OK);
    assert_outcome(imap_mark(session, 7, "\\Seen"), IMAP_REFUSED);
    assert_outcome(imap_move(session, 7, "Altro", &move), IMAP_REFUSED);
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_nonnull(strstr(commands, "EXAMINE \"Posta \\\"Inviata\\\"\"\n"));
    g_assert_null(strstr(commands, "STORE"));
    g_assert_null(strstr(commands, "MOVE"));
    g_assert_null(strstr(commands, "SELECT"));
}

static void test_what_is_refused_here(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES "}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapMove move;
    ImapSession *session = open_inbox(&server, &folder);
    static const char *const flags[] = {"", "\\", "a b", "a)\r\nF9 LOGOUT", "perché", "\\Seen \\Deleted", "\\\\Seen"};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        assert_outcome(imap_mark(session, 7, flags[i]), IMAP_REFUSED);
    assert_outcome(imap_move(session, 7, "a\r\nF9 LOGOUT", &move), IMAP_REFUSED);
    assert_outcome(imap_select(session, "\xff", false, &folder), IMAP_REFUSED);
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_true(g_str_has_suffix(commands, "SELECT \"INBOX\"\nLOGOUT\n"));
}

/* --- moving where the server knows less -------------------------------------------------------------------------- */

static char *move_with(const char *options, ImapOutcome outcome, ImapMove *move_out)
{
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_move(session, 7, "Filo", move_out), outcome);
    imap_close(session);
    return sink_stop(&sink);
}

static void test_move_makes_the_folder(void)
{
    ImapMove move;
    g_autofree char *commands =
        move_with("{" PASSWORD "," TWO_MESSAGES
                  ",\"rules\":[{\"at\":\"UID MOVE\",\"times\":1,\"reply\":\"{tag} NO [TRYCREATE] no\\r\\n\"}]}",
                  IMAP_OK, &move);
    g_assert_true(move.created);
    g_assert_cmpuint(move.uid, ==, 501);
    g_assert_nonnull(
        strstr(commands, "UID MOVE 7 \"Filo\"\nCREATE \"Filo\"\nSUBSCRIBE \"Filo\"\nUID MOVE 7 \"Filo\"\n"));
}

static void test_move_is_refused(void)
{
    ImapMove move;
    g_autofree char *commands =
        move_with("{" PASSWORD "," TWO_MESSAGES
                  ",\"rules\":[{\"at\":\"UID MOVE\",\"reply\":\"{tag} NO [OVERQUOTA] piena\\r\\n\"}]}",
                  IMAP_REFUSED, &move);
    g_assert_null(strstr(commands, "CREATE"));
    g_autofree char *more = move_with("{" PASSWORD "," TWO_MESSAGES
                                      ",\"rules\":[{\"at\":\"UID MOVE\",\"reply\":\"{tag} NO [TRYCREATE] no\\r\\n\"},"
                                      "{\"at\":\"CREATE\",\"reply\":\"{tag} NO mai\\r\\n\"}]}",
                                      IMAP_REFUSED, &move);
    g_assert_nonnull(strstr(more, "CREATE"));
    g_assert_false(move.created);
}

static void test_move_by_copying(void)
{
    ImapMove move;
    g_autofree char *commands =
        move_with("{" PASSWORD "," TWO_MESSAGES ",\"capability\":\"IMAP4rev1 UIDPLUS\"}", IMAP_OK, &move);
    g_assert_cmpint(move.way, ==, IMAP_COPIED);
    g_assert_cmpuint(move.uid, ==, 502);
    g_assert_nonnull(strstr(commands, "UID COPY 7 \"Filo\"\nUID STORE 7 +FLAGS.SILENT (\\Deleted)\nUID EXPUNGE 7 \n"));
}

/* A plain EXPUNGE would take what other programs have marked. */
static void test_move_without_uidplus_expunges_nothing(void)
{
    ImapMove move;
    g_autofree char *commands =
        move_with("{" PASSWORD "," TWO_MESSAGES ",\"capability\":\"IMAP4rev1\"}", IMAP_OK, &move);
    g_assert_cmpint(move.way, ==, IMAP_COPIED_ONLY);
    g_assert_null(strstr(commands, "EXPUNGE"));
}

/* --- listing ----------------------------------------------------------------------------------------------------- */

static void check_lists(const char *options)
{
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapSession *session = open_inbox(&server, &folder);
    check_list(session, (ImapQuery){.max = 9}, "3 4 70000 4000000000 4000000001");
    check_list(session, (ImapQuery){.above = 4, .max = 9}, "70000 4000000000 4000000001");
    check_list(session, (ImapQuery){.above = 3, .max = 2}, "4 70000");
    check_list(session, (ImapQuery){.above = 4000000001, .max = 9}, "");
    check_list(session, (ImapQuery){.above = UINT32_MAX, .max = 9}, "");
    check_list(session, (ImapQuery){.newest_first = true, .max = 2}, "4000000001 4000000000");
    check_list(session, (ImapQuery){.newest_first = true, .below = 4000000000, .max = 9}, "70000 4 3");
    check_list(session, (ImapQuery){.newest_first = true, .below = 3, .max = 9}, "");
    check_list(session, (ImapQuery){.newest_first = true, .below = 1, .max = 9}, "");
    check_list(session, (ImapQuery){.above = 3, .below = 70000, .max = 9}, "4");
    imap_close(session);
    g_free(sink_stop(&sink));
}

static void test_lists(void)
{
#define SPARSE "\"messages\":{\"3\":\"a\",\"4\":\"a\",\"70000\":\"a\",\"4000000000\":\"a\",\"4000000001\":\"a\"}"
    check_lists("{" PASSWORD "," SPARSE "}");
    check_lists("{" PASSWORD "," SPARSE ",\"capability\":\"IMAP4rev1 ESEARCH\"}");
#undef SPARSE
}

static void test_an_empty_folder_is_asked_nothing(void)
{
    Sink sink = sink_start("{" PASSWORD "}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapSession *session = open_inbox(&server, &folder);
    check_list(session, (ImapQuery){.max = 9}, "");
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_true(g_str_has_suffix(commands, "SELECT \"INBOX\"\nLOGOUT\n"));
}

/* The server may find what nobody asked for, in any order and twice: none of it is believed. */
static void test_a_search_is_not_believed_blindly(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"UID SEARCH\",\"reply\":"
                           "\"* SEARCH 9 7 4000000000 9\\r\\n* SEARCH 1 8\\r\\n{tag} OK x\\r\\n\"}]}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapSession *session = open_inbox(&server, &folder);
    check_list(session, (ImapQuery){.max = 9}, "7 8 9");
    check_list(session, (ImapQuery){.newest_first = true, .max = 9}, "9 8 7");
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* A wide window over what turns out to be full: asked again, narrow. Nine are wanted, so the windows are of 144, 576, 2304,
 * 9216 and 36864 UIDs, the next of 147456 from 4 + 144 + 576 + 2304 + 9216 + 36864 = 49108 on. */
static void test_a_clipped_search_is_asked_narrower(void)
{
    Sink sink = sink_start("{" PASSWORD ",\"messages\":{\"3\":\"a\",\"400000\":\"b\"},\"rules\":["
                           "{\"at\":\"UID SEARCH UID 49108:\",\"times\":1,\"repeat\":\" 70000\",\"reply\":\"* "
                           "SEARCH{repeat}\\r\\n{tag} OK x\\r\\n\"}]}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapSession *session = open_inbox(&server, &folder);
    check_list(session, (ImapQuery){.above = 3, .max = 9}, "400000");
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_nonnull(strstr(commands, "UID SEARCH UID 49108:196563\nUID SEARCH UID 49108:114643\n"));
}

/* --- signing in, and TLS (security A61) -------------------------------------------------------------------------- */

static void check_sign_in(const char *options, const char *password, const char *bearer, ImapOutcome outcome)
{
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapSession *session;
    server.password = password;
    server.bearer = bearer;
    assert_outcome(imap_open(&server, &session), outcome);
    g_assert_true((session != NULL) == (outcome == IMAP_OK));
    imap_close(session);
    g_free(sink_stop(&sink));
}

static void test_sign_in(void)
{
    static const char bearer[] = "{\"auth\":{\"user\":\"filo\",\"bearer\":\"abc.def\"}}";
    check_sign_in("{" PASSWORD "}", "s3greta è", NULL, IMAP_OK);
    check_sign_in("{" PASSWORD "}", "sbagliata", NULL, IMAP_SIGN_IN);
    check_sign_in(bearer, NULL, "abc.def", IMAP_OK);
    check_sign_in(bearer, NULL, "scaduto", IMAP_SIGN_IN);
    check_sign_in("{" PASSWORD "}", NULL, "abc.def", IMAP_SIGN_IN); /* no XOAUTH2: nothing else is tried */
    check_sign_in("{" PASSWORD ",\"rules\":[{\"at\":\"AUTHENTICATE\",\"reply\":\"{tag} NO [UNAVAILABLE] poi\\r\\n\"}]}",
                  "s3greta è", NULL, IMAP_TEMPORARY);
    check_sign_in("{" PASSWORD ",\"rules\":[{\"at\":\"greeting\",\"reply\":\"* BYE piena\\r\\n\",\"close\":true}]}",
                  "s3greta è", NULL, IMAP_PROTOCOL);
    check_sign_in("{" PASSWORD ",\"rules\":[{\"at\":\"greeting\",\"reply\":\"\",\"close\":true}]}", "s3greta è", NULL,
                  IMAP_TEMPORARY);
}

/* Refusals of sign-in as Exchange, Gmail and Dovecot word them, and whether they may pass by themselves. */
static void test_refusals_of_sign_in(void)
{
    static const struct {
        const char *said;
        ImapOutcome outcome;
    } rows[] = {
        {"Server Unavailable. 15", IMAP_TEMPORARY},
        {"[ALERT] Too many simultaneous connections. (Failure)", IMAP_TEMPORARY},
        {"[INUSE] locked", IMAP_TEMPORARY},
        {"[LIMIT] enough", IMAP_TEMPORARY},
        {"[OVERQUOTA] full", IMAP_TEMPORARY},
        {"Temporary authentication failure", IMAP_TEMPORARY},
        {"Please try again later", IMAP_TEMPORARY},
        {"[AUTHENTICATIONFAILED] Invalid credentials, try again later", IMAP_SIGN_IN},
        {"[AUTHORIZATIONFAILED] temporarily not yours", IMAP_SIGN_IN},
        {"[EXPIRED] too many days", IMAP_SIGN_IN},
        {"[ALERT] Application-specific password required (Failure)", IMAP_SIGN_IN},
        {"LOGIN failed.", IMAP_SIGN_IN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].said);
        g_autofree char *options = g_strdup_printf(
            "{" PASSWORD ",\"rules\":[{\"at\":\"AUTHENTICATE\",\"reply\":\"{tag} NO %s\\r\\n\"}]}", rows[i].said);
        check_sign_in(options, "s3greta è", NULL, rows[i].outcome);
    }
}

typedef struct TlsRow {
    const char *options;
    ImapTls tls;
    bool trusted; /* our ca_file is the sink's */
    ImapOutcome outcome;
} TlsRow;

static void check_tls(const TlsRow *row)
{
    Sink sink = sink_start(row->options);
    ImapServer server = plain_server(&sink);
    ImapSession *session;
    server.tls = row->tls;
    server.host = "localhost";
    server.ca_file = row->trusted ? sink.ca_file : NULL;
    assert_outcome(imap_open(&server, &session), row->outcome);
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    if (row->outcome != IMAP_OK) /* nothing secret went out */
        g_assert_false(strstr(commands, "AUTHENTICATE") || strstr(commands, "LOGIN"));
}

static void test_tls(void)
{
    static const TlsRow rows[] = {
        {"{\"tls\":\"starttls\"," PASSWORD "}", IMAP_TLS_STARTTLS, true, IMAP_OK},
        {"{\"tls\":\"implicit\"," PASSWORD "}", IMAP_TLS_IMPLICIT, true, IMAP_OK},
        {"{\"tls\":\"starttls\"," PASSWORD "}", IMAP_TLS_STARTTLS, false, IMAP_INSECURE},
        {"{\"tls\":\"implicit\"," PASSWORD "}", IMAP_TLS_IMPLICIT, false, IMAP_INSECURE},
        {"{\"tls\":\"none\"," PASSWORD "}", IMAP_TLS_STARTTLS, false, IMAP_INSECURE}, /* stripped */
        {"{\"tls\":\"starttls\",\"rules\":[{\"at\":\"STARTTLS\",\"reply\":\"{tag} NO not now\\r\\n\"}]," PASSWORD "}",
         IMAP_TLS_STARTTLS, true, IMAP_INSECURE},
        {"{\"tls\":\"starttls\",\"rules\":[{\"at\":\"greeting\",\"reply\":\"* PREAUTH ciao\\r\\n\"}]," PASSWORD "}",
         IMAP_TLS_STARTTLS, true, IMAP_INSECURE},
        {"{\"tls\":\"starttls\",\"certificate\":{\"name\":\"mail.altri.test\"}," PASSWORD "}", IMAP_TLS_STARTTLS, true,
         IMAP_INSECURE},
        {"{\"tls\":\"implicit\",\"certificate\":{\"name\":\"mail.altri.test\"}," PASSWORD "}", IMAP_TLS_IMPLICIT, true,
         IMAP_INSECURE},
        {"{\"tls\":\"implicit\",\"certificate\":{\"expired\":true}," PASSWORD "}", IMAP_TLS_IMPLICIT, true,
         IMAP_INSECURE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_tls(&rows[i]);
}

/* 192.0.2.1 (RFC 5737) is nobody's, and the refusal comes before any packet. */
static void test_plain_only_to_loopback(void)
{
    ImapServer server = {.host = "192.0.2.1", .port = 143, .tls = IMAP_TLS_NONE, .user = "filo", .open_seconds = 2};
    ImapSession *session;
    ImapResult result = imap_open(&server, &session);
    assert_outcome(result, IMAP_INSECURE);
    g_assert_cmpstr(result.text, ==, "plain IMAP is for loopback only");
}

/* Megabytes over TLS: libcurl holds decrypted bytes that no poll announces. */
static void test_a_large_message_over_tls(void)
{
    g_autoptr(GString) text = g_string_new("Subject: grande\\r\\n\\r\\n");
    while (text->len < 100 << 10) /* a command line holds no more */
        g_string_append(text, "una riga come le altre\\r\\n");
    g_autofree char *options =
        g_strdup_printf("{\"tls\":\"implicit\"," PASSWORD ",\"messages\":{\"7\":\"%s\"}}", text->str);
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    server.tls = IMAP_TLS_IMPLICIT;
    server.host = "localhost";
    server.ca_file = sink.ca_file;
    ImapFolder folder;
    ImapMessage message;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_OK);
    g_autofree char *expected = g_strcompress(text->str);
    check_content(&message, expected);
    imap_close(session);
    g_free(sink_stop(&sink));
}

static void test_a_folder_without_uidvalidity(void)
{
    Sink sink = sink_start("{" PASSWORD
                           ",\"rules\":[{\"at\":\"SELECT \\\"INBOX\",\"reply\":\"* 0 EXISTS\\r\\n{tag} OK x\\r\\n\"},"
                           "{\"at\":\"SELECT\",\"reply\":\"{tag} NO non esiste\\r\\n\"}]}");
    ImapServer server = plain_server(&sink);
    ImapSession *session;
    ImapFolder folder;
    ImapMessage message;
    assert_outcome(imap_open(&server, &session), IMAP_OK);
    ImapResult result = imap_select(session, "Manca", false, &folder);
    assert_outcome(result, IMAP_REFUSED);
    g_assert_cmpstr(result.text, ==, "non esiste");
    assert_outcome(imap_fetch(session, 7, &message), IMAP_REFUSED); /* none is open */
    assert_outcome(imap_select(session, "INBOX", false, &folder), IMAP_PROTOCOL);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* The server's words come clean, on one line, and are cut at a character: 255 bytes would end in half of one. */
static void test_words_are_clean(void)
{
    g_autoptr(GString) options = g_string_new("{" PASSWORD ",\"rules\":[{\"at\":\"SELECT\",\"reply\":\"{tag} NO [X] ");
    for (int i = 0; i < 200; i++)
        g_string_append(options, "\\u00c3\\u00a8"); /* è, byte by byte */
    g_string_append(options, "\\r\\n\"},{\"at\":\"EXAMINE\",\"reply\":\"{tag} NO a\\u0007b\\tc\\u00ff\\r\\n\"}]}");
    Sink sink = sink_start(options->str);
    ImapServer server = plain_server(&sink);
    ImapSession *session;
    ImapFolder folder;
    assert_outcome(imap_open(&server, &session), IMAP_OK);
    ImapResult result = imap_select(session, "INBOX", false, &folder);
    g_assert_cmpuint(strlen(result.text), ==, 254);
    g_assert_true(g_utf8_validate(result.text, -1, NULL));
    g_assert_cmpstr(imap_select(session, "INBOX", true, &folder).text, ==, "ab c\xef\xbf\xbd");
    imap_close(session);
    g_free(sink_stop(&sink));
}

static void *raise_stop(void *arg)
{
    g_usleep(300 * 1000);
    atomic_store((atomic_bool *)arg, true);
    return NULL;
}

static void test_stop(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"UID FETCH\",\"stallMs\":60000}]}");
    ImapServer server = plain_server(&sink);
    atomic_bool stop = false;
    server.stop = &stop;
    server.reply_seconds = 50;
    ImapFolder folder;
    ImapMessage message;
    pthread_t thread;
    ImapSession *session = open_inbox(&server, &folder);
    g_assert_cmpint(pthread_create(&thread, NULL, raise_stop, &stop), ==, 0);
    assert_outcome(imap_fetch(session, 7, &message), IMAP_STOPPED);
    pthread_join(thread, NULL);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* --- waiting for news -------------------------------------------------------------------------------------------- */

static void check_idle(const char *options, unsigned seconds, int wake_fd, ImapOutcome outcome, ImapWake expected)
{
    Sink sink = sink_start(options);
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapWake wake;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_idle(session, seconds, wake_fd, &wake), outcome);
    if (outcome == IMAP_OK) {
        g_assert_cmpint(wake, ==, expected);
        assert_outcome(imap_mark(session, 7, "\\Seen"), IMAP_OK); /* the idling is over on both sides */
    }
    imap_close(session);
    g_free(sink_stop(&sink));
}

static void test_idle(void)
{
#define IDLE(reply) "{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"IDLE\",\"reply\":\"" reply "\"}]}"
    check_idle(IDLE("+ idling\\r\\n* OK still here\\r\\n* 3 EXISTS\\r\\n"), 60, -1, IMAP_OK, IMAP_WAKE_NEWS);
    check_idle(IDLE("* 3 EXISTS\\r\\n+ idling\\r\\n"), 60, -1, IMAP_OK, IMAP_WAKE_NEWS);
    check_idle(IDLE("+ idling\\r\\n* 1 EXPUNGE\\r\\n* 2 EXISTS\\r\\n"), 60, -1, IMAP_OK, IMAP_WAKE_NEWS);
    check_idle(IDLE("+ idling\\r\\n* 2 EXISTS\\r\\n"), 1, -1, IMAP_OK, IMAP_WAKE_TIME);
    check_idle(IDLE("+ idling\\r\\n* BYE basta\\r\\n"), 60, -1, IMAP_CLOSED, IMAP_WAKE_TIME);
    check_idle(IDLE("+ idling\\r\\n{tag} OK basta\\r\\n"), 60, -1, IMAP_OK, IMAP_WAKE_TIME);
    check_idle(IDLE("+ idling\\r\\nF1 OK\\r\\n"), 60, -1, IMAP_PROTOCOL, IMAP_WAKE_TIME);
#undef IDLE
    /* without IDLE: one question at the end */
    check_idle("{" PASSWORD "," TWO_MESSAGES ",\"capability\":\"IMAP4rev1\",\"rules\":["
               "{\"at\":\"NOOP\",\"reply\":\"* 3 EXISTS\\r\\n{tag} OK x\\r\\n\"}]}",
               1, -1, IMAP_OK, IMAP_WAKE_NEWS);
}

/* Deaf once it idles: nothing is announced, and the word that ends it is not answered. So it is found out when the idling is
 * begun again, not when something comes. */
static void test_idle_of_the_deaf(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"IDLE\",\"reply\":\"+ idling\\r\\n\"},"
                           "{\"at\":\"DONE\",\"reply\":\"\"}]}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapWake wake;
    server.reply_seconds = 1;
    ImapSession *session = open_inbox(&server, &folder);
    int64_t begun_us = clock_monotonic_us();
    assert_outcome(imap_idle(session, 1, -1, &wake), IMAP_TEMPORARY);
    g_assert_cmpint(clock_monotonic_us() - begun_us, >=, 2 * G_USEC_PER_SEC - G_USEC_PER_SEC / 10);
    assert_outcome(imap_mark(session, 7, "\\Seen"), IMAP_CLOSED);
    imap_close(session);
    g_free(sink_stop(&sink));
}

/* Who says no to IDLE is asked, at once and from then on; who says no to that as well cannot be waited for. */
static void test_idle_refused(void)
{
#define REFUSING(noop)                                                                                                 \
    "{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"IDLE\",\"reply\":\"{tag} NO adesso no\\r\\n\"}" noop "]}"
    check_idle(REFUSING(""), 60, -1, IMAP_OK, IMAP_WAKE_TIME);
    check_idle(REFUSING(",{\"at\":\"NOOP\",\"reply\":\"* 3 EXISTS\\r\\n{tag} OK x\\r\\n\"}"), 60, -1, IMAP_OK,
               IMAP_WAKE_NEWS);
    check_idle(REFUSING(",{\"at\":\"NOOP\",\"reply\":\"{tag} BAD User is authenticated but not connected.\\r\\n\"}"),
               60, -1, IMAP_REFUSED, IMAP_WAKE_TIME);
    Sink sink = sink_start(REFUSING(""));
#undef REFUSING
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapWake wake;
    ImapSession *session = open_inbox(&server, &folder);
    g_assert_true(imap_has_idle(session));
    assert_outcome(imap_idle(session, 60, -1, &wake), IMAP_OK);
    g_assert_false(imap_has_idle(session));
    assert_outcome(imap_idle(session, 1, -1, &wake), IMAP_OK);
    imap_close(session);
    g_autofree char *commands = sink_stop(&sink);
    g_assert_nonnull(strstr(commands, "IDLE\nNOOP\nNOOP\nLOGOUT\n"));
}

static void *raise_wake(void *arg)
{
    g_usleep(300 * 1000);
    uint64_t one = 1;
    g_assert_cmpint(write(*(int *)arg, &one, sizeof one), ==, sizeof one);
    return NULL;
}

static void test_idle_ends_at_a_call(void)
{
    static const char *const options[] = {"{" PASSWORD "," TWO_MESSAGES "}",
                                          "{" PASSWORD "," TWO_MESSAGES ",\"capability\":\"IMAP4rev1\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        int wake_fd = eventfd(0, EFD_CLOEXEC);
        pthread_t thread;
        g_assert_cmpint(pthread_create(&thread, NULL, raise_wake, &wake_fd), ==, 0);
        check_idle(options[i], 100, wake_fd, IMAP_OK, IMAP_WAKE_CALL);
        pthread_join(thread, NULL);
        close(wake_fd);
    }
}

/* What is announced while we do something else is not slept over. */
static void test_news_between_two_idlings(void)
{
    Sink sink = sink_start("{" PASSWORD "," TWO_MESSAGES ",\"rules\":[{\"at\":\"UID STORE\",\"times\":1,\"reply\":"
                           "\"* 3 EXISTS\\r\\n{tag} OK x\\r\\n\"}]}");
    ImapServer server = plain_server(&sink);
    ImapFolder folder;
    ImapWake wake;
    ImapSession *session = open_inbox(&server, &folder);
    assert_outcome(imap_mark(session, 7, "\\Seen"), IMAP_OK);
    assert_outcome(imap_idle(session, 100, -1, &wake), IMAP_OK);
    g_assert_cmpint(wake, ==, IMAP_WAKE_NEWS);
    check_list(session, (ImapQuery){.max = 9}, "7 9");
    assert_outcome(imap_idle(session, 1, -1, &wake), IMAP_OK);
    g_assert_cmpint(wake, ==, IMAP_WAKE_TIME);
    imap_close(session);
    g_free(sink_stop(&sink));
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* as the node does */
    g_test_init(&argc, &argv, NULL);
    g_assert_true(dial_allow("127.0.0.0/8 192.0.2.1 ::1"));
    g_test_add_func("/imap/read-and-emptied", test_a_mailbox_is_read_and_emptied);
    g_test_add_func("/imap/header-alone", test_a_header_alone);
    g_test_add_func("/imap/header-clipped", test_a_header_is_clipped);
    g_test_add_func("/imap/folders", test_folders);
    g_test_add_func("/imap/observing", test_observing_changes_nothing);
    g_test_add_func("/imap/refused-here", test_what_is_refused_here);
    g_test_add_func("/imap/move-makes-folder", test_move_makes_the_folder);
    g_test_add_func("/imap/move-refused", test_move_is_refused);
    g_test_add_func("/imap/move-by-copying", test_move_by_copying);
    g_test_add_func("/imap/move-without-uidplus", test_move_without_uidplus_expunges_nothing);
    g_test_add_func("/imap/lists", test_lists);
    g_test_add_func("/imap/empty-folder", test_an_empty_folder_is_asked_nothing);
    g_test_add_func("/imap/search-not-believed", test_a_search_is_not_believed_blindly);
    g_test_add_func("/imap/search-clipped", test_a_clipped_search_is_asked_narrower);
    g_test_add_func("/imap/sign-in", test_sign_in);
    g_test_add_func("/imap/sign-in-refused", test_refusals_of_sign_in);
    g_test_add_func("/imap/tls", test_tls);
    g_test_add_func("/imap/plain-only-to-loopback", test_plain_only_to_loopback);
    g_test_add_func("/imap/large-over-tls", test_a_large_message_over_tls);
    g_test_add_func("/imap/no-uidvalidity", test_a_folder_without_uidvalidity);
    g_test_add_func("/imap/words", test_words_are_clean);
    g_test_add_func("/imap/stop", test_stop);
    g_test_add_func("/imap/idle", test_idle);
    g_test_add_func("/imap/idle-deaf", test_idle_of_the_deaf);
    g_test_add_func("/imap/idle-refused", test_idle_refused);
    g_test_add_func("/imap/idle-call", test_idle_ends_at_a_call);
    g_test_add_func("/imap/news-between", test_news_between_two_idlings);
    return g_test_run();
}
