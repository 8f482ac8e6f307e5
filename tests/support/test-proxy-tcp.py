# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault-injecting proxy before a protocol that it does not know."""
import errno
import os
import socket
import threading
import time
import unittest

import tap
from faultproxy import FaultProxy
from peers import ScriptedServer, read_all

BULK = os.urandom(8 << 20)


def echo(sock):
    while data := sock.recv(65536):
        sock.sendall(data)


class Case(unittest.TestCase):
    serve = staticmethod(echo)

    def setUp(self):
        self.server = self.enterContext(ScriptedServer(self.serve))
        self.proxy = self.enterContext(FaultProxy(self.server, mode="tcp"))

    def connect(self):
        sock = socket.create_connection((self.proxy.host, self.proxy.port), 20)
        self.addCleanup(sock.close)
        return sock

    def exchange(self, data, sock=None):
        """Sends all, ends the own side, and reads to the end."""
        sock = sock or self.connect()
        failures = []

        def send():
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
            except OSError as error:
                # There is nothing left to shut down after a reset.
                failures.append(ConnectionResetError("reset") if error.errno
                                == errno.ENOTCONN else error)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            got = read_all(sock)
        finally:
            sender.join()
        # The kernel tells of a reset once, to whoever comes first.
        if failures:
            raise failures[0]
        return got


class Passing(Case):
    def test_bulk_both_ways(self):
        """The client's end reaches the server, which then ends its own."""
        self.assertEqual(self.exchange(BULK), BULK)
        connection = self.proxy.requests[0]
        self.assertEqual((connection.sent, connection.received),
                         (len(BULK), len(BULK)))

    def test_many_at_once(self):
        got = [None] * 50

        def run(number):
            got[number] = self.exchange(b"%d" % number * 1000)

        threads = [threading.Thread(target=run, args=(number,))
                   for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(got, [b"%d" % number * 1000 for number in range(50)])

    def test_delay_and_rate(self):
        self.proxy.add("delay", seconds=0.1, connection=1)
        self.proxy.add("bandwidth", rate=20000, connection=2)
        for _ in range(2):
            start = time.monotonic()
            self.assertEqual(self.exchange(b"x" * 6000), b"x" * 6000)
            self.assertGreaterEqual(time.monotonic() - start, 0.2)


class Faults(Case):
    def test_so_many_bytes_arrive_and_no_more(self):
        """No more is sent than the kernel takes at once: of a closed peer whose
        window was shut it would learn only after a minute."""
        sent = BULK[:200000]
        for toward in ("server", "client"):
            self.proxy.clear()
            self.proxy.add("close", after=100000, toward=toward)
            sock = self.connect()
            try:
                data = self.exchange(sent, sock)
            except ConnectionError:
                continue  # the kernel has thrown away what was under way
            self.assertEqual(data, sent[:len(data)])
            self.assertLessEqual(len(data), 100000)
        self.assertEqual(self.proxy.requests[0].received, 100000)

    def test_reset(self):
        self.proxy.add("reset", after=10)
        with self.assertRaises(ConnectionResetError):
            self.exchange(b"x" * 20)

    def test_nth_connection(self):
        self.proxy.add("reset", nth=2)
        self.assertEqual(self.exchange(b"one"), b"one")
        with self.assertRaises(ConnectionError):
            self.exchange(b"two")
        self.assertEqual(self.exchange(b"three"), b"three")

    def test_stall_of_one_direction(self):
        self.proxy.add("stall", after=5, toward="client")
        sock = self.connect()
        sock.sendall(b"hello, world")
        self.assertEqual(sock.recv(5, socket.MSG_WAITALL), b"hello")
        sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            sock.recv(1)
        sock.sendall(b"still taken")
        end = time.monotonic() + 20
        while self.proxy.requests[0].sent < 23 and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(self.proxy.requests[0].sent, 23)

    def test_half_close(self):
        """The client is told the end while the server still listens."""
        self.proxy.add("half-close", after=5, toward="client")
        sock = self.connect()
        sock.sendall(b"hello, world")
        self.assertEqual(read_all(sock), b"hello")
        sock.sendall(b"more")
        end = time.monotonic() + 20
        while self.proxy.requests[0].sent < 16 and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(self.proxy.requests[0].sent, 16)

    def test_cut_refuse_accept(self):
        sock = self.connect()
        sock.sendall(b"x")
        sock.recv(1)
        self.proxy.refuse()
        sock.sendall(b"y")  # an open one goes on
        self.assertEqual(sock.recv(1), b"y")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        self.proxy.cut(reset=True)
        with self.assertRaises(ConnectionResetError):
            sock.recv(1)
        self.proxy.accept()
        self.assertEqual(self.exchange(b"again"), b"again")

    def test_pause(self):
        sock = self.connect()
        sock.sendall(b"x")
        sock.recv(1)
        self.proxy.pause()
        sock.sendall(b"y")
        sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            sock.recv(1)
        sock.settimeout(20)
        self.proxy.resume()
        self.assertEqual(sock.recv(1), b"y")


class Ends(Case):
    """What the server does to its connection reaches the client."""

    @staticmethod
    def serve(sock):
        """Leaves bytes unread, which makes the kernel reset."""
        sock.recv(1)
        time.sleep(0.2)

    def test_reset_of_the_server(self):
        sock = self.connect()
        sock.sendall(b"x" * 100)
        with self.assertRaises(ConnectionResetError):
            sock.recv(1)

    def test_server_that_is_not_there(self):
        self.proxy.target = self.proxy.host, 9  # discard: nobody
        self.assertEqual(self.connect().recv(1), b"")


if __name__ == "__main__":
    tap.main()
