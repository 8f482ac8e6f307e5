# SPDX-License-Identifier: LGPL-2.1-or-later
"""An include against the tiers of the tree does not build."""
import json
import unittest
from pathlib import Path

import tap
from scratch import copy_tree, call

# tier, a source of it, what it may not include
ARROWS = (
    ("lib/dsp", "anc-nlms.c", "<glib.h>"),
    ("lib/dsp", "anc-nlms.c", "<gst/gst.h>"),
    ("lib/dsp", "kernels/anc-kernels-c.c", "<glib.h>"),
    ("elements/common", "gstanctimeline.c", "<json-glib/json-glib.h>"),
    ("elements/cancel", "gstancnlms.c", "<cairo.h>"),
    ("plugins/anc", "plugin.c", "<json-glib/json-glib.h>"),
    ("pipelines/loader", "anc-json.c", '"gstanccanceller.h"'),
    ("pipelines/loader", "anc-json.c", "<cairo.h>"),
    ("pipelines/tool", "command-report.c", '"anc-canceller.h"'),
)


class Arrows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = copy_tree()
        cls.addClassCleanup(cls.holder.cleanup)
        cls.root = Path(cls.holder.name)
        cls.build = cls.root / "build"
        made = call("meson", "setup", cls.build, cls.root, "-Dtests=disabled")
        if made.returncode != 0:
            raise RuntimeError(made.stdout + made.stderr)
        commands = json.loads((cls.build / "compile_commands.json").read_text(
            encoding="utf-8"))
        cls.objects = {(cls.build / each["file"]).resolve(): each["output"]
                       for each in commands}

    def compile(self, source):
        return call("ninja", "-C", self.build, self.objects[source.resolve()])

    def test_each_arrow(self):
        for tier, name, header in ARROWS:
            with self.subTest(f"{header} in {tier}"):
                source = self.root / tier / name
                kept = source.read_text(encoding="utf-8")
                made = self.compile(source)
                self.assertEqual(made.returncode, 0, made.stdout)
                source.write_text(f"#include {header}\n{kept}",
                                  encoding="utf-8")
                made = self.compile(source)
                source.write_text(kept, encoding="utf-8")
                self.assertNotEqual(made.returncode, 0)
                self.assertIn(f"{header[1:-1]}: No such file", made.stdout)

    def test_path_round_the_lists_is_found_by_lint(self):
        source = self.root / "pipelines/tool/command-report.c"
        kept = source.read_text(encoding="utf-8")
        lint = ["bash", "-c", 'root=$1; source "$1/infra/run/common.sh"; '
                'source "$1/infra/run/lint.sh"; lint_arrows', "lint", self.root]
        env = {"build": str(self.build), "PATH": "/usr/bin:/bin"}
        self.assertEqual(call(*lint, env=env).returncode, 0)
        for path in ("elements/common/gstancenums.h", "../../lib/dsp/anc-wav.h"):
            source.write_text(f'#include "{path}"\n{kept}', encoding="utf-8")
            shown = call(*lint, env=env)
            self.assertNotEqual(shown.returncode, 0)
            self.assertIn(path, shown.stdout)
        source.write_text(kept, encoding="utf-8")


if __name__ == "__main__":
    tap.main()
