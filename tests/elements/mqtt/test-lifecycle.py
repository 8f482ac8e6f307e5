# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancmqttsink and ancmqttsrc through their states, again and again."""
import tempfile
from concurrent.futures import ThreadPoolExecutor

import tap
from lifecycle import Lifecycle
from process import free_port
from servers import Mosquitto

VOICE = "audiotestsrc num-buffers=10 ! ancmqttsink "


class Cycles(Lifecycle):
    """Most of a cycle is to wait for Paho and the broker: the lines of a test
    run side by side."""

    @classmethod
    def setUpClass(cls):
        cls.broker = cls.enterClassContext(Mosquitto(persistence=False))

    def uri(self, topic):
        return f"uri=mqtt://127.0.0.1:{self.broker.port}/{topic}"

    def side_by_side(self, cycle, *cases):
        with ThreadPoolExecutor(len(cases)) as pool:
            runs = [(case, pool.submit(cycle, *case)) for case in cases]
        for case, run in runs:
            with self.subTest(case=case):
                run.result()

    def test_well(self):
        """What is retained comes to the source with each connection."""
        self.cycle_well(f"{VOICE} {self.uri('kept')} retain=true", 6)
        source = f"ancmqttsrc num-buffers=1 {self.uri('kept')} %s ! fakesink"
        with tempfile.TemporaryDirectory() as folder:
            self.side_by_side(
                self.cycle_well, *((line,) for line in (
                    f"{VOICE} {self.uri('a')}",
                    f"{VOICE} {self.uri('a')} payload-format=json-base64 "
                    "gzip=true",
                    f"{VOICE} {self.uri('a')} protocol-version=5 qos=2",
                    f"{VOICE} {self.uri('b')} client-id=robin "
                    f"queue-directory={folder}",
                    source % "",
                    source % "protocol-version=5 qos=2")))

    def test_errors(self):
        port = free_port()
        refused = f"uri=mqtt://127.0.0.1:{port}/a connect-timeout=100000000"
        source = "ancmqttsrc %s ! fakesink"
        self.side_by_side(
            self.cycle_badly,
            ("refuses connections", VOICE + refused),
            ("refuses connections", source % refused),
            ("There is no MQTT broker", VOICE),
            ("There is no MQTT broker", source % ""),
            ("has a wildcard", VOICE + self.uri("a") + " topic=a/+"),
            ("max-payload-size", VOICE + self.uri("a")
             + " max-payload-size=9"))


if __name__ == "__main__":
    tap.main()
