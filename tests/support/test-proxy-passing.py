# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault-injecting proxy: what passes, unchanged, and which request a rule
picks."""
import http.client
import ssl
import threading
import time

import tap
from certificates import Certificates
from faultproxy import FaultProxy
from peers import ScriptedServer, read_all, read_until
from proxycase import BODY, ETAG, Case


class Passing(Case):
    def test_bytes_pass_as_they_came(self):
        asked = (b"PUT /a//b/../%2B%2b?x=1&&y HTTP/1.1\r\nhOsT:   somewhere \r\n"
                 b"X-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                 b"5;ext=1\r\nhello\r\n1000\r\n" + b"z" * 4096
                 + b"\r\n0\r\nX-Trailer: t\r\n\r\n")
        told = (b"HTTP/1.1 200 Quite fine\r\nx-Odd:  spaced  \r\n"
                b"Content-Length: 3\r\n\r\nyes")
        got = []

        def serve(sock):
            got.append(read_until(sock, b"X-Trailer: t\r\n\r\n")[0])
            sock.sendall(told)
            read_all(sock)

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            sock = self.raw(asked)
            self.assertEqual(read_until(sock, b"yes")[0], told)
        self.assertEqual(got, [asked])

    def test_one_connection_for_many_requests(self):
        client = self.connect()
        for number in range(5):
            self.assertEqual(self.ask("PUT", f"/{number}", BODY, client)[0], 200)
            self.assertEqual(self.ask("GET", client=client)[2], BODY)
            status, headers, body = self.ask("HEAD", client=client)
            self.assertEqual((status, headers["ETag"], body), (200, ETAG, b""))
        self.assertEqual(self.proxy.connections, 1)
        self.assertEqual(self.upstream.kept,
                         [(f"/{number}", BODY) for number in range(5)])
        self.assertEqual([each.number for each in self.proxy.requests],
                         list(range(1, 16)))
        put = self.proxy.requests[0]
        self.assertEqual((put.method, put.target, put.sent, put.status),
                         ("PUT", "/0", len(BODY), 200))
        self.assertEqual(self.proxy.requests[1].received, len(BODY))

    def test_body_until_the_connection_ends(self):
        def serve(sock):
            read_until(sock, b"\r\n\r\n")
            sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            self.assertEqual(self.ask("GET")[2], BODY)

    def test_server_that_closes_each_time(self):
        def serve(sock):
            read_until(sock, b"\r\n\r\n")
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            client = self.connect()
            for _ in range(3):
                self.assertEqual(self.ask("GET", client=client)[2], b"x")
                time.sleep(0.05)
            self.assertEqual(server.connections, 3)

    def expect(self, continues):
        """A client that wants a 100 first, and a server that says it or not."""
        def serve(sock):
            _, rest = read_until(sock, b"\r\n\r\n")
            if continues:
                self.assertEqual(rest, b"")
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while len(rest) < 5:
                rest += sock.recv(5)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + rest)
            read_all(sock)

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            sock = self.raw(b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n"
                            b"Expect: 100-continue\r\n\r\n")
            if continues:
                read_until(sock, b"100 Continue\r\n\r\n")
            else:
                time.sleep(0.2)  # curl's way: it does not wait for ever
            sock.sendall(b"hello")
            self.assertIn(b"200 OK", read_until(sock, b"hello")[0])

    def test_expect(self):
        self.expect(True)

    def test_expect_unanswered(self):
        self.expect(False)

    def test_answer_before_the_body_ends(self):
        def serve(sock):
            read_until(sock, b"\r\n\r\n")
            sock.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
            read_all(sock)

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            sock = self.raw(b"PUT / HTTP/1.1\r\nContent-Length: 9999999\r\n"
                            b"\r\n" + b"x" * 100000)
            self.assertTrue(read_all(sock).endswith(b"\r\n\r\nno"))

    def test_upgrade(self):
        def serve(sock):
            read_until(sock, b"\r\n\r\n")
            sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\nfirst")
            sock.sendall(read_until(sock, b"!")[0].upper())

        with ScriptedServer(serve) as server, FaultProxy(server) as self.proxy:
            sock = self.raw(b"GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n")
            read_until(sock, b"first")
            sock.sendall(b"echo!")
            self.assertEqual(read_all(sock), b"ECHO!")
            self.assertEqual(self.proxy.requests[0].status, 101)

    def test_https(self):
        pki = self.enterContext(Certificates())
        with FaultProxy(self.upstream, tls=pki) as self.proxy:
            trust = ssl.create_default_context(cafile=pki.ca)
            client = http.client.HTTPSConnection(
                "localhost", self.proxy.port, context=trust, timeout=20)
            self.assertEqual(self.ask("PUT", "/k", BODY, client)[0], 200)
            self.assertEqual(self.ask("GET", client=client)[2], BODY)
            self.assertEqual(self.proxy.connections, 1)
            client.close()
            stranger = http.client.HTTPSConnection(
                "localhost", self.proxy.port, timeout=20,
                context=ssl.create_default_context())
            with self.assertRaises(ssl.SSLCertVerificationError):
                self.ask("GET", client=stranger)

    def test_speed(self):
        """A figure for people."""
        client = self.connect()
        start = time.monotonic()
        for _ in range(64):
            self.ask("GET", client=client)
        print(f"# {64 / (time.monotonic() - start):.0f} MB/s through the proxy")


class Choosing(Case):
    def statuses(self, *requests):
        return [self.ask(*each)[0] for each in requests]

    def test_nth_and_count(self):
        self.proxy.add("status", nth=2, count=2, status=503)
        self.assertEqual(self.statuses(*[("GET",)] * 5),
                         [200, 503, 503, 200, 200])
        self.proxy.clear()
        rule = self.proxy.add("status", nth=3, count=0)
        self.assertEqual(self.statuses(*[("GET",)] * 5),
                         [200, 200, 500, 500, 500])
        self.assertEqual((rule.seen, rule.struck), (5, 3))

    def test_method_and_path(self):
        self.proxy.add("status", method="PUT", path=r"partNumber=2\b", count=0)
        self.assertEqual(
            self.statuses(("PUT", "/k?partNumber=1", b"x"),
                          ("PUT", "/k?partNumber=2", b"x"),
                          ("GET", "/k?partNumber=2"),
                          ("PUT", "/k?partNumber=22", b"x")),
            [200, 500, 200, 200])
        self.assertEqual([each.number for each in self.proxy.find("PUT", "r=2")],
                         [2, 4])

    def test_connection(self):
        self.proxy.add("status", connection=2, count=0)
        first, second = self.connect(), self.connect()
        self.assertEqual([self.ask("GET", client=client)[0] for client in
                          (first, second, first, second)],
                         [200, 500, 200, 500])

    def test_first_fault_wins_and_all_count(self):
        self.proxy.add("status", status=501, nth=2)
        self.proxy.add("status", status=502, nth=2, count=2)
        self.assertEqual(self.statuses(*[("GET",)] * 4), [200, 501, 502, 200])

    def test_mistakes(self):
        for settings, sentence in ((dict(kind="explode"), "no fault"),
                                   (dict(kind="reset", n=1), 'no "n"')):
            with self.assertRaisesRegex(ValueError, sentence):
                self.proxy.add(**settings)
        with FaultProxy(self.upstream, mode="tcp") as proxy:
            with self.assertRaisesRegex(ValueError, "needs HTTP"):
                proxy.add("truncate")


class Whole(Case):
    def test_pause(self):
        self.proxy.pause()
        with self.assertRaises(TimeoutError):
            self.ask("GET", timeout=0.3)
        self.proxy.resume()
        self.assertEqual(self.ask("GET")[2], BODY)

    def test_refuse(self):
        self.proxy.refuse()
        with self.assertRaises(ConnectionRefusedError):
            self.ask("GET")
        self.proxy.accept()
        self.assertEqual(self.ask("GET")[2], BODY)

    def test_threads_end_with_their_connections(self):
        self.proxy.add("stall", nth=2)
        for _ in range(3):
            self.raw(b"GET / HTTP/1.1\r\n\r\n")
        self.raw(b"GET")
        self.proxy.stop()
        end = time.monotonic() + 20
        while self.threads() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual((self.threads(), self.proxy.links), ([], set()))

    def threads(self):
        return [each for each in threading.enumerate()
                if each.name == "faultproxy"]


if __name__ == "__main__":
    tap.main()
