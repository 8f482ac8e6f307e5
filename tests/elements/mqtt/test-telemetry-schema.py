# SPDX-License-Identifier: LGPL-2.1-or-later
"""What anctelemetry publishes, read by mosquitto_sub and held against
plugins/ancmqtt/telemetry.schema.json."""
import copy
import gzip
import json
import os
import re
import subprocess
import time
from pathlib import Path

import mqttcase
import tap
import tools
from servers import Mosquitto

ROOT = Path(os.environ["G_TEST_SRCDIR"])
SCHEMA = json.loads((ROOT / "plugins/ancmqtt/telemetry.schema.json").read_text(
    encoding="utf-8"))
TONE = ("audiotestsrc", "num-buffers=30", "samplesperbuffer=4800", "freq=1000",
        "volume=0.5", "is-live=true", "!", "audio/x-raw,rate=48000,channels=2",
        "!")


class Schema(mqttcase.Case):
    def setUp(self):
        module = tools.module("jsonschema")
        module.Draft202012Validator.check_schema(SCHEMA)
        self.validator = module.Draft202012Validator(SCHEMA)
        self.broker = Mosquitto(persistence=False, verbose=True).start()
        self.addCleanup(self.broker.stop)

    def listen(self):
        """A foreign subscriber; each message is a line: topic, hex."""
        process = subprocess.Popen(
            [tools.need("mosquitto_sub"), "-h", "127.0.0.1", "-p",
             str(self.broker.port), "-t", "#", "-q", "1", "-F", "%t %x"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        end = time.monotonic() + 30
        while "Sending SUBACK" not in self.broker.log:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process

    def publish(self, *pipeline):
        """The payloads up to the one that says that the stream has ended."""
        subscriber = self.listen()
        words = [word.replace("BROKER", f"127.0.0.1:{self.broker.port}")
                 for word in pipeline]
        code, out, err = mqttcase.launch("-q", *words)
        self.assertEqual(code, 0, out + err)
        self.assertNotIn("WARNING", err)
        payloads = []
        for line in subscriber.stdout:
            found = re.match(r"(\S+) ([0-9a-f]+)$", line)
            if found:
                data = bytes.fromhex(found[2])
                payloads.append((found[1], data))
                if data[:2] == b"\x1f\x8b":
                    data = gzip.decompress(data)
                if b'"eos":true' in data:
                    return payloads
        return self.fail("no record of the end")

    def records(self, payloads):
        """All valid, and numbered without a gap."""
        found = []
        for _, data in payloads:
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            value = json.loads(data)
            self.validator.validate(value)
            found += value if isinstance(value, list) else [value]
        self.assertEqual([each["sequence"] for each in found],
                         list(range(1, len(found) + 1)))
        self.assertEqual(len({each["session"] for each in found}), 1)
        return found

    def test_single(self):
        payloads = self.publish(
            *TONE, "level", "name=meter", "interval=100000000", "!",
            "anctelemetry", "uri=mqtt://BROKER", "thing-name=mic",
            "interval=300000000", "elements=meter,end,source", "!",
            "fakesink", "name=end", "sync=true", "audiotestsrc", "name=source",
            "num-buffers=1", "!", "fakesink")
        records = self.records(payloads)
        self.assertEqual({topic for topic, _ in payloads},
                         {"anc/mic/telemetry"})
        self.assertGreaterEqual(len(records), 3)
        self.assertEqual(records[-1]["reason"], "eos")
        self.assertEqual(records[-1]["stream"]["buffers"], 30)
        # a live source begins when it does
        self.assertGreaterEqual(records[-1]["stream"]["running-time-ns"],
                                3 * 10**9)
        for each in records[1:-1]:
            self.assertEqual(len(each["levels"]), 2)
            for level in each["levels"]:
                self.assertAlmostEqual(level["rms-db"], -9.03, delta=0.1)
                self.assertAlmostEqual(level["peak-db"], -6.02, delta=0.1)
        self.assertEqual([each["name"] for each in records[0]["elements"]],
                         ["end", "meter", "source"])
        messages = [message for each in records
                    for message in each["messages"]]
        self.assertEqual({message["name"] for message in messages}, {"level"})
        self.assertEqual(len(messages[0]["fields"]["rms"]), 2)
        self.assertEqual(records[-1]["connection"]["state"], "connected")

    def test_batched_and_compressed(self):
        payloads = self.publish(
            *TONE, "anctelemetry", "uri=mqtt://BROKER/site/telemetry",
            "interval=50000000", "batch-size=10", "gzip=true", "on-change=true",
            "!", "fakesink", "sync=true")
        records = self.records(payloads)
        self.assertEqual({topic for topic, _ in payloads}, {"site/telemetry"})
        self.assertGreater(len(records), len(payloads))
        self.assertIn("caps", records[0]["changes"])

    def test_other_media(self):
        """No audio, no caps: the same record, without levels."""
        records = self.records(self.publish(
            "fakesrc", "num-buffers=20", "sizetype=fixed", "sizemax=100",
            "!", "anctelemetry", "uri=mqtt://BROKER", "!", "fakesink"))
        self.assertEqual(records[-1]["levels"], [])
        self.assertIsNone(records[-1]["stream"]["caps"])
        self.assertEqual(records[-1]["stream"]["bytes"], 2000)

    def test_the_schema_refuses(self):
        """What is not as it says: the schema is no sieve."""
        record = self.records(self.publish(
            *TONE, "anctelemetry", "uri=mqtt://BROKER", "!", "fakesink"))[-1]
        for path, value in (("format", "anc-telemetry-2"), ("sequence", 0),
                            ("time", "2024-02-29 12:00:00"), ("session", "x"),
                            ("reason", "because"), ("changes", ["x"]),
                            ("levels", None), ("more", 1),
                            ("stream.buffers", -1), ("stream.eos", "yes"),
                            ("stream.more", 1), ("connection.state", "?")):
            with self.subTest(path=path):
                wrong = copy.deepcopy(record)
                *folders, name = path.split(".")
                target = wrong
                for folder in folders:
                    target = target[folder]
                target[name] = value
                self.assertFalse(self.validator.is_valid(wrong))
                self.assertFalse(self.validator.is_valid([record, wrong]))
        for name in set(record) - {"connection"}:
            wrong = {key: record[key] for key in record if key != name}
            self.assertFalse(self.validator.is_valid(wrong), name)
        self.assertFalse(self.validator.is_valid([]))


if __name__ == "__main__":
    tap.main()
