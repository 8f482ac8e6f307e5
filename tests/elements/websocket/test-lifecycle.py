# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancwssink and ancwssrc through their states, again and again."""
import tap
from lifecycle import Lifecycle
from process import free_port

VOICE = "audiotestsrc num-buffers=10 ! ancwssink "


class Cycles(Lifecycle):
    def test_sink_to_source(self):
        uri = f"uri=ws://127.0.0.1:{free_port()}/"
        for more in ("", "acknowledge=true"):
            with self.subTest(more=more):
                self.cycle_well(
                    f"ancwssrc mode=server {uri} ! fakesink {VOICE} {uri} "
                    f"reconnect-attempts=-1 reconnect-delay=10 {more}")

    def test_server_to_client(self):
        uri = f"uri=ws://127.0.0.1:{free_port()}/"
        self.cycle_well(
            f"{VOICE} mode=server {uri} slow-client-policy=block "
            f"ancwssrc {uri} reconnect-attempts=-1 "
            "reconnect-delay=10 ! fakesink")

    def test_server_alone(self):
        self.cycle_well(VOICE + "mode=server uri=ws://127.0.0.1:0/")

    def test_errors(self):
        refused = f"uri=ws://127.0.0.1:{free_port()}/ reconnect-attempts=0"
        source = "ancwssrc %s ! fakesink"
        for pattern, line in (
                ("is a server running", VOICE + refused),
                ("is a server running", source % refused),
                ("no address is given", VOICE),
                ("no address is given", source % "")):
            with self.subTest(line=line):
                self.cycle_badly(pattern, line)


if __name__ == "__main__":
    tap.main()
