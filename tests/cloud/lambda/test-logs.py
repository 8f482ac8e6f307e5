# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a function writes: lines for people and machines, metrics, and nothing
that is secret."""
import json
import re
import time

import tap
from lambdacase import SECRET, LambdaCase

CREDENTIALS = {"AWS_SECRET_ACCESS_KEY": SECRET,
               "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
               "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLETOKEN=="}
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


class Lines(LambdaCase):
    def lines_of(self, event, **env):
        cloud = self.cloud(**env)
        self.assertFalse(cloud.call(event).failed)
        return [line for line in cloud.lines() if "_aws" not in line]

    def test_members(self):
        cloud = self.cloud()
        result = cloud.call({"do": "speak", "message": "Grüße\nhere"},
                            X_Amzn_Trace_Id="Root=1-2-3")
        line = [each for each in cloud.lines()
                if each.get("message") == "Grüße\nhere"][0]
        self.assertTrue(re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp")))
        self.assertEqual(line, {
            "level": "INFO", "message": "Grüße\nhere",
            "request_id": result.headers["x-amzn-RequestId"],
            "trace_id": "Root=1-2-3", "cold_start": True,
            "function": "function"})

    def test_levels(self):
        names = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
        for least in (*names, "warn", "no level", None):
            with self.subTest(least):
                env = {"AWS_LAMBDA_LOG_LEVEL": least} if least else {}
                first = (least or "").upper()
                first = names.index(first if first in names else "INFO")
                lines = self.lines_of({"do": "speak"}, **env)
                self.assertEqual([each["level"] for each in lines
                                  if each["message"] == "said"],
                                 names[first:])

    def test_messages_of_glib(self):
        line, = [each for each in self.lines_of({"do": "speak"})
                 if "by GLib" in each["message"]]
        self.assertEqual(line["level"], "WARN")
        self.assertIn("request_id", line)

    def test_text(self):
        cloud = self.cloud(AWS_LAMBDA_LOG_FORMAT="Text")
        result = cloud.call({"do": "speak", "message": "two\nlines",
                             "correlation": "c-1"})
        request = result.headers["x-amzn-RequestId"]
        self.assertRegex(cloud.log, r"\d{4}-\S+Z WARN request_id="
                         f"{request} correlation_id=c-1 two lines\n")
        self.assertNotIn('"level"', cloud.log)

    def test_fields(self):
        line, = [each for each in self.lines_of(
            {"do": "speak", "message": "m", "fields":
             {"count": 3, "nested": {"list": [1, "ü"]}}})
            if each["message"] == "m"]
        self.assertEqual((line["count"], line["nested"]),
                         (3, {"list": [1, "ü"]}))

    def test_correlation_id(self):
        for event, expected in (
                ({"headers": {"X-Correlation-ID": "h"},
                  "requestContext": {"requestId": "r"}}, "h"),
                ({"headers": {"x-correlation-id": 5},
                  "requestContext": {"requestId": "r"}}, None),
                ({"headers": None, "requestContext": {"requestId": "r"}}, "r"),
                ({"detail-type": "d", "id": "e"}, "e"),
                ({"id": "e"}, None),
                ({"correlation": "set"}, "set")):
            with self.subTest(event):
                lines = self.lines_of({"do": "speak", **event})
                ids = {line.get("correlation_id") for line in lines}
                self.assertLessEqual(ids, {expected, "r"})
                self.assertIn(expected or lines[0].get("correlation_id"), ids)

    def test_correlation_id_is_of_one_event(self):
        cloud = self.cloud()
        cloud.call({"do": "speak", "correlation": "c-1", "message": "a"})
        cloud.call({"do": "speak", "message": "b"})
        ids = {line["message"]: line.get("correlation_id")
               for line in cloud.lines() if "message" in line}
        self.assertEqual((ids["a"], ids["b"]), ("c-1", None))

    def test_client_context_that_is_none(self):
        cloud = self.cloud("--fault", "next:2:stall:1")
        cloud.call({}, X_Amz_Client_Context="e30=")
        self.assertNotIn("client context", cloud.log)

    def test_long_message(self):
        line, = [each for each in self.lines_of(
            {"do": "speak", "message": "x" * 200000, "fields": {}})
            if "x" * 100 in each["message"] and "GLib" not in each["message"]]
        self.assertEqual(len(line["message"]), 16384)


class Secrets(LambdaCase):
    def test_no_payload_at_any_level(self):
        """Neither of the event nor of the answer, well or not."""
        cloud = self.cloud(AWS_LAMBDA_LOG_LEVEL="TRACE")
        marks = "SOUNDOFAVOICE", "SECONDMARK"
        cloud.call({"do": "echo", "audio": marks[0]})
        cloud.call({"do": marks[1][:0] + "nothing", "audio": marks[1]})
        cloud.call(b'{"broken": "' + marks[0].encode() + b'"}')
        cloud.call(b'["' + marks[0].encode() + b'"]')
        for mark in marks:
            self.assertNotIn(mark, cloud.log)

    def test_payload_when_asked_for(self):
        cloud = self.cloud(ANC_LAMBDA_LOG_EVENT="1")
        cloud.call({"audio": "MARK", "token": "tomato"})
        self.assertIn("MARK", cloud.log)
        self.assertNotIn("tomato", cloud.log)

    def test_no_secret_in_any_line(self):
        cases = (
            ("Authorization: Bearer abc.def-ghi", "abc.def"),
            ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpw"),
            ("https://x/?X-Amz-Signature=0a1b2c3d&y=1", "0a1b2c3d"),
            ("X-Amz-Security-Token=FwoGZXIvYXdz", "FwoGZX"),
            ("X-Amz-Credential=ASIAXYZ/2026/us-east-1", "ASIAXYZ"),
            ('{"password": "tom\\"ato soup"}', "ato"),
            ("api_key='tomato'", "tomato"),
            ("api-key=tomato", "tomato"),
            (f"token {TOKEN} refused", TOKEN),
            ("key AKIAIOSFODNN7OTHERKEY", "AKIAIOSF"),
            (f"signed with {SECRET}", SECRET[:12]),
            ("Set-Cookie: session=tomato", "tomato"))
        cloud = self.cloud(**CREDENTIALS)
        for message, secret in cases:
            with self.subTest(message):
                begun = len(cloud.log)
                cloud.call({"do": "speak", "message": message})
                result = cloud.call({"do": "fail", "message": message,
                                     "type": "Function.Refused"})
                for text in (cloud.log[begun:], result.body.decode(),
                             json.dumps(cloud.calls("error")[-1])):
                    self.assertIn("***", text)
                    self.assertFalse(secret in text, message)
        self.assertIn("&y=1", cloud.log)

    def test_no_secret_in_fields(self):
        cloud = self.cloud(**CREDENTIALS)
        cloud.call({"do": "speak", "message": "m", "fields": {
            "Password": "tomato", "nested": [{"x-api-key": "tomato"}],
            "aws_session_token": {"deep": "tomato"}, "text": SECRET,
            "plain": "seen"}})
        self.assertNotIn("tomato", cloud.log)
        self.assertNotIn(SECRET, cloud.log)
        self.assertIn("seen", cloud.log)

    def test_masking_takes_no_time_to_speak_of(self):
        """Whatever the message: nothing here is quadratic."""
        cloud = self.cloud("--timeout", "30")
        begun = time.monotonic()
        for text in ("eyJ" * 5000, "token" * 3000, "a-" * 8000, "=" * 16000,
                     '"' * 16000, "password=\"" + "\\" * 16000):
            cloud.call({"do": "speak", "message": text})
        self.assertLess(time.monotonic() - begun, 20)


class Metrics(LambdaCase):
    def metrics(self, cloud):
        return [line for line in cloud.lines() if "_aws" in line]

    def test_one_line_an_event(self):
        cloud = self.cloud(ANC_METRICS_NAMESPACE="Site")
        before = time.time() * 1000
        result = cloud.call({"do": "measure", "count": 2})
        line, = self.metrics(cloud)
        directive, = line["_aws"]["CloudWatchMetrics"]
        self.assertAlmostEqual(line["_aws"]["Timestamp"], before, delta=60000)
        self.assertEqual(directive, {
            "Namespace": "Site",
            "Dimensions": [["FunctionName", "Algorithm"]],
            "Metrics": [{"Name": "ColdStart", "Unit": "Count"},
                        {"Name": "NoiseReduction", "Unit": "None"},
                        {"Name": "Duration", "Unit": "Milliseconds"}]})
        self.assertEqual(line["NoiseReduction"], [12.5, 13.5])
        self.assertEqual((line["ColdStart"], line["Duration"],
                          line["Algorithm"], line["FunctionName"]),
                         (1, 3, "NLMS", "function"))
        self.assertEqual(line["request_id"],
                         result.headers["x-amzn-RequestId"])

    def test_cold_start_once(self):
        cloud = self.cloud()
        for _ in range(3):
            cloud.call({"do": "measure"})
        self.assertEqual([("ColdStart" in line)
                          for line in self.metrics(cloud)],
                         [True, False, False])

    def test_a_hundred_values_a_line(self):
        cloud = self.cloud()
        cloud.call({"do": "measure", "count": 250})
        values = []
        for line in self.metrics(cloud):
            part = line.get("NoiseReduction", [])
            part = part if isinstance(part, list) else [part]
            self.assertLessEqual(len(part), 100)
            self.assertEqual(line["Algorithm"], "NLMS")
            values += part
        self.assertEqual(values, [12.5 + i for i in range(250)])

    def test_a_number_that_is_none(self):
        cloud = self.cloud()
        cloud.call({"do": "measure", "bad": 1})
        line, = self.metrics(cloud)
        self.assertNotIn("Bad", line)
        self.assertIn("Metric Bad: left out", cloud.log)


if __name__ == "__main__":
    tap.main()
