# SPDX-License-Identifier: LGPL-2.1-or-later
"""list, describe, check, graph, compare, help; presets, schema, completion,
man page and what the READMEs say."""
import json
import re
import shutil
import subprocess

import anctool
import tap

PRESETS = ["cancel", "cancel-inband", "cancel-live", "cancel-measure",
           "cancel-mqtt", "cancel-s3", "cancel-websocket", "record-s3"]
COMMANDS = ["run", "list", "describe", "check", "graph", "compare", "report"]
PIPELINES = anctool.SOURCE / "pipelines"


class Commands(anctool.Case):
    def good(self, *words, **options):
        code, out, err = self.anc(*words, **options)
        self.assertEqual((code, err), (0, ""))
        return out

    def test_help(self):
        text = self.good("--help")
        for command in COMMANDS:
            self.assertIn(command, text)
            explained = self.good(command, "--help")
            self.assertIn(f"anc {command}", explained)
            self.assertGreater(len(explained.splitlines()), 8, command)
            self.assertEqual(self.good("help", command), explained)
            # The usage has the command's grammar, however long.
            for line in explained.splitlines()[2:]:
                self.assertLessEqual(len(line), 80, command)
        self.assertRegex(self.good("--version"), r"^anc \d+\.\d+\.\d+$")

    def test_full_disk(self):
        """What could not be written did not happen."""
        both = ["primary=noisy.wav", "reference=noise.wav"]
        for words in (["list"], ["list", "--json"], ["--help"], ["--version"],
                      ["run", "--help"], ["describe", "cancel"],
                      ["graph", "cancel"], ["compare", *both],
                      ["run", "cancel", *both, "output=x.wav", "--json",
                       "--overwrite"],
                      ["report", "noisy.wav", "noise.wav", "--json",
                       "--overwrite"],
                      ["check", str(PIPELINES / "presets/cancel-measure.json")
                       ]):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = subprocess.run(
                    [anctool.ANC, *words], cwd=self.dir, stdout=full,
                    stderr=subprocess.PIPE, timeout=60, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, "^anc.*: standard output could "
                                 "not be written; is the disk full\\?\n$")

    def test_closed_output(self):
        done = subprocess.run(
            ["bash", "-c", f"exec {anctool.ANC} run cancel primary=noisy.wav "
             "reference=noise.wav output=x.wav -q >&-"], cwd=self.dir,
            stderr=subprocess.PIPE, timeout=60, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_list(self):
        self.assertEqual(self.good("list", "--names").split(), PRESETS)
        listed = json.loads(self.good("list", "--json"))
        self.assertEqual([entry["name"] for entry in listed], PRESETS)
        for entry in listed:
            self.assertIn(entry["description"], self.good("list"))

    def test_search_order(self):
        own = {"name": "cancel", "version": "9", "description": "Mine",
               "pipeline": "audiotestsrc num-buffers=1 ! fakesink"}
        (self.dir / "cancel.json").write_text(json.dumps(own))
        env = {"ANC_PIPELINE_PATH": f"/nowhere:{self.dir}"}
        self.assertIn("Mine", self.good("list", env=env))
        self.assertIn("version 9", self.good("describe", "cancel", env=env))
        data = self.dir / "data/gst-plugins-anc/pipelines"
        data.mkdir(parents=True)
        shutil.copy(self.dir / "cancel.json", data / "extra.json")
        env = {"XDG_DATA_HOME": str(self.dir / "data")}
        self.assertIn("version 9", self.good("describe", "extra", env=env))

    def test_describe(self):
        text = self.good("describe", "cancel")
        told = json.loads(self.good("describe", "cancel", "--json"))
        plain = self.good("describe", "cancel", "--plain").splitlines()
        written = json.loads((PIPELINES / "presets/cancel.json").read_text())
        self.assertEqual(list(told["parameters"]), list(written["parameters"]))
        self.assertEqual([line.split("\t")[0] for line in plain],
                         list(written["parameters"]))
        for name, parameter in written["parameters"].items():
            self.assertIn(f"{name}=", text)
            self.assertIn(parameter["description"], text)
            for key in ("type", "default", "enum", "minimum", "maximum"):
                self.assertEqual(told["parameters"][name].get(key),
                                 parameter.get(key), (name, key))
        self.assertIn("default as in primary", text)
        self.assertIn("default 0.01 (ancnlms), 0.001 (anclms)\n", text)
        for start in ("filter-length=  integer: 1 to 1048576; default 256\n",
                      "regularization-mode=  string: relative, absolute; "
                      "default relative\n",
                      "guard=  boolean: true, false; default true\n",
                      "weights=  input file; default none\n"):
            self.assertIn(start, text)
        self.assertNotIn("the element's own", text)
        live = self.good("describe", "cancel-live")
        self.assertIn("buffers=  integer: 1 or more; default none\n", live)
        self.assertIn("integer: 0 to 10000000000; default 40000000\n", live)
        own = {name: parameter["element-defaults"] for name, parameter
               in told["parameters"].items() if "element-defaults" in parameter}
        self.assertEqual(own["step-size"], {"ancnlms": 0.01, "anclms": 0.001})
        self.assertEqual(own["guard"]["ancrls"], True)
        self.assertEqual(own["weights"]["ancnlms"], None)
        self.assertFalse([name for name in own if "default" in
                          written["parameters"][name]])
        self.assertIn("1 to 1048576", text)

    def test_describe_without_the_plugin(self):
        """Nothing is known of elements that are not there."""
        config = {"name": "m", "version": "1", "description": "d",
                  "pipeline": "magicsrc name=s ! fakesink",
                  "parameters": {"x": {"type": "number", "target": "s.x"}}}
        (self.dir / "m.json").write_text(json.dumps(config))
        self.assertIn("x=  number; default: the element's own",
                      self.good("describe", "m.json"))

    def test_describe_what_is_not_set(self):
        """Structures without a value among the defaults."""
        code, _, err = self.anc("describe", "record-s3")
        self.assertEqual((code, err), (0, ""))

    def test_check_presets(self):
        files = [str(PIPELINES / f"presets/{name}.json") for name in PRESETS]
        # Hundreds of pipelines: slow where memory is checked.
        out = self.good("check", *files, timeout=600)
        self.assertEqual(out.count("no mistakes"), len(PRESETS))

    def test_presets_agree(self):
        """What sets a canceller is the same in all that have it."""
        loaded = {name: json.loads(
            (PIPELINES / f"presets/{name}.json").read_text())
            for name in PRESETS}
        wanted = {name: parameter for name, parameter in
                  loaded["cancel"]["parameters"].items()
                  if str(parameter.get("target", "")).startswith("cancel.")
                  or name == "algorithm"}
        del wanted["reference-mapping"]  # not where the noise is in band
        self.assertGreater(len(wanted), 10)
        for name, preset in loaded.items():
            with self.subTest(name=name):
                shared = wanted.keys() & preset["parameters"].keys()
                self.assertGreater(len(shared), 10)
                for key in shared:
                    self.assertEqual(preset["parameters"][key], wanted[key])
                self.assertEqual(preset["choices"]["algorithm"],
                                 loaded["cancel"]["choices"]["algorithm"])

    def boxes(self, *words):
        """The boxes of a drawing, by the first line of each; arrows."""
        text = self.good("graph", *words)
        self.assertTrue(text.startswith("digraph"))
        found = re.findall(r"(?m)^  n(\d+) \[(.*)label=<(.*)>\];$", text)
        names = {number: re.sub(r"</?b>|<br/>.*", "", label)
                 for number, _, label in found}
        return ({names[number]: ("dashed" in style, label)
                 for number, style, label in found},
                {(names[a], names[b])
                 for a, b in re.findall(r"n(\d+) -> n(\d+)", text)}, text)

    def test_graph(self):
        """With all inputs, what they led to."""
        words = ["cancel", "primary=noisy.wav", "reference=noise.wav",
                 "output=x.wav", "algorithm=rls"]
        boxes, arrows, text = self.boxes(*words)
        self.assertFalse(any(dashed for dashed, _ in boxes.values()))
        for arrow in (("filesrc", "typefind"), ("typefind", "wavparse"),
                      ("wavparse", "audioconvert"), ("audioconvert", "ancrls"),
                      ("ancrls", "audioconvert"), ("capsfilter", "wavenc"),
                      ("wavenc", "filesink")):
            self.assertIn(arrow, arrows)
        self.assertIn("location=x.wav", boxes["filesink"][1])
        self.assertIn(", 1 ch>", text)
        self.assertNotIn("x.wav", self.files())
        self.good("graph", *words, "-o", "a.dot")
        self.assertTrue((self.dir / "a.dot").read_text().startswith("digraph"))
        self.refuse(2, "exists", "graph", *words, "-o", "a.dot")

    def test_graph_of_what_is_known(self):
        """What waits for a value is dashed, and no file is invented."""
        boxes, arrows, text = self.boxes("cancel")
        self.assertTrue(boxes["encoder"][0])
        self.assertIn("by the suffix of output=", boxes["encoder"][1])
        self.assertIn("dashed: waits for output=", text)
        self.assertEqual(arrows, {
            ("filesrc", "decodebin"), ("decodebin", "audioconvert"),
            ("audioconvert", "ancnlms"), ("ancnlms", "encoder"),
            ("encoder", "filesink")})
        self.assertNotIn("format=", text)
        self.assertFalse(boxes["ancnlms"][0])
        # The suffix decides the encoder; the samples are those of the input.
        boxes, arrows, text = self.boxes("cancel", "output=x.flac",
                                         "algorithm=rls", "filter-length=77")
        self.assertIn(("audioconvert", "flac-samples"), arrows)
        self.assertIn(("flac-samples", "flacenc"), arrows)
        self.assertTrue(boxes["flac-samples"][0])
        self.assertIn("dashed: waits for primary=", text)
        self.assertIn("filter-length=77", boxes["ancrls"][1])
        boxes, arrows, _ = self.boxes("cancel-live", "primary-source=alsa")
        self.assertIn(("alsasrc", "audioconvert"), arrows)
        self.assertIn(("autoaudiosrc", "audioconvert"), arrows)
        self.assertFalse(any(dashed for dashed, _ in boxes.values()))

    def test_graph_of_quoted_text(self):
        """Quotes, caps, a bin and markup in a launch text."""
        (self.dir / "mine.json").write_text(json.dumps({
            "name": "p", "version": "1", "description": "d",
            "pipeline": "audiotestsrc name='a b' ! audio/x-raw,rate=(int)8000 "
                        "! ( queue ! tee name=t ) t. ! fakesink t.src_7 ! "
                        "filesink location=\"<b> & ! c.wav\""}))
        boxes, arrows, text = self.boxes("mine.json")
        self.assertEqual(arrows, {
            ("audiotestsrc", "audio/x-raw,rate=(int)8000"),
            ("audio/x-raw,rate=(int)8000", "queue"), ("queue", "tee"),
            ("tee", "fakesink"), ("tee", "filesink")})
        self.assertIn("location=&lt;b&gt; &amp; ! c.wav", text)
        if shutil.which("dot") is not None:
            self.good("graph", "mine.json", "-o", "quoted.svg")

    def test_graph_picture(self):
        words = ["graph", "cancel", "-o", "a.svg"]
        if shutil.which("dot") is not None:
            self.good(*words)
            self.assertIn("<svg", (self.dir / "a.svg").read_text())
        (self.dir / "empty").mkdir()
        self.refuse(1, "package graphviz", "graph", "cancel", "-o", "b.svg",
                    env={"PATH": str(self.dir / "empty")})

    def test_compare(self):
        words = ["compare", "primary=noisy.wav", "reference=noise.wav",
                 "filter-length=32", "step-size=0.1"]
        lines = self.good(*words).splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["dB", "nlms", "lms", "rls"])
        for line in lines[1:]:
            self.assertLess(float(line.split()[1]), -1)
            self.assertLess(float(line.split()[2]), -1)
        # rls has no step-size: left out there, kept for the others.
        rows = json.loads(self.good(*words, "step-size=0.01", "rls", "nlms",
                                    "--json"))
        self.assertEqual([row["algorithm"] for row in rows], ["rls", "nlms"])
        self.assertEqual(self.files(), {"noisy.wav", "noise.wav"})

    def loud_voice(self):
        """Bursts of something like speech, 20 dB above the noise."""
        noise = anctool.noise(self.rate * 4)
        heard = [0.1 * x for x in anctool.through_path(noise)]
        voice, last, before = [], 0, 0
        for i, x in enumerate(anctool.noise(len(noise), seed=7)):
            last, before = 1.6 * last - 0.8 * before + 0.1 * x, last
            voice.append(last if i // 3000 % 3 else 0.)
        gain = 10 ** ((anctool.level(heard) + 20 - anctool.level(voice)) / 20)
        voice = [gain * x for x in voice]
        anctool.write_wav(self.dir / "voice.wav", [voice], self.rate)
        anctool.write_wav(self.dir / "loud.wav",
                          [[a + b for a, b in zip(heard, voice)]], self.rate)
        anctool.write_wav(self.dir / "hum.wav", [noise], self.rate)
        return ["compare", "primary=loud.wav", "reference=hum.wav",
                "filter-length=256"]

    def test_loud_voice(self):
        """The default does no harm, and the figures tell what does."""
        words = self.loud_voice()
        own, fast = ({row["algorithm"]: row["figures"] for row in json.loads(
            self.good(*words, "--voice=voice.wav", "--json", "nlms", "lms",
                      *more))} for more in ([], ["step-size=0.1"]))
        for row in (*own.values(), *fast.values()):
            self.assertAlmostEqual(row["voice-to-rest-before-db"], 20, delta=1)
        for row in (own["nlms"], fast["nlms"]):
            self.assertLess(row["noise-floor-after-db"],
                            row["noise-floor-before-db"] - 2)
        for row in own.values():
            self.assertGreater(row["voice-to-rest-after-db"], 20)
        self.assertLess(fast["nlms"]["voice-to-rest-after-db"], 17)

    def test_compare_with_voice(self):
        words = self.loud_voice()
        lines = self.good(*words, "--voice=voice.wav", "nlms").splitlines()
        self.assertIn("voice to all else", lines[0])
        self.assertRegex(lines[1], r"^nlms +-\d+\.\d +-?\d+\.\d +"
                                   r"2\d\.\d, was +\d\d\.\d +\d+x$")
        self.assertNotIn("voice", self.good(*words, "nlms"))
        self.assertIn("Decibels are not quality", self.good("compare",
                                                            "--help"))
        self.refuse(2, "--voice=no.wav: there is no such file", *words,
                    "--voice=no.wav")
        anctool.write_wav(self.dir / "two.wav", [self.primary] * 2, self.rate)
        self.refuse(2, "--voice=two.wav: it has 8000 samples a second and 2 "
                       "channels, which must be those of the primary", *words,
                    "--voice=two.wav")

    def test_pauses_as_in_report(self):
        words = self.loud_voice()
        self.good("run", "cancel", *words[1:], "output=clean.wav",
                  "sample-format=F32")
        report = json.loads(self.good("report", "loud.wav", "clean.wav",
                                      "--voice=voice.wav", "--json"))
        row = json.loads(self.good(*words, "--voice=voice.wav", "--json",
                                   "nlms"))[0]["figures"]
        for side in ("before", "after"):
            self.assertAlmostEqual(report[side]["noise-floor-db"],
                                   row[f"noise-floor-{side}-db"], delta=0.2)
            self.assertAlmostEqual(report[side]["voice-to-rest-db"],
                                   row[f"voice-to-rest-{side}-db"], delta=0.2)

    def test_report_with_another_voice(self):
        anctool.write_wav(self.dir / "fast.wav", [self.primary], 16000)
        self.refuse(1, "the voice has 16000 samples a second and 1 channels, "
                       "but noisy.wav has 8000 and 1", "report", "noisy.wav",
                    "noise.wav", "--voice=fast.wav")

    def test_completion(self):
        script = PIPELINES / "tool/completions/anc"
        folder = anctool.BUILD / "pipelines/tool"
        (self.dir / "desk.json").write_text("{}")
        (self.dir / "drawings").mkdir()
        for line, wanted in (
                ("anc r", {"run", "report"}),
                ("anc run cancel-i", {"cancel-inband"}),
                ("anc run cancel algo", {"algorithm="}),
                ("anc run cancel algorithm=n", {"nlms"}),
                ("anc run cancel primary=nois", {"noisy.wav", "noise.wav"}),
                ("anc run --js", {"--json"}),
                ("anc compare forg", {"forgetting-factor="}),
                ("anc compare primary=a.wav nl", {"nlms"}),
                ("anc describe cancel-m", {"cancel-measure", "cancel-mqtt"}),
                ("anc graph cancel -o nois", {"noisy.wav", "noise.wav"}),
                ("anc graph cancel --output d", {"desk.json", "drawings"}),
                ("anc graph cancel -o drawings algo", {"algorithm="}),
                ("anc help g", {"graph"}), ("anc he", {"help"}),
                ("anc check d", {"desk.json", "drawings"}),
                ("anc check desk.json d", {"desk.json", "drawings"}),
                ("anc check nois", set())):
            done = subprocess.run(
                ["bash", "-c", 'PATH=$1:$PATH; source "$2"; COMP_LINE=$3; '
                 'COMP_POINT=${#3}; _anc; printf "%s\\n" "${COMPREPLY[@]}"',
                 "-", str(folder), str(script), line],
                cwd=self.dir, capture_output=True, text=True, check=True)
            self.assertEqual(set(done.stdout.split()), wanted, line)

    def test_man_page(self):
        page = (PIPELINES / "tool/anc.1").read_text()
        plain = page.replace("\\-", "-").replace("\\", "")
        for command in COMMANDS:
            self.assertIn(f".B {command}\n", plain)
        for option in ("--json", "--quiet", "--timeout", "--overwrite"):
            self.assertIn(option, plain)

    def test_readme_examples(self):
        for readme in (PIPELINES / "README.md", anctool.SOURCE / "README.md"):
            for text in anctool.json_blocks(readme):
                config = json.loads(text)
                anctool.write_wav(self.dir / "both.wav",
                                  [self.primary, self.reference], self.rate)
                (self.dir / "desk.json").write_text(text)
                self.good("check", "desk.json")
                self.good("run", "desk.json", "input=both.wav",
                          "output=desk.wav", "--overwrite", "--quiet")
                self.assertEqual(config["name"], "desk")


class Schema(anctool.Case):
    """The schema says what the loader takes: key by key, both ways."""

    def setUp(self):
        super().setUp()
        self.schema = json.loads(
            (PIPELINES / "schema/pipeline.schema.json").read_text())

    def loads(self, config):
        (self.dir / "s.json").write_text(json.dumps(config))
        return self.anc("describe", "s.json")[0] == 0

    def test_keys(self):
        base = {"name": "s", "version": "1", "description": "d",
                "pipeline": "audiotestsrc name=s ! fakesink"}
        self.assertTrue(self.loads(base))
        self.assertEqual(set(self.schema["required"]), set(base))
        for key in base:
            self.assertFalse(self.loads(
                {k: v for k, v in base.items() if k != key}), key)
        self.assertEqual(
            set(self.schema["properties"]) - set(base),
            {"$schema", "parameters", "choices"})
        self.assertTrue(self.loads({**base, "$schema": "x", "parameters": {},
                                    "choices": {}}))
        values = {"type": "number", "description": "d", "minimum": 0,
                  "maximum": 1, "default": 1, "target": "s.volume"}
        parameter = self.schema["definitions"]["parameter"]["properties"]
        self.assertEqual(set(parameter) - set(values),
                         {"format", "required", "enum"})
        self.assertTrue(self.loads({**base, "parameters": {"x": values}}))

    def test_presets_fit(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        for name in PRESETS:
            jsonschema.validate(json.loads(
                (PIPELINES / f"presets/{name}.json").read_text()),
                self.schema)
        for readme in (PIPELINES / "README.md", anctool.SOURCE / "README.md"):
            for text in anctool.json_blocks(readme):
                jsonschema.validate(json.loads(text), self.schema)


if __name__ == "__main__":
    tap.main()
