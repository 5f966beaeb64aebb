/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * net/imap.h for scenarios: one session, commands on standard input, an answer in JSON for each. Never installed.
 *
 *   imap-client '{"port":993,"tls":0,"user":"u","password":"p","ca":"FILE"}'     (tls: ImapTls; bearer: a token)
 *   select NAME | examine NAME | list ABOVE | newest MAX | fetch UID | mark UID FLAG | move UID NAME | idle SECONDS
 *
 * The first answer is the sign-in's; the session is closed at the end of the input.
 */
#include "net/dial.h"
#include "net/imap.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *answer_of(ImapResult result)
{
    return json_pack("{s:s, s:s}", "outcome", imap_outcome_name(result.outcome), "text", result.text);
}

static json_t *do_select(ImapSession *session, const char *name, bool observe)
{
    ImapFolder folder;
    json_t *answer = answer_of(imap_select(session, name, observe, &folder));
    json_object_set_new(answer, "uidValidity", json_integer(folder.uid_validity));
    json_object_set_new(answer, "uidNext", json_integer(folder.uid_next));
    json_object_set_new(answer, "exists", json_integer(folder.exists));
    json_object_set_new(answer, "readOnly", json_boolean(folder.read_only));
    json_object_set_new(answer, "keepsKeywords", json_boolean(folder.keeps_keywords));
    return answer;
}

static json_t *do_list(ImapSession *session, ImapQuery query)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ImapUids uids;
    json_t *answer = answer_of(imap_list(arena, session, &query, &uids)), *list = json_array();
    for (size_t i = 0; i < uids.count; i++)
        json_array_append_new(list, json_integer(uids.uids[i]));
    json_object_set_new(answer, "uids", list);
    return answer;
}

static json_t *do_fetch(ImapSession *session, uint32_t uid)
{
    ImapMessage message;
    json_t *answer = answer_of(imap_fetch(session, uid, &message));
    g_autofree char *content = g_base64_encode(message.content.data, message.content.size);
    json_object_set_new(answer, "content", json_string(content));
    json_object_set_new(answer, "received", json_integer(message.received));
    json_object_set_new(answer, "seen", json_boolean(message.seen));
    return answer;
}

static json_t *do_move(ImapSession *session, uint32_t uid, const char *name)
{
    static const char *const ways[] = {"moved", "copied", "copied_only"};
    ImapMove move;
    json_t *answer = answer_of(imap_move(session, uid, name, &move));
    json_object_set_new(answer, "way", json_string(ways[move.way]));
    json_object_set_new(answer, "created", json_boolean(move.created));
    json_object_set_new(answer, "uid", json_integer(move.uid));
    return answer;
}

static json_t *do_idle(ImapSession *session, unsigned seconds)
{
    static const char *const wakes[] = {"time", "news", "call"};
    ImapWake wake;
    json_t *answer = answer_of(imap_idle(session, seconds, -1, &wake));
    json_object_set_new(answer, "wake", json_string(wakes[wake]));
    return answer;
}

static json_t *obey(ImapSession *session, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    const char *verb = words[0], *rest = words[1] ? words[1] : "";
    uint32_t number = (uint32_t)strtoul(rest, NULL, 10);
    const char *blank = strchr(rest, ' '), *last = blank ? blank + 1 : "";
    if (g_str_equal(verb, "select") || g_str_equal(verb, "examine"))
        return do_select(session, rest, *verb == 'e');
    if (g_str_equal(verb, "list"))
        return do_list(session, (ImapQuery){.above = number, .max = 1000});
    if (g_str_equal(verb, "newest"))
        return do_list(session, (ImapQuery){.newest_first = true, .max = number});
    if (g_str_equal(verb, "fetch"))
        return do_fetch(session, number);
    if (g_str_equal(verb, "mark"))
        return answer_of(imap_mark(session, number, last));
    if (g_str_equal(verb, "move"))
        return do_move(session, number, last);
    return do_idle(session, number);
}

static void print(json_t *answer)
{
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(answer);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    dial_allow("127.0.0.0/8 ::1");
    json_t *options = json_loads(argc > 1 ? argv[1] : "{}", 0, NULL);
    ImapServer server = {
        .host = "localhost",
        .port = (uint16_t)json_integer_value(json_object_get(options, "port")),
        .tls = (ImapTls)json_integer_value(json_object_get(options, "tls")),
        .user = json_string_value(json_object_get(options, "user")),
        .password = json_string_value(json_object_get(options, "password")),
        .bearer = json_string_value(json_object_get(options, "bearer")),
        .ca_file = json_string_value(json_object_get(options, "ca")),
    };
    ImapSession *session;
    print(answer_of(imap_open(&server, &session)));
    char line[1024];
    while (session && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        print(obey(session, line));
    }
    imap_close(session);
    json_decref(options);
    return 0;
}
