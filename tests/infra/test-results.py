# SPDX-License-Identifier: LGPL-2.1-or-later
"""The last line of ./run test is the true sum, whatever befalls a test."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

import tap
from scratch import ROOT, call

COUNTER = ROOT / "infra/run/results.py"


def record(stdout="", result="OK", code=0, name="made up"):
    return {"name": name, "stdout": stdout, "result": result,
            "returncode": code, "stderr": ""}


class Results(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.tally = Path(self.folder.name, "tally")
        self.addCleanup(self.folder.cleanup)

    def count(self, *records):
        """Returns (passed, failed, skipped) and what was shown."""
        log = Path(self.folder.name, "log.json")
        log.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        shown = call(sys.executable, COUNTER, "count", "suite", log, self.tally)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        last = self.tally.read_text(encoding="utf-8").splitlines()[-1]
        return tuple(map(int, last.split())), shown.stdout

    def sum(self):
        return call(sys.executable, COUNTER, "sum", self.tally)

    def test_subtests_are_counted(self):
        numbers, _ = self.count(record("1..3\nok 1 a\nok 2 - b\nok 3 c\n"))
        self.assertEqual(numbers, (3, 0, 0))

    def test_failure_is_shown_with_its_output(self):
        numbers, shown = self.count(
            record("1..2\nok 1 a\n# because\nnot ok 2 b\n", "ERROR", 1))
        self.assertEqual(numbers, (1, 1, 0))
        self.assertIn("# because", shown)

    def test_crash_after_the_last_good_subtest(self):
        numbers, shown = self.count(
            record("1..5\nok 1 a\nok 2 b\n", "ERROR", -11))
        self.assertEqual(numbers, (2, 1, 0))
        self.assertIn("stopped after 2 of 5 tests (killed by signal 11)", shown)

    def test_crash_at_exit(self):
        numbers, _ = self.count(record("1..1\nok 1 a\n", "ERROR", 99))
        self.assertEqual(numbers, (1, 1, 0))

    def test_crash_before_the_plan_at_the_end(self):
        numbers, _ = self.count(record("TAP version 13\nok 1 a\n", "FAIL", -6))
        self.assertEqual(numbers, (1, 1, 0))

    def test_too_few_subtests_with_exit_code_0(self):
        numbers, _ = self.count(record("1..2\nok 1 a\n"))
        self.assertEqual(numbers, (1, 1, 0))

    def test_failure_and_crash_are_two(self):
        numbers, _ = self.count(record("1..3\nnot ok 1 a\n", "ERROR", -11))
        self.assertEqual(numbers, (0, 2, 0))

    def test_bail_out(self):
        numbers, _ = self.count(record("1..2\nok 1 a\nBail out! x\n", "ERROR", 1))
        self.assertEqual(numbers, (1, 1, 0))

    def test_timeout(self):
        numbers, _ = self.count(record("1..2\nok 1 a\n", "TIMEOUT", -15))
        self.assertEqual(numbers, (1, 1, 0))

    def test_silent_program_ran_no_test(self):
        numbers, shown = self.count(record("", "SKIP", 0))
        self.assertEqual(numbers, (0, 1, 0))
        self.assertIn("ran no test", shown)

    def test_program_without_tap(self):
        numbers, _ = self.count(record("", "OK", 0), record("x", "FAIL", 1))
        self.assertEqual(numbers, (1, 1, 0))

    def test_skips_name_what_is_missing(self):
        numbers, shown = self.count(
            record("1..2\nok 1 a # SKIP ANC_TEST_DATA is not set\nok 2 b\n"),
            record("1..0 # SKIP no node\n", "SKIP"),
            record("no ffmpeg\n", "SKIP", 77))
        self.assertEqual(numbers, (1, 0, 3))
        for reason in ("ANC_TEST_DATA is not set", "no node", "no ffmpeg"):
            self.assertIn(reason, shown)

    def test_words_that_only_begin_like_tap(self):
        numbers, _ = self.count(record("1..1\nokay then\nok 1 a\n"))
        self.assertEqual(numbers, (1, 0, 0))

    def test_crash_of_the_leak_checker(self):
        """Such a program is tried again, no other, and that run counts."""
        crash = "LeakSanitizer has encountered a fatal error."
        log = Path(self.folder.name, "log.json")
        again = Path(self.folder.name, "again.json")
        bad = record(f"1..1\nnot ok 1 a\n# {crash}\n", "FAIL", 1, "p:s / bad one")
        log.write_text("\n".join(map(json.dumps, (
            bad, record("1..1\nnot ok 1 b\n", "FAIL", 1, "p:s / worse"),
            record(f"1..1\nok 1 c\n# {crash}\n", name="p:s / good")))),
            encoding="utf-8")
        self.assertEqual(call(sys.executable, COUNTER, "unchecked", log).stdout,
                         "bad one\n")
        for out, numbers in (("ok", "2 1 0\n"), ("not ok", "1 2 0\n")):
            again.write_text(json.dumps(record(f"1..1\n{out} 1 a\n",
                                               name="p:s / bad one")),
                             encoding="utf-8")
            self.tally.write_text("", encoding="utf-8")
            call(sys.executable, COUNTER, "count", "suite", log, self.tally,
                 again)
            self.assertEqual(self.tally.read_text(encoding="utf-8"), numbers)

    def test_last_line_and_exit_code(self):
        self.count(record("1..2\nok 1 a\nok 2 b # SKIP c\n"))
        self.assertEqual(self.sum().stdout, "1 passed, 0 failed, 1 skipped\n")
        self.assertEqual(self.sum().returncode, 0)
        self.count(record("1..1\nnot ok 1 a\n", "FAIL", 1))
        self.assertEqual(self.sum().stdout, "1 passed, 1 failed, 1 skipped\n")
        self.assertEqual(self.sum().returncode, 1)

    def test_suite_that_did_not_run(self):
        call(sys.executable, COUNTER, "count", "suite", self.tally.parent / "no",
             self.tally)
        self.assertEqual(self.tally.read_text(encoding="utf-8"), "0 1 0\n")
        numbers, shown = self.count()
        self.assertEqual(numbers, (0, 1, 0))
        self.assertIn("no test was run", shown)

    def test_nothing_run_is_no_success(self):
        self.tally.write_text("", encoding="utf-8")
        self.assertEqual(self.sum().stdout, "0 passed, 0 failed, 0 skipped\n")
        self.assertEqual(self.sum().returncode, 1)


if __name__ == "__main__":
    tap.main()
