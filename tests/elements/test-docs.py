# SPDX-License-Identifier: LGPL-2.1-or-later
"""The launch lines in the elements' documentation: each is run as it stands
by the shell's own rules, in a folder with the files that it names, and with a
real S3 server behind it that the environment names."""
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

import servers
import sound
import tap

ROOT = pathlib.Path(os.environ["G_TEST_SRCDIR"])
LINE = re.compile(r"\|\[\s*(.*?)\s*\]\|", re.S)


def lines(path):
    """The launch lines in the block comments of a file."""
    for comment in re.findall(r"/\*\*(.*?)\*/", path.read_text(), re.S):
        for block in LINE.findall(re.sub(r"^ \* ?", "", comment, flags=re.M)):
            yield from (row for row in block.splitlines() if row.strip())


class LaunchLines(unittest.TestCase):
    def services(self, line, folder):
        """What the line talks to, in its environment."""
        if "ancs3" not in line:
            return {}
        server = self.enterContext(servers.Versitygw())
        server.create_bucket("voices")
        server.client().upload_file(str(folder / "noisy.wav"), "voices",
                                    "noisy.wav")
        return server.variables()

    def run_line(self, line, folder):
        words = shlex.split(line)
        self.assertEqual(words[0], "gst-launch-1.0")
        result = subprocess.run(["gst-launch-1.0", "-q", *words[1:]],
                                cwd=folder, env={**sound.launch_env(),
                                                 **self.services(line, folder)},
                                capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("WARNING", result.stderr)

    def check_file(self, path):
        found = list(lines(path))
        self.assertGreaterEqual(len(found), 2)
        for line in found:
            with self.subTest(line=line), \
                    tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                primary, reference = sound.scene(2 * 16000, 1)
                sound.write_wav(folder / "noisy.wav", primary, 16000)
                sound.write_wav(folder / "reference.wav", reference, 16000)
                self.run_line(line, folder)
                for name in re.findall(r"filesink location=(\S+)", line):
                    rate, clean = sound.read_wav(folder / name)
                    self.assertEqual(rate, 16000)
                    self.assertEqual(len(clean), len(primary))


def make_test(path):
    return lambda self: self.check_file(path)


# Those of the network elements need another end: tests/elements/*/ runs them.
NETWORK = ("mqtt", "websocket")

for source in sorted((ROOT / "elements").glob("*/*.c")):
    if source.parent.name not in NETWORK \
            and "SECTION:element-" in source.read_text():
        setattr(LaunchLines, "test_" + source.stem, make_test(source))

if __name__ == "__main__":
    tap.main()
