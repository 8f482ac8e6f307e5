# SPDX-License-Identifier: LGPL-2.1-or-later
"""The spool: what it has taken arrives, once, whatever happens to the process
or the network."""
import random
import time
import unittest

import tap
from bucket import BUCKET, MIB, PART, BucketTest, slow
from player import Player, play

KILLS = 50 if slow() else 5
SIZE = 8 * PART + 1234


class Spool(BucketTest):
    def sink(self, key, more=""):
        return (f'ancs3sink name=s3 bucket={BUCKET} key="{key}" '
                f"part-size={PART} spool-directory={self.folder}/spool "
                f"timeout=2 retry-attempts=2 {more}")

    def left(self):
        return list((self.folder / "spool").iterdir())

    def recover(self, key, others=""):
        """Starts again, with nothing to say; the objects of before."""
        player, word, fields = play("fakesrc num-buffers=0 ! "
                                    + self.sink(key, others), self.env)
        self.assertEqual(word, "eos", fields)
        self.assertEqual(player.messages("warning"), [])
        return [each for each in player.objects if each["recovered"]]

    def killed(self, source, key, seconds):
        """Bytes that the spool had taken for certain."""
        with Player(f"filesrc location={source} blocksize=65536 ! identity "
                    "sleep-time=500 ! " + self.sink(key), self.env) as player:
            player.do("play")
            end = time.monotonic() + seconds
            taken = 0
            while time.monotonic() < end:
                taken = player.stats()["bytes-received"]
            player.kill()
        return taken, player

    def test_kill(self):
        chance = random.Random(20261124)
        source = self.source(SIZE)
        data = source.read_bytes()
        for number in range(KILLS):
            unique = number % 2 == 0
            key = f"{number}-{{uuid}}" if unique else f"{number}"
            seconds = chance.uniform(0, 0.5)
            with self.subTest(number=number, seconds=seconds):
                self.proxy.delay = chance.choice((0, 0.02, 0.1))
                self.clean()
                taken, player = self.killed(source, key, seconds)
                done = [each for each in player.objects]
                self.proxy.delay = 0
                found = self.recover(f"after-{number}")
                # killed between the last answer and the message of it
                done = done or [{"key": each} for each in self.keys()
                                if not found and "after" not in each]
                self.assertLessEqual(len(found) + len(done), 1)
                if not found and not done:
                    self.assertEqual(taken, 0)
                    continue
                arrived = self.get((found + done)[0]["key"])
                self.assertGreaterEqual(len(arrived), taken)
                self.assertEqual(arrived, data[:len(arrived)])
                if found and not unique:
                    self.assertRegex(found[0]["key"],
                                     rf"^{number}\.recovered-\d{{8}}T\d{{6}}Z$")
                told = str(found)
                self.assertEqual([each for each in self.uploads()
                                  if each["UploadId"] not in told], [])
                if unique:
                    self.assertEqual(self.uploads(), [])
                self.assertEqual(self.left(), [])

    def test_kill_again_while_it_recovers(self):
        chance = random.Random(7)
        source = self.source(SIZE)
        data = source.read_bytes()
        for unique in (True, False):
            with self.subTest(unique=unique):
                self.clean()
                key = "{uuid}" if unique else "fixed"
                taken, _ = self.killed(source, key, 0.3)
                for _ in range(3):
                    self.proxy.delay = 0.05
                    with Player("audiotestsrc is-live=true ! "
                                + self.sink("other-{uuid}"),
                                self.env) as player:
                        player.do("play")
                        time.sleep(chance.uniform(0, 0.2))
                        player.kill()
                self.proxy.delay = 0
                self.recover("last")
                ours = [key for key in self.keys()
                        if not key.startswith(("other-", "last"))]
                self.assertEqual(len(ours), 1)
                arrived = self.get(ours[0])
                self.assertGreaterEqual(len(arrived), taken)
                self.assertEqual(arrived, data[:len(arrived)])
                self.assertEqual(self.left(), [])

    def test_outage(self):
        """The network goes in mid-stream and comes back: the stream does not
        wait, and EOS does."""
        source = self.source(SIZE)
        with Player(f"filesrc location={source} blocksize=65536 ! identity "
                    "sleep-time=200 ! " + self.sink("{uuid}"),
                    self.env) as player:
            player.do("play")
            while player.stats()["parts-uploaded"] < 2:
                time.sleep(0.01)
            self.proxy.refuse()
            self.proxy.cut()
            while (player.stats()["bytes-received"] < SIZE
                   or not player.messages("warning")):
                time.sleep(0.05)
            self.assertEqual(player.messages("eos"), [])
            self.proxy.accept()
            self.assertEqual(player.until("eos", "error")[0], "eos")
        self.assertEqual(self.get(self.keys()[0]), source.read_bytes())
        self.assertEqual(self.left(), [])

    def test_stop_keeps_it(self):
        """A stop in an outage is quick and loses nothing."""
        source = self.source(3 * PART)
        self.proxy.refuse()
        self.addCleanup(self.proxy.accept)
        with Player(f"filesrc location={source} ! " + self.sink("{uuid}"),
                    self.env) as player:
            player.do("play")
            while player.stats()["bytes-received"] < 3 * PART:
                time.sleep(0.02)
            begin = time.monotonic()
            player.do("null")
            self.assertLess(time.monotonic() - begin, 4)
        self.proxy.accept()
        found, = self.recover("other")
        self.assertEqual(self.get(found["key"]), source.read_bytes())

    def test_limit(self):
        source = self.source(SIZE)
        data = source.read_bytes()
        player, word, fields = play(
            f"filesrc location={source} ! "
            + self.sink("{uuid}", f"spool-limit={3 * PART}"), self.env)
        self.assertEqual(word, "eos", fields)
        self.assertEqual(self.get(player.objects[0]["key"]), data)
        _, word, fields = play(f"filesrc location={source} ! "
                               + self.sink("fixed", f"spool-limit={3 * PART}"),
                               self.env)
        self.assertEqual((word, fields["code"]), ("error", 14))
        self.assertIn("spool-limit", fields["text"])
        found, = self.recover("other")
        self.assertEqual(self.get(found["key"]), data[:3 * PART])

    def test_memory(self):
        """Nothing of the parts is kept in memory."""
        source = self.source(40 * MIB)
        self.proxy.pause()
        with Player(f"filesrc location={source} ! " + self.sink("{uuid}"),
                    self.env) as player:
            player.do("play")
            while player.stats()["bytes-received"] < 40 * MIB:
                time.sleep(0.02)
            self.assertEqual(player.stats()["memory"], 0)
            self.assertEqual(player.stats()["spool"], 40 * MIB)
            self.proxy.resume()
            self.assertEqual(player.until("eos", "error")[0], "eos")

    def test_attributes_survive(self):
        source = self.source(2 * PART)
        with Player(f"filesrc location={source} blocksize=65536 ! identity "
                    "sleep-time=5000 ! " + self.sink(
                        "{uuid}", "content-type=audio/x-mine "
                        'metadata="m,room=(string)kitchen"'),
                    self.env) as player:
            player.do("play")
            while player.stats()["bytes-received"] == 0:
                time.sleep(0.01)
            player.kill()
        found, = self.recover("other")
        self.assertEqual(self.head(found["key"])["ContentType"],
                         "audio/x-mine")
        self.assertEqual(self.head(found["key"])["Metadata"],
                         {"room": "kitchen"})


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
