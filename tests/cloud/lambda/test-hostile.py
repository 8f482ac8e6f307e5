# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Runtime API that answers nonsense: what a strict one never sends. Played
here byte by byte."""
import contextlib
import json
import socket
import threading

import tap
from lambdacase import HOST, PATIENCE, LambdaCase

LONG = "x" * 20000  # two of them are below libsoup's 100 KiB a head


class Script(threading.Thread):
    """Answers `next` with each of `events` in turn, which are whole answers
    of HTTP, and then no more. `requests` is what came: (first line, body)."""

    def __init__(self, events):
        super().__init__(daemon=True)
        self.events = list(events)
        self.requests = []
        self.over = threading.Event()
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as lines, \
                contextlib.suppress(OSError):
            while line := lines.readline():
                fields = {}
                while (field := lines.readline().strip()):
                    name, _, value = field.partition(b":")
                    fields[name.lower()] = value.strip()
                body = lines.read(int(fields.get(b"content-length", 0)))
                answer = self.answer(line.decode(), body)
                connection.sendall(answer)
                if isinstance(answer, Cut):
                    return

    def answer(self, line, body):
        if "/next" not in line:
            self.requests.append((line.split()[1], body))
            return (b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
                    if "register" not in line else
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        if not self.events:
            self.over.set()
            threading.Event().wait()
        return self.events.pop(0)


class Cut(bytes):
    """The connection ends behind it."""


def event(body=b'{"do": "describe"}', request_id="r-1", **fields):
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}"]
    if request_id is not None:
        lines.append(f"Lambda-Runtime-Aws-Request-Id: {request_id}")
    lines += [f"Lambda-Runtime-{name.replace('_', '-')}: {value}"
              for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class Hostile(LambdaCase):
    def play(self, *events, **env):
        """What the function sent for these; it is still there then."""
        script = Script(events)
        self.addCleanup(script.listener.close)
        process = self.own_function(script.port, **env)
        self.assertTrue(script.over.wait(PATIENCE), self.own_log())
        self.assertIsNone(process.poll())
        return script.requests[1:]

    def described(self, answer):
        (path, body), = self.play(answer)
        self.assertTrue(path.endswith("/r-1/response"), path)
        return json.loads(body)

    def test_id_that_is_none(self):
        """No answer goes to a path that it makes up; it is asked again."""
        for request_id in (None, "", "../../init/error", "a/b", "a b", "ü",
                           "%2e%2e", "x" * 129, "a?b", "a#b"):
            with self.subTest(request_id):
                sent = self.play(event(request_id=request_id), event())
                self.assertEqual([path for path, _ in sent],
                                 ["/2018-06-01/runtime/invocation/r-1/"
                                  "response"])
                self.assertIn("without a request id", self.own_log())

    def test_deadline_that_is_none(self):
        for deadline in ("", "x", "-1", "1.5", "99999999999999999999", "0"):
            with self.subTest(deadline):
                seen = self.described(event(Deadline_Ms=deadline))
                self.assertGreater(seen["remaining_ms"], 10 ** 12)

    def test_deadline_that_is_over(self):
        """Reported at once, and a new process has to come."""
        script = Script([event(b'{"do": "work", "ms": 60000}',
                               Deadline_Ms=1000)])
        self.addCleanup(script.listener.close)
        process = self.own_function(script.port)
        self.assertEqual(process.wait(PATIENCE), 1)
        path, body = script.requests[-1]
        self.assertTrue(path.endswith("/r-1/error"), path)
        self.assertEqual(json.loads(body)["errorType"], "Function.TimedOut")

    def test_json_in_fields_that_is_none(self):
        for value in ("x", "[1]", "{", '{"a":', "\xff\xfe", "1", LONG,
                      "[" * 20000, '{"a":' * 4000):
            with self.subTest(value[:10]):
                seen = self.described(event(Client_Context=value,
                                            Cognito_Identity=value))
                self.assertFalse({"client", "identity", "pool"} & set(seen))
                self.assertIn("The client context is not", self.own_log())
                self.assertIn("The Cognito identity is not", self.own_log())

    def test_json_in_fields_of_other_types(self):
        seen = self.described(event(
            Client_Context='{"client": 5}',
            Cognito_Identity='{"cognitoIdentityId": 5, '
                             '"cognitoIdentityPoolId": null}'))
        self.assertEqual(seen["client"], {"client": 5})
        self.assertFalse({"identity", "pool"} & set(seen))

    def test_strings_that_are_no_utf8(self):
        """They are in the log, and in no way of it."""
        (path, _), = self.play(event(b'{"do": "speak"}', Trace_Id="\xff\xfe",
                                     Aws_Tenant_Id="\xff"))
        self.assertTrue(path.endswith("/r-1/response"), path)
        for line in self.own_log().splitlines():
            if line.startswith("{"):
                json.loads(line)

    def test_answer_that_breaks_off(self):
        """In its head and in its body, and the connection with it."""
        whole = event(b'{"do": "describe", "more": "' + b"x" * 5000 + b'"}')
        for size in (1, 12, 60, 200, len(whole) - 1):
            with self.subTest(size):
                sent = self.play(Cut(whole[:size]), event())
                self.assertEqual(len(sent), 1)
                self.assertIn("Again in", self.own_log())

    def test_no_http(self):
        """Tried again, and not for ever."""
        script = Script([Cut(b"\x16\x03\x01 hello\r\n\r\n")] * 50)
        self.addCleanup(script.listener.close)
        process = self.own_function(script.port)
        self.assertEqual(process.wait(PATIENCE), 1)
        self.assertIn("FATAL", self.own_log())

    def test_status_that_is_none_of_next(self):
        for status in (204, 302, 400, 403, 404):
            with self.subTest(status):
                answer = (f"HTTP/1.1 {status} X\r\nLocation: /\r\n"
                          "Content-Length: 0\r\n\r\n").encode()
                script = Script([answer])
                self.addCleanup(script.listener.close)
                process = self.own_function(script.port)
                self.assertEqual(process.wait(PATIENCE), 1)
                self.assertIn(f"with {status}", self.own_log())


if __name__ == "__main__":
    tap.main()
