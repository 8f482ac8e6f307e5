# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the S3 tests share: a strict server, a proxy before it, source files,
and what is in the bucket."""
import os
import random
import tempfile
import time
import unittest
from pathlib import Path

from faultproxy import FaultProxy
from player import environment
from servers import Versitygw

BUCKET = "voices"
MIB = 1 << 20
PART = 5 * MIB  # the smallest that S3 takes: tests need not be large


class BucketTest(unittest.TestCase):
    """One server and proxy for all tests of a class, a folder for each."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Versitygw())
        cls.server.create_bucket(BUCKET)
        cls.proxy = cls.enterClassContext(FaultProxy(cls.server))
        cls.client = cls.server.client()
        cls.env = environment(cls.server, AWS_ENDPOINT_URL=cls.proxy.endpoint)

    def setUp(self):
        holder = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = Path(holder)
        self.proxy.clear()
        self.proxy.delay = 0
        self.proxy.resume()
        self.clean()

    def clean(self):
        """The server refuses to abort what it is still receiving for a
        program that was killed."""
        end = time.monotonic() + 20
        for each in self.uploads():
            while not self.abort(each) and time.monotonic() < end:
                time.sleep(0.2)
        for key in self.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)

    def abort(self, upload):
        try:
            self.client.abort_multipart_upload(
                Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])
        except self.client.exceptions.ClientError as error:
            return error.response["Error"]["Code"] == "NoSuchUpload"
        return True

    def source(self, size, seed=1, name="source"):
        """A file of random bytes."""
        path = self.folder / name
        path.write_bytes(random.Random(seed).randbytes(size))
        return path

    def keys(self):
        listed = self.client.list_objects_v2(Bucket=BUCKET)
        return [each["Key"] for each in listed.get("Contents", [])]

    def get(self, key):
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def head(self, key):
        return self.client.head_object(Bucket=BUCKET, Key=key,
                                       ChecksumMode="ENABLED")

    def uploads(self):
        listed = self.client.list_multipart_uploads(Bucket=BUCKET)
        return listed.get("Uploads", [])


def slow():
    return "--slow" in os.sys.argv
