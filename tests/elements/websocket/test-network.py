# SPDX-License-Identifier: LGPL-2.1-or-later
"""What networks do: connections that break, stop, and come late; and what is
left behind afterwards."""
import tempfile
import threading
import time
import unittest
from pathlib import Path

import tap
from certificates import Certificates
from faultproxy import FaultProxy
from process import HOST, free_port
from wstest import Pipeline, outcome, written

SIZE = 400000


class Network(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.input = Path(holder.name, "in")
        self.output = Path(holder.name, "out")
        self.data = bytes(i * 31 % 251 for i in range(SIZE))
        self.input.write_bytes(self.data)

    def receiver(self, uri="ws://127.0.0.1:0/", more=""):
        return Pipeline(f"ancwssrc name=ws mode=server uri={uri} {more} ! "
                        f"filesink location={self.output}")

    def sender(self, port, more=""):
        return (f"filesrc location={self.input} blocksize=1000 ! ancwssink "
                f"uri=ws://127.0.0.1:{port}/ slow-client-policy=block "
                f"reconnect-delay=10 reconnect-delay-max=50 {more}")

    def check(self, receiver):
        self.assertEqual(receiver.end(), {"end": "eos"})
        self.assertEqual(written(self.output), self.data)

    def cut_and_send(self, reset):
        """Cut again and again, at any moment; all of it arrives, once, in order."""
        with self.receiver() as receiver, \
                FaultProxy((HOST, receiver.port), mode="tcp") as proxy:
            proxy.delay = 0.002
            stop = threading.Event()

            def cut():
                while not stop.wait(0.05):
                    proxy.cut(reset=reset)

            cutter = threading.Thread(target=cut)
            cutter.start()
            with Pipeline(self.sender(proxy.port, "acknowledge=true "
                                      "reconnect-attempts=-1")) as sender:
                time.sleep(0.6)
                stop.set()
                cutter.join()
                self.assertEqual(sender.end(), {"end": "eos"})
            self.assertGreater(proxy.connections, 3)
            self.check(receiver)

    def test_cut(self):
        self.cut_and_send(False)

    def test_reset(self):
        self.cut_and_send(True)

    def test_half_close(self):
        """The network ends one direction without a close of WebSocket."""
        with self.receiver() as receiver, \
                FaultProxy((HOST, receiver.port), mode="tcp") as proxy:
            proxy.add("half-close", after=20000, toward="server",
                      connection=1)
            self.assertEqual(outcome(self.sender(
                proxy.port, "acknowledge=true ack-timeout=500 "
                "ping-interval=100 pong-timeout=300")), {"end": "eos"})
            self.assertGreater(proxy.connections, 1)
            self.check(receiver)

    def test_tls_that_breaks_off(self):
        """A server that starts again may end a handshake of TLS: for one who
        has been connected that is a reason to come back."""
        pki = Certificates()
        self.addCleanup(pki.close)
        tls = f"certificate-file={pki.server} private-key-file={pki.server_key}"
        with self.receiver("wss://127.0.0.1:0/", tls) as receiver, \
                FaultProxy((HOST, receiver.port), mode="tcp") as proxy:
            proxy.add("reset", after=50000, toward="server", connection=1)
            proxy.add("reset", after=100, toward="client", connection=2)
            self.assertEqual(outcome(self.sender(
                proxy.port, f"acknowledge=true ca-file={pki.ca}").replace(
                    "ws://", "wss://")), {"end": "eos"})
            self.assertEqual(proxy.connections, 3)
            self.check(receiver)

    def test_stall(self):
        """Nothing comes or goes, and nothing says so: the ping does."""
        with self.receiver(more="ping-interval=100 pong-timeout=300") \
                as receiver, \
                FaultProxy((HOST, receiver.port), mode="tcp") as proxy:
            proxy.add("stall", after=50000, toward="server", connection=1)
            self.assertEqual(outcome(self.sender(
                proxy.port, "acknowledge=true ping-interval=100 "
                "pong-timeout=300 reconnect-attempts=-1")), {"end": "eos"})
            self.check(receiver)

    def test_late_server(self):
        """The first connection is tried again like any other."""
        port = free_port()
        with Pipeline(self.sender(port, "reconnect-attempts=-1")) as sender:
            time.sleep(0.5)
            with self.receiver(f"ws://127.0.0.1:{port}/") as receiver:
                self.assertEqual(sender.end(), {"end": "eos"})
                self.check(receiver)

    def test_slow_network(self):
        with self.receiver() as receiver, \
                FaultProxy((HOST, receiver.port), mode="tcp") as proxy:
            proxy.delay = 0.02
            self.assertEqual(outcome(self.sender(proxy.port)), {"end": "eos"})
            self.check(receiver)

    def test_listener_comes_back(self):
        """A source as a client goes on after a cut; what it missed is
        counted, and the stream is not made up."""
        with Pipeline("audiotestsrc is-live=true num-buffers=150 "
                      "samplesperbuffer=441 ! ancwssink name=ws mode=server "
                      "uri=ws://127.0.0.1:0/") as server, \
                FaultProxy((HOST, server.port), mode="tcp") as proxy:
            with Pipeline(f"ancwssrc uri=ws://127.0.0.1:{proxy.port}/ "
                          "reconnect-delay=10 reconnect-delay-max=50 ! "
                          f"filesink location={self.output}") as listener:
                for _ in range(3):
                    time.sleep(0.2)
                    proxy.cut()
                self.assertEqual(listener.end(), {"end": "eos"})
            self.assertEqual(server.end(), {"end": "eos"})
            self.assertEqual(proxy.connections, 4)
        size = len(written(self.output))
        self.assertEqual(size % 882, 0)
        self.assertGreater(size, 50 * 882)
        self.assertLess(size, 151 * 882)


class Leaks(unittest.TestCase):
    def test_leaks(self):
        """The leaks tracer over both elements, both modes, shared and not."""
        with tempfile.TemporaryDirectory() as folder:
            logs = [Path(folder, str(number)) for number in range(4)]
            envs = [{"GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7",
                     "GST_DEBUG_FILE": str(log)} for log in logs]
            with Pipeline("ancwssrc name=ws mode=server "
                          "uri=ws://127.0.0.1:0/ connection=c ! ancwssink "
                          "connection=c slow-client-policy=block",
                          debug=envs[0]) as cloud:
                with Pipeline("audiotestsrc num-buffers=50 ! ancwssink "
                              "connection=c slow-client-policy=block "
                              f"uri=ws://127.0.0.1:{cloud.port}/ ancwssrc "
                              "connection=c ! fakesink",
                              debug=envs[1]) as device:
                    self.assertEqual(device.end(), {"end": "eos"})
                self.assertEqual(cloud.end(), {"end": "eos"})
            with Pipeline("audiotestsrc ! ancwssink uri=ws://127.0.0.1:"
                          f"{free_port()}/ reconnect-attempts=0",
                          debug=envs[2]) as failing:
                self.assertEqual(failing.end()["end"], "error")
            with Pipeline("ancwssrc mode=server uri=wss://127.0.0.1:0/ ! "
                          "fakesink", debug=envs[3]) as failing:
                self.assertEqual(failing.end()["end"], "error")
            for log in logs:
                text = log.read_text(encoding="utf-8", errors="replace")
                self.assertIn("leaks", text)
                # but for the line that declares the record
                self.assertNotRegex(
                    text, r"object-alive, type-name=\(string\)[^%]")


if __name__ == "__main__":
    tap.main()
