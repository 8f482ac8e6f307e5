# SPDX-License-Identifier: LGPL-2.1-or-later
"""S3 calls against real servers, read again by a foreign client.

    test-s3.py S3-DRIVER
"""
import os
import random
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

import tap
from certificates import Certificates
from servers import Moto, Versitygw

DRIVER = sys.argv.pop(1)
SEED = 20240229
PART = 5 << 20
CHECKSUMS = {"crc32c": "ChecksumCRC32C", "crc64nvme": "ChecksumCRC64NVME",
             "sha256": "ChecksumSHA256"}
# What a path of the file system keeps, too.
ODD_KEYS = ("a b", "a+b", "100%", "%41", "%2F", "ü/ß/ሴ", "😀.wav", "a&b=c;d",
            "a?b#c", "(it's)!*", "~tilde", "a:b@c", "a\"<b>|\\^`{}", "[0]",
            "tab\tkey")
# What none does.
ODDER_KEYS = ("a//b", "a/../b", "./b", "a/./b", "/a", "a/", "a", "a/b",
              "a/b/c", " ", "a\u2028b")
# What a strict server takes for a way out of the bucket, whoever signs it.
ODDEST_KEYS = ("..", "../b", "a/../../b", "//", "/..")


class Case(unittest.TestCase):
    server = None

    @classmethod
    def start(cls, server):
        cls.server = server.__enter__()
        cls.addClassCleanup(server.__exit__, None, None, None)
        cls.bucket = cls.server.create_bucket("bucket")

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.out = self.folder / "out"
        self.data = random.Random(SEED).randbytes(300000)
        self.file = self.folder / "in"
        self.file.write_bytes(self.data)
        self.boto = self.server.client()

    def run_driver(self, command, *arguments, **variables):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
               **self.server.variables(), **variables}
        env = {name: value for name, value in env.items() if value}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS",
                     "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        ran = subprocess.run([DRIVER, command, *map(str, arguments)], env=env,
                             capture_output=True, encoding="utf-8",
                             timeout=120, check=False)
        self.assertIn(ran.returncode, (0, 1), ran.stderr)
        self.assertNotIn(self.server.secret_key, ran.stdout + ran.stderr)
        lines = [line.partition(" ") for line in ran.stdout.splitlines()]
        return ran.returncode, [(name, rest) for name, _, rest in lines]

    def call(self, command, *arguments, **variables):
        """What a call that must work prints."""
        code, lines = self.run_driver(command, *arguments, **variables)
        self.assertEqual(code, 0, lines)
        return lines

    def refuse(self, command, *arguments, **variables):
        """[name, status, code, tries] of a call that must fail, message."""
        code, lines = self.run_driver(command, *arguments, **variables)
        self.assertEqual(code, 1, lines)
        return dict(lines)["error"].split(), dict(lines)["message"]

    def stored(self, key, **arguments):
        return self.boto.get_object(Bucket=self.bucket, Key=key,
                                    **arguments)["Body"].read()


class KeyChecks:
    """Header-signed and presigned requests with keys that need care."""

    keys = ()

    def test_keys_signed_in_headers(self):
        for key in self.keys:
            with self.subTest(key):
                self.call("put", self.bucket, key, self.file, "crc32c")
                self.call("get", self.bucket, key, self.out)
                self.assertEqual(self.out.read_bytes(), self.data)
                self.assertEqual(self.stored(key), self.data)

    def test_keys_signed_in_queries(self):
        for key in self.keys:
            with self.subTest(key):
                self.boto.put_object(Bucket=self.bucket, Key=key,
                                     Body=key.encode())
                url = dict(self.call("presign", self.bucket, "GET",
                                     key))["url"]
                self.assertEqual(self.fetch(url), key.encode())

    @staticmethod
    def fetch(url):
        # urllib leaves the path alone, dots included.
        with urllib.request.urlopen(url, timeout=30) as reply:
            return reply.read()


class Strict(Case, KeyChecks):
    """versitygw checks signatures, checksums and the rules of parts."""

    keys = ODD_KEYS

    @classmethod
    def setUpClass(cls):
        cls.start(Versitygw())

    def test_attributes(self):
        for name, member in CHECKSUMS.items():
            lines = dict(self.call("put", self.bucket, "attributes", self.file,
                                   name))
            head = self.boto.head_object(Bucket=self.bucket, Key="attributes",
                                         ChecksumMode="ENABLED")
            self.assertEqual(head[member], lines["checksum"])
            self.assertEqual(head["ETag"], lines["etag"])
            self.assertEqual(head["ContentType"], "audio/x-wav")
            tags = self.boto.get_object_tagging(Bucket=self.bucket,
                                                Key="attributes")["TagSet"]
            self.assertEqual(tags, [{"Key": "a b", "Value": "c+d=e/f"}])
            lines = dict(self.call("head", self.bucket, "attributes"))
            self.assertEqual(lines["checksum"], head[member])
            self.assertEqual(lines["meta"], "place=Büro")

    def test_ranges(self):
        etag = dict(self.call("put", self.bucket, "r", self.file))["etag"]
        for offset, length in ((0, 1), (100, 50), (299999, 1), (299000, 5000),
                               (7, 0)):
            self.call("get", self.bucket, "r", self.out, offset, length, etag)
            end = offset + length if length else None
            self.assertEqual(self.out.read_bytes(), self.data[offset:end])
        error, _ = self.refuse("get", self.bucket, "r", self.out, 300000, 1)
        self.assertEqual(error[:2], ["range", "416"])
        error, _ = self.refuse("get", self.bucket, "r", self.out, 0, 1, '"x"')
        self.assertEqual(error[:2], ["precondition", "412"])
        self.call("read", self.bucket, "r", self.out, 400000)
        self.assertEqual(self.out.read_bytes(), self.data)

    def test_only_if_new(self):
        self.call("put", self.bucket, "new", self.file, "crc32c", "new")
        error, text = self.refuse("put", self.bucket, "new", self.file,
                                  "crc32c", "new")
        self.assertEqual(error[:3], ["precondition", "412",
                                     "PreconditionFailed"])
        self.assertIn("s3://bucket/new", text)

    def test_multipart(self):
        data = random.Random(SEED).randbytes(2 * PART + 12345)
        self.file.write_bytes(data)
        for name in (*CHECKSUMS, "none"):
            with self.subTest(name):
                lines = dict(self.call("multipart", self.bucket, "big",
                                       self.file, PART, name))
                self.assertEqual(lines["parts"], "3")
                self.assertEqual(lines["size"], str(len(data)))
                self.assertEqual(self.stored("big"), data)
                head = self.boto.head_object(Bucket=self.bucket, Key="big",
                                             ChecksumMode="ENABLED")
                self.assertEqual(head["ETag"], lines["etag"])
                if name in CHECKSUMS:
                    self.assertEqual(head[CHECKSUMS[name]], lines["checksum"])

    def test_uploads(self):
        upload = dict(self.call("create", self.bucket, "open +"))["upload"]
        self.assertIn(("upload", f"{upload} open +"),
                      self.call("uploads", self.bucket))
        for _ in range(2):
            # Gone is gone, however often it is said.
            self.call("abort", self.bucket, "open +", upload)
        self.assertEqual(self.call("uploads", self.bucket), [])

    def test_lists_and_deletes(self):
        bucket = self.server.create_bucket("listed")
        names = [f"k {number:02}+" for number in range(23)]
        for name in names:
            self.boto.put_object(Bucket=bucket, Key=name, Body=b"123")
        expected = [("object", f"3 {name}") for name in names]
        self.assertEqual(self.call("list", bucket, 5), expected)
        self.assertEqual(self.call("list", bucket), expected)
        self.call("delete", bucket, *names[1:])
        self.assertEqual(self.call("list", bucket), expected[:1])
        for _ in range(2):
            self.call("delete", bucket, names[0])
        self.assertEqual(self.call("list", bucket), [])

    def test_refusals(self):
        put = ("put", self.bucket, "k", self.file)
        for expected, arguments, variables in (
                (["not-found", "404", "NoSuchBucket"],
                 ("put", "nobody", "k", self.file), {}),
                (["not-found", "404", "NoSuchKey"],
                 ("get", self.bucket, "nothing", self.out), {}),
                (["not-found", "404", "-"],
                 ("head", self.bucket, "nothing"), {}),
                (["denied", "403", "SignatureDoesNotMatch"], put,
                 {"AWS_SECRET_ACCESS_KEY": "wrong"}),
                (["no-region", "0", "-"], put,
                 {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}),
                (["no-credentials", "0", "-"], put,
                 {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
                (["argument", "0", "-"], ("put", "A b", "k", self.file), {}),
                (["argument", "0", "-"], put,
                 {"AWS_ENDPOINT_URL": "localhost"}),
                (["connection", "0", "-"], put,
                 {"AWS_ENDPOINT_URL": "http://127.0.0.1:9",
                  "AWS_MAX_ATTEMPTS": "1"}),
                (["connection", "0", "-"], put,
                 {"AWS_ENDPOINT_URL": "http://nowhere.invalid",
                  "AWS_MAX_ATTEMPTS": "1"})):
            with self.subTest(expected=expected, arguments=arguments):
                error, text = self.refuse(*arguments, **variables)
                self.assertEqual(error[:3], expected)
                self.assertRegex(text, r"\.$")

    def test_refusal_of_a_large_body(self):
        """The server refuses and closes while the body is on its way."""
        self.file.write_bytes(bytes(64 << 20))
        error, _ = self.refuse("put", self.bucket, "k", self.file,
                               AWS_SECRET_ACCESS_KEY="wrong")
        self.assertEqual(error[:3], ["denied", "403",
                                     "SignatureDoesNotMatch"])


class ByteExact(Case, KeyChecks):
    """versitygw's checks, and moto's keys, which are bytes and not paths."""

    keys = (*ODD_KEYS, *ODDER_KEYS)

    @classmethod
    def setUpClass(cls):
        moto = Moto()
        moto.__enter__()
        cls.addClassCleanup(moto.__exit__, None, None, None)
        cls.start(Versitygw(behind=moto))

    def test_list(self):
        for key in self.keys:
            self.boto.put_object(Bucket=self.bucket, Key=key, Body=b"1")
        listed = {line[2:] for name, line in self.call("list", self.bucket, 7)
                  if name == "object"}
        self.assertEqual({key for key in self.keys if "\u2028" not in key}
                         - listed, set())


class Lenient(Case, KeyChecks):
    """moto: other names of elements, a connection for each request."""

    keys = ODDEST_KEYS

    @classmethod
    def setUpClass(cls):
        cls.start(Moto())

    def test_multipart(self):
        data = random.Random(SEED).randbytes(PART + 1)
        self.file.write_bytes(data)
        lines = dict(self.call("multipart", self.bucket, "big", self.file,
                               PART, "crc32c"))
        self.assertEqual(lines["parts"], "2")
        self.assertEqual(self.stored("big"), data)


class Secured(Case):
    """Over TLS, with the body unsigned."""

    @classmethod
    def setUpClass(cls):
        cls.pki = Certificates()
        cls.addClassCleanup(cls.pki.close)
        cls.start(Versitygw(tls=cls.pki))

    def test_put_and_get(self):
        self.call("put", self.bucket, "k +", self.file, "crc64nvme")
        self.call("get", self.bucket, "k +", self.out)
        self.assertEqual(self.out.read_bytes(), self.data)
        self.file.write_bytes(bytes(PART + 1))
        self.call("multipart", self.bucket, "big", self.file, PART, "crc32c")

    def test_wrong_authority(self):
        other = Certificates()
        self.addCleanup(other.close)
        error, text = self.refuse("put", self.bucket, "k", self.file,
                                  AWS_CA_BUNDLE=str(other.ca))
        self.assertEqual(error[0], "tls")
        self.assertEqual(error[3], "1")
        self.assertIn("AWS_CA_BUNDLE", text)

    def test_unreadable_authority(self):
        error, text = self.refuse("put", self.bucket, "k", self.file,
                                  AWS_CA_BUNDLE="/nonexistent")
        self.assertEqual(error[0], "tls")
        self.assertIn("/nonexistent", text)

    def test_plain_to_tls(self):
        error, _ = self.refuse(
            "put", self.bucket, "k", self.file, AWS_MAX_ATTEMPTS="1",
            AWS_ENDPOINT_URL=self.server.endpoint.replace("https", "http"))
        self.assertIn(error[0], ("malformed", "connection", "argument"))


del Case

if __name__ == "__main__":
    tap.main()
