# SPDX-License-Identifier: LGPL-2.1-or-later
"""The browser that tests use as a foreign peer."""
import base64
import hashlib
import time
import unittest

import tap
from browser import run_script
from peers import ScriptedServer, read_all, read_until

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


def accept_and_greet(sock):
    """A WebSocket server of one message."""
    head, _ = read_until(sock, b"\r\n\r\n")
    key = next(line.split(b": ")[1] for line in head.split(b"\r\n")
               if line.lower().startswith(b"sec-websocket-key"))
    word = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
    sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + word
                 + b"\r\n\r\n" + b"\x81\x05hello")
    read_all(sock)


class Browser(unittest.TestCase):
    def test_result(self):
        start = time.monotonic()
        self.assertEqual(run_script("return [1 + 1, 'ü', null];"),
                         [2, "ü", None])
        print(f"# a page takes {time.monotonic() - start:.1f} s")

    def test_error(self):
        with self.assertRaisesRegex(AssertionError, "page says: .*nowhere"):
            run_script("nowhere();")

    def test_silence(self):
        with self.assertRaisesRegex(AssertionError, "no word from the page"):
            run_script("await new Promise(() => {});", seconds=3)

    def test_websocket(self):
        with ScriptedServer(accept_and_greet) as server:
            self.assertEqual(run_script("""
                const socket = new WebSocket("ws://127.0.0.1:%d/");
                return await new Promise((resolve, reject) => {
                  socket.onmessage = event => resolve(event.data);
                  socket.onerror = () => reject("no connection");
                });""" % server.port), "hello")


if __name__ == "__main__":
    tap.main()
