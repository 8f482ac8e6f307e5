# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `meson install` leaves is enough to work with."""
import os
import tempfile
import unittest
from pathlib import Path

import tap
from scratch import BUILD, ROOT, call

ELEMENTS = ("anclms", "ancnlms", "ancrls")


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="anc-install-")
        cls.addClassCleanup(cls.holder.cleanup)
        cls.destination = Path(cls.holder.name)
        made = call("meson", "install", "-C", BUILD, "--no-rebuild",
                    "--destdir", cls.destination)
        if made.returncode != 0:
            raise RuntimeError(made.stdout + made.stderr)

    def find(self, name):
        found = sorted(self.destination.rglob(name))
        self.assertTrue(found, f"{name} is not installed")
        return found[0]

    def environment(self, **more):
        """Nothing of the build tree: GStreamer sees the installed plugin."""
        env = {key: value for key, value in os.environ.items()
               if not key.startswith(("GST_", "ANC_PIPELINE"))}
        env["GST_REGISTRY_1_0"] = str(self.destination / "registry.bin")
        env["GST_PLUGIN_PATH_1_0"] = str(self.find("libgstanc.so").parent)
        env["XDG_DATA_DIRS"] = str(self.find("gst-plugins-anc").parent)
        env.update(more)
        return env

    def test_plugin_alone(self):
        env = self.environment(GST_PLUGIN_SYSTEM_PATH_1_0="")
        for element in ELEMENTS:
            shown = call("gst-inspect-1.0", element, env=env)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(str(self.destination), shown.stdout)

    def test_origin(self):
        """Of whoever builds it: nothing is made up."""
        for plugin in sorted(self.destination.rglob("libgst*.so")):
            shown = call("gst-inspect-1.0", plugin, env=self.environment())
            self.assertRegex(shown.stdout,
                             r"Binary package +GStreamer noise cancellation")
            self.assertRegex(shown.stdout,
                             r"Origin URL +Unknown package origin\n")

    def test_plugin_needs_no_library_of_the_tree(self):
        for name in ("libgstanc.so", "anc"):
            shown = call("readelf", "-d", self.find(name))
            self.assertNotIn("RUNPATH", shown.stdout)
            self.assertNotIn(str(ROOT), shown.stdout)

    def test_program_finds_its_presets(self):
        shown = call(self.find("anc"), "list", env=self.environment())
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for preset in ("cancel", "cancel-inband", "cancel-live"):
            self.assertRegex(shown.stdout, rf"(?m)^\s*{preset}\b")

    def test_program_cleans_a_recording(self):
        tone = [str(self.destination / name) for name in ("a.wav", "b.wav")]
        for name, wave in zip(tone, ("pink-noise", "sine")):
            made = call("gst-launch-1.0", "-q", "audiotestsrc", f"wave={wave}",
                        "num-buffers=20", "!", "wavenc", "!", "filesink",
                        f"location={name}", env=self.environment())
            self.assertEqual(made.returncode, 0, made.stderr)
        output = self.destination / "c.wav"
        shown = call(self.find("anc"), "run", "cancel", f"primary={tone[0]}",
                     f"reference={tone[1]}", f"output={output}", "--quiet",
                     env=self.environment())
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertGreater(output.stat().st_size, 1000)


if __name__ == "__main__":
    tap.main()
