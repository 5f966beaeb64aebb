/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/imap_read.h"

#include <string.h>

#define LITERAL_MAX 4096

static void append_set(GString *out, const char *name, ImapSet set)
{
    g_string_append_printf(out, " %s=", name);
    for (size_t i = 0; i < set.count; i++)
        g_string_append_printf(out, "%s%u:%u", i ? "," : "", set.ranges[i].first, set.ranges[i].last);
    if (set.clipped)
        g_string_append(out, "clipped");
}

static void append_words(GString *out, ImapWords words)
{
    for (size_t i = 0; i < words.count; i++)
        g_string_append_printf(out, " <%s>", words.at[i]);
}

static void append_fetch(GString *out, const ImapFetch *fetch)
{
    if (fetch->has_uid)
        g_string_append_printf(out, " uid=%u", fetch->uid);
    if (fetch->has_flags)
        append_words(g_string_append(out, " flags"), fetch->flags);
    if (fetch->has_size)
        g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, fetch->size);
    if (fetch->has_date)
        g_string_append_printf(out, " date=%" G_GINT64_FORMAT, fetch->date);
    if (fetch->has_body) {
        g_string_append_printf(out, " %s=%s[", fetch->is_head ? "head" : "body", fetch->skipped ? "skipped" : "");
        g_string_append_len(out, (const char *)fetch->body.data, (gssize)fetch->body.size);
        g_string_append_c(out, ']');
    }
}

/* A response in one line, for comparing. */
static void describe(GString *out, const ImapResponse *response)
{
    static const char *const kinds[] = {"status", "+", "capability", "flags", "exists",
                                        "expunge", "fetch", "search", "list", "namespace", "other"};
    static const char *const statuses[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    g_string_append_printf(out, "%s", kinds[response->kind]);
    if (response->kind == IMAP_STATUS)
        g_string_append_printf(out, " %s %s code=%d", response->tag, statuses[response->status], (int)response->code);
    if (response->number)
        g_string_append_printf(out, " %u", response->number);
    append_words(out, response->words);
    if (response->source.count)
        append_set(out, "source", response->source);
    if (response->found.count || response->kind == IMAP_SEARCH)
        append_set(out, "found", response->found);
    if (response->kind == IMAP_FETCH)
        append_fetch(out, &response->fetch);
    if (response->kind == IMAP_LIST || response->kind == IMAP_NAMESPACE)
        g_string_append_printf(out, " name=%s", response->folder);
    if (response->text.size)
        g_string_append_printf(out, " \"%.*s\"", (int)response->text.size, (const char *)response->text.data);
    g_string_append_c(out, '\n');
}

static ImapReading read_all(ImapReader *reader, Bytes input, GString *out)
{
    ImapResponse response;
    ImapReading reading;
    while ((reading = imap_read(reader, &input, &response)) == IMAP_READ_RESPONSE)
        describe(out, &response);
    if (reading == IMAP_READ_BROKEN)
        g_string_append_printf(out, "broken: %s\n", imap_reader_fault(reader));
    else
        g_assert_cmpuint(input.size, ==, 0);
    return reading;
}

/* All responses of the text, read in two pieces. */
static char *read_cut(Bytes text, size_t cut)
{
    g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
    GString *out = g_string_new(NULL);
    if (read_all(reader, (Bytes){text.data, cut}, out) == IMAP_READ_MORE)
        read_all(reader, (Bytes){text.data + cut, text.size - cut}, out);
    return g_string_free(out, FALSE);
}

static char *read_by_bytes(Bytes text)
{
    g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < text.size; i++)
        if (read_all(reader, (Bytes){text.data + i, 1}, out) == IMAP_READ_BROKEN)
            break;
    return g_string_free(out, FALSE);
}

static void check_read(const char *text, const char *expected)
{
    g_autofree char *shown = g_strescape(text, NULL);
    g_test_message("%s", shown);
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        g_autofree char *read = read_cut(bytes_of(text), cut);
        g_assert_cmpstr(read, ==, expected);
    }
    g_autofree char *read = read_by_bytes(bytes_of(text));
    g_assert_cmpstr(read, ==, expected);
}

typedef struct Row {
    const char *text, *expected;
} Row;

static void check_rows(const Row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_read(rows[i].text, rows[i].expected);
}

static void test_statuses(void)
{
    static const Row rows[] = {
        {"* OK Dovecot ready.\r\n", "status  OK code=0 \"Dovecot ready.\"\n"},
        {"* PREAUTH ciao\r\n", "status  PREAUTH code=0 \"ciao\"\n"},
        {"* BYE closing {5}\r\n* OK x\r\n", "status  BYE code=0 \"closing {5}\"\nstatus  OK code=0 \"x\"\n"},
        {"* OK [UIDVALIDITY 1478542] valid\r\n", "status  OK code=10 1478542 \"valid\"\n"},
        {"* ok [uidnext 4392] next\r\n", "status  OK code=9 4392 \"next\"\n"},
        {"* OK [PERMANENTFLAGS (\\Seen $Filo \\*)] x\r\n", "status  OK code=5 <\\Seen> <$Filo> <\\*> \"x\"\n"},
        {"* OK [PERMANENTFLAGS ()] none\r\n", "status  OK code=5 \"none\"\n"},
        {"* OK [CAPABILITY IMAP4rev1 MOVE] x\r\n", "status  OK code=3 <IMAP4rev1> <MOVE> \"x\"\n"},
        {"* NO [ALERT] quasi pieno\r\n", "status  NO code=2 \"quasi pieno\"\n"},
        {"F1 OK [READ-ONLY] aperta\r\n", "status F1 OK code=6 \"aperta\"\n"},
        {"F1 OK [READ-WRITE] aperta\r\n", "status F1 OK code=7 \"aperta\"\n"},
        {"F2 NO [TRYCREATE] no such\r\n", "status F2 NO code=8 \"no such\"\n"},
        {"F3 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n",
         "status F3 OK code=4 38505 source=304:304,319:320 found=3956:3958 \"Done\"\n"},
        {"F3 OK [COPYUID 38505 ] Done\r\n", "status F3 OK code=1 38505 \"Done\"\n"},
        {"* OK [UIDNEXT abc] x\r\n", "status  OK code=1 \"x\"\n"},
        {"F4 BAD [CLIENTBUG] what?\r\n", "status F4 BAD code=1 \"what?\"\n"},
        {"F5 NO\r\n", "status F5 NO code=0\n"},
        {"+ idling\r\n", "+ \"idling\"\n"},
        {"+\r\n", "+\n"},
        {"+ \r\n", "+\n"},
        {"+ go {7}\r\n", "+ \"go {7}\"\n"},
        {"* OK perch\xc3\xa9\r\n", "status  OK code=0 \"perch\xc3\xa9\"\n"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_lists_and_numbers(void)
{
    static const Row rows[] = {
        {"* CAPABILITY IMAP4rev1 IDLE AUTH=XOAUTH2\r\n", "capability <IMAP4rev1> <IDLE> <AUTH=XOAUTH2>\n"},
        {"* FLAGS (\\Answered \\Seen $Label[1)\r\n", "flags <\\Answered> <\\Seen> <$Label[1>\n"},
        {"* 23 EXISTS\r\n* 0 EXISTS\r\n* 44 EXPUNGE\r\n* 1 RECENT\r\n", "exists 23\nexists\nexpunge 44\nother 1\n"},
        {"* SEARCH\r\n* SEARCH 2 3 6 4294967295\r\n", "search found=\nsearch found=2:3,6:6,4294967295:4294967295\n"},
        {"* SEARCH 5 4 \r\n", "search found=5:5,4:4\n"},
        {"* SEARCH 2 5 (MODSEQ 917162500)\r\n", "search found=2:2,5:5\n"},
        {"* ESEARCH (TAG \"F7\") UID ALL 1:17,21\r\n", "search found=1:17,21:21\n"},
        {"* ESEARCH (TAG \"F7\") UID COUNT 2 ALL 9,4:1 MAX 9\r\n", "search found=9:9,1:4\n"},
        {"* ESEARCH (TAG \"F7\") UID\r\n", "search found=\n"},
        {"* LIST (\\HasNoChildren \\Sent) \"/\" \"Posta Inviata\"\r\n",
         "list <\\HasNoChildren> <\\Sent> name=Posta Inviata\n"},
        {"* LIST () NIL Gi&AOA-\r\n", "list name=Gi&AOA-\n"},
        {"* LIST () \"\\\\\" \"a\\\"b\\\\c\"\r\n", "list name=a\"b\\c\n"},
        {"* LIST () \".\" {6}\r\nin\r\nbo\r\n", "list name=in\r\nbo\n"},
        {"* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n", "namespace name=INBOX.\n"},
        {"* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"A\" \"B\"))) ((\"~\" \"/\")) NIL\r\n", "namespace name=\n"},
        {"* NAMESPACE NIL NIL ((\"Pubbliche/\" \"/\"))\r\n", "namespace name=\n"},
        {"* NAMESPACE (({2}\r\nx. \".\")) NIL NIL\r\n", "namespace name=x.\n"},
        {"* NAMESPACE ((x y))\r\n", "namespace name=\n"},
        {"* NAMESPACE\r\n", "namespace name=\n"},
        {"* ENABLED CONDSTORE\r\n* VANISHED 41,43:116\r\n* ID NIL\r\n", "other\nother\nother\n"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* The instant of the second row by hand: 1996-07-17 is day 9694, 02:44:25 at -0700 is 09:44:25 UTC. */
static void test_fetch(void)
{
    static const Row rows[] = {
        {"* 7 FETCH (UID 41 FLAGS (\\Seen \\Recent) RFC822.SIZE 44827)\r\n",
         "fetch 7 uid=41 flags <\\Seen> <\\Recent> size=44827\n"},
        {"* 7 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" UID 41)\r\n", "fetch 7 uid=41 date=837596665000\n"},
        {"* 7 FETCH (INTERNALDATE \" 1-Jan-1970 01:00:00 +0100\")\r\n", "fetch 7 date=0\n"},
        {"* 7 FETCH (INTERNALDATE \"31-Feb-1996 02:44:25 -0700\" UID 1)\r\n", "fetch 7 uid=1\n"},
        {"* 7 FETCH (INTERNALDATE NIL UID 1)\r\n", "fetch 7 uid=1\n"},
        {"* 7 FETCH (BODY[] {12}\r\nA: b\r\n\r\nciao UID 9)\r\n* 8 EXISTS\r\n",
         "fetch 7 uid=9 body=[A: b\r\n\r\nciao]\nexists 8\n"},
        {"* 7 FETCH (UID 9 BODY[] {0}\r\n)\r\n", "fetch 7 uid=9 body=[]\n"},
        {"* 7 FETCH (BODY[] ~{4}\r\n\r\n\n\r UID 9)\r\n", "fetch 7 uid=9 body=[\r\n\n\r]\n"},
        {"* 7 FETCH (BODY[] {4+}\r\nciao UID 9)\r\n", "fetch 7 uid=9 body=[ciao]\n"},
        {"* 7 FETCH (UID 9 BODY[] \"A: \\\"b\\\"\")\r\n", "fetch 7 uid=9 body=[A: \"b\"]\n"},
        {"* 7 FETCH (UID 9 BODY[] NIL)\r\n", "fetch 7 uid=9 body=[]\n"},
        {"* 7 FETCH (BODY[HEADER]<0> {6}\r\nA: b\r\n UID 9)\r\n", "fetch 7 uid=9 head=[A: b\r\n]\n"},
        {"* 7 FETCH (BODY[HEADER]<9> {2}\r\nxx UID 9)\r\n", "fetch 7 uid=9\n"},
        {"* 7 FETCH (BODY[HEADER.FIELDS (TO)] {3}\r\nTo: BODY[]<0> {2}\r\nxx UID 9)\r\n", "fetch 7 uid=9\n"},
        {"* 7 FETCH (ENVELOPE (\"x {3}\" NIL ((NIL {2}\r\n)( \"a\")) NIL) MODSEQ (12) X-GM-MSGID 1 UID 9)\r\n",
         "fetch 7 uid=9\n"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_broken(void)
{
    static const Row rows[] = {
        {"* OK bare\n", "broken: a line holds a bare CR or LF\n"},
        {"* OK bare\rx\r\n", "broken: a line holds a bare CR or LF\n"},
        {"* OK bare\r\r\n", "broken: a line holds a bare CR or LF\n"},
        {"* 7 FETCH (BODY[] {x}\r\n", "broken: a literal's length is no number\n"},
        {"* 7 FETCH (BODY[] {-1}\r\n", "broken: a literal's length is no number\n"},
        {"* 7 FETCH (BODY[] {}\r\n", "broken: a literal's length is no number\n"},
        {"* 7 FETCH (BODY[] {99999999999999999999}\r\n", "broken: a literal's length is no number\n"},
        {"* 7 FETCH (BODY[] {3}\r\nciao UID 9)\r\n", "broken: a response is not IMAP\n"}, /* shorter than said */
        {"* 7 FETCH (BODY[] {7}\r\nciao)\r\n\r\n", "broken: a response is not IMAP\n"},   /* longer than said */
        {"* 0 FETCH (UID 9)\r\n", "broken: a response is not IMAP\n"},
        {"* 7 FETCH (UID 4294967296)\r\n", "broken: a response is not IMAP\n"},
        {"* 7 FETCH (UID 9\r\n", "broken: a response is not IMAP\n"},
        {"* 7 FETCH (UID 9) x\r\n", "broken: a response is not IMAP\n"},
        {"* 7 FETCH (BODY[] \"a)\r\n", "broken: a response is not IMAP\n"},
        {"* SEARCH 0\r\n", "broken: a response is not IMAP\n"},
        {"* SEARCH x\r\n", "broken: a response is not IMAP\n"},
        {"* 99999999999 EXISTS\r\n", "broken: a response is not IMAP\n"},
        {"* 2 EXISTS\r\n\r\n", "exists 2\nbroken: a response is not IMAP\n"},
        {"HTTP/1.1 200 fine\r\n", "broken: a response is not IMAP\n"},
        {"F1 BYE\r\n", "broken: a response is not IMAP\n"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
    static const uint8_t nul[] = "* OK a\0b\r\n";
    g_autofree char *read = read_by_bytes((Bytes){nul, sizeof nul - 1});
    g_assert_cmpstr(read, ==, "broken: a line holds a NUL\n");
}

/* --- limits ------------------------------------------------------------------------------------------------------ */

static char *read_string(GString *text)
{
    Bytes bytes = {(const uint8_t *)text->str, text->len};
    char *whole = read_cut(bytes, 0);
    g_autofree char *by_bytes = read_by_bytes(bytes);
    g_assert_cmpstr(whole, ==, by_bytes);
    return whole;
}

static void test_line_limit(void)
{
    g_autoptr(GString) text = g_string_new("* OK ");
    while (text->len < 64 << 10)
        g_string_append_c(text, 'x');
    g_string_append(text, "\r\n");
    g_autoptr(ImapReader) reader = imap_reader_new(0);
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(read_all(reader, (Bytes){(const uint8_t *)text->str, text->len}, out), ==, IMAP_READ_MORE);
    g_string_insert_c(text, 5, 'x');
    g_autofree char *read = read_string(text);
    g_assert_cmpstr(read, ==, "broken: a line is too long\n");
}

static void test_search_is_clipped(void)
{
    g_autoptr(GString) text = g_string_new("* SEARCH");
    for (guint i = 0; i < 200000; i++)
        g_string_append_printf(text, " %u", 4000000000u - 2 * i);
    g_string_append(text, "\r\n* SEARCH 8\r\n");
    g_autofree char *read = read_string(text);
    g_assert_cmpstr(read, ==, "search found=clipped\nsearch found=8:8\n");
}

static void test_literal_over_the_limit_is_skipped(void)
{
    g_autoptr(GString) text = g_string_new("* 1 FETCH (BODY[] {5000}\r\n");
    for (int i = 0; i < 5000; i++)
        g_string_append_c(text, "\r\n)x"[i % 4]);
    g_string_append(text, " UID 3)\r\n* 2 FETCH (BODY[] {2}\r\nsi UID 4)\r\n");
    g_autofree char *read = read_string(text);
    g_assert_cmpstr(read, ==, "fetch 1 uid=3 body=skipped[]\nfetch 2 uid=4 body=[si]\n");
}

/* The limit is the response's, not each literal's. */
static void test_literals_share_the_limit(void)
{
    g_autoptr(GString) text = g_string_new("* 1 FETCH (X {4000}\r\n");
    g_autofree char *filling = g_strnfill(4000, 'x');
    g_string_append_printf(text, "%s BODY[] {97}\r\n%.97s UID 3)\r\n", filling, filling);
    g_autofree char *read = read_string(text);
    g_assert_cmpstr(read, ==, "fetch 1 uid=3 body=skipped[]\n");
}

static void test_two_gigabytes_are_not_kept(void)
{
    static uint8_t piece[1 << 16];
    g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
    ImapResponse response;
    Bytes input = bytes_of("* 1 FETCH (BODY[] {2147483648}\r\n");
    g_assert_cmpint(imap_read(reader, &input, &response), ==, IMAP_READ_MORE);
    for (int i = 0; i < 1 << 15; i++) {
        input = (Bytes){piece, sizeof piece};
        g_assert_cmpint(imap_read(reader, &input, &response), ==, IMAP_READ_MORE);
    }
    input = bytes_of(" UID 3)\r\n");
    g_assert_cmpint(imap_read(reader, &input, &response), ==, IMAP_READ_RESPONSE);
    g_assert_true(response.fetch.skipped);
}

static void test_too_many_literals(void)
{
    g_autoptr(GString) text = g_string_new("* 1 FETCH (X (");
    for (int i = 0; i < 65; i++)
        g_string_append(text, " {0}\r\n");
    g_string_append(text, "))\r\n");
    g_autofree char *read = read_string(text);
    g_assert_cmpstr(read, ==, "broken: a response has too many literals\n");
}

static void test_nesting_limit(void)
{
    for (int depth = 32; depth <= 33; depth++) {
        g_autofree char *opening = g_strnfill(depth, '('), *closing = g_strnfill(depth, ')');
        g_autoptr(GString) text = g_string_new(NULL);
        g_string_append_printf(text, "* 1 FETCH (X %s%s)\r\n", opening, closing);
        g_autofree char *read = read_string(text);
        g_assert_cmpstr(read, ==, depth == 32 ? "fetch 1\n" : "broken: a response is not IMAP\n");
    }
}

/* Memory is of one response: 2,000,000 of them leave nothing behind (the arena's cap would abort). */
static void test_endless_lines(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "* FLAGS (a b c d e f g h)\r\n");
    g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
    ImapResponse response;
    for (int i = 0; i < 2000; i++) {
        Bytes input = {(const uint8_t *)text->str, text->len};
        while (imap_read(reader, &input, &response) == IMAP_READ_RESPONSE)
            g_assert_cmpuint(response.words.count, ==, 8);
    }
    g_assert_null(imap_reader_fault(reader));
}

/* The most a line can be made of: each piece costs the arena more than the wire. */
static void test_dearest_lines(void)
{
    static const struct {
        const char *start, *piece, *end;
    } rows[] = {{"* FLAGS (", "a ", ")"},
                {"* 1 FETCH (X (", "\"\"", "))"},
                {"* SEARCH ", "2 ", ""},
                {"* ESEARCH UID ALL 1", ",9", ""}};
    for (size_t row = 0; row < G_N_ELEMENTS(rows); row++) {
        g_autoptr(GString) text = g_string_new(rows[row].start);
        while (text->len < (row < 2 ? 65000 : 1 << 20) - 100)
            g_string_append(text, rows[row].piece);
        g_string_append_printf(text, "%s\r\n", rows[row].end);
        Bytes input = {(const uint8_t *)text->str, text->len};
        g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
        ImapResponse response;
        g_assert_cmpint(imap_read(reader, &input, &response), ==, IMAP_READ_RESPONSE);
    }
}

static void test_words_have(void)
{
    static const char *const two[] = {"IMAP4rev1", "IDLE"};
    g_assert_true(imap_words_have((ImapWords){two, 2}, "idle"));
    g_assert_false(imap_words_have((ImapWords){two, 2}, "MOVE"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap-read/statuses", test_statuses);
    g_test_add_func("/imap-read/lists-and-numbers", test_lists_and_numbers);
    g_test_add_func("/imap-read/fetch", test_fetch);
    g_test_add_func("/imap-read/broken", test_broken);
    g_test_add_func("/imap-read/line-limit", test_line_limit);
    g_test_add_func("/imap-read/search-clipped", test_search_is_clipped);
    g_test_add_func("/imap-read/literal-skipped", test_literal_over_the_limit_is_skipped);
    g_test_add_func("/imap-read/literals-share-limit", test_literals_share_the_limit);
    g_test_add_func("/imap-read/two-gigabytes", test_two_gigabytes_are_not_kept);
    g_test_add_func("/imap-read/too-many-literals", test_too_many_literals);
    g_test_add_func("/imap-read/nesting", test_nesting_limit);
    g_test_add_func("/imap-read/endless-lines", test_endless_lines);
    g_test_add_func("/imap-read/dearest-lines", test_dearest_lines);
    g_test_add_func("/imap-read/words-have", test_words_have);
    return g_test_run();
}
