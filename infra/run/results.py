# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts what `meson test` ran, subtest by subtest.

    results.py count TITLE LOG.json TALLY [AGAIN.json]
                                    show failures, add to TALLY; what is in the
                                    second log counts instead of the first
    results.py unchecked LOG.json   names of programs to try again: not they, but
                                    LeakSanitizer crashed
    results.py sum TALLY            the last line of ./run test

Meson's own totals count programs, and its JUnit file has no trace of a program
that crashed after its last good subtest; the JSON log has the output and the
return code of each.
"""
import json
import os
import re
import sys

TEST = re.compile(r"(not )?ok\b[ \t]*\d*[ \t]*-?[ \t]*(.*?)"
                  r"(?:[ \t]#[ \t]*(SKIP|TODO)\b[ \t:]*(.*))?$", re.I)
PLAN = re.compile(r"1\.\.(\d+)(?:\s*#\s*SKIP\S*\s*(.*))?$", re.I)
LINES_SHOWN = 150
# gcc 12's leak checker reads the memory of threads that are just ending.
CHECKER_CRASHED = "LeakSanitizer has encountered a fatal error"


class Program:
    """One test program: its subtests, and whether it came to its end."""

    def __init__(self, record):
        self.name = record["name"]
        self.result = record["result"]
        self.code = record.get("returncode")
        self.out = record.get("stdout") or ""
        self.err = record.get("stderr") or ""
        self.passed = 0
        self.failures = []
        self.skips = []
        self.read_tap()

    def read_tap(self):
        plan, seen, speaks_tap = None, 0, False
        for line in self.out.splitlines():
            if match := PLAN.match(line):
                plan, speaks_tap = int(match[1]), True
                if plan == 0:
                    self.skips.append((self.name, match[2] or "no reason given"))
            elif match := TEST.match(line):
                seen, speaks_tap = seen + 1, True
                self.add(match)
        self.judge_end(plan, seen, speaks_tap)

    def add(self, match):
        wrong, name, directive, reason = match.groups()
        if directive:
            self.skips.append((name, reason or "no reason given"))
        elif wrong:
            self.failures.append(name)
        else:
            self.passed += 1

    def judge_end(self, plan, seen, speaks_tap):
        if not speaks_tap:
            self.judge_code()
        elif plan is None or seen < plan:
            self.failures.append(f"stopped after {seen} of {plan or '?'} tests"
                                 f" ({self.end()})")
        elif self.result not in ("OK", "SKIP") and not self.failures:
            self.failures.append(self.end())

    def judge_code(self):
        """A program without TAP is one test; 77 is its way to say skipped."""
        if self.code == 77:
            last = self.out.strip().splitlines()[-1:] or ["no reason given"]
            self.skips.append((self.name, last[0]))
        elif self.code == 0 and self.result == "OK":
            self.passed += 1
        else:
            self.failures.append(f"ran no test ({self.end()})")

    def end(self):
        if self.code is not None and self.code < 0:
            return f"killed by signal {-self.code}"
        return f"{self.result.lower()}, exit code {self.code}"

    def show(self):
        for name, reason in self.skips:
            print(f"  skipped: {self.name}: {name}: {reason}")
        for name in self.failures:
            print(f"  FAILED: {self.name}: {name}")
        if self.failures:
            for title, text in (("output", self.out), ("errors", self.err)):
                lines = text.rstrip().splitlines()
                if lines:
                    print(f"  --- {title} of {self.name}, last lines")
                for line in lines[-LINES_SHOWN:]:
                    print("  |", line)


def read_log(log):
    if not os.path.exists(log):
        return []
    with open(log, encoding="utf-8") as lines:
        return [Program(json.loads(line)) for line in lines]


def unchecked(log):
    for program in read_log(log):
        if program.failures and CHECKER_CRASHED in program.out + program.err:
            print(program.name.rpartition(" / ")[2])


def count(title, log, tally, again=""):
    latest = {program.name: program for program in read_log(again)}
    programs = [latest.get(program.name, program) for program in read_log(log)]
    for program in programs:
        program.show()
    numbers = [sum(p.passed for p in programs),
               sum(len(p.failures) for p in programs),
               sum(len(p.skips) for p in programs)]
    if not any(numbers):
        # Broken, or empty: either way nothing was found to be right.
        print(f"  FAILED: {title}: no test was run")
        numbers[1] = 1
    print("{}: {} passed, {} failed, {} skipped".format(title, *numbers),
          flush=True)
    with open(tally, "a", encoding="utf-8") as file:
        print(*numbers, file=file)


def total(tally):
    with open(tally, encoding="utf-8") as lines:
        rows = [[int(word) for word in line.split()] for line in lines]
    passed, failed, skipped = (sum(column) for column in zip(*rows or [(0,) * 3]))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if sys.argv[1] == "count":
        count(*sys.argv[2:])
    elif sys.argv[1] == "unchecked":
        unchecked(sys.argv[2])
    else:
        sys.exit(total(sys.argv[2]))
