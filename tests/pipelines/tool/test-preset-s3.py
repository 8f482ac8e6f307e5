# SPDX-License-Identifier: LGPL-2.1-or-later
"""The presets cancel-s3 and record-s3 against a strict S3 server."""
import json
import os
import re
import signal
import subprocess
import time
import wave
from pathlib import Path

import anctool
import scene
import tap
import tools
from faultproxy import FaultProxy
from servers import Versitygw

BUCKET = "voices"
MIB = 1 << 20
# Of a processor, until the filter runs for sure.
START_SECONDS = 8 if "ANC_TEST_PRELOAD" in os.environ else 3
INPUTS = (f"primary=s3://{BUCKET}/noisy.wav",
          f"reference=s3://{BUCKET}/reference.wav")
TEST_SOURCES = ("primary-source=test", "reference-source=test")


BUFFER = 1024  # of audiotestsrc
# Half of libvorbis' longest block at 48 kHz: blocks overlap, and the first one
# that a decoder sees brings nothing.
VORBIS_OVERLAP = 1024
# What every decoder drops at the start: the header of opusenc says so.
OPUS_PRE_SKIP = 312
OPUS_PACKET = 960
MP3_FRAME = 1152
# The first bits of each frame, here of MPEG-1 layer III without a checksum.
MP3_SYNC = b"\xff\xfb"


def cpu_seconds(process):
    """What it has computed so far, its start included."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
    return int(fields.split()[11]) / os.sysconf("SC_CLK_TCK")


def heeds_interrupt(process):
    """Is there a handler for SIGINT yet?"""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"(?m)^SigCgt:\s*(\w+)$", status)[1], 16)
    return caught >> (signal.SIGINT - 1) & 1 == 1


def ogg_pages(data):
    """The pages of an Ogg stream and whether each is of the headers, whose
    granule position is 0. RFC 3533, section 6."""
    at = 0
    while at < len(data):
        count = data[at + 26]
        end = at + 27 + count + sum(data[at + 27:at + 27 + count])
        yield data[at:end], data[at + 6:at + 14] == bytes(8)
        at = end


class Bucket(scene.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(Versitygw())
        cls.server.create_bucket(BUCKET)
        cls.proxy = cls.enterClassContext(FaultProxy(cls.server))
        cls.client = cls.server.client()
        cls.env = cls.server.variables(cls.proxy.endpoint)
        for name in ("noisy.wav", "reference.wav"):
            cls.client.upload_file(str(cls.scene / name), BUCKET, name)

    def setUp(self):
        super().setUp()
        self.proxy.clear()
        self.proxy.delay = 0

    def keys(self):
        listed = self.client.list_objects_v2(Bucket=BUCKET)
        return {each["Key"] for each in listed.get("Contents", [])} - {
            "noisy.wav", "reference.wav"}

    def uploads(self):
        return self.client.list_multipart_uploads(Bucket=BUCKET).get(
            "Uploads", [])

    def tearDown(self):
        for key in self.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)

    def get(self, key, name="got"):
        path = self.dir / name
        self.client.download_file(BUCKET, key, str(path))
        return path

    def frames_of(self, key):
        """How many samples another decoder finds in it."""
        return self.frames_in(self.get(key))

    def frames_in(self, path):
        done = subprocess.run(
            [tools.need("ffmpeg"), "-v", "error", "-i", path, "-f", "s16le",
             "-ac", "1", "-"], capture_output=True, check=True, timeout=60)
        self.assertEqual(done.stderr, b"")
        return len(done.stdout) // 2


class Cancel(Bucket):
    def cancel_s3(self, *words, env=None):
        return self.anc("run", "cancel-s3", *INPUTS, *words,
                        env=self.env if env is None else env)

    def test_cancel(self):
        code, out, err = self.cancel_s3(f"output=s3://{BUCKET}/clean.wav",
                                        *scene.FILTER)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, rf"^s3://{BUCKET}/clean.wav: .*12\.0 seconds\n")
        self.check_clean(self.get("clean.wav", "clean.wav"))

    def test_report(self):
        code, out, err = self.cancel_s3(f"output=s3://{BUCKET}/a.flac",
                                        "--json", *scene.FILTER)
        self.assertEqual(code, 0, err)
        told = json.loads(out)
        written, = told["objects"]
        head = self.client.head_object(Bucket=BUCKET, Key="a.flac")
        self.assertEqual(written["size"], head["ContentLength"])
        self.assertEqual(written["etag"], head["ETag"].strip('"'))
        self.assertEqual(told["audio-seconds"], self.length / scene.RATE)
        self.assertEqual(told["elements"]["cancel"]["samples"], self.length)
        self.assertEqual(self.frames_of("a.flac"), self.length)

    def test_existing(self):
        words = (f"output=s3://{BUCKET}/kept.wav", "signal=primary")
        self.client.put_object(Bucket=BUCKET, Key="kept.wav", Body=b"mine")
        code, _, err = self.cancel_s3(*words)
        self.assertEqual(code, 1)
        self.assertEqual(err, f"anc run: s3://{BUCKET}/kept.wav exists "
                              "already; choose another name, or add "
                              "--overwrite\n")
        self.assertEqual(self.get("kept.wav").read_bytes(), b"mine")
        code, _, err = self.cancel_s3(*words, "--overwrite")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.frames_of("kept.wav"), self.length)

    def test_sample_format(self):
        """A wav output has the samples of the object that was read."""
        anctool.write_wav(self.dir / "deep.wav", [[0.25, -0.5] * 4000], 8000,
                          24)
        self.client.upload_file(str(self.dir / "deep.wav"), BUCKET, "deep.wav")
        code, _, err = self.anc(
            "run", "cancel-s3", f"primary=s3://{BUCKET}/deep.wav", INPUTS[1],
            f"output=s3://{BUCKET}/out.wav", "signal=primary", env=self.env)
        self.assertEqual(code, 0, err)
        _, _, bits, channels = anctool.read_wav(self.get("out.wav"))
        self.assertEqual((bits, len(channels[0])), (24, 8000))

    def test_mistakes(self):
        out = f"output=s3://{BUCKET}/x.wav"
        for words, code, pattern in (
                ([out, "primary=noisy.wav"], 2, "must be a URI such as s3:"),
                ([out, "primary=http://h/a.wav"], 2, "must begin with s3://"),
                ([f"output=s3://{BUCKET}/noisy.wav"], 2,
                 "this is the input primary"),
                ([f"output=s3://{BUCKET}/x.xyz"], 2, "must end in one of wav"),
                (["output=x.wav"], 2, "must be a URI such as s3:"),
                ([out, "secret-access-key=word"], 2, "is a secret.*env"),
                ([out, f"primary=s3://{BUCKET}/no.wav"], 1,
                 f"^anc run: s3://{BUCKET}/no.wav could not be read: .*key"),
                ([out, f"reference=s3://{BUCKET}/no.wav"], 1,
                 f"^anc run: s3://{BUCKET}/no.wav could not be read: .*key"),
                (["output=s3://nobucket/x.wav"], 1,
                 "^anc run: s3://nobucket/x.wav could not be written: .*"
                 "[Bb]ucket"),
                ([out, "endpoint=http://127.0.0.1:1", "retry-attempts=1"], 1,
                 "refuses connections")):
            with self.subTest(words=words):
                self.refuse(code, pattern, "run", "cancel-s3", *INPUTS,
                            *words, env=self.env)
        self.assertEqual(self.keys(), set())
        self.assertEqual(self.uploads(), [])

    def test_text_is_no_sound(self):
        self.client.put_object(Bucket=BUCKET, Key="t.wav", Body=b"text\n" * 99)
        self.refuse(1, f"^anc run: s3://{BUCKET}/t.wav ", "run", "cancel-s3",
                    f"primary=s3://{BUCKET}/t.wav", INPUTS[1],
                    f"output=s3://{BUCKET}/x.wav", env=self.env)
        self.assertEqual(self.keys(), {"t.wav"})

    def test_secret(self):
        env = {**{name: "" for name in self.env}, "MY_SECRET":
               self.server.secret_key, "AWS_EC2_METADATA_DISABLED": "true"}
        code, out, err = self.cancel_s3(
            f"output=s3://{BUCKET}/x.wav", "--json", "region=us-east-1",
            f"endpoint={self.proxy.endpoint}",
            f"access-key-id={self.server.access_key}",
            'secret-access-key={"env": "MY_SECRET"}',
            env={**env, "GST_DEBUG": "*:5", "GST_DEBUG_FILE": "log"})
        self.assertEqual(code, 0, err)
        log = (self.dir / "log").read_text(errors="replace")
        self.assertGreater(len(log), 10000)
        for text in (out, err, log):
            self.assertNotIn(self.server.secret_key, text)

    def start_long(self, output):
        """A run that takes long: a filter of a second."""
        return self.start_anc("cancel-s3", *INPUTS, output,
                              "filter-length=400000", "step-size=0.01",
                              "--json", env=self.env)

    def test_interrupt(self):
        process = self.start_long(f"output=s3://{BUCKET}/part.wav")
        self.wait_for(lambda: cpu_seconds(process) > START_SECONDS,
                      "never begun")
        out, _ = self.interrupt(process)
        told = json.loads(out)
        self.assertEqual(told["result"], "interrupted", told["error"])
        frames = len(scene.read(self.get("part.wav"))[0])
        self.assertEqual(frames / scene.RATE, told["audio-seconds"])
        self.assertLess(frames, self.length)
        self.assertEqual(told["objects"][0]["uri"],
                         f"s3://{BUCKET}/part.wav")

    def test_forced(self):
        """A second ^C, while parts hang: no object, and what S3 still has of
        it is named."""
        with wave.open(str(self.dir / "long.wav"), "wb") as file:
            file.setparams((1, 2, scene.RATE, 0, "NONE", ""))
            file.writeframes(bytes(13 * MIB))
        self.client.upload_file(str(self.dir / "long.wav"), BUCKET, "long.wav")
        self.proxy.add("delay", method="PUT", path="partNumber=2", seconds=30,
                       count=99)
        process = self.start_anc(
            "cancel-s3", f"primary=s3://{BUCKET}/long.wav", INPUTS[1],
            f"output=s3://{BUCKET}/forced.wav", f"part-size={5 * MIB}",
            "filter-length=16", "timeout=2", env=self.env)
        self.wait_for(lambda: any("partNumber=2" in r.target for r in
                                  self.proxy.requests), "no second part")
        upload, = self.uploads()
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        self.assertIsNone(process.poll())
        out, err = self.interrupt(process, timeout=20)
        self.assertNotIn("s3://", out)
        self.assertEqual(self.keys(), {"long.wav"})
        self.assertRegex(err, "(?m)^anc run: warning: .*"
                              f"{upload['UploadId']} stays at S3")
        self.client.abort_multipart_upload(Bucket=BUCKET, Key="forced.wav",
                                           UploadId=upload["UploadId"])


class Record(Bucket):
    def recorder(self):
        """The preset with microphones that hear the same fan."""
        config = json.loads((anctool.SOURCE /
                             "pipelines/presets/record-s3.json").read_text())
        choices = config["choices"]
        choices["primary"]["fragments"]["test"] = (
            "audiotestsrc is-live=true wave=pink-noise name=primary ! "
            "audio/x-raw,rate=48000,channels=1 ! tee name=fan ! queue")
        choices["reference"]["fragments"]["test"] = (
            "fan. ! queue ! identity name=reference")
        config["parameters"]["buffers"]["target"] = "primary.num-buffers"
        (self.dir / "recorder.json").write_text(json.dumps(config))
        # A busy machine's threads come late to each other.
        return ("./recorder.json", f"bucket={BUCKET}", *TEST_SOURCES,
                "reference-timeout=2000000000")

    def wait_for_objects(self, count):
        self.wait_for(lambda: len(self.keys()) >= count, "no object")

    def wait_for_spool(self):
        self.wait_for(lambda: any(
            path.stat().st_size > 100000 for path in
            (self.dir / "spool").rglob("*") if path.is_file()),
            "nothing spooled")

    def test_rotation(self):
        """Until ^C: every sample is in one of the objects."""
        process = self.start_anc(
            *self.recorder(), "key=takes/{index}.flac", "--json",
            "rotate-duration=1000000000", "filter-length=64", env=self.env)
        self.wait_for_objects(2)
        told = json.loads(self.interrupt(process)[0])
        self.assertEqual([each["key"] for each in told["objects"]],
                         sorted(self.keys()))
        frames = sum(self.frames_of(key) for key in self.keys())
        self.assertEqual(frames / 48000, told["audio-seconds"])
        self.assertEqual(told["elements"]["cancel"]["samples"], frames)
        self.assertGreater(told["elements"]["cancel"]["erle-db"],
                           scene.GAIN_DB)

    def test_before_any_sound(self):
        """^C: no object, no upload, and a sentence that says so."""
        recorder, *words = self.recorder()
        config = json.loads((self.dir / "recorder.json").read_text())
        for choice in ("primary", "reference"):
            config["choices"][choice]["fragments"]["test"] += (
                " ! valve drop=true drop-mode=forward-sticky-events")
        (self.dir / "recorder.json").write_text(json.dumps(config))
        spool = "spool-directory=spool"
        for suffix, *more in (("flac",), ("ogg",), ("opus",), ("mp3",),
                              ("flac", spool)):
            with self.subTest(suffix=suffix, more=more):
                process = self.start_anc(recorder, *words, *more,
                                         f"key={{index}}.{suffix}",
                                         "--json", env=self.env)
                self.wait_for(lambda: heeds_interrupt(process), "never begun")
                # For the encoder's header.
                time.sleep(1)
                self.assertIsNone(process.poll())
                out, err = self.interrupt(process)
                told = json.loads(out)
                self.assertEqual(told["result"], "interrupted", told["error"])
                self.assertEqual(told.get("objects", []), [])
                said = "no sound came before the end, so there is no object"
                self.assertIn(said, told["warnings"])
                self.assertIn(f"anc run: warning: {said}\n", err)
                self.assertEqual((self.keys(), self.uploads()), (set(), []))
        # Nor a part that the next start would make an object of.
        self.assertFalse([path for path in (self.dir / "spool").rglob("*")
                          if path.is_file()])

    def test_as_it_comes(self):
        """The default name, and objects told as they are done."""
        process = self.start_anc("record-s3", f"bucket={BUCKET}",
                                 *TEST_SOURCES, "rotate-duration=500000000",
                                 env=self.env)
        line = process.stdout.readline()
        self.assertRegex(line, rf"^s3://{BUCKET}/\d{{4}}-\d\d-\d\d/\d{{6}}-"
                               r"00000\.flac: .*0\.5 seconds$")
        self.interrupt(process)

    def record(self, suffix):
        """A recording in objects of 0.4 s or a page: their keys in order, and
        how many samples went into the encoder."""
        code, out, err = self.anc(
            "run", *self.recorder(), f"key={suffix}/{{index}}.{suffix}",
            "buffers=60", "rotate-duration=400000000", "--json", env=self.env)
        self.assertEqual(code, 0, err)
        keys = sorted(key for key in self.keys() if key.startswith(suffix))
        self.assertGreater(len(keys), 1)
        samples = json.loads(out)["elements"]["cancel"]["samples"]
        self.assertEqual(samples, 60 * BUFFER)
        return keys, samples

    def join_ogg(self, keys):
        """The stream that was cut: the objects without repeated headers."""
        whole = self.dir / "whole"
        with open(whole, "wb") as file:
            for key in keys:
                for page, header in ogg_pages(self.get(key).read_bytes()):
                    if not header or key == keys[0]:
                        file.write(page)
        return whole

    def check_ogg(self, suffix, primer, packet):
        """The packets of the objects are all there are. By itself an object
        lacks what its decoder needs to get going, and if one page is all the
        last one has, none can tell how much of its last packet is padding."""
        keys, samples = self.record(suffix)
        self.assertEqual(self.frames_in(self.join_ogg(keys)), samples)
        lost = samples - sum(self.frames_of(key) for key in keys)
        self.assertGreater(lost, -packet)
        self.assertLessEqual(lost, primer * (len(keys) - 1))

    def test_ogg(self):
        self.check_ogg("ogg", VORBIS_OVERLAP, VORBIS_OVERLAP)

    def test_opus(self):
        self.check_ogg("opus", OPUS_PRE_SKIP, OPUS_PACKET)

    def test_mp3(self):
        """Whole frames, and up to two that the encoder adds. They are counted
        together: of an object with a single frame no decoder is sure that it
        is MP3."""
        keys, samples = self.record("mp3")
        objects = [self.get(key).read_bytes() for key in keys]
        for data in objects:
            self.assertEqual(data[:2], MP3_SYNC)
        whole = self.dir / "whole"
        whole.write_bytes(b"".join(objects))
        frames = self.frames_in(whole)
        self.assertGreaterEqual(frames, samples)
        self.assertLessEqual(frames, samples + 2 * MP3_FRAME)
        self.assertEqual(frames % MP3_FRAME, 0)

    def test_slow_network(self):
        """What is left after ^C takes longer than any file would."""
        process = self.start_anc(
            *self.recorder(), "key=slow.flac", "rotate-duration=0", "--json",
            "spool-directory=spool", env=self.env)
        self.wait_for_spool()
        self.proxy.delay = 12
        out, _ = self.interrupt(process)
        self.assertEqual(self.frames_of("slow.flac") / 48000,
                         json.loads(out)["audio-seconds"])

    def test_failure_after_interrupt(self):
        """What does not arrive after ^C is told."""
        process = self.start_anc(*self.recorder(), "bucket=nobucket",
                                 "spool-directory=spool", env=self.env)
        self.wait_for_spool()
        _, err = self.interrupt(process, code=1)
        self.assertRegex(err, "^anc run: .*nobucket.*[Bb]ucket")

    def test_crash(self):
        """With a spool the next run uploads what kill -9 left."""
        words = (*self.recorder(), "key=takes/{index}.flac",
                 "rotate-duration=0", "spool-directory=spool")
        process = self.start_anc(*words, env=self.env)
        self.wait_for_spool()
        process.kill()
        self.finish(process, -signal.SIGKILL)
        self.assertEqual(self.keys(), set())
        code, out, err = self.anc("run", *words, "buffers=30", env=self.env)
        self.assertEqual(code, 0, err)
        self.assertIn("left by a run before", out)
        self.assertEqual(len(self.keys()), 2)

    def test_mistakes(self):
        good = ("run", *self.recorder(), "buffers=10")
        for words, code, pattern in (
                (["key={indx}.flac"], 1, r"\{indx\}.*there are"),
                (["key=x.flac"], 1, r"put \{index\}, \{time\} or \{uuid\}"),
                (["key=x.wav"], 2, "must end in one of flac, ogg"),
                (["bucket=nobucket"], 1, "nobucket.*[Bb]ucket")):
            with self.subTest(words=words):
                self.refuse(code, pattern, *good, *words, env=self.env)


if __name__ == "__main__":
    tap.main()
