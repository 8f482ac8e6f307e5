# SPDX-License-Identifier: LGPL-2.1-or-later
"""An event as it comes, and what goes back."""
import base64
import json

import tap
from lambdacase import LambdaCase


class Contract(LambdaCase):
    def test_event_is_answered(self):
        cloud = self.cloud()
        event = {"text": "Grüße, \u2028 and \U0001f600", "number": 1.5}
        result = cloud.call(event)
        self.assertEqual((result.status, result.failed), (200, False))
        self.assertEqual(result.json(), event)
        self.assertEqual(result.headers["Content-Type"], "application/json")
        call, = cloud.calls("response")
        self.assertEqual(call["status"], 202)
        self.assertEqual(call["fields"]["Content-Type"], "application/json")

    def test_no_reply_is_null(self):
        result = self.cloud().call({"do": "nothing"})
        self.assertEqual((result.body, result.failed), (b"null", False))

    def test_reply_of_bytes(self):
        result = self.cloud().call({"do": "bytes"})
        self.assertEqual(result.body, b"\0\1\2\xff")
        self.assertEqual(result.headers["Content-Type"], "audio/basic")

    def test_type_that_is_none(self):
        """Nothing of it gets into the head of the answer."""
        cloud = self.cloud()
        result = cloud.call({"do": "bytes", "type": "audio/basic\r\nX: 1"})
        self.assertEqual(result.headers["Content-Type"],
                         "application/octet-stream")
        self.assertIn("content type", cloud.log)

    def test_what_comes_with_an_event(self):
        client = {"client": {"app_title": "Grüße"}, "custom": {"k": "v"}}
        packed = base64.b64encode(json.dumps(client).encode()).decode()
        trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
        cloud = self.cloud("--timeout", "30")
        result = cloud.call(
            {"do": "describe"}, X_Amz_Client_Context=packed,
            X_Amz_Tenant_Id="tenant-7", X_Amzn_Trace_Id=trace,
            X_Anc_Cognito_Identity_Id="us-east-1:i",
            X_Anc_Cognito_Identity_Pool_Id="us-east-1:p")
        seen = result.json()
        self.assertEqual(seen["request_id"],
                         result.headers["x-amzn-RequestId"])
        self.assertEqual(seen["arn"], "arn:aws:lambda:us-east-1:123456789012:"
                         "function:function")
        self.assertEqual(seen["client"], client)
        self.assertEqual(seen["tenant_id"], "tenant-7")
        self.assertEqual((seen["identity"], seen["pool"]),
                         ("us-east-1:i", "us-east-1:p"))
        self.assertEqual((seen["trace_id"], seen["trace_variable"]),
                         (trace, trace))
        self.assertEqual(seen["content_type"], "application/json")
        self.assertGreater(seen["remaining_ms"], 20000)
        self.assertLessEqual(seen["remaining_ms"], 30000)

    def test_what_is_absent_is_absent(self):
        """Also after an event that had it."""
        cloud = self.cloud()
        cloud.call({"do": "describe"}, X_Amz_Tenant_Id="tenant-7",
                   X_Amzn_Trace_Id="Root=" + "1" * 2000)
        seen = cloud.call({"do": "describe"}).json()
        self.assertFalse({"tenant_id", "identity", "pool", "client"}
                         & set(seen))
        self.assertTrue(seen["trace_variable"].startswith("Root=1-"))

    def test_trace_too_long_for_the_environment(self):
        seen = self.cloud().call({"do": "describe"},
                                 X_Amzn_Trace_Id="Root=" + "1" * 2000).json()
        self.assertEqual(len(seen["trace_id"]), 2005)
        self.assertNotIn("trace_variable", seen)

    def test_cold_start_is_the_first_event(self):
        cloud = self.cloud()
        seen = [cloud.call({"do": "describe"}).json() for _ in range(3)]
        self.assertEqual([each["cold"] for each in seen],
                         [True, False, False])
        self.assertEqual(len({each["pid"] for each in seen}), 1)

    def test_error_has_type_body_and_cause(self):
        cloud = self.cloud()
        message = "Grüße: \"no\" \n \x01 " + "ü" * 20000
        result = cloud.call({"do": "fail", "type": "Function.NoAudio",
                             "message": message})
        self.assert_error(result, "Function.NoAudio", "Grüße: \"no\" \n \x01")
        self.assertEqual(result.json()["stackTrace"], [])
        call, = cloud.calls("error")
        fields = call["fields"]
        self.assertEqual(fields["Lambda-Runtime-Function-Error-Type"],
                         "Function.NoAudio")
        cause = fields["Lambda-Runtime-Function-XRay-Error-Cause"]
        self.assertLess(len(cause), 8192)
        self.assertTrue(cause.isascii())
        cause = json.loads(cause)
        self.assertEqual(set(cause), {"working_directory", "paths",
                                      "exceptions"})
        self.assertEqual(cause["exceptions"][0]["type"], "Function.NoAudio")
        self.assertTrue(cause["exceptions"][0]["message"].startswith("Grüße"))
        self.assert_answers(cloud)

    def test_types_of_errors(self):
        cloud = self.cloud()
        for event, kind in (
                ({}, "Function.GIoError"),
                ({"silent": 1}, "Function.Unknown"),
                ({"type": "Runtime.NoDisk"}, "Runtime.NoDisk"),
                ({"type": "NoPrefix"}, "Function.Unknown"),
                ({"type": "Function.lower"}, "Function.Unknown"),
                ({"type": "Function.Two Words"}, "Function.Unknown"),
                ({"type": "Function.X\r\nY: 1"}, "Function.Unknown")):
            with self.subTest(event):
                self.assert_error(cloud.call({"do": "fail", **event}), kind)
        for call in cloud.calls("error"):
            self.assertEqual(call["status"], 202)

    def test_event_that_is_no_object(self):
        cloud = self.cloud()
        deep = b'{"a":' * 100 + b"1" + b"}" * 100
        for event in (b"[1]", b"1", b'"text"', b"null", deep):
            with self.subTest(event[:20]):
                self.assert_error(cloud.call(event),
                                  "Function.InvalidRequest", "JSON object")
        self.assert_answers(cloud)

    def test_init_phase_that_fails(self):
        cloud = self.cloud("--handler", "init-fails")
        result = cloud.call({})
        self.assert_error(result, "Function.NoModel", "There is no model.")
        call, = cloud.calls("init-error")
        self.assertEqual(call["status"], 202)
        self.assertEqual(call["fields"]["Lambda-Runtime-Function-Error-Type"],
                         "Function.NoModel")
        self.assertEqual(cloud.calls("next"), [])

    def test_process_of_an_init_phase_that_fails_exits_with_1(self):
        cloud = self.cloud(command=None)
        process = self.own_function(cloud.runtime_port, _HANDLER="init-fails")
        self.assertEqual(process.wait(60), 1)

    def test_registered_before_the_first_event(self):
        cloud = self.cloud()
        cloud.call({})
        self.assertEqual([call["call"] for call in cloud.calls()][:2],
                         ["register", "next"])
        self.assertEqual(cloud.calls("register")[0]["body"], '{"events":[]}')

    def test_not_in_lambda(self):
        """Without the address, and with one that is none."""
        for address in ("", "not an address"):
            process = self.own_function(1, AWS_LAMBDA_RUNTIME_API=address)
            self.assertEqual(process.wait(60), 1)
            self.assertIn("AWS_LAMBDA_RUNTIME_API", self.own_log())
            self.assertIn("anc-cloud", self.own_log())

    def test_log_result(self):
        result = self.cloud().call({"do": "speak", "message": "heard"},
                                   X_Amz_Log_Type="Tail")
        self.assertIn("heard", result.log_tail)


if __name__ == "__main__":
    tap.main()
