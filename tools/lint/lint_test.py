# SPDX-License-Identifier: EUPL-1.2
"""Each lint catches a violation planted for it, and leaves the right way alone."""
import os
import re
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import calls
import files
import functions
import headers
import layers
import layout
import lint
import routes
from source import Tree, code_of

SPDX = "/* SPDX-License-Identifier: EUPL-1.2 */\n"
GOOD_HEADER = SPDX + """/*
 * lamp: a light that is on or off. Answers: "can I see?"
 *
 * Not for colours. Owns the table lamp. Errors: BUSY when it is being changed.
 *
 * Invariants:
 *  1. A lamp is on or off.
 */
typedef struct Lamp Lamp;

/* A new lamp, off; yours to free. */
Lamp *lamp_new(int watts);
const char *lamp_name(const Lamp *lamp); /* lives as long as the lamp */
char *lamp_text(Arena *arena, const Lamp *lamp);
"""


def found(rule, contents, root=None):
    """path:line of what the rule finds in a tree with these files."""
    return [f"{finding.path}:{finding.line}" for finding in rule(Tree(contents, root))]


class Layers(unittest.TestCase):
    def test_include_to_the_right(self):
        self.assertEqual(found(layers.check_order, {"src/base/a.c": SPDX + '#include "desk/ticket/ticket.h"\n'}),
                         ["src/base/a.c:2"])

    def test_include_of_a_neighbour_in_the_same_brace(self):
        self.assertEqual(found(layers.check_order, {"src/parse/a.h": '#include "store/store.h"\n'}), ["src/parse/a.h:1"])
        self.assertEqual(found(layers.check_order, {"src/web/desk/a.c": '#include "api/v1.h"\n'}), ["src/web/desk/a.c:1"])
        self.assertEqual(found(layers.check_order, {"src/job/a.c": '#include "channel/channel.h"\n'}), [])
        self.assertEqual(found(layers.check_order, {"src/channel/a.c": '#include "job/a.h"\n'}), ["src/channel/a.c:1"])
        self.assertEqual(found(layers.check_order, {"src/web/a.c": '#include "cli/command.h"\n'}), ["src/web/a.c:1"])

    def test_private_header_of_another_folder(self):
        self.assertEqual(found(layers.check_order, {"src/desk/party/a.c": '#include "desk/ticket/ticket_int.h"\n'}),
                         ["src/desk/party/a.c:1"])

    def test_relative_include(self):
        self.assertEqual(found(layers.check_order, {"src/desk/party/a.c": '#include "../ticket/ticket.h"\n'}),
                         ["src/desk/party/a.c:1"])

    def test_left_own_private_system_and_commented_includes_pass(self):
        text = '#include "base/arena.h"\n#include "desk/party/party_int.h"\n#include "desk/code/code.h"\n' \
               '#include <glib.h>\n/* #include "web/page.h" */\n#include "party.gen.h"\n'
        self.assertEqual(found(layers.check_order, {"src/desk/party/a.c": text, "src/main.c": '#include "web/a.h"\n'}), [])

    def test_cycle(self):
        tree = {"src/desk/a.h": '#include "desk/b.h"\n', "src/desk/b.h": '#include "desk/c.h"\n',
                "src/desk/c.h": '#include "desk/a.h"\n', "src/desk/d.h": '#include "desk/a.h"\n'}
        self.assertEqual(found(layers.check_cycles, tree), ["src/desk/a.h:1"])
        tree["src/desk/c.h"] = ""
        self.assertEqual(found(layers.check_cycles, tree), [])


class Calls(unittest.TestCase):
    def test_every_banned_name(self):
        for name in calls.BANNED + calls.BANNED_MACROS:
            text = f"int f(void)\n{{\n    return {name} (x);\n}}\n"
            self.assertEqual(found(calls.check_banned, {"src/desk/a.c": text}), ["src/desk/a.c:3"], name)

    def test_comments_strings_members_and_longer_names_pass(self):
        text = '/* strcpy(a, b) */ x = "strcpy(a)"; g_strlcpy(a, b, 3); p->time(3); s.rand(1); my_system(2); // atoi(1)\n'
        self.assertEqual(found(calls.check_banned, {"src/desk/a.c": text}), [])
        self.assertEqual(found(calls.check_clock, {"src/desk/a.c": text}), [])

    def test_the_poisoned_names_are_the_banned_names(self):
        text = (Path(__file__).resolve().parents[2] / "src/base/banned.h").read_text()
        poisoned = {name for line in re.findall(r"#pragma GCC poison (.*)", text) for name in line.split()}
        declared = set(re.findall(r"^extern int rand|^extern void srand", text, re.MULTILINE))
        self.assertEqual(len(declared), 2)
        self.assertEqual(poisoned | {"rand", "srand"}, set(calls.BANNED))

    def test_clock(self):
        for call in ("time(NULL)", "gettimeofday(&t, NULL)", "g_get_real_time()", "g_date_time_new_now_utc()"):
            self.assertEqual(found(calls.check_clock, {"src/desk/a.c": f"x = {call};\n"}), ["src/desk/a.c:1"], call)
            self.assertEqual(found(calls.check_clock, {"src/base/clock.c": f"x = {call};\n"}), [])

    def test_threads(self):
        for text in ("g_mutex_lock(&m);\n", "static GMutex m;\n", "g_thread_new(n, f, a);\n", "pthread_create(&t);\n"):
            self.assertEqual(found(calls.check_threads, {"src/queue/a.c": text}), ["src/queue/a.c:1"], text)
            self.assertEqual(found(calls.check_threads, {"src/base/pool.c": text}), [], text)

    def test_evhttp(self):
        text = "evhttp_send_reply(request, 200, NULL, buffer);\n"
        self.assertEqual(found(calls.check_evhttp, {"src/web/a.c": text}), ["src/web/a.c:1"])
        self.assertEqual(found(calls.check_evhttp, {"src/net/http.c": text}), [])

    def test_goto(self):
        self.assertEqual(found(calls.check_goto, {"src/desk/a.c": "goto again;\ngoto out;\n"}), ["src/desk/a.c:1"])


    def test_late(self):
        for text in ("PQexec(pg, sql);\n", "curl_easy_perform(curl);\n"):
            self.assertEqual(found(calls.check_late, {"src/store/a.c": text}), ["src/store/a.c:1"], text)
        for text in ("libpq.PQexec(pg, sql);\n", "libcurl.curl_easy_perform(curl);\n"):
            self.assertEqual(found(calls.check_late, {"src/store/a.c": text}), [], text)


class Headers(unittest.TestCase):
    def test_the_good_header_passes(self):
        self.assertEqual(found(headers.check_contracts, {"src/desk/lamp.h": GOOD_HEADER}), [])

    def test_each_missing_statement(self):
        for words, message in ((' Answers: "can I see?"', "Answers"), (" Errors: BUSY when it is being changed.", "errors"),
                               (" Owns the table lamp.", "owner"), (" * Invariants:\n *  1. A lamp is on or off.\n", "invariants"),
                               ("lamp: a light that is on or off.", "purpose")):
            text = GOOD_HEADER.replace(words, "")
            self.assertNotEqual(text, GOOD_HEADER)
            problems = headers.check_contracts(Tree({"src/desk/lamp.h": text}))
            self.assertTrue(any(message in problem.message for problem in problems), (message, problems))

    def test_no_top_comment(self):
        self.assertEqual(found(headers.check_contracts, {"src/desk/lamp.h": SPDX + "int a(void);\n"}), ["src/desk/lamp.h:2"])

    def test_pointer_without_lifetime(self):
        for declaration in ("const char *lamp_label(const Lamp *lamp);", "bool lamp_read(int id, Lamp **lamp_out);",
                            "GStrv lamp_names(void);"):
            text = GOOD_HEADER + "\n/* Of a lamp. */\n" + declaration + "\n"
            self.assertEqual(found(headers.check_contracts, {"src/desk/lamp.h": text}), ["src/desk/lamp.h:18"], declaration)

    def test_private_headers_are_free(self):
        self.assertEqual(found(headers.check_contracts, {"src/desk/lamp_int.h": SPDX}), [])


class Routes(unittest.TestCase):
    TABLE = 'static const Route routes[] = {\n    {HTTP_GET, "/tickets/:id", ticket_page, "ticket.read", LANE_PAGE, 0, 0, "One {ticket}, whole."},\n};\n'

    def test_tested_route_with_permission_passes(self):
        self.assertEqual(found(routes.check_routes, {"src/web/a.c": self.TABLE, "tests/routes.tsv": "GET /tickets/:id\n"}), [])

    def test_route_without_test(self):
        self.assertEqual(found(routes.check_routes, {"src/web/a.c": self.TABLE, "tests/routes.tsv": "GET /tickets/:id/x\n"}),
                         ["src/web/a.c:2"])

    def test_route_without_permission(self):
        for nothing in ("NULL", '""'):
            tree = {"src/api/a.c": self.TABLE.replace('"ticket.read"', nothing), "tests/routes.tsv": "/tickets/:id\n"}
            self.assertEqual(found(routes.check_routes, tree), ["src/api/a.c:2"])

    def test_named_fields(self):
        row = '{.method = HTTP_POST, .pattern = "/sign-in", .handler = sign_in, .lane = LANE_HASH}'
        self.assertEqual(found(routes.check_routes, {"src/web/a.c": row, "tests/routes.tsv": "/sign-in"}), ["src/web/a.c:1"])
        row = row.replace(".lane", '.permission = "anyone", .lane')
        self.assertEqual(found(routes.check_routes, {"src/web/a.c": row, "tests/routes.tsv": "/sign-in"}), [])


class Files(unittest.TestCase):
    def test_length(self):
        self.assertEqual(found(files.check_length, {"src/a.c": "\n" * 801, "src/b.c": "\n" * 800}), ["src/a.c:801"])

    def test_licence(self):
        tree = {"src/a.c": "int a;\n", "tools/b": "#!/bin/sh\n", "tools/c.py": "# SPDX-License-Identifier: EUPL-1.2\n"}
        self.assertEqual(found(files.check_licence, tree), ["src/a.c:1", "tools/b:1"])

    def test_words(self):
        tree = {"a.md": "see /wor" + "k/shared\n", "b.txt": "http://regis" + "try.example.org/x\n",
                "c.txt": "http://deb" + ".example.org/debian\n", "d.md": "this/wor" + "k/in-progress\n"}
        self.assertEqual(found(files.check_words, tree), ["a.md:1", "b.txt:1", "c.txt:1"])

    def test_words_given_at_run_time(self):
        with mock.patch.dict(os.environ, {"FILO_FORBIDDEN_WORDS": "zyzzyva"}):
            self.assertEqual(found(files.check_words, {"a.md": "ok\na zyzzyva here\n"}), ["a.md:2"])

    def test_lock_with_addresses(self):
        tree = {"package-lock.json": '{\n"resolved": "https://example.org/a.tgz"\n}', "tests/package-lock.json": "{}"}
        self.assertEqual(found(files.check_locks, tree), ["package-lock.json:2"])

    def test_generator_not_run(self):
        tree = {"src/desk/a.sql": "", "src/web/it.po": "", "src/meson.build": "statements.py"}
        self.assertEqual(found(files.check_generators, tree), ["src/web/it.po:1"])


class Layout(unittest.TestCase):
    ROOT = Path(__file__).resolve().parents[2]

    def test_layout(self):
        self.assertEqual(found(layout.check_layout, {"src/a.c": "int a;\nint  b;\n", "src/b.c": "int b;\n"}, self.ROOT),
                         ["src/a.c:2"])

    def test_a_table_keeps_its_columns(self):
        table = "static const Row rows[] = {\n    {1,   \"a\", {2, 3},\n     4},\n    {100, \"b\", {2, 3}, 4},\n};\n"
        macro = "#define NEVER {0, 0, 0}\n"
        self.assertEqual(found(layout.check_layout, {"src/a.c": table + macro + "int b;\n"}, self.ROOT), [])
        self.assertEqual(found(layout.check_layout, {"src/a.c": table + macro + "int  b;\n"}, self.ROOT), ["src/a.c:7"])

    def test_a_table_of_a_nameless_struct_in_a_function(self):
        text = "int f(void)\n{\n    static const struct {\n        int a;\n    } rows[] = {\n        {1}, {100},\n        {2},\n    };\n" \
               "    return rows[0].a;\n}\n"
        self.assertEqual(list(layout.tables_of(text)), [(3, 8)])
        self.assertEqual(found(layout.check_layout, {"src/a.c": text}, self.ROOT), [])


class Functions(unittest.TestCase):
    def test_lengths(self):
        text = "struct a {\n    int b;\n};\n\n#define X(a) \\\n    do { } while (0)\n\nstatic int one(int a)\n{\n    if (a) {\n" \
               "        return 1;\n    }\n    return 0;\n}\n\nchar *two(void) { return 0; }\n"
        self.assertEqual(list(functions.functions_of(text)), [("one", 8, 7), ("two", 16, 1)])

    def test_report_names_median_and_p90(self):
        line = functions.report(Tree({"src/a.c": "int f(void)\n{\n    return 0;\n}\n"}))[0]
        self.assertIn("median 4 lines", line)
        self.assertIn("90th percentile 4", line)


class Source(unittest.TestCase):
    def test_offsets_stay(self):
        text = 'a /* b\nc */ "d\\"e" // f\ng'
        self.assertEqual(len(code_of(text)), len(text))
        self.assertEqual(code_of(text).count("\n"), 2)
        self.assertNotIn("e", code_of(text))

    def test_every_rule_has_a_name_of_its_own(self):
        names = [lint.rule_name(rule) for rule in lint.RULES]
        self.assertEqual(len(set(names)), len(names))


if __name__ == "__main__":
    unittest.main()
