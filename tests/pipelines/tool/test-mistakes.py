# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each mistake: one sentence, the right exit code, no file of any name."""
import json
import os
import shutil
import struct
import subprocess

import anctool
import tap

GIVEN = ["run", "cancel", "primary=noisy.wav", "reference=noise.wav"]


def header(channels, rate):
    """Of a WAV file with 96,000 bytes of 16-bit sound."""
    return (b"RIFF" + struct.pack("<I", 96036) + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, channels, rate,
                          rate * channels * 2 % 2**32, channels * 2, 16)
            + b"data" + struct.pack("<I", 96000))


class Files(anctool.Case):
    def spoil(self, name, data):
        (self.dir / name).write_bytes(data)

    def test_inputs(self):
        whole = (self.dir / "noisy.wav").read_bytes()
        silent = bytearray(whole)
        silent[22:24] = b"\0\0"
        self.spoil("text.wav", b"a shopping list\n" * 20)
        self.spoil("empty.wav", b"")
        self.spoil("zero.wav", bytes(silent))
        self.spoil("head.wav", whole[:44])
        self.spoil("half-frame.wav", whole[:45])
        self.spoil("half-head.wav", whole[:20])
        self.spoil("junk.flac", bytes(range(256)) * 20)
        for name, code, pattern in (
                ("nowhere.wav", 2, "nowhere.wav: there is no such file"),
                (f"file://{self.dir}/noisy.wav", 2, "path, not a URI"),
                (".", 2, "it is a directory"),
                ("text.wav", 1, "text.wav is not a sound file"),
                ("empty.wav", 1, "empty.wav is empty"),
                ("zero.wav", 1, "zero.wav: its header says that it has no "
                                "channels; record or export it again"),
                ("head.wav", 1, "head.wav.*not one whole frame"),
                ("half-frame.wav", 1, "half-frame.wav.*not one whole frame"),
                ("half-head.wav", 1, "half-head.wav"),
                ("junk.flac", 1, "junk.flac is not a sound file")):
            with self.subTest(name=name):
                self.refuse(code, pattern, "run", "cancel", f"primary={name}",
                            "reference=noise.wav", "output=x.wav")
                self.refuse(code, pattern, "run", "cancel",
                            "primary=noisy.wav", f"reference={name}",
                            "output=x.wav")

    def test_headers(self):
        """On these GStreamer hangs, aborts, crashes or makes up a reason."""
        sound = bytes(96000)
        for name, data, pattern in (
                ("huge.wav", header(1, 0x7fffffff) + sound,
                 "2147483647 samples a second, and no more than 768000"),
                ("never.wav", header(1, 0) + sound, "has 0 samples a second"),
                ("64.wav", header(64, 48000) + sound,
                 "it has 64 channels, and no more than 63 can be used; split"),
                ("65.wav", header(65, 48000) + sound, "it has 65 channels"),
                ("list.wav", header(2, 48000)[:36] + b"LIST\x1a\0\0\0",
                 "not one whole frame"),
                ("data.wav", header(2, 48000) + sound[:3],
                 "not one whole frame")):
            self.spoil(name, data)
            with self.subTest(name=name):
                self.refuse_everywhere(1, f"{name}.*{pattern}", name)

    def test_any_head(self):
        """ffmpeg puts a LIST between the format and the sound."""
        tags = b"INFOISFT\x0e\0\0\0Lavf59.27.100\0"
        whole = (header(1, 8000)[:36] + b"LIST"
                 + struct.pack("<I", len(tags)) + tags + b"data"
                 + struct.pack("<I", 800))
        for end in range(12, len(whole) + 2, 2):
            self.spoil("head.wav", (whole + b"\0\0")[:end])
            code, _, err = self.cancel("primary=noisy.wav", "--overwrite",
                                       "reference=head.wav", "output=x.wav")
            good = end > len(whole)
            self.assertEqual(code, 0 if good else 1, (end, err))
            self.assertIn("head.wav", err)

    def refuse_everywhere(self, code, pattern, name):
        for words in (["run", "cancel", f"primary={name}",
                       "reference=noise.wav", "output=x.wav"],
                      ["run", "cancel", "primary=noisy.wav",
                       f"reference={name}", "output=x.wav"],
                      ["run", "cancel-inband", f"input={name}",
                       "output=x.wav"],
                      ["compare", "primary=noisy.wav", f"reference={name}"],
                      ["report", "noisy.wav", name],
                      ["report", name, "noisy.wav"],
                      ["report", "noisy.wav", "noise.wav", "--voice", name]):
            self.refuse(code, pattern, *words)

    def test_report_of_a_cut_file(self):
        whole = (self.dir / "noisy.wav").read_bytes()
        self.spoil("cut.wav", whole[:8044])
        code, _, err = self.anc("report", "noisy.wav", "cut.wav")
        self.assertEqual((code, len(err.splitlines())), (0, 1), err)
        self.assertIn("warning: cut.wav is cut off", err)

    def test_pipe(self):
        os.mkfifo(self.dir / "pipe.wav")
        self.refuse(2, "it is a pipe", "run", "cancel", "primary=pipe.wav",
                    "reference=noise.wav", "output=x.wav")

    def test_outputs(self):
        (self.dir / "folder.wav").mkdir()
        for output, pattern in (
                ("no/such/x.wav", "there is no directory no/such"),
                ("noise.wav", "this is the input reference"),
                ("./noisy.wav", "this is the input primary"),
                ("folder.wav", "it is a directory"),
                ("x.xyz", "must end in one of wav, flac"),
                ("x", "must end in one of wav, flac"),
                ("", "must name a file")):
            with self.subTest(output=output):
                self.refuse(2, pattern, *GIVEN, f"output={output}")
                self.refuse(2, pattern, *GIVEN, f"output={output}",
                            "--overwrite")

    def test_truncated(self):
        whole = (self.dir / "noisy.wav").read_bytes()
        self.spoil("cut.wav", whole[:44 + 8000 + 1])
        for words, seconds in (({"primary": "cut.wav"}, 0.5),
                               ({"reference": "cut.wav"}, 1.0)):
            report = self.clean("--overwrite", **words)
            self.assertEqual(report["audio-seconds"], seconds)
            self.assertEqual(len(report["warnings"]), 1, report)
            self.assertIn("cut.wav is cut off", report["warnings"][0])
        code, _, err = self.cancel("primary=cut.wav", "reference=noise.wav",
                                   "output=y.wav")
        self.assertEqual(code, 0)
        self.assertEqual(len(err.splitlines()), 1, err)

    def test_truncated_codecs(self):
        long = anctool.noise(80000)
        anctool.write_wav(self.dir / "long.wav", [long], self.rate)
        anctool.write_wav(self.dir / "hum.wav",
                          [anctool.tone(80000, self.rate)], self.rate)
        for suffix in ("flac", "ogg", "opus"):
            self.clean("signal=primary", primary="long.wav",
                       reference="long.wav", output=f"long.{suffix}")
            data = (self.dir / f"long.{suffix}").read_bytes()
            self.spoil(f"cut.{suffix}", data[:len(data) // 2])
            report = self.clean("--overwrite", primary=f"cut.{suffix}",
                                reference="hum.wav")
            self.assertEqual(len(report["warnings"]), 1, report)
            self.assertIn(f"cut.{suffix} is cut off", report["warnings"][0])
            self.assertGreater(report["audio-seconds"], 1)
            self.assertLess(report["audio-seconds"], 9)

    def test_mp4_without_its_index(self):
        """Refused before anything runs: decodebin may never return."""
        if not anctool.has_element("avenc_aac"):
            self.skipTest("avenc_aac is missing")
        self.clean("signal=primary", output="whole.m4a")
        whole = (self.dir / "whole.m4a").read_bytes()
        self.clean(primary="whole.m4a", output="y.wav")
        begin = whole.index(b"moov") - 4
        for end in (40, len(whole) // 2, begin, begin + 4, len(whole) - 1):
            self.spoil("cut.m4a", whole[:end])
            for words in (["primary=cut.m4a", "reference=noise.wav"],
                          ["primary=noisy.wav", "reference=cut.m4a"]):
                self.refuse(1, "cut.m4a is cut off: the index.*copy or record "
                               "it again", "run", "cancel", *words,
                            "output=x.wav")

    def test_too_few_channels(self):
        anctool.write_wav(self.dir / "both.wav", [self.primary, self.reference],
                          self.rate)
        for name, channel in (("noisy.wav", 1), ("noisy.wav", 0),
                              ("both.wav", 2)):
            self.refuse(1, f"{name} has no channel {channel} that could be the "
                           "noise beside the voice; .*reference-channel=",
                        "run", "cancel-inband", f"input={name}",
                        f"reference-channel={channel}", "output=x.wav")

    def test_no_sound_card(self):
        test = ["primary-source=test", "reference-source=test", "sink=none"]
        nothing = {"PULSE_SERVER": "unix:/nowhere", "ALSA_CONFIG_PATH":
                   "/dev/null", "JACK_NO_START_SERVER": "1"}
        for word, where, what, choices in (
                ("primary-source=auto", "primary", "microphone",
                 "primary-source= or primary-device="),
                ("primary-source=alsa", "primary", "microphone",
                 "primary-source= or primary-device="),
                ("reference-source=pulse", "reference", "microphone",
                 "reference-source= or reference-device="),
                ("sink=auto", "sink", "sound card", "sink= or sink-device="),
                ("sink=alsa", "sink", "sound card", "sink= or sink-device=")):
            with self.subTest(word=word):
                self.refuse(1, f"^anc run: {where}: no {what} could be opened "
                               rf"\(.*\); connect one, or choose another with "
                               f"{choices}$", "run", "cancel-live", *test,
                            word, "--timeout=20", env=nothing)

    def test_longer_and_shorter_reference(self):
        anctool.write_wav(self.dir / "long.wav", [anctool.noise(24000)],
                          self.rate)
        anctool.write_wav(self.dir / "short.wav", [anctool.noise(3000)],
                          self.rate)
        for name in ("long.wav", "short.wav"):
            report = self.clean("--overwrite", reference=name)
            self.assertEqual(report["audio-seconds"], 1.0)
            self.assertFalse([w for w in report["warnings"]
                              if "cut off" in w])


class Words(anctool.Case):
    def test_parameters(self):
        for word, pattern in (
                ("step-size=fast", "step-size=fast: it must be a number"),
                ("step-size=1e9", "must be between 0 and 2"),
                ("filter-length=0", "must be between 1 and"),
                ("filter-length=2.5", "must be a whole number"),
                ("algorithm=magic", "must be one of nlms, lms, rls"),
                ("adapt=maybe", "must be true or false"),
                ("filter-lenght=9", "did you mean filter-length"),
                ("forgetting-factor=0.9", "means nothing to the element "
                                          "ancnlms"),
                ("delay=99999999", "must be between -11520000 and"),
                ("blah", "\"blah\" is no parameter; write key=value$")):
            with self.subTest(word=word):
                self.refuse(2, pattern, *GIVEN, "output=x.wav", word)

    def test_command_line(self):
        (self.dir / "there.json").write_text("{}")
        for words, pattern in (
                ([], "a command is missing"),
                (["dance"], "there is no command dance"),
                (["reprot"], "there is no command reprot, did you mean report"),
                (["help", "chek"], "no command chek, did you mean check"),
                (["run", "primary=noisy.wav", "cancel"],
                 "the name comes before the parameters"),
                (["run", "there"], "there is no pipeline called there, write "
                 "there.json for the file"),
                (["run"], "it needs the name of a pipeline"),
                (["run", "cancle"], "did you mean cancel"),
                (["run", "./no.json"], "there is no config file"),
                (["run", "cancel", "a.wav"], "write key=value, for example "
                                             "primary=a.wav"),
                (["run", "cancel", "primary=a.wav", "b.wav"],
                 "for example reference=b.wav"),
                (["run", "/"], "/ is a directory; name a config file"),
                (["check", "/dev/null"], "/dev/null is no regular file"),
                (["graph", "cancel", "-o", "no/x.svg"],
                 "--output=no/x.svg: there is no directory no"),
                (["run", "cancel"], "also needs primary=... reference=... "
                                    "output=..."),
                (["run", "cancel", "--frobnicate"], "--frobnicate"),
                (["run", "cancel", "--timeout=soon"], "soon"),
                (["run", "cancel", "--timeout=-1"], "must not be negative"),
                (["describe"], "one name of a pipeline"),
                (["describe", "cancel", "cancel"], "no more than one name"),
                (["check"], "a config file"),
                (["list", "x"], "options"),
                (["graph", "cancel", "-o", "x.bmp"], "must end in .dot"),
                (["compare"], "primary=FILE"),
                (["compare", "primary=noisy.wav", "reference=noise.wav",
                  "magic"], "algorithm=magic")):
            with self.subTest(words=words):
                self.refuse(2, pattern, *words)

    def test_compare_names_itself(self):
        both = ["primary=noisy.wav", "reference=noise.wav"]
        for words, sentence in (
                (["nlms"], "compare also needs primary=... reference=...; "
                           "'anc compare --help' explains"),
                (both[:1], "compare also needs reference=...; 'anc compare "
                           "--help' explains"),
                ([*both, "output=x.wav"],
                 "compare has no parameter output; 'anc compare --help' shows "
                 "them"),
                ([*both, "filter-lenght=3"],
                 "compare has no parameter filter-lenght, did you mean "
                 "filter-length?; 'anc compare --help' shows them")):
            with self.subTest(words=words):
                err = self.refuse(2, "^anc compare: ", "compare", *words)
                self.assertEqual(err, f"anc compare: {sentence}\n")
        self.assertIn("filter-length=", self.anc("compare", "--help")[1])

    def test_nothing_is_spliced(self):
        name = "x ! fakesink name=\"q\" ' $(id) \\.wav"
        self.clean(output=name)
        self.assertIn(name, self.files())
        hostile = "sine ! filesink location=pwned"
        self.refuse(2, "must be one of", *GIVEN, "output=x.wav",
                    f"dither={hostile}")


HEAD = {"name": "mine", "version": "1", "description": "d"}


class Configs(anctool.Case):
    def config(self, **keys):
        (self.dir / "mine.json").write_text(json.dumps({**HEAD, **keys}))

    def test_mistakes(self):
        stock = "audiotestsrc name=s num-buffers=1 ! fakesink"
        number = {"type": "number", "target": "s.freq"}
        for keys, pattern in (
                ({"pipeline": stock, "colour": 1}, "at /colour: there is no"),
                ({"pipeline": 3}, "at /pipeline: this must be a string"),
                ({"pipeline": stock, "parameters": {"f": {
                    **number, "type": "float"}}}, "at /parameters/f/type"),
                ({"pipeline": stock, "parameters": {"f": {
                    **number, "target": "s.frek"}}},
                 "at /parameters/f/target: the element s has no property"),
                ({"pipeline": stock, "parameters": {"f": {
                    **number, "target": "z.freq"}}},
                 "at /parameters/f/target: no element"),
                ({"pipeline": stock, "parameters": {"f": {
                    **number, "default": "loud"}}}, "at /parameters/f/def"),
                ({"pipeline": "audiotestsrc ! magicfilter ! fakesink"},
                 "there is no element magicfilter"),
                ({"pipeline": "audiotestsrc shape=3 ! fakesink"},
                 "no property \"shape\""),
                ({"pipeline": "audiotestsrc ! ! fakesink"}, "syntax error")):
            with self.subTest(keys=keys):
                self.config(**keys)
                self.refuse(3, pattern, "check", "mine.json")
                words = ["f=1"] if "parameters" in keys else []
                self.refuse(3, pattern, "run", "mine.json", *words)
                # Of an element's properties only what is set is drawn.
                if "has no property" not in pattern:
                    self.refuse(3, pattern, "graph", "mine.json")

    def test_names_in_any_locale(self):
        """UTF-8 stays UTF-8 in the C locale, and other bytes what they are."""
        name, odd = "Gemüse 声.wav", os.fsdecode(b"Gr\xfc\xdfe" * 30 + b".wav")
        for each in (name, odd):
            shutil.copy(self.dir / "noisy.wav", self.dir / each)
        self.config(pipeline="audiotestsrc shape=3 ! fakesink",
                    description="höher")
        shutil.copy(self.dir / "mine.json", self.dir / "größe.json")
        for locale in ("C", "C.UTF-8"):
            def told(code, *words):
                done = subprocess.run(
                    [anctool.ANC, *words], cwd=self.dir, timeout=60,
                    capture_output=True, check=False,
                    env={**os.environ, "LC_ALL": locale})
                self.assertEqual(done.returncode, code, done.stderr)
                return done.stdout + done.stderr

            with self.subTest(locale=locale):
                for words, code, seen in (
                        (["run", "cancel", f"primary={name}X",
                          "reference=noise.wav", "output=x.wav"], 2,
                         f"primary={name}X: "),
                        (["check", "größe.json"], 3, "größe.json: at "),
                        (["describe", "größe.json"], 0, "höher"),
                        (["graph", "cancel", f"primary={odd}"], 0, "…"),
                        (["run", "cancel", "größe=3"], 2, "größe; "),
                        (["ü"], 2, "no command ü; ")):
                    self.assertIn(seen.encode(), told(code, *words))
                self.assertIn(os.fsencode(odd), told(
                    2, "run", "cancel", f"primary={odd}X",
                    "reference=noise.wav", "output=x.wav"))
                words = ["report", name, odd, "-o", "p.png", "--overwrite",
                         "--title", "Größe" * 60, "--json"]
                report = json.loads(told(0, *words).decode())
                self.assertEqual(report["before"]["file"], name)
                # A picture that stops at a name it cannot write is small.
                self.assertGreater((self.dir / "p.png").stat().st_size, 100000)

    def test_check_tells_all(self):
        """One sentence each, of all files, and the same as JSON."""
        self.config(pipeline=["audiotestsrc shape=3 num-buffers=1 !",
                              "volume volume=99 ! fakesink"],
                    parameters={"f": {"type": "number", "min": 1,
                                      "target": "s.freq"}}, colour=1)
        places = ["/colour", "/parameters/f/min", "/parameters/f/target",
                  "/pipeline/0", "/pipeline/1"]
        code, out, err = self.anc("check", "mine.json", "nosuch.json")
        lines = err.splitlines()
        self.assertEqual((code, out, len(lines)), (3, "", len(places) + 1))
        for line, place in zip(lines, places):
            self.assertTrue(line.startswith(f"anc check: mine.json: at {place}: "),
                            line)
        self.assertIn("nosuch.json", lines[-1])
        code, out, err = self.anc("check", "--json", "mine.json", "nosuch.json")
        self.assertEqual((code, err), (3, ""))
        report = json.loads(out)
        self.assertEqual(report["result"], "failed")
        mine, other = report["files"]
        self.assertEqual([m["pointer"] for m in mine["mistakes"]], places)
        self.assertEqual(["anc check: " + m["message"] for file in (mine, other)
                          for m in file["mistakes"]], lines)
        self.assertEqual([m["domain"] for m in other["mistakes"]],
                         ["parameter"])
        self.assertEqual(self.anc("check", "nosuch.json")[0], 2)
        code, out, err = self.anc("check", "--json", "cancel-measure")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads(out), {"result": "ok", "files": [{
            "file": "cancel-measure", "mistakes": [], "not-installed": [],
            "all-combinations": True}]})
        code, _, err = self.anc("run", "mine.json")
        self.assertEqual(code, 3)
        self.assertIn("/colour: there is no such key (and 2 more; "
                      "anc check shows all)", err)

    def test_not_json(self):
        for text in ("", "{", "[]", "null", "{'name': 1}"):
            (self.dir / "mine.json").write_text(text)
            self.refuse(3, "mine.json: ", "run", "mine.json")
            self.refuse(3, "mine.json: ", "check", "mine.json")
            self.refuse(3, "mine.json: ", "describe", "mine.json")

    def test_byte_order_mark(self):
        config = {**HEAD, "pipeline": "audiotestsrc num-buffers=1 ! fakesink"}
        (self.dir / "mine.json").write_text("\ufeff" + json.dumps(config))
        for command in ("check", "run"):
            code, _, err = self.anc(command, "./mine.json")
            self.assertEqual((code, err), (0, ""))

    def many_choices(self, last):
        names = [f"c{i}" for i in range(16)]
        self.config(
            pipeline=["fakesrc num-buffers=1"]
            + ["! ${%s}" % name for name in names] + ["! fakesink"],
            parameters={name: {"type": "string", "enum": ["a", "b", "c"],
                               "default": "a"} for name in names},
            choices={name: {"parameter": name, "fragments": {
                "a": "identity", "b": "queue", "c": "identity dump=false"}}
                for name in names[:-1]} | {names[-1]: {
                    "parameter": names[-1], "fragments": {
                        "a": "identity", "b": "queue", "c": last}}})

    def test_many_combinations(self):
        """43 million: each value is tried, and what runs passes."""
        self.many_choices("tee")
        code, out, err = self.anc("check", "mine.json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out, "mine.json: no mistakes; of very many "
                              "combinations, each value was tried once\n")
        self.assertEqual(self.anc("run", "./mine.json", "c3=b")[0], 0)
        self.many_choices("magicfilter")
        self.refuse(3, "no element magicfilter", "check", "mine.json")

    def test_list_survives(self):
        (self.dir / "broken.json").write_text("{")
        code, out, err = self.anc("list",
                                  env={"ANC_PIPELINE_PATH": str(self.dir)})
        self.assertEqual(code, 3)
        self.assertIn("broken.json", err)
        self.assertIn("cancel", out)

    def test_secrets(self):
        self.config(
            pipeline="audiotestsrc name=s num-buffers=1 ! fakesink",
            parameters={"n": {"type": "integer", "target": "s.num-buffers",
                              "default": {"env": "ANC_SECRET"}}})
        err = self.refuse(2, "n, from the environment variable ANC_SECRET",
                          "run", "mine.json", env={"ANC_SECRET": "hunter2"})
        self.assertNotIn("hunter2", err)
        code, out, _ = self.anc("describe", "mine.json",
                                env={"ANC_SECRET": "77"})
        self.assertEqual(code, 0)
        self.assertNotIn("77", out)
        code, _, err = self.anc("run", "mine.json", env={"ANC_SECRET": "2"})
        self.assertEqual(code, 0, err)
        code, _, err = self.anc("run", "mine.json",
                                'n={"env": "ANC_OTHER"}',
                                env={"ANC_OTHER": "3"})
        self.assertEqual(code, 0, err)


class Secrets(anctool.Case):
    """A value that came from the environment or a file is in no message."""

    WORD = "hunter2"

    def hide(self, code, *words, value=None, quiet_json=False):
        env = {"ANC_SECRET": value or f"{self.WORD}.wav"}
        for json_words in ([], ["--json"]):
            got, out, err = self.anc(*words, *json_words, env=env)
            self.assertEqual(got, code, err)
            self.assertNotIn(self.WORD, out + err)
            if not (json_words and quiet_json):
                self.assertIn("the value of the environment variable "
                              "ANC_SECRET", out + err)
            (self.dir / f"{self.WORD}.out.wav").unlink(missing_ok=True)

    def test_messages(self):
        secret = '={"env": "ANC_SECRET"}'
        out = [*GIVEN, "output" + secret]
        name = f"{self.WORD}.wav"
        self.hide(2, "run", "cancel", "primary" + secret,
                  "reference=noise.wav", "output=x.wav")
        self.hide(2, *out, value=f"no/such/{name}")
        self.hide(2, *out, value=f"{self.WORD}.xyz")
        self.hide(0, *out, value=f"{self.dir}/{self.WORD}.out.wav",
                  quiet_json=True)
        (self.dir / name).write_bytes(b"RIFF....WAVE")
        self.hide(2, *out)
        primary = ["run", "cancel", "primary" + secret,
                   "reference=noise.wav", "output=x.wav"]
        self.hide(1, *primary)
        (self.dir / name).write_bytes(b"a shopping list\n" * 20)
        self.hide(1, *primary)
        self.hide(1, *GIVEN, "output=x.wav", "weights" + secret)
        whole = (self.dir / "noisy.wav").read_bytes()
        (self.dir / name).write_bytes(whole[:8001])
        self.hide(0, *primary, "--overwrite")
        self.hide(2, "run", "cancel", f"primary={name}",
                  "reference=noise.wav", "output" + secret, "--overwrite")

    def test_defaults(self):
        (self.dir / "password").write_text(f"{self.WORD}.wav\n")
        (self.dir / "m.json").write_text(json.dumps({
            **HEAD, "pipeline": "filesrc name=s ! fakesink",
            "parameters": {"input": {
                "type": "string", "format": "input-file",
                "target": "s.location", "default": {"file": "password"}}}}))
        err = self.refuse(2, "^anc run: input=the value in the file password: "
                             "there is no such file$", "run", "./m.json")
        self.assertNotIn(self.WORD, err)

    def test_graph(self):
        name = f'{self.WORD} "x" \\.wav'
        (self.dir / "noisy.wav").rename(self.dir / name)
        code, out, err = self.anc("graph", "cancel", "reference=noise.wav",
                                  'primary={"env": "ANC_SECRET"}',
                                  "output=x.wav", env={"ANC_SECRET": name})
        self.assertEqual((code, err), (0, ""))
        self.assertNotIn(self.WORD, out)
        self.assertIn("the value of the environment variable ANC_SECRET", out)


if __name__ == "__main__":
    tap.main()
