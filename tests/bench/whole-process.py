#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole process against whole process, file to file: our canceller in
gst-launch-1.0 against FFmpeg's anlms on the same two recordings.

Both start, read two 32-bit float WAV files, filter on one thread and write
one. The two run in turn and the ratio is taken pair by pair, so that a drift of
the machine's speed cancels. CPU seconds are user plus system.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import struct
import sys
import tempfile

import numpy

RATE = 48000


def write_wav(path, samples):
    data = samples.astype("<f4").tobytes()
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data),
                         b"WAVE", b"fmt ", 16, 3, 1, RATE, RATE * 4, 4, 32,
                         b"data", len(data))
    path.write_bytes(header + data)


def make_scene(folder, seconds):
    """White noise as the reference; the primary hears it through a decaying
    path, with quieter noise of its own."""
    generator = numpy.random.default_rng(1)
    reference = 0.1 * generator.standard_normal(seconds * RATE)
    path = generator.standard_normal(400) * numpy.exp(-numpy.arange(400) / 80)
    path /= numpy.sqrt(numpy.sum(path ** 2))
    primary = numpy.convolve(reference, path)[:reference.size]
    primary += 0.01 * generator.standard_normal(primary.size)
    write_wav(folder / "reference.wav", reference)
    write_wav(folder / "primary.wav", primary)


def ours(folder, taps):
    return ["gst-launch-1.0", "-q", "ancnlms", "name=c",
            f"filter-length={taps}", "step-size=0.1", "!", "wavenc", "!",
            "filesink", f"location={folder}/ours.wav",
            "filesrc", f"location={folder}/primary.wav", "!", "wavparse", "!",
            "c.sink",
            "filesrc", f"location={folder}/reference.wav", "!", "wavparse",
            "!", "c.reference"]


def theirs(folder, taps):
    graph = f"[0][1]anlms=order={taps}:mu=0.1:eps=0.001:out_mode=n"
    return ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1",
            "-i", f"{folder}/reference.wav", "-i", f"{folder}/primary.wav",
            "-filter_complex", graph, "-c:a", "pcm_f32le",
            f"{folder}/theirs.wav"]


def run(command):
    """CPU and wall seconds of one run."""
    began = os.times().elapsed
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, os.times().elapsed - began


def spread(values):
    return {"min": min(values), "median": statistics.median(values),
            "max": max(values)}


def compare(folder, taps, runs):
    a, b = ours(folder, taps), theirs(folder, taps)
    run(a)
    pairs = [(run(a), run(b)) for _ in range(runs)]
    return {"ours-cpu-seconds": spread([x[0] for x, _ in pairs]),
            "anlms-cpu-seconds": spread([y[0] for _, y in pairs]),
            "ours-wall-seconds": spread([x[1] for x, _ in pairs]),
            "anlms-wall-seconds": spread([y[1] for _, y in pairs]),
            "cpu-ratio": spread([y[0] / x[0] for x, y in pairs]),
            "wall-ratio": spread([y[1] / x[1] for x, y in pairs])}


def show(taps, seconds, result):
    print(f"NLMS, {taps} taps, {seconds} s at {RATE} Hz, file to file")
    for name, values in result.items():
        row = "  ".join(f"{key} {value:8.2f}" for key, value in values.items())
        print(f"  {name:20} {row}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--taps", type=int, nargs="*", default=[256, 1024])
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is not installed; ./run setup test brings it")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        make_scene(pathlib.Path(folder), options.seconds)
        for taps in options.taps:
            results[taps] = compare(folder, taps, options.runs)
            show(taps, options.seconds, results[taps])
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
