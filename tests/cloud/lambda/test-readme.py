# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the READMEs show works as they show it."""
import os
import re
import textwrap
from pathlib import Path

import tap
from lambdacase import CLOUD, LambdaCase

ROOT = Path(os.environ["G_TEST_SRCDIR"])
BUILD = Path(os.environ["G_TEST_BUILDDIR"])


def blocks(path, language):
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.M | re.S)
    return [textwrap.dedent(body) for _, body in found]


class Readme(LambdaCase):
    def test_function_is_the_one_that_is_built(self):
        shown, = blocks("cloud/lambda/README.md", "c")
        built = (ROOT / "tests/cloud/lambda/echo.c").read_text(
            encoding="utf-8")
        self.assertEqual(shown, built[built.index("#include"):])

    def test_programs_are_where_they_are_said_to_be(self):
        lines = "".join(blocks("cloud/README.md", "sh"))
        programs = set(re.findall(r"\bbuild/(\S+)", lines))
        self.assertEqual(len(programs), 2)
        for program in programs:
            self.assertTrue(os.access(BUILD / program, os.X_OK), program)
        self.assertIn("build/" + str(Path(CLOUD).relative_to(BUILD)), lines)

    def test_echo(self):
        cloud = self.cloud(command=(BUILD / "tests/cloud/lambda/lambda-echo",))
        self.assertEqual(cloud.call({"hello": "there"}).json(),
                         {"hello": "there"})

    def test_faults_that_are_shown(self):
        lines = "".join(blocks("cloud/README.md", "sh"))
        rules = re.findall(r"--fault (\S+)", lines)
        self.assertEqual(len(rules), 2)
        options = [word for rule in rules for word in ("--fault", rule)]
        cloud = self.cloud(*options)
        for _ in range(3):
            self.assert_answers(cloud)

    def test_variables_are_those_of_the_code(self):
        shown = set(re.findall(r"`(A[A-Z]+_[A-Z_]+)`", (
            ROOT / "cloud/lambda/README.md").read_text(encoding="utf-8")))
        code = (ROOT / "cloud/lambda/runtime/anc-lambda-settings.c").read_text(
            encoding="utf-8")
        for name in shown - {"AWS_LAMBDA_MAX_CONCURRENCY"}:
            self.assertIn(f'"{name}"', code)


if __name__ == "__main__":
    tap.main()
