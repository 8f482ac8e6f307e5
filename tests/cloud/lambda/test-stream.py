# SPDX-License-Identifier: LGPL-2.1-or-later
"""Responses that are sent while they are made."""
import base64
import json

import tap
from lambdacase import LambdaCase


class Stream(LambdaCase):
    def test_pieces_arrive_as_one(self):
        cloud = self.cloud()
        for size in (1, 10, 65535, 65536, 65537, 300000):
            with self.subTest(size):
                result = cloud.call({"do": "stream", "size": size})
                self.assertEqual(result.body, b"p" * 3 * size)
                self.assertEqual(result.headers["Content-Type"], "text/plain")
                self.assertFalse(result.failed)
        for call in cloud.calls("response"):
            fields = call["fields"]
            self.assertEqual(call["status"], 202)
            self.assertEqual(fields["Transfer-Encoding"], "chunked")
            self.assertEqual(fields["Lambda-Runtime-Function-Response-Mode"],
                             "streaming")
            self.assertNotIn("Content-Length", fields)
            self.assertEqual(
                fields["Trailer"], "Lambda-Runtime-Function-Error-Type, "
                "Lambda-Runtime-Function-Error-Body")
            self.assertNotIn("trailers", call)
        self.assert_answers(cloud)

    def test_nothing_in_it(self):
        for event in ({"pieces": 0}, {"pieces": 3, "size": 0}):
            result = self.cloud().call({"do": "stream", **event})
            self.assertEqual((result.status, result.body, result.failed),
                             (200, b"", False))

    def test_more_than_a_reply_may_hold(self):
        cloud = self.cloud("--timeout", "30")
        result = cloud.call({"do": "stream", "pieces": 10, "size": 1 << 20})
        self.assertEqual(len(result.body), 10 << 20)
        result = cloud.call({"do": "stream", "pieces": 21, "size": 1 << 20})
        self.assert_error(result, "Function.ResponseSizeTooLarge")
        self.assert_answers(cloud)

    def test_http_prelude(self):
        cloud = self.cloud()
        result = cloud.call({"do": "stream", "http": 1})
        self.assertEqual(result.headers["Content-Type"], "application/"
                         "vnd.awslambda.http-integration-response")
        prelude, nuls, body = result.body.partition(b"\0" * 8)
        self.assertEqual((len(nuls), body), (8, b"p" * 30))
        self.assertEqual(json.loads(prelude), {
            "statusCode": 201, "headers": {"Content-Type": "text/plain"},
            "cookies": ["a=1", "b=2"]})

    def test_error_in_the_middle_is_in_the_trailers(self):
        cloud = self.cloud()
        result = cloud.call({"do": "stream", "then": "fail",
                             "type": "Function.NoMore",
                             "message": "Grüße\r\nX: 1"})
        self.assert_error(result, "Function.NoMore", "Grüße\r\nX: 1")
        call, = cloud.calls("response")
        self.assertEqual((call["status"], call["size"]), (202, 30))
        trailers = call["trailers"]
        self.assertEqual(trailers["Lambda-Runtime-Function-Error-Type"],
                         "Function.NoMore")
        body = base64.b64decode(
            trailers["Lambda-Runtime-Function-Error-Body"])
        self.assertEqual(json.loads(body), result.json())
        self.assertEqual(cloud.calls("error"), [])
        self.assert_answers(cloud)

    def test_a_second_stream_is_refused(self):
        cloud = self.cloud()
        self.assert_error(cloud.call({"do": "stream", "again": 1}),
                          "Function.StreamOpen")
        self.assert_answers(cloud)

    def test_content_type_cannot_hold_fields(self):
        cloud = self.cloud()
        self.assert_error(
            cloud.call({"do": "stream", "type": "text/plain\r\nX: 1"}),
            "Function.InvalidContentType")
        self.assertEqual(cloud.calls("response"), [])
        self.assert_answers(cloud)

    def test_faults(self):
        """Nothing can be sent twice: the caller sees a failure or the time
        run out, and the process goes on."""
        for what in ("reset", "lose", "status:500", "cut:10"):
            with self.subTest(what):
                cloud = self.cloud("--fault", f"response:1:{what}",
                                   "--timeout", "2", command=None)
                process = self.own_function(cloud.runtime_port)
                cloud.call({"do": "stream", "size": 1 << 20})
                self.assertRegex(self.own_log(),
                                 "did not arrive|takes no more")
                self.assert_answers(cloud)
                self.assertIsNone(process.poll())


if __name__ == "__main__":
    tap.main()
