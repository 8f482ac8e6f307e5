# SPDX-License-Identifier: LGPL-2.1-or-later
"""ancs3sink and ancs3src through their states, again and again."""
import unittest
from concurrent.futures import ThreadPoolExecutor

import tap
from bucket import BUCKET, MIB, PART, BucketTest
from lifecycle import CYCLES, Lifecycle
from process import free_port

SINK = f"ancs3sink bucket={BUCKET} part-size={PART} "
FEW = min(18, CYCLES)  # of what sends megabytes
VOICE = "audiotestsrc num-buffers=10 ! "


class Cycles(BucketTest, Lifecycle):
    def test_sink(self):
        self.cycle_well(VOICE + SINK + "key=a", **self.env)

    def test_sink_of_parts(self):
        source = self.source(PART + MIB)
        line = f"filesrc location={source} blocksize=1048576 ! {SINK} key=a "
        self.cycle_well(line, FEW, **self.env)
        self.cycle_well(line + f"spool-directory={self.folder}/spool", FEW,
                        **self.env)
        self.assertEqual(self.get("a"), source.read_bytes())

    def test_source(self):
        self.client.put_object(Bucket=BUCKET, Key="a", Body=bytes(3 * MIB))
        self.cycle_well(f"ancs3src uri=s3://{BUCKET}/a ! fakesink", **self.env)

    def test_errors(self):
        nobody = dict(self.env, AWS_ENDPOINT_URL=
                      f"http://127.0.0.1:{free_port()}")
        stranger = dict(self.env, AWS_SECRET_ACCESS_KEY="wrong")
        source = "ancs3src uri=s3://%s ! fakesink"
        mistakes = (
            ("bucket", VOICE + "ancs3sink key=a", self.env),
            ("no-such", VOICE + "ancs3sink bucket=no-such key=a", self.env),
            ("no-such", source % f"{BUCKET}/no-such", self.env),
            ("secret|signature", VOICE + SINK + "key=a", stranger),
            ("127.0.0.1", VOICE + SINK + "key=a retry-attempts=1", nobody))
        with ThreadPoolExecutor() as pool:
            ends = [pool.submit(self.cycle_badly, pattern, line, **env)
                    for pattern, line, env in mistakes]
        for mistake, end in zip(mistakes, ends):
            with self.subTest(line=mistake[1]):
                end.result()


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
