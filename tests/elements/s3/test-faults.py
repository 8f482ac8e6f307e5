# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each request of an upload fails in each way that networks and servers know,
once or for good: then the object is complete and byte-equal, or an error is
posted and nothing is left, or what is left is named. Never both, never
neither."""
import itertools
import unittest
from concurrent.futures import ThreadPoolExecutor

import tap
from bucket import BUCKET, PART, BucketTest, slow
from faultproxy import FaultProxy
from player import play

KINDS = {
    "500": {"kind": "status", "status": 500},
    "slow-down": {"kind": "slow-down"},
    "reset": {"kind": "reset"},
    "stall": {"kind": "stall"},
    "truncate": {"kind": "truncate"},
    "lose-reply": {"kind": "lose-reply"},
    "reset-reply": {"kind": "reset-reply"},
    "wrong-etag": {"kind": "wrong-etag"},
    "error-200": {"kind": "error-200"},
    "corrupt-request": {"kind": "corrupt-request", "after": 1000},
}
PARTS = 20 if slow() else 3
# What differs when it does not end; the rest is in the long form. A stall costs
# every time-out of every round, so the short form has one.
ENDLESS = KINDS if slow() else ("500", "reset", "lose-reply")
# Most of a case is waiting for time-outs and between tries. The server needs
# time to put twenty parts together: a CompleteMultipartUpload that it does not
# answer in time is sent again, and while it does both, the object is gone for a
# moment.
AT_ONCE = 1 if slow() else 5


class Faults(BucketTest):
    def upload(self, source, key, more="", env=None):
        return play(f"filesrc location={source} blocksize=1048576 ! ancs3sink "
                    f"bucket={BUCKET} key={key} part-size={PART} timeout=1 "
                    f"retry-attempts=2 {more}", env or self.env)

    def judge(self, key, player, word, fields, data):
        """The verdict on what was said and what is there."""
        left = {each["UploadId"] for each in self.uploads()
                if each["Key"] == key}
        told = str([fields, *player.heard])
        # with every answer lost nobody knows more than that
        if "An upload may have been begun" not in told:
            self.assertEqual({each for each in left if each not in told},
                             set())
        # a source that is still running says that it cannot go on, after us
        ours = [each for each in player.messages("error")
                if each["source"].startswith("ancs3sink")]
        self.assertEqual(ours, [fields] if word == "error" else [])
        if word == "eos":
            self.assertEqual(len(player.objects), 1)
            self.assertEqual(self.get(key), data)
            self.assertEqual(player.objects[0]["size"], len(data))
        else:
            if "The object may be there" not in told:
                self.assertNotIn(key, self.keys())
            self.assertEqual(player.objects, [])
            self.assertNotEqual(fields["text"], "")

    numbers = itertools.count()

    def history(self, source, fault):
        """One upload behind a proxy of its own, under a key of its own."""
        key = f"k{next(self.numbers)}"
        with FaultProxy(self.server) as proxy:
            proxy.add(**fault)
            env = dict(self.env, AWS_ENDPOINT_URL=proxy.endpoint)
            player, word, fields = self.upload(source, key, env=env)
        self.judge(key, player, word, fields, source.read_bytes())
        return word

    def histories(self, size, faults):
        """Pairs of a fault and how its upload ended, several at a time."""
        source = self.source(size, name=f"source{size}")
        faults = list(faults)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ends = [pool.submit(self.history, source, fault)
                    for fault in faults]
        for fault, end in zip(faults, ends):
            with self.subTest(fault=fault):
                yield fault, end.result()

    def check_once(self, size, requests):
        for fault, word in self.histories(size, (
                {**fault, "nth": nth} for fault in KINDS.values()
                for nth in requests)):
            # changed under way and found out: that is no bad luck
            if fault["kind"] != "corrupt-request":
                self.assertEqual(word, "eos")

    def check_for_good(self, size, faults):
        words = [word for _, word in self.histories(size, (
            {**KINDS[name], "nth": nth, "count": 0} for name, nth in faults))]
        self.assertIn("error", words)

    def test_once(self):
        """One failure is survived, whichever it is, and leaves no doubt."""
        self.check_once(PARTS * PART - 77, range(1, PARTS + 3) if slow()
                        else (1, PARTS, PARTS + 2))

    def test_for_good(self):
        """A server that is gone from some request on."""
        requests = (range(1, PARTS + 3) if slow() else (1, 3, PARTS + 2))
        self.check_for_good(PARTS * PART - 77, [
            *itertools.product(ENDLESS, requests),
            *([] if slow() else [("stall", 2)])])

    def test_single_put(self):
        self.check_once(1000, (1,))
        self.check_for_good(1000, [(name, 1) for name in ENDLESS])

    def test_denied(self):
        """Not worth a second try, and nothing stays."""
        for _, word in self.histories(PARTS * PART, (
                {"kind": "status", "status": 403, "code": "AccessDenied",
                 "nth": nth} for nth in (1, 3, PARTS + 2))):
            self.assertEqual(word, "error")
        self.assertEqual(self.uploads(), [])

    def test_details(self):
        source = self.source(PARTS * PART)
        self.proxy.add("status", status=403, code="AccessDenied", nth=3)
        _, word, fields = self.upload(source, "a")
        self.assertEqual(word, "error")
        self.assertEqual(fields["http-status-code"], 403)
        self.assertEqual(fields["error-code"], "AccessDenied")
        self.assertEqual(fields["request-id"], "FAULT")
        self.assertEqual((fields["bucket"], fields["key"]), (BUCKET, "a"))

    def test_policies(self):
        source = self.source(PARTS * PART)
        for policy in ("complete", "keep"):
            with self.subTest(policy=policy):
                self.clean()
                self.proxy.clear()
                self.proxy.add("status", status=403, code="AccessDenied",
                               method="PUT", path=f"partNumber={PARTS}&")
                player, word, fields = self.upload(source, "a",
                                                   f"on-error={policy}")
                self.assertEqual(word, "error")
                uploads = [each["UploadId"] for each in self.uploads()]
                if policy == "keep":
                    self.assertEqual(uploads, [fields["upload-id"]])
                    continue
                self.assertEqual(uploads, [])
                arrived = self.get("a")
                self.assertTrue(player.objects[0]["partial"])
                self.assertGreaterEqual(len(arrived), PART)
                self.assertEqual(arrived, source.read_bytes()[:len(arrived)])


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
