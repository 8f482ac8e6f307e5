# SPDX-License-Identifier: LGPL-2.1-or-later
"""The script `run`, as a person meets it."""
import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path

import tap
from scratch import BUILD, ROOT, copy_tree, call

NOBODY = 65534
MISSING = "anc-no-such-package"


def needs_no_password():
    return (shutil.which("sudo") is not None and os.getuid() != 0
            and call("sudo", "-n", "true").returncode == 0)


class Run(unittest.TestCase):
    def setUp(self):
        self.holder = copy_tree()
        self.addCleanup(self.holder.cleanup)
        self.root = Path(self.holder.name)
        self.run_ = self.root / "run"

    def lack_a_package(self):
        lists = self.root / "infra/run/packages.txt"
        lists.write_text(lists.read_text(encoding="utf-8").replace(
            "[build]\n", f"[build]\n{MISSING}\n"), encoding="utf-8")

    def pretend_built(self):
        tool = self.root / "build/pipelines/tool/anc"
        tool.parent.mkdir(parents=True)
        tool.write_text("#!/bin/sh\necho tool \"$@\"\n", encoding="utf-8")
        tool.chmod(0o755)
        stamp = self.root / "build/.ready"
        stamp.write_text(f"{self.root.resolve()}\n", encoding="utf-8")
        later = time.time() + 60
        os.utime(stamp, (later, later))

    def as_plain_user(self, *arguments):
        if needs_no_password():
            self.skipTest("sudo asks for no password here")
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return call(self.run_, *arguments,
                    **(user if os.getuid() == 0 else {}))

    def test_helps_without_arguments(self):
        for arguments in ([], ["--help"], ["help"]):
            shown = call(self.run_, *arguments)
            self.assertEqual(shown.returncode, 0)
            for word in ("demo", "test", "setup", "build", "anc", "env",
                         "bench", "lint", "format"):
                self.assertRegex(shown.stdout, rf"(?m)^  {word}\b")

    def test_unknown_command(self):
        shown = call(self.run_, "dmeo")
        self.assertEqual(shown.returncode, 2)
        self.assertIn('no command "dmeo"', shown.stderr)
        self.assertEqual(len(shown.stderr.splitlines()), 1)

    def test_unknown_suite_and_set(self):
        shown = call(self.run_, "test", "untit")
        self.assertNotEqual(shown.returncode, 0)
        self.assertIn('no suite "untit"', shown.stderr)
        shown = call(self.run_, "setup", "everything")
        self.assertNotEqual(shown.returncode, 0)
        self.assertIn('no package set "everything"', shown.stderr)

    def test_env_without_a_command(self):
        shown = call(self.run_, "env")
        self.assertNotEqual(shown.returncode, 0)
        self.assertIn("env needs a command", shown.stderr)

    def test_from_another_directory_and_through_a_link(self):
        self.pretend_built()
        with tempfile.TemporaryDirectory() as elsewhere:
            link = Path(elsewhere, "link")
            link.symlink_to(self.run_)
            for script in (self.run_, link):
                shown = call(script, "anc", "a b", "*", cwd=elsewhere)
                self.assertEqual(shown.stdout, "tool a b *\n")

    def test_words_that_mean_nothing(self):
        self.pretend_built()
        for arguments, sentence in (
                (["env", "anc-no-such-command"],
                 'run: env: there is no command "anc-no-such-command"\n'),
                (["demo", "mine.wav"], "run: demo takes no arguments")):
            shown = call(self.run_, *arguments)
            self.assertEqual(shown.returncode, 1)
            self.assertTrue(shown.stderr.startswith(sentence), shown.stderr)

    def test_env_names_this_tree(self):
        self.pretend_built()
        shown = call(self.run_, "env", "env", env={"PATH": os.environ["PATH"]})
        for line in (f"GST_PLUGIN_PATH_1_0={self.root}/build/plugins",
                     f"GST_REGISTRY_1_0={self.root}/build/registry.bin",
                     f"GST_PRESET_PATH={self.root}/elements/presets",
                     f"ANC_PIPELINE_PATH={self.root}/pipelines/presets"):
            self.assertIn(line + "\n", shown.stdout)
        self.assertEqual(shown.stderr, "")

    def test_env_keeps_the_users_pipelines(self):
        self.pretend_built()
        shown = call(self.run_, "env", "printenv", "ANC_PIPELINE_PATH",
                     env={"PATH": os.environ["PATH"],
                          "ANC_PIPELINE_PATH": "/mine"})
        self.assertEqual(shown.stdout,
                         f"/mine:{self.root}/pipelines/presets\n")

    def test_exit_code_of_the_command(self):
        self.pretend_built()
        self.assertEqual(call(self.run_, "env", "sh", "-c",
                              "exit 7").returncode, 7)

    def test_without_rights_one_line_names_the_packages(self):
        self.lack_a_package()
        for arguments in (["build"], ["setup"], ["demo"], ["anc", "list"],
                          ["env", "true"]):
            shown = self.as_plain_user(*arguments)
            self.assertNotEqual(shown.returncode, 0)
            self.assertEqual(shown.stdout, "")
            self.assertEqual(len(shown.stderr.splitlines()), 1, shown.stderr)
            self.assertIn(f"apt-get install {MISSING}", shown.stderr)
            self.assertFalse((self.root / "build").exists())

    def test_newer_source_is_noticed(self):
        self.lack_a_package()
        self.pretend_built()
        self.assertEqual(self.as_plain_user("env", "true").returncode, 0)
        later = time.time() + 120
        os.utime(self.root / "meson.build", (later, later))
        shown = self.as_plain_user("env", "true")
        self.assertIn(MISSING, shown.stderr)

    def test_copied_build_is_noticed(self):
        self.lack_a_package()
        self.pretend_built()
        stamp = self.root / "build/.ready"
        stamp.write_text("/elsewhere\n", encoding="utf-8")
        shown = self.as_plain_user("env", "true")
        self.assertIn(MISSING, shown.stderr)

    def test_time_added_by_env(self):
        """A figure for people; nothing is judged by the clock."""
        self.pretend_built()
        times = []
        for _ in range(20):
            start = time.monotonic()
            self.assertEqual(call(self.run_, "env", "true").returncode, 0)
            times.append(time.monotonic() - start)
        print(f"# ./run env true: {sorted(times)[10] * 1000:.1f} ms in the "
              f"middle of 20")


class Targets(unittest.TestCase):
    """Who only wants to use it does not wait for the tests to compile."""

    # Says what would be built, and finds all packages installed.
    PRETEND = ('root=$1 build=$2; source "$1/infra/run/env.sh"; '
               'source "$1/infra/run/common.sh"; source "$1/infra/run/$3.sh"; '
               'need_packages () { :; }; ready () { false; }; '
               'print_figures () { :; }; quietly () { shift 2; echo "$@"; }; '
               'main')

    def test_target_has_no_tests(self):
        shown = call("ninja", "-C", BUILD, "-t", "commands", "use")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for made in ("plugins/anc/libgstanc.so", "pipelines/tool/anc",
                     "pipelines/demo/anc-scene"):
            self.assertRegex(shown.stdout, rf"(?m) -o {made} ")
        self.assertNotIn("-o tests/", shown.stdout)

    def test_who_builds_what(self):
        for command, targets in (("demo", " use"), ("make-ready", " use"),
                                 ("build", "")):
            with tempfile.TemporaryDirectory() as build:
                shown = call("bash", "-euc", self.PRETEND, "run", ROOT, build,
                             command, env={"PATH": os.environ["PATH"]})
                self.assertEqual(shown.returncode, 0, shown.stderr)
                self.assertIn(f"ninja -C {build}{targets}\n", shown.stdout)
                self.assertEqual(Path(build, ".ready").read_text(
                    encoding="utf-8"), f"{ROOT}\n")


if __name__ == "__main__":
    tap.main()
