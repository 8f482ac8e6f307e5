# SPDX-License-Identifier: LGPL-2.1-or-later
"""Against results that are not ours: FFmpeg's anlms, and the published
outputs of pyaec."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy

import sound
import tap

TEXTBOOK = {
    "lms": "anclms step-size=0.1",
    "nlms": "ancnlms step-size=0.1 regularization-mode=absolute "
            "regularization=0.001",
    "rls": "ancrls forgetting-factor=0.999 initial-variance=0.01",
}
LIMITS = {"lms": 1e-3, "nlms": 1e-3, "rls": 5e-3}


def cancel(element, taps, primary, reference, output):
    sound.launch(
        f"{element} name=c filter-length={taps} guard=false ! wavenc ! "
        f"filesink location={output} "
        f"filesrc location={primary} ! wavparse ! audioconvert ! c.sink "
        f"filesrc location={reference} ! wavparse ! audioconvert ! "
        "c.reference")
    return sound.read_wav(output)[1]


class Outside(unittest.TestCase):
    @unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is not installed")
    def test_ffmpeg_anlms(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            primary, reference = sound.scene(5 * 16000, 3)
            sound.write_wav(folder / "d.wav", primary, 16000)
            sound.write_wav(folder / "x.wav", reference, 16000)
            ours = cancel(TEXTBOOK["nlms"], 256, folder / "d.wav",
                          folder / "x.wav", folder / "ours.wav")
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "error", "-i", folder / "x.wav",
                 "-i", folder / "d.wav", "-filter_complex",
                 "[0][1]anlms=order=256:mu=0.1:eps=1e-3:out_mode=n",
                 "-c:a", "pcm_f32le", "-bitexact", folder / "theirs.wav"],
                check=True, timeout=120)
            theirs = sound.read_wav(folder / "theirs.wav")[1]
            self.assertEqual(len(ours), len(primary))
            n = min(len(ours), len(theirs))
            self.assertGreater(n, len(primary) - 2048)
            difference = numpy.abs(ours[:n] - theirs[:n]).max()
            print(f"# largest difference from anlms: {difference:.2e}")
            self.assertLess(difference, 1e-4)
            self.assertLess(numpy.std(ours[-8000:]),
                            numpy.std(primary[-8000:]) / 3)

    @unittest.skipUnless(os.environ.get("ANC_TEST_DATA"),
                         "ANC_TEST_DATA does not name the test data")
    def test_pyaec(self):
        data = pathlib.Path(os.environ["ANC_TEST_DATA"]) / "pyaec"
        for name, element in TEXTBOOK.items():
            with self.subTest(algorithm=name), \
                    tempfile.TemporaryDirectory() as folder:
                published = sound.read_wav(data / f"{name}.wav")[1]
                ours = cancel(element, 256, data / "d.wav", data / "x.wav",
                              pathlib.Path(folder) / "ours.wav")
                n = 114773
                self.assertGreaterEqual(len(published), n)
                # the published files were clipped to 16 bit
                clipped = numpy.clip(ours[:n], -1., 32767. / 32768.)
                difference = numpy.abs(clipped - published[:n]).max()
                print(f"# {name}: largest difference {difference:.2e}")
                self.assertLess(difference, LIMITS[name])


if __name__ == "__main__":
    tap.main()
