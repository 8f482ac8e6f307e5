# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancmqttsink and ancmqttsrc through their states, again and again."""
import tempfile

import tap
from lifecycle import Lifecycle
from process import free_port
from servers import Mosquitto

VOICE = "audiotestsrc num-buffers=10 ! ancmqttsink "


class Cycles(Lifecycle):
    @classmethod
    def setUpClass(cls):
        cls.broker = cls.enterClassContext(Mosquitto(persistence=False))

    def uri(self, topic):
        return f"uri=mqtt://127.0.0.1:{self.broker.port}/{topic}"

    def test_sink(self):
        for more in ("", "payload-format=json-base64 gzip=true",
                     "protocol-version=5 qos=2"):
            with self.subTest(more=more):
                self.cycle_well(f"{VOICE} {self.uri('a')} {more}")

    def test_sink_with_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            self.cycle_well(f"{VOICE} {self.uri('b')} client-id=robin "
                            f"queue-directory={folder}")

    def test_source(self):
        """What is retained comes with each connection."""
        self.cycle_well(f"{VOICE} {self.uri('kept')} retain=true", 6)
        for more in ("", "protocol-version=5 qos=2"):
            with self.subTest(more=more):
                self.cycle_well("ancmqttsrc num-buffers=1 "
                                f"{self.uri('kept')} {more} ! fakesink")

    def test_errors(self):
        port = free_port()
        refused = f"uri=mqtt://127.0.0.1:{port}/a connect-timeout=100000000"
        source = "ancmqttsrc %s ! fakesink"
        for pattern, line in (
                ("refuses connections", VOICE + refused),
                ("refuses connections", source % refused),
                ("There is no MQTT broker", VOICE),
                ("There is no MQTT broker", source % ""),
                ("has a wildcard", VOICE + self.uri("a") + " topic=a/+"),
                ("max-payload-size", VOICE + self.uri("a")
                 + " max-payload-size=9")):
            with self.subTest(line=line):
                self.cycle_badly(pattern, line)


if __name__ == "__main__":
    tap.main()
