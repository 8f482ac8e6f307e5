# SPDX-License-Identifier: LGPL-2.1-or-later
"""The launch lines in the elements' documentation, against a broker."""
import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

import mqttcase
import tap
import tools
from servers import Mosquitto

ROOT = Path(os.environ["G_TEST_SRCDIR"])
BLOCK = re.compile(r"\|\[\s*(.*?)\s*\]\|", re.S)


def lines(name):
    text = (ROOT / "elements/mqtt" / f"{name}.c").read_text(encoding="utf-8")
    found = BLOCK.findall(re.sub(r"^ \* ?", "", text, flags=re.M))
    assert len(found) >= 2, name
    return found


def readme_lines(element):
    """The lines of the plugin's page that have the element in them."""
    text = (ROOT / "plugins/ancmqtt/README.md").read_text(encoding="utf-8")
    found = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S)
             for line in block.replace("\\\n", " ").splitlines()
             if element in line]
    assert found, element
    return found


class LaunchLines(mqttcase.Case):
    def setUp(self):
        self.broker = Mosquitto().start()
        self.addCleanup(self.broker.stop)
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def command(self, line):
        words = shlex.split(line.replace("localhost",
                                         f"127.0.0.1:{self.broker.port}"))
        self.assertEqual(words[0], "gst-launch-1.0")
        return [tools.need(words[0]), "-q", *words[1:]]

    def run_line(self, line):
        done = subprocess.run(
            self.command(line), cwd=self.folder, env=mqttcase.launch_env(),
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("WARNING", done.stderr)

    def test_sink(self):
        for line in lines("gstancmqttsink"):
            with self.subTest(line=line):
                if "opusenc" in line and subprocess.run(
                        ["gst-inspect-1.0", "--exists", "opusenc"],
                        check=False).returncode != 0:
                    continue
                self.run_line(line)

    def test_telemetry(self):
        for line in lines("gstanctelemetry") + readme_lines("anctelemetry"):
            with self.subTest(line=line):
                self.run_line(line)

    def test_source(self):
        sender = self.command(
            "gst-launch-1.0 audiotestsrc is-live=true ! "
            "audio/x-raw,format=S16LE,rate=16000 ! ancmqttsink "
            "uri=mqtt://localhost/site/room/microphone "
            "payload-format=json-base64")
        with subprocess.Popen(sender, env=mqttcase.launch_env(),
                              stdin=subprocess.DEVNULL) as process:
            try:
                for line in lines("gstancmqttsrc"):
                    with self.subTest(line=line):
                        self.run_line(line)
            finally:
                process.kill()
        heard = (self.folder / "heard.wav").read_bytes()
        self.assertEqual(heard[:4], b"RIFF")
        # 20 buffers of 1,024 frames
        self.assertEqual(len(heard) - 44, 20 * 1024 * 2)


if __name__ == "__main__":
    tap.main()
