# SPDX-License-Identifier: LGPL-2.1-or-later
"""anc-cloud keeps the rules of the Runtime API as AWS's own emulator does: what
a runtime gets wrong is refused here, in the same words."""
import http.client
import json
import socket
import threading
import time

import tap
from lambdacase import HOST, PATIENCE, LambdaCase

NEXT = "/2018-06-01/runtime/invocation/next"
INIT_ERROR = "/2018-06-01/runtime/init/error"
REGISTER = "/2020-01-01/extension/register"
EVENT_NEXT = "/2020-01-01/extension/event/next"


class Caller(threading.Thread):
    """Invokes, while the test plays the runtime."""

    def __init__(self, cloud, event, **headers):
        super().__init__()
        self.arguments = (cloud, event, headers)
        self.result = None
        self.start()

    def run(self):
        cloud, event, headers = self.arguments
        self.result = cloud.call(event, **headers)

    def wait(self):
        self.join(PATIENCE)
        return self.result


class Strict(LambdaCase):
    def setUp(self):
        self.peer = self.cloud("--timeout", "20", command=None)

    def send(self, method, path, body=None, **headers):
        """Status, headers and JSON of an answer, on a new connection."""
        connection = http.client.HTTPConnection(HOST, self.peer.runtime_port,
                                                timeout=PATIENCE)
        connection.request(method, path, body, {
            key.replace("_", "-"): value for key, value in headers.items()})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, response.headers, json.loads(text or b"null")

    def assert_refused(self, answer, status, kind):
        self.assertEqual((answer[0], answer[2]["errorType"]), (status, kind))

    def next(self):
        status, headers, event = self.send("GET", NEXT)
        self.assertEqual(status, 200)
        return headers["Lambda-Runtime-Aws-Request-Id"], headers, event

    def answer(self, request_id, what="response", body="1", **headers):
        return self.send("POST", "/2018-06-01/runtime/invocation/"
                         f"{request_id}/{what}", body, **headers)

    def ask_in_background(self):
        """The last `next` of a test, which ends an invocation."""
        thread = threading.Thread(target=self.try_next, daemon=True)
        thread.start()

    def try_next(self):
        try:
            self.send("GET", NEXT)
        except (OSError, http.client.HTTPException):
            pass

    def test_good_order(self):
        caller = Caller(self.peer, {"a": 1})
        request_id, headers, event = self.next()
        self.assertEqual(event, {"a": 1})
        deadline = int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000
        self.assertAlmostEqual(deadline, time.time() + 20, delta=15)
        self.assertEqual(headers["Content-Type"], "application/json")
        for name in ("Client-Context", "Cognito-Identity", "Aws-Tenant-Id"):
            self.assertNotIn(f"Lambda-Runtime-{name}", headers)
        status, _, body = self.answer(request_id)
        self.assertEqual((status, body), (202, {"status": "OK"}))
        self.ask_in_background()
        self.assertEqual(caller.wait().json(), 1)

    def test_second_answer(self):
        for first, second in (("response", "response"), ("error", "response"),
                              ("response", "error")):
            caller = Caller(self.peer, {})
            request_id, _, _ = self.next()
            self.assertEqual(self.answer(request_id, first)[0], 202)
            self.assert_refused(self.answer(request_id, second, "2"), 403,
                                "InvalidStateTransition")
            self.ask_in_background()
            self.assertEqual(caller.wait().json(), 1)
            self.finish_waiting()

    def finish_waiting(self):
        """The `next` in the background takes an event and is lost; the one
        after it has the same event, and answers."""
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        self.answer(request_id)
        self.ask_in_background()
        caller.wait()

    def test_answer_stands(self):
        """Also if no `next` follows it in time."""
        self.peer = self.cloud("--timeout", "1", command=None)
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        self.answer(request_id)
        self.assertEqual(caller.wait().json(), 1)

    def test_wrong_id(self):
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        for what in ("response", "error"):
            self.assert_refused(self.answer("another", what), 400,
                                "InvalidRequestID")
        self.assertEqual(self.answer(request_id)[0], 202)
        self.ask_in_background()
        self.assertFalse(caller.wait().failed)

    def test_answer_without_an_event(self):
        self.assert_refused(self.answer("any"), 400, "InvalidRequestID")

    def test_next_again_brings_the_same_event(self):
        caller = Caller(self.peer, {"a": 1})
        first, second = self.next(), self.next()
        self.assertEqual((first[0], first[2]), (second[0], second[2]))
        self.answer(first[0])
        self.ask_in_background()
        self.assertFalse(caller.wait().failed)

    def test_init_error_comes_before_next(self):
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        self.assert_refused(self.send("POST", INIT_ERROR, "{}"), 403,
                            "InvalidStateTransition")
        self.answer(request_id)
        self.ask_in_background()
        caller.wait()

    def test_nothing_after_an_init_error(self):
        self.assertEqual(self.send("POST", INIT_ERROR, "{}")[0], 202)
        self.assert_refused(self.send("POST", INIT_ERROR, "{}"), 403,
                            "InvalidStateTransition")
        self.assert_refused(self.send("GET", NEXT), 403,
                            "InvalidStateTransition")

    def test_response_mode_that_is_none(self):
        self.peer = self.cloud("--timeout", "2", command=None)
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        self.assert_refused(
            self.answer(request_id,
                        Lambda_Runtime_Function_Response_Mode="buffered"),
            400, "InvalidFunctionResponseMode")
        self.assert_refused(self.send("GET", NEXT), 403,
                            "InvalidStateTransition")
        self.assert_error(caller.wait(), "Runtime.InvalidResponseModeHeader")

    def test_types_of_errors(self):
        for given, kept in (("Function.Own", "Function.Own"),
                            ("Function.own", "Function.Unknown"),
                            ("Own", "Runtime.Unknown")):
            caller = Caller(self.peer, {})
            request_id, _, _ = self.next()
            self.answer(request_id, "error", '{"errorType": "x"}',
                        Lambda_Runtime_Function_Error_Type=given)
            self.ask_in_background()
            result = caller.wait()
            self.assertTrue(result.failed)
            self.assertEqual(result.headers["X-Anc-Error-Type"], kept)
            self.finish_waiting()

    def test_extensions(self):
        for body, name, kind in (
                ('{"events": []}', "", "Extension.InvalidExtensionName"),
                ("[]", "x", "InvalidRequestFormat"),
                ("", "x", "InvalidRequestFormat"),
                ('{"events": ["SHUTDOWN"]}', "x",
                 "Extension.InvalidEventType")):
            self.assert_refused(self.send("POST", REGISTER, body,
                                          Lambda_Extension_Name=name),
                                403, kind)
        for number in range(10):
            status, headers, body = self.send(
                "POST", REGISTER, '{"events": ["INVOKE"]}',
                Lambda_Extension_Name=f"e{number}")
            self.assertEqual(status, 200)
            self.assertEqual(body["functionName"], "function")
            self.assertRegex(headers["Lambda-Extension-Identifier"],
                             "[0-9a-f-]{36}")
        for name, kind in (("e1", "Extension.InvalidExtensionState"),
                           ("e10", "Extension.TooManyExtensions")):
            self.assert_refused(self.send("POST", REGISTER, '{"events": []}',
                                          Lambda_Extension_Name=name),
                                403, kind)

    def test_events_of_extensions(self):
        unknown = "4f0a1d3e-0000-4000-8000-000000000000"
        for identifier, kind in (
                ("", "Extension.MissingExtensionIdentifier"),
                ("x", "Extension.InvalidExtensionIdentifier"),
                (unknown, "Extension.UnknownExtensionIdentifier")):
            self.assert_refused(
                self.send("GET", EVENT_NEXT,
                          Lambda_Extension_Identifier=identifier), 403, kind)

    def test_registration_closes_with_the_first_next(self):
        caller = Caller(self.peer, {})
        request_id, _, _ = self.next()
        self.assert_refused(self.send("POST", REGISTER, '{"events": []}',
                                      Lambda_Extension_Name="late"),
                            403, "Extension.RegistrationClosed")
        self.answer(request_id)
        self.ask_in_background()
        caller.wait()

    def test_paths_and_methods(self):
        for method, path, status in (
                ("POST", NEXT, 405), ("GET", INIT_ERROR, 405),
                ("GET", "/", 404), ("GET", "/2018-06-01/runtime", 404),
                ("GET", "/2018-06-01/runtime/restore/next", 404),
                ("POST", "/2018-06-01/runtime/invocation//response", 400)):
            with self.subTest(f"{method} {path}"):
                self.assertEqual(self.send(method, path)[0], status)

    def raw(self, text):
        with socket.create_connection((HOST, self.peer.runtime_port),
                                      PATIENCE) as peer:
            peer.sendall(text)
            return peer.recv(65536)

    def test_what_is_no_http(self):
        head = b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"
        for text in (
                head + b"\r\n",
                head + b"Host: x\r\nContent-Length: x\r\n\r\n",
                head + b"Host: x\r\nTransfer-Encoding: gzip\r\n\r\n",
                head + b"Host: x\r\nContent-Length: 1\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n",
                head + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"x\r\n\r\n",
                head + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"1\r\nabc\r\n0\r\n\r\n"):
            with self.subTest(text):
                self.assertTrue(self.raw(text).startswith(
                    b"HTTP/1.1 400 "), text)
        self.assertEqual(self.raw(b"\x16\x03\x01\r\n\r\n"), b"")


class Invoke(LambdaCase):
    def test_what_is_refused(self):
        cloud = self.cloud()
        for event, headers, status, kind in (
                (b"{", {}, 400, "InvalidRequestContentException"),
                (b'{"a": 1} {"b": 2}', {}, 400,
                 "InvalidRequestContentException"),
                (b"[" * 100000, {}, 400, "InvalidRequestContentException"),
                (b"\xff", {}, 400, "InvalidRequestContentException"),
                (b'"' + b"x" * (6 << 20) + b'"', {}, 413,
                 "RequestTooLargeException"),
                ({}, {"X_Amz_Client_Context": "e30"}, 400,
                 "InvalidRequestContentException"),
                ({}, {"X_Amz_Client_Context": "WzFd"}, 400,
                 "InvalidRequestContentException"),
                ({}, {"X_Amz_Client_Context": "e30=" * 1000}, 400,
                 "InvalidRequestContentException"),
                ({}, {"X_Amz_Invocation_Type": "Event"}, 400,
                 "InvalidParameterValueException")):
            with self.subTest(f"{event[:10] if event else headers}"):
                result = cloud.call(event, **headers)
                self.assertEqual((result.status, result.error_type),
                                 (status, kind))
        self.assertEqual(cloud.trace_path.read_text(encoding="utf-8"), "")

    def test_six_megabytes_are_taken(self):
        event = b'"' + b"x" * ((6 << 20) - 2) + b'"'
        result = self.cloud("--timeout", "30").call(event)
        self.assertTrue(result.failed)
        self.assertEqual(result.error_type, "Function.InvalidRequest")

    def test_dry_run(self):
        cloud = self.cloud()
        result = cloud.call({}, X_Amz_Invocation_Type="DryRun")
        self.assertEqual((result.status, result.body), (204, b""))
        self.assertEqual(cloud.calls(), [])

    def test_names(self):
        cloud = self.cloud()
        arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
        for name, status in (("function", 200), ("function:$LATEST", 200),
                             (arn, 200), ("another", 404), ("", 404),
                             ("function:1", 404)):
            with self.subTest(name):
                connection = http.client.HTTPConnection(HOST, cloud.port)
                connection.request("POST", "/2015-03-31/functions/"
                                   f"{name}/invocations", "{}")
                self.assertEqual(connection.getresponse().status, status)
                connection.close()

    def test_caller_who_does_not_wait(self):
        """Its event is done all the same; the next one is taken then."""
        cloud = self.cloud("--timeout", "10")
        self.assert_answers(cloud)
        connection = http.client.HTTPConnection(HOST, cloud.port)
        connection.request("POST", "/2015-03-31/functions/function/"
                           "invocations", '{"do": "work", "ms": 300}')
        time.sleep(0.1)
        connection.close()
        self.assertEqual(cloud.call({}).status, 429)
        end = time.monotonic() + PATIENCE
        while cloud.call({}).status == 429 and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(len(cloud.calls("response")), 3)

    def test_one_event_at_a_time(self):
        cloud = self.cloud("--timeout", "10")
        self.assert_answers(cloud)
        caller = Caller(cloud, {"do": "work", "ms": 1500})
        time.sleep(0.5)
        result = cloud.call({})
        self.assertEqual((result.status, result.error_type),
                         (429, "TooManyRequestsException"))
        self.assertFalse(caller.wait().failed)


if __name__ == "__main__":
    tap.main()
