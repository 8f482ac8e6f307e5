# SPDX-License-Identifier: LGPL-2.1-or-later
"""An include against the tiers of the tree does not build."""
import json
import unittest
from pathlib import Path

import tap
from scratch import copy_tree, call

# What a tier may not include. Headers right below /usr/include (Paho, SQLite)
# are in every compiler's way and not among them.
ARROWS = {
    "lib/dsp": ("<glib.h>", "<gst/gst.h>"),
    "lib/dsp/kernels": ("<glib.h>",),
    "lib/common": ("<gst/gst.h>", "<libsoup/soup.h>", '"anc-filter.h"'),
    "lib/aws": ("<gst/gst.h>", '"anc-filter.h"'),
    "lib/mqtt": ("<gst/gst.h>", "<libsoup/soup.h>", '"anc-filter.h"'),
    "lib/websocket": ("<gst/gst.h>", '"anc-filter.h"'),
    "elements/common": ("<json-glib/json-glib.h>", "<libsoup/soup.h>"),
    "elements/cancel": ("<cairo.h>", "<libsoup/soup.h>"),
    "elements/s3": ('"gstancnlms.h"', '"anc-filter.h"', "<cairo.h>",
                    "<libsoup/soup.h>", "<json-glib/json-glib.h>"),
    "elements/mqtt": ('"gstancnlms.h"', '"anc-filter.h"', "<cairo.h>"),
    "elements/websocket": ('"gstancnlms.h"', '"anc-filter.h"', "<cairo.h>"),
    "plugins/anc": ("<json-glib/json-glib.h>",),
    "plugins/ancaws": ('"anc-filter.h"', '"gstancnlms.h"'),
    "plugins/ancmqtt": ('"anc-filter.h"', '"gstancnlms.h"'),
    "plugins/ancwebsocket": ('"anc-filter.h"', '"gstancnlms.h"'),
    "pipelines/loader": ('"gstanccanceller.h"', "<cairo.h>"),
    "pipelines/tool": ('"anc-canceller.h"',),
    "cloud/lambda/runtime": ("<gst/gst.h>", '"gstancnlms.h"',
                             '"anc-sandbox.h"', '"anc-command.h"'),
    "cloud/local": ("<gst/gst.h>", '"gstancnlms.h"', '"anc-lambda.h"',
                    '"anc-command.h"'),
}
# Programs of their own, of which nothing is linked elsewhere.
APART = {"pipelines/demo"}


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

    def sources(self, tier):
        """Those that this machine compiles, by name."""
        return sorted(source for source in (self.root / tier).glob("*.c")
                      if source.resolve() in self.objects)

    def tiers(self):
        for top in ("lib", "elements", "plugins", "pipelines", "cloud",
                    "cloud/lambda"):
            for folder in sorted((self.root / top).iterdir()):
                tier = f"{top}/{folder.name}"
                if any(folder.glob("*.c")) and tier not in APART:
                    yield tier

    def test_each_arrow(self):
        for tier, headers in ARROWS.items():
            for source in self.sources(tier)[:1]:
                made = self.compile(source)
                self.assertEqual(made.returncode, 0, made.stdout)
                for header in headers:
                    with self.subTest(f"{header} in {tier}"):
                        self.refused(source, header)

    def refused(self, source, header):
        self.assertTrue(self.exists(header), "a name that nobody has")
        kept = source.read_text(encoding="utf-8")
        source.write_text(f"#include {header}\n{kept}", encoding="utf-8")
        made = self.compile(source)
        source.write_text(kept, encoding="utf-8")
        self.assertNotEqual(made.returncode, 0)
        self.assertIn(f"{header[1:-1]}: No such file", made.stdout)

    def exists(self, header):
        """In the tree, or where a library has a folder for its headers."""
        if header.startswith('"'):
            return any(self.root.rglob(header[1:-1]))
        return any(Path("/usr/include").glob(f"*/{header[1:-1]}"))

    def test_no_tier_is_forgotten(self):
        self.assertEqual(set(self.tiers()) - set(ARROWS), set())

    def lint(self):
        shown = call(
            "bash", "-c", 'root=$1; source "$1/infra/run/common.sh"; '
            'source "$1/infra/run/lint.sh"; lint_arrows', "lint", self.root,
            env={"build": str(self.build), "PATH": "/usr/bin:/bin"})
        return shown.returncode, shown.stdout

    def found_by_lint(self, source, header):
        kept = source.read_text(encoding="utf-8") if source.exists() else ""
        source.write_text(f'#include "{header}"\n{kept}', encoding="utf-8")
        code, text = self.lint()
        if kept:
            source.write_text(kept, encoding="utf-8")
        else:
            source.unlink()
        self.assertNotEqual(code, 0, header)
        self.assertIn(header, text)

    def test_path_round_the_lists_is_found_by_lint(self):
        self.assertEqual(self.lint(), (0, ""))
        source = self.root / "pipelines/tool/command-report.c"
        for path in ("elements/common/gstancenums.h", "../../lib/dsp/anc-wav.h"):
            self.found_by_lint(source, path)

    def test_another_family_is_found_by_lint(self):
        """Whatever folders the compiler looks into."""
        for name, header in (
                ("elements/s3/stray.c", "gstancnlms.h"),
                ("elements/s3/stray.h", "../cancel/gstancnlms.h"),
                ("elements/common/stray.c", "gstancnlms.h"),
                ("lib/aws/stray.c", "anc-filter.h"),
                ("lib/common/stray.c", "anc-filter.h"),
                ("lib/dsp/kernels/stray.c", "anc-backoff.h"),
                ("lib/aws/stray.c", "../../cloud/local/anc-sandbox.h"),
                ("cloud/local/stray.c", "anc-lambda.h"),
                ("cloud/local/stray.c", "elements/common/gstancenums.h")):
            self.found_by_lint(self.root / name, header)


if __name__ == "__main__":
    tap.main()
