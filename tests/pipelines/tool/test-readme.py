# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands with a network in them that the READMEs show: each runs as it
stands, against real servers. Replaced are only what no test has (microphones,
device names, a broker's name) and ports."""
import re
import shlex
import signal
import time
from pathlib import Path

import anctool
import scene
import tap
import tools
from certificates import Certificates
from process import free_port
from servers import Mosquitto, Versitygw

NETWORK = re.compile(r"ancs3|ancmqtt|ancws|anctelemetry|anc run \S+-(s3|mqtt|"
                     "websocket)")
# They go on until they are told to end, and others need them.
LISTENS = re.compile(r"ancmqttsrc|mode=server|anc run cancel-(mqtt|websocket)")
UNTIL_INTERRUPTED = re.compile(r"anc run record-s3")


def commands(path):
    """Blocks of commands in the order of the page."""
    text = (anctool.SOURCE / path).read_text(encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.S):
        lines = block.replace("\\\n", " ").splitlines()
        found = [line for line in lines if NETWORK.search(line)]
        if found:
            yield found


def no_devices(line):
    return line.replace("anc run record-s3", "anc run record-s3 primary-source"
                        "=test reference-source=test").replace(
        "alsasrc", "audiotestsrc is-live=true num-buffers=40").replace(
        "autoaudiosrc", "audiotestsrc is-live=true num-buffers=40").replace(
        "autoaudiosink", "fakesink").replace("/var/", "var/")


class Readme(scene.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pki = cls.enterClassContext(Certificates())
        cls.broker = cls.enterClassContext(Mosquitto(
            persistence=False, tls=cls.pki, client_certificates=True))
        cls.server = cls.enterClassContext(Versitygw())
        cls.server.create_bucket("voices")
        for name, key in (("noisy", "noisy"), ("reference", "noise"),
                          ("both", "stereo")):
            cls.server.client().upload_file(str(cls.scene / f"{name}.wav"),
                                            "voices", f"{key}.wav")

    def setUp(self):
        super().setUp()
        (self.dir / "both.wav").rename(self.dir / "stereo.wav")
        for name, path in (("ca.pem", self.pki.ca),
                           ("device.pem", self.pki.client),
                           ("device.key", self.pki.client_key)):
            (self.dir / name).write_bytes(Path(path).read_bytes())

    def at_servers(self, line, ports):
        line = no_devices(line)
        line = line.replace("mqtt://localhost",
                            f"mqtt://127.0.0.1:{self.broker.port}")
        line = line.replace("mqtts://broker.example.com",
                            f"mqtts://localhost:{self.broker.tls_port}")
        for port in re.findall(r"ws://127\.0\.0\.1:(\d+)", line):
            if port not in ports:
                ports[port] = free_port()
            line = line.replace(f":{port}/", f":{ports[port]}/")
        return line

    def begin(self, line, ports):
        words = shlex.split(self.at_servers(line, ports))
        if words[:2] == ["./run", "env"]:
            words = words[2:]
        if words[:2] == ["./run", "anc"]:
            words = words[1:]
        env = self.server.variables()
        if words[0] == "anc":
            return self.start(anctool.ANC, *words[1:], env=env)
        self.assertEqual(words[0], "gst-launch-1.0", line)
        return self.start(tools.need(words[0]), "-q", *words[1:],
                          env=scene.launch_env(**env))

    def good_end(self, process, line):
        _, err = self.finish(process)
        self.assertNotIn("WARNING", err, line)

    def stop(self, process, line):
        """A listener has ended well, or is still there and well."""
        time.sleep(0.5)
        if process.poll() is not None:
            return self.good_end(process, line)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=scene.PATIENCE)
        self.assertNotRegex(err, "ERROR|WARNING|Sanitizer", line)
        return self.assertIn(process.returncode, (0, 130, -2), (line, err))

    def run_block(self, lines):
        ports, listeners = {}, []
        for line in sorted(lines, key=lambda l: not LISTENS.search(l)):
            with self.subTest(line=line):
                process = self.begin(line, ports)
                if LISTENS.search(line):
                    listeners.append((process, line))
                    time.sleep(1)
                    self.assertIsNone(process.poll(), line)
                elif UNTIL_INTERRUPTED.search(line):
                    time.sleep(1)
                    self.interrupt(process)
                else:
                    self.good_end(process, line)
        for process, line in listeners:
            with self.subTest(line=line):
                self.stop(process, line)

    def check_page(self, path, least):
        blocks = list(commands(path))
        self.assertGreaterEqual(sum(map(len, blocks)), least)
        for block in blocks:
            self.run_block(block)

    def test_root(self):
        self.check_page("README.md", 9)

    def test_ancaws(self):
        self.check_page("plugins/ancaws/README.md", 2)

    def test_ancmqtt(self):
        self.check_page("plugins/ancmqtt/README.md", 4)


if __name__ == "__main__":
    tap.main()
