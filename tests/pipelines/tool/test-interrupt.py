# SPDX-License-Identifier: LGPL-2.1-or-later
"""^C: what came out until then is a whole file."""
import json
import os
import signal
import subprocess
import time

import anctool
import tap
from anctool import read_wav

PATIENCE = 60


class Interrupt(anctool.Case):
    def setUp(self):
        super().setUp()
        # Live sources never end by themselves.
        (self.dir / "endless.json").write_text(json.dumps({
            "name": "endless", "version": "1", "description": "d",
            "pipeline": ["audiotestsrc is-live=true name=s !",
                         "audio/x-raw,rate=48000 ! ${encoder} !",
                         "filesink name=out"],
            "parameters": {
                "output": {"type": "string", "format": "output-file",
                           "required": True, "target": "out.location"},
                "format": {"type": "string",
                           "enum": ["wav", "flac", "ogg", "m4a"],
                           "default": {"suffix-of": "output"}}},
            "choices": {"encoder": {"parameter": "format", "fragments": {
                "wav": "audioconvert ! wavenc",
                "flac": "audioconvert ! flacenc",
                "ogg": "audioconvert ! vorbisenc ! oggmux",
                "m4a": "audioconvert ! avenc_aac ! mp4mux"}}}}))

    def start(self, *words, ignore=()):
        """As from a terminal, however the tests were started."""
        def set_signals():
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_IGN if number in ignore
                              else signal.SIG_DFL)
        return subprocess.Popen([anctool.ANC, "run", *words], cwd=self.dir,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True,
                                preexec_fn=set_signals)

    def test_nohup(self):
        process = self.start("./endless.json", "output=x.wav",
                             ignore=(signal.SIGHUP,))
        self.wait_for_temporary(4000)
        process.send_signal(signal.SIGHUP)
        self.wait_for_temporary(300000)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.finish(process, 130)

    def wait_for_temporary(self, size=1):
        """Until the temporary file has grown to that many bytes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for name in os.listdir(self.dir):
                if name.startswith(".") and os.path.getsize(
                        self.dir / name) >= size:
                    return
            time.sleep(0.01)
        self.fail("nothing was written")

    def finish(self, process, code):
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, code, err)
        self.assertNotRegex(err, "CRITICAL|WARNING|Sanitizer")
        return out, err

    def test_wav(self):
        process = self.start("./endless.json", "output=x.wav", "--json")
        self.wait_for_temporary(4000)
        process.send_signal(signal.SIGINT)
        out, _ = self.finish(process, 130)
        report = json.loads(out)
        self.assertEqual(report["result"], "interrupted")
        self.assertIsNone(report["error"])
        # read_wav checks that the header agrees with the length.
        frames = len(read_wav(self.dir / "x.wav")[3][0])
        self.assertEqual(frames / 48000, report["audio-seconds"])
        self.assertEqual({n for n in self.files() if n.startswith(".")}, set())

    def test_other_formats(self):
        for suffix in ("flac", "ogg", "m4a"):
            if suffix == "m4a" and not anctool.has_element("avenc_aac"):
                continue
            process = self.start("./endless.json", f"output=x.{suffix}")
            # Too little for the sink to have written any of it.
            self.wait_for_temporary(0)
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            self.finish(process, 130)
            self.launch(f"filesrc location=x.{suffix} ! decodebin ! "
                        f"audioconvert ! wavenc ! filesink "
                        f"location={suffix}.wav")
            self.assertGreater(len(read_wav(self.dir / f"{suffix}.wav")[3][0]),
                               400)

    def test_recordings(self):
        """Both inputs are files, and end early together."""
        anctool.write_wav(self.dir / "long.wav", [self.reference * 120],
                          self.rate)
        process = self.start("cancel", "primary=long.wav",
                             "reference=long.wav", "output=x.wav", "--json",
                             "filter-length=20000")
        self.wait_for_temporary(4000)
        process.send_signal(signal.SIGINT)
        out, _ = self.finish(process, 130)
        frames = len(read_wav(self.dir / "x.wav")[3][0])
        self.assertEqual(frames / self.rate, json.loads(out)["audio-seconds"])
        self.assertLess(frames, 120 * self.frames)

    def silence(self, suffix):
        """Microphones that are there and say nothing."""
        config = json.loads((self.dir / "endless.json").read_text())
        config["pipeline"][0] = (
            "audiotestsrc is-live=true name=s ! "
            "valve drop=true drop-mode=forward-sticky-events !")
        (self.dir / "silent.json").write_text(json.dumps(config))
        return ("./silent.json", f"output=x.{suffix}", "--json")

    def test_before_any_sound(self):
        """Nothing under the name, and a sentence."""
        for suffix in ("wav", "flac", "ogg", "m4a"):
            with self.subTest(suffix=suffix):
                before = self.files()
                process = self.start(*self.silence(suffix))
                self.wait_for_temporary(0)
                time.sleep(0.3)
                process.send_signal(signal.SIGINT)
                out, err = self.finish(process, 130)
                told = json.loads(out)
                self.assertEqual(told["result"], "interrupted")
                said = (f"no sound came before the end, so x.{suffix} was not "
                        "written")
                self.assertEqual(told["warnings"], [said])
                self.assertEqual(err, f"anc run: warning: {said}\n")
                self.assertEqual(self.files(), before | {"silent.json"})

    def test_terminate(self):
        process = self.start("./endless.json", "output=x.wav")
        self.wait_for_temporary(4000)
        process.send_signal(signal.SIGTERM)
        self.finish(process, 128 + signal.SIGTERM)
        self.assertGreater(len(read_wav(self.dir / "x.wav")[3][0]), 0)

    def live(self):
        """The preset that plays, and a file that tells when it does."""
        config = json.loads((anctool.SOURCE /
                             "pipelines/presets/cancel-live.json").read_text())
        config["choices"]["sink"]["fragments"]["none"] = (
            "tee name=t ! queue ! fakesink sync=true t. ! queue ! wavenc ! "
            "filesink location=heard.wav buffer-mode=unbuffered")
        (self.dir / "live.json").write_text(json.dumps(config))
        process = self.start("./live.json", "primary-source=test",
                             "reference-source=test", "sink=none")
        end = time.monotonic() + PATIENCE
        heard = self.dir / "heard.wav"
        while not heard.exists() or heard.stat().st_size < 20000:
            self.assertLess(time.monotonic(), end, "nothing was heard")
            time.sleep(0.02)
        return process

    def test_live(self):
        """Each signal ends it, and a second one at once is the same wish."""
        for numbers in ((signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,),
                        (signal.SIGINT, signal.SIGINT),
                        (signal.SIGTERM, signal.SIGINT)):
            with self.subTest(numbers=numbers):
                (self.dir / "heard.wav").unlink(missing_ok=True)
                process = self.live()
                for number in numbers:
                    process.send_signal(number)
                    time.sleep(0.01)
                out, err = self.finish(process, 128 + numbers[0])
                # A busy machine's threads come late to each other.
                self.assertNotRegex(err, "(?m)^(?!anc run: warning: cancel: ).")
                self.assertIn("seconds of sound", out)

    def test_forced(self):
        """An element that never lets the end through: the second ^C stops.
        Two at once are one: timeout(1) signals a process and its group."""
        (self.dir / "stuck.json").write_text(json.dumps({
            "name": "stuck", "version": "1", "description": "d",
            "pipeline": ["audiotestsrc is-live=true ! wavenc ! filesink "
                         "name=out "
                         "fakesrc is-live=true datarate=10 sizetype=2 ! "
                         "identity sleep-time=30000000 ! fakesink "
                         "async=false"],
            "parameters": {"output": {
                "type": "string", "format": "output-file", "required": True,
                "target": "out.location"}}}))
        before = self.files()
        process = self.start("./stuck.json", "output=x.wav")
        self.wait_for_temporary(4000)
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.files(), before)

    def test_killed(self):
        """Nobody can tidy up after SIGKILL but the next run."""
        before = self.files()
        for number in (signal.SIGKILL, signal.SIGQUIT):
            process = self.start("./endless.json", "output=x.wav")
            self.wait_for_temporary(4000)
            process.send_signal(number)
            process.communicate(timeout=PATIENCE)
            self.assertEqual(len(self.files() - before), 1)
        self.clean(output="x.wav")
        self.assertEqual(self.files(), before | {"x.wav"})

    def many_elements(self):
        """A pipeline that takes seconds to build."""
        (self.dir / "big.json").write_text(json.dumps({
            "name": "big", "version": "1", "description": "d",
            "pipeline": ["fakesrc num-buffers=1 ! filesink name=out "
                         "fakesrc num-buffers=1", *["! identity"] * 6000,
                         "! fakesink"],
            "parameters": {"output": {
                "type": "string", "format": "output-file", "required": True,
                "target": "out.location"}}}))
        return self.files()

    def test_while_building(self):
        """There is nothing to keep: the first signal ends it."""
        before = self.many_elements()
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("./big.json", "output=x.wav")
            time.sleep(1)
            process.send_signal(number)
            process.communicate(timeout=2)
            self.assertEqual(process.returncode, -number)
            self.assertEqual(self.files(), before)

    def test_time_limit_while_building(self):
        before = self.many_elements()
        start = time.monotonic()
        code, out, err = self.anc("run", "./big.json", "output=x.wav",
                                  "--timeout=1", "--json")
        self.assertLess(time.monotonic() - start, 3)
        self.assertEqual(code, 1)
        self.assertRegex(err, "^anc run: ./big.json was not ready to start "
                              "within 1 s; allow more with --timeout\n$")
        self.assertEqual(json.loads(out)["result"], "failed")
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    tap.main()
