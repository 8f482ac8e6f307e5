# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the programs that only tests use get onto a machine, without getting
them: pip and Go are stand-ins here that leave what the real ones would."""
import subprocess
import unittest
from pathlib import Path

import tap
from scratch import call, copy_tree

PREAMBLE = """
root=$1 build=$1/build
die () { printf 'run: %s\\n' "$*" >&2; exit 1; }
source "$root/infra/run/common.sh"
source "$root/infra/run/tools.sh"
PATH=$root/stand-ins:$PATH go_places=()
need_packages () { die "no $*"; }
install_python_tools () {
  echo pip >>"$root/installed"
  sleep 0.2
  mkdir -p "$1/bin"
  [ ! -e "$root/fail" ] && touch "$1/.complete"
}
"""
GO = """#!/bin/sh
[ "$1 $2" = "env GOVERSION" ] && echo go%s && exit
[ "$1" = install ] || exit 1
echo go >>"%s"
mkdir -p "$GOBIN" && touch "$GOBIN/versitygw"
"""


class Tools(unittest.TestCase):
    def setUp(self):
        holder = copy_tree()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)
        self.cache = self.root / "cache/gst-plugins-anc/tools"
        self.installed = self.root / "installed"
        (self.root / "build").mkdir()
        self.add_go("1.99.1")

    def add_go(self, version, folder="stand-ins"):
        go = self.root / folder / "go"
        go.parent.mkdir(exist_ok=True)
        go.write_text(GO % (version, self.installed), encoding="utf-8")
        go.chmod(0o755)

    def command(self, script):
        return ["bash", "-euo", "pipefail", "-c", PREAMBLE + script, "tools",
                str(self.root)]

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.root / "home"),
                "XDG_CACHE_HOME": str(self.root / "cache")}

    def run_script(self, script="need_tools; echo \"tools=$ANC_TEST_TOOLS\""):
        shown = call(*self.command(script), env=self.environment())
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        return shown.stdout

    def runs(self):
        if not self.installed.exists():
            return []
        return self.installed.read_text(encoding="utf-8").split()

    def test_once_for_all(self):
        out = self.run_script()
        self.assertEqual(self.runs(), ["pip", "go"])
        places = sorted(self.cache.glob("*-*"))
        self.assertEqual([place.name.split("-")[0] for place in places],
                         ["python", "versitygw"])
        listed = ":".join(f"{place}/bin" for place in places)
        self.assertIn(f"tools={listed}\n", out)
        record = self.root / "build/.test-tools"
        self.assertEqual(record.read_text(encoding="utf-8"), f"{listed}\n")
        self.assertEqual(self.run_script(), f"tools={listed}\n")
        self.assertEqual(self.runs(), ["pip", "go"])
        self.assertFalse((self.root / "home").exists())

    def test_without_a_home(self):
        self.run_script("tools_cache=/dev/null/none; need_tools")
        self.assertTrue(list((self.root / "build/tools").glob("python-*")))
        shown = call(*self.command('echo "$tools_cache"'),
                     env={"PATH": "/usr/bin:/bin"})
        self.assertRegex(shown.stdout, "^/.*/.cache/gst-plugins-anc/tools\n")

    def test_other_requirements_are_another_place(self):
        self.run_script()
        with open(self.root / "infra/run/requirements.txt", "a",
                  encoding="utf-8") as file:
            file.write("# newer\n")
        self.run_script()
        self.assertEqual(self.runs(), ["pip", "go", "pip"])

    def test_failure_is_said_and_no_more(self):
        (self.root / "fail").touch()
        self.add_go("1.2")  # too old, and fetches none
        out = self.run_script()
        self.assertIn("Without Python packages whatever needs it is skipped",
                      out)
        self.assertIn("Without versitygw", out)
        self.assertIn("tools=\n", out)
        self.assertEqual(list(self.cache.glob("work.*")), [])

    def test_half_an_installation_is_none(self):
        (self.root / "fail").touch()
        self.run_script()
        (self.root / "fail").unlink()
        out = self.run_script()
        self.assertEqual(self.runs(), ["pip", "go", "pip"])
        self.assertRegex(out, "tools=.*/python-.*:.*/versitygw-")

    def test_two_at_a_time_install_once(self):
        both = [subprocess.Popen(
            self.command("need_tools"),
            env=self.environment(), stdout=subprocess.DEVNULL)
            for _ in range(2)]
        self.assertEqual([each.wait() for each in both], [0, 0])
        self.assertEqual(self.runs(), ["pip", "go"])

    def test_a_go_that_is_new_enough(self):
        self.add_go("1.19.8", "stand-ins")
        self.add_go("1.25.0", "later")
        out = self.run_script('PATH=$PATH:$root/later; find_go')
        self.assertEqual(out, f"{self.root}/later/go")
        self.add_go("1.24.9", "later")
        out = self.run_script('PATH=$PATH:$root/later; find_go || true')
        self.assertNotIn(str(self.root), out)

    def test_requirements_are_pinned(self):
        lines = (self.root / "infra/run/requirements.txt").read_text(
            encoding="utf-8").splitlines()
        for line in lines:
            if line and not line.startswith("#"):
                self.assertRegex(line, r"^[A-Za-z0-9_.\[\]-]+==[0-9.post]+$")


if __name__ == "__main__":
    tap.main()
