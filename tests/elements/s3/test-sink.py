# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancs3sink against a strict S3 server: what arrives, what is told, and what a
pause, a stop and a slow peer do to it."""
import os
import struct
import subprocess
import time
import unittest

import tap
import tools
from bucket import BUCKET, MIB, PART, BucketTest
from player import Player, play

SINK = f"ancs3sink name=s3 part-size={PART} bucket={BUCKET} "


class Sink(BucketTest):
    def upload(self, source, more="key=a", blocksize=100000):
        player, word, fields = play(
            f"filesrc location={source} blocksize={blocksize} ! {SINK} {more}",
            self.env)
        self.assertEqual(word, "eos", fields)
        return player

    def test_sizes(self):
        for size in (0, 1, PART, PART + 1, 4 * PART + 77):
            with self.subTest(size=size):
                source = self.source(size)
                self.proxy.clear()
                player = self.upload(source)
                self.assertEqual(self.get("a"), source.read_bytes())
                self.assertEqual(self.uploads(), [])
                told, = player.objects
                self.assertEqual(told["size"], size)
                self.assertEqual(told["uri"], f"s3://{BUCKET}/a")
                self.assertEqual(told["etag"],
                                 self.head("a")["ETag"].strip('"'))
                if size <= PART:
                    self.assertEqual(len(self.proxy.requests), 1)

    def test_keys(self):
        source = self.source(100)
        for key in ("a+b", "50%", "two words", "\N{MICROPHONE}", "a/b/c",
                    "q?a=b&c#d", "(x)'*!~"):
            with self.subTest(key=key):
                quoted = key.replace('"', '\\"')
                self.upload(source, f'key="{quoted}"')
                self.assertEqual(self.get(key), source.read_bytes())

    def test_uri(self):
        source = self.source(100)
        _, word, fields = play(
            f"filesrc location={source} ! ancs3sink "
            f"uri=s3://{BUCKET}/in%20uri%2B", self.env)
        self.assertEqual(word, "eos", fields)
        self.assertEqual(self.get("in uri+"), source.read_bytes())

    def test_checksums(self):
        source = self.source(2 * PART + 9)
        for name, header in (("crc32c", "ChecksumCRC32C"),
                             ("crc64nvme", "ChecksumCRC64NVME"),
                             ("sha256", "ChecksumSHA256")):
            with self.subTest(name=name):
                player = self.upload(source, f"key=a checksum={name}")
                self.assertEqual(self.get("a"), source.read_bytes())
                kept = self.head("a")[header]
                if name != "sha256":
                    self.assertEqual(player.objects[0]["checksum"], kept)

    def test_attributes(self):
        source = self.source(100)
        for size in (100, PART + 1):
            source = self.source(size)
            self.upload(source, 'key=a content-type=audio/x-mine '
                        'cache-control=no-store content-language=en-GB '
                        'metadata="m,room=(string)kitchen,take=(int)3" '
                        'tags="t,device=(string)left"')
            head = self.head("a")
            self.assertEqual(head["ContentType"], "audio/x-mine")
            self.assertEqual(head["CacheControl"], "no-store")
            self.assertEqual(head["ContentLanguage"], "en-GB")
            self.assertEqual(head["Metadata"], {"room": "kitchen", "take": "3"})
            tags = self.client.get_object_tagging(Bucket=BUCKET, Key="a")
            self.assertEqual(tags["TagSet"], [{"Key": "device",
                                               "Value": "left"}])

    def test_content_type_of_caps(self):
        _, word, fields = play("audiotestsrc num-buffers=3 ! wavenc ! "
                               + SINK + "key=a", self.env)
        self.assertEqual(word, "eos", fields)
        self.assertEqual(self.head("a")["ContentType"], "audio/wav")

    def test_if_none_match(self):
        self.client.put_object(Bucket=BUCKET, Key="a", Body=b"first")
        for size in (100, 2 * PART):
            _, word, fields = play(
                f"filesrc location={self.source(size)} ! {SINK} key=a "
                "if-none-match=true", self.env)
            self.assertEqual(word, "error")
            self.assertEqual(fields["http-status-code"], 412)
            self.assertEqual(self.get("a"), b"first")
            self.assertEqual(self.uploads(), [])

    # --- rotation ---

    def test_rotation_by_size(self):
        source = self.source(1000000)
        player = self.upload(source, 'key="k-{index}" rotate-size=300000')
        keys = self.keys()
        self.assertEqual(keys, [f"k-0000{n}" for n in range(4)])
        self.assertEqual(b"".join(map(self.get, keys)), source.read_bytes())
        self.assertTrue(all(each["size"] <= 300000 for each in player.objects))

    def test_rotation_by_duration(self):
        player, word, fields = play(
            "audiotestsrc num-buffers=100 samplesperbuffer=441 ! "
            "audio/x-raw,rate=44100,channels=1,format=S16LE ! " + SINK
            + 'key="{uuid}" rotate-duration=300000000', self.env)
        self.assertEqual(word, "eos", fields)
        # small ones may overtake each other
        told = sorted(player.objects, key=lambda each: each["index"])
        self.assertEqual([each["duration"] for each in told],
                         [300000000] * 3 + [100000000])
        self.assertEqual(sum(each["size"] for each in player.objects),
                         100 * 441 * 2)

    def test_rotation_by_signal(self):
        source = self.source(2 * MIB)
        with Player(f"filesrc location={source} blocksize=4096 ! "
                    "identity sleep-time=1000 ! " + SINK
                    + 'key="{time}-{index}"', self.env) as player:
            player.do("play")
            player.until("async-done")
            time.sleep(0.05)
            self.assertTrue(player.do("rotate"))
            self.assertEqual(player.until("eos", "error")[0], "eos")
        self.assertEqual(len(player.objects), 2)
        joined = b"".join(map(self.get, sorted(self.keys())))
        self.assertEqual(joined, source.read_bytes())

    def test_rotated_flac_decodes(self):
        _, word, fields = play(
            "audiotestsrc num-buffers=200 ! audio/x-raw,rate=16000,channels=1 "
            "! flacenc ! " + SINK + 'key="{index}" rotate-duration=4000000000',
            self.env)
        self.assertEqual(word, "eos", fields)
        self.assertGreater(len(self.keys()), 2)
        for key in self.keys():
            self.assertEqual(self.get(key)[:4], b"fLaC")

    def test_wav_is_not_cut(self):
        """It stays one object, with a header that is right."""
        player, word, fields = play(
            "audiotestsrc num-buffers=100 ! audio/x-raw,format=S16LE ! wavenc "
            "! " + SINK + 'key="{index}" rotate-size=50000', self.env)
        self.assertEqual(word, "eos", fields)
        warning, = player.messages("warning")
        self.assertIn("flacenc", warning["text"])
        key, = self.keys()
        data = self.get(key)
        self.assertEqual(struct.unpack("<I", data[4:8])[0], len(data) - 8)

    def test_constant_key_is_not_rotated(self):
        with Player("audiotestsrc ! " + SINK + "key=a", self.env) as player:
            player.do("play")
            player.until("async-done")
            self.assertFalse(player.do("rotate"))
            if not player.messages("warning"):
                player.until("warning")
            player.do("null")
        self.assertIn("{index}", player.messages("warning")[0]["text"])

    # --- headers written at the end ---

    def test_wavenc(self):
        player, word, fields = play(
            "audiotestsrc num-buffers=3000 samplesperbuffer=1000 ! "
            "audio/x-raw,format=S16LE,channels=2 ! wavenc ! " + SINK + "key=a",
            self.env)
        self.assertEqual(word, "eos", fields)
        data = self.get("a")
        self.assertGreater(player.objects[0]["parts"], 2)
        at = data.index(b"data")
        self.assertEqual(int.from_bytes(data[at + 4:at + 8], "little"),
                         3000 * 1000 * 4)
        self.assertEqual(int.from_bytes(data[4:8], "little"), len(data) - 8)

    def test_qtmux(self):
        _, word, fields = play(
            "audiotestsrc num-buffers=3000 samplesperbuffer=1000 ! "
            "audio/x-raw,format=S16LE,channels=2 ! qtmux ! " + SINK + "key=a",
            self.env)
        self.assertEqual(word, "eos", fields)
        data, at, atoms = self.get("a"), 0, {}
        while at < len(data):
            size = int.from_bytes(data[at:at + 4], "big")
            if size == 1:
                size = int.from_bytes(data[at + 8:at + 16], "big")
            self.assertGreater(size, 7)
            atoms[data[at + 4:at + 8]] = size
            at += size
        self.assertGreaterEqual(atoms[b"mdat"], 3000 * 1000 * 4)
        self.assertIn(b"moov", atoms)

    # --- foreign readers ---

    def test_aws_program_reads_it(self):
        source = self.source(3 * PART + 5)
        self.upload(source)
        copy = self.folder / "copy"
        subprocess.run([tools.need("aws"), "s3", "cp", "--quiet",
                        f"s3://{BUCKET}/a", copy], env=self.env, check=True)
        self.assertEqual(copy.read_bytes(), source.read_bytes())

    # --- states ---

    def test_pause_and_resume(self):
        source = self.source(6 * PART)
        self.proxy.delay = 0.02
        with Player(f"filesrc location={source} blocksize=65536 ! "
                    "identity sleep-time=500 ! " + SINK + "key=a",
                    self.env) as player:
            player.do("play")
            for _ in range(10):
                time.sleep(0.03)
                self.assertTrue(player.do("pause"))
                self.assertTrue(player.do("play"))
            self.assertEqual(player.until("eos", "error")[0], "eos")
        self.assertEqual(self.get("a"), source.read_bytes())

    def test_stalled_peer(self):
        """The stream waits at its bound; a pause and a stop come through."""
        source = self.source(12 * PART)
        with Player(f"filesrc location={source} blocksize=1048576 ! " + SINK
                    + "key=a timeout=2 parallel-uploads=2", self.env) as player:
            self.proxy.pause()
            player.do("play")
            stats = player.stats()
            while stats["waits"] == 0:
                time.sleep(0.05)
                stats = player.stats()
            self.assertEqual(stats["memory"], 4 * PART)
            begin = time.monotonic()
            self.assertTrue(player.do("pause"))
            self.assertLess(time.monotonic() - begin, 1)
            self.proxy.resume()
            self.assertTrue(player.do("play"))
            self.assertEqual(player.until("eos", "error")[0], "eos")
        self.assertEqual(self.get("a"), source.read_bytes())

    def stop_in_the_middle(self, policy):
        source = self.source(8 * PART)
        with Player(f"filesrc location={source} blocksize=65536 ! "
                    "identity sleep-time=300 ! " + SINK
                    + f"key=a on-error={policy}", self.env) as player:
            player.do("play")
            while player.stats()["parts-uploaded"] < 2:
                time.sleep(0.02)
            # to NULL a pipeline drops what its bus still has
            self.assertTrue(player.do("ready"))
            if policy == "keep":
                player.until("warning")
        return player, source.read_bytes()

    def test_stop_aborts(self):
        self.stop_in_the_middle("abort")
        self.assertEqual((self.keys(), self.uploads()), ([], []))

    def test_stop_completes(self):
        _, data = self.stop_in_the_middle("complete")
        self.assertEqual(self.uploads(), [])
        arrived = self.get("a")
        self.assertGreater(len(arrived), 2 * PART)
        self.assertEqual(arrived, data[:len(arrived)])

    def test_stop_keeps(self):
        player, _ = self.stop_in_the_middle("keep")
        upload, = self.uploads()
        self.assertEqual(self.keys(), [])
        warning, = player.messages("warning")
        self.assertEqual(warning["upload-id"], upload["UploadId"])
        self.assertIn(upload["UploadId"], warning["text"])

    def test_stop_with_a_dead_peer(self):
        """It ends in time, and what may be left is named."""
        source = self.source(8 * PART)
        with Player(f"filesrc location={source} blocksize=65536 ! "
                    "identity sleep-time=300 ! " + SINK
                    + "key=a timeout=2", self.env) as player:
            player.do("play")
            while player.stats()["parts-uploaded"] < 2:
                time.sleep(0.02)
            self.proxy.pause()
            begin = time.monotonic()
            self.assertTrue(player.do("ready"))
            self.assertLess(time.monotonic() - begin, 6)
            player.until("warning")
        named = player.messages("warning")[0]["upload-id"]
        self.assertLessEqual({each["UploadId"] for each in self.uploads()},
                             {named})

    def test_again(self):
        source = self.source(PART + 1)
        with Player(f"filesrc location={source} ! " + SINK + 'key="{index}"',
                    self.env) as player:
            for state in ("ready", "null", "ready"):
                player.do("play")
                self.assertEqual(player.until("eos", "error")[0], "eos")
                player.do(state)
        self.assertEqual(self.keys(), ["00000", "00001", "00002"])
        for key in self.keys():
            self.assertEqual(self.get(key), source.read_bytes())

    def test_memory(self):
        source = self.source(60 * MIB)
        peaks = {}
        for key, line in (("idle", "fakesink"),
                          ("sink", f"ancs3sink bucket={BUCKET} key=a "
                           "parallel-uploads=2 part-size=5242880")):
            with Player(f"filesrc location={source} blocksize=65536 ! {line}",
                        self.env) as player:
                player.do("play")
                self.assertEqual(player.until("eos", "error")[0], "eos")
                status = open(f"/proc/{player.process.pid}/status",
                              encoding="ascii").read()
                peaks[key] = int(status.split("VmHWM:")[1].split()[0]) << 10
        # a sanitizer's own memory is more than that
        if not os.environ["G_TEST_BUILDDIR"].endswith(("asan", "tsan")):
            self.assertLess(peaks["sink"] - peaks["idle"], 3 * PART + 16 * MIB)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
