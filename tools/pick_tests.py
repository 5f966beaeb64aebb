# SPDX-License-Identifier: EUPL-1.2
"""Names of the tests in `meson introspect --tests` that match a pattern: `… | python3 tools/pick_tests.py '^base-'`."""
import json
import re
import sys

for test in json.load(sys.stdin):
    if re.search(sys.argv[1], test["name"]):
        print(test["name"])
