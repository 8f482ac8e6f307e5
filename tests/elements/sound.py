# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound files and runs of gst-launch-1.0 for the tests in Python."""
import os
import struct
import subprocess

import numpy


def launch_env():
    """A sanitized plugin needs the sanitizer in the program that loads it."""
    env = dict(os.environ)
    if "ANC_TEST_PRELOAD" in env:
        env["LD_PRELOAD"] = env["ANC_TEST_PRELOAD"]
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    return env


def launch(line):
    """Runs a pipeline; its words are separated by blanks."""
    return subprocess.run(["gst-launch-1.0", "-q", *line.split()],
                          env=launch_env(), check=True, capture_output=True,
                          text=True, timeout=300)


def scene(frames, seed):
    """(primary, reference): white noise, and what a path makes of it."""
    generator = numpy.random.default_rng(seed)
    reference = 0.1 * generator.standard_normal(frames)
    path = generator.standard_normal(60) * numpy.exp(-numpy.arange(60) / 12)
    primary = numpy.convolve(reference, path)[:frames]
    primary = primary / numpy.abs(primary).max() / 2
    primary = primary + 0.003 * generator.standard_normal(frames)
    return primary.astype("f4"), reference.astype("f4")


def write_wav(path, samples, rate):
    """One channel, 32-bit float."""
    data = numpy.asarray(samples, "<f4").tobytes()
    path.write_bytes(struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3,
        1, rate, rate * 4, 4, 32, b"data", len(data)) + data)


def read_wav(path):
    """(rate, samples of one channel) of 16-bit or 32-bit float."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE", path
    at, found = 12, {}
    while at + 8 <= len(data):
        name, size = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        found.setdefault(name, data[at + 8:at + 8 + size])
        at += 8 + size + size % 2
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH",
                                                          found[b"fmt "])
    assert channels == 1 and bits in (16, 32), path
    if bits == 16:
        return rate, numpy.frombuffer(found[b"data"], "<i2") / 32768.
    return rate, numpy.frombuffer(found[b"data"], "<f4")
