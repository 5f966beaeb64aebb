# SPDX-License-Identifier: EUPL-1.2
"""Runs one file of Python tests and prints TAP: `python3 tools/unittest_tap.py tools/tap_test.py`."""
import importlib.util
import sys
import unittest
from pathlib import Path


class TapResult(unittest.TestResult):
    """One line a test; what went wrong follows it."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def _point(self, ok, test, note=""):
        self.number += 1
        print(f"{'ok' if ok else 'not ok'} {self.number} - {test.id()}{note}", flush=True)

    def _trouble(self, test, error):
        self._point(False, test)
        for line in self._exc_info_to_string(error, test).splitlines():
            print("# " + line)

    def addSuccess(self, test):
        self._point(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._trouble(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._trouble(test, err)

    def addSkip(self, test, reason):
        self._point(True, test, f" # SKIP {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._trouble(subtest, err)


def main(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(Path(path).resolve().parent))
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() and result.number else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
