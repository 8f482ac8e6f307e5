# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancs3src: what is read is what is there, or an error."""
import random
import time
import unittest

import tap
from bucket import BUCKET, MIB, BucketTest
from player import Player, environment, play
from servers import Versitygw


class Source(BucketTest):
    def put(self, size, key="a", seed=1):
        data = random.Random(seed).randbytes(size)
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)
        return data

    def read(self, more="", env=None):
        copy = self.folder / "copy"
        copy.unlink(missing_ok=True)
        player, word, fields = play(
            f"ancs3src name=s3 bucket={BUCKET} key=a {more} ! "
            f"filesink location={copy}", env or self.env)
        return copy.read_bytes() if copy.exists() else b"", word, fields, player

    def test_sizes(self):
        for size in (0, 1, 65536, 65537, 256 << 10, (256 << 10) + 1, 9 * MIB):
            for more in ("", "range-size=65536 parallel-downloads=7",
                         "parallel-downloads=1"):
                with self.subTest(size=size, more=more):
                    data = self.put(size)
                    arrived, word, fields, _ = self.read(more)
                    self.assertEqual(word, "eos", fields)
                    self.assertEqual(arrived, data)

    def test_uri_and_odd_keys(self):
        for key in ("a b+%", "\N{MICROPHONE}", "q?x=1"):
            self.client.put_object(Bucket=BUCKET, Key=key, Body=b"here")
        copy = self.folder / "copy"
        for uri in ("a%20b%2B%25", "%F0%9F%8E%A4", "q%3Fx=1"):
            _, word, fields = play(
                f'ancs3src uri="s3://{BUCKET}/{uri}" ! filesink '
                f"location={copy}", self.env)
            self.assertEqual(word, "eos", fields)
            self.assertEqual(copy.read_bytes(), b"here")

    def test_read_ahead_is_bounded(self):
        data = self.put(12 * MIB)
        with Player(f"ancs3src name=s3 bucket={BUCKET} key=a range-size=524288 "
                    "parallel-downloads=3 ! identity sleep-time=1000 ! "
                    f"filesink location={self.folder}/copy", self.env) as player:
            player.do("play")
            most = 0
            while not player.messages("eos"):
                stats = player.stats()
                most = max(most, stats["memory"])
        self.assertEqual(most, 4 * 524288)
        self.assertEqual(stats["bytes-read"], len(data))
        self.assertEqual((self.folder / "copy").read_bytes(), data)

    def test_demuxer_pulls(self):
        """A file whose index is at its end is read without reading it all."""
        _, word, fields = play(
            "audiotestsrc num-buffers=4000 samplesperbuffer=1000 ! "
            "audio/x-raw,format=S16LE,channels=2 ! qtmux ! ancs3sink "
            f"bucket={BUCKET} key=a", self.env)
        self.assertEqual(word, "eos", fields)
        with Player(f"ancs3src name=s3 bucket={BUCKET} key=a ! qtdemux ! "
                    "fakesink", self.env) as player:
            self.assertTrue(player.do("pause"))
            player.until("async-done", "error")
            stats = player.stats()
        self.assertGreater(stats["jumps"], 0)
        self.assertLess(stats["bytes-received"], 4 * MIB)
        _, word, fields = play(f"ancs3src bucket={BUCKET} key=a ! qtdemux ! "
                               "fakesink", self.env)
        self.assertEqual(word, "eos", fields)

    def test_broken_bodies_go_on(self):
        data = self.put(6 * MIB)
        for kind in ("truncate", "lose-reply", "stall-reply", "status",
                     "slow-down", "reset"):
            with self.subTest(kind=kind):
                self.proxy.clear()
                more = {"after": 100000} if kind != "status" else {}
                self.proxy.add(kind, method="GET", nth=2, count=3, **more)
                arrived, word, fields, _ = self.read("timeout=1")
                self.assertEqual(word, "eos", fields)
                self.assertEqual(arrived, data)
                self.assertGreater(len([each for each in self.proxy.requests
                                        if each.faults]), 1)

    def test_lost_for_good(self):
        self.put(6 * MIB)
        self.proxy.add("reset", method="GET", nth=3, count=0)
        _, word, fields, _ = self.read("retry-attempts=2 timeout=1")
        self.assertEqual(word, "error")
        self.assertEqual(fields["code"], 9)

    def test_replaced_meanwhile(self):
        """Never a mixture of two objects."""
        first = self.put(12 * MIB)
        with Player(f"ancs3src name=s3 bucket={BUCKET} key=a range-size=524288 "
                    "! identity sleep-time=2000 ! "
                    f"filesink location={self.folder}/copy", self.env) as player:
            player.do("play")
            while player.stats()["bytes-read"] < MIB:
                pass
            self.put(12 * MIB, seed=2)
            word, fields = player.until("eos", "error")
        self.assertEqual(word, "error")
        self.assertIn("replaced", fields["text"])
        self.assertEqual(fields["http-status-code"], 412)
        arrived = (self.folder / "copy").read_bytes()
        self.assertEqual(arrived, first[:len(arrived)])

    def test_version(self):
        with Versitygw(versioning=True) as server:
            server.create_bucket(BUCKET)
            client = server.client()
            client.put_bucket_versioning(
                Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
            old = client.put_object(Bucket=BUCKET, Key="a", Body=b"old")
            client.put_object(Bucket=BUCKET, Key="a", Body=b"new")
            env = environment(server)
            self.assertEqual(self.read(env=env)[0], b"new")
            self.assertEqual(
                self.read(f"version-id={old['VersionId']}", env)[0], b"old")

    def test_stop_while_stalled(self):
        self.put(6 * MIB)
        with Player(f"ancs3src name=s3 bucket={BUCKET} key=a ! fakesink",
                    self.env) as player:
            player.do("pause")
            player.until("async-done")
            self.proxy.pause()
            player.do("play")
            time.sleep(0.1)
            begin = time.monotonic()
            player.do("null")
            self.assertLess(time.monotonic() - begin, 1)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
