# SPDX-License-Identifier: LGPL-2.1-or-later
"""The launch lines in the elements' documentation and in the plugin's README:
each runs as it stands, with the other end that it needs."""
import os
import re
import shlex
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import sound
import tap
from process import free_port, listens

ROOT = Path(os.environ["G_TEST_SRCDIR"])
SOURCES = ("elements/websocket/gstancwssink.c",
           "elements/websocket/gstancwssrc.c")
README = "plugins/ancwebsocket/README.md"


def lines_of_source(path):
    for comment in re.findall(r"/\*\*(.*?)\*/", path.read_text(), re.S):
        for block in re.findall(r"\|\[\s*(.*?)\s*\]\|",
                                re.sub(r"^ \* ?", "", comment, flags=re.M),
                                re.S):
            yield from filter(str.strip, block.splitlines())


def lines_of_readme(path):
    for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.S):
        whole = block.replace("\\\n", " ")
        yield from (row for row in whole.splitlines()
                    if row.startswith("gst-launch-1.0"))


def start(line, folder):
    """Live microphones and loudspeakers are not where tests run."""
    line = line.replace("autoaudiosrc", "audiotestsrc is-live=true "
                        "num-buffers=50")
    line = line.replace("autoaudiosink", "fakesink")
    words = shlex.split(line)
    return subprocess.Popen(["gst-launch-1.0", "-q", *words[1:]], cwd=folder,
                            env=sound.launch_env(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            text=True)


def port_of(line):
    return int(re.search(r"uri=wss?://[^:/]+:(\d+)", line).group(1))


class Lines(unittest.TestCase):
    def finish(self, process):
        try:
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(process.returncode, 0, err)
        self.assertNotIn("WARNING", err)

    def run_pair(self, server, client):
        with tempfile.TemporaryDirectory() as folder:
            sound.write_wav(Path(folder, "noisy.wav"),
                            sound.scene(16000, 3)[0], 16000)
            first = start(server, folder)
            try:
                while not listens(port_of(server)):
                    self.assertIsNone(first.poll(), first.returncode)
                    time.sleep(0.02)
                self.finish(start(client, folder))
                self.finish(first)
            finally:
                first.kill()
                first.wait()

    def pair_up(self, lines):
        """Each server line with a client line for its port, at a free one."""
        for port in {port_of(line) for line in lines}:
            free = free_port()
            lines = [line.replace(f":{port}/", f":{free}/") for line in lines]
        servers = [line for line in lines if "mode=server" in line]
        clients = {port_of(line): line for line in lines
                   if "mode=server" not in line}
        self.assertGreaterEqual(len(servers), 2)
        for server in servers:
            with self.subTest(server=server):
                self.run_pair(server, clients.pop(port_of(server)))
        self.assertEqual(clients, {})

    def test_elements(self):
        self.pair_up([line for name in SOURCES
                      for line in lines_of_source(ROOT / name)])

    def test_readme(self):
        self.pair_up(list(lines_of_readme(ROOT / README)))


if __name__ == "__main__":
    tap.main()
