# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the READMEs show works as they show it."""
import base64
import json
import os
import re
import subprocess
import textwrap
from pathlib import Path

import tap
import tools
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

    def test_the_aws_cli(self):
        lines, = [block for block in blocks("cloud/README.md", "sh")
                  if "aws lambda" in block]
        aws = tools.need("aws")
        cloud = self.cloud()
        shown = subprocess.run(
            ["sh", "-ec", lines.replace(":9000", f":{cloud.port}")],
            cwd=cloud.folder, capture_output=True, text=True, timeout=60,
            check=False, env={
                "PATH": f"{Path(aws).parent}:/usr/bin:/bin",
                "HOME": str(cloud.folder), "AWS_ACCESS_KEY_ID": "any",
                "AWS_SECRET_ACCESS_KEY": "any",
                "AWS_DEFAULT_REGION": "us-east-1"})
        self.assertEqual(shown.returncode, 0, shown.stderr)
        answer = (cloud.folder / "answer.json").read_text(encoding="utf-8")
        self.assertEqual(answer, '{"hello": "there"}\n')
        told = json.loads(shown.stdout)
        self.assertEqual((told["StatusCode"], told["ExecutedVersion"]),
                         (200, "$LATEST"))
        self.assertIn("ColdStart",
                      base64.b64decode(told["LogResult"]).decode())

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
