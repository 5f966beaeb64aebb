# SPDX-License-Identifier: EUPL-1.2
"""The test driver counts, refuses what it must, and leaves nothing running."""
import contextlib
import io
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import run_tests
import suites as plan
import tap


def shell(name, script, **more):
    return plan.Suite(name, ["sh", "-c", script], plan._read_tap, **more)


class Driver(unittest.TestCase):
    def run_these(self, suites, refuse=False):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(plan, "ARTIFACTS", Path(folder)), \
                mock.patch.object(plan, "TOP", Path(folder)), contextlib.redirect_stdout(io.StringIO()):
            (Path(folder) / "logs").mkdir()
            results = run_tests.run_all(suites, dict(os.environ), refuse)
        return {name: (result.passed, len(result.failed), len(result.skipped)) for name, result in results.items()}

    def test_counts_cases(self):
        script = "printf '1..3\\nok 1 a\\nnot ok 2 b\\nok 3 c # SKIP FILO_DATA is absent\\n'; exit 1"
        self.assertEqual(self.run_these([shell("a", script)]), {"a": (1, 1, 1)})

    def test_skips_are_refused_where_the_corpora_are(self):
        script = "printf '1..1\\nok 1 c # SKIP FILO_DATA is absent\\n'"
        self.assertEqual(self.run_these([shell("a", script)], refuse=True), {"a": (0, 1, 0)})

    def test_a_skip_for_any_other_reason_is_a_failure(self):
        self.assertEqual(self.run_these([shell("a", "printf '1..1\\nok 1 c # SKIP no PostgreSQL here\\n'")]), {"a": (0, 1, 0)})

    def test_no_test_and_a_lying_exit_are_failures(self):
        self.assertEqual(self.run_these([shell("a", "true"), shell("b", "printf '1..1\\nok 1 a\\n'; exit 3")]),
                         {"a": (0, 1, 0), "b": (1, 1, 0)})

    def test_what_needs_a_broken_build_fails(self):
        good = "printf '1..1\\nok 1 a\\n'"
        self.assertEqual(self.run_these([shell("build", "exit 1"), shell("use", good, needs=["build"]), shell("own", good)]),
                         {"build": (0, 1, 0), "use": (0, 1, 0), "own": (1, 0, 0)})

    def test_a_suite_that_hangs_fails_and_its_children_end(self):
        with tempfile.TemporaryDirectory() as folder:
            mark = Path(folder) / "pid"
            script = f"sleep 60 & echo $! > {mark}; printf '1..1\\nok 1 a\\n'; wait"
            since = time.monotonic()
            self.assertEqual(self.run_these([shell("a", script, timeout=0.3)]), {"a": (1, 1, 0)})
            self.assertLess(time.monotonic() - since, 10)
            child = Path(f"/proc/{mark.read_text().strip()}/stat")
            deadline = time.monotonic() + 5
            while child.exists() and child.read_text().split()[2] != "Z" and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertTrue(not child.exists() or child.read_text().split()[2] == "Z")


class Plan(unittest.TestCase):
    def test_marks_of_a_scenario(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.test.js"
            path.write_text("// SPDX\n// timeout: 1200\n// run: alone\n")
            self.assertEqual(plan._marks(path), (1200, plan.CORES))
            path.write_text("// SPDX\n// run: waits\n")
            self.assertEqual(plan._marks(path), (plan.TIMEOUT, 0))
            path.write_text("// SPDX\n")
            self.assertEqual(plan._marks(path), (plan.TIMEOUT, 1))

    def test_a_chosen_suite_brings_its_build(self):
        names = [suite.name for suite in plan.chosen_suites(["unit asan"])]
        self.assertEqual(names, ["build asan", "unit asan"])

    def test_both_compilers_and_both_sanitizers_are_there(self):
        names = {suite.name for suite in plan.all_suites()}
        self.assertLessEqual({"unit gcc", "unit clang", "unit asan", "unit tsan", "lint"}, names)


if __name__ == "__main__":
    unittest.main()
