# SPDX-License-Identifier: LGPL-2.1-or-later
"""anc report: figures against signals whose levels are known, and mistakes."""
import json
import math
import struct
import tempfile
import unittest
import wave
from pathlib import Path

import tap
from scratch import BUILD, call

RATE = 16000
TOOL = BUILD / "pipelines/tool/anc"


def tone(amplitude, seconds=2.0, hertz=1000):
    return [amplitude * math.sin(2 * math.pi * hertz * i / RATE)
            for i in range(int(seconds * RATE))]


class Report(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="anc-report-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name, samples, channels=1):
        path = self.folder / name
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, RATE, 0, "NONE", ""))
            file.writeframes(b"".join(
                struct.pack("<h", round(s * 32767)) * channels
                for s in samples))
        return path

    def report(self, *arguments):
        return call(TOOL, "report", *arguments, cwd=self.folder)

    def figures(self, *arguments):
        shown = self.report(*arguments, "--json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return json.loads(shown.stdout)

    def refused(self, code, text, *arguments):
        shown = self.report(*arguments)
        self.assertEqual(shown.returncode, code, shown.stderr)
        self.assertIn(text, shown.stderr)
        self.assertEqual(len(shown.stderr.splitlines()), 1, shown.stderr)
        self.assertEqual(list(self.folder.glob("*.png")), [])

    def test_levels(self):
        before = self.write("a.wav", tone(0.5), channels=2)
        after = self.write("b.wav", tone(0.05))
        found = self.figures(before, after)
        self.assertAlmostEqual(found["before"]["peak-db"], -6.02, delta=0.02)
        self.assertAlmostEqual(found["before"]["rms-db"], -9.03, delta=0.02)
        self.assertAlmostEqual(found["after"]["rms-db"], -29.03, delta=0.02)
        self.assertAlmostEqual(found["level-reduction-db"], 20, delta=0.02)
        self.assertAlmostEqual(found["noise-floor-reduction-db"], 20, delta=0.05)
        self.assertEqual(found["before"]["channels"], 2)
        self.assertEqual(found["after"]["rate"], RATE)
        self.assertAlmostEqual(found["after"]["seconds"], 2)

    def test_noise_floor_is_that_of_the_pauses(self):
        loud = tone(0.5, 1.6)
        before = self.write("a.wav", loud + tone(0.1, 0.4))
        after = self.write("b.wav", loud + tone(0.01, 0.4))
        found = self.figures(before, after)
        self.assertAlmostEqual(found["noise-floor-reduction-db"], 20, delta=0.1)
        self.assertAlmostEqual(found["before"]["noise-floor-db"], -23.0,
                               delta=0.1)

    def test_known_voice(self):
        voice, hum = tone(0.4), tone(0.2, hertz=3000)
        names = [self.write(name, [v + part * h for v, h in zip(voice, hum)])
                 for name, part in (("v.wav", 0), ("a.wav", 1), ("b.wav", 0.1))]
        found = self.figures(*names[1:], "--voice", names[0])
        self.assertAlmostEqual(found["before"]["voice-to-rest-db"], 6.02,
                               delta=0.02)
        self.assertAlmostEqual(found["after"]["voice-to-rest-end-db"], 26.02,
                               delta=0.1)

    def test_silence_has_a_number(self):
        before = self.write("a.wav", tone(0.5))
        found = self.figures(before, self.write("b.wav", [0] * RATE))
        self.assertEqual(found["after"]["rms-db"], -160)

    def test_picture(self):
        before = self.write("a.wav", tone(0.5))
        after = self.write("b.wav", tone(0.05, 0.7))
        self.assertEqual(self.figures(before, after)["picture"],
                         str(self.folder / "b-report.png"))
        made = (self.folder / "b-report.png").read_bytes()
        self.assertEqual(made[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", made[16:24]), (1600, 1115))

    def test_picture_is_not_replaced_unasked(self):
        before = self.write("a.wav", tone(0.5))
        picture = self.folder / "p.png"
        picture.write_text("mine", encoding="utf-8")
        refusal = self.report(before, before, "-o", picture)
        self.assertEqual(refusal.returncode, 2)
        self.assertIn("exists", refusal.stderr)
        self.assertEqual(picture.read_text(encoding="utf-8"), "mine")
        self.assertEqual(self.report(before, before, "-o", picture,
                                     "--overwrite").returncode, 0)

    def test_a_few_samples_are_enough(self):
        few = self.write("a.wav", [0.1, -0.1, 0.2])
        self.assertGreater(self.figures(few, few)["after"]["seconds"], 0)

    def test_text_for_people(self):
        before = self.write("a.wav", tone(0.5))
        shown = self.report(before, self.write("b.wav", tone(0.05)))
        self.assertRegex(shown.stdout, r"noise floor +-9\.0 +-29\.0 +-20\.0")

    def test_mistakes_on_the_command_line(self):
        good = self.write("a.wav", tone(0.1))
        self.refused(2, "needs two recordings")
        self.refused(2, "not 1", good)
        self.refused(2, "not 3", good, good, good)
        self.refused(2, "Unknown option", good, good, "--nosuch")
        self.refused(2, "no such file", good, self.folder / "missing.wav")
        self.refused(2, "no such file", self.folder / "missing.wav", good)
        self.refused(2, "no folder nowhere", good, good, "-o", "nowhere/p.png")
        self.refused(2, "ends in .png", good, good, "-o", "p.jpg")

    def test_files_that_cannot_be_read(self):
        good = self.write("a.wav", tone(0.1))
        text = self.folder / "text.wav"
        text.write_text("not audio at all, not even a little\n" * 50,
                        encoding="utf-8")
        empty = self.folder / "empty.wav"
        empty.touch()
        hollow = self.write("hollow.wav", [])
        for bad in (text, empty, hollow):
            self.refused(1, bad.name, good, bad)
            self.refused(1, bad.name, bad, good)


if __name__ == "__main__":
    tap.main()
