# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each request of an upload fails in each way that networks and servers know,
once or for good: then the object is complete and byte-equal, or an error is
posted and nothing is left, or what is left is named. Never both, never
neither."""
import unittest

import tap
from bucket import BUCKET, PART, BucketTest, slow
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


class Faults(BucketTest):
    def upload(self, source, key, more=""):
        return play(f"filesrc location={source} blocksize=1048576 ! ancs3sink "
                    f"bucket={BUCKET} key={key} part-size={PART} timeout=1 "
                    f"retry-attempts=2 {more}", self.env)

    def judge(self, player, word, fields, data):
        """The verdict on what was said and what is there."""
        self.proxy.clear()
        left = {each["UploadId"] for each in self.uploads()}
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
            self.assertEqual(self.get("a"), data)
            self.assertEqual(player.objects[0]["size"], len(data))
        else:
            if "The object may be there" not in told:
                self.assertEqual(self.keys(), [])
            self.assertEqual(player.objects, [])
            self.assertNotEqual(fields["text"], "")

    def history(self, size, **fault):
        source = self.source(size)
        self.clean()
        self.proxy.clear()
        self.proxy.add(**fault)
        player, word, fields = self.upload(source, "a")
        self.judge(player, word, fields, source.read_bytes())
        return word

    def for_good(self, size, requests, kinds=ENDLESS):
        words = []
        for name in kinds:
            for nth in requests:
                with self.subTest(fault=name, nth=nth):
                    words.append(self.history(size, nth=nth, count=0,
                                              **KINDS[name]))
        self.assertIn("error", words)

    def test_once(self):
        """One failure is survived, whichever it is, and leaves no doubt."""
        size = PARTS * PART - 77
        requests = (range(1, PARTS + 3) if slow()
                    else (1, PARTS, PARTS + 2))
        for name, fault in KINDS.items():
            for nth in requests:
                with self.subTest(fault=name, nth=nth):
                    word = self.history(size, nth=nth, **fault)
                    # changed under way and found out: that is no bad luck
                    if name != "corrupt-request":
                        self.assertEqual(word, "eos")

    def test_for_good(self):
        """A server that is gone from some request on."""
        size = PARTS * PART - 77
        requests = (range(1, PARTS + 3) if slow() else (1, 3, PARTS + 2))
        self.for_good(size, requests)
        if not slow():
            self.for_good(size, (2,), ("stall",))

    def test_single_put(self):
        for name, fault in KINDS.items():
            with self.subTest(fault=name):
                word = self.history(1000, nth=1, **fault)
                if name != "corrupt-request":
                    self.assertEqual(word, "eos")
        self.for_good(1000, (1,))

    def test_denied(self):
        """Not worth a second try, and nothing stays."""
        for nth in (1, 3, PARTS + 2):
            with self.subTest(nth=nth):
                word = self.history(PARTS * PART, kind="status", status=403,
                                    code="AccessDenied", nth=nth)
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
