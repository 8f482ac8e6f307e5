# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real voice beside a fan, as ./run demo has it, for pipelines that need a
server at the other end; what is left of the fan; runs that go on until ^C."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import wave

import anctool
import tools

VOICE = "/usr/share/asterisk/sounds/en_US_f_Allison/demo-congrats.g722"
RATE = 16000
SECONDS = 12
# What fits the room of the scene; the filter has settled after half of it.
FILTER = ("filter-length=1024", "step-size=0.03")
GAIN_DB = 10
PATIENCE = 60


def launch_env(**more):
    """A sanitized plugin needs the sanitizer in the program that loads it."""
    env = {**os.environ, **more}
    if "ANC_TEST_PRELOAD" in env:
        env["LD_PRELOAD"] = env["ANC_TEST_PRELOAD"]
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    return env


def read(path):
    """The first channel of a 16-bit file, and its rate."""
    with wave.open(str(path)) as file:
        numpy = tools.module("numpy")
        frames = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
        return frames[::file.getnchannels()] / 32768, file.getframerate()


def make(folder):
    """noisy.wav, reference.wav, voice.wav, and both.wav: noisy and reference
    as two channels."""
    if not os.path.exists(VOICE):
        raise unittest.SkipTest("asterisk-core-sounds-en-g722 is not "
                                "installed; ./run setup demo brings it")
    numpy = tools.module("numpy")
    subprocess.run([tools.need("ffmpeg"), "-v", "error", "-f", "g722", "-i",
                    VOICE, "-t", str(SECONDS), folder / "speech.wav"],
                   check=True, timeout=60)
    subprocess.run([anctool.BUILD / "pipelines/demo/anc-scene",
                    folder / "speech.wav", folder], check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    both = numpy.stack([read(folder / f"{name}.wav")[0] * 32768
                        for name in ("noisy", "reference")], axis=1)
    with wave.open(str(folder / "both.wav"), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(both.astype("<i2").tobytes())


class Case(anctool.Case):
    """A directory with the files of the scene."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = pathlib.Path(tempfile.mkdtemp(prefix="anc-scene-"))
        cls.addClassCleanup(shutil.rmtree, cls.scene, ignore_errors=True)
        make(cls.scene)
        cls.length = len(read(cls.scene / "noisy.wav")[0])

    def setUp(self):
        super().setUp()
        for path in self.scene.iterdir():
            shutil.copy(path, self.dir / path.name)

    def gain(self, path):
        """By how many decibels the fan is quieter, in the second half."""
        clean, rate = read(path)
        self.assertEqual(rate, RATE)
        noisy, voice = (read(self.scene / f"{name}.wav")[0][:len(clean)]
                        for name in ("noisy", "voice"))
        half = len(clean) // 2
        return (anctool.level((noisy - voice)[half:])
                - anctool.level((clean - voice)[half:]))

    def check_clean(self, path):
        self.assertEqual(len(read(path)[0]), self.length)
        self.assertGreater(self.gain(path), GAIN_DB)

    def start(self, *words, env=None, **more):
        """A program that goes on until it is told to end."""
        process = subprocess.Popen(
            [str(word) for word in words], cwd=self.dir, text=True,
            env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(self.put_down, process)
        return process

    def start_anc(self, *words, env=None):
        return self.start(anctool.ANC, "run", *words, env=env)

    def start_launch(self, line, env=None):
        return self.start(tools.need("gst-launch-1.0"), "-q", *line.split(),
                          env=launch_env(**(env or {})))

    @staticmethod
    def put_down(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, code=0, timeout=PATIENCE):
        out, err = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, err)
        self.assertNotRegex(err, "CRITICAL|Sanitizer")
        return out, err

    def interrupt(self, process, code=130, timeout=PATIENCE):
        process.send_signal(signal.SIGINT)
        return self.finish(process, code, timeout)

    def report(self, process, code=0):
        return json.loads(self.finish(process, code)[0])

    def wait_for(self, true, what):
        end = time.monotonic() + PATIENCE
        while not true():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.02)
