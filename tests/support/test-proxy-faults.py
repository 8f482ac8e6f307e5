# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each fault of the HTTP proxy, as the client and the server see it."""
import http.client
import threading
import time

import faultrules
import tap
from peers import read_all, read_until
from proxycase import BODY, Case

REFUSED = http.client.RemoteDisconnected, http.client.BadStatusLine


class Faults(Case):
    """`kept` says whether the server has had the whole request."""

    def put(self, kept, body=BODY):
        """An upload that the client sees fail."""
        with self.assertRaises((ConnectionError, *REFUSED)):
            self.ask("PUT", "/k", body)
        self.assertEqual(len(self.upstream.kept), kept)

    def test_answers_in_the_servers_place(self):
        for kind, status, code in (("status", 500, b"InternalError"),
                                   ("slow-down", 503, b"SlowDown"),
                                   ("error-200", 200, b"InternalError")):
            client = self.connect()
            self.proxy.add(kind, headers={"Retry-After": "7"})
            got, headers, body = self.ask("PUT", "/k", BODY, client)
            self.assertEqual((got, headers["Retry-After"]), (status, "7"))
            self.assertIn(b"<Error><Code>" + code + b"</Code>", body)
            # The connection goes on.
            self.assertEqual(self.ask("GET", client=client)[0], 200)
        self.assertEqual(self.upstream.kept, [])

    def test_answer_in_mid_body(self):
        self.proxy.add("slow-down", after=1000)
        sock = self.raw(b"PUT /k HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"
                        + b"x" * 2000)
        self.assertIn(b"SlowDown", read_all(sock))
        self.assertEqual(self.upstream.kept, [])

    def test_answer_to_who_expects_100(self):
        """It is told to go on first, as its body is read."""
        self.proxy.add("status")
        sock = self.raw(b"PUT /k HTTP/1.1\r\nContent-Length: 5\r\n"
                        b"Expect: 100-continue\r\n\r\n")
        read_until(sock, b"100 Continue\r\n\r\n")
        sock.sendall(b"hello")
        self.assertIn(b"500 Injected", read_until(sock, b"</Error>")[0])

    def test_answer_to_head_has_no_body(self):
        client = self.connect()
        self.proxy.add("status", status=404)
        self.assertEqual(self.ask("HEAD", client=client)[0], 404)
        self.assertEqual(self.ask("GET", client=client)[2], BODY)

    def test_close_and_reset(self):
        for kind in ("close", "reset"):
            for after in (-1, 0, 300000):
                self.proxy.clear()
                self.proxy.add(kind, after=after)
                self.put(kept=0)
                self.assertEqual(self.proxy.requests[0].sent, max(0, after))

    def test_reset_is_a_reset_and_close_is_none(self):
        ask = b"GET / HTTP/1.1\r\n\r\n"
        self.proxy.add("reset")
        with self.assertRaises(ConnectionResetError):
            self.raw(ask).recv(1)
        self.proxy.add("close")
        self.assertEqual(self.raw(ask).recv(1), b"")

    def test_stall(self):
        for settings in (dict(kind="stall"), dict(kind="stall", after=1000),
                         dict(kind="stall-reply")):
            self.proxy.clear()
            self.proxy.add(**settings)
            with self.assertRaises(TimeoutError):
                self.ask("PUT", "/k", b"x" * 2000, timeout=0.3)
        self.assertEqual(len(self.upstream.kept), 1)

    def test_stall_ends_by_cut(self):
        self.proxy.add("stall")
        sock = self.raw(b"GET / HTTP/1.1\r\n\r\n")
        sock.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            sock.recv(1)
        sock.settimeout(20)
        self.proxy.cut()
        self.assertEqual(sock.recv(1), b"")

    def test_stall_in_the_reply(self):
        self.proxy.add("stall-reply", after=1000)
        sock = self.raw(b"GET / HTTP/1.1\r\n\r\n")
        _, data = read_until(sock, b"\r\n\r\n")
        sock.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            while True:
                data += sock.recv(65536)
        self.assertEqual(data, BODY[:1000])

    def test_half_close(self):
        self.proxy.add("half-close")
        sock = self.raw(b"GET / HTTP/1.1\r\n\r\n")
        self.assertEqual(sock.recv(1), b"")
        for _ in range(3):
            sock.sendall(b"x" * 100000)  # still taken
            time.sleep(0.02)

    def test_replies_that_are_lost(self):
        for number, kind in enumerate(("lose-reply", "reset-reply"), 1):
            self.proxy.add(kind)
            self.put(kept=number)

    def test_truncated_body(self):
        for after, length in ((-1, len(BODY) // 2), (10, 10)):
            self.proxy.add("truncate", after=after)
            with self.assertRaises(http.client.IncompleteRead) as caught:
                self.ask("GET")
            self.assertEqual(len(caught.exception.partial), length)

    def test_truncated_head(self):
        self.proxy.add("truncate")
        sock = self.raw(b"PUT /k HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
        data = read_all(sock)
        self.assertTrue(data.startswith(b"HTTP/1.1 200"))
        self.assertNotIn(b"\r\n\r\n", data)
        self.assertEqual(len(self.upstream.kept), 1)

    def test_other_replies(self):
        client = self.connect()
        self.proxy.add("replace-reply", code="InternalError")
        self.proxy.add("wrong-etag", nth=2)
        self.proxy.add("edit-reply", nth=3, headers={"etag": "x", "X-New": "y"})
        self.proxy.add("corrupt-reply", nth=4, after=77, method="GET")
        self.assertEqual(self.ask("PUT", "/k", BODY, client)[0], 500)
        self.assertEqual(len(self.upstream.kept), 1)
        headers = self.ask("PUT", "/k", BODY, client)[1]
        self.assertEqual(headers.get_all("ETag"), [f'"{"0" * 32}"'])
        _, headers, body = self.ask("GET", client=client)
        self.assertEqual((headers.get_all("ETag"), headers["X-New"], body),
                         (["x"], "y", BODY))
        for _ in range(2):
            self.assertEqual(self.ask("GET", client=client)[2], BODY)
        body = self.ask("GET", client=client)[2]
        self.assertEqual([at for at in range(len(BODY))
                          if body[at] != BODY[at]], [77])

    def test_corrupt_request(self):
        self.proxy.add("corrupt-request", after=500000)
        self.ask("PUT", "/k", BODY)
        (_, body), = self.upstream.kept
        self.assertEqual(len(body), len(BODY))
        self.assertEqual([at for at in range(len(BODY))
                          if body[at] != BODY[at]], [500000])

    def test_slow(self):
        """Never faster than asked for; how much slower is the machine's."""
        for settings, floor in ((dict(kind="late", seconds=0.3), 0.3),
                                (dict(kind="delay", seconds=0.3), 0.3),
                                (dict(kind="bandwidth", rate=4 << 20), 0.2)):
            self.proxy.clear()
            self.proxy.add(**settings)
            start = time.monotonic()
            self.assertEqual(self.ask("PUT", "/k", BODY)[0], 200)
            self.assertGreaterEqual(time.monotonic() - start, floor)

    def test_slow_and_then_a_fault(self):
        self.proxy.add("late", seconds=0.2)
        self.proxy.add("status")
        start = time.monotonic()
        self.assertEqual(self.ask("GET")[0], 500)
        self.assertGreaterEqual(time.monotonic() - start, 0.2)
        self.assertEqual(self.proxy.requests[0].faults, ["late", "status"])

    def test_delays_of_connections_do_not_add_up(self):
        self.proxy.delay = 0.5
        threads = [threading.Thread(target=self.ask, args=("GET",))
                   for _ in range(16)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLess(time.monotonic() - start, 0.5 * 16 / 2)

    def test_every_fault_is_tried_above(self):
        with open(__file__, encoding="utf-8") as file:
            text = file.read()
        for kind in faultrules.KINDS:
            self.assertIn(f'"{kind}"', text)


if __name__ == "__main__":
    tap.main()
