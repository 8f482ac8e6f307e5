# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever a user gets wrong is one error: one sentence that names the thing,
of the right kind, within its time-out."""
import time
import unittest

import tap
from bucket import BUCKET, BucketTest
from player import Player, code

SETTINGS, DENIED = "RESOURCE/SETTINGS", "RESOURCE/NOT_AUTHORIZED"
MISSING = "RESOURCE/NOT_FOUND"
URI = f"uri=s3://{BUCKET}/a "

REFUSED = URI + "endpoint=http://127.0.0.1:1 retry-attempts=2"

# properties, kind, what the sentence names
SINK = (
    ("", SETTINGS, "bucket"),
    (f"bucket={BUCKET}", SETTINGS, "key"),
    ("key=a", SETTINGS, "bucket"),
    ("uri=http://x/y", SETTINGS, "s3://BUCKET/KEY"),
    ("uri=s3://voices/a%zz", SETTINGS, "%25"),
    ('bucket="no bucket" key=a', SETTINGS, "bucket name"),
    (URI + 'key="{nosuch}"', SETTINGS, "{nosuch}"),
    (URI + "rotate-size=1000", SETTINGS, "{index}"),
    (URI + "rotate-duration=1000", SETTINGS, "{uuid}"),
    (URI + "max-memory=1000", SETTINGS, "max-memory"),
    (URI + "access-key-id=x", SETTINGS, "secret-access-key"),
    (URI + "endpoint=gopher://x", SETTINGS, "endpoint"),
    (URI + "profile=nobody", DENIED, "nobody"),
    (URI + "spool-directory=/proc/nowhere", "RESOURCE/OPEN_WRITE",
     "/proc/nowhere"),
    ("uri=s3://nosuchbucket/a", MISSING, "nosuchbucket"),
    (URI + "access-key-id=anctest secret-access-key=wrong", DENIED,
     "secret access key"),
    (URI + "endpoint=http://127.0.0.1:1 retry-attempts=1",
     "RESOURCE/OPEN_WRITE", "127.0.0.1"),
    (URI + "endpoint=http://nosuch.invalid force-path-style=true "
     "retry-attempts=1", "RESOURCE/OPEN_WRITE", "nosuch.invalid"),
)
SOURCE = (
    ("", SETTINGS, "bucket"),
    (f"uri=s3://{BUCKET}/nosuchkey", MISSING, "nosuchkey"),
    ("uri=s3://nosuchbucket/a", MISSING, "nosuchbucket"),
    (f"uri=s3://{BUCKET}/a?version=1", SETTINGS, "versionId"),
    (URI + "access-key-id=anctest secret-access-key=wrong", DENIED,
     "secret access key"),
    (URI + "endpoint=http://127.0.0.1:1 retry-attempts=1",
     "RESOURCE/OPEN_READ", "127.0.0.1"),
)


class Mistakes(BucketTest):
    def check(self, line, env, kind, names, seconds=5):
        begin = time.monotonic()
        with Player(line, env) as player:
            player.send("play")
            word, fields = player.until("error", "eos")
            time.sleep(0.05)
            player.stats()
        self.assertEqual(word, "error")
        self.assertLess(time.monotonic() - begin, seconds)
        text = fields["text"]
        self.assertEqual(code(fields), kind, text)
        self.assertIn(names, text)
        self.assertRegex(text, r"^([a-z-]+: |[A-Z\"\d]).*[.?]$")
        self.assertEqual(fields["source"], "s3")
        ours = [each for each in player.messages("error")
                if each["source"] == "s3"]
        self.assertEqual(len(ours), 1, ours)

    def test_sink(self):
        for properties, kind, names in SINK:
            with self.subTest(properties=properties):
                self.check("audiotestsrc num-buffers=2 ! ancs3sink name=s3 "
                           + properties, self.env, kind, names)

    def test_source(self):
        self.client.put_object(Bucket=BUCKET, Key="a", Body=b"x")
        for properties, kind, names in SOURCE:
            with self.subTest(properties=properties):
                self.check(f"ancs3src name=s3 {properties} ! fakesink",
                           self.env, kind, names)

    def bare(self, **more):
        env = {key: value for key, value in self.env.items()
               if not key.startswith("AWS_")}
        return {**env, "HOME": str(self.folder),
                "AWS_EC2_METADATA_DISABLED": "true", **more}

    def test_bucket_that_aws_cannot_have(self):
        env = self.bare(AWS_REGION="us-east-1")
        for bucket in ("Voices", "my_voices"):
            uri = f"name=s3 uri=s3://{bucket}/a"
            for line in (f"audiotestsrc num-buffers=2 ! ancs3sink {uri}",
                         f"ancs3src {uri} ! fakesink"):
                with self.subTest(line=line):
                    self.check(line, env, SETTINGS, f'bucket: "{bucket}"')

    def test_no_region(self):
        for line in ("audiotestsrc num-buffers=2 ! ancs3sink name=s3 " + URI,
                     f"ancs3src name=s3 {URI} ! fakesink"):
            self.check(line, self.bare(), SETTINGS, "region")

    def test_no_credentials(self):
        env = self.bare(AWS_REGION="us-east-1",
                        AWS_ENDPOINT_URL=self.server.endpoint)
        for line in ("audiotestsrc num-buffers=2 ! ancs3sink name=s3 " + URI,
                     f"ancs3src name=s3 {URI} ! fakesink"):
            self.check(line, env, DENIED, "credentials")

    def test_no_credentials_names_what_was_asked(self):
        for more, asked in (({}, False),
                            ({"AWS_EC2_METADATA_DISABLED": "false",
                              "AWS_EC2_METADATA_SERVICE_ENDPOINT":
                              "http://127.0.0.1:1"}, True)):
            env = self.bare(AWS_REGION="us-east-1",
                            AWS_ENDPOINT_URL=self.server.endpoint, **more)
            with Player("audiotestsrc num-buffers=2 ! ancs3sink " + URI,
                        env) as player:
                player.send("play")
                _, fields = player.until("error")
            self.assertEqual("EC2" in fields["text"], asked, fields["text"])

    def test_unreachable(self):
        """Told at the first try, as a warning that names host and cause; and
        of what never left this machine nothing is in doubt."""
        for line in (f"audiotestsrc num-buffers=2 ! ancs3sink {REFUSED}",
                     "audiotestsrc samplesperbuffer=99999 ! ancs3sink "
                     f"part-size=5242880 {REFUSED}",
                     f"ancs3src {REFUSED} ! fakesink"):
            with self.subTest(line=line), Player(line, self.env) as player:
                player.send("play")
                _, fields = player.until("error")
                self.assertNotRegex(fields["text"], "may (be|have)")
                told = [each for each in player.messages("warning")
                        if each["source"] == fields["source"]]
                self.assertEqual(len(told), 1, told)
                self.assertRegex(told[0]["text"], "127.0.0.1 refuses .*tried")

    def test_stop_while_nothing_is_answered(self):
        """At once, and the upload that may have been begun is named."""
        self.proxy.add("stall", method="POST", count=0)
        line = ("audiotestsrc ! ancs3sink name=s3 part-size=5242880 " + URI)
        with Player(line, self.env) as player:
            player.do("play")
            while not self.proxy.find("POST"):
                time.sleep(0.05)
            self.proxy.add("stall", count=0)
            begin = time.monotonic()
            player.do("ready")
            self.assertLess(time.monotonic() - begin, 5)
            if not player.messages("warning"):
                player.until("warning")
        self.assertIn("list-multipart-uploads --bucket voices --prefix 'a'",
                      player.messages("warning")[-1]["text"])

    def test_expired(self):
        self.proxy.add("status", status=403, code="ExpiredToken", count=0)
        self.check("audiotestsrc num-buffers=2 ! ancs3sink name=s3 " + URI,
                   self.env, DENIED, "ExpiredToken")

    def test_stalled(self):
        self.proxy.add("stall", count=0)
        self.check("audiotestsrc num-buffers=2 ! ancs3sink name=s3 timeout=1 "
                   "retry-attempts=1 " + URI, self.env, "RESOURCE/OPEN_WRITE",
                   BUCKET, 12)

    LIVE = "audiotestsrc is-live=true ! ancs3sink name=s3 "

    def test_live(self):
        """Known within seconds, though no part is full for an hour."""
        for properties, kind, names in (
                ("uri=s3://nosuchbucket/a", MISSING, "nosuchbucket"),
                (URI + "access-key-id=nobody secret-access-key=wrong", DENIED,
                 "access key"),
                (URI + "access-key-id=anctest secret-access-key=wrong",
                 DENIED, "secret access key")):
            with self.subTest(properties=properties):
                self.check(self.LIVE + properties, self.env, kind, names, 4)

    def test_live_that_may_not_list(self):
        """That is no obstacle, and can be left alone."""
        for properties, warnings in ((URI, 1), (URI + "check-access=false", 0)):
            with self.subTest(properties=properties):
                self.proxy.clear()
                self.proxy.add("status", status=403, code="AccessDenied",
                               path="list-type=2", count=0)
                with Player(self.LIVE + properties, self.env) as player:
                    player.send("play")
                    if warnings:
                        player.until("warning")
                    else:
                        time.sleep(1.5)
                    player.send("end")
                    self.assertEqual(player.until("eos", "error")[0], "eos")
                told = player.messages("warning")
                self.assertEqual(len(told), warnings, told)
                self.assertIn("a", self.keys())

    def test_key_that_grows_too_long(self):
        key = "x" * 1000 + "{uuid}"
        self.check("audiotestsrc num-buffers=2 ! ancs3sink name=s3 "
                   f'bucket={BUCKET} key="{key}"', self.env, SETTINGS, "1,024")


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
