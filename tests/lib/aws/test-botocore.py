# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random requests are signed exactly as botocore signs them, in every stage.

    test-botocore.py SIGN-DRIVER
"""
import datetime
import hashlib
import json
import random
import subprocess
import sys
import unittest
from unittest import mock
from urllib.parse import parse_qsl, quote, urlsplit

import tap
import tools

SEED = 20240229
COUNT = 10000
DRIVER = sys.argv.pop(1)
EMPTY = hashlib.sha256(b"").hexdigest()
LETTERS = ("abcXYZ019-._~ /+%&=?#:@!$'()*,;[]{}|\\^`<>\"äß€ሴ😀"
           "\t\u00a0")


class Case:
    """One request, and what to sign it with."""

    def __init__(self, rng):
        self.rng = rng
        self.s3 = rng.random() < 0.5
        self.presign = rng.random() < 0.4
        self.service = "s3" if self.s3 else rng.choice(
            ("execute-api", "dynamodb", "sts", "monitoring"))
        self.region = rng.choice(("us-east-1", "cn-north-1", "eu-central-2"))
        self.method = rng.choice(("GET", "PUT", "POST", "DELETE", "HEAD"))
        self.host = rng.choice(("bucket.s3.amazonaws.com", "localhost:9000",
                                "[::1]:8080", "example.com"))
        self.path = self.random_path()
        self.query = self.random_query()
        self.body = b"" if self.presign else rng.randbytes(rng.randrange(50))
        self.headers = self.random_headers()
        self.access = "AKID" + str(rng.randrange(10**6))
        self.secret = self.word(40)
        self.token = rng.choice((None, self.word(60, LETTERS[:20])))
        self.time = rng.randrange(10**9, 4 * 10**9)
        self.expires = rng.randrange(1, 604801)

    def word(self, longest, letters=LETTERS):
        size = self.rng.randrange(1, longest + 1)
        return "".join(self.rng.choice(letters) for _ in range(size))

    def random_path(self):
        parts = [self.rng.choice((quote(self.word(8), safe="-._~"), ".", "..",
                                  "", "a"))
                 for _ in range(self.rng.randrange(6))]
        return "/" + "/".join(parts)

    def random_query(self):
        names = {self.word(6) for _ in range(self.rng.randrange(5))}
        pairs = [(name, self.rng.choice(("", self.word(6))))
                 for name in sorted(names)]
        if not self.presign:
            # botocore keeps the first of a name alone when it presigns.
            pairs += self.rng.sample(pairs, len(pairs) // 2)
        self.rng.shuffle(pairs)
        return "&".join(f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}"
                        for name, value in pairs)

    def random_headers(self):
        headers = []
        for _ in range(self.rng.randrange(5)):
            name = self.rng.choice(("x-amz-meta-", "X-Amz-Thing-", "Range-"))
            letters = "abc  \t-;,=/"
            headers.append((name + self.word(3, "abcABC"),
                            "v" + self.word(12, letters) + "v"))
        if self.rng.random() < 0.3:
            headers += [("User-Agent", "x y"), ("Expect", "100-continue"),
                        ("X-Amzn-Trace-Id", "Root=1")]
        if self.rng.random() < 0.3:
            headers.append(("Content-Type", "text/plain;  charset=utf-8"))
        return headers

    def sign_by_botocore(self):
        auth = tools.module("botocore.auth")
        awsrequest = tools.module("botocore.awsrequest")
        credentials = tools.module("botocore.credentials").Credentials(
            self.access, self.secret, self.token)
        kind = {(True, True): auth.S3SigV4QueryAuth,
                (True, False): auth.S3SigV4Auth,
                (False, True): auth.SigV4QueryAuth,
                (False, False): auth.SigV4Auth}[self.s3, self.presign]
        stages = {}

        class Recorder(kind):
            """Keeps what passes between the stages."""

            def string_to_sign(self, request, canonical_request):
                string = super().string_to_sign(request, canonical_request)
                stages.update(canonical=canonical_request, string=string)
                return string

            def signature(self, string_to_sign, request):
                stages["signature"] = super().signature(string_to_sign,
                                                        request)
                return stages["signature"]

        url = f"https://{self.host}{self.path}"
        if self.query:
            url += "?" + self.query
        request = awsrequest.AWSRequest(method=self.method, url=url,
                                        data=self.body or None)
        for name, value in self.headers:
            request.headers.add_header(name, value)
        arguments = {"expires": self.expires} if self.presign else {}
        moment = datetime.datetime.fromtimestamp(self.time,
                                                 datetime.timezone.utc)
        with mock.patch.object(auth, "get_current_datetime",
                               lambda *args, **named: moment):
            Recorder(credentials, self.service, self.region,
                     **arguments).add_auth(request)
        stages["authorization"] = request.headers.get("Authorization")
        if self.presign:
            stages["query"] = sorted(parse_qsl(urlsplit(request.url).query,
                                               keep_blank_values=True))
        self.hash = request.headers.get("X-Amz-Content-SHA256")
        return stages

    def payload_hash(self):
        if self.s3 and self.presign:
            return "UNSIGNED-PAYLOAD"
        if self.s3 and self.hash == "UNSIGNED-PAYLOAD":
            return self.hash
        return hashlib.sha256(self.body).hexdigest()

    def as_json(self):
        return json.dumps({
            "s3": self.s3, "presign": self.presign, "method": self.method,
            "path": self.path, "query": self.query,
            "headers": [("Host", self.host), *self.headers],
            "hash": self.payload_hash(), "region": self.region,
            "service": self.service, "time": self.time,
            "expires": self.expires, "access": self.access,
            "secret": self.secret, "token": self.token})


class Botocore(unittest.TestCase):
    def test_same_in_every_stage(self):
        tools.module("botocore.auth")
        rng = random.Random(SEED)
        cases = [Case(rng) for _ in range(COUNT)]
        theirs = [case.sign_by_botocore() for case in cases]
        text = "".join(case.as_json() + "\n" for case in cases)
        ran = subprocess.run([DRIVER], input=text, capture_output=True,
                             encoding="utf-8", check=True, timeout=120)
        ours = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(len(ours), COUNT)
        for case, mine, other in zip(cases, ours, theirs):
            if case.presign:
                mine["query"] = sorted(parse_qsl(mine["query"],
                                                 keep_blank_values=True))
            for stage in ("canonical", "string", "signature", "authorization",
                          "query"):
                self.assertEqual(mine.get(stage), other.get(stage),
                                 f"{stage} of {case.as_json()}")


if __name__ == "__main__":
    tap.main()
