# SPDX-License-Identifier: EUPL-1.2
"""Runs what `make test` needs and prints a line a suite; the last line is `N passed, N failed, N skipped`.

A case may be skipped for one reason only: the corpora ($FILO_DATA, else ../shared/data) are not on this machine; its
reason must name FILO_DATA. Any other skip counts as failed, and with FILO_REFUSE_SKIPS=1 (.ci/run, where the corpora
are) every skip does. Full output of each suite: tests/artifacts/logs.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import suites as plan
import tap

TAIL = 60  # lines of a failed suite's output shown here


class Running:
    """A suite under way, its output in a file."""

    def __init__(self, suite, environment):
        self.suite = suite
        self.log = plan.ARTIFACTS / "logs" / (re.sub(r"[^\w.-]+", "_", suite.name) + ".log")
        self.since = time.monotonic()
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(suite.command, cwd=plan.TOP, stdout=output, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, env={**environment, **suite.environment},
                                            start_new_session=True)

    def seconds(self):
        return time.monotonic() - self.since

    def end(self):
        """Whatever the suite started ends with it."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.process.wait()

    def result_if_done(self):
        """None while it runs; then what it says."""
        code = self.process.poll()
        late = code is None and self.seconds() > self.suite.timeout
        if code is None and not late:
            return None
        self.end()
        output = self.log.read_text("utf-8", "replace")
        if late:
            result = tap.parse(output)
            result.failed.append(f"not done after {self.suite.timeout} s")
            return result
        return self.suite.read(output, code)


def judge_skips(result, refuse):
    """Moves the skips that are not allowed to the failures."""
    for skip in list(result.skipped):
        if refuse or "FILO_DATA" not in skip:
            result.skipped.remove(skip)
            result.failed.append("skipped, which is not allowed here: " + skip)


def show(suite, result, seconds, log):
    mark = "FAIL" if result.failed else "ok"
    print(f"{mark:4} {suite.name:44} {result.passed:5} passed {len(result.failed):4} failed "
          f"{len(result.skipped):4} skipped {seconds:7.1f} s", flush=True)
    for name in result.failed:
        print(f"     not ok: {name}")
    if result.failed and log:
        for line in log.read_text("utf-8", "replace").splitlines()[-TAIL:]:
            print("     | " + line)
        print(f"     whole output: {log.relative_to(plan.TOP)}", flush=True)


def run_all(suites, environment, refuse):
    """Runs the suites in order, as many at once as fit the cores; gives all results."""
    waiting, running, results = list(suites), [], {}
    broken = set()
    while waiting or running:
        for task in list(running):
            result = task.result_if_done()
            if result is None:
                continue
            running.remove(task)
            judge_skips(result, refuse)
            results[task.suite.name] = result
            if result.failed:
                broken.add(task.suite.name)
            show(task.suite, result, task.seconds(), task.log)
        while waiting:
            suite = waiting[0]
            missing = [need for need in suite.needs if need in broken]
            if missing:
                waiting.pop(0)
                results[suite.name] = tap.Result(failed=[f"cannot run: {missing[0]} failed"])
                show(suite, results[suite.name], 0, None)
                continue
            busy = sum(task.suite.cores for task in running)
            if any(need not in results for need in suite.needs) or (busy and busy + suite.cores > plan.CORES):
                break
            running.append(Running(waiting.pop(0), environment))
        time.sleep(0.02)
    return results


def corpora():
    """Where the test corpora are, or None."""
    given = os.environ.get("FILO_DATA")
    path = Path(given) if given else plan.TOP / ".." / "shared" / "data"
    return path.resolve() if path.is_dir() else None


def main(words):
    since = time.monotonic()
    shutil.rmtree(plan.ARTIFACTS, ignore_errors=True)
    (plan.ARTIFACTS / "logs").mkdir(parents=True)
    data = corpora()
    environment = dict(os.environ, FILO_ARTIFACTS=str(plan.ARTIFACTS), LC_ALL="C.UTF-8")
    environment.pop("FILO_DATA", None)
    if data:
        environment["FILO_DATA"] = str(data)
    refuse = bool(data) and os.environ.get("FILO_REFUSE_SKIPS") == "1"
    print(f"make test on {plan.CORES} cores; corpora {'found' if data else 'absent: what needs FILO_DATA is skipped'}"
          f"{', skips refused' if refuse else ''}", flush=True)
    chosen = plan.chosen_suites(words)
    if not chosen:
        print(f"no suite has {words} in its name")
    results = run_all(chosen, environment, refuse).values()
    passed, failed, skipped = (sum(counts) for counts in zip(
        *((result.passed, len(result.failed), len(result.skipped)) for result in results), (0, 0, 0)))
    print(f"\n{len(results)} suites in {time.monotonic() - since:.0f} s; output and artefacts in tests/artifacts")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
