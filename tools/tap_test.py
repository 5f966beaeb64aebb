# SPDX-License-Identifier: EUPL-1.2
"""tap.py counts what was tested, once."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import tap


def counts(output):
    result = tap.parse(output)
    return result.passed, len(result.failed), len(result.skipped)


class Tap(unittest.TestCase):
    def test_glib(self):
        self.assertEqual(counts("# random seed: R02S\n1..4\n# Start of a tests\nok 1 /a/b\nnot ok /a/x - Bail\n"
                                "ok 3 /a/c # SKIP FILO_DATA is not there\nok 4 /a/d\n"), (2, 1, 1))

    def test_a_program_that_died_half_way(self):
        self.assertEqual(counts("1..3\nok 1 /a/b\nBail out! ERROR:x.c:3\n"), (1, 2, 0))

    def test_node_counts_leaves(self):
        output = ("TAP version 13\n# Subtest: story\n    # Subtest: one\n    ok 1 - one\n      ---\n      duration_ms: 1\n"
                  "      ...\n    # Subtest: two\n        # Subtest: deep\n        ok 1 - deep\n        1..1\n    ok 2 - two\n"
                  "    1..2\nok 1 - story\n# Subtest: alone\nok 2 - alone\n1..2\n# tests 4\n# pass 4\n")
        self.assertEqual(counts(output), (3, 0, 0))

    def test_node_failure_is_counted_once(self):
        output = "# Subtest: a\n    not ok 1 - b\n    ok 2 - c\n    1..2\nnot ok 1 - a\n1..1\n"
        self.assertEqual(counts(output), (1, 1, 0))

    def test_a_hook_that_failed_above_good_tests(self):
        self.assertEqual(counts("    ok 1 - b\n    1..1\nnot ok 1 - a\n1..1\n"), (1, 1, 0))

    def test_second_parent_does_not_see_the_first_ones_children(self):
        self.assertEqual(counts("    ok 1 - b\n    1..1\nok 1 - a\nok 2 - c\n    ok 1 - e\n    1..1\nok 3 - d\n1..3\n"),
                         (3, 0, 0))

    def test_details_are_not_points(self):
        self.assertEqual(counts("not ok 1 - a\n  ---\n  error: |-\n    ok 1 - b\n    not ok 2 - c\n  ...\n1..1\n"), (0, 1, 0))

    def test_skip_and_todo(self):
        self.assertEqual(counts("ok 1 - a # SKIP no corpora\nok 2 - b # TODO later\nok 3 - c \\# skip is its name\n1..3\n"),
                         (2, 0, 1))


if __name__ == "__main__":
    unittest.main()
