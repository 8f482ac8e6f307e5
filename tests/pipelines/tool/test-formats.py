# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers, codecs, sample formats and tags, in and out."""
import os
import subprocess

import anctool
import tap
import tools
from anctool import read_wav, write_wav

ENCODERS = {"flac": "flacenc", "ogg": "vorbisenc", "oga": "vorbisenc",
            "opus": "opusenc", "mp3": "lamemp3enc", "m4a": "avenc_aac"}
# Codecs that work in blocks add up to this, in seconds.
PADDING = {"mp3": 0.2, "m4a": 0.2, "opus": 0.02}


class Formats(anctool.Case):
    def frames_of(self, path):
        self.launch(f"filesrc location={path} ! decodebin ! audioconvert ! "
                    f"audio/x-raw,format=S16LE ! wavenc ! filesink "
                    f"location=decoded-{path}.wav")
        _, rate, _, channels = read_wav(self.dir / f"decoded-{path}.wav")
        return rate, len(channels[0])

    def test_outputs(self):
        for suffix, encoder in ENCODERS.items():
            if not anctool.has_element(encoder):
                continue
            self.clean(output=f"clean.{suffix}")
            rate, frames = self.frames_of(f"clean.{suffix}")
            if suffix == "flac":
                self.assertEqual((rate, frames), (self.rate, self.frames))
            seconds = frames / rate
            self.assertGreaterEqual(seconds, 0.99, suffix)
            self.assertLessEqual(seconds, 1.01 + PADDING.get(suffix, 0),
                                 suffix)

    def test_inputs(self):
        for suffix, encoder in ENCODERS.items():
            if not anctool.has_element(encoder):
                continue
            for name in ("noisy", "noise"):
                self.anc("run", "cancel", f"primary={name}.wav",
                         "reference=noise.wav", f"output={name}.{suffix}",
                         "signal=primary")
            report = self.clean(primary=f"noisy.{suffix}",
                                reference=f"noise.{suffix}",
                                output=f"from-{suffix}.wav")
            self.assertEqual(report["warnings"], [], suffix)
            self.assertEqual(read_wav(self.dir / f"from-{suffix}.wav")[0:3:2],
                             (1, 16), suffix)

    def test_flac_round_trip(self):
        self.clean("signal=primary", output="a.flac")
        self.clean("signal=primary", primary="a.flac", output="a.wav")
        self.assertEqual(read_wav(self.dir / "a.wav"),
                         read_wav(self.dir / "noisy.wav"))

    def make(self, sample_format, suffix, encoder):
        self.launch(f"filesrc location=noisy.wav ! wavparse ! audioconvert ! "
                    f"audio/x-raw,format={sample_format} ! {encoder} ! "
                    f"filesink location=in-{sample_format}.{suffix}")
        return f"in-{sample_format}.{suffix}"

    def test_sample_formats(self):
        for sample_format, tag, bits in (
                ("U8", 1, 8), ("S16LE", 1, 16), ("S24LE", 1, 24),
                ("S32LE", 1, 32), ("F32LE", 3, 32), ("F64LE", 3, 64)):
            name = self.make(sample_format, "wav", "wavenc")
            self.clean("signal=primary", primary=name, output=f"o-{name}")
            got = read_wav(self.dir / f"o-{name}")
            self.assertEqual(got[:3], (tag, self.rate, bits), name)
            if bits == 64:
                continue
            # 32-bit whole numbers lose what a float cannot hold.
            worst = max(abs(a - b) for a, b in zip(
                got[3][0], read_wav(self.dir / name)[3][0]))
            self.assertLessEqual(worst, 1e-7 if bits == 32 else 0, name)

    def test_flac_depth(self):
        write_wav(self.dir / "deep.wav", [self.primary], self.rate, 24)
        self.clean("signal=primary", primary="deep.wav", output="deep.flac")
        self.clean("signal=primary", primary="deep.flac", output="back.wav")
        self.assertEqual(read_wav(self.dir / "back.wav"),
                         read_wav(self.dir / "deep.wav"))

    def test_aiff(self):
        """By gst-libav; where gst-plugins-bad is there by its aiffparse, which
        answers flacenc's question for the length with a critical warning."""
        subprocess.run([tools.need("ffmpeg"), "-v", "error", "-i", "noisy.wav",
                        "noisy.aiff"], cwd=self.dir, check=True, timeout=60)
        # avdemux_aiff forgets its pipes.
        spared = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
                  + ":detect_leaks=0"}
        code, _, err = self.cancel("primary=noisy.aiff", "reference=noise.wav",
                                   "output=a.flac", "signal=primary",
                                   env=spared)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(self.frames_of("a.flac"), (self.rate, self.frames))

    def test_many_channels(self):
        """Plain PCM of a recorder with many microphones: no channel mask."""
        for count in (3, 7, 16, 63):
            write_wav(self.dir / "many.wav", [self.primary] * count,
                      self.rate)
            report = self.clean("--overwrite", primary="many.wav",
                                output="out.wav")
            self.assertEqual(report["warnings"], [])
            got = read_wav(self.dir / "out.wav")
            self.assertEqual((len(got[3]), got[2]), (count, 16))
            self.assertEqual(len(got[3][0]), self.frames)
        write_wav(self.dir / "many.wav", [self.primary] * 2
                  + [self.reference], self.rate, 24)
        for preset, words in (
                ("cancel-inband", ["input=many.wav", "reference-channel=2"]),
                ("cancel", ["primary=noisy.wav", "reference=many.wav"])):
            code, _, err = self.anc("run", preset, *words, "output=out.wav",
                                    "--overwrite")
            self.assertEqual((code, err), (0, ""))
        self.assertEqual(self.anc("report", "many.wav", "out.wav")[0], 0)

    def test_chosen_sample_format(self):
        self.clean("sample-format=F32", output="f.wav")
        self.assertEqual(read_wav(self.dir / "f.wav")[0:3:2], (3, 32))
        self.refuse(2, "sample-format=S24 has no effect", "run", "cancel",
                    "primary=noisy.wav", "reference=noise.wav",
                    "output=x.ogg", "sample-format=S24")

    def test_chosen_container(self):
        report = self.clean("format=flac", output="plain")
        self.assertEqual(report["warnings"], [])
        report = self.clean("format=flac", output="wrong.wav")
        self.assertEqual(report["warnings"], ["wrong.wav was written as flac, "
                                              "which its name does not say"])
        self.assertEqual((self.dir / "plain").read_bytes()[:4], b"fLaC")

    def test_tags(self):
        self.launch("filesrc location=noisy.wav ! wavparse ! taginject "
                    "tags=title=Hello,artist=Me ! flacenc ! filesink "
                    "location=tagged.flac")
        for suffix in ("flac", "wav", "ogg", "mp3"):
            self.clean(primary="tagged.flac", output=f"tagged-out.{suffix}")
            data = (self.dir / f"tagged-out.{suffix}").read_bytes()
            self.assertTrue(b"Hello" in data
                            or "Hello".encode("utf-16-le") in data, suffix)

    def test_picture_is_ignored(self):
        self.launch("matroskamux name=m ! filesink location=film.mkv "
                    "videotestsrc num-buffers=25 ! jpegenc ! m. "
                    "filesrc location=noisy.wav ! wavparse ! flacenc ! "
                    "flacparse ! m.")
        for words in ({"primary": "film.mkv"},
                      {"primary": "noise.wav", "reference": "film.mkv"}):
            report = self.clean("--overwrite", **words)
            self.assertEqual(report["warnings"], [])
        self.launch("videotestsrc num-buffers=5 ! jpegenc ! matroskamux ! "
                    "filesink location=silent.mkv")
        self.refuse(1, "silent.mkv holds no sound", "run", "cancel",
                    "primary=silent.mkv", "reference=noise.wav",
                    "output=x.wav")

    def test_missing_encoder(self):
        """As on a machine without the package of an encoder."""
        text = (anctool.SOURCE / "pipelines/presets/cancel.json").read_text()
        (self.dir / "my.json").write_text(
            text.replace("lamemp3enc", "lameimaginary")
            .replace("avenc_aac", "fdkaac_imaginary"))
        words = ["primary=noisy.wav", "reference=noise.wav"]
        if not anctool.has_element("fdkaacenc"):
            self.refuse(1, "fdkaac_imaginary is not installed; it is in "
                           "gstreamer1.0-fdkaac", "run", "./my.json", *words,
                        "output=x.m4a")
        self.refuse(3, "there is no element lameimaginary", "run",
                    "./my.json", *words, "output=x.mp3")


if __name__ == "__main__":
    tap.main()
