# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tree keeps its own rules."""
import shutil
import unittest

import tap
from scratch import ROOT, call

# Generated data and recordings are made by the tests, not kept.
LARGEST = 1 << 20
NOT_OURS = {".git", "demo", "dist", "__pycache__"}


def tree():
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not NOT_OURS.intersection(parts) \
                and not parts[0].startswith("build"):
            yield path


class Style(unittest.TestCase):
    def test_lint(self):
        for tool in ("clang-format-14", "shellcheck", "pyflakes3"):
            if shutil.which(tool) is None:
                self.skipTest(f"{tool} is missing")
        shown = call(ROOT / "run", "lint")
        self.assertEqual(shown.returncode, 0,
                         (shown.stdout + shown.stderr)[-8000:])

    def test_no_file_is_large(self):
        large = [str(path) for path in tree()
                 if path.stat().st_size > LARGEST]
        self.assertEqual(large, [])

    def test_scripts_can_be_run(self):
        for path in ("run", ".ci/run"):
            self.assertTrue((ROOT / path).stat().st_mode & 0o100, path)


if __name__ == "__main__":
    tap.main()
