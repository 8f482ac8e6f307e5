# SPDX-License-Identifier: LGPL-2.1-or-later
"""The anc program, and recordings for it, in a directory of their own."""
import array
import json
import math
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import wave

BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"])
SOURCE = pathlib.Path(os.environ["G_TEST_SRCDIR"])
ANC = str(BUILD / "pipelines/tool/anc")
SEED = 20240607
# Acoustic path from the noise to the primary microphone, in samples.
PATH = {3: 0.6, 5: 0.3, 9: -0.2}


def noise(frames, seed=SEED):
    generator = random.Random(seed)
    return [generator.gauss(0, 0.1) for _ in range(frames)]


def tone(frames, rate, frequency=440.0, level=0.02):
    return [level * math.sin(2 * math.pi * frequency * i / rate)
            for i in range(frames)]


def through_path(reference):
    return [sum(gain * reference[i - lag] for lag, gain in PATH.items()
                if i >= lag) for i in range(len(reference))]


def write_wav(path, channels, rate=8000, bits=16):
    """Channels are lists of floats; 16, 24 or 32 bits of whole numbers."""
    top = 2 ** (bits - 1) - 1
    with wave.open(str(path), "wb") as file:
        file.setparams((len(channels), bits // 8, rate, 0, "NONE", ""))
        out = bytearray()
        for frame in zip(*channels):
            for sample in frame:
                value = max(-top, min(top, round(sample * top)))
                out += value.to_bytes(bits // 8, "little", signed=True)
        file.writeframes(bytes(out))


def read_wav(path):
    """Format tag, rate, bits and the channels as lists of floats."""
    data = pathlib.Path(path).read_bytes()
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE", path
    assert struct.unpack("<I", data[4:8])[0] + 8 == len(data), path
    at, head, body = 12, None, None
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        chunk = data[at + 8:at + 8 + size]
        assert len(chunk) == size, path
        if data[at:at + 4] == b"fmt ":
            head = struct.unpack("<HHIIHH", chunk[:16])
            if head[0] == 0xfffe:
                head = (struct.unpack("<H", chunk[24:26])[0],) + head[1:]
        elif data[at:at + 4] == b"data":
            body = chunk
        at += 8 + size + (size & 1)
    tag, channels, rate, _, _, bits = head
    if tag == 3:
        samples = array.array("f" if bits == 32 else "d", body)
    elif bits == 8:
        samples = [(byte - 128) / 128 for byte in body]
    else:
        width = bits // 8
        samples = [int.from_bytes(body[i:i + width], "little", signed=True)
                   / 2 ** (bits - 1) for i in range(0, len(body), width)]
    return tag, rate, bits, [samples[c::channels] for c in range(channels)]


def level(samples):
    power = sum(x * x for x in samples) / max(1, len(samples))
    return 10 * math.log10(power + 1e-20)


class Case(unittest.TestCase):
    """A directory with noisy.wav and noise.wav, one second each."""

    rate = 8000
    frames = 8000

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="anc-tool-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.reference = noise(self.frames)
        heard = through_path(self.reference)
        voice = tone(self.frames, self.rate)
        self.primary = [a + b for a, b in zip(heard, voice)]
        write_wav(self.dir / "noisy.wav", [self.primary], self.rate)
        write_wav(self.dir / "noise.wav", [self.reference], self.rate)

    def anc(self, *words, env=None, timeout=60, check_stderr=True):
        """Exit code, standard output, standard error."""
        done = subprocess.run([ANC, *words], cwd=self.dir, text=True,
                              capture_output=True, timeout=timeout,
                              env={**os.environ, **(env or {})},
                              stdin=subprocess.DEVNULL)
        self.assertGreaterEqual(done.returncode, 0, done.stderr)
        if check_stderr:
            self.assertNotRegex(done.stderr, r"CRITICAL|WARNING|Sanitizer")
        return done.returncode, done.stdout, done.stderr

    def cancel(self, *words, **options):
        return self.anc("run", "cancel", *words, **options)

    def clean(self, *words, output="clean.wav", primary="noisy.wav",
              reference="noise.wav"):
        """A run that must work; its JSON report."""
        code, out, err = self.cancel(
            f"primary={primary}", f"reference={reference}",
            f"output={output}", "--json", *words)
        self.assertEqual(code, 0, err)
        report = json.loads(out)
        self.assertEqual(report["result"], "ok")
        self.assertIsNone(report["error"])
        return report

    def files(self):
        return {path.name for path in self.dir.iterdir()}

    def refuse(self, code, pattern, *words, env=None):
        """Exit code, one sentence, no new file of any name."""
        before = self.files()
        got, out, err = self.anc(*words, env=env)
        self.assertEqual(got, code, err)
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertRegex(err, pattern)
        self.assertEqual(self.files(), before)
        return err

    def launch(self, text):
        """Makes a file with stock elements."""
        subprocess.run(["gst-launch-1.0", "-q", *text.split()], cwd=self.dir,
                       check=True, capture_output=True, timeout=60,
                       env=without_preload())


def without_preload():
    """A sanitized plugin cannot be loaded by a program that is not."""
    env = dict(os.environ)
    if env.get("ANC_TEST_PRELOAD"):
        env["GST_PLUGIN_PATH_1_0"] = ""
        env["GST_REGISTRY_1_0"] += ".stock"
    return env


def has_element(name):
    return subprocess.run(["gst-inspect-1.0", "--exists", name],
                          env=without_preload(),
                          check=False).returncode == 0


def json_blocks(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return re.findall(r"```json\n(.*?)```", text, re.S)
