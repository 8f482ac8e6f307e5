# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a module's unittest cases and print the result as TAP.

    if __name__ == "__main__":
        tap.main()
"""
import sys
import unittest


class TapResult(unittest.TestResult):
    """One TAP line per test; the traceback of a failure as comment lines."""

    number = 0

    def line(self, test, good, note=""):
        self.number += 1
        print(f"{'ok' if good else 'not ok'} {self.number} {test.id()}{note}",
              flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(test, True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, True, f" # SKIP {reason}")

    def trouble(self, test, err):
        self.line(test, False)
        for text in self._exc_info_to_string(err, test).splitlines():
            print("#", text, flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.trouble(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.trouble(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.trouble(subtest, err)


def main(module="__main__"):
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module])
    print("TAP version 13", flush=True)
    result = TapResult()
    suite.run(result)
    print(f"1..{result.number}", flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)
