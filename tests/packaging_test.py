# SPDX-License-Identifier: EUPL-1.2
"""The systemd unit is as closed as docs promise, and systemd understands all of it."""
import re
import subprocess
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
HIGHEST_EXPOSURE = 1.6  # a unit without hardening scores 9.6


class Unit(unittest.TestCase):
    def test_exposure(self):
        run = subprocess.run(["systemd-analyze", "security", "--offline=true", "packaging/filo.service"], cwd=TOP,
                             capture_output=True, text=True)
        score = re.search(r"Overall exposure level for filo.service: (\d+\.\d)", run.stdout)
        self.assertIsNotNone(score, run.stdout + run.stderr)
        self.assertLessEqual(float(score.group(1)), HIGHEST_EXPOSURE)
        self.assertEqual(run.stderr, "")


class Locks(unittest.TestCase):
    def test_npm_is_told_to_write_no_addresses(self):
        self.assertIn("omit-lockfile-registry-resolved=true", (TOP / ".npmrc").read_text())


if __name__ == "__main__":
    unittest.main()
