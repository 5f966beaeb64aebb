# SPDX-License-Identifier: EUPL-1.2
"""What `make test` runs: the builds, and the suites that need them. A suite runs once; there are no retries."""
import json
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import tap

TOP = Path(__file__).resolve().parents[1]
ARTIFACTS = TOP / "tests" / "artifacts"
CORES = os.cpu_count() or 1
TIMEOUT = 600
LONG = 1200  # what uses its core from end to end: a machine a third as fast takes 900 s for the units with sanitizers

# What runs under ThreadSanitizer: the layers that own threads, and what they carry between them. Not net-smtp, net-imap*:
# they have no thread, and their tests talk to the sink through GSubprocess, whose GLib threads the sanitizer cannot see
# through.
THREADED = re.compile(r"^(base|store|queue)-|^net-(?!(smtp|imap|imap-fault)$)")


@dataclass
class Suite:
    """One line of the summary: a command, and how to read what it printed."""
    name: str
    command: list
    read: callable                    # output, return code -> tap.Result
    needs: list = field(default_factory=list)
    cores: int = 1
    timeout: int = TIMEOUT
    environment: dict = field(default_factory=dict)


@dataclass
class Build:
    """A build directory, with the compiler and options that make it different."""
    name: str
    options: list
    compiler: str = "gcc"
    environment: dict = field(default_factory=dict)  # for the tests of this build
    only: re.Pattern = None                          # tests it builds and runs; None: all
    wrapper: str = ""                                # what starts them
    scenarios: bool = True                           # they run its programs

    @property
    def directory(self):
        return TOP / f"build-{self.name}"


_SYMBOLIZER = "external_symbolizer_path=/usr/bin/llvm-symbolizer-14"
BUILDS = [
    Build("gcc", []),
    Build("clang", [], compiler="clang-14", scenarios=False),
    Build("asan", ["-Db_sanitize=address,undefined", "-Db_lundef=false"],
          environment={"ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=1",
                       "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}),
    Build("tsan", ["-Db_sanitize=thread", "-Db_lundef=false"], compiler="clang-14", only=THREADED,
          environment={"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:" + _SYMBOLIZER},
          wrapper="setarch -R "),  # its shadow memory does not fit every layout that newer kernels choose at random
]


def _read_exit(output, code):
    """A command that is one case: it worked or it did not."""
    return tap.Result(passed=1) if code == 0 else tap.Result(failed=[f"exit {code}"])


def _read_tap(output, code):
    """TAP that must have run something, from a program that must say the same by its exit."""
    result = tap.parse(output)
    if not result.passed and not result.failed and not result.skipped:
        result.failed.append("no test ran")
    if code != 0 and not result.failed:
        result.failed.append(f"every test passed, yet exit {code}")
    return result


def _unit_reader(build):
    def read(output, code):
        result = tap.Result()
        log = build.directory / "meson-logs" / "testlog.json"
        if not log.exists():
            return tap.Result(failed=["meson test wrote no log"])
        for line in log.read_text("utf-8").splitlines():
            test = json.loads(line)
            one = _read_tap(test.get("stdout", ""), test.get("returncode", 1))
            result.passed += one.passed
            result.failed += [f"{test['name']}: {name}" for name in one.failed]
            result.skipped += one.skipped
        if not result.passed and not result.failed:
            result.failed.append("no test ran")
        if code != 0 and not result.failed:
            result.failed.append(f"meson test: exit {code}")
        return result
    return read


def _build_suites(build):
    quoted = shlex.quote(str(build.directory))
    setup = f"test -f {quoted}/build.ninja || CC={build.compiler} meson setup {quoted} -Dwerror=true " \
            + " ".join(build.options)
    targets = " all testkit" if build.scenarios else ""
    names = ""
    if build.only:
        chosen = f"$(meson introspect --tests {quoted} | python3 tools/pick_tests.py '{build.only.pattern}')"
        targets = f" testkit src/filo src/filo-parent src/filo-parse $(for name in {chosen}; do echo src/test-$name; done)"
        names = " " + chosen
    yield Suite(f"build {build.name}", ["sh", "-ec", f"{setup}; ninja -C {quoted} -j {CORES}{targets}"], _read_exit,
                cores=CORES, timeout=LONG)
    run = f"rm -f {quoted}/meson-logs/testlog.json; exec {build.wrapper}meson test -C {quoted} --no-rebuild " \
          f"--suite unit --num-processes 1 --timeout-multiplier {4 if build.environment else 1} --print-errorlogs{names}"
    yield Suite(f"unit {build.name}", ["sh", "-ec", run], _unit_reader(build), needs=[f"build {build.name}"],
                timeout=LONG, environment=build.environment)


def _marks(path):
    """`// timeout: SECONDS`, `// run: alone` and `// run: waits` (it uses no core to speak of) among a scenario's first lines."""
    head = "\n".join(path.read_text("utf-8").splitlines()[:30])
    timeout = re.search(r"^// timeout: (\d+)", head, re.MULTILINE)
    run = re.search(r"^// run: (alone|waits)", head, re.MULTILINE)
    return int(timeout.group(1)) if timeout else TIMEOUT, {None: 1, "alone": CORES, "waits": 0}[run and run.group(1)]


def _found(folder, pattern):
    return [path for path in sorted((TOP / folder).rglob(pattern))
            if "node_modules" not in path.parts and "artifacts" not in path.parts]


def all_suites():
    """In the order they start: builds with every core, then what needs them, as many at once as there are cores."""
    suites = [suite for build in BUILDS for suite in _build_suites(build)]
    suites.sort(key=lambda suite: not suite.name.startswith("build "))
    suites.append(Suite("lint", ["python3", "tools/lint/lint.py"], _read_tap))
    suites.append(Suite("lint catalogue", ["python3", "tools/catalogue.py", "lint", "--src", "src", "catalogue/it.po",
                                           "catalogue/en.po"], _read_exit))
    for path in _found("tools", "*_test.py") + _found("tests", "*_test.py"):
        name = str(path.relative_to(TOP))
        suites.append(Suite(name, ["python3", "tools/unittest_tap.py", name], _read_tap))
    exes = {"FILO_EXE": "gcc/src/testkit", "FILO_RELEASE_EXE": "gcc/src", "FILO_ASAN_EXE": "asan/src/testkit",
            "FILO_TSAN_EXE": "tsan/src/testkit"}
    for path in _found("tests", "*.test.js"):
        name = str(path.relative_to(TOP))
        timeout, cores = _marks(path)
        suites.append(Suite(name, ["node", "--test", "--test-reporter=tap", name], _read_tap,
                            needs=[f"build {build.name}" for build in BUILDS if build.scenarios],
                            cores=cores, timeout=timeout,
                            environment={key: str(TOP / f"build-{place}" / "filo") for key, place in exes.items()}))
    return suites


def chosen_suites(words):
    """The suites whose name has one of the words (all without words), with what they need."""
    suites = all_suites()
    if not words:
        return suites
    wanted = {suite.name for suite in suites if any(word in suite.name for word in words)}
    needed = {need for suite in suites if suite.name in wanted for need in suite.needs}
    return [suite for suite in suites if suite.name in wanted | needed]
