# SPDX-License-Identifier: LGPL-2.1-or-later
"""anc run: what it does to sound, what it prints."""
import json
import os
import pty
import re
import select
import subprocess

import anctool
import tap
from anctool import level, read_wav, write_wav


class Cancel(anctool.Case):
    def error_of(self, path, skip=4000):
        """Level of what is left of the noise, in dB to what there was."""
        _, _, _, channels = read_wav(self.dir / path)
        voice = anctool.tone(self.frames, self.rate)
        left = [a - b for a, b in zip(channels[0][skip:], voice[skip:])]
        heard = [a - b for a, b in zip(self.primary[skip:], voice[skip:])]
        return level(left) - level(heard)

    def test_algorithms(self):
        for algorithm, words in (("nlms", ["step-size=0.05"]),
                                 ("lms", ["step-size=0.1"]), ("rls", [])):
            report = self.clean(f"algorithm={algorithm}", "filter-length=32",
                                *words, output=f"{algorithm}.wav")
            self.assertLess(self.error_of(f"{algorithm}.wav"), -15, algorithm)
            stats = report["elements"]["cancel"]
            self.assertGreater(stats["erle-db"], 5)
            self.assertEqual(stats["samples"], self.frames)
        self.assertEqual(self.files(), {"noisy.wav", "noise.wav", "nlms.wav",
                                        "lms.wav", "rls.wav"})

    def test_report(self):
        report = self.clean()
        self.assertEqual(set(report), {
            "result", "pipeline", "audio-seconds", "wall-seconds",
            "realtime-factor", "figures", "elements", "warnings", "error"})
        self.assertEqual(report["pipeline"], "cancel")
        self.assertEqual(report["audio-seconds"], 1.0)
        self.assertAlmostEqual(
            report["realtime-factor"],
            report["audio-seconds"] / report["wall-seconds"])
        self.assertEqual(report["warnings"], [])

    def test_text(self):
        words = ["primary=noisy.wav", "reference=noise.wav"]
        code, out, err = self.cancel(*words, "output=a.wav")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"(?m)^a.wav: 1\.0 seconds of sound in .* times "
                              r"real time$")
        self.assertRegex(out, r"(?m)^noise in the pauses \d+\.\d dB lower; "
                              r"level \d+\.\d dB lower, voice included$")
        code, out, err = self.cancel(*words, "output=b.wav", "--quiet")
        self.assertEqual((code, out, err), (0, "", ""))

    def test_failure_as_json(self):
        for words, domain in ((["output=x.xyz"], "parameter"),
                              (["output=a.wav", "reference=text.wav"],
                               "gst-stream-error-quark")):
            (self.dir / "text.wav").write_text("not a sound\n")
            code, out, _ = self.cancel("primary=noisy.wav", "--json",
                                       "reference=noise.wav", *words)
            report = json.loads(out)
            self.assertIn(code, (1, 2))
            self.assertEqual(report["result"], "failed")
            self.assertEqual(report["error"]["domain"], domain)
            self.assertEqual(set(report["error"]),
                             {"domain", "message", "element", "debug"})

    def test_mistake_as_json(self):
        (self.dir / "broken.json").write_text("{")
        (self.dir / "wrong.json").write_text(json.dumps({
            "name": "w", "version": "1", "description": "d",
            "pipeline": "audiotestsrc ! ! fakesink"}))
        given = ["cancel", "primary=noisy.wav", "reference=noise.wav"]
        for words, code, domain, message in (
                (["--nosuch"], 2, "parameter", "--nosuch"),
                (["--timeout=soon"], 2, "parameter", "soon"),
                (["cancel", "--timeout=-1"], 2, "parameter", "negative"),
                ([], 2, "parameter", "the name of a pipeline"),
                (["cancle"], 2, "parameter", "did you mean cancel"),
                (["cancel"], 2, "parameter", "also needs"),
                ([*given, "output=x.wav", "step-size=9"], 2, "parameter",
                 "between 0 and 2"),
                ([*given, "output=noisy.wav"], 2, "parameter", "input"),
                (["broken.json"], 3, "config", "broken.json: "),
                (["wrong.json"], 3, "config", "syntax error")):
            for line in ([*words, "--json"], ["--json", *words]):
                with self.subTest(line=line):
                    got, out, err = self.anc("run", *line)
                    self.assertEqual(got, code, err)
                    report = json.loads(out)
                    self.assertEqual(report["result"], "failed")
                    self.assertEqual(report["error"]["domain"], domain)
                    self.assertIn(message, report["error"]["message"])
                    self.assertEqual(
                        err, f"anc run: {report['error']['message']}\n")

    def test_stereo_and_rates(self):
        left, right = self.primary, [-x for x in self.primary]
        write_wav(self.dir / "stereo.wav", [left, right], self.rate)
        double = [x for x in self.reference for _ in (0, 1)]
        write_wav(self.dir / "fast.wav", [double], 2 * self.rate)
        for reference in ("noise.wav", "fast.wav"):
            report = self.clean("filter-length=64", "step-size=0.1",
                                output=f"o-{reference}",
                                primary="stereo.wav", reference=reference)
            tag, rate, bits, channels = read_wav(self.dir / f"o-{reference}")
            self.assertEqual((tag, rate, bits), (1, self.rate, 16))
            self.assertEqual([len(c) for c in channels], [self.frames] * 2)
            self.assertGreater(report["elements"]["cancel"]["erle-db"], 5)

    def test_inband(self):
        write_wav(self.dir / "both.wav", [self.primary, self.reference],
                  self.rate)
        code, _, err = self.anc("run", "cancel-inband", "input=both.wav",
                                "output=clean.wav", "filter-length=32",
                                "algorithm=rls")
        self.assertEqual(code, 0, err)
        self.assertLess(self.error_of("clean.wav"), -15)
        self.assertEqual(len(read_wav(self.dir / "clean.wav")[3]), 1)
        swapped = [self.reference, self.primary]
        write_wav(self.dir / "swapped.wav", swapped, self.rate)
        code, _, err = self.anc("run", "cancel-inband", "input=swapped.wav",
                                "output=other.wav", "filter-length=32",
                                "algorithm=rls", "reference-channel=0")
        self.assertEqual(code, 0, err)
        self.assertLess(self.error_of("other.wav"), -15)

    def warnings_of(self, *words):
        """Those of a run that works, in JSON and as lines."""
        code, out, err = self.anc("run", *words, "--json", "--overwrite")
        self.assertEqual(code, 0, err)
        told = json.loads(out)["warnings"]
        self.assertEqual(err, "".join(f"anc run: warning: {w}\n"
                                      for w in told))
        return told

    def test_useless_references(self):
        write_wav(self.dir / "silent.wav", [[0] * self.frames], self.rate)
        write_wav(self.dir / "hiss.wav", [[1e-5] * self.frames], self.rate)
        write_wav(self.dir / "short.wav", [self.reference[:3900]], self.rate)
        write_wav(self.dir / "enough.wav", [self.reference[:4100]], self.rate)
        (self.dir / "copy.wav").write_bytes(
            (self.dir / "noisy.wav").read_bytes())
        self.clean("signal=primary", output="noisy.flac")
        same = ("is the same sound as the primary: .*; give a recording of "
                "the noise alone$")
        for name, pattern in (
                ("noise.wav", None), ("enough.wav", None),
                ("silent.wav", "^the reference silent.wav is silent: .*; look "
                               "for the microphone"),
                ("hiss.wav", "^the reference hiss.wav is silent"),
                ("noisy.wav", "^the reference noisy.wav " + same),
                ("copy.wav", "^the reference copy.wav " + same),
                ("noisy.flac", "^the reference noisy.flac " + same),
                ("short.wav", r"^the reference short.wav is much shorter than "
                              r"noisy.wav: after 0\.49 of 1\.00 seconds .*; "
                              r"give a recording")):
            with self.subTest(name=name):
                words = ["primary=noisy.wav", f"reference={name}"]
                told = self.warnings_of("cancel", *words, "output=x.wav")
                self.assertEqual(len(told), 1 if pattern else 0, told)
                self.assertRegex("".join(told), pattern or "^$")
                code, out, err = self.anc("compare", *words, "nlms", "rls")
                self.assertEqual((code, len(out.splitlines())), (0, 3))
                self.assertEqual(err, "".join(f"anc compare: warning: {w}\n"
                                              for w in told))

    def test_useless_channel(self):
        for other, pattern in (
                (self.reference, "^$"),
                ([0] * self.frames, "^the reference channel 1 of both.wav is "
                                    "silent"),
                (self.primary, "^the reference channel 1 of both.wav is the "
                               "same sound")):
            write_wav(self.dir / "both.wav", [self.primary, other], self.rate)
            self.assertRegex("".join(self.warnings_of(
                "cancel-inband", "input=both.wav", "output=x.wav")), pattern)

    def test_live(self):
        code, out, err = self.anc(
            "run", "cancel-live", "primary-source=test",
            "reference-source=test", "sink=none", "buffers=20", "--json")
        self.assertEqual(code, 0, err)
        report = json.loads(out)
        self.assertGreater(report["audio-seconds"], 0.2)
        self.assertIn("erle-db", report["elements"]["cancel"])

    def test_signal(self):
        self.clean("signal=primary", output="same.wav")
        self.assertEqual(read_wav(self.dir / "same.wav"),
                         read_wav(self.dir / "noisy.wav"))

    def test_dither(self):
        self.clean("signal=primary", "dither=tpdf", output="dithered.wav")
        self.assertNotEqual(read_wav(self.dir / "dithered.wav"),
                            read_wav(self.dir / "noisy.wav"))

    def test_overwrite(self):
        (self.dir / "clean.wav").write_text("mine")
        self.refuse(2, "clean.wav: the file exists.*--overwrite", "run",
                    "cancel", "primary=noisy.wav", "reference=noise.wav",
                    "output=clean.wav")
        self.assertEqual((self.dir / "clean.wav").read_text(), "mine")
        self.clean("--overwrite")
        self.assertEqual(len(read_wav(self.dir / "clean.wav")[3][0]),
                         self.frames)

    def test_timeout(self):
        write_wav(self.dir / "long.wav", [self.reference * 60], self.rate)
        before = self.files()
        code, _, err = self.cancel(
            "primary=long.wav", "reference=long.wav", "output=x.wav",
            "filter-length=100000", "--timeout=1")
        self.assertEqual(code, 1, err)
        self.assertIn("did not end within 1 seconds", err)
        self.assertEqual(self.files(), before)


class Progress(anctool.Case):
    frames = 800000

    def setUp(self):
        super().setUp()
        self.words = [anctool.ANC, "run", "cancel", "primary=noisy.wav",
                      "reference=noise.wav", "output=clean.wav",
                      "filter-length=4096"]

    def on_terminal(self, *extra, term="xterm"):
        try:
            master, slave = pty.openpty()
        except OSError:
            self.skipTest("no pseudo-terminal (is devpts mounted?)")
        process = subprocess.Popen([*self.words, *extra], cwd=self.dir,
                                   stdout=subprocess.DEVNULL, stderr=slave,
                                   env={**os.environ, "TERM": term})
        os.close(slave)
        text = b""
        while True:
            ready, _, _ = select.select([master], [], [], 60)
            try:
                piece = os.read(master, 65536) if ready else b""
            except OSError:
                piece = b""
            if not piece:
                break
            text += piece
        os.close(master)
        self.assertEqual(process.wait(), 0, text)
        return text.decode()

    def test_bar(self):
        text = self.on_terminal()
        bars = re.findall(
            r"\r\[[#-]{24}\] +(\d+) %  \d:\d\d of 1:40  ETA \S+  \d+x\x1b\[K",
            text)
        self.assertGreater(len(bars), 1, text)
        numbers = [int(bar) for bar in bars]
        self.assertEqual(numbers, sorted(numbers))
        self.assertTrue(text.endswith("\r\x1b[K"), text[-40:])

    def test_no_bar(self):
        self.assertEqual(self.on_terminal("--quiet"), "")
        self.assertEqual(self.on_terminal("--overwrite", term="dumb"), "")


if __name__ == "__main__":
    tap.main()
