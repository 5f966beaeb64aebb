# SPDX-License-Identifier: EUPL-1.2
"""Setup does nothing, quickly, when all is there, and says what it lacks when it may not install."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]


class Setup(unittest.TestCase):
    def test_second_time_does_nothing(self):
        since = time.monotonic()
        run = subprocess.run(["tools/setup", "build", "test"], cwd=TOP, capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        self.assertLess(time.monotonic() - since, 1.0)

    def test_unknown_group_is_refused(self):
        run = subprocess.run(["tools/setup", "everything"], cwd=TOP, capture_output=True, text=True)
        self.assertNotEqual(run.returncode, 0)

    def _in_copy(self, packages, path, *groups):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("tools/setup", "tools/as-owner"):
                (Path(folder) / "tools").mkdir(exist_ok=True)
                shutil.copy(TOP / name, Path(folder) / name)
            (Path(folder) / "packaging").mkdir()
            (Path(folder) / "packaging/debian-packages.txt").write_text(packages)
            tools = Path(folder) / "bin"
            tools.mkdir()
            for name, script in {"apt-get": 'echo "apt-get $*"', "sudo": '"$@"', "debconf-set-selections": "cat >/dev/null",
                                 "tee": "cat >/dev/null", "chmod": ":", "rm": ":"}.items():
                (tools / name).write_text(f"#!/bin/sh\n{script}\n")
                (tools / name).chmod(0o755)
            return subprocess.run(["tools/setup", *groups], cwd=folder, capture_output=True, text=True,
                                  env=dict(os.environ, PATH=f"{tools}:{path}"))

    def test_says_and_installs_only_what_is_missing(self):
        packages = "build dpkg\nbuild no-such-package-a\nbuild no-such-package-b sh\ntest no-such-package-c\n"
        run = self._in_copy(packages, os.environ["PATH"], "build")
        self.assertIn("setup: installing: no-such-package-a \n", run.stdout)
        self.assertRegex(run.stdout, r"apt-get .* install --no-install-recommends no-such-package-a\n")
        self.assertIn("still missing after apt-get: no-such-package-a", run.stderr)
        self.assertNotEqual(run.returncode, 0)

    def test_another_group_is_another_list(self):
        packages = "build dpkg\ntest no-such-package-c\n"
        self.assertEqual(self._in_copy(packages, os.environ["PATH"], "build").returncode, 0)
        self.assertIn("no-such-package-c", self._in_copy(packages, os.environ["PATH"], "build", "test").stdout)


if __name__ == "__main__":
    unittest.main()
